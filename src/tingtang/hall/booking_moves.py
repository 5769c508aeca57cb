"""Moving a booking to another time, on the same day or another."""

from collections.abc import Sequence

import msgspec

from tingtang.hall.bookings import BookingService, Confirmed, check_reach
from tingtang.hall.model.booking import commands as c
from tingtang.hall.model.booking import problems as p
from tingtang.hall.model.booking.decide import require
from tingtang.hall.model.booking.state import Booking, BookingDay, BookingState
from tingtang.hall.planning import booking_stream
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import BookingId, BranchId
from tingtang.kernel.log import EventLog, Key
from tingtang.kernel.permissions import SYSTEM, Actor


class BookingMoves:
    """Moves bookings. The old time is given up only once the new one is certain."""

    def __init__(self, log: EventLog, bookings: BookingService) -> None:
        self._log = log
        self._bookings = bookings

    async def move(
        self,
        branch: BranchId,
        booking: BookingId,
        start_ms: int,
        actor: Actor,
        key: Key | None = None,
    ) -> Confirmed:
        """To another time. On another day it becomes a new booking with a code of its own."""
        if key is not None and (first := await self._log.answer(key)) is not None:
            return msgspec.json.decode(first, type=Confirmed)
        bookings = self._bookings
        old_date = await bookings.date_of(branch, booking)
        old = await bookings.booking(branch, old_date, booking)
        check_reach(actor, old)
        require(old, "move")
        date = bookings.open_date(branch, start_ms)
        if date == old_date:
            return await self._within_day(branch, date, old, start_ms, actor, key)
        contact = (await bookings.contacts.find([booking])).get(booking)
        if contact is None:
            raise Refused(p.NO_CONTACT)
        staff = old.staff if old.is_named else ""
        held = await bookings.hold(branch, old.service, start_ms, actor, staff=staff)
        try:
            confirmed = await bookings.confirm_held(
                branch,
                date,
                await bookings.booking(branch, date, held.booking),
                contact,
                actor,
                customer=old.customer,
                replaces=(booking, old_date),
                key=key,
            )
        except Refused:
            await bookings.run(branch, date, c.Cancel(booking=held.booking, by="move"), actor)
            raise
        await self.settle(branch, date, held.booking, old_date, booking)
        return confirmed

    async def settle(
        self, branch: BranchId, date: str, new: BookingId, old_date: str, old: BookingId
    ) -> None:
        """Give the old booking up; if its customer has come meanwhile, give up the new one.

        Harmless to repeat: a reaction does, in case this process died between the two days.
        """
        bookings = self._bookings
        try:
            await bookings.run(branch, old_date, c.Cancel(booking=old, by="moved"), SYSTEM)
        except Refused:
            state = await bookings.host.state(booking_stream(branch, date))
            if state.bookings[new].state is BookingState.BOOKED:
                await bookings.run(branch, date, c.Cancel(booking=new, by="not_moved"), SYSTEM)
            raise

    async def _within_day(
        self,
        branch: BranchId,
        date: str,
        old: Booking,
        start_ms: int,
        actor: Actor,
        key: Key | None,
    ) -> Confirmed:
        bookings = self._bookings
        await bookings.plan_day(branch, date)
        code = await bookings.code_of(branch, date, old)

        def answer(state: BookingDay, _events: Sequence[Event], at_ms: int) -> bytes:
            moved = state.bookings[old.id]
            link = bookings.link(branch, moved, at_ms)
            return msgspec.json.encode(Confirmed(moved.id, code, link, moved.start_ms, date))

        done = await bookings.host.run(
            booking_stream(branch, date),
            branch,
            c.MoveBooking(booking=old.id, start_ms=start_ms),
            actor=actor.name,
            key=key,
            answer=answer,
        )
        return msgspec.json.decode(done.answer, type=Confirmed)
