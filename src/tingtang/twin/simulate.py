"""Days of virtual business without screens: policies, staffing and templates compared.

All scenarios of one place see the same customers on the same day (common random numbers), so that
what differs between them is what was changed, not luck.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random

import msgspec

from tingtang.hall.model.settings import (
    FirstCome,
    GeneralisedCMu,
    HallSettings,
    Policy,
    Segment,
    StrictPriority,
)
from tingtang.hall.model.state import DaySetup
from tingtang.kernel.clock import HOUR_MS, MINUTE_MS
from tingtang.kernel.ids import CounterId
from tingtang.twin.engine import Outcome, Shift, run_day
from tingtang.twin.population import Demand, Population
from tingtang.twin.statistics import Mean, mean_of, quantile

POLICIES: dict[str, Policy] = {
    "first_come": FirstCome(),
    "strict_priority": StrictPriority(),
    "generalised_cmu": GeneralisedCMu(),
}
SEGMENT_SHARES = {
    Segment.ORDINARY: 0.68,
    Segment.CARE: 0.13,
    Segment.BOOKED: 0.07,
    Segment.VIP_BRANCH: 0.07,
    Segment.VIP_MANAGING_BRANCH: 0.035,
    Segment.VIP_HEAD_OFFICE: 0.015,
}
PATIENCE_MEAN_MS = 55 * MINUTE_MS
PER_HOUR_SHAPE = (0.8, 1.2, 1.25, 0.85, 0.55, 0.9, 1.05, 0.75)
"""The day's two waves, relative to its mean hour."""
WITHIN_MINUTES = 20


class Place(msgspec.Struct, frozen=True):
    """A branch to be simulated: its setup and who sits where."""

    name: str
    setup: DaySetup
    shifts: tuple[Shift, ...]


class Scenario(msgspec.Struct, frozen=True):
    """One way to run a place."""

    place: str
    policy: str
    counters: int
    """How many of its counters are staffed."""

    @property
    def name(self) -> str:
        return f"{self.place} · {self.policy} · {self.counters}"


class Result(msgspec.Struct, frozen=True):
    """A scenario's figures: means over days with 95 % intervals. Waits in minutes."""

    scenario: Scenario
    days: int
    customers: Mean
    wait_minutes: Mean
    wait_p90_minutes: Mean
    within_20_minutes: Mean
    gave_up: Mean
    saturation: Mean
    weighted_wait: Mean
    """Mean wait with each segment weighted as the default policy weighs it: its cost of waiting."""
    by_segment: dict[Segment, Mean]


def population_of(setup: DaySetup, counters: int, load: float) -> Population:
    """Customers that keep ``counters`` busy for the share ``load`` of the day."""
    weights = {s.id: 1 / max(1.0, s.standard_ms / (4 * MINUTE_MS)) for s in setup.services.values()}
    total = sum(weights.values())
    mean_ms = sum(w / total * setup.services[s].standard_ms for s, w in weights.items())
    per_hour = counters * load * HOUR_MS / mean_ms
    return Population(
        per_hour=tuple(per_hour * shape for shape in PER_HOUR_SHAPE),
        services={
            s.id: Demand(weights[s.id] / total, float(s.standard_ms))
            for s in setup.services.values()
        },
        segments=SEGMENT_SHARES,
        patience_mean_ms=PATIENCE_MEAN_MS,
    )


def with_policy(setup: DaySetup, policy: Policy) -> DaySetup:
    """The same place under another policy."""
    settings: HallSettings = msgspec.structs.replace(setup.settings, policy=policy)
    return msgspec.structs.replace(setup, settings=settings)


