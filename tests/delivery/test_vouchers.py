"""Blank vouchers that the bank voids in part, and requests of vouchers and clearings that come twice."""

import pytest

from tests.delivery.conftest import HANDLER, MANAGER, OTHER, TRADER, Branch
from tests.delivery.test_clearing_cash import CashKiosk, machine
from tests.delivery.test_dispenser import MACHINE, held, stocked
from tests.delivery.test_once import twice
from tingtang.bank.port import BankUnknown
from tingtang.bank.service import CoreBank
from tingtang.delivery.days import DeliveryDays

__all__ = ["machine"]


async def spoilt(branch: Branch) -> tuple[str, list[str]]:
    """A void of three of which the machine holds only two: the path of its task, and the numbers."""
    first, second = await stocked(branch, 2)
    third = f"{first[:2]}{int(second[2:]) + 1:0{len(first) - 2}d}"
    body = {
        "kind": "debit_card", "first": first, "last": third, "from_holder": MACHINE,
        "reason": "磁条损坏",
    }  # fmt: skip
    task = await branch.post(HANDLER, "vouchers", **body)
    return f"vouchers/{task['task']}", [first, second, third]


async def task_of(branch: Branch, path: str) -> dict:
    tasks = (await branch.get(TRADER, "vouchers"))["tasks"]
    found: dict = next(one for one in tasks if path.endswith(one["task"]))
    return found


@pytest.mark.shows("R113", part="a void that the bank stops midway is told as far as it came")
async def test_what_was_voided_is_told_and_the_rest_is_tried_again(branch: Branch) -> None:
    path, (_, second, third) = await spoilt(branch)
    for _ in range(2):  # as long as it is so, and each time told how far it came
        refused = await branch.post(OTHER, f"{path}/confirm", 409)
        assert refused["error"]["code"] == "partly_voided"
        said = refused["error"]["params"]
        assert (said["voided"], said["last"], said["next"]) == (2, second, third)
        assert await held(branch) == 0
    row = await task_of(branch, path)
    assert (row["state"], row["voided"], row["count"]) == ("partly", 2, 3)
    days = branch.world.app.parts.service("delivery_days", DeliveryDays)
    open_ = [one.en for one in await days.open_matters("east")]  # type: ignore[arg-type]
    assert "1 voucher movements not confirmed" in open_
    # The third one is found, and the rest is tried again.
    body = {"kind": "debit_card", "first": third, "last": third, "from_holder": "vault"}
    move = await branch.post(TRADER, "vouchers", **body, to_holder=MACHINE)
    await branch.post(HANDLER, f"vouchers/{move['task']}/confirm")
    assert await held(branch) == 1
    own = await branch.post(HANDLER, f"{path}/confirm", 403)
    assert own["error"]["code"] == "two_people"
    done = await branch.post(OTHER, f"{path}/confirm")
    assert (done["state"], done["voided"]) == ("done", 3)
    assert await held(branch) == 0


async def test_what_stopped_midway_can_be_left_as_it_is(branch: Branch) -> None:
    path, _ = await spoilt(branch)
    await branch.post(OTHER, f"{path}/confirm", 409)
    left = await branch.post(OTHER, f"{path}/refuse")
    assert (left["state"], left["voided"]) == ("refused", 2)
    over = await branch.post(OTHER, f"{path}/confirm", 409)
    assert over["error"]["code"] == "voucher_task_over"


async def test_where_the_bank_is_silent_midway_nothing_is_voided_twice(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _ = await spoilt(branch)
    bank: CoreBank = branch.world.app.parts.services["core_bank"]
    trade, asked = bank.trade, []

    async def silent_at_the_second(what, booking):  # type: ignore[no-untyped-def]
        done = await trade(what, booking)
        asked.append(booking.trace)
        if len(asked) == 2:
            raise BankUnknown("it acted, and its answer was lost")
        return done

    monkeypatch.setattr(bank, "trade", silent_at_the_second)
    silent = await branch.post(OTHER, f"{path}/confirm", 503)
    assert silent["error"]["code"] == "bank_silent"
    refused = await branch.post(OTHER, f"{path}/confirm", 409)
    assert refused["error"]["params"]["voided"] == 2
    assert len(set(asked)) == 2
    assert await held(branch) == 0


async def test_movements_that_come_twice_are_done_once(branch: Branch) -> None:
    first, second = await stocked(branch, 2)
    third = f"{first[:2]}{int(second[2:]) + 1:0{len(first) - 2}d}"
    void = {"kind": "debit_card", "from_holder": MACHINE, "reason": "磁条损坏"}
    made = await twice(branch, HANDLER, "vouchers", **void, first=first, last=first)
    tasks = (await branch.get(TRADER, "vouchers"))["tasks"]
    assert len([one for one in tasks if one["reason"]]) == 1
    done = await twice(branch, OTHER, f"vouchers/{made['task']}/confirm")
    assert done["state"] == "done"
    rest = await branch.post(HANDLER, "vouchers", **void, first=second, last=third)
    path = f"vouchers/{rest['task']}"
    refused = await twice(branch, OTHER, f"{path}/confirm", 409)
    assert refused["error"]["code"] == "partly_voided"
    assert len(await branch.world.events("vouchers.vouchers_partly_voided")) == 1
    await twice(branch, MANAGER, f"{path}/refuse")


@pytest.mark.shows("R108", part="every step of a clearing may be asked for again")
async def test_steps_of_a_clearing_that_come_twice_are_done_once(machine: CashKiosk) -> None:
    branch, device = machine.branch, "kiosk-cash"
    begun = await branch.person(TRADER)
    answers = [
        await begun.post(
            "/api/branches/east/clearings", json={"device": device},
            headers={"Idempotency-Key": "begin"},
        )
        for _ in range(2)
    ]  # fmt: skip
    assert len({one.json()["clearing"] for one in answers}) == 1
    one = await branch.counted_itself(answers[0].json()["clearing"])
    await twice(branch, HANDLER, f"{one}/join")
    await twice(branch, TRADER, f"{one}/count", counts={"cash:CNY": 1})
    view = await twice(branch, HANDLER, f"{one}/count", counts={"cash:CNY": 2})
    assert (view["rounds"], view["counted"]) == (1, [])
    for login in (TRADER, HANDLER):
        view = await branch.post(login, f"{one}/count", counts={"cash:CNY": 1})
    assert view["step"] == "different"
    why = {"name": "cash:CNY", "reason": "短款待查"}
    view = await twice(branch, MANAGER, f"{one}/approve", **why)
    assert view["step"] == "balanced"
    await twice(branch, TRADER, f"{one}/finish")
    await machine.exchange("inactive")
    again = (await branch.post(TRADER, "clearings", device=device))["clearing"]
    assert again != answers[0].json()["clearing"]
    await twice(branch, TRADER, f"clearings/{again}/abandon")
    assert len(await branch.world.events("clearing.clearing_begun")) == 2
