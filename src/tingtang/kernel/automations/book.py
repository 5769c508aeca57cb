"""The records of automations: what holds where, and what ran. Memory in front of two tables."""

from collections.abc import Mapping, Sequence

import msgspec
import sqlalchemy as sa

from tingtang.kernel.automations import tables as t
from tingtang.kernel.automations.declared import Automation, EventTrigger
from tingtang.kernel.automations.events import (
    AutomationRemoved,
    AutomationSaved,
    Planned,
    RunEnded,
    RunStarted,
    RunState,
)
from tingtang.kernel.automations.fields import ALWAYS, value_in
from tingtang.kernel.automations.matching import compares, effective
from tingtang.kernel.automations.offered import ActionResult
from tingtang.kernel.automations.problems import TOO_MANY, UNKNOWN_AUTOMATION
from tingtang.kernel.clock import DAY_MS, Clock
from tingtang.kernel.database import upsert
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event, Recorded
from tingtang.kernel.log import Append, EventLog
from tingtang.kernel.permissions import Actor
from tingtang.kernel.text import Text

AUTOMATIONS_MAX = 200
"""Of one branch, or of the whole bank."""
RUNS_LISTED_MAX = 100
RUNS_KEPT_MS = 90 * DAY_MS
"""Older runs leave the table; the log keeps their events."""


class AutomationRun(msgspec.Struct, frozen=True):
    """One run as it is listed."""

    run: str
    automation: str
    branch: str
    started_ms: int
    ended_ms: int
    state: RunState
    why: Text
    actions: tuple[Planned, ...]
    results: tuple[ActionResult, ...]


def stream_of(branch: str) -> str:
    """The stream of a branch's automations; of the bank's own with ""."""
    return f"automations/{branch or 'bank'}"


