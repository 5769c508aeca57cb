"""What happens in halls merely because time passes: opening, timers, estimates made anew."""

import contextlib
from collections.abc import Awaitable, Callable

from tingtang.hall.model import commands as c
from tingtang.hall.model.settings import HallSettings
from tingtang.hall.model.state import HallDay
from tingtang.hall.service import HallService
from tingtang.hall.views import is_open
from tingtang.kernel.clock import HOUR_MS, MINUTE_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.recurring import Recurring, alone
from tingtang.org.directory import Directory
from tingtang.org.model.hours import opening_ms
from tingtang.org.model.records import Branch, Module

BEAT_SECONDS = 1.0
OPEN_BEFORE_MS = 30 * MINUTE_MS
"""The day opens this long before the doors, so that tellers can sign on."""
REVISE_MS = 15_000
"""How often waiting times are made anew though nothing happened."""
FORGET_MS = 2 * HOUR_MS
"""Streams that nobody touched for this long leave memory."""

Beat = Callable[[BranchId, HallDay, int], Awaitable[None]]


class Clockwork:
    """Beats once a second over all halls of this process, by the port clock's time."""

    def __init__(self, hall: HallService, directory: Directory) -> None:
        self._hall = hall
        self._directory = directory
        self.beat_seconds = BEAT_SECONDS
        self._beats: list[Beat] = []
        self._beating: Recurring | None = None
        self._revised_ms = 0
        self._opened_check_ms = 0

    def each_beat(self, beat: Beat) -> None:
        """Call ``beat(branch, state, now_ms)`` for every open hall at every beat."""
        self._beats.append(beat)

    async def start(self) -> None:
        """Load the halls that were open, then begin to beat."""
        now_ms = self._hall.clock.now_ms()
        for branch in self._directory.branches():
            if Module.HALL in branch.modules:
                state = await self._hall.state(branch.id)
                if is_open(state):
                    await self._hall.books.rebuild(
                        branch.id, self._hall.dates.at(branch.id, now_ms)
                    )
        self._beating = Recurring("hall clockwork", self.beat_seconds, self.beat)
        await self._beating.start()

    async def stop(self) -> None:
        if self._beating is not None:
            await self._beating.stop()

    async def beat(self) -> None:
        """One beat: open what is due, run timers, revise estimates."""
        now_ms = self._hall.clock.now_ms()
        if now_ms - self._opened_check_ms >= MINUTE_MS:
            self._opened_check_ms = now_ms
            await self._open_due(now_ms)
            self._hall.host.forget_unused(now_ms - FORGET_MS)
        revise = now_ms - self._revised_ms >= REVISE_MS
        if revise:
            self._revised_ms = now_ms
        for branch in self._hall.open_branches():
            state = await self._hall.state(branch)
            await self._tend(branch, state, now_ms)
            if revise:
                self._hall.refresh(branch)

    async def _tend(self, branch: BranchId, state: HallDay, now_ms: int) -> None:
        if any(due_ms <= now_ms for due_ms in state.timed.values()):
            await alone(f"the hall of {branch}", self._hall.run(branch, c.RunTimers(), SYSTEM))
        for beat in self._beats:
            await alone(f"the hall of {branch}", beat(branch, state, now_ms))

    async def _open_due(self, now_ms: int) -> None:
        for branch in self._directory.branches():
            if Module.HALL in branch.modules and branch.active:
                await alone(f"the hall of {branch.id}", self._open_if_due(branch, now_ms))

    async def _open_if_due(self, branch: Branch, now_ms: int) -> None:
        date = self._hall.dates.at(branch.id, now_ms)
        hours = opening_ms(branch.hours, date, branch.time_zone)
        if hours is None or not hours[0] - OPEN_BEFORE_MS <= now_ms < hours[1]:
            return
        if not self._directory.section(branch.id, HallSettings).opens_itself:
            return
        state = await self._hall.state(branch.id)
        if state.setup is None:
            with contextlib.suppress(Refused):  # somebody opened it at the same moment
                await self._hall.open_day(branch.id)
