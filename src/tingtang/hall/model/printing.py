"""Ticket printers on the network: which machine prints where, and what a printer says of itself. Pure.

Status bytes as in EPSON's ESC/POS: DLE EOT 2 (offline causes), DLE EOT 4 and GS r 1 (paper).
"""

from typing import Annotated, Literal

import msgspec

from tingtang.kernel.errors import Problem
from tingtang.kernel.text import Text

NO_PRINTER = Problem(
    "no_printer",
    409,
    "本机没有配置号票打印机",
    "No ticket printer is set up for this machine",
)
PRINTER_UNREACHABLE = Problem(
    "printer_unreachable", 503, "打印机没有响应", "The printer does not answer"
)
PRINTER_NOT_READY = Problem("printer_not_ready", 409, "打印机{why}", "The printer {why}")
PRINT_UNCERTAIN = Problem(
    "print_uncertain",
    503,
    "打印机没有确认打印完成，请看出票口",
    "The printer did not confirm; please look at its slot",
)

ASK_OFFLINE = b"\x10\x04\x02"
ASK_PAPER = b"\x10\x04\x04"
"""Real-time requests: answered at once, even while the printer is busy or offline."""
ASK_WHEN_DONE = b"\x1dr\x01"
"""Answered after everything before it was printed."""

COVER_OPEN, PAPER_STOP, IN_ERROR = 0x04, 0x20, 0x40
PAPER_END = 0x60
PAPER_END_AFTER = 0x0C


class TicketPrinter(msgspec.Struct, frozen=True):
    """A printer that takes ESC/POS over TCP."""

    host: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.:-]{1,253}$", examples=["10.0.0.9"])]
    port: Annotated[int, msgspec.Meta(ge=1024, le=65535)] = 9100
    terminal: Annotated[str, msgspec.Meta(max_length=80)] = ""
    """The machine beside it, by its id; empty serves every machine without one of its own."""
    paper: Literal[80, 58] = 80
    """Width in millimetres."""
    qr: Literal["native", "image"] = "native"
    """``image`` for printers that draw no QR codes themselves."""


class PrintSettings(msgspec.Struct, frozen=True):
    """The ``printing`` section of a branch's settings."""

    printers: Annotated[tuple[TicketPrinter, ...], msgspec.Meta(max_length=50)] = ()


def printer_of(settings: PrintSettings, terminal: str) -> TicketPrinter | None:
    """The machine's own printer, or the one that serves all."""
    found: TicketPrinter | None = None
    for printer in settings.printers:
        if printer.terminal == terminal and terminal:
            return printer
        if not printer.terminal:
            found = found or printer
    return found


def trouble(offline: int, paper: int) -> Text | None:
    """Why the printer cannot print now, from its two status bytes; None where it can."""
    if offline & COVER_OPEN:
        return Text("盖子没有关好", "has its cover open")
    if paper & PAPER_END or offline & PAPER_STOP:
        return Text("缺纸", "is out of paper")
    if offline & IN_ERROR:
        return Text("出现故障", "is out of order")
    return None


def ran_out(done: int) -> bool:
    """Whether the paper ended while printing, from the answer to :data:`ASK_WHEN_DONE`."""
    return done & PAPER_END_AFTER == PAPER_END_AFTER
