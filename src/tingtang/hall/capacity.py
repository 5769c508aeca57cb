"""The capacity for bookings of one day as the office sees it: by service and by person."""

from collections.abc import Sequence

import msgspec

from tingtang.hall.bookings import BookingService
from tingtang.hall.model.booking.plan import Grid, Taken
from tingtang.hall.model.settings import HallSettings
from tingtang.hall.planning import booking_stream, day_plan, parse_date
from tingtang.kernel.ids import BranchId, ServiceId, StaffId
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory


class ServiceCapacity(msgspec.Struct, frozen=True):
    """One service: how many bookings still fit into each slot; -1 where it cannot be begun.

    Services share people and counters: what one takes, others have no longer.
    """

    service: ServiceId
    name: Text
    standard_ms: int
    people: int
    """How many can do it."""
    places: int
    """Counters at which it can be done at once."""
    booked: int
    left: tuple[int, ...]


class PersonCapacity(msgspec.Struct, frozen=True):
    """One person: how much of each slot is booked, in milliseconds."""

    staff: StaffId
    name: str
    services: int
    """How many services they are booked for."""
    used_ms: tuple[int, ...]


class DayCapacity(msgspec.Struct, frozen=True):
    """A day's slots. ``open_ms``: of each person's time in a slot, so much is open to booking."""

    date: str
    slot_ms: int
    open_ms: int
    positions: int
    """How many people can serve at once."""
    starts_ms: tuple[int, ...]
    booked: tuple[int, ...]
    """Bookings that begin in each slot."""
    services: list[ServiceCapacity]
    people: list[PersonCapacity]


async def day_capacity(bookings: BookingService, branch: BranchId, date: str) -> DayCapacity:
    """The slots of ``date`` (YYYY-MM-DD), with what is booked and what still fits."""
    directory = bookings.directory
    directory.branch(branch)
    day = parse_date(date)
    state = await bookings.host.state(booking_stream(branch, day))
    rules = directory.section(branch, HallSettings).booking
    grid = state.grid(rules, day_plan(directory, branch, day))
    return capacity_of(grid, list(state.taken.values()), directory, day)


def capacity_of(grid: Grid, taken: Sequence[Taken], directory: Directory, date: str) -> DayCapacity:
    """The grid in numbers, services and people by their names."""
    begun = [one for one in taken if one.start_ms in grid.starts]
    services = [
        ServiceCapacity(
            id_,
            directory.service(id_).name,
            planned.standard_ms,
            len(grid.able(id_)),
            planned.places,
            sum(one.service == id_ for one in begun),
            tuple(
                grid.places_left(id_, start) if grid.offers(id_, start) else -1
                for start in grid.starts
            ),
        )
        for id_, planned in grid.plan.services.items()
    ]
    people = [
        PersonCapacity(
            person.staff,
            directory.person(person.staff).name,
            len(person.services),
            tuple(grid.used_ms(person.staff, start) for start in grid.starts),
        )
        for person in grid.plan.people
    ]
    return DayCapacity(
        date,
        grid.slot_ms,
        round(grid.open_ms),
        grid.plan.positions,
        grid.starts,
        tuple(sum(one.start_ms == start for one in begun) for start in grid.starts),
        services,
        people,
    )
