"""A production hall that is fed what really happened: its own events, in order.

It drives :class:`HallDay` and :class:`WaitBook` as a branch would: a server first seen opens a
counter, one not seen for :data:`PRESENT_MS` closes it, arrivals take tickets, calls call. What a
server can do is concluded from what it has done, unless the caller knows. A file's priorities 0, 1
and 2 become three segments. Nothing the hall knows at a moment happened after that moment.
"""

from collections.abc import Mapping
from datetime import date

from tingtang.hall.model import events as e
from tingtang.hall.model.evolve import evolve
from tingtang.hall.model.settings import (
    HallSettings,
    HeadStart,
    Policy,
    Segment,
    StrictPriority,
)
from tingtang.hall.model.state import (
    Channel,
    Counter,
    CounterSetup,
    CounterState,
    DaySetup,
    HallDay,
    Rule,
    ServiceSetup,
    Why,
)
from tingtang.hall.model.waiting import Estimate
from tingtang.hall.model.waits import Learned, Told, WaitBook
from tingtang.kernel.events import Event
from tingtang.kernel.ids import CounterId, ServiceId, StaffId, TicketId, VisitId, ZoneId
from tingtang.twin.floor import PRESENT_MS, STANDARD_MS
from tingtang.twin.traffic import Happening, Kind, Traffic, Visit

HABIT_SERVICES = 200.0
"""Services over which it is remembered what a server does."""
HABIT_SHARE = 0.1
"""A server that does less than this share of its part of a service is taken not to do it."""
HABIT_WORTH = 10.0
"""Services for which a server that was hardly seen yet is taken to do as all do."""

SEGMENTS = (Segment.ORDINARY, Segment.CARE, Segment.VIP_BRANCH)
"""Which segment a file's priority stands for; higher ones count as the last."""
WHY = Why(Rule.FIRST_COME, 0)


def segment_of(visit: Visit) -> Segment:
    """The segment of a file's priority."""
    return SEGMENTS[min(max(visit.priority, 0), len(SEGMENTS) - 1)]


def policy_of(traffic: Traffic) -> Policy:
    """How the place that the file comes from orders its line."""
    if traffic.head_start_ms is None:
        return StrictPriority(tuple(reversed(SEGMENTS)))
    step = traffic.head_start_ms // 1000
    return HeadStart({segment: n * step for n, segment in enumerate(SEGMENTS)})


def setup_of(
    traffic: Traffic, policy: Policy, standards_ms: Mapping[str, int] | None = None
) -> DaySetup:
    """A branch with the file's services, and a counter for every server it names.

    ``standards_ms`` is the catalogue: the standard time of the services it names.
    """
    standards_ms = standards_ms or {}
    services = {v.service for v in traffic.visits}
    servers = {v.server for v in traffic.visits if v.server}
    return DaySetup(
        services={
            ServiceId(s): ServiceSetup(ServiceId(s), "A", standards_ms.get(s, STANDARD_MS))
            for s in sorted(services)
        },
        counters={
            CounterId(s): CounterSetup(CounterId(s), s, ZoneId(""), frozenset())
            for s in sorted(servers)
        },
        settings=HallSettings(policy=policy),
        opens_ms=0,
        closes_ms=0,
    )


