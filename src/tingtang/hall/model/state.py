"""The state of one branch's hall on one business day."""

from collections import OrderedDict, deque

import msgspec

from tingtang.hall.model.settings import HallSettings, Segment
from tingtang.kernel.enums import Word
from tingtang.kernel.ids import CounterId, CustomerId, ServiceId, StaffId, TicketId, VisitId, ZoneId

ANNOUNCEMENTS_KEPT = 30
"""Calls a board that was away may still want to show; the log has them all."""


class TicketState(Word):
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    PASSED = "passed"
    FINISHED = "finished"
    ABANDONED = "abandoned"


OPEN_STATES = frozenset(TicketState) - {TicketState.FINISHED, TicketState.ABANDONED}
"""A ticket in one of these still has something to come."""


class CounterState(Word):
    CLOSED = "closed"
    OPEN = "open"
    CALLING = "calling"
    SERVING = "serving"
    PAUSED = "paused"


OFF = frozenset({CounterState.CLOSED, CounterState.PAUSED})
"""Nobody is called to such a counter."""


class Channel(Word):
    """Where a ticket was taken."""

    KIOSK = "kiosk"
    PAD = "pad"
    COUNTER = "counter"
    PHONE = "phone"
    BOOKING = "booking"


class Care(Word):
    """Why a customer is looked after with special care."""

    ELDER = "elder"
    DISABLED = "disabled"
    PREGNANT = "pregnant"
    CHILD = "child"


class Source(Word):
    """What told of an arrival."""

    CAMERA = "camera"
    TICKET = "ticket"
    PAD = "pad"
    BOOKING = "booking"
    PHONE = "phone"
    KIOSK = "kiosk"


class Stage(Word):
    """客户动线: the stations of a customer's path through the hall (R007)."""

    TRIAGE = "triage"
    SELF_SERVICE = "self_service"
    INTEREST = "interest"
    SALE = "sale"
    COUNTER = "counter"


class Rule(Word):
    """What made a customer the next one."""

    FIRST_COME = "first_come"
    PRIORITY = "priority"
    HEAD_START = "head_start"
    PROFILE = "profile"
    PROFILE_LONGEST = "profile_longest"
    COST = "cost"
    BOUND = "bound"
    CHOSEN = "chosen"


