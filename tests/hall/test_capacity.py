"""A day's capacity for bookings as the office sees it."""

import pytest

from tests.http.world import World
from tingtang.hall.bookings import BookingService
from tingtang.hall.contacts import Contact
from tingtang.kernel.ids import BranchId, ServiceId
from tingtang.kernel.permissions import SYSTEM

EAST = BranchId("east")
DATE = "2026-11-19"
DEPOSIT = ServiceId("svc.cash_deposit")


@pytest.mark.shows("R041", part="capacity by service and person in the office")
async def test_a_booking_takes_capacity_of_its_slot_and_of_one_person(world: World) -> None:
    bookings = world.app.parts.service("bookings", BookingService)
    client = await world.as_staff("gao.mingyuan")
    path = f"/api/branches/east/capacity/{DATE}"
    before = (await client.get(path)).json()
    start_ms = before["starts_ms"][2]
    held = await bookings.hold(EAST, DEPOSIT, start_ms, SYSTEM)
    await bookings.confirm(EAST, held.booking, Contact("13800138000", "王小明", "zh"), SYSTEM)
    after = (await client.get(path)).json()
    row = next(one for one in after["services"] if one["service"] == DEPOSIT)
    assert row["booked"] == 1
    assert after["booked"][2] == 1
    busy = [one for one in after["people"] if any(one["used_ms"])]
    assert [one["used_ms"][2] for one in busy] == [row["standard_ms"]]
    assert all(not any(one["used_ms"]) for one in before["people"])


async def test_a_closed_day_has_no_slots_and_a_bad_date_is_refused(world: World) -> None:
    client = await world.as_staff("gao.mingyuan")
    assert (await client.get("/api/branches/east/capacity/19.11.2026")).status_code == 400
    day = (await client.get("/api/branches/willow/capacity/2026-11-22")).json()
    assert len(day["starts_ms"]) == len(day["booked"])


async def test_what_cannot_be_begun_is_told_from_what_is_full(world: World) -> None:
    client = await world.as_staff("gao.mingyuan")
    day = (await client.get(f"/api/branches/east/capacity/{DATE}")).json()
    ends_ms = day["starts_ms"][-1] + day["slot_ms"]
    for one in day["services"]:
        fits = [start + one["standard_ms"] <= ends_ms for start in day["starts_ms"]]
        assert [left >= 0 for left in one["left"]] == fits