class Book:
    """Which automations there are and what became of their runs."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self.shipped: dict[str, Automation] = {}
        self._records: dict[tuple[str, str], Automation] = {}
        self._changed_ms: dict[tuple[str, str], int] = {}
        self._effective: dict[str, list[Automation]] = {}
        self._wanted: dict[type[Event], list[EventTrigger]] | None = None
        self.last: dict[tuple[str, str], AutomationRun] = {}
        """The newest run of each automation in each branch."""
        log.follow((AutomationSaved, AutomationRemoved, RunStarted, RunEnded), self._follow)
        log.project((RunStarted, RunEnded), _project)

    async def start(self) -> None:
        """Read what was saved, and the newest runs."""
        newest = sa.select(sa.func.max(t.runs.c.run)).group_by(t.runs.c.branch, t.runs.c.automation)
        query = sa.select(t.runs).where(t.runs.c.run.in_(newest))
        rows, runs = await self._log.database.read(
            lambda c: (c.execute(sa.select(t.automations)).all(), c.execute(query).all())
        )
        for row in rows:
            key = (row.branch, row.id)
            self._records[key] = msgspec.json.decode(row.body, type=Automation)
            self._changed_ms[key] = row.changed_ms
        for row in runs:
            run = _run(row)
            self.last[run.branch, run.automation] = run
        self._changed()

    # -- reading -------------------------------------------------------------------------------

    def of(self, branch: str) -> list[Automation]:
        """What holds in a branch (or, with "", in the whole bank), by id."""
        if branch not in self._effective:
            self._effective[branch] = effective(self._records, self.shipped, branch)
        return self._effective[branch]

    def get(self, branch: str, automation: str) -> Automation:
        """One that holds in a branch; refused (unknown_automation) where there is none."""
        found = next((one for one in self.of(branch) if one.id == automation), None)
        if found is None:
            raise Refused(UNKNOWN_AUTOMATION)
        return found

    def origin(self, branch: str, automation: str) -> str:
        """Whose version holds in a branch: ``branch``, ``bank`` or ``shipped``."""
        if branch and (branch, automation) in self._records:
            return "branch"
        return "bank" if ("", automation) in self._records else "shipped"

    def behind(self, branch: str, automation: str) -> str:
        """Whose version holds once this branch's (or, with "", the bank's) own one is taken away:
        ``bank``, ``shipped``, or "" where nothing is left of it."""
        if branch and ("", automation) in self._records:
            return "bank"
        return "shipped" if automation in self.shipped else ""

    def own_in(self, automation: str) -> list[str]:
        """The branches that have a version of their own."""
        return sorted(branch for branch, one in self._records if branch and one == automation)

    def changed_ms(self, branch: str, automation: str) -> int:
        """When what holds in a branch was saved; 0 for what came with Tingtang."""
        own = self._changed_ms.get((branch, automation))
        return own if own is not None else self._changed_ms.get(("", automation), 0)

    def may_set_off(self, event: Event) -> bool:
        """False for events that no automation waits for, in any branch. Asked of every event."""
        if self._wanted is None:
            self._wanted = self._wanted_now()
        triggers = self._wanted.get(type(event))
        if triggers is None:
            return False
        return any(
            all(
                test.field in ALWAYS or compares(test, value_in(event, test.field))
                for test in trigger.where
            )
            for trigger in triggers
        )

    async def runs(self, branch: str, automation: str = "", limit: int = 20) -> list[AutomationRun]:
        """The newest runs of a branch, or of one automation there."""
        r = t.runs.c
        query = sa.select(t.runs).where(r.branch == branch)
        if automation:
            query = query.where(r.automation == automation)
        query = query.order_by(r.started_ms.desc(), r.run.desc()).limit(min(limit, RUNS_LISTED_MAX))
        rows = await self._log.database.read(lambda c: c.execute(query).all())
        return [_run(row) for row in rows]

    async def unfinished(self) -> list[tuple[str, int, RunStarted]]:
        """What was promised and has not ended: branch, time and the event, oldest first."""
        r = t.runs.c
        query = (
            sa.select(r.branch, r.started_ms, r.started)
            .where(r.state == RunState.RUNNING.value)
            .order_by(r.started_ms, r.run)
        )
        rows = await self._log.database.read(lambda c: c.execute(query).all())
        decode = msgspec.json.Decoder(RunStarted).decode
        return [(row.branch, row.started_ms, decode(row.started)) for row in rows]

    async def chain_of(self, run: str) -> tuple[str, ...]:
        """The automations that led to a run, itself last; empty where there is no such run."""
        query = sa.select(t.runs.c.started).where(t.runs.c.run == run)
        body = await self._log.database.read(lambda c: c.scalar(query))
        return () if body is None else msgspec.json.decode(body, type=RunStarted).chain

    # -- writing -------------------------------------------------------------------------------

    async def save(self, automation: Automation, actor: Actor) -> None:
        """Write it over what this branch, or the bank, had under its id."""
        owner = automation.branch
        own = sum(branch == owner for branch, _ in self._records)
        if own >= AUTOMATIONS_MAX and (owner, automation.id) not in self._records:
            raise Refused(TOO_MANY, most=AUTOMATIONS_MAX)
        row = {
            "branch": owner,
            "id": automation.id,
            "body": msgspec.json.encode(automation).decode(),
            "changed_ms": self._clock.now_ms(),
            "changed_by": actor.name,
        }
        insert = upsert(self._log.database, t.automations).values(row)
        statement = insert.on_conflict_do_update(
            index_elements=["branch", "id"],
            set_={name: insert.excluded[name] for name in ("body", "changed_ms", "changed_by")},
        )
        await self._write(AutomationSaved(automation=automation), owner, actor, statement)

    async def remove(self, branch: str, automation: str, actor: Actor) -> None:
        """Take away what this branch, or the bank, has of its own; what stood behind it holds."""
        if (branch, automation) not in self._records:
            raise Refused(UNKNOWN_AUTOMATION)
        a = t.automations.c
        statement = sa.delete(t.automations).where(a.branch == branch, a.id == automation)
        event = AutomationRemoved(automation=automation, branch=branch)
        await self._write(event, branch, actor, statement)

    async def forget_runs(self, before_ms: int) -> int:
        """Throw away ended runs from before a time; gives back how many."""
        r = t.runs.c
        old = sa.and_(r.started_ms < before_ms, r.state != RunState.RUNNING.value)
        statement = sa.delete(t.runs).where(old)
        appended = await self._log.append(
            Append(
                stream=stream_of(""),
                branch="",
                events=(),
                time_ms=self._clock.now_ms(),
                actor="system",
                work=lambda c: c.execute(statement).rowcount,
            )
        )
        return int(appended.result)

    async def _write(
        self, event: Event, branch: str, actor: Actor, statement: sa.Executable
    ) -> None:
        await self._log.append(
            Append(
                stream=stream_of(branch),
                branch=branch,
                events=[event],
                time_ms=self._clock.now_ms(),
                actor=actor.name,
                work=lambda c: c.execute(statement).rowcount,
            )
        )

    def ship(self, automation: Automation) -> None:
        """Add one that comes with Tingtang."""
        self.shipped[automation.id] = automation
        self._changed()

    # -- inside --------------------------------------------------------------------------------

    def _changed(self) -> None:
        self._effective.clear()
        self._wanted = None

    def _wanted_now(self) -> dict[type[Event], list[EventTrigger]]:
        types, found = self._log.types.all(), dict[type[Event], list[EventTrigger]]()
        for one in (*self.shipped.values(), *self._records.values()):
            for trigger in one.triggers if one.enabled else ():
                type_ = types.get(trigger.event) if isinstance(trigger, EventTrigger) else None
                if type_ is not None and isinstance(trigger, EventTrigger):
                    found.setdefault(type_, []).append(trigger)
        return found

    def _follow(self, one: Recorded) -> None:
        match one.event:
            case AutomationSaved(automation=automation):
                key = (automation.branch, automation.id)
                self._records[key] = automation
                self._changed_ms[key] = one.time_ms
                self._changed()
            case AutomationRemoved(automation=automation_id, branch=branch):
                self._records.pop((branch, automation_id), None)
                self._changed_ms.pop((branch, automation_id), None)
                self._changed()
            case RunStarted() as started:
                self.last[one.branch, started.automation] = AutomationRun(
                    started.run, started.automation, one.branch, one.time_ms, 0,
                    RunState.RUNNING, started.why, started.actions, (),
                )  # fmt: skip
            case RunEnded() as ended:
                last = self.last.get((one.branch, ended.automation))
                if last is not None and last.run == ended.run:
                    self.last[one.branch, ended.automation] = msgspec.structs.replace(
                        last, ended_ms=one.time_ms, state=ended.state, results=ended.results
                    )


def _project(connection: sa.Connection, recorded: Sequence[Recorded]) -> None:
    for one in recorded:
        event = one.event
        if isinstance(event, RunStarted):
            values: Mapping[str, object] = {
                "run": event.run,
                "branch": one.branch,
                "automation": event.automation,
                "started_ms": one.time_ms,
                "ended_ms": 0,
                "state": RunState.RUNNING.value,
                "started": msgspec.json.encode(event).decode(),
                "results": "[]",
            }
            connection.execute(sa.insert(t.runs).values(values))
        elif isinstance(event, RunEnded):
            values = {
                "ended_ms": one.time_ms,
                "state": event.state.value,
                "results": msgspec.json.encode(event.results).decode(),
            }
            connection.execute(sa.update(t.runs).where(t.runs.c.run == event.run).values(values))


def _run(row: "sa.Row[tuple[object, ...]]") -> AutomationRun:
    started = msgspec.json.decode(row.started, type=RunStarted)
    return AutomationRun(
        row.run, row.automation, row.branch, row.started_ms, row.ended_ms, RunState(row.state),
        started.why, started.actions,
        msgspec.json.decode(row.results, type=tuple[ActionResult, ...]),
    )  # fmt: skip
