"""What commands check before anything else."""

from collections.abc import Sequence

from tingtang.hall.model import problems as p
from tingtang.hall.model.state import (
    OPEN_STATES,
    Counter,
    CounterState,
    DaySetup,
    HallDay,
    Ticket,
    TicketState,
    Visit,
)
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import CounterId, TicketId, VisitId
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


def setup_of(state: HallDay) -> DaySetup:
    if state.closed_ms:
        raise Refused(p.DAY_CLOSED)
    if state.setup is None:
        raise Refused(p.DAY_NOT_OPEN)
    return state.setup


def ticket_of(state: HallDay, ticket_id: TicketId, action: str) -> Ticket:
    setup_of(state)
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


def visit_of(state: HallDay, visit_id: VisitId) -> Visit:
    setup_of(state)
    visit = state.visits.get(visit_id)
    if visit is None:
        raise Refused(p.UNKNOWN_VISIT)
    return visit


def counter_of(state: HallDay, counter_id: CounterId) -> Counter:
    setup_of(state)
    counter = state.counters.get(counter_id)
    if counter is None:
        raise Refused(p.UNKNOWN_COUNTER)
    return counter


def sign_of(state: HallDay, counter_id: CounterId) -> str:
    setup = setup_of(state)
    return setup.counters[counter_id].sign if counter_id in setup.counters else str(counter_id)


def without_customer(state: HallDay, counter: Counter) -> None:
    if counter.ticket:
        raise Refused(
            p.COUNTER_BUSY,
            counter=sign_of(state, counter.id),
            number=state.tickets[counter.ticket].number,
        )


def ready_to_call(state: HallDay, counter: Counter) -> None:
    without_customer(state, counter)
    if counter.state is not CounterState.OPEN:
        raise counter_refusal(state, counter, Text("叫号", "call"))


def counter_refusal(state: HallDay, counter: Counter, action: Text) -> Refused:
    return Refused(
        p.COUNTER_WRONG_STATE,
        counter=sign_of(state, counter.id),
        state=p.COUNTER_STATES[counter.state],
        action=action,
    )
