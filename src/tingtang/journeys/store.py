"""Journeys on disk and in memory: their events, what was entered, and the runs that are open."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.journeys import tables as t
from tingtang.journeys.library import Library
from tingtang.journeys.model import events as e
from tingtang.journeys.model.answers import pictures, without_secrets
from tingtang.journeys.model.bpmn import Scenario
from tingtang.journeys.model.engine import Run, Standing
from tingtang.journeys.model.problems import DATA_ERASED, DATA_LOCKED, UNKNOWN_JOURNEY
from tingtang.journeys.model.scenario import OnRefused, ScenarioAbout, StepSpec
from tingtang.journeys.model.state import OVER, Journey, copied, evolve
from tingtang.kernel.clock import Clock
from tingtang.kernel.database import upsert
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import BranchId, CustomerId, JourneyId
from tingtang.kernel.log import Append, EventLog, Key
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.sealed import seal, unseal
from tingtang.kernel.vault import CannotOpen, Vault

OPEN_MAX = 256
"""Journeys whose run is held in memory; all others are walked again when they are asked for, which
takes 2 ms. Thousands of runs are millions of objects, over which the garbage collector pauses for
longer than that: with 2,000 held the 99th percentile of a step was 287 ms."""
GIVEN = 0
"""The entry under which what was known at the start is kept."""

TERMINAL = "$terminal"
"""Beside what was entered: the terminal as it was then. The way that a scenario took hangs on it, and
a journey that is walked again takes the same way, wherever it is now and whatever works there."""

logger = logging.getLogger(__name__)

TerminalFacts = Callable[[Journey, BranchId], Mapping[str, Any]]


def stream_of(journey: JourneyId) -> str:
    return f"journey/{journey}"


class Open:
    """A journey in memory. Whoever holds it (:meth:`JourneyStore.held`) may change it.

    ``journey``, ``stands`` and ``refusal`` are what is durable, for all who look. ``run`` is for
    whoever holds the lock: while something is on its way to disk it is ahead of them.
    """

    def __init__(
        self, journey: Journey, branch: BranchId, about: ScenarioAbout, run: Run | None
    ) -> None:
        self.journey = journey
        self.branch = branch
        self.about = about
        self.run = run
        """None once it is over."""
        self.stands = Standing()
        """Where the run stood when the log was last written: what terminals are shown."""
        self.refusal: Mapping[str, Any] = {}
        """What the newest refused action said."""
        self.lock = asyncio.Lock()
        self.settled = asyncio.Event()
        """Set whenever something has come of an action."""


class JourneyStore:
    """Loads journeys and writes what happens on them."""

    def __init__(
        self, log: EventLog, clock: Clock, vault: Vault, library: Library, facts: TerminalFacts
    ) -> None:
        self._log = log
        self._clock = clock
        self._vault = vault
        self._library = library
        self._facts = facts
        self._open: OrderedDict[JourneyId, Open] = OrderedDict()
        self._loading: dict[JourneyId, asyncio.Task[Open]] = {}
        self._put_place = _put_place(log)
        self.on_change: list[Callable[[Open, Sequence[Event]], None]] = []

    def facts(self, opened: Open) -> Mapping[str, Any]:
        """What the scenario knows of the terminal that the journey runs on now."""
        return self._facts(opened.journey, opened.branch)

    def in_memory(self, journey: JourneyId) -> Open | None:
        return self._open.get(journey)

    async def get(self, journey: JourneyId) -> Open:
        """The journey, walked again from its entries where it is not in memory."""
        opened = self._open.get(journey)
        if opened is not None:
            self._open.move_to_end(journey)
            return opened
        task = self._loading.get(journey)
        if task is None:
            task = asyncio.create_task(self._load(journey))
            self._loading[journey] = task
            task.add_done_callback(lambda _: self._loading.pop(journey, None))
        return await asyncio.shield(task)

    @asynccontextmanager
    async def held(self, journey: JourneyId) -> AsyncIterator[Open]:
        """The journey for whoever changes it: nobody else does meanwhile. Where that fails, however,
        it is dropped, for its run may be ahead of the log; who waited is given what is read anew.
        """
        while True:
            opened = await self.get(journey)
            async with opened.lock:
                if self._open.get(journey) is opened:
                    try:
                        yield opened
                    except BaseException:
                        self.drop(opened)
                        raise
                    return

    def drop(self, opened: Open) -> None:
        """Forget what is in memory: it is read anew when it is asked for."""
        if self._open.get(opened.journey.id) is opened:
            del self._open[opened.journey.id]

    async def begin(
        self,
        journey: Journey,
        branch: BranchId,
        run: Run,
        given: Mapping[str, Any],
        events: Sequence[Event],
        actor: str,
        key: Key | None,
    ) -> Open:
        """Write a new journey."""
        opened = Open(journey, branch, run.scenario.about, run)
        answer = journey.id.encode()
        await self.write(opened, events, actor, {GIVEN: given}, key=key, answer=answer)
        return opened

    async def write(
        self,
        opened: Open,
        events: Sequence[Event],
        actor: str,
        entries: Mapping[int, Mapping[str, Any]] | None = None,
        *,
        key: Key | None = None,
        answer: bytes = b"",
        refusal: Mapping[str, Any] | None = None,
    ) -> None:
        """Make events, and what was entered with them, durable; only then they hold in memory, and
        ``refusal`` with them. For whoever holds the journey, or begins it.
        """
        journey, now_ms = copied(opened.journey), self._clock.now_ms()
        before = journey.sequence
        for event in events:
            evolve(journey, event, now_ms)
        then = {TERMINAL: dict(self.facts(opened))}
        rows = [
            self._row(journey.id, n, body if n < GIVEN else {**body, **then})
            for n, body in (entries or {}).items()
        ]
        place = _place(journey, opened)
        stays = _pictures_stay(events)

        def work(connection: sa.Connection) -> None:
            connection.execute(self._put_place, place)
            if stays is not None:
                connection.execute(_pictures_gone(journey.id, stays))
            if rows:
                connection.execute(PUT_ENTRIES, rows)

        await self._log.append(
            Append(
                stream=stream_of(journey.id),
                branch=opened.branch,
                events=events,
                time_ms=now_ms,
                actor=actor,
                expected=before,
                key=key,
                answer=answer,
                work=work,
            )
        )
        opened.journey = journey
        opened.stands = Standing() if opened.run is None else opened.run.standing()
        if refusal is not None:
            opened.refusal = refusal
        self._keep(opened)
        for listener in self.on_change:
            listener(opened, events)

    async def of_customer(self, customer: CustomerId) -> list[JourneyId]:
        """All journeys of a customer, whether they are over or not."""
        query = sa.select(t.journeys.c.journey).where(t.journeys.c.customer == customer)
        return [
            JourneyId(one)
            for one in await self._log.database.read(lambda c: c.scalars(query).all())
        ]

    async def given_before(self, key: Key | None) -> JourneyId | None:
        """The journey in which this very request was answered before."""
        before = None if key is None else await self._log.answer(key)
        return None if before is None else JourneyId(before.decode())

    async def end_locked(self, journey: JourneyId, ending: e.Ending) -> None:
        """End a journey whose entries cannot be opened, and which therefore cannot be walked."""
        recorded = await self._log.read_stream(stream_of(journey))
        now_ms = self._clock.now_ms()
        mine = t.journeys.c.journey == journey
        over = {"status": ending.value, "step": "", "changed_ms": now_ms}
        update = sa.update(t.journeys).where(mine).values(over)
        pictures = _pictures_gone(journey, GIVEN)

        def work(connection: sa.Connection) -> None:
            connection.execute(update)
            connection.execute(pictures)

        await self._log.append(
            Append(
                stream=stream_of(journey),
                branch=recorded[0].branch,
                events=[e.JourneyEnded(ending=ending)],
                time_ms=now_ms,
                actor=SYSTEM.name,
                expected=recorded[-1].sequence,
                work=work,
            )
        )

    async def erase(self, journey: JourneyId, branch: str, event: Event) -> None:
        """Empty what was entered in a journey that is over."""
        update = sa.update(t.entries).where(t.entries.c.journey == journey).values(body=None)
        self._open.pop(journey, None)
        await self._log.append(
            Append(
                stream=stream_of(journey),
                branch=branch,
                events=[event],
                time_ms=self._clock.now_ms(),
                actor="system",
                work=lambda c: c.execute(update),
            )
        )

    # -- inside ---------------------------------------------------------------------------------

    def _keep(self, opened: Open) -> None:
        self._open[opened.journey.id] = opened
        self._open.move_to_end(opened.journey.id)
        while len(self._open) > OPEN_MAX:
            oldest = next(iter(self._open))
            if self._open[oldest].lock.locked():
                self._open.move_to_end(oldest)
                break
            del self._open[oldest]

    async def _load(self, journey_id: JourneyId) -> Open:
        recorded = await self._log.read_stream(stream_of(journey_id))
        if not recorded:
            raise Refused(UNKNOWN_JOURNEY)
        journey = Journey(journey_id)
        for one in recorded:
            evolve(journey, one.event, one.time_ms)
        branch = BranchId(recorded[0].branch)
        scenario = await self._library.get(journey.scenario, journey.version)
        opened = Open(journey, branch, scenario.about, None)
        if journey.status not in OVER:
            opened.run = await self._walk(opened, scenario)
            opened.stands = opened.run.standing()
        self._keep(opened)
        return opened

    async def _walk(self, opened: Open, scenario: Scenario) -> Run:
        """Give a new run all entries that hold, in their order."""
        journey = opened.journey
        bodies = await self._bodies(journey.id)
        now = self.facts(opened)
        given = bodies[GIVEN]
        run = Run(scenario, {"terminal": dict(now), **_at_terminal(given)})
        for entry in journey.entries:
            if is_leaving_step(entry.step):
                continue
            body = {**bodies[entry.number], **bodies.get(-entry.number, {})}
            terminal = body.pop(TERMINAL, now)
            step = step_of(run, entry.step)
            if entry.refused and stops_at_refusal(step):
                opened.refusal = body
                continue
            run.give(entry.step, body, terminal)
        return run

    async def _bodies(self, journey: JourneyId) -> dict[int, dict[str, Any]]:
        query = sa.select(t.entries).where(t.entries.c.journey == journey)
        rows = await self._log.database.read(lambda c: c.execute(query).all())
        found = {}
        for row in rows:
            try:
                text = unseal(self._vault, t.entries.c.body, row._asdict())
            except CannotOpen as error:
                logger.warning("entry %d of journey %s: %s", row.entry, journey, error)
                if row.entry < GIVEN:  # without its picture the business still goes on
                    continue
                raise Refused(DATA_LOCKED) from None
            if text is None:
                raise Refused(DATA_ERASED)
            found[row.entry] = msgspec.json.decode(text)
        return found

    def _row(self, journey: JourneyId, entry: int, body: Mapping[str, Any]) -> dict[str, Any]:
        row = {"journey": journey, "entry": entry}
        text = msgspec.json.encode(body).decode()
        return {**row, **seal(self._vault, t.entries.c.body, row, text)}


PUT_ENTRIES = sa.insert(t.entries)


def to_keep(step: StepSpec, entry: int, body: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    """What is written down of an answer or outcome, by entry. Its pictures lie under the same number
    below nought: they go as soon as the business is over, long before the rest.
    """
    apart = pictures(step, body)
    kept: dict[int, Mapping[str, Any]] = {entry: without_secrets(step, body)}
    return kept if not apart else {**kept, -entry: apart}


def _pictures_stay(events: Sequence[Event]) -> int | None:
    """Up to which entry pictures are still needed after these events; None: nothing has changed."""
    for event in events:
        if isinstance(event, e.JourneyEnded):
            return GIVEN
        if isinstance(event, e.StepsTakenBack):
            return event.entry
    return None


def _pictures_gone(journey: JourneyId, stays: int) -> sa.Executable:
    mine = (t.entries.c.journey == journey) & (t.entries.c.entry < -stays)
    return sa.delete(t.entries).where(mine)


def _put_place(log: EventLog) -> sa.Executable:
    """Built once: making the statement anew costs more than a step of a scenario."""
    insert = upsert(log.database, t.journeys)
    changed = {c.name: insert.excluded[c.name] for c in t.journeys.columns if not c.primary_key}
    return insert.on_conflict_do_update(index_elements=["journey"], set_=changed)


def _place(journey: Journey, opened: Open) -> dict[str, Any]:
    """Where the journey will stand, for lists."""
    waiting = opened.run.waiting() if opened.run is not None else []
    return {
        "journey": journey.id,
        "branch": opened.branch,
        "scenario": journey.scenario,
        "version": journey.version,
        "status": journey.status.value,
        "channel": journey.channel.value,
        "holder": journey.holder,
        "visit": journey.visit,
        "customer": journey.customer,
        "step": waiting[0].step.key if waiting else "",
        "started_ms": journey.started_ms,
        "changed_ms": journey.changed_ms,
    }


def _at_terminal(given: dict[str, Any]) -> dict[str, Any]:
    """What was known at the start, with the terminal that it began on."""
    return {("terminal" if name == TERMINAL else name): value for name, value in given.items()}


LEAVING = "$"
"""Begins the key of a step that stands in no diagram: something is given back at the end."""


def is_leaving_step(key: str) -> bool:
    return key.startswith(LEAVING)


def step_of(run: Run, key: str) -> StepSpec:
    """The step behind a key of a run, whether it waits or not."""
    return run.scenario.steps[key.rpartition("#")[0]]


def stops_at_refusal(step: StepSpec) -> bool:
    """True if the scenario leaves it to the platform to tell of a refusal."""
    return step.action is not None and step.action.on_refused is OnRefused.STOP
