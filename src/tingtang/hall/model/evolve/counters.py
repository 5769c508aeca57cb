"""What happened to counters."""

from tingtang.hall.model import events as e
from tingtang.hall.model.evolve.places import join
from tingtang.hall.model.state import (
    Counter,
    CounterState,
    HallDay,
    LineKey,
)
from tingtang.kernel.ids import StaffId


def counter_opened(state: HallDay, event: e.CounterOpened, at_ms: int) -> None:
    counter = state.counters[event.counter]
    counter.state, counter.staff, counter.services = (
        CounterState.OPEN,
        event.staff,
        event.services,
    )
    counter.since_ms = counter.signed_on_ms = at_ms


def counter_paused(state: HallDay, event: e.CounterPaused, at_ms: int) -> None:
    counter = state.counters[event.counter]
    counter.state, counter.pause_reason, counter.since_ms = (
        CounterState.PAUSED,
        event.reason,
        at_ms,
    )


def counter_resumed(state: HallDay, event: e.CounterResumed, at_ms: int) -> None:
    counter = state.counters[event.counter]
    counter.paused_total_ms += at_ms - counter.since_ms
    counter.state, counter.pause_reason, counter.since_ms = CounterState.OPEN, "", at_ms


def counter_closed(state: HallDay, event: e.CounterClosed, at_ms: int) -> None:
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
            join(state, ticket, LineKey(key.service, key.segment), since_ms)


def services_changed(state: HallDay, event: e.CounterServicesChanged, _at_ms: int) -> None:
    state.counters[event.counter].services = event.services
