"""``tingtang replay``: days of real traffic through the production hall, in two reports.

*Estimates*: the hall is fed what really happened, in order; at each arrival of somebody who had to
queue the estimate that production would have told is kept, and compared with the real wait when
they are called. Who still waits when the median has passed is told the time left, which is judged
apart. *Policy*: the real arrivals, service times and patience, with the servers that the
service intervals show, run through the production dispatch and compared with what happened.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from heapq import heappop, heappush
from itertools import pairwise
from random import Random

import msgspec

from tingtang.hall.model.settings import FirstCome, GeneralisedCMu, Policy
from tingtang.hall.model.waiting import Calibration, Estimate, merged, record
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.ids import CounterId, ServiceId
from tingtang.twin import plain_rules
from tingtang.twin.engine import Shift, run_day
from tingtang.twin.floor import PRESENT_MS, Floor
from tingtang.twin.population import NEVER_MS, Customer
from tingtang.twin.replayed_hall import ReplayedHall, policy_of, segment_of, setup_of
from tingtang.twin.statistics import quantile
from tingtang.twin.traffic import HOUR_MS, Kind, Traffic, Visit, happenings

Progress = Callable[[], None]


# -- estimates -----------------------------------------------------------------------------------


class DayEstimates(msgspec.Struct):
    """One day's estimates and plain rules against the same real waits."""

    ours: Calibration = msgspec.field(default_factory=Calibration)
    """Estimates on arrival."""
    revised: Calibration = msgspec.field(default_factory=Calibration)
    """Estimates of the time left, for those who still waited when the first median had passed."""
    rules_error_ms: dict[str, float] = msgspec.field(
        default_factory=lambda: dict.fromkeys(plain_rules.RULES, 0.0)
    )
    untold: int = 0
    """Who queued when no server could be seen: nothing was told."""


class Estimates(msgspec.Struct, frozen=True):
    """Figures over all days, or some. Errors and widths in milliseconds."""

    days: int
    waits: int
    error_ms: float
    rules_error_ms: dict[str, float]
    best_rule: str
    below_best: float
    """How far our mean absolute error lies below the best rule's, as a share of it."""
    coverage: float
    """Share of waits inside the 90 % interval told on arrival."""
    mean_width_ms: float
    revised_coverage: float | None
    """The same for the revised estimates; None if there were none."""
    untold: int


