"""What follows from a command: events, or a refusal. Pure; the first page to read of the hall."""

from collections.abc import Callable, Sequence
from typing import Any

from tingtang.hall.model import commands as c
from tingtang.hall.model import dispatch
from tingtang.hall.model import events as e
from tingtang.hall.model import problems as p
from tingtang.hall.model.settings import NumberList, Place
from tingtang.hall.model.state import (
    OPEN_STATES,
    Counter,
    CounterState,
    DaySetup,
    HallDay,
    Rule,
    Ticket,
    TicketState,
    Visit,
    Why,
)
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import CounterId, ServiceId, StaffId, TicketId, VisitId
from tingtang.kernel.text import Text

S = TicketState
AT_COUNTER = frozenset({S.CALLED, S.SERVING})

ALLOWED: dict[str, tuple[frozenset[TicketState], Text]] = {
    "call": (frozenset({S.WAITING, S.HELD, S.PASSED}), Text("叫号", "called")),
    "recall": (frozenset({S.CALLED}), Text("重呼", "recalled")),
    "start": (frozenset({S.CALLED}), Text("开始办理", "started")),
    "pass": (frozenset({S.CALLED}), Text("过号", "passed")),
    "return": (frozenset({S.PASSED, S.HELD}), Text("重新排队", "returned to the line")),
    "hold": (AT_COUNTER, Text("暂挂", "put on hold")),
    "transfer": (AT_COUNTER | {S.WAITING, S.HELD}, Text("转移", "transferred")),
    "finish": (AT_COUNTER, Text("办结", "finished")),
    "add": (OPEN_STATES, Text("增加业务", "given another service")),
    "abandon": (OPEN_STATES - {S.SERVING}, Text("弃号", "abandoned")),
}
"""From which states a ticket may take which step; everything else is refused by name."""

Events = Sequence[Event]


def decide(state: HallDay, command: c.Command, at_ms: int) -> Events:
    """The events that ``command`` leads to at ``at_ms``; raises :class:`Refused`."""
    return _DECIDERS[type(command)](state, command, at_ms)


# -- the day -------------------------------------------------------------------------------------


def _open_day(state: HallDay, command: c.OpenDay, _at_ms: int) -> Events:
    if state.closed_ms:
        raise Refused(p.DAY_CLOSED)
    if state.setup is not None:
        raise Refused(p.DAY_ALREADY_OPEN)
    events: list[Event] = [e.DayOpened(date=command.date, setup=command.setup)]
    numbers: dict[str, int] = {}
    for old in command.carried:
        services = tuple(s for s in old.services if s in command.setup.services)
        if services:
            events.append(
                e.TicketIssued(
                    ticket=old.ticket,
                    number=_number(command.setup, numbers, old.segment, services[0]),
                    visit=old.visit,
                    services=services,
                    segment=old.segment,
                    channel=old.channel,
                    customer=old.customer,
                    care=old.care,
                    carried_from=old.date,
                )
            )
    return events


def _change_setup(state: HallDay, command: c.ChangeSetup, _at_ms: int) -> Events:
    setup = _setup(state)
    if command.setup == setup:
        return ()
    return (e.SetupChanged(setup=command.setup),)


def _stop_taking(state: HallDay, _command: c.StopTaking, _at_ms: int) -> Events:
    _setup(state)
    return (e.TakingStopped(),) if state.taking else ()


def _resume_taking(state: HallDay, _command: c.ResumeTaking, _at_ms: int) -> Events:
    _setup(state)
    return () if state.taking else (e.TakingResumed(),)


