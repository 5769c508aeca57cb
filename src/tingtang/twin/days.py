"""A branch of the demo from opening to closing, day after day; the nights pass at once."""

import datetime as dt
from collections.abc import Callable

from tingtang.hall.model import commands as c
from tingtang.hall.model.state import HallDay, TicketState
from tingtang.hall.service import HallService
from tingtang.kernel.clock import MINUTE_MS, moment_ms
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import SYSTEM
from tingtang.org.model.hours import WEEKDAY, opening_ms
from tingtang.twin.agenda import Agenda

OPEN_BEFORE_MS = 20 * MINUTE_MS
LOOK_SECONDS = 60.0
OVERTIME_MS = 60 * MINUTE_MS
"""Who was not served this long after closing time is asked to come again tomorrow."""
DAYS_AHEAD_MAX = 30
UNDER_WAY = (TicketState.WAITING, TicketState.CALLED, TicketState.SERVING)

Begin = Callable[[int, int], None]
"""Send virtual people in for a day that opens and closes at these moments."""


class BranchDays:
    """Opens the hall, sends people in, stops giving out tickets at closing time, closes."""

    def __init__(
        self,
        hall: HallService,
        branch: BranchId,
        agenda: Agenda,
        begin: Begin,
        gone_home: Callable[[], None],
        worked: str = "",
    ) -> None:
        """``worked`` is a date that is worked whatever day of the week it is."""
        self._hall = hall
        self.branch = branch
        self._agenda = agenda
        self._begin = begin
        self._gone_home = gone_home
        self._worked = worked
        self._closes_ms = 0
        self.opens_ms = 0
        """When the present day opens or opened; once it is closed, the next one."""

    def plan(self, date: str) -> None:
        """Plan the business day ``date``; a day of rest is worked like a Monday."""
        record = self._hall.directory.branch(self.branch)
        span, zone = WEEKDAY[0], record.time_zone
        self.opens_ms, self._closes_ms = opening_ms(record.hours, date, zone) or (
            moment_ms(date, span.opens, zone),
            moment_ms(date, span.closes, zone),
        )
        self._agenda.at(self.opens_ms - OPEN_BEFORE_MS, self._open)
        self._agenda.at(self._closes_ms, self._stop_taking)
        self._begin(self.opens_ms, self._closes_ms)

    async def _open(self) -> None:
        state = await self._hall.state(self.branch)
        if state.setup is None:
            await self._hall.open_day(self.branch)

    async def _stop_taking(self) -> None:
        self._agenda.after(LOOK_SECONDS, self._close)
        await self._hall.run(self.branch, c.StopTaking(), SYSTEM)

    async def _close(self) -> None:
        """Close when everybody was served, or it has become too late."""
        state = await self._hall.state(self.branch)
        late = self._agenda.clock.now_ms() > self._closes_ms + OVERTIME_MS
        busy = any(seat.ticket for seat in state.counters.values())
        if busy or (not late and any(t.state in UNDER_WAY for t in state.tickets.values())):
            self._agenda.after(LOOK_SECONDS, self._close)
            return
        self._plan_next(state)
        if not state.closed_ms:  # a person at the PAD may have been faster
            await self._hall.run(self.branch, c.CloseDay(), SYSTEM)
        self._gone_home()

    def _plan_next(self, state: HallDay) -> None:
        record = self._hall.directory.branch(self.branch)
        today = dt.date.fromisoformat(state.date)
        for days in range(1, DAYS_AHEAD_MAX):
            date = (today + dt.timedelta(days=days)).isoformat()
            is_open = opening_ms(record.hours, date, record.time_zone) is not None
            if is_open or date == self._worked:
                self.plan(date)
                return
