"""Housekeeping: what must be thrown away from time to time, so that nothing grows for ever."""

from tingtang.kernel.clock import DAY_MS, HOUR_MS, Clock
from tingtang.kernel.log import EventLog
from tingtang.kernel.recurring import Recurring

EVERY_SECONDS = HOUR_MS / 1000


class Housekeeping:
    """Forgets the answers to idempotency keys that no retry will ask for again."""

    def __init__(self, log: EventLog, clock: Clock, answers_kept_days: int) -> None:
        self._log = log
        self._clock = clock
        self._kept_ms = answers_kept_days * DAY_MS
        self._recurring = Recurring("housekeeping", EVERY_SECONDS, self.once, at_once=True)

    async def start(self) -> None:
        """Begin; call after the log has started."""
        await self._recurring.start()

    async def stop(self) -> None:
        """End; call before the log stops."""
        await self._recurring.stop()

    async def once(self) -> int:
        """Do it now; gives back how many answers were forgotten."""
        return await self._log.forget_answers(self._clock.now_ms() - self._kept_ms)
