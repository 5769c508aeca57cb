"""What can be asked of a day's bookings."""

import msgspec

from tingtang.hall.model.booking.plan import DayPlan
from tingtang.hall.model.settings import BookingRules
from tingtang.kernel.ids import BookingId, CustomerId, ServiceId, StaffId, TicketId


class BookingCommand(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the commands of this page."""


class PlanDay(BookingCommand, frozen=True):
    rules: BookingRules
    plan: DayPlan


class HoldSlot(BookingCommand, frozen=True):
    """Keep a time for a few minutes; ``staff`` asks for one person."""

    booking: BookingId
    service: ServiceId
    start_ms: int
    holder: str
    staff: StaffId = StaffId("")


class Confirm(BookingCommand, frozen=True):
    """Make a held time a booking. The first of ``codes`` (keyed hashes) that is free is taken."""

    booking: BookingId
    party: str
    codes: tuple[str, ...]
    customer: CustomerId | None = None
    replaces: BookingId | None = None
    replaces_date: str = ""


class MoveBooking(BookingCommand, frozen=True):
    """To another time of the same day."""

    booking: BookingId
    start_ms: int


class Cancel(BookingCommand, frozen=True):
    booking: BookingId
    by: str


class CheckIn(BookingCommand, frozen=True):
    booking: BookingId
    ticket: TicketId
    channel: str


class RunBookingTimers(BookingCommand, frozen=True):
    """Let holds expire, send reminders that are due, and note who did not come."""
