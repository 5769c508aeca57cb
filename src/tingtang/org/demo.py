"""A made-up bank, the same on every run: what the demo, the simulator and the tests share."""

from importlib import resources
from typing import Any

import msgspec

from tingtang.kernel.ids import BranchId, CounterId, ServiceId, StaffId
from tingtang.kernel.permissions import SYSTEM, Role
from tingtang.kernel.text import Text
from tingtang.org.founding import Founding, readable_ids
from tingtang.org.model.hours import Holiday, Hours
from tingtang.org.model.records import (
    Branch,
    CounterLevel,
    Migration,
    Service,
    SignOnRules,
    Staff,
    Theme,
    Unit,
    UnitKind,
)
from tingtang.org.people import StaffRecords
from tingtang.org.structure import OrgService

FOLDER = resources.files("tingtang.org") / "demo_bank"
HEAD_OFFICE, MANAGING_BRANCH = "ho", "mb"
EAST, WILLOW, HARBOUR = BranchId("east"), BranchId("willow"), BranchId("harbour")
HOLIDAYS = (
    Holiday("2026-01-01", Text("元旦", "New Year"), ()),
    Holiday("2026-10-01", Text("国庆节", "National Day"), ()),
    Holiday("2027-01-01", Text("元旦", "New Year"), ()),
)


class DemoBank(msgspec.Struct, frozen=True):
    """Where to find what in the made-up bank."""

    branches: tuple[BranchId, ...]
    staff: dict[str, StaffId]
    """By login name."""
    services: dict[str, ServiceId]
    """By code."""
    seats: dict[StaffId, CounterId]
    """At which counter of their branch each teller and manager usually sits."""


async def seed_demo_bank(org: OrgService) -> DemoBank:
    """Write the made-up 海棠银行 (Haitang Bank) into an empty database."""
    await _units(org)
    catalogue = msgspec.toml.decode((FOLDER / "catalogue.toml").read_bytes())
    services = await _catalogue(org, catalogue)
    founding = Founding(org)
    for branch in _branches():
        await founding.found(branch, SYSTEM, readable_ids(branch.id))
    staff = await _staff(org)
    return DemoBank((EAST, WILLOW, HARBOUR), staff, services, seats(org))


def find_demo_bank(org: OrgService) -> DemoBank | None:
    """The made-up bank where it was seeded before; None in any other database."""
    directory = org.directory
    if not directory.has_branch(EAST):
        return None
    return DemoBank(
        (EAST, WILLOW, HARBOUR),
        {directory.person(one.id).login: one.id for one in directory.all_staff()},
        {service.code: service.id for service in directory.services()},
        seats(org),
    )


def seats(org: OrgService) -> dict[StaffId, CounterId]:
    """A sensible seating: first the counters whose whole work few people know, each by whom has the
    fewest other skills; then the rest by whoever knows more than half of it."""
    directory = org.directory
    found: dict[StaffId, CounterId] = {}
    for branch in directory.branches():
        free = {one.id: one for one in directory.staff_at(branch.id) if one.sign_on.levels}
        able: dict[CounterId, dict[StaffId, float]] = {}
        for counter in directory.counters(branch.id):
            needed = [set(directory.service(service).skills) for service in counter.services]
            able[counter.id] = {
                one.id: sum(skills <= set(one.skills) for skills in needed) / len(needed)
                for one in free.values()
                if counter.level in one.sign_on.levels
            }
        for share_min in (1.0, 0.51):
            fewest_first = sorted(able, key=lambda c: sum(s >= share_min for s in able[c].values()))
            for counter_id in fewest_first:
                fit = [
                    s for s, share in able[counter_id].items() if share >= share_min and s in free
                ]
                if fit and counter_id not in found.values():
                    chosen = min(fit, key=lambda s: (len(free[s].skills), s))
                    found[chosen] = counter_id
                    del free[chosen]
    return found


async def _units(org: OrgService) -> None:
    name = Text("海棠银行总行", "Haitang Bank head office")
    head = Unit(id=HEAD_OFFICE, kind=UnitKind.HEAD_OFFICE, name=name)
    await org.save_unit(head, SYSTEM)
    name = Text("海棠银行滨江分行", "Haitang Bank, Riverside")
    managing = Unit(
        id=MANAGING_BRANCH, kind=UnitKind.MANAGING_BRANCH, name=name, parent=HEAD_OFFICE
    )
    await org.save_unit(managing, SYSTEM)
    await org.save_theme(Theme(id="bank", name=Text("海棠", "Haitang")), SYSTEM)


async def _catalogue(org: OrgService, catalogue: dict[str, Any]) -> dict[str, ServiceId]:
    ids: dict[str, ServiceId] = {}
    for row in catalogue["services"]:
        minutes = row.pop("minutes")
        values = {**row, "id": f"svc.{row['code']}", "standard_ms": round(minutes * 60_000)}
        service = msgspec.convert(values, Service)
        await org.save_service(service, SYSTEM)
        ids[service.code] = service.id
    for index, row in enumerate(catalogue["migrations"]):
        values = {**row, "id": f"mig.{index + 1:02d}", "service": ids[row["service"]]}
        await org.save_migration(msgspec.convert(values, Migration), SYSTEM)
    return ids


def _branches() -> tuple[Branch, ...]:
    hours = Hours(holidays=HOLIDAYS)
    return (
        Branch(
            id=EAST,
            code="0101",
            name=Text("东城支行", "Dongcheng Branch"),
            unit=MANAGING_BRANCH,
            address=Text("滨江市东城区海棠路 88 号", "88 Haitang Road, Dongcheng, Binjiang"),
            phone="0000-8880101",
            hours=hours,
            template="flagship",
        ),
        Branch(
            id=WILLOW,
            code="0102",
            name=Text("柳荫支行", "Liuyin Branch"),
            unit=MANAGING_BRANCH,
            address=Text("滨江市柳荫街 6 号", "6 Liuyin Street, Binjiang"),
            phone="0000-8880102",
            hours=hours,
            template="silver_age",
        ),
        Branch(
            id=HARBOUR,
            code="0103",
            name=Text("港湾支行", "Gangwan Branch"),
            unit=MANAGING_BRANCH,
            address=Text("滨江市港湾大道 210 号", "210 Gangwan Avenue, Binjiang"),
            phone="0000-8880103",
            hours=hours,
            template="enterprise_merchant",
        ),
    )


async def _staff(org: OrgService) -> dict[str, StaffId]:
    rows = msgspec.toml.decode((FOLDER / "staff.toml").read_bytes())["staff"]
    records = StaffRecords(org)
    ids: dict[str, StaffId] = {}
    for index, row in enumerate(rows):
        staff = Staff(
            id=StaffId(f"staff.{row['login']}"),
            unit=row["at"],
            roles=tuple(Role(role) for role in row["roles"]),
            skills=tuple(row.get("skills", ())),
            sign_on=SignOnRules(tuple(CounterLevel(level) for level in row.get("levels", ()))),
            name=row["name"],
            login=row["login"],
            employee_no=f"{10_001 + index}",
        )
        await records.put(staff, SYSTEM)
        ids[staff.login] = staff.id
    return ids
