"""HTTP of bookings: free times, hold, confirm, move, cancel, check in, and the day's list."""

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import Parameter

from tingtang.hall import day_list
from tingtang.hall.booking_moves import BookingMoves
from tingtang.hall.bookings import BookingService, BookingView, Confirmed, DaySlots, Held
from tingtang.hall.capacity import DayCapacity, day_capacity
from tingtang.hall.check_in import CheckedIn, CheckIn
from tingtang.hall.contacts import CODE_DIGITS, Contact
from tingtang.hall.planning import parse_date
from tingtang.hall.qr import TEXT_MAX
from tingtang.kernel.errors import BAD_INPUT, Refused
from tingtang.kernel.ids import BookingId, BranchId, CustomerId, ServiceId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.text import Text
from tingtang.kernel.web import permit

PATH = "/api/branches/{branch:str}/bookings"

Moment = Annotated[int, msgspec.Meta(ge=0, le=4_102_444_800_000, examples=[1_795_068_000_000])]
"""Milliseconds since 1970, until the year 2100."""
Phone = Annotated[str, msgspec.Meta(pattern=r"^\+?\d[\d \-]{5,18}$", examples=["138 0013 8000"])]
"""As people write it, full-width digits too."""


class SlotList(msgspec.Struct, frozen=True):
    """Free times by day."""

    days: list[DaySlots]


class HoldRequest(msgspec.Struct, frozen=True):
    """A time to keep; ``staff`` asks for one person."""

    service: str
    start_ms: Moment
    staff: str = ""


class ConfirmRequest(msgspec.Struct, frozen=True):
    """Whom to remind. ``customer`` only from staff and kiosks that have identified them."""

    phone: Phone
    name: Annotated[str, msgspec.Meta(max_length=40)] = ""
    language: Annotated[str, msgspec.Meta(pattern="^(zh|en)$")] = "zh"
    customer: str | None = None


class MoveRequest(msgspec.Struct, frozen=True):
    start_ms: Moment


class CheckInRequest(msgspec.Struct, frozen=True):
    """One of the three: the code, the phone number, or what the QR code says."""

    code: (
        Annotated[str, msgspec.Meta(pattern=rf"^\d{{{CODE_DIGITS}}}$", examples=["042917"])] | None
    ) = None
    phone: Phone | None = None
    qr: Annotated[str, msgspec.Meta(max_length=TEXT_MAX, examples=["tt.b.<booking>"])] | None = None


@get(
    "/api/branches/{branch:str}/slots",
    summary="Free times",
    **permit(Permission.BOOKING_MAKE),
)
async def list_slots(
    branch: str,
    bookings: BookingService,
    service: str,
    from_date: str = "",
    days: Annotated[int, Parameter(ge=1, le=31)] = 7,
    staff: str = "",
) -> SlotList:
    """The times at which a service can be booked, from a date (today by default) for some days."""
    date = parse_date(from_date) if from_date else bookings.today(BranchId(branch))
    found = await bookings.slots(BranchId(branch), ServiceId(service), date, days, staff)
    return SlotList(found)


@post(PATH, summary="Hold a time", **permit(Permission.BOOKING_MAKE))
async def hold_slot(
    branch: str, data: HoldRequest, bookings: BookingService, actor: Actor, key: Key | None
) -> Held:
    """Keep a time for a few minutes, until it is confirmed."""
    return await bookings.hold(
        BranchId(branch), ServiceId(data.service), data.start_ms, actor, staff=data.staff, key=key
    )


@post(
    f"{PATH}/{{booking:str}}/confirm",
    summary="Confirm a booking",
    status_code=200,
    **permit(Permission.BOOKING_MAKE),
)
async def confirm_booking(
    branch: str,
    booking: str,
    data: ConfirmRequest,
    bookings: BookingService,
    actor: Actor,
    key: Key | None,
) -> Confirmed:
    """Make a held time a booking; the answer has the code for the day and the customer's link."""
    may_name = actor.may(Permission.CUSTOMER_IDENTIFY, branch)
    return await bookings.confirm(
        BranchId(branch),
        BookingId(booking),
        Contact(data.phone, data.name, data.language),
        actor,
        customer=CustomerId(data.customer) if data.customer and may_name else None,
        key=key,
    )


