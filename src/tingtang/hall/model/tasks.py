"""厅堂任务: what a person in the hall must do now, and who is asked to do it. Pure.

A task is offered to the best person on duty; who does not accept in time is passed over and the
task is offered to the next, then to the roles of the next level. Times are kept at every step.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from tingtang.kernel.clock import MINUTE_MS, SECOND_MS
from tingtang.kernel.errors import Problem, Refused
from tingtang.kernel.events import Event, EventTypes
from tingtang.kernel.ids import ServiceId, StaffId, TaskId, ZoneId
from tingtang.kernel.permissions import Role
from tingtang.kernel.text import Text

UNKNOWN_TASK = Problem("unknown_task", 404, "没有这项任务", "There is no such task")
TASK_STATE = Problem(
    "task_state",
    409,
    "该任务{state}，不能{action}",
    "This task is {state} and cannot be {action}",
)
NOT_YOUR_TASK = Problem(
    "not_your_task", 409, "该任务已由他人处理", "Somebody else has taken this task"
)
NOT_ON_DUTY = Problem(
    "not_on_duty", 409, "该员工不在岗，无法交接", "This person is not on duty in the hall"
)


class TaskKind(StrEnum):
    CALL_MANAGER = "call_manager"
    VIP_RECEPTION = "vip_reception"
    LONG_WAIT = "long_wait"
    STUCK = "stuck"
    HOLD_ENDED = "hold_ended"
    SERVICE_LONG = "service_long"
    CROWDED = "crowded"
    COMPLAINT = "complaint"
    CARE = "care"
    REALLOCATE = "reallocate"


class Grade(StrEnum):
    NOTE = "note"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


GRADE_ORDER = (Grade.NOTE, Grade.YELLOW, Grade.ORANGE, Grade.RED)


class TaskState(StrEnum):
    OFFERED = "offered"
    UNANSWERED = "unanswered"
    ACCEPTED = "accepted"
    DONE = "done"
    CANCELLED = "cancelled"


OPEN = frozenset({TaskState.OFFERED, TaskState.UNANSWERED, TaskState.ACCEPTED})
_STATE_WORDS = {
    TaskState.OFFERED: Text("待接单", "offered"),
    TaskState.UNANSWERED: Text("无人应答", "unanswered"),
    TaskState.ACCEPTED: Text("处理中", "accepted"),
    TaskState.DONE: Text("已完成", "done"),
    TaskState.CANCELLED: Text("已撤销", "cancelled"),
}

ESCALATION: dict[TaskKind, tuple[frozenset[Role], ...]] = {
    TaskKind.VIP_RECEPTION: (
        frozenset({Role.ACCOUNT_MANAGER, Role.WEALTH_MANAGER}),
        frozenset({Role.LOBBY_MANAGER}),
        frozenset({Role.BRANCH_MANAGER}),
    ),
    TaskKind.COMPLAINT: (frozenset({Role.LOBBY_MANAGER}), frozenset({Role.BRANCH_MANAGER})),
    TaskKind.REALLOCATE: (frozenset({Role.LOBBY_MANAGER}), frozenset({Role.BRANCH_MANAGER})),
}
"""Who is asked first, then second, ...; kinds not named here follow ``DEFAULT_ESCALATION``."""
DEFAULT_ESCALATION = (
    frozenset({Role.LOBBY_MANAGER}),
    frozenset({Role.ACCOUNT_MANAGER, Role.WEALTH_MANAGER}),
    frozenset({Role.BRANCH_MANAGER}),
)
ACCEPT_WITHIN_MS = {
    Grade.NOTE: 2 * MINUTE_MS,
    Grade.YELLOW: 90 * SECOND_MS,
    Grade.ORANGE: 60 * SECOND_MS,
    Grade.RED: 30 * SECOND_MS,
}
"""How long an offer stands before the next person is asked."""


class Person(msgspec.Struct, frozen=True):
    """Somebody on duty in the hall."""

    staff: StaffId
    roles: frozenset[Role]
    skills: frozenset[ServiceId] = frozenset()
    zone: ZoneId = ZoneId("")


class Task(msgspec.Struct):
    """A task with its times; ``about`` keeps the same need from being raised twice."""

    id: TaskId
    kind: TaskKind
    grade: Grade
    about: str
    raised_ms: int
    zone: ZoneId = ZoneId("")
    skill: ServiceId = ServiceId("")
    subject: str = ""
    """The ticket, visit, counter or machine it is about."""
    note: str = ""
    state: TaskState = TaskState.UNANSWERED
    level: int = 0
    asked: set[StaffId] = set()
    offered_to: StaffId = StaffId("")
    offered_ms: int = 0
    until_ms: int = 0
    accepted_by: StaffId = StaffId("")
    accepted_ms: int = 0
    closed_ms: int = 0
    outcome: str = ""


class TaskBoard:
    """All tasks of one branch on one day, and who is on duty."""

    __slots__ = ("open", "people", "tasks")

    def __init__(self) -> None:
        self.people: dict[StaffId, Person] = {}
        self.tasks: dict[TaskId, Task] = {}
        self.open: dict[str, TaskId] = {}
        """Open tasks by what they are about."""

    def load(self, staff: StaffId) -> int:
        """How many tasks this person has accepted or been offered."""
        return sum(
            staff in (task.accepted_by, task.offered_to)
            for task in (self.tasks[t] for t in self.open.values())
        )


# -- events --------------------------------------------------------------------------------------


class DutyTaken(Event, frozen=True):
    person: Person


class DutyLeft(Event, frozen=True):
    staff: StaffId


class TaskRaised(Event, frozen=True):
    task: TaskId
    kind: TaskKind
    grade: Grade
    about: str
    zone: ZoneId = ZoneId("")
    skill: ServiceId = ServiceId("")
    subject: str = ""
    note: str = ""


class TaskRegraded(Event, frozen=True):
    task: TaskId
    grade: Grade


class TaskOffered(Event, frozen=True):
    task: TaskId
    staff: StaffId
    level: int
    until_ms: int


class TaskUnanswered(Event, frozen=True):
    """Nobody who could be asked is left; everybody on duty sees it and is asked again later."""

    task: TaskId
    until_ms: int


class TaskAccepted(Event, frozen=True):
    task: TaskId
    staff: StaffId


class TaskHandedOver(Event, frozen=True):
    task: TaskId
    by: StaffId
    to: StaffId
    until_ms: int
    note: str = ""


class TaskDone(Event, frozen=True):
    task: TaskId
    staff: StaffId
    outcome: str = ""


class TaskCancelled(Event, frozen=True):
    """What it was about has resolved itself."""

    task: TaskId
    why: str


TYPES = EventTypes(
    "task",
    [
        DutyTaken, DutyLeft, TaskRaised, TaskRegraded, TaskOffered, TaskUnanswered, TaskAccepted,
        TaskHandedOver, TaskDone, TaskCancelled,
    ],
)  # fmt: skip


# -- commands ------------------------------------------------------------------------------------


class TaskCommand(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the commands of this page."""


