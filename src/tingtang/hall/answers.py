"""What the commands of a hall answer to whoever gave them."""

from collections.abc import Sequence

import msgspec

from tingtang.hall import views
from tingtang.hall.model import dispatch
from tingtang.hall.model import events as e
from tingtang.hall.model.state import HallDay, Ticket, TicketState
from tingtang.kernel.events import Event
from tingtang.kernel.ids import ServiceId, TicketId, VisitId
from tingtang.kernel.text import Text


class IssuedTicket(msgspec.Struct, frozen=True):
    """A new ticket: what is printed and what the phone follows."""

    ticket: TicketId
    number: str
    visit: VisitId
    issued_ms: int
    ahead: int
    wait: views.Told | None
    link: str
    """Token of the link by which the customer's phone follows this ticket."""


class Handled(msgspec.Struct, frozen=True):
    """A ticket after something was done with it."""

    ticket: TicketId
    number: str
    state: TicketState


class Called(msgspec.Struct, frozen=True):
    """What a counter's call came to. ``ticket`` is absent if nobody was next."""

    finished: TicketId | None = None
    ticket: TicketId | None = None
    number: str = ""
    service: ServiceId = ServiceId("")
    why: Text | None = None


def handled(ticket: Ticket) -> Handled:
    """A ticket as the answer to a command."""
    return Handled(ticket.id, ticket.number, ticket.state)


def call_answer(state: HallDay, events: Sequence[Event], _at_ms: int) -> bytes:
    """What a counter's call came to, encoded as :class:`Called`."""
    answer = Called()
    for event in events:
        if isinstance(event, e.ServiceFinished):
            answer = msgspec.structs.replace(answer, finished=event.ticket)
        elif isinstance(event, e.TicketCalled):
            called = state.tickets[event.ticket]
            answer = msgspec.structs.replace(
                answer,
                ticket=called.id,
                number=called.number,
                service=called.service,
                why=dispatch.words(event.why, called.segment),
            )
    return msgspec.json.encode(answer)
