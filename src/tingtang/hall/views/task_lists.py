"""``hall.tasks``: what people in the hall must do now, and who is on duty."""

import msgspec

from tingtang.hall.model.state import HallDay
from tingtang.hall.model.tasks.state import OPEN as OPEN_TASKS
from tingtang.hall.model.tasks.state import Grade, Task, TaskBoard, TaskKind, TaskState
from tingtang.hall.views.shared import Names
from tingtang.kernel.ids import CounterId, StaffId, TaskId, TicketId, ZoneId
from tingtang.kernel.permissions import Role

CLOSED_TASKS_SHOWN = 20


class RemarkView(msgspec.Struct, frozen=True):
    text: str
    by: str
    time_ms: int


class TaskView(msgspec.Struct, frozen=True):
    task: TaskId
    kind: TaskKind
    grade: Grade
    state: TaskState
    zone: ZoneId
    subject: str
    number: str
    """The number of the ticket or the sign of the counter that it is about, if any."""
    note: str
    """Why it was raised: words, or codes of reasons."""
    remarks: tuple[RemarkView, ...]
    """What was added since, oldest first."""
    raised_ms: int
    offered_to: StaffId
    offered_name: str
    until_ms: int
    accepted_by: StaffId
    accepted_name: str
    accepted_ms: int
    closed_ms: int
    outcome: str


class OnDuty(msgspec.Struct, frozen=True):
    name: str
    roles: tuple[Role, ...]
    zone: ZoneId
    load: int


class TasksView(msgspec.Struct, frozen=True):
    """``hall.tasks``: open tasks, those closed lately, and who is on duty."""

    tasks: dict[TaskId, TaskView]
    people: dict[StaffId, OnDuty]


def tasks(board_: TaskBoard, state: HallDay | None, names: Names) -> TasksView:
    """The task rail of the PAD."""
    closed = sorted(
        (t for t in board_.tasks.values() if t.state not in OPEN_TASKS),
        key=lambda t: -t.closed_ms,
    )[:CLOSED_TASKS_SHOWN]
    shown = [board_.tasks[t] for t in board_.open.values()] + closed
    return TasksView(
        tasks={t.id: _task(t, state, names) for t in shown},
        people={
            p.staff: OnDuty(
                names.staff(p.staff), tuple(sorted(p.roles)), p.zone, board_.load(p.staff)
            )
            for p in board_.people.values()
        },
    )


def _task(task: Task, state: HallDay | None, names: Names) -> TaskView:
    number = ""
    if state is not None:
        held = state.tickets.get(TicketId(task.subject))
        place = state.setup.counters.get(CounterId(task.subject)) if state.setup else None
        number = held.number if held is not None else place.sign if place is not None else ""
    return TaskView(
        task=task.id,
        kind=task.kind,
        grade=task.grade,
        state=task.state,
        zone=task.zone,
        subject=task.subject,
        number=number,
        note=task.note,
        remarks=tuple(
            RemarkView(one.text, names.staff(one.staff), one.time_ms) for one in task.remarks
        ),
        raised_ms=task.raised_ms,
        offered_to=task.offered_to,
        offered_name=names.staff(task.offered_to) if task.offered_to else "",
        until_ms=task.until_ms,
        accepted_by=task.accepted_by,
        accepted_name=names.staff(task.accepted_by) if task.accepted_by else "",
        accepted_ms=task.accepted_ms,
        closed_ms=task.closed_ms,
        outcome=task.outcome,
    )