class TakeDuty(TaskCommand, frozen=True):
    person: Person


class LeaveDuty(TaskCommand, frozen=True):
    staff: StaffId


class RaiseTask(TaskCommand, frozen=True):
    """Ask for somebody. The same ``about`` again raises the grade of the open task at most."""

    task: TaskId
    kind: TaskKind
    about: str
    grade: Grade = Grade.YELLOW
    zone: ZoneId = ZoneId("")
    skill: ServiceId = ServiceId("")
    subject: str = ""
    note: str = ""


class Accept(TaskCommand, frozen=True):
    task: TaskId
    staff: StaffId


class HandOver(TaskCommand, frozen=True):
    task: TaskId
    by: StaffId
    to: StaffId
    note: str = ""


class CloseTask(TaskCommand, frozen=True):
    task: TaskId
    staff: StaffId
    outcome: str = ""


class CancelTask(TaskCommand, frozen=True):
    about: str
    why: str


class RunTaskTimers(TaskCommand, frozen=True):
    """Pass over who did not answer in time and ask the next."""


# -- who is asked --------------------------------------------------------------------------------


def next_person(
    board: TaskBoard, task: Task, asked: frozenset[StaffId]
) -> tuple[StaffId, int] | None:
    """The best person not yet asked, and the level of escalation at which they were found.

    Within a level: who has the skill, then who is in the zone, then who has least to do.
    """
    levels = ESCALATION.get(task.kind, DEFAULT_ESCALATION)
    for level in range(task.level, len(levels)):
        fit = [
            person
            for person in board.people.values()
            if person.staff not in asked and not person.roles.isdisjoint(levels[level])
        ]
        if fit:
            best = min(
                fit,
                key=lambda p: (
                    bool(task.skill) and task.skill not in p.skills,
                    board.load(p.staff),
                    bool(task.zone) and task.zone != p.zone,
                    p.staff,
                ),
            )
            return best.staff, level
    return None


