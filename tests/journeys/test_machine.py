"""What scenarios do with a machine, over XFS4IoT on real sockets, with somebody standing before it."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.journeys.conftest import Office, Terminal, open_office, until
from tests.journeys.flows import asks, does, line
from tingtang.delivery.clearing import box_of
from tingtang.devices.model.wire import App
from tingtang.devices.service import DeviceService
from tingtang.devices.virtual.xfs_machines import kiosk as kiosk_services
from tingtang.hall.feature import TaskService
from tingtang.journeys.machine import media
from tingtang.kernel.ids import BranchId, JourneyId
from tingtang.kernel.permissions import SYSTEM
from xfs4iot.client import Connection
from xfs4iot.server import Host
from xfs4iot.virtual.card_world import bank_card, identity_card
from xfs4iot.virtual.cash_world import notes
from xfs4iot.virtual.keys import Key
from xfs4iot.virtual.printer_world import Passbook, Sheet

ENGINEER = "jiang.haoran"
MASTER, PIN_KEY = bytes(range(16)), bytes(range(16, 32))


class Stand:
    """A kiosk with its machine, and a customer."""

    def __init__(self, office: Office, host: Host, services: list) -> None:
        self.office = office
        self.host = host
        self.worlds = {one.name: one.world for one in services}
        self.kiosk: Terminal
        self.tries = 0

    async def run(self, *steps: str, do: Callable[[], object] | None = None, at: str = "") -> dict:
        """Walk through a scenario of these steps; ``do`` is done once the service ``at`` waits."""
        self.tries += 1
        flow = line("try", *steps, asks("stop"))
        await self.office.install("try", {"try.bpmn": flow}, self.tries)
        begun = asyncio.create_task(self.kiosk.begin("try"))
        if do is not None:
            await until(lambda: self.worlds[at].wanted)
            do()
        view = await begun
        store = self.office.journeys.store
        journey = JourneyId(view["journey"])
        await until(lambda: not store.in_memory(journey).journey.pending)
        self.office.library._read.cache_clear()
        return await self.kiosk.see(view)

    def status(self, view: dict) -> str:
        """Where the journey stands now."""
        opened = self.office.journeys.store.in_memory(JourneyId(view["journey"]))
        return opened.journey.status.value

    def known(self, view: dict) -> dict:
        """What the journey knows now."""
        opened = self.office.journeys.store.in_memory(JourneyId(view["journey"]))
        return opened.run.known(opened.run.waiting()[0].key)


@pytest.fixture
async def stand(seeded: Path, tmp_path: Path) -> AsyncIterator[Stand]:
    services = kiosk_services(step_ms=0)
    async with open_office(seeded, tmp_path) as office, Host(services) as host:
        engineer = await office.staff(ENGINEER)
        body = {
            "id": "kiosk-x", "type": "kiosk", "name": "智慧柜台", "zone": "", "protocol": "xfs",
            "address": host.uri, "terminal": "k1",
        }  # fmt: skip
        made = await engineer.http.post("/api/branches/east/devices", json=body)
        assert made.status_code < 300, made.text
        devices = office.world.app.parts.service("devices", DeviceService)
        await devices.state("kiosk-x")
        await until(lambda: len(devices.known_state("kiosk-x").modules) == 12)
        stand = Stand(office, host, services)
        stand.kiosk = await office.kiosk("k1")
        yield stand


@pytest.mark.shows("R076")
async def test_an_identity_card_is_read_and_given_back(stand: Stand) -> None:
    card = identity_card("110101199001011237", "王小明", expires="2035-01-01")
    view = await stand.run(
        does("paper", "machine.read_id"),
        do=lambda: stand.worlds["IdReader"].insert(card),
        at="IdReader",
    )
    paper = stand.known(view)["paper"]
    assert (paper["id_number"], paper["name"]) == ("110101199001011237", "王小明")
    assert (paper["birth_date"], paper["is_chip"]) == ("1990-01-01", True)
    assert stand.worlds["IdReader"].slot is card


@pytest.mark.shows("R107")
async def test_a_bank_card_is_read_and_stays_until_it_is_given_back(stand: Stand) -> None:
    card, reader = bank_card("6222000011112222"), stand.worlds["CardReader"]
    view = await stand.run(
        does("card", "machine.read_card"), do=lambda: reader.insert(card), at="CardReader"
    )
    assert stand.known(view)["card"]["card"] == "6222000011112222"
    assert reader.transport is card
    done = asyncio.create_task(stand.kiosk.answer(view))
    await until(lambda: reader.slot)
    assert reader.take() is card
    view = await done
    await until(lambda: stand.status(view) == "done")


@pytest.mark.shows("R107", part="a card that is not taken is kept, and staff called")
async def test_a_card_that_nobody_takes_is_kept_and_staff_are_called(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "TAKEN_SECONDS", 0.0)
    card, reader = bank_card("6222000011112222"), stand.worlds["CardReader"]
    view = await stand.run(
        does("card", "machine.read_card"), do=lambda: reader.insert(card), at="CardReader"
    )
    answer = await stand.kiosk.do(view, "cancel")
    assert answer.status_code == 201, answer.text
    await until(lambda: stand.status(view) == "cancelled")
    assert reader.units["unit1"].cards == [card]
    board = await stand.office.world.app.parts.service("tasks", TaskService).view(BranchId("east"))
    mine = [one for one in board.tasks.values() if one.subject == view["journey"]]
    assert [one.grade.value for one in mine] == ["red"]


@pytest.mark.shows("R107", part="nobody does business with a card that somebody left")
async def test_a_card_that_was_left_inside_is_not_the_next_ones(stand: Stand) -> None:
    card, reader = bank_card("6222000011112222"), stand.worlds["CardReader"]
    reader.insert(card)
    reader.take_in()
    view = await stand.run(does("card", "machine.read_card"))
    assert view["refusal"]["code"] == "inside_already"
    assert reader.transport is card


async def test_where_a_card_is_inside_the_journey_stays(stand: Stand) -> None:
    card, reader = bank_card("6222000011112222"), stand.worlds["CardReader"]
    view = await stand.run(
        does("card", "machine.read_card"), do=lambda: reader.insert(card), at="CardReader"
    )
    teller = await stand.office.staff()
    answer = await teller.do(view, "here?channel=counter")
    assert answer.json()["error"]["code"] == "held_here"


async def test_a_card_that_is_none_is_told_and_can_be_tried_again(stand: Stand) -> None:
    card, reader = bank_card("6222000011112222"), stand.worlds["IdReader"]
    view = await stand.run(
        does("paper", "machine.read_id"), do=lambda: reader.insert(card), at="IdReader"
    )
    assert view["refusal"]["code"] == "unreadable"
    assert reader.take() is card
    again = asyncio.create_task(stand.kiosk.do(view, "retry"))
    await until(lambda: reader.wanted)
    reader.insert(identity_card("110101199001011237", "王小明"))
    assert (await again).json()["refusal"] is None


@pytest.mark.shows("R075", part="lines onto the page of a book that is put in")
async def test_a_passbook_is_read_and_its_lines_are_printed(stand: Stand) -> None:
    book = Passbook("b", stripe="6228480402564890018")
    entry = (
        "{'number': 7, 'date': '2026-11-22', 'summary': '存款', 'amount': 10000, 'balance': 25000}"
    )
    view = await stand.run(
        does("book", "machine.read_passbook"),
        does("print", "machine.print_passbook", lines=f"[{entry}]"),
        do=lambda: stand.worlds["CertificateCabinet"].insert(book),
        at="CertificateCabinet",
    )
    known = stand.known(view)
    assert known["book"] == {"account": "6228480402564890018", "page": 1, "line": 1}
    assert known["print"] == {"printed": 1, "last": 7}
    assert book.pages[1][0].split() == ["2026-11-22", "存款", "100.00", "250.00"]
    assert stand.worlds["CertificateCabinet"].inside is book


@pytest.mark.shows("R075", part="what the page bears already is not printed again")
async def test_lines_that_an_interrupted_attempt_printed_are_not_printed_again(
    stand: Stand,
) -> None:
    book = Passbook("b", stripe="6228480402564890018")
    lines = (
        "[1, 2, 3].map(n, {'number': n, 'date': '2026-11-22', 'summary': '存款', "
        "'amount': 10000 * n, 'balance': 25000})"
    )
    book.pages = {1: ["printed before the power was lost"]}
    view = await stand.run(
        does("book", "machine.read_passbook"),
        does("print", "machine.print_passbook", lines=lines, page="1", line="1"),
        do=lambda: stand.worlds["CertificateCabinet"].insert(book),
        at="CertificateCabinet",
    )
    assert stand.known(view)["print"] == {"printed": 3, "last": 3}
    printed = [line.split()[2] for line in book.pages[1][1:3]]
    assert printed == ["200.00", "300.00"]
    assert len(book.printed()) == 3


async def test_a_receipt_comes_out(stand: Stand) -> None:
    await stand.run(
        does("paper", "machine.print_receipt", title="'转账回单'", text="'金额 100.00'")
    )
    sheet = stand.worlds["ReceiptPrinter"].take()
    assert isinstance(sheet, Sheet)
    assert sheet.lines[:2] == ["转账回单", "金额 100.00"]


async def test_a_pin_never_leaves_the_pad_in_clear(stand: Stand) -> None:
    async with await Connection.open(stand.host.uri_of("Keypad")) as bank:
        await _load_key(bank)
    keypad = stand.worlds["Keypad"]

    async def press() -> None:
        for _ in range(2):
            await until(lambda: keypad.listening)
            keypad.press("135790")
            await until(lambda: not keypad.pressed)
            await asyncio.sleep(0.05)

    pressing = asyncio.create_task(press())
    view = await stand.run(
        does(
            "pin",
            "machine.enter_pin",
            'secret="pin_block"',
            account="'6222000011112222'",
            twice="true",
        )
    )
    await pressing
    block = stand.known(view)["pin"]["pin_block"]
    assert block and "135790" not in block
    everything = b"".join(p.read_bytes() for p in stand.office.world.folder.glob("tingtang.db*"))
    assert block.encode() not in everything


@pytest.mark.shows("R103", part="cash handed out by the machine")
async def test_cash_is_counted_stored_and_handed_out(stand: Stand) -> None:
    cash = stand.worlds["CashCabinet"]
    view = await stand.run(
        does("cash", "machine.accept_cash"), does("store", "machine.store_cash"),
        does("out", "machine.dispense_cash", amount="20000"),
        do=lambda: cash.put_in(notes("typeCNY100", 3, first=900_001)), at="CashCabinet",
    )  # fmt: skip
    known = stand.known(view)
    assert known["cash"] == {"amount": 300_00, "notes": {"100": 3}, "currency": "CNY"}
    assert known["out"] == {"amount": 200_00}
    assert sum(1 for _ in cash.output) == 2


async def pause(stand: Stand, name: str = "pause") -> None:
    """Take the machine out of service, or back into it."""
    devices = stand.office.world.app.parts.service("devices", DeviceService)
    wanted = App.PAUSED if name == "pause" else App.RUNNING
    await devices.give("kiosk-x", name, {}, SYSTEM)
    await until(lambda: devices.known_state("kiosk-x").app is wanted)


@pytest.mark.shows("R103", part="a machine that is out of service begins to move no cash")
async def test_a_machine_out_of_service_moves_no_cash_and_says_so(stand: Stand) -> None:
    cash = stand.worlds["CashCabinet"]
    await pause(stand)
    view = await stand.run(does("cash", "machine.accept_cash"))
    assert view["refusal"]["code"] == "cash_closed"
    assert not cash.wanted
    goes_on = 'on_refused="go_on"'
    view = await stand.run(does("out", "machine.dispense_cash", goes_on, amount="20000"))
    assert stand.known(view)["out"]["code"] == "nothing_came_out"
    view = await stand.run(does("so_far", "machine.count_out", goes_on))
    assert stand.known(view)["so_far"]["code"] == "cash_closed"
    assert not cash.output
    entries = (await stand.kiosk.http.get("/api/branches/east/scenarios")).json()["entries"]
    assert next(x for x in entries if x["scenario"] == "cash_deposit")["missing"] == ["cash"]
    await pause(stand, "resume")
    view = await stand.run(does("out", "machine.dispense_cash", amount="20000"))
    assert stand.known(view)["out"] == {"amount": 200_00}


@pytest.mark.shows(
    "R103", part="what was begun goes on to its end at a machine that was paused since"
)
async def test_cash_that_is_inside_goes_on_where_the_machine_was_paused_since(
    stand: Stand,
) -> None:
    cash = stand.worlds["CashCabinet"]
    view = await stand.run(
        does("so_far", "machine.count_out"), asks("sure"),
        does("out", "machine.dispense_cash", amount="20000", so_far="so_far.amount"),
    )  # fmt: skip
    await pause(stand)
    await stand.kiosk.answer(view)
    await until(lambda: len(cash.output) == 2)
    assert [note.type for note in cash.output] == ["typeCNY100"] * 2


async def test_cash_lies_in_the_box_that_is_cleared(stand: Stand) -> None:
    view = await stand.run()
    assert stand.known(view)["terminal"]["box"] == box_of("kiosk-x")
    other = await stand.office.kiosk("k2")
    view = await other.begin("try")
    assert stand.known(view)["terminal"]["box"] == "k2"


async def test_without_a_machine_it_is_said_and_the_menu_knows(stand: Stand) -> None:
    other = await stand.office.kiosk("k2")
    about = 'channels="kiosk" needs="id_reader"'
    flow = line("needs_it", does("paper", "machine.read_id"), asks("stop"), about=about)
    await stand.office.install("needs_it", {"needs_it.bpmn": flow})
    view = await other.begin("needs_it")
    assert view["refusal"]["code"] == "machine_not_here"
    stand.worlds["IdReader"].cut_power()

    async def missing() -> list[str]:
        entries = (await stand.kiosk.http.get("/api/branches/east/scenarios")).json()["entries"]
        return next(e for e in entries if e["scenario"] == "needs_it")["missing"]

    for _ in range(200):
        if await missing() == ["id_reader"]:
            break
        await asyncio.sleep(0.02)
    assert await missing() == ["id_reader"]


async def _load_key(bank: Connection) -> None:
    """What the bank's people do to every pad before it is used."""
    master = Key(MASTER, "K0", "T", "D")

    def of(usage: str, mode: str) -> dict[str, str]:
        return {"keyUsage": usage, "algorithm": "T", "modeOfUse": mode}

    await bank.execute(
        "KeyManagement.ImportKey",
        {"key": "MK", "keyAttributes": of("K0", "D"), "value": b64encode(MASTER).decode()},
    )
    await bank.execute(
        "KeyManagement.ImportKey",
        {
            "key": "PK",
            "keyAttributes": of("P0", "E"),
            "value": b64encode(master.encrypt(PIN_KEY)).decode(),
            "decryptKey": "MK",
            "decryptMethod": "ecb",
        },
    )
