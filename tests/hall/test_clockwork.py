"""The beat of the halls: what breaks in one part of one hall is in no other's way."""

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
