"""Commands about tickets: from the number given out to the rating."""

from tingtang.hall.model import commands as c
from tingtang.hall.model import dispatch
from tingtang.hall.model import events as e
from tingtang.hall.model import problems as p
from tingtang.hall.model.decide.checks import (
    Events,
    S,
    counter_of,
    ready_to_call,
    setup_of,
    sign_of,
    ticket_of,
)
from tingtang.hall.model.settings import NumberList, Place
from tingtang.hall.model.state import (
    Counter,
    DaySetup,
    HallDay,
    Rule,
    Why,
)
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import CounterId, ServiceId, StaffId, TicketId


def issue(state: HallDay, command: c.IssueTicket, _at_ms: int) -> Events:
    setup = setup_of(state)
    if not state.taking:
        raise Refused(p.TAKING_STOPPED)
    if not command.services:
        raise Refused(p.NO_SERVICE)
    if command.ticket in state.tickets:
        raise Refused(p.TICKET_EXISTS)
    for service in command.services:
        if service not in setup.services:
            raise Refused(p.UNKNOWN_SERVICE, service=service)
    first = command.services[0]
    quota = setup.services[first].quota
    if quota and not command.booked_ms and state.tickets_of_service.get(first, 0) >= quota:
        raise Refused(p.QUOTA_REACHED, quota=quota)  # a booked place was promised before
    return (
        e.TicketIssued(
            ticket=command.ticket,
            number=next_number(setup, state.numbers, command.segment, first),
            visit=command.visit,
            services=command.services,
            segment=command.segment,
            channel=command.channel,
            customer=command.customer,
            care=command.care,
            booked_ms=command.booked_ms,
        ),
    )


def next_number(
    setup: DaySetup, numbers: dict[str, int], segment: object, service: ServiceId
) -> str:
    """The next number of the list that has this segment, else of the service's own letter."""
    numbering = setup.settings.numbering
    chosen: NumberList | None = None
    for numbers_of in numbering.lists:
        if segment in numbers_of.segments:
            chosen = numbers_of
            break
    prefix = chosen.prefix if chosen is not None else setup.services[service].prefix
    number = numbers.get(prefix, 0) + 1
    if chosen is not None and chosen.quota and number > chosen.quota:
        raise Refused(p.QUOTA_REACHED, quota=chosen.quota)
    return prefix + str(number).zfill(numbering.digits)


def call_next(state: HallDay, command: c.CallNext, at_ms: int) -> Events:
    counter = counter_of(state, command.counter)
    events: list[Event] = []
    if command.finish is not None and command.finish == counter.ticket:
        # What follows is decided as if the present customer had gone; if nobody is next the
        # counter is simply free.
        events.extend(finish(state, c.FinishService(ticket=command.finish), at_ms))
        choice = dispatch.choose(state, counter, at_ms)
        if choice is not None:
            events.append(_called(counter, choice.ticket, choice.why))
        return events
    ready_to_call(state, counter)
    choice = dispatch.choose(state, counter, at_ms)
    if choice is None:
        raise Refused(p.NOBODY_WAITING, counter=sign_of(state, counter.id))
    return (_called(counter, choice.ticket, choice.why),)


def call_ticket(state: HallDay, command: c.CallTicket, at_ms: int) -> Events:
    counter = counter_of(state, command.counter)
    ready_to_call(state, counter)
    ticket = ticket_of(state, command.ticket, "call")
    if ticket.service not in counter.services:
        raise Refused(p.CANNOT_SERVE)
    why = Why(Rule.CHOSEN, max(0, at_ms - ticket.since_ms))
    return (_called(counter, ticket.id, why),)


def _called(counter: Counter, ticket: TicketId, why: Why) -> Event:
    return e.TicketCalled(ticket=ticket, counter=counter.id, staff=counter.staff, why=why)


def recall(state: HallDay, command: c.Recall, _at_ms: int) -> Events:
    return (e.TicketRecalled(ticket=ticket_of(state, command.ticket, "recall").id),)


def start(state: HallDay, command: c.StartService, _at_ms: int) -> Events:
    return (e.ServiceStarted(ticket=ticket_of(state, command.ticket, "start").id),)


