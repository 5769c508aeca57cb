"""What goes wrong with items: doors left open, seals, people at once, messages that come twice."""

import asyncio

import pytest

from tests.delivery.conftest import CABINET, DISPENSER, HANDLER, ID_NUMBER, OTHER, Branch
from tests.delivery.test_dispenser import call, held, ordered, stocked
from tests.delivery.test_items import actions, loaded, pick_up, sealed
from tingtang.delivery.model.cabinet import CellState
from tingtang.journeys.actions import Declined, Done


async def opened(branch: Branch, made: dict, trace: str = "t1", number: int = 2) -> None:
    """Its owner stands before the open door."""
    done = asyncio.create_task(
        actions(branch).pick_up(pick_up(branch, trace, made["pick_up_code"]))
    )
    await branch.opens(made["cell"], number)
    assert isinstance(await done, Done)


@pytest.mark.shows("R098", part="a door left open: told, and the cell used by nobody else")
async def test_a_door_left_open_keeps_its_cell_until_somebody_has_looked(branch: Branch) -> None:
    await branch.open_day()
    made = await loaded(branch)
    await opened(branch, made)
    branch.world.clock.advance(120_000)
    await branch.items.tend()
    await branch.items.tend()  # told once
    left = await branch.world.events("cabinet.cell_left_open")
    assert [one.event.cell for one in left] == [made["cell"]]
    again = await actions(branch).pick_up(pick_up(branch, "t2", made["pick_up_code"]))
    assert isinstance(again, Declined)
    assert again.words.zh
    assert again.words.en
    other = await sealed(branch, seal="S0002")
    body = {"device": CABINET, "seal": "S0002"}
    moved = await branch.post(HANDLER, f"items/{other['order']}/load", **body)
    assert moved["cell"] != made["cell"]
    path = f"cabinets/{CABINET}/cells/{made['cell']}/inspect"
    await branch.post(OTHER, path, is_full=False)
    await branch.status(made["order"], "settled")
    await branch.cell(made["cell"], None)
    refused = await branch.post(OTHER, path, 409, is_full=False)
    assert refused["error"]["code"] == "cell_not_in_doubt"


async def test_the_day_does_not_close_over_an_open_door(branch: Branch) -> None:
    made = await loaded(branch)
    await opened(branch, made)
    open_ = (await branch.get(HANDLER, "clearings"))["open"]
    assert f"{CABINET}: cell {made['cell']} must be looked into" in [one["en"] for one in open_]


@pytest.mark.shows("R098", part="messages that come twice")
async def test_what_a_cabinet_says_twice_happens_once(branch: Branch) -> None:
    made = await loaded(branch)
    await opened(branch, made)
    told = await branch.told("open_cell", 2)
    await branch.door("cell_closed", made["cell"], 2, occupied=False)
    await branch.status(made["order"], "settled")
    # The same messages again, and late answers of the command.
    await branch.door("cell_opened", made["cell"], 2)
    await branch.door("cell_closed", made["cell"], 2, occupied=False)
    for step in ("done", "failed"):
        await branch.answer(CABINET, told, step)
    await branch.status(made["order"], "settled")
    await branch.cell(made["cell"], None)
    picked = await branch.world.events("item.item_picked_up")
    assert len(picked) == 1
    assert not await branch.world.events("cabinet.cell_forced")


async def test_a_message_of_an_earlier_opening_empties_no_cell(branch: Branch) -> None:
    made = await loaded(branch)
    done = asyncio.create_task(actions(branch).pick_up(pick_up(branch, "t1", made["pick_up_code"])))
    call_ = await branch.told("open_cell", 2)
    await branch.door("cell_closed", made["cell"], 90, occupied=False)  # before it was open
    await branch.status(made["order"], "released")
    await branch.door("cell_opened", made["cell"], 91)
    await branch.answer(CABINET, call_, "done")
    assert isinstance(await done, Done)
    await branch.cell(made["cell"], CellState.OPEN)


@pytest.mark.shows("R102", part="the same request twice opens one door")
async def test_the_same_pick_up_asked_twice_opens_one_door(branch: Branch) -> None:
    made = await loaded(branch)
    await opened(branch, made)
    again = await actions(branch).pick_up(pick_up(branch, "t1", made["pick_up_code"]))
    assert isinstance(again, Done)
    assert again.data["cell"] == made["cell"]
    assert len([1 for _, one in branch.link.sent if one.name == "open_cell"]) == 2


@pytest.mark.shows("R104", part="what a dispenser says twice counts once")
async def test_a_number_told_twice_is_used_up_once(branch: Branch) -> None:
    numbers = await stocked(branch)
    order, _ = await ordered(branch)
    done = asyncio.create_task(actions(branch).dispense(call(branch, "d1", order)))
    told = await branch.told("dispense")
    for number in (numbers[0], numbers[1]):
        await branch.answer(DISPENSER, told, "done", number=number)
    result = await done
    assert isinstance(result, Done)
    assert result.data["number"] == numbers[0]
    await branch.status(order, "settled")
    assert await held(branch) == 2
    again = await actions(branch).dispense(call(branch, "d1", order))
    assert isinstance(again, Done)
    assert again.data["number"] == numbers[0]


@pytest.mark.shows("R113", part="two who confirm at once book once")
async def test_two_who_confirm_a_movement_at_once_book_it_once(branch: Branch) -> None:
    numbers = await stocked(branch, 2)
    void = {"kind": "debit_card", "first": numbers[0], "last": numbers[0],
            "from_holder": f"machine:{DISPENSER}", "reason": "磁条损坏"}  # fmt: skip
    task = (await branch.post(HANDLER, "vouchers", **void))["task"]
    people = [await branch.person(OTHER), await branch.person("lin.xiaolan")]
    path = f"/api/branches/east/vouchers/{task}/confirm"
    answers = await asyncio.gather(*(one.post(path) for one in people))
    assert sorted(one.status_code for one in answers)[0] == 201
    assert {one.json()["error"]["code"] for one in answers if one.status_code != 201} <= {
        "voucher_task_over"
    }
    assert await held(branch) == 1


async def test_two_who_hand_over_at_once_hand_over_once(branch: Branch) -> None:
    made = await sealed(branch, how="counter")
    await branch.items.orders.state(made["order"])
    listed = await branch.get(HANDLER, "items")
    assert listed["items"][0]["status"] in {"stocked", "sealed"}
    order = await branch.post("chen.yutong", "items", kind="letter", how="counter",
                              id_number=ID_NUMBER, name="王小明")  # fmt: skip
    one = f"items/{order['order']}"
    await branch.post(HANDLER, f"{one}/stock", numbers=[])
    await branch.post(HANDLER, f"{one}/lay-ready")
    people = [await branch.person(HANDLER), await branch.person(OTHER)]
    body = {"id_number": ID_NUMBER, "code": order["pick_up_code"]}
    path = f"/api/branches/east/{one}/hand-over"
    answers = await asyncio.gather(*(who.post(path, json=body) for who in people))
    assert sorted(answer.status_code for answer in answers)[0] == 201
    assert len(await branch.world.events("item.item_picked_up")) == 1
