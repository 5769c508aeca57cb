"""Journeys: begun, answered, taken back, moved, and ended; and the actions they ask for."""

import asyncio
import contextlib
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
)
from tingtang.journeys.following import kept_of
from tingtang.journeys.leaving import (
    ending_of,
    is_leaving,
    leaving_step,
    reason_of,
    to_give_back,
)
from tingtang.journeys.library import Library
from tingtang.journeys.model import events as e
from tingtang.journeys.model import problems as p
from tingtang.journeys.model.answers import checked, without_secrets
from tingtang.journeys.model.engine import KEPT, Run, Waiting
from tingtang.journeys.model.expressions import WrongExpression, evaluate
from tingtang.journeys.model.scenario import STAFF, Channel
from tingtang.journeys.model.state import OVER, Journey, Pending, Status
from tingtang.journeys.store import (
    JourneyStore,
    Open,
    is_leaving_step,
    step_of,
    stops_at_refusal,
    stream_of,
)
from tingtang.kernel.clock import Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import BranchId, CustomerId, Ids, JourneyId, StaffId, VisitId
from tingtang.kernel.live import LiveViews
from tingtang.kernel.log import Answered, Clash, EventLog, Key
from tingtang.kernel.permissions import SYSTEM, Actor, ActorKind
from tingtang.kernel.text import Text

__all__ = [
    "BRANCH_VIEW", "VIEW", "Action", "Actions", "Call", "Declined", "Done", "JourneyService", "Later", "Result",
    "Unclear", "back_to", "refused_step", "stream_of",
]  # fmt: skip

