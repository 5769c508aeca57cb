"""``hall.window``: what the screen in front of the customer at one counter shows. No names."""

import msgspec

from tingtang.hall.model.state import CounterState, HallDay, Ticket
from tingtang.hall.views import Names, is_open
from tingtang.kernel.ids import CounterId, TicketId
from tingtang.kernel.permissions import Actor, ActorKind
from tingtang.kernel.text import Text


class ToRate(msgspec.Struct, frozen=True):
    """The service that was finished here last, while it is not rated."""

    ticket: TicketId
    leg: int
    number: str
    service: Text
    ended_ms: int


class WindowView(msgspec.Struct, frozen=True):
    """A counter as its customer sees it."""

    branch: Text
    sign: str
    state: CounterState
    open: bool
    number: str
    service: Text
    called_ms: int
    started_ms: int
    pause_reason: str
    rate: ToRate | None


def window(state: HallDay, names: Names, counter_id: CounterId) -> WindowView | None:
    """The customer's side of a counter; None if the branch has no such counter."""
    seat = state.counters.get(counter_id)
    if seat is None or state.setup is None:
        return None
    setup = state.setup.counters.get(counter_id)
    current = state.tickets.get(seat.ticket) if seat.ticket else None
    return WindowView(
        branch=names.branch(),
        sign=setup.sign if setup is not None else "",
        state=seat.state,
        open=is_open(state),
        number=current.number if current is not None else "",
        service=names.service(current.service) if current is not None else Text(""),
        called_ms=current.leg.called_ms if current is not None else 0,
        started_ms=current.leg.started_ms if current is not None else 0,
        pause_reason=seat.pause_reason,
        rate=_to_rate(state, names, counter_id),
    )


def _to_rate(state: HallDay, names: Names, counter: CounterId) -> ToRate | None:
    last: tuple[Ticket, int] | None = None
    ended_ms = 0
    for ticket in state.tickets.values():
        for place, leg in enumerate(ticket.legs):
            if leg.counter == counter and leg.outcome == "finished" and leg.ended_ms > ended_ms:
                last, ended_ms = (ticket, place), leg.ended_ms
    if last is None or last[0].legs[last[1]].score:
        return None
    ticket, place = last
    service = names.service(ticket.legs[place].service)
    return ToRate(ticket.id, place, ticket.number, service, ended_ms)


async def own_window(actor: Actor, key: str) -> bool:
    """True for the screen that was enrolled for this very counter."""
    return actor.kind is ActorKind.TERMINAL and actor.subject == key.partition("/")[2]
