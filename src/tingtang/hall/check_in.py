"""A booked customer comes: found by code, phone or QR, checked in, and given a ticket."""

import msgspec

from tingtang.hall import views
from tingtang.hall.answers import IssuedTicket
from tingtang.hall.attempts import Attempts
from tingtang.hall.bookings import BookingService, check_reach
from tingtang.hall.model import problems as hall_p
from tingtang.hall.model.booking import commands as c
from tingtang.hall.model.booking import problems as p
from tingtang.hall.model.booking.state import Booking, BookingState
from tingtang.hall.model.settings import HallSettings
from tingtang.hall.model.state import Channel
from tingtang.hall.planning import booking_stream
from tingtang.hall.qr import SubjectOf, subject_in
from tingtang.hall.service import HallService, channel_of
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.errors import Problem, Refused
from tingtang.kernel.ids import BookingId, BranchId, CustomerId, TicketId
from tingtang.kernel.permissions import Actor, ActorKind, Role

GUESSES_MAX, GUESSES_WITHIN_MS = 5, 5 * MINUTE_MS
PHONE_GUESSES_MAX = 20
"""Wrong codes from all phones of a branch together, in the same time: with a hundred bookings a
day, somebody who tries all day long hits one in about two days."""
USE_A_KIOSK = Problem(
    "use_a_kiosk",
    403,
    "请在自助终端或大堂经理处签到",
    "Check in at a kiosk or with the lobby manager",
)


class CheckedIn(msgspec.Struct, frozen=True):
    """The ticket of a booking. ``late``: the time was missed and the ticket queues as others do."""

    booking: BookingId
    late: bool
    ticket: IssuedTicket


