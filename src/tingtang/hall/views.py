"""What screens show of the hall: pure functions of committed state.

Collections are objects by id, so that a merge patch carries only what changed. Public views hold
numbers, never people. Times are given as moments, not as ages, so that nothing changes merely
because time passes; the screen counts. Names come in both languages and the screen chooses.
"""

from typing import Protocol

import msgspec

from tingtang.hall.model import dispatch
from tingtang.hall.model.kpis import Kpis, busy_now, kpis
from tingtang.hall.model.settings import Segment
from tingtang.hall.model.state import (
    Care,
    Channel,
    Counter,
    CounterState,
    HallDay,
    Leg,
    LineKey,
    Ticket,
    TicketState,
)
from tingtang.hall.model.tasks.state import OPEN as OPEN_TASKS
from tingtang.hall.model.tasks.state import Grade, Task, TaskBoard, TaskKind, TaskState
from tingtang.hall.model.triage import Busy
from tingtang.hall.model.waiting import Calibration, Estimate
from tingtang.hall.model.waits import WaitBook
from tingtang.kernel.ids import CounterId, ServiceId, StaffId, TaskId, TicketId, VisitId, ZoneId
from tingtang.kernel.permissions import Role
from tingtang.kernel.text import Text

NEXT_SHOWN = 8
"""How many of those who come next a counter sees."""
CLOSED_TASKS_SHOWN = 20


class Names(Protocol):
    """What things are called; the organisation and the customers know."""

    def branch(self) -> Text: ...
    def service(self, service: ServiceId) -> Text: ...
    def zone(self, zone: ZoneId) -> Text: ...
    def staff(self, staff: StaffId) -> str: ...
    def customer(self, customer: str) -> str:
        """The masked name (王*明), or "" where it is not known."""
        ...


class Told(msgspec.Struct, frozen=True):
    """An estimate as it is shown: "about 12 minutes, mostly 8-18"."""

    median_ms: int
    low_ms: int
    high_ms: int


def told(estimate: Estimate | None) -> Told | None:
    """Rounded to whole half minutes, so that a screen does not flicker between seconds."""
    if estimate is None:
        return None
    return Told(
        *(_half_minutes(ms) for ms in (estimate.median_ms, estimate.low_ms, estimate.high_ms))
    )


def _half_minutes(ms: int) -> int:
    return round(ms / 30_000) * 30_000


# -- the board -----------------------------------------------------------------------------------


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


class BoardNotice(msgspec.Struct, frozen=True):
    text: Text
    time_ms: int
    until_ms: int


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
        notices={
            n.id: BoardNotice(Text(n.zh, n.en), n.time_ms, n.until_ms)
            for n in state.notices
            if n.until_ms > at_ms
        },
    )


def is_open(state: HallDay) -> bool:
    """True between the opening and the closing of the day."""
    return state.setup is not None and not state.closed_ms


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


# -- one ticket, for the one who holds it --------------------------------------------------------


class TicketLeg(msgspec.Struct, frozen=True):
    """One service of a ticket. ``leg`` is its place among all of them, as a rating names it: a
    list that leaves out transferred ones has gaps."""

    leg: int
    service: ServiceId
    name: Text
    done: bool
    score: int


class TicketView(msgspec.Struct, frozen=True):
    """``hall.ticket``: a customer's own ticket. ``ahead`` counts who is expected to go first."""

    ticket: TicketId
    number: str
    state: TicketState
    branch: Text
    issued_ms: int
    called_ms: int
    ahead: int
    wait: Told | None
    sign: str
    zone: ZoneId
    zone_name: Text
    legs: tuple[TicketLeg, ...]
    later: tuple[Text, ...]
    due_ms: int
    booked_ms: int
    may_rate: bool
    notices: dict[str, BoardNotice]


def ticket(
    state: HallDay, book: WaitBook, names: Names, ticket_id: TicketId, at_ms: int
) -> TicketView | None:
    """The holder's view of a ticket; None if there is no such ticket today."""
    held = state.tickets.get(ticket_id)
    if held is None:
        return None
    waits = held.state is TicketState.WAITING
    place = state.setup.counters.get(held.leg.counter) if state.setup is not None else None
    return TicketView(
        ticket=held.id,
        number=held.number,
        state=held.state,
        branch=names.branch(),
        issued_ms=held.issued_ms,
        called_ms=held.leg.called_ms,
        ahead=book.people_ahead(state, held, at_ms) if waits else 0,
        wait=told(book.for_ticket(state, held, at_ms)) if waits else None,
        sign=place.sign if place is not None else "",
        zone=place.zone if place is not None else ZoneId(""),
        zone_name=names.zone(place.zone) if place is not None else Text(""),
        legs=tuple(
            _ticket_leg(place, leg, names)
            for place, leg in enumerate(held.legs)
            if leg.outcome != "transferred"
        ),
        later=tuple(names.service(service) for service in held.later),
        due_ms=held.due_ms,
        booked_ms=held.booked_ms,
        may_rate=any(leg.outcome == "finished" and not leg.score for leg in held.legs),
        notices={
            n.id: BoardNotice(Text(n.zh, n.en), n.time_ms, n.until_ms)
            for n in state.notices
            if n.until_ms > at_ms
        },
    )


