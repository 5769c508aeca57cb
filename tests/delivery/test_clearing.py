"""End-of-day clearing: two people, three figures, booked differences, and the day after that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.delivery.conftest import (
    CABINET,
    DISPENSER,
    HANDLER,
    MANAGER,
    OTHER,
    TRADER,
    Branch,
)
from tests.delivery.test_dispenser import MACHINE, stocked
from tests.devices.conftest import ENGINEER
from tingtang.bank.port import Booking, CoreBank
from tingtang.bank.trades import CashBox, MoveCash
from tingtang.delivery.model import clearing as m

NONE = {"debit_card": 0, "token": 0, "certificate": 0}


async def begun(branch: Branch, device: str, **counts: float) -> str:
    """A clearing to which the machine has said what it counts."""
    seen = len([1 for _, call in branch.link.sent if call.name == "self_count"])
    view = await branch.post(TRADER, "clearings", device=device)
    assert view["step"] == "waiting"
    modules = 3 if device == DISPENSER else 1
    for number in range(modules):
        told = await branch.told("self_count", seen + number + 1)
        await branch.answer(device, told, "done", **counts)
    return str(view["clearing"])


async def both(branch: Branch, clearing: str, counts: dict[str, int]) -> dict:
    await branch.post(HANDLER, f"clearings/{clearing}/join")
    await branch.post(TRADER, f"clearings/{clearing}/count", counts=counts)
    view: dict = await branch.post(HANDLER, f"clearings/{clearing}/count", counts=counts)
    return view


@pytest.mark.shows("R108")
@pytest.mark.shows("R109")
@pytest.mark.shows("R113", part="system = physical daily")
async def test_a_dispenser_is_cleared_by_two_people_and_balances(branch: Branch) -> None:
    await stocked(branch, 3)
    clearing = await begun(branch, DISPENSER, cards=3.0, keys=0.0, vouchers=0.0)
    one = f"clearings/{clearing}"
    assert any(call.name == "pause" for _, call in branch.link.sent)
    refused = await branch.post(TRADER, f"{one}/join", 403)
    assert refused["error"]["code"] == "two_people"
    counts = {**NONE, "debit_card": 3}
    refused = await branch.post(TRADER, f"{one}/count", 409, counts=counts)
    assert refused["error"]["code"] == "clearing_not_now"
    view = await both(branch, clearing, counts)
    assert view["step"] == "balanced"
    assert [line["books"] for line in view["lines"]] == [3, 0, 0]
    refused = await branch.post(OTHER, f"{one}/finish", 403)
    assert refused["error"]["code"] == "not_in_clearing"
    await branch.post(HANDLER, f"{one}/finish")
    assert branch.link.sent[-1][1].name == "resume"
    person = await branch.person(HANDLER)
    sheet = (await person.get(f"/api/branches/east/{one}/sheet")).text
    assert "debit_card,3,3,3,0" in sheet
    assert "陈雨桐 / 何佳欣" in sheet


async def test_two_counts_that_differ_are_counted_again_and_seen_by_nobody(branch: Branch) -> None:
    clearing = await begun(branch, CABINET, cells_used=0.0)
    one = f"clearings/{clearing}"
    await branch.post(HANDLER, f"{one}/join")
    view = await branch.post(TRADER, f"{one}/count", counts={"cells": 1})
    assert view["lines"] == []
    view = await branch.post(HANDLER, f"{one}/count", counts={"cells": 0})
    assert (view["rounds"], view["counted"]) == (1, [])
    await branch.post(TRADER, f"{one}/count", counts={"cells": 0})
    view = await branch.post(HANDLER, f"{one}/count", counts={"cells": 0})
    assert view["step"] == "balanced"


@pytest.mark.shows("R108", part="differences are approved by a third and booked")
async def test_a_short_box_is_booked_to_suspense_after_a_third_persons_yes(branch: Branch) -> None:
    await branch.enrol("recycler", "cash_recycler")
    bank: CoreBank = branch.world.app.parts.services["core_bank"]
    move = MoveCash(from_box="vault", to_box="recycler", amount=1_000_00)
    await bank.trade(move, Booking("fill-1", "east", "", "test"))
    clearing = await begun(branch, "recycler", notes=9.0)
    view = await both(branch, clearing, {"cash:CNY": 900_00})
    assert view["step"] == "different"
    line = view["lines"][0]
    assert (line["physical"], line["books"], line["difference"]) == (90_000, 100_000, -10_000)
    one = f"clearings/{clearing}"
    refused = await branch.post(TRADER, f"{one}/finish", 409)
    assert refused["error"]["code"] == "differences_open"
    yes = {"name": "cash:CNY", "reason": "点钞差错"}
    await branch.post(OTHER, f"{one}/approve", 403, **yes)
    view = await branch.post(MANAGER, f"{one}/approve", **yes)
    assert view["step"] == "balanced"
    assert view["lines"][0]["voucher"]
    assert view["lines"][0]["approved_by"] == "林晓岚"
    box = await bank.look(CashBox(box="recycler"))
    assert box["balance"]["CNY"] == 90_000
    await branch.post(MANAGER, f"{one}/approve", 409, **yes)
    await branch.post(TRADER, f"{one}/finish")


async def test_a_manager_who_counted_approves_nothing(branch: Branch) -> None:
    clearing = await begun(branch, CABINET, cells_used=0.0)
    one = f"clearings/{clearing}"
    await branch.post(MANAGER, f"{one}/join")
    await branch.post(TRADER, f"{one}/count", counts={"cells": 2})
    view = await branch.post(MANAGER, f"{one}/count", counts={"cells": 2})
    assert view["step"] == "different"
    refused = await branch.post(MANAGER, f"{one}/approve", 403, name="cells", reason="多一件")
    assert refused["error"]["code"] == "third_person"


@pytest.mark.shows("R108", part="the day stays open until all is cleared")
async def test_the_day_closes_only_when_every_machine_is_cleared(branch: Branch) -> None:
    refused = await branch.post(MANAGER, "clearing-day/close", 409)
    assert "今日未清机" in refused["error"]["message"]
    for device, counts in ((DISPENSER, NONE), (CABINET, {"cells": 0})):
        clearing = await begun(branch, device)
        await both(branch, clearing, counts)
        await branch.post(TRADER, f"clearings/{clearing}/finish")
    await branch.post(TRADER, "clearing-day/close", 403)
    closed = await branch.post(MANAGER, "clearing-day/close")
    assert closed["date"] == "2026-11-18"
    day = await branch.get(TRADER, "clearings")
    assert day["open"] == []
    assert {one["step"] for one in day["machines"]} == {"done"}


@pytest.mark.shows("R113", part="ranges go in order; shortages are told")
async def test_ranges_move_in_order_and_shortages_are_told(branch: Branch) -> None:
    numbers = await stocked(branch, 2)
    late = f"DC{int(numbers[-1][2:]) + 10:08d}"
    body = {"kind": "debit_card", "first": late, "last": late, "from_holder": "vault",
            "to_holder": MACHINE}  # fmt: skip
    refused = await branch.post(TRADER, "vouchers", 409, **body)
    assert refused["error"]["code"] == "out_of_order"
    void = {"kind": "debit_card", "first": numbers[0], "last": numbers[0], "from_holder": MACHINE,
            "reason": "磁条损坏"}  # fmt: skip
    task = await branch.post(TRADER, "vouchers", **void)
    await branch.post(OTHER, f"vouchers/{task['task']}/confirm")
    await branch.post(OTHER, f"vouchers/{task['task']}/confirm", 409)
    stock = await branch.get(TRADER, f"vouchers/stock?holder={MACHINE}")
    assert [(one["first"], one["count"]) for one in stock["stock"]] == [(numbers[1], 1)]
    alerts = await branch.get(TRADER, "delivery/alerts")
    short = {one["kind"]: one["left"] for one in alerts["short"]}
    assert short["debit_card"] == 1
    assert short["token"] == 0


async def test_an_engineer_clears_nothing(branch: Branch) -> None:
    await branch.post(ENGINEER, "clearings", 403, device=CABINET)


FIGURES = st.integers(0, 3)


@given(FIGURES, FIGURES, st.none() | FIGURES)
def test_only_three_equal_figures_are_even(physical: int, books: int, device: int | None) -> None:
    line = m.Line("cells", physical, books, device)
    known = {physical, books} | ({device} if device is not None else set())
    assert line.is_even == (len(known) == 1)
