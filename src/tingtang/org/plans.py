"""Floor plans: stored once by content, read when somebody looks, routed on."""

import hashlib
from collections import OrderedDict

import msgspec
import sqlalchemy as sa

from tingtang.kernel.database import Database
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import Actor
from tingtang.org import changes as c
from tingtang.org import tables as t
from tingtang.org.directory import Directory
from tingtang.org.model.plan import FloorPlan, Kind, Point, check_plan
from tingtang.org.model.problems import NO_SUCH_RECORD
from tingtang.org.model.route import Place, Route, find_route
from tingtang.org.structure import OrgService

KEPT_MAX = 64
"""Plans held decoded; a plan is some hundred kilobytes in memory."""


class Plans:
    """Reads and writes floor plans."""

    def __init__(self, org: OrgService, database: Database) -> None:
        self._org = org
        self._database = database
        self._kept: OrderedDict[str, FloorPlan] = OrderedDict()

    async def plan(self, branch: str) -> FloorPlan:
        """The branch's floor plan; refused (no_such_record) where none was drawn."""
        self._org.directory.branch(branch)
        digest = self._org.directory.plan_digest(branch)
        if not digest:
            raise Refused(NO_SUCH_RECORD, what="plan", id=branch)
        kept = self._kept.get(digest)
        if kept is not None:
            self._kept.move_to_end(digest)
            return kept
        query = sa.select(t.plans.c.body).where(t.plans.c.digest == digest)
        body = await self._database.read(lambda connection: connection.scalar(query))
        if body is None:
            raise Refused(NO_SUCH_RECORD, what="plan", id=branch)
        plan = msgspec.json.decode(body, type=FloorPlan)
        self._kept[digest] = plan
        if len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return plan

    async def save(self, branch: str, plan: FloorPlan, actor: Actor) -> list[str]:
        """Draw a branch's plan anew; gives back the zones to which no way leads from its entrance."""
        self.check(self._org.directory, branch, plan)
        await self._org.write(branch, [plan_change(branch, plan)], actor)
        return unreachable(plan)

    async def route(self, branch: str, start: Place, zone: str, *, step_free: bool) -> Route:
        """The way from ``start`` to a zone of the branch."""
        plan = await self.plan(branch)
        found = self._org.directory.zone(zone)
        if found.branch != branch:
            raise Refused(NO_SUCH_RECORD, what="zone", id=zone)
        return find_route(plan, start, zone, step_free=step_free)

    @staticmethod
    def check(directory: Directory, branch: str, plan: FloorPlan) -> None:
        """Refuse a plan that does not fit the branch's zones and counters."""
        zones = {zone.id: zone.floor for zone in directory.zones(branch)}
        counters = frozenset(counter.id for counter in directory.counters(branch))
        check_plan(plan, {str(k): v for k, v in zones.items()}, frozenset(map(str, counters)))


def plan_change(branch: str, plan: FloorPlan) -> c.Change:
    """The change that stores a plan under the digest of its content."""
    body = msgspec.json.encode(plan)
    digest = hashlib.sha256(body).hexdigest()[:32]
    return c.save_plan(BranchId(branch), digest, body.decode())


def unreachable(plan: FloorPlan) -> list[str]:
    """The zones that cannot be walked to from any entrance, but those outside the walls."""
    starts = [
        Place(f.properties.floor, *f.geometry.coordinates)
        for f in plan.of_kind(Kind.DOOR)
        if f.properties.is_entrance and isinstance(f.geometry, Point)
    ]
    lost = []
    for area in plan.of_kind(Kind.ZONE):
        if not any(_can_walk(plan, start, area.properties.zone) for start in starts):
            lost.append(area.properties.zone)
    return lost


def _can_walk(plan: FloorPlan, start: Place, zone: str) -> bool:
    try:
        find_route(plan, start, zone)
    except Refused:
        return False
    return True
