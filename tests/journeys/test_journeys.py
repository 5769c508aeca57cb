"""Journeys over HTTP: answered step by step, taken back, moved, and never done twice."""

import asyncio
import hashlib
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.http.world import make_app
from tests.journeys.conftest import Office, Terminal, until
from tests.journeys.flows import asks, calls, does, line
from tingtang.journeys import performing
from tingtang.journeys.actions import Declined, Done, Later, Unclear
from tingtang.journeys.service import VIEW
from tingtang.kernel.errors import BUSY, Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import JourneyId
from tingtang.kernel.log import Append, Appended
from tingtang.kernel.permissions import GRANTS, Actor, ActorKind, Role
from tingtang.kernel.text import Text

ACCOUNT = 'name="account" kind="choice" zh="账户" en="Account" options="[\'6222\', \'6228\']"'
AMOUNT = 'name="amount" kind="amount" zh="金额" en="Amount" least="100" most="5000000"'
PIN = 'name="pin" kind="digits" zh="密码" en="PIN" sensitivity="c3"'
TRANSFER = {
    "transfer.bpmn": line(
        "transfer",
        asks("choose", ACCOUNT),
        asks("amount", AMOUNT, title="从 {masked(choose.account)} 转出"),
        does("send", "test.send", account="choose.account", amount="amount.amount"),
        asks(
            "receipt",
            rows='<tt:row zh="凭证号" en="Voucher" value="send.voucher"/>',
            attributes='kind="receipt"',
        ),
    )
}


class Screen:
    """Watches a live view."""

    def __init__(self) -> None:
        self.seen: list[dict] = []

    def send(self, message: bytes) -> None:
        self.seen.append(msgspec.json.decode(message))


def waiting_for(lock: asyncio.Lock) -> int:
    return len(lock._waiters or ())


@pytest.mark.shows("R013", part="journey")
async def test_business_goes_step_by_step_to_its_end(office: Office) -> None:
    send = office.play("test.send")
    send.results.append(Done({"voucher": "V1"}))
    await office.install("transfer", TRANSFER)
    kiosk = await office.kiosk()
    view = await kiosk.begin("transfer")
    assert [f["name"] for f in view["screen"]["fields"]] == ["account"]
    view = await kiosk.answer(view, account="6222")
    assert view["screen"]["title"]["zh"] == "从 **** 转出"
    view = await kiosk.answer(view, amount=120_00)
    assert view["screen"]["rows"] == [
        {"label": {"zh": "凭证号", "en": "Voucher"}, "value": {"zh": "V1", "en": ""}}
    ]
    assert send.calls[0].inputs == {"account": "6222", "amount": 120_00}
    view = await kiosk.answer(view)
    assert view["status"] == "done"
    recorded = await office.world.app.parts.log.read_stream(f"journey/{view['journey']}")
    kinds = [one.type.removeprefix("journey.") for one in recorded]
    assert kinds == [
        "journey_started", "step_answered", "step_answered", "action_begun", "action_ended",
        "step_answered", "journey_ended",
    ]  # fmt: skip


async def test_wrong_answers_are_refused_by_field_and_nothing_moves(office: Office) -> None:
    office.play("test.send")
    await office.install("transfer", TRANSFER)
    kiosk = await office.kiosk()
    view = await kiosk.begin("transfer")
    for values, words in (
        ({}, "请选择一项"),
        ({"account": "9999"}, "请从选项中选择"),
    ):
        refused = await kiosk.try_answer(view, **values)
        assert refused.status_code == 422
        assert words in refused.json()["error"]["message"]
    view = await kiosk.answer(view, account="6228")
    for amount, words in ((99, "1.00"), (5_000_001, "50,000.00"), ("12", "数字"), (True, "数字")):
        refused = await kiosk.try_answer(view, amount=amount)
        assert words in refused.json()["error"]["message"]
    assert (await kiosk.see(view))["screen"]["step"] == view["screen"]["step"]


