"""What can happen in a hall. Events say what was, never what should be."""

from tingtang.hall.model.settings import Place, Segment
from tingtang.hall.model.state import Care, Channel, DaySetup, Source, Stage, Why
from tingtang.kernel.events import Event, EventTypes
from tingtang.kernel.ids import CounterId, CustomerId, ServiceId, StaffId, TicketId, VisitId, ZoneId


class DayOpened(Event, frozen=True):
    date: str
    setup: DaySetup


class SetupChanged(Event, frozen=True):
    setup: DaySetup


class TakingStopped(Event, frozen=True):
    """No more tickets today; those who wait are still served."""


class TakingResumed(Event, frozen=True):
    pass


class DayClosed(Event, frozen=True):
    """The hall closed; ``carried`` tickets wait until the next business day."""

    carried: tuple[TicketId, ...] = ()


class VisitArrived(Event, frozen=True):
    visit: VisitId
    source: Source
    customer: CustomerId | None = None
    care: tuple[Care, ...] = ()
    zone: ZoneId = ZoneId("")


class VisitIdentified(Event, frozen=True):
    visit: VisitId
    customer: CustomerId
    by: str
    care: tuple[Care, ...] = ()


class VisitMoved(Event, frozen=True):
    visit: VisitId
    zone: ZoneId


class VisitStaged(Event, frozen=True):
    """The visit reached a station of the customer's path."""

    visit: VisitId
    stage: Stage
    at: str = ""
    diverted: bool = False


class MachineUsed(Event, frozen=True):
    """A customer began to work at a machine; ``MachineLeft`` ends it."""

    visit: VisitId
    machine: str


class MachineLeft(Event, frozen=True):
    visit: VisitId


class VisitLeft(Event, frozen=True):
    visit: VisitId


class TicketIssued(Event, frozen=True):
    ticket: TicketId
    number: str
    visit: VisitId
    services: tuple[ServiceId, ...]
    segment: Segment
    channel: Channel
    customer: CustomerId | None = None
    care: tuple[Care, ...] = ()
    booked_ms: int = 0
    carried_from: str = ""
    """The date on which a ticket kept overnight was first issued."""


class TicketCalled(Event, frozen=True):
    ticket: TicketId
    counter: CounterId
    staff: StaffId
    why: Why
    """Why this customer was next; ``dispatch.words`` puts it into words."""


class TicketRecalled(Event, frozen=True):
    ticket: TicketId


class ServiceStarted(Event, frozen=True):
    ticket: TicketId


class TicketPassed(Event, frozen=True):
    """The customer did not come; they may return until ``until_ms``."""

    ticket: TicketId
    until_ms: int


class TicketReturned(Event, frozen=True):
    ticket: TicketId
    place: Place
    after: int = 0


class TicketHeld(Event, frozen=True):
    ticket: TicketId
    reason: str
    until_ms: int


class HoldEnded(Event, frozen=True):
    """The time of a hold ran out and somebody should look after the customer."""

    ticket: TicketId


class TicketTransferred(Event, frozen=True):
    ticket: TicketId
    service: ServiceId
    place: Place
    counter: CounterId = CounterId("")
    staff: StaffId = StaffId("")


class ServiceFinished(Event, frozen=True):
    """The present service is done. With ``then`` the ticket goes on to that service.

    ``stay`` keeps it at the same counter; otherwise it queues at ``place``.
    """

    ticket: TicketId
    then: ServiceId | None = None
    stay: bool = False
    place: Place = Place.FIRST


class ServiceAdded(Event, frozen=True):
    ticket: TicketId
    service: ServiceId


class TicketAbandoned(Event, frozen=True):
    ticket: TicketId
    reason: str


class TicketRated(Event, frozen=True):
    ticket: TicketId
    leg: int
    score: int
    reasons: tuple[str, ...] = ()
    at: str = ""


class CounterOpened(Event, frozen=True):
    counter: CounterId
    staff: StaffId
    services: frozenset[ServiceId]


class CounterPaused(Event, frozen=True):
    counter: CounterId
    reason: str


class CounterResumed(Event, frozen=True):
    counter: CounterId


class CounterClosed(Event, frozen=True):
    counter: CounterId


class CounterServicesChanged(Event, frozen=True):
    counter: CounterId
    services: frozenset[ServiceId]


class NoticeSent(Event, frozen=True):
    notice: str
    zh: str
    en: str
    until_ms: int


class NoticeWithdrawn(Event, frozen=True):
    notice: str


TYPES = EventTypes(
    "hall",
    [
        DayOpened, SetupChanged, TakingStopped, TakingResumed, DayClosed,
        VisitArrived, VisitIdentified, VisitMoved, VisitStaged, MachineUsed, MachineLeft, VisitLeft,
        TicketIssued, TicketCalled, TicketRecalled, ServiceStarted, TicketPassed, TicketReturned,
        TicketHeld, HoldEnded, TicketTransferred, ServiceFinished, ServiceAdded, TicketAbandoned,
        TicketRated, CounterOpened, CounterPaused, CounterResumed, CounterClosed,
        CounterServicesChanged, NoticeSent, NoticeWithdrawn,
    ],
)  # fmt: skip
