"""The state of one branch's bookings for one day."""

from enum import StrEnum

import msgspec

from tingtang.hall.model.booking.plan import DayPlan, Grid, Taken
from tingtang.hall.model.settings import BookingRules
from tingtang.kernel.ids import BookingId, CustomerId, ServiceId, StaffId, TicketId


class BookingState(StrEnum):
    HELD = "held"
    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    MISSED = "missed"


TAKING = frozenset({BookingState.HELD, BookingState.BOOKED, BookingState.CHECKED_IN})
"""Bookings that take capacity."""


class Booking(msgspec.Struct):
    """A place in a slot. ``party`` refers to the customer or contact; it names nobody."""

    id: BookingId
    service: ServiceId
    start_ms: int
    took_ms: int
    """The standard time it takes of the day's capacity."""
    staff: StaffId
    """With whom it is planned."""
    is_named: bool
    """The customer asked for this person."""
    holder: str
    """Who holds the time until it is confirmed."""
    hold_until_ms: int
    state: BookingState = BookingState.HELD
    party: str = ""
    customer: CustomerId | None = None
    code: str = ""
    """A keyed hash of the booking code."""
    reminded: bool = False
    late: bool = False
    ticket: TicketId = TicketId("")

    @property
    def taken(self) -> Taken:
        return Taken(self.id, self.service, self.staff, self.start_ms, self.took_ms, self.is_named)


class BookingDay:
    """Everything about one branch's bookings of one day. Changed by ``evolve`` alone."""

    __slots__ = ("bookings", "codes", "plan", "rules", "taken")

    def __init__(self) -> None:
        self.rules: BookingRules | None = None
        self.plan = DayPlan()
        self.bookings: dict[BookingId, Booking] = {}
        self.taken: dict[BookingId, Taken] = {}
        """The places of all bookings that take capacity."""
        self.codes: dict[str, BookingId] = {}
        """Confirmed bookings by the keyed hash of their code."""

    def grid(self, rules: BookingRules, plan: DayPlan) -> Grid:
        """The day's slots under this plan, with the bookings that there are."""
        return Grid(rules, plan, self.taken)
