"""Floor plans: stored once by content, read when somebody looks, routed on."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from tingtang.kernel.database import Database
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import Actor
from tingtang.kernel.text import Text
from tingtang.org import changes as c
from tingtang.org import tables as t
from tingtang.org.model.plan import FloorPlan, Kind, check_plan
from tingtang.org.model.plan_check import entrances
from tingtang.org.model.problems import BROKEN_REFERENCE, IN_USE, NO_SUCH_RECORD, PLAN_CHANGED
from tingtang.org.model.records import Zone
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
        self._saving = asyncio.Lock()

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

    def version(self, branch: str) -> str:
        """Which plan the branch has now; "" where none was drawn."""
        return self._org.directory.plan_digest(branch)

    async def save(
        self, branch: str, plan: FloorPlan, actor: Actor, base: str | None = None
    ) -> list[str]:
        """Draw a branch's plan anew; gives back the zones to which no way leads from its entrance.

        ``base`` is the version that was drawn on: refused (plan_changed) if it is not the present
        one any more.
        """
        zones = self._org.directory.zones(branch)
        await self.save_layout(branch, plan, zones, actor, base)
        return unreachable(plan)

    async def save_layout(
        self,
        branch: str,
        plan: FloorPlan,
        zones: Sequence[Zone],
        actor: Actor,
        base: str | None = None,
    ) -> None:
        """Draw the plan together with all of the branch's zones, all or nothing.

        Zones that are not among ``zones`` are removed; refused (in_use) while a counter stands in
        one. ``base`` as in :meth:`save`.
        """
        directory = self._org.directory
        directory.branch(branch)
        async with self._saving:
            if base is not None and base != self.version(branch):
                raise Refused(PLAN_CHANGED)
            before = {zone.id: zone for zone in directory.zones(branch)}
            after = {zone.id: zone for zone in zones}
            for zone in zones:
                owner = directory.zone(zone.id).branch if directory.has_zone(zone.id) else branch
                if zone.branch != branch or owner != branch:
                    raise Refused(BROKEN_REFERENCE, field="branch", id=zone.branch)
            for counter in directory.counters(branch):
                if counter.zone not in after:
                    raise Refused(IN_USE, what=before[counter.zone].name, user=Text(counter.sign))
            counters = frozenset(str(one.id) for one in directory.counters(branch))
            check_plan(plan, {str(zone.id): zone.floor for zone in zones}, counters)
            changes = [c.save_zone(zone) for zone in zones if before.get(zone.id) != zone]
            changes += [c.remove_zone(BranchId(branch), id_) for id_ in before if id_ not in after]
            await self._org.write(branch, [*changes, plan_change(branch, plan)], actor)

    async def route(self, branch: str, start: Place, zone: str, *, step_free: bool) -> Route:
        """The way from ``start`` to a zone of the branch."""
        plan = await self.plan(branch)
        found = self._org.directory.zone(zone)
        if found.branch != branch:
            raise Refused(NO_SUCH_RECORD, what="zone", id=zone)
        return find_route(plan, start, zone, step_free=step_free)


def plan_change(branch: str, plan: FloorPlan) -> c.Change:
    """The change that stores a plan under the digest of its content."""
    body = msgspec.json.encode(plan)
    digest = hashlib.sha256(body).hexdigest()[:32]
    return c.save_plan(BranchId(branch), digest, body.decode())


def unreachable(plan: FloorPlan) -> list[str]:
    """The zones that cannot be walked to from any entrance, but those outside the walls."""
    starts = entrances(plan)
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
