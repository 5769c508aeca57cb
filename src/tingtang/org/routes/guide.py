"""HTTP of what customers may know: branches, services, the floor plan and the way."""

from typing import Annotated

import msgspec
from litestar import Response, get, post, put
from litestar.params import HeaderParameter, Parameter

from tingtang.kernel.clock import local_date
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.web import permit, public
from tingtang.org.directory import Directory
from tingtang.org.model.hours import is_open, spans_on
from tingtang.org.model.plan import SITE_MAX_M, FloorPlan
from tingtang.org.model.plan_check import PlanFault, plan_faults
from tingtang.org.model.records import Branch, Zone
from tingtang.org.model.route import Place, Route, find_route
from tingtang.org.plans import Plans, unreachable
from tingtang.org.views import Guide, PublicBranch

Coordinate = Annotated[float, Parameter(ge=0, le=SITE_MAX_M)]
DrawnOn = Annotated[str | None, HeaderParameter(name="If-Match")]
"""The ``ETag`` with which the plan was read: what was drawn meanwhile is not lost."""
ZONES_MAX = 200


class PublicBranches(msgspec.Struct, frozen=True):
    branches: list[PublicBranch]


class PlanSaved(msgspec.Struct, frozen=True):
    """The zones to which no way leads from any entrance: the plan was saved all the same."""

    unreachable: list[str]


class Layout(msgspec.Struct, frozen=True):
    """A floor plan and all zones of the branch, as somebody draws them."""

    plan: FloorPlan
    zones: Annotated[list[Zone], msgspec.Meta(max_length=ZONES_MAX)]


class PlanFaults(msgspec.Struct, frozen=True):
    faults: list[PlanFault]


class TryRoute(msgspec.Struct, frozen=True):
    """A way to be looked for on a plan that is not stored yet."""

    plan: FloorPlan
    start: Place
    zone: str
    step_free: bool = False


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
async def read_plan(plans: Plans, branch: str) -> Response[FloorPlan]:
    """The floor plan: GeoJSON in metres. ``ETag`` names its version."""
    plan = await plans.plan(branch)
    return Response(plan, headers={"etag": f'"{plans.version(branch)}"'})


@put("/api/branches/{branch:str}/plan", **permit(Permission.ORG_EDIT))
async def save_plan(
    plans: Plans, branch: str, data: FloorPlan, actor: Actor, drawn_on: DrawnOn = None
) -> PlanSaved:
    """Draw the floor plan anew."""
    return PlanSaved(await plans.save(branch, data, actor, _version(drawn_on)))


@put("/api/branches/{branch:str}/layout", **permit(Permission.ORG_EDIT))
async def save_layout(
    plans: Plans, branch: str, data: Layout, actor: Actor, drawn_on: DrawnOn = None
) -> Response[PlanSaved]:
    """Draw the floor plan anew together with the branch's zones; zones left out are removed."""
    await plans.save_layout(branch, data.plan, data.zones, actor, _version(drawn_on))
    headers = {"etag": f'"{plans.version(branch)}"'}
    return Response(PlanSaved(unreachable(data.plan)), headers=headers)


@post("/api/branches/{branch:str}/layout/check", status_code=200, **permit(Permission.ORG_EDIT))
async def check_layout(directory: Directory, branch: str, data: Layout) -> PlanFaults:
    """What is wrong with a plan before it is stored; nothing is changed."""
    return PlanFaults(plan_faults(data.plan, data.zones, directory.counters(branch)))


@post("/api/branches/{branch:str}/layout/route", status_code=200, **permit(Permission.ORG_EDIT))
async def try_route(directory: Directory, branch: str, data: TryRoute) -> Route:
    """The way on a plan that is not stored yet."""
    directory.branch(branch)
    return find_route(data.plan, data.start, data.zone, step_free=data.step_free)


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


def _version(drawn_on: str | None) -> str | None:
    return None if drawn_on is None else drawn_on.removeprefix("W/").strip('"')


def _today(branch: Branch, now_ms: int) -> tuple[list[str], bool]:
    date = local_date(now_ms, branch.time_zone)
    spans = [f"{span.opens}-{span.closes}" for span in spans_on(branch.hours, date)]
    return spans, is_open(branch.hours, now_ms, date, branch.time_zone)


ROUTES = (
    list_public_branches, read_guide, read_plan, save_plan, save_layout, check_layout, try_route,
    read_route,
)  # fmt: skip
