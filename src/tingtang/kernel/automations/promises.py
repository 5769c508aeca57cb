"""Promises: what sets an automation off becomes a durable run, at most once, or is cut off.

Whatever sets an automation off has a name of its own, under which a run is promised at most once.
"""

import contextlib
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import msgspec

from tingtang.kernel.automations.book import Book, stream_of
from tingtang.kernel.automations.declared import Automation, AutomationDraft
from tingtang.kernel.automations.events import Planned, RunCutOff, RunStarted
from tingtang.kernel.automations.guard import (
    BRANCH_RUNS_A_MINUTE_MAX,
    TOLD,
    CutOff,
    Pace,
    looped,
)
from tingtang.kernel.automations.matching import arguments_of
from tingtang.kernel.automations.runner import ACTOR, Promised, Runner
from tingtang.kernel.clock import Clock
from tingtang.kernel.events import Recorded
from tingtang.kernel.ids import Ids
from tingtang.kernel.log import Answered, Append, EventLog, Key
from tingtang.kernel.permissions import SYSTEM, ActorKind
from tingtang.kernel.text import Text

CHAINS_KEPT = 2_000
"""Runs whose chain of causes is kept in memory; an older one is read."""

logger = logging.getLogger(__name__)

Holds = Callable[[Automation, str, Recorded | None, int], Awaitable[bool]]
"""Whether an automation's condition holds in a branch, after an event, at a time."""


class Occasion(msgspec.Struct, frozen=True):
    """What sets an automation off."""

    name: str
    trigger: int
    why: Text
    recorded: Recorded | None = None
    cause: str = ""


class Promises:
    """Promises runs and hands them to the runner; keeps what would get out of hand from it."""

    def __init__(
        self,
        log: EventLog,
        clock: Clock,
        ids: Ids,
        book: Book,
        runner: Runner,
        holds: Holds,
        changed: Callable[[str], None],
    ) -> None:
        self._log = log
        self._clock = clock
        self._ids = ids
        self._book = book
        self._runner = runner
        self._holds = holds
        self._changed = changed
        self._paces: dict[tuple[str, str], Pace] = {}
        self._branch_paces: dict[str, Pace] = {}
        self._chains: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        self.cut_offs: dict[tuple[str, str], tuple[CutOff, int]] = {}
        """The newest cut-off of each automation and when it was, until the next restart."""

    def ran_before(self, branch: str, automation: str, started_ms: int) -> None:
        """Tell of its newest run before this process started."""
        self._pace(branch, automation).last_ms = started_ms

    async def set_off(self, automation: Automation, branch: str, occasion: Occasion) -> None:
        """Promise a run, unless its condition does not hold or that would get out of hand."""
        at_ms = self._clock.now_ms()
        chain = await self._chain(occasion.recorded)
        cut_off = looped(automation.id, chain)
        if cut_off is None:
            if not await self._holds(automation, branch, occasion.recorded, at_ms):
                return
            cut_off = (
                self._pace(branch, automation.id).refuses(automation, at_ms)
                or self._runner.refuses(branch, automation.id, automation.mode)
                or self._branch_refuses(branch, at_ms)
            )
        if cut_off is not None:
            await self._tell_cut_off(automation, branch, occasion, cut_off, at_ms)
            return
        self._pace(branch, automation.id).ran(at_ms)
        self._branch_paces.setdefault(branch, Pace()).ran(at_ms)
        await self.promise(automation, branch, occasion, chain, SYSTEM.name)

    async def promise(
        self,
        automation: Automation,
        branch: str,
        occasion: Occasion,
        chain: tuple[str, ...],
        actor: str,
    ) -> str:
        at_ms = self._clock.now_ms()
        event = RunStarted(
            run=self._ids.new(at_ms),
            automation=automation.id,
            occasion=occasion.name,
            trigger=occasion.trigger,
            why=occasion.why,
            actions=plan(automation, occasion.recorded),
            chain=(*chain, automation.id),
        )
        append = Append(
            stream=stream_of(branch),
            branch=branch,
            events=[event],
            time_ms=at_ms,
            actor=actor,
            cause=occasion.cause,
            key=Key(f"automation:{branch}:{automation.id}:{occasion.name}", ""),
            answer=event.run.encode(),
        )
        try:
            await self._log.append(append)
        except Answered as answered:  # promised before a restart, or by another node
            return answered.body.decode()
        self.remember(event)
        self._runner.take_on(Promised(branch, at_ms, event), automation.mode)
        self._changed(branch)
        return event.run

    async def _chain(self, recorded: Recorded | None) -> tuple[str, ...]:
        """The automations whose doing an event is."""
        run = run_of(recorded)
        if not run:
            return ()
        known = self._chains.get(run)
        return known if known is not None else await self._book.chain_of(run)

    async def _tell_cut_off(
        self, automation: Automation, branch: str, occasion: Occasion, why_not: CutOff, at_ms: int
    ) -> None:
        self.cut_offs[branch, automation.id] = (why_not, at_ms)
        self._changed(branch)
        if why_not not in TOLD or self._pace(branch, automation.id).is_told(why_not, at_ms):
            return
        logger.warning("automation %s in %s is cut off: %s", automation.id, branch, why_not.value)
        event = RunCutOff(automation=automation.id, occasion=occasion.name, why=why_not)
        with contextlib.suppress(Answered):
            await self._log.append(
                Append(
                    stream=stream_of(branch),
                    branch=branch,
                    events=[event],
                    time_ms=at_ms,
                    actor=SYSTEM.name,
                    cause=occasion.cause,
                    key=Key(f"automation-cut:{branch}:{automation.id}:{occasion.name}", ""),
                )
            )

    def remember(self, event: RunStarted) -> None:
        self._chains[event.run] = event.chain
        while len(self._chains) > CHAINS_KEPT:
            self._chains.popitem(last=False)

    def _pace(self, branch: str, automation: str) -> Pace:
        return self._paces.setdefault((branch, automation), Pace())

    def _branch_refuses(self, branch: str, at_ms: int) -> CutOff | None:
        pace = self._branch_paces.setdefault(branch, Pace())
        return CutOff.BRANCH_TOO_OFTEN if pace.count(at_ms) >= BRANCH_RUNS_A_MINUTE_MAX else None


def plan(draft: AutomationDraft, recorded: Recorded | None) -> tuple[Planned, ...]:
    """What it does, with the event's values put in."""
    return tuple(
        Planned(call.action, arguments_of(call.parameters, recorded)) for call in draft.actions
    )


def run_of(recorded: Recorded | None) -> str:
    """The run whose doing an event is; "" where it is nobody's."""
    signed = f"{ActorKind.SYSTEM}:{ACTOR}"
    if recorded is None or not recorded.actor.startswith(signed):
        return ""
    return recorded.actor.removeprefix(signed)
