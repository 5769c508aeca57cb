"""The identity check as a port, and over a socket. What does not come back is unknown."""

import asyncio
from typing import Protocol

import msgspec

from tingtang.bank.identity import messages as m
from tingtang.bank.identity.wire import frame, read_frame
from tingtang.bank.trades import IdKind
from tingtang.kernel.clock import Clock, local_date

COVERED = frozenset({IdKind.RESIDENT, IdKind.TEMPORARY, IdKind.HOUSEHOLD})
"""Papers with a citizen's number; of others the register knows nothing."""


class IdentityUnknown(Exception):  # noqa: N818
    """The register could not be asked. That says nothing about the person."""


class Checked(msgspec.Struct, frozen=True):
    """What the register says: a reference, never a verdict by itself (rules of 联网核查)."""

    result: m.Result
    issuer: str
    photo: str

    @property
    def matches(self) -> bool:
        return self.result in m.MATCHES


class IdentityCheck(Protocol):
    """What the platform needs of the register."""

    async def check(self, id_number: str, name: str, operator: str) -> Checked:
        """Ask about a citizen's number and name; raises :class:`IdentityUnknown`."""
        ...


class SocketIdentityCheck:
    """One connection a question, as the questions are few."""

    def __init__(self, host: str, port: int, bank_code: str, clock: Clock, seconds: float) -> None:
        self._host, self._port, self._bank_code = host, port, bank_code
        self._clock, self._seconds = clock, seconds

    async def check(self, id_number: str, name: str, operator: str) -> Checked:
        date = local_date(self._clock.now_ms(), "Asia/Shanghai").replace("-", "")
        request = m.Request(
            bank_code=self._bank_code, entrust_date=date, business_code="02",
            user_code=operator[:40], id=id_number, name=name,
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._ask(request)
        except (OSError, EOFError, TimeoutError, m.BadMessage) as error:
            raise IdentityUnknown(type(error).__name__) from error
        if answer.id != id_number:
            raise IdentityUnknown("the answer is about somebody else")
        return Checked(answer.result, answer.issuer, answer.photo)

    async def _ask(self, request: m.Request) -> m.Answer:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(frame(m.write_request(request)))
            await writer.drain()
            return m.read_answer(await read_frame(reader))
        finally:
            writer.close()