@get(f"{PATH}/{{booking:str}}", summary="Read a booking", **permit(Permission.BOOKING_MAKE))
async def read_booking(
    branch: str, booking: str, bookings: BookingService, actor: Actor
) -> BookingView:
    """A booking as its customer sees it."""
    return await bookings.read(BranchId(branch), BookingId(booking), actor)


@post(
    f"{PATH}/{{booking:str}}/move",
    summary="Move a booking",
    status_code=200,
    **permit(Permission.BOOKING_MAKE),
)
async def move_booking(
    branch: str,
    booking: str,
    data: MoveRequest,
    booking_moves: BookingMoves,
    actor: Actor,
    key: Key | None,
) -> Confirmed:
    """To another time; on another day the booking gets a new id, code and link."""
    return await booking_moves.move(BranchId(branch), BookingId(booking), data.start_ms, actor, key)


@post(
    f"{PATH}/{{booking:str}}/cancel",
    summary="Cancel a booking",
    status_code=204,
    **permit(Permission.BOOKING_MAKE),
)
async def cancel_booking(
    branch: str, booking: str, bookings: BookingService, actor: Actor, key: Key | None
) -> None:
    """Give a booking or a held time up."""
    await bookings.cancel(BranchId(branch), BookingId(booking), actor, key)


@post(
    f"{PATH}/{{booking:str}}/check-in",
    summary="Check in by the customer's link",
    status_code=200,
    **permit(Permission.BOOKING_MAKE),
)
async def check_in_by_link(branch: str, booking: str, check_in: CheckIn, actor: Actor) -> CheckedIn:
    """On the customer's own phone; safe to repeat."""
    return await check_in.by_link(BranchId(branch), BookingId(booking), actor)


@post(
    "/api/branches/{branch:str}/check-in",
    summary="Check in by code, phone number or QR",
    status_code=200,
    **permit(Permission.TICKET_ISSUE),
)
async def check_in_here(
    branch: str, data: CheckInRequest, check_in: CheckIn, actor: Actor
) -> CheckedIn:
    """At a kiosk, with staff, or on a phone in the hall; safe to repeat."""
    place = BranchId(branch)
    if data.code is not None:
        return await check_in.by_code(place, data.code, actor)
    if data.qr is not None:
        return await check_in.by_qr(place, data.qr, actor)
    if data.phone is not None:
        return await check_in.by_phone(place, data.phone, actor)
    raise Refused(
        BAD_INPUT,
        reason=Text("请提供预约码、手机号或二维码", "give a code, a phone number or a QR code"),
    )


@get(
    "/api/branches/{branch:str}/booked/{date:str}",
    summary="The bookings of a day",
    **permit(Permission.BOOKING_SEE),
)
async def list_day(branch: str, date: str, bookings: BookingService) -> day_list.BookedDay:
    """Who is expected, for staff: names and phone numbers are masked."""
    return await day_list.booked_day(bookings, BranchId(branch), date)


@get(
    "/api/branches/{branch:str}/capacity/{date:str}",
    summary="A day's capacity for bookings",
    **permit(Permission.BOOKING_SEE),
)
async def read_capacity(branch: str, date: str, bookings: BookingService) -> DayCapacity:
    """Slots by service and by person: what is booked, and what still fits."""
    return await day_capacity(bookings, BranchId(branch), date)


ROUTES = (
    list_slots, hold_slot, confirm_booking, read_booking, move_booking, cancel_booking,
    check_in_by_link, check_in_here, list_day, read_capacity,
)  # fmt: skip
