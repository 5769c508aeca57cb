"""Cash into a kiosk on a real XFS4IoT socket: packed by one, booked and put in with another."""

from collections.abc import AsyncIterator

import pytest

from tests.delivery.conftest import HANDLER, OTHER, TRADER, Branch
from tests.delivery.test_clearing_cash import KIOSK, LOADED, CashKiosk
from tests.delivery.test_clearing_cash import machine as _machine
from tingtang.bank.port import BankDeclined, BankUnknown, Booking, CoreBank, TradeDone
from tingtang.bank.trades import CashBox, Trade
from tingtang.journeys.feature import CashUse

machine = _machine
PIECES = {"10000": 200, "1000": 50}
WORTH = 200 * 10_000 + 50 * 1_000
SEAL = "C20261001"


@pytest.fixture
async def kiosk(machine: CashKiosk) -> AsyncIterator[CashKiosk]:
    machine.world.fills = True
    yield machine


async def box(branch: Branch, name: str) -> int:
    bank: CoreBank = branch.world.app.parts.services["core_bank"]
    return int((await bank.look(CashBox(box=name)))["balance"]["CNY"])


async def packed(branch: Branch, seal: str = SEAL) -> str:
    made = await branch.post(TRADER, "cash-packs", device=KIOSK, pieces=PIECES, seal=seal)
    return str(made["order"])


@pytest.mark.shows("R103", part="cash out of the vault into a machine, sealed, by two people")
@pytest.mark.shows("R108", part="what was put in balances three ways at the end of the day")
async def test_a_pack_is_booked_and_put_in_by_two(kiosk: CashKiosk) -> None:
    branch = kiosk.branch
    vault = await box(branch, "vault")
    order = await packed(branch)
    (pack,) = (await branch.get(HANDLER, "cash-packs"))["packs"]
    assert (pack["pieces"], pack["amount"], pack["seal"]) == (PIECES, WORTH, SEAL)
    assert await box(branch, KIOSK) == LOADED

    alone = await branch.post(TRADER, f"cash-packs/{order}/load", 403, seal=SEAL)
    assert alone["error"]["code"] == "two_people"
    wrong = await branch.post(HANDLER, f"cash-packs/{order}/load", 409, seal="C1")
    assert wrong["error"]["code"] == "wrong_seal"
    assert kiosk.now() == "inactive"

    for _ in range(2):  # asked again it is done no second time
        done = await branch.post(HANDLER, f"cash-packs/{order}/load", seal=SEAL)
        assert done == {"order": order, "is_told": True}
    await kiosk.exchange("inactive")
    await branch.status(order, "settled")
    assert await box(branch, KIOSK) == LOADED + WORTH
    assert await box(branch, "vault") == vault - WORTH
    assert kiosk.world.units["unitCNY100"].count == 800
    assert kiosk.world.units["unitCNY10"].count == 650
    view = await branch.get(HANDLER, "cash-packs")
    assert view["packs"] == []
    assert [one["books"] for one in view["machines"]] == [LOADED + WORTH]

    clearing = await kiosk.begin()
    counted = {"cash:CNY": {"10000": 800, "5000": 600, "1000": 650}}
    await branch.post(TRADER, f"{clearing}/count", pieces=counted)
    (line,) = (await branch.post(HANDLER, f"{clearing}/count", pieces=counted))["lines"]
    assert (line["physical"], line["device"], line["books"]) == (LOADED + WORTH,) * 3


async def test_nothing_is_booked_where_the_machine_does_not_open(kiosk: CashKiosk) -> None:
    branch = kiosk.branch
    order = await packed(branch)
    # A customer's transaction is open: people may not get at the cassettes.
    kiosk.cabinet.busy_with_customer = lambda: True  # type: ignore[method-assign]
    refused = await branch.post(HANDLER, f"cash-packs/{order}/load", 409, seal=SEAL)
    assert refused["error"]["code"] == "machine_away"
    assert await box(branch, KIOSK) == LOADED
    await branch.post(OTHER, f"cash-packs/{order}/cancel", reason="设备故障")
    assert (await branch.items.orders.row(order))["status"] == "cancelled"


