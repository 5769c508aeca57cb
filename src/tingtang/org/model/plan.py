"""Floor plans: GeoJSON in metres, several floors. Validated here; the way is found in ``route``.

A plan is a ``FeatureCollection``. Coordinates are metres from the lower left corner of the site, x
to the right and y up, the same on every floor, so that a lift stands above itself. Each feature's
``properties`` say what it is (``kind``) and on which ``floor``.
"""

import math
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise
from typing import Annotated

import msgspec

from tingtang.kernel.errors import Refused
from tingtang.kernel.text import Text
from tingtang.org.model.problems import BAD_PLAN

SITE_MAX_M = 500.0
FEATURES_MAX = 2_000
POINTS_MAX = 200
ZONE_MIN_M2 = 0.5

Metres = Annotated[float, msgspec.Meta(ge=-1.0, le=SITE_MAX_M)]
XY = tuple[Metres, Metres]


class Kind(StrEnum):
    """What a feature of a plan is."""

    ZONE = "zone"
    WALKWAY = "walkway"
    DOOR = "door"
    KIOSK = "kiosk"
    COUNTER = "counter"
    LIFT = "lift"
    STAIRS = "stairs"
    OUTLINE = "outline"
    WALL = "wall"
    FURNITURE = "furniture"


class Point(msgspec.Struct, frozen=True, tag="Point"):
    coordinates: XY


class LineString(msgspec.Struct, frozen=True, tag="LineString"):
    coordinates: Annotated[tuple[XY, ...], msgspec.Meta(min_length=2, max_length=POINTS_MAX)]


class Polygon(msgspec.Struct, frozen=True, tag="Polygon"):
    """The first ring is the outside; others are holes."""

    coordinates: Annotated[tuple[tuple[XY, ...], ...], msgspec.Meta(min_length=1, max_length=20)]


Geometry = Point | LineString | Polygon

GEOMETRY: dict[Kind, tuple[type[Point] | type[LineString] | type[Polygon], ...]] = {
    Kind.ZONE: (Polygon,),
    Kind.WALKWAY: (LineString,),
    Kind.DOOR: (Point,),
    Kind.KIOSK: (Point,),
    Kind.COUNTER: (Point,),
    Kind.LIFT: (Point,),
    Kind.STAIRS: (Point,),
    Kind.OUTLINE: (Polygon,),
    Kind.WALL: (LineString,),
    Kind.FURNITURE: (Polygon, LineString, Point),
}


