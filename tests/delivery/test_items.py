"""Items over HTTP: from the order to the hand-over, the cabinet played by the test."""

import asyncio

import msgspec
import pytest

from tests.delivery.conftest import CABINET, HANDLER, ID_NUMBER, MANAGER, OTHER, TRADER, Branch
from tests.http.world import PASSWORD
from tingtang.delivery.actions import DeliveryActions
from tingtang.delivery.dispensers import Dispensers
from tingtang.delivery.model.cabinet import CellState
from tingtang.delivery.model.item_events import ItemCancelled, ItemOrdered
from tingtang.delivery.model.kinds import How, ItemKind
from tingtang.delivery.screens import Screens
from tingtang.delivery.views import line
from tingtang.journeys.actions import Call, Declined, Done
from tingtang.journeys.model.scenario import Channel
from tingtang.kernel.clock import DAY_MS, HOUR_MS
from tingtang.kernel.ids import BranchId, JourneyId
from tingtang.kernel.text import Text

ORDER = {
    "kind": "parcel", "how": "locker", "id_number": ID_NUMBER, "name": "王小明",
    "phone": "13800138000",
}  # fmt: skip


async def sealed(branch: Branch, seal: str = "S0001", **more: object) -> dict:
    made = await branch.post(TRADER, "items", **{**ORDER, **more})
    await branch.post(HANDLER, f"items/{made['order']}/stock", numbers=[])
    await branch.post(HANDLER, f"items/{made['order']}/seal", seal=seal)
    return made


async def loaded(branch: Branch, seal: str = "S0001", number: int = 1, **more: object) -> dict:
    made = await sealed(branch, seal, **more)
    body = {"device": CABINET, "seal": seal}
    moved = await branch.post(HANDLER, f"items/{made['order']}/load", **body)
    cell = moved["cell"]
    await branch.opens(cell, number)
    await branch.door("cell_closed", cell, number, occupied=True)
    await branch.cell(cell, CellState.FULL)
    await branch.status(made["order"], "ready")
    return {**made, "cell": cell}


def pick_up(branch: Branch, trace: str, code: str, **more: object) -> Call:
    return Call(
        journey=JourneyId("j"), branch=BranchId("east"), scenario="item_pickup", step="s",
        trace=trace, inputs={"id_number": ID_NUMBER, "code": code, **more}, known={},
        channel=Channel.KIOSK, holder="terminal:k1", visit=None, customer=None, again=False,
    )  # fmt: skip


def actions(branch: Branch) -> DeliveryActions:
    parts = branch.world.app.parts
    screens = Screens(branch.items, branch.devices)
    dispensers = parts.service("dispensers", Dispensers)
    return DeliveryActions(branch.items, dispensers, screens, parts.log)


@pytest.mark.shows("R096")
@pytest.mark.shows("R097", part="stored in a cell and issued out of it")
@pytest.mark.shows("R098")
@pytest.mark.shows("R101")
@pytest.mark.shows("R102")
@pytest.mark.shows("R110")
@pytest.mark.shows("R111")
async def test_a_sealed_parcel_goes_into_a_cell_and_out_against_paper_and_code(
    branch: Branch,
) -> None:
    made = await loaded(branch)
    await branch.status(made["order"], "ready")
    perform = actions(branch).pick_up
    done = asyncio.create_task(perform(pick_up(branch, "t1", made["pick_up_code"])))
    await branch.opens(made["cell"], 2)
    result = await done
    assert isinstance(result, Done)
    assert result.data["cell"] == made["cell"]
    await branch.door("cell_closed", made["cell"], 2, occupied=False)
    await branch.status(made["order"], "settled")
    await branch.cell(made["cell"], None)
    trail = await branch.get(HANDLER, f"items/{made['order']}/trail")
    steps = [one["what"]["zh"] for one in trail["lines"]]
    assert steps == [
        "下单", "备货出库", "封包", "开格存入", "已存入", "待领取", "核验通过，放行", "已领取", "结清",
    ]  # fmt: skip
    lines = {one["what"]["zh"]: one for one in trail["lines"]}
    assert (lines["封包"]["by"]["zh"], lines["封包"]["detail"]) == ("何佳欣", "S0001")
    assert lines["已存入"]["where"]["zh"] == f"{CABINET} {made['cell']}号格"
    assert lines["已存入"]["where"]["en"] == f"{CABINET} cell {made['cell']}"
    assert lines["已领取"]["by"]["zh"] == "k1"
    assert lines["下单"]["by"]["zh"] == "陈雨桐"
    assert "110105" not in str(trail)


