"""The outbox: what was handed over is delivered, once, however often things break on the way."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from tingtang.kernel.appends import Append
from tingtang.kernel.clock import HOUR_MS, Clock
from tingtang.kernel.database import upsert
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.log import EventLog
from tingtang.kernel.recurring import Recurring
from tingtang.kernel.vault import Vault
from tingtang.kernel.waiting import set_within
from tingtang.messages import model as m
from tingtang.messages import tables as t
from tingtang.messages.gateways import Gateway, NotDelivered

BATCH = 50
BEAT_SECONDS = 0.5

logger = logging.getLogger(__name__)


class Messages:
    """Implements the hall's ``MessagePort``. Without a gateway messages wait, and say so."""

    def __init__(
        self, log: EventLog, wall_clock: Clock, vault: Vault, gateway: Gateway | None
    ) -> None:
        self._log = log
        self._clock = wall_clock
        self._vault = vault
        self.gateway = gateway
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._forgetting = Recurring("old messages", HOUR_MS / 1000, self.forget_old, at_once=True)

    async def start(self) -> None:
        """Begin to deliver, with whatever an earlier run left behind."""
        self._task = asyncio.create_task(self._run(), name="messages")
        await self._forgetting.start()

    async def stop(self) -> None:
        """Deliver no more and close the gateway; what is queued goes out after the next start."""
        await self._forgetting.stop()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self.gateway is not None:
            await self.gateway.close()

    async def send(self, template: str, to: str, values: Mapping[str, str], key: str) -> None:
        """Hand a message over; the same ``key`` is delivered once. Durable when this returns."""
        found = m.TEMPLATES.get(template)
        if found is None:
            raise Refused(m.UNKNOWN_TEMPLATE, template=template)
        words = found.fill(template, dict(values), values.get("language", "zh"))
        now_ms = self._clock.now_ms()
        row = {
            "id": key,
            "template": template,
            "address": self._vault.seal(to, f"message_outbox/address/{key}"),
            "words": self._vault.seal(words, f"message_outbox/words/{key}"),
            "state": m.State.QUEUED.value,
            "attempts": 0,
            "due_ms": now_ms,
            "saved_ms": now_ms,
            "error": "",
        }
        query = sa.select(t.outbox.c.id).where(t.outbox.c.id == key)
        if await self._log.database.read(lambda c: c.scalar(query)) is not None:
            return
        insert = upsert(self._log.database, t.outbox).values(row).on_conflict_do_nothing()
        await self._write([m.MessageQueued(message=key, template=template)], insert)
        self._wake.set()

    async def counts(self) -> dict[str, int]:
        """Messages by state, for the system's own page."""
        query = sa.select(t.outbox.c.state, sa.func.count()).group_by(t.outbox.c.state)
        rows = await self._log.database.read(lambda c: c.execute(query).all())
        return {str(state): int(number) for state, number in rows}

    async def deliver_due(self) -> int:
        """One round: try everything that is due. Gives how many were tried."""
        if self.gateway is None:
            return 0
        o = t.outbox.c
        query = (
            sa.select(t.outbox)
            .where(o.state == m.State.QUEUED.value, o.due_ms <= self._clock.now_ms())
            .order_by(o.due_ms)
            .limit(BATCH)
        )
        rows = await self._log.database.read(lambda c: c.execute(query).all())
        for row in rows:
            await self._deliver(self.gateway, row)
        return len(rows)

    async def forget_old(self) -> None:
        """Erase addresses and words of what was dealt with long ago."""
        o = t.outbox.c
        old = (o.state != m.State.QUEUED.value) & (o.saved_ms < self._clock.now_ms() - m.KEEP_MS)
        erase = sa.update(t.outbox).where(old, o.address.is_not(None))
        await self._write([], erase.values(address=None, words=None))

    async def _run(self) -> None:
        while True:
            try:
                tried = await self.deliver_due()
            except Exception:
                logger.exception("a round of messages failed; the next one comes")
                tried = 0
            if not tried:
                self._wake.clear()
                await set_within(self._wake, BEAT_SECONDS)

    async def _deliver(self, gateway: Gateway, row: sa.Row[Any]) -> None:
        attempts = row.attempts + 1
        change: dict[str, Any] = {"attempts": attempts}
        events: list[Event] = []
        try:
            await self._hand_over(gateway, row)
        except NotDelivered as refused:
            again_ms = None if refused.final else m.next_attempt_ms(attempts, self._clock.now_ms())
            change["error"] = str(refused)
            if again_ms is None:
                change["state"] = m.State.FAILED.value
                events.append(m.MessageFailed(message=row.id, reason=str(refused)))
                logger.warning("a message could not be delivered: %s", refused)
            else:
                change["due_ms"] = again_ms
        else:
            change |= {"state": m.State.SENT.value, "error": ""}
            events.append(m.MessageSent(message=row.id, channel=gateway.channel))
        await self._write(events, sa.update(t.outbox).where(t.outbox.c.id == row.id).values(change))

    async def _hand_over(self, gateway: Gateway, row: sa.Row[Any]) -> None:
        """Raises :class:`NotDelivered`, whatever is wrong with it: it is in no other message's way."""
        try:
            address = self._vault.open(bytes(row.address), f"message_outbox/address/{row.id}")
            words = self._vault.open(bytes(row.words), f"message_outbox/words/{row.id}")
            await gateway.deliver(row.id, address, row.template, words)
        except NotDelivered:
            raise
        except Exception as error:
            logger.exception("a message could not be handed over")
            raise NotDelivered(type(error).__name__) from error

    async def _write(self, events: list[Event], statement: sa.Executable) -> None:
        await self._log.append(
            Append(
                stream="messages",
                branch="",
                events=events,
                time_ms=self._clock.now_ms(),
                actor="system",
                work=lambda connection: connection.execute(statement),
            )
        )
