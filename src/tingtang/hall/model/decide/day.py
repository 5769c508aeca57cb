"""The day itself, what is told to all who wait, and what runs out by itself."""

from tingtang.hall.model import commands as c
from tingtang.hall.model import events as e
from tingtang.hall.model import problems as p
from tingtang.hall.model.decide.checks import Events, S, setup_of, sign_of
from tingtang.hall.model.decide.tickets import next_number
from tingtang.hall.model.state import (
    OPEN_STATES,
    CounterState,
    HallDay,
)
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import TicketId


def open_day(state: HallDay, command: c.OpenDay, _at_ms: int) -> Events:
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
                    number=next_number(command.setup, numbers, old.segment, services[0]),
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


def change_setup(state: HallDay, command: c.ChangeSetup, _at_ms: int) -> Events:
    setup = setup_of(state)
    if command.setup == setup:
        return ()
    return (e.SetupChanged(setup=command.setup),)


def stop_taking(state: HallDay, _command: c.StopTaking, _at_ms: int) -> Events:
    setup_of(state)
    return (e.TakingStopped(),) if state.taking else ()


def resume_taking(state: HallDay, _command: c.ResumeTaking, _at_ms: int) -> Events:
    setup_of(state)
    return () if state.taking else (e.TakingResumed(),)


def close_day(state: HallDay, _command: c.CloseDay, _at_ms: int) -> Events:
    setup = setup_of(state)
    events: list[Event] = []
    for counter in state.counters.values():
        if counter.ticket:
            number = state.tickets[counter.ticket].number
            raise Refused(p.STILL_SERVING, counter=sign_of(state, counter.id), number=number)
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


def send_notice(state: HallDay, command: c.SendNotice, at_ms: int) -> Events:
    setup_of(state)
    if not command.zh.strip():
        raise Refused(p.EMPTY_NOTICE)
    until_ms = at_ms + max(1, command.minutes) * MINUTE_MS
    return (e.NoticeSent(notice=command.notice, zh=command.zh, en=command.en, until_ms=until_ms),)


def withdraw_notice(state: HallDay, command: c.WithdrawNotice, _at_ms: int) -> Events:
    if all(notice.id != command.notice for notice in state.notices):
        raise Refused(p.NO_NOTICE)
    return (e.NoticeWithdrawn(notice=command.notice),)


def run_timers(state: HallDay, _command: c.RunTimers, at_ms: int) -> Events:
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