@pytest.mark.shows("R101", part="wrong seal")
async def test_a_wrong_seal_opens_no_door_and_the_hall_is_told(branch: Branch) -> None:
    await branch.open_day()
    made = await sealed(branch)
    body = {"device": CABINET, "seal": "S9999"}
    refused = await branch.post(HANDLER, f"items/{made['order']}/load", 409, **body)
    assert refused["error"]["code"] == "wrong_seal"
    assert "open_cell" not in [call.name for _, call in branch.link.sent]
    assert not (await branch.items.cabinets.state(CABINET)).cells
    trail = await branch.get(HANDLER, f"items/{made['order']}/trail")
    assert trail["lines"][-1]["what"]["zh"] == "封签不符，拒绝入柜"
    for _ in range(6000):
        raised = await branch.world.events("task.task_raised")
        if raised:
            break
        await asyncio.sleep(0.01)
    assert any(one.event.about.startswith("seal:") for one in raised)


@pytest.mark.shows("R112", part="a second person signs for the door of a locker")
async def test_a_second_person_signs_for_the_door(branch: Branch) -> None:
    head = await branch.person("gao.mingyuan")
    body: dict = {"values": {"two_to_open": True}}
    saved = await head.put("/api/branches/east/settings/delivery", json=body)
    assert saved.status_code == 200, saved.text
    made = await sealed(branch)
    path = f"items/{made['order']}/load"
    body = {"device": CABINET, "seal": "S0001"}
    refused = await branch.post(HANDLER, path, 403, **body)
    assert refused["error"]["code"] == "witness_needed"
    for witness, code in ((HANDLER, "two_people"), (TRADER, "trade_and_delivery_same_person")):
        who = {"witness": witness, "password": PASSWORD}
        refused = await branch.post(HANDLER, path, 403, **body, **who)
        assert refused["error"]["code"] == code
    wrong = {"witness": OTHER, "password": "no"}
    await branch.post(HANDLER, path, 401, **body, **wrong)
    assert "open_cell" not in [call.name for _, call in branch.link.sent]
    moved = await branch.post(HANDLER, path, **body, witness=OTHER, password=PASSWORD)
    await branch.opens(moved["cell"], 1)
    trail = await branch.get(HANDLER, f"items/{made['order']}/trail")
    lines = {one["what"]["zh"]: one for one in trail["lines"]}
    assert lines["开格存入"]["by"] == {"zh": "何佳欣、梁子豪", "en": "何佳欣 and 梁子豪"}


async def test_head_office_sees_all_branches_and_a_branch_its_own(branch: Branch) -> None:
    await sealed(branch)
    head = await branch.person("gao.mingyuan")
    shown = (await head.get("/api/delivery/overview")).json()["branches"]
    assert len(shown) > 1
    east = next(one for one in shown if one["branch"] == "east")
    assert east["counts"] == {"sealed": 1}
    assert (east["doubtful"], east["is_day_closed"]) == (0, False)
    teller = await branch.person(HANDLER)
    shown = (await teller.get("/api/delivery/overview")).json()["branches"]
    assert [one["branch"] for one in shown] == ["east"]


async def test_a_seal_number_is_used_once(branch: Branch) -> None:
    await sealed(branch)
    made = await branch.post(TRADER, "items", **ORDER)
    await branch.post(HANDLER, f"items/{made['order']}/stock", numbers=[])
    refused = await branch.post(HANDLER, f"items/{made['order']}/seal", 409, seal="S0001")
    assert refused["error"]["code"] == "seal_used"


@pytest.mark.shows("R112")
async def test_the_two_legs_block_each_other(branch: Branch) -> None:
    made = await branch.post(TRADER, "items", **{**ORDER, "how": "counter", "is_trade_done": False})
    one = f"items/{made['order']}"
    refused = await branch.post(TRADER, f"{one}/stock", 403, numbers=[])
    assert refused["error"]["code"] == "trade_and_delivery_same_person"
    await branch.post(HANDLER, f"{one}/stock", numbers=[])
    await branch.post(HANDLER, f"{one}/lay-ready")
    paper = {"id_number": ID_NUMBER, "code": made["pick_up_code"]}
    refused = await branch.post(HANDLER, f"{one}/hand-over", 404, **paper)
    assert refused["error"]["code"] == "nothing_ready"  # before the trade is done
    refused = await branch.post(HANDLER, f"{one}/trade", 403, trace="x1")
    assert refused["error"]["code"] == "delivery_and_trade_same_person"
    refused = await branch.post(OTHER, f"{one}/settle", 409)
    assert refused["error"]["code"] == "not_handed_over"
    await branch.post(TRADER, f"{one}/trade", trace="x1")
    refused = await branch.post(TRADER, f"{one}/hand-over", 403, **paper)
    assert refused["error"]["code"] == "trade_and_delivery_same_person"
    await branch.post(HANDLER, f"{one}/hand-over", **paper)
    refused = await branch.post(HANDLER, f"{one}/settle", 403)
    assert refused["error"]["code"] == "delivery_and_trade_same_person"
    await branch.post(TRADER, f"{one}/settle")
    await branch.status(made["order"], "settled")


