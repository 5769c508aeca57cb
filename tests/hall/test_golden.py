"""The golden log: events as they were once written are read for ever.

``golden/<feature>.jsonl`` holds stored events of every type of the hall (type, version, time, body)
and ``golden/<feature>.state.json`` what they came to. Lines are only ever added: when the shape of an
event changes, its version rises, an upgrade reads the old lines, and lines of the new version follow.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tingtang.hall.core import BookingCore, HallCore, TaskCore
from tingtang.hall.feature import EVENTS
from tingtang.hall.model import complaints as k
from tingtang.hall.model import webhooks as w
from tingtang.hall.model.booking.state import BookingDay
from tingtang.hall.model.state import HallDay
from tingtang.hall.model.tasks.state import TaskBoard
from tingtang.kernel.events import Event

GOLDEN = Path(__file__).parent / "golden"
FEATURES = ("hall", "booking", "task", "complaint", "webhook")

Dated = Iterator[tuple[int, Event]]


class Line(msgspec.Struct):
    """One stored event."""

    type: str
    version: int
    at_ms: int
    body: dict[str, Any]


def lines(feature: str) -> list[Line]:
    text = (GOLDEN / f"{feature}.jsonl").read_text("utf-8")
    return [msgspec.json.decode(line, type=Line) for line in text.splitlines()]


def decoded(feature: str) -> Dated:
    for line in lines(feature):
        yield line.at_ms, EVENTS.decode(line.type, line.version, json.dumps(line.body))


def plain(value: Any) -> Any:
    """Any state as JSON data, its sets in order."""
    if isinstance(value, dict):
        return {str(plain(key)): plain(one) for key, one in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(one) for one in value)
    if isinstance(value, msgspec.Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return msgspec.to_builtins(value)


def hall(events: Dated) -> Any:
    core, state = HallCore(), HallDay()
    for at_ms, event in events:
        core.evolve(state, event, at_ms)
    return {
        "date": state.date,
        "closed_ms": state.closed_ms,
        "taking": state.taking,
        "waiting": state.waiting,
        "issued": state.issued,
        "abandoned": state.abandoned,
        "numbers": state.numbers,
        "timed": state.timed,
        "policy": plain(state.setup.settings.policy) if state.setup else None,
        "lines": [[plain(key), list(line)] for key, line in state.lines.items()],
        "tickets": plain(state.tickets),
        "visits": plain(state.visits),
        "counters": plain(state.counters),
        "announcements": plain(list(state.announcements)),
        "notices": plain(state.notices),
    }


def booking(events: Dated) -> Any:
    core, state = BookingCore(), BookingDay()
    for at_ms, event in events:
        core.evolve(state, event, at_ms)
    return {
        "slot_minutes": state.rules.slot_minutes if state.rules else None,
        "plan": plain(state.plan),
        "bookings": plain(state.bookings),
        "taken": sorted(state.taken),
        "codes": plain(state.codes),
    }


def task(events: Dated) -> Any:
    core, state = TaskCore(), TaskBoard()
    for at_ms, event in events:
        core.evolve(state, event, at_ms)
    return {
        "people": plain(state.people),
        "tasks": plain(state.tasks),
        "open": plain(state.open),
        "closed": plain(state.closed),
    }


STEPS = {
    k.ComplaintAssigned: k.Step.ASSIGN,
    k.ComplaintNoted: k.Step.NOTE,
    k.ComplaintAnswered: k.Step.ANSWER,
    k.ComplaintRated: k.Step.RATE,
}


def complaint(events: Dated) -> Any:
    """Complaints are kept as records; their events tell the states that these went through."""
    states: dict[str, k.ComplaintState] = {}
    told: dict[str, list[Any]] = {}
    for _, event in events:
        fields = plain(event)
        held = str(fields.pop("complaint"))
        told.setdefault(held, []).append(fields)
        if isinstance(event, k.ComplaintRegistered):
            states[held] = k.ComplaintState.OPEN
        else:
            states[held] = k.after(STEPS[type(event)], states[held], fields.get("score", 0))
    return {held: {"state": states[held].value, "told": told[held]} for held in told}


def webhook(events: Dated) -> Any:
    kept: dict[str, Any] = {}
    for _, event in events:
        match event:
            case w.WebhookSaved():
                kept[event.webhook] = plain(event)
            case w.WebhookRemoved():
                del kept[event.webhook]
    return kept


COMES_TO: dict[str, Callable[[Dated], Any]] = {
    "hall": hall,
    "booking": booking,
    "task": task,
    "complaint": complaint,
    "webhook": webhook,
}


@pytest.mark.parametrize("feature", FEATURES)
def test_what_was_written_once_still_comes_to_the_same(feature: str) -> None:
    stored = json.loads((GOLDEN / f"{feature}.state.json").read_text("utf-8"))
    assert COMES_TO[feature](decoded(feature)) == stored


def test_every_event_type_of_the_hall_stands_in_the_golden_log_in_its_present_version() -> None:
    written = {(line.type, line.version) for feature in FEATURES for line in lines(feature)}
    assert {(name, type_.version) for name, type_ in EVENTS.all().items()} <= written
    for name, version in written:
        assert set(range(1, version)) <= {v for n, v in written if n == name}


@pytest.mark.parametrize("name", sorted(EVENTS.all()))
def test_every_field_of_an_event_stands_in_the_golden_log(name: str) -> None:
    """Fields that are at their default are not stored, so a line of each must have another value."""
    type_ = EVENTS.all()[name]
    found = [line for line in lines(name.partition(".")[0]) if line.type == name]
    present = [line.body for line in found if line.version == type_.version]
    assert set().union(*present) == set(type_.__struct_encode_fields__)
