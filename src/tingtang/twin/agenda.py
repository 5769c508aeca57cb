"""What virtual people mean to do and when, and the clock they live by."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from heapq import heappop, heappush

from tingtang.kernel.clock import ScaledClock
from tingtang.kernel.errors import Refused

Act = Callable[[], Awaitable[None]]
NAP_SECONDS_MAX = 0.25

logger = logging.getLogger(__name__)


class StageClock:
    """The demo's time: first pushed forward act by act, then running at a chosen speed."""

    def __init__(self, start_ms: int) -> None:
        self._at_ms = start_ms
        self._running: ScaledClock | None = None

    def now_ms(self) -> int:
        return self._at_ms if self._running is None else self._running.now_ms()

    def push_to(self, at_ms: int) -> None:
        """Move on while not running; time never goes back."""
        self._at_ms = max(self._at_ms, at_ms)

    def run(self, speed: float) -> None:
        """From now on, ``speed`` times as fast as real time."""
        self._running = ScaledClock(self._at_ms, speed)

    def skip_to(self, at_ms: int) -> None:
        """Let the time until ``at_ms`` pass at once; while acts are pushed, they do that anyway."""
        if self._running is not None and at_ms > self._running.now_ms():
            self._running = ScaledClock(at_ms, self._running.speed)


class Agenda:
    """Acts in order of time. One act at a time: virtual people never race each other."""

    def __init__(self, clock: StageClock) -> None:
        self.clock = clock
        self._heap: list[tuple[int, int, Act]] = []
        self._made = 0

    def at(self, at_ms: int, act: Act) -> None:
        """Do ``act`` at this time, or as soon as possible after it."""
        self._made += 1
        heappush(self._heap, (at_ms, self._made, act))

    def after(self, seconds: float, act: Act) -> None:
        """Do ``act`` so many seconds of hall time from now."""
        self.at(self.clock.now_ms() + round(seconds * 1000), act)

    async def push_to(self, until_ms: int) -> None:
        """Play everything up to ``until_ms`` at once, moving the clock along."""
        while self._heap and self._heap[0][0] <= until_ms:
            at_ms, _, act = heappop(self._heap)
            self.clock.push_to(at_ms)
            await _play(act)
        self.clock.push_to(until_ms)

    async def live(self) -> None:
        """Play each act when its time comes, for ever."""
        while True:
            now_ms = self.clock.now_ms()
            while self._heap and self._heap[0][0] <= now_ms:
                _, _, act = heappop(self._heap)
                await _play(act)
            await asyncio.sleep(NAP_SECONDS_MAX)


async def _play(act: Act) -> None:
    try:
        await act()
    except Refused as refused:
        # People ask for what cannot be had; a visitor may have been faster.
        logger.debug("a virtual person was refused: %s", refused.code)
    except Exception:
        logger.exception("a virtual person stumbled; the others go on")
