"""The day begins, and the halls beat: what breaks in one part of one hall is in no other's way."""

import asyncio

import pytest

from tests.http.world import World
from tingtang.hall.clockwork import Clockwork
from tingtang.hall.feature import HallService
from tingtang.hall.model.state import HallDay
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import SYSTEM

EAST, WILLOW = BranchId("east"), BranchId("willow")


async def test_a_part_that_breaks_in_one_hall_stops_no_other_part_and_no_other_hall(
    world: World,
) -> None:
    hall = world.app.parts.service("hall", HallService)
    clockwork = world.app.parts.service("clockwork", Clockwork)
    for branch in (EAST, WILLOW):
        await hall.open_day(branch, SYSTEM)
    first = hall.open_branches()[0]
    tended: list[BranchId] = []

    async def break_down(branch: BranchId, _state: HallDay, _now_ms: int) -> None:
        if branch == first:
            raise RuntimeError("a broken part")

    async def tend(branch: BranchId, _state: HallDay, _now_ms: int) -> None:
        tended.append(branch)

    clockwork.each_beat(break_down)
    clockwork.each_beat(tend)
    await clockwork.beat()
    assert {EAST, WILLOW} <= set(tended)


async def test_what_the_bank_changes_while_a_day_opens_holds_in_that_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = world.app.parts.service("hall", HallService)
    prepare, begun, go_on = hall.books.prepare, asyncio.Event(), asyncio.Event()

    async def held_up(branch: BranchId, date: str) -> None:
        begun.set()
        await go_on.wait()
        await prepare(branch, date)

    monkeypatch.setattr(hall.books, "prepare", held_up)
    opening = asyncio.create_task(hall.open_day(EAST, SYSTEM))
    await begun.wait()  # it has looked which counters there are
    gone = world.org.directory.counters(EAST)[0].id
    await world.org.remove_counter(EAST, gone, SYSTEM)
    go_on.set()
    await opening
    setup = (await hall.state(EAST)).setup
    assert setup is not None
    assert gone not in setup.counters
