"""HTTP of what customers may know: branches, services, the floor plan and the way."""

from typing import Annotated

import msgspec
from litestar import get, put
from litestar.params import Parameter

from tingtang.kernel.clock import local_date
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.web import permit, public
from tingtang.org.directory import Directory
from tingtang.org.model.hours import is_open, spans_on
from tingtang.org.model.plan import SITE_MAX_M, FloorPlan
from tingtang.org.model.records import Branch
from tingtang.org.model.route import Place, Route
from tingtang.org.plans import Plans
from tingtang.org.views import Guide, PublicBranch

Coordinate = Annotated[float, Parameter(ge=0, le=SITE_MAX_M)]


class PublicBranches(msgspec.Struct, frozen=True):
    branches: list[PublicBranch]


class PlanSaved(msgspec.Struct, frozen=True):
    """The zones to which no way leads from any entrance: the plan was saved all the same."""

    unreachable: list[str]


@get("/api/public/branches", **public("customers choose a branch before they come"))
async def list_public_branches(directory: Directory, now_ms: int) -> PublicBranches:
    """The bank's branches with address and today's hours."""
    found = []
    for branch in directory.branches():
        if branch.active:
            today, opened = _today(branch, now_ms)
            found.append(
                PublicBranch(branch.id, branch.name, branch.address, branch.phone, today, opened)
            )
    return PublicBranches(found)


@get("/api/branches/{branch:str}/guide", **permit(Permission.GUIDE_SEE))
async def read_guide(directory: Directory, branch: str, now_ms: int) -> Guide:
    """Zones, counters and services of a branch, with materials and steps."""
    record = directory.branch(branch)
    today, opened = _today(record, now_ms)
    return Guide(
        record,
        today,
        opened,
        directory.zones(branch),
        directory.counters(branch),
        directory.services_of(branch),
    )


@get("/api/branches/{branch:str}/plan", **permit(Permission.GUIDE_SEE))
async def read_plan(plans: Plans, branch: str) -> FloorPlan:
    """The floor plan: GeoJSON in metres."""
    return await plans.plan(branch)


@put("/api/branches/{branch:str}/plan", **permit(Permission.ORG_EDIT))
async def save_plan(plans: Plans, branch: str, data: FloorPlan, actor: Actor) -> PlanSaved:
    """Draw the floor plan anew."""
    return PlanSaved(await plans.save(branch, data, actor))


@get("/api/branches/{branch:str}/route", **permit(Permission.GUIDE_SEE))
async def read_route(
    plans: Plans,
    branch: str,
    zone: str,
    x: Coordinate,
    y: Coordinate,
    floor: int = 1,
    step_free: bool = False,
) -> Route:
    """The way from a point to a zone, as lines to draw and steps to speak."""
    return await plans.route(branch, Place(floor, x, y), zone, step_free=step_free)


def _today(branch: Branch, now_ms: int) -> tuple[list[str], bool]:
    date = local_date(now_ms, branch.time_zone)
    spans = [f"{span.opens}-{span.closes}" for span in spans_on(branch.hours, date)]
    return spans, is_open(branch.hours, now_ms, date, branch.time_zone)


ROUTES = (list_public_branches, read_guide, read_plan, save_plan, read_route)
