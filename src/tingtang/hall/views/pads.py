"""``hall.pad``: the whole hall, for the people who run it."""

import msgspec

from tingtang.hall.model.state import Care, Counter, CounterState, HallDay, TicketState
from tingtang.hall.model.triage import Busy
from tingtang.hall.model.waits import WaitBook
from tingtang.hall.views.boards import BoardService, board
from tingtang.hall.views.shared import BoardNotice, Names
from tingtang.hall.views.tickets import StaffTicket, staff_ticket
from tingtang.kernel.ids import CounterId, ServiceId, StaffId, TicketId, VisitId, ZoneId
from tingtang.kernel.text import Text


class PadVisit(msgspec.Struct, frozen=True):
    """Somebody in the hall. A name is there only with consent to be recognised, and masked."""

    visit: VisitId
    name: str
    care: tuple[Care, ...]
    zone: ZoneId
    arrived_ms: int
    tickets: tuple[TicketId, ...]
    busy_at: str
    busy_since_ms: int


class PadCounter(msgspec.Struct, frozen=True):
    sign: str
    zone: ZoneId
    high: bool
    state: CounterState
    staff: StaffId
    staff_name: str
    ticket: TicketId
    number: str
    since_ms: int
    pause_reason: str
    served: int
    services: tuple[ServiceId, ...]
    could: tuple[ServiceId, ...]


class HallView(msgspec.Struct, frozen=True):
    """``hall.pad``: the whole hall, for the people who run it."""

    branch: Text
    date: str
    open: bool
    taking: bool
    busy: Busy
    in_hall: int
    waiting: int
    tickets: dict[TicketId, StaffTicket]
    """Open tickets."""
    visits: dict[VisitId, PadVisit]
    counters: dict[CounterId, PadCounter]
    services: dict[ServiceId, BoardService]
    notices: dict[str, BoardNotice]


def pad(state: HallDay, book: WaitBook, names: Names, at_ms: int) -> HallView:
    """The lobby manager's view of the hall."""
    public = board(state, book, names, at_ms)
    here = [v for v in state.visits.values() if not v.left_ms]
    done = (TicketState.FINISHED, TicketState.ABANDONED)
    return HallView(
        branch=public.branch,
        date=public.date,
        open=public.open,
        taking=public.taking,
        busy=public.busy,
        in_hall=len(here),
        waiting=public.waiting,
        tickets={
            t.id: staff_ticket(state, book, names, t, at_ms)
            for v in here
            for t in map(state.tickets.__getitem__, v.tickets)
            if t.state not in done
        },
        visits={
            v.id: PadVisit(
                v.id,
                names.customer(v.customer) if v.customer else "",
                v.care,
                v.zone,
                v.arrived_ms,
                tuple(v.tickets),
                v.busy_at,
                v.busy_since_ms,
            )
            for v in here
        },
        counters={c.id: _pad_counter(state, c, names) for c in state.counters.values()},
        services=public.services,
        notices=public.notices,
    )


def _pad_counter(state: HallDay, seat: Counter, names: Names) -> PadCounter:
    setup = state.setup.counters.get(seat.id) if state.setup is not None else None
    able = setup.services | setup.elastic if setup is not None else frozenset()
    return PadCounter(
        sign=setup.sign if setup is not None else "",
        zone=setup.zone if setup is not None else ZoneId(""),
        high=setup.high if setup is not None else False,
        state=seat.state,
        staff=seat.staff,
        staff_name=names.staff(seat.staff) if seat.staff else "",
        ticket=seat.ticket,
        number=state.tickets[seat.ticket].number if seat.ticket else "",
        since_ms=seat.since_ms,
        pause_reason=seat.pause_reason,
        served=seat.served,
        services=tuple(sorted(seat.services)),
        could=tuple(sorted(able - seat.services)),
    )
