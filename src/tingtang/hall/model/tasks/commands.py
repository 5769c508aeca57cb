"""What can be asked of a branch's task board."""

import msgspec

from tingtang.hall.model.tasks.state import Grade, Person, TaskKind
from tingtang.kernel.ids import ServiceId, StaffId, TaskId, ZoneId


class TaskCommand(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the commands of this page."""


class TakeDuty(TaskCommand, frozen=True):
    person: Person


class LeaveDuty(TaskCommand, frozen=True):
    staff: StaffId


class RaiseTask(TaskCommand, frozen=True):
    """Ask for somebody; ``to`` names who is asked first.

    The same ``about`` again raises the grade of the open task at most.
    """

    task: TaskId
    kind: TaskKind
    about: str
    grade: Grade = Grade.YELLOW
    zone: ZoneId = ZoneId("")
    skill: ServiceId = ServiceId("")
    subject: str = ""
    note: str = ""
    to: StaffId = StaffId("")


class Accept(TaskCommand, frozen=True):
    task: TaskId
    staff: StaffId


class AddNote(TaskCommand, frozen=True):
    """Something worth knowing for whoever does the task."""

    task: TaskId
    staff: StaffId
    note: str


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
