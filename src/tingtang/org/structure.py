"""What can be done to the organisation, and by whom. Reading is the directory's."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa

from tingtang.kernel.clock import Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Recorded
from tingtang.kernel.ids import BranchId, CounterId, Ids, ServiceId, StaffId, ZoneId
from tingtang.kernel.log import Append, EventLog
from tingtang.kernel.permissions import Actor
from tingtang.org import changes as c
from tingtang.org import tables as t
from tingtang.org.directory import Directory
from tingtang.org.loading import fill, read_all
from tingtang.org.model import events as e
from tingtang.org.model import problems as p
from tingtang.org.model.records import (
    Branch,
    Counter,
    Migration,
    Module,
    Service,
    StaffingPlan,
    Theme,
    Unit,
    UnitKind,
    Zone,
)
from tingtang.org.model.theme import check_theme
from tingtang.org.state import Person

logger = logging.getLogger(__name__)


def branch_stream(branch: str) -> str:
    """The stream of a branch's own records; of the bank's where ``branch`` is empty."""
    return f"org/{branch or 'bank'}"


class OrgService:
    """Saves records of the organisation, each with its event, and keeps the directory fresh."""

    def __init__(self, log: EventLog, clock: Clock, ids: Ids, directory: Directory) -> None:
        self.directory = directory
        self._log = log
        self._clock = clock
        self._ids = ids
        self._naming: set[asyncio.Task[None]] = set()
        log.follow(e.ORG_EVENTS.all().values(), self._follow)

    async def start(self) -> None:
        """Read the whole organisation; call once the log has started."""
        fill(self.directory, *await self._log.database.read(read_all))

    def new_id(self) -> str:
        return self._ids.new(self._clock.now_ms())

    # -- the bank -----------------------------------------------------------------------------

    async def save_unit(self, unit: Unit, actor: Actor) -> Unit:
        """Create or replace a unit above the branches."""
        d = self.directory
        if unit.kind is UnitKind.HEAD_OFFICE:
            others = [u for u in d.units() if u.kind is UnitKind.HEAD_OFFICE and u.id != unit.id]
            if others or unit.parent:
                raise Refused(p.ONE_HEAD_OFFICE)
        else:
            if unit.parent not in {u.id for u in d.units()}:
                raise Refused(p.BROKEN_REFERENCE, field="parent", id=unit.parent)
            if unit.id in d.path_of(unit.parent):
                raise Refused(p.LOOP_IN_TREE)
        await self._write("", [c.save_unit(unit)], actor)
        return unit

    async def save_service(self, service: Service, actor: Actor) -> Service:
        """Create or replace an entry of the catalogue."""
        same = self.directory.service_by_code(service.code)
        if same is not None and same.id != service.id:
            raise Refused(p.CODE_TAKEN, code=service.code)
        await self._write("", [c.save_service(service)], actor)
        return service

    async def save_migration(self, migration: Migration, actor: Actor) -> Migration:
        """Create or replace a line in the register of moved business (R017)."""
        self.directory.service(migration.service)
        await self._write("", [c.save_migration(migration)], actor)
        return migration

    async def save_theme(self, theme: Theme, actor: Actor) -> Theme:
        """Create or replace a theme pack (R012)."""
        check_theme(theme)
        await self._write("", [c.save_theme(theme)], actor)
        return theme

    # -- a branch -----------------------------------------------------------------------------

    async def save_branch(self, branch: Branch, actor: Actor) -> Branch:
        """Create or replace a branch."""
        self._check_branch(branch)
        await self._write(branch.id, [c.save_branch(branch)], actor)
        return branch

    async def set_modules(self, branch: str, modules: Sequence[Module], actor: Actor) -> Branch:
        """Switch a branch's modules on and off (R004)."""
        known = self.directory.branch(branch)
        chosen = tuple(module for module in Module if module in modules)
        changed = msgspec.structs.replace(known, modules=chosen)
        await self._write(branch, [c.save_branch(changed)], actor)
        return changed

    async def found_branch(self, branch: Branch, changes: Iterable[c.Change], actor: Actor) -> None:
        """Create a branch together with its zones, counters and settings, all or nothing."""
        self._check_branch(branch)
        await self._write(branch.id, [c.save_branch(branch), *changes], actor)

    async def save_zone(self, zone: Zone, actor: Actor) -> Zone:
        """Create or replace a zone."""
        self.directory.branch(zone.branch)
        await self._write(zone.branch, [c.save_zone(zone)], actor)
        return zone

    async def remove_zone(self, branch: str, zone: str, actor: Actor) -> None:
        """Remove a zone that holds no counter."""
        self._require_here(self.directory.zone(zone).branch, branch, "zone", zone)
        for counter in self.directory.counters(branch):
            if counter.zone == zone:
                raise Refused(p.IN_USE, what=zone, user=counter.sign)
        await self._write(branch, [c.remove_zone(BranchId(branch), ZoneId(zone))], actor)

    async def save_counter(self, counter: Counter, actor: Actor) -> Counter:
        """Create or replace a counter."""
        self._check_counter(counter)
        await self._write(counter.branch, [c.save_counter(counter)], actor)
        return counter

    async def remove_counter(self, branch: str, counter: str, actor: Actor) -> None:
        """Remove a counter."""
        self._require_here(self.directory.counter(counter).branch, branch, "counter", counter)
        await self._write(branch, [c.remove_counter(BranchId(branch), CounterId(counter))], actor)

    async def save_staffing_plan(self, plan: StaffingPlan, actor: Actor) -> StaffingPlan:
        """Set the posts and counters that a branch should have (R018)."""
        self.directory.branch(plan.branch)
        await self._write(plan.branch, [c.save_staffing_plan(plan)], actor)
        return plan

    async def save_section(
        self, branch: str, name: str, values: Any, actor: Actor, revision: int | None = None
    ) -> msgspec.Struct:
        """Choose a feature's settings for a branch, or for the bank where ``branch`` is empty.

        ``values`` is JSON data. ``revision`` is the one the editor saw: if somebody saved since,
        the change is refused (stale_revision).
        """
        section = self.directory.sections.named(name)
        if branch:
            self.directory.branch(branch)
        actor.require(section.edit, branch or None)
        converted = self.directory.sections.convert(name, values)
        now = self._stored_revision(branch, name)
        if revision is not None and revision != now:
            raise Refused(p.STALE_REVISION, revision=now)
        await self._write(branch, [c.save_section(branch, name, now + 1, converted)], actor)
        return converted

    async def section_history(self, branch: str, name: str) -> list[dict[str, Any]]:
        """Every saved revision with who and when, newest first; at most a hundred."""
        s = t.sections.c
        query = (
            sa.select(s.revision, s.changed_ms, s.changed_by, s.body)
            .where(s.branch == branch, s.section == name)
            .order_by(s.revision.desc())
            .limit(100)
        )
        rows = await self._log.database.read(lambda connection: connection.execute(query).all())
        return [{**t.plain(row), "body": msgspec.json.decode(row.body)} for row in rows]

    # -- writing ------------------------------------------------------------------------------

    async def write(self, branch: str, changes: Sequence[c.Change], actor: Actor) -> None:
        """Write changes that were checked elsewhere in this feature."""
        await self._write(branch, changes, actor)

    async def _write(self, branch: str, changes: Sequence[c.Change], actor: Actor) -> None:
        now_ms = self._clock.now_ms()
        append = Append(
            stream=branch_stream(branch),
            branch=branch,
            events=[change.event for change in changes],
            time_ms=now_ms,
            actor=actor.name,
            work=c.as_work(self._log.database, changes, now_ms, actor.name),
        )
        try:
            await self._log.append(append)
        except sa.exc.IntegrityError as error:  # somebody was faster by a moment
            if any(change.fresh for change in changes):
                raise Refused(p.STALE_REVISION, revision="?") from error
            raise Refused(p.CODE_TAKEN, code=_code_of(changes)) from error

    def _follow(self, recorded: Recorded) -> None:
        event = recorded.event
        self.directory.apply(event)
        if isinstance(event, e.StaffSaved) and event.renamed:
            task = asyncio.get_running_loop().create_task(self._learn_name(event.staff.id))
            self._naming.add(task)
            task.add_done_callback(self._naming.discard)

    async def _learn_name(self, staff: StaffId) -> None:
        """Read a name that an event only pointed to; another node may have written it."""
        s = t.staff.c
        query = sa.select(s.name, s.login, s.employee_no).where(s.id == staff)
        row = await self._log.database.read(lambda connection: connection.execute(query).first())
        if row is not None and row.name:
            self.directory.put_person(staff, Person(row.name, row.login, row.employee_no))

    # -- checks -------------------------------------------------------------------------------

    def _check_branch(self, branch: Branch) -> None:
        d = self.directory
        if branch.unit not in {unit.id for unit in d.units()}:
            raise Refused(p.BROKEN_REFERENCE, field="unit", id=branch.unit)
        same = d.branch_by_code(branch.code)
        if same is not None and same.id != branch.id:
            raise Refused(p.CODE_TAKEN, code=branch.code)
        try:
            ZoneInfo(branch.time_zone)
        except (KeyError, ValueError, OSError):
            raise Refused(p.BAD_TIME_ZONE, zone=branch.time_zone) from None
        self._check_services("services", branch.services)
        if branch.theme and d.theme(branch.theme) is None:
            raise Refused(p.BROKEN_REFERENCE, field="theme", id=branch.theme)

    def _check_counter(self, counter: Counter) -> None:
        self.directory.branch(counter.branch)
        zones = {zone.id for zone in self.directory.zones(counter.branch)}
        if counter.zone not in zones:
            raise Refused(p.BROKEN_REFERENCE, field="zone", id=counter.zone)
        for other in self.directory.counters(counter.branch):
            if other.sign == counter.sign and other.id != counter.id:
                raise Refused(p.CODE_TAKEN, code=counter.sign)
        self._check_services("services", counter.services)
        self._check_services("elastic", counter.elastic)

    def _check_services(self, field: str, services: Iterable[ServiceId]) -> None:
        known = {service.id for service in self.directory.services()}
        for service in services:
            if service not in known:
                raise Refused(p.BROKEN_REFERENCE, field=field, id=service)

    @staticmethod
    def _require_here(owner: str, branch: str, what: str, id_: str) -> None:
        if owner != branch:
            raise Refused(p.NO_SUCH_RECORD, what=what, id=id_)

    def _stored_revision(self, branch: str, name: str) -> int:
        value = self.directory.section_value(branch, name)
        return value.revision


def _code_of(changes: Sequence[c.Change]) -> str:
    for change in changes:
        for _, row in change.rows:
            for name in ("login", "code"):
                if name in row:
                    return str(row[name])
    return ""
