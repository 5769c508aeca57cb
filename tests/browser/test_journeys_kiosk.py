"""Business at the kiosk: every kind of field, by touch, by keyboard alone, left alone, and authorised on site."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import HallServer
from tests.browser.played_business import VOUCHER, PlayedBusiness
from tests.http.world import PASSWORD
from tingtang.journeys.actions import Declined
from tingtang.journeys.desk import JourneyDesk
from tingtang.kernel.text import Text
from tingtang.org.sign_in.model.rules import TerminalKind

pytestmark = pytest.mark.browser
SIZE = (1080, 1920)
ID_NUMBER, MOBILE = "11010519491231002X", "13800138000"


@pytest.fixture(scope="module")
def business(server: HallServer) -> PlayedBusiness:
    server.open_day()
    return PlayedBusiness(server)


@pytest.fixture(autouse=True)
def nothing_under_way(business: PlayedBusiness) -> None:
    business.clear()


def menu(screens: Screens, query: str = "") -> Page:
    """The kiosk's menu of business."""
    page = screens.as_terminal(TerminalKind.KIOSK, "kiosk", f"/kiosk?{query}", SIZE)
    is_english = "lang=en" in query
    page.get_by_role("button", name="Touch to start" if is_english else "点此开始").click()
    page.get_by_role("button", name=re.compile("^Do business|^办业务")).click()
    expect(page.get_by_role("heading", name=re.compile("请选择|What would"))).to_be_visible()
    return page


def begin(page: Page, name: str) -> None:
    page.locator(".entry").filter(has_text=name).click()
    expect(page.locator(".tt-journey")).to_be_visible()


def go_on(page: Page) -> None:
    page.locator(".foot .is-primary").click()


