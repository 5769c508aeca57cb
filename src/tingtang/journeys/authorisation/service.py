"""Requests for a second person's yes: asked by scenarios, answered by people, told to the journey."""

import contextlib
import logging
from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.journeys.actions import Call, Declined, Done, Later, Result
from tingtang.journeys.authorisation import model as m
from tingtang.journeys.authorisation import tables as t
from tingtang.journeys.authorisation.evidence import EvidenceBook, Sheet, evidence_of
from tingtang.journeys.authorisation.habits import HabitBook
from tingtang.journeys.authorisation.patterns import look
from tingtang.journeys.authorisation.policy import (
    MAY_SAY_YES,
    MODES,
    UNUSUAL,
    Asked,
    AuthorisationSettings,
    Mode,
    choose,
)
from tingtang.journeys.authorisation.projection import project
from tingtang.journeys.authorisation.work import CentreSettings, Patience, kind_of
from tingtang.journeys.model.problems import UNKNOWN_JOURNEY
from tingtang.journeys.service import JourneyService
from tingtang.journeys.store import stream_of as journey_stream
from tingtang.kernel.clock import Clock, local_time
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Recorded
from tingtang.kernel.ids import BranchId, JourneyId, StaffId
from tingtang.kernel.live import LiveViews
from tingtang.kernel.log import EventLog, Key, Work
from tingtang.kernel.permissions import SYSTEM, Actor, ActorKind
from tingtang.kernel.reactions import Trigger
from tingtang.kernel.recurring import Recurring
from tingtang.kernel.streams import StreamHost
from tingtang.kernel.text import Text
from tingtang.kernel.vault import Vault
from tingtang.org.directory import Directory

VIEW = "authorisation.queue"
BELL = "authorisation.bell"
CENTRE = "centre"
"""Under which key the bell of the queue of all branches is watched."""
TEND_SECONDS = 5.0
OPEN_MAX = 1_000

DENIED_WORDS = Text("授权未通过：{reason}", "Not authorised: {reason}")
NOT_NEEDED = Done({"mode": Mode.NONE.value, "approved_by": [], "authorisation": ""})
LAPSED_WORDS = Text(
    "暂时没有同事可以授权，请稍后再试或到柜台办理",
    "Nobody could authorise it in time; try again later or go to a counter",
)

ERASED = Text("原因已删除或暂时打不开", "the reason is erased or cannot be opened")
HANDED_BACK_WORDS = Text("集中作业中心退回：{reason}", "Handed back by the centre: {reason}")
NOT_DONE_WORDS = Text(
    "集中作业中心未能按时办理，请到柜台办理",
    "The operations centre could not do it in time; please go to a counter",
)

logger = logging.getLogger(__name__)


def stream_of(authorisation: str) -> str:
    return f"authorisation/{authorisation}"


