"""Availability, failures and times to restoration, from what conditions a device was in.

The terms are those of IEC 60050-192 (dependability) and the expressions those of IEC 61703 for a
repaired item, estimated over one stretch of history:

- *required time*: business hours without planned maintenance. Nothing else counts.
- *down*: condition ``fault`` or ``offline``, which is what the map shows in red. *Up*: every other
  condition that was observed. Time in which nothing was known of the device is neither.
- *failure*: the beginning of a down time that reaches into required time. Down conditions that follow
  each other are one failure; shorter than :data:`BLIP_MS` it is down time and no failure.
- availability = up / (up + down); MTBF (mean operating time between failures) = up / failures;
  MTTR (mean time to restoration) = down time within required time / failures restored.
- 开机率 = time in service (neither down, paused nor asleep) / (up + down); 故障率 = failures a
  device-day, a device-day being a day on which the device was observed in required time.
"""

from collections.abc import Iterable, Sequence

import msgspec

from tingtang.devices.faults.model.intervals import (
    Stretch,
    Stretches,
    common,
    length,
    union,
    without,
)
from tingtang.devices.model.state import Condition
from tingtang.kernel.clock import MINUTE_MS

BLIP_MS = MINUTE_MS
DOWN = frozenset({Condition.FAULT, Condition.OFFLINE})
STOPPED = frozenset({Condition.PAUSED, Condition.SLEEPING})
"""In order, and not serving."""


class Spell(msgspec.Struct, frozen=True):
    """A stretch in which a device was in one condition; ``until_ms`` is None while it lasts."""

    device: str
    condition: Condition
    from_ms: int
    until_ms: int | None
    parts: tuple[str, ...] = ()


class Failure(msgspec.Struct, frozen=True):
    """A failure and when the device was restored; None where it is not yet."""

    from_ms: int
    until_ms: int | None
    down_ms: int
    """Within required time."""


class Account(msgspec.Struct, frozen=True):
    """What became of a device's required time, or of many devices' together."""

    required_ms: int = 0
    up_ms: int = 0
    down_ms: int = 0
    stopped_ms: int = 0
    """Of the up time: paused or asleep."""
    unknown_ms: int = 0
    planned_ms: int = 0
    """Business hours given to planned maintenance; not part of the required time."""
    device_days: int = 0
    failures: int = 0
    restored: int = 0
    restored_down_ms: int = 0
    """Down time, within required time, of those failures that are restored."""

    def __add__(self, other: "Account") -> "Account":
        names = self.__struct_fields__
        return Account(**{name: getattr(self, name) + getattr(other, name) for name in names})


class ReliabilityFigures(msgspec.Struct, frozen=True):
    """The figures of an account; None where there is nothing to divide by."""

    availability: float | None
    in_service: float | None
    """开机率."""
    failures: int
    failure_rate: float | None
    """故障率: failures a device-day."""
    mtbf_hours: float | None
    """Operating hours; None where nothing failed."""
    mttr_hours: float | None
    """Business hours."""
    up_hours: float
    down_hours: float
    unknown_hours: float
    planned_hours: float


def failures_of(
    spells: Iterable[Spell], required: Stretches, until_ms: int, blip_ms: int = BLIP_MS
) -> list[Failure]:
    """The failures of one device that reach into ``required``, as known at ``until_ms``."""
    known = list(spells)
    is_down_still = any(one.until_ms is None and one.condition in DOWN for one in known)
    down = _in(known, DOWN, until_ms)
    found = []
    for stretch in down:
        start, end = stretch
        within_ms = length(common([stretch], required))
        if within_ms == 0:
            continue
        lasts = is_down_still and end == until_ms
        if lasts or end - start >= blip_ms:
            found.append(Failure(start, None if lasts else end, within_ms))
    return found


def account(
    spells: Sequence[Spell],
    business_days: Iterable[Stretches],
    planned: Stretches,
    from_ms: int,
    until_ms: int,
) -> Account:
    """The account of one device over [from, until).

    ``spells`` are all that touch that time; ``business_days`` the opening hours, day by day.
    """
    days = [common(union(day), [(from_ms, until_ms)]) for day in business_days]
    business = union(stretch for day in days for stretch in day)
    planned = union(planned)
    required = without(business, planned)
    down = common(_in(spells, DOWN, until_ms), required)
    everything = frozenset(Condition) - {Condition.UNKNOWN}
    observed = common(_in(spells, everything, until_ms), required)
    stopped = without(common(_in(spells, STOPPED, until_ms), required), down)
    failures = [
        one for one in failures_of(spells, required, until_ms) if from_ms <= one.from_ms < until_ms
    ]
    restored = [one for one in failures if one.until_ms is not None]
    return Account(
        required_ms=length(required),
        up_ms=length(observed) - length(down),
        down_ms=length(down),
        stopped_ms=length(stopped),
        unknown_ms=length(required) - length(observed),
        planned_ms=length(business) - length(required),
        device_days=sum(bool(common(day, observed)) for day in days),
        failures=len(failures),
        restored=len(restored),
        restored_down_ms=sum(one.down_ms for one in restored),
    )


def figures(found: Account) -> ReliabilityFigures:
    """The figures of an account."""
    observed_ms = found.up_ms + found.down_ms
    return ReliabilityFigures(
        availability=_ratio(found.up_ms, observed_ms),
        in_service=_ratio(found.up_ms - found.stopped_ms, observed_ms),
        failures=found.failures,
        failure_rate=_ratio(found.failures, found.device_days),
        mtbf_hours=_hours(_ratio(found.up_ms, found.failures)),
        mttr_hours=_hours(_ratio(found.restored_down_ms, found.restored)),
        up_hours=found.up_ms / 3_600_000,
        down_hours=found.down_ms / 3_600_000,
        unknown_hours=found.unknown_ms / 3_600_000,
        planned_hours=found.planned_ms / 3_600_000,
    )


def _in(spells: Iterable[Spell], conditions: frozenset[Condition], until_ms: int) -> list[Stretch]:
    return union(
        (one.from_ms, until_ms if one.until_ms is None else min(one.until_ms, until_ms))
        for one in spells
        if one.condition in conditions
    )


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _hours(ms: float | None) -> float | None:
    return None if ms is None else ms / 3_600_000
