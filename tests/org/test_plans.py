"""Floor plans: what may be drawn, and the way through them."""

import itertools
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.org.house import House
from tingtang.kernel.errors import Refused
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.text import Text
from tingtang.org.demo import seed_demo_bank
from tingtang.org.model.plan import (
    FloorName,
    FloorPlan,
    Kind,
    LineString,
    PlanFeature,
    PlanProperties,
    Point,
    Polygon,
    Properties,
    centre,
    check_plan,
    crossing,
    ring_area,
)
from tingtang.org.model.records import ZoneKind
from tingtang.org.model.route import Place, find_route
from tingtang.org.plans import unreachable
from tingtang.org.templates import all_templates, plan_of

GROUND = FloorName(1, Text("一层", "the ground floor"))
FIRST = FloorName(2, Text("二层", "the first floor"))


def walkway(floor: int, *points: tuple[float, float]) -> PlanFeature:
    return PlanFeature(LineString(points), Properties(Kind.WALKWAY, floor))


def square(zone: str, x: float, y: float, floor: int = 1, side: float = 2.0) -> PlanFeature:
    ring = ((x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y))
    return PlanFeature(Polygon((ring,)), Properties(Kind.ZONE, floor, zone=zone, name=Text(zone)))


def join(kind: Kind, x: float, y: float, id_: str) -> PlanFeature:
    return PlanFeature(Point((x, y)), Properties(kind, 1, id=id_, floors=(1, 2)))


def drawn(*features: PlanFeature) -> FloorPlan:
    return FloorPlan(PlanProperties(60, 60, (GROUND, FIRST)), features)


# A lift near and stairs far from where one stands; the zone is upstairs.
TWO_WAYS = drawn(
    walkway(1, (0, 0), (40, 0)),
    walkway(2, (0, 0), (40, 0)),
    join(Kind.LIFT, 38, 0, "lift"),
    join(Kind.STAIRS, 2, 0, "stairs"),
    square("goal", 0, 1, floor=2),
)


def test_the_way_is_the_shortest_and_said_in_words() -> None:
    plan = drawn(
        walkway(1, (0, 0), (10, 0), (10, 10)),
        walkway(1, (0, 0), (0, 20), (10, 20), (10, 10)),
        square("goal", 9, 9.5, side=2),
    )
    route = find_route(plan, Place(1, 1, 0), "goal")
    assert route.length_m == pytest.approx(19.5, abs=0.2)
    assert [step.zh for step in route.steps] == [
        "沿地面箭头直行约 9 米",
        "左转，直行约 10 米",
        "到达goal",
    ]
    assert [step.en for step in route.steps] == [
        "Follow the arrows straight on for about 9 m",
        "Turn left and walk for about 10 m",
        "You have arrived at goal",
    ]
    assert [part.floor for part in route.parts] == [1]


def test_stairs_are_quicker_unless_one_cannot_climb() -> None:
    quick = find_route(TWO_WAYS, Place(1, 4, 0), "goal")
    assert "走楼梯到二层" in [step.zh for step in quick.steps]
    assert [part.floor for part in quick.parts] == [1, 2]
    free = find_route(TWO_WAYS, Place(1, 4, 0), "goal", step_free=True)
    assert "Take the lift to the first floor" in [step.en for step in free.steps]
    assert free.length_m > quick.length_m


def test_walkways_that_cross_or_touch_are_joined() -> None:
    plan = drawn(
        walkway(1, (0, 5), (20, 5)),
        walkway(1, (10, 0), (10, 5.3)),  # ends a little beyond the first: a T
        walkway(1, (15, 4.8), (15, 10)),  # begins just below it: crosses
        square("goal", 14, 9.5),
    )
    route = find_route(plan, Place(1, 10, 0), "goal")
    assert route.length_m == pytest.approx(15.5, abs=0.5)


@pytest.mark.parametrize(
    ("plan", "start", "zone"),
    [
        (drawn(square("goal", 0, 0)), Place(1, 0, 0), "goal"),  # no walkway at all
        (TWO_WAYS, Place(1, 4, 0), "elsewhere"),  # no such zone
        (TWO_WAYS, Place(1, 50, 50), "goal"),  # outside
        (TWO_WAYS, Place(7, 0, 0), "goal"),  # no such floor
        (
            drawn(walkway(1, (0, 0), (5, 0)), walkway(1, (30, 0), (40, 0)), square("goal", 38, 1)),
            Place(1, 0, 0),
            "goal",
        ),  # two islands
    ],
)
def test_where_there_is_no_way_that_is_said(plan: FloorPlan, start: Place, zone: str) -> None:
    with pytest.raises(Refused) as refused:
        find_route(plan, start, zone)
    assert refused.value.code == "no_route_there"


