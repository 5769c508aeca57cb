"""Housekeeping: what must be thrown away from time to time, so that nothing grows for ever."""

import asyncio
import contextlib
import logging

from tingtang.kernel.clock import DAY_MS, HOUR_MS, Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.log import EventLog

EVERY_SECONDS = HOUR_MS / 1000

logger = logging.getLogger(__name__)


class Housekeeping:
    """Forgets the answers to idempotency keys that no retry will ask for again."""

    def __init__(self, log: EventLog, clock: Clock, answers_kept_days: int) -> None:
        self._log = log
        self._clock = clock
        self._kept_ms = answers_kept_days * DAY_MS
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; call after the log has started."""
        self._task = asyncio.create_task(self._run(), name="housekeeping")

    async def stop(self) -> None:
        """End; call before the log stops."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def once(self) -> int:
        """Do it now; gives back how many answers were forgotten."""
        return await self._log.forget_answers(self._clock.now_ms() - self._kept_ms)

    async def _run(self) -> None:
        while True:
            try:
                await self.once()
            except Refused as refused:
                logger.warning("housekeeping has to wait: %s", refused.code)
            except Exception:
                logger.exception("housekeeping failed; it is done again")
            await asyncio.sleep(EVERY_SECONDS)