@pytest.mark.shows("R102", part="wrong tries are bounded")
async def test_five_wrong_codes_lock_it_until_a_manager_looks(branch: Branch) -> None:
    made = await loaded(branch)
    wrong = f"{(int(made['pick_up_code']) + 1) % 10**6:06d}"
    perform = actions(branch).pick_up
    for n in range(5):
        result = await perform(pick_up(branch, f"w{n}", wrong))
        assert isinstance(result, Declined)
        assert result.code == "not_recognised"
    result = await perform(pick_up(branch, "w6", made["pick_up_code"]))
    assert isinstance(result, Declined)
    assert result.code == "pick_up_locked"
    await branch.post(HANDLER, f"items/{made['order']}/unlock", 403)
    await branch.post(MANAGER, f"items/{made['order']}/unlock")
    done = asyncio.create_task(perform(pick_up(branch, "w7", made["pick_up_code"])))
    await branch.opens(made["cell"], 2)
    assert isinstance(await done, Done)


async def test_another_paper_finds_nothing(branch: Branch) -> None:
    made = await loaded(branch)
    call = pick_up(branch, "t", made["pick_up_code"], id_number="110101199003074514")
    result = await actions(branch).pick_up(call)
    assert isinstance(result, Declined)
    assert result.code == "nothing_ready"


@pytest.mark.shows("R098", part="a door that does not answer")
async def test_an_unknown_outcome_frees_no_cell_until_somebody_has_looked(branch: Branch) -> None:
    made = await loaded(branch)
    perform = actions(branch).pick_up
    done = asyncio.create_task(perform(pick_up(branch, "t1", made["pick_up_code"])))
    await branch.told("open_cell", 2)
    branch.world.clock.advance(HOUR_MS)
    await branch.devices.look()
    result = await done
    assert isinstance(result, Declined)
    assert result.code == "door_unknown"
    await branch.cell(made["cell"], CellState.DOUBT)
    await branch.status(made["order"], "released")
    again = await perform(pick_up(branch, "t2", made["pick_up_code"]))
    assert isinstance(again, Declined)
    branch.people.clear()  # their sessions have ended
    path = f"cabinets/{CABINET}/cells/{made['cell']}/inspect"
    await branch.post(HANDLER, path, is_full=True)
    await branch.status(made["order"], "ready")
    await branch.cell(made["cell"], CellState.FULL)


async def test_who_leaves_it_in_the_cell_can_come_again(branch: Branch) -> None:
    made = await loaded(branch)
    perform = actions(branch).pick_up
    done = asyncio.create_task(perform(pick_up(branch, "t1", made["pick_up_code"])))
    await branch.opens(made["cell"], 2)
    await done
    await branch.door("cell_closed", made["cell"], 2, occupied=True)
    await branch.status(made["order"], "ready")
    done = asyncio.create_task(perform(pick_up(branch, "t2", made["pick_up_code"])))
    await branch.opens(made["cell"], 3)
    assert isinstance(await done, Done)


async def test_two_at_once_open_one_door(branch: Branch) -> None:
    made = await loaded(branch)
    perform = actions(branch).pick_up
    both = [
        asyncio.create_task(perform(pick_up(branch, trace, made["pick_up_code"])))
        for trace in ("a", "b")
    ]
    await branch.opens(made["cell"], 2)
    results = await asyncio.gather(*both)
    assert sorted(type(one).__name__ for one in results) == ["Declined", "Done"]
    assert len([1 for _, call in branch.link.sent if call.name == "open_cell"]) == 2


@pytest.mark.shows("R110", part="expiry and return")
async def test_what_nobody_fetches_is_reminded_of_expires_and_goes_back(branch: Branch) -> None:
    made = await loaded(branch)
    await branch.status(made["order"], "ready")
    branch.world.clock.advance(6 * DAY_MS + HOUR_MS)
    await branch.items.tend()
    branch.world.clock.advance(DAY_MS)
    await branch.items.tend()
    await branch.status(made["order"], "expired")
    result = await actions(branch).pick_up(pick_up(branch, "t", made["pick_up_code"]))
    assert isinstance(result, Declined)
    branch.people.clear()  # their sessions have ended
    await branch.beat(CABINET)
    await branch.post(OTHER, f"items/{made['order']}/take-back")
    await branch.opens(made["cell"], 2)
    await branch.door("cell_closed", made["cell"], 2, occupied=False)
    await branch.status(made["order"], "returned")
    await branch.cell(made["cell"], None)
    await branch.post(TRADER, f"items/{made['order']}/settle")
    sent = [one.event.template for one in await branch.world.events("message.message_queued")]
    assert sent == ["item_ready", "item_reminder", "item_expired"]


