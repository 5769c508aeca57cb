"""What can happen about the faults of a device."""

from tingtang.devices.faults.model.settings import AlarmKind
from tingtang.devices.faults.model.state import Cause, RepairStep
from tingtang.devices.model.kinds import AlarmGrade
from tingtang.devices.model.state import Condition
from tingtang.kernel.events import Event, EventTypes
from tingtang.kernel.permissions import Role


class ConditionChanged(Event, frozen=True):
    """The device as a whole is otherwise than before: what availability is reckoned from."""

    device: str
    condition: Condition
    parts: tuple[str, ...] = ()
    """The modules that do not work."""


class AlarmRaised(Event, frozen=True):
    alarm: str
    device: str
    about: str
    kind: AlarmKind
    grade: AlarmGrade
    role: Role
    part: str = ""
    code: str = ""
    detail: str = ""


class AlarmRepeated(Event, frozen=True):
    """It came back: before it was closed, or so soon after that it is the same alarm."""

    alarm: str
    role: Role


class AlarmChanged(Event, frozen=True):
    """It is about something better or worse now."""

    alarm: str
    kind: AlarmKind
    grade: AlarmGrade
    code: str = ""
    detail: str = ""


class AlarmCeased(Event, frozen=True):
    """Nothing is wrong any more; it waits whether it stays so."""

    alarm: str


class AlarmCleared(Event, frozen=True):
    """It stayed so: the alarm is over by itself."""

    alarm: str


class AlarmEscalated(Event, frozen=True):
    """Nobody took it on in time; others are asked."""

    alarm: str
    device: str
    grade: AlarmGrade
    role: Role
    level: int


class AlarmAccepted(Event, frozen=True):
    alarm: str
    staff: str


class AlarmHandedOver(Event, frozen=True):
    alarm: str
    by: str
    to: str
    note: str = ""


class AlarmSuspended(Event, frozen=True):
    alarm: str
    by: str
    until_ms: int
    note: str = ""


class AlarmResumed(Event, frozen=True):
    """The time for which it was put off is over."""

    alarm: str


class AlarmClosed(Event, frozen=True):
    alarm: str
    by: str
    outcome: str
    present: bool
    """What it was about is still so."""


class SignGone(Event, frozen=True):
    """What somebody had closed by hand is over: should it come again, that is a new alarm."""

    about: str


class RepairOpened(Event, frozen=True):
    repair: str
    device: str
    description: str
    by: str
    part: str = ""
    alarm: str = ""


class RepairStepped(Event, frozen=True):
    repair: str
    step: RepairStep
    by: str
    note: str = ""
    to: str = ""
    vendor: str = ""
    parts: str = ""
    cause: Cause | None = None
    cost_fen: int | None = None


TYPES = EventTypes(
    "faults",
    [
        ConditionChanged, AlarmRaised, AlarmRepeated, AlarmChanged, AlarmCeased, AlarmCleared,
        AlarmEscalated, AlarmAccepted, AlarmHandedOver, AlarmSuspended, AlarmResumed, AlarmClosed,
        SignGone, RepairOpened, RepairStepped,
    ],
)  # fmt: skip
