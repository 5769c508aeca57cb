"""HTTP of branches: what they are, their zones, counters, modules and staffing."""

import msgspec
from litestar import delete, get, post, put

from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.text import Text
from tingtang.kernel.web import permit
from tingtang.org.directory import Directory
from tingtang.org.founding import Founding
from tingtang.org.model.records import Branch, Code, Counter, Module, StaffingPlan, Zone
from tingtang.org.model.splits import FourSplits
from tingtang.org.routes.bank import same_id
from tingtang.org.structure import OrgService
from tingtang.org.views import (
    ModuleSwitch,
    Platform,
    ServiceZone,
    StaffingReport,
    module_switches,
    platforms,
    service_zones,
    staffing_report,
)


class Branches(msgspec.Struct, frozen=True):
    """The branches in reach of the caller."""

    branches: list[Branch]


class NewBranch(msgspec.Struct, frozen=True):
    """A branch to be founded after a template."""

    code: Code
    name: Text
    unit: str
    template: str
    address: Text = Text("")
    time_zone: str = "Asia/Shanghai"


class BranchDetail(msgspec.Struct, frozen=True):
    """A branch with its zones and counters."""

    branch: Branch
    zones: list[Zone]
    counters: list[Counter]


class Modules(msgspec.Struct, frozen=True):
    modules: list[ModuleSwitch]


class ModulesOn(msgspec.Struct, frozen=True):
    """The modules that shall be on; all others are switched off."""

    on: list[Module]


class Platforms(msgspec.Struct, frozen=True):
    platforms: list[Platform]


class ServiceZones(msgspec.Struct, frozen=True):
    services: list[ServiceZone]


@get("/api/branches", **permit(Permission.ORG_SEE))
async def list_branches(directory: Directory, actor: Actor) -> Branches:
    """All branches in reach."""
    reach = actor.branches
    return Branches([b for b in directory.branches() if reach is None or b.id in reach])


@post("/api/branches", **permit(Permission.ORG_EDIT))
async def found_branch(
    org: OrgService, founding: Founding, data: NewBranch, actor: Actor
) -> BranchDetail:
    """Found a branch after a template, with its zones, counters, plan and settings."""
    branch = Branch(
        id=BranchId(org.new_id()),
        code=data.code,
        name=data.name,
        unit=data.unit,
        address=data.address,
        time_zone=data.time_zone,
        template=data.template,
    )
    made = await founding.found(branch, actor)
    return BranchDetail(made.branch, list(made.zones), list(made.counters))


@get("/api/branches/{branch:str}", **permit(Permission.ORG_SEE))
async def read_branch(directory: Directory, branch: str) -> BranchDetail:
    """One branch with its zones and counters."""
    return BranchDetail(
        directory.branch(branch), directory.zones(branch), directory.counters(branch)
    )


@put("/api/branches/{branch:str}", **permit(Permission.ORG_EDIT))
async def save_branch(org: OrgService, branch: str, data: Branch, actor: Actor) -> Branch:
    """Change a branch: name, address, hours and holidays, services."""
    same_id("id", data.id, branch)
    org.directory.branch(branch)
    return await org.save_branch(data, actor)


@put("/api/branches/{branch:str}/zones/{zone:str}", **permit(Permission.BRANCH_CONFIGURE))
async def save_zone(org: OrgService, branch: str, zone: str, data: Zone, actor: Actor) -> Zone:
    """Create or replace a zone."""
    same_id("id", data.id, zone)
    same_id("branch", data.branch, branch)
    return await org.save_zone(data, actor)


@delete(
    "/api/branches/{branch:str}/zones/{zone:str}",
    status_code=204,
    **permit(Permission.BRANCH_CONFIGURE),
)
async def remove_zone(org: OrgService, branch: str, zone: str, actor: Actor) -> None:
    """Remove a zone without counters."""
    await org.remove_zone(branch, zone, actor)


@put("/api/branches/{branch:str}/counters/{counter:str}", **permit(Permission.BRANCH_CONFIGURE))
async def save_counter(
    org: OrgService, branch: str, counter: str, data: Counter, actor: Actor
) -> Counter:
    """Create or replace a counter."""
    same_id("id", data.id, counter)
    same_id("branch", data.branch, branch)
    return await org.save_counter(data, actor)


@delete(
    "/api/branches/{branch:str}/counters/{counter:str}",
    status_code=204,
    **permit(Permission.BRANCH_CONFIGURE),
)
async def remove_counter(org: OrgService, branch: str, counter: str, actor: Actor) -> None:
    """Remove a counter."""
    await org.remove_counter(branch, counter, actor)


@get("/api/branches/{branch:str}/modules", **permit(Permission.ORG_SEE))
async def read_modules(directory: Directory, branch: str) -> Modules:
    """Which modules the branch has switched on."""
    return Modules(module_switches(directory.branch(branch)))


@put("/api/branches/{branch:str}/modules", **permit(Permission.BRANCH_CONFIGURE))
async def save_modules(org: OrgService, branch: str, data: ModulesOn, actor: Actor) -> Modules:
    """Switch modules on and off."""
    return Modules(module_switches(await org.set_modules(branch, data.on, actor)))


@get("/api/branches/{branch:str}/platforms", **permit(Permission.ORG_SEE))
async def read_platforms(directory: Directory, branch: str) -> Platforms:
    """The four platforms as this branch has them."""
    return Platforms(
        platforms(directory.branch(branch), directory.zones(branch), directory.counters(branch))
    )


@get("/api/branches/{branch:str}/zoning", **permit(Permission.ORG_SEE))
async def read_zoning(directory: Directory, branch: str) -> ServiceZones:
    """Where the four splits send each service, and which counters do it."""
    splits = directory.section(branch, FourSplits)
    services, counters = directory.services_of(branch), directory.counters(branch)
    return ServiceZones(service_zones(splits, services, counters))


@get("/api/branches/{branch:str}/staffing", **permit(Permission.STAFF_SEE))
async def read_staffing(directory: Directory, branch: str) -> StaffingReport:
    """Posts and counters, planned and there."""
    plan = directory.staffing_plan(branch) or StaffingPlan(branch=directory.branch(branch).id)
    return staffing_report(plan, directory.staff_at(branch), directory.counters(branch))


@put("/api/branches/{branch:str}/staffing", **permit(Permission.BRANCH_CONFIGURE))
async def save_staffing(
    org: OrgService, branch: str, data: StaffingPlan, actor: Actor
) -> StaffingPlan:
    """Set the posts and counters that the branch should have."""
    same_id("branch", data.branch, branch)
    return await org.save_staffing_plan(data, actor)


ROUTES = (
    list_branches, found_branch, read_branch, save_branch, save_zone, remove_zone, save_counter,
    remove_counter, read_modules, save_modules, read_platforms, read_zoning, read_staffing,
    save_staffing,
)  # fmt: skip