async def test_no_pack_goes_into_a_machine_that_is_being_cleared(kiosk: CashKiosk) -> None:
    """Else the cassettes would be shut before the two have counted, and the books be ahead."""
    branch = kiosk.branch
    order = await packed(branch)
    clearing = await kiosk.begin()
    await kiosk.exchange("active")
    refused = await branch.post(HANDLER, f"cash-packs/{order}/load", 409, seal=SEAL)
    assert refused["error"]["code"] == "clearing_open"
    assert kiosk.now() == "active"
    assert await box(branch, KIOSK) == LOADED
    await branch.post(TRADER, f"{clearing}/abandon")
    await kiosk.exchange("inactive")
    done = await branch.post(HANDLER, f"cash-packs/{order}/load", seal=SEAL)
    assert done["is_told"] is True


async def test_no_pack_goes_into_a_machine_that_moves_a_customers_cash(
    kiosk: CashKiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    branch = kiosk.branch
    order = await packed(branch)
    use = branch.world.app.parts.service("cash_use", CashUse)

    async def is_moving(device: str) -> bool:
        return device == KIOSK

    with monkeypatch.context() as patch:
        patch.setattr(use, "is_moving", is_moving)
        refused = await branch.post(HANDLER, f"cash-packs/{order}/load", 409, seal=SEAL)
    assert refused["error"]["code"] == "cash_under_way"
    assert kiosk.now() == "inactive"


async def test_notes_that_no_unit_holds_are_in_the_box_and_the_machine_must_count(
    kiosk: CashKiosk,
) -> None:
    branch = kiosk.branch
    made = await branch.post(
        TRADER, "cash-packs", device=KIOSK, pieces={"2000": 10}, seal="C20261002"
    )
    done = await branch.post(HANDLER, f"cash-packs/{made['order']}/load", seal="C20261002")
    assert done["is_told"] is False
    await kiosk.exchange("inactive")
    assert await box(branch, KIOSK) == LOADED + 20_000


async def test_a_booking_that_is_late_moves_no_money_for_a_pack_that_was_called_off(
    kiosk: CashKiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    branch = kiosk.branch
    vault = await box(branch, "vault")
    bank: CoreBank = branch.world.app.parts.services["core_bank"]
    trade, late = bank.trade, list[tuple[Trade, Booking]]()

    async def without_answer(asked: Trade, booking: Booking) -> TradeDone:
        late.append((asked, booking))
        raise BankUnknown("ReadTimeout")

    order = await packed(branch)
    with monkeypatch.context() as patch:
        patch.setattr(bank, "trade", without_answer)
        silent = await branch.post(HANDLER, f"cash-packs/{order}/load", 503, seal=SEAL)
    assert silent["error"]["code"] == "bank_silent"
    await branch.post(OTHER, f"cash-packs/{order}/cancel", reason="客户取消")
    assert (await branch.items.orders.row(order))["status"] == "cancelled"
    (asked,) = late
    with pytest.raises(BankDeclined):
        await trade(*asked)  # it was on its way all the time
    assert await box(branch, "vault") == vault
    assert await box(branch, KIOSK) == LOADED


async def test_what_is_no_pack_is_refused(kiosk: CashKiosk) -> None:
    branch = kiosk.branch
    body = {"device": KIOSK, "seal": SEAL}
    empty = await branch.post(TRADER, "cash-packs", 422, pieces={}, **body)
    assert empty["error"]["code"] == "bad_pieces"
    nowhere = await branch.post(
        TRADER, "cash-packs", 404, pieces=PIECES, device="east-locker", seal=SEAL
    )
    assert nowhere["error"]["code"] == "no_cash_machine"
    await packed(branch)
    again = await branch.post(TRADER, "cash-packs", 409, pieces=PIECES, **body)
    assert again["error"]["code"] == "seal_used"
    item = await branch.post(
        TRADER, "items", 409, kind="cash_pack", how="machine", id_number="11010519491231002X"
    )
    assert item["error"]["code"] == "pack_only"
