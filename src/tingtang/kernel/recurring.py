"""Work that is done again and again in the background."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from tingtang.kernel.errors import Refused

logger = logging.getLogger(__name__)


async def alone(name: str, work: Awaitable[object]) -> None:
    """Do what is tried again later anyway: whatever goes wrong in it is logged under ``name``, and in
    nobody else's way.
    """
    try:
        await work
    except Refused as refused:
        logger.warning("%s: %s; it is tried again", name, refused.code)
    except Exception:
        logger.exception("%s failed; it is tried again", name)


class Recurring:
    """Does ``work`` each time ``seconds`` after it last ended, until it is stopped.

    Whatever goes wrong is logged under ``name`` and ends nothing (:func:`alone`). The first time is
    after a pause, too, unless ``at_once``.
    """

    def __init__(
        self,
        name: str,
        seconds: float,
        work: Callable[[], Awaitable[object]],
        *,
        at_once: bool = False,
    ) -> None:
        self._name = name
        self._seconds = seconds
        self._work = work
        self._at_once = at_once
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        """End; what is under way is cancelled."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        if not self._at_once:
            await asyncio.sleep(self._seconds)
        while True:
            await alone(self._name, self._work())
            await asyncio.sleep(self._seconds)
