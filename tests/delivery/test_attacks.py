"""Whoever reaches further than they may, twice at once, or in other words than before."""

import asyncio
from typing import Any

import pytest

from tests.delivery.conftest import (
    CABINET,
    DISPENSER,
    HANDLER,
    ID_NUMBER,
    MANAGER,
    OTHER,
    TRADER,
    Branch,
)
from tests.delivery.test_clearing_cash import KIOSK, LOADED, NOTES, CashKiosk, machine
from tests.delivery.test_dispenser import call, stocked
from tests.delivery.test_items import actions, loaded, sealed
from tests.http.test_every_route import actor_of
from tests.http.world import PASSWORD
from tingtang.bank.port import BankUnknown
from tingtang.bank.service import CoreBank
from tingtang.bank.trades import BookDifference, CashBox
from tingtang.customers.model import Details, Facts
from tingtang.customers.service import CustomerService
from tingtang.delivery.cash_packs import CashPacks
from tingtang.delivery.model import problems as p
from tingtang.delivery.model.cabinet import CellState
from tingtang.delivery.model.kinds import How, ItemKind
from tingtang.delivery.orders import Receiver
from tingtang.delivery.service import NewOrder
from tingtang.journeys.actions import Declined
from tingtang.journeys.store import JourneyStore
from tingtang.kernel.errors import Refused
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


@pytest.mark.shows("R112", part="what goes out in one way goes out in no other")
async def test_what_goes_out_in_one_way_goes_out_in_no_other(branch: Branch) -> None:
    body = {"kind": "card", "id_number": ID_NUMBER, "name": "王小明"}
    made = {}
    for how in ("counter", "locker", "mail"):
        more = {"address": "海棠市东路 1 号"} if how == "mail" else {}
        made[how] = await branch.post(TRADER, "items", **body, how=how, **more)
        await branch.post(HANDLER, f"items/{made[how]['order']}/stock", numbers=[])
    for how in ("locker", "mail"):
        one = f"items/{made[how]['order']}"
        await branch.post(HANDLER, f"{one}/seal", seal=f"S-{how}")
        refused = await branch.post(HANDLER, f"{one}/lay-ready", 409)
        assert refused["error"]["code"] == "goes_out_otherwise"
    into = {"device": CABINET, "seal": "S-mail"}
    refused = await branch.post(HANDLER, f"items/{made['mail']['order']}/load", 409, **into)
    assert refused["error"]["code"] == "goes_out_otherwise"
    assert (await branch.items.cabinets.state(CABINET)).cells == {}
    posted = {"carrier": "EMS", "tracking": "EX1"}
    refused = await branch.post(HANDLER, f"items/{made['locker']['order']}/post", 409, **posted)
    assert refused["error"]["code"] == "goes_out_otherwise"
    # A card that waits at the counter comes out of no machine beside it.
    await stocked(branch)
    await branch.post(HANDLER, f"items/{made['counter']['order']}/lay-ready")
    given = await actions(branch).dispense(call(branch, "d1", made["counter"]["order"]))
    assert isinstance(given, Declined)
    assert given.code == "goes_out_otherwise"
    assert not [1 for _, told in branch.link.sent if told.name == "dispense"]


@pytest.mark.shows("R112", part="whoever did the trade looks into no cell and no machine of it")
async def test_whoever_did_the_trade_says_nothing_of_where_its_item_is(branch: Branch) -> None:
    made = await loaded(branch)
    await branch.door("cell_opened", made["cell"], 9)  # forced: somebody must look
    await branch.cell(made["cell"], CellState.DOUBT)
    path = f"cabinets/{CABINET}/cells/{made['cell']}/inspect"
    refused = await branch.post(TRADER, path, 403, is_full=False)
    assert refused["error"]["code"] == "trade_and_delivery_same_person"
    await branch.post(OTHER, path, is_full=True)

    await stocked(branch)
    body = {"kind": "card", "how": "dispenser", "id_number": ID_NUMBER, "device": DISPENSER}
    order = (await branch.post(TRADER, "items", **body))["order"]
    giving = asyncio.create_task(actions(branch).dispense(call(branch, "d1", order)))
    await branch.told("dispense")
    await branch.status(order, "released")
    for number in ("", "DC00000001"):
        refused = await branch.post(TRADER, f"items/{order}/resolve", 403, number=number)
        assert refused["error"]["code"] == "trade_and_delivery_same_person"
    giving.cancel()


