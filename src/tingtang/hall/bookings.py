"""Use cases of bookings before the customer comes: free times, hold, confirm, cancel, read."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from tingtang.hall.booking_index import BookingIndex
from tingtang.hall.contacts import Contact, Contacts
from tingtang.hall.core import BookingCore
from tingtang.hall.model.booking import commands as c
from tingtang.hall.model.booking import problems as p
from tingtang.hall.model.booking.plan import DayPlan
from tingtang.hall.model.booking.state import TAKING, Booking, BookingDay, BookingState
from tingtang.hall.model.settings import BookingRules, HallSettings
from tingtang.hall.planning import booking_stream, day_plan
from tingtang.hall.ports import Links
from tingtang.kernel.clock import DAY_MS, Clock, local_date
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import BookingId, BranchId, CustomerId, Ids, ServiceId, StaffId, TicketId
from tingtang.kernel.log import EventLog, Key
from tingtang.kernel.permissions import SYSTEM, Actor, ActorKind
from tingtang.kernel.streams import StreamHost
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory

DAYS_LISTED_MAX = 31
LINK_AFTER_MS = 2 * DAY_MS
"""How long after the booked time the customer's link still shows the booking."""

_encode = msgspec.json.Encoder().encode


class Slot(msgspec.Struct, frozen=True):
    """A time that begins at ``start_ms`` and how many places it has left (told up to nine)."""

    start_ms: int
    places: int


class DaySlots(msgspec.Struct, frozen=True):
    """The times of one day; empty where the branch is closed or all have passed."""

    date: str
    slots: tuple[Slot, ...]


class Held(msgspec.Struct, frozen=True):
    """A time kept for the customer until ``until_ms``."""

    booking: BookingId
    start_ms: int
    until_ms: int


class BookingView(msgspec.Struct, frozen=True):
    """A booking as its customer sees it."""

    booking: BookingId
    state: BookingState
    branch: Text
    service: ServiceId
    service_name: Text
    materials: tuple[Text, ...]
    date: str
    start_ms: int
    took_ms: int
    staff_name: str
    """The person the customer asked for, if any."""
    early_minutes: int
    late_minutes: int
    ticket: TicketId


class Confirmed(msgspec.Struct, frozen=True):
    """A booking with the code to type at a kiosk and the token of the customer's link."""

    booking: BookingId
    code: str
    link: str
    start_ms: int
    date: str


