"""The engine: what happens, what time it is and how things are sets automations off.

Events come through a kernel reaction, so that none is missed and the log never waits.
"""

import logging

import msgspec
import sqlalchemy as sa

from tingtang.kernel import log_tables
from tingtang.kernel.automations import problems as p
from tingtang.kernel.automations.book import RUNS_KEPT_MS, AutomationRun, Book
from tingtang.kernel.automations.checks import check
from tingtang.kernel.automations.declared import (
    Automation,
    AutomationDraft,
    EventTrigger,
    FactTrigger,
    RunMode,
    Scalar,
)
from tingtang.kernel.automations.matching import (
    FactKey,
    Situation,
    compares,
    event_matches,
    fact_key,
    facts_asked,
    holds,
)
from tingtang.kernel.automations.offered import Action, Offers, Parameter, ValueKind
from tingtang.kernel.automations.places import Places
from tingtang.kernel.automations.promises import Occasion, Promises, plan, run_of
from tingtang.kernel.automations.runner import WAIT, Promised, Runner
from tingtang.kernel.automations.timing import due_ms
from tingtang.kernel.automations.watch import Watch
from tingtang.kernel.automations.why import why
from tingtang.kernel.clock import HOUR_MS, MINUTE_MS, Clock
from tingtang.kernel.errors import Refused, Trouble
from tingtang.kernel.events import Recorded
from tingtang.kernel.ids import Ids
from tingtang.kernel.live import LiveViews
from tingtang.kernel.log import EventLog, Key
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.reactions import Reactions, Trigger
from tingtang.kernel.recurring import Recurring
from tingtang.kernel.text import Text

VIEW = "automations.branch"
LOOK_SECONDS = 1.0
FACTS_MS = 2_000
"""How often watched facts are looked at."""
STALE_MS = 10 * MINUTE_MS
"""What happened, or fell due, longer ago (the process was down) sets nothing off any more."""
SCHEDULE_MS = 10 * MINUTE_MS
"""How long a due moment is relied on before it is worked out again: hours and places may change."""

logger = logging.getLogger(__name__)


class BadShipped(Trouble):
    """An automation that comes with Tingtang makes no sense; the words say which and why."""


class _Due(msgspec.Struct):
    """Up to when a timed trigger was looked at, and when to look again."""

    looked_ms: int
    again_ms: int