def _ticket_leg(place: int, leg: Leg, names: Names) -> TicketLeg:
    return TicketLeg(
        place, leg.service, names.service(leg.service), leg.outcome == "finished", leg.score
    )


# -- the counter ---------------------------------------------------------------------------------


class StaffTicket(msgspec.Struct, frozen=True):
    """A ticket as staff see it: the customer's name is masked."""

    ticket: TicketId
    number: str
    state: TicketState
    segment: Segment
    channel: Channel
    service: ServiceId
    service_name: Text
    visit: VisitId
    customer: str
    name: str
    care: tuple[Care, ...]
    issued_ms: int
    since_ms: int
    booked_ms: int
    counter: CounterId
    later: tuple[ServiceId, ...]
    reason: str
    due_ms: int
    passes: int
    wait: Told | None


class Tally(msgspec.Struct, frozen=True):
    """What was finished at a counter today; means are None while there is nothing to average."""

    finished: int
    mean_service_ms: float | None
    ratings: int
    mean_score: float | None


class CounterView(msgspec.Struct, frozen=True):
    """``hall.counter``: a teller's own position."""

    counter: CounterId
    sign: str
    state: CounterState
    staff: StaffId
    staff_name: str
    services: dict[ServiceId, Text]
    could: dict[ServiceId, Text]
    """What the counter could do besides (elastic window)."""
    since_ms: int
    pause_reason: str
    current: StaffTicket | None
    called_ms: int
    started_ms: int
    standard_ms: int
    why: Text | None
    """Why the present customer was next."""
    legs: tuple[TicketLeg, ...]
    next: dict[str, StaffTicket]
    """Who would come next, keyed by place, from "1"."""
    waiting: dict[ServiceId, int]
    held: dict[TicketId, StaffTicket]
    """Held and passed customers, for any counter to take up again."""
    served: int
    tally: Tally
    taking: bool
    open: bool


def counter(
    state: HallDay,
    book: WaitBook,
    names: Names,
    counter_id: CounterId,
    at_ms: int,
) -> CounterView | None:
    """The view of one counter; None if the branch has no such counter."""
    seat = state.counters.get(counter_id)
    if seat is None or state.setup is None:
        return None
    setup = state.setup.counters.get(counter_id)
    current = state.tickets.get(seat.ticket) if seat.ticket else None
    coming = dispatch.in_order(state, seat, at_ms, NEXT_SHOWN)
    waiting: dict[ServiceId, int] = {}
    for key, line in state.lines.items():
        if key.service in seat.services:
            waiting[key.service] = waiting.get(key.service, 0) + len(line)
    service = state.setup.services.get(current.service) if current is not None else None
    able = setup.services | setup.elastic if setup is not None else frozenset()
    aside = (TicketState.HELD, TicketState.PASSED)
    return CounterView(
        counter=counter_id,
        sign=setup.sign if setup is not None else "",
        state=seat.state,
        staff=seat.staff,
        staff_name=names.staff(seat.staff) if seat.staff else "",
        services={s: names.service(s) for s in sorted(seat.services)},
        could={s: names.service(s) for s in sorted(able - seat.services)},
        since_ms=seat.since_ms,
        pause_reason=seat.pause_reason,
        current=staff_ticket(state, book, names, current, at_ms) if current is not None else None,
        called_ms=current.leg.called_ms if current is not None else 0,
        started_ms=current.leg.started_ms if current is not None else 0,
        standard_ms=service.standard_ms if service is not None else 0,
        why=dispatch.words(current.why, current.segment)
        if current is not None and current.why is not None
        else None,
        legs=tuple(
            _ticket_leg(place, leg, names)
            for place, leg in enumerate(current.legs if current is not None else ())
        ),
        next={
            str(place): staff_ticket(state, book, names, state.tickets[t], at_ms)
            for place, t in enumerate(coming, start=1)
        },
        waiting=waiting,
        held={
            t.id: staff_ticket(state, book, names, t, at_ms)
            for t in state.tickets.values()
            if t.state in aside
        },
        served=seat.served,
        tally=_tally(state, counter_id),
        taking=state.taking,
        open=is_open(state),
    )


def _tally(state: HallDay, counter_id: CounterId) -> Tally:
    times: list[int] = []
    scores: list[int] = []
    for held in state.tickets.values():
        for leg in held.legs:
            if leg.counter == counter_id and leg.outcome == "finished":
                times.append(leg.ended_ms - leg.started_ms)
                if leg.score:
                    scores.append(leg.score)
    return Tally(
        len(times),
        sum(times) / len(times) if times else None,
        len(scores),
        sum(scores) / len(scores) if scores else None,
    )