VIEW = "journeys.one"
"""By branch/journey/holder: each who watches sees it as theirs or as gone elsewhere."""
BRANCH_VIEW = "journeys.branch"
AGAIN_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""After how long an action without an answer is asked after, again and again."""
SETTLE_SECONDS = 0.8
"""How long an answer waits for the actions that follow from it, so that most screens change once."""
FAULT = Text("系统处理失败，请联系工作人员", "The system failed; please ask our staff")

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
        self._tasks: set[asyncio.Task[None]] = set()
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
                self._perform(opened, pending, again=True)

    async def stop(self) -> None:
        """Leave off; what is under way is asked after at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

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
        events = [started, *self._to_begin(run, journey, journey.sequence + 1)]
        try:
            opened = await self.store.begin(journey, branch, run, known, events, actor.name, key)
        except Answered as earlier:
            return await self.store.get(JourneyId(earlier.body.decode()))
        self._perform_new(opened, events)
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
        if await self.store.given_before(key):
            return opened
        async with opened.lock:
            run = self._check(opened, actor)
            waiting = _waiting(run, step)
            if waiting is None or waiting.step.action is not None or waiting.step.screen is None:
                raise Refused(p.STEP_PASSED)
            if waiting.step.screen.actor == STAFF and actor.kind is not ActorKind.STAFF:
                raise Refused(p.FOR_STAFF)
            answer = checked(waiting.step.screen, run.known(step), values)
            entry = opened.journey.counted + 1
            try:
                run.give(step, answer, self.store.facts(opened))
            except Refused:
                self.store.drop(opened)
                raise
            events: list[Event] = [e.StepAnswered(entry=entry, step=step)]
            events += self._what_follows(opened, run, len(events))
            kept = without_secrets(waiting.step, answer)
            opened.settled.clear()
            await self._write(opened, events, actor, {entry: kept}, key)
        self._perform_new(opened, events)
        return await self._settle(opened)

    async def back(self, journey: JourneyId, actor: Actor) -> Open:
        """Take back the last answer; refused (no_way_back) where something has been done since."""
        opened = await self.store.get(journey)
        async with opened.lock:
            self._check(opened, actor)
            if opened.journey.pending:
                raise Refused(p.STILL_AT_WORK)
            to = back_to(opened.journey)
            if to is None:
                raise Refused(p.NO_WAY_BACK)
            await self._write(opened, [e.StepsTakenBack(entry=to)], actor)
            self.store.drop(opened)
        return await self.store.get(journey)

    async def retry(self, journey: JourneyId, actor: Actor) -> Open:
        """Ask again for what was refused, under a new trace."""
        opened = await self.store.get(journey)
        async with opened.lock:
            run = self._check(opened, actor)
            refused = refused_step(opened)
            if refused is None or opened.journey.pending:
                raise Refused(p.STEP_PASSED)
            events = self._to_begin(run, opened.journey, opened.journey.sequence)
            opened.settled.clear()
            await self._write(opened, events, actor)
        self._perform_new(opened, events)
        return await self._settle(opened)

    async def cancel(self, journey: JourneyId, actor: Actor) -> Open:
        """Leave it. What was done stays done; what is under way must end first, and what a machine
        holds is given back.
        """
        opened = await self.store.get(journey)
        check_may_leave(opened, actor)
        async with opened.lock:
            if opened.journey.ending is e.Ending.CANCELLED:
                return opened
            check_may_leave(opened, actor)
            if opened.run is None or opened.journey.status in OVER:
                raise Refused(p.JOURNEY_OVER)
            if opened.journey.pending:
                raise Refused(p.STILL_AT_WORK)
            events = await self._leave(opened, e.Ending.CANCELLED, actor)
        self._perform_new(opened, events)
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

    async def move(self, journey: JourneyId, actor: Actor, channel: Channel) -> Open:
        """Go on at the actor's terminal; the caller has seen to it that they may."""
        opened = await self.store.get(journey)
        async with opened.lock:
            if opened.journey.status in OVER:
                raise Refused(p.JOURNEY_OVER)
            if channel not in opened.about.channels:
                raise Refused(p.NOT_HERE, name=opened.about.name)
            holder, before = holder_of(actor), opened.journey.holder
            if before != holder and to_give_back(opened, self.actions):
                raise Refused(p.HELD_HERE)
            if before != holder or opened.journey.channel is not channel:
                moved = e.JourneyMoved(channel=channel, holder=holder)
                await self._write(opened, [moved], actor)
                self._live.touch(VIEW, f"{opened.branch}/{journey}/{before}")
        return opened

    async def expire(self, journey: JourneyId) -> None:
        """End what nobody went on with."""
        opened = await self.store.get(journey)
        async with opened.lock:
            if opened.journey.status is not Status.OPEN:
                return
            events = await self._leave(opened, e.Ending.EXPIRED, SYSTEM)
        self._perform_new(opened, events)

    async def _leave(self, opened: Open, ending: e.Ending, actor: Actor) -> list[Event]:
        by = StaffId(actor.id) if actor.kind is ActorKind.STAFF else None
        held = to_give_back(opened, self.actions)
        events: list[Event] = [e.JourneyEnded(ending=ending, by=by)]
        if held:
            events = self._to_return(held, opened.journey, opened.journey.sequence, ending)
        opened.settled.clear()
        await self._write(opened, events, actor)
        return events

    # -- what comes of actions ------------------------------------------------------------------

    async def resolve(self, journey: JourneyId, trace: str, result: Done | Declined) -> None:
        """Tell what came of an action that somebody else had to decide. Told twice it holds once."""
        opened = await self.store.get(journey)
        pending = next((x for x in opened.journey.pending.values() if x.trace == trace), None)
        if pending is not None:
            await self._end(opened, pending, result)

    def _perform_new(self, opened: Open, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, e.ActionBegun):
                self._perform(opened, opened.journey.pending[event.step], again=False)

    def _perform(self, opened: Open, pending: Pending, *, again: bool) -> None:
        task = asyncio.create_task(self._do(opened.journey.id, pending, again=again))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(self, journey: JourneyId, pending: Pending, *, again: bool) -> None:
        tries = 0
        while True:
            opened = await self.store.get(journey)
            result = await self._ask(opened, pending, again=again)
            if isinstance(result, Later):
                return
            if isinstance(result, Done | Declined):
                await self._end(opened, pending, result)
                return
            if not pending.is_unclear:
                pending = await self._note_unclear(opened, pending)
            await asyncio.sleep(AGAIN_SECONDS[min(tries, len(AGAIN_SECONDS) - 1)])
            tries, again = tries + 1, True

    async def _ask(self, opened: Open, pending: Pending, *, again: bool) -> Result:
        """Ask once; whatever goes wrong inside leaves it open whether it was done."""
        journey, run = opened.journey, opened.run
        action = self.actions.get(pending.action)
        if run is None or action is None:
            return Declined("no_such_action", FAULT)
        if is_leaving(pending):
            return await self._perform_call(
                action, self._call(opened, pending, {}, {}, again=again)
            )
        spec = step_of(run, pending.step).action
        known = opened.stands.known(pending.step)
        try:
            inputs = {n: evaluate(x, known) for n, x in (spec.inputs if spec else {}).items()}
        except WrongExpression as error:
            logger.warning("%s of %s: %s", pending.step, journey.scenario, error)
            return Declined("bad_scenario", FAULT)
        return await self._perform_call(
            action, self._call(opened, pending, inputs, known, again=again)
        )

    def _call(
        self, opened: Open, pending: Pending, inputs: dict[str, Any], known: dict[str, Any], *,
        again: bool,
    ) -> Call:  # fmt: skip
        journey = opened.journey
        return Call(
            journey=journey.id, branch=opened.branch, scenario=journey.scenario,
            step=pending.step, trace=pending.trace, inputs=inputs, known=known,
            channel=journey.channel, holder=journey.holder, visit=journey.visit,
            customer=journey.customer, again=again,
        )  # fmt: skip

    async def _perform_call(self, action: Action, call: Call) -> Result:
        try:
            return await action.perform(call)
        except Refused as refused:
            return Declined(refused.code, Text(refused.message("zh"), refused.message("en")))
        except Exception:
            logger.exception("the action %s failed", action.name)
            return Unclear()

    async def _note_unclear(self, opened: Open, pending: Pending) -> Pending:
        async with opened.lock:
            if opened.journey.pending.get(pending.step) == pending:
                event = e.ActionUnclear(step=pending.step, trace=pending.trace)
                await self._write(opened, [event], SYSTEM)
            opened.settled.set()
        return opened.journey.pending.get(pending.step, pending)

    async def _end(self, opened: Open, pending: Pending, result: Done | Declined) -> None:
        """Write down what came of an action and walk on."""
        opened = await self.store.get(opened.journey.id)
        async with opened.lock:
            journey, run = opened.journey, opened.run
            now = journey.pending.get(pending.step)
            if run is None or now is None or now.trace != pending.trace:
                return
            if is_leaving(pending):
                await self._left(opened, pending, result)
                return
            step, action = step_of(run, pending.step), self.actions.get(pending.action)
            entry = journey.counted + 1
            refused = isinstance(result, Declined)
            body = dict(result.data)
            if isinstance(result, Declined):
                if result.staff:
                    await self._call_staff(opened, pending, result.staff)
                words = result.words
                body |= {"refused": True, "code": result.code, "zh": words.zh, "en": words.en}
            refusal: dict[str, Any] | None = None
            events: list[Event] = [
                e.ActionEnded(
                    entry=entry, step=pending.step, action=pending.action, trace=pending.trace,
                    outcome=e.Outcome.REFUSED if refused else e.Outcome.DONE,
                    code=result.code if isinstance(result, Declined) else "",
                    has_effect=action is None or action.has_effect,
                )
            ]  # fmt: skip
            if isinstance(result, Done) and result.customer and result.customer != journey.customer:
                events.append(e.JourneyCustomerKnown(customer=result.customer))
            if not (refused and stops_at_refusal(step)):
                run.give(pending.step, body, self.store.facts(opened))
                events += self._what_follows(opened, run, len(events), ended=pending.step)
            else:
                refusal = body
            kept = {entry: without_secrets(step, body)}
            await self._write(opened, events, SYSTEM, kept, refusal=refusal)
        self._perform_new(opened, events)
        if not any(isinstance(event, e.ActionBegun) for event in events):
            opened.settled.set()

    async def _call_staff(self, opened: Open, pending: Pending, reason: str) -> None:
        """Once a trace, however often it is told."""
        action = self.actions.get("staff.call")
        if action is not None:
            call = self._call(opened, pending, {"reason": reason}, {}, again=False)
            await self._perform_call(action, call)

    async def _left(self, opened: Open, pending: Pending, result: Done | Declined) -> None:
        """The journey ends; where it could not be given back, somebody of the staff comes."""
        code = result.code if isinstance(result, Declined) else ""
        if code:
            await self._call_staff(opened, pending, reason_of(pending))
        ended = e.ActionEnded(
            entry=opened.journey.counted + 1, step=pending.step, action=pending.action,
            trace=pending.trace, outcome=e.Outcome.REFUSED if code else e.Outcome.DONE, code=code,
        )  # fmt: skip
        events: list[Event] = [ended]
        is_last = set(opened.journey.pending) == {pending.step}
        if is_last:
            events.append(e.JourneyEnded(ending=ending_of(pending)))
        await self._write(opened, events, SYSTEM)
        if is_last:
            opened.settled.set()

    # -- parts ----------------------------------------------------------------------------------

    def _what_follows(self, opened: Open, run: Run, ahead: int, ended: str = "") -> list[Event]:
        """The actions that a step leads to, or the end, before which all is given back."""
        journey = opened.journey
        if not run.is_over:
            return self._to_begin(run, journey, journey.sequence + ahead, ended)
        held = to_give_back(opened, self.actions, ended)
        if held:
            return self._to_return(held, journey, journey.sequence + ahead, e.Ending.DONE)
        return [e.JourneyEnded(ending=e.Ending.DONE)]

    def _to_return(
        self, held: Sequence[str], journey: Journey, sequence: int, ending: e.Ending
    ) -> list[Event]:
        return [
            e.ActionBegun(
                step=leaving_step(ending, action), action=action,
                trace=f"{journey.id}-{sequence + place}",
            )
            for place, action in enumerate(held, 1)
        ]  # fmt: skip

    def _to_begin(self, run: Run, journey: Journey, sequence: int, ended: str = "") -> list[Event]:
        """Actions that wait and were not begun. A trace is the place in the journey's own log, so
        that no two are ever alike.
        """
        begun: list[Event] = []
        for waiting in run.waiting():
            pending = waiting.key in journey.pending and waiting.key != ended
            if waiting.step.action is None or pending:
                continue
            trace = f"{journey.id}-{sequence + len(begun) + 1}"
            action = waiting.step.action.name
            begun.append(e.ActionBegun(step=waiting.key, action=action, trace=trace))
        return begun

    def _check(self, opened: Open, actor: Actor) -> Run:
        check_here(opened, actor)
        if opened.run is None or opened.journey.status in OVER:
            raise Refused(p.JOURNEY_OVER)
        return opened.run

    async def _write(
        self,
        opened: Open,
        events: Sequence[Event],
        actor: Actor,
        entries: Mapping[int, Mapping[str, Any]] | None = None,
        key: Key | None = None,
        refusal: Mapping[str, Any] | None = None,
    ) -> None:
        try:
            await self.store.write(opened, events, actor.name, entries, key=key, refusal=refusal)
        except (Clash, Answered):
            # Another node was faster, or this very request was: what holds is read anew.
            raise Refused(p.STEP_PASSED) from None

    async def _settle(self, opened: Open) -> Open:
        """Wait a moment for the actions that were begun."""
        if opened.journey.pending:
            # Where it takes longer the screen says so, and changes when it has ended.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(opened.settled.wait(), SETTLE_SECONDS)
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