def title(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", name=words)).to_be_visible()


@pytest.mark.shows("R013", part="business step by step on the kiosk")
@pytest.mark.shows("R079", part="a picture may be taken, and another way is always offered")
def test_every_kind_of_field_by_touch(
    screens: Screens, business: PlayedBusiness, accessible: Accessible
) -> None:
    page = menu(screens)
    accessible(page)
    begin(page, "试办信息登记")
    accessible(page)
    keys = page.get_by_role("group", name="屏幕键盘")
    for digit in ID_NUMBER:
        keys.get_by_role("button", name=digit, exact=True).click()
    keys.get_by_role("button", name="下一项").click()
    for digit in MOBILE:
        keys.get_by_role("button", name=digit, exact=True).click()
    expect(page.get_by_label("身份证号码")).to_have_value(ID_NUMBER)
    go_on(page)
    title(page, "工作与收入")
    page.get_by_role("radio", name="个体经营").check()
    page.get_by_role("checkbox", name="储蓄").check()
    page.get_by_label("月收入").click()
    for key in "8888.5":
        keys.get_by_role("button", name=key, exact=True).click()
    accessible(page)
    go_on(page)
    title(page, "联系地址")
    page.get_by_label("联系人").fill("王小明")
    page.get_by_label("详细地址").fill("东城路 1 号")
    page.get_by_label("短信验证码").fill("123456")
    page.get_by_role("checkbox", name=re.compile("授权书")).check()
    go_on(page)
    title(page, "请拍一张证件照片")
    expect(page.get_by_text(re.compile("不愿拍照"))).to_be_visible()
    expect(page.get_by_role("button", name="用手机拍")).to_be_visible()
    go_on(page)
    title(page, "请核对后签名")
    expect(page.get_by_text("8,888.50")).to_be_visible()
    accessible(page)
    box = page.locator(".tt-sign .box")
    box.scroll_into_view_if_needed()
    place = box.bounding_box()
    assert place
    page.mouse.move(place["x"] + 80, place["y"] + 60)
    page.mouse.down()
    page.mouse.move(place["x"] + 260, place["y"] + 120, steps=5)
    page.mouse.up()
    business.ends("test.save", VOUCHER)
    go_on(page)
    expect(page.get_by_text("V20260001")).to_be_visible()
    saved = business.played["test.save"].calls[-1].inputs
    assert saved == {"income": 888850, "name": "王小明", "uses": ["save"]}
    accessible(page)
    go_on(page)
    title(page, "办理完成")
    page.get_by_role("button", name=re.compile("^完成")).click()
    expect(page.get_by_role("button", name="点此开始")).to_be_visible()
    assert business.journeys() == []


def test_what_is_wrong_stands_beside_its_field_in_the_servers_words(
    screens: Screens, business: PlayedBusiness, accessible: Accessible
) -> None:
    page = menu(screens, "lang=en&type=large")
    begin(page, "Try personal details")
    go_on(page)
    number = page.get_by_label("ID number")
    expect(number).to_be_focused()
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert").filter(has_text="is needed")).to_be_visible()
    number.fill("110105194912310021")
    go_on(page)
    expect(page.get_by_text("is not a valid number; check it")).to_be_visible()
    accessible(page)
    number.fill(ID_NUMBER)
    page.get_by_label("Mobile number").fill("12345")
    go_on(page)
    expect(page.get_by_label("Mobile number")).to_be_focused()
    expect(number).to_have_value(ID_NUMBER)


def test_by_keyboard_and_screen_reader_alone(screens: Screens, business: PlayedBusiness) -> None:
    page = screens.as_terminal(TerminalKind.KIOSK, "kiosk", "/kiosk", SIZE)
    expect(page.get_by_role("button", name="点此开始")).to_be_visible()

    def to(name: str, role: str = "button") -> None:
        target = page.get_by_role(role, name=re.compile(name)).first  # type: ignore[arg-type]
        expect(target).to_be_visible()
        for _ in range(80):
            if target.evaluate("element => element === document.activeElement"):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"no key reaches {name}")

    def press(name: str) -> None:
        to(name)
        page.keyboard.press("Enter")

    def heading(words: str) -> None:
        expect(page.get_by_role("heading", name=words)).to_be_focused()

    for name in ("^点此开始", "^办业务"):
        press(name)
    to("搜索业务", "searchbox")
    page.keyboard.insert_text("改资料试试")
    press("^试办信息登记")
    to("身份证号码", "textbox")
    page.keyboard.type(ID_NUMBER, delay=60)
    to("手机号", "textbox")
    page.keyboard.type(MOBILE, delay=60)
    page.keyboard.press("Enter")
    heading("工作与收入")
    to("职工", "radio")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    to("工资", "checkbox")
    page.keyboard.press("Space")
    to("月收入", "textbox")
    page.keyboard.type("100", delay=60)
    page.keyboard.press("Enter")
    heading("联系地址")
    to("联系人", "textbox")
    page.keyboard.insert_text("王小明")
    to("详细地址", "textbox")
    page.keyboard.insert_text("东城路 1 号")
    to("短信验证码", "textbox")
    page.keyboard.type("1234", delay=60)
    to("授权书", "checkbox")
    page.keyboard.press("Space")
    press("^下一步")
    heading("请拍一张证件照片")
    press("^下一步")
    heading("请核对后签名")
    press("改为输入姓名")
    to("姓名", "textbox")
    page.keyboard.insert_text("王小明")
    business.ends("test.save", VOUCHER)
    press("^确认办理")
    heading("登记成功")
    assert business.played["test.save"].calls[-1].inputs["uses"] == ["pay"]
    press("^完成")
    expect(page.get_by_role("heading", name="办理完成")).to_be_visible()


