"""What follows from a command on a task board: events, or a refusal. Pure."""

from collections.abc import Callable, Sequence
from typing import Any

from tingtang.hall.model.tasks import commands as c
from tingtang.hall.model.tasks import events as e
from tingtang.hall.model.tasks import problems as p
from tingtang.hall.model.tasks.asking import ACCEPT_WITHIN_MS, levels_of, next_person
from tingtang.hall.model.tasks.evolve import made
from tingtang.hall.model.tasks.state import GRADE_ORDER, OPEN, Task, TaskBoard, TaskState
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import StaffId, TaskId
from tingtang.kernel.text import Text

STATES = {
    TaskState.OFFERED: Text("待接单", "offered"),
    TaskState.UNANSWERED: Text("无人应答", "unanswered"),
    TaskState.ACCEPTED: Text("处理中", "accepted"),
    TaskState.DONE: Text("已完成", "done"),
    TaskState.CANCELLED: Text("已撤销", "cancelled"),
}

Events = Sequence[Event]


def decide(board: TaskBoard, command: c.TaskCommand, at_ms: int) -> Events:
    """The events that ``command`` leads to at ``at_ms``; raises :class:`Refused`."""
    return _DECIDERS[type(command)](board, command, at_ms)


def _take_duty(board: TaskBoard, command: c.TakeDuty, at_ms: int) -> Events:
    """Whoever comes is offered what nobody answered and they could do."""
    person = command.person
    if board.people.get(person.staff) == person:
        return ()
    events: list[Event] = [e.DutyTaken(person=person)]
    for task in _open(board):
        levels = levels_of(task.kind)
        mine = [n for n, roles in enumerate(levels) if not roles.isdisjoint(person.roles)]
        if task.state is TaskState.UNANSWERED and mine:
            events.append(_offered(task, person.staff, mine[0], at_ms))
    return events


def _leave_duty(board: TaskBoard, command: c.LeaveDuty, at_ms: int) -> Events:
    """What the person had is offered to somebody else."""
    if command.staff not in board.people:
        return ()
    events: list[Event] = [e.DutyLeft(staff=command.staff)]
    for task in _open(board):
        if command.staff in (task.offered_to, task.accepted_by):
            asked = frozenset(task.asked | {command.staff})
            events.append(_ask(board, task, asked, at_ms))
    return events


def _raise(board: TaskBoard, command: c.RaiseTask, at_ms: int) -> Events:
    known = board.open.get(command.about)
    if known is not None:
        task = board.tasks[known]
        if GRADE_ORDER.index(command.grade) > GRADE_ORDER.index(task.grade):
            return (e.TaskRegraded(task=known, grade=command.grade),)
        return ()
    if command.to and command.to not in board.people:
        raise Refused(p.NOT_ON_DUTY)
    raised = e.TaskRaised(
        task=command.task,
        kind=command.kind,
        grade=command.grade,
        about=command.about,
        zone=command.zone,
        skill=command.skill,
        subject=command.subject,
        note=command.note,
    )
    task = made(raised, at_ms)
    if command.to:
        return (raised, _offered(task, command.to, 0, at_ms))
    return (raised, _ask(board, task, frozenset(), at_ms))


def _accept(board: TaskBoard, command: c.Accept, _at_ms: int) -> Events:
    task = _task(board, command.task)
    if task.state is TaskState.ACCEPTED:
        if task.accepted_by == command.staff:
            return ()
        raise Refused(p.NOT_YOUR_TASK)
    _require_open(task, Text("接单", "accepted"))
    return (e.TaskAccepted(task=task.id, staff=command.staff),)


def _note(board: TaskBoard, command: c.AddNote, _at_ms: int) -> Events:
    task = _task(board, command.task)
    _require_open(task, Text("备注", "noted"))
    if task.remarks and task.remarks[-1].text == command.note:
        return ()
    return (e.TaskNoted(task=task.id, staff=command.staff, note=command.note),)


def _hand_over(board: TaskBoard, command: c.HandOver, at_ms: int) -> Events:
    task = _task(board, command.task)
    _require_open(task, Text("交接", "handed over"))
    if task.accepted_by and task.accepted_by != command.by:
        raise Refused(p.NOT_YOUR_TASK)
    if command.to not in board.people:
        raise Refused(p.NOT_ON_DUTY)
    until_ms = at_ms + ACCEPT_WITHIN_MS[task.grade]
    return (
        e.TaskHandedOver(
            task=task.id, by=command.by, to=command.to, until_ms=until_ms, note=command.note
        ),
    )


def _close(board: TaskBoard, command: c.CloseTask, _at_ms: int) -> Events:
    task = _task(board, command.task)
    if task.state is TaskState.DONE and task.accepted_by == command.staff:
        return ()
    _require_open(task, Text("完成", "closed"))
    if not task.accepted_by:
        raise Refused(p.ACCEPT_FIRST)
    if task.accepted_by != command.staff:
        raise Refused(p.NOT_YOUR_TASK)
    return (e.TaskDone(task=task.id, staff=command.staff, outcome=command.outcome),)


def _cancel(board: TaskBoard, command: c.CancelTask, _at_ms: int) -> Events:
    task_id = board.open.get(command.about)
    return () if task_id is None else (e.TaskCancelled(task=task_id, why=command.why),)


def _run_timers(board: TaskBoard, _command: c.RunTaskTimers, at_ms: int) -> Events:
    return [
        _ask(board, task, frozenset(task.asked), at_ms)
        for task in _open(board)
        if is_due(board, task, at_ms)
    ]


def is_due(board: TaskBoard, task: Task, at_ms: int) -> bool:
    """True if the present offer of an open task has run out and somebody could be asked."""
    if task.state is TaskState.ACCEPTED or task.until_ms > at_ms:
        return False
    return task.state is TaskState.OFFERED or bool(board.people)


def _ask(board: TaskBoard, task: Task, asked: frozenset[StaffId], at_ms: int) -> Event:
    found = next_person(board, task, asked)
    if found is None:
        return e.TaskUnanswered(task=task.id, until_ms=at_ms + ACCEPT_WITHIN_MS[task.grade])
    return _offered(task, found.staff, found.level, at_ms)


def _offered(task: Task, staff: StaffId, level: int, at_ms: int) -> Event:
    until_ms = at_ms + ACCEPT_WITHIN_MS[task.grade]
    return e.TaskOffered(task=task.id, staff=staff, level=level, until_ms=until_ms)


def _open(board: TaskBoard) -> list[Task]:
    return [board.tasks[task] for task in board.open.values()]


def _task(board: TaskBoard, task_id: TaskId) -> Task:
    task = board.tasks.get(task_id)
    if task is None:
        raise Refused(p.UNKNOWN_TASK)
    return task


def _require_open(task: Task, action: Text) -> None:
    if task.state not in OPEN:
        raise Refused(p.TASK_STATE, state=STATES[task.state], action=action)


_DECIDERS: dict[type[c.TaskCommand], Callable[[TaskBoard, Any, int], Events]] = {
    c.TakeDuty: _take_duty,
    c.LeaveDuty: _leave_duty,
    c.RaiseTask: _raise,
    c.Accept: _accept,
    c.AddNote: _note,
    c.HandOver: _hand_over,
    c.CloseTask: _close,
    c.CancelTask: _cancel,
    c.RunTaskTimers: _run_timers,
}
