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
JourneyId = NewType("JourneyId", str)


class Ids(Protocol):
    """Makes new ids: production draws random ones, the twin and tests count."""

    def new(self, now_ms: int) -> str: ...


RANDOM_DIGITS, RANDOM_BATCH = 20, 400
"""Random hexadecimal digits set aside for an id, and ids for which they are drawn at once: asking
the system costs more than everything else in making an id."""
VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
"""The variant's two fixed bits with two random ones."""


class RandomIds:
    """UUIDv7: 48 bits of milliseconds, then 74 random bits. Not for several threads at once."""

    def __init__(self) -> None:
        self._pool = ""
        self._at = 0
        self._now_ms = -1
        self._time = ""

    def new(self, now_ms: int) -> str:
        if self._at == len(self._pool):
            self._pool, self._at = os.urandom(RANDOM_DIGITS // 2 * RANDOM_BATCH).hex(), 0
        if now_ms != self._now_ms:
            digits = f"{now_ms & 0xFFFF_FFFF_FFFF:012x}"
            self._now_ms, self._time = now_ms, f"{digits[:8]}-{digits[8:]}-7"
        at, pool = self._at, self._pool
        self._at += RANDOM_DIGITS
        return (
            f"{self._time}{pool[at : at + 3]}-{VARIANT[pool[at + 3]]}{pool[at + 4 : at + 7]}"
            f"-{pool[at + 7 : at + 19]}"
        )


class CountingIds:
    """Ids in plain order, the same on every run: for the simulator and tests."""

    def __init__(self) -> None:
        self._count = 0

    def new(self, now_ms: int) -> str:  # noqa: ARG002
        self._count += 1
        return f"00000000-0000-7000-8000-{self._count:012x}"