def test_business_is_found_by_what_people_call_it(
    screens: Screens, server: HallServer, business: PlayedBusiness, accessible: Accessible
) -> None:
    desk = server.app.parts.service("journey_desk", JourneyDesk)
    known, desk._modules = desk._modules, lambda _: frozenset({"printer"})
    try:
        page = menu(screens)
        page.get_by_label("搜索业务").fill("存折丢了")
        entry = page.get_by_role("button", name=re.compile("^存折挂失试办"))
        expect(entry).to_contain_text("本机暂不能办理")
        expect(page.get_by_role("button", name=re.compile("^试办信息登记"))).to_have_count(0)
        entry.click()
        dialog = page.get_by_role("dialog", name=re.compile("现在不能在这里办"))
        expect(dialog).to_contain_text("大堂 PAD")
        accessible(page)
        dialog.get_by_role("button", name="取号到柜台办").click()
        expect(page.get_by_role("heading", name="办理什么业务？")).to_be_visible()
    finally:
        desk._modules = known


@pytest.mark.shows("R056", part="name and password of a manager at the customer's screen")
def test_a_manager_authorises_at_the_kiosk(
    screens: Screens, business: PlayedBusiness, accessible: Accessible
) -> None:
    page = menu(screens)
    begin(page, "试办转账业务")
    page.get_by_label("转账金额").fill("60000")
    go_on(page)
    title(page, "请稍候，需要工作人员授权")
    expect(page.get_by_role("status").filter(has_text="大堂经理")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="工作人员在此授权").click()
    dialog = page.get_by_role("dialog", name="工作人员在此授权")
    accessible(page)
    dialog.get_by_label("账号").fill("zhou.qihang")
    dialog.get_by_label("密码").fill("wrong-one-1")
    dialog.get_by_role("button", name="确认授权").click()
    expect(dialog.get_by_role("alert").filter(has_text=re.compile("密码|不正确"))).to_be_visible()
    dialog.get_by_label("密码").fill(PASSWORD)
    dialog.get_by_role("button", name="确认授权").click()
    title(page, "转账成功")
    assert business.played["test.send"].calls[-1].inputs["amount"] == 60_000_00


def test_a_refusal_is_told_and_mended(screens: Screens, business: PlayedBusiness) -> None:
    business.ends("test.block", Declined("gone", Text("存折已销户", "It is closed")))
    page = menu(screens)
    begin(page, "存折挂失试办")
    title(page, "这一步没有办成")
    expect(page.get_by_text("存折已销户")).to_be_visible()
    page.get_by_role("button", name="再试一次").click()
    title(page, "存折已止付")


def test_left_alone_it_warns_counts_down_and_clears(
    screens: Screens, business: PlayedBusiness
) -> None:
    page = screens.as_nobody("/kiosk", SIZE)
    page.clock.install()
    page.context.request.get(
        business.server.terminal_link(TerminalKind.KIOSK, "kiosk"), max_redirects=0
    )
    page.goto(business.server.url + "/kiosk")
    page.get_by_role("button", name="点此开始").click()
    page.get_by_role("button", name=re.compile("^办业务")).click()
    begin(page, "试办信息登记")
    page.get_by_label("身份证号码").fill(ID_NUMBER)
    page.clock.run_for(46_000)
    dialog = page.get_by_role("dialog", name="您还在吗？")
    expect(dialog).to_contain_text("没有提交的内容会清除")
    expect(dialog).to_contain_text(re.compile(r"\d+ 秒后自动返回"))
    page.clock.run_for(16_000)
    expect(page.get_by_role("button", name="点此开始")).to_be_visible()
    expect(page.locator("input")).to_have_count(0)
    page.wait_for_function("() => true")
    page.wait_for_timeout(200)
    assert business.journeys() == []


def test_what_took_effect_is_parked_not_lost(screens: Screens, business: PlayedBusiness) -> None:
    page = menu(screens)
    begin(page, "存折挂失试办")
    title(page, "存折已止付")
    page.get_by_role("button", name="回到首页").click()
    dialog = page.get_by_role("dialog", name="要退出这笔业务吗？")
    expect(dialog).to_contain_text("已经办成的部分保留")
    dialog.get_by_role("button", name="继续办理").click()
    page.reload()
    (row,) = business.journeys()
    assert row.scenario == "passbook_loss_try"
