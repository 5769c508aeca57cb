"""Drawing a branch anew: faults told in words, and a layout stored whole."""

from typing import Any

import msgspec
import pytest

from tests.org.house import House
from tests.org.test_plans import GROUND, drawn, square, walkway
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, CounterId, ServiceId, ZoneId
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.text import Text
from tingtang.org.demo import seed_demo_bank
from tingtang.org.model.plan import (
    FloorPlan,
    Kind,
    PlanFeature,
    PlanProperties,
    Point,
    Polygon,
    Properties,
)
from tingtang.org.model.plan_check import plan_faults
from tingtang.org.model.records import Branch, Counter, CounterLevel, Zone, ZoneKind
from tingtang.org.model.template import make_branch
from tingtang.org.templates import all_templates, plan_of


def test_the_templates_plans_have_no_fault() -> None:
    for kind in all_templates().values():
        codes = {*kind.services, *(s for c in kind.counters for s in (*c.services, *c.elastic))}
        branch = Branch(id=BranchId("b"), code="b", name=kind.name, unit="u")
        ids = {code: ServiceId(code) for code in codes}
        made = make_branch(kind, branch, ids, lambda key: key, plan_of(kind.plan))
        assert made.plan is not None
        assert plan_faults(made.plan, made.zones, made.counters) == []


def zone_of(id_: str, floor: int = 1) -> Zone:
    name = Text(f"{id_}区", f"{id_} zone")
    return Zone(
        id=ZoneId(id_), branch=BranchId("b"), kind=ZoneKind.COUNTERS, name=name, floor=floor
    )


def counter_of(sign: str, zone: str) -> Counter:
    return Counter(
        id=CounterId(f"c{sign}"),
        branch=BranchId("b"),
        zone=ZoneId(zone),
        sign=sign,
        level=CounterLevel.LOW,
    )


def stand(kind: Kind, x: float, y: float, **properties: Any) -> PlanFeature:
    return PlanFeature(Point((x, y)), Properties(kind, **properties))


def found(plan: FloorPlan, zones: list[Zone], counters: list[Counter]) -> set[tuple[str, str]]:
    return {(fault.kind, fault.text.zh) for fault in plan_faults(plan, zones, counters)}


def test_faults_of_a_plan_are_told_in_words() -> None:
    ground = PlanProperties(60, 60, (GROUND,))
    plan = FloorPlan(
        ground,
        (
            stand(Kind.DOOR, 0, 0, is_entrance=True),
            walkway(1, (0, 0), (10, 0)),
            square("near", 9, 1),
            square("over", 10, 2),
            square("far", 40, 40),
            stand(Kind.COUNTER, 10, 2, counter="c01"),
            stand(Kind.COUNTER, 30, 5, counter="c02"),
            stand(Kind.KIOSK, 1, 50, id="K1"),
        ),
    )
    zones = [zone_of(name) for name in ("near", "over", "far", "lost")]
    counters = [counter_of(sign, "near") for sign in ("01", "02", "03")]
    assert found(plan, zones, counters) == {
        ("no_outline", "一层没有画外墙"),
        ("zone_not_drawn", "lost区没有画在图上"),
        ("zone_not_reached", "没有通道走到far区"),
        ("zones_overlap", "near区与over区重叠"),
        ("counter_outside", "02 号窗口不在任何功能区内"),
        ("counter_not_drawn", "03 号窗口没有画在图上"),
        ("kiosk_astray", "取号引导机 K1 附近没有通道，无法指路"),
    }


def test_a_plan_that_cannot_be_stored_says_so_before_it_is() -> None:
    plan = drawn(square("near", 0, 0, floor=2))
    fault = plan_faults(plan, [zone_of("near")], [])[0]
    assert fault.refuses
    assert "near" in fault.text.zh


def test_areas_that_share_a_wall_do_not_overlap() -> None:
    plan = drawn(square("a", 0, 0), square("b", 2, 0), square("c", 0, 2))
    told = {kind for kind, _ in found(plan, [zone_of(name) for name in "abc"], [])}
    assert "zones_overlap" not in told


async def test_a_layout_is_stored_whole_and_not_over_somebody_elses(house: House) -> None:
    await seed_demo_bank(house.org)
    plans, directory = house.plans, house.org.directory
    plan, base = await plans.plan("east"), plans.version("east")
    zones = directory.zones("east")
    more = Zone(
        id=ZoneId("east.tea"), branch=BranchId("east"), kind=ZoneKind.WAITING, name=Text("茶歇区")
    )
    corner = PlanFeature(
        Polygon((((1, 1), (3, 1), (3, 3), (1, 3), (1, 1)),)),
        Properties(Kind.ZONE, 1, zone="east.tea"),
    )
    richer = msgspec.structs.replace(plan, features=(*plan.features, corner))
    await plans.save_layout("east", richer, [*zones, more], SYSTEM, base)
    assert directory.zone("east.tea").name.zh == "茶歇区"
    assert plans.version("east") != base
    with pytest.raises(Refused) as stale:
        await plans.save_layout("east", plan, zones, SYSTEM, base)
    assert stale.value.code == "plan_changed"
    await plans.save_layout("east", plan, zones, SYSTEM, plans.version("east"))
    assert not directory.has_zone("east.tea")


async def test_a_zone_with_a_counter_cannot_be_left_out(house: House) -> None:
    await seed_demo_bank(house.org)
    plans, zones = house.plans, house.org.directory.zones("east")
    kept = [zone for zone in zones if zone.kind is not ZoneKind.COUNTERS]
    with pytest.raises(Refused) as refused:
        await plans.save_layout("east", await plans.plan("east"), kept, SYSTEM)
    assert refused.value.code == "in_use"
    assert house.org.directory.zones("east") == zones


async def test_a_zone_of_another_branch_cannot_be_taken(house: House) -> None:
    await seed_demo_bank(house.org)
    foreign = house.org.directory.zones("willow")[0]
    mine = msgspec.structs.replace(foreign, branch=BranchId("east"))
    zones = [*house.org.directory.zones("east"), mine]
    with pytest.raises(Refused) as refused:
        await house.plans.save_layout("east", await house.plans.plan("east"), zones, SYSTEM)
    assert refused.value.code == "broken_reference"
