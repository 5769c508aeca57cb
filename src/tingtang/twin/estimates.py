"""Replay, part one: how good would the waiting times have been that we told?

:class:`~.floor.Floor` follows the happenings of real days (:func:`~.traffic.happenings`) and
knows at each moment only what a hall would have known by then: who waits, which servers are at
work and for how long, what ended before. At each arrival of someone who has to queue,
:func:`measure` takes the estimate and the four plain rules, keeps them with the customer, and
compares them when that customer is called. Who still waits when the median has passed gets a
second estimate, of the time left, which is judged apart. A wait is learned when it has ended, a
service time when the service has; the plain rules' timetable takes in a day when it is over.

To run the same through the production hall, feed the hall's own commands from the same
happenings (open a counter when its server is first seen, close it when it was not seen for
:data:`~.floor.PRESENT_MS`, issue on ``ARRIVED``, call and start on ``CALLED``, finish on
``FINISHED``, abandon on ``LEFT``), take the hall's situation in place of
:meth:`~.floor.Floor.situation`, and keep the rest of :func:`measure`.
"""

import heapq
from collections.abc import Iterable
from datetime import date

import msgspec

from tingtang.hall.model.waiting import (
    Calibration,
    Estimate,
    Situation,
    WaitModel,
    estimate,
    learn,
    merged,
    record,
)
from tingtang.twin import plain_rules
from tingtang.twin.floor import Floor
from tingtang.twin.traffic import HOUR_MS, Kind, Traffic, Visit, happenings


class DayReport(msgspec.Struct):
    """One day of estimates against real waits."""

    ours: Calibration = msgspec.field(default_factory=Calibration)
    """Estimates on arrival."""
    revised: Calibration = msgspec.field(default_factory=Calibration)
    """Estimates of the time left, of those who still waited when the first median had passed."""
    rules_error_ms: dict[str, float] = msgspec.field(
        default_factory=lambda: dict.fromkeys(plain_rules.RULES, 0.0)
    )
    """Sum of the absolute errors of each plain rule over the same waits."""
    nobody_there: int = 0
    """Arrivals for whom no server could be seen, so that no estimate was made."""


class EstimateReport(msgspec.Struct):
    """The figures of a replay; ``part`` gives those of some of the days."""

    days: dict[date, DayReport]

    def part(self, days: Iterable[date] | None = None) -> "Figures":
        """Figures over ``days``, or over all. Raises ValueError if nobody waited on them."""
        chosen = [self.days[day] for day in (self.days if days is None else days)]
        ours = merged(*(day.ours for day in chosen))
        revised = merged(*(day.revised for day in chosen))
        if ours.mean_error_ms is None or ours.mean_width_ms is None or ours.coverage is None:
            raise ValueError("nobody who had to queue was served on these days")
        rules = {
            rule: sum(day.rules_error_ms[rule] for day in chosen) / ours.count
            for rule in plain_rules.RULES
        }
        best = min(rules, key=lambda rule: rules[rule])
        return Figures(
            waits=ours.count,
            error_ms=ours.mean_error_ms,
            rules_error_ms=rules,
            best_rule=best,
            below_best=1.0 - ours.mean_error_ms / rules[best] if rules[best] else 0.0,
            coverage=ours.coverage,
            mean_width_ms=ours.mean_width_ms,
            revised_coverage=revised.coverage,
        )


class Figures(msgspec.Struct, frozen=True):
    waits: int
    error_ms: float
    """Mean absolute error of our median."""
    rules_error_ms: dict[str, float]
    best_rule: str
    below_best: float
    """How far our error lies below the best rule's, as a share of it."""
    coverage: float
    """Share of waits inside the 90 % interval told on arrival."""
    mean_width_ms: float
    revised_coverage: float | None
    """The same for the revised estimates; None if there were none."""


class _Told(msgspec.Struct):
    """What was said to a customer, on arrival and later."""

    situation: Situation
    estimate: Estimate | None
    plain: dict[str, float]
    again: "_Again | None" = None


class _Again(msgspec.Struct, frozen=True):
    """What was said to one who still waited when the first median had passed."""

    at_ms: int
    situation: Situation
    estimate: Estimate | None


def measure(traffic: Traffic, model: WaitModel, floor: Floor | None = None) -> EstimateReport:
    """Replay the days in order and compare what was told with what came. Changes ``model``.

    Judged are those who had to queue and were served.
    """
    floor = floor or Floor(traffic.head_start_ms)
    report = EstimateReport({})
    earlier: dict[int, list[float]] = {}
    for day, visits in traffic.days.items():
        floor.start_day(visits[0].arrived_ms)
        report.days[day] = _measure_day(visits, model, floor, earlier)
        for visit in visits:
            if visit.served and visit.wait_ms > 0:
                hour = (visit.arrived_ms // HOUR_MS) % 24
                earlier.setdefault(hour, []).append(visit.wait_ms)
    return report


def _measure_day(
    visits: list[Visit], model: WaitModel, floor: Floor, earlier: dict[int, list[float]]
) -> DayReport:
    report = DayReport()
    told: dict[int, _Told] = {}
    due: list[tuple[int, int]] = []
    for happening in happenings(visits):
        now_ms, kind, visit = happening
        while due and due[0][0] < now_ms:
            at_ms, row = heapq.heappop(due)
            if row in floor.waiting:
                situation = floor.situation(floor.waiting[row], at_ms)
                told[row].again = _Again(at_ms, situation, estimate(model, situation))
        # Whether one is called on the spot is known on the spot; only those who queue ask.
        if kind is Kind.ARRIVED and visit.wait_ms > 0:
            situation = floor.situation(visit, now_ms)
            said = estimate(model, situation)
            told[visit.row] = _Told(situation, said, floor.plain(now_ms, earlier))
            if said is None:
                report.nobody_there += 1
            else:
                heapq.heappush(due, (now_ms + said.median_ms, visit.row))
        elif kind is Kind.CALLED and visit.row in told:
            _judge(report, model, told.pop(visit.row), visit.wait_ms, now_ms)
        floor.follow(happening)
    return report


def _judge(report: DayReport, model: WaitModel, was: _Told, wait_ms: int, now_ms: int) -> None:
    """A wait has ended in a call: count what was told, then learn."""
    if was.estimate is not None:
        record(report.ours, was.estimate, wait_ms)
        for rule, rule_ms in was.plain.items():
            report.rules_error_ms[rule] += abs(rule_ms - wait_ms)
    learn(model, was.situation, wait_ms)
    if was.again is not None:
        left_ms = now_ms - was.again.at_ms
        if was.again.estimate is not None:
            record(report.revised, was.again.estimate, left_ms)
        learn(model, was.again.situation, left_ms)
