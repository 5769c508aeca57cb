"""What screens and reports show of the organisation: pure functions of its records."""

from collections import Counter as Count
from collections.abc import Iterable, Sequence

import msgspec

from tingtang.kernel.permissions import Role
from tingtang.kernel.text import Text
from tingtang.org.model.records import (
    Branch,
    Counter,
    CounterLevel,
    Migration,
    Module,
    Service,
    ServiceChannel,
    StaffFacts,
    StaffingPlan,
    Unit,
    Zone,
    ZoneKind,
)
from tingtang.org.model.splits import FourSplits, zone_kind_for

MODULE_NAMES = {
    Module.HALL: Text("厅堂管理", "Hall management"),
    Module.SELF_SERVICE: Text("智能交易", "Self-service"),
    Module.SMART_DISPLAY: Text("智慧展示", "Smart display"),
    Module.SMART_MARKETING: Text("智慧营销", "Smart marketing"),
    Module.SOCIAL_MARKETING: Text("社交营销", "Social marketing"),
    Module.SMART_CONTROL: Text("智能网控", "Smart control"),
    Module.PHYSICAL_DELIVERY: Text("实物交付", "Physical delivery"),
    Module.ADVICE: Text("理财投顾", "Advice"),
    Module.DIGITAL_EMPLOYEE: Text("数字员工", "Digital employee"),
    Module.DECISIONS: Text("决策分析", "Decisions"),
}


class ModuleSwitch(msgspec.Struct, frozen=True):
    """A module and whether this branch has it on (R004)."""

    module: Module
    name: Text
    on: bool


def module_switches(branch: Branch) -> list[ModuleSwitch]:
    """Every module of the platform with its switch."""
    return [ModuleSwitch(m, name, m in branch.modules) for m, name in MODULE_NAMES.items()]


class TreeUnit(msgspec.Struct, frozen=True):
    """A unit with what stands below it (R010)."""

    unit: Unit
    units: list["TreeUnit"]
    branches: list[Branch]


def tree(
    units: Sequence[Unit], branches: Iterable[Branch], reach: frozenset[str] | None
) -> TreeUnit | None:
    """The organisation from head office down, as far as the caller reaches; None where there is
    none. Units without any branch in reach are left out for who does not reach all."""
    by_unit: dict[str, list[Branch]] = {}
    for branch in branches:
        if reach is None or branch.id in reach:
            by_unit.setdefault(branch.unit, []).append(branch)

    def grow(unit: Unit) -> TreeUnit | None:
        below = [grown for one in units if one.parent == unit.id and (grown := grow(one))]
        here = sorted(by_unit.get(unit.id, []), key=lambda branch: branch.code)
        if reach is not None and not below and not here:
            return None
        return TreeUnit(unit, below, here)

    head = next((unit for unit in units if not unit.parent), None)
    return None if head is None else grow(head)


class Platform(msgspec.Struct, frozen=True):
    """One of the four platforms of a branch (R009): its modules, zones, counters and screens."""

    id: str
    name: Text
    on: bool
    modules: list[ModuleSwitch]
    zones: list[Zone]
    counters: list[str]
    surfaces: list[str]


PLATFORMS: tuple[
    tuple[str, Text, tuple[Module, ...], tuple[ZoneKind, ...], tuple[str, ...]], ...
] = (
    (
        "settlement",
        Text("结算平台", "Settlement"),
        (Module.HALL, Module.SELF_SERVICE, Module.PHYSICAL_DELIVERY),
        (ZoneKind.COUNTERS, ZoneKind.SMART_SERVICE),
        ("counter", "kiosk"),
    ),
    (
        "smart_service",
        Text("智慧服务平台", "Smart service"),
        (Module.HALL, Module.DIGITAL_EMPLOYEE, Module.SMART_CONTROL),
        (ZoneKind.GUIDANCE, ZoneKind.WAITING, ZoneKind.SMART_SERVICE),
        ("kiosk", "pad", "board", "phone"),
    ),
    (
        "promotion",
        Text("宣传推介平台", "Promotion"),
        (Module.SMART_DISPLAY, Module.SOCIAL_MARKETING),
        (ZoneKind.WINDOW, ZoneKind.WAITING, ZoneKind.SALON),
        ("board",),
    ),
    (
        "smart_marketing",
        Text("智慧营销平台", "Smart marketing"),
        (Module.SMART_MARKETING, Module.ADVICE, Module.DECISIONS),
        (ZoneKind.WEALTH, ZoneKind.SALON),
        ("pad", "office"),
    ),
)


