"""Whether an event is the one wanted and whether a condition holds. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from tingtang.kernel.automations.declared import (
    AllOf,
    AnyOf,
    Automation,
    AutomationDraft,
    BusinessDay,
    BusinessHours,
    Compared,
    Condition,
    EventTrigger,
    FactTest,
    FactTrigger,
    FieldTest,
    FromEvent,
    Not,
    Op,
    Scalar,
    SunUp,
    TimeWindow,
)
from tingtang.kernel.automations.fields import value_of
from tingtang.kernel.automations.places import Place, Places
from tingtang.kernel.clock import local_time
from tingtang.kernel.events import Recorded

FactKey = tuple[str, str]
"""A fact's name with its arguments as canonical JSON."""

_encode = msgspec.json.Encoder(order="deterministic").encode


class Situation(msgspec.Struct, frozen=True):
    """All that a condition may look at."""

    at_ms: int
    place: Place
    places: Places
    recorded: Recorded | None
    facts: Mapping[FactKey, Scalar | None]


def fact_key(fact: str, arguments: Mapping[str, Scalar]) -> FactKey:
    """Under which a fact's value stands."""
    return fact, _encode(arguments).decode()


def compares(test: Compared, value: Any) -> bool:
    """Whether ``value`` is as wanted. What is not known, or of another kind, is not."""
    wanted = test.value
    if value is None:
        return False
    if test.op is Op.ONE_OF:
        return isinstance(wanted, tuple) and any(_same(one, value) for one in wanted)
    if test.op is Op.IS:
        return _same(wanted, value)
    if test.op is Op.IS_NOT:
        return not _same(wanted, value)
    if not (_is_number(value) and _is_number(wanted)):
        return False
    return _ORDER[test.op](value, wanted)


def event_matches(trigger: EventTrigger, recorded: Recorded) -> bool:
    """Whether this event sets the trigger off."""
    return recorded.type == trigger.event and all(
        compares(test, value_of(recorded, test.field)) for test in trigger.where
    )


def holds(condition: Condition | None, now: Situation) -> bool:
    """Whether a condition holds; none at all does."""
    match condition:
        case None:
            return True
        case AllOf():
            return all(holds(one, now) for one in condition.of)
        case AnyOf():
            return any(holds(one, now) for one in condition.of)
        case Not():
            return not holds(condition.of, now)
        case FieldTest():
            found = None if now.recorded is None else value_of(now.recorded, condition.field)
            return compares(condition, found)
        case FactTest():
            return compares(condition, now.facts.get(fact_key(condition.fact, condition.arguments)))
        case TimeWindow():
            clock = local_time(now.at_ms, now.place.time_zone).strftime("%H:%M")
            if condition.start <= condition.end:
                return condition.start <= clock < condition.end
            return clock >= condition.start or clock < condition.end
        case BusinessDay():
            hours = now.places.opening_ms(now.place.branch, now.place.date(now.at_ms))
            return (hours is not None) == condition.value
        case BusinessHours():
            hours = now.places.opening_ms(now.place.branch, now.place.date(now.at_ms))
            is_open = hours is not None and hours[0] <= now.at_ms < hours[1]
            return is_open == condition.value
        case SunUp():
            sun = now.place.sun(now.place.date(now.at_ms))
            return sun is not None and (sun[0] <= now.at_ms < sun[1]) == condition.value


def parts(condition: Condition | None) -> Iterator[Condition]:
    """A condition and all that it is made of."""
    if condition is None:
        return
    yield condition
    if isinstance(condition, AllOf | AnyOf):
        for one in condition.of:
            yield from parts(one)
    elif isinstance(condition, Not):
        yield from parts(condition.of)


def facts_asked(automation: AutomationDraft) -> list[tuple[str, Mapping[str, Scalar]]]:
    """The facts that its condition needs."""
    return [
        (one.fact, one.arguments)
        for one in parts(automation.condition)
        if isinstance(one, FactTest)
    ]


def facts_watched(automation: AutomationDraft) -> list[FactTrigger]:
    """The facts whose change sets it off."""
    return [one for one in automation.triggers if isinstance(one, FactTrigger)]


def arguments_of(
    parameters: Mapping[str, Scalar | FromEvent], recorded: Recorded | None
) -> dict[str, Scalar]:
    """An action's parameters with the event's fields put in; a field without a value is left out."""
    found: dict[str, Scalar] = {}
    for name, value in parameters.items():
        taken: Any = value
        if isinstance(value, FromEvent):
            taken = None if recorded is None else value_of(recorded, value.field)
        if isinstance(taken, bool | int | float | str):
            found[name] = taken
    return found


def effective(records: Mapping[tuple[str, str], Automation], shipped: Mapping[str, Automation], branch: str) -> list[Automation]:  # fmt: skip
    """What holds in a branch: its own, over the bank's, over what comes with Tingtang."""
    chosen = {one.id: one for one in shipped.values()}
    chosen |= {one.id: one for (owner, _), one in records.items() if owner == ""}
    if branch:
        chosen |= {one.id: one for (owner, _), one in records.items() if owner == branch}
    return sorted(chosen.values(), key=lambda one: one.id)


def _same(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(value, bool):
        return wanted is value
    return bool(wanted == value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_ORDER = {
    Op.OVER: lambda value, wanted: bool(value > wanted),
    Op.AT_LEAST: lambda value, wanted: bool(value >= wanted),
    Op.UNDER: lambda value, wanted: bool(value < wanted),
    Op.AT_MOST: lambda value, wanted: bool(value <= wanted),
}
