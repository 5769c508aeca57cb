"""Where a ticket stands: in a line, at a counter, or neither."""

from collections import OrderedDict

from tingtang.hall.model.lines import insert
from tingtang.hall.model.settings import Place
from tingtang.hall.model.state import (
    CounterState,
    HallDay,
    Line,
    LineKey,
    Ticket,
    TicketState,
)
from tingtang.kernel.ids import CounterId, TicketId


def join(state: HallDay, ticket: Ticket, key: LineKey, since_ms: int) -> None:
    """Put the ticket into a line so that waits never increase from front to back."""
    ticket.line, ticket.since_ms, ticket.state = key, since_ms, TicketState.WAITING
    stand(state, ticket)


def stand(state: HallDay, ticket: Ticket) -> None:
    """Put a waiting ticket into the line that it names."""
    line = state.lines.get(ticket.line)
    if line is None:
        line = state.lines[ticket.line] = OrderedDict()
    state.waiting += 1
    insert(line, ticket.id, ticket.since_ms)


def join_at(
    state: HallDay, ticket: Ticket, key: LineKey, place: Place, after: int, at_ms: int
) -> None:
    line: Line = state.lines.get(key) or OrderedDict()
    if place is Place.LAST or not line:
        join(state, ticket, key, max(at_ms, ticket.booked_ms) if ticket.booked_ms else at_ms)
        return
    before = list(line.items())[: after if place is Place.AFTER else 0]
    since_ms = before[-1][1] if before else min(at_ms, next(iter(line.values())))
    behind = list(line)[len(before) :]
    join(state, ticket, key, since_ms)
    line.move_to_end(ticket.id)
    for other in behind:
        line.move_to_end(other)


def take_out(state: HallDay, ticket: Ticket) -> None:
    if ticket.state is TicketState.WAITING:
        line = state.lines[ticket.line]
        del line[ticket.id]
        if not line:
            del state.lines[ticket.line]
        state.waiting -= 1
    elif ticket.counter:
        release(state, ticket.counter)
    state.overdue.pop(ticket.id, None)
    set_due(state, ticket, 0)


def release(state: HallDay, counter_id: CounterId) -> None:
    """The counter has nobody before it any more."""
    counter = state.counters[counter_id]
    counter.ticket = TicketId("")
    counter.state = CounterState.OPEN


def set_due(state: HallDay, ticket: Ticket, due_ms: int) -> None:
    ticket.due_ms = due_ms
    if due_ms:
        state.timed[ticket.id] = due_ms
    elif state.timed:
        state.timed.pop(ticket.id, None)