class Authorisations:
    """All requests of all branches. A request has the trace of the action as its id."""

    def __init__(
        self,
        log: EventLog,
        clock: Clock,
        live: LiveViews,
        vault: Vault,
        directory: Directory,
        journeys: JourneyService,
    ) -> None:
        self.host: StreamHost[m.Request, m.Command] = StreamHost(log, clock, m.Core())
        self._log = log
        self._clock = clock
        self._live = live
        self._directory = directory
        self._journeys = journeys
        self._habits = HabitBook(log, clock)
        self.shown = EvidenceBook(log, clock, vault)
        self._tending = Recurring("authorisations", TEND_SECONDS, self.tend)
        log.project(m.TYPES.all().values(), project)
        self.host.on_change(self._on_change)

    async def start(self) -> None:
        await self._tending.start()

    async def stop(self) -> None:
        await self._tending.stop()

    # -- asked by scenarios ---------------------------------------------------------------------

    async def perform(self, call: Call) -> Result:
        """The action ``authorise``: asks where the policy wants a yes, else goes on at once."""
        if (await self.host.state(stream_of(call.trace))).asked is not None:  # asked again
            await self.tell(call.trace)
            return Later()
        settings = self._directory.section(call.branch, AuthorisationSettings)
        amount = int(call.inputs.get("amount") or 0)
        risks = frozenset(map(str, call.inputs.get("risks") or ()))
        zone = self._directory.branch(call.branch).time_zone
        hour = local_time(self._clock.now_ms(), zone).hour
        kind = str(call.inputs.get("kind") or "")
        if kind:
            habits = await self._habits.of(call, settings.patterns, zone)
            found = look(settings.patterns, call.channel, kind, amount, hour, habits)
            if found.stop is not None:
                return Declined("stopped_by_risk_rule", found.stop)
            risks = risks | {UNUSUAL} if found.is_unusual else risks
        if call.inputs.get("needed") is False and UNUSUAL not in risks:
            return NOT_NEEDED
        shown = [evidence_of(one) for one in call.inputs.get("evidence") or ()]
        asked = Asked(
            scenario=call.scenario, channel=call.channel, hour=hour, amount=amount, risks=risks,
            pictures=sum(bool(one.picture) for one in shown),
        )  # fmt: skip
        rule = choose(settings.rules, asked)
        if rule.mode is Mode.NONE:
            return NOT_NEEDED
        event = m.AuthorisationAsked(
            journey=call.journey,
            trace=call.trace,
            scenario=call.scenario,
            mode=rule.mode,
            people=rule.people,
            priority=rule.priority,
            amount=amount,
            risks=tuple(sorted(risks)),
            involved=await self.involved(call.journey),
            evidence=tuple(one.label.zh for one in shown),
            rule=rule.name.zh,
            rule_en=rule.name.en,
            may_escalate=rule.may_escalate,
        )
        return await self.ask(call, event, Sheet(shown))

    async def ask(self, call: Call, event: m.AuthorisationAsked, sheet: Sheet) -> Later:
        """Put a request into the queue; asked again it stands there once."""
        settings = self._directory.section(call.branch, AuthorisationSettings)
        await self.shown.keep(stream_of(call.trace), call, sheet, settings.keep_days)
        await self._run(call.trace, call.branch, m.Ask(event), SYSTEM)
        await self.tell(call.trace)
        return Later()

    async def withdraw(self, authorisation: str) -> None:
        """The customer does not want to wait any longer."""
        state = await self.host.state(stream_of(authorisation))
        if state.asked is not None:
            branch = await self._branch(authorisation)
            await self._run(authorisation, branch, m.Withdraw(), SYSTEM)

    # -- answered by people ---------------------------------------------------------------------

    async def take(self, authorisation: str, actor: Actor, key: Key | None = None) -> None:
        """Take it before anybody else does; nobody does what they cannot be shown."""
        await self.shown.read(authorisation)
        await self._by(authorisation, actor, m.Take(StaffId(actor.id), modes_of(actor)), key)

    async def put_back(self, authorisation: str, actor: Actor, key: Key | None = None) -> None:
        """Let others have it."""
        await self._by(authorisation, actor, m.PutBack(StaffId(actor.id)), key)

    async def give(
        self,
        authorisation: str,
        actor: Actor,
        *,
        on_site: bool = False,
        key: Key | None = None,
        filled: Sheet | None = None,
    ) -> None:
        """Say yes. On site one says it without taking it first, with one's own name and password.
        ``filled`` is the sheet with what was entered in a piece of work.
        """
        state = await self.host.state(stream_of(authorisation))
        modes = modes_of(actor) & state.modes
        if on_site:
            mode = Mode.ON_SITE
            if Mode.ON_SITE not in modes_of(actor):
                raise Refused(m.WRONG_PLACE, who=MODES[Mode.ON_SITE])
        else:
            mode = next((x for x in (Mode.REMOTE, Mode.WORK) if x in modes), Mode.PAD)
        involved = () if state.asked is None else await self.involved(state.asked.journey)
        await self._by(authorisation, actor, m.Give(StaffId(actor.id), mode, involved), key, filled)

    async def told(self, key: Key | None) -> str | None:
        """The request that was answered under this very key before."""
        before = None if key is None else await self._log.answer(key)
        return None if before is None else before.decode()

    async def deny(
        self, authorisation: str, actor: Actor, reason: str, key: Key | None = None
    ) -> None:
        """Say no, and why. Where the sheet cannot be opened it stays as it is, without the reason."""
        said = None
        with contextlib.suppress(Refused):
            said = msgspec.structs.replace(await self.shown.read(authorisation), reason=reason)
        await self._by(authorisation, actor, m.Deny(StaffId(actor.id)), key, said)

    async def state(self, authorisation: str) -> m.Request:
        """Where a request stands."""
        return await self.host.state(stream_of(authorisation))

    async def claim_ms(self, authorisation: str) -> int:
        """How long somebody has who took this request."""
        branch = await self._branch(authorisation)
        work = (await self.state(authorisation)).work
        return self.patience(branch, work).claim_seconds * 1000

    def patience(self, branch: BranchId, work: str) -> Patience:
        """How long a request waits for somebody's yes, or for work of this kind; as it ships where
        the branch is no more.
        """
        known = self._directory.has_branch(branch)
        if work:
            section = self._directory.section(branch, CentreSettings) if known else CentreSettings()
            return kind_of(section, work)
        if known:
            return self._directory.section(branch, AuthorisationSettings)
        return AuthorisationSettings()

    async def sheet(self, authorisation: str, actor: Actor) -> Sheet:
        """What it is about: for whoever took it, and for nobody else."""
        state = await self.host.state(stream_of(authorisation))
        if state.standing is not m.Standing.TAKEN or state.taken_by != actor.id:
            raise Refused(m.NOT_YOURS)
        return await self.shown.read(authorisation)

    async def of_journey(self, journey: JourneyId) -> str:
        """The request that a journey waits for; refused (unknown_journey) where it waits for none."""
        opened = await self._journeys.store.get(journey)
        for pending in opened.journey.pending.values():
            if pending.action == "authorise":
                return pending.trace
        raise Refused(UNKNOWN_JOURNEY)

    async def open_rows(self, branch: BranchId | None = None) -> list[dict[str, Any]]:
        """Requests that wait or were taken, the most urgent first."""
        columns = t.requests.c
        query = sa.select(t.requests).where(
            columns.standing.in_([m.Standing.WAITING.value, m.Standing.TAKEN.value])
        )
        if branch is not None:
            query = query.where(columns.branch == branch)
        query = query.order_by(columns.priority.desc(), columns.asked_ms).limit(OPEN_MAX)
        rows = await self._log.database.read(lambda c: c.execute(query).all())
        return [row._asdict() for row in rows]

    # -- told to the journey --------------------------------------------------------------------

    async def on_settled(self, trigger: Trigger) -> None:
        """A reaction: the journey goes on once the request is settled, whenever that was."""
        await self.tell(trigger.recorded.stream.partition("/")[2])

    async def tell(self, authorisation: str) -> None:
        state = await self.host.state(stream_of(authorisation))
        if state.asked is None or state.standing not in m.SETTLED:
            return
        journey = state.asked.journey
        result: Done | Declined
        if state.standing is m.Standing.GIVEN:
            yes = list(state.yes)
            work = state.asked.work
            answers = (await self.shown.read(authorisation)).answers if work else None
            own = {"authorisation": authorisation, "approved_by": yes}
            result = Done({**(answers or {}), **own, "mode": state.yes_mode.value})
        elif state.standing is m.Standing.DENIED:
            reason = state.reason
            with contextlib.suppress(Refused):
                reason = reason or (await self.shown.read(authorisation)).reason
            result = Declined("not_authorised", _no(reason, is_work=bool(state.asked.work)))
        else:
            words = NOT_DONE_WORDS if state.asked.work else LAPSED_WORDS
            result = Declined("authorisation_lapsed", words)
        await self._journeys.resolve(journey, authorisation, result)

    # -- parts ----------------------------------------------------------------------------------

    async def _by(
        self,
        authorisation: str,
        actor: Actor,
        command: m.Command,
        key: Key | None = None,
        sheet: Sheet | None = None,
    ) -> None:
        branch = await self._branch(authorisation)
        if actor.branches is not None and branch not in actor.branches:
            raise Refused(m.UNKNOWN)
        work = None if sheet is None else self.shown.changed(authorisation, sheet)
        await self._run(authorisation, branch, command, actor, key, work)

    async def _run(
        self,
        authorisation: str,
        branch: BranchId,
        command: m.Command,
        actor: Actor,
        key: Key | None = None,
        work: Work | None = None,
    ) -> None:
        stream = stream_of(authorisation)
        await self.host.run(
            stream, branch, command, actor=actor.name, key=key, work=work,
            answer=lambda *_: authorisation.encode(),
        )  # fmt: skip

    async def _branch(self, authorisation: str) -> BranchId:
        query = sa.select(t.requests.c.branch).where(t.requests.c.authorisation == authorisation)
        branch = await self._log.database.read(lambda c: c.scalar(query))
        if branch is None:
            raise Refused(m.UNKNOWN)
        return BranchId(branch)

    async def involved(self, journey: JourneyId) -> tuple[StaffId, ...]:
        """Members of staff who answered a step of the business."""
        prefix = f"{ActorKind.STAFF}:"
        recorded = await self._log.read_stream(journey_stream(journey))
        return tuple(
            sorted(
                {
                    StaffId(r.actor.removeprefix(prefix))
                    for r in recorded
                    if r.actor.startswith(prefix)
                }
            )
        )

    async def tend(self) -> None:
        """Put back, escalate, lapse and erase what is due now."""
        for row in await self.open_rows():
            try:
                await self._tend_one(row["authorisation"], BranchId(row["branch"]))
            except Exception:  # one that cannot be tended is in no other's way
                logger.exception("the request %s could not be tended", row["authorisation"])
        await self.shown.erase_old()

    async def _tend_one(self, authorisation: str, branch: BranchId) -> None:
        rules = self.patience(branch, (await self.state(authorisation)).work)
        clock = m.Tend(
            rules.claim_seconds * 1000, rules.escalate_seconds * 1000, rules.lapse_seconds * 1000
        )
        await self._run(authorisation, branch, clock, SYSTEM)

    def _on_change(self, _stream: str, events: Sequence[Recorded]) -> None:
        self._live.touch(BELL, CENTRE)
        self._live.touch(VIEW, events[0].branch)


def _no(reason: str, *, is_work: bool) -> Text:
    """What the customer reads; the reason may be erased by then."""
    no = HANDED_BACK_WORDS if is_work else DENIED_WORDS
    zh, en = (reason, reason) if reason else (ERASED.zh, ERASED.en)
    return Text(no.zh.format(reason=zh), no.en.format(reason=en))


def modes_of(actor: Actor) -> frozenset[Mode]:
    """Where this person's yes counts."""
    return frozenset(mode for mode, roles in MAY_SAY_YES.items() if roles & actor.roles)
