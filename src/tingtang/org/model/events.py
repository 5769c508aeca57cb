"""What happens to the organisation. Each event carries the record as it now is, without anything
personal; so the log is also the history of every setting, with who and when."""

from typing import Any

from tingtang.kernel.events import Event, EventTypes
from tingtang.kernel.ids import BranchId, CounterId, StaffId, ZoneId
from tingtang.org.model.records import (
    Branch,
    Counter,
    Migration,
    Service,
    StaffFacts,
    StaffingPlan,
    Theme,
    Unit,
    Zone,
)


class UnitSaved(Event, frozen=True):
    unit: Unit


class BranchSaved(Event, frozen=True):
    branch: Branch


class ZoneSaved(Event, frozen=True):
    zone: Zone


class ZoneRemoved(Event, frozen=True):
    branch: BranchId
    zone: ZoneId


class CounterSaved(Event, frozen=True):
    counter: Counter


class CounterRemoved(Event, frozen=True):
    branch: BranchId
    counter: CounterId


class ServiceSaved(Event, frozen=True):
    service: Service


class StaffSaved(Event, frozen=True):
    """``renamed`` tells those who keep names that this one changed; the name itself is a record."""

    staff: StaffFacts
    renamed: bool = False


class RolesGranted(Event, frozen=True):
    """Told beside ``StaffSaved``: the change that auditors look for."""

    staff: StaffId
    granted: tuple[str, ...] = ()
    revoked: tuple[str, ...] = ()


class StaffErased(Event, frozen=True):
    staff: StaffId


class SectionSaved(Event, frozen=True):
    """A branch's settings of one feature, or the bank's own where ``branch`` is empty."""

    branch: str
    section: str
    revision: int
    values: dict[str, Any]


class PlanSaved(Event, frozen=True):
    """A floor plan was drawn anew; ``digest`` names its content."""

    branch: BranchId
    digest: str


class MigrationSaved(Event, frozen=True):
    migration: Migration


class StaffingPlanSaved(Event, frozen=True):
    plan: StaffingPlan


class ThemeSaved(Event, frozen=True):
    theme: Theme


class TemplateApplied(Event, frozen=True):
    branch: BranchId
    template: str


ORG_EVENTS = EventTypes(
    "org",
    (
        UnitSaved, BranchSaved, ZoneSaved, ZoneRemoved, CounterSaved, CounterRemoved, ServiceSaved,
        StaffSaved, RolesGranted, StaffErased, SectionSaved, PlanSaved, MigrationSaved,
        StaffingPlanSaved, ThemeSaved, TemplateApplied,
    ),
)  # fmt: skip
