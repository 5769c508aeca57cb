"""The live figures of a hall (``reference``: KPIs of the field). Pure functions of the day's state.

Every rate says its numerator and denominator; where the denominator is zero the value is None. A
fact counts on the business day of its stream, however late it arrives.
"""

from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

import msgspec

from tingtang.hall.model.settings import BusyLimits, Segment
from tingtang.hall.model.state import OFF, CounterState, HallDay, Leg, Ticket, TicketState
from tingtang.hall.model.triage import Busy
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.ids import CounterId, ServiceId, StaffId

BAND_EDGES_MINUTES = (10, 20, 30)
"""等候时长 bands: under 10, 10-20, 20-30, over 30 minutes (DCFS)."""
K = TypeVar("K")
GOOD_SCORE = 4
BAD_SCORE = 2


class Rate(msgspec.Struct, frozen=True):
    """A share; ``value`` is None where there was nothing to count."""

    part: float
    whole: float

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None


class Waits(msgspec.Struct, frozen=True):
    """等候时长 of those called: count, mean, 90th percentile, maximum, and people by band."""

    count: int
    mean_ms: float | None
    p90_ms: int | None
    max_ms: int | None
    bands: tuple[int, int, int, int]


class ServiceFigures(msgspec.Struct, frozen=True):
    """主要受理业务: one service today."""

    issued: int
    waiting: int
    finished: int
    mean_wait_ms: float | None
    mean_service_ms: float | None


class StaffFigures(msgspec.Struct, frozen=True):
    """员工业务办理效率 of one person today."""

    finished: int
    busy_ms: int
    mean_score: float | None


class CounterFigures(msgspec.Struct, frozen=True):
    """One window: 柜员饱和度 is busy time over signed-on time without breaks."""

    served: int
    busy_ms: int
    open_ms: int
    paused_ms: int
    saturation: float | None


class Kpis(msgspec.Struct, frozen=True):
    """The service monitor's figures at one moment."""

    at_ms: int
    busy: Busy
    in_hall: int
    issued: int
    waiting: int
    finished: int
    abandoned: int
    online_counters: int
    counters: int
    mean_waiting_now_ms: float | None
    longest_waiting_now_ms: int
    waits: Waits
    over_limit: Rate
    within_limit: Rate
    per_counter: float | None
    hall_saturation: float
    abandon_rate: Rate
    open_rate: Rate
    over_standard: Rate
    rating_rate: Rate
    good_rate: Rate
    satisfied_rate: Rate
    bad_rate: Rate
    composite_satisfaction: float | None
    diverted_rate: Rate
    by_service: dict[ServiceId, ServiceFigures]
    by_staff: dict[StaffId, StaffFigures]
    by_counter: dict[CounterId, CounterFigures]
    by_segment: dict[Segment, int]
    arrivals_by_hour: dict[int, int]
    """Tickets by whole hours since the day opened."""


def busy_level(
    limits: BusyLimits, *, is_open: bool, mean_wait_minutes: float, per_counter: float
) -> Busy:
    """网点繁忙度: idle if both are at most idle, saturated if both are above busy, busy if one is."""
    if not is_open:
        return Busy.CLOSED
    if mean_wait_minutes <= limits.wait_idle_minutes and per_counter <= limits.per_counter_idle:
        return Busy.IDLE
    over = (mean_wait_minutes > limits.wait_busy_minutes) + (per_counter > limits.per_counter_busy)
    return (Busy.NORMAL, Busy.BUSY, Busy.SATURATED)[over]


def busy_now(state: HallDay, at_ms: int) -> Busy:
    """The hall's present level, from the people who wait and the counters that are online."""
    if state.setup is None or state.closed_ms:
        return Busy.CLOSED
    waits = [at_ms - since for line in state.lines.values() for since in line.values()]
    mean_minutes = sum(max(0, w) for w in waits) / len(waits) / MINUTE_MS if waits else 0.0
    online = online_counters(state)
    return busy_level(
        state.setup.settings.busy,
        is_open=True,
        mean_wait_minutes=mean_minutes,
        per_counter=len(waits) / online if online else float(len(waits)),
    )


