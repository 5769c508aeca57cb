"""What journeys ask for, carried out: asked once, asked after under the same trace, and written down."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

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
from tingtang.journeys.consequences import what_follows
from tingtang.journeys.leaving import ending_of, is_leaving, reason_of
from tingtang.journeys.model import events as e
from tingtang.journeys.model import problems as p
from tingtang.journeys.model.expressions import WrongExpression, evaluate
from tingtang.journeys.model.state import Pending
from tingtang.journeys.store import JourneyStore, Open, step_of, stops_at_refusal, to_keep
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import JourneyId
from tingtang.kernel.log import Answered, Clash, Key
from tingtang.kernel.permissions import SYSTEM, Actor
from tingtang.kernel.text import Text

AGAIN_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""After how long an action without an answer is asked after, again and again."""
FAULT = Text("系统处理失败，请联系工作人员", "The system failed; please ask our staff")

logger = logging.getLogger(__name__)


class Performer:
    """Carries out the actions of all journeys of this process."""

    def __init__(self, store: JourneyStore, actions: Actions) -> None:
        self.store = store
        self.actions = actions
        self._tasks: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """Leave off; what is under way is asked after at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def resolve(self, journey: JourneyId, trace: str, result: Done | Declined) -> None:
        """Tell what came of an action that somebody else had to decide. Told twice it holds once."""
        opened = await self.store.get(journey)
        pending = next((x for x in opened.journey.pending.values() if x.trace == trace), None)
        if pending is not None:
            await self._end(journey, pending, result)

    def begin_new(self, opened: Open, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, e.ActionBegun):
                self.begin(opened, opened.journey.pending[event.step], again=False)

    def begin(self, opened: Open, pending: Pending, *, again: bool) -> None:
        task = asyncio.create_task(self._do(opened.journey.id, pending, again=again))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(self, journey: JourneyId, pending: Pending, *, again: bool) -> None:
        """Until it is written down what came of it, whatever goes wrong on the way: asked for again
        under its trace it is done no second time.
        """
        tries = 0
        while True:
            try:
                pending, is_settled = await self._once(journey, pending, again=again)
            except Refused as refused:
                logger.warning("%s of journey %s: %s", pending.step, journey, refused.code)
                is_settled = not await self._waits(journey, pending)
            except Exception:
                logger.exception("%s of journey %s failed", pending.step, journey)
                is_settled = False
            if is_settled:
                return
            await asyncio.sleep(AGAIN_SECONDS[min(tries, len(AGAIN_SECONDS) - 1)])
            tries, again = tries + 1, True

    async def _once(
        self, journey: JourneyId, pending: Pending, *, again: bool
    ) -> tuple[Pending, bool]:
        """Ask once. True where nobody has to ask again."""
        opened = await self.store.get(journey)
        result = await self._ask(opened, pending, again=again)
        if isinstance(result, Later):
            opened.settled.set()
            return pending, True
        if isinstance(result, Done | Declined):
            await self._end(journey, pending, result)
            return pending, True
        if not pending.is_unclear:
            pending = await self._note_unclear(journey, pending)
        return pending, False

    async def _waits(self, journey: JourneyId, pending: Pending) -> bool:
        """Whether the journey still waits for it; what cannot be read waits for its key, and the next
        start.
        """
        try:
            now = (await self.store.get(journey)).journey.pending.get(pending.step)
        except Refused:
            return False
        except Exception:
            logger.exception("journey %s could not be read", journey)
            return True
        return now is not None and now.trace == pending.trace

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
            return refused_as(refused)
        except Exception:
            logger.exception("the action %s failed", action.name)
            return Unclear()

    async def _note_unclear(self, journey: JourneyId, pending: Pending) -> Pending:
        async with self.store.held(journey) as opened:
            if opened.journey.pending.get(pending.step) == pending:
                event = e.ActionUnclear(step=pending.step, trace=pending.trace)
                await write(self.store, opened, [event], SYSTEM)
            opened.settled.set()
        return opened.journey.pending.get(pending.step, pending)

    async def _end(self, journey_id: JourneyId, pending: Pending, result: Done | Declined) -> None:
        """Write down what came of an action and walk on."""
        async with self.store.held(journey_id) as opened:
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
                events += what_follows(opened, run, self.actions, len(events), pending.step)
            else:
                refusal = body
            kept = to_keep(step, entry, body)
            await write(self.store, opened, events, SYSTEM, kept, refusal=refusal)
        self.begin_new(opened, events)
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
        await write(self.store, opened, events, SYSTEM)
        if is_last:
            opened.settled.set()


async def write(
    store: JourneyStore,
    opened: Open,
    events: Sequence[Event],
    actor: Actor,
    entries: Mapping[int, Mapping[str, Any]] | None = None,
    key: Key | None = None,
    refusal: Mapping[str, Any] | None = None,
) -> None:
    """Make it durable; refused (step_passed) where somebody was faster."""
    try:
        await store.write(
            opened, events, actor.name, entries,
            key=key, answer=opened.journey.id.encode(), refusal=refusal,
        )  # fmt: skip
    except (Clash, Answered):
        # Another node was faster, or this very request was: what holds is read anew.
        raise Refused(p.STEP_PASSED) from None