def _offer(board: TaskBoard, task: Task, asked: frozenset[StaffId], at_ms: int) -> Event:
    found = next_person(board, task, asked)
    until_ms = at_ms + ACCEPT_WITHIN_MS[task.grade]
    if found is None:
        return TaskUnanswered(task=task.id, until_ms=until_ms)
    staff, level = found
    return TaskOffered(task=task.id, staff=staff, level=level, until_ms=until_ms)


# -- decide --------------------------------------------------------------------------------------


def decide(board: TaskBoard, command: TaskCommand, at_ms: int) -> Sequence[Event]:
    """The events that ``command`` leads to at ``at_ms``; raises :class:`Refused`."""
    return _DECIDERS[type(command)](board, command, at_ms)


def _take_duty(board: TaskBoard, command: TakeDuty, at_ms: int) -> Sequence[Event]:
    person = command.person
    if board.people.get(person.staff) == person:
        return ()
    events: list[Event] = [DutyTaken(person=person)]
    for task_id in board.open.values():
        task = board.tasks[task_id]
        levels = ESCALATION.get(task.kind, DEFAULT_ESCALATION)
        if task.state is TaskState.UNANSWERED and any(person.roles & level for level in levels):
            until_ms = at_ms + ACCEPT_WITHIN_MS[task.grade]
            level = next(i for i, roles in enumerate(levels) if roles & person.roles)
            events.append(
                TaskOffered(task=task.id, staff=person.staff, level=level, until_ms=until_ms)
            )
    return events


def _leave_duty(board: TaskBoard, command: LeaveDuty, at_ms: int) -> Sequence[Event]:
    if command.staff not in board.people:
        return ()
    events: list[Event] = [DutyLeft(staff=command.staff)]
    for task_id in board.open.values():
        task = board.tasks[task_id]
        if command.staff in (task.offered_to, task.accepted_by):
            asked = frozenset(task.asked | {command.staff})
            events.append(_offer(board, task, asked, at_ms))
    return events


def _raise(board: TaskBoard, command: RaiseTask, at_ms: int) -> Sequence[Event]:
    known = board.open.get(command.about)
    if known is not None:
        task = board.tasks[known]
        if GRADE_ORDER.index(command.grade) > GRADE_ORDER.index(task.grade):
            return (TaskRegraded(task=known, grade=command.grade),)
        return ()
    raised = TaskRaised(
        task=command.task,
        kind=command.kind,
        grade=command.grade,
        about=command.about,
        zone=command.zone,
        skill=command.skill,
        subject=command.subject,
        note=command.note,
    )
    return (raised, _offer(board, _made(raised, at_ms), frozenset(), at_ms))


def _accept(board: TaskBoard, command: Accept, _at_ms: int) -> Sequence[Event]:
    task = _task(board, command.task)
    if task.state is TaskState.ACCEPTED:
        if task.accepted_by == command.staff:
            return ()
        raise Refused(NOT_YOUR_TASK)
    _require_open(task, "接单", "accepted")
    return (TaskAccepted(task=task.id, staff=command.staff),)


def _hand_over(board: TaskBoard, command: HandOver, at_ms: int) -> Sequence[Event]:
    task = _task(board, command.task)
    _require_open(task, "交接", "handed over")
    if task.accepted_by and task.accepted_by != command.by:
        raise Refused(NOT_YOUR_TASK)
    if command.to not in board.people:
        raise Refused(NOT_ON_DUTY)
    until_ms = at_ms + ACCEPT_WITHIN_MS[task.grade]
    return (
        TaskHandedOver(
            task=task.id, by=command.by, to=command.to, until_ms=until_ms, note=command.note
        ),
    )


