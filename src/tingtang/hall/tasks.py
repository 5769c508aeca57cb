"""Use cases of the hall's tasks: who is on duty, what is asked of whom, and what the hall asks for."""

import asyncio
import re
import zlib
from collections.abc import Sequence

import msgspec

from tingtang.hall import calls, views
from tingtang.hall.core import TaskCore
from tingtang.hall.model import problems as hall_p
from tingtang.hall.model.state import HallDay
from tingtang.hall.model.tasks import commands as c
from tingtang.hall.model.tasks import problems as p
from tingtang.hall.model.tasks.alerts import changes, needs
from tingtang.hall.model.tasks.decide import is_due
from tingtang.hall.model.tasks.state import Grade, Person, TaskBoard, TaskKind
from tingtang.hall.ports import staff_id
from tingtang.hall.service import HallService
from tingtang.hall.setup import skills_of
from tingtang.kernel.clock import HOUR_MS, SECOND_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event, Recorded
from tingtang.kernel.ids import BranchId, ServiceId, StaffId, TaskId, ZoneId
from tingtang.kernel.live import LiveViews
from tingtang.kernel.log import EventLog, Key
from tingtang.kernel.permissions import SYSTEM, Actor, ActorKind
from tingtang.kernel.streams import StreamHost

ALERTS_MS = 5 * SECOND_MS
"""How often the hall is looked over for what calls for somebody; the limits are minutes."""
FORGET_MS = HOUR_MS
"""Boards that nobody touched for this long leave memory; the next look brings them back."""
BY_HAND = frozenset({TaskKind.CALL_MANAGER, TaskKind.VIP_RECEPTION, TaskKind.OTHER})
"""What staff may raise; terminals and customers only call the manager."""
LONG_NUMBER = re.compile(r"(?:\d[ \-]?){7,}")
"""Seven digits and more are a phone, ID or card number."""

VIEW = "hall.tasks"


class Raised(msgspec.Struct, frozen=True):
    """The task that was raised, or the open one that it is about already."""

    task: TaskId


