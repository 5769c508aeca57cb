"""The kiosk's menu follows its machine: a part put out of use is known at once, and tickets go on."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import EAST, HallServer
from tests.browser.played_devices import PlayedDevices
from tingtang.devices.model import wire
from tingtang.devices.model.records import Device
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.text import Text
from tingtang.org.sign_in.model.rules import TerminalKind

pytestmark = pytest.mark.browser
SIZE = (1080, 1920)
MACHINE, TERMINAL = "kiosk-1", "east.kiosk."


@pytest.fixture(scope="module")
def devices(server: HallServer) -> PlayedDevices:
    played = PlayedDevices(server)
    server.open_day()
    return played


@pytest.fixture(scope="module")
def machine(server: HallServer, devices: PlayedDevices) -> PlayedDevices:
    """The kiosk of these tests is registered as the screen of a machine."""
    record = Device(
        id=MACHINE, branch=EAST, type="kiosk", name=Text("一号柜台", "One"), terminal=TERMINAL
    )
    server.run(devices.service.enrol(record, SYSTEM))
    devices.up(MACHINE)
    return devices


def kiosk(screens: Screens, language: str = "zh-CN", looks: str = "") -> Page:
    page = screens.as_terminal(TerminalKind.KIOSK, "kiosk", f"/kiosk?lang={language}{looks}", SIZE)
    page.get_by_role("button", name="Touch to start" if language == "en" else "点此开始").click()
    expect(page.locator(".choices")).to_be_visible()
    return page


def use(server: HallServer, devices: PlayedDevices, part: str, *, on: bool) -> None:
    server.run(devices.service.switch_module(MACHINE, part, on, SYSTEM, None))


def test_a_kiosk_that_is_no_registered_machine_offers_everything(
    screens: Screens, devices: PlayedDevices
) -> None:
    assert devices
    page = kiosk(screens)
    expect(page.get_by_role("button", name=re.compile("^取号 现在就排队"))).to_be_visible()
    expect(page.get_by_text("这台机器暂时不能")).to_have_count(0)


@pytest.mark.shows("R136", part="the kiosk's menu changes at once, with words")
def test_a_part_out_of_use_is_said_at_once_and_back_again(
    screens: Screens, server: HallServer, machine: PlayedDevices, accessible: Accessible
) -> None:
    page = kiosk(screens)
    use(server, machine, "cash", on=False)
    expect(page.get_by_text("这台机器暂时不能：存取现金")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name=re.compile("^材料准备")).click()
    cash = page.get_by_role("button", name=re.compile("^现金取款"))
    expect(cash).to_contain_text("本机暂不能办理（存取现金）")
    expect(page.get_by_role("button", name=re.compile("^转账汇款"))).not_to_contain_text("本机")
    accessible(page)
    cash.click()
    expect(page.get_by_text("本机暂不能办理（存取现金）")).to_be_visible()
    use(server, machine, "cash", on=True)
    expect(page.get_by_text("本机暂不能办理")).to_have_count(0)


def test_a_broken_scanner_is_said_where_codes_are_shown(
    screens: Screens, machine: PlayedDevices, accessible: Accessible
) -> None:
    machine.report(MACHINE, "scanner", wire.Health.FAULT, "jam")
    page = kiosk(screens, "en")
    expect(page.get_by_text("Not possible at this machine now: scanning")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name=re.compile("^Check in")).click()
    expect(page.get_by_text("type the digits")).to_be_visible()
    machine.report(MACHINE, "scanner", wire.Health.OK)
    expect(page.get_by_text("type the digits")).to_have_count(0)


@pytest.mark.shows("R136", part="without paper the ticket stands on the screen")
def test_without_a_printer_there_are_tickets_all_the_same(
    screens: Screens, server: HallServer, machine: PlayedDevices
) -> None:
    machine.report(MACHINE, "receipt_printer", wire.Health.FAULT, "paper_out")
    page = kiosk(screens)
    page.get_by_role("button", name=re.compile("号票显示在屏幕上")).click()
    page.get_by_role("button", name=re.compile("^现金取款")).click()
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="不需要，下一步").click()
    page.get_by_role("button", name=re.compile("取号，到柜台办")).click()
    expect(page.get_by_role("heading", name="取号成功")).to_be_visible()
    expect(page.get_by_text("这台机器现在不能打印")).to_be_visible()
    expect(page.get_by_role("img", name="用手机关注这张号票的二维码")).to_be_visible()
    number = page.locator(".hero .tt-number [aria-hidden]").inner_text()
    assert number in server.run(server.hall.state(EAST)).ticket_ids
    machine.report(MACHINE, "receipt_printer", wire.Health.OK)
