"""Staff: their posts, skills and roles."""

from collections.abc import Sequence

import msgspec

from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import StaffId
from tingtang.kernel.permissions import ADMINISTRATORS, Actor, Permission, Role
from tingtang.org import changes as c
from tingtang.org.directory import Directory
from tingtang.org.model import events as e
from tingtang.org.model import problems as p
from tingtang.org.model.records import Staff
from tingtang.org.state import Person
from tingtang.org.structure import OrgService

STAFF_ROLES = frozenset(
    set(Role)
    - {Role.KIOSK, Role.BOARD, Role.COUNTER_SCREEN, Role.DOOR_QR, Role.CUSTOMER_LINK}
)  # fmt: skip


def check_roles(roles: Sequence[Role]) -> None:
    """Refuse roles that are not for people, and an administrator's beside any other."""
    for role in roles:
        if role not in STAFF_ROLES:
            raise Refused(p.NOT_STAFF_ROLE, role=role.value)
        if role in ADMINISTRATORS and len(set(roles)) > 1:
            raise Refused(p.SEPARATED_ROLES, role=role.value)


class StaffRecords:
    """Saves and changes staff. Roles change only through :meth:`grant`."""

    def __init__(self, org: OrgService) -> None:
        self._org = org

    @property
    def _directory(self) -> Directory:
        return self._org.directory

    async def save(self, staff: Staff, actor: Actor) -> Staff:
        """Create or change a staff member within the actor's reach; roles stay as they are."""
        d = self._directory
        known = d.staff(staff.id) if d.has_staff(staff.id) else None
        self._require_reach(actor, Permission.STAFF_EDIT, staff.unit)
        if known is not None:
            self._require_reach(actor, Permission.STAFF_EDIT, known.unit)
        roles = known.roles if known is not None else ()
        return await self.put(msgspec.structs.replace(staff, roles=roles), actor)

    async def put(self, staff: Staff, actor: Actor) -> Staff:
        """Write a staff member as given, roles included: for the first people of a bank."""
        d = self._directory
        check_roles(staff.roles)
        if not d.has_branch(staff.unit) and staff.unit not in {unit.id for unit in d.units()}:
            raise Refused(p.BROKEN_REFERENCE, field="unit", id=staff.unit)
        for counter in staff.sign_on.counters:
            d.counter(counter)
        same = d.staff_by_login(staff.login)
        if same is not None and same.id != staff.id:
            raise Refused(p.CODE_TAKEN, code=staff.login)
        person = Person(staff.name, staff.login, staff.employee_no)
        renamed = d.person(staff.id) != person
        await self._org.write("", [c.save_staff(staff, renamed=renamed)], actor)
        d.put_person(staff.id, person)
        return staff

    async def grant(self, staff: str, roles: Sequence[Role], actor: Actor) -> None:
        """Set the roles of somebody else (security administrator only, never one's own)."""
        actor.require(Permission.ROLES_GRANT)
        if staff == actor.id:
            raise Refused(p.NOT_TO_ONESELF)
        facts, person = self._directory.staff(staff), self._directory.person(staff)
        check_roles(roles)
        new = tuple(role for role in Role if role in set(roles))
        record = Staff(
            **{name: getattr(facts, name) for name in facts.__struct_fields__ if name != "roles"},
            roles=new,
            name=person.name,
            login=person.login,
            employee_no=person.employee_no,
        )
        told = e.RolesGranted(
            staff=StaffId(staff),
            granted=tuple(role.value for role in new if role not in facts.roles),
            revoked=tuple(role.value for role in facts.roles if role not in new),
        )
        changes = [c.save_staff(record, renamed=False), c.Change(told)]
        await self._org.write("", changes, actor)

    async def erase(self, staff: str, actor: Actor) -> None:
        """Take a former staff member's name away; what they did stays under their id."""
        facts = self._directory.staff(staff)
        self._require_reach(actor, Permission.STAFF_EDIT, facts.unit)
        if facts.active:
            raise Refused(p.IN_USE, what=staff, user=facts.unit)
        await self._org.write("", [c.erase_staff(StaffId(staff))], actor)

    def list(self, actor: Actor) -> list[Staff]:
        """All staff in the actor's reach, those above branches only for who reaches all."""
        d = self._directory
        reach = actor.branches
        found = []
        for facts in d.all_staff():
            if reach is None or facts.unit in reach:
                person = d.person(facts.id)
                found.append(
                    Staff(
                        **{name: getattr(facts, name) for name in facts.__struct_fields__},
                        name=person.name,
                        login=person.login,
                        employee_no=person.employee_no,
                    )
                )
        return found

    def _require_reach(self, actor: Actor, permission: Permission, place: str) -> None:
        """``place`` is a branch in reach, or a unit all of whose branches are (and are some)."""
        actor.require(permission)
        if actor.branches is None:
            return
        below = self._directory.branches_below(place)
        if below is None or not below or not below <= actor.branches:
            actor.require(permission, place)
