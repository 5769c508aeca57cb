"""Opaque, time-ordered identifiers (UUIDv7, RFC 9562). Ticket numbers are for people; ids are not."""

import os
from typing import NewType, Protocol

BranchId = NewType("BranchId", str)
ZoneId = NewType("ZoneId", str)
CounterId = NewType("CounterId", str)
StaffId = NewType("StaffId", str)
ServiceId = NewType("ServiceId", str)
CustomerId = NewType("CustomerId", str)
VisitId = NewType("VisitId", str)
TicketId = NewType("TicketId", str)
BookingId = NewType("BookingId", str)
TaskId = NewType("TaskId", str)
TerminalId = NewType("TerminalId", str)


class Ids(Protocol):
    """Makes new ids: production draws random ones, the twin and tests count."""

    def new(self, now_ms: int) -> str: ...


RANDOM_BYTES, RANDOM_BATCH = 10, 400
"""Random bytes in an id, and ids for which they are drawn at once: asking the system costs more
than everything else in making an id."""


class RandomIds:
    """UUIDv7: 48 bits of milliseconds, then 74 random bits. Not for several threads at once."""

    def __init__(self) -> None:
        self._pool = b""
        self._at = 0

    def new(self, now_ms: int) -> str:
        if self._at == len(self._pool):
            self._pool, self._at = os.urandom(RANDOM_BYTES * RANDOM_BATCH), 0
        start = self._at
        self._at += RANDOM_BYTES
        random = int.from_bytes(self._pool[start : self._at], "big")
        value = (
            (now_ms & 0xFFFF_FFFF_FFFF) << 80
            | 0x7 << 76
            | (random >> 68) << 64
            | 0b10 << 62
            | random & 0x3FFF_FFFF_FFFF_FFFF
        )
        text = f"{value:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class CountingIds:
    """Ids in plain order, the same on every run: for the simulator and tests."""

    def __init__(self) -> None:
        self._count = 0

    def new(self, now_ms: int) -> str:  # noqa: ARG002
        self._count += 1
        return f"00000000-0000-7000-8000-{self._count:012x}"
