"""How each event changes the hall. Nothing is checked here: what is in the log has happened."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from tingtang.hall.model import events as e
from tingtang.hall.model.lines import count_call, insert, observe
from tingtang.hall.model.settings import Place
from tingtang.hall.model.state import (
    OPEN_STATES,
    Announcement,
    Counter,
    CounterState,
    DaySetup,
    HallDay,
    Leg,
    Line,
    LineKey,
    Notice,
    Source,
    Stage,
    Ticket,
    TicketState,
    Visit,
)
from tingtang.kernel.events import Event
from tingtang.kernel.ids import CounterId, StaffId, TicketId, VisitId


def evolve(state: HallDay, event: Event, at_ms: int) -> None:
    """Apply ``event``, which happened at ``at_ms``, to ``state`` in place."""
    _EVOLVERS[type(event)](state, event, at_ms)


# -- the day -------------------------------------------------------------------------------------


def _day_opened(state: HallDay, event: e.DayOpened, at_ms: int) -> None:
    state.date = event.date
    state.opened_ms = at_ms
    state.closed_ms = 0
    state.taking = True
    _set_up(state, event.setup)


def _setup_changed(state: HallDay, event: e.SetupChanged, _at_ms: int) -> None:
    _set_up(state, event.setup)


def _set_up(state: HallDay, setup: DaySetup) -> None:
    state.setup = setup
    for counter_id in setup.counters:
        if counter_id not in state.counters:
            state.counters[counter_id] = Counter(counter_id)
    for counter_id, counter in list(state.counters.items()):
        if counter_id not in setup.counters and counter.state is CounterState.CLOSED:
            del state.counters[counter_id]


def _taking_stopped(state: HallDay, _event: e.TakingStopped, _at_ms: int) -> None:
    state.taking = False


def _taking_resumed(state: HallDay, _event: e.TakingResumed, _at_ms: int) -> None:
    state.taking = True


def _day_closed(state: HallDay, _event: e.DayClosed, at_ms: int) -> None:
    state.taking = False
    state.closed_ms = at_ms
    for visit in state.visits.values():
        visit.left_ms = visit.left_ms or at_ms


# -- visits --------------------------------------------------------------------------------------


def _visit_arrived(state: HallDay, event: e.VisitArrived, at_ms: int) -> None:
    state.visits[event.visit] = Visit(
        event.visit,
        at_ms,
        event.source,
        event.customer,
        event.care,
        zone=event.zone,
        zone_since_ms=at_ms,
    )


def _visit_identified(state: HallDay, event: e.VisitIdentified, _at_ms: int) -> None:
    visit = state.visits[event.visit]
    visit.customer = event.customer
    visit.care = event.care or visit.care
    for ticket_id in visit.tickets:
        state.tickets[ticket_id].customer = event.customer


def _visit_moved(state: HallDay, event: e.VisitMoved, at_ms: int) -> None:
    visit = state.visits[event.visit]
    visit.zone, visit.zone_since_ms = event.zone, at_ms


def _visit_staged(state: HallDay, event: e.VisitStaged, at_ms: int) -> None:
    visit = state.visits[event.visit]
    _reach(visit, event.stage, at_ms)
    visit.diverted = visit.diverted or event.diverted


def _machine_used(state: HallDay, event: e.MachineUsed, at_ms: int) -> None:
    visit = state.visits[event.visit]
    visit.busy_at, visit.busy_since_ms = event.machine, at_ms
    _reach(visit, Stage.SELF_SERVICE, at_ms)


def _machine_left(state: HallDay, event: e.MachineLeft, _at_ms: int) -> None:
    visit = state.visits[event.visit]
    visit.busy_at, visit.busy_since_ms = "", 0


def _visit_left(state: HallDay, event: e.VisitLeft, at_ms: int) -> None:
    state.visits[event.visit].left_ms = at_ms


def _reach(visit: Visit, stage: Stage, at_ms: int) -> None:
    if not visit.stages or visit.stages[-1][0] is not stage:
        visit.stages.append((stage, at_ms))


def _leave_if_done(state: HallDay, visit_id: VisitId, at_ms: int) -> None:
    visit = state.visits[visit_id]
    if not visit.busy_at and all(state.tickets[t].state not in OPEN_STATES for t in visit.tickets):
        visit.left_ms = at_ms


# -- lines ---------------------------------------------------------------------------------------


def _join(state: HallDay, ticket: Ticket, key: LineKey, since_ms: int) -> None:
    """Put the ticket into a line so that waits never increase from front to back."""
    line = state.lines.get(key)
    if line is None:
        line = state.lines[key] = OrderedDict()
    ticket.line, ticket.since_ms, ticket.state = key, since_ms, TicketState.WAITING
    state.waiting += 1
    insert(line, ticket.id, since_ms)


def _join_at(
    state: HallDay, ticket: Ticket, key: LineKey, place: Place, after: int, at_ms: int
) -> None:
    line: Line = state.lines.get(key) or OrderedDict()
    if place is Place.LAST or not line:
        _join(state, ticket, key, max(at_ms, ticket.booked_ms) if ticket.booked_ms else at_ms)
        return
    before = list(line.items())[: after if place is Place.AFTER else 0]
    since_ms = before[-1][1] if before else min(at_ms, next(iter(line.values())))
    behind = list(line)[len(before) :]
    _join(state, ticket, key, since_ms)
    line.move_to_end(ticket.id)
    for other in behind:
        line.move_to_end(other)


def _take_out(state: HallDay, ticket: Ticket) -> None:
    if ticket.state is TicketState.WAITING:
        line = state.lines[ticket.line]
        del line[ticket.id]
        if not line:
            del state.lines[ticket.line]
        state.waiting -= 1
    elif ticket.counter:
        _release(state, ticket.counter)
    _set_due(state, ticket, 0)


def _release(state: HallDay, counter_id: CounterId) -> None:
    """The counter has nobody before it any more."""
    counter = state.counters[counter_id]
    counter.ticket = TicketId("")
    counter.state = CounterState.OPEN


def _set_due(state: HallDay, ticket: Ticket, due_ms: int) -> None:
    ticket.due_ms = due_ms
    if due_ms:
        state.timed[ticket.id] = due_ms
    elif state.timed:
        state.timed.pop(ticket.id, None)


# -- tickets -------------------------------------------------------------------------------------


def _ticket_issued(state: HallDay, event: e.TicketIssued, at_ms: int) -> None:
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
        legs=[Leg(service, at_ms)],
        line=key,
        since_ms=since_ms,
        later=event.services[1:],
        customer=event.customer,
        care=event.care,
        booked_ms=event.booked_ms,
        carried=bool(event.carried_from),
    )
    state.tickets[event.ticket] = ticket
    state.ticket_ids[event.number] = event.ticket
    prefix = event.number.rstrip("0123456789")
    state.numbers[prefix] = int(event.number[len(prefix) :])
    state.issued += 1
    state.tickets_of_service[service] = state.tickets_of_service.get(service, 0) + 1
    visit = state.visits.get(event.visit)
    if visit is None:
        visit = Visit(event.visit, at_ms, Source.TICKET, event.customer, event.care)
        state.visits[event.visit] = visit
    visit.tickets.append(event.ticket)
    visit.left_ms = 0
    visit.diverted = False  # came back to the counters after all
    _reach(visit, Stage.TRIAGE, at_ms)
    _join(state, ticket, key, since_ms)


def _ticket_called(state: HallDay, event: e.TicketCalled, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    _take_out(state, ticket)
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


def _ticket_recalled(state: HallDay, event: e.TicketRecalled, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    ticket.recalls += 1
    _announce(state, ticket, at_ms, again=True)


def _service_started(state: HallDay, event: e.ServiceStarted, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    ticket.state = TicketState.SERVING
    ticket.leg.started_ms = ticket.leg.started_ms or at_ms
    counter = state.counters[ticket.counter]
    counter.state = CounterState.SERVING
    _reach(state.visits[ticket.visit], Stage.COUNTER, at_ms)


def _ticket_passed(state: HallDay, event: e.TicketPassed, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    _count_busy(state, ticket, at_ms)
    _take_out(state, ticket)
    ticket.state, ticket.counter = TicketState.PASSED, CounterId("")
    ticket.passes += 1
    ticket.leg.called_ms = 0
    _set_due(state, ticket, event.until_ms)


def _ticket_returned(state: HallDay, event: e.TicketReturned, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    _take_out(state, ticket)
    _join_at(state, ticket, ticket.line, event.place, event.after, at_ms)


def _ticket_held(state: HallDay, event: e.TicketHeld, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    _count_busy(state, ticket, at_ms)
    _take_out(state, ticket)
    ticket.state, ticket.counter, ticket.reason = TicketState.HELD, CounterId(""), event.reason
    _set_due(state, ticket, event.until_ms)


def _hold_ended(state: HallDay, event: e.HoldEnded, _at_ms: int) -> None:
    _set_due(state, state.tickets[event.ticket], 0)


def _ticket_transferred(state: HallDay, event: e.TicketTransferred, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    _count_busy(state, ticket, at_ms)
    _take_out(state, ticket)
    leg = ticket.leg
    leg.ended_ms, leg.outcome = at_ms, "transferred"
    ticket.counter = CounterId("")
    ticket.legs.append(Leg(event.service, at_ms))
    key = LineKey(event.service, ticket.segment, event.counter, event.staff)
    _join_at(state, ticket, key, event.place, 0, at_ms)


def _service_finished(state: HallDay, event: e.ServiceFinished, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    leg, counter = ticket.leg, state.counters[ticket.counter]
    leg.ended_ms, leg.outcome = at_ms, "finished"
    leg.started_ms = leg.started_ms or leg.called_ms
    observe(state, leg.service, at_ms - leg.started_ms)
    _count_busy(state, ticket, at_ms)
    counter.served += 1
    if event.then is None:
        _take_out(state, ticket)
        ticket.state, ticket.counter = TicketState.FINISHED, CounterId("")
        _leave_if_done(state, ticket.visit, at_ms)
        return
    at = ticket.later.index(event.then)
    ticket.later = ticket.later[:at] + ticket.later[at + 1 :]
    ticket.legs.append(Leg(event.then, at_ms))
    if event.stay:
        _leg_at(ticket, counter.id, counter.staff, at_ms)
        ticket.leg.started_ms = counter.since_ms = at_ms
        return
    _take_out(state, ticket)
    ticket.counter = CounterId("")
    key = LineKey(event.then, ticket.segment)
    _join_at(state, ticket, key, event.place, 0, at_ms)


def _service_added(state: HallDay, event: e.ServiceAdded, _at_ms: int) -> None:
    state.tickets[event.ticket].later += (event.service,)


def _ticket_abandoned(state: HallDay, event: e.TicketAbandoned, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    _count_busy(state, ticket, at_ms)
    _take_out(state, ticket)
    ticket.state, ticket.reason = TicketState.ABANDONED, event.reason
    ticket.leg.ended_ms, ticket.leg.outcome = at_ms, "abandoned"
    ticket.counter = CounterId("")
    state.abandoned += 1
    _leave_if_done(state, ticket.visit, at_ms)


def _ticket_rated(state: HallDay, event: e.TicketRated, _at_ms: int) -> None:
    state.tickets[event.ticket].legs[event.leg].score = event.score


def _count_busy(state: HallDay, ticket: Ticket, at_ms: int) -> None:
    if ticket.counter:
        counter = state.counters[ticket.counter]
        counter.busy_total_ms += at_ms - counter.since_ms
        counter.since_ms = at_ms


# -- counters ------------------------------------------------------------------------------------


def _counter_opened(state: HallDay, event: e.CounterOpened, at_ms: int) -> None:
    counter = state.counters[event.counter]
    counter.state, counter.staff, counter.services = (
        CounterState.OPEN,
        event.staff,
        event.services,
    )
    counter.since_ms = counter.signed_on_ms = at_ms


def _counter_paused(state: HallDay, event: e.CounterPaused, at_ms: int) -> None:
    counter = state.counters[event.counter]
    counter.state, counter.pause_reason, counter.since_ms = (
        CounterState.PAUSED,
        event.reason,
        at_ms,
    )


def _counter_resumed(state: HallDay, event: e.CounterResumed, at_ms: int) -> None:
    counter = state.counters[event.counter]
    counter.paused_total_ms += at_ms - counter.since_ms
    counter.state, counter.pause_reason, counter.since_ms = CounterState.OPEN, "", at_ms


def _counter_closed(state: HallDay, event: e.CounterClosed, at_ms: int) -> None:
    counter = state.counters[event.counter]
    _free_bound(state, counter)
    if counter.state is CounterState.PAUSED:
        counter.paused_total_ms += at_ms - counter.since_ms
    counter.open_total_ms += at_ms - counter.signed_on_ms
    counter.state, counter.pause_reason, counter.since_ms = CounterState.CLOSED, "", at_ms
    counter.staff, counter.services, counter.signed_on_ms = StaffId(""), frozenset(), 0
    if state.setup is not None and event.counter not in state.setup.counters:
        del state.counters[event.counter]


def _free_bound(state: HallDay, counter: Counter) -> None:
    """Who waited for this very counter or person waits for any that can serve them."""
    bound = [
        key
        for key in state.lines
        if key.counter == counter.id or (key.staff and key.staff == counter.staff)
    ]
    for key in bound:
        for ticket_id, since_ms in state.lines.pop(key).items():
            state.waiting -= 1
            ticket = state.tickets[ticket_id]
            _join(state, ticket, LineKey(key.service, key.segment), since_ms)


def _services_changed(state: HallDay, event: e.CounterServicesChanged, _at_ms: int) -> None:
    state.counters[event.counter].services = event.services


# -- notices -------------------------------------------------------------------------------------


def _notice_sent(state: HallDay, event: e.NoticeSent, at_ms: int) -> None:
    state.notices = [n for n in state.notices if n.until_ms > at_ms]
    state.notices.append(Notice(event.notice, event.zh, event.en, at_ms, event.until_ms))


def _notice_withdrawn(state: HallDay, event: e.NoticeWithdrawn, _at_ms: int) -> None:
    state.notices = [n for n in state.notices if n.id != event.notice]


_EVOLVERS: dict[type[Event], Callable[[HallDay, Any, int], None]] = {
    e.DayOpened: _day_opened,
    e.SetupChanged: _setup_changed,
    e.TakingStopped: _taking_stopped,
    e.TakingResumed: _taking_resumed,
    e.DayClosed: _day_closed,
    e.VisitArrived: _visit_arrived,
    e.VisitIdentified: _visit_identified,
    e.VisitMoved: _visit_moved,
    e.VisitStaged: _visit_staged,
    e.MachineUsed: _machine_used,
    e.MachineLeft: _machine_left,
    e.VisitLeft: _visit_left,
    e.TicketIssued: _ticket_issued,
    e.TicketCalled: _ticket_called,
    e.TicketRecalled: _ticket_recalled,
    e.ServiceStarted: _service_started,
    e.TicketPassed: _ticket_passed,
    e.TicketReturned: _ticket_returned,
    e.TicketHeld: _ticket_held,
    e.HoldEnded: _hold_ended,
    e.TicketTransferred: _ticket_transferred,
    e.ServiceFinished: _service_finished,
    e.ServiceAdded: _service_added,
    e.TicketAbandoned: _ticket_abandoned,
    e.TicketRated: _ticket_rated,
    e.CounterOpened: _counter_opened,
    e.CounterPaused: _counter_paused,
    e.CounterResumed: _counter_resumed,
    e.CounterClosed: _counter_closed,
    e.CounterServicesChanged: _services_changed,
    e.NoticeSent: _notice_sent,
    e.NoticeWithdrawn: _notice_withdrawn,
}
