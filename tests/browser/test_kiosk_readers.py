"""The kiosk and what is attached to it: a code scanner, a card reader, a ticket printer."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import segno
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import CHROMIUM, FLAGS, Screens
from tests.browser.hall_server import EAST, HallServer, service_id
from tests.hall.ticket_printer import VirtualPrinter
from tingtang.customers import model as customers
from tingtang.customers.service import CustomerService
from tingtang.hall.bookings import BookingService
from tingtang.hall.check_in import CheckIn
from tingtang.hall.contacts import Contact
from tingtang.kernel.clock import moment_ms
from tingtang.kernel.ids import BookingId, CustomerId, ServiceId, TicketId
from tingtang.kernel.permissions import SYSTEM
from tingtang.org.service import OrgService
from tingtang.org.sign_in.model.rules import TerminalKind

pytestmark = pytest.mark.browser
SIZE = (1080, 1920)
CARD = "6222020000000007"
ELEVEN = ("2026-11-18", "11:00")
"""A Wednesday."""


@pytest.fixture(autouse=True)
def open_hall(server: HallServer) -> None:
    """A quarter to eleven on a work day, whatever the machine's clock says."""
    server.clock.back_ms = 0
    start = moment_ms(*ELEVEN, "Asia/Shanghai") - 15 * 60_000
    server.clock.back_ms = server.clock.now_ms() - start
    server.open_day()


def kiosk(screens: Screens) -> Page:
    page = screens.as_terminal(TerminalKind.KIOSK, "kiosk", "/kiosk", SIZE)
    page.get_by_role("button", name="点此开始").click()
    expect(page.locator(".choices")).to_be_visible()
    return page


def read(page: Page, text: str) -> None:
    """What a reader does: keys within milliseconds, then Enter."""
    page.evaluate(
        """keys => {
            for (const key of keys)
                (document.activeElement ?? document.body).dispatchEvent(
                    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
        }""",
        [*text, "Enter"],
    )


def register(server: HallServer) -> CustomerId:
    """A customer of the second tier with a card."""
    book = server.app.parts.service("customers", CustomerService)

    async def work() -> CustomerId:
        found: CustomerId | None = None
        with contextlib.suppress(Exception):
            found = (await book.identify(EAST, customers.By.CARD, CARD, SYSTEM)).id
        facts = customers.Facts(id=CustomerId(""), tier=customers.Tier(1), branch=EAST)
        details = customers.Details(name="王小明", cards=(CARD,))
        return found or await book.save(facts, details, SYSTEM, is_new=True)

    return server.run(work())


def book(server: HallServer, phone: str = "13800000021") -> BookingId:
    """A booking at eleven."""
    bookings = server.app.parts.service("bookings", BookingService)
    card = ServiceId(service_id("card_open"))

    async def work() -> BookingId:
        held = await bookings.hold(EAST, card, moment_ms(*ELEVEN, "Asia/Shanghai"), SYSTEM)
        contact = Contact(phone, "", "zh")
        return (await bookings.confirm(EAST, held.booking, contact, SYSTEM)).booking

    return server.run(work())


@pytest.mark.shows(
    "R024", part="bank card and phone number at the kiosk; the number is never shown"
)
def test_a_card_identifies_and_is_never_shown(screens: Screens, server: HallServer) -> None:
    known = register(server)
    page = kiosk(screens)
    page.get_by_role("button", name="取号 现在就排队").click()
    page.get_by_role("button", name=re.compile("^现金取款")).click()
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="登记身份（可选）").click()
    expect(page.get_by_text("也可以直接扫二维码")).to_be_visible()
    read(page, ";6222020000000015=2512?")
    expect(page.get_by_text("未识别到客户")).to_be_visible()
    # A person types more slowly, and gets every key.
    pad = page.get_by_role("group", name="手机号", exact=True)
    pad.focus()
    page.keyboard.type("138", delay=120)
    expect(page.locator(".place.is-filled")).to_have_count(3)
    read(page, f"%B{CARD}^WANG/XM^2512101?")
    expect(page.get_by_text("已识别：支行级贵宾")).to_be_visible()
    assert CARD[-4:] not in page.locator("body").inner_text()
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name=re.compile("取号，到柜台办")).click()
    expect(page.get_by_role("heading", name="取号成功")).to_be_visible()
    number = page.locator(".hero .tt-number [aria-hidden]").inner_text()
    state = server.run(server.hall.state(EAST))
    assert state.tickets[state.ticket_ids[number]].customer == known


@pytest.mark.shows("R029", part="a booking becomes a ticket by its QR code at the kiosk")
def test_a_booking_checks_in_by_its_code_from_the_start_page(
    screens: Screens, server: HallServer
) -> None:
    booking = book(server)
    page = kiosk(screens)
    read(page, f"tt.b.{booking}")
    expect(page.get_by_role("heading", name="取号成功")).to_be_visible()
    number = page.locator(".hero .tt-number [aria-hidden]").inner_text()
    state = server.run(server.hall.state(EAST))
    assert state.ticket_ids[number] == booking
    # The same code again gives the same ticket.
    again = server.run(
        server.app.parts.service("check_in", CheckIn).by_qr(EAST, f"tt.b.{booking}", SYSTEM)
    )
    assert again.ticket.number == number


