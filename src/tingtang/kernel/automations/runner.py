"""Carries out runs: action after action, each at most once, with what came of it.

A run is promised by its event before anything is done, and what a process left unfinished is taken
up by the next one. Actions are told a key that stays the same, so that doing one again does nothing.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable

import msgspec

from tingtang.kernel.automations.book import stream_of
from tingtang.kernel.automations.checks import check_arguments
from tingtang.kernel.automations.declared import RunMode
from tingtang.kernel.automations.events import Planned, RunEnded, RunStarted, RunState
from tingtang.kernel.automations.guard import CutOff
from tingtang.kernel.automations.offered import ActionResult, ActionState, Call, Offers
from tingtang.kernel.clock import Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.log import Answered, Append, EventLog, Key
from tingtang.kernel.logs import blot
from tingtang.kernel.permissions import Actor, ActorKind
from tingtang.kernel.reactions import UNABLE
from tingtang.kernel.text import Text

QUEUED_MAX = 10
PAUSES = (0.5, 1.0, 2.0)
"""Seconds between attempts while the system is unable to do an action."""
WAIT = "wait"
WAIT_LOOK_SECONDS = 0.1
WORDS_MAX = 200
ACTOR = "automation/"
"""An automation's doing is signed with this and its run's id."""

logger = logging.getLogger(__name__)


class Promised(msgspec.Struct, frozen=True):
    """A run that is to be carried out."""

    branch: str
    started_ms: int
    event: RunStarted


class _Lane:
    """The runs of one automation in one branch, one after another."""

    __slots__ = ("is_acting", "is_replaced", "task", "waiting")

    def __init__(self) -> None:
        self.task: asyncio.Task[None] | None = None
        self.is_acting = False
        """Its actions are under way: only then may it be broken off to begin anew."""
        self.waiting: deque[Promised] = deque()
        self.is_replaced = False


class Runner:
    """All runs of this process."""

    def __init__(self, log: EventLog, clock: Clock, offers: Offers, on_end: Callable[[str], None]) -> None:  # fmt: skip
        self._log = log
        self._clock = clock
        self._offers = offers
        self._on_end = on_end
        self._lanes: dict[tuple[str, str], _Lane] = {}

    @property
    def is_busy(self) -> bool:
        """Whether anything runs or waits."""
        return bool(self._lanes)

    def is_running(self, branch: str, automation: str) -> bool:
        return (branch, automation) in self._lanes

    def refuses(self, branch: str, automation: str, mode: RunMode) -> CutOff | None:
        """Whether a run cannot be taken on now."""
        lane = self._lanes.get((branch, automation))
        if lane is None or mode is RunMode.RESTART:
            return None
        if mode is RunMode.SINGLE:
            return CutOff.RUNNING
        return CutOff.FULL if len(lane.waiting) >= QUEUED_MAX else None

    def take_on(self, promised: Promised, mode: RunMode) -> None:
        """Carry a promised run out, after or instead of what runs."""
        where = (promised.branch, promised.event.automation)
        lane = self._lanes.setdefault(where, _Lane())
        lane.waiting.append(promised)
        if lane.task is None:
            lane.task = asyncio.create_task(self._follow(where, lane), name="automation")
        elif mode is RunMode.RESTART and lane.is_acting:
            lane.is_replaced = True
            lane.task.cancel()

    async def stop(self) -> None:
        """Leave off; what is unfinished is taken up at the next start."""
        tasks = [lane.task for lane in self._lanes.values() if lane.task is not None]
        for lane in self._lanes.values():
            lane.is_replaced = False
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._lanes.clear()

    async def _follow(self, where: tuple[str, str], lane: _Lane) -> None:
        try:
            while lane.waiting:
                promised = lane.waiting.popleft()
                results: list[ActionResult] = []
                state: RunState | None = None
                lane.is_acting = True
                try:
                    await self._carry_out(promised, results)
                except asyncio.CancelledError:
                    if not lane.is_replaced:
                        raise
                    state = RunState.REPLACED
                finally:
                    lane.is_acting = lane.is_replaced = False
                await self._end(promised, results, state)
        finally:
            self._lanes.pop(where, None)
            self._on_end(where[0])

    async def _carry_out(self, promised: Promised, results: list[ActionResult]) -> None:
        for number, planned in enumerate(promised.event.actions):
            results.append(await self._act(promised, number, planned))

    async def _end(
        self, promised: Promised, results: list[ActionResult], state: RunState | None
    ) -> None:
        event = promised.event
        missing = len(event.actions) - len(results)
        results += [ActionResult(ActionState.SKIPPED, "replaced")] * missing
        ended = RunEnded(
            run=event.run,
            automation=event.automation,
            state=state or outcome(results),
            results=tuple(results),
        )
        append = Append(
            stream=stream_of(promised.branch),
            branch=promised.branch,
            events=[ended],
            time_ms=self._clock.now_ms(),
            actor=f"{ActorKind.SYSTEM}:{ACTOR}{event.run}",
            cause=f"run:{event.run}",
            key=Key(f"automation-end:{event.run}", ""),
        )
        while True:
            try:
                with contextlib.suppress(Answered):
                    await self._log.append(append)
            except Refused as refused:
                logger.warning("the end of a run could not be kept: %s", refused.code)
                await asyncio.sleep(PAUSES[-1])
            else:
                return

    async def _act(self, promised: Promised, number: int, planned: Planned) -> ActionResult:
        """Do one action; whatever goes wrong is its result."""
        if planned.action == WAIT:
            return await self._wait(planned)
        action = self._offers.actions.get(planned.action)
        if action is None:
            return ActionResult(ActionState.FAILED, "unknown_action")
        run, branch = promised.event.run, promised.branch
        call = Call(
            branch=branch,
            arguments=planned.arguments,
            actor=Actor(
                ActorKind.SYSTEM,
                f"{ACTOR}{run}",
                permissions=frozenset({action.permission}),
                branches=frozenset({branch}),
            ),
            key=Key(f"automation:{run}:{number}", ""),
            cause=f"run:{run}",
            at_ms=self._clock.now_ms(),
        )
        for pause in (*PAUSES, None):
            try:
                check_arguments(
                    action.parameters, planned.arguments, branch, self._offers, action.text
                )
                async with asyncio.timeout(action.seconds_max):
                    return await action.run(call)
            except Refused as refused:
                if pause is None or refused.problem.status < UNABLE:
                    return ActionResult(ActionState.FAILED, refused.code, _words(refused))
            except TimeoutError:
                return ActionResult(ActionState.UNKNOWN, "time_out")
            except Exception:
                logger.exception("the action %s failed", planned.action)
                return ActionResult(ActionState.FAILED, "fault")
            await asyncio.sleep(pause)
        raise AssertionError  # the last attempt returns

    async def _wait(self, planned: Planned) -> ActionResult:
        """By the hall's clock, which the demo runs faster. After a restart it waits anew."""
        seconds = planned.arguments.get("seconds", 0)
        until_ms = self._clock.now_ms() + float(seconds) * 1000
        while self._clock.now_ms() < until_ms:  # noqa: ASYNC110 - nobody tells when a clock moved
            await asyncio.sleep(WAIT_LOOK_SECONDS)
        return ActionResult()


def outcome(results: list[ActionResult]) -> RunState:
    """A run in one word."""
    states = {one.state for one in results}
    if states <= {ActionState.DONE}:
        return RunState.DONE
    return RunState.PARTLY if states & {ActionState.DONE, ActionState.PARTLY} else RunState.FAILED


def _words(refused: Refused) -> Text:
    return Text(blot(refused.message("zh"))[:WORDS_MAX], blot(refused.message("en"))[:WORDS_MAX])
