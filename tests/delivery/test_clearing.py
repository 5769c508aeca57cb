"""End-of-day clearing: two people, three figures, booked differences, and the day after that."""

import asyncio
from typing import Any

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
from tingtang.delivery import clearing as module
from tingtang.delivery.model import clearing as m
from tingtang.kernel.errors import STORAGE_FAILED, Refused

RECYCLER = "recycler"
HEAD_OFFICE = "gao.mingyuan"
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
    if device == RECYCLER:
        await branch.answer(device, await branch.told("start_exchange"), "done")
    await branch.counted_itself(view["clearing"])
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
    await branch.told("resume")
    person = await branch.person(HANDLER)
    sheet = (await person.get(f"/api/branches/east/{one}/sheet")).text
    assert "debit_card,3,3,3,0" in sheet
    assert "陈雨桐 / 何佳欣" in sheet


async def test_what_a_machine_counted_is_written_down_once_the_disk_has_room_again(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AGAIN_SECONDS", 0.001)
    clearings = branch.world.app.parts.services["clearings"]
    run, refusals = clearings.host.run, [Refused(STORAGE_FAILED, reason="full")]
    noted = asyncio.Event()

    async def full_disk(stream: str, of: str, command: m.Command, **more: Any) -> Any:
        if isinstance(command, m.NoteDevice):
            if refusals:
                raise refusals.pop()
            noted.set()
        return await run(stream, of, command, **more)

    async def counted(_device: object) -> tuple[dict[str, int], str]:
        return NONE, ""

    monkeypatch.setattr(clearings.host, "run", full_disk)
    monkeypatch.setattr(clearings.machines, "count", counted)
    view = await branch.post(TRADER, "clearings", device=DISPENSER)
    async with asyncio.timeout(20):
        await noted.wait()
    path = await branch.counted_itself(view["clearing"])
    assert (await branch.get(TRADER, path))["is_device_asked"]
    assert not refusals


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
    await branch.enrol(RECYCLER, "cash_recycler")
    bank: CoreBank = branch.world.app.parts.services["core_bank"]
    move = MoveCash(from_box="vault", to_box=RECYCLER, amount=1_000_00)
    await bank.trade(move, Booking("fill-1", "east", "", "test"))
    clearing = await begun(branch, RECYCLER, notes=9.0)
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
    box = await bank.look(CashBox(box=RECYCLER))
    assert box["balance"]["CNY"] == 90_000
    await branch.post(MANAGER, f"{one}/approve", 409, **yes)
    await branch.post(TRADER, f"{one}/finish")
    await branch.answer(RECYCLER, await branch.told("end_exchange"), "done")
    assert (await branch.told("set", 2)).parameters == {"in_service": True}


async def test_a_manager_who_counted_approves_nothing(branch: Branch) -> None:
    clearing = await begun(branch, CABINET, cells_used=0.0)
    one = f"clearings/{clearing}"
    await branch.post(MANAGER, f"{one}/join")
    await branch.post(TRADER, f"{one}/count", counts={"cells": 2})
    view = await branch.post(MANAGER, f"{one}/count", counts={"cells": 2})
    assert view["step"] == "different"
    refused = await branch.post(MANAGER, f"{one}/approve", 403, name="cells", reason="多一件")
    assert refused["error"]["code"] == "third_person"


async def all_cleared(branch: Branch) -> None:
    for device, counts in ((DISPENSER, NONE), (CABINET, {"cells": 0})):
        clearing = await begun(branch, device)
        await both(branch, clearing, counts)
        await branch.post(TRADER, f"clearings/{clearing}/finish")


@pytest.mark.shows("R108", part="the day stays open until all is cleared, and two people close it")
async def test_two_people_close_the_day_once_every_machine_is_cleared(branch: Branch) -> None:
    refused = await branch.post(TRADER, "clearing-day/ask", 409)
    assert "今日未清机" in refused["error"]["message"]
    day = await branch.get(TRADER, "clearings")
    assert {"zh": f"{CABINET}：今日未清机", "en": f"{CABINET}: not cleared today"} in day["open"]
    await all_cleared(branch)
    refused = await branch.post(MANAGER, "clearing-day/close", 409)
    assert refused["error"]["code"] == "day_not_asked"
    await branch.post(MANAGER, "clearing-day/ask")
    refused = await branch.post(MANAGER, "clearing-day/close", 403)
    assert refused["error"]["code"] == "two_people"
    await branch.post(TRADER, "clearing-day/ask")
    await branch.post(TRADER, "clearing-day/close", 403)
    closed = await branch.post(MANAGER, "clearing-day/close")
    assert closed["date"] == "2026-11-18"
    assert await branch.post(MANAGER, "clearing-day/close") == closed
    day = await branch.get(TRADER, "clearings")
    assert (day["open"], day["asked_by"], day["closed_by"]) == ([], "陈雨桐", "林晓岚")
    assert {one["step"] for one in day["machines"]} == {"done"}


@pytest.mark.shows("R108", part="the hall's day waits for the clearing")
async def test_the_hall_closes_after_the_day_of_the_items(branch: Branch) -> None:
    await branch.open_day()
    refused = await branch.post(MANAGER, "day/close", 409)
    assert refused["error"]["code"] == "open_matters"
    assert f"{DISPENSER}：今日未清机" in refused["error"]["message"]
    await all_cleared(branch)
    refused = await branch.post(MANAGER, "day/close", 409)
    assert "尚未由两人关闭" in refused["error"]["message"]
    await branch.post(TRADER, "clearing-day/ask")
    await branch.post(MANAGER, "clearing-day/close")
    await branch.post(MANAGER, "day/close", 204)


async def test_a_hall_that_need_not_wait_closes_alone(branch: Branch) -> None:
    await branch.open_day()
    head = await branch.person(HEAD_OFFICE)
    body = {"values": {"hall_waits": False}}
    saved = await head.put("/api/branches/east/settings/delivery", json=body)
    assert saved.status_code == 200, saved.text
    await branch.post(MANAGER, "day/close", 204)


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
    refused = await branch.post(ENGINEER, "clearings", 403, device=CABINET)
    assert refused["error"]["code"] == "forbidden"


FIGURES = st.integers(0, 3)


@given(FIGURES, FIGURES, st.none() | FIGURES)
def test_only_three_equal_figures_are_even(physical: int, books: int, device: int | None) -> None:
    line = m.Line("cells", physical, books, device)
    known = {physical, books} | ({device} if device is not None else set())
    assert line.is_even == (len(known) == 1)
