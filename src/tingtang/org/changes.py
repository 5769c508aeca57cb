"""A change of the organisation: an event and the row that goes with it, in one transaction."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.kernel.database import Database, upsert
from tingtang.kernel.events import Event
from tingtang.kernel.ids import BranchId, CounterId, StaffId, ZoneId
from tingtang.org import tables as t
from tingtang.org.model import events as e
from tingtang.org.model.records import (
    Branch,
    Counter,
    Migration,
    Service,
    Staff,
    StaffingPlan,
    Theme,
    Unit,
    Zone,
)

Row = dict[str, Any]


class Change(msgspec.Struct, frozen=True):
    """``rows`` are written over what has their key, ``fresh`` only where there is none yet;
    ``gone`` are deleted by id."""

    event: Event
    rows: tuple[tuple[sa.Table, Row], ...] = ()
    fresh: tuple[tuple[sa.Table, Row], ...] = ()
    gone: tuple[tuple[sa.Table, str], ...] = ()


def _body(record: msgspec.Struct) -> str:
    return msgspec.json.encode(record).decode()


def save_unit(unit: Unit) -> Change:
    return Change(e.UnitSaved(unit=unit), ((t.units, {"id": unit.id, "body": _body(unit)}),))


def save_branch(branch: Branch) -> Change:
    row = {"id": branch.id, "code": branch.code, "body": _body(branch)}
    return Change(e.BranchSaved(branch=branch), ((t.branches, row),))


def save_zone(zone: Zone) -> Change:
    row = {"id": zone.id, "branch": zone.branch, "body": _body(zone)}
    return Change(e.ZoneSaved(zone=zone), ((t.zones, row),))


def remove_zone(branch: BranchId, zone: ZoneId) -> Change:
    return Change(e.ZoneRemoved(branch=branch, zone=zone), gone=((t.zones, zone),))


def save_counter(counter: Counter) -> Change:
    row = {"id": counter.id, "branch": counter.branch, "body": _body(counter)}
    return Change(e.CounterSaved(counter=counter), ((t.counters, row),))


def remove_counter(branch: BranchId, counter: CounterId) -> Change:
    return Change(e.CounterRemoved(branch=branch, counter=counter), gone=((t.counters, counter),))


def save_service(service: Service) -> Change:
    row = {"id": service.id, "code": service.code, "body": _body(service)}
    return Change(e.ServiceSaved(service=service), ((t.services, row),))


def save_staff(staff: Staff, *, renamed: bool) -> Change:
    row = {
        "id": staff.id,
        "unit": staff.unit,
        "login": staff.login,
        "name": staff.name,
        "employee_no": staff.employee_no,
        "body": _body(staff.facts()),
    }
    return Change(e.StaffSaved(staff=staff.facts(), renamed=renamed), ((t.staff, row),))


def erase_staff(staff: StaffId) -> Change:
    """Take the name away; what the person did stays under the id."""
    return Change(e.StaffErased(staff=staff))


def save_section(branch: str, name: str, revision: int, values: msgspec.Struct) -> Change:
    row = {"branch": branch, "section": name, "revision": revision, "body": _body(values)}
    plain = msgspec.to_builtins(values, str_keys=True)
    event = e.SectionSaved(branch=branch, section=name, revision=revision, values=plain)
    return Change(event, fresh=((t.sections, row),))


def save_plan(branch: BranchId, digest: str, body: str) -> Change:
    rows = (
        (t.plans, {"digest": digest, "body": body}),
        (t.branch_plans, {"branch": branch, "digest": digest}),
    )
    return Change(e.PlanSaved(branch=branch, digest=digest), rows)


def save_migration(migration: Migration) -> Change:
    row = {"id": migration.id, "body": _body(migration)}
    return Change(e.MigrationSaved(migration=migration), ((t.migrations, row),))


def save_staffing_plan(plan: StaffingPlan) -> Change:
    row = {"id": plan.branch, "body": _body(plan)}
    return Change(e.StaffingPlanSaved(plan=plan), ((t.staffing_plans, row),))


def save_theme(theme: Theme) -> Change:
    row = {"id": theme.id, "body": _body(theme)}
    return Change(e.ThemeSaved(theme=theme), ((t.themes, row),))


def as_work(
    database: Database, changes: Sequence[Change], now_ms: int, by: str
) -> Callable[[sa.Connection], None]:
    """The writing of all rows, to run in the transaction of their events."""
    stamp = {"changed_ms": now_ms, "changed_by": by}
    statements: list[sa.Executable] = []
    for change in changes:
        for table, row in change.rows:
            stamped = row | stamp if "changed_ms" in table.c else row
            keys = [column.name for column in table.primary_key]
            insert = upsert(database, table).values(stamped)
            new = {name: insert.excluded[name] for name in stamped if name not in keys}
            statements.append(insert.on_conflict_do_update(index_elements=keys, set_=new))
        for table, row in change.fresh:
            statements.append(sa.insert(table).values(row | stamp))
        for table, key in change.gone:
            statements.append(sa.delete(table).where(table.c.id == key))
        if isinstance(change.event, e.StaffErased):
            staff = change.event.staff
            statements.append(
                sa.update(t.staff)
                .where(t.staff.c.id == staff)
                .values(name="", login=f"erased-{staff}", employee_no="", **stamp)
            )

    def work(connection: sa.Connection) -> None:
        for statement in statements:
            connection.execute(statement)

    return work
