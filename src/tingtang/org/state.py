"""The organisation in memory, as the log has told it: old state + events = fresh state.

It is read once from the tables and then follows the log. Equal values (names, hours, lists of
services) are held once, so that a thousand branches made from three templates cost little more
than their ids. What others ask of it is in :mod:`.directory`.
"""

import logging
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import BranchId, CounterId, ServiceId, StaffId, ZoneId
from tingtang.org.model.events import (
    BranchSaved,
    CounterRemoved,
    CounterSaved,
    MigrationSaved,
    PlanSaved,
    SectionSaved,
    ServiceSaved,
    StaffErased,
    StaffingPlanSaved,
    StaffSaved,
    ThemeSaved,
    UnitSaved,
    ZoneRemoved,
    ZoneSaved,
)
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
from tingtang.org.sections import Sections

R = TypeVar("R", bound=msgspec.Struct)

logger = logging.getLogger(__name__)


class Person(msgspec.Struct, frozen=True, gc=False):
    """What is personal of a staff member; never in an event."""

    name: str
    login: str
    employee_no: str = ""


class SectionValue(msgspec.Struct, frozen=True):
    """The settings of one feature for one branch as they now hold."""

    values: msgspec.Struct
    revision: int = 0
    """How often they were saved for this branch; 0 where they come from elsewhere."""
    source: str = "default"
    """"branch", "template", "bank" or "default"."""


class OrganisationState:
    """Units, branches, staff and settings by id. Changed by :meth:`apply` and the people's names."""

    def __init__(self, sections: Sections) -> None:
        self.sections = sections
        self.template_sections: Mapping[str, Mapping[str, Any]] = {}
        """What each template sets of each section, as JSON data."""
        self.revision = 0
        """Rises with every change of units, branches or staff: who caches reach looks at it."""
        self._shared: dict[Any, Any] = {}
        self._units: dict[str, Unit] = {}
        self._branches: dict[BranchId, Branch] = {}
        self._zones: dict[ZoneId, Zone] = {}
        self._counters: dict[CounterId, Counter] = {}
        self._zones_of: dict[BranchId, tuple[ZoneId, ...]] = {}
        self._counters_of: dict[BranchId, tuple[CounterId, ...]] = {}
        self._services: dict[ServiceId, Service] = {}
        self._staff: dict[StaffId, StaffFacts] = {}
        self._people: dict[StaffId, Person] = {}
        self._logins: dict[str, StaffId] = {}
        self._staff_of: dict[str, dict[StaffId, None]] = {}
        self._plans: dict[BranchId, str] = {}
        self._chosen: dict[tuple[str, str], SectionValue] = {}
        self._migrations: dict[str, Migration] = {}
        self._staffing: dict[BranchId, StaffingPlan] = {}
        self._themes: dict[str, Theme] = {}
        # Worked out when first asked for.
        self._below: dict[str, frozenset[str]] = {}
        self._from_template: dict[tuple[str, str], msgspec.Struct | None] = {}

    def apply(self, event: Event) -> None:
        """Take in one event of the organisation; others are ignored."""
        match event:
            case UnitSaved(unit=unit):
                self._units[unit.id] = unit
                self._reach_changed()
            case BranchSaved(branch=branch):
                self._branches[branch.id] = self._share(branch)
                self._reach_changed()
            case ZoneSaved(zone=zone):
                self._zones[zone.id] = self._share(zone)
                here = self._zones_of.get(zone.branch, ())
                if zone.id not in here:
                    self._zones_of[zone.branch] = (*here, zone.id)
            case ZoneRemoved(branch=branch_id, zone=zone_id):
                self._zones.pop(zone_id, None)
                here = self._zones_of.get(branch_id, ())
                self._zones_of[branch_id] = tuple(i for i in here if i != zone_id)
            case CounterSaved(counter=counter):
                self._counters[counter.id] = self._share(counter)
                ids = {*self._counters_of.get(counter.branch, ()), counter.id}
                self._counters_of[counter.branch] = tuple(sorted(ids, key=self._by_sign))
            case CounterRemoved(branch=branch_id, counter=counter_id):
                self._counters.pop(counter_id, None)
                ids_here = self._counters_of.get(branch_id, ())
                self._counters_of[branch_id] = tuple(i for i in ids_here if i != counter_id)
            case ServiceSaved(service=service):
                self._services[service.id] = service
            case StaffSaved(staff=staff):
                self._put_staff(staff)
            case StaffErased(staff=staff_id):
                self.forget_person(staff_id)
            case SectionSaved(branch=place, section=name, revision=revision, values=values):
                self._put_section(place, name, revision, values)
            case PlanSaved(branch=branch_id, digest=digest):
                self._plans[branch_id] = self._one(digest)
            case MigrationSaved(migration=migration):
                self._migrations[migration.id] = migration
            case StaffingPlanSaved(plan=plan):
                self._staffing[plan.branch] = self._share(plan)
            case ThemeSaved(theme=theme):
                self._themes[theme.id] = theme
            case _:
                pass

    def put_person(self, staff: StaffId, person: Person) -> None:
        """Learn a staff member's name."""
        self.forget_person(staff)
        self._people[staff] = person
        self._logins[person.login] = staff

    def forget_person(self, staff: StaffId) -> None:
        """Forget a staff member's name."""
        old = self._people.pop(staff, None)
        if old is not None and self._logins.get(old.login) == staff:
            del self._logins[old.login]

    def _put_staff(self, staff: StaffFacts) -> None:
        old = self._staff.get(staff.id)
        if old is not None and old.unit != staff.unit:
            self._staff_of.get(old.unit, {}).pop(staff.id, None)
        self._staff[staff.id] = self._share(staff)
        self._staff_of.setdefault(staff.unit, {})[staff.id] = None
        self.revision += 1

    def _put_section(self, branch: str, name: str, revision: int, values: dict[str, Any]) -> None:
        try:
            converted = self.sections.convert(name, values)
        except Refused:
            # Written by a version that knew other settings: the branch falls back, in the open.
            logger.exception(
                "stored settings %s of branch %s do not fit; using defaults", name, branch
            )
            self._chosen.pop((branch, name), None)
            return
        self._chosen[branch, name] = SectionValue(
            converted, revision, "branch" if branch else "bank"
        )

    def _reach_changed(self) -> None:
        self._below.clear()
        self.revision += 1

    def _by_sign(self, counter: CounterId) -> tuple[int, str]:
        sign = self._counters[counter].sign
        return len(sign), sign

    def _share(self, record: R) -> R:
        """The same record, with every value that others have too taken from them."""
        for name in record.__struct_fields__:
            if name != "id":
                value = getattr(record, name)
                if not isinstance(value, dict | bool | int | None):
                    msgspec.structs.force_setattr(record, name, self._one(value))
        return record

    def _one(self, value: Any) -> Any:
        try:
            return self._shared.setdefault(value, value)
        except TypeError:  # not hashable: rare, and never large
            return value

    def snapshot(self) -> dict[str, Any]:
        """Everything as plain data: two directories that say the same hold the same."""
        return {
            "units": self._units,
            "branches": self._branches,
            "zones": self._zones,
            "counters": self._counters,
            "zones_of": {k: frozenset(v) for k, v in self._zones_of.items() if v},
            "counters_of": {k: v for k, v in self._counters_of.items() if v},
            "services": self._services,
            "staff": self._staff,
            "people": self._people,
            "logins": self._logins,
            "plans": self._plans,
            "chosen": self._chosen,
            "migrations": self._migrations,
            "staffing": self._staffing,
            "themes": self._themes,
        }
