"""How each event changes a day's bookings. Nothing is checked here."""

from tingtang.hall.model.booking import events as e
from tingtang.hall.model.booking.state import TAKING, Booking, BookingDay, BookingState
from tingtang.kernel.events import Event


def evolve(state: BookingDay, event: Event, _at_ms: int) -> None:
    """Apply ``event`` to ``state`` in place."""
    match event:
        case e.DayPlanned(rules=rules, plan=plan):
            state.rules, state.plan = rules, plan
        case e.SlotHeld():
            booking = Booking(
                id=event.booking,
                service=event.service,
                start_ms=event.start_ms,
                took_ms=event.took_ms,
                staff=event.staff,
                is_named=event.is_named,
                holder=event.holder,
                hold_until_ms=event.until_ms,
            )
            state.bookings[event.booking] = booking
            state.taken[event.booking] = booking.taken
        case e.BookingConfirmed():
            booking = state.bookings[event.booking]
            booking.party, booking.customer = event.party, event.customer
            booking.code = event.code
            state.codes[event.code] = event.booking
            _become(state, booking, BookingState.BOOKED)
        case e.BookingMoved():
            booking = state.bookings[event.booking]
            booking.start_ms, booking.staff, booking.reminded = event.start_ms, event.staff, False
            _become(state, booking, booking.state)
        case e.BookingReassigned():
            booking = state.bookings[event.booking]
            booking.staff = event.staff
            _become(state, booking, booking.state)
        case e.BookingCancelled():
            _become(state, state.bookings[event.booking], BookingState.CANCELLED)
        case e.HoldExpired():
            _become(state, state.bookings[event.booking], BookingState.EXPIRED)
        case e.BookingMissed():
            _become(state, state.bookings[event.booking], BookingState.MISSED)
        case e.BookingReminded():
            state.bookings[event.booking].reminded = True
        case e.BookingCheckedIn():
            booking = state.bookings[event.booking]
            booking.ticket, booking.late = event.ticket, event.late
            # Who comes after the time was given up queues like everybody else: it is not taken again.
            booking.state = BookingState.CHECKED_IN
        case _:
            raise TypeError(f"no event of bookings: {event!r}")


def _become(state: BookingDay, booking: Booking, to: BookingState) -> None:
    booking.state = to
    if to in TAKING:
        state.taken[booking.id] = booking.taken
    else:
        state.taken.pop(booking.id, None)
