"""What can happen to bookings. No event names anybody: contacts lie sealed in a table."""

from tingtang.hall.model.booking.plan import DayPlan
from tingtang.hall.model.settings import BookingRules
from tingtang.kernel.events import Event, EventTypes
from tingtang.kernel.ids import BookingId, CustomerId, ServiceId, StaffId, TicketId


class DayPlanned(Event, frozen=True):
    """Capacity was planned, or planned again; bookings already made stand."""

    rules: BookingRules
    plan: DayPlan


class SlotHeld(Event, frozen=True):
    """``staff`` is with whom it is planned; ``is_named`` if the customer asked for them."""

    booking: BookingId
    service: ServiceId
    start_ms: int
    took_ms: int
    holder: str
    until_ms: int
    staff: StaffId
    is_named: bool = False


class BookingConfirmed(Event, frozen=True):
    """``code`` is a keyed hash. ``replaces`` is a booking of another day that this one follows."""

    booking: BookingId
    party: str
    code: str
    customer: CustomerId | None = None
    replaces: BookingId | None = None
    replaces_date: str = ""


class BookingMoved(Event, frozen=True):
    booking: BookingId
    start_ms: int
    staff: StaffId


class BookingReassigned(Event, frozen=True):
    """Planned with somebody else, of whom the customer need not know."""

    booking: BookingId
    staff: StaffId


class BookingCancelled(Event, frozen=True):
    booking: BookingId
    by: str


class HoldExpired(Event, frozen=True):
    booking: BookingId


class BookingReminded(Event, frozen=True):
    """The time has come to remind the customer; the message port does it."""

    booking: BookingId
    start_ms: int


class BookingCheckedIn(Event, frozen=True):
    """The customer came. ``late`` ones queue like everybody else."""

    booking: BookingId
    ticket: TicketId
    channel: str
    late: bool = False


class BookingMissed(Event, frozen=True):
    booking: BookingId


TYPES = EventTypes(
    "booking",
    [
        DayPlanned, SlotHeld, BookingConfirmed, BookingMoved, BookingReassigned, BookingCancelled,
        HoldExpired, BookingReminded, BookingCheckedIn, BookingMissed,
    ],
)  # fmt: skip
