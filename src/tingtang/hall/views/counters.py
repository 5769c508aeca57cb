"""``hall.counter``: a teller's own position."""

import msgspec

from tingtang.hall.model import dispatch
from tingtang.hall.model.state import CounterState, HallDay, TicketState
from tingtang.hall.model.waits import WaitBook
from tingtang.hall.views.shared import Names, is_open
from tingtang.hall.views.tickets import StaffTicket, TicketLeg, staff_ticket, ticket_leg
from tingtang.kernel.ids import CounterId, ServiceId, StaffId, TicketId
from tingtang.kernel.text import Text

NEXT_SHOWN = 8
"""How many of those who come next a counter sees."""


class Tally(msgspec.Struct, frozen=True):
    """What was finished at a counter today; means are None while there is nothing to average."""

    finished: int
    mean_service_ms: float | None
    ratings: int
    mean_score: float | None


class CounterView(msgspec.Struct, frozen=True):
    """``hall.counter``: a teller's own position."""

    counter: CounterId
    sign: str
    state: CounterState
    staff: StaffId
    staff_name: str
    services: dict[ServiceId, Text]
    could: dict[ServiceId, Text]
    """What the counter could do besides (elastic window)."""
    since_ms: int
    pause_reason: str
    current: StaffTicket | None
    called_ms: int
    started_ms: int
    standard_ms: int
    why: Text | None
    """Why the present customer was next."""
    legs: tuple[TicketLeg, ...]
    next: dict[str, StaffTicket]
    """Who would come next, keyed by place, from "1"."""
    waiting: dict[ServiceId, int]
    held: dict[TicketId, StaffTicket]
    """Held and passed customers, for any counter to take up again."""
    served: int
    tally: Tally
    taking: bool
    open: bool


def counter(
    state: HallDay,
    book: WaitBook,
    names: Names,
    counter_id: CounterId,
    at_ms: int,
) -> CounterView | None:
    """The view of one counter; None if the branch has no such counter."""
    seat = state.counters.get(counter_id)
    if seat is None or state.setup is None:
        return None
    setup = state.setup.counters.get(counter_id)
    current = state.tickets.get(seat.ticket) if seat.ticket else None
    coming = dispatch.in_order(state, seat, at_ms, NEXT_SHOWN)
    waiting: dict[ServiceId, int] = {}
    for key, line in state.lines.items():
        if key.service in seat.services:
            waiting[key.service] = waiting.get(key.service, 0) + len(line)
    service = state.setup.services.get(current.service) if current is not None else None
    able = setup.services | setup.elastic if setup is not None else frozenset()
    aside = (TicketState.HELD, TicketState.PASSED)
    return CounterView(
        counter=counter_id,
        sign=setup.sign if setup is not None else "",
        state=seat.state,
        staff=seat.staff,
        staff_name=names.staff(seat.staff) if seat.staff else "",
        services={s: names.service(s) for s in sorted(seat.services)},
        could={s: names.service(s) for s in sorted(able - seat.services)},
        since_ms=seat.since_ms,
        pause_reason=seat.pause_reason,
        current=staff_ticket(state, book, names, current, at_ms) if current is not None else None,
        called_ms=current.leg.called_ms if current is not None else 0,
        started_ms=current.leg.started_ms if current is not None else 0,
        standard_ms=service.standard_ms if service is not None else 0,
        why=dispatch.words(current.why, current.segment)
        if current is not None and current.why is not None
        else None,
        legs=tuple(
            ticket_leg(place, leg, names)
            for place, leg in enumerate(current.legs if current is not None else ())
        ),
        next={
            str(place): staff_ticket(state, book, names, state.tickets[t], at_ms)
            for place, t in enumerate(coming, start=1)
        },
        waiting=waiting,
        held={
            t.id: staff_ticket(state, book, names, t, at_ms)
            for t in state.tickets.values()
            if t.state in aside
        },
        served=seat.served,
        tally=_tally(state, counter_id),
        taking=state.taking,
        open=is_open(state),
    )


def _tally(state: HallDay, counter_id: CounterId) -> Tally:
    times: list[int] = []
    scores: list[int] = []
    for held in state.tickets.values():
        for leg in held.legs:
            if leg.counter == counter_id and leg.outcome == "finished":
                times.append(leg.ended_ms - leg.started_ms)
                if leg.score:
                    scores.append(leg.score)
    return Tally(
        len(times),
        sum(times) / len(times) if times else None,
        len(scores),
        sum(scores) / len(scores) if scores else None,
    )
