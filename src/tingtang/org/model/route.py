"""The way from where one stands to a zone: along the walkways, over lifts and stairs, in words.

Dijkstra's algorithm over the walkways of all floors. A lift costs as much time as a walk of 12 m
and 4 m a floor, stairs as 10 m a floor; who cannot climb asks for a way without steps.
"""

import heapq
import itertools
import math
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from tingtang.kernel.errors import Refused
from tingtang.kernel.text import Text
from tingtang.org.model.plan import (
    FloorPlan,
    Kind,
    LineString,
    PlanFeature,
    Point,
    Polygon,
    centre,
    crossing,
    nearest_on,
)
from tingtang.org.model.problems import NO_ROUTE_THERE

LIFT_M = 12.0
LIFT_FLOOR_M = 4.0
STAIRS_FLOOR_M = 10.0
SNAP_M = 0.4
"""Ends of walkways this near to another walkway are taken to touch it."""
REACH_M = 15.0
"""Farther than this from any walkway nobody is standing in the branch."""
STRAIGHT_DEGREES = 35.0
BACK_DEGREES = 150.0
WALK_M_PER_S = 0.9
"""An elderly person's comfortable pace (Bohannon 1997 gives 1.3 for all adults, less at 75+)."""

Node = tuple[int, float, float]


class Place(msgspec.Struct, frozen=True):
    """Where somebody stands: floor, and metres as in the plan."""

    floor: int
    x: float
    y: float


class RoutePart(msgspec.Struct, frozen=True):
    """The part of the way on one floor, as a line to draw."""

    floor: int
    line: tuple[tuple[float, float], ...]


class Route(msgspec.Struct, frozen=True):
    """The whole way. ``length_m`` is walked metres, without lifts and stairs."""

    zone: str
    length_m: float
    seconds: int
    parts: tuple[RoutePart, ...]
    steps: tuple[Text, ...]


class _Network:
    """The walkways as a graph; a node is a floor and a point rounded to the centimetre."""

    def __init__(self) -> None:
        self.edges: dict[Node, list[tuple[Node, float, Kind]]] = defaultdict(list)

    def join(self, a: Node, b: Node, cost: float, kind: Kind) -> None:
        self.edges[a].append((b, cost, kind))
        self.edges[b].append((a, cost, kind))


def find_route(plan: FloorPlan, start: Place, zone: str, *, step_free: bool = False) -> Route:
    """The shortest way to ``zone``; refused (no_route_there) where there is none."""
    area = plan.zone_feature(zone)
    if area is None:
        raise Refused(NO_ROUTE_THERE)
    goals = _goals(plan, area)
    network, nodes = _build(plan, [start, *goals], step_free=step_free)
    begin, ends = nodes[0], set(nodes[1:])
    if begin is None:
        raise Refused(NO_ROUTE_THERE)
    path = _shortest(network, begin, ends - {None})
    if path is None:
        raise Refused(NO_ROUTE_THERE)
    return _describe(plan, area, start, goals, path)


def has_walkway_near(plan: FloorPlan, place: Place) -> bool:
    """Whether somebody who stands there stands at a walkway."""
    at = (place.x, place.y)
    return any(
        nearest_on(at, *edge)[1] <= REACH_M
        for feature in plan.of_kind(Kind.WALKWAY)
        if feature.properties.floor == place.floor and isinstance(feature.geometry, LineString)
        for edge in itertools.pairwise(feature.geometry.coordinates)
    )


def _goals(plan: FloorPlan, area: PlanFeature) -> list[Place]:
    """The zone's doors; without one, its middle."""
    zone = area.properties.zone
    doors = [
        Place(f.properties.floor, *f.geometry.coordinates)
        for f in plan.of_kind(Kind.DOOR)
        if f.properties.zone == zone and isinstance(f.geometry, Point)
    ]
    if doors or not isinstance(area.geometry, Polygon):
        return doors
    return [Place(area.properties.floor, *centre(area.geometry.coordinates[0]))]