class BookingService:
    """What can be done with bookings before the day; see ``booking_moves`` and ``check_in``."""

    def __init__(
        self,
        log: EventLog,
        clock: Clock,
        ids: Ids,
        directory: Directory,
        contacts: Contacts,
        links: Links,
    ) -> None:
        self.directory = directory
        self.clock = clock
        self.contacts = contacts
        self.host: StreamHost[BookingDay, c.BookingCommand] = StreamHost(log, clock, BookingCore())
        self.index = BookingIndex(log)
        self._ids = ids
        self._links = links

    # -- free times ----------------------------------------------------------------------------

    async def slots(
        self, branch: BranchId, service: ServiceId, from_date: str, days: int, staff: str = ""
    ) -> list[DaySlots]:
        """The times still to come at which the service can be booked, day by day.

        ``staff`` asks for one person. Days beyond the branch's limit are left out.
        """
        self._check_bookable(branch, service)
        now_ms, rules = self.clock.now_ms(), self._rules(branch)
        found = []
        for date in self._dates(branch, from_date, min(days, DAYS_LISTED_MAX)):
            state = await self.host.state(booking_stream(branch, date))
            grid = state.grid(rules, self._plan(branch, date))
            slots = []
            for start_ms in grid.starts:
                if start_ms <= now_ms or not grid.offers(service, start_ms):
                    continue
                if staff:
                    places = int(grid.place(service, start_ms, staff) is not None)
                else:
                    places = grid.places_left(service, start_ms)
                slots.append(Slot(start_ms, places))
            found.append(DaySlots(date, tuple(slots)))
        return found

    async def next_free_ms(self, branch: BranchId, service: ServiceId, days: int = 3) -> int:
        """The next free time within some days; 0 where there is none."""
        try:
            listed = await self.slots(branch, service, self.today(branch), days)
        except Refused:
            return 0
        return next((s.start_ms for day in listed for s in day.slots if s.places), 0)

    # -- making one ----------------------------------------------------------------------------

    async def hold(
        self,
        branch: BranchId,
        service: ServiceId,
        start_ms: int,
        actor: Actor,
        *,
        staff: str = "",
        key: Key | None = None,
    ) -> Held:
        """Keep a time for a few minutes, while the customer leaves a contact."""
        self._check_bookable(branch, service)
        date = self.open_date(branch, start_ms)
        await self.plan_day(branch, date)
        command = c.HoldSlot(
            booking=BookingId(self._ids.new(self.clock.now_ms())),
            service=service,
            start_ms=start_ms,
            holder=actor.name,
            staff=StaffId(staff),
        )

        def answer(state: BookingDay, _events: Sequence[Event], _at_ms: int) -> bytes:
            held = state.bookings[command.booking]
            return _encode(Held(held.id, held.start_ms, held.hold_until_ms))

        done = await self.host.run(
            booking_stream(branch, date),
            branch,
            command,
            actor=actor.name,
            key=key,
            answer=answer,
        )
        return msgspec.json.decode(done.answer, type=Held)

    async def confirm(
        self,
        branch: BranchId,
        booking: BookingId,
        contact: Contact,
        actor: Actor,
        *,
        customer: CustomerId | None = None,
        key: Key | None = None,
    ) -> Confirmed:
        """Make a held time a booking, under the contact's phone number."""
        date = await self.date_of(branch, booking)
        held = await self.booking(branch, date, booking)
        check_reach(actor, held)
        return await self.confirm_held(
            branch, date, held, contact, actor, customer=customer, key=key
        )

    async def confirm_held(
        self,
        branch: BranchId,
        date: str,
        held: Booking,
        contact: Contact,
        actor: Actor,
        *,
        customer: CustomerId | None = None,
        replaces: tuple[BookingId, str] | None = None,
        key: Key | None = None,
    ) -> Confirmed:
        """:meth:`confirm` for a hold that was looked up; ``replaces`` is the booking, and its date,
        that was moved here."""
        if not contact.phone.strip():
            raise Refused(p.NO_CONTACT)
        now_ms = self.clock.now_ms()
        erase_ms = held.start_ms + self._rules(branch).contact_days * DAY_MS
        codes = await self.contacts.keep(held.id, branch, contact, erase_ms, now_ms)
        by_reference = {self.contacts.code_reference(branch, date, code): code for code in codes}
        command = c.Confirm(
            booking=held.id,
            party=self.contacts.party(contact.phone),
            codes=tuple(by_reference),
            customer=customer,
            replaces=replaces[0] if replaces is not None else None,
            replaces_date=replaces[1] if replaces is not None else "",
        )

        def answer(state: BookingDay, _events: Sequence[Event], at_ms: int) -> bytes:
            booked = state.bookings[held.id]
            code = by_reference.get(booked.code, "")
            link = self.link(branch, booked, at_ms)
            return _encode(Confirmed(booked.id, code, link, booked.start_ms, date))

        done = await self.host.run(
            booking_stream(branch, date),
            branch,
            command,
            actor=actor.name,
            key=key,
            answer=answer,
        )
        return msgspec.json.decode(done.answer, type=Confirmed)

    # -- giving one up ------------------------------------------------------------------------

    async def cancel(
        self, branch: BranchId, booking: BookingId, actor: Actor, key: Key | None = None
    ) -> None:
        """Give a booking or a held time up."""
        date = await self.date_of(branch, booking)
        check_reach(actor, await self.booking(branch, date, booking))
        command = c.Cancel(booking=booking, by=actor.kind.value)
        await self.run(branch, date, command, actor, key)

    # -- reading -------------------------------------------------------------------------------

    async def read(self, branch: BranchId, booking: BookingId, actor: Actor) -> BookingView:
        """A booking as its customer sees it."""
        date = await self.date_of(branch, booking)
        found = await self.booking(branch, date, booking)
        check_reach(actor, found)
        return self.view(branch, date, found)

    def view(self, branch: BranchId, date: str, booking: Booking) -> BookingView:
        """A booking in words."""
        service, rules = self.directory.service(booking.service), self._rules(branch)
        return BookingView(
            booking=booking.id,
            state=booking.state,
            branch=self.directory.branch(branch).name,
            service=service.id,
            service_name=service.name,
            materials=service.materials,
            date=date,
            start_ms=booking.start_ms,
            took_ms=booking.took_ms,
            staff_name=self.directory.person(booking.staff).name if booking.is_named else "",
            early_minutes=rules.early_minutes,
            late_minutes=rules.late_minutes,
            ticket=booking.ticket,
        )

    async def date_of(self, branch: BranchId, booking: BookingId) -> str:
        """The day of a booking of this branch; refused (unknown_booking) where there is none."""
        found = await self.index.find(booking)
        if found is None or found.branch != branch:
            raise Refused(p.UNKNOWN_BOOKING)
        return found.date

    async def booking(self, branch: BranchId, date: str, booking: BookingId) -> Booking:
        """A booking in the durable state of its day. Never change it."""
        state = await self.host.state(booking_stream(branch, date))
        found = state.bookings.get(booking)
        if found is None:
            raise Refused(p.UNKNOWN_BOOKING)
        return found

    async def code_of(self, branch: BranchId, date: str, booking: Booking) -> str:
        """The code that the customer was given; "" where it was erased."""
        for code in await self.contacts.codes(booking.id):
            if booking.code in self.contacts.code_references(branch, date, code):
                return code
        return ""

    def link(self, branch: BranchId, booking: Booking, now_ms: int) -> str:
        """The token of the customer's link to their booking, and later to its ticket."""
        return self._links.token(booking.id, branch, now_ms, booking.start_ms + LINK_AFTER_MS)

    def today(self, branch: BranchId) -> str:
        """The branch's local date."""
        return local_date(self.clock.now_ms(), self.directory.branch(branch).time_zone)

    # -- parts ---------------------------------------------------------------------------------

    async def run(
        self,
        branch: BranchId,
        date: str,
        command: c.BookingCommand,
        actor: Actor,
        key: Key | None = None,
    ) -> None:
        """Run a command that needs no answer."""
        stream = booking_stream(branch, date)
        await self.host.run(stream, branch, command, actor=actor.name, key=key)

    async def run_timers(self, branch: BranchId, date: str) -> None:
        """Let holds expire, send what is due, and note who did not come."""
        await self.run(branch, date, c.RunBookingTimers(), SYSTEM)

    async def plan_day(self, branch: BranchId, date: str) -> None:
        """Bring the day's capacity in step with the organisation."""
        command = c.PlanDay(rules=self._rules(branch), plan=self._plan(branch, date))
        await self.run(branch, date, command, SYSTEM)

    def _plan(self, branch: BranchId, date: str) -> DayPlan:
        return day_plan(self.directory, branch, date)

    def _rules(self, branch: BranchId) -> BookingRules:
        return self.directory.section(branch, HallSettings).booking

    def _check_bookable(self, branch: BranchId, service: ServiceId) -> None:
        offered = {one.id: one for one in self.directory.services_of(branch)}
        if service not in offered or not offered[service].bookable:
            raise Refused(p.NOT_BOOKABLE)

    def open_date(self, branch: BranchId, start_ms: int) -> str:
        """The local date of a time that may be booked; refused where it is past or too far."""
        date = local_date(start_ms, self.directory.branch(branch).time_zone)
        today, days = self.today(branch), self._rules(branch).days_ahead
        if date < today:
            raise Refused(p.SLOT_PAST)
        if date > _later(today, days):
            raise Refused(p.TOO_FAR, days=days)
        return date

    def _dates(self, branch: BranchId, from_date: str, days: int) -> list[str]:
        today = self.today(branch)
        first, last = max(from_date, today), _later(today, self._rules(branch).days_ahead)
        return [date for n in range(days) if (date := _later(first, n)) <= last]


def check_reach(actor: Actor, booking: Booking) -> None:
    """A phone reaches the booking of its own link or hold; others do not learn that one exists."""
    if actor.kind is not ActorKind.CUSTOMER:
        return
    if actor.subject != booking.id and actor.name != booking.holder:
        raise Refused(p.UNKNOWN_BOOKING)


def is_live(booking: Booking) -> bool:
    """True while the booking takes a place or its customer may still come."""
    return booking.state in TAKING or booking.state is BookingState.MISSED


def _later(date: str, days: int) -> str:
    return (dt.date.fromisoformat(date) + dt.timedelta(days=days)).isoformat()