def film_of(text: str, file: Path) -> None:
    """A film of one still picture, as Chromium's camera for tests takes it: a QR code on white."""
    width, height, scale = 640, 480, 8
    symbol = segno.make(text, micro=False)
    side = int(symbol.symbol_size(scale)[0])
    luma = [bytearray(b"\xeb" * width) for _ in range(height)]
    for y, row in enumerate(symbol.matrix_iter(scale)):
        line = bytes(16 if dark else 235 for dark in row)
        luma[(height - side) // 2 + y][(width - side) // 2 : (width + side) // 2] = line
    chroma = b"\x80" * (width * height // 2)
    frame = b"FRAME\n" + b"".join(luma) + chroma
    file.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + frame * 10)


@pytest.mark.shows("R029", part="a booking becomes a ticket by its QR code before the camera")
def test_a_booking_checks_in_by_its_code_before_the_camera(
    browser: Browser, server: HallServer, tmp_path: Path
) -> None:
    booking = book(server, "13800000022")
    film_of(f"tt.b.{booking}", tmp_path / "code.y4m")
    camera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
              f"--use-file-for-fake-video-capture={tmp_path / 'code.y4m'}"]  # fmt: skip
    with browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *camera]) as seeing:
        screens = Screens(seeing, server)
        page = kiosk(screens)
        page.get_by_role("button", name=re.compile("^预约签到")).click()
        page.get_by_role("button", name="用摄像头扫码").click()
        expect(page.get_by_role("heading", name="取号成功")).to_be_visible()
        assert screens.errors == []
    assert TicketId(booking) in server.run(server.hall.state(EAST)).ticket_ids.values()


@pytest.mark.shows("R029", part="a booking becomes a ticket by the phone number at the kiosk")
def test_a_booking_checks_in_by_phone_number_and_other_codes_are_answered_in_words(
    screens: Screens, server: HallServer
) -> None:
    book(server)
    page = kiosk(screens)
    page.get_by_role("button", name=re.compile("^预约签到")).click()
    read(page, CARD)
    expect(page.get_by_role("alert")).to_contain_text("这不是预约码")
    read(page, "000000")
    expect(page.get_by_role("alert")).to_contain_text("没有")
    page.get_by_role("button", name="手机号", exact=True).click()
    for digit in "13800000021":
        page.locator(".keys").get_by_role("button", name=digit, exact=True).click()
    expect(page.locator(".entry")).not_to_contain_text("138")
    page.get_by_role("button", name="签到取号").click()
    expect(page.get_by_role("heading", name="取号成功")).to_be_visible()


@pytest.fixture
def printer(server: HallServer) -> Iterator[VirtualPrinter]:
    """A printer on the network that the branch has set up for its machines."""
    running = VirtualPrinter()
    org = server.app.parts.service("org", OrgService)

    async def start() -> None:
        await running.__aenter__()
        settings = {"printers": [{"host": "127.0.0.1", "port": running.port}]}
        await org.save_section(EAST, "printing", settings, SYSTEM)

    async def stop() -> None:
        await org.save_section(EAST, "printing", {"printers": []}, SYSTEM)
        await running.__aexit__()

    server.run(start())
    yield running
    server.run(stop())


def take(page: Page) -> None:
    page.get_by_role("button", name="取号 现在就排队").click()
    page.get_by_role("button", name=re.compile("^现金取款")).click()
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="不需要，下一步").click()
    page.get_by_role("button", name=re.compile("取号，到柜台办")).click()
    expect(page.get_by_role("heading", name="取号成功")).to_be_visible()


@pytest.mark.shows("R027", part="the kiosk prints on its printer, says so, and goes on without it")
def test_the_ticket_is_printed_or_the_screen_says_why_not(
    screens: Screens, server: HallServer, printer: VirtualPrinter
) -> None:
    printer.paper = 0x60
    page = kiosk(screens)
    take(page)
    failed = page.get_by_role("status").filter(has_text="号票没有打印出来")
    expect(failed).to_contain_text("缺纸")
    expect(failed).to_contain_text("号码照样有效")
    expect(page.get_by_role("img", name="用手机关注这张号票的二维码")).to_be_visible()
    expect(page.get_by_role("button", name="用系统打印")).to_be_visible()
    assert printer.printed == []
    printer.paper = 0
    page.get_by_role("button", name="再打印一次").click()
    expect(page.get_by_text("号票已打印，请在出票口取走")).to_be_visible()
    number = page.locator(".hero .tt-number [aria-hidden]").inner_text()
    assert number.encode() in b"".join(printer.printed)


def test_without_a_printer_the_browser_prints_its_receipt_page(
    screens: Screens, server: HallServer
) -> None:
    page = kiosk(screens)
    take(page)
    page.evaluate(
        """() => {
            window.print = () => {
                window.printed = document.querySelector('.tt-paper').textContent
            }
        }"""
    )
    page.get_by_role("button", name="打印", exact=True).click()
    number = page.locator(".hero .tt-number [aria-hidden]").inner_text()
    assert number in page.evaluate("window.printed")


def test_a_full_quota_offers_other_ways(screens: Screens, server: HallServer) -> None:
    org = server.app.parts.service("org", OrgService)
    statement = ServiceId(service_id("statement"))
    before = next(one for one in org.directory.services() if one.id == statement)
    limited = msgspec.structs.replace(before, quota=1)
    server.run(org.save_service(limited, SYSTEM))
    server.run(server.hall.refresh_setup(EAST, ""))
    page = kiosk(screens)
    page.get_by_role("button", name="取号 现在就排队").click()
    page.get_by_role("button", name=re.compile("^流水与证明")).click()
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="不需要，下一步").click()
    way = page.get_by_role("button", name=re.compile("取号，到柜台办"))
    expect(way).to_be_visible()
    server.issue("statement")
    way.click()
    expect(page.get_by_role("heading", name=re.compile("已取完（每日 1 张）"))).to_be_visible()
    page.get_by_role("button", name=re.compile("换一项业务")).click()
    expect(page.get_by_role("heading", name="办理什么业务？")).to_be_visible()
    server.run(org.save_service(before, SYSTEM))
