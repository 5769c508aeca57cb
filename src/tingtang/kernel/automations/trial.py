"""Trying an automation against a day that was: when would it have run, and what would it have done.

The branch's events of the day go through the same triggers and conditions as in the engine, facts
are worked out from the log as they were then, and no action is done. Runs are taken to need no
time, so that of the modes only the pauses between runs are tried.
"""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Mapping

import msgspec
import sqlalchemy as sa

from tingtang.kernel import log_tables as t
from tingtang.kernel.automations import problems as p
from tingtang.kernel.automations.declared import (
    Automation,
    AutomationDraft,
    EventTrigger,
    FactTrigger,
    Scalar,
)
from tingtang.kernel.automations.engine import FACTS_MS, Automations, matching_trigger, plan, run_of
from tingtang.kernel.automations.events import Planned
from tingtang.kernel.automations.guard import CutOff, Pace
from tingtang.kernel.automations.matching import (
    FactKey,
    Situation,
    compares,
    fact_key,
    facts_asked,
    holds,
)
from tingtang.kernel.automations.offered import FactReplay
from tingtang.kernel.automations.timing import due_ms
from tingtang.kernel.automations.watch import Watch
from tingtang.kernel.automations.why import why
from tingtang.kernel.clock import moment_ms
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Recorded
from tingtang.kernel.log import EventLog
from tingtang.kernel.log_commit import recorded_from
from tingtang.kernel.text import Text

EVENTS_MAX = 200_000
OCCASIONS_MAX = 300
CHUNK = 2_000
STEP_MS = 5 * FACTS_MS
"""How often watched facts are looked at between events; coarser than in the engine."""
SLACK_MS = 60_000
"""Events of different streams may stand in the log by this much out of the order of their times."""


class TriedOccasion(msgspec.Struct, frozen=True):
    """A moment at which the automation would have been set off."""

    at_ms: int
    trigger: int
    why: Text
    held: bool
    """Its condition held."""
    cut_off: CutOff | None
    """Its condition held, and yet it would not have run."""
    actions: tuple[Planned, ...]
    """What it would have done; empty where it would not have run."""


class AutomationTrial(msgspec.Struct, frozen=True):
    """A day gone through."""

    date: str
    events: int
    """Events of the branch on that day."""
    runs: int
    occasions: tuple[TriedOccasion, ...]
    complete: bool
    """False where the day was too long to be gone through, or there was too much to list."""


async def try_day(
    engine: Automations, draft: AutomationDraft, branch: str, date: str
) -> AutomationTrial:
    """Go through the local ``date`` (YYYY-MM-DD) of a branch. Refused (bad_day) for what is none."""
    place = engine.places.place(branch)
    try:
        day = dt.date.fromisoformat(date)
        from_ms = moment_ms(date, "00:00", place.time_zone)
        until_ms = moment_ms((day + dt.timedelta(days=1)).isoformat(), "00:00", place.time_zone)
    except (ValueError, OverflowError):
        raise Refused(p.BAD_DAY, date=date[:20]) from None
    until_ms = min(until_ms, engine.clock.now_ms() + 1)
    if from_ms > until_ms:
        raise Refused(p.BAD_DAY, date=date)
    tried = _Tried(engine, draft, branch, await _replays(engine, draft, branch, from_ms))
    moments = [
        (moment, index)
        for index, trigger in enumerate(draft.triggers)
        if not isinstance(trigger, EventTrigger | FactTrigger)
        for moment in due_ms(trigger, place, engine.places, from_ms - 1, until_ms - 1)
    ]
    if tried.watches:
        moments += [(moment, -1) for moment in range(from_ms, until_ms, STEP_MS)]
    moments.sort()
    count, at = 0, 0
    async for recorded in day_events(engine.log, branch, from_ms, until_ms):
        while at < len(moments) and moments[at][0] < recorded.time_ms:
            tried.moment(*moments[at])
            at += 1
            if at % CHUNK == 0:
                await asyncio.sleep(0)
        count += 1
        if count > EVENTS_MAX:
            break
        await tried.event(recorded)
    for moment in moments[at:]:
        tried.moment(*moment)
    return AutomationTrial(
        date=date,
        events=count,
        runs=tried.runs,
        occasions=tuple(tried.occasions),
        complete=count <= EVENTS_MAX and not tried.is_full,
    )


