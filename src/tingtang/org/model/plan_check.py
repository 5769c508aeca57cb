"""What is wrong with a floor plan that can be stored all the same: said in words, thing by thing.

:func:`~tingtang.org.model.plan.check_plan` refuses what cannot be drawn; this tells whoever draws
what customers would stumble over.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import combinations, pairwise

import msgspec

from tingtang.kernel.errors import Refused
from tingtang.kernel.text import Text
from tingtang.org.model.plan import (
    XY,
    FloorPlan,
    Kind,
    PlanFeature,
    Point,
    Polygon,
    centre,
    check_plan,
    crossing,
)
from tingtang.org.model.records import Counter, Zone, ZoneKind
from tingtang.org.model.route import Place, find_route, has_walkway_near

CROSS_MARGIN = 1e-6
"""Areas that only share a wall do not overlap: a meeting at the very end of an edge is no crossing."""


class FaultKind(StrEnum):
    """What a fault is about."""

    INVALID = "invalid"
    NO_ENTRANCE = "no_entrance"
    NO_OUTLINE = "no_outline"
    ZONE_NOT_REACHED = "zone_not_reached"
    ZONE_NOT_DRAWN = "zone_not_drawn"
    ZONES_OVERLAP = "zones_overlap"
    COUNTER_OUTSIDE = "counter_outside"
    COUNTER_NOT_DRAWN = "counter_not_drawn"
    KIOSK_ASTRAY = "kiosk_astray"


class PlanFault(msgspec.Struct, frozen=True):
    """One fault. ``feature`` is the place of the thing in the plan's list, -1 where there is none;
    ``refuses`` says that the plan cannot be stored like this."""

    kind: FaultKind
    text: Text
    floor: int = 1
    feature: int = -1
    refuses: bool = False


def plan_faults(
    plan: FloorPlan, zones: Sequence[Zone], counters: Sequence[Counter]
) -> list[PlanFault]:
    """Everything that is wrong with ``plan`` for a branch of these zones and counters."""
    floors = {str(zone.id): zone.floor for zone in zones}
    try:
        check_plan(plan, floors, frozenset(str(counter.id) for counter in counters))
    except Refused as refused:
        reason = refused.params["reason"]
        text = reason if isinstance(reason, Text) else Text(str(reason))
        return [PlanFault(FaultKind.INVALID, text, refuses=True)]
    return [
        *_building(plan),
        *_zones(plan, zones),
        *_counters(plan, counters),
        *_kiosks(plan),
    ]


def _building(plan: FloorPlan) -> Iterator[PlanFault]:
    outlined = {f.properties.floor for f in plan.of_kind(Kind.OUTLINE)}
    for one in plan.properties.floors:
        if one.floor not in outlined:
            name = one.name
            text = Text(f"{name.zh}没有画外墙", f"{name.in_language('en')} has no outer wall drawn")
            yield PlanFault(FaultKind.NO_OUTLINE, text, one.floor)
    if not entrances(plan):
        text = Text(
            "没有临街的入口：请放置一扇门并标为入口",
            "There is no way in from the street: place a door and mark it as an entrance",
        )
        yield PlanFault(FaultKind.NO_ENTRANCE, text)


def _zones(plan: FloorPlan, zones: Sequence[Zone]) -> Iterator[PlanFault]:
    drawn = {f.properties.zone for f in plan.of_kind(Kind.ZONE)}
    names = {str(zone.id): zone.name for zone in zones}
    for zone in zones:
        if zone.id not in drawn:
            text = Text(
                f"{zone.name.zh}没有画在图上", f"{zone.name.in_language('en')} is not drawn"
            )
            yield PlanFault(FaultKind.ZONE_NOT_DRAWN, text, zone.floor)
    outside = {str(zone.id) for zone in zones if zone.kind is ZoneKind.WINDOW}
    starts = entrances(plan)
    areas = [(i, f) for i, f in enumerate(plan.features) if f.properties.kind is Kind.ZONE]
    for index, area in areas:
        zone_id = area.properties.zone
        if starts and zone_id not in outside and not _is_reached(plan, starts, zone_id):
            name = names[zone_id]
            text = Text(f"没有通道走到{name.zh}", f"No walkway leads to {name.in_language('en')}")
            yield PlanFault(FaultKind.ZONE_NOT_REACHED, text, area.properties.floor, index)
    for (index, one), (_, other) in combinations(areas, 2):
        if one.properties.floor == other.properties.floor and _overlap(one, other):
            a, b = names[one.properties.zone], names[other.properties.zone]
            text = Text(
                f"{a.zh}与{b.zh}重叠",
                f"{a.in_language('en')} and {b.in_language('en')} overlap",
            )
            yield PlanFault(FaultKind.ZONES_OVERLAP, text, one.properties.floor, index)


def _counters(plan: FloorPlan, counters: Sequence[Counter]) -> Iterator[PlanFault]:
    signs = {str(counter.id): counter.sign for counter in counters}
    drawn = set()
    for index, feature in enumerate(plan.features):
        where = feature.properties
        if where.kind is not Kind.COUNTER or not isinstance(feature.geometry, Point):
            continue
        drawn.add(where.counter)
        if not _in_a_zone(plan, where.floor, feature.geometry.coordinates):
            sign = signs[where.counter]
            text = Text(
                f"{sign} 号窗口不在任何功能区内", f"Counter {sign} stands outside every zone"
            )
            yield PlanFault(FaultKind.COUNTER_OUTSIDE, text, where.floor, index)
    for counter in counters:
        if counter.active and counter.id not in drawn:
            sign = counter.sign
            text = Text(f"{sign} 号窗口没有画在图上", f"Counter {sign} is not drawn")
            yield PlanFault(FaultKind.COUNTER_NOT_DRAWN, text)


def _kiosks(plan: FloorPlan) -> Iterator[PlanFault]:
    for index, feature in enumerate(plan.features):
        where = feature.properties
        if where.kind is not Kind.KIOSK or not isinstance(feature.geometry, Point):
            continue
        if not has_walkway_near(plan, Place(where.floor, *feature.geometry.coordinates)):
            text = Text(
                f"取号引导机 {where.id or index} 附近没有通道，无法指路",
                f"No walkway is near the kiosk {where.id or index}: it cannot show the way",
            )
            yield PlanFault(FaultKind.KIOSK_ASTRAY, text, where.floor, index)


def entrances(plan: FloorPlan) -> list[Place]:
    """Where one comes in from the street."""
    return [
        Place(f.properties.floor, *f.geometry.coordinates)
        for f in plan.of_kind(Kind.DOOR)
        if f.properties.is_entrance and isinstance(f.geometry, Point)
    ]


def _is_reached(plan: FloorPlan, starts: Sequence[Place], zone: str) -> bool:
    for start in starts:
        try:
            find_route(plan, start, zone)
        except Refused:
            continue
        return True
    return False


def _in_a_zone(plan: FloorPlan, floor: int, at: XY) -> bool:
    return any(
        f.properties.floor == floor and is_inside(at, f.geometry.coordinates[0])
        for f in plan.of_kind(Kind.ZONE)
        if isinstance(f.geometry, Polygon)
    )


def is_inside(at: tuple[float, float], ring: tuple[XY, ...]) -> bool:
    """Whether a point lies in a closed ring, its border included (ray casting to the right)."""
    x, y = at
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if _on_edge(x, y, x1, y1, x2, y2):
            return True
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def _on_edge(x: float, y: float, x1: float, y1: float, x2: float, y2: float) -> bool:
    cross = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
    return (
        abs(cross) < 1e-9
        and min(x1, x2) - 1e-9 <= x <= max(x1, x2) + 1e-9
        and min(y1, y2) - 1e-9 <= y <= max(y1, y2) + 1e-9
    )


def _overlap(one: PlanFeature, other: PlanFeature) -> bool:
    """Whether two areas share more than a border."""
    if not isinstance(one.geometry, Polygon) or not isinstance(other.geometry, Polygon):
        return False
    a, b = one.geometry.coordinates[0], other.geometry.coordinates[0]
    for edge in pairwise(a):
        for against in pairwise(b):
            met = crossing(*edge, *against)
            if met and all(CROSS_MARGIN < t < 1 - CROSS_MARGIN for t in met):
                return True
    return is_inside(centre(a), b) or is_inside(centre(b), a)
