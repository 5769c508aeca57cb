"""What screens show of faults, as pure functions of the register and of states."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

import msgspec

from tingtang.devices.faults.model.availability import (
    Account,
    ReliabilityFigures,
    Spell,
    figures,
)
from tingtang.devices.faults.model.forecast import FailureChance
from tingtang.devices.faults.model.repairs import MAY_FOLLOW, RepairFigures, times_of
from tingtang.devices.faults.model.settings import GRADES, AlarmKind, AlarmSettings, rank
from tingtang.devices.faults.model.state import (
    Alarm,
    AlarmState,
    Cause,
    DeviceFaults,
    Repair,
    RepairState,
    RepairStep,
)
from tingtang.devices.faults.model.windows import MaintenanceWindow
from tingtang.devices.model import records as r
from tingtang.devices.model.kinds import AlarmGrade, DeviceType
from tingtang.devices.model.state import Condition
from tingtang.devices.telemetry import Point
from tingtang.kernel.permissions import Role
from tingtang.kernel.text import Text

NameOf = Callable[[str], str]
"""The name of a staff member, by id; "" where it is not known."""


class DeviceAlarm(msgspec.Struct, frozen=True):
    """An alarm as people see it."""

    device: str
    device_name: Text
    zone: str
    kind: AlarmKind
    part: str
    part_text: Text
    grade: AlarmGrade
    code: str
    detail: str
    state: AlarmState
    present: bool
    """What it is about is still so."""
    raised_ms: int
    last_ms: int
    """When it last appeared."""
    count: int
    flapping: bool
    role: Role
    level: int
    answer_by_ms: int
    """When the next are asked; 0 where nobody is waited for."""
    owner: str
    owner_name: str
    suspended_until_ms: int
    muted: bool
    """It is being maintained."""
    note: str
    outcome: str
    ended_ms: int
    repair: str


class StepView(msgspec.Struct, frozen=True):
    step: RepairStep
    by_name: str
    at_ms: int
    note: str


class DeviceRepair(msgspec.Struct, frozen=True):
    """A repair as people see it."""

    device: str
    device_name: Text
    branch: str
    part: str
    part_text: Text
    description: str
    state: RepairState
    next_steps: tuple[RepairStep, ...]
    opened_ms: int
    opened_by_name: str
    assignee: str
    assignee_name: str
    vendor: str
    parts: str
    cause: Cause | None
    cost_fen: int | None
    done_by: str
    done_ms: int
    closed_ms: int
    reopened: int
    response_ms: int | None
    waiting_ms: int
    steps: tuple[StepView, ...]


class Owner(msgspec.Struct, frozen=True):
    """Somebody who may see to devices."""

    name: str
    roles: tuple[Role, ...]


class BranchFaults(msgspec.Struct, frozen=True):
    """``devices.faults``: what is wrong in a branch, and who does what about it."""

    alarms: dict[str, DeviceAlarm]
    """Those that are not over, by id."""
    counts: dict[AlarmGrade, int]
    repairs: dict[str, DeviceRepair]
    """Those that are not closed, by id."""
    windows: dict[str, MaintenanceWindow]
    """Those that are not over."""
    owners: dict[str, Owner]
    """By staff id."""


class ConsumableView(msgspec.Struct, frozen=True):
    """How much is left of what a device uses up; None where it was not said yet."""

    name: str
    text: Text
    unit: str
    left: float | None
    at_ms: int
    full: float
    low: float
    a_day: float | None
    """Used a day, over the last week."""
    days_left: float | None
    """Until it is at its mark, at that rate."""


class SpellView(msgspec.Struct, frozen=True):
    condition: Condition
    parts: tuple[Text, ...]
    from_ms: int
    until_ms: int | None


class DeviceFaultsView(msgspec.Struct, frozen=True):
    """``devices.device_faults``: one device's alarms, repairs, consumables and past."""

    alarms: dict[str, DeviceAlarm]
    repairs: dict[str, DeviceRepair]
    consumables: tuple[ConsumableView, ...]
    windows: dict[str, MaintenanceWindow]
    history: tuple[SpellView, ...]
    """Newest first."""
    figures: ReliabilityFigures
    figures_days: int
    chance: FailureChance | None
    chance_days: int