def compare(
    places: Sequence[Place],
    policies: dict[str, Policy],
    staffing: Sequence[float],
    days: int,
    *,
    load: float,
    seed: int,
    progress: Callable[[], None] = lambda: None,
) -> Iterator[Result]:
    """Run every combination for so many days; ``progress`` is called after each day.

    ``staffing`` are shares of a place's counters; ``load`` is the share of time for which the
    fully staffed place would be busy.
    """
    for place in places:
        population = population_of(place.setup, len(place.shifts), load)
        for shifts in _different(_staffed(place, share) for share in staffing):
            for name, policy in policies.items():
                setup = with_policy(place.setup, policy)
                outcomes = []
                for day in range(days):
                    random = Random(f"{seed}/{place.name}/{day}")  # noqa: S311
                    outcomes.append(run_day(setup, shifts, population.day(random)))
                    progress()
                yield _result(Scenario(place.name, name, len(shifts)), outcomes)


def _different(staffings: Iterable[list[Shift]]) -> Iterator[list[Shift]]:
    """Each number of counters once: a small branch cannot be staffed by half."""
    seen: set[int] = set()
    for shifts in staffings:
        if len(shifts) not in seen:
            seen.add(len(shifts))
            yield shifts


def _staffed(place: Place, share: float) -> list[Shift]:
    """The first counters such that every service that can be done still is, then by share."""
    wanted = max(1, round(len(place.shifts) * share))
    chosen: list[Shift] = []
    covered: set[str] = set()
    for shift in sorted(place.shifts, key=lambda s: -len(s.services)):
        if shift.services - covered or len(chosen) < wanted:
            chosen.append(shift)
            covered |= shift.services
    ranked = sorted(chosen, key=lambda s: len(s.services))
    for shift in ranked:
        if len(chosen) <= wanted:
            break
        others = set().union(*(s.services for s in chosen if s is not shift))
        if shift.services <= others:
            chosen.remove(shift)
    return chosen


def _result(scenario: Scenario, outcomes: list[Outcome]) -> Result:
    waits = [
        [w / MINUTE_MS for w, called in zip(o.waited_ms, o.called, strict=True) if called]
        for o in outcomes
    ]
    weights = GeneralisedCMu().weights
    by_segment = {
        segment: mean_of([v for o in outcomes if (v := _segment_mean(o, segment)) is not None])
        for segment in Segment
        if any(segment in o.segments for o in outcomes)
    }
    return Result(
        scenario,
        len(outcomes),
        customers=mean_of([float(len(o.waited_ms)) for o in outcomes]),
        wait_minutes=mean_of([sum(w) / len(w) for w in waits if w]),
        wait_p90_minutes=mean_of([quantile(w, 0.9) for w in waits if w]),
        within_20_minutes=mean_of(
            [sum(x <= WITHIN_MINUTES for x in w) / len(w) for w in waits if w]
        ),
        gave_up=mean_of([1 - sum(o.called) / len(o.called) for o in outcomes if o.called]),
        saturation=mean_of([o.busy_ms / o.open_ms for o in outcomes if o.open_ms]),
        weighted_wait=mean_of([_weighted(o, weights) for o in outcomes if any(o.called)]),
        by_segment=by_segment,
    )


def _segment_mean(outcome: Outcome, segment: Segment) -> float | None:
    waits = [
        w
        for w, called, s in zip(outcome.waited_ms, outcome.called, outcome.segments, strict=True)
        if called and s is segment
    ]
    return sum(waits) / len(waits) / MINUTE_MS if waits else None


def _weighted(outcome: Outcome, weights: dict[Segment, float]) -> float:
    total = cost = 0.0
    for wait, called, segment in zip(
        outcome.waited_ms, outcome.called, outcome.segments, strict=True
    ):
        if called:
            total += weights[segment]
            cost += weights[segment] * wait
    return cost / total / MINUTE_MS


def place_of(name: str, setup: DaySetup, seats: Sequence[CounterId]) -> Place:
    """A place whose seated counters do what they normally do, all day."""
    length_ms = len(PER_HOUR_SHAPE) * HOUR_MS
    shifts = [
        Shift(seat, setup.counters[seat].services, 0, length_ms + HOUR_MS)
        for seat in seats
        if setup.counters[seat].services
    ]
    served = frozenset().union(*(shift.services for shift in shifts))
    kept = {s: service for s, service in setup.services.items() if s in served}
    return Place(name, msgspec.structs.replace(setup, services=kept), tuple(shifts))