class CheckIn:
    """From booking to ticket.

    The ticket takes the booking's id: so there is one ticket a booking, however often somebody
    tries, and the customer's link to the booking follows the ticket too.
    """

    def __init__(self, bookings: BookingService, hall: HallService, subject_of: SubjectOf) -> None:
        self._bookings = bookings
        self._hall = hall
        self._subject_of = subject_of
        self._guesses = Attempts(GUESSES_MAX, GUESSES_WITHIN_MS)
        self._phone_guesses = Attempts(PHONE_GUESSES_MAX, GUESSES_WITHIN_MS)

    async def by_code(self, branch: BranchId, code: str, actor: Actor) -> CheckedIn:
        """By the code that the customer was given, today."""
        now_ms, callers = self._bookings.clock.now_ms(), self._callers(branch, actor)
        for attempts, caller in callers:
            if seconds := attempts.wait_seconds(caller, now_ms):
                raise Refused(p.WRONG_CODE_OFTEN, seconds=seconds)
        booking = await self._by_code(branch, code)
        if booking is None:
            for attempts, caller in callers:
                attempts.failed(caller, now_ms)
            raise Refused(p.UNKNOWN_BOOKING)
        return await self._of(branch, self._bookings.today(branch), booking, actor)

    async def customer_by_code(self, branch: BranchId, code: str) -> CustomerId | None:
        """Whose booking of today has this code, if staff or a kiosk named them when it was made."""
        now_ms, caller = self._bookings.clock.now_ms(), f"identify:{branch}"
        if seconds := self._phone_guesses.wait_seconds(caller, now_ms):
            raise Refused(p.WRONG_CODE_OFTEN, seconds=seconds)
        found = await self._by_code(branch, code)
        if found is None:
            self._phone_guesses.failed(caller, now_ms)
        return found.customer if found is not None else None

    async def by_qr(self, branch: BranchId, text: str, actor: Actor) -> CheckedIn:
        """By the QR code on the customer's phone: the booking's own, or that of its link."""
        subject = subject_in(text, branch, self._subject_of)
        if subject is None:
            raise Refused(p.UNKNOWN_BOOKING)
        return await self._by_id(branch, BookingId(subject), actor)

    async def customer_by_qr(self, branch: BranchId, text: str) -> CustomerId | None:
        """Whose booking, or ticket of today, this QR code belongs to, if that is known."""
        subject = subject_in(text, branch, self._subject_of)
        if subject is None:
            return None
        ticket = (await self._hall.state(branch)).tickets.get(TicketId(subject))
        if ticket is not None:
            return ticket.customer
        try:
            date = await self._bookings.date_of(branch, BookingId(subject))
            return (await self._bookings.booking(branch, date, BookingId(subject))).customer
        except Refused:
            return None

    async def by_phone(self, branch: BranchId, phone: str, actor: Actor) -> CheckedIn:
        """By the phone number left with the booking; at kiosks and with staff only."""
        if actor.kind is ActorKind.CUSTOMER:
            raise Refused(USE_A_KIOSK)
        today = self._bookings.today(branch)
        state = await self._bookings.host.state(booking_stream(branch, today))
        found = await self._bookings.contacts.by_phone(branch, today, phone)
        states = (BookingState.BOOKED, BookingState.MISSED, BookingState.CHECKED_IN)
        mine = [b for b in map(state.bookings.get, found) if b is not None and b.state in states]
        if not mine:
            raise Refused(p.UNKNOWN_BOOKING)
        # With several on one day, the one whose time is nearest and that is not yet used.
        now_ms = self._bookings.clock.now_ms()
        mine.sort(key=lambda b: (b.state is BookingState.CHECKED_IN, abs(b.start_ms - now_ms)))
        return await self._of(branch, today, mine[0], actor)

    async def by_link(self, branch: BranchId, booking: BookingId, actor: Actor) -> CheckedIn:
        """On the customer's own phone, by the link to the booking."""
        rules = self._bookings.directory.section(branch, HallSettings).booking
        if actor.kind is ActorKind.CUSTOMER and not rules.phone_check_in:
            raise Refused(USE_A_KIOSK)
        return await self._by_id(branch, booking, actor)

    async def _by_code(self, branch: BranchId, code: str) -> Booking | None:
        today = self._bookings.today(branch)
        state = await self._bookings.host.state(booking_stream(branch, today))
        references = self._bookings.contacts.code_references(branch, today, code)
        booking = next((state.codes[r] for r in references if r in state.codes), None)
        return None if booking is None else state.bookings[booking]

    async def _by_id(self, branch: BranchId, booking: BookingId, actor: Actor) -> CheckedIn:
        date = await self._bookings.date_of(branch, booking)
        found = await self._bookings.booking(branch, date, booking)
        check_reach(actor, found)
        return await self._of(branch, date, found, actor)

    async def _of(self, branch: BranchId, date: str, booking: Booking, actor: Actor) -> CheckedIn:
        if date != self._bookings.today(branch):
            raise Refused(p.NOT_TODAY, date=date)
        channel = channel_of(actor)
        if booking.state is not BookingState.CHECKED_IN:
            await self._check_taking(branch)
            command = c.CheckIn(
                booking=booking.id, ticket=TicketId(booking.id), channel=channel.value
            )
            refused: Refused | None = None
            try:
                await self._bookings.run(branch, date, command, actor)
            except Refused as refusal:
                refused = refusal
            booking = await self._bookings.booking(branch, date, booking.id)
            if refused is not None and booking.state is not BookingState.CHECKED_IN:
                raise refused  # else somebody was faster at another machine
        ticket = await self._ticket(branch, booking, actor, channel)
        return CheckedIn(booking.id, booking.late, ticket)

    async def _ticket(
        self, branch: BranchId, booking: Booking, actor: Actor, channel: Channel
    ) -> IssuedTicket:
        try:
            body = await self._hall.issue_ticket(
                branch,
                (booking.service,),
                actor,
                channel=Channel.BOOKING if channel is not Channel.PHONE else channel,
                customer=booking.customer,
                booked_ms=0 if booking.late else booking.start_ms,
                ticket=TicketId(booking.id),
            )
        except Refused as refused:
            if refused.code != hall_p.TICKET_EXISTS.code:
                raise
            return await self._issued_before(branch, booking)
        return msgspec.json.decode(body, type=IssuedTicket)

    async def _issued_before(self, branch: BranchId, booking: Booking) -> IssuedTicket:
        state, book, _, now_ms = await self._hall.in_day(branch)
        held = state.tickets[TicketId(booking.id)]
        return IssuedTicket(
            held.id,
            held.number,
            held.visit,
            held.issued_ms,
            book.people_ahead(state, held, now_ms),
            views.told(book.for_ticket(state, held, now_ms)),
            self._bookings.link(branch, booking, now_ms),
        )

    async def _check_taking(self, branch: BranchId) -> None:
        """Refuse while the hall gives out no tickets, before the booking is used up."""
        state = await self._hall.state(branch)
        if state.closed_ms:
            raise Refused(hall_p.DAY_CLOSED)
        if state.setup is None:
            raise Refused(hall_p.DAY_NOT_OPEN)
        if not state.taking:
            raise Refused(hall_p.TAKING_STOPPED)

    def _callers(self, branch: BranchId, actor: Actor) -> list[tuple[Attempts, str]]:
        callers = [(self._guesses, actor.name)]
        if Role.DOOR_QR in actor.roles or actor.kind is ActorKind.CUSTOMER:
            callers.append((self._phone_guesses, branch))
        return callers
