"""Outgoing webhooks: over a real local HTTP server, signed, in order, again until they are taken."""

import asyncio
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.http.world import World
from tingtang.hall.model import commands as c
from tingtang.hall.model.state import Care, Channel
from tingtang.hall.model.webhooks import (
    ATTEMPTS_MAX,
    NAMES,
    PAUSE_MAX_MS,
    TOLD,
    is_good_url,
    pause_ms,
    signature,
)
from tingtang.hall.service import HallService
from tingtang.hall.webhook_sender import WebhookSender
from tingtang.hall.webhooks import DELIVERED_KEPT, Webhooks
from tingtang.kernel.ids import BranchId, ServiceId
from tingtang.kernel.permissions import SYSTEM

EAST = BranchId("east")
DEPOSIT = ServiceId("svc.cash_deposit")


class Receiver:
    """Another system of the bank: keeps what it is sent and answers as the test says."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(receiver.status)
                if receiver.status == 302:
                    self.send_header("location", "http://127.0.0.1:1/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook?from=tingtang"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    yield one
    one.close()


def webhooks(world: World) -> Webhooks:
    return world.app.parts.service("webhooks", Webhooks)


async def drained(world: World, waiting: int) -> None:
    """Wait until so many events are in the outbox."""
    for _ in range(500):
        if sum(one.waiting for one in await webhooks(world).all()) >= waiting:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the outbox stayed empty")


async def office(world: World) -> Any:
    return await world.as_staff("gao.mingyuan")


async def quiet(world: World) -> WebhookSender:
    """A sender that the test moves by hand; the application's own is stopped."""
    for stop in world.app.parts.stops:
        owner = getattr(stop, "__self__", None)
        if isinstance(owner, WebhookSender):
            await owner.stop()
            owner._client = None
    return WebhookSender(webhooks(world))


async def some_business(world: World) -> str:
    hall = world.app.parts.service("hall", HallService)
    await hall.open_day(EAST, SYSTEM)
    counter = next(c.id for c in world.org.directory.counters("east") if DEPOSIT in c.services)
    await hall.open_counter(EAST, counter, world.staff("he.jiaxin"), SYSTEM)
    await hall.issue_ticket(EAST, (DEPOSIT,), SYSTEM, channel=Channel.KIOSK, care=(Care.ELDER,))
    await hall.call_next(EAST, counter, SYSTEM)
    ticket = (await hall.state(EAST)).counters[counter].ticket
    await hall.run(EAST, c.FinishService(ticket=ticket), SYSTEM)
    return ticket


# -- over a real wire ----------------------------------------------------------------------------


@pytest.mark.shows("R050", part="signed webhooks on what happens in the hall")
async def test_another_system_hears_of_a_ticket_in_order_and_can_check_who_speaks(
    world: World, receiver: Receiver
) -> None:
    sender, client = await quiet(world), await office(world)
    body = {"url": receiver.url, "branch": "east"}
    added = (await client.post("/api/webhooks", json=body)).json()
    ticket = await some_business(world)
    await drained(world, 5)
    while await sender.send_due():
        pass
    events = receiver.events()
    assert [one["event"] for one in events] == [
        "day.opened", "counter.opened", "ticket.issued", "ticket.called", "ticket.finished",
    ]  # fmt: skip
    assert [one["id"] for one in events] == sorted(one["id"] for one in events)
    issued = events[2]["data"]
    assert (issued["ticket"], issued["number"], issued["services"]) == (ticket, "E001", [DEPOSIT])
    assert events[3]["data"]["sign"]
    for headers, sent in receiver.got:
        when, mac = headers["x-tingtang-signature"].split(",v1=")
        signed = when.removeprefix("t=").encode() + b"." + sent
        expected = hmac.new(added["secret"].encode(), signed, hashlib.sha256).hexdigest()
        assert hmac.compare_digest(mac, expected)
        assert "care" not in sent.decode()
        assert "customer" not in sent.decode()
    assert (await webhooks(world).all())[0].waiting == 0
    assert await sender.send_due() == 0
    await sender.stop()