def _build(
    plan: FloorPlan, places: Iterable[Place], *, step_free: bool
) -> tuple[_Network, list[Node | None]]:
    """The network, and for each place the node on the nearest walkway (None: too far away)."""
    network = _Network()
    segments: dict[int, list[tuple[tuple[float, float], tuple[float, float]]]] = defaultdict(list)
    for feature in plan.of_kind(Kind.WALKWAY):
        if isinstance(feature.geometry, LineString):
            line = feature.geometry.coordinates
            segments[feature.properties.floor] += list(itertools.pairwise(line))
    cuts = {floor: [{0.0, 1.0} for _ in lines] for floor, lines in segments.items()}
    for floor, lines in segments.items():
        _cut_where_they_meet(network, floor, lines, cuts[floor])

    def attach(place: Place, reach: float) -> Node | None:
        lines = segments.get(place.floor, [])
        best = min(
            ((nearest_on((place.x, place.y), *line), i) for i, line in enumerate(lines)),
            key=lambda found: found[0][1],
            default=None,
        )
        if best is None or best[0][1] > reach:
            return None
        (t, _), i = best
        cuts[place.floor][i].add(t)
        return _node(place.floor, *_along(*lines[i], t))

    nodes = [attach(place, REACH_M) for place in places]
    joins = (Kind.LIFT,) if step_free else (Kind.LIFT, Kind.STAIRS)
    for feature in plan.of_kind(*joins):
        if not isinstance(feature.geometry, Point):
            continue
        x, y = feature.geometry.coordinates
        reached = {f: attach(Place(f, x, y), REACH_M) for f in sorted(feature.properties.floors)}
        kind = feature.properties.kind
        for lower, upper in _pairs(sorted(reached)):
            a, b = reached[lower], reached[upper]
            if a is not None and b is not None:
                floors = upper - lower
                cost = (
                    LIFT_M + LIFT_FLOOR_M * floors if kind is Kind.LIFT else STAIRS_FLOOR_M * floors
                )
                network.join(a, b, cost, kind)
    for floor, lines in segments.items():
        for line, fractions in zip(lines, cuts[floor], strict=True):
            ordered = [_node(floor, *_along(*line, t)) for t in sorted(fractions)]
            for a, b in itertools.pairwise(ordered):
                if a != b:
                    network.join(a, b, math.dist(a[1:], b[1:]), Kind.WALKWAY)
    return network, nodes


def _cut_where_they_meet(
    network: _Network,
    floor: int,
    lines: list[tuple[tuple[float, float], tuple[float, float]]],
    cuts: list[set[float]],
) -> None:
    for i, one in enumerate(lines):
        for j in range(len(lines)):
            if i == j:
                continue
            other = lines[j]
            if j > i and (met := crossing(*one, *other)) is not None:
                cuts[i].add(met[0])
                cuts[j].add(met[1])
            for end in one:
                t, distance = nearest_on(end, *other)
                if distance <= SNAP_M:
                    cuts[j].add(t)
                    a, b = _node(floor, *end), _node(floor, *_along(*other, t))
                    if a != b:
                        network.join(a, b, distance, Kind.WALKWAY)


def _shortest(
    network: _Network, begin: Node, ends: set[Node | None]
) -> list[tuple[Node, Kind]] | None:
    """The nodes of the cheapest path with the kind of each step; None where there is none."""
    best: dict[Node, float] = {begin: 0.0}
    came: dict[Node, tuple[Node, Kind]] = {}
    heap: list[tuple[float, Node]] = [(0.0, begin)]
    while heap:
        cost, node = heapq.heappop(heap)
        if node in ends:
            return _path(came, begin, node)
        if cost > best[node]:
            continue
        for other, step, kind in network.edges.get(node, ()):
            total = cost + step
            if total < best.get(other, math.inf):
                best[other] = total
                came[other] = (node, kind)
                heapq.heappush(heap, (total, other))
    return None


def _path(came: dict[Node, tuple[Node, Kind]], begin: Node, end: Node) -> list[tuple[Node, Kind]]:
    path = []
    node = end
    while node != begin:
        before, kind = came[node]
        path.append((node, kind))
        node = before
    path.append((begin, Kind.WALKWAY))
    return path[::-1]