async def test_a_second_person_signs_for_a_cell_that_is_looked_into(branch: Branch) -> None:
    made = await loaded(branch)
    await branch.door("cell_opened", made["cell"], 9)
    await branch.cell(made["cell"], CellState.DOUBT)
    head = await branch.person("gao.mingyuan")
    settings = {"values": {"two_to_open": True}}
    saved = await head.put("/api/branches/east/settings/delivery", json=settings)
    assert saved.status_code == 200, saved.text
    path = f"cabinets/{CABINET}/cells/{made['cell']}/inspect"
    refused = await branch.post(HANDLER, path, 403, is_full=False)
    assert refused["error"]["code"] == "witness_needed"
    beside = {"password": PASSWORD, "is_full": False}
    refused = await branch.post(HANDLER, path, 403, witness=HANDLER, **beside)
    assert refused["error"]["code"] == "two_people"
    refused = await branch.post(HANDLER, path, 403, witness=TRADER, **beside)
    assert refused["error"]["code"] == "trade_and_delivery_same_person"
    await branch.post(HANDLER, path, witness=OTHER, **beside)
    await branch.status(made["order"], "missing")


@pytest.mark.shows("R112", part="who stands beside at the door holds the delivery leg too")
async def test_the_second_person_at_a_door_does_not_settle_the_item(branch: Branch) -> None:
    made = await sealed(branch, is_trade_done=False)
    one = f"items/{made['order']}"
    beside = {"witness": OTHER, "password": PASSWORD}
    await branch.post(HANDLER, f"{one}/load", device=CABINET, seal="S0001", **beside)
    await branch.opens(1, 1)
    await branch.door("cell_closed", 1, 1, occupied=True)
    await branch.status(made["order"], "loaded")
    refused = await branch.post(OTHER, f"{one}/trade", 403, trace="T1")
    assert refused["error"]["code"] == "delivery_and_trade_same_person"


@pytest.mark.shows("R101", part="of two who scan one seal number at once one is refused")
async def test_a_seal_number_that_two_scan_at_once_is_on_one_parcel(branch: Branch) -> None:
    paths = []
    for _ in range(2):
        body = {"kind": "parcel", "how": "locker", "id_number": ID_NUMBER}
        made = await branch.post(TRADER, "items", **body)
        await branch.post(HANDLER, f"items/{made['order']}/stock", numbers=[])
        paths.append(f"/api/branches/east/items/{made['order']}/seal")
    people = [await branch.person(HANDLER), await branch.person(OTHER)]
    answers = await asyncio.gather(
        *(who.post(path, json={"seal": "S1"}) for who, path in zip(people, paths, strict=True))
    )
    assert sorted(one.status_code for one in answers) == [201, 409]


@pytest.mark.shows(
    "R103", part="a pack that is booked is not called off, one called off not put in"
)
async def test_a_pack_is_put_in_or_called_off_and_never_both(
    machine: CashKiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    branch = machine.branch
    packs = branch.world.app.parts.service("cash_packs", CashPacks)
    body = {"device": KIOSK, "pieces": {"10000": 10}}
    order = (await branch.post(TRADER, "cash-packs", seal="C1", **body))["order"]
    path = f"cash-packs/{order}"

    async def killed(*_: object, **__: object) -> None:
        monkeypatch.undo()
        raise Refused(p.BANK_SILENT)  # booked, and the process ended before that was written down

    with monkeypatch.context() as patch:
        patch.setattr(packs._orders, "run", killed)
        await branch.post(HANDLER, f"{path}/load", 503, seal="C1")
        patch.undo()
    refused = await branch.post(OTHER, f"{path}/cancel", 409, reason="不装了")
    assert refused["error"]["code"] == "pack_booked"
    await branch.post(HANDLER, f"{path}/load", seal="C1")
    await branch.status(order, "settled")

    other = (await branch.post(TRADER, "cash-packs", seal="C2", **body))["order"]
    await branch.post(OTHER, f"cash-packs/{other}/cancel", reason="不装了")
    refused = await branch.post(HANDLER, f"cash-packs/{other}/load", 409, seal="C2")
    assert refused["error"]["code"] == "order_not_there_yet"
    bank: CoreBank = branch.world.app.parts.services["core_bank"]
    assert (await bank.look(CashBox(box=KIOSK)))["balance"]["CNY"] == LOADED + 100_000