Cell = tuple[int, int]


@st.composite
def grids(draw: st.DrawFn) -> tuple[set[tuple[Cell, Cell]], Cell, Cell]:
    """Walkways along the lines of a small grid, some missing, and two corners."""
    size = draw(st.integers(2, 5))
    cells = [(x, y) for x in range(size) for y in range(size)]
    possible = [
        (a, b)
        for a in cells
        for b in ((a[0] + 1, a[1]), (a[0], a[1] + 1))
        if b in cells
    ]  # fmt: skip
    edges = draw(st.sets(st.sampled_from(possible), min_size=1))
    ends = sorted({end for edge in edges for end in edge})
    return edges, draw(st.sampled_from(ends)), draw(st.sampled_from(ends))


def steps_between(edges: set[tuple[Cell, Cell]], start: Cell, goal: Cell) -> int | None:
    """Breadth-first search: the oracle."""
    reached, border, count = {start}, {start}, 0
    while border:
        if goal in border:
            return count
        border = {
            b
            for edge in edges
            for a, b in (edge, edge[::-1])
            if a in border and b not in reached
        }  # fmt: skip
        reached |= border
        count += 1
    return None


@settings(max_examples=200, deadline=None)
@given(grids())
def test_the_way_through_any_grid_is_as_short_as_can_be(
    grid: tuple[set[tuple[Cell, Cell]], Cell, Cell],
) -> None:
    edges, start, goal = grid
    block = 5.0
    features = [
        walkway(1, (a[0] * block, a[1] * block), (b[0] * block, b[1] * block)) for a, b in edges
    ]
    door = PlanFeature(
        Point((goal[0] * block, goal[1] * block)), Properties(Kind.DOOR, 1, zone="goal")
    )
    plan = drawn(*features, door, square("goal", 40, 40))
    expected = steps_between(edges, start, goal)
    here = Place(1, start[0] * block, start[1] * block)
    if expected is None:
        with pytest.raises(Refused):
            find_route(plan, here, "goal")
        return
    route = find_route(plan, here, "goal")
    assert route.length_m == pytest.approx(expected * block, abs=0.1)
    line = route.parts[0].line
    assert math.dist(line[0], (here.x, here.y)) < 0.1
    assert math.dist(line[-1], door.geometry.coordinates) < 0.1  # type: ignore[arg-type]


@pytest.mark.shows("R047", part="the route itself")
@pytest.mark.shows("R049", part="several floors")
@pytest.mark.parametrize("template", sorted(all_templates()))
def test_every_template_is_drawn_well_and_every_zone_can_be_reached(template: str) -> None:
    plan = plan_of(all_templates()[template].plan)
    assert plan is not None
    assert unreachable(plan) == []
    zones = [f.properties.zone for f in plan.of_kind(Kind.ZONE)]
    assert sorted(zones) == sorted(zone.key for zone in all_templates()[template].zones)
    counters = [f.properties.counter for f in plan.of_kind(Kind.COUNTER)]
    assert sorted(counters) == sorted(one.sign for one in all_templates()[template].counters)
    width, height = plan.properties.width, plan.properties.height
    for feature in plan.features:
        for x, y in _points(feature):
            assert 0 <= x <= width
            assert 0 <= y <= height


@pytest.mark.shows("R006")
def test_the_flagship_has_a_zone_of_every_kind() -> None:
    kinds = {zone.kind for zone in all_templates()["flagship"].zones}
    assert kinds == set(ZoneKind)


def _points(feature: PlanFeature) -> list[tuple[float, float]]:
    match feature.geometry:
        case Point(coordinates=point):
            return [point]
        case LineString(coordinates=line):
            return list(line)
        case Polygon(coordinates=rings):
            return [point for ring in rings for point in ring]
    return []


def test_areas_do_not_lie_on_one_another() -> None:
    """In the flagship: the middle of each zone is in no other zone of its floor."""
    plan = plan_of("flagship.geojson")
    assert plan is not None
    areas = list(plan.of_kind(Kind.ZONE))
    for one in areas:
        for other in areas:
            if one is not other and one.properties.floor == other.properties.floor:
                assert not _inside(centre(one.geometry.coordinates[0]), other)  # type: ignore[arg-type]


