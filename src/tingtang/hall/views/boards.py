"""``hall.board``: what any screen in the hall may show."""

import msgspec

from tingtang.hall.model.kpis import busy_now
from tingtang.hall.model.settings import Segment
from tingtang.hall.model.state import Counter, CounterState, HallDay, LineKey
from tingtang.hall.model.triage import Busy
from tingtang.hall.model.waits import WaitBook
from tingtang.hall.views.shared import BoardNotice, Names, Told, is_open, notices, told
from tingtang.kernel.ids import CounterId, ServiceId, ZoneId
from tingtang.kernel.text import Text


class BoardCall(msgspec.Struct, frozen=True):
    number: str
    counter: CounterId
    sign: str
    zone: Text
    time_ms: int
    again: bool


class BoardService(msgspec.Struct, frozen=True):
    """One service's line as everybody may see it."""

    name: Text
    prefix: str
    waiting: int
    wait: Told | None


class BoardCounter(msgspec.Struct, frozen=True):
    sign: str
    zone: ZoneId
    state: CounterState
    high: bool
    number: str
    services: tuple[ServiceId, ...]


class BoardView(msgspec.Struct, frozen=True):
    """``hall.board``: what any screen in the hall may show. ``calls`` are keyed by their order."""

    branch: Text
    date: str
    open: bool
    taking: bool
    busy: Busy
    waiting: int
    calls: dict[int, BoardCall]
    last_call: int
    services: dict[ServiceId, BoardService]
    counters: dict[CounterId, BoardCounter]
    notices: dict[str, BoardNotice]


def board(state: HallDay, book: WaitBook, names: Names, at_ms: int) -> BoardView:
    """The public view of the hall at ``at_ms``."""
    setup = state.setup
    waiting: dict[ServiceId, int] = {}
    for key, line in state.lines.items():
        waiting[key.service] = waiting.get(key.service, 0) + len(line)
    calls = {}
    for call in state.announcements:
        place = setup.counters.get(call.counter) if setup is not None else None
        if place is not None:
            calls[call.sequence] = BoardCall(
                call.number,
                call.counter,
                place.sign,
                names.zone(place.zone),
                call.time_ms,
                call.again,
            )
    return BoardView(
        branch=names.branch(),
        date=state.date,
        open=is_open(state),
        taking=state.taking,
        busy=busy_now(state, at_ms),
        waiting=state.waiting,
        calls=calls,
        last_call=state.announced,
        services={
            service.id: BoardService(
                names.service(service.id),
                service.prefix,
                waiting.get(service.id, 0),
                told(book.for_newcomer(state, LineKey(service.id, Segment.ORDINARY), at_ms)),
            )
            for service in (setup.services.values() if setup is not None else ())
        },
        counters={c.id: _board_counter(state, c) for c in state.counters.values()},
        notices=notices(state, at_ms),
    )


def _board_counter(state: HallDay, counter: Counter) -> BoardCounter:
    setup = state.setup.counters.get(counter.id) if state.setup is not None else None
    return BoardCounter(
        sign=setup.sign if setup is not None else "",
        zone=setup.zone if setup is not None else ZoneId(""),
        state=counter.state,
        high=setup.high if setup is not None else False,
        number=state.tickets[counter.ticket].number if counter.ticket else "",
        services=tuple(sorted(counter.services)),
    )
