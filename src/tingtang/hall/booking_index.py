"""The table that says where each booking is, kept in step with the log."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.hall import tables as t
from tingtang.hall.model.booking import events as e
from tingtang.hall.model.booking.state import BookingState
from tingtang.kernel.clock import DAY_MS
from tingtang.kernel.database import Database, upsert
from tingtang.kernel.events import Recorded
from tingtang.kernel.ids import BookingId, BranchId
from tingtang.kernel.log import EventLog

REMIND_WITHIN_MS = DAY_MS
"""No branch reminds earlier than this (``remind_minutes`` is at most a day)."""


class Whereabouts(msgspec.Struct, frozen=True):
    """The branch and the day of a booking."""

    branch: BranchId
    date: str


class BookingIndex:
    """Finds bookings by id, and the days on which something is due."""

    def __init__(self, log: EventLog) -> None:
        self._database: Database = log.database
        followed = (
            e.SlotHeld, e.BookingConfirmed, e.BookingMoved, e.BookingCancelled, e.HoldExpired,
            e.BookingCheckedIn, e.BookingMissed,
        )  # fmt: skip
        log.project(followed, _project)

    async def find(self, booking: str) -> Whereabouts | None:
        """Where a booking is; None if there is no such booking."""
        b = t.bookings.c
        query = sa.select(b.branch, b.date).where(b.booking == booking)
        row = await self._database.read(lambda c: c.execute(query).first())
        return None if row is None else Whereabouts(BranchId(row.branch), row.date)

    async def due(self, now_ms: int) -> list[Whereabouts]:
        """The days on which a hold has run out, or a booked time is near or past."""
        b = t.bookings.c
        near = sa.or_(
            sa.and_(b.state == BookingState.HELD.value, b.due_ms <= now_ms),
            sa.and_(b.state == BookingState.BOOKED.value, b.due_ms <= now_ms + REMIND_WITHIN_MS),
        )
        query = sa.select(b.branch, b.date).where(near).distinct()
        rows = await self._database.read(lambda c: c.execute(query).all())
        return [Whereabouts(BranchId(row.branch), row.date) for row in rows]


def _project(connection: sa.Connection, recorded: Sequence[Recorded]) -> None:
    for one in recorded:
        event: Any = one.event
        if isinstance(event, e.SlotHeld):
            row = {
                "booking": event.booking,
                "branch": one.branch,
                "date": one.stream.rpartition("/")[2],
                "service": event.service,
                "start_ms": event.start_ms,
                "state": BookingState.HELD.value,
                "due_ms": event.until_ms,
            }
            connection.execute(upsert(connection, t.bookings).values(row))
            continue
        mine = sa.update(t.bookings).where(t.bookings.c.booking == _booking(event))
        connection.execute(mine.values(_changes(event)))


def _booking(event: Any) -> BookingId:
    booking: BookingId = event.booking
    return booking


def _changes(event: Any) -> dict[str, Any]:
    match event:
        case e.BookingConfirmed():
            return {"state": BookingState.BOOKED.value, "due_ms": t.bookings.c.start_ms}
        case e.BookingMoved(start_ms=start_ms):
            return {"start_ms": start_ms, "due_ms": start_ms}
        case e.BookingCancelled():
            return {"state": BookingState.CANCELLED.value}
        case e.HoldExpired():
            return {"state": BookingState.EXPIRED.value}
        case e.BookingCheckedIn():
            return {"state": BookingState.CHECKED_IN.value}
        case _:
            return {"state": BookingState.MISSED.value}
