"""Outgoing webhooks: who is told, the outbox, and sending with patience."""

import logging
import secrets
from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.hall import tables as t
from tingtang.hall.model.state import HallDay
from tingtang.hall.model.webhooks import (
    ATTEMPTS_MAX,
    BAD_URL,
    NAMES,
    TOLD,
    UNKNOWN_TOLD,
    UNKNOWN_WEBHOOK,
    Told,
    WebhookId,
    WebhookRemoved,
    WebhookSaved,
    is_good_url,
    pause_ms,
)
from tingtang.hall.service import HallService
from tingtang.hall.setup import day_stream
from tingtang.kernel.clock import Clock
from tingtang.kernel.database import upsert
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import BranchId, Ids
from tingtang.kernel.log import Append, EventLog, Work
from tingtang.kernel.permissions import Actor
from tingtang.kernel.reactions import Reactions, Trigger
from tingtang.kernel.sealed import seal, unseal
from tingtang.kernel.vault import Vault

STREAM = "hall/webhooks"
BEAT_SECONDS = 1.0
ANSWER_SECONDS = 5.0
AT_ONCE_MAX = 8
"""Receivers that are spoken to at the same time; one receiver hears one event after another."""
ERROR_LENGTH_MAX = 200
WAITING, FAILED, DELIVERED = "waiting", "failed", "delivered"
DELIVERED_KEPT = 20
"""Deliveries that went well and are still shown, for each receiver."""
LISTED_MAX = 100
TEST_EVENT = "test"
CHANGES: tuple[type[Event], ...] = (WebhookSaved, WebhookRemoved)

logger = logging.getLogger(__name__)


class Webhook(msgspec.Struct, frozen=True):
    """A receiver. ``branch`` "" hears of all branches; empty ``events`` of everything."""

    webhook: WebhookId
    branch: str
    url: str
    events: tuple[str, ...]
    active: bool
    waiting: int = 0
    """Events not yet delivered."""
    failed: int = 0
    """Events given up after many attempts."""
    last_error: str = ""


class Delivery(msgspec.Struct, frozen=True):
    """One event on its way to a receiver, or what became of it.

    ``at_ms``: when it was delivered, or when it is tried next.
    """

    position: int
    event: str
    branch: str
    state: str
    attempts: int
    at_ms: int
    error: str


class Tried(msgspec.Struct, frozen=True):
    """What a receiver made of a test; ``error`` is empty where it answered 2xx."""

    error: str
    took_ms: int


class NewWebhook(msgspec.Struct, frozen=True):
    """A receiver that was added, with the secret that is told once."""

    webhook: WebhookId
    secret: str