class _Tried:
    """One automation on its way through a day."""

    def __init__(
        self,
        engine: Automations,
        draft: AutomationDraft,
        branch: str,
        replays: "Mapping[int, FactReplay]",
    ) -> None:
        known = msgspec.structs.asdict(draft) | {"enabled": True}
        known.pop("id", None)
        known.pop("branch", None)
        own = draft.id if isinstance(draft, Automation) else "draft"
        self._automation = Automation(id=own, branch=branch, **known)
        self._engine = engine
        self._place = engine.places.place(branch)
        self._replays = replays
        self._pace = Pace()
        self.watches = {
            index: Watch()
            for index, trigger in enumerate(draft.triggers)
            if isinstance(trigger, FactTrigger)
        }
        self.occasions: list[TriedOccasion] = []
        self.runs = 0
        self.is_full = False

    async def event(self, recorded: Recorded) -> None:
        """Take in an event."""
        for replay in self._replays.values():
            replay.follow(recorded)
        index = None
        if not recorded.type.startswith("automations."):
            index = matching_trigger(self._automation, recorded)
        if index is not None:
            run = run_of(recorded)
            chain = await self._engine.book.chain_of(run) if run else ()
            self._set_off(index, recorded.time_ms, recorded, chain)
        if self.watches:
            self._see(recorded.time_ms)

    def moment(self, at_ms: int, index: int) -> None:
        """A timed trigger falls due, or (-1) facts are looked at."""
        if index < 0:
            self._see(at_ms)
        else:
            self._set_off(index, at_ms, None, ())

    def _see(self, at_ms: int) -> None:
        for index, watch in self.watches.items():
            trigger = self._automation.triggers[index]
            if isinstance(trigger, FactTrigger):
                value = self._fact(trigger.fact, trigger.arguments, at_ms)
                if watch.see(compares(trigger, value), at_ms, trigger.for_seconds * 1000):
                    self._set_off(index, at_ms, None, ())

    def _set_off(
        self, index: int, at_ms: int, recorded: Recorded | None, chain: tuple[str, ...]
    ) -> None:
        one = self._automation
        facts: dict[FactKey, Scalar | None] = {
            fact_key(fact, arguments): self._fact(fact, arguments, at_ms)
            for fact, arguments in facts_asked(one)
        }
        held = holds(
            one.condition, Situation(at_ms, self._place, self._engine.places, recorded, facts)
        )
        cut_off = None
        if one.id in chain:
            cut_off = CutOff.LOOP
        elif held:
            cut_off = self._pace.refuses(one, at_ms)
        runs = held and cut_off is None
        if runs:
            self._pace.ran(at_ms)
            self.runs += 1
        if len(self.occasions) >= OCCASIONS_MAX:
            self.is_full = True
            return
        self.occasions.append(
            TriedOccasion(
                at_ms=at_ms,
                trigger=index,
                why=why(one.triggers[index], self._engine.offers),
                held=held,
                cut_off=cut_off,
                actions=plan(one, recorded) if runs else (),
            )
        )

    def _fact(self, fact: str, arguments: Mapping[str, Scalar], at_ms: int) -> Scalar | None:
        found = self._engine.offers.facts.get(fact)
        if found is None:
            return None
        return self._replays[id(found[1])].value(fact, arguments, at_ms)


async def _replays(
    engine: Automations, draft: AutomationDraft, branch: str, from_ms: int
) -> dict[int, FactReplay]:
    """A replay for each source of facts that is needed."""
    names = {fact for fact, _ in facts_asked(draft)}
    names |= {one.fact for one in draft.triggers if isinstance(one, FactTrigger)}
    sources = {
        id(found[1]): found[1]
        for name in names
        if (found := engine.offers.facts.get(name)) is not None
    }
    return {key: await source.replay(branch, from_ms) for key, source in sources.items()}


async def day_events(
    log: EventLog, branch: str, from_ms: int, until_ms: int
) -> AsyncIterator[Recorded]:
    """A branch's events with a time in [from, until), in the order of the log."""
    position = await _position_at(log, from_ms - SLACK_MS)
    end = await _position_at(log, until_ms + SLACK_MS)
    e = t.events.c
    while True:
        query = (
            sa.select(t.events)
            .where(e.position > position, e.position <= end, e.branch == branch)
            .where(e.time_ms >= from_ms, e.time_ms < until_ms)
            .order_by(e.position)
            .limit(CHUNK)
        )
        rows = await log.database.read(lambda c, query=query: c.execute(query).all())  # type: ignore[misc]
        for row in rows:
            yield recorded_from(row._asdict(), log.types.decode(row.type, row.version, row.body))
        if len(rows) < CHUNK:
            return
        position = rows[-1].position
        await asyncio.sleep(0)


async def _position_at(log: EventLog, at_ms: int) -> int:
    """A position before which all events are older than ``at_ms``. Positions and times rise
    together, so that it is found by halving; the events have no index by time."""
    e = t.events.c

    def find(connection: sa.Connection) -> int:
        low, high = 0, connection.scalar(sa.select(sa.func.max(e.position))) or 0
        while low < high:
            middle = (low + high + 1) // 2
            time_ms = connection.scalar(sa.select(e.time_ms).where(e.position == middle))
            if time_ms is not None and time_ms < at_ms:
                low = middle
            else:
                high = middle - 1
        return low

    return await log.database.read(find)
