"""What time it is for a virtual device: the machine's own, or that of a stage which it is part of."""

import asyncio
import sys
import time
from collections.abc import Callable
from typing import Protocol

MS = 1_000_000
"""Nanoseconds in a millisecond."""


class DeviceClock(Protocol):
    def now_ms(self) -> int: ...

    @property
    def speed(self) -> float:
        """How many times faster than real time it runs."""
        ...


class RealClock:
    """The machine's time."""

    speed = 1.0

    def now_ms(self) -> int:
        return time.time_ns() // MS


class ToldClock:
    """A clock that is told the time now and then, and goes on from there at the told speed."""

    def __init__(self) -> None:
        self.speed = 1.0
        self._told_ms = time.time_ns() // MS
        self._at = time.monotonic()
        self.told = asyncio.Event()
        """It has been told the time; before this it is the machine's."""

    def now_ms(self) -> int:
        return self._told_ms + round((time.monotonic() - self._at) * 1000 * self.speed)

    def tell(self, line: str) -> bool:
        """Take ``now_ms speed`` from a line; false where it says something else."""
        try:
            told_ms, speed = line.split()
            self._told_ms, self.speed = int(told_ms), float(speed)
        except ValueError:
            return False
        self._at = time.monotonic()
        self.told.set()
        return True

    async def follow_stdin(self, other: Callable[[str], None] = lambda _: None) -> None:
        """Follow the lines of the standard input, and hand on those that tell no time; returns when
        it ends: the stage is gone.
        """
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        try:
            while line := await reader.readline():
                said = line.decode("utf-8", "replace")
                if not self.tell(said):
                    other(said)
        finally:
            transport.close()
