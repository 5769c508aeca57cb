"""Dispensers: one item for one order, its number read on the way out and used up in the books."""

import asyncio
from random import Random

import msgspec
import pytest

from tests.delivery.conftest import DISPENSER, HANDLER, ID_NUMBER, OTHER, TRADER, Branch
from tests.delivery.test_items import actions, pick_up
from tests.devices.types import declared
from tingtang.bank.port import CoreBank
from tingtang.bank.trades import VoucherStock
from tingtang.delivery.vouchers import Vouchers
from tingtang.devices.virtual import hopper
from tingtang.devices.virtual.body import new_body
from tingtang.journeys.actions import Call, Declined, Done

MACHINE = f"machine:{DISPENSER}"


async def stocked(branch: Branch, count: int = 3) -> list[str]:
    """Cards of the vault move into the machine, asked for by one and confirmed by another."""
    vouchers = branch.world.app.parts.service("vouchers", Vouchers)
    first = next(one.first for one in await vouchers.stock("vault") if one.kind == "debit_card")
    prefix, number = first[:2], int(first[2:])
    last = f"{prefix}{number + count - 1:0{len(first) - 2}d}"
    body = {
        "kind": "debit_card", "first": first, "last": last, "from_holder": "vault",
        "to_holder": MACHINE,
    }  # fmt: skip
    task = await branch.post(TRADER, "vouchers", **body)
    refused = await branch.post(TRADER, f"vouchers/{task['task']}/confirm", 403)
    assert refused["error"]["code"] == "two_people"
    await branch.post(HANDLER, f"vouchers/{task['task']}/confirm")
    told = await branch.told("set_stock")
    assert told.parameters == {"module": "card_hopper", "first": first, "count": float(count)}
    await branch.answer(DISPENSER, told, "done")
    return [f"{prefix}{number + n:0{len(first) - 2}d}" for n in range(count)]


async def ordered(branch: Branch) -> tuple[str, str]:
    inputs = {"kind": "card", "how": "dispenser", "name": "王小明"}
    result = await actions(branch).order(pick_up(branch, "order-1", "", **inputs))
    assert isinstance(result, Done)
    assert result.data["ready"] is True
    return result.data["order"], result.data["pick_up_code"]


def call(branch: Branch, trace: str, order: str, **more: object) -> Call:
    made = pick_up(branch, trace, "", order=order)
    inputs = {"id_number": ID_NUMBER, "order": order, **more}
    return msgspec.structs.replace(made, inputs=inputs)


async def held(branch: Branch) -> int:
    bank: CoreBank = branch.world.app.parts.services["core_bank"]
    found = await bank.look(VoucherStock(holder=MACHINE))
    return sum(one["count"] for one in found["stock"])


@pytest.mark.shows("R104")
async def test_a_card_comes_out_once_and_is_used_up_in_the_books(branch: Branch) -> None:
    numbers = await stocked(branch)
    assert await held(branch) == 3
    order, _ = await ordered(branch)
    again = await actions(branch).order(
        pick_up(branch, "order-1", "", kind="card", how="dispenser", name="王小明")
    )
    assert isinstance(again, Done)
    assert again.data["order"] == order
    done = asyncio.create_task(actions(branch).dispense(call(branch, "d1", order)))
    told = await branch.told("dispense")
    await branch.answer(DISPENSER, told, "done", number=numbers[0])
    result = await done
    assert isinstance(result, Done)
    assert result.data["number"] == numbers[0]
    await branch.status(order, "settled")
    assert await held(branch) == 2
    repeated = await actions(branch).dispense(call(branch, "d2", order))
    assert isinstance(repeated, Declined)
    assert len([1 for _, one in branch.link.sent if one.name == "dispense"]) == 1


@pytest.mark.shows("R104", part="a machine that does not answer")
async def test_while_it_is_not_known_nothing_more_comes_out_and_a_late_answer_counts(
    branch: Branch,
) -> None:
    numbers = await stocked(branch)
    order, _ = await ordered(branch)
    done = asyncio.create_task(actions(branch).dispense(call(branch, "d1", order)))
    told = await branch.told("dispense")
    branch.world.clock.advance(60_000)
    await branch.devices.look()
    result = await done
    assert isinstance(result, Declined)
    assert result.code == "machine_unknown"
    second = await actions(branch).dispense(call(branch, "d2", order))
    assert isinstance(second, Declined)
    await branch.answer(DISPENSER, told, "done", number=numbers[0])
    await branch.status(order, "settled")
    assert await held(branch) == 2


@pytest.mark.parametrize(
    ("place", "status", "left"), [(None, "ready", 3), (0, "settled", 2)], ids=["nothing", "a card"]
)
async def test_a_person_says_what_a_silent_machine_did(
    branch: Branch, place: int | None, status: str, left: int
) -> None:
    numbers = await stocked(branch)
    order, _ = await ordered(branch)
    done = asyncio.create_task(actions(branch).dispense(call(branch, "d1", order)))
    await branch.told("dispense")
    branch.world.clock.advance(60_000)
    await branch.devices.look()
    await done
    wrong = await branch.post(OTHER, f"items/{order}/resolve", 422, number="UK00000001")
    assert wrong["error"]["code"] == "number_not_in_machine"
    number = "" if place is None else numbers[place]
    await branch.post(OTHER, f"items/{order}/resolve", number=number)
    await branch.status(order, status)
    assert await held(branch) == left


async def test_another_paper_gets_nothing(branch: Branch) -> None:
    order, _ = await ordered(branch)
    result = await actions(branch).dispense(
        call(branch, "d1", order, id_number="110101199003074514")
    )
    assert isinstance(result, Declined)
    assert result.code == "not_recognised"


def test_a_virtual_hopper_gives_out_in_order_and_never_twice() -> None:
    body = new_body(declared("dispenser"), Random(1), is_open=True, fault_factor=0)
    hopper.fill(body, "card_hopper", "DC0009", 3)
    assert body.left["cards"] == 3
    given = [hopper.give(body, "card_hopper") for _ in range(4)]
    assert given == ["DC0009", "DC0010", "DC0011", ""]
    assert body.left["cards"] == 0