@pytest.mark.shows("R098", part="door left open, forced door")
async def test_a_door_left_open_and_a_forced_one_become_tasks(branch: Branch) -> None:
    await branch.open_day()
    made = await loaded(branch)
    done = asyncio.create_task(actions(branch).pick_up(pick_up(branch, "t1", made["pick_up_code"])))
    await branch.opens(made["cell"], 2)
    await done
    branch.world.clock.advance(120_000)
    await branch.items.tend()
    await branch.door("cell_opened", 9, 3)
    for _ in range(6000):
        raised = {one.event.about for one in await branch.world.events("task.task_raised")}
        if len(raised) == 2:
            break
        await asyncio.sleep(0.01)
    assert raised == {f"cell:{CABINET}:{made['cell']}", f"cell:{CABINET}:9"}


@pytest.mark.shows("R099")
async def test_mail_goes_out_sealed_with_a_tracking_number_and_is_settled_on_its_receipt(
    branch: Branch,
) -> None:
    mail = {**ORDER, "how": "mail", "kind": "card"}
    refused = await branch.post(TRADER, "items", 422, **mail)
    assert refused["error"]["code"] == "address_needed"
    made = await sealed(branch, how="mail", kind="card", address="海城市东门路 1 号")
    one = f"items/{made['order']}"
    await branch.post(HANDLER, f"{one}/post", carrier="邮政", tracking="EX123456789CN")
    refused = await branch.post(TRADER, f"{one}/settle", 409)
    assert refused["error"]["code"] == "not_handed_over"
    listed = (await branch.get(HANDLER, "items"))["items"][0]
    assert listed["tracking"] == "EX123456789CN"
    assert listed["receiver"] == "王*明"
    await branch.post(HANDLER, f"{one}/receipt")
    await branch.post(TRADER, f"{one}/settle")
    everything = str([one.event for one in await branch.world.app.parts.log.read_after(0, 10_000)])
    assert "东门路" not in everything
    assert ID_NUMBER not in everything


async def test_a_restart_follows_the_door_that_was_told_and_opens_no_other(
    branch: Branch,
) -> None:
    made = await loaded(branch)
    task = asyncio.create_task(actions(branch).pick_up(pick_up(branch, "t1", made["pick_up_code"])))
    call = await branch.told("open_cell", 2)
    await branch.items.cabinets.stop()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await branch.items.cabinets.start()
    await branch.answer(CABINET, call, "done")
    await branch.cell(made["cell"], CellState.OPEN)
    assert len([1 for _, told in branch.link.sent if told.name == "open_cell"]) == 2


async def test_what_people_write_of_an_item_is_sealed_and_erased_in_time(branch: Branch) -> None:
    said, why = "王小明的结婚礼金卡", "王小明本人不要了"
    body = {"kind": "card", "how": "counter", "id_number": ID_NUMBER, "note": said}
    made = await branch.post(TRADER, "items", **body)
    row = next(
        x for x in (await branch.get(TRADER, "items"))["items"] if x["order"] == made["order"]
    )
    assert row["note"] == said
    await branch.post(TRADER, f"items/{made['order']}/cancel", reason=why)
    trail = await branch.get(TRADER, f"items/{made['order']}/trail")
    assert trail["lines"][-1]["detail"] == why
    everything = b"".join(p.read_bytes() for p in branch.world.folder.glob("tingtang.db*"))
    assert said.encode() not in everything
    assert why.encode() not in everything
    branch.world.clock.advance(3650 * DAY_MS)
    await branch.items.tend()
    kept = await branch.items.orders.receiver(made["order"])
    assert (kept.note, kept.cancel_reason) == ("", "")


def test_orders_that_were_written_before_say_what_they_said() -> None:
    old = ItemOrdered(kind=ItemKind.CARD, how=How.COUNTER, keep_ms=1, note="金卡")
    assert msgspec.json.decode(msgspec.json.encode(old), type=ItemOrdered).note == "金卡"
    shown = line("item.item_cancelled", 0, Text(""), ItemCancelled(by="x", reason="不要了"), {}, "")
    assert shown.detail == "不要了"
