"""The directory: the whole organisation in memory, for lookups in less than a microsecond.

It is read once from the tables and then follows the log: old state + events = fresh state. Equal
values (names, hours, lists of services) are held once, so that a thousand branches made from three
templates cost little more than their ids.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import BranchId, CounterId, ServiceId, StaffId, ZoneId
from tingtang.kernel.permissions import Role
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
from tingtang.org.model.problems import NO_SUCH_BRANCH, NO_SUCH_RECORD
from tingtang.org.model.records import (
    Branch,
    Counter,
    Migration,
    Module,
    Service,
    StaffFacts,
    StaffingPlan,
    Theme,
    Unit,
    Zone,
)
from tingtang.org.sections import Sections

S = TypeVar("S", bound=msgspec.Struct)
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


class Directory:
    """Everything about the organisation, as other features ask for it."""

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
        self._from_template: dict[tuple[str, str], msgspec.Struct | None] = {}
        self._migrations: dict[str, Migration] = {}
        self._staffing: dict[BranchId, StaffingPlan] = {}
        self._themes: dict[str, Theme] = {}
        self._below: dict[str, frozenset[str]] = {}

    # -- units and branches -------------------------------------------------------------------

    def units(self) -> list[Unit]:
        return list(self._units.values())

    def unit(self, unit: str) -> Unit:
        return self._get(self._units, unit, "unit")

    def branches(self) -> list[Branch]:
        return list(self._branches.values())

    def has_branch(self, branch: str) -> bool:
        return branch in self._branches

    def branch(self, branch: str) -> Branch:
        """The branch; refused (no_such_branch) if there is none of this id."""
        found = self._branches.get(BranchId(branch))
        if found is None:
            raise Refused(NO_SUCH_BRANCH, branch=branch)
        return found

    def branch_by_code(self, code: str) -> Branch | None:
        return next((b for b in self._branches.values() if b.code == code), None)

    def branches_below(self, place: str) -> frozenset[str] | None:
        """The branches within reach of a unit or branch; None (all) for head office."""
        if place in self._branches:
            return frozenset({place})
        unit = self._units.get(place)
        if unit is None:
            return frozenset()
        if not unit.parent:
            return None
        if place not in self._below:
            inside = self._units_below(place)
            self._below[place] = frozenset(
                b.id for b in self._branches.values() if b.unit in inside
            )
        return self._below[place]

    def _units_below(self, place: str) -> set[str]:
        inside = {place}
        while True:
            more = {u.id for u in self._units.values() if u.parent in inside} - inside
            if not more:
                return inside
            inside |= more

    def path_of(self, place: str) -> list[str]:
        """The ids from head office down to this unit or branch, itself included."""
        path = [place]
        branch = self._branches.get(BranchId(place))
        above = branch.unit if branch is not None else self.unit(place).parent
        while above:
            path.append(above)
            above = self.unit(above).parent
        return path[::-1]

    def is_on(self, branch: str, module: Module) -> bool:
        """Whether the branch has switched the module on (R004)."""
        return module in self.branch(branch).modules

    # -- zones, counters, services ------------------------------------------------------------

    def zones(self, branch: str) -> list[Zone]:
        return [self._zones[i] for i in self._zones_of.get(BranchId(branch), ())]

    def has_zone(self, zone: str) -> bool:
        return ZoneId(zone) in self._zones

    def zone(self, zone: str) -> Zone:
        return self._get(self._zones, ZoneId(zone), "zone")

    def counters(self, branch: str) -> list[Counter]:
        """In the order of their signs."""
        return [self._counters[i] for i in self._counters_of.get(BranchId(branch), ())]

    def counter(self, counter: str) -> Counter:
        return self._get(self._counters, CounterId(counter), "counter")

    def services(self) -> list[Service]:
        """The bank's whole catalogue."""
        return list(self._services.values())

    def service(self, service: str) -> Service:
        return self._get(self._services, ServiceId(service), "service")

    def service_by_code(self, code: str) -> Service | None:
        return next((s for s in self._services.values() if s.code == code), None)

    def services_of(self, branch: str) -> list[Service]:
        """What this branch offers now, in the order of its screens."""
        known = self._services
        offered = (known[i] for i in self.branch(branch).services if i in known)
        return [service for service in offered if service.active]

    # -- staff --------------------------------------------------------------------------------

    def has_staff(self, staff: str) -> bool:
        return staff in self._staff

    def staff(self, staff: str) -> StaffFacts:
        """Roles, skills and sign-on rules of a staff member."""
        return self._get(self._staff, StaffId(staff), "staff")

    def person(self, staff: str) -> Person:
        """The name of a staff member; empty where it was erased or is not known here yet."""
        return self._people.get(StaffId(staff), NO_ONE)

    def staff_by_login(self, login: str) -> StaffFacts | None:
        staff = self._logins.get(login)
        return None if staff is None else self._staff.get(staff)

    def all_staff(self) -> list[StaffFacts]:
        return list(self._staff.values())

    def staff_at(self, place: str) -> list[StaffFacts]:
        """Those whose post is exactly this unit or branch."""
        return [self._staff[i] for i in self._staff_of.get(place, ())]

    def staff_with(
        self, branch: str, role: Role | None = None, skills: Iterable[str] = ()
    ) -> list[StaffFacts]:
        """Active staff of a branch that hold a role and all of these skills."""
        wanted = set(skills)
        return [
            staff
            for staff in self.staff_at(branch)
            if staff.active
            and (role is None or role in staff.roles)
            and wanted <= set(staff.skills)
        ]

    # -- settings, plans, registers -----------------------------------------------------------

    def section(self, branch: str, type_: type[S]) -> S:
        """A feature's settings as they hold in this branch."""
        found = self.section_value(branch, self.sections.of(type_).name).values
        if not isinstance(found, type_):
            raise TypeError(type_.__name__)
        return found

    def section_value(self, branch: str, name: str) -> SectionValue:
        """The same by name, with its revision and where it comes from."""
        chosen = self._chosen.get((branch, name))
        if chosen is not None:
            return chosen
        section = self.sections.named(name)
        if branch:
            template = self.branch(branch).template
            values = self._of_template(template, name)
            if values is not None:
                return SectionValue(values, 0, "template")
        bank = self._chosen.get(("", name))
        if bank is not None:
            return SectionValue(bank.values, 0, "bank")
        return SectionValue(section.default)

    def _of_template(self, template: str, name: str) -> msgspec.Struct | None:
        key = (template, name)
        if key not in self._from_template:
            values = self.template_sections.get(template, {}).get(name)
            self._from_template[key] = (
                None if values is None else self.sections.convert(name, values)
            )
        return self._from_template[key]

    def plan_digest(self, branch: str) -> str:
        """The name of the branch's floor plan; "" where none was drawn."""
        return self._plans.get(BranchId(branch), "")

    def migrations(self) -> list[Migration]:
        return list(self._migrations.values())

    def staffing_plan(self, branch: str) -> StaffingPlan | None:
        return self._staffing.get(BranchId(branch))

    def theme(self, theme: str) -> Theme | None:
        return self._themes.get(theme)

    def themes(self) -> list[Theme]:
        return list(self._themes.values())

    # -- following the log --------------------------------------------------------------------

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

    def _get(self, among: Mapping[Any, R], key: Any, what: str) -> R:
        found = among.get(key)
        if found is None:
            raise Refused(NO_SUCH_RECORD, what=what, id=key)
        return found

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


NO_ONE = Person("", "")
