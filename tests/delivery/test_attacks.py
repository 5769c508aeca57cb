"""Whoever reaches further than they may, twice at once, or in other words than before."""

import asyncio
from typing import Any

import pytest

from tests.delivery.conftest import HANDLER, ID_NUMBER, MANAGER, OTHER, TRADER, Branch
from tests.delivery.test_clearing_cash import KIOSK, LOADED, NOTES, CashKiosk, machine
from tests.http.test_every_route import actor_of
from tingtang.bank.port import BankUnknown
from tingtang.bank.service import CoreBank
from tingtang.bank.trades import BookDifference, CashBox
from tingtang.customers.model import Details, Facts
from tingtang.customers.service import CustomerService
from tingtang.delivery.model.kinds import How, ItemKind
from tingtang.delivery.orders import Receiver
from tingtang.delivery.service import NewOrder
from tingtang.journeys.store import JourneyStore
from tingtang.kernel.ids import BranchId, CustomerId
from tingtang.kernel.permissions import SYSTEM, Role

__all__ = ["machine"]


@pytest.mark.shows("R113", part="blanks of another branch are for others to move")
@pytest.mark.parametrize("other", ["branch:willow", "machine:willow-dispenser", "staff:x", ""])
async def test_vouchers_of_others_are_moved_by_others(branch: Branch, other: str) -> None:
    own = "branch:east"
    body = {"kind": "debit_card", "first": "DC00000001", "last": "DC00000002"}
    for ends in (
        {"from_holder": other or "x", "to_holder": own},
        {"from_holder": own, "to_holder": other},
    ):
        refused = await branch.post(TRADER, "vouchers", 403, **body, **ends)
        assert refused["error"]["code"] == "not_held_here"
    person = await branch.person(TRADER)
    looked = await person.get(f"/api/branches/east/vouchers/stock?holder={other or 'x'}")
    assert looked.status_code == 403
    stock = await branch.get(TRADER, "vouchers/stock?holder=vault")
    first = next(one["first"] for one in stock["stock"] if one["kind"] == "debit_card")
    body = {"kind": "debit_card", "first": first, "last": first}
    await branch.post(TRADER, "vouchers", **body, from_holder="vault", to_holder=own)


async def test_digits_of_another_script_are_a_wrong_code_and_nothing_worse(branch: Branch) -> None:
    made = await branch.post(
        TRADER, "items", kind="card", how="counter", id_number=ID_NUMBER, name="王小明"
    )
    one = f"items/{made['order']}"
    await branch.post(HANDLER, f"{one}/stock", numbers=[])
    await branch.post(HANDLER, f"{one}/lay-ready")
    typed = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in made["pick_up_code"])
    refused = await branch.post(OTHER, f"{one}/hand-over", 403, id_number=ID_NUMBER, code=typed)
    assert refused["error"]["code"] == "not_recognised"


async def test_two_who_begin_at_once_clear_a_machine_once(branch: Branch) -> None:
    await branch.enrol("recycler", "cash_recycler")
    people = [await branch.person(login) for login in (TRADER, HANDLER)]
    path, body = "/api/branches/east/clearings", {"device": "recycler"}
    answers = await asyncio.gather(*(one.post(path, json=body) for one in people))
    assert sorted(one.status_code for one in answers) == [201, 409]


@pytest.mark.shows(
    "R108", part="a difference is booked once, whatever the bank's silence and in whatever words"
)
async def test_a_difference_is_booked_as_it_was_approved_at_first(
    machine: CashKiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    branch = machine.branch
    bank: CoreBank = branch.world.app.parts.services["core_bank"]
    machine.world.units["unitCNY50"].notes.pop()
    one = await machine.begin()
    short = {"cash:CNY": {**NOTES["cash:CNY"], "5000": 599}}
    for login in (TRADER, HANDLER):
        await branch.post(login, f"{one}/count", pieces=short)
    trade, asked = bank.trade, []

    async def silent_once(what, booking):  # type: ignore[no-untyped-def]
        done = await trade(what, booking)
        asked.append(what)
        if isinstance(what, BookDifference) and len(asked) == 1:
            raise BankUnknown("it acted, and its answer was lost")
        return done

    monkeypatch.setattr(bank, "trade", silent_once)
    await branch.post(MANAGER, f"{one}/approve", 503, name="cash:CNY", reason="短款待查")
    view = await branch.post(MANAGER, f"{one}/approve", name="cash:CNY", reason="少了一张五十元")
    assert view["lines"][0]["voucher"]
    assert view["step"] == "balanced"
    assert (await bank.look(CashBox(box=KIOSK)))["balance"]["CNY"] == LOADED - 5_000


async def test_with_the_customer_goes_for_whom_their_items_were(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = branch.world.app.parts
    customers, items = parts.service("customers", CustomerService), branch.items
    east = BranchId("east")
    customer = await customers.save(
        Facts(id=CustomerId(""), branch=east), Details(name="王小明"), SYSTEM, is_new=True
    )

    async def theirs(_of: object, _customer: CustomerId) -> list[str]:
        return ["j1"]

    monkeypatch.setattr(JourneyStore, "of_customer", theirs)
    teller: Any = actor_of(Role.TELLER_LOW)
    for order in ("j1-2", "j1-3", "j10-2"):
        new = NewOrder(
            kind=ItemKind.CARD, how=How.COUNTER, receiver=Receiver(ID_NUMBER, "王小明"),
            is_trade_done=True, traders=(),
        )  # fmt: skip
        await items.order(east, new, SYSTEM.name, order)
        if order != "j1-3":
            await items.cancel(east, order, "不要了", teller)
    await customers.erase(customer, east, SYSTEM)
    for _ in range(6000):
        if not (await items.orders.receiver("j1-2")).name:
            break
        await asyncio.sleep(0.005)
    assert (await items.orders.receiver("j1-2")) == Receiver()
    assert (await items.orders.receiver("j1-3")).name == "王小明"
    assert (await items.orders.receiver("j10-2")).name == "王小明"
