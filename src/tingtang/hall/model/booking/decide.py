"""What follows from a command on a day's bookings: events, or a refusal. Pure."""

from collections.abc import Callable, Sequence
from typing import Any

from tingtang.hall.model.booking import commands as c
from tingtang.hall.model.booking import events as e
from tingtang.hall.model.booking import problems as p
from tingtang.hall.model.booking.plan import Grid, Placement
from tingtang.hall.model.booking.state import TAKING, Booking, BookingDay, BookingState
from tingtang.hall.model.settings import BookingRules
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import BookingId, ServiceId, StaffId
from tingtang.kernel.text import Text

HOLDS_MAX = 3
"""Times that one phone, kiosk or person may keep at once without confirming them."""

STATES = {
    BookingState.HELD: Text("保留中", "held"),
    BookingState.BOOKED: Text("已预约", "booked"),
    BookingState.CHECKED_IN: Text("已签到", "checked in"),
    BookingState.CANCELLED: Text("已取消", "cancelled"),
    BookingState.EXPIRED: Text("保留已过期", "expired"),
    BookingState.MISSED: Text("已爽约", "missed"),
}
S = BookingState
ALLOWED: dict[str, tuple[frozenset[BookingState], Text]] = {
    "confirm": (frozenset({S.HELD}), Text("确认", "confirmed")),
    "move": (frozenset({S.BOOKED}), Text("改期", "moved")),
    "cancel": (frozenset({S.HELD, S.BOOKED}), Text("取消", "cancelled")),
    "check_in": (frozenset({S.BOOKED, S.MISSED}), Text("签到", "checked in")),
}
"""From which states a booking may take which step; everything else is refused by name."""

Events = Sequence[Event]


def decide(state: BookingDay, command: c.BookingCommand, at_ms: int) -> Events:
    """The events that ``command`` leads to at ``at_ms``; raises :class:`Refused`."""
    return _DECIDERS[type(command)](state, command, at_ms)


def _plan(state: BookingDay, command: c.PlanDay, _at_ms: int) -> Events:
    """Bookings made before stand, with somebody else where their person is no longer there."""
    if command.rules == state.rules and command.plan == state.plan:
        return ()
    events: list[Event] = [e.DayPlanned(rules=command.rules, plan=command.plan)]
    there = {person.staff: person.services for person in command.plan.people}
    taken = dict(state.taken)
    for booking_id, one in state.taken.items():
        if one.is_named or one.service in there.get(one.staff, ()):
            continue
        del taken[booking_id]
        found = Grid(command.rules, command.plan, taken).place(one.service, one.start_ms)
        if found is not None and not found.moves:
            events.append(e.BookingReassigned(booking=booking_id, staff=found.staff))
            taken[booking_id] = one._replace(staff=found.staff)
        else:
            taken[booking_id] = one  # nobody is free: the lobby manager sees it in the list
    return events


def _hold(state: BookingDay, command: c.HoldSlot, at_ms: int) -> Events:
    rules = _rules(state)
    if command.booking in state.bookings:
        return ()
    held = sum(
        b.holder == command.holder and b.state is S.HELD and b.hold_until_ms > at_ms
        for b in state.bookings.values()
    )
    if held >= HOLDS_MAX:
        raise Refused(p.TOO_MANY_HOLDS, most=HOLDS_MAX)
    grid = state.grid(rules, state.plan)
    found = _place(grid, command.service, command.start_ms, command.staff, at_ms)
    return (
        *_reassigned(found),
        e.SlotHeld(
            booking=command.booking,
            service=command.service,
            start_ms=command.start_ms,
            took_ms=grid.plan.services[command.service].standard_ms,
            holder=command.holder,
            until_ms=at_ms + rules.hold_minutes * MINUTE_MS,
            staff=found.staff,
            is_named=bool(command.staff),
        ),
    )


def _confirm(state: BookingDay, command: c.Confirm, at_ms: int) -> Events:
    rules, booking = _rules(state), _booking(state, command.booking)
    if booking.state is S.BOOKED and booking.party == command.party:
        return ()
    require(booking, "confirm")
    if booking.hold_until_ms <= at_ms:
        raise _refusal(S.EXPIRED, "confirm")
    mine = sum(b.party == command.party and b.state in TAKING for b in state.bookings.values())
    if mine >= rules.per_customer_a_day:
        raise Refused(p.TOO_MANY, most=rules.per_customer_a_day)
    code = next((code for code in command.codes if code not in state.codes), None)
    if code is None:
        raise Refused(p.CODES_USED)
    return (
        e.BookingConfirmed(
            booking=booking.id,
            party=command.party,
            code=code,
            customer=command.customer,
            replaces=command.replaces,
            replaces_date=command.replaces_date,
        ),
    )