def _close_day(state: HallDay, _command: c.CloseDay, _at_ms: int) -> Events:
    setup = _setup(state)
    events: list[Event] = []
    for counter in state.counters.values():
        if counter.ticket:
            number = state.tickets[counter.ticket].number
            raise Refused(p.STILL_SERVING, counter=_sign(state, counter.id), number=number)
        if counter.state is not CounterState.CLOSED:
            events.append(e.CounterClosed(counter=counter.id))
    carried: list[TicketId] = []
    for ticket in state.tickets.values():
        if ticket.state not in OPEN_STATES:
            continue
        if setup.settings.keep_overnight and ticket.state is S.WAITING:
            carried.append(ticket.id)
        else:
            events.append(e.TicketAbandoned(ticket=ticket.id, reason="day_closed"))
    events.append(e.DayClosed(carried=tuple(carried)))
    return events


# -- visits --------------------------------------------------------------------------------------


def _arrive(state: HallDay, command: c.Arrive, _at_ms: int) -> Events:
    _setup(state)
    if command.visit in state.visits:
        raise Refused(p.VISIT_EXISTS)
    return (
        e.VisitArrived(
            visit=command.visit,
            source=command.source,
            customer=command.customer,
            care=command.care,
            zone=command.zone,
        ),
    )


def _identify(state: HallDay, command: c.Identify, _at_ms: int) -> Events:
    visit = _visit(state, command.visit)
    if visit.customer == command.customer:
        return ()
    return (
        e.VisitIdentified(
            visit=command.visit, customer=command.customer, by=command.by, care=command.care
        ),
    )


def _move(state: HallDay, command: c.Move, _at_ms: int) -> Events:
    if _visit(state, command.visit).zone == command.zone:
        return ()
    return (e.VisitMoved(visit=command.visit, zone=command.zone),)


def _reach_stage(state: HallDay, command: c.ReachStage, _at_ms: int) -> Events:
    _visit(state, command.visit)
    return (
        e.VisitStaged(
            visit=command.visit, stage=command.stage, at=command.at, diverted=command.diverted
        ),
    )


def _use_machine(state: HallDay, command: c.UseMachine, _at_ms: int) -> Events:
    if _visit(state, command.visit).busy_at == command.machine:
        return ()
    return (e.MachineUsed(visit=command.visit, machine=command.machine),)


def _leave_machine(state: HallDay, command: c.LeaveMachine, _at_ms: int) -> Events:
    return (e.MachineLeft(visit=command.visit),) if _visit(state, command.visit).busy_at else ()


def _leave(state: HallDay, command: c.Leave, _at_ms: int) -> Events:
    visit = _visit(state, command.visit)
    for ticket_id in visit.tickets:
        ticket = state.tickets[ticket_id]
        if ticket.state in OPEN_STATES:
            raise Refused(p.STILL_WAITS, number=ticket.number)
    return () if visit.left_ms else (e.VisitLeft(visit=command.visit),)


# -- tickets -------------------------------------------------------------------------------------


def _issue(state: HallDay, command: c.IssueTicket, _at_ms: int) -> Events:
    setup = _setup(state)
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
            number=_number(setup, state.numbers, command.segment, first),
            visit=command.visit,
            services=command.services,
            segment=command.segment,
            channel=command.channel,
            customer=command.customer,
            care=command.care,
            booked_ms=command.booked_ms,
        ),
    )


def _number(setup: DaySetup, numbers: dict[str, int], segment: object, service: ServiceId) -> str:
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
    return f"{prefix}{number:0{numbering.digits}d}"


def _call_next(state: HallDay, command: c.CallNext, at_ms: int) -> Events:
    counter = _counter(state, command.counter)
    events: list[Event] = []
    if command.finish is not None and command.finish == counter.ticket:
        # What follows is decided as if the present customer had gone; if nobody is next the
        # counter is simply free.
        events.extend(_finish(state, c.FinishService(ticket=command.finish), at_ms))
        choice = dispatch.choose(state, counter, at_ms)
        if choice is not None:
            events.append(_called(counter, choice.ticket, choice.why))
        return events
    _ready_to_call(state, counter)
    choice = dispatch.choose(state, counter, at_ms)
    if choice is None:
        raise Refused(p.NOBODY_WAITING, counter=_sign(state, counter.id))
    return (_called(counter, choice.ticket, choice.why),)


