"""``hall.ticket`` for the one who holds it, and a ticket as staff see it."""

import msgspec

from tingtang.hall.model.settings import Segment
from tingtang.hall.model.state import Care, Channel, HallDay, Leg, Ticket, TicketState
from tingtang.hall.model.waits import WaitBook
from tingtang.hall.views.shared import BoardNotice, Names, Told, notices, told
from tingtang.kernel.ids import CounterId, ServiceId, TicketId, VisitId, ZoneId
from tingtang.kernel.text import Text


class TicketLeg(msgspec.Struct, frozen=True):
    """One service of a ticket. ``leg`` is its place among all of them, as a rating names it: a
    list that leaves out transferred ones has gaps."""

    leg: int
    service: ServiceId
    name: Text
    done: bool
    score: int


class TicketView(msgspec.Struct, frozen=True):
    """``hall.ticket``: a customer's own ticket. ``ahead`` counts who is expected to go first."""

    ticket: TicketId
    number: str
    state: TicketState
    branch: Text
    issued_ms: int
    called_ms: int
    ahead: int
    wait: Told | None
    sign: str
    zone: ZoneId
    zone_name: Text
    legs: tuple[TicketLeg, ...]
    later: tuple[Text, ...]
    due_ms: int
    booked_ms: int
    may_rate: bool
    notices: dict[str, BoardNotice]


def ticket(
    state: HallDay, book: WaitBook, names: Names, ticket_id: TicketId, at_ms: int
) -> TicketView | None:
    """The holder's view of a ticket; None if there is no such ticket today."""
    held = state.tickets.get(ticket_id)
    if held is None:
        return None
    waits = held.state is TicketState.WAITING
    place = state.setup.counters.get(held.leg.counter) if state.setup is not None else None
    return TicketView(
        ticket=held.id,
        number=held.number,
        state=held.state,
        branch=names.branch(),
        issued_ms=held.issued_ms,
        called_ms=held.leg.called_ms,
        ahead=book.people_ahead(state, held, at_ms) if waits else 0,
        wait=told(book.for_ticket(state, held, at_ms)) if waits else None,
        sign=place.sign if place is not None else "",
        zone=place.zone if place is not None else ZoneId(""),
        zone_name=names.zone(place.zone) if place is not None else Text(""),
        legs=tuple(
            ticket_leg(place, leg, names)
            for place, leg in enumerate(held.legs)
            if leg.outcome != "transferred"
        ),
        later=tuple(names.service(service) for service in held.later),
        due_ms=held.due_ms,
        booked_ms=held.booked_ms,
        may_rate=any(leg.outcome == "finished" and not leg.score for leg in held.legs),
        notices=notices(state, at_ms),
    )


def ticket_leg(place: int, leg: Leg, names: Names) -> TicketLeg:
    """One service of a ticket, at its place among all of them."""
    return TicketLeg(
        place, leg.service, names.service(leg.service), leg.outcome == "finished", leg.score
    )


class StaffTicket(msgspec.Struct, frozen=True):
    """A ticket as staff see it: the customer's name is masked."""

    ticket: TicketId
    number: str
    state: TicketState
    segment: Segment
    channel: Channel
    service: ServiceId
    service_name: Text
    visit: VisitId
    customer: str
    name: str
    care: tuple[Care, ...]
    issued_ms: int
    since_ms: int
    booked_ms: int
    counter: CounterId
    later: tuple[ServiceId, ...]
    reason: str
    due_ms: int
    passes: int
    wait: Told | None


def staff_ticket(
    state: HallDay, book: WaitBook, names: Names, held: Ticket, at_ms: int
) -> StaffTicket:
    """One ticket for staff, with the time left if it waits."""
    waits = held.state is TicketState.WAITING
    return StaffTicket(
        ticket=held.id,
        number=held.number,
        state=held.state,
        segment=held.segment,
        channel=held.channel,
        service=held.service,
        service_name=names.service(held.service),
        visit=held.visit,
        customer=held.customer or "",
        name=names.customer(held.customer) if held.customer else "",
        care=held.care,
        issued_ms=held.issued_ms,
        since_ms=held.since_ms,
        booked_ms=held.booked_ms,
        counter=held.counter,
        later=tuple(held.later),
        reason=held.reason,
        due_ms=held.due_ms,
        passes=held.passes,
        wait=told(book.for_ticket(state, held, at_ms)) if waits else None,
    )