def staff_ticket(
    state: HallDay, book: WaitBook, names: Names, held: Ticket, at_ms: int
) -> StaffTicket:
    """One ticket for staff, with the time left if it waits."""
    waits = held.state is TicketState.WAITING
    return StaffTicket(
        ticket=held.id,
        number=held.number,
        state=held.state,
        segment=held.segment,
        channel=held.channel,
        service=held.service,
        service_name=names.service(held.service),
        visit=held.visit,
        customer=held.customer or "",
        name=names.customer(held.customer) if held.customer else "",
        care=held.care,
        issued_ms=held.issued_ms,
        since_ms=held.since_ms,
        booked_ms=held.booked_ms,
        counter=held.counter,
        later=tuple(held.later),
        reason=held.reason,
        due_ms=held.due_ms,
        passes=held.passes,
        wait=told(book.for_ticket(state, held, at_ms)) if waits else None,
    )


# -- the PAD -------------------------------------------------------------------------------------


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


# -- tasks ---------------------------------------------------------------------------------------


class TaskView(msgspec.Struct, frozen=True):
    task: TaskId
    kind: TaskKind
    grade: Grade
    state: TaskState
    zone: ZoneId
    subject: str
    number: str
    """The number of the ticket or the sign of the counter that it is about, if any."""
    note: str
    raised_ms: int
    offered_to: StaffId
    offered_name: str
    until_ms: int
    accepted_by: StaffId
    accepted_name: str
    accepted_ms: int
    closed_ms: int
    outcome: str


class OnDuty(msgspec.Struct, frozen=True):
    name: str
    roles: tuple[Role, ...]
    zone: ZoneId
    load: int


class TasksView(msgspec.Struct, frozen=True):
    """``hall.tasks``: open tasks, those closed lately, and who is on duty."""

    tasks: dict[TaskId, TaskView]
    people: dict[StaffId, OnDuty]


def tasks(board_: TaskBoard, state: HallDay | None, names: Names) -> TasksView:
    """The task rail of the PAD."""
    closed = sorted(
        (t for t in board_.tasks.values() if t.state not in OPEN_TASKS),
        key=lambda t: -t.closed_ms,
    )[:CLOSED_TASKS_SHOWN]
    shown = [board_.tasks[t] for t in board_.open.values()] + closed
    return TasksView(
        tasks={t.id: _task(t, state, names) for t in shown},
        people={
            p.staff: OnDuty(
                names.staff(p.staff), tuple(sorted(p.roles)), p.zone, board_.load(p.staff)
            )
            for p in board_.people.values()
        },
    )


def _task(task: Task, state: HallDay | None, names: Names) -> TaskView:
    number = ""
    if state is not None:
        held = state.tickets.get(TicketId(task.subject))
        place = state.setup.counters.get(CounterId(task.subject)) if state.setup else None
        number = held.number if held is not None else place.sign if place is not None else ""
    return TaskView(
        task=task.id,
        kind=task.kind,
        grade=task.grade,
        state=task.state,
        zone=task.zone,
        subject=task.subject,
        number=number,
        note=task.note,
        raised_ms=task.raised_ms,
        offered_to=task.offered_to,
        offered_name=names.staff(task.offered_to) if task.offered_to else "",
        until_ms=task.until_ms,
        accepted_by=task.accepted_by,
        accepted_name=names.staff(task.accepted_by) if task.accepted_by else "",
        accepted_ms=task.accepted_ms,
        closed_ms=task.closed_ms,
        outcome=task.outcome,
    )


# -- the monitor ---------------------------------------------------------------------------------


class CalibrationView(msgspec.Struct, frozen=True):
    """How good today's estimates were; None while nothing was counted."""

    count: int
    coverage: float | None
    mean_width_ms: float | None
    mean_error_ms: float | None


class MonitorView(msgspec.Struct, frozen=True):
    """``hall.monitor``: the service monitor. Made anew on every change and every minute."""

    branch: Text
    date: str
    open: bool
    kpis: Kpis
    calibration: CalibrationView
    services: dict[ServiceId, Text]
    counters: dict[CounterId, str]
    staff: dict[StaffId, str]


def monitor(state: HallDay, book: WaitBook, names: Names, at_ms: int) -> MonitorView:
    """All figures of the day so far, with the names needed to read them."""
    figures = kpis(state, at_ms)
    return MonitorView(
        branch=names.branch(),
        date=state.date,
        open=is_open(state),
        kpis=figures,
        calibration=calibration(book.calibration),
        services={s: names.service(s) for s in figures.by_service},
        counters={c: setup.sign for c, setup in state.setup.counters.items()}
        if state.setup
        else {},
        staff={s: names.staff(s) for s in figures.by_staff},
    )


def calibration(of: Calibration) -> CalibrationView:
    """The calibration as shown."""
    return CalibrationView(of.count, of.coverage, of.mean_width_ms, of.mean_error_ms)