def _close(board: TaskBoard, command: CloseTask, _at_ms: int) -> Sequence[Event]:
    task = _task(board, command.task)
    _require_open(task, "完成", "closed")
    if task.accepted_by != command.staff:
        raise Refused(NOT_YOUR_TASK)
    return (TaskDone(task=task.id, staff=command.staff, outcome=command.outcome),)


def _cancel(board: TaskBoard, command: CancelTask, _at_ms: int) -> Sequence[Event]:
    task_id = board.open.get(command.about)
    return () if task_id is None else (TaskCancelled(task=task_id, why=command.why),)


def _run_timers(board: TaskBoard, _command: RunTaskTimers, at_ms: int) -> Sequence[Event]:
    events: list[Event] = []
    for task_id in board.open.values():
        task = board.tasks[task_id]
        if task.state is TaskState.ACCEPTED or task.until_ms > at_ms:
            continue
        asked = frozenset(task.asked)
        if task.state is TaskState.UNANSWERED:
            if not board.people:
                continue
            asked = frozenset()  # all have been asked: begin again from the first level
        events.append(_offer(board, task, asked, at_ms))
    return events


def _task(board: TaskBoard, task_id: TaskId) -> Task:
    task = board.tasks.get(task_id)
    if task is None:
        raise Refused(UNKNOWN_TASK)
    return task


def _require_open(task: Task, zh: str, en: str) -> None:
    if task.state not in OPEN:
        raise Refused(TASK_STATE, state=_STATE_WORDS[task.state], action=Text(zh, en))


_DECIDERS: dict[type[TaskCommand], Callable[[TaskBoard, Any, int], Sequence[Event]]] = {
    TakeDuty: _take_duty,
    LeaveDuty: _leave_duty,
    RaiseTask: _raise,
    Accept: _accept,
    HandOver: _hand_over,
    CloseTask: _close,
    CancelTask: _cancel,
    RunTaskTimers: _run_timers,
}


# -- evolve --------------------------------------------------------------------------------------


def evolve(board: TaskBoard, event: Event, at_ms: int) -> None:
    """Apply ``event`` to ``board`` in place."""
    match event:
        case DutyTaken(person=person):
            board.people[person.staff] = person
        case DutyLeft(staff=staff):
            board.people.pop(staff, None)
        case TaskRaised():
            board.tasks[event.task] = _made(event, at_ms)
            board.open[event.about] = event.task
        case TaskRegraded():
            board.tasks[event.task].grade = event.grade
        case TaskOffered():
            task = board.tasks[event.task]
            if task.state is TaskState.UNANSWERED and event.level == 0:
                task.asked.clear()
            task.level = event.level
            _offered(task, event.staff, event.until_ms, at_ms)
        case TaskUnanswered():
            task = board.tasks[event.task]
            task.state, task.until_ms = TaskState.UNANSWERED, event.until_ms
            task.offered_to = task.accepted_by = StaffId("")
            task.level = 0
        case TaskAccepted():
            task = board.tasks[event.task]
            task.state, task.accepted_by = TaskState.ACCEPTED, event.staff
            task.accepted_ms, task.offered_to = at_ms, StaffId("")
        case TaskHandedOver():
            task = board.tasks[event.task]
            task.note = event.note or task.note
            _offered(task, event.to, event.until_ms, at_ms)
        case TaskDone():
            task = board.tasks[event.task]
            _closed(board, task, TaskState.DONE, event.outcome, at_ms)
        case TaskCancelled():
            task = board.tasks[event.task]
            _closed(board, task, TaskState.CANCELLED, event.why, at_ms)
        case _:
            raise TypeError(f"no event of tasks: {event!r}")


def _made(event: TaskRaised, at_ms: int) -> Task:
    return Task(
        event.task,
        event.kind,
        event.grade,
        event.about,
        at_ms,
        event.zone,
        event.skill,
        event.subject,
        event.note,
    )


def _offered(task: Task, staff: StaffId, until_ms: int, at_ms: int) -> None:
    task.state, task.offered_to = TaskState.OFFERED, staff
    task.offered_ms, task.until_ms = at_ms, until_ms
    task.accepted_by = StaffId("")
    task.asked.add(staff)


def _closed(board: TaskBoard, task: Task, state: TaskState, outcome: str, at_ms: int) -> None:
    task.state, task.outcome, task.closed_ms = state, outcome, at_ms
    task.offered_to = StaffId("")
    board.open.pop(task.about, None)
