"""Tickets on a network printer: a real socket, the printer's own words, and which machine prints where."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from tests.hall.ticket_printer import VirtualPrinter
from tests.http.world import World
from tingtang.hall import printers
from tingtang.hall.model.printing import PrintSettings, TicketPrinter, printer_of, trouble
from tingtang.hall.service import HallService
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import SYSTEM
from tingtang.org.sign_in.model.rules import TerminalKind

EAST = BranchId("east")
API = "/api/branches/east"
EN = {"accept-language": "en"}


async def kiosk_with(world: World, port: int) -> tuple[httpx.AsyncClient, str]:
    """A kiosk whose branch prints at ``port``, and the path of a ticket it issued."""
    hall = world.app.parts.service("hall", HallService)
    await hall.open_day(EAST, SYSTEM)
    settings = {"printers": [{"host": "127.0.0.1", "port": port}]}
    await world.org.save_section("east", "printing", settings, SYSTEM)
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    issued = await kiosk.post(f"{API}/tickets", json={"services": ["svc.cash_deposit"]})
    return kiosk, f"{API}/tickets/{issued.json()['ticket']}"


async def until(check: Callable[[], bool]) -> None:
    for _ in range(500):
        if check():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")


@pytest.mark.shows("R027", part="a kiosk prints its ticket on a network printer")
async def test_a_kiosk_prints_its_ticket(world: World) -> None:
    async with VirtualPrinter() as printer:
        kiosk, ticket = await kiosk_with(world, printer.port)
        assert (await kiosk.get(f"{API}/printer")).json() == {"ready": True, "paper": 80}
        printed = await kiosk.post(f"{ticket}/print", headers=EN)
        assert printed.status_code == 204, printed.text
        await until(lambda: len(printer.printed) == 1)
    assert b"Your number" in printer.printed[0]
    assert b"A001" in printer.printed[0]


@pytest.mark.parametrize(
    ("bits", "code", "words"),
    [
        ({"offline": 0x04}, "printer_not_ready", "cover open"),
        ({"paper": 0x60}, "printer_not_ready", "out of paper"),
        ({"offline": 0x40}, "printer_not_ready", "out of order"),
        ({"done": 0x0C}, "print_uncertain", "did not confirm"),
    ],
)
async def test_a_printer_says_why_it_cannot(
    world: World, bits: dict[str, int], code: str, words: str
) -> None:
    async with VirtualPrinter() as printer:
        for name, value in bits.items():
            setattr(printer, name, value)
        kiosk, ticket = await kiosk_with(world, printer.port)
        error = (await kiosk.post(f"{ticket}/print", headers=EN)).json()["error"]
        assert error["code"] == code
        assert words in error["message"]
        if code == "print_uncertain":
            await until(lambda: len(printer.printed) == 1)
    assert bool(printer.printed) is (code == "print_uncertain")


async def test_a_printer_that_never_answers_is_trusted_and_one_that_is_gone_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printers, "STATUS_SECONDS", 0.05)
    async with VirtualPrinter(mute=True) as printer:
        kiosk, ticket = await kiosk_with(world, printer.port)
        assert (await kiosk.post(f"{ticket}/print")).status_code == 204
    error = (await kiosk.post(f"{ticket}/print", headers=EN)).json()["error"]
    assert error["code"] == "printer_unreachable"


async def test_without_a_printer_the_page_prints_and_phones_never_do(world: World) -> None:
    await world.app.parts.service("hall", HallService).open_day(EAST, SYSTEM)
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    assert not (await kiosk.get(f"{API}/printer")).json()["ready"]
    issued = (await kiosk.post(f"{API}/tickets", json={"services": ["svc.cash_deposit"]})).json()
    refused = await kiosk.post(f"{API}/tickets/{issued['ticket']}/print")
    assert refused.json()["error"]["code"] == "no_printer"
    phone = world.bearer(issued["link"])
    assert (await phone.post(f"{API}/tickets/{issued['ticket']}/print")).status_code == 403


def test_a_machine_prints_on_its_own_printer_or_on_the_one_for_all() -> None:
    own, shared = TicketPrinter("10.0.0.1", terminal="k1"), TicketPrinter("10.0.0.2")
    settings = PrintSettings((shared, own))
    assert printer_of(settings, "k1") is own
    assert printer_of(settings, "k2") is shared
    assert printer_of(settings, "") is shared
    assert printer_of(PrintSettings((own,)), "k2") is None
    assert trouble(0x12, 0x12 | 0x0C) is None  # paper near its end still prints
