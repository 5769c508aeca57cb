"""What an automation says: triggers, a condition, actions. Pure data, checked by its types."""

from enum import StrEnum
from typing import Annotated

import msgspec

from tingtang.kernel.text import Text

TRIGGERS_MAX = 8
ACTIONS_MAX = 16
TESTS_MAX = 8
"""Tests of an event's fields in one trigger."""
PARTS_MAX = 12
"""Conditions under one all/any."""
NESTING_MAX = 5
TEXT_LENGTH_MAX = 200
RUNS_A_MINUTE_MAX = 60

AutomationId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,59}$")]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
"""A name in the catalogue: of an event, a field, a fact, an action or a parameter."""
Words = Annotated[str, msgspec.Meta(max_length=TEXT_LENGTH_MAX)]
ClockTime = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
OffsetMinutes = Annotated[int, msgspec.Meta(ge=-720, le=720)]
Scalar = bool | float | Words
Arguments = Annotated[dict[Word, Scalar], msgspec.Meta(max_length=16)]


class Op(StrEnum):
    """How a value is compared."""

    IS = "is"
    IS_NOT = "is_not"
    OVER = "over"
    AT_LEAST = "at_least"
    UNDER = "under"
    AT_MOST = "at_most"
    ONE_OF = "one_of"


class _Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mistyped field is refused rather than ignored."""


class Compared(_Declared, frozen=True, kw_only=True):
    """``value`` is a list with ``one_of`` and a single value otherwise."""

    op: Op = Op.IS
    value: Scalar | Annotated[tuple[Scalar, ...], msgspec.Meta(max_length=40)]


# -- conditions --------------------------------------------------------------------------------


class FieldTest(Compared, frozen=True, kw_only=True, tag_field="kind", tag="field"):
    """A field of the event that set the automation off; ``values.on`` looks into a map."""

    field: Word


class FactTest(Compared, frozen=True, kw_only=True, tag_field="kind", tag="fact"):
    """A fact, as it is at that moment."""

    fact: Word
    arguments: Arguments = {}


class TimeWindow(_Declared, frozen=True, kw_only=True, tag_field="kind", tag="time_window"):
    """Local time from ``start`` until before ``end``; over midnight where ``end`` is earlier."""

    start: ClockTime
    end: ClockTime


class BusinessDay(_Declared, frozen=True, kw_only=True, tag_field="kind", tag="business_day"):
    """The branch is open (or, with false, closed) on that day, holidays and made-up days counted."""

    value: bool = True


class BusinessHours(_Declared, frozen=True, kw_only=True, tag_field="kind", tag="business_hours"):
    """Between the first opening and the last closing of that day."""

    value: bool = True


class SunUp(_Declared, frozen=True, kw_only=True, tag_field="kind", tag="sun_up"):
    """The sun is above the branch's horizon (or, with false, below)."""

    value: bool = True


class AllOf(_Declared, frozen=True, kw_only=True, tag_field="kind", tag="all"):
    of: Annotated["tuple[Condition, ...]", msgspec.Meta(min_length=1, max_length=PARTS_MAX)]


class AnyOf(_Declared, frozen=True, kw_only=True, tag_field="kind", tag="any"):
    of: Annotated["tuple[Condition, ...]", msgspec.Meta(min_length=1, max_length=PARTS_MAX)]


class Not(_Declared, frozen=True, kw_only=True, tag_field="kind", tag="not"):
    of: "Condition"


Condition = (
    FieldTest | FactTest | TimeWindow | BusinessDay | BusinessHours | SunUp | AllOf | AnyOf | Not
)

# -- triggers ----------------------------------------------------------------------------------


class EventTrigger(_Declared, frozen=True, kw_only=True, tag_field="kind", tag="event"):
    """An event of this type happened in the branch, and its fields are as wanted."""

    event: Word
    where: Annotated[tuple[FieldTest, ...], msgspec.Meta(max_length=TESTS_MAX)] = ()


class FactTrigger(Compared, frozen=True, kw_only=True, tag_field="kind", tag="fact"):
    """A fact came to be as wanted, and stayed so for a while. What is so already at the start of
    the program sets nothing off."""

    fact: Word
    arguments: Arguments = {}
    for_seconds: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 0


class TimeTrigger(_Declared, frozen=True, kw_only=True, tag_field="kind", tag="time"):
    """A time of day. ``days`` are weekdays from 0, Monday; empty means every day."""

    at: ClockTime
    days: Annotated[
        tuple[Annotated[int, msgspec.Meta(ge=0, le=6)], ...], msgspec.Meta(max_length=7)
    ] = ()
    business_days_only: bool = False


class IntervalTrigger(_Declared, frozen=True, kw_only=True, tag_field="kind", tag="interval"):
    """Every so many minutes, counted from local midnight."""

    minutes: Annotated[int, msgspec.Meta(ge=1, le=720)]


class Hour(StrEnum):
    OPENS = "opens"
    CLOSES = "closes"


class HoursTrigger(_Declared, frozen=True, kw_only=True, tag_field="kind", tag="hours"):
    """Before or after the branch opens or closes; never on days on which it is closed."""

    moment: Hour
    offset_minutes: OffsetMinutes = 0


class SunMoment(StrEnum):
    RISE = "rise"
    SET = "set"


class SunTrigger(_Declared, frozen=True, kw_only=True, tag_field="kind", tag="sun"):
    """Before or after sunrise or sunset at the branch."""

    moment: SunMoment
    offset_minutes: OffsetMinutes = 0


TimedTrigger = TimeTrigger | IntervalTrigger | HoursTrigger | SunTrigger
Trigger = EventTrigger | FactTrigger | TimeTrigger | IntervalTrigger | HoursTrigger | SunTrigger

# -- actions -----------------------------------------------------------------------------------


class FromEvent(_Declared, frozen=True, kw_only=True):
    """The value of a field of the event that set the automation off."""

    field: Word


class ActionCall(_Declared, frozen=True, kw_only=True):
    """One thing to do, in its turn."""

    action: Word
    parameters: Annotated[dict[Word, Scalar | FromEvent], msgspec.Meta(max_length=16)] = {}


class RunMode(StrEnum):
    """What happens when it is set off while it still runs."""

    SINGLE = "single"
    """Nothing."""
    RESTART = "restart"
    """What is under way is left off, and it begins anew."""
    QUEUED = "queued"
    """It runs again afterwards; at most ten wait."""


class AutomationDraft(_Declared, frozen=True, kw_only=True):
    """An automation as it is written, before it belongs to anybody."""

    name: Text
    about: Text = Text("")
    enabled: bool = True
    triggers: Annotated[tuple[Trigger, ...], msgspec.Meta(min_length=1, max_length=TRIGGERS_MAX)]
    condition: Condition | None = None
    actions: Annotated[tuple[ActionCall, ...], msgspec.Meta(min_length=1, max_length=ACTIONS_MAX)]
    mode: RunMode = RunMode.SINGLE
    cooldown_seconds: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 0
    """After a run it is not set off again for this long."""
    runs_a_minute_max: Annotated[int, msgspec.Meta(ge=1, le=RUNS_A_MINUTE_MAX)] = 10
    """More means that it sets itself off in a roundabout way: it is cut off for the minute."""


class Automation(AutomationDraft, frozen=True, kw_only=True):
    """``branch`` is empty for one that holds in the whole bank."""

    id: AutomationId
    branch: str = ""
