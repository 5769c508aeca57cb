"""What a bank can set about alarms: grades, waiting times, who is asked first."""

from typing import Annotated

import msgspec

from tingtang.devices.model.kinds import AlarmGrade, DeviceType, Group
from tingtang.kernel.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from tingtang.kernel.enums import Word
from tingtang.kernel.permissions import Role

Seconds = Annotated[int, msgspec.Meta(ge=0, le=3600)]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=7 * 24 * 60)]
GRADES = tuple(AlarmGrade)
"""From the least to the most urgent."""


class AlarmKind(Word):
    """What is wrong."""

    LINK = "link"
    """The network: it cannot be reached."""
    APP = "app"
    """Its program."""
    MODULE_FAULT = "module_fault"
    MODULE_WARNING = "module_warning"
    """A part that still works but complains, or is not there."""
    CONSUMABLE_LOW = "consumable_low"
    CONSUMABLE_OUT = "consumable_out"
    THRESHOLD = "threshold"
    """A measured value beyond a mark that the device's type declares."""
    ODD = "odd"
    """What it says makes no sense."""


CONSUMABLES = frozenset({AlarmKind.CONSUMABLE_LOW, AlarmKind.CONSUMABLE_OUT})


class GradeRule(msgspec.Struct, frozen=True, kw_only=True):
    """A grade for what is wrong, on some devices or parts; what is left empty means any."""

    kind: AlarmKind
    group: Group | None = None
    type: Annotated[str, msgspec.Meta(max_length=40)] = ""
    part: Annotated[str, msgspec.Meta(max_length=40)] = ""
    """The name of a module, a consumable, a threshold or a flag."""
    grade: AlarmGrade


def _rule(kind: AlarmKind, grade: AlarmGrade, group: Group | None = None) -> GradeRule:
    return GradeRule(kind=kind, group=group, grade=grade)


_K, _G = AlarmKind, AlarmGrade
SHIPPED_RULES = (
    _rule(_K.LINK, _G.CRITICAL, Group.NETWORK),
    _rule(_K.LINK, _G.MAJOR, Group.SELF_SERVICE),
    _rule(_K.LINK, _G.MAJOR, Group.CASH),
    _rule(_K.LINK, _G.MAJOR, Group.DELIVERY),
    _rule(_K.LINK, _G.MINOR),
    _rule(_K.APP, _G.MAJOR),
    _rule(_K.MODULE_FAULT, _G.MAJOR, Group.SELF_SERVICE),
    _rule(_K.MODULE_FAULT, _G.CRITICAL, Group.CASH),
    _rule(_K.MODULE_FAULT, _G.MAJOR, Group.DELIVERY),
    _rule(_K.MODULE_FAULT, _G.MINOR),
    _rule(_K.MODULE_WARNING, _G.NOTICE),
    _rule(_K.CONSUMABLE_LOW, _G.MINOR),
    _rule(_K.CONSUMABLE_OUT, _G.MAJOR),
    _rule(_K.ODD, _G.NOTICE),
)


class AnswerMinutes(msgspec.Struct, frozen=True):
    """How long somebody has to take an alarm on before the next are asked."""

    notice: Minutes = 24 * 60
    minor: Minutes = 60
    major: Minutes = 15
    critical: Minutes = 5

    def of(self, grade: AlarmGrade) -> int:
        """In milliseconds."""
        return int(getattr(self, grade.value)) * MINUTE_MS


class AlarmSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a branch's alarms are graded, calmed and handed on.

    Grades are those of ITU-T X.733 (warning, minor, major, critical), the first called notice.
    """

    rules: Annotated[tuple[GradeRule, ...], msgspec.Meta(max_length=100)] = SHIPPED_RULES
    """The first that fits holds; where none does it is a notice. Thresholds declare their own."""
    offline_seconds: Seconds = 30
    """A link lost for less is no alarm."""
    settle_seconds: Seconds = 120
    """What has recovered is closed after this long; if it comes back earlier it is the same alarm."""
    repeat_minutes: Minutes = 30
    """What comes back this soon after it was closed is the same alarm again."""
    flaps_an_hour: Annotated[int, msgspec.Meta(ge=2, le=100)] = 5
    """What comes and goes this often flaps, and is closed only after the next field."""
    flap_quiet_minutes: Minutes = 30
    answer_minutes: AnswerMinutes = AnswerMinutes()
    faults_to: Annotated[tuple[Role, ...], msgspec.Meta(min_length=1, max_length=5)] = (
        Role.DEVICE_ENGINEER, Role.BRANCH_MANAGER, Role.MANAGING_BRANCH,
    )  # fmt: skip
    """Who is asked first, second, ..."""
    supplies_to: Annotated[tuple[Role, ...], msgspec.Meta(min_length=1, max_length=5)] = (
        Role.LOBBY_MANAGER, Role.DEVICE_ENGINEER, Role.BRANCH_MANAGER,
    )  # fmt: skip
    """The same for consumables."""

    def grade(self, type_: DeviceType, kind: AlarmKind, part: str) -> AlarmGrade:
        """The grade of what is wrong with a device of this type."""
        for rule in self.rules:
            if (
                rule.kind == kind
                and rule.group in {None, type_.group}
                and rule.type in {"", type_.code}
                and rule.part in {"", part}
            ):
                return rule.grade
        return AlarmGrade.NOTICE

    def hold_ms(self, kind: AlarmKind) -> int:
        """How long something must be wrong before it is an alarm."""
        return self.offline_seconds * SECOND_MS if kind is AlarmKind.LINK else 0

    def asked(self, kind: AlarmKind) -> tuple[Role, ...]:
        """Who is asked, in order."""
        return self.supplies_to if kind in CONSUMABLES else self.faults_to

    def is_flapping(self, recent: tuple[int, ...], at_ms: int) -> bool:
        """Whether something that appeared at these moments comes and goes too often."""
        return sum(at_ms - one < HOUR_MS for one in recent) >= self.flaps_an_hour

    def settle_ms(self, recent: tuple[int, ...], at_ms: int) -> int:
        """How long it must stay away before it is closed by itself."""
        if self.is_flapping(recent, at_ms):
            return self.flap_quiet_minutes * MINUTE_MS
        return self.settle_seconds * SECOND_MS


def rank(grade: AlarmGrade) -> int:
    """0 for a notice, 3 for critical."""
    return GRADES.index(grade)