def _call_ticket(state: HallDay, command: c.CallTicket, at_ms: int) -> Events:
    counter = _counter(state, command.counter)
    _ready_to_call(state, counter)
    ticket = _ticket(state, command.ticket, "call")
    if ticket.service not in counter.services:
        raise Refused(p.CANNOT_SERVE)
    why = Why(Rule.CHOSEN, max(0, at_ms - ticket.since_ms))
    return (_called(counter, ticket.id, why),)


def _called(counter: Counter, ticket: TicketId, why: Why) -> Event:
    return e.TicketCalled(ticket=ticket, counter=counter.id, staff=counter.staff, why=why)


def _recall(state: HallDay, command: c.Recall, _at_ms: int) -> Events:
    return (e.TicketRecalled(ticket=_ticket(state, command.ticket, "recall").id),)


def _start(state: HallDay, command: c.StartService, _at_ms: int) -> Events:
    return (e.ServiceStarted(ticket=_ticket(state, command.ticket, "start").id),)


def _pass(state: HallDay, command: c.Pass, at_ms: int) -> Events:
    ticket = _ticket(state, command.ticket, "pass")
    rule = _setup(state).settings.passing
    if ticket.passes + 1 >= rule.passes_max:
        return (e.TicketAbandoned(ticket=ticket.id, reason="no_show"),)
    return (e.TicketPassed(ticket=ticket.id, until_ms=at_ms + rule.return_minutes * MINUTE_MS),)


def _return(state: HallDay, command: c.Return, _at_ms: int) -> Events:
    ticket = _ticket(state, command.ticket, "return")
    if ticket.state is S.HELD:
        return (e.TicketReturned(ticket=ticket.id, place=Place.FIRST),)
    rule = _setup(state).settings.passing
    return (e.TicketReturned(ticket=ticket.id, place=rule.place, after=rule.after),)


def _hold(state: HallDay, command: c.HoldTicket, at_ms: int) -> Events:
    ticket = _ticket(state, command.ticket, "hold")
    reason = next((h for h in _setup(state).settings.holds if h.code == command.reason), None)
    if reason is None:
        raise Refused(p.UNKNOWN_REASON, reason=command.reason)
    minutes = command.minutes if command.minutes is not None else reason.minutes
    return (
        e.TicketHeld(
            ticket=ticket.id, reason=reason.code, until_ms=at_ms + max(1, minutes) * MINUTE_MS
        ),
    )


def _transfer(state: HallDay, command: c.Transfer, _at_ms: int) -> Events:
    ticket = _ticket(state, command.ticket, "transfer")
    service = command.service or ticket.service
    if service not in _setup(state).services:
        raise Refused(p.UNKNOWN_SERVICE, service=service)
    if command.counter is not None:
        target = _counter(state, command.counter)
        setup = _setup(state).counters[target.id]
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


def _finish(state: HallDay, command: c.FinishService, _at_ms: int) -> Events:
    ticket = _ticket(state, command.ticket, "finish")
    if not ticket.later:
        return (e.ServiceFinished(ticket=ticket.id),)
    then = ticket.later[0]
    stay = command.stay and then in state.counters[ticket.counter].services
    place = _setup(state).settings.next_service_place
    return (e.ServiceFinished(ticket=ticket.id, then=then, stay=stay, place=place),)


def _add_service(state: HallDay, command: c.AddService, _at_ms: int) -> Events:
    ticket = _ticket(state, command.ticket, "add")
    if command.service not in _setup(state).services:
        raise Refused(p.UNKNOWN_SERVICE, service=command.service)
    return (e.ServiceAdded(ticket=ticket.id, service=command.service),)


def _abandon(state: HallDay, command: c.Abandon, _at_ms: int) -> Events:
    ticket = _ticket(state, command.ticket, "abandon")
    return (e.TicketAbandoned(ticket=ticket.id, reason=command.reason),)


