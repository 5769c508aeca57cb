"""The figures of a closed day from its archived services: the same as the monitor's at its end. Pure."""

from collections.abc import Iterable, Sequence

import msgspec

from tingtang.hall.model.kpis import (
    BAD_SCORE,
    GOOD_SCORE,
    Rate,
    Waits,
    composite_satisfaction,
    summary_of_waits,
)
from tingtang.kernel.ids import ServiceId, StaffId, TicketId


class ArchivedLeg(msgspec.Struct, frozen=True, kw_only=True):
    """One service of one ticket, as the archive of closed days keeps it."""

    ticket: TicketId
    leg: int
    date: str
    service: ServiceId
    staff: StaffId
    outcome: str
    queued_ms: int
    booked_ms: int
    called_ms: int
    started_ms: int
    ended_ms: int
    score: int


class DayFigures(msgspec.Struct, frozen=True):
    """What can be told of a day once it is over; rates are None where nothing was counted."""

    date: str
    issued: int
    finished: int
    abandoned: int
    booked: int
    services: int
    """Services finished: a ticket may carry several."""
    waits: Waits
    mean_service_ms: float | None
    abandon_rate: Rate
    rating_rate: Rate
    good_rate: Rate
    satisfied_rate: Rate
    bad_rate: Rate
    composite_satisfaction: float | None


def day_figures(date: str, legs: Sequence[ArchivedLeg]) -> DayFigures:
    """The figures of one day from all its archived services."""
    by_ticket: dict[TicketId, list[ArchivedLeg]] = {}
    for leg in sorted(legs, key=lambda one: one.leg):
        by_ticket.setdefault(leg.ticket, []).append(leg)
    firsts = [of[0] for of in by_ticket.values()]
    lasts = [of[-1] for of in by_ticket.values()]
    done = [leg for leg in legs if leg.outcome == "finished"]
    scores = [leg.score for leg in done if leg.score]
    waits = summary_of_waits([waited_ms(leg) for leg in firsts if leg.called_ms])
    abandoned = sum(leg.outcome == "abandoned" for leg in lasts)
    abandon = Rate(abandoned, len(by_ticket))
    bad = sum(score <= BAD_SCORE for score in scores)
    return DayFigures(
        date=date,
        issued=len(by_ticket),
        finished=sum(leg.outcome == "finished" for leg in lasts),
        abandoned=abandoned,
        booked=sum(bool(leg.booked_ms) for leg in firsts),
        services=len(done),
        waits=waits,
        mean_service_ms=_mean(leg.ended_ms - leg.started_ms for leg in done),
        abandon_rate=abandon,
        rating_rate=Rate(len(scores), len(done)),
        good_rate=Rate(sum(score >= GOOD_SCORE for score in scores), len(scores)),
        satisfied_rate=Rate(len(scores) - bad, len(scores)),
        bad_rate=Rate(bad, len(scores)),
        composite_satisfaction=composite_satisfaction(abandon.value, waits.mean_ms),
    )


def waited_ms(first: ArchivedLeg) -> int:
    """等候时长 of a ticket that was called: from the ticket or, if booked, from its time."""
    return max(0, first.called_ms - max(first.queued_ms, first.booked_ms))


def by_day(legs: Iterable[ArchivedLeg]) -> list[DayFigures]:
    """The figures of every day that has any service, oldest first."""
    days: dict[str, list[ArchivedLeg]] = {}
    for leg in legs:
        days.setdefault(leg.date, []).append(leg)
    return [day_figures(date, days[date]) for date in sorted(days)]


def _mean(values: Iterable[int]) -> float | None:
    found = list(values)
    return sum(found) / len(found) if found else None