class DeviceFigures(msgspec.Struct, frozen=True):
    device: str
    name: Text
    type: str
    figures: ReliabilityFigures


class FleetRepairs(msgspec.Struct, frozen=True):
    """Repairs of all branches in reach that are not closed, and those closed lately."""

    repairs: dict[str, DeviceRepair]
    branches: dict[str, Text]
    owners: dict[str, Owner]
    """Of all these branches together."""


class GroupFigures(msgspec.Struct, frozen=True):
    """Figures of a branch, or of a type, with what is open there."""

    id: str
    name: Text
    devices: int
    figures: ReliabilityFigures
    alarms: int
    repairs: int


class FleetReliability(msgspec.Struct, frozen=True):
    """The devices of the branches in reach over a time."""

    from_ms: int
    until_ms: int
    all: GroupFigures
    branches: tuple[GroupFigures, ...]
    types: tuple[GroupFigures, ...]
    devices: tuple[DeviceFigures, ...]
    """Those that were down, the longest first."""
    repairs: RepairFigures


def part_text(type_: DeviceType | None, part: str) -> Text:
    """What people call a part: a module, a consumable or a mark of the type."""
    if type_ is None or not part:
        return Text("")
    named = {one.name: one.text for one in type_.modules}
    named |= {one.name: one.text for one in type_.consumables}
    named |= {one.name: one.text for one in type_.thresholds}
    return named.get(part, Text(part))


def alarm(
    device: r.Device,
    type_: DeviceType | None,
    found: Alarm,
    settings: AlarmSettings,
    name_of: NameOf,
    at_ms: int,
    *,
    muted: bool,
) -> DeviceAlarm:
    """One alarm."""
    waits = found.state is AlarmState.OPEN and not found.gone_ms and not muted
    more = found.level + 1 < len(settings.asked(found.kind))
    answer_by_ms = found.asked_ms + settings.answer_minutes.of(found.grade)
    return DeviceAlarm(
        device=device.id,
        device_name=device.name,
        zone=device.zone,
        kind=found.kind,
        part=found.part,
        part_text=part_text(type_, found.part),
        grade=found.grade,
        code=found.code,
        detail=found.detail,
        state=found.state,
        present=not found.gone_ms and not found.is_over,
        raised_ms=found.raised_ms,
        last_ms=found.recent[-1] if found.recent else found.raised_ms,
        count=found.count,
        flapping=not found.is_over and settings.is_flapping(found.recent, at_ms),
        role=found.role,
        level=found.level,
        answer_by_ms=answer_by_ms if waits and more else 0,
        owner=found.owner,
        owner_name=name_of(found.owner),
        suspended_until_ms=found.suspended_until_ms,
        muted=muted,
        note=found.note,
        outcome=found.outcome,
        ended_ms=found.ended_ms,
        repair=found.repair,
    )


def repair(
    device: r.Device, type_: DeviceType | None, found: Repair, name_of: NameOf, at_ms: int
) -> DeviceRepair:
    """One repair."""
    times = times_of(found, at_ms)
    return DeviceRepair(
        device=device.id,
        device_name=device.name,
        branch=device.branch,
        part=found.part,
        part_text=part_text(type_, found.part),
        description=found.description,
        state=found.state,
        next_steps=tuple(one for one in RepairStep if one in MAY_FOLLOW[found.state]),
        opened_ms=found.opened_ms,
        opened_by_name=name_of(found.opened_by),
        assignee=found.assignee,
        assignee_name=name_of(found.assignee),
        vendor=found.vendor,
        parts=found.parts,
        cause=found.cause,
        cost_fen=found.cost_fen,
        done_by=found.done_by,
        done_ms=found.done_ms,
        closed_ms=found.closed_ms,
        reopened=found.reopened,
        response_ms=times.response_ms,
        waiting_ms=times.waiting_ms,
        steps=tuple(
            StepView(one.step, name_of(one.by), one.at_ms, one.note) for one in found.steps
        ),
    )