class Properties(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a feature is. ``zone`` and ``counter`` are ids of records of the branch."""

    kind: Kind
    floor: Annotated[int, msgspec.Meta(ge=-3, le=30)] = 1
    id: Annotated[str, msgspec.Meta(max_length=60)] = ""
    zone: str = ""
    counter: str = ""
    name: Text | None = None
    floors: tuple[int, ...] = ()
    """The floors that a lift or stairs join."""
    is_entrance: bool = False
    """A door from the street."""
    facing: float = 0.0
    """Where a screen or counter looks: degrees, 0 to the right, counter-clockwise."""
    style: str = ""
    """For furniture: "plant", "sofa", "table", ..."""


class PlanFeature(msgspec.Struct, frozen=True, tag="Feature"):
    geometry: Geometry
    properties: Properties


class FloorName(msgspec.Struct, frozen=True):
    floor: int
    name: Text


class PlanProperties(msgspec.Struct, frozen=True):
    """The site's size in metres and its floors, from the street up."""

    width: Annotated[float, msgspec.Meta(gt=0, le=SITE_MAX_M)]
    height: Annotated[float, msgspec.Meta(gt=0, le=SITE_MAX_M)]
    floors: Annotated[tuple[FloorName, ...], msgspec.Meta(min_length=1, max_length=20)]


class FloorPlan(msgspec.Struct, frozen=True, tag="FeatureCollection"):
    """A branch's floor plan."""

    properties: PlanProperties
    features: Annotated[tuple[PlanFeature, ...], msgspec.Meta(max_length=FEATURES_MAX)] = ()

    def of_kind(self, *kinds: Kind) -> Iterator[PlanFeature]:
        return (f for f in self.features if f.properties.kind in kinds)

    def zone_feature(self, zone: str) -> PlanFeature | None:
        """The area of a zone."""
        return next((f for f in self.of_kind(Kind.ZONE) if f.properties.zone == zone), None)


def check_plan(plan: FloorPlan, zones: dict[str, int], counters: frozenset[str]) -> None:
    """Refuse (bad_plan) a plan that cannot be drawn or walked, naming the feature at fault.

    ``zones`` are the branch's zones with the floors they are on, ``counters`` its counters.
    """
    floors = {one.floor for one in plan.properties.floors}
    seen: set[str] = set()
    for index, feature in enumerate(plan.features):
        where = feature.properties
        label = where.id or where.zone or where.counter or f"#{index}"
        if not isinstance(feature.geometry, GEOMETRY[where.kind]):
            wanted = " / ".join(g.__name__ for g in GEOMETRY[where.kind])
            _refuse(
                f"{label}：{where.kind} 须为 {wanted}", f"{label}: a {where.kind} is a {wanted}"
            )
        if where.floor not in floors:
            _refuse(f"{label}：没有 {where.floor} 层", f"{label}: there is no floor {where.floor}")
        if where.id:
            if where.id in seen:
                _refuse(f"id {where.id} 重复", f"the id {where.id} is used twice")
            seen.add(where.id)
        _check_references(label, where, zones, counters)
        if where.kind in {Kind.LIFT, Kind.STAIRS}:
            _check_joins(label, where, floors)
        if isinstance(feature.geometry, Polygon):
            for ring in feature.geometry.coordinates:
                _check_ring(label, ring, ZONE_MIN_M2 if where.kind is Kind.ZONE else 0.0)
    areas = [f.properties.zone for f in plan.of_kind(Kind.ZONE)]
    for zone in set(areas):
        if areas.count(zone) > 1:
            _refuse(f"功能区 {zone} 画了两次", f"zone {zone} is drawn twice")


def _check_references(
    label: str, where: Properties, zones: dict[str, int], counters: frozenset[str]
) -> None:
    if where.kind is Kind.ZONE and not where.zone:
        _refuse(f"{label}：缺少功能区 zone", f"{label}: says no zone")
    if where.zone and where.zone not in zones:
        _refuse(f"{label}：没有功能区 {where.zone}", f"{label}: there is no zone {where.zone}")
    if where.kind is Kind.ZONE and zones[where.zone] != where.floor:
        _refuse(
            f"{label}：功能区 {where.zone} 在 {zones[where.zone]} 层",
            f"{label}: zone {where.zone} is on floor {zones[where.zone]}",
        )
    if where.kind is Kind.COUNTER and where.counter not in counters:
        _refuse(
            f"{label}：没有窗口 {where.counter}", f"{label}: there is no counter {where.counter}"
        )


def _check_joins(label: str, where: Properties, floors: set[int]) -> None:
    if len(set(where.floors)) < 2 or not set(where.floors) <= floors:
        _refuse(
            f"{label}：{where.kind} 须连接两个以上的楼层",
            f"{label}: a {where.kind} joins two or more floors of the plan",
        )
    if where.floor not in where.floors:
        _refuse(f"{label}：不通往所在楼层", f"{label}: does not reach the floor it is on")


def _check_ring(label: str, ring: tuple[XY, ...], area_min_m2: float) -> None:
    if len(ring) < 4 or len(ring) > POINTS_MAX or ring[0] != ring[-1]:
        _refuse(f"{label}：多边形未闭合", f"{label}: the polygon is not closed")
    if abs(ring_area(ring)) <= area_min_m2:
        _refuse(f"{label}：面积过小", f"{label}: the area is too small")
    edges = list(pairwise(ring))
    for i, one in enumerate(edges):
        for j in range(i + 2, len(edges)):
            neighbours = i == 0 and j == len(edges) - 1
            if not neighbours and crossing(*one, *edges[j]) is not None:
                _refuse(f"{label}：多边形自相交", f"{label}: the polygon crosses itself")


def _refuse(zh: str, en: str) -> None:
    raise Refused(BAD_PLAN, reason=Text(zh, en))


# -- plane geometry ---------------------------------------------------------------------------


def ring_area(ring: tuple[XY, ...]) -> float:
    """Signed area in square metres (shoelace formula); positive counter-clockwise."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) / 2


def centre(ring: tuple[XY, ...]) -> tuple[float, float]:
    """The centre of gravity of a closed ring; the mean of its corners where it has no area."""
    area = ring_area(ring)
    if abs(area) < 1e-9:
        corners = ring[:-1]
        return sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)
    x = sum((x1 + x2) * (x1 * y2 - x2 * y1) for (x1, y1), (x2, y2) in pairwise(ring))
    y = sum((y1 + y2) * (x1 * y2 - x2 * y1) for (x1, y1), (x2, y2) in pairwise(ring))
    return x / (6 * area), y / (6 * area)


def crossing(
    a: tuple[float, float],
    b: tuple[float, float],
    c: tuple[float, float],
    d: tuple[float, float],
) -> tuple[float, float] | None:
    """Where the segments ab and cd meet, as fractions along each; None where they do not.

    Parallel segments are said not to meet: their shared ends are found as ends.
    """
    rx, ry = b[0] - a[0], b[1] - a[1]
    sx, sy = d[0] - c[0], d[1] - c[1]
    cross = rx * sy - ry * sx
    if abs(cross) < 1e-12:
        return None
    qx, qy = c[0] - a[0], c[1] - a[1]
    t, u = (qx * sy - qy * sx) / cross, (qx * ry - qy * rx) / cross
    return (t, u) if 0 <= t <= 1 and 0 <= u <= 1 else None


def nearest_on(
    p: tuple[float, float], a: tuple[float, float], b: tuple[float, float]
) -> tuple[float, float]:
    """The fraction along ab that is nearest to p, and the distance from there in metres."""
    rx, ry = b[0] - a[0], b[1] - a[1]
    length2 = rx * rx + ry * ry
    t = 0.0
    if length2 > 0:
        t = min(1.0, max(0.0, ((p[0] - a[0]) * rx + (p[1] - a[1]) * ry) / length2))
    return t, math.hypot(p[0] - a[0] - t * rx, p[1] - a[1] - t * ry)
