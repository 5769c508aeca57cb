"""Journeys: begun, answered, taken back, moved, and ended; and the actions they ask for."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from tingtang.journeys import tables as t
from tingtang.journeys.access import check_few, check_here, check_may_leave, holder_of
from tingtang.journeys.actions import (
    Action,
    Actions,
    Call,
    Declined,
    Done,
    Later,
    Result,
    Unclear,
    refused_as,
)
from tingtang.journeys.consequences import to_begin, to_return, what_follows
from tingtang.journeys.following import kept_of
from tingtang.journeys.leaving import (
    to_give_back,
)
from tingtang.journeys.library import Library
from tingtang.journeys.model import events as e
from tingtang.journeys.model import problems as p
from tingtang.journeys.model.answers import checked
from tingtang.journeys.model.engine import KEPT, Run, Waiting
from tingtang.journeys.model.scenario import STAFF, Channel
from tingtang.journeys.model.state import OVER, Journey, Status
from tingtang.journeys.performing import Performer, write
from tingtang.journeys.store import (
    JourneyStore,
    Open,
    is_leaving_step,
    step_of,
    stops_at_refusal,
    stream_of,
    to_keep,
)
from tingtang.kernel.clock import Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import BranchId, CustomerId, Ids, JourneyId, StaffId, VisitId
from tingtang.kernel.live import LiveViews
from tingtang.kernel.log import Answered, EventLog, Key
from tingtang.kernel.permissions import SYSTEM, Actor, ActorKind
from tingtang.kernel.waiting import set_within

__all__ = [
    "BRANCH_VIEW", "VIEW", "Action", "Actions", "Call", "Declined", "Done", "JourneyService", "Later", "Result",
    "Unclear", "back_to", "refused_as", "refused_step", "stream_of",
]  # fmt: skip

VIEW = "journeys.one"
"""By branch/journey/holder: each who watches sees it as theirs or as gone elsewhere."""
BRANCH_VIEW = "journeys.branch"
SETTLE_SECONDS = 0.8
"""How long an answer waits for the actions that follow from it, so that most screens change once."""

logger = logging.getLogger(__name__)


class JourneyService:
    """All journeys of all branches."""

    def __init__(
        self,
        log: EventLog,
        clock: Clock,
        ids: Ids,
        live: LiveViews,
        library: Library,
        actions: Actions,
        store: JourneyStore,
    ) -> None:
        self.library = library
        self.actions = actions
        self.store = store
        self._log = log
        self._clock = clock
        self._ids = ids
        self._live = live
        self.performer = Performer(store, actions)
        store.on_change.append(self._on_change)

    async def start(self) -> None:
        """Ask after everything that was under way when the process ended."""
        query = sa.select(t.journeys.c.journey).where(t.journeys.c.status == Status.AT_WORK.value)
        for journey in await self._log.database.read(lambda c: c.scalars(query).all()):
            try:
                opened = await self.store.get(JourneyId(journey))
            except Refused:
                logger.exception("journey %s could not be taken up again", journey)
                continue
            for pending in list(opened.journey.pending.values()):
                self.performer.begin(opened, pending, again=True)

    async def stop(self) -> None:
        """Leave off; what is under way is asked after at the next start."""
        await self.performer.stop()

    # -- what people do -------------------------------------------------------------------------

    async def begin(
        self,
        branch: BranchId,
        scenario: str,
        actor: Actor,
        channel: Channel,
        *,
        visit: VisitId | None = None,
        customer: CustomerId | None = None,
        given: Mapping[str, Any] | None = None,
        key: Key | None = None,
        after: JourneyId | None = None,
    ) -> Open:
        """Begin a scenario at the actor's terminal; refused where it is not done on this channel.
        ``after`` is the journey that led to it, and whose customer it goes on with, once.
        """
        about = self.library.about(scenario)
        if about.is_shared or channel not in about.channels:
            raise Refused(p.NOT_HERE, name=about.name)
        version = self.library.version(scenario)
        plan = await self.library.get(scenario, version)
        now_ms = self._clock.now_ms()
        holder = holder_of(actor)
        if actor.kind is ActorKind.CUSTOMER:
            await check_few(self._log.database, holder)
        started = e.JourneyStarted(
            scenario=scenario, scenario_version=version, channel=channel, holder=holder,
            visit=visit, customer=customer,
        )  # fmt: skip
        journey = Journey(JourneyId(self._ids.new(now_ms)), channel=channel, holder=holder)
        kept: Mapping[str, Any] = {}
        if after is not None:
            before = await self.store.get(after)
            kept = kept_of(before, about, branch, holder, now_ms)
            visit, customer = before.journey.visit, before.journey.customer
            key = Key(f"journey:after:{after}", "")
        known = {
            "given": dict(given or {}), "customer": customer or "", "branch": branch, KEPT: kept,
        }  # fmt: skip
        terminal = self.store.facts(Open(journey, branch, about, None))
        run = Run(plan, {**known, "terminal": dict(terminal)})
        events = [started, *to_begin(run, journey, journey.sequence + 1)]
        try:
            opened = await self.store.begin(journey, branch, run, known, events, actor.name, key)
        except Answered as earlier:
            return await self.store.get(JourneyId(earlier.body.decode()))
        self.performer.begin_new(opened, events)
        return await self._settle(opened)

    async def answer(
        self,
        journey: JourneyId,
        step: str,
        values: Mapping[str, Any],
        actor: Actor,
        key: Key | None = None,
    ) -> Open:
        """Answer a step. Refused: field_wrong, step_passed, journey_over."""
        opened = await self.store.get(journey)
        check_here(opened, actor)
        if await self.store.given_before(key) is not None:
            return opened
        async with self.store.held(journey) as opened:
            run = self._check(opened, actor)
            waiting = _waiting(run, step)
            if waiting is None or waiting.step.action is not None or waiting.step.screen is None:
                raise Refused(p.STEP_PASSED)
            if waiting.step.screen.actor == STAFF and actor.kind is not ActorKind.STAFF:
                raise Refused(p.FOR_STAFF)
            answer = checked(waiting.step.screen, run.known(step), values)
            entry = opened.journey.counted + 1
            run.give(step, answer, self.store.facts(opened))
            events: list[Event] = [e.StepAnswered(entry=entry, step=step)]
            events += what_follows(opened, run, self.actions, len(events))
            opened.settled.clear()
            kept = to_keep(waiting.step, entry, answer)
            await write(self.store, opened, events, actor, kept, key)
        self.performer.begin_new(opened, events)
        return await self._settle(opened)

    async def back(self, journey: JourneyId, actor: Actor, key: Key | None = None) -> Open:
        """Take back the last answer; refused (no_way_back) where something has been done since."""
        opened = await self.store.get(journey)
        check_here(opened, actor)
        if await self.store.given_before(key) is not None:
            return opened
        async with self.store.held(journey) as opened:
            self._check(opened, actor)
            if opened.journey.pending:
                raise Refused(p.STILL_AT_WORK)
            to = back_to(opened.journey)
            if to is None:
                raise Refused(p.NO_WAY_BACK)
            await write(self.store, opened, [e.StepsTakenBack(entry=to)], actor, key=key)
            self.store.drop(opened)
        return await self.store.get(journey)

    async def retry(self, journey: JourneyId, actor: Actor, key: Key | None = None) -> Open:
        """Ask again for what was refused, under a new trace."""
        opened = await self.store.get(journey)
        check_here(opened, actor)
        if await self.store.given_before(key) is not None:
            return opened
        async with self.store.held(journey) as opened:
            run = self._check(opened, actor)
            refused = refused_step(opened)
            if refused is None or opened.journey.pending:
                raise Refused(p.STEP_PASSED)
            events = to_begin(run, opened.journey, opened.journey.sequence)
            opened.settled.clear()
            await write(self.store, opened, events, actor, key=key)
        self.performer.begin_new(opened, events)
        return await self._settle(opened)

    async def cancel(self, journey: JourneyId, actor: Actor) -> Open:
        """Leave it. What was done stays done; what is under way must end first, and what a machine
        holds is given back.
        """
        opened = await self.store.get(journey)
        check_may_leave(opened, actor)
        async with self.store.held(journey) as opened:
            if opened.journey.ending is e.Ending.CANCELLED:
                return opened
            check_may_leave(opened, actor)
            if opened.run is None or opened.journey.status in OVER:
                raise Refused(p.JOURNEY_OVER)
            if opened.journey.pending:
                raise Refused(p.STILL_AT_WORK)
            events = await self._leave(opened, e.Ending.CANCELLED, actor)
        self.performer.begin_new(opened, events)
        return await self._settle(opened)

    async def withdraw(self, journey: JourneyId, actor: Actor) -> Open:
        """Wait no longer for somebody's yes; refused (still_at_work) for all that cannot be
        called off.
        """
        opened = await self.store.get(journey)
        check_may_leave(opened, actor)
        for pending in list(opened.journey.pending.values()):
            action = self.actions.get(pending.action)
            if action is None or action.withdraw is None:
                raise Refused(p.STILL_AT_WORK)
            opened.settled.clear()
            await action.withdraw(pending.trace)
        return await self._settle(opened)

    async def move(
        self, journey: JourneyId, actor: Actor, channel: Channel, key: Key | None = None
    ) -> Open:
        """Go on at the actor's terminal; the caller has seen to it that they may."""
        async with self.store.held(journey) as opened:
            if opened.journey.status in OVER:
                raise Refused(p.JOURNEY_OVER)
            if channel not in opened.about.channels:
                raise Refused(p.NOT_HERE, name=opened.about.name)
            holder, before = holder_of(actor), opened.journey.holder
            if before != holder and to_give_back(opened, self.actions):
                raise Refused(p.HELD_HERE)
            if before != holder or opened.journey.channel is not channel:
                moved = e.JourneyMoved(channel=channel, holder=holder)
                await write(self.store, opened, [moved], actor, key=key)
                self._live.touch(VIEW, f"{opened.branch}/{journey}/{before}")
        return opened

    async def expire(self, journey: JourneyId, since_ms: int | None = None) -> None:
        """End what nobody went on with, though it could not be opened any more. Given since when, it
        goes on where somebody did go on with it meanwhile.
        """
        try:
            opened = await self.store.get(journey)
        except Refused as refused:
            if refused.code != p.DATA_LOCKED.code:
                raise
            await self.store.end_locked(journey, e.Ending.EXPIRED)
            return
        async with self.store.held(journey) as opened:
            if opened.journey.status is not Status.OPEN:
                return
            if since_ms is not None and opened.journey.changed_ms != since_ms:
                return
            events = await self._leave(opened, e.Ending.EXPIRED, SYSTEM)
        self.performer.begin_new(opened, events)

    async def _leave(self, opened: Open, ending: e.Ending, actor: Actor) -> list[Event]:
        by = StaffId(actor.id) if actor.kind is ActorKind.STAFF else None
        held = to_give_back(opened, self.actions)
        events: list[Event] = [e.JourneyEnded(ending=ending, by=by)]
        if held:
            events = to_return(held, opened.journey, opened.journey.sequence, ending)
        opened.settled.clear()
        await write(self.store, opened, events, actor)
        return events

    async def resolve(self, journey: JourneyId, trace: str, result: Done | Declined) -> None:
        """Tell what came of an action that somebody else had to decide. Told twice it holds once."""
        await self.performer.resolve(journey, trace, result)

    # -- parts ----------------------------------------------------------------------------------

    def _check(self, opened: Open, actor: Actor) -> Run:
        check_here(opened, actor)
        if opened.run is None or opened.journey.status in OVER:
            raise Refused(p.JOURNEY_OVER)
        return opened.run

    async def _settle(self, opened: Open) -> Open:
        """Wait a moment for the actions that were begun."""
        if opened.journey.pending:
            # Where it takes longer the screen says so, and changes when it has ended.
            await set_within(opened.settled, SETTLE_SECONDS)
        return await self.store.get(opened.journey.id)

    def _on_change(self, opened: Open, _events: Sequence[Event]) -> None:
        journey = opened.journey
        for holder in (journey.holder, f"{ActorKind.CUSTOMER}:{journey.id}"):
            self._live.touch(VIEW, f"{opened.branch}/{journey.id}/{holder}")
        self._live.touch(BRANCH_VIEW, opened.branch)


def back_to(journey: Journey) -> int | None:
    """After which entry the journey stands once its last answer is taken back; None if it cannot.

    Answers before the last thing that was done stay.
    """
    answers = [x.number for x in journey.entries if not x.is_outcome]
    if not answers or answers[-1] <= journey.firm:
        return None
    kept = [x.number for x in journey.entries if x.number < answers[-1]]
    return kept[-1] if kept else 0


def refused_step(opened: Open) -> str | None:
    """The step at which the journey stands because what it asked for was refused."""
    entries, run = opened.journey.entries, opened.run
    if run is None or not entries or not entries[-1].refused:
        return None
    step = entries[-1].step
    if is_leaving_step(step):
        return None
    return step if stops_at_refusal(step_of(run, step)) else None


def _waiting(run: Run, key: str) -> Waiting | None:
    return next((one for one in run.waiting() if one.key == key), None)