def platforms(branch: Branch, zones: Sequence[Zone], counters: Sequence[Counter]) -> list[Platform]:
    """The four platforms as this branch has them; one is on when any of its modules is."""
    switches = {switch.module: switch for switch in module_switches(branch)}
    found = []
    for id_, name, modules, kinds, surfaces in PLATFORMS:
        inside = [zone for zone in zones if zone.kind in kinds]
        ids = {zone.id for zone in inside}
        found.append(
            Platform(
                id_,
                name,
                any(switches[module].on for module in modules),
                [switches[module] for module in modules],
                inside,
                [counter.sign for counter in counters if counter.zone in ids],
                list(surfaces),
            )
        )
    return found


class PostRow(msgspec.Struct, frozen=True):
    """People of a role: planned and there."""

    role: Role
    planned: int
    actual: int


class CounterRow(msgspec.Struct, frozen=True):
    """Counters of a level: planned and there."""

    level: CounterLevel
    planned: int
    actual: int


class StaffingReport(msgspec.Struct, frozen=True):
    """网点人员配置方案: plan against actual (R018)."""

    branch: str
    posts: list[PostRow]
    counters: list[CounterRow]
    note: Text


def staffing_report(
    plan: StaffingPlan, staff: Sequence[StaffFacts], counters: Sequence[Counter]
) -> StaffingReport:
    """Every planned post and level, and those that are there without a plan.

    A person with several roles counts in each: 一岗多能.
    """
    there = Count(role for one in staff if one.active for role in one.roles)
    planned = {post.role: post.headcount for post in plan.posts}
    roles = [role for role in Role if role in planned or there[role]]
    levels = Count(counter.level for counter in counters if counter.active)
    wanted = {
        CounterLevel.HIGH: plan.high_counters,
        CounterLevel.LOW: plan.low_counters,
        CounterLevel.ROOM: plan.rooms,
    }
    return StaffingReport(
        plan.branch,
        [PostRow(role, planned.get(role, 0), there[role]) for role in roles],
        [CounterRow(level, wanted[level], levels[level]) for level in CounterLevel],
        plan.note,
    )


class MigrationRow(msgspec.Struct, frozen=True):
    """A line of the register with the service's name (R017)."""

    migration: Migration
    service: Text


class MigrationRegister(msgspec.Struct, frozen=True):
    """业务迁移: what was moved where, and what could be but was not yet."""

    rows: list[MigrationRow]
    not_yet: list[str]
    """Services that a machine or the phone could do and that no line speaks of."""


def migration_register(
    migrations: Iterable[Migration], services: Sequence[Service]
) -> MigrationRegister:
    """The register by state and date, and what is still to be thought about."""
    names = {service.id: service.name for service in services}
    rows = [MigrationRow(m, names[m.service]) for m in migrations if m.service in names]
    moved = {row.migration.service for row in rows}
    elsewhere = {ServiceChannel.SELF_SERVICE, ServiceChannel.ONLINE, ServiceChannel.CENTRAL_OPS}
    return MigrationRegister(
        sorted(rows, key=lambda row: (row.migration.since, row.migration.id)),
        [s.code for s in services if not elsewhere.isdisjoint(s.channels) and s.id not in moved],
    )


class ServiceZone(msgspec.Struct, frozen=True):
    """Where the four splits send a service, and where its counters stand."""

    service: str
    zone: ZoneKind | None
    counters: list[str]


def service_zones(
    splits: FourSplits, services: Sequence[Service], counters: Sequence[Counter]
) -> list[ServiceZone]:
    """功能分区 applied: for every service its zone by rule and its counters."""
    return [
        ServiceZone(
            service.code,
            zone_kind_for(splits, service),
            [counter.sign for counter in counters if service.id in counter.services],
        )
        for service in services
    ]


class Guide(msgspec.Struct, frozen=True):
    """What a customer may know of a branch: zones, counters, services with materials and steps."""

    branch: Branch
    open_today: list[str]
    """"09:00-17:00", ...; empty where the branch is closed."""
    is_open: bool
    zones: list[Zone]
    counters: list[Counter]
    services: list[Service]


class PublicBranch(msgspec.Struct, frozen=True):
    """A branch on the public page."""

    id: str
    name: Text
    address: Text
    phone: str
    open_today: list[str]
    is_open: bool