def kpis(state: HallDay, at_ms: int) -> Kpis:
    """All figures of the day so far."""
    tickets = list(state.tickets.values())
    waiting = [t for t in tickets if t.state is TicketState.WAITING]
    now_ms = [max(0, at_ms - t.since_ms) for t in waiting]
    called = _waits_of_called(tickets)
    finished = [t for t in tickets if t.state is TicketState.FINISHED]
    legs = [leg for t in tickets for leg in t.legs if leg.outcome == "finished"]
    scores = [leg.score for leg in legs if leg.score]
    online, limit_ms = online_counters(state), _limit_ms(state)
    over = sum(w > limit_ms for w in now_ms)
    abandon = Rate(state.abandoned, state.issued)
    waits = summary_of_waits(called)
    in_hall = sum(not v.left_ms for v in state.visits.values())
    with_intent = [v for v in state.visits.values() if v.tickets or v.diverted]
    counters = len(state.counters)
    settings = state.setup.settings if state.setup is not None else None
    good = sum(s >= GOOD_SCORE for s in scores)
    bad = sum(s <= BAD_SCORE for s in scores)
    return Kpis(
        at_ms=at_ms,
        busy=busy_now(state, at_ms),
        in_hall=in_hall,
        issued=state.issued,
        waiting=len(waiting),
        finished=len(finished),
        abandoned=state.abandoned,
        online_counters=online,
        counters=counters,
        mean_waiting_now_ms=sum(now_ms) / len(now_ms) if now_ms else None,
        longest_waiting_now_ms=max(now_ms, default=0),
        waits=waits,
        over_limit=Rate(over, len(waiting)),
        within_limit=Rate(len(waiting) - over, len(waiting)),
        per_counter=len(waiting) / online if online else None,
        hall_saturation=in_hall / settings.capacity_people if settings is not None else 0.0,
        abandon_rate=abandon,
        open_rate=Rate(online, counters),
        over_standard=Rate(sum(_over_standard(state, leg) for leg in legs), len(legs)),
        rating_rate=Rate(len(scores), len(legs)),
        good_rate=Rate(good, len(scores)),
        satisfied_rate=Rate(len(scores) - bad, len(scores)),
        bad_rate=Rate(bad, len(scores)),
        composite_satisfaction=composite_satisfaction(abandon.value, waits.mean_ms),
        diverted_rate=Rate(sum(v.diverted for v in with_intent), len(with_intent)),
        by_service=_by_service(tickets),
        by_staff=_by_staff(tickets),
        by_counter={c.id: _counter_figures(state, c.id, at_ms) for c in state.counters.values()},
        by_segment=_count(t.segment for t in tickets),
        arrivals_by_hour=_count((t.issued_ms - state.opened_ms) // 3_600_000 for t in tickets),
    )


def composite_satisfaction(abandon_rate: float | None, mean_wait_ms: float | None) -> float | None:
    """合成满意度: (1 - abandon rate) * 40 % + (1 - mean wait in minutes / 60) * 60 %, at least 0."""
    if abandon_rate is None or mean_wait_ms is None:
        return None
    waited = max(0.0, 1 - mean_wait_ms / MINUTE_MS / 60)
    return (1 - abandon_rate) * 0.4 + waited * 0.6


def summary_of_waits(waits_ms: list[int]) -> Waits:
    """Mean, 90th percentile (nearest rank), maximum and bands of some waits."""
    ordered = sorted(waits_ms)
    bands = [0, 0, 0, 0]
    for wait in ordered:
        bands[sum(wait >= edge * MINUTE_MS for edge in BAND_EDGES_MINUTES)] += 1
    count = len(ordered)
    return Waits(
        count,
        sum(ordered) / count if count else None,
        ordered[-(-count * 9 // 10) - 1] if count else None,
        ordered[-1] if count else None,
        (bands[0], bands[1], bands[2], bands[3]),
    )


def waited_ms(ticket: Ticket) -> int | None:
    """等候时长 of the ticket's first call, from the ticket or, if booked, from its time."""
    first = ticket.legs[0]
    if not first.called_ms:
        return None
    return max(0, first.called_ms - max(first.queued_ms, ticket.booked_ms))


def _waits_of_called(tickets: list[Ticket]) -> list[int]:
    return [wait for t in tickets if (wait := waited_ms(t)) is not None]


def online_counters(state: HallDay) -> int:
    """Counters that are signed on and not paused."""
    return sum(c.state not in OFF for c in state.counters.values())


def _limit_ms(state: HallDay) -> float:
    if state.setup is None:
        return float("inf")
    return state.setup.settings.thresholds.wait_minutes.yellow * MINUTE_MS


def _over_standard(state: HallDay, leg: Leg) -> bool:
    service = state.setup.services.get(leg.service) if state.setup is not None else None
    return service is not None and leg.ended_ms - leg.started_ms > service.standard_ms


def _by_service(tickets: list[Ticket]) -> dict[ServiceId, ServiceFigures]:
    rows: dict[ServiceId, tuple[list[int], list[int], list[int]]] = {}
    waiting: dict[ServiceId, int] = {}
    for ticket in tickets:
        for leg in ticket.legs:
            issued, waits, times = rows.setdefault(leg.service, ([], [], []))
            issued.append(1)
            if leg.called_ms:
                waits.append(max(0, leg.called_ms - max(leg.queued_ms, ticket.booked_ms)))
            if leg.outcome == "finished":
                times.append(leg.ended_ms - leg.started_ms)
        if ticket.state is TicketState.WAITING:
            waiting[ticket.service] = waiting.get(ticket.service, 0) + 1
    return {
        service: ServiceFigures(
            len(issued),
            waiting.get(service, 0),
            len(times),
            sum(waits) / len(waits) if waits else None,
            sum(times) / len(times) if times else None,
        )
        for service, (issued, waits, times) in rows.items()
    }


def _by_staff(tickets: list[Ticket]) -> dict[StaffId, StaffFigures]:
    rows: dict[StaffId, tuple[list[int], list[int]]] = {}
    for ticket in tickets:
        for leg in ticket.legs:
            if leg.outcome == "finished" and leg.staff:
                times, scores = rows.setdefault(leg.staff, ([], []))
                times.append(leg.ended_ms - leg.started_ms)
                if leg.score:
                    scores.append(leg.score)
    return {
        staff: StaffFigures(len(times), sum(times), sum(scores) / len(scores) if scores else None)
        for staff, (times, scores) in rows.items()
    }


def _counter_figures(state: HallDay, counter_id: CounterId, at_ms: int) -> CounterFigures:
    counter = state.counters[counter_id]
    open_ms, paused_ms, busy_ms = (
        counter.open_total_ms,
        counter.paused_total_ms,
        counter.busy_total_ms,
    )
    if counter.signed_on_ms:
        open_ms += at_ms - counter.signed_on_ms
    if counter.state is CounterState.PAUSED:
        paused_ms += at_ms - counter.since_ms
    if counter.ticket:
        busy_ms += at_ms - counter.since_ms
    worked_ms = open_ms - paused_ms
    saturation = busy_ms / worked_ms if worked_ms > 0 else None
    return CounterFigures(counter.served, busy_ms, open_ms, paused_ms, saturation)


def _count(things: Iterable[K]) -> dict[K, int]:
    return dict(Counter(things))