def pass_over(state: HallDay, command: c.Pass, at_ms: int) -> Events:
    ticket = ticket_of(state, command.ticket, "pass")
    rule = setup_of(state).settings.passing
    if ticket.passes + 1 >= rule.passes_max:
        return (e.TicketAbandoned(ticket=ticket.id, reason="no_show"),)
    return (e.TicketPassed(ticket=ticket.id, until_ms=at_ms + rule.return_minutes * MINUTE_MS),)


def come_back(state: HallDay, command: c.Return, _at_ms: int) -> Events:
    ticket = ticket_of(state, command.ticket, "return")
    if ticket.state is S.HELD:
        return (e.TicketReturned(ticket=ticket.id, place=Place.FIRST),)
    rule = setup_of(state).settings.passing
    return (e.TicketReturned(ticket=ticket.id, place=rule.place, after=rule.after),)


def hold(state: HallDay, command: c.HoldTicket, at_ms: int) -> Events:
    ticket = ticket_of(state, command.ticket, "hold")
    reason = next((h for h in setup_of(state).settings.holds if h.code == command.reason), None)
    if reason is None:
        raise Refused(p.UNKNOWN_REASON, reason=command.reason)
    minutes = command.minutes if command.minutes is not None else reason.minutes
    return (
        e.TicketHeld(
            ticket=ticket.id, reason=reason.code, until_ms=at_ms + max(1, minutes) * MINUTE_MS
        ),
    )


def transfer(state: HallDay, command: c.Transfer, _at_ms: int) -> Events:
    ticket = ticket_of(state, command.ticket, "transfer")
    service = command.service or ticket.service
    if service not in setup_of(state).services:
        raise Refused(p.UNKNOWN_SERVICE, service=service)
    if command.counter is not None:
        target = counter_of(state, command.counter)
        setup = setup_of(state).counters[target.id]
        if service not in (target.services or setup.services | setup.elastic):
            raise Refused(p.CANNOT_SERVE)
    if command.staff is not None and not any(
        seat.staff == command.staff and service in seat.services for seat in state.counters.values()
    ):
        raise Refused(p.CANNOT_SERVE)  # who is signed on nowhere would never call them
    return (
        e.TicketTransferred(
            ticket=ticket.id,
            service=service,
            place=command.place,
            counter=command.counter or CounterId(""),
            staff=command.staff or StaffId(""),
        ),
    )


def finish(state: HallDay, command: c.FinishService, _at_ms: int) -> Events:
    ticket = ticket_of(state, command.ticket, "finish")
    if not ticket.later:
        return (e.ServiceFinished(ticket=ticket.id),)
    then = ticket.later[0]
    stay = command.stay and then in state.counters[ticket.counter].services
    place = setup_of(state).settings.next_service_place
    return (e.ServiceFinished(ticket=ticket.id, then=then, stay=stay, place=place),)


def add_service(state: HallDay, command: c.AddService, _at_ms: int) -> Events:
    ticket = ticket_of(state, command.ticket, "add")
    if command.service not in setup_of(state).services:
        raise Refused(p.UNKNOWN_SERVICE, service=command.service)
    return (e.ServiceAdded(ticket=ticket.id, service=command.service),)


def abandon(state: HallDay, command: c.Abandon, _at_ms: int) -> Events:
    ticket = ticket_of(state, command.ticket, "abandon")
    return (e.TicketAbandoned(ticket=ticket.id, reason=command.reason),)


def rate(state: HallDay, command: c.Rate, _at_ms: int) -> Events:
    ticket = state.tickets.get(command.ticket)
    if ticket is None:
        raise Refused(p.UNKNOWN_TICKET)
    if not 1 <= command.score <= 5:
        raise Refused(p.BAD_SCORE)
    known = {reason.code for reason in setup_of(state).settings.rating_reasons}
    for reason in command.reasons:
        if reason not in known:
            raise Refused(p.UNKNOWN_REASON, reason=reason)
    finished = [i for i, leg in enumerate(ticket.legs) if leg.outcome == "finished"]
    leg = command.leg if command.leg >= 0 else (finished[-1] if finished else -1)
    if leg not in finished:
        raise Refused(p.NOT_RATED_YET)
    if ticket.legs[leg].score:
        raise Refused(p.ALREADY_RATED)
    return (
        e.TicketRated(
            ticket=ticket.id, leg=leg, score=command.score, reasons=command.reasons, at=command.at
        ),
    )
