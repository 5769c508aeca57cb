"""设备管理 on the PAD: devices on the plan and in the list, faults at once, told and answered."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import HallServer
from tests.browser.played_devices import PlayedDevices
from tingtang.devices.model import wire
from tingtang.devices.model.records import Spot
from tingtang.kernel.text import Text

pytestmark = pytest.mark.browser
SIZE = (1180, 820)
MANAGER, ENGINEER = "zhou.qihang", "jiang.haoran"


@pytest.fixture(scope="module")
def devices(server: HallServer) -> PlayedDevices:
    played = PlayedDevices(server)
    played.put(
        "kiosk-1", "kiosk", Text("一号柜台", "Smart counter one"), zone="east.zone.smart",
        spot=Spot(1, 1.2, 5.0),
    )  # fmt: skip
    for number, x in ((1, 12.0), (2, 18.0)):
        played.put(
            f"lamp-{number}", "light", Text(f"大堂灯 {number}", f"Hall lamp {number}"),
            zone="east.zone.waiting", spot=Spot(1, x, 8.0),
        )  # fmt: skip
    return played


def pad(screens: Screens, path: str, login: str = MANAGER) -> Page:
    page = screens.as_staff(login, "pad", f"/pad/devices{path}", SIZE)
    expect(page.get_by_role("navigation", name="各状态设备数")).to_be_visible()
    return page


def sheet(page: Page, name: str) -> Locator:
    return page.get_by_role("dialog", name=name)


@pytest.mark.shows("R140", part="every device on the map")
@pytest.mark.shows("R132", part="a device and its fault on the PAD as they happen")
def test_devices_stand_on_the_plan_and_a_fault_shows_at_once(
    screens: Screens, devices: PlayedDevices, accessible: Accessible
) -> None:
    page = pad(screens, "")
    expect(page.get_by_role("button", name="大堂灯 1，灯光，正常")).to_be_visible()
    kiosk = page.get_by_role("button", name="一号柜台，智慧柜台，正常")
    expect(kiosk).to_be_visible()
    devices.put("lamp-3", "light", Text("新灯", "New lamp"), spot=Spot(1, 26.0, 7.0), is_up=False)
    expect(page.get_by_role("button", name="新灯，灯光，未知")).to_be_visible()
    devices.up("lamp-3")
    expect(page.get_by_role("button", name="新灯，灯光，正常")).to_be_visible()
    devices.report("kiosk-1", "cash", wire.Health.FAULT, "jam")
    broken = page.get_by_role("button", name="一号柜台，智慧柜台，故障")
    expect(broken).to_contain_text("故障")
    accessible(page)
    broken.click()
    part = sheet(page, "一号柜台").get_by_role("group", name="现金边柜")
    expect(part).to_contain_text("故障")
    expect(part).to_contain_text("卡住")
    accessible(page)
    devices.report("kiosk-1", "cash", wire.Health.OK)
    expect(part).not_to_contain_text("故障")


@pytest.mark.shows("R133", part="a lost network on the PAD, with its reason and since when")
def test_a_lost_device_is_found_on_top_of_the_list(
    screens: Screens, devices: PlayedDevices, accessible: Accessible
) -> None:
    devices.lose("lamp-2")
    page = pad(screens, "/list")
    group = page.get_by_role("region", name="环境")
    expect(group.get_by_role("button").first).to_contain_text("大堂灯 2")
    accessible(page)
    page.get_by_label("名称、编号、类型").fill("kiosk")
    expect(page.get_by_text("1 台", exact=True)).to_be_visible()
    page.get_by_role("button", name="清除筛选").click()
    page.get_by_role("link", name=re.compile("离线")).click()
    page.get_by_role("button", name=re.compile("大堂灯 2")).click()
    opened = sheet(page, "大堂灯 2")
    expect(opened).to_contain_text("连接中断")
    opened.get_by_role("switch", name="开关").click()
    expect(opened.get_by_role("alert")).to_contain_text("设备不在线")
    devices.up("lamp-2")
    expect(opened).to_contain_text("网络、应用、部件都正常")


def test_a_light_is_switched_and_the_outcome_is_shown(
    screens: Screens, devices: PlayedDevices
) -> None:
    devices.say(lambda: devices.service.properties("lamp-1", {"on": False, "level": 20}))
    page = pad(screens, "?device=lamp-1")
    opened = sheet(page, "大堂灯 1")
    switch = opened.get_by_role("switch", name="开关")
    expect(switch).not_to_be_checked()
    switch.click()
    expect(switch).to_be_checked()
    outcome = opened.get_by_role("status").filter(has_text="开关 开")
    expect(outcome).to_contain_text("已完成")
    devices.failing.add("lamp-1")
    opened.get_by_label("亮度").fill("60")
    failed = opened.get_by_role("status").filter(has_text="亮度 60%")
    expect(failed).to_contain_text("失败")
    expect(failed).to_contain_text("设备忙")
    expect(opened.get_by_text("要求 60%，设备尚未报告")).to_be_visible()
    devices.failing.clear()


def test_who_maintains_devices_is_asked_before_a_restart(
    screens: Screens, devices: PlayedDevices
) -> None:
    page = pad(screens, "?device=kiosk-1")
    commands = sheet(page, "一号柜台")
    expect(commands.get_by_role("button", name="暂停服务")).to_be_visible()
    expect(commands.get_by_role("button", name="设备重启")).to_have_count(0)
    page = pad(screens, "?branch=east&device=kiosk-1", ENGINEER)
    commands = sheet(page, "一号柜台")
    commands.get_by_role("button", name="设备重启").click()
    expect(commands.get_by_text("确定要“设备重启”吗？")).to_be_visible()
    assert "restart" not in [call.name for _, call in devices.told]
    commands.get_by_role("button", name="确定").click()
    expect(commands.get_by_role("status").filter(has_text="设备重启")).to_contain_text("已完成")


@pytest.mark.shows("R134", part="every part of a machine on the PAD")
@pytest.mark.shows("R136", part="a part put out of use on the PAD")
def test_a_part_of_a_kiosk_is_put_out_of_use(screens: Screens, devices: PlayedDevices) -> None:
    page = pad(screens, "?device=kiosk-1")
    opened = sheet(page, "一号柜台")
    opened.get_by_role("button", name="部件").click()
    part = opened.get_by_role("group", name="读卡器")
    part.get_by_role("switch").click()
    expect(part).to_contain_text("已停用")
    assert devices.in_use["kiosk-1"]["card_reader"] is False
    expect(opened).to_contain_text("1 个停用")
    part.get_by_role("switch").click()
    expect(part).not_to_contain_text("已停用")


@pytest.mark.shows("R137", part="the branch opened with one tap on the PAD")
@pytest.mark.shows("R147", part="a result for every device, and a retry of the rest")
def test_the_branch_is_opened_with_one_tap_and_the_rest_tried_again(
    screens: Screens, devices: PlayedDevices, accessible: Accessible
) -> None:
    devices.say(lambda: devices.service.properties("lamp-2", {"on": False, "level": 0}))
    devices.failing.add("lamp-2")
    page = pad(screens, "/scenes")
    page.get_by_role("button", name=re.compile("^营业")).click()
    dialog = page.get_by_role("dialog", name="一键营业")
    dialog.get_by_role("button", name="开始").click()
    expect(dialog.get_by_role("status")).to_have_text("1 台没有到位")
    results = dialog.get_by_role("list", name="每台设备的结果").get_by_role("listitem")
    expect(results.first).to_contain_text("大堂灯 2")
    expect(results.first).to_contain_text("失败")
    accessible(page)
    devices.failing.clear()
    dialog.get_by_role("button", name="重试 1 台").click()
    expect(dialog.get_by_role("status")).to_contain_text("全部到位")
    assert devices.state("lamp-2").properties["on"] is True


def test_with_the_link_cut_the_last_state_stays_and_commands_are_refused(
    screens: Screens, devices: PlayedDevices
) -> None:
    page = pad(screens, "?device=lamp-1")
    opened = sheet(page, "大堂灯 1")
    expect(opened.get_by_role("switch", name="开关")).to_be_visible()
    page.context.set_offline(True)
    expect(opened.get_by_text(re.compile("连接已断开|断开")).first).to_be_visible()
    opened.get_by_role("switch", name="开关").click()
    expect(opened.get_by_role("alert")).to_contain_text("设备收不到命令")
    page.context.set_offline(False)


@pytest.mark.parametrize("look", ["lang=en&theme=dark&type=large"])
def test_every_side_of_a_device_is_accessible(
    screens: Screens, devices: PlayedDevices, accessible: Accessible, look: str
) -> None:
    page = screens.as_staff(MANAGER, "pad", f"/pad/devices?device=kiosk-1&{look}", SIZE)
    sides = page.get_by_role("dialog").get_by_role("group").first.get_by_role("button")
    expect(sides).to_have_count(5)
    for side in range(5):
        sides.nth(side).click()
        expect(sides.nth(side)).to_have_attribute("aria-pressed", "true")
        accessible(page)
