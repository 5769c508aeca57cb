"""HTTP of staff: records, skills, and roles (which only the security administrator grants)."""

import msgspec
from litestar import delete, get, post, put

from tingtang.kernel.ids import StaffId
from tingtang.kernel.permissions import Actor, Permission, Role
from tingtang.kernel.web import permit
from tingtang.org.directory import Directory
from tingtang.org.model.records import Code, EmployeeNo, Login, PersonName, SignOnRules, Staff
from tingtang.org.people import StaffRecords
from tingtang.org.routes.bank import same_id
from tingtang.org.structure import OrgService


class StaffList(msgspec.Struct, frozen=True):
    staff: list[Staff]


class NewStaff(msgspec.Struct, frozen=True):
    """A new member of staff; roles are granted by the security administrator."""

    name: PersonName
    login: Login
    unit: str
    skills: tuple[Code, ...] = ()
    sign_on: SignOnRules = SignOnRules()
    employee_no: EmployeeNo = ""


class Roles(msgspec.Struct, frozen=True):
    """All roles a person shall hold."""

    roles: list[Role]


@get("/api/staff", **permit(Permission.STAFF_SEE))
async def list_staff(staff_records: StaffRecords, actor: Actor) -> StaffList:
    """Staff in the caller's reach."""
    return StaffList(staff_records.list(actor))


@post("/api/staff", **permit(Permission.STAFF_EDIT))
async def add_staff(
    org: OrgService, staff_records: StaffRecords, data: NewStaff, actor: Actor
) -> Staff:
    """Add a member of staff, still without roles."""
    staff = Staff(
        id=StaffId(org.new_id()),
        unit=data.unit,
        skills=data.skills,
        sign_on=data.sign_on,
        name=data.name,
        login=data.login,
        employee_no=data.employee_no,
    )
    return await staff_records.save(staff, actor)


@put("/api/staff/{staff:str}", **permit(Permission.STAFF_EDIT))
async def save_staff(
    directory: Directory, staff_records: StaffRecords, staff: str, data: Staff, actor: Actor
) -> Staff:
    """Change post, skills, sign-on rules or name; roles stay as they are."""
    same_id("id", data.id, staff)
    directory.staff(staff)
    return await staff_records.save(data, actor)


@put("/api/staff/{staff:str}/roles", status_code=204, **permit(Permission.ROLES_GRANT))
async def grant_roles(staff_records: StaffRecords, staff: str, data: Roles, actor: Actor) -> None:
    """Set somebody else's roles."""
    await staff_records.grant(StaffId(staff), data.roles, actor)


@delete("/api/staff/{staff:str}/person", status_code=204, **permit(Permission.STAFF_EDIT))
async def erase_staff(staff_records: StaffRecords, staff: str, actor: Actor) -> None:
    """Erase the name of somebody who has left; what they did stays under their id."""
    await staff_records.erase(staff, actor)


ROUTES = (list_staff, add_staff, save_staff, grant_roles, erase_staff)
