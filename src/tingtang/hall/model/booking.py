"""Booked times of one branch on one day: capacity, holds, check-in, no-shows. Pure.

A slot's capacity is time: the staff planned for it, times its length, times the share open to
booking. A booking fits where its service's able staff and the slot as a whole both have its
standard time left; so there is no double booking, whatever is mixed.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from tingtang.hall.model.settings import BookingRules
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.errors import Problem, Refused
from tingtang.kernel.events import Event, EventTypes
from tingtang.kernel.ids import BookingId, ServiceId, StaffId, TicketId
from tingtang.kernel.text import Text

NOT_PLANNED = Problem(
    "no_booking_day", 409, "这一天不接受预约", "No bookings are taken for this day"
)
UNKNOWN_SLOT = Problem("unknown_slot", 422, "没有这个预约时段", "There is no such time slot")
SLOT_PAST = Problem("slot_past", 409, "这个时段已经过去", "This time has passed")
SLOT_FULL = Problem(
    "slot_full", 409, "这个时段已约满，请另选时间", "This time is fully booked; choose another"
)
STAFF_TAKEN = Problem(
    "staff_taken", 409, "该员工此时段已有预约", "This person is already booked at that time"
)
TOO_MANY = Problem(
    "too_many_bookings",
    409,
    "同一客户每天最多预约 {most} 次",
    "At most {most} bookings a customer and day",
)
UNKNOWN_BOOKING = Problem("unknown_booking", 404, "没有这个预约", "There is no such booking")
BOOKING_STATE = Problem(
    "booking_state",
    409,
    "该预约{state}，不能{action}",
    "This booking is {state} and cannot be {action}",
)
TOO_EARLY = Problem(
    "too_early",
    409,
    "签到过早：请在预约时间前 {minutes} 分钟内签到，或先现场取号",
    "Too early: check in at most {minutes} minutes before your time, or take a walk-in ticket",
)


class BookingState(StrEnum):
    HELD = "held"
    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    MISSED = "missed"


_STATE_WORDS = {
    BookingState.HELD: Text("保留中", "held"),
    BookingState.BOOKED: Text("已预约", "booked"),
    BookingState.CHECKED_IN: Text("已签到", "checked in"),
    BookingState.CANCELLED: Text("已取消", "cancelled"),
    BookingState.EXPIRED: Text("保留已过期", "expired"),
    BookingState.MISSED: Text("已爽约", "missed"),
}
TAKING = frozenset({BookingState.HELD, BookingState.BOOKED, BookingState.CHECKED_IN})
"""Bookings that take capacity."""


class ServiceCapacity(msgspec.Struct, frozen=True):
    """How long a service takes, and how many of the planned staff can do it in each slot."""

    standard_ms: int
    able: int


class SlotPlan(msgspec.Struct, frozen=True):
    """One slot: when it starts, how many staff are planned, and who of them can do what."""

    start_ms: int
    staff: int
    services: dict[ServiceId, ServiceCapacity]


class Booking(msgspec.Struct):
    """A place in a slot. ``party`` refers to the customer or contact; it names nobody."""

    id: BookingId
    service: ServiceId
    start_ms: int
    took_ms: int
    """The standard time it takes of the slot's capacity."""
    party: str
    state: BookingState
    staff: StaffId = StaffId("")
    hold_until_ms: int = 0
    reminded: bool = False
    late: bool = False
    ticket: TicketId = TicketId("")


class BookingDay:
    """The state of one branch's bookings for one day."""

    __slots__ = ("bookings", "rules", "slots", "used_by_service_ms", "used_ms")

    def __init__(self) -> None:
        self.rules: BookingRules | None = None
        self.slots: dict[int, SlotPlan] = {}
        self.bookings: dict[BookingId, Booking] = {}
        self.used_ms: dict[int, int] = {}
        self.used_by_service_ms: dict[tuple[int, ServiceId], int] = {}


# -- events --------------------------------------------------------------------------------------


class DayPlanned(Event, frozen=True):
    """Capacity was planned, or planned again; bookings already made stand."""

    rules: BookingRules
    slots: tuple[SlotPlan, ...]


class SlotHeld(Event, frozen=True):
    booking: BookingId
    service: ServiceId
    start_ms: int
    party: str
    until_ms: int
    staff: StaffId = StaffId("")


class BookingConfirmed(Event, frozen=True):
    booking: BookingId


class BookingMoved(Event, frozen=True):
    booking: BookingId
    start_ms: int


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
    late: bool = False


class BookingMissed(Event, frozen=True):
    booking: BookingId


TYPES = EventTypes(
    "booking",
    [
        DayPlanned, SlotHeld, BookingConfirmed, BookingMoved, BookingCancelled, HoldExpired,
        BookingReminded, BookingCheckedIn, BookingMissed,
    ],
)  # fmt: skip


# -- commands ------------------------------------------------------------------------------------


