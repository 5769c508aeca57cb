"""The state of one branch's tasks on one day."""

from enum import StrEnum

import msgspec

from tingtang.kernel.ids import ServiceId, StaffId, TaskId, ZoneId
from tingtang.kernel.permissions import Role


class TaskKind(StrEnum):
    CALL_MANAGER = "call_manager"
    VIP_RECEPTION = "vip_reception"
    LONG_WAIT = "long_wait"
    CARE = "care"
    """A customer with care needs waits too long."""
    STUCK = "stuck"
    HOLD_ENDED = "hold_ended"
    SERVICE_LONG = "service_long"
    CROWDED = "crowded"
    COMPLAINT = "complaint"
    OTHER = "other"
    """Whatever a manager asks for."""


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


class Person(msgspec.Struct, frozen=True):
    """Somebody on duty in the hall."""

    staff: StaffId
    roles: frozenset[Role]
    skills: frozenset[ServiceId] = frozenset()
    zone: ZoneId = ZoneId("")


class Remark(msgspec.Struct, frozen=True):
    """What somebody added for whoever does the task."""

    staff: StaffId
    time_ms: int
    text: str


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
    """The ticket, visit, counter, machine or complaint it is about."""
    note: str = ""
    """Why it was raised."""
    remarks: list[Remark] = []
    state: TaskState = TaskState.UNANSWERED
    level: int = 0
    asked: set[StaffId] = set()
    """Who was asked in this round; when nobody is left the round begins anew."""
    offered_to: StaffId = StaffId("")
    offered_ms: int = 0
    until_ms: int = 0
    accepted_by: StaffId = StaffId("")
    accepted_ms: int = 0
    closed_ms: int = 0
    outcome: str = ""


class TaskBoard:
    """All tasks of one branch on one day, and who is on duty."""

    __slots__ = ("closed", "open", "people", "tasks")

    def __init__(self) -> None:
        self.people: dict[StaffId, Person] = {}
        self.tasks: dict[TaskId, Task] = {}
        self.open: dict[str, TaskId] = {}
        """Open tasks by what they are about."""
        self.closed: dict[str, TaskId] = {}
        """The newest closed task by what it was about."""

    def load(self, staff: StaffId) -> int:
        """How many tasks this person has accepted or been offered."""
        return sum(
            staff in (task.accepted_by, task.offered_to)
            for task in (self.tasks[t] for t in self.open.values())
        )
