"""The bookings of one day as staff see them: masked, in the order of their times."""

import msgspec

from tingtang.customers.model import mask_middle, mask_name
from tingtang.hall.bookings import BookingService
from tingtang.hall.model.booking.state import BookingState
from tingtang.hall.planning import booking_stream, parse_date
from tingtang.kernel.ids import BookingId, BranchId, ServiceId, StaffId, TicketId
from tingtang.kernel.text import Text

SHOWN = frozenset(BookingState) - {BookingState.HELD, BookingState.EXPIRED}


class BookedCustomer(msgspec.Struct, frozen=True):
    """One booking. ``away``: the person it is planned with is not planned for the day any more."""

    booking: BookingId
    state: BookingState
    start_ms: int
    took_ms: int
    service: ServiceId
    service_name: Text
    staff: StaffId
    staff_name: str
    named: bool
    away: bool
    name: str
    phone: str
    late: bool
    ticket: TicketId


class BookedDay(msgspec.Struct, frozen=True):
    """The bookings of a day."""

    date: str
    bookings: list[BookedCustomer]


async def booked_day(service: BookingService, branch: BranchId, date: str) -> BookedDay:
    """All that were confirmed, also those cancelled or missed."""
    service.directory.branch(branch)
    state = await service.host.state(booking_stream(branch, parse_date(date)))
    shown = sorted(
        (b for b in state.bookings.values() if b.state in SHOWN and b.party),
        key=lambda b: (b.start_ms, b.id),
    )
    contacts = await service.contacts.find([b.id for b in shown])
    there = {person.staff for person in state.plan.people}
    listed = []
    for booking in shown:
        contact = contacts.get(booking.id)
        listed.append(
            BookedCustomer(
                booking=booking.id,
                state=booking.state,
                start_ms=booking.start_ms,
                took_ms=booking.took_ms,
                service=booking.service,
                service_name=service.directory.service(booking.service).name,
                staff=booking.staff,
                staff_name=service.directory.person(booking.staff).name,
                named=booking.is_named,
                away=booking.staff not in there,
                name=mask_name(contact.name) if contact is not None else "",
                phone=mask_middle(contact.phone, 3, 4) if contact is not None else "",
                late=booking.late,
                ticket=booking.ticket,
            )
        )
    return BookedDay(date, listed)