def estimates(
    traffic: Traffic,
    progress: Progress = lambda: None,
    *,
    standards_ms: Mapping[str, int] | None = None,
    skills: Mapping[str, frozenset[str]] | None = None,
) -> dict[date, DayEstimates]:
    """Follow all days through one hall, learning only from what is past. One report a day.

    ``standards_ms`` (standard time by service) and ``skills`` (services by server) tell what a
    branch would know beforehand and the file does not say.
    """
    hall, floor = ReplayedHall(traffic, standards_ms, skills), Floor()
    earlier: dict[int, list[float]] = {}
    reports: dict[date, DayEstimates] = {}
    for day, visits in traffic.days.items():
        hall.start_day(day, visits[0].arrived_ms)
        floor.start_day()
        reports[day] = _Follower(hall, floor, earlier).follow(visits)
        for visit in visits:
            if visit.served and visit.wait_ms > 0:
                hour = (visit.arrived_ms // HOUR_MS) % 24
                earlier.setdefault(hour, []).append(visit.wait_ms)
        progress()
    return reports


class _Told(msgspec.Struct):
    """What was said to one who queues, on arrival and when the median had passed."""

    visit: Visit
    estimate: Estimate | None
    rules_ms: dict[str, float]
    again_ms: int = 0
    again: Estimate | None = None


class _Follower:
    """One day: asks at each arrival of somebody who has to queue, judges when they are called."""

    def __init__(self, hall: ReplayedHall, floor: Floor, earlier: dict[int, list[float]]) -> None:
        self._hall, self._floor, self._earlier = hall, floor, earlier
        self._report = DayEstimates()
        self._told: dict[int, _Told] = {}
        self._due: list[tuple[int, int]] = []

    def follow(self, visits: list[Visit]) -> DayEstimates:
        for happening in happenings(visits):
            now_ms, kind, visit = happening
            self._revise_until(now_ms)
            if kind is Kind.CALLED and visit.row in self._told:
                self._judge(self._told.pop(visit.row), now_ms)
            elif kind is Kind.LEFT:
                self._told.pop(visit.row, None)
            # Whether one is called on the spot is known on the spot; only those who queue ask.
            asks = kind is Kind.ARRIVED and visit.wait_ms > 0
            rules_ms = self._floor.plain(now_ms, self._earlier) if asks else {}
            self._hall.follow(happening)
            self._floor.follow(happening)
            if asks:
                self._ask(visit, rules_ms)
        return self._report

    def _ask(self, visit: Visit, rules_ms: dict[str, float]) -> None:
        said = self._hall.told(visit).estimate
        self._told[visit.row] = _Told(visit, said, rules_ms)
        if said is not None:
            heappush(self._due, (visit.arrived_ms + said.median_ms, visit.row))

    def _revise_until(self, now_ms: int) -> None:
        while self._due and self._due[0][0] < now_ms:
            at_ms, row = heappop(self._due)
            told = self._told.get(row)
            if told is not None:
                told.again_ms, told.again = at_ms, self._hall.told_again(told.visit, at_ms)

    def _judge(self, told: _Told, now_ms: int) -> None:
        report, wait_ms = self._report, told.visit.wait_ms
        if told.estimate is None:
            report.untold += 1
            return
        record(report.ours, told.estimate, wait_ms)
        for rule, rule_ms in told.rules_ms.items():
            report.rules_error_ms[rule] += abs(rule_ms - wait_ms)
        if told.again is not None:
            record(report.revised, told.again, now_ms - told.again_ms)


def summary(reports: Iterable[DayEstimates]) -> Estimates:
    """Figures over these days. Raises ValueError if nobody who queued was served on them."""
    days = list(reports)
    ours = merged(*(day.ours for day in days))
    revised = merged(*(day.revised for day in days))
    if ours.mean_error_ms is None or ours.mean_width_ms is None or ours.coverage is None:
        raise ValueError("nobody who had to queue was served on these days")
    rules = {
        rule: sum(day.rules_error_ms[rule] for day in days) / ours.count
        for rule in plain_rules.RULES
    }
    best = min(rules, key=lambda rule: rules[rule])
    return Estimates(
        days=len(days),
        waits=ours.count,
        error_ms=ours.mean_error_ms,
        rules_error_ms=rules,
        best_rule=best,
        below_best=1 - ours.mean_error_ms / rules[best] if rules[best] else 0.0,
        coverage=ours.coverage,
        mean_width_ms=ours.mean_width_ms,
        revised_coverage=revised.coverage,
        untold=sum(day.untold for day in days),
    )


# -- policy --------------------------------------------------------------------------------------


class Flow(msgspec.Struct, frozen=True):
    """How a set of days went. Waits in minutes, of those served; shares of all who came."""

    mean_wait_minutes: float
    p90_wait_minutes: float
    gave_up: float
    mean_by_priority: dict[int, float]


class PolicyReport(msgspec.Struct, frozen=True):
    """What happened, and what the production dispatch makes of the same days."""

    real: Flow
    policies: dict[str, Flow]
    customers: int
    servers: int


def policies(traffic: Traffic, seed: int = 1, progress: Progress = lambda: None) -> PolicyReport:
    """Run the file's days under its own policy, first come, and the default.

    Where the file cannot say, it is drawn: how long the service of one who gave up would have
    taken (from the same service's times), and how much longer those who were served would have
    waited (exponential, with the file's own mean patience).
    """
    random = Random(seed)  # noqa: S311 - a simulation
    times: dict[str, list[int]] = {}
    waited = left = 0
    for visit in traffic.visits:
        waited += visit.wait_ms
        left += not visit.served
        if visit.called_ms is not None and visit.finished_ms is not None:
            times.setdefault(visit.service, []).append(visit.finished_ms - visit.called_ms)
    patience_ms = waited / left if left else 0.0
    busy = _busy_ms(traffic)
    everything = [t for some in times.values() for t in some] or [MINUTE_MS]
    days = [
        (
            visits,
            [
                _customer(v, busy, times.get(v.service) or everything, patience_ms, random)
                for v in visits
            ],
            _shifts(visits),
        )
        for visits in traffic.days.values()
    ]
    chosen: dict[str, Policy] = {
        "as_in_file": policy_of(traffic),
        "first_come": FirstCome(),
        "generalised_cmu": GeneralisedCMu(),
    }
    flows = {}
    for name, policy in chosen.items():
        setup = setup_of(traffic, policy)
        rows: list[tuple[int, int, bool]] = []
        for visits, customers, shifts in days:
            outcome = run_day(setup, shifts, customers)
            rows += [
                (visit.priority, wait, called)
                for visit, wait, called in zip(
                    visits, outcome.waited_ms, outcome.called, strict=True
                )
            ]
            progress()
        flows[name] = _flow(rows)
    real = _flow([(v.priority, v.wait_ms, v.served) for v in traffic.visits])
    servers = len({v.server for v in traffic.visits if v.server})
    return PolicyReport(real, flows, len(traffic.visits), servers)


TURNAROUND_MAX_MS = 3 * MINUTE_MS
"""A longer gap between two services is a break, not the end of the one before."""


def _busy_ms(traffic: Traffic) -> dict[int, int]:
    """How long each served customer kept their server, by row.

    Where the next customer was waiting already, the time until they were called counts: the server
    was writing something down, and would have been just as busy under any policy.
    """
    busy: dict[int, int] = {}
    for visits in traffic.days.values():
        by_server: dict[str, list[Visit]] = {}
        for visit in visits:
            if visit.called_ms is not None and visit.finished_ms is not None:
                busy[visit.row] = visit.finished_ms - visit.called_ms
                if visit.server:
                    by_server.setdefault(visit.server, []).append(visit)
        for served in by_server.values():
            served.sort(key=lambda v: v.called_ms or 0)
            for now, following in pairwise(served):
                finished, called = now.finished_ms or 0, following.called_ms or 0
                waiting = following.arrived_ms <= finished
                if waiting and 0 < called - finished <= TURNAROUND_MAX_MS:
                    busy[now.row] = called - (now.called_ms or 0)
    return busy


def _customer(
    visit: Visit, busy: dict[int, int], times: list[int], patience_ms: float, random: Random
) -> Customer:
    service_ms = busy.get(visit.row)
    if service_ms is None:
        service_ms = random.choice(times)
    if not visit.served:
        patience = visit.wait_ms
    elif patience_ms:
        patience = visit.wait_ms + int(random.expovariate(1 / patience_ms))
    else:
        patience = NEVER_MS
    return Customer(
        visit.arrived_ms, ServiceId(visit.service), segment_of(visit), service_ms, patience
    )


def _shifts(visits: list[Visit]) -> list[Shift]:
    """When each server was there: its service intervals, joined where the gap is short."""
    spells: dict[str, list[tuple[int, int]]] = {}
    skills: dict[str, set[ServiceId]] = {}
    for visit in visits:
        if visit.called_ms is None or visit.finished_ms is None:
            continue
        name = visit.server or f"?{visit.row}"
        spells.setdefault(name, []).append((visit.called_ms, visit.finished_ms))
        skills.setdefault(name, set()).add(ServiceId(visit.service))
    everything = frozenset(ServiceId(v.service) for v in visits)
    shifts = []
    for name, intervals in spells.items():
        start, end = 0, 0
        able = everything if len(intervals) < 2 else frozenset(skills[name])
        number = 0
        for begin, finish in sorted(intervals):
            if end and begin - end <= PRESENT_MS:
                end = max(end, finish)
                continue
            if end:
                shifts.append(Shift(CounterId(f"{name}/{number}"), able, start, end))
                number += 1
            start, end = begin, finish
        shifts.append(Shift(CounterId(f"{name}/{number}"), able, start, end))
    return shifts


def _flow(rows: list[tuple[int, int, bool]]) -> Flow:
    served = [wait / MINUTE_MS for _, wait, called in rows if called]
    by_priority: dict[int, list[float]] = {}
    for priority, wait, called in rows:
        if called:
            by_priority.setdefault(priority, []).append(wait / MINUTE_MS)
    return Flow(
        sum(served) / len(served) if served else 0.0,
        quantile(served, 0.9) if served else 0.0,
        sum(not called for _, _, called in rows) / len(rows) if rows else 0.0,
        {p: sum(w) / len(w) for p, w in sorted(by_priority.items())},
    )
