"""自动化: made with a form, tried against a past day, run, switched; power times; off without their module."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import EAST, HallServer
from tests.browser.played_devices import PlayedDevices
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.text import Text
from tingtang.org.model.records import Module
from tingtang.org.service import OrgService

pytestmark = pytest.mark.browser
SIZE = (1440, 900)
HEAD, LOBBY = "lin.xiaolan", "zhou.qihang"


@pytest.fixture(scope="module")
def devices(server: HallServer) -> PlayedDevices:
    played = PlayedDevices(server)
    for number in (1, 2):
        played.put(
            f"lamp-{number}", "light", Text(f"大堂灯 {number}", f"Hall lamp {number}"),
            zone="east.zone.waiting",
        )  # fmt: skip
    server.open_day()
    return played


def office(screens: Screens, path: str, login: str = HEAD) -> Page:
    page = screens.as_staff(login, "office", f"/office{path}", SIZE)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


def choose(page: Page, field: str, option: str) -> None:
    page.get_by_role("combobox", name=field, exact=True).select_option(label=option)


def test_an_automation_is_made_with_the_form_tried_saved_and_run(
    screens: Screens, devices: PlayedDevices, accessible: Accessible
) -> None:
    devices.say(lambda: devices.service.properties("lamp-1", {"on": True, "level": 80}))
    page = office(screens, "/automations")
    expect(page.get_by_role("link", name="开门：设备进入营业状态")).to_be_visible()
    expect(page.get_by_text("执行场景：营业").first).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="新建自动化").click()
    expect(page.get_by_role("heading", level=1, name="新建自动化")).to_be_visible()
    page.get_by_label("名称", exact=True).fill("取号时调暗")
    page.get_by_role("button", name="添加触发").click()
    choose(page, "事件", "设备属性变化")
    page.get_by_role("button", name="添加限定").click()
    choose(page, "只在", "属性")
    page.get_by_role("textbox", name="字段中的项").fill("on")
    page.get_by_role("textbox", name="值", exact=True).fill("true")
    page.get_by_role("textbox", name="值", exact=True).blur()
    page.get_by_role("button", name="添加条件").click()
    choose(page, "状态", "设备状态")
    choose(page, "值", "正常")
    page.get_by_role("button", name="添加动作").click()
    choose(page, "动作", "设置设备")
    choose(page, "属性", "亮度")
    page.get_by_role("slider", name="亮度").fill("30")
    accessible(page)
    page.get_by_label("日期").fill(page.get_by_label("日期").get_attribute("max") or "")
    page.get_by_role("button", name="试运行").click()
    expect(page.get_by_text(re.compile(r"会运行 \d+ 次"))).to_be_visible()
    occasions = page.get_by_role("list", name="一天中的触发时刻")
    expect(occasions).to_contain_text("设置设备：大堂灯 1 · 亮度 · 30%")
    assert devices.state("lamp-1").properties["level"] == 80
    accessible(page)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", level=1, name="取号时调暗")).to_be_visible()
    page.get_by_role("button", name="立即运行").click()
    page.get_by_role("button", name="运行", exact=True).click()
    expect(page.get_by_text("手动运行")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="手动运行").first).to_contain_text("完成")
    assert devices.state("lamp-1").properties["level"] == 30
    page.get_by_role("switch", name="取号时调暗：启用").click()
    expect(page.get_by_role("switch", name="取号时调暗：启用")).not_to_be_checked()
    page.get_by_role("button", name="删除", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(page.get_by_role("heading", level=1, name="自动化")).to_be_visible()
    expect(page.get_by_role("link", name="取号时调暗")).to_have_count(0)


def test_what_makes_no_sense_is_refused_in_words_and_who_may_not_looks_on(
    screens: Screens, devices: PlayedDevices
) -> None:
    assert devices
    page = office(screens, "/automations/one")
    page.get_by_label("名称", exact=True).fill("日落")
    page.get_by_role("button", name="添加触发").click()
    choose(page, "种类", "日出或日落")
    page.get_by_role("button", name="添加动作").click()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert").first).to_contain_text("经纬度")
    page = office(screens, "/automations/one?automation=hall.day_opened&lang=en", LOBBY)
    expect(page.get_by_text("You may look at automations")).to_be_visible()
    expect(page.get_by_label("Chinese name")).to_be_disabled()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)


@pytest.mark.shows("R135", part="power times by a form")
def test_power_times_are_given_with_a_form_of_their_own(
    screens: Screens, server: HallServer, devices: PlayedDevices, accessible: Accessible
) -> None:
    assert devices
    page = office(screens, "/power")
    expect(page.get_by_text("还没有时间表")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="新建时间表").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("名称", exact=True).fill("等候区")
    dialog.get_by_label("客户等候区").check()
    dialog.get_by_label("关闭时间").fill("17:30")
    accessible(page)
    dialog.get_by_role("button", name="保存").click()
    row = page.get_by_role("row", name=re.compile("等候区"))
    expect(row).to_contain_text("营业日")
    expect(row).to_contain_text("17:30")
    engine = server.app.parts.service("automations", object)
    saved = {one.id for one in engine.book.of("east")}  # type: ignore[attr-defined]
    assert len([one for one in saved if one.startswith("power.")]) == 2
    row.get_by_role("button").click()
    dialog.get_by_label("关闭时间").fill("")
    dialog.get_by_role("button", name="保存").click()
    expect(row).to_contain_text("不关闭")
    row.get_by_role("switch").click()
    expect(row.get_by_role("switch")).not_to_be_checked()
    row.get_by_role("button", name="等候区").click()
    dialog.get_by_role("button", name="删除").click()
    dialog.get_by_role("button", name="删除").click()
    expect(page.get_by_text("还没有时间表")).to_be_visible()


@pytest.mark.shows("R004", part="without smart control a branch has no pages of devices")
def test_without_smart_control_there_are_no_pages_of_devices(
    screens: Screens, server: HallServer
) -> None:
    org = server.app.parts.service("org", OrgService)
    modules = org.directory.branch(EAST).modules
    rest = [one for one in modules if one is not Module.SMART_CONTROL]
    server.run(org.set_modules(EAST, rest, SYSTEM))
    try:
        page = office(screens, "/")
        expect(page.get_by_role("link", name="网点").first).to_be_visible()
        expect(page.get_by_role("link", name="设备登记")).to_have_count(0)
        page = screens.as_staff(HEAD, "office", "/office/automations", SIZE)
        expect(page.get_by_text("本网点未启用“智能网控”模块")).to_be_visible()
        pad = screens.as_staff(LOBBY, "pad", "/pad/", (1180, 820))
        bar = pad.get_by_role("navigation", name="模块")
        expect(bar.get_by_role("link", name="厅堂")).to_be_visible()
        expect(bar.get_by_role("link", name="设备")).to_have_count(0)
        pad.goto(server.url + "/pad/devices")
        expect(pad.get_by_text("本网点未启用“智能网控”模块")).to_be_visible()
    finally:
        server.run(org.set_modules(EAST, modules, SYSTEM))


@pytest.mark.shows("R149", part="edited with a form, set, with the result of each device")
def test_a_scene_is_edited_and_set_with_a_result_for_each_device(
    screens: Screens, devices: PlayedDevices, accessible: Accessible
) -> None:
    page = office(screens, "/scenes")
    expect(page.get_by_role("row", name=re.compile("^沙龙"))).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="新建场景").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("名称", exact=True).fill("午休")
    dialog.get_by_role("combobox", name="设备类型", exact=True).select_option(label="灯光")
    dialog.get_by_role("combobox", name="按设备类型").select_option(label="不套用")
    expect(dialog.get_by_text("请至少添加一条，并说明要成什么样")).to_be_visible()
    dialog.get_by_role("checkbox", name="设置“亮度”").check()
    dialog.get_by_role("slider", name="亮度").fill("25")
    accessible(page)
    dialog.get_by_role("button", name="保存").click()
    row = page.get_by_role("row", name=re.compile("^午休"))
    expect(row).to_contain_text("本网点")
    devices.failing.add("lamp-2")
    row.get_by_role("button", name="执行").click()
    dialog.get_by_role("button", name="执行").click()
    expect(dialog.get_by_text("1 台没有到位")).to_be_visible()
    expect(dialog.get_by_role("row", name=re.compile("大堂灯 2"))).to_contain_text("失败")
    accessible(page)
    devices.failing.clear()
    dialog.get_by_role("button", name="重试 1 台").click()
    expect(dialog.get_by_text("2 台全部到位")).to_be_visible()
    assert devices.state("lamp-2").properties["level"] == 25
    dialog.get_by_role("button", name="关闭").click()
    row.get_by_role("button", name="编辑“午休”").click()
    dialog.get_by_role("button", name="删除", exact=True).click()
    dialog.get_by_role("button", name="删除", exact=True).click()
    expect(row).to_have_count(0)
