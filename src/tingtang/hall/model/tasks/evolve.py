"""How each event changes a task board. Nothing is checked here."""

from tingtang.hall.model.tasks import events as e
from tingtang.hall.model.tasks.state import Remark, Task, TaskBoard, TaskState
from tingtang.kernel.events import Event
from tingtang.kernel.ids import StaffId, TaskId


def evolve(board: TaskBoard, event: Event, at_ms: int) -> None:
    """Apply ``event`` to ``board`` in place."""
    match event:
        case e.DutyTaken(person=person):
            board.people[person.staff] = person
        case e.DutyLeft(staff=staff):
            board.people.pop(staff, None)
        case e.TaskRaised():
            board.tasks[event.task] = made(event, at_ms)
            board.open[event.about] = event.task
        case e.TaskRegraded():
            board.tasks[event.task].grade = event.grade
        case e.TaskOffered():
            task = board.tasks[event.task]
            task.level = event.level
            _offered(task, event.staff, event.until_ms, at_ms)
        case e.TaskUnanswered():
            task = board.tasks[event.task]
            task.state, task.until_ms = TaskState.UNANSWERED, event.until_ms
            task.offered_to = task.accepted_by = StaffId("")
            task.level = 0
            task.asked.clear()
        case e.TaskAccepted():
            task = board.tasks[event.task]
            task.state, task.accepted_by = TaskState.ACCEPTED, event.staff
            task.accepted_ms, task.offered_to = at_ms, StaffId("")
        case e.TaskNoted():
            _remarked(board.tasks[event.task], event.staff, event.note, at_ms)
        case e.TaskHandedOver():
            task = board.tasks[event.task]
            if event.note:
                _remarked(task, event.by, event.note, at_ms)
            _offered(task, event.to, event.until_ms, at_ms)
        case e.TaskDone():
            _closed(board, event.task, TaskState.DONE, event.outcome, at_ms)
        case e.TaskCancelled():
            _closed(board, event.task, TaskState.CANCELLED, event.why, at_ms)
        case _:
            raise TypeError(f"no event of tasks: {event!r}")


def made(event: e.TaskRaised, at_ms: int) -> Task:
    """The task that was raised."""
    return Task(
        id=event.task,
        kind=event.kind,
        grade=event.grade,
        about=event.about,
        raised_ms=at_ms,
        zone=event.zone,
        skill=event.skill,
        subject=event.subject,
        note=event.note,
    )


def _remarked(task: Task, staff: StaffId, text: str, at_ms: int) -> None:
    task.remarks.append(Remark(staff, at_ms, text))


def _offered(task: Task, staff: StaffId, until_ms: int, at_ms: int) -> None:
    task.state, task.offered_to = TaskState.OFFERED, staff
    task.offered_ms, task.until_ms = at_ms, until_ms
    task.accepted_by = StaffId("")
    task.asked.add(staff)


def _closed(board: TaskBoard, task_id: TaskId, state: TaskState, outcome: str, at_ms: int) -> None:
    task = board.tasks[task_id]
    task.state, task.outcome, task.closed_ms = state, outcome, at_ms
    task.offered_to = StaffId("")
    board.open.pop(task.about, None)
    board.closed[task.about] = task.id
