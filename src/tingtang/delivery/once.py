"""A retry of a step gets the first answer: what was done, and which door opened.

The answer is written with the last event of the step, under the caller's key. Until then a retry does
the step again; what it did before is done no second time by the order's and the cell's own rules.
"""

from collections.abc import Awaitable, Callable

from tingtang.delivery.orders import REFUSALS
from tingtang.kernel.errors import Refused
from tingtang.kernel.log import EventLog, Key


class Once:
    """Looks answers up."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def cell(self, key: Key | None, work: Callable[[], Awaitable[int | None]]) -> int:
        """The number of the cell that opens, 0 for none: of ``work``, or of its first time."""
        first = await self._first(key)
        if first is not None:
            return first
        try:
            return await work() or 0
        except Refused:
            # The same request was under way beside this one, and was faster.
            first = await self._first(key)
            if first is None:
                raise
            return first

    async def _first(self, key: Key | None) -> int | None:
        answer = await self._log.answer(key) if key is not None else None
        if answer is None:
            return None
        said = answer.decode()
        for refused in REFUSALS.values():
            if said == refused.code:
                raise Refused(refused)
        return int(said)