class BookingCommand(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the commands of this page."""


class PlanDay(BookingCommand, frozen=True):
    rules: BookingRules
    slots: tuple[SlotPlan, ...]


class HoldSlot(BookingCommand, frozen=True):
    booking: BookingId
    service: ServiceId
    start_ms: int
    party: str
    staff: StaffId = StaffId("")


class Confirm(BookingCommand, frozen=True):
    booking: BookingId


class MoveBooking(BookingCommand, frozen=True):
    booking: BookingId
    start_ms: int


class Cancel(BookingCommand, frozen=True):
    booking: BookingId
    by: str


class CheckIn(BookingCommand, frozen=True):
    booking: BookingId
    ticket: TicketId


class RunBookingTimers(BookingCommand, frozen=True):
    """Let holds expire, send reminders that are due, and note who did not come."""


# -- capacity ------------------------------------------------------------------------------------


def places_left(state: BookingDay, start_ms: int, service: ServiceId) -> int:
    """How many more bookings of ``service`` fit into the slot; 0 where there is no such slot."""
    slot, rules = state.slots.get(start_ms), state.rules
    if slot is None or rules is None:
        return 0
    capacity = slot.services.get(service)
    if capacity is None or capacity.standard_ms <= 0:
        return 0
    open_ms = rules.slot_minutes * MINUTE_MS * rules.share
    # Whoever can do the service can do at least one in a slot, however long it takes.
    of_service = max(capacity.able * open_ms, min(capacity.able, 1) * capacity.standard_ms)
    in_all = max(slot.staff * open_ms, min(slot.staff, 1) * capacity.standard_ms)
    left_ms = min(
        of_service - state.used_by_service_ms.get((start_ms, service), 0),
        in_all - state.used_ms.get(start_ms, 0),
    )
    return max(0, int(left_ms // capacity.standard_ms))


# -- decide --------------------------------------------------------------------------------------


def decide(state: BookingDay, command: BookingCommand, at_ms: int) -> Sequence[Event]:
    """The events that ``command`` leads to at ``at_ms``; raises :class:`Refused`."""
    return _DECIDERS[type(command)](state, command, at_ms)


def _plan(state: BookingDay, command: PlanDay, _at_ms: int) -> Sequence[Event]:
    same = command.rules == state.rules and list(command.slots) == list(state.slots.values())
    return () if same else (DayPlanned(rules=command.rules, slots=command.slots),)


def _hold(state: BookingDay, command: HoldSlot, at_ms: int) -> Sequence[Event]:
    rules = _rules(state)
    if command.booking in state.bookings:
        return ()
    _check_free(state, command.service, command.start_ms, command.staff, at_ms)
    mine = [b for b in state.bookings.values() if b.party == command.party and b.state in TAKING]
    if len(mine) >= rules.per_customer_a_day:
        raise Refused(TOO_MANY, most=rules.per_customer_a_day)
    return (
        SlotHeld(
            booking=command.booking,
            service=command.service,
            start_ms=command.start_ms,
            party=command.party,
            until_ms=at_ms + rules.hold_minutes * MINUTE_MS,
            staff=command.staff,
        ),
    )


def _confirm(state: BookingDay, command: Confirm, at_ms: int) -> Sequence[Event]:
    booking = _booking(state, command.booking)
    if booking.state is BookingState.BOOKED:
        return ()
    if booking.state is BookingState.HELD and booking.hold_until_ms <= at_ms:
        raise _refusal(BookingState.EXPIRED, "确认", "confirmed")
    _require(booking, {BookingState.HELD}, "确认", "confirmed")
    return (BookingConfirmed(booking=booking.id),)


def _move(state: BookingDay, command: MoveBooking, at_ms: int) -> Sequence[Event]:
    booking = _booking(state, command.booking)
    _require(booking, {BookingState.BOOKED}, "改期", "moved")
    if booking.start_ms == command.start_ms:
        return ()
    _check_free(state, booking.service, command.start_ms, booking.staff, at_ms)
    return (BookingMoved(booking=booking.id, start_ms=command.start_ms),)


def _cancel(state: BookingDay, command: Cancel, _at_ms: int) -> Sequence[Event]:
    booking = _booking(state, command.booking)
    if booking.state is BookingState.CANCELLED:
        return ()
    _require(booking, {BookingState.HELD, BookingState.BOOKED}, "取消", "cancelled")
    return (BookingCancelled(booking=booking.id, by=command.by),)


def _check_in(state: BookingDay, command: CheckIn, at_ms: int) -> Sequence[Event]:
    rules, booking = _rules(state), _booking(state, command.booking)
    _require(booking, {BookingState.BOOKED, BookingState.MISSED}, "签到", "checked in")
    if at_ms < booking.start_ms - rules.early_minutes * MINUTE_MS:
        raise Refused(TOO_EARLY, minutes=rules.early_minutes)
    late = at_ms > booking.start_ms + rules.late_minutes * MINUTE_MS
    return (BookingCheckedIn(booking=booking.id, ticket=command.ticket, late=late),)


def _run_timers(state: BookingDay, _command: RunBookingTimers, at_ms: int) -> Sequence[Event]:
    if state.rules is None:
        return ()
    remind_ms = state.rules.remind_minutes * MINUTE_MS
    late_ms = state.rules.late_minutes * MINUTE_MS
    events: list[Event] = []
    for booking in state.bookings.values():
        if booking.state is BookingState.HELD and booking.hold_until_ms <= at_ms:
            events.append(HoldExpired(booking=booking.id))
        elif booking.state is BookingState.BOOKED:
            if booking.start_ms + late_ms < at_ms:
                events.append(BookingMissed(booking=booking.id))
            elif not booking.reminded and booking.start_ms - remind_ms <= at_ms:
                events.append(BookingReminded(booking=booking.id, start_ms=booking.start_ms))
    return events


def _check_free(
    state: BookingDay, service: ServiceId, start_ms: int, staff: StaffId, at_ms: int
) -> None:
    slot = state.slots.get(start_ms)
    if slot is None or service not in slot.services:
        raise Refused(UNKNOWN_SLOT)
    if start_ms <= at_ms:
        raise Refused(SLOT_PAST)
    if places_left(state, start_ms, service) < 1:
        raise Refused(SLOT_FULL)
    if staff and any(
        b.staff == staff and b.start_ms == start_ms and b.state in TAKING
        for b in state.bookings.values()
    ):
        raise Refused(STAFF_TAKEN)


def _rules(state: BookingDay) -> BookingRules:
    if state.rules is None:
        raise Refused(NOT_PLANNED)
    return state.rules


def _booking(state: BookingDay, booking_id: BookingId) -> Booking:
    booking = state.bookings.get(booking_id)
    if booking is None:
        raise Refused(UNKNOWN_BOOKING)
    return booking


def _require(booking: Booking, allowed: set[BookingState], zh: str, en: str) -> None:
    if booking.state not in allowed:
        raise _refusal(booking.state, zh, en)


def _refusal(state: BookingState, zh: str, en: str) -> Refused:
    return Refused(BOOKING_STATE, state=_STATE_WORDS[state], action=Text(zh, en))


_DECIDERS: dict[type[BookingCommand], Callable[[BookingDay, Any, int], Sequence[Event]]] = {
    PlanDay: _plan,
    HoldSlot: _hold,
    Confirm: _confirm,
    MoveBooking: _move,
    Cancel: _cancel,
    CheckIn: _check_in,
    RunBookingTimers: _run_timers,
}


# -- evolve --------------------------------------------------------------------------------------


def evolve(state: BookingDay, event: Event, _at_ms: int) -> None:
    """Apply ``event`` to ``state`` in place."""
    match event:
        case DayPlanned(rules=rules, slots=slots):
            state.rules = rules
            state.slots = {slot.start_ms: slot for slot in slots}
        case SlotHeld():
            slot = state.slots[event.start_ms]
            booking = Booking(
                event.booking,
                event.service,
                event.start_ms,
                slot.services[event.service].standard_ms,
                event.party,
                BookingState.HELD,
                event.staff,
                event.until_ms,
            )
            state.bookings[event.booking] = booking
            _take(state, booking, +1)
        case BookingConfirmed():
            state.bookings[event.booking].state = BookingState.BOOKED
        case BookingMoved():
            booking = state.bookings[event.booking]
            _take(state, booking, -1)
            booking.start_ms, booking.reminded = event.start_ms, False
            _take(state, booking, +1)
        case BookingCancelled():
            _give_up(state, event.booking, BookingState.CANCELLED)
        case HoldExpired():
            _give_up(state, event.booking, BookingState.EXPIRED)
        case BookingMissed():
            _give_up(state, event.booking, BookingState.MISSED)
        case BookingReminded():
            state.bookings[event.booking].reminded = True
        case BookingCheckedIn():
            booking = state.bookings[event.booking]
            if booking.state is BookingState.MISSED:
                _take(state, booking, +1)
            booking.state, booking.late = BookingState.CHECKED_IN, event.late
            booking.ticket = event.ticket
        case _:
            raise TypeError(f"no event of bookings: {event!r}")


def _give_up(state: BookingDay, booking_id: BookingId, to: BookingState) -> None:
    booking = state.bookings[booking_id]
    booking.state = to
    _take(state, booking, -1)


def _take(state: BookingDay, booking: Booking, sign: int) -> None:
    start, service = booking.start_ms, booking.service
    took_ms = sign * booking.took_ms
    state.used_ms[start] = state.used_ms.get(start, 0) + took_ms
    key = (start, service)
    state.used_by_service_ms[key] = state.used_by_service_ms.get(key, 0) + took_ms