def _inside(point: tuple[float, float], area: PlanFeature) -> bool:
    assert isinstance(area.geometry, Polygon)
    ring = area.geometry.coordinates[0]
    crossings = 0
    for a, b in itertools.pairwise(ring):
        if (a[1] > point[1]) != (b[1] > point[1]):
            x = a[0] + (point[1] - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
            crossings += x > point[0]
    return crossings % 2 == 1


BOW_TIE = ((0.0, 0.0), (4.0, 4.0), (4.0, 0.0), (0.0, 4.0), (0.0, 0.0))


@pytest.mark.parametrize(
    ("feature", "words"),
    [
        (PlanFeature(Point((1, 1)), Properties(Kind.ZONE, zone="hall")), "Polygon"),
        (PlanFeature(Point((1, 1)), Properties(Kind.KIOSK, 9)), "floor 9"),
        (square("garden", 0, 0), "no zone garden"),
        (square("upstairs", 0, 0), "on floor 2"),
        (square("", 0, 0), "says no zone"),
        (square("hall", 0, 0, side=0.5), "too small"),
        (PlanFeature(Polygon((BOW_TIE,)), Properties(Kind.ZONE, zone="hall")), "small|crosses"),
        (
            PlanFeature(Polygon((BOW_TIE[:4],)), Properties(Kind.ZONE, zone="hall")),
            "not closed",
        ),
        (PlanFeature(Point((1, 1)), Properties(Kind.COUNTER, counter="x")), "no counter x"),
        (PlanFeature(Point((1, 1)), Properties(Kind.LIFT, 1, floors=(1,))), "two or more floors"),
        (PlanFeature(Point((1, 1)), Properties(Kind.LIFT, 1, floors=(1, 7))), "two or more floors"),
        (join(Kind.LIFT, 1, 1, "same"), "used twice"),
    ],
)
def test_what_is_wrong_with_a_plan_is_said(feature: PlanFeature, words: str) -> None:
    plan = drawn(join(Kind.STAIRS, 0, 0, "same"), feature)
    with pytest.raises(Refused, match=words) as refused:
        check_plan(plan, {"hall": 1, "upstairs": 2}, frozenset({"01"}))
    assert refused.value.code == "bad_plan"


def test_a_zone_is_drawn_once() -> None:
    with pytest.raises(Refused, match="drawn twice"):
        check_plan(drawn(square("hall", 0, 0), square("hall", 5, 5)), {"hall": 1}, frozenset())


@pytest.mark.parametrize(
    "body",
    [
        {"type": "Feature"},
        {"type": "FeatureCollection", "features": []},
        {
            "type": "FeatureCollection",
            "properties": {"width": 1e9, "height": 1, "floors": []},
            "features": [],
        },
    ],
)
def test_what_is_no_plan_is_not_read(body: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(body, FloorPlan)


def test_plane_geometry() -> None:
    ring = ((0.0, 0.0), (4.0, 0.0), (4.0, 2.0), (0.0, 2.0), (0.0, 0.0))
    assert ring_area(ring) == 8
    assert ring_area(ring[::-1]) == -8
    assert centre(ring) == pytest.approx((2, 1))
    assert crossing((0, 0), (2, 2), (0, 2), (2, 0)) == pytest.approx((0.5, 0.5))
    assert crossing((0, 0), (1, 0), (0, 1), (1, 1)) is None
    assert crossing((0, 0), (1, 1), (5, 0), (5, 9)) is None


async def test_plans_are_stored_once_by_content_and_drawn_anew(house: House) -> None:
    await seed_demo_bank(house.org)
    plan = await house.plans.plan("east")
    assert len(list(plan.of_kind(Kind.COUNTER))) == 14
    fewer = msgspec.structs.replace(
        plan, features=tuple(f for f in plan.features if f.properties.kind is not Kind.WALKWAY)
    )
    lost = await house.plans.save("east", fewer, SYSTEM)
    assert "east.zone.waiting" in lost
    assert await house.plans.plan("east") == fewer
    assert await house.plans.save("east", plan, SYSTEM) == []
    with pytest.raises(Refused, match="no zone"):
        await house.plans.save("willow", plan, SYSTEM)