async def test_the_same_answer_sent_twice_holds_once(office: Office) -> None:
    send = office.play("test.send")
    await office.install("transfer", TRANSFER)
    kiosk = await office.kiosk()
    view = await kiosk.begin("transfer")
    view = await kiosk.answer(view, account="6222")
    body = {"step": view["screen"]["step"], "values": {"amount": 500}}
    headers = {"Idempotency-Key": "one"}
    path = f"/api/journeys/{view['journey']}/answers"
    first, second = await asyncio.gather(
        *(kiosk.http.post(path, json=body, headers=headers) for _ in range(2))
    )
    assert {first.status_code, second.status_code} <= {201, 409}
    again = await kiosk.http.post(path, json=body, headers=headers)
    assert again.status_code == 201
    assert len(send.calls) == 1
    without_key = await kiosk.http.post(path, json=body)
    assert without_key.json()["error"]["code"] == "step_passed"


async def test_an_answer_can_be_taken_back_until_something_was_done(office: Office) -> None:
    office.play("test.send").results.append(Done({"voucher": "V1"}))
    await office.install("transfer", TRANSFER)
    kiosk = await office.kiosk()
    view = await kiosk.begin("transfer")
    assert not view["can_go_back"]
    assert (await kiosk.do(view, "back")).json()["error"]["code"] == "no_way_back"
    view = await kiosk.answer(view, account="6222")
    view = (await kiosk.do(view, "back")).json()
    assert view["screen"]["fields"][0]["name"] == "account"
    view = await kiosk.answer(view, account="6228")
    view = await kiosk.answer(view, amount=100)
    assert office.played["test.send"].calls[0].inputs["account"] == "6228"
    assert not view["can_go_back"]
    assert (await kiosk.do(view, "back")).json()["error"]["code"] == "no_way_back"


async def test_an_answer_that_comes_while_another_is_taken_back_is_not_of_that_screen_any_more(
    office: Office,
) -> None:
    send = office.play("test.send")
    await office.install("transfer", TRANSFER)
    kiosk = await office.kiosk()
    view = await kiosk.answer(await kiosk.begin("transfer"), account="6222")
    opened = await office.journeys.store.get(JourneyId(view["journey"]))
    async with opened.lock:
        going_back = asyncio.create_task(kiosk.do(view, "back"))
        await until(lambda: waiting_for(opened.lock) == 1)
        answering = asyncio.create_task(kiosk.try_answer(view, amount=100))
        await until(lambda: waiting_for(opened.lock) == 2)
    back, answered = await asyncio.gather(going_back, answering)
    assert back.status_code == 201
    assert answered.json()["error"]["code"] == "step_passed"
    office.journeys.store.drop(await office.journeys.store.get(JourneyId(view["journey"])))
    view = await kiosk.see(view)
    assert view["screen"]["fields"][0]["name"] == "account", "the log can be walked again"
    assert not send.calls


