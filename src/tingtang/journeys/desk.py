"""What a terminal sees of journeys: views, the menu, and the code by which one moves."""

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from tingtang.journeys import tables as t
from tingtang.journeys import views
from tingtang.journeys.access import check_here, check_holder, holder_of, holds
from tingtang.journeys.codes import HandoverCodes, looks_like_one
from tingtang.journeys.following import next_of
from tingtang.journeys.model.problems import CODE_WRONG
from tingtang.journeys.model.scenario import Channel
from tingtang.journeys.model.state import OVER, Status
from tingtang.journeys.service import JourneyService, back_to, refused_step
from tingtang.journeys.settings import JourneySettings
from tingtang.journeys.store import Open
from tingtang.kernel.clock import MINUTE_MS, Clock
from tingtang.kernel.database import Database
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, CustomerId, JourneyId, VisitId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, ActorKind
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory
from tingtang.org.service import Links, SignIn

LISTED_MAX = 200
Modules = Callable[[str], frozenset[str] | None]
"""Which modules of a terminal's machine work; None where no machine is known."""


class JourneyDesk:
    """Reads for screens and lists; hands journeys over."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        journeys: JourneyService,
        directory: Directory,
        links: Links,
        sign_in: SignIn,
        modules: Modules,
        codes: HandoverCodes,
    ) -> None:
        self._database = database
        self._clock = clock
        self._journeys = journeys
        self._directory = directory
        self._links = links
        self._sign_in = sign_in
        self._modules = modules
        self._codes = codes
        self.shares_in: Callable[[str], Mapping[str, int]] = lambda _branch: {}
        """The share of each scenario in a branch's volume, in millionths: the catalogue's."""

    def view(self, opened: Open, holder: str | None = None) -> views.JourneyView:
        """The journey as its terminal shows it; for any other ``holder`` only where it goes on."""
        if holder is not None and not holds(opened, holder):
            return views.elsewhere(opened.journey, opened.branch, opened.about)
        journey = opened.journey
        refusal = None
        if refused_step(opened) is not None and not journey.pending:
            body = opened.refusal or {}
            words = Text(str(body.get("zh", "")), str(body.get("en", "")))
            refusal = views.Refusal(str(body.get("code", "")), words)
        return views.journey_view(
            journey,
            opened.branch,
            opened.about,
            opened.stands if journey.status not in OVER else None,
            refusal,
            can_go_back=back_to(journey) is not None,
            next_up=self._next(opened),
        )

    def _next(self, opened: Open) -> views.NextUp | None:
        scenario = next_of(opened)
        if not scenario:
            return None
        return views.NextUp(scenario, self._journeys.library.about(scenario).name)

    async def seen(self, journey: JourneyId, actor: Actor) -> views.JourneyView:
        """The same for somebody; refused (unknown_journey) whom it does not concern."""
        opened = await self._journeys.store.get(journey)
        check_holder(opened, actor)
        return self.view(opened, holder_of(actor))

    def menu(self, branch: BranchId, channel: Channel, actor: Actor) -> list[views.MenuEntry]:
        """What can be done in this branch on this channel, at this terminal."""
        self._directory.branch(branch)
        modules = self._modules(actor.id) if actor.kind is ActorKind.TERMINAL else None
        shares = self.shares_in(branch)
        return views.menu(self._journeys.library.offered(), channel, modules, shares)

    async def of_branch(self, branch: BranchId, *, unended_only: bool) -> list[views.JourneyRow]:
        """The newest journeys of a branch; at most two hundred."""
        columns = t.journeys.c
        query = sa.select(t.journeys).where(columns.branch == branch)
        return await self._rows(query, unended_only=unended_only)

    async def live(self, branch: BranchId) -> views.BranchJourneys:
        """The same, of those that have not ended, for screens that watch."""
        rows = await self.of_branch(branch, unended_only=True)
        return views.BranchJourneys(
            {row.journey: row for row in rows}, tuple(row.journey for row in rows)
        )

    async def of_customer(self, customer: CustomerId) -> list[views.JourneyRow]:
        """What a customer has under way, in any branch: to be gone on with after they signed in."""
        query = sa.select(t.journeys).where(t.journeys.c.customer == customer)
        return await self._rows(query, unended_only=True)

    async def code(self, opened: Open, now_ms: int) -> tuple[str, str, int]:
        """What a phone scans and what is typed at another terminal to go on there; and until when."""
        rules = self._directory.section(opened.branch, JourneySettings)
        until_ms = now_ms + rules.handover_minutes * MINUTE_MS
        journey = opened.journey.id
        digits = await self._codes.make(journey, opened.branch, until_ms)
        return self._links.token(journey, opened.branch, now_ms, until_ms), digits, until_ms

    async def link(self, opened: Open, actor: Actor) -> str:
        """A link that lasts, for the phone that goes on with it. All made before are dead: whoever
        took a picture of the code on the machine's screen comes too late.
        """
        journey, phones = opened.journey.id, self._sign_in.phones
        after_ms = await phones.revoke_links(journey, actor)
        return self._links.make(opened.branch, journey, after_ms)

    def url(self, code: str, base: str) -> str:
        """Where a phone that scans the code goes."""
        return self._links.url(code, base).replace("/phone/t#", "/phone/j#")

    async def take(self, code: str, actor: Actor, channel: Channel, key: Key | None = None) -> Open:
        """Go on with the journey that ``code`` is about; refused (handover_code_wrong).

        Digits are for machines and staff of the same branch: a phone scans. They are spent at once;
        whoever did not hear of it asks again with the same key.
        """
        before = await self._journeys.store.given_before(key)
        if before is not None:
            opened = await self._journeys.store.get(before)
            check_here(opened, actor)
            return opened
        if looks_like_one(code):
            known = actor.kind in (ActorKind.TERMINAL, ActorKind.STAFF)
            branches = None if actor.branches is None else sorted(actor.branches)
            spent = await self._codes.spend(code, branches, actor.name) if known else None
            found = None if spent is None else spent[0]
        else:
            link = self._sign_in.phones.of_link(code.rpartition("#")[2])
            found = None if link is None else JourneyId(link[1])
        if found is None:
            raise Refused(CODE_WRONG)
        try:
            return await self._journeys.move(found, actor, channel, key)
        except Refused as refused:
            if refused.code == "unknown_journey":
                raise Refused(CODE_WRONG) from None
            raise

    async def _rows(
        self, query: "sa.Select[tuple[object, ...]]", *, unended_only: bool
    ) -> list[views.JourneyRow]:
        if unended_only:
            query = query.where(t.journeys.c.status.not_in([one.value for one in OVER]))
        query = query.order_by(t.journeys.c.changed_ms.desc()).limit(LISTED_MAX)
        rows = await self._database.read(lambda c: c.execute(query).all())
        return [self._row(row._asdict()) for row in rows]

    def _row(self, row: dict[str, object]) -> views.JourneyRow:
        scenario = str(row["scenario"])
        try:
            name = self._journeys.library.about(scenario).name
        except Refused:
            name = Text(scenario)
        return views.JourneyRow(
            journey=JourneyId(str(row["journey"])),
            scenario=scenario,
            name=name,
            status=Status(str(row["status"])),
            channel=Channel(str(row["channel"])),
            holder=str(row["holder"]),
            visit=VisitId(str(row["visit"])) if row["visit"] else None,
            step=str(row["step"]),
            started_ms=int(str(row["started_ms"])),
            changed_ms=int(str(row["changed_ms"])),
        )