@pytest.mark.shows("R050", part="tried again until the other side has it")
async def test_a_receiver_that_is_down_hears_everything_later_once_and_in_order(
    world: World, receiver: Receiver
) -> None:
    sender, client = await quiet(world), await office(world)
    await client.post("/api/webhooks", json={"url": receiver.url})
    await some_business(world)
    await drained(world, 5)
    receiver.status = 503
    for attempt in range(1, 4):
        assert await sender.send_due() == 0
        assert await sender.send_due() == 0  # not before its pause is over
        assert len(receiver.got) == attempt
        world.clock.advance(pause_ms(attempt))
    [seen] = (await client.get("/api/webhooks")).json()["webhooks"]
    assert (seen["waiting"], seen["last_error"]) == (5, "HTTP 503")
    receiver.status = 302  # being sent elsewhere is no delivery either
    assert await sender.send_due() == 0
    world.clock.advance(pause_ms(4))
    receiver.got.clear()
    receiver.status = 200
    while await sender.send_due():
        pass
    assert [one["event"] for one in receiver.events()][:2] == ["day.opened", "counter.opened"]
    assert len(receiver.got) == 5
    assert len({headers["x-tingtang-delivery"] for headers, _ in receiver.got}) == 5
    await sender.stop()


async def test_one_that_is_down_holds_up_nobody_else_and_is_given_up_at_last(
    world: World, receiver: Receiver
) -> None:
    sender, client = await quiet(world), await office(world)
    down = {"url": "http://127.0.0.1:1/nobody", "events": ["ticket.called"]}
    added = (await client.post("/api/webhooks", json=down)).json()
    await client.post("/api/webhooks", json={"url": receiver.url, "events": ["ticket.issued"]})
    await some_business(world)
    await drained(world, 2)
    assert await sender.send_due() == 1
    assert [one["event"] for one in receiver.events()] == ["ticket.issued"]
    for _ in range(ATTEMPTS_MAX):
        world.clock.advance(PAUSE_MAX_MS)
        await sender.send_due()
    one = await webhooks(world).get(added["webhook"])
    assert (one.waiting, one.failed) == (0, 1)
    assert "Connect" in one.last_error
    path = f"/api/webhooks/{added['webhook']}"
    moved = {"url": receiver.url, "events": ["ticket.called"]}
    client = await office(world)  # hours have passed: the session has ended
    assert (await client.put(path, json=moved)).status_code == 204
    assert (await client.post(f"{path}/retry")).status_code == 204
    assert await sender.send_due() == 1
    assert receiver.events()[-1]["event"] == "ticket.called"
    await sender.stop()


async def test_a_receiver_hears_only_of_its_branch_and_nothing_while_it_is_off(
    world: World, receiver: Receiver
) -> None:
    sender, client = await quiet(world), await office(world)
    body = {"url": receiver.url, "branch": "willow"}
    added = (await client.post("/api/webhooks", json=body)).json()
    everything = (await client.post("/api/webhooks", json={"url": receiver.url})).json()
    off = {"url": receiver.url, "active": False}
    assert (await client.put(f"/api/webhooks/{everything['webhook']}", json=off)).status_code == 204
    await some_business(world)
    on = {"url": receiver.url, "active": True}
    await client.put(f"/api/webhooks/{everything['webhook']}", json=on)
    hall = world.app.parts.service("hall", HallService)
    await hall.issue_ticket(EAST, (DEPOSIT,), SYSTEM, channel=Channel.KIOSK)
    await drained(world, 1)
    while await sender.send_due():
        pass
    assert [one["event"] for one in receiver.events()] == ["ticket.issued"]
    assert (await client.delete(f"/api/webhooks/{added['webhook']}")).status_code == 204
    gone = await client.delete(f"/api/webhooks/{added['webhook']}")
    assert gone.json()["error"]["code"] == "unknown_webhook"
    await sender.stop()


async def test_receivers_are_the_head_offices_business_and_secrets_are_shown_once(
    world: World,
) -> None:
    client = await office(world)
    added = (await client.post("/api/webhooks", json={"url": "https://crm.example/h"})).json()
    assert len(added["secret"]) > 40
    listed = await client.get("/api/webhooks")
    assert added["secret"] not in listed.text
    assert listed.json()["events"] == sorted(NAMES)
    manager = await world.as_staff("lin.xiaolan")
    assert (
        await manager.post("/api/webhooks", json={"url": "https://x.example"})
    ).status_code == 403
    assert (await manager.get("/api/webhooks")).json()["webhooks"] == []  # all branches: not theirs
    for body, code in (
        ({"url": "http://crm.example/h"}, "bad_webhook_url"),
        ({"url": "https://user:pass@crm.example/h"}, "bad_webhook_url"),
        ({"url": "file:///etc/passwd"}, "bad_webhook_url"),
        ({"url": "https://crm.example", "events": ["everything"]}, "unknown_webhook_event"),
        ({"url": "https://crm.example", "branch": "moon"}, "no_such_branch"),
    ):
        refused = await client.post("/api/webhooks", json=body)
        assert refused.json()["error"]["code"] == code


