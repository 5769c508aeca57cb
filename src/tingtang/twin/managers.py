"""Virtual people on the hall's floor: they take duty, accept what they are asked and see to it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random

from tingtang.hall.complaints import ComplaintService
from tingtang.hall.model.complaints import ComplaintId
from tingtang.hall.model.tasks.state import TaskKind, TaskState
from tingtang.hall.tasks import TaskService
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Recorded
from tingtang.kernel.ids import BranchId, StaffId, TaskId
from tingtang.kernel.permissions import Actor, ActorKind, Role, granted
from tingtang.org.model.records import StaffFacts
from tingtang.twin.agenda import Agenda

TAKEN_OVER_MS = 10 * MINUTE_MS
"""Whom a person plays stays theirs for this long after their last act."""
ON_THE_FLOOR = frozenset({Role.LOBBY_MANAGER, Role.ACCOUNT_MANAGER, Role.WEALTH_MANAGER})
LOOK_SECONDS = 15.0
IDLE_SECONDS = 45.0
ANSWERS_AT_ONCE = 0.6
"""Of the complaints somebody looks into; the others need more than a day's work."""


class Managers:
    """Everybody of one branch who works on the floor; ``seated`` are at counters and left out.

    Virtual people only take what is offered to themselves. Where a real person acts as one of
    them, that one is theirs for a while: the virtual one neither accepts nor closes.
    """

    def __init__(
        self,
        tasks: TaskService,
        complaints: ComplaintService,
        branch: BranchId,
        staff: list[StaffFacts],
        zone: str,
        agenda: Agenda,
        random: Random,
    ) -> None:
        self._tasks = tasks
        self._complaints = complaints
        self._branch = branch
        self._people = {
            one.id: Actor(
                ActorKind.STAFF,
                one.id,
                frozenset(one.roles),
                granted(frozenset(one.roles)),
                frozenset({branch}),
            )
            for one in staff
            if one.active and not ON_THE_FLOOR.isdisjoint(one.roles)
        }
        self._zone = zone
        self._agenda = agenda
        self._random = random
        self._planned: set[TaskId] = set()
        self._looks = False
        self._acting: StaffId | None = None
        self._own_until_ms: dict[StaffId, int] = {}
        tasks.host.on_change(self._notice_people)

    def begin(self, opens_ms: int) -> None:
        """Take duty at the opening of a day, and look around from then on."""
        self._agenda.at(opens_ms - MINUTE_MS, self._take_duty)
        if not self._looks:
            self._looks = True
            self._agenda.at(opens_ms, self._look)

    async def _take_duty(self) -> None:
        for actor in self._people.values():
            with self._as(StaffId(actor.id)):
                await self._tasks.take_duty(self._branch, self._zone, actor)

    async def _look(self) -> None:
        board = await self._tasks.board(self._branch)
        self._agenda.after(LOOK_SECONDS if board.open else IDLE_SECONDS, self._look)
        for task_id in list(board.open.values()):
            task = board.tasks[task_id]
            mine = task.state is TaskState.OFFERED and task.offered_to in self._people
            if mine and not self._is_played(task.offered_to) and task_id not in self._planned:
                self._planned.add(task_id)
                wait = self._random.uniform(3, 25)
                self._agenda.after(wait, lambda t=task_id, s=task.offered_to: self._accept(t, s))  # type: ignore[misc]

    async def _accept(self, task: TaskId, staff: StaffId) -> None:
        self._planned.discard(task)
        if self._is_played(staff):
            return
        with self._as(staff):
            await self._tasks.accept(self._branch, task, self._people[staff])
        minutes = self._random.uniform(0.7, 4)
        self._agenda.after(minutes * 60, lambda: self._close(task, staff))

    async def _close(self, task_id: TaskId, staff: StaffId) -> None:
        if not self._is_played(staff):
            with self._as(staff):
                await self._see_to(task_id, staff)

    async def _see_to(self, task_id: TaskId, staff: StaffId) -> None:
        actor = self._people[staff]
        task = (await self._tasks.board(self._branch)).tasks[task_id]
        if task.kind is TaskKind.COMPLAINT and task.accepted_by == staff:
            try:
                await self._answer(ComplaintId(task.subject), staff)
            except Refused:  # about a bad rating: there is nothing written to answer
                await self._tasks.close(self._branch, task_id, "", actor)
            return
        await self._tasks.close(self._branch, task_id, "", actor)

    async def _answer(self, complaint: ComplaintId, staff: StaffId) -> None:
        """Look into a complaint and answer it; its task ends with the answer."""
        actor, service = self._people[staff], self._complaints
        await service.assign(self._branch, complaint, staff, actor)
        if self._random.random() < ANSWERS_AT_ONCE:
            await service.note(self._branch, complaint, "已与客户当面沟通。", actor)
            words = "对不起，让您久等了。我们已调整窗口安排，并向您说明了办理要求。"
            await service.answer(self._branch, complaint, words, actor)

    # -- real people -----------------------------------------------------------------------------

    @contextmanager
    def _as(self, staff: StaffId) -> Iterator[None]:
        """What happens within is done by the virtual ``staff``."""
        self._acting = staff
        try:
            yield
        finally:
            self._acting = None

    def _is_played(self, staff: StaffId) -> bool:
        """True while a real person acts as ``staff``."""
        return self._own_until_ms.get(staff, 0) > self._agenda.clock.now_ms()

    def _notice_people(self, stream: str, events: Sequence[Recorded]) -> None:
        if stream.split("/")[1] != self._branch:
            return
        for recorded in events:
            staff = StaffId(recorded.actor.removeprefix("staff:"))
            if staff in self._people and staff != self._acting:
                self._own_until_ms[staff] = recorded.time_ms + TAKEN_OVER_MS