async def test_what_came_of_an_action_is_written_down_though_the_first_try_to_walk_on_failed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run had gone on when it failed: the second try must not begin where that one stopped."""
    send = office.play("test.send")
    send.results += [Done({"voucher": "V1"})] * 2
    await office.install("transfer", TRANSFER)
    monkeypatch.setattr(performing, "AGAIN_SECONDS", (0.001,))
    follows, failures = performing.what_follows, [RuntimeError("broken")]

    def failing(*given: Any) -> list[Event]:
        if failures:
            raise failures.pop()
        return follows(*given)

    monkeypatch.setattr(performing, "what_follows", failing)
    kiosk = await office.kiosk()
    view = await kiosk.answer(await kiosk.begin("transfer"), account="6222")
    view = await kiosk.answer(view, amount=100)

    async with asyncio.timeout(5):
        while (view := await kiosk.see(view))["status"] != "open":
            await asyncio.sleep(0.01)
    assert view["screen"]["kind"] == "receipt"
    assert len({call.trace for call in send.calls}) == 1


async def test_a_screen_follows_a_journey_that_is_not_in_memory_any_more(office: Office) -> None:
    await office.install("transfer", TRANSFER)
    kiosk = await office.kiosk()
    view = await kiosk.begin("transfer")
    store, live = office.journeys.store, office.world.app.parts.live
    opened = await store.get(JourneyId(view["journey"]))
    store.drop(opened)
    _, _, id_ = opened.journey.holder.partition(":")
    actor = Actor(
        ActorKind.TERMINAL, id_, permissions=GRANTS[Role.KIOSK], branches=frozenset({"east"})
    )
    screen = Screen()
    await live.watch(VIEW, f"east/{opened.journey.id}/{opened.journey.holder}", actor, screen, None)
    assert screen.seen[0]["data"]["journey"] == opened.journey.id
    with pytest.raises(Refused):
        await live.watch(VIEW, f"east/unknown/{opened.journey.holder}", actor, screen, None)


async def test_going_back_and_trying_again_count_once_however_often_they_are_sent(
    office: Office,
) -> None:
    send = office.play("test.send")
    send.results += [Declined("no", Text("不行", "No")), Done({"voucher": "V1"})]
    await office.install("transfer", TRANSFER)
    kiosk = await office.kiosk()
    view = await kiosk.answer(await kiosk.begin("transfer"), account="6222")
    path = f"/api/journeys/{view['journey']}"
    once = {"Idempotency-Key": "b1"}
    for _ in range(2):
        back = await kiosk.http.post(f"{path}/back", headers=once)
        assert back.status_code == 201
        assert back.json()["screen"]["fields"][0]["name"] == "account"
    view = await kiosk.answer(back.json(), account="6222")
    late = await kiosk.http.post(f"{path}/back", headers=once)  # it comes once more, by itself
    assert late.json()["screen"]["fields"][0]["name"] == "amount"
    view = await kiosk.answer(view, amount=100)
    assert view["refusal"]["code"] == "no"
    for _ in range(2):
        again = await kiosk.http.post(f"{path}/retry", headers={"Idempotency-Key": "r1"})
        assert again.status_code == 201
    assert len(send.calls) == 2
    assert again.json()["screen"]["kind"] == "receipt"


async def test_a_refusal_is_told_and_can_be_mended(office: Office) -> None:
    send = office.play("test.send")
    send.results += [
        Declined("no_money", Text("余额不足", "Not enough money")),
        Done({"voucher": "V"}),
    ]
    await office.install("transfer", TRANSFER)
    kiosk = await office.kiosk()
    view = await kiosk.begin("transfer")
    view = await kiosk.answer(view, account="6222")
    view = await kiosk.answer(view, amount=100_00)
    assert view["refusal"]["words"]["zh"] == "余额不足"
    assert view["screen"] is None
    office.journeys.store.drop(await office.journeys.store.get(JourneyId(view["journey"])))
    assert (await kiosk.see(view))["refusal"] == view["refusal"], "read again from disk"
    view = (await kiosk.do(view, "back")).json()
    view = await kiosk.answer(view, amount=1_00)
    assert view["screen"]["kind"] == "receipt"
    assert [call.inputs["amount"] for call in send.calls] == [100_00, 1_00]
    assert len({call.trace for call in send.calls}) == 2


async def test_what_gives_no_answer_is_asked_after_under_the_same_trace(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tingtang.journeys.performing.AGAIN_SECONDS", (0.0,))
    send = office.play("test.send")
    send.results += [Unclear(), Unclear(), Done({"voucher": "V"})]
    await office.install("transfer", TRANSFER)
    kiosk = await office.kiosk()
    view = await kiosk.begin("transfer")
    view = await kiosk.answer(view, account="6222")
    view = await kiosk.answer(view, amount=100)
    await until(lambda: len(send.calls) == 3)
    assert len({call.trace for call in send.calls}) == 1
    assert [call.again for call in send.calls] == [False, True, True]
    await until(
        lambda: not office.journeys.store.in_memory(JourneyId(view["journey"])).journey.pending
    )
    assert (await kiosk.see(view))["screen"]["kind"] == "receipt"


async def test_nobody_else_sees_a_journey_but_staff_of_the_branch_may_serve(office: Office) -> None:
    office.play("test.send")
    await office.install("transfer", TRANSFER)
    kiosk, other = await office.kiosk(), await office.kiosk("k2")
    view = await kiosk.begin("transfer")
    assert (await other.http.get(f"/api/journeys/{view['journey']}")).status_code == 404
    assert (await other.try_answer(view, account="6222")).status_code == 404
    teller = await office.staff()
    assert (await teller.see(view))["journey"] == view["journey"]


@pytest.mark.shows("R014")
async def test_a_journey_moves_to_another_terminal_without_losing_a_field(office: Office) -> None:
    office.play("test.send")
    await office.install("transfer", TRANSFER)
    kiosk, other = await office.kiosk(), await office.kiosk("k2")
    view = await kiosk.begin("transfer")
    view = await kiosk.answer(view, account="6222")
    code = (await kiosk.do(view, "code")).json()
    taken = await other.http.post("/api/journeys/take", json={"code": code["url"]})
    assert taken.status_code == 201, taken.text
    assert taken.json()["screen"] == view["screen"]
    assert (await kiosk.http.get(f"/api/journeys/{view['journey']}")).status_code == 404
    moved = await other.answer(taken.json(), amount=100)
    assert office.played["test.send"].calls[0].inputs == {"account": "6222", "amount": 100}
    phone = Terminal(office.world.bearer((await other.do(moved, "code")).json()["code"]))
    seen = await phone.see(moved)
    assert seen["journey"] == view["journey"], "a phone that scans the code sees it"
    for wrong in ("c.abc", code["code"][:-3] + "xyz"):
        refused = await other.http.post("/api/journeys/take", json={"code": wrong})
        assert refused.json()["error"]["code"] == "handover_code_wrong"
    office.world.clock.advance(16 * 60_000)
    late = await kiosk.http.post("/api/journeys/take", json={"code": code["code"]})
    assert late.json()["error"]["code"] == "handover_code_wrong"


async def test_secrets_are_never_on_disk(office: Office) -> None:
    send = office.play("test.send")
    secret = {
        "secret.bpmn": line(
            "secret",
            asks("enter", PIN, ACCOUNT),
            does("send", "test.send", 'secret="block"', pin="enter.pin"),
            asks("end_screen", attributes='kind="notice"'),
        )
    }
    send.results.append(Done({"block": "13579135", "voucher": "V"}))
    await office.install("secret", secret)
    kiosk = await office.kiosk()
    view = await kiosk.begin("secret")
    view = await kiosk.answer(view, pin="864209", account="6222")
    assert send.calls[0].inputs == {"pin": "864209"}
    store = office.journeys.store
    opened = await store.get(JourneyId(view["journey"]))
    bodies = await store._bodies(opened.journey.id)
    assert all(body.pop("$terminal")["channel"] == "kiosk" for body in bodies.values())
    assert bodies[1] == {"pin": None, "account": "6222"}
    assert bodies[2] == {"block": None, "voucher": "V"}
    everything = b"".join(p.read_bytes() for p in office.world.folder.glob("tingtang.db*"))
    for clear in (b"864209", b"13579135", b'"6222"'):
        assert clear not in everything


async def test_no_digest_on_disk_gives_a_pin_away(office: Office) -> None:
    files = {"secret.bpmn": line("secret", asks("enter", PIN), asks("stop"))}
    await office.install("secret", files)
    kiosk = await office.kiosk()
    view = await kiosk.begin("secret")
    path = f"/api/journeys/{view['journey']}/answers"
    body = msgspec.json.encode({"step": view["screen"]["step"], "values": {"pin": "864209"}})
    headers = {"Idempotency-Key": "once", "content-type": "application/json"}
    for _ in range(2):  # the second is answered as the first
        assert (await kiosk.http.post(path, content=body, headers=headers)).status_code == 201
    with sqlite3.connect(office.world.folder / "tingtang.db") as database:
        stored = [row[0] for row in database.execute("select request from answers")]
    anybodys = hashlib.sha256(path.encode() + b"\0" + body).hexdigest()
    assert any(stored)
    assert not [one for one in stored if one and anybodys.startswith(one)]


async def test_what_was_under_way_at_a_crash_is_asked_after_and_done_once(
    office: Office, tmp_path: Path
) -> None:
    send = office.play("test.send")
    send.gate.clear()
    await office.install("transfer", TRANSFER)
    kiosk = await office.kiosk()
    view = await kiosk.begin("transfer")
    view = await kiosk.answer(view, account="6222")
    view = await kiosk.answer(view, amount=100)
    assert view["at_work"]["action"] == "test.send"
    assert (await kiosk.do(view, "cancel")).json()["error"]["code"] == "still_at_work"
    copied = tmp_path / "after"
    copied.mkdir()
    with sqlite3.connect(tmp_path / "tingtang.db") as source:
        source.execute("VACUUM INTO ?", (str(copied / "tingtang.db"),))
    shutil.copy2(tmp_path / "keys.json", copied)
    app = make_app(copied, office.world.clock)
    after = Office.__new__(Office)
    after.actions, after.played = app.parts.services["actions"], {}
    again = after.play("test.send")
    await app.start()
    try:
        await until(lambda: len(again.calls) == 1)
        assert again.calls[0].again
        assert again.calls[0].trace == send.calls[0].trace
        assert again.calls[0].inputs == send.calls[0].inputs
    finally:
        await app.stop()


async def test_somebody_else_may_decide_later_and_says_so_once(office: Office) -> None:
    send = office.play("test.send")
    send.results.append(Later())
    await office.install("transfer", TRANSFER)
    kiosk = await office.kiosk()
    view = await kiosk.begin("transfer")
    view = await kiosk.answer(view, account="6222")
    view = await kiosk.answer(view, amount=100)
    trace = send.calls[0].trace
    for _ in range(2):
        await office.journeys.resolve(JourneyId(view["journey"]), trace, Done({"voucher": "V"}))
    view = await kiosk.see(view)
    assert view["screen"]["kind"] == "receipt"


async def test_shared_steps_are_walked_where_they_are_called(office: Office) -> None:
    files = {
        "shared_name.bpmn": line(
            "shared_name",
            asks("ask", 'name="name" zh="姓名"', attributes='into="person"'),
            about="",
        ),
        "greet.bpmn": line(
            "greet",
            calls("who", "shared_name"),
            asks("hello", title="{masked_name(person.name)}，您好", attributes='kind="notice"'),
        ),
    }
    await office.install("greet", files)
    kiosk = await office.kiosk()
    view = await kiosk.begin("greet")
    view = await kiosk.answer(view, name="王小明")
    assert view["screen"]["title"]["zh"] == "王*明，您好"
    listed = (await kiosk.http.get("/api/branches/east/scenarios")).json()["entries"]
    assert "greet" in [entry["scenario"] for entry in listed]
    assert "shared_name" not in [entry["scenario"] for entry in listed]


async def test_a_running_journey_ends_on_the_version_it_began_with(office: Office) -> None:
    office.play("test.send")
    await office.install("transfer", TRANSFER)
    kiosk = await office.kiosk()
    view = await kiosk.begin("transfer")
    await office.install("transfer", {"transfer.bpmn": line("transfer", asks("other", ACCOUNT))}, 2)
    office.journeys.store.drop(await office.journeys.store.get(JourneyId(view["journey"])))
    view = await kiosk.answer(view, account="6222")
    assert view["screen"]["fields"][0]["name"] == "amount"
    new = await kiosk.begin("transfer")
    assert new["screen"]["step"].startswith("transfer/other")


async def test_what_nobody_goes_on_with_ends_and_is_erased_in_time(office: Office) -> None:
    office.play("test.send")
    await office.install("transfer", TRANSFER)
    kiosk = await office.kiosk()
    view = await kiosk.begin("transfer")
    view = await kiosk.answer(view, account="6222")
    housekeeping = office.world.app.parts.services["journey_housekeeping"]
    await housekeeping.tend()
    assert (await kiosk.see(view))["status"] == "open"
    office.world.clock.advance(121 * 60_000)
    await housekeeping.tend()
    opened = await office.journeys.store.get(JourneyId(view["journey"]))
    assert opened.journey.status == "expired"
    office.world.clock.advance(31 * 86_400_000)
    await housekeeping.tend()
    query = "select count(*) from journey_entries where body is not null"
    with sqlite3.connect(office.world.folder / "tingtang.db") as database:
        assert database.execute(query).fetchone() == (0,)


async def test_what_somebody_goes_on_with_in_the_last_moment_does_not_end(office: Office) -> None:
    office.play("test.send")
    await office.install("transfer", TRANSFER)
    kiosk = await office.kiosk()
    view = await kiosk.begin("transfer")
    housekeeping = office.world.app.parts.services["journey_housekeeping"]
    opened = await office.journeys.store.get(JourneyId(view["journey"]))
    office.world.clock.advance(121 * 60_000)
    async with opened.lock:
        answering = asyncio.create_task(kiosk.answer(view, account="6222"))
        await until(lambda: waiting_for(opened.lock) == 1)
        tending = asyncio.create_task(housekeeping.tend())
        await until(lambda: waiting_for(opened.lock) == 2)
    await asyncio.gather(answering, tending)
    view = await kiosk.see(view)
    assert view["status"] == "open"
    assert view["screen"]["fields"][0]["name"] == "amount"


async def test_nothing_is_seen_before_it_is_durable(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While an answer, or what came of an action, is on its way to disk, everybody still sees what
    was before; and what does not get there was never seen.
    """
    send, log = office.play("test.send"), office.world.app.parts.log
    await office.install("transfer", TRANSFER)
    kiosk = await office.kiosk()
    first = await kiosk.begin("transfer")
    append, begun, gate = log.append, asyncio.Event(), asyncio.Event()

    async def slow(one: Append) -> Appended:
        begun.set()
        await gate.wait()
        return await append(one)

    monkeypatch.setattr(log, "append", slow)
    answering = asyncio.create_task(kiosk.try_answer(first, account="6222"))
    await begun.wait()
    assert await kiosk.see(first) == first
    gate.set()
    second = (await answering).json()
    assert second["screen"]["step"] != first["screen"]["step"]
    send.gate.clear()
    answering = asyncio.create_task(kiosk.answer(second, amount=120_00))
    await until(lambda: send.calls)
    at_work = await kiosk.see(second)
    assert at_work["status"] == "at_work"
    begun.clear()
    gate.clear()
    send.results.append(Declined("no", Text("不行", "No")))
    send.gate.set()
    await begun.wait()
    assert await kiosk.see(second) == at_work
    gate.set()
    await answering
    assert (await kiosk.see(second))["refusal"]["code"] == "no"

    async def lost(_one: Append) -> Appended:
        raise Refused(BUSY)

    monkeypatch.setattr(log, "append", lost)
    opened = office.journeys.store.in_memory(JourneyId(second["journey"]))
    before = opened.journey.sequence
    assert (await kiosk.do(second, "retry")).status_code == BUSY.status
    assert (opened.journey.sequence, opened.journey.pending) == (before, {})
