"""Automations of the whole bank in the office, and a branch's own on its PAD."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import EAST, HallServer
from tests.browser.played_devices import PlayedDevices
from tingtang.kernel.text import Text

pytestmark = pytest.mark.browser
SIZE, PAD = (1440, 900), (1180, 820)
HEAD, MANAGER, LOBBY = "gao.mingyuan", "lin.xiaolan", "zhou.qihang"


@pytest.fixture(scope="module")
def devices(server: HallServer) -> PlayedDevices:
    played = PlayedDevices(server)
    played.put("lamp-1", "light", Text("大堂灯", "Hall lamp"), zone="east.zone.waiting")
    server.open_day()
    return played


def office(screens: Screens, path: str, login: str = HEAD) -> Page:
    page = screens.as_staff(login, "office", f"/office{path}", SIZE)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


def pad(screens: Screens, login: str = MANAGER, look: str = "") -> Page:
    page = screens.as_staff(login, "pad", f"/pad/devices/automations{look}", PAD)
    expect(page.get_by_role("region", name=re.compile("自动化|Automations"))).to_be_visible()
    return page


@pytest.mark.shows("R025", part="head office writes one for every branch, and a branch has its own")
def test_head_office_writes_one_for_all_and_a_branch_its_own(
    screens: Screens, devices: PlayedDevices, accessible: Accessible
) -> None:
    assert devices
    page = office(screens, "/automations?branch=east")
    page.get_by_role("navigation", name="范围").get_by_role("link", name="全行").click()
    expect(page.get_by_text("在每个没有自己版本的网点生效")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="新建自动化").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("新建自动化 · 全行")
    page.get_by_label("名称", exact=True).fill("打烊提醒")
    page.get_by_role("button", name="添加触发").click()
    page.get_by_role("button", name="添加动作").click()
    page.get_by_role("combobox", name="动作", exact=True).select_option(label="设置设备")
    expect(page.get_by_text("全行的自动化不能指定某一个")).to_be_visible()
    page.get_by_role("combobox", name=re.compile("^动作")).select_option(label="执行场景")
    page.get_by_role("combobox", name="场景", exact=True).select_option(label="打烊")
    accessible(page)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("打烊提醒 · 全行")
    expect(page.get_by_text("按 东城支行 的记录")).to_be_visible()

    own = office(screens, "/automations?branch=east", MANAGER)
    row = own.get_by_role("row", name=re.compile("打烊提醒"))
    expect(row).to_contain_text("全行")
    own.get_by_role("switch", name="打烊提醒：启用").click()
    expect(row).to_contain_text("本网点")
    own.get_by_role("link", name="打烊提醒").click()
    own.get_by_role("button", name="恢复原样").click()
    expect(own.get_by_role("dialog")).to_contain_text("恢复全行的“打烊提醒”")
    own.get_by_role("dialog").get_by_role("button", name="取消").click()
    own.get_by_role("link", name="查看全行版本").click()
    expect(own.get_by_text("全行的自动化由总行修改")).to_be_visible()
    expect(own.get_by_role("button", name="保存")).to_have_count(0)

    page.reload()
    expect(page.get_by_text("东城支行 用自己的版本")).to_be_visible()
    page.get_by_role("switch", name="打烊提醒：全行启用").click()
    expect(page.get_by_role("switch", name="打烊提醒：全行启用")).not_to_be_checked()
    page.get_by_role("button", name="删除", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(page.get_by_role("navigation", name="范围")).to_be_visible()
    expect(page.get_by_role("link", name="打烊提醒")).to_have_count(0)


@pytest.mark.shows("R131", part="automations of the branch on the PAD")
def test_the_pad_switches_tries_and_tells_why_it_ran(
    screens: Screens, devices: PlayedDevices, accessible: Accessible
) -> None:
    assert devices
    page = pad(screens)
    accessible(page)
    name = "开门：设备进入营业状态"
    one = page.get_by_role("listitem").filter(has_text=name)
    expect(one).to_contain_text("执行场景：营业")
    one.get_by_role("switch").click()
    expect(one.get_by_role("switch")).not_to_be_checked()
    one.get_by_role("switch").click()
    expect(one.get_by_role("switch")).to_be_checked()
    one.get_by_role("button", name=re.compile(name)).click()
    dialog = page.get_by_role("dialog", name=name)
    dialog.get_by_label("日期").fill(dialog.get_by_label("日期").get_attribute("max") or "")
    dialog.get_by_role("button", name="试运行").click()
    expect(dialog.get_by_text("会运行 1 次")).to_be_visible()
    expect(dialog.get_by_role("heading", name="运行记录")).to_be_visible()
    expect(dialog.get_by_role("link", name="在管理中心编辑")).to_have_attribute(
        "href", f"/office/automations/one?branch={EAST}&automation=hall.day_opened"
    )
    accessible(page)


def test_who_may_not_switch_looks_on(screens: Screens, accessible: Accessible) -> None:
    page = screens.as_staff(LOBBY, "pad", "/pad/devices/automations?lang=en&type=large", PAD)
    expect(page.get_by_text("You may look at automations")).to_be_visible()
    expect(page.get_by_role("switch").first).to_be_disabled()
    page.get_by_role("region", name="Automations").get_by_role("button").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_role("link", name="Edit in the office")).to_have_count(0)
    accessible(page)
