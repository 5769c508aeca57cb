"""Devices in the office: registered with a secret shown once, placed on the plan, looked up."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import HallServer
from tests.browser.played_devices import PlayedDevices
from tingtang.kernel.text import Text

pytestmark = pytest.mark.browser
SIZE = (1440, 900)
ENGINEER = "jiang.haoran"


@pytest.fixture(scope="module")
def devices(server: HallServer) -> PlayedDevices:
    played = PlayedDevices(server)
    played.put("lamp-1", "light", Text("大堂灯", "Hall lamp"), zone="east.zone.waiting")
    played.put("lamp-9", "light", Text("远灯", "Far lamp"), branch="willow")
    played.lose("lamp-9")
    now = server.clock.now_ms()
    for minutes in range(0, 120, 10):
        played.service.telemetry.add("lamp-1", now - minutes * 60_000, {"power": 40.0 + minutes})
    return played


def office(screens: Screens, path: str, login: str = ENGINEER) -> Page:
    return screens.as_staff(login, "office", f"/office/{path}", SIZE)


@pytest.mark.shows("R132", part="a device registered in the office, its secret shown once")
def test_a_device_is_registered_and_its_secret_shown_once(
    screens: Screens, devices: PlayedDevices, accessible: Accessible
) -> None:
    page = office(screens, "devices?branch=east")
    page.get_by_role("button", name="登记设备").click()
    form = page.get_by_role("dialog", name="登记设备")
    form.get_by_label("设备类型").select_option(label="电动窗帘")
    form.get_by_label("编号", exact=True).fill("curtain-1")
    form.get_by_label("中文名称").fill("橱窗帘")
    form.get_by_label("功能区").select_option(label="客户等候区")
    form.get_by_label("保修到期").fill("2020-01-31")
    accessible(page)
    form.get_by_role("button", name="登记", exact=True).click()
    shown = page.get_by_role("dialog", name="“curtain-1”的连接密钥")
    first = shown.locator("[data-secret]").inner_text()
    assert devices.service.register.is_secret("curtain-1", first)
    expect(shown.get_by_role("img", name=re.compile("扫码"))).to_be_visible()
    accessible(page)
    shown.get_by_role("button", name="我已保存").click()
    row = page.get_by_role("row", name=re.compile("橱窗帘"))
    expect(row).to_contain_text("未知")
    expect(row).to_contain_text("已过保")
    devices.up("curtain-1")
    expect(row).to_contain_text("正常")
    row.get_by_role("button").click()
    form = page.get_by_role("dialog", name="橱窗帘")
    form.get_by_role("button", name="更换密钥").click()
    form.get_by_role("button", name="确定").click()
    second = page.locator("[data-secret]").inner_text()
    assert second != first
    assert devices.service.register.is_secret("curtain-1", second)
    assert not devices.service.register.is_secret("curtain-1", first)
    page.get_by_role("button", name="我已保存").click()
    row.get_by_role("button").click()
    form.get_by_label("投入使用").uncheck()
    form.get_by_role("button", name="保存").click()
    expect(row).to_contain_text("已停用")
    row.get_by_role("button").click()
    form.get_by_role("button", name="删除设备").click()
    form.get_by_role("button", name="确定").click()
    expect(row).to_have_count(0)


@pytest.mark.shows("R140", part="devices dragged to their places on the plan")
def test_a_device_is_dragged_to_its_place(
    screens: Screens, devices: PlayedDevices, accessible: Accessible
) -> None:
    page = office(screens, "devices/places?branch=east")
    item = page.get_by_role("region", name="未标位置").get_by_role("button", name="大堂灯")
    low = page.get_by_role("button", name="低柜服务区区域")
    item.drag_to(low)
    expect(page.get_by_role("status").filter(has_text="大堂灯 已保存到低柜服务区")).to_be_visible()
    placed = devices.service.register.device("lamp-1")
    assert placed.zone == "east.zone.low"
    assert placed.spot is not None
    marker = page.get_by_role("button", name="大堂灯")
    accessible(page)
    marker.drag_to(page.get_by_role("button", name="客户等候区区域"))
    expect(page.get_by_role("status").filter(has_text="客户等候区")).to_be_visible()
    moved = devices.service.register.device("lamp-1").spot
    assert moved is not None
    assert moved.x < placed.spot.x
    marker.press("Delete")
    expect(item).to_be_visible()
    assert devices.service.register.device("lamp-1").spot is None


def test_the_fleet_leads_to_the_devices_that_need_somebody(
    screens: Screens, devices: PlayedDevices, accessible: Accessible
) -> None:
    page = office(screens, "fleet")
    expect(page.get_by_text("1 台需要处理，分布在 1 个网点")).to_be_visible()
    accessible(page)
    page.get_by_role("link", name="柳荫支行 离线 1").click()
    expect(page.get_by_role("row", name=re.compile("远灯"))).to_contain_text("离线")


def test_types_and_readings_are_looked_up(
    screens: Screens, devices: PlayedDevices, accessible: Accessible
) -> None:
    page = office(screens, "device-types?lang=en")
    page.get_by_role("button", name="Smart counter").click()
    expect(page.get_by_role("heading", name="Smart counter")).to_be_visible()
    expect(page.get_by_text("Card reader").first).to_be_visible()
    accessible(page)
    page = office(screens, "readings?branch=east&device=lamp-1&value=power")
    expect(page.get_by_role("heading", name=re.compile("功率：现在 40 W"))).to_be_visible()
    accessible(page)


def test_who_may_only_look_is_offered_no_changes(screens: Screens, devices: PlayedDevices) -> None:
    page = office(screens, "devices?branch=willow", "gao.mingyuan")
    expect(page.get_by_role("row", name=re.compile("远灯"))).to_be_visible()
    expect(page.get_by_role("button", name="登记设备")).to_have_count(0)
