"""The office's pages on branches, business and customers: each one's main act on a real server."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import HallServer

pytestmark = pytest.mark.browser
SIZE = (1440, 900)


def office(screens: Screens, path: str, login: str = "gao.mingyuan") -> Page:
    return screens.as_staff(login, "office", f"/office/{path}", SIZE)


@pytest.mark.shows("R005", part="a branch founded after a template in the office")
def test_a_branch_is_founded_after_a_template_and_compared_with_it(screens: Screens) -> None:
    page = office(screens, "templates?branch=willow")
    expect(page.get_by_role("button", name="银发特色网点")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(page.get_by_role("row", name="业务模块")).to_contain_text("与模板一致")
    page.get_by_role("button", name="旗舰店").click()
    page.get_by_role("button", name="按模板开设网点").click()
    page.get_by_label("中文名称").fill("云台支行")
    page.get_by_label("网点编号").fill("0190")
    page.get_by_role("button", name="开设", exact=True).click()
    expect(page.get_by_role("heading", name="云台支行", level=1)).to_be_visible()
    expect(page.get_by_role("region", name="窗口").get_by_role("row")).not_to_have_count(0)


@pytest.mark.shows("R010", part="the bank's tree edited by head office")
def test_a_managing_branch_is_added_to_the_tree(screens: Screens) -> None:
    page = office(screens, "organisation")
    page.get_by_role("button", name="新增管辖行").click()
    page.get_by_label("中文名称").fill("海棠银行西山分行")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("heading", name="海棠银行西山分行")).to_be_visible()


@pytest.mark.shows("R018", part="the plan of posts edited in the office")
def test_a_branch_gets_a_counter_another_plan_and_a_telephone(screens: Screens) -> None:
    page = office(screens, "branch?branch=harbour")
    page.get_by_role("button", name="新增窗口").click()
    form = page.get_by_role("dialog", name="新增窗口")
    form.get_by_label("窗口号").fill("66")
    form.get_by_role("group", name="日常业务").get_by_label("转账汇款").check()
    form.get_by_role("button", name="保存").click()
    expect(page.get_by_role("row", name="66 低柜")).to_contain_text("转账汇款")
    page.get_by_role("button", name="编辑配置").click()
    form = page.get_by_role("dialog", name="人员配置方案")
    form.get_by_label("大堂经理").fill("7")
    form.get_by_label("大堂经理").press("Tab")
    form.get_by_role("button", name="保存").click()
    posts = page.get_by_role("table", name="人员配置方案")
    expect(posts.get_by_role("row", name="大堂经理")).to_contain_text("7")
    page.get_by_role("button", name="编辑网点信息").click()
    form = page.get_by_role("dialog", name="编辑网点信息")
    form.get_by_label("地址", exact=True).fill("滨江市港湾路 9 号")
    form.get_by_role("button", name="保存").click()
    expect(page.get_by_text("滨江市港湾路 9 号")).to_be_visible()


def test_a_holiday_closes_a_branch_and_a_work_day_makes_up_for_it(screens: Screens) -> None:
    page = office(screens, "branch?branch=harbour")
    page.get_by_role("button", name="编辑网点信息").click()
    form = page.get_by_role("dialog", name="编辑网点信息")
    dates, kinds = form.get_by_label("日期", exact=True), form.get_by_label("当天怎样")
    expect(form).to_be_visible()
    known = dates.count()
    for _ in range(2):
        form.get_by_role("button", name="添加特殊日期").click()
    dates.nth(known).fill("2031-10-01")
    names = form.get_by_label("名称", exact=True)
    names.nth(names.count() - 2).fill("国庆节")
    kinds.last.select_option("worked")
    dates.last.fill("2031-10-11")
    form.get_by_role("button", name="保存").click()
    expect(form).to_be_hidden()
    page.get_by_role("button", name="编辑网点信息").click()
    expect(dates).to_have_count(known + 2)
    after = [(dates.nth(n).input_value(), kinds.nth(n).input_value()) for n in range(known + 2)]
    assert {("2031-10-01", "closed"), ("2031-10-11", "worked")} <= set(after)


@pytest.mark.shows("R017", part="the register edited in the office")
def test_a_service_is_planned_to_be_moved(screens: Screens) -> None:
    page = office(screens, "register")
    later = page.get_by_role("region", name="可迁移而尚未登记的业务")
    later.get_by_role("button", name="列入计划").first.click()
    page.get_by_label("目标占比 (%)").fill("65")
    page.get_by_label("目标占比 (%)").press("Tab")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("row", name="65 %")).to_be_visible()


def test_booking_capacity_is_shown_by_service_and_person(screens: Screens) -> None:
    page = office(screens, "capacity?branch=east&date=2030-11-20")
    grid = page.get_by_role("region", name="按业务：各时段还可预约数").last
    expect(grid.get_by_role("row", name="现金取款")).to_contain_text("9+")
    people = page.get_by_role("region", name="按人员：各时段已约占比").last
    expect(people.get_by_role("row", name="陈雨桐")).to_be_visible()


@pytest.mark.shows("R044", part="registered, assigned and answered in the office")
def test_a_complaint_is_registered_assigned_and_answered(screens: Screens) -> None:
    page = office(screens, "complaints?branch=east", login="lin.xiaolan")
    page.get_by_role("button", name="登记投诉").first.click()
    form = page.get_by_role("dialog", name="登记投诉")
    form.get_by_label("类别").select_option(label="排队等候")
    form.get_by_label("内容").fill("等了一个小时还没有叫到")
    form.get_by_role("button", name="登记投诉").click()
    page.get_by_role("button", name="等了一个小时还没有叫到").click()
    one = page.get_by_role("dialog")
    one.get_by_label("处理人").select_option(label="周启航")
    one.get_by_role("button", name="分派").click()
    expect(one.get_by_role("heading", name="处理中")).to_be_visible()
    one.get_by_label("给客户的答复").fill("已增开两个窗口，向您致歉")
    one.get_by_role("button", name="答复客户").click()
    expect(one.get_by_role("heading", name="已答复")).to_be_visible()
    one.get_by_role("button", name="关闭").click()
    page.get_by_label("进度").select_option(label="待处理")
    expect(page.get_by_role("button", name="等了一个小时还没有叫到")).to_have_count(0)


@pytest.mark.shows("R024", part="a customer found by what they say, masked")
@pytest.mark.shows("R045", part="tier and privileges in the office")
def test_a_customer_is_found_masked_consents_recorded_and_erased(
    screens: Screens, server: HallServer
) -> None:
    server.customer("王小明", "13800000001", 2)
    page = office(screens, "customers?branch=east", login="lin.xiaolan")
    page.get_by_role("textbox", name="手机号").fill("13800000001")
    page.get_by_role("button", name="识别", exact=True).click()
    expect(page.get_by_role("heading", name="王*明")).to_be_visible()
    expect(page.get_by_text("138****0001")).to_be_visible()
    expect(page.get_by_text("分行级贵宾")).to_be_visible()
    page.get_by_role("button", name=re.compile(r"登记同意\s*短信与微信通知")).click()
    expect(page.get_by_text("短信与微信通知 · 已同意")).to_be_visible()
    page.get_by_role("button", name=re.compile(r"查看明文\s*手机号")).click()
    page.get_by_label("查看原因").fill("客户要求核对号码")
    page.get_by_role("dialog").get_by_role("button", name="查看明文").click()
    expect(page.get_by_text("13800000001")).to_be_visible()
    page.get_by_role("button", name="删除客户资料").click()
    page.get_by_role("button", name="永久删除").click()
    expect(page.get_by_text("尚未识别客户")).to_be_visible()


def test_a_teller_has_no_button_to_reveal_or_erase(screens: Screens, server: HallServer) -> None:
    server.customer("李桂兰", "13800000002")
    page = office(screens, "customers?branch=east", login="chen.yutong")
    page.get_by_role("textbox", name="手机号").fill("13800000002")
    page.get_by_role("button", name="识别", exact=True).click()
    expect(page.get_by_role("heading", name="李*兰")).to_be_visible()
    for name in ("查看明文", "删除客户资料", "登记同意", "登记客户"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)


@pytest.mark.parametrize("look", ["lang=zh-CN", "lang=en&theme=dark&type=large"])
def test_pages_are_accessible(screens: Screens, accessible: Accessible, look: str) -> None:
    page = office(screens, f"templates?branch=east&{look}")
    for path in ("templates", "organisation", "register", "capacity", "complaints"):
        page.goto(page.url.split("/office/")[0] + f"/office/{path}?branch=east&{look}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator("main :is(table, button)").first).to_be_visible()
        accessible(page)


def test_the_address_of_a_page_for_others_says_so(screens: Screens) -> None:
    page = screens.as_staff("gao.mingyuan", "office", "/office/terminals?branch=east", SIZE)
    expect(page.get_by_role("heading", name="这个页面不在您的权限内")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_places_and_skills_of_people_are_named(screens: Screens) -> None:
    page = screens.as_staff("gao.mingyuan", "office", "/office/people", SIZE)
    expect(page.get_by_role("row", name=re.compile("高明远"))).to_contain_text("海棠银行总行")
    expect(page.get_by_role("row", name=re.compile("梁子豪"))).to_contain_text("现金、账户、贵宾")