class Automations:
    """All automations of one process; features offer their words through :attr:`offers`."""

    def __init__(
        self,
        log: EventLog,
        clock: Clock,
        ids: Ids,
        live: LiveViews,
        reactions: Reactions,
        places: Places,
    ) -> None:
        self.offers = Offers(log.types)
        self.places = places
        self.book = Book(log, clock)
        self.clock = clock
        self.log = log
        self._ids = ids
        self._live = live
        self.runner = Runner(log, clock, self.offers, self._touch)
        self._promises = Promises(log, clock, ids, self.book, self.runner, self._holds, self._touch)
        self.cut_offs = self._promises.cut_offs
        self._due: dict[tuple[str, str, int], _Due] = {}
        self._watches: dict[tuple[str, str, int], Watch] = {}
        self._facts_ms = self._forgot_ms = 0
        self._from_ms = 0
        self._looking = Recurring("automations", LOOK_SECONDS, self._look_on)
        self.offers.offer_action(_wait_action())
        types = [type_ for name, type_ in log.types.all().items() if _may_be_followed(name)]
        reactions.register(
            "automations", types, self._on_event, from_now=True, only=self.book.may_set_off
        )

    def ship(self, text: str, source: str) -> None:
        """Bring an automation with Tingtang, from the TOML ``text`` of the file ``source``."""
        try:
            automation = msgspec.toml.decode(text, type=Automation)
        except msgspec.DecodeError as error:
            raise BadShipped(f"自动化 {source}：{error}", f"automation {source}: {error}") from None
        self.book.ship(automation)

    async def start(self) -> None:
        """Check what was shipped, take up what was left unfinished, begin to look."""
        for automation in self.book.shipped.values():
            try:
                check(automation, "", self.offers, knows_sun=True)
            except Refused as refused:
                raise BadShipped(
                    f"自动化 {automation.id}：{refused.message('zh')}",
                    f"automation {automation.id}: {refused.message('en')}",
                ) from None
        await self.book.start()
        for (branch, automation_id), run in self.book.last.items():
            self._promises.ran_before(branch, automation_id, run.started_ms)
        now_ms = self._forgot_ms = self.clock.now_ms()
        self._from_ms = max(now_ms - STALE_MS, await self._alive_ms(now_ms))
        for branch, started_ms, event in await self.book.unfinished():
            self._promises.remember(event)
            self.runner.take_on(Promised(branch, started_ms, event), RunMode.QUEUED)
        await self._looking.start()

    async def stop(self) -> None:
        await self._looking.stop()
        await self.runner.stop()

    # -- editing -------------------------------------------------------------------------------

    async def save(self, automation: Automation, actor: Actor) -> Automation:
        """Check and keep an automation of a branch, or of the bank where it names none.

        Refused: bad_automation, with where and why; forbidden, where the actor may not do
        themselves what the automation would.
        """
        self.check(automation, automation.branch, actor)
        await self.book.save(automation, actor)
        self._forget_timing(automation.id)
        self._touch(automation.branch)
        return automation

    async def remove(self, branch: str, automation: str, actor: Actor) -> None:
        """Take a branch's (or the bank's) own version away."""
        await self.book.remove(branch, automation, actor)
        self._forget_timing(automation)
        self._touch(branch)

    async def enable(self, branch: str, automation: str, enabled: bool, actor: Actor) -> Automation:
        """Switch it on or off in a branch: an own version is kept there, whatever stands behind."""
        found = self.book.get(branch, automation)
        if enabled:
            self.check(found, branch, actor)
        changed = msgspec.structs.replace(found, branch=branch, enabled=enabled)
        await self.book.save(changed, actor)
        self._forget_timing(automation)
        self._touch(branch)
        return changed

    def check(self, draft: AutomationDraft, branch: str, actor: Actor) -> None:
        """Refuse what makes no sense here, and what the actor could not do themselves, unless
        they make the rules of the whole bank."""
        self.check_words(draft, branch)
        if not actor.may(Permission.RULES_EDIT):
            for call in draft.actions:
                actor.require(self.offers.actions[call.action].permission, branch or None)

    def check_words(self, draft: AutomationDraft, branch: str) -> None:
        """Refuse what makes no sense in a branch; with "" in the whole bank."""
        knows_sun = not branch or self.places.place(branch).position is not None
        check(draft, branch, self.offers, knows_sun=knows_sun)

    async def run_now(self, branch: str, automation: str, actor: Actor, key: Key | None) -> str:
        """Run it by hand, whatever its triggers and condition say; gives the run's id."""
        found = self.book.get(branch, automation)
        if branch not in self.places.branches():
            raise Refused(p.NOT_RUNNING_HERE)
        for call in found.actions:
            actor.require(self.offers.actions[call.action].permission, branch)
        if self.runner.refuses(branch, automation, found.mode) is not None:
            raise Refused(p.IS_RUNNING)
        by = key.name if key is not None else self._ids.new(self.clock.now_ms())
        occasion = Occasion(f"hand:{by}", -1, Text("手动运行", "run by hand"))
        return await self._promises.promise(found, branch, occasion, (), actor.name)

    # -- setting off ---------------------------------------------------------------------------

    async def _on_event(self, trigger: Trigger) -> None:
        recorded = trigger.recorded
        branch = recorded.branch
        too_old = self.clock.now_ms() - recorded.time_ms > STALE_MS
        if too_old or not branch or branch not in self.places.branches():
            return
        for automation in self.book.of(branch):
            index = matching_trigger(automation, recorded)
            if index is not None:
                occasion = Occasion(
                    f"event:{recorded.position}",
                    index,
                    why(automation.triggers[index], self.offers),
                    recorded,
                    trigger.cause,
                )
                await self._promises.set_off(automation, branch, occasion)

    async def look(self) -> None:
        """One look: what has fallen due, and how watched facts are."""
        now_ms = self.clock.now_ms()
        see_facts = now_ms - self._facts_ms >= FACTS_MS
        if see_facts:
            self._facts_ms = now_ms
        for branch in self.places.branches():
            for automation in self.book.of(branch):
                if not automation.enabled:
                    continue
                for index, trigger in enumerate(automation.triggers):
                    if isinstance(trigger, FactTrigger):
                        if see_facts:
                            await self._see(automation, branch, index, trigger, now_ms)
                    elif not isinstance(trigger, EventTrigger):
                        await self._look_at(automation, branch, index, now_ms)

    async def _see(
        self, automation: Automation, branch: str, index: int, trigger: FactTrigger, now_ms: int
    ) -> None:
        value = await self.fact(branch, trigger.fact, trigger.arguments, now_ms)
        watch = self._watches.setdefault((branch, automation.id, index), Watch())
        if watch.see(compares(trigger, value), now_ms, trigger.for_seconds * 1000):
            name = f"fact:{index}:{now_ms}"
            await self._promises.set_off(
                automation, branch, Occasion(name, index, why(trigger, self.offers))
            )

    async def _look_at(self, automation: Automation, branch: str, index: int, now_ms: int) -> None:
        trigger = automation.triggers[index]
        where = (branch, automation.id, index)
        due = self._due.get(where)
        if due is None:
            since_ms = max(self._from_ms, self.book.changed_ms(branch, automation.id))
            due = self._due[where] = _Due(min(since_ms, now_ms), 0)
        if now_ms < due.again_ms or isinstance(trigger, EventTrigger | FactTrigger):
            return
        place = self.places.place(branch)
        after_ms = max(due.looked_ms, now_ms - STALE_MS)
        moments = due_ms(trigger, place, self.places, after_ms, now_ms + SCHEDULE_MS)
        due.looked_ms = now_ms
        due.again_ms = next((one for one in moments if one > now_ms), now_ms + SCHEDULE_MS)
        passed = [one for one in moments if one <= now_ms]
        if passed:  # of several that were missed the newest counts
            occasion = Occasion(f"time:{index}:{passed[-1]}", index, why(trigger, self.offers))
            await self._promises.set_off(automation, branch, occasion)

    # -- looking things up ---------------------------------------------------------------------

    async def fact(
        self, branch: str, fact: str, arguments: "dict[str, Scalar] | object", at_ms: int
    ) -> Scalar | None:
        """A fact now; None where nobody offers it, it is not known, or it cannot be told."""
        found = self.offers.facts.get(fact)
        if found is None:
            return None
        try:
            return await found[1].value(branch, fact, arguments, at_ms)  # type: ignore[arg-type]
        except Refused:
            return None
        except Exception:
            logger.exception("the fact %s cannot be told", fact)
            return None

    async def _holds(
        self, automation: Automation, branch: str, recorded: Recorded | None, at_ms: int
    ) -> bool:
        facts: dict[FactKey, Scalar | None] = {}
        for fact, arguments in facts_asked(automation):
            facts[fact_key(fact, arguments)] = await self.fact(branch, fact, arguments, at_ms)
        place = self.places.place(branch)
        return holds(automation.condition, Situation(at_ms, place, self.places, recorded, facts))

    def last(self, branch: str, automation: str) -> AutomationRun | None:
        """The newest run of an automation in a branch."""
        return self.book.last.get((branch, automation))

    async def _alive_ms(self, now_ms: int) -> int:
        """When anything was last written: until then, at least, moments were not missed."""
        e = log_tables.events.c
        query = sa.select(e.time_ms).order_by(e.position.desc()).limit(1)
        found = await self.log.database.read(lambda c: c.scalar(query))
        return now_ms if found is None else min(found, now_ms)

    def _forget_timing(self, automation: str) -> None:
        """What was known of its triggers is no longer so."""
        for where in [one for one in self._due if one[1] == automation]:
            del self._due[where]
        for where in [one for one in self._watches if one[1] == automation]:
            del self._watches[where]

    def _touch(self, branch: str) -> None:
        for one in self.places.branches() if not branch else (branch,):
            self._live.touch(VIEW, one)

    async def _look_on(self) -> None:
        await self.look()
        now_ms = self.clock.now_ms()
        if now_ms - self._forgot_ms >= HOUR_MS:
            self._forgot_ms = now_ms
            await self.book.forget_runs(now_ms - RUNS_KEPT_MS)


def matching_trigger(automation: Automation, recorded: Recorded) -> int | None:
    """The first of its triggers that an event sets off; None if none, or it is switched off."""
    if automation.enabled:
        for index, trigger in enumerate(automation.triggers):
            if isinstance(trigger, EventTrigger) and event_matches(trigger, recorded):
                return index
    return None


def _may_be_followed(name: str) -> bool:
    return not name.startswith("automations.")


def _wait_action() -> Action:
    async def never(_call: object) -> "None":
        raise AssertionError  # the runner waits by itself

    return Action(
        name=WAIT,
        text=Text("等待", "Wait"),
        parameters=(
            Parameter(
                name="seconds",
                text=Text("秒数", "seconds"),
                kind=ValueKind.NUMBER,
                unit="s",
                low=1,
                high=3600,
            ),
        ),
        permission=Permission.RULES_SEE,
        run=never,  # type: ignore[arg-type]
    )


__all__ = ["VIEW", "Automations", "Occasion", "matching_trigger", "plan", "run_of"]
