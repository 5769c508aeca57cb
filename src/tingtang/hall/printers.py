"""Printing tickets on network printers: ESC/POS over a raw TCP connection (port 9100)."""

import asyncio
from collections import defaultdict

from tingtang.hall.model import printing as m
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import Actor, ActorKind
from tingtang.org.directory import Directory

CONNECT_SECONDS = 3.0
STATUS_SECONDS = 1.0
"""A printer answers a real-time request within milliseconds, or is of a kind that never does."""
PRINT_SECONDS = 10.0
"""Printing and cutting a ticket takes about two."""


class TicketPrinters:
    """Finds the printer of a machine and has it print."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._busy: defaultdict[tuple[str, int], asyncio.Lock] = defaultdict(asyncio.Lock)

    def of(self, branch: BranchId, actor: Actor) -> m.TicketPrinter | None:
        """The printer for whoever asks; customers' phones have none."""
        if actor.kind is ActorKind.CUSTOMER:
            return None
        settings = self._directory.section(branch, m.PrintSettings)
        return m.printer_of(settings, actor.id if actor.kind is ActorKind.TERMINAL else "")

    async def print(self, printer: m.TicketPrinter, data: bytes) -> None:
        """Have ``data`` printed, one ticket after another.

        Refused with ``printer_unreachable``, ``printer_not_ready`` (nothing was printed) or
        ``print_uncertain`` (it may have been).
        """
        async with self._busy[printer.host, printer.port]:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    reader, writer = await asyncio.open_connection(printer.host, printer.port)
            except (OSError, TimeoutError):
                raise Refused(m.PRINTER_UNREACHABLE) from None
            try:
                await _print(reader, writer, data)
            except OSError:
                raise Refused(m.PRINT_UNCERTAIN) from None
            finally:
                writer.close()


async def _print(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> None:
    offline = await _ask(reader, writer, m.ASK_OFFLINE, STATUS_SECONDS)
    if offline is not None:
        paper = await _ask(reader, writer, m.ASK_PAPER, STATUS_SECONDS)
        why = m.trouble(offline, paper or 0)
        if why is not None:
            raise Refused(m.PRINTER_NOT_READY, why=why)
    writer.write(data)
    await writer.drain()
    if offline is None:
        return  # a printer that says nothing is trusted: there is no way to know
    done = await _ask(reader, writer, m.ASK_WHEN_DONE, PRINT_SECONDS)
    if done is None or m.ran_out(done):
        raise Refused(m.PRINT_UNCERTAIN)


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, seconds: float
) -> int | None:
    """The status byte that the printer answers; None where it says nothing in time."""
    writer.write(request)
    try:
        async with asyncio.timeout(seconds):
            await writer.drain()
            answer = await reader.read(1)
    except TimeoutError:
        return None
    return answer[0] if answer else None