class TaskService:
    """The task board of every branch, day by day."""

    def __init__(self, log: EventLog, hall: HallService, live: LiveViews) -> None:
        self.host: StreamHost[TaskBoard, c.TaskCommand] = StreamHost(log, hall.clock, TaskCore())
        self._hall = hall
        self._live = live
        self._looked_ms: dict[str, int] = {}
        self._forgot_ms = 0
        self.host.on_change(self._on_change)

    # -- duty ----------------------------------------------------------------------------------

    async def take_duty(
        self, branch: BranchId, zone: str, actor: Actor, key: Key | None = None
    ) -> None:
        """The actor is in the hall from now on, in ``zone`` ("" for no zone in particular)."""
        staff = _staff(actor)
        directory = self._hall.directory
        facts = directory.staff(staff)
        person = Person(
            staff=staff,
            roles=frozenset(facts.roles),
            skills=skills_of(directory, facts, branch),
            zone=self._zone(branch, zone),
        )
        await self._run(branch, c.TakeDuty(person=person), actor, key)

    async def leave_duty(self, branch: BranchId, actor: Actor, key: Key | None = None) -> None:
        """The actor leaves the hall; their tasks go to others."""
        await self._run(branch, c.LeaveDuty(staff=_staff(actor)), actor, key)

    # -- tasks ---------------------------------------------------------------------------------

    async def call_manager(
        self,
        branch: BranchId,
        actor: Actor,
        *,
        zone: str = "",
        reason: str = "",
        key: Key | None = None,
    ) -> Raised:
        """Call for somebody from any screen; pressing again does not call twice."""
        state = await self._hall.state(branch)
        if reason and state.setup is not None:
            known = {one.code for one in state.setup.settings.call_reasons}
            if reason not in known:
                raise Refused(hall_p.UNKNOWN_REASON, reason=reason)
        return await self.raise_task(
            branch,
            TaskKind.CALL_MANAGER,
            calls.about_call(actor.name),
            actor,
            zone=zone or self._seat_zone(state, actor),
            subject=actor.subject or actor.id,
            note=reason,
            key=key,
        )

    async def raise_by_hand(
        self,
        branch: BranchId,
        kind: TaskKind,
        actor: Actor,
        *,
        grade: Grade,
        zone: str = "",
        subject: str = "",
        note: str = "",
        to: str = "",
        key: Key | None = None,
    ) -> Raised:
        """A task that somebody of the staff asks for, of one person or whoever is best."""
        if kind not in BY_HAND:
            raise Refused(p.UNKNOWN_KIND, kind=kind.value)
        about = f"{kind}:{subject}" if subject else f"{kind}:{self._new_id()}"
        return await self.raise_task(
            branch, kind, about, actor, grade=grade, zone=zone, subject=subject,
            note=check_note(note), to=to, key=key,
        )  # fmt: skip

    async def raise_task(
        self,
        branch: BranchId,
        kind: TaskKind,
        about: str,
        actor: Actor,
        *,
        grade: Grade = Grade.YELLOW,
        zone: str = "",
        skill: str = "",
        subject: str = "",
        note: str = "",
        to: str = "",
        cause: str = "",
        key: Key | None = None,
    ) -> Raised:
        """Raise a task, or the grade of the open one that is about the same."""
        command = c.RaiseTask(
            task=TaskId(self._new_id()),
            kind=kind,
            about=about,
            grade=grade,
            zone=self._zone(branch, zone),
            skill=ServiceId(skill),
            subject=subject,
            note=note,
            to=StaffId(to),
        )

        def answer(board: TaskBoard, _events: Sequence[Event], _at_ms: int) -> bytes:
            return msgspec.json.encode(Raised(board.open[about]))

        done = await self.host.run(
            self.stream(branch),
            branch,
            command,
            actor=actor.name,
            cause=cause,
            key=key,
            answer=answer,
        )
        return msgspec.json.decode(done.answer, type=Raised)

    async def accept(
        self, branch: BranchId, task: TaskId, actor: Actor, key: Key | None = None
    ) -> None:
        """The actor does it."""
        await self._run(branch, c.Accept(task=task, staff=_staff(actor)), actor, key)

    async def note(
        self, branch: BranchId, task: TaskId, note: str, actor: Actor, key: Key | None = None
    ) -> None:
        """Something worth knowing for whoever does it."""
        command = c.AddNote(task=task, staff=_staff(actor), note=check_note(note))
        await self._run(branch, command, actor, key)

    async def hand_over(
        self,
        branch: BranchId,
        task: TaskId,
        to: StaffId,
        note: str,
        actor: Actor,
        key: Key | None = None,
    ) -> None:
        """Somebody else is asked to do it."""
        command = c.HandOver(task=task, by=_staff(actor), to=to, note=check_note(note))
        await self._run(branch, command, actor, key)

    async def close(
        self, branch: BranchId, task: TaskId, outcome: str, actor: Actor, key: Key | None = None
    ) -> None:
        """It is done."""
        command = c.CloseTask(task=task, staff=_staff(actor), outcome=check_note(outcome))
        await self._run(branch, command, actor, key)

    async def withdraw(self, branch: BranchId, about: str, why: str) -> None:
        """What an open task was about is settled otherwise; nothing happens where there is none."""
        await self._run(branch, c.CancelTask(about=about, why=why), SYSTEM)

    # -- what time and the hall bring ----------------------------------------------------------

    async def tend(self, branch: BranchId, state: HallDay, now_ms: int) -> None:
        """One beat: ask the next person where an offer ran out; see what the hall calls for."""
        board = await self.board(branch)
        if any(is_due(board, board.tasks[task], now_ms) for task in board.open.values()):
            await self._run(branch, c.RunTaskTimers(), SYSTEM)
        if branch not in self._looked_ms:  # not all halls in the same beat
            self._looked_ms[branch] = now_ms - zlib.crc32(branch.encode()) % ALERTS_MS
        if now_ms - self._looked_ms[branch] >= ALERTS_MS:
            self._looked_ms[branch] = now_ms
            await asyncio.sleep(0)  # let others in: a thousand halls are looked over in turn
            await self.look_over(branch, state, now_ms)
        if now_ms - self._forgot_ms >= FORGET_MS:
            self._forgot_ms = now_ms
            self.host.forget_unused(now_ms - FORGET_MS)

    async def look_over(self, branch: BranchId, state: HallDay, now_ms: int) -> None:
        """Raise what the hall calls for, and withdraw what has resolved itself."""
        board = await self.board(branch)
        repeat = state.setup.settings.thresholds.repeat_minutes if state.setup is not None else 0
        found = changes(board, list(needs(state, now_ms)), repeat, now_ms)
        for need in found.raise_:
            await self.raise_task(
                branch,
                need.kind,
                need.about,
                SYSTEM,
                grade=need.grade,
                zone=need.zone,
                skill=need.skill,
                subject=need.subject,
            )
        for about in found.withdraw:
            await self.withdraw(branch, about, "resolved")

    # -- reading -------------------------------------------------------------------------------

    async def board(self, branch: BranchId) -> TaskBoard:
        """The durable board of today. Never change it."""
        return await self.host.state(self.stream(branch))

    async def view(self, branch: BranchId) -> views.TasksView:
        """The task rail of the PAD."""
        state = await self._hall.state(branch)
        return views.tasks(await self.board(branch), state, self._hall.names(branch))

    async def call_view(self, branch: BranchId, caller: str) -> calls.CallView:
        """What became of the newest call of one screen or person."""
        return calls.call(await self.board(branch), caller, self._hall.names(branch))

    def stream(self, branch: BranchId) -> str:
        """The stream of the branch's tasks of today."""
        return f"tasks/{branch}/{self._hall.dates.at(branch, self._hall.clock.now_ms())}"

    async def _run(
        self, branch: BranchId, command: c.TaskCommand, actor: Actor, key: Key | None = None
    ) -> None:
        await self.host.run(self.stream(branch), branch, command, actor=actor.name, key=key)

    def _zone(self, branch: BranchId, zone: str) -> ZoneId:
        if zone and all(one.id != zone for one in self._hall.directory.zones(branch)):
            raise Refused(p.UNKNOWN_ZONE)
        return ZoneId(zone)

    def _seat_zone(self, state: HallDay, actor: Actor) -> str:
        """Where a clerk sits who calls from their counter."""
        for counter in state.counters.values():
            if counter.staff and counter.staff == actor.id and state.setup is not None:
                place = state.setup.counters.get(counter.id)
                return place.zone if place is not None else ""
        return ""

    def _new_id(self) -> str:
        return self._hall.ids.new(self._hall.clock.now_ms())

    def _on_change(self, stream: str, _events: Sequence[Recorded]) -> None:
        branch = stream.split("/")[1]
        self._live.touch(VIEW, branch)
        self._live.touch_branch(branch, calls.VIEW)


def check_note(note: str) -> str:
    """``note`` unless it holds a long number: what is personal has no place in the log."""
    if LONG_NUMBER.search(note):
        raise Refused(p.PERSONAL_NOTE)
    return note.strip()


def _staff(actor: Actor) -> StaffId:
    if actor.kind is not ActorKind.STAFF:
        raise Refused(p.NOT_ON_DUTY)
    return StaffId(staff_id(actor))
