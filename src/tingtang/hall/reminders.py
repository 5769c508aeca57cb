"""What happens to bookings merely because time passes, and what their customers are told."""

import logging

import msgspec

from tingtang.hall.booking_moves import BookingMoves
from tingtang.hall.bookings import BookingService
from tingtang.hall.contacts import Contact
from tingtang.hall.model.booking import events as e
from tingtang.hall.model.booking.state import Booking
from tingtang.hall.ports import Links, MessagePort
from tingtang.kernel.clock import HOUR_MS, MINUTE_MS, local_time
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BookingId, BranchId
from tingtang.kernel.reactions import Reactions, Trigger
from tingtang.kernel.recurring import Recurring

BEAT_SECONDS = 1.0
TIMERS_MS = 15_000
"""How often holds, reminders and no-shows are looked at, in the hall's time."""
ERASE_MS = HOUR_MS
FORGET_MS = 10 * MINUTE_MS
"""Days that nobody touched for this long leave memory."""

logger = logging.getLogger(__name__)


class BookingClock:
    """Beats over the days on which something is due, today or ahead."""

    def __init__(self, bookings: BookingService) -> None:
        self._bookings = bookings
        self._beating = Recurring("booking clock", BEAT_SECONDS, self.beat)
        self._timers_ms = self._erased_ms = 0

    async def start(self) -> None:
        await self._beating.start()

    async def stop(self) -> None:
        await self._beating.stop()

    async def beat(self) -> None:
        """Run the timers of all days that need it; forget and erase what is due."""
        bookings = self._bookings
        now_ms = bookings.clock.now_ms()
        if now_ms - self._timers_ms >= TIMERS_MS:
            self._timers_ms = now_ms
            for day in await bookings.index.due(now_ms):
                try:
                    await bookings.run_timers(day.branch, day.date)
                except Refused as refused:
                    logger.warning("timers of bookings were refused: %s", refused.code)
            bookings.host.forget_unused(now_ms - FORGET_MS)
        if now_ms - self._erased_ms >= ERASE_MS:
            self._erased_ms = now_ms
            await bookings.contacts.erase_old(now_ms)


class BookingReactions:
    """Messages to customers, and the steps that a crash may have left undone."""

    def __init__(
        self,
        bookings: BookingService,
        moves: BookingMoves,
        messages: MessagePort | None,
        links: Links,
    ) -> None:
        self._bookings = bookings
        self._moves = moves
        self._messages = messages
        self._links = links

    def register(self, reactions: Reactions) -> None:
        """Follow the log."""
        told = (e.BookingConfirmed, e.BookingMoved, e.BookingReminded, e.BookingCancelled)
        if self._messages is not None:
            reactions.register("booking.messages", told, self.tell)
        reactions.register("booking.moves", (e.BookingConfirmed,), self.settle)

    async def tell(self, trigger: Trigger) -> None:
        """Write to the customer; nobody is written to about a time that has passed."""
        event = trigger.recorded.event
        match event:
            case e.BookingConfirmed(replaces=replaces):
                template = "booking_moved" if replaces else "booking_confirmed"
            case e.BookingMoved():
                template = "booking_moved"
            case e.BookingReminded():
                template = "booking_reminder"
            case e.BookingCancelled(by=by) if by not in ("moved", "move", "not_moved"):
                template = "booking_cancelled"
            case _:
                return
        branch, date = _place(trigger)
        booking = await self._bookings.booking(branch, date, _booking_of(trigger))
        contact = (await self._bookings.contacts.find([booking.id])).get(booking.id)
        if (
            contact is None
            or self._messages is None
            or booking.start_ms < self._bookings.clock.now_ms()
        ):
            return
        values = await self._values(branch, date, booking, contact)
        await self._messages.send(template, contact.phone, values, trigger.key().name)

    async def settle(self, trigger: Trigger) -> None:
        """Give up the booking that a confirmed one replaces, if that did not happen at once."""
        event = trigger.recorded.event
        if isinstance(event, e.BookingConfirmed) and event.replaces is not None:
            branch, date = _place(trigger)
            await self._moves.settle(
                branch, date, event.booking, event.replaces_date, event.replaces
            )

    async def _values(
        self, branch: BranchId, date: str, booking: Booking, contact: Contact
    ) -> dict[str, str]:
        directory, language = self._bookings.directory, contact.language
        record = directory.branch(branch)
        start = local_time(booking.start_ms, record.time_zone)
        token = self._bookings.link(branch, booking, self._bookings.clock.now_ms())
        return {
            "language": language,
            "branch": record.name.in_language(language),
            "address": record.address.in_language(language),
            "service": directory.service(booking.service).name.in_language(language),
            "date": date,
            "time": f"{start:%H:%M}",
            "code": await self._bookings.code_of(branch, date, booking),
            "link": self._links.url(token),
        }


def _place(trigger: Trigger) -> tuple[BranchId, str]:
    return BranchId(trigger.recorded.branch), trigger.recorded.stream.rpartition("/")[2]


def _booking_of(trigger: Trigger) -> BookingId:
    fields = msgspec.structs.asdict(trigger.recorded.event)
    return BookingId(fields["booking"])
