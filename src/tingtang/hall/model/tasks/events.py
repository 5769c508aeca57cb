"""What can happen to tasks."""

from tingtang.hall.model.tasks.state import Grade, Person, TaskKind
from tingtang.kernel.events import Event, EventTypes
from tingtang.kernel.ids import ServiceId, StaffId, TaskId, ZoneId


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


class TaskNoted(Event, frozen=True):
    task: TaskId
    staff: StaffId
    note: str


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
        TaskNoted, TaskHandedOver, TaskDone, TaskCancelled,
    ],
)  # fmt: skip