def _move(state: BookingDay, command: c.MoveBooking, at_ms: int) -> Events:
    booking = _booking(state, command.booking)
    require(booking, "move")
    if booking.start_ms == command.start_ms:
        return ()
    others = {one: taken for one, taken in state.taken.items() if one != booking.id}
    grid = Grid(_rules(state), state.plan, others)
    wanted = booking.staff if booking.is_named else StaffId("")
    found = _place(grid, booking.service, command.start_ms, wanted, at_ms)
    return (
        *_reassigned(found),
        e.BookingMoved(booking=booking.id, start_ms=command.start_ms, staff=found.staff),
    )


def _cancel(state: BookingDay, command: c.Cancel, _at_ms: int) -> Events:
    booking = _booking(state, command.booking)
    if booking.state is S.CANCELLED:
        return ()
    require(booking, "cancel")
    return (e.BookingCancelled(booking=booking.id, by=command.by),)


def _check_in(state: BookingDay, command: c.CheckIn, at_ms: int) -> Events:
    rules, booking = _rules(state), _booking(state, command.booking)
    require(booking, "check_in")
    if at_ms < booking.start_ms - rules.early_minutes * MINUTE_MS:
        raise Refused(p.TOO_EARLY, minutes=rules.early_minutes)
    late = at_ms > booking.start_ms + rules.late_minutes * MINUTE_MS
    return (
        e.BookingCheckedIn(
            booking=booking.id, ticket=command.ticket, channel=command.channel, late=late
        ),
    )


def _run_timers(state: BookingDay, _command: c.RunBookingTimers, at_ms: int) -> Events:
    if state.rules is None:
        return ()
    remind_ms = state.rules.remind_minutes * MINUTE_MS
    late_ms = state.rules.late_minutes * MINUTE_MS
    events: list[Event] = []
    for booking in state.bookings.values():
        if booking.state is S.HELD and booking.hold_until_ms <= at_ms:
            events.append(e.HoldExpired(booking=booking.id))
        elif booking.state is S.BOOKED:
            if booking.start_ms + late_ms < at_ms:
                events.append(e.BookingMissed(booking=booking.id))
            elif not booking.reminded and booking.start_ms - remind_ms <= at_ms:
                events.append(e.BookingReminded(booking=booking.id, start_ms=booking.start_ms))
    return events


# -- shared checks -------------------------------------------------------------------------------


def _place(grid: Grid, service: ServiceId, start_ms: int, staff: StaffId, at_ms: int) -> Placement:
    if not grid.offers(service, start_ms):
        raise Refused(p.UNKNOWN_SLOT)
    if start_ms <= at_ms:
        raise Refused(p.SLOT_PAST)
    if staff and all(person.staff != staff for person in grid.able(service)):
        raise Refused(p.STAFF_UNABLE)
    found = grid.place(service, start_ms, staff)
    if found is None:
        raise Refused(p.STAFF_TAKEN if staff else p.SLOT_FULL)
    return found


def _reassigned(found: Placement) -> Events:
    return [e.BookingReassigned(booking=booking, staff=staff) for booking, staff in found.moves]


def _rules(state: BookingDay) -> BookingRules:
    if state.rules is None:
        raise Refused(p.NOT_PLANNED)
    return state.rules


def _booking(state: BookingDay, booking_id: BookingId) -> Booking:
    booking = state.bookings.get(booking_id)
    if booking is None:
        raise Refused(p.UNKNOWN_BOOKING)
    return booking


def require(booking: Booking, step: str) -> None:
    """Refuse (booking_state) a step that the booking's state does not allow."""
    if booking.state not in ALLOWED[step][0]:
        raise _refusal(booking.state, step)


def _refusal(state: BookingState, step: str) -> Refused:
    return Refused(p.BOOKING_STATE, state=STATES[state], action=ALLOWED[step][1])


_DECIDERS: dict[type[c.BookingCommand], Callable[[BookingDay, Any, int], Events]] = {
    c.PlanDay: _plan,
    c.HoldSlot: _hold,
    c.Confirm: _confirm,
    c.MoveBooking: _move,
    c.Cancel: _cancel,
    c.CheckIn: _check_in,
    c.RunBookingTimers: _run_timers,
}
