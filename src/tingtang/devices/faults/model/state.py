"""What is known of the faults of one device, from its stream ``faults/<device>``."""

from enum import StrEnum

import msgspec

from tingtang.devices.faults.model.settings import AlarmKind
from tingtang.devices.model.kinds import AlarmGrade
from tingtang.devices.model.state import Condition
from tingtang.kernel.permissions import Role

ALARMS_KEPT = 50
"""Alarms that are over and still shown; the log keeps all."""
REPAIRS_KEPT = 50
RECENT_KEPT = 100
"""Moments kept of how often an alarm came back; no setting asks for more."""
STEPS_KEPT = 200


class AlarmState(StrEnum):
    """How far people have come with an alarm."""

    OPEN = "open"
    """待处理: somebody is asked, nobody has taken it on."""
    ACCEPTED = "accepted"
    """处理中."""
    SUSPENDED = "suspended"
    """挂起: known, and put off until a moment."""
    CLEARED = "cleared"
    """自动关闭: what was wrong is over."""
    CLOSED = "closed"
    """登记关闭: somebody closed it and said why."""


OVER = frozenset({AlarmState.CLEARED, AlarmState.CLOSED})


class Alarm(msgspec.Struct):
    """One alarm from when it was raised until it is over."""

    id: str
    about: str
    kind: AlarmKind
    part: str
    grade: AlarmGrade
    code: str
    detail: str
    raised_ms: int
    role: Role
    """Who is asked."""
    asked_ms: int
    state: AlarmState = AlarmState.OPEN
    recent: tuple[int, ...] = ()
    """When it appeared, newest last."""
    count: int = 1
    gone_ms: int = 0
    """Since when nothing is wrong any more; 0 while it is."""
    level: int = 0
    """How often others had to be asked."""
    owner: str = ""
    """The staff member who sees to it."""
    accepted_ms: int = 0
    suspended_until_ms: int = 0
    note: str = ""
    ended_ms: int = 0
    outcome: str = ""
    repair: str = ""

    @property
    def is_over(self) -> bool:
        return self.state in OVER


class RepairState(StrEnum):
    """How far a repair has come."""

    OPEN = "open"
    ASSIGNED = "assigned"
    IN_WORK = "in_work"
    WAITING_PARTS = "waiting_parts"
    DONE = "done"
    """The device works again, says whoever repaired it."""
    CLOSED = "closed"
    """Somebody else has seen that it does."""


class RepairStep(StrEnum):
    """What is done with a repair."""

    ASSIGN = "assign"
    START = "start"
    WAIT_FOR_PARTS = "wait_for_parts"
    FINISH = "finish"
    VERIFY = "verify"
    REOPEN = "reopen"


class Cause(StrEnum):
    """Why it had failed; a repair is not finished without."""

    WEAR = "wear"
    DEFECT = "defect"
    SOFTWARE = "software"
    NETWORK = "network"
    POWER = "power"
    SUPPLIES = "supplies"
    MISUSE = "misuse"
    DAMAGE = "damage"
    NOT_FOUND = "not_found"
    OTHER = "other"


class StepTaken(msgspec.Struct, frozen=True):
    """One line of a repair's history."""

    step: RepairStep
    by: str
    at_ms: int
    note: str = ""


class Repair(msgspec.Struct):
    """A repair from its report to its verification (报修单)."""

    id: str
    part: str
    description: str
    opened_ms: int
    opened_by: str
    alarm: str = ""
    state: RepairState = RepairState.OPEN
    assignee: str = ""
    """A staff member, where the bank repairs it itself."""
    vendor: str = ""
    parts: str = ""
    cause: Cause | None = None
    cost_fen: int | None = None
    done_by: str = ""
    done_ms: int = 0
    """0 until it is done, and again once it is reopened."""
    closed_ms: int = 0
    reopened: int = 0
    steps: list[StepTaken] = []

    @property
    def is_under_way(self) -> bool:
        """Nobody has said yet that it is done."""
        return self.state not in {RepairState.DONE, RepairState.CLOSED}


class DeviceFaults(msgspec.Struct):
    """All that is wrong, or was, with one device."""

    condition: Condition = Condition.UNKNOWN
    condition_since_ms: int = 0
    alarms: dict[str, Alarm] = {}
    """Those that are over first, in the order in which they ended."""
    open: dict[str, str] = {}
    """What is wrong to the alarm about it."""
    last: dict[str, str] = {}
    """What was wrong to the newest alarm about it that is over."""
    dismissed: dict[str, AlarmGrade] = {}
    """What is still wrong though its alarm was closed by hand, with the grade it had."""
    repairs: dict[str, Repair] = {}
    """By id, oldest first."""