def branch(
    found: Iterable[tuple[r.Device, DeviceType | None, DeviceFaults]],
    settings: AlarmSettings,
    windows: Iterable[MaintenanceWindow],
    owners: Mapping[str, Owner],
    name_of: NameOf,
    at_ms: int,
) -> BranchFaults:
    """All that is wrong in a branch, the most urgent first."""
    windows = list(windows)
    alarms: dict[str, DeviceAlarm] = {}
    repairs: dict[str, DeviceRepair] = {}
    for device, type_, state in found:
        muted = any(one.covers(device.id, at_ms) for one in windows)
        for one in state.open.values():
            alarms[one] = alarm(
                device, type_, state.alarms[one], settings, name_of, at_ms, muted=muted
            )
        for ticket in state.repairs.values():
            if ticket.state is not RepairState.CLOSED:
                repairs[ticket.id] = repair(device, type_, ticket, name_of, at_ms)
    worst_first = sorted(alarms.items(), key=lambda one: (-rank(one[1].grade), one[1].raised_ms))
    counts = dict.fromkeys(GRADES, 0)
    for shown in alarms.values():
        counts[shown.grade] += 1
    return BranchFaults(
        alarms=dict(worst_first),
        counts=counts,
        repairs=dict(sorted(repairs.items(), key=lambda one: one[1].opened_ms)),
        windows={one.id: one for one in windows if one.until_ms > at_ms},
        owners=dict(owners),
    )


def consumables(
    type_: DeviceType, latest: Mapping[str, Point], series: Mapping[str, Sequence[Point]]
) -> tuple[ConsumableView, ...]:
    """How much is left, and for how long at the rate of what ``series`` holds."""
    shown = []
    for one in type_.consumables:
        point, a_day = latest.get(one.name), use_a_day(series.get(one.name, ()))
        left = None if point is None else point.value
        days_left = None if left is None or not a_day else max(0.0, left - one.low) / a_day
        shown.append(
            ConsumableView(
                name=one.name,
                text=one.text,
                unit=one.unit,
                left=left,
                at_ms=0 if point is None else point.time_ms,
                full=one.full,
                low=one.low,
                a_day=a_day,
                days_left=days_left,
            )
        )
    return tuple(shown)


def use_a_day(points: Sequence[Point]) -> float | None:
    """What is used a day: all decreases of a series over its time; refills are no use.

    None for less than half a day of it.
    """
    if len(points) < 2:
        return None
    days = (points[-1].time_ms - points[0].time_ms) / 86_400_000
    if days < 0.5:
        return None
    used = sum(max(0.0, one.value - then.value) for one, then in pairwise(points))
    return used / days


def spells(type_: DeviceType | None, found: Iterable[Spell]) -> tuple[SpellView, ...]:
    """Conditions, newest first, with the parts at fault in words."""
    shown = [
        SpellView(
            one.condition,
            tuple(part_text(type_, part) for part in one.parts),
            one.from_ms,
            one.until_ms,
        )
        for one in found
    ]
    return tuple(reversed(shown))


def group(id_: str, name: Text, found: Sequence[tuple[Account, DeviceFaults]]) -> GroupFigures:
    """Figures of several devices together: sums first, then ratios."""
    total = Account()
    for one, _ in found:
        total += one
    return GroupFigures(
        id=id_,
        name=name,
        devices=len(found),
        figures=figures(total),
        alarms=sum(len(state.open) for _, state in found),
        repairs=sum(
            one.state is not RepairState.CLOSED
            for _, state in found
            for one in state.repairs.values()
        ),
    )
