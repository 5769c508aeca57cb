"""The directory: the whole organisation in memory, for lookups in less than a microsecond."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, CounterId, ServiceId, StaffId, ZoneId
from tingtang.kernel.permissions import Role
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
from tingtang.org.state import OrganisationState, Person, SectionValue

S = TypeVar("S", bound=msgspec.Struct)
R = TypeVar("R", bound=msgspec.Struct)

NO_ONE = Person("", "")


class Directory(OrganisationState):
    """Everything about the organisation, as other features ask for it."""

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

    def _get(self, among: Mapping[Any, R], key: Any, what: str) -> R:
        found = among.get(key)
        if found is None:
            raise Refused(NO_SUCH_RECORD, what=what, id=key)
        return found