def _rate(state: HallDay, command: c.Rate, _at_ms: int) -> Events:
    ticket = state.tickets.get(command.ticket)
    if ticket is None:
        raise Refused(p.UNKNOWN_TICKET)
    if not 1 <= command.score <= 5:
        raise Refused(p.BAD_SCORE)
    known = {reason.code for reason in _setup(state).settings.rating_reasons}
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


# -- counters ------------------------------------------------------------------------------------


def _open_counter(state: HallDay, command: c.OpenCounter, _at_ms: int) -> Events:
    counter = _counter(state, command.counter)
    if counter.state is not CounterState.CLOSED:
        raise _counter_refusal(state, counter, Text("开放", "open"))
    for other in state.counters.values():
        if other.staff == command.staff:
            raise Refused(p.STAFF_ELSEWHERE, counter=_sign(state, other.id))
    services = _setup(state).counters[counter.id].services & command.skills
    if not services:
        raise Refused(p.NO_SKILL, counter=_sign(state, counter.id))
    return (e.CounterOpened(counter=counter.id, staff=command.staff, services=services),)


def _pause_counter(state: HallDay, command: c.PauseCounter, _at_ms: int) -> Events:
    counter = _counter(state, command.counter)
    if command.reason not in {reason.code for reason in _setup(state).settings.pauses}:
        raise Refused(p.UNKNOWN_REASON, reason=command.reason)
    _without_customer(state, counter)
    if counter.state is not CounterState.OPEN:
        raise _counter_refusal(state, counter, Text("暂停", "pause"))
    return (e.CounterPaused(counter=counter.id, reason=command.reason),)


def _resume_counter(state: HallDay, command: c.ResumeCounter, _at_ms: int) -> Events:
    counter = _counter(state, command.counter)
    if counter.state is not CounterState.PAUSED:
        raise _counter_refusal(state, counter, Text("恢复", "resume"))
    return (e.CounterResumed(counter=counter.id),)


def _close_counter(state: HallDay, command: c.CloseCounter, _at_ms: int) -> Events:
    counter = _counter(state, command.counter)
    _without_customer(state, counter)
    if counter.state is CounterState.CLOSED:
        raise _counter_refusal(state, counter, Text("关闭", "close"))
    return (e.CounterClosed(counter=counter.id),)


def _switch_services(state: HallDay, command: c.SwitchServices, _at_ms: int) -> Events:
    counter = _counter(state, command.counter)
    if counter.state is CounterState.CLOSED:
        raise _counter_refusal(state, counter, Text("切换业务", "switch services"))
    able = _setup(state).counters[counter.id]
    for service in command.services:
        if service not in able.services and service not in able.elastic:
            raise Refused(p.NOT_AT_COUNTER, counter=able.sign, service=service)
    services = command.services & command.skills
    if not services:
        raise Refused(p.NO_SKILL, counter=_sign(state, counter.id))
    if services == counter.services:
        return ()
    return (e.CounterServicesChanged(counter=counter.id, services=services),)


# -- notices and timers --------------------------------------------------------------------------


def _send_notice(state: HallDay, command: c.SendNotice, at_ms: int) -> Events:
    _setup(state)
    if not command.zh.strip():
        raise Refused(p.EMPTY_NOTICE)
    until_ms = at_ms + max(1, command.minutes) * MINUTE_MS
    return (e.NoticeSent(notice=command.notice, zh=command.zh, en=command.en, until_ms=until_ms),)


def _withdraw_notice(state: HallDay, command: c.WithdrawNotice, _at_ms: int) -> Events:
    if all(notice.id != command.notice for notice in state.notices):
        raise Refused(p.NO_NOTICE)
    return (e.NoticeWithdrawn(notice=command.notice),)