@pytest.mark.shows("R050", part="a ticket from another system, safe to repeat")
async def test_another_system_takes_a_ticket_once_however_often_it_asks(world: World) -> None:
    hall = world.app.parts.service("hall", HallService)
    await hall.open_day(EAST, SYSTEM)
    manager = await world.as_staff("zhou.qihang")
    body, key = {"services": [DEPOSIT]}, {"idempotency-key": "wechat-bank-20261118-0001"}
    first = await manager.post("/api/branches/east/tickets", json=body, headers=key)
    again = await manager.post("/api/branches/east/tickets", json=body, headers=key)
    assert first.json() == again.json()
    other = {"services": ["svc.transfer"]}
    reused = await manager.post("/api/branches/east/tickets", json=other, headers=key)
    assert reused.json()["error"]["code"] == "key_reused"
    assert (await hall.state(EAST)).issued == 1


# -- pure ----------------------------------------------------------------------------------------


def test_pauses_double_up_to_ten_minutes() -> None:
    assert [pause_ms(n) for n in (1, 2, 3, 9, 10, 40)] == [
        2_000, 4_000, 8_000, 512_000, 600_000, 600_000,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://crm.example/hook", True), ("http://10.1.2.3:8080/hook", True),
        ("http://localhost/hook", True), ("http://8.8.8.8/hook", False),
        ("http://[::1]:9/hook", True), ("https://", False), ("https://x.example:99999/", False),
        ("https://x.example/#token", False), ("https://x.example/" + "a" * 500, False),
    ],
)  # fmt: skip
def test_receivers_are_https_or_in_the_own_network(url: str, good: bool) -> None:
    assert is_good_url(url) == good


def test_the_signature_is_over_time_and_body() -> None:
    assert signature("s", b"{}", 7) == "t=7,v1=" + hmac.new(b"s", b"7.{}", "sha256").hexdigest()
    assert signature("s", b"{}", 8) != signature("s", b"{}", 7)
    assert len(NAMES) == len(TOLD)


async def test_what_became_of_each_event_is_shown_and_what_went_well_is_not_sent_again(
    world: World, receiver: Receiver
) -> None:
    sender, client = await quiet(world), await office(world)
    added = (await client.post("/api/webhooks", json={"url": receiver.url})).json()
    path = f"/api/webhooks/{added['webhook']}"
    await some_business(world)
    await drained(world, 5)
    assert await sender.send_due() == 1
    shown = (await client.get(f"{path}/deliveries")).json()["deliveries"]
    assert [(one["event"], one["state"]) for one in shown] == [
        ("ticket.finished", "waiting"), ("ticket.called", "waiting"), ("ticket.issued", "waiting"),
        ("counter.opened", "waiting"), ("day.opened", "delivered"),
    ]  # fmt: skip
    assert (await client.post(f"{path}/retry")).status_code == 204
    while await sender.send_due():
        pass
    assert len(receiver.got) == 5
    await sender.stop()


async def test_only_the_last_deliveries_are_kept(world: World, receiver: Receiver) -> None:
    sender, client = await quiet(world), await office(world)
    added = (await client.post("/api/webhooks", json={"url": receiver.url})).json()
    hall = world.app.parts.service("hall", HallService)
    await hall.open_day(EAST, SYSTEM)
    for _ in range(DELIVERED_KEPT + 5):
        await hall.issue_ticket(EAST, (DEPOSIT,), SYSTEM, channel=Channel.KIOSK)
    await drained(world, DELIVERED_KEPT + 6)
    while await sender.send_due():
        pass
    kept = await webhooks(world).deliveries(added["webhook"])
    assert len(receiver.got) == DELIVERED_KEPT + 6
    assert len(kept) == DELIVERED_KEPT
    assert {one.event for one in kept} == {"ticket.issued"}
    await sender.stop()


async def test_a_test_is_sent_at_once_signed_and_says_what_came_back(
    world: World, receiver: Receiver
) -> None:
    client = await office(world)
    added = (await client.post("/api/webhooks", json={"url": receiver.url})).json()
    path = f"/api/webhooks/{added['webhook']}"
    assert (await client.post(f"{path}/test")).json()["error"] == ""
    headers, sent = receiver.got[0]
    assert json.loads(sent)["event"] == "test"
    when, mac = headers["x-tingtang-signature"].split(",v1=")
    seconds = int(when.removeprefix("t="))
    assert signature(added["secret"], sent, seconds) == f"t={seconds},v1={mac}"
    receiver.status = 500
    assert (await client.post(f"{path}/test")).json()["error"] == "HTTP 500"
    assert (await client.get(f"{path}/deliveries")).json()["deliveries"] == []
