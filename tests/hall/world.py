"""A small hall for tests: three services, four counters, and shorthand for commands."""

from collections.abc import Sequence

from tingtang.hall.model import commands as c
from tingtang.hall.model import events as e
from tingtang.hall.model.decide import decide
from tingtang.hall.model.evolve import evolve
from tingtang.hall.model.settings import HallSettings, Segment
from tingtang.hall.model.state import (
    Channel,
    CounterSetup,
    DaySetup,
    HallDay,
    ServiceSetup,
    Ticket,
)
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.events import Event
from tingtang.kernel.ids import CounterId, ServiceId, StaffId, TicketId, VisitId, ZoneId

CASH, CARD, LOAN = ServiceId("cash"), ServiceId("card"), ServiceId("loan")
SERVICES = (CASH, CARD, LOAN)
START_MS = 1_760_000_000_000
ZONE = ZoneId("counters")


def setup(settings: HallSettings | None = None, quota: int = 0) -> DaySetup:
    """Cash and card at every counter, loans at counter 4 alone, elastic at counter 3."""
    return DaySetup(
        services={
            CASH: ServiceSetup(CASH, "A", 4 * MINUTE_MS, quota),
            CARD: ServiceSetup(CARD, "A", 8 * MINUTE_MS),
            LOAN: ServiceSetup(LOAN, "C", 20 * MINUTE_MS),
        },
        counters={
            CounterId(str(n)): CounterSetup(
                CounterId(str(n)),
                str(n),
                ZONE,
                frozenset({CASH, CARD} | ({LOAN} if n == 4 else set())),
                frozenset({LOAN} if n == 3 else set()),
            )
            for n in range(1, 5)
        },
        settings=settings or HallSettings(),
        opens_ms=START_MS,
        closes_ms=START_MS + 480 * MINUTE_MS,
    )


class Hall:
    """A hall whose time the test moves by hand. Commands return their events."""

    def __init__(self, settings: HallSettings | None = None, quota: int = 0) -> None:
        self.state = HallDay("2026-03-02")
        self.now_ms = START_MS
        self.events: list[tuple[int, Event]] = []
        self._made = 0
        self.do(c.OpenDay(date="2026-03-02", setup=setup(settings, quota)))

    def do(self, command: c.Command) -> Sequence[Event]:
        events = decide(self.state, command, self.now_ms)
        for event in events:
            evolve(self.state, event, self.now_ms)
            self.events.append((self.now_ms, event))
        return events

    def wait(self, minutes: float) -> "Hall":
        self.now_ms += round(minutes * MINUTE_MS)
        return self

    def new_id(self, kind: str) -> str:
        self._made += 1
        return f"{kind}{self._made}"

    def issue(
        self,
        *services: ServiceId,
        segment: Segment = Segment.ORDINARY,
        booked_ms: int = 0,
        visit: str | None = None,
    ) -> Ticket:
        ticket = TicketId(self.new_id("t"))
        self.do(
            c.IssueTicket(
                ticket=ticket,
                visit=VisitId(visit or self.new_id("v")),
                services=services or (CASH,),
                channel=Channel.KIOSK,
                segment=segment,
                booked_ms=booked_ms,
            )
        )
        return self.state.tickets[ticket]

    def open(self, *counters: int, skills: Sequence[ServiceId] = SERVICES) -> "Hall":
        for number in counters or (1,):
            self.do(
                c.OpenCounter(
                    counter=CounterId(str(number)),
                    staff=StaffId(f"clerk{number}"),
                    skills=frozenset(skills),
                )
            )
        return self

    def call(self, counter: int = 1, finish: Ticket | None = None) -> Ticket:
        events = self.do(
            c.CallNext(counter=CounterId(str(counter)), finish=finish.id if finish else None)
        )
        called = events[-1]
        assert isinstance(called, e.TicketCalled)
        return self.state.tickets[called.ticket]

    def serve(self, counter: int = 1, minutes: float = 3) -> Ticket:
        """Call, serve for some minutes, finish."""
        ticket = self.call(counter)
        self.do(c.StartService(ticket=ticket.id))
        self.wait(minutes)
        self.do(c.FinishService(ticket=ticket.id))
        return ticket
