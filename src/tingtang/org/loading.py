"""Fills a directory from the tables: at start, and to prove that following the log is the same."""

import msgspec
import sqlalchemy as sa

from tingtang.kernel.events import Event
from tingtang.kernel.ids import BranchId, StaffId
from tingtang.org import tables as t
from tingtang.org.directory import Directory
from tingtang.org.model import events as e
from tingtang.org.state import Person


def read_all(connection: sa.Connection) -> tuple[list[Event], dict[StaffId, Person]]:
    """The newest event of every record, as if each had just been saved, and staff names."""
    events: list[Event] = []
    records: tuple[tuple[sa.Table, type[Event], str], ...] = (
        (t.units, e.UnitSaved, "unit"),
        (t.services, e.ServiceSaved, "service"),
        (t.branches, e.BranchSaved, "branch"),
        (t.zones, e.ZoneSaved, "zone"),
        (t.counters, e.CounterSaved, "counter"),
        (t.staff, e.StaffSaved, "staff"),
        (t.migrations, e.MigrationSaved, "migration"),
        (t.staffing_plans, e.StaffingPlanSaved, "plan"),
        (t.themes, e.ThemeSaved, "theme"),
    )
    for table, event_type, field in records:
        decoder = msgspec.json.Decoder(event_type.__annotations__[field])
        bodies = connection.scalars(sa.select(table.c.body).order_by(table.c.id))
        events += [event_type(**{field: decoder.decode(body)}) for body in bodies]
    for branch, digest in connection.execute(
        sa.select(t.branch_plans.c.branch, t.branch_plans.c.digest)
    ):
        events.append(e.PlanSaved(branch=BranchId(branch), digest=digest))
    events += _newest_sections(connection)
    people = {
        StaffId(row.id): Person(row.name, row.login, row.employee_no)
        for row in connection.execute(
            sa.select(t.staff.c.id, t.staff.c.name, t.staff.c.login, t.staff.c.employee_no)
        )
        if row.name
    }
    return events, people


def _newest_sections(connection: sa.Connection) -> list[Event]:
    newest = (
        sa.select(
            t.sections.c.branch, t.sections.c.section, sa.func.max(t.sections.c.revision).label("r")
        )
        .group_by(t.sections.c.branch, t.sections.c.section)
        .subquery()
    )
    rows = connection.execute(
        sa.select(t.sections).join(
            newest,
            sa.and_(
                t.sections.c.branch == newest.c.branch,
                t.sections.c.section == newest.c.section,
                t.sections.c.revision == newest.c.r,
            ),
        )
    )
    return [
        e.SectionSaved(
            branch=row.branch,
            section=row.section,
            revision=row.revision,
            values=msgspec.json.decode(row.body),
        )
        for row in rows
    ]


def fill(directory: Directory, events: list[Event], people: dict[StaffId, Person]) -> None:
    """Put what :func:`read_all` found into an empty directory."""
    for event in events:
        directory.apply(event)
    for staff, person in people.items():
        directory.put_person(staff, person)
