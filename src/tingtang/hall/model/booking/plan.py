"""A day's capacity for bookings, and whether one more fits. Pure.

Every booking is planned with a person who can do it, whether the customer named one or not, so
that nobody is ever booked twice. Of each person's time in a slot only the branch's ``share`` is
open to booking; the rest is for those who walk in. Somebody without any booking in a slot may
take one of whatever length, which then fills the slots that it reaches into.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from tingtang.hall.model.settings import BookingRules
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.ids import BookingId, ServiceId, StaffId

PLACES_TOLD_MAX = 9
"""Nobody chooses otherwise because a slot has ten places left and not nine."""


class PersonPlan(msgspec.Struct, frozen=True):
    """Somebody who is planned for the day, and what they can do at some counter."""

    staff: StaffId
    services: frozenset[ServiceId]


class ServicePlan(msgspec.Struct, frozen=True):
    """A bookable service: how long it takes, and at how many counters it can be done at once."""

    standard_ms: int
    places: int


class DayPlan(msgspec.Struct, frozen=True):
    """Opening spans, counters and people of one day."""

    spans: tuple[tuple[int, int], ...] = ()
    """From and until, in milliseconds since 1970."""
    positions: int = 0
    """How many people can serve at once."""
    services: dict[ServiceId, ServicePlan] = {}
    people: tuple[PersonPlan, ...] = ()


class Taken(NamedTuple):
    """The place of one booking: with whom, from when, how long."""

    booking: BookingId
    service: ServiceId
    staff: StaffId
    start_ms: int
    took_ms: int
    is_named: bool
    """The customer asked for this person, whose whole slot is then theirs."""


class Placement(NamedTuple):
    """Where a booking goes, and which others change to another person to make room."""

    staff: StaffId
    moves: tuple[tuple[BookingId, StaffId], ...] = ()


class Grid:
    """The slots of a day, and who is booked in each."""

    def __init__(
        self, rules: BookingRules, plan: DayPlan, taken: Mapping[BookingId, Taken]
    ) -> None:
        self.plan = plan
        self.slot_ms = rules.slot_minutes * MINUTE_MS
        self.open_ms = self.slot_ms * rules.share
        self.starts = tuple(_starts(plan.spans, self.slot_ms))
        self._at: dict[int, dict[BookingId, Taken]] = {start: {} for start in self.starts}
        self._used_ms: dict[tuple[int, StaffId], int] = {}
        self._able: dict[ServiceId, list[PersonPlan]] = {}
        for one in taken.values():
            self._add(one)

    def offers(self, service: ServiceId, start_ms: int) -> bool:
        """True if a slot begins at ``start_ms`` in which the service can be begun and finished."""
        planned = self.plan.services.get(service)
        if planned is None or start_ms not in self._at:
            return False
        return any(
            begins <= start_ms and start_ms + planned.standard_ms <= ends
            for begins, ends in self.plan.spans
        )

    def able(self, service: ServiceId) -> list[PersonPlan]:
        """Who can do the service; those who can do least else first."""
        if service not in self._able:
            able = [p for p in self.plan.people if service in p.services]
            self._able[service] = sorted(able, key=lambda p: (len(p.services), p.staff))
        return self._able[service]

    def place(self, service: ServiceId, start_ms: int, wanted: str = "") -> Placement | None:
        """With whom a booking can be made at ``start_ms``; None if it does not fit.

        ``wanted`` asks for one person. Where nobody is free as things stand, bookings whose
        customers named nobody are given to others, if that makes room.
        """
        if not self.offers(service, start_ms) or self.open_ms <= 0:
            return None
        took_ms = self.plan.services[service].standard_ms
        people = [p.staff for p in self.able(service) if not wanted or p.staff == wanted]
        new = [
            Taken(BookingId(""), service, staff, start_ms, took_ms, bool(wanted))
            for staff in people
        ]
        for one in new:
            if self._fits(one):
                return Placement(one.staff)
        for one in new:
            moves = self._make_room(one)
            if moves is not None:
                return Placement(one.staff, moves)
        return None

    def places_left(self, service: ServiceId, start_ms: int) -> int:
        """How many more bookings of the service fit; at most :data:`PLACES_TOLD_MAX`."""
        added: list[Taken] = []
        moved: list[tuple[Taken, Taken]] = []
        while len(added) < PLACES_TOLD_MAX:
            found = self.place(service, start_ms)
            if found is None:
                break
            for booking, staff in found.moves:
                old = self._find(booking)
                moved.append((old, old._replace(staff=staff)))
                self._remove(old)
                self._add(moved[-1][1])
            took_ms = self.plan.services[service].standard_ms
            mine = BookingId(f"#{len(added)}")
            added.append(Taken(mine, service, found.staff, start_ms, took_ms, False))
            self._add(added[-1])
        for one in added:
            self._remove(one)
        for old, new in reversed(moved):
            self._remove(new)
            self._add(old)
        return len(added)

    def parts(self, one: Taken) -> list[tuple[int, int]]:
        """The slots that a booking reaches into, each with the time it takes of it."""
        found = []
        ends_ms = one.start_ms + one.took_ms
        for start in self.starts[max(0, bisect_right(self.starts, one.start_ms) - 1) :]:
            if start >= ends_ms:
                break
            overlap = min(start + self.slot_ms, ends_ms) - max(start, one.start_ms)
            if overlap > 0:
                found.append((start, self.slot_ms if one.is_named else overlap))
        return found

    def used_ms(self, staff: StaffId, slot: int) -> int:
        """How much of this person's time in the slot is booked."""
        return self._used_ms.get((slot, staff), 0)

    def _fits(self, new: Taken) -> bool:
        parts = self.parts(new)
        used = [self.used_ms(new.staff, slot) for slot, _ in parts]
        shares = all(u + ms <= self.open_ms for u, (_, ms) in zip(used, parts, strict=True))
        return (shares or not any(used)) and all(self._has_place(new, slot) for slot, _ in parts)

    def _has_place(self, new: Taken, slot: int) -> bool:
        """Counters are left for one more person, and for one more who does this service."""
        others = self._at[slot].values()
        busy = {one.staff for one in others} | {new.staff}
        doing = {one.staff for one in others if one.service == new.service} | {new.staff}
        places = self.plan.services[new.service].places
        return len(busy) <= self.plan.positions and len(doing) <= places

    def _make_room(self, new: Taken) -> tuple[tuple[BookingId, StaffId], ...] | None:
        """Give this person's other bookings to somebody else; None if that cannot be done."""
        slots = [slot for slot, _ in self.parts(new)]
        in_way = {
            one.booking: one
            for slot in slots
            for one in self._at[slot].values()
            if one.staff == new.staff
        }
        if not in_way or any(one.is_named for one in in_way.values()):
            return None
        placed: list[Taken] = []
        for one in in_way.values():
            self._remove(one)
        moves = None
        if self._fits(new):
            placed.append(new)
            self._add(new)
            for one in in_way.values():
                other = self._elsewhere(one, new.staff)
                if other is None:
                    break
                placed.append(other)
                self._add(other)
            else:
                moves = tuple((one.booking, one.staff) for one in placed[1:])
        for one in placed:
            self._remove(one)
        for one in in_way.values():
            self._add(one)
        return moves

    def _elsewhere(self, one: Taken, not_with: StaffId) -> Taken | None:
        if one.service not in self.plan.services:
            return None
        for person in self.able(one.service):
            moved = one._replace(staff=person.staff)
            if person.staff != not_with and self._fits(moved):
                return moved
        return None

    def _add(self, one: Taken) -> None:
        for slot, ms in self.parts(one):
            self._at[slot][one.booking] = one
            self._used_ms[slot, one.staff] = self.used_ms(one.staff, slot) + ms

    def _remove(self, one: Taken) -> None:
        for slot, ms in self.parts(one):
            del self._at[slot][one.booking]
            self._used_ms[slot, one.staff] -= ms

    def _find(self, booking: BookingId) -> Taken:
        return next(at[booking] for at in self._at.values() if booking in at)


def _starts(spans: tuple[tuple[int, int], ...], slot_ms: int) -> Iterator[int]:
    for begins, ends in spans:
        start = begins
        while start + slot_ms <= ends:
            yield start
            start += slot_ms
