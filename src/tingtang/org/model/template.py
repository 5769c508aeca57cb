"""Branch templates: what a branch of a kind has from its first day (R005). Read from files."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, CounterId, ServiceId, ZoneId
from tingtang.kernel.text import Text
from tingtang.org.model.hours import Day, Hours
from tingtang.org.model.plan import FloorPlan
from tingtang.org.model.problems import BROKEN_REFERENCE
from tingtang.org.model.records import (
    Branch,
    Code,
    Counter,
    CounterLevel,
    Module,
    PlannedPost,
    StaffingPlan,
    Zone,
    ZoneKind,
)

Id = TypeVar("Id", bound=str)


class TemplateZone(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A zone by its key, under which the template's counters and plan speak of it."""

    key: Code
    kind: ZoneKind
    name: Text
    floor: int = 1
    capacity: int = 0
    about: Text = Text("")


class TemplateCounter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A counter; services by their codes."""

    sign: str
    zone: str
    level: CounterLevel
    services: tuple[str, ...] = ()
    elastic: tuple[str, ...] = ()


class TemplateEquipment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Machines that such a branch has."""

    kind: Code
    name: Text
    zone: str
    count: int = 1


class Template(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of branch."""

    id: Code
    name: Text
    about: Text
    modules: tuple[Module, ...]
    capacity: int
    week: tuple[Day, ...] = Hours().week
    services: tuple[str, ...]
    zones: tuple[TemplateZone, ...]
    counters: tuple[TemplateCounter, ...]
    equipment: tuple[TemplateEquipment, ...] = ()
    posts: tuple[PlannedPost, ...] = ()
    plan: str = ""
    """The name of a floor plan file beside the template."""
    sections: dict[str, dict[str, Any]] = {}
    """Settings of features that differ from their defaults."""


class Made(msgspec.Struct, frozen=True):
    """The records of a branch made from a template."""

    branch: Branch
    zones: tuple[Zone, ...]
    counters: tuple[Counter, ...]
    staffing: StaffingPlan
    plan: FloorPlan | None


def make_branch(
    template: Template,
    branch: Branch,
    service_ids: Mapping[str, ServiceId],
    new_id: Callable[[str], str],
    plan: FloorPlan | None = None,
) -> Made:
    """``branch`` with everything the template says. ``new_id(key)`` gives an id for each part.

    Refused (broken_reference) where the template names a service that the catalogue lacks, or a
    zone that it does not have itself.
    """
    zone_ids = {zone.key: ZoneId(new_id(f"zone.{zone.key}")) for zone in template.zones}

    def services(codes: tuple[str, ...]) -> tuple[ServiceId, ...]:
        return tuple(_found(service_ids, code, "services") for code in codes)

    counters = tuple(
        Counter(
            id=CounterId(new_id(f"counter.{one.sign}")),
            branch=branch.id,
            zone=_found(zone_ids, one.zone, "zone"),
            sign=one.sign,
            level=one.level,
            services=services(one.services),
            elastic=services(one.elastic),
        )
        for one in template.counters
    )
    zones = tuple(
        Zone(
            id=zone_ids[one.key],
            branch=branch.id,
            kind=one.kind,
            name=one.name,
            floor=one.floor,
            capacity=one.capacity,
            about=one.about,
        )
        for one in template.zones
    )
    made = msgspec.structs.replace(
        branch,
        template=template.id,
        modules=template.modules,
        capacity=template.capacity,
        services=services(template.services),
        hours=msgspec.structs.replace(branch.hours, week=template.week),
    )
    return Made(
        made,
        zones,
        counters,
        _staffing(template, branch.id),
        None if plan is None else _placed(plan, zone_ids, {c.sign: c.id for c in counters}),
    )


def _staffing(template: Template, branch: BranchId) -> StaffingPlan:
    levels = [counter.level for counter in template.counters]
    return StaffingPlan(
        branch=branch,
        posts=template.posts,
        high_counters=levels.count(CounterLevel.HIGH),
        low_counters=levels.count(CounterLevel.LOW),
        rooms=levels.count(CounterLevel.ROOM),
    )


def _placed(
    plan: FloorPlan, zones: Mapping[str, ZoneId], counters: Mapping[str, CounterId]
) -> FloorPlan:
    """The plan with the branch's own ids in place of the template's keys and signs."""
    features = tuple(
        msgspec.structs.replace(
            feature,
            properties=msgspec.structs.replace(
                feature.properties,
                zone=zones.get(feature.properties.zone, "") if feature.properties.zone else "",
                counter=(
                    counters.get(feature.properties.counter, "")
                    if feature.properties.counter
                    else ""
                ),
            ),
        )
        for feature in plan.features
    )
    return msgspec.structs.replace(plan, features=features)


def _found(among: Mapping[str, Id], key: str, field: str) -> Id:
    if key not in among:
        raise Refused(BROKEN_REFERENCE, field=field, id=key)
    return among[key]