class Why(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The reason of a call, with the figures it rests on."""

    rule: Rule
    waited_ms: int
    lines: int = 1
    """How many lines this counter could have called from."""
    weight: float = 0.0
    mean_service_ms: int = 0
    profile: str = ""
    step: int = 0


class ServiceSetup(msgspec.Struct, frozen=True):
    """What the hall needs to know of a service."""

    id: ServiceId
    prefix: str
    standard_ms: int
    quota: int = 0
    """Tickets a day; 0 is no limit."""


class CounterSetup(msgspec.Struct, frozen=True):
    """What the hall needs to know of a counter: its sign, its zone, and what it can do."""

    id: CounterId
    sign: str
    zone: ZoneId
    services: frozenset[ServiceId]
    """What it normally does."""
    elastic: frozenset[ServiceId] = frozenset()
    """What it can take on besides when the hall is full (弹性窗口)."""
    high: bool = False


class DaySetup(msgspec.Struct, frozen=True):
    """The branch as it stands when the day opens, or after a change during the day."""

    services: dict[ServiceId, ServiceSetup]
    counters: dict[CounterId, CounterSetup]
    settings: HallSettings
    opens_ms: int
    closes_ms: int


class Leg(msgspec.Struct, gc=False):
    """One service of a ticket: a timed period with its counter and clerk."""

    service: ServiceId
    queued_ms: int
    called_ms: int = 0
    started_ms: int = 0
    ended_ms: int = 0
    counter: CounterId = CounterId("")
    staff: StaffId = StaffId("")
    outcome: str = ""
    """"finished", "transferred", "abandoned", or "" while it goes on."""
    score: int = 0
    """1 (bad) to 5 (very good); 0 where not rated."""


class LineKey(msgspec.Struct, frozen=True, gc=False):
    """Those who are alike to dispatch stand in one line: first come within it."""

    service: ServiceId
    segment: Segment
    counter: CounterId = CounterId("")
    """Only this counter may call them (after a transfer); "" is any."""
    staff: StaffId = StaffId("")


class Ticket(msgspec.Struct, gc=False):
    """A place in the queues; may carry several services."""

    id: TicketId
    number: str
    visit: VisitId
    segment: Segment
    channel: Channel
    issued_ms: int
    legs: tuple[Leg, ...]
    line: LineKey
    since_ms: int
    """From when the present wait counts for dispatch; never decreasing along a line."""
    later: tuple[ServiceId, ...] = ()
    """Services still to come after the present one."""
    customer: CustomerId | None = None
    care: tuple[Care, ...] = ()
    booked_ms: int = 0
    state: TicketState = TicketState.WAITING
    counter: CounterId = CounterId("")
    passes: int = 0
    recalls: int = 0
    due_ms: int = 0
    """When the hold or the time to come back runs out; 0 if nothing runs."""
    reason: str = ""
    why: Why | None = None
    """Why it was next at its last call."""
    carried: bool = False

    @property
    def leg(self) -> Leg:
        return self.legs[-1]

    @property
    def service(self) -> ServiceId:
        return self.legs[-1].service


class Counter(msgspec.Struct):
    """A service position during the day."""

    id: CounterId
    state: CounterState = CounterState.CLOSED
    staff: StaffId = StaffId("")
    services: frozenset[ServiceId] = frozenset()
    ticket: TicketId = TicketId("")
    since_ms: int = 0
    """Since when it is in this state."""
    signed_on_ms: int = 0
    pause_reason: str = ""
    open_total_ms: int = 0
    """Closed spells of being signed on; the present one comes on top."""
    paused_total_ms: int = 0
    busy_total_ms: int = 0
    served: int = 0


class Announcement(msgspec.Struct, frozen=True, gc=False):
    """A call to be shown and spoken, in order, each exactly once."""

    sequence: int
    number: str
    counter: CounterId
    time_ms: int
    again: bool


class Notice(msgspec.Struct, frozen=True):
    """A message from staff to all who wait."""

    id: str
    zh: str
    en: str
    time_ms: int
    until_ms: int


class Visit(msgspec.Struct, gc=False):
    """One customer's stay."""

    id: VisitId
    arrived_ms: int
    source: Source
    customer: CustomerId | None = None
    care: tuple[Care, ...] = ()
    tickets: tuple[TicketId, ...] = ()
    zone: ZoneId = ZoneId("")
    zone_since_ms: int = 0
    stages: tuple[tuple[Stage, int], ...] = ()
    busy_at: str = ""
    """The machine the customer is working at, if any (R037), since ``busy_since_ms``."""
    busy_since_ms: int = 0
    diverted: bool = False
    """Went to self-service or the phone instead of the counter."""
    left_ms: int = 0


class Observed(msgspec.Struct):
    """Service times seen so far, shrunk towards the standard time while they are few."""

    count: int = 0
    total_ms: int = 0


Line = OrderedDict[TicketId, int]
"""Waiting tickets in order, each with the moment from which its wait counts."""


class HallDay:
    """Everything about one branch's hall on one day. Changed by ``evolve`` alone."""

    __slots__ = (
        "abandoned",
        "announced",
        "announcements",
        "at_machines",
        "closed_ms",
        "counters",
        "date",
        "issued",
        "lines",
        "notices",
        "numbers",
        "observed",
        "opened_ms",
        "overdue",
        "rounds",
        "setup",
        "taking",
        "ticket_ids",
        "tickets",
        "tickets_of_service",
        "timed",
        "visits",
        "waiting",
    )  # fmt: skip

    def __init__(self, date: str = "") -> None:
        self.date = date
        self.setup: DaySetup | None = None
        self.opened_ms = 0
        self.closed_ms = 0
        self.taking = False
        self.tickets: dict[TicketId, Ticket] = {}
        self.ticket_ids: dict[str, TicketId] = {}
        self.visits: dict[VisitId, Visit] = {}
        self.counters: dict[CounterId, Counter] = {}
        self.lines: dict[LineKey, Line] = {}
        self.numbers: dict[str, int] = {}
        self.tickets_of_service: dict[ServiceId, int] = {}
        self.observed: dict[ServiceId, Observed] = {}
        self.rounds: dict[str, dict[int, int]] = {}
        self.announcements: deque[Announcement] = deque(maxlen=ANNOUNCEMENTS_KEPT)
        self.announced = 0
        self.notices: list[Notice] = []
        self.timed: dict[TicketId, int] = {}
        self.overdue: dict[TicketId, None] = {}
        """Set aside for longer than was said."""
        self.at_machines: dict[VisitId, None] = {}
        self.waiting = 0
        self.issued = 0
        self.abandoned = 0

    def mean_service_ms(self, service: ServiceId) -> float:
        """The mean service time, from the standard time and what was seen today.

        The standard time counts as :data:`PRIOR_SERVICES` observed services.
        """
        setup = self.setup.services.get(service) if self.setup is not None else None
        standard = setup.standard_ms if setup is not None else STANDARD_UNKNOWN_MS
        seen = self.observed.get(service)
        if seen is None:
            return float(standard)
        return (standard * PRIOR_SERVICES + seen.total_ms) / (PRIOR_SERVICES + seen.count)


STANDARD_UNKNOWN_MS = 5 * 60_000
"""For a service that left the catalogue while people still wait for it."""
PRIOR_SERVICES = 8
"""How many observed services the catalogue's standard time is worth."""