class Webhooks:
    """Receivers and the outbox."""

    def __init__(
        self, log: EventLog, wall_clock: Clock, ids: Ids, vault: Vault, hall: HallService
    ) -> None:
        self._log = log
        self._clock = wall_clock
        self._ids = ids
        self._vault = vault
        self._hall = hall
        self._receivers: dict[WebhookId, Webhook] = {}
        self._is_known = False

    # -- receivers -----------------------------------------------------------------------------

    async def add(self, branch: str, url: str, events: tuple[str, ...], actor: Actor) -> NewWebhook:
        """Add a receiver; its secret is shown here and never again."""
        if branch:
            self._hall.directory.branch(branch)
        self._check(url, events)
        webhook = WebhookId(self._ids.new(self._clock.now_ms()))
        secret = secrets.token_urlsafe(32)
        row: dict[str, Any] = {"webhook": webhook}
        insert = sa.insert(t.webhooks).values(
            {
                **row,
                "branch": branch,
                "url": url,
                "events": " ".join(events),
                "active": True,
                "created_ms": self._clock.now_ms(),
                **seal(self._vault, t.webhooks.c.secret, row, secret),
            }
        )
        saved = WebhookSaved(webhook=webhook, branch=branch, url=url, told=events, active=True)
        await self._write(lambda c: c.execute(insert), saved, branch, actor.name)
        return NewWebhook(webhook, secret)

    async def change(
        self, webhook: WebhookId, url: str, events: tuple[str, ...], active: bool, actor: Actor
    ) -> None:
        """Change a receiver; switched off, it hears nothing, and what waits for it goes on waiting."""
        self._check(url, events)
        old = await self.get(webhook)
        values = {"url": url, "events": " ".join(events), "active": active}
        update = sa.update(t.webhooks).where(t.webhooks.c.webhook == webhook).values(values)
        saved = WebhookSaved(
            webhook=webhook, branch=old.branch, url=url, told=events, active=active
        )
        await self._write(lambda c: c.execute(update), saved, old.branch, actor.name)

    async def remove(self, webhook: WebhookId, actor: Actor) -> None:
        """Remove a receiver and what waits for it."""
        old = await self.get(webhook)

        def work(connection: sa.Connection) -> None:
            connection.execute(sa.delete(t.webhooks).where(t.webhooks.c.webhook == webhook))
            connection.execute(sa.delete(t.deliveries).where(t.deliveries.c.webhook == webhook))

        await self._write(work, WebhookRemoved(webhook=webhook), old.branch, actor.name)

    async def retry(self, webhook: WebhookId) -> None:
        """Try again, now, all that was given up or waits."""
        await self.get(webhook)
        values = {"state": WAITING, "attempts": 0, "due_ms": self._clock.now_ms()}
        d = t.deliveries.c
        open_ = sa.and_(d.webhook == webhook, d.state != DELIVERED)
        again = sa.update(t.deliveries).where(open_).values(values)
        await self._write(lambda c: c.execute(again))

    async def get(self, webhook: WebhookId) -> Webhook:
        """A receiver; refused (unknown_webhook) where there is none."""
        found = next((one for one in await self.all() if one.webhook == webhook), None)
        if found is None:
            raise Refused(UNKNOWN_WEBHOOK)
        return found

    async def all(self) -> list[Webhook]:
        """All receivers, with what waits for each."""
        w, d = t.webhooks.c, t.deliveries.c
        counts = sa.select(
            d.webhook,
            sa.func.sum(sa.case((d.state == WAITING, 1), else_=0)).label("waiting"),
            sa.func.sum(sa.case((d.state == FAILED, 1), else_=0)).label("failed"),
            sa.func.max(sa.case((d.state != DELIVERED, d.error), else_="")).label("error"),
        ).group_by(d.webhook)
        query = sa.select(w.webhook, w.branch, w.url, w.events, w.active).order_by(w.created_ms)
        rows, waiting = await self._log.database.read(
            lambda c: (c.execute(query).all(), {r.webhook: r for r in c.execute(counts)})
        )
        found = []
        for row in rows:
            mine = waiting.get(row.webhook)
            found.append(
                Webhook(
                    WebhookId(row.webhook),
                    row.branch,
                    row.url,
                    tuple(row.events.split()),
                    row.active,
                    int(mine.waiting) if mine is not None else 0,
                    int(mine.failed) if mine is not None else 0,
                    mine.error if mine is not None else "",
                )
            )
        return found

    async def deliveries(self, webhook: WebhookId) -> list[Delivery]:
        """What waits, what was given up, and what lately went well: the newest first."""
        await self.get(webhook)
        d = t.deliveries.c
        query = (
            sa.select(t.deliveries)
            .where(d.webhook == webhook)
            .order_by(d.position.desc())
            .limit(LISTED_MAX)
        )
        rows = await self._log.database.read(lambda c: c.execute(query).all())
        found = []
        for row in rows:
            told = msgspec.json.decode(row.body, type=Told)
            found.append(
                Delivery(
                    row.position,
                    told.event,
                    told.branch,
                    row.state,
                    row.attempts,
                    row.due_ms,
                    row.error,
                )
            )
        return found

    async def test_row(self, webhook: WebhookId) -> dict[str, Any]:
        """A delivery of an event that never happened, for a receiver to show that it hears us."""
        one = await self.get(webhook)
        w = t.webhooks.c
        query = sa.select(w.webhook, w.secret).where(w.webhook == webhook)
        row = await self._log.database.read(lambda c: c.execute(query).first())
        if row is None:
            raise Refused(UNKNOWN_WEBHOOK)
        body = Told(
            id=0, event=TEST_EVENT, branch=one.branch, time_ms=self._clock.now_ms(), data={}
        )
        return {
            "url": one.url,
            "position": 0,
            "body": msgspec.json.encode(body).decode(),
            "secret": unseal(self._vault, w.secret, row._asdict()) or "",
        }

    # -- the outbox ----------------------------------------------------------------------------

    def register(self, reactions: Reactions) -> None:
        """Follow the log from now on."""
        followed: list[type[Event]] = [*TOLD, *CHANGES]
        reactions.register(
            "hall.webhooks", followed, self.put_out, from_now=True, only=self._may_be_told
        )

    def _may_be_told(self, event: Event) -> bool:
        """False while nobody wants to hear of anything."""
        if not self._is_known or self._receivers:
            return True
        return type(event) in CHANGES

    async def put_out(self, trigger: Trigger) -> None:
        """Put an event into the outbox of everybody who wants to hear of it."""
        recorded = trigger.recorded
        if type(recorded.event) in CHANGES:
            self._is_known = False  # in the log's order: what comes after is told as was agreed
            return
        name, describe = TOLD[type(recorded.event)]
        listeners = [
            one.webhook
            for one in (await self._listeners()).values()
            if one.active
            and one.branch in ("", recorded.branch)
            and (not one.events or name in one.events)
        ]
        if not listeners:
            return
        state = await self._state_of(recorded.branch, recorded.stream)
        body = msgspec.json.encode(
            Told(
                id=recorded.position,
                event=name,
                branch=recorded.branch,
                time_ms=recorded.time_ms,
                data=describe(recorded.event, state),
            )
        ).decode()
        rows = [
            {
                "webhook": webhook,
                "position": recorded.position,
                "body": body,
                "state": WAITING,
                "attempts": 0,
                "due_ms": self._clock.now_ms(),
                "error": "",
            }
            for webhook in listeners
        ]
        insert = upsert(self._log.database, t.deliveries).values(rows).on_conflict_do_nothing()
        await self._write(lambda c: c.execute(insert))

    async def _state_of(self, branch: str, stream: str) -> HallDay:
        """The hall's day that the event belongs to; bookings of other days need none."""
        if not stream.startswith("hall/"):
            return HallDay()
        return await self._hall.host.state(day_stream(BranchId(branch), stream.rpartition("/")[2]))

    async def _listeners(self) -> dict[WebhookId, Webhook]:
        if not self._is_known:
            self._is_known = True
            self._receivers = {one.webhook: one for one in await self.all()}
        return self._receivers

    @staticmethod
    def _check(url: str, events: tuple[str, ...]) -> None:
        if not is_good_url(url):
            raise Refused(BAD_URL, url=url[:100])
        for event in events:
            if event not in NAMES:
                raise Refused(UNKNOWN_TOLD, event=event)

    async def _write(
        self, work: Work, event: Event | None = None, branch: str = "", actor: str = "system"
    ) -> None:
        await self._log.append(
            Append(
                stream=STREAM,
                branch=branch,
                events=[event] if event is not None else (),
                time_ms=self._clock.now_ms(),
                actor=actor,
                work=work,
            )
        )

    # -- for the sender ------------------------------------------------------------------------

    async def due(self) -> list[dict[str, Any]]:
        """The oldest waiting event of every active receiver, if its time has come, with the
        receiver's address and secret."""
        d, w = t.deliveries.c, t.webhooks.c
        oldest = (
            sa.select(d.webhook, sa.func.min(d.position).label("position"))
            .where(d.state == WAITING)
            .group_by(d.webhook)
            .subquery()
        )
        query = (
            sa.select(t.deliveries, w.url, w.secret)
            .join(oldest, sa.and_(d.webhook == oldest.c.webhook, d.position == oldest.c.position))
            .join(t.webhooks, w.webhook == d.webhook)
            .where(w.active, d.due_ms <= self._clock.now_ms())
        )
        rows = await self._log.database.read(lambda c: c.execute(query).all())
        found = []
        for row in rows:
            values = row._asdict()
            values["secret"] = unseal(self._vault, w.secret, values) or ""
            found.append(values)
        return found

    async def settle(self, row: dict[str, Any], error: str) -> None:
        """Note what became of a delivery: the last that went well are kept to be looked at, the
        others come later or are given up."""
        d = t.deliveries.c
        mine = sa.and_(d.webhook == row["webhook"], d.position == row["position"])
        if not error:
            await self._write(lambda c: self._delivered(c, row))
            return
        attempts = row["attempts"] + 1
        values = {
            "attempts": attempts,
            "state": FAILED if attempts >= ATTEMPTS_MAX else WAITING,
            "due_ms": self._clock.now_ms() + pause_ms(attempts),
            "error": error[:ERROR_LENGTH_MAX],
        }
        await self._write(lambda c: c.execute(sa.update(t.deliveries).where(mine).values(values)))

    def _delivered(self, connection: sa.Connection, row: dict[str, Any]) -> None:
        d = t.deliveries.c
        mine = sa.and_(d.webhook == row["webhook"], d.position == row["position"])
        well = sa.and_(d.webhook == row["webhook"], d.state == DELIVERED)
        values = {"state": DELIVERED, "due_ms": self._clock.now_ms(), "error": ""}
        connection.execute(sa.update(t.deliveries).where(mine).values(values))
        kept = sa.select(d.position).where(well).order_by(d.position.desc())
        oldest = connection.scalar(kept.offset(DELIVERED_KEPT - 1).limit(1))
        if oldest is not None:
            connection.execute(sa.delete(t.deliveries).where(well, d.position < oldest))

    def now_ms(self) -> int:
        return self._clock.now_ms()

    def now_s(self) -> int:
        """Seconds since 1970, for the signature."""
        return self._clock.now_ms() // 1000
