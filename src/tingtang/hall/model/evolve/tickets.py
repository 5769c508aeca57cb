"""What happened to tickets."""

from tingtang.hall.model import events as e
from tingtang.hall.model.evolve.places import join_at, set_due, stand, take_out
from tingtang.hall.model.evolve.visits import leave_if_done, reach
from tingtang.hall.model.lines import count_call, observe
from tingtang.hall.model.state import (
    Announcement,
    CounterState,
    HallDay,
    Leg,
    LineKey,
    Source,
    Stage,
    Ticket,
    TicketState,
    Visit,
)
from tingtang.kernel.ids import CounterId, StaffId

TICKET, TRIAGE = Source.TICKET, Stage.TRIAGE
"""Named here for what happens most: before Python 3.12 a member of an enumeration is slow to find."""


def ticket_issued(state: HallDay, event: e.TicketIssued, at_ms: int) -> None:
    service = event.services[0]
    key = LineKey(service, event.segment)
    since_ms = max(at_ms, event.booked_ms)
    ticket = Ticket(
        id=event.ticket,
        number=event.number,
        visit=event.visit,
        segment=event.segment,
        channel=event.channel,
        issued_ms=at_ms,
        legs=(Leg(service, at_ms),),
        line=key,
        since_ms=since_ms,
        later=event.services[1:],
        customer=event.customer,
        care=event.care,
        booked_ms=event.booked_ms,
        carried=bool(event.carried_from),
    )
    state.tickets[ticket.id] = ticket
    state.ticket_ids[ticket.number] = ticket.id
    prefix = ticket.number.rstrip("0123456789")
    state.numbers[prefix] = int(ticket.number[len(prefix) :])
    state.issued += 1
    state.tickets_of_service[service] = state.tickets_of_service.get(service, 0) + 1
    visit = state.visits.get(ticket.visit)
    if visit is None:
        state.visits[ticket.visit] = Visit(
            ticket.visit,
            at_ms,
            TICKET,
            ticket.customer,
            ticket.care,
            (ticket.id,),
            stages=((TRIAGE, at_ms),),
        )
    else:
        visit.tickets += (ticket.id,)
        visit.left_ms = 0
        visit.diverted = False  # came back to the counters after all
        reach(visit, TRIAGE, at_ms)
    stand(state, ticket)


def ticket_called(state: HallDay, event: e.TicketCalled, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    take_out(state, ticket)
    counter = state.counters[event.counter]
    _leg_at(ticket, event.counter, event.staff, at_ms)
    ticket.state, ticket.counter, ticket.reason = TicketState.CALLED, event.counter, ""
    ticket.why = event.why
    counter.state, counter.ticket, counter.since_ms = CounterState.CALLING, ticket.id, at_ms
    _announce(state, ticket, at_ms, again=False)
    count_call(state, event.why)


def _leg_at(ticket: Ticket, counter: CounterId, staff: StaffId, at_ms: int) -> None:
    leg = ticket.leg
    leg.called_ms = leg.called_ms or at_ms
    leg.counter, leg.staff = counter, staff


def _announce(state: HallDay, ticket: Ticket, at_ms: int, *, again: bool) -> None:
    state.announced += 1
    state.announcements.append(
        Announcement(state.announced, ticket.number, ticket.counter, at_ms, again)
    )


def ticket_recalled(state: HallDay, event: e.TicketRecalled, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    ticket.recalls += 1
    _announce(state, ticket, at_ms, again=True)


def service_started(state: HallDay, event: e.ServiceStarted, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    ticket.state = TicketState.SERVING
    ticket.leg.started_ms = ticket.leg.started_ms or at_ms
    counter = state.counters[ticket.counter]
    counter.state = CounterState.SERVING
    reach(state.visits[ticket.visit], Stage.COUNTER, at_ms)


def ticket_passed(state: HallDay, event: e.TicketPassed, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    count_busy(state, ticket, at_ms)
    take_out(state, ticket)
    ticket.state, ticket.counter = TicketState.PASSED, CounterId("")
    ticket.passes += 1
    ticket.leg.called_ms = 0
    set_due(state, ticket, event.until_ms)


def ticket_returned(state: HallDay, event: e.TicketReturned, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    take_out(state, ticket)
    join_at(state, ticket, ticket.line, event.place, event.after, at_ms)


def ticket_held(state: HallDay, event: e.TicketHeld, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    count_busy(state, ticket, at_ms)
    take_out(state, ticket)
    ticket.state, ticket.counter, ticket.reason = TicketState.HELD, CounterId(""), event.reason
    set_due(state, ticket, event.until_ms)
    if not event.until_ms:
        state.overdue[ticket.id] = None


def hold_ended(state: HallDay, event: e.HoldEnded, _at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    set_due(state, ticket, 0)
    if ticket.state is TicketState.HELD:
        state.overdue[ticket.id] = None


def ticket_transferred(state: HallDay, event: e.TicketTransferred, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    count_busy(state, ticket, at_ms)
    take_out(state, ticket)
    leg = ticket.leg
    leg.ended_ms, leg.outcome = at_ms, "transferred"
    ticket.counter = CounterId("")
    ticket.legs += (Leg(event.service, at_ms),)
    key = LineKey(event.service, ticket.segment, event.counter, event.staff)
    join_at(state, ticket, key, event.place, 0, at_ms)


def service_finished(state: HallDay, event: e.ServiceFinished, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    leg, counter = ticket.leg, state.counters[ticket.counter]
    leg.ended_ms, leg.outcome = at_ms, "finished"
    leg.started_ms = leg.started_ms or leg.called_ms
    observe(state, leg.service, at_ms - leg.started_ms)
    count_busy(state, ticket, at_ms)
    counter.served += 1
    if event.then is None:
        take_out(state, ticket)
        ticket.state, ticket.counter = TicketState.FINISHED, CounterId("")
        leave_if_done(state, ticket.visit, at_ms)
        return
    at = ticket.later.index(event.then)
    ticket.later = ticket.later[:at] + ticket.later[at + 1 :]
    ticket.legs += (Leg(event.then, at_ms),)
    if event.stay:
        _leg_at(ticket, counter.id, counter.staff, at_ms)
        ticket.leg.started_ms = counter.since_ms = at_ms
        return
    take_out(state, ticket)
    ticket.counter = CounterId("")
    key = LineKey(event.then, ticket.segment)
    join_at(state, ticket, key, event.place, 0, at_ms)


def service_added(state: HallDay, event: e.ServiceAdded, _at_ms: int) -> None:
    state.tickets[event.ticket].later += (event.service,)


def ticket_abandoned(state: HallDay, event: e.TicketAbandoned, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    count_busy(state, ticket, at_ms)
    take_out(state, ticket)
    ticket.state, ticket.reason = TicketState.ABANDONED, event.reason
    ticket.leg.ended_ms, ticket.leg.outcome = at_ms, "abandoned"
    ticket.counter = CounterId("")
    state.abandoned += 1
    leave_if_done(state, ticket.visit, at_ms)


def ticket_rated(state: HallDay, event: e.TicketRated, _at_ms: int) -> None:
    state.tickets[event.ticket].legs[event.leg].score = event.score


def count_busy(state: HallDay, ticket: Ticket, at_ms: int) -> None:
    if ticket.counter:
        counter = state.counters[ticket.counter]
        counter.busy_total_ms += at_ms - counter.since_ms
        counter.since_ms = at_ms