def _run_timers(state: HallDay, _command: c.RunTimers, at_ms: int) -> Events:
    if state.setup is None or state.closed_ms:
        return ()
    events: list[Event] = []
    for ticket_id, due_ms in state.timed.items():
        if due_ms > at_ms:
            continue
        if state.tickets[ticket_id].state is S.HELD:
            events.append(e.HoldEnded(ticket=ticket_id))
        else:
            events.append(e.TicketAbandoned(ticket=ticket_id, reason="never_returned"))
    return events


# -- shared checks -------------------------------------------------------------------------------


def _setup(state: HallDay) -> DaySetup:
    if state.closed_ms:
        raise Refused(p.DAY_CLOSED)
    if state.setup is None:
        raise Refused(p.DAY_NOT_OPEN)
    return state.setup


def _ticket(state: HallDay, ticket_id: TicketId, action: str) -> Ticket:
    _setup(state)
    ticket = state.tickets.get(ticket_id)
    if ticket is None:
        raise Refused(p.UNKNOWN_TICKET)
    allowed, words = ALLOWED[action]
    if ticket.state not in allowed:
        raise Refused(
            p.WRONG_STATE,
            number=ticket.number,
            state=p.TICKET_STATES[ticket.state],
            action=words,
        )
    return ticket


def _visit(state: HallDay, visit_id: VisitId) -> Visit:
    _setup(state)
    visit = state.visits.get(visit_id)
    if visit is None:
        raise Refused(p.UNKNOWN_VISIT)
    return visit


def _counter(state: HallDay, counter_id: CounterId) -> Counter:
    _setup(state)
    counter = state.counters.get(counter_id)
    if counter is None:
        raise Refused(p.UNKNOWN_COUNTER)
    return counter


def _sign(state: HallDay, counter_id: CounterId) -> str:
    setup = _setup(state)
    return setup.counters[counter_id].sign if counter_id in setup.counters else str(counter_id)


def _without_customer(state: HallDay, counter: Counter) -> None:
    if counter.ticket:
        raise Refused(
            p.COUNTER_BUSY,
            counter=_sign(state, counter.id),
            number=state.tickets[counter.ticket].number,
        )


def _ready_to_call(state: HallDay, counter: Counter) -> None:
    _without_customer(state, counter)
    if counter.state is not CounterState.OPEN:
        raise _counter_refusal(state, counter, Text("叫号", "call"))


def _counter_refusal(state: HallDay, counter: Counter, action: Text) -> Refused:
    return Refused(
        p.COUNTER_WRONG_STATE,
        counter=_sign(state, counter.id),
        state=p.COUNTER_STATES[counter.state],
        action=action,
    )


_DECIDERS: dict[type[c.Command], Callable[[HallDay, Any, int], Events]] = {
    c.OpenDay: _open_day,
    c.ChangeSetup: _change_setup,
    c.StopTaking: _stop_taking,
    c.ResumeTaking: _resume_taking,
    c.CloseDay: _close_day,
    c.Arrive: _arrive,
    c.Identify: _identify,
    c.Move: _move,
    c.ReachStage: _reach_stage,
    c.UseMachine: _use_machine,
    c.LeaveMachine: _leave_machine,
    c.Leave: _leave,
    c.IssueTicket: _issue,
    c.CallNext: _call_next,
    c.CallTicket: _call_ticket,
    c.Recall: _recall,
    c.StartService: _start,
    c.Pass: _pass,
    c.Return: _return,
    c.HoldTicket: _hold,
    c.Transfer: _transfer,
    c.FinishService: _finish,
    c.AddService: _add_service,
    c.Abandon: _abandon,
    c.Rate: _rate,
    c.OpenCounter: _open_counter,
    c.PauseCounter: _pause_counter,
    c.ResumeCounter: _resume_counter,
    c.CloseCounter: _close_counter,
    c.SwitchServices: _switch_services,
    c.SendNotice: _send_notice,
    c.WithdrawNotice: _withdraw_notice,
    c.RunTimers: _run_timers,
}
