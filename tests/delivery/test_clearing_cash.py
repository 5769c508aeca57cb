"""A kiosk's cash: counted by the machine on a real XFS4IoT socket, by two people, and by the books."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from tests.delivery.conftest import HANDLER, MANAGER, TRADER, Branch
from tests.devices.conftest import ENGINEER
from tingtang.bank.port import Booking, CoreBank
from tingtang.bank.trades import CashBox, MoveCash
from tingtang.delivery.clearing import Clearings
from tingtang.devices.model.state import DeviceState
from tingtang.devices.model.wire import App
from tingtang.devices.virtual.xfs_machines import kiosk
from xfs4iot.server import Host
from xfs4iot.virtual.cash import CashRecycler
from xfs4iot.virtual.cash_world import CashWorld

KIOSK = "kiosk-cash"
LOADED = 600 * (100 + 50 + 10) * 100
"""What a new virtual kiosk holds, in fen."""
NOTES = {"cash:CNY": {"10000": 600, "5000": 600, "1000": 600}}


class CashKiosk:
    """A branch with a kiosk whose cash cabinet speaks XFS4IoT."""

    def __init__(self, branch: Branch, cabinet: CashRecycler) -> None:
        self.branch, self.cabinet = branch, cabinet

    @property
    def world(self) -> CashWorld:
        return self.cabinet.world

    async def state(self, holds: Callable[[DeviceState], bool]) -> DeviceState:
        for _ in range(6000):
            state = await self.branch.devices.state(KIOSK)
            if holds(state):
                return state
            await asyncio.sleep(0.01)
        raise AssertionError("the kiosk never came to be so")

    async def begin(self) -> str:
        view = await self.branch.post(TRADER, "clearings", device=KIOSK)
        one = await self.branch.counted_itself(view["clearing"])
        await self.branch.post(HANDLER, f"{one}/join")
        return one

    async def exchange(self, wanted: str) -> None:
        """Wait until the cash cabinet says so of its exchange."""
        for _ in range(6000):
            if self.now() == wanted:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"the exchange is {self.now()}")

    def now(self) -> str:
        return "active" if self.cabinet.exchange_active else "inactive"


@pytest.fixture
async def machine(branch: Branch) -> AsyncIterator[CashKiosk]:
    services = kiosk(step_ms=0)
    cabinet = next(one for one in services if isinstance(one, CashRecycler))
    async with Host(services) as host:
        engineer = await branch.person(ENGINEER)
        body = {
            "id": KIOSK, "type": "kiosk", "name": "智慧柜台", "zone": "", "protocol": "xfs",
            "address": host.uri,
        }  # fmt: skip
        answer = await engineer.post("/api/branches/east/devices", json=body)
        assert answer.status_code == 201, answer.text
        made = CashKiosk(branch, cabinet)
        await made.state(lambda state: "cash" in state.modules)
        bank: CoreBank = branch.world.app.parts.services["core_bank"]
        move = MoveCash(from_box="vault", to_box=KIOSK, amount=LOADED)
        await bank.trade(move, Booking("fill-kiosk", "east", "", "test"))
        yield made


@pytest.mark.shows("R108", part="three-way balance of a kiosk's cash by denominations")
@pytest.mark.shows("R109", part="a kiosk counts its cash as money")
async def test_a_kiosks_cash_balances_three_ways(machine: CashKiosk) -> None:
    branch = machine.branch
    one = await machine.begin()
    await machine.state(lambda state: state.app is App.PAUSED)
    await machine.exchange("active")
    await branch.post(TRADER, f"{one}/count", pieces=NOTES)
    view = await branch.post(HANDLER, f"{one}/count", pieces=NOTES)
    (line,) = view["lines"]
    assert (line["physical"], line["device"], line["books"]) == (LOADED, LOADED, LOADED)
    assert view["step"] == "balanced"
    assert view["pieces"] == NOTES
    await branch.post(TRADER, f"{one}/finish")
    await machine.exchange("inactive")
    await machine.state(lambda state: state.app is App.RUNNING)
    sheet = (await (await branch.person(TRADER)).get(f"/api/branches/east/{one}/sheet")).text
    assert "100.0,600,60000.0" in sheet


async def test_a_note_that_is_missing_is_seen_by_all_three(machine: CashKiosk) -> None:
    branch = machine.branch
    machine.world.units["unitCNY50"].notes.pop()  # taken by hand, which no counter knows
    one = await machine.begin()
    short = {"cash:CNY": {**NOTES["cash:CNY"], "5000": 599}}
    await branch.post(TRADER, f"{one}/count", pieces=short)
    view = await branch.post(HANDLER, f"{one}/count", pieces=short)
    (line,) = view["lines"]
    assert (line["device"], line["difference"]) == (LOADED - 5_000, -5_000)
    yes = {"name": "cash:CNY", "reason": "短款待查"}
    view = await branch.post(MANAGER, f"{one}/approve", **yes)
    assert view["lines"][0]["voucher"]
    bank: CoreBank = branch.world.app.parts.services["core_bank"]
    assert (await bank.look(CashBox(box=KIOSK)))["balance"]["CNY"] == LOADED - 5_000


async def test_pieces_and_amounts_must_go_together(machine: CashKiosk) -> None:
    branch = machine.branch
    one = await machine.begin()
    refused = await branch.post(
        TRADER, f"{one}/count", 422, counts={"cash:CNY": 1}, pieces={"cash:CNY": {"10000": 2}}
    )
    assert refused["error"]["code"] == "counts_unlike"
    # The same amount in other notes is not the same count.
    await branch.post(TRADER, f"{one}/count", pieces={"cash:CNY": {"10000": 1}})
    view = await branch.post(HANDLER, f"{one}/count", pieces={"cash:CNY": {"5000": 2}})
    assert view["rounds"] == 1


async def test_who_breaks_off_shuts_the_machine_again(machine: CashKiosk) -> None:
    one = await machine.begin()
    await machine.exchange("active")
    await machine.branch.post(TRADER, f"{one}/abandon")
    await machine.exchange("inactive")
    await machine.state(lambda state: state.app is App.RUNNING)
    day = await machine.branch.get(TRADER, "clearings")
    assert {"智慧柜台：今日未清机"} <= {words["zh"] for words in day["open"]}


async def test_what_nothing_was_put_into_has_nothing_in_the_books(branch: Branch) -> None:
    await branch.enrol("recycler", "cash_recycler")
    clearing = (await branch.post(TRADER, "clearings", device="recycler"))["clearing"]
    one = f"clearings/{clearing}"
    await branch.answer("recycler", await branch.told("self_count"), "done", notes=0.0)
    await branch.answer("recycler", await branch.told("start_exchange"), "failed")
    await branch.counted_itself(clearing)
    await branch.post(HANDLER, f"{one}/join")
    await branch.post(TRADER, f"{one}/count", counts={"cash:CNY": 0})
    view = await branch.post(HANDLER, f"{one}/count", counts={"cash:CNY": 0})
    assert (view["step"], view["lines"][0]["books"]) == ("balanced", 0)
    await branch.post(HANDLER, f"{one}/finish")
    assert (await branch.told("set", 2)).parameters == {"in_service": True}
    assert "end_exchange" not in [call.name for _, call in branch.link.sent]


@pytest.mark.shows("R108", part="a restart forgets no machine that was taken out of service")
async def test_after_a_restart_the_machine_is_counted_once_and_sent_back(branch: Branch) -> None:
    await branch.enrol("recycler", "cash_recycler")
    clearings = branch.world.app.parts.service("clearings", Clearings)
    clearing = (await branch.post(TRADER, "clearings", device="recycler"))["clearing"]
    one = f"clearings/{clearing}"
    await branch.told("self_count")
    await clearings.stop()
    await clearings.start()
    await branch.answer("recycler", await branch.told("self_count", 2), "done")
    await branch.answer("recycler", await branch.told("start_exchange"), "done")
    await branch.counted_itself(clearing)
    await branch.post(TRADER, f"{one}/abandon")
    end = await branch.told("end_exchange")
    await clearings.stop()
    await clearings.start()
    await branch.answer("recycler", end, "done")
    assert (await branch.told("set", 2)).parameters == {"in_service": True}
    for name in ("start_exchange", "end_exchange"):
        assert len([1 for _, call in branch.link.sent if call.name == name]) == 1