class ReplayedHall:
    """One place over all days of a file; what was learned goes on from day to day."""

    def __init__(
        self,
        traffic: Traffic,
        standards_ms: Mapping[str, int] | None = None,
        skills: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        """``standards_ms`` is the catalogue; ``skills`` the services of the servers it names."""
        self.setup = setup_of(traffic, policy_of(traffic), standards_ms)
        self.learned = Learned()
        self._skills = skills or {}
        self._done: dict[str, dict[str, float]] = {}
        self._mix: dict[str, float] = {}
        self.state = HallDay()
        self.book = WaitBook(self.learned)
        self._seen_ms: dict[CounterId, int] = {}

    def start_day(self, day: date, at_ms: int) -> None:
        """Nobody waits, nobody is there; what was learned stays."""
        self.state = HallDay(day.isoformat())
        self.book = WaitBook(self.learned)
        self._seen_ms.clear()
        self._happen(e.DayOpened(date=day.isoformat(), setup=self.setup), at_ms)

    def told(self, visit: Visit) -> Told:
        """What production told ``visit``, who has just arrived, and what that rested on.

        Raises KeyError if they were called on the spot: nobody asked.
        """
        return self.book.told[TicketId(str(visit.row))]

    def told_again(self, visit: Visit, at_ms: int) -> Estimate | None:
        """The time left that production shows at ``at_ms`` to ``visit``, who waits."""
        self._close_unseen(at_ms)
        ticket = self.state.tickets[TicketId(str(visit.row))]
        return self.book.for_ticket(self.state, ticket, at_ms)

    def follow(self, happening: Happening) -> None:
        """Feed the hall what happened."""
        now_ms, kind, visit = happening
        self._close_unseen(now_ms)
        ticket = TicketId(str(visit.row))
        match kind:
            case Kind.ARRIVED:
                self._happen(
                    e.TicketIssued(
                        ticket=ticket,
                        number=f"A{visit.row}",
                        visit=VisitId(ticket),
                        services=(ServiceId(visit.service),),
                        segment=segment_of(visit),
                        channel=Channel.PHONE,
                    ),
                    now_ms,
                )
                if visit.wait_ms <= 0:
                    self.book.told.pop(ticket, None)  # called on the spot: nobody asked
            case Kind.CALLED:
                self._called(visit, ticket, now_ms)
            case Kind.LEFT:
                self._happen(e.TicketAbandoned(ticket=ticket, reason="left"), now_ms)
            case Kind.FINISHED:
                self._finished(visit, ticket, now_ms)

    def _called(self, visit: Visit, ticket: TicketId, now_ms: int) -> None:
        counter = CounterId(visit.server or f"?{visit.row}")
        if not visit.server:  # there while it serves, and not before or after
            self.state.counters[counter] = Counter(counter)
        busy = self.state.counters.get(counter)
        if busy is not None and busy.ticket:
            # One server serves one customer: what went on before has ended, whatever its row says.
            self._finish(busy.ticket, now_ms)
        self._open(counter, self._able(visit), now_ms)
        self._happen(
            e.TicketCalled(ticket=ticket, counter=counter, staff=StaffId(counter), why=WHY), now_ms
        )
        self._happen(e.ServiceStarted(ticket=ticket), now_ms)
        if visit.server:
            self._seen_ms[counter] = now_ms

    def _able(self, visit: Visit) -> frozenset[ServiceId]:
        """What the server of ``visit`` can do, by all it has done up to this call."""
        fade(self._mix, visit.service, HABIT_SERVICES * 10)
        if not visit.server:
            return frozenset({ServiceId(visit.service)})
        if visit.server in self._skills:
            return frozenset(map(ServiceId, self._skills[visit.server] | {visit.service}))
        done = self._done.setdefault(visit.server, {})
        fade(done, visit.service, HABIT_SERVICES)
        everything = sum(self._mix.values())
        able = {s for s, seen in self._mix.items() if does(done, s, seen / everything)}
        return frozenset(map(ServiceId, able | {visit.service}))

    def _open(self, counter: CounterId, services: frozenset[ServiceId], now_ms: int) -> None:
        seat = self.state.counters[counter]
        if seat.state is CounterState.CLOSED:
            self._happen(
                e.CounterOpened(counter=counter, staff=StaffId(counter), services=services), now_ms
            )
        elif seat.services != services:
            self._happen(e.CounterServicesChanged(counter=counter, services=services), now_ms)

    def _finished(self, visit: Visit, ticket: TicketId, now_ms: int) -> None:
        held = self.state.tickets[ticket]
        if not held.counter:
            return  # its server went on before the row says so
        counter = held.counter
        self._finish(ticket, now_ms)
        if visit.server:
            self._seen_ms[counter] = now_ms
        else:
            self._happen(e.CounterClosed(counter=counter), now_ms)

    def _finish(self, ticket: TicketId, now_ms: int) -> None:
        self._happen(e.ServiceFinished(ticket=ticket), now_ms)

    def _close_unseen(self, now_ms: int) -> None:
        for counter, seen_ms in list(self._seen_ms.items()):
            seat = self.state.counters[counter]
            if not seat.ticket and now_ms - seen_ms >= PRESENT_MS:
                del self._seen_ms[counter]
                if seat.state is not CounterState.CLOSED:
                    self._happen(e.CounterClosed(counter=counter), now_ms)

    def _happen(self, event: Event, at_ms: int) -> None:
        evolve(self.state, event, at_ms)
        self.book.follow(self.state, event, at_ms)


def does(done: Mapping[str, float], service: str, usual: float) -> bool:
    """Whether one who has ``done`` so much of each service does ``service`` too.

    ``usual`` is the share (0 to 1) that it has of all services.
    """
    part = (done.get(service, 0.0) + HABIT_WORTH * usual) / (sum(done.values()) + HABIT_WORTH)
    return part > HABIT_SHARE * usual


def fade(counts: dict[str, float], name: str, memory: float) -> None:
    """Count ``name`` once more and let all fade, so that the total stays at most ``memory``."""
    keep = 1.0 - 1.0 / memory
    for other in counts:
        counts[other] *= keep
    counts[name] = counts.get(name, 0.0) + 1.0
