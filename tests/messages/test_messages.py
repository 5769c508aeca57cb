"""Messages over real sockets: delivered once, retried, never readable at rest."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from tingtang.http.options import web_options
from tingtang.kernel.clock import ManualClock
from tingtang.kernel.database import Database
from tingtang.kernel.errors import Refused, Trouble
from tingtang.kernel.log import EventLog
from tingtang.kernel.settings import Settings
from tingtang.kernel.vault import Suite, open_or_create_vault
from tingtang.messages import model as m
from tingtang.messages import tables as t
from tingtang.messages.feature import gateway_from
from tingtang.messages.gateways import SmsGateway, WeChatGateway
from tingtang.messages.reference import APP_ID, APP_SECRET, KEY_ID, SECRET, ReferenceGateway
from tingtang.messages.service import Messages

PHONE = "13800138000"
VALUES = {
    "language": "zh", "branch": "东城支行", "date": "2026-03-02", "time": "10:30",
    "service": "开卡", "code": "123456", "link": "/phone/t#x", "address": "海棠路 88 号",
}  # fmt: skip


class World:
    def __init__(
        self, database: Database, messages: Messages, other: ReferenceGateway, clock: ManualClock
    ) -> None:
        self.database = database
        self.messages = messages
        self.other = other
        self.clock = clock

    async def states(self) -> list[str]:
        query = sa.select(t.outbox.c.state).order_by(t.outbox.c.id)
        return list(await self.database.read(lambda c: c.scalars(query).all()))


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    other = ReferenceGateway()
    await other.start()
    log = EventLog(database, m.TYPES)
    await log.start()
    vault = open_or_create_vault(tmp_path / "keys.json", Suite.AES_256_GCM, 1)
    clock = ManualClock(1_760_000_000_000)
    gateway = SmsGateway(other.base, KEY_ID, SECRET)
    yield World(database, Messages(log, clock, vault, gateway), other, clock)
    await gateway.close()
    await log.stop()
    await other.stop()


async def test_a_message_is_worded_signed_and_delivered_once(world: World) -> None:
    for _ in range(2):
        await world.messages.send("booking_confirmed", PHONE, VALUES, "k1")
    await world.messages.deliver_due()
    await world.messages.deliver_due()
    assert [(r.to, r.channel) for r in world.other.received] == [(PHONE, "sms")]
    assert world.other.received[0].text.startswith("您已预约东城支行 2026-03-02 10:30")
    assert await world.states() == ["sent"]


async def test_a_gateway_that_is_down_is_tried_again_later_and_then_given_up(world: World) -> None:
    world.other.failing = 3
    await world.messages.send("booking_reminder", PHONE, VALUES | {"language": "en"}, "k1")
    for pause_ms in (0, *m.RETRY_AFTER_MS[:3]):
        world.clock.advance(pause_ms)
        assert await world.messages.deliver_due() == 1
        assert await world.messages.deliver_due() == 0
    assert await world.states() == ["sent"]
    assert len(world.other.received) == 1
    world.other.failing = 99
    await world.messages.send("booking_reminder", PHONE, VALUES, "k2")
    for pause_ms in (0, *m.RETRY_AFTER_MS):
        world.clock.advance(pause_ms)
        await world.messages.deliver_due()
    assert await world.states() == ["sent", "failed"]


async def test_a_refused_message_is_not_tried_again(world: World) -> None:
    world.messages.gateway = SmsGateway(world.other.base, KEY_ID, b"wrong secret")
    await world.messages.send("booking_confirmed", PHONE, VALUES, "k1")
    await world.messages.deliver_due()
    assert await world.states() == ["failed"]
    await world.messages.gateway.close()


async def test_a_message_that_cannot_be_opened_is_in_no_other_ones_way(world: World) -> None:
    await world.messages.send("booking_confirmed", PHONE, VALUES, "k1")
    world.clock.advance(1)
    await world.messages.send("booking_confirmed", PHONE, VALUES, "k2")
    damage = sa.update(t.outbox).where(t.outbox.c.id == "k1").values(address=b"sealed elsewhere")
    with world.database.writer.begin() as connection:
        connection.execute(damage)
    await world.messages.deliver_due()
    assert await world.states() == ["queued", "sent"]
    for pause_ms in m.RETRY_AFTER_MS:
        world.clock.advance(pause_ms)
        await world.messages.deliver_due()
    assert await world.states() == ["failed", "sent"]


async def test_stopping_lets_go_of_the_gateway_and_keeps_what_is_queued(world: World) -> None:
    sms = SmsGateway(world.other.base, KEY_ID, SECRET)
    wechat = WeChatGateway(world.other.base, APP_ID, APP_SECRET, {})
    for gateway in (sms, wechat):
        world.messages.gateway = gateway
        await world.messages.start()
        await world.messages.stop()
        assert gateway._client.is_closed
    await world.messages.send("booking_confirmed", PHONE, VALUES, "k1")
    assert await world.states() == ["queued"]


async def test_nothing_of_a_message_is_readable_at_rest_and_old_ones_are_erased(
    world: World,
) -> None:
    await world.messages.send("booking_confirmed", PHONE, VALUES, "k1")
    rows = await world.database.read(lambda c: str(c.execute(sa.select(t.outbox)).all()))
    assert PHONE not in rows
    assert "东城支行" not in rows
    await world.messages.deliver_due()
    world.clock.advance(m.KEEP_MS + 1)
    await world.messages.start()  # as long as it runs it sees to that itself
    words = sa.select(t.outbox.c.words)
    async with asyncio.timeout(20):
        while await world.database.read(lambda c: c.scalar(words)) is not None:
            await asyncio.sleep(0.01)
    await world.messages.stop()


async def test_a_gap_without_a_value_and_an_unknown_template_are_refused(world: World) -> None:
    with pytest.raises(Refused) as missing:
        await world.messages.send("booking_confirmed", PHONE, {"language": "zh"}, "k1")
    assert missing.value.code == "missing_value"
    with pytest.raises(Refused) as unknown:
        await world.messages.send("nonsense", PHONE, VALUES, "k2")
    assert unknown.value.code == "unknown_template"


async def test_wechat_renews_its_token_and_delivers(world: World) -> None:
    gateway = WeChatGateway(world.other.base, APP_ID, APP_SECRET, {"booking_confirmed": "TM0001"})
    gateway._token = "expired"
    world.messages.gateway = gateway
    await world.messages.send("booking_confirmed", "openid-1", VALUES, "k1")
    await world.messages.deliver_due()
    assert [(r.channel, r.to) for r in world.other.received] == [("wechat", "openid-1")]
    await gateway.close()


def test_the_gateway_is_made_from_the_settings() -> None:
    assert gateway_from(web_options(Settings()).messages) is None
    sms = Settings(message_url="https://sms.example", message_key_id="k", message_secret="s")
    assert isinstance(gateway_from(web_options(sms).messages), SmsGateway)
    wechat = msgspec.structs.replace(
        sms, wechat_app_id="wx1", wechat_templates=("booking_confirmed = AT01",)
    )
    options = web_options(wechat).messages
    assert options.wechat_templates == {"booking_confirmed": "AT01"}
    assert isinstance(gateway_from(options), WeChatGateway)
    for wrong in ("booking_confirmed", "booking_confirmed=", "birthday=AT02"):
        with pytest.raises(Trouble, match="must be name=id"):
            web_options(msgspec.structs.replace(wechat, wechat_templates=(wrong,)))