def _describe(
    plan: FloorPlan,
    area: PlanFeature,
    start: Place,
    goals: list[Place],
    path: list[tuple[Node, Kind]],
) -> Route:
    """The path as lines a floor and as steps to speak."""
    end = path[-1][0]
    goal = min(
        (g for g in goals if g.floor == end[0]),
        key=lambda g: math.dist((g.x, g.y), end[1:]),
        default=Place(*end),
    )
    parts: list[tuple[int, list[tuple[float, float]], Kind]] = [
        (start.floor, [(start.x, start.y)], Kind.WALKWAY)
    ]
    for node, kind in path:
        if kind is not Kind.WALKWAY:
            parts.append((node[0], [], kind))
        parts[-1][1].append((node[1], node[2]))
    parts[-1][1].append((goal.x, goal.y))
    steps: list[Text] = []
    total = 0.0
    lines = []
    for floor, points, kind in parts:
        line = _straightened(points)
        if kind is not Kind.WALKWAY:
            steps.append(_change_floor(plan, floor, kind))
        steps += _walk_steps(line, is_first=kind is Kind.WALKWAY)
        total += _length(line)
        lines.append(RoutePart(floor, tuple(line)))
    name = area.properties.name or Text("目的地", "your destination")
    arrival = Text(f"到达{name.zh}", f"You have arrived at {name.in_language('en')}")
    return Route(
        area.properties.zone,
        round(total, 1),
        math.ceil(total / WALK_M_PER_S),
        tuple(lines),
        (*steps, arrival),
    )


def _straightened(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The same line without repeated points and without those on a straight stretch."""
    line: list[tuple[float, float]] = []
    for point in points:
        if line and math.dist(line[-1], point) < 0.05:
            continue
        while len(line) >= 2 and abs(_turn(line[-2], line[-1], point)) < 1.0:
            line.pop()
        line.append(point)
    return line or points[:1]


def _walk_steps(line: list[tuple[float, float]], *, is_first: bool) -> list[Text]:
    steps = []
    metres = 0.0
    turn = (
        Text("沿地面箭头直行", "Follow the arrows straight on")
        if is_first
        else Text("直行", "Go on")
    )
    for i in range(1, len(line)):
        metres += math.dist(line[i - 1], line[i])
        angle = _turn(line[i - 1], line[i], line[i + 1]) if i + 1 < len(line) else None
        if angle is not None and abs(angle) < STRAIGHT_DEGREES:
            continue
        if metres >= 1.0:
            about = max(1, round(metres))
            steps.append(Text(f"{turn.zh}约 {about} 米", f"{turn.en} for about {about} m"))
            metres = 0.0
        if angle is not None:
            turn = _turn_words(angle)
    return steps


def _turn_words(angle: float) -> Text:
    if abs(angle) > BACK_DEGREES:
        return Text("掉头，直行", "Turn around and walk")
    if angle > 0:
        return Text("左转，直行", "Turn left and walk")
    return Text("右转，直行", "Turn right and walk")


def _change_floor(plan: FloorPlan, floor: int, kind: Kind) -> Text:
    name = next((f.name for f in plan.properties.floors if f.floor == floor), Text(f"{floor} 层"))
    if kind is Kind.LIFT:
        return Text(f"乘电梯到{name.zh}", f"Take the lift to {name.in_language('en')}")
    return Text(f"走楼梯到{name.zh}", f"Take the stairs to {name.in_language('en')}")


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    """The turn at b in degrees: positive to the left, 180 is back."""
    before = math.atan2(b[1] - a[1], b[0] - a[0])
    after = math.atan2(c[1] - b[1], c[0] - b[0])
    return (math.degrees(after - before) + 180.0) % 360.0 - 180.0


def _length(line: list[tuple[float, float]]) -> float:
    return sum(math.dist(a, b) for a, b in itertools.pairwise(line))


def _along(a: tuple[float, float], b: tuple[float, float], t: float) -> tuple[float, float]:
    return a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])


def _node(floor: int, x: float, y: float) -> Node:
    return floor, round(x, 2), round(y, 2)


def _pairs(floors: list[int]) -> list[tuple[int, int]]:
    return [(a, b) for i, a in enumerate(floors) for b in floors[i + 1 :]]
