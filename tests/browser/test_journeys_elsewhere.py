"""Business over two screens: begun at one and gone on with at another, and a second person's yes."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import EAST, HallServer
from tests.browser.played_business import PlayedBusiness
from tingtang.org.sign_in.model.rules import TerminalKind

pytestmark = pytest.mark.browser
KIOSK, PAD, DESK, PHONE = (1080, 1920), (1180, 820), (1440, 900), (390, 844)
ID_NUMBER, MOBILE = "11010519491231002X", "13800138000"
MANAGER, TELLER, ONE, TWO = "zhou.qihang", "chen.yutong", "tan.siqi", "shen.yiran"


@pytest.fixture(scope="module")
def business(server: HallServer) -> PlayedBusiness:
    server.open_day()
    return PlayedBusiness(server)


@pytest.fixture(autouse=True)
def nothing_under_way(business: PlayedBusiness) -> None:
    business.clear()


def at_kiosk(screens: Screens, name: str) -> Page:
    page = screens.as_terminal(TerminalKind.KIOSK, "kiosk", "/kiosk", KIOSK)
    page.get_by_role("button", name="点此开始").click()
    page.get_by_role("button", name=re.compile("^办业务")).click()
    page.locator(".entry").filter(has_text=name).click()
    expect(page.locator(".tt-journey")).to_be_visible()
    return page


def at_pad(screens: Screens) -> Page:
    page = screens.as_staff(MANAGER, "pad", "/pad/business", PAD)
    expect(page.get_by_role("heading", name="本网点办理中")).to_be_visible()
    return page


def at_centre(screens: Screens, login: str, query: str = "") -> Page:
    page = screens.as_staff(login, "centre", f"/centre{query}", DESK)
    expect(
        page.get_by_role("heading", name=re.compile("远程授权中心|Authorisation"))
    ).to_be_visible()
    return page


def transfer(page: Page, yuan: str) -> None:
    page.get_by_label("转账金额").fill(yuan)
    page.locator(".foot .is-primary").click()
    expect(page.get_by_role("heading", name="请稍候，需要工作人员授权")).to_be_visible()


def tell_who(page: Page) -> None:
    page.get_by_label("身份证号码").fill(ID_NUMBER)
    page.get_by_role("textbox", name="手机号").first.fill(MOBILE)
    page.locator(".foot .is-primary").click()
    expect(page.get_by_role("heading", name="工作与收入")).to_be_visible()


def code_of(page: Page) -> str:
    page.get_by_role("button", name=re.compile("换到")).click()
    digits = page.locator(".digits")
    expect(digits).to_be_visible()
    found = re.search(r"\d{4} \d{4}", digits.inner_text())
    assert found
    return found[0]


@pytest.mark.shows("R057", part="the PAD shows what it is about, pictures too, and says yes")
@pytest.mark.shows("R060", part="the customer does it alone, a person checks it")
def test_the_pad_authorises_what_the_kiosk_asks(
    screens: Screens, business: PlayedBusiness, accessible: Accessible
) -> None:
    pad = at_pad(screens)
    accessible(pad)
    kiosk = at_kiosk(screens, "试办转账业务")
    transfer(kiosk, "60000")
    expect(pad.get_by_role("link", name=re.compile("业务.*1"))).to_be_visible()
    accessible(pad)
    pad.locator(".tt-queue button").click()
    evidence = pad.get_by_role("region", name="授权内容")
    expect(evidence).to_contain_text("60,000.00")
    expect(evidence.get_by_role("img", name="客户影像")).to_be_visible()
    accessible(pad)
    expect(kiosk.get_by_role("status").filter(has_text="正在审核")).to_be_visible()
    evidence.get_by_role("button", name="退回").click()
    pad.locator(".tt-queue button").click()
    pad.get_by_role("button", name="同意授权").click()
    expect(kiosk.get_by_role("heading", name="转账成功")).to_be_visible()
    expect(pad.get_by_text("没有等待授权的业务")).to_be_visible()


def test_the_pad_says_no_and_the_customer_reads_why(
    screens: Screens, business: PlayedBusiness, accessible: Accessible
) -> None:
    kiosk, pad = at_kiosk(screens, "试办转账业务"), at_pad(screens)
    transfer(kiosk, "60000")
    pad.locator(".tt-queue button").click()
    pad.get_by_role("button", name="不同意").click()
    dialog = pad.get_by_role("dialog", name="为什么不同意？")
    accessible(pad)
    dialog.get_by_role("button", name="影像不清晰，请重新拍摄").click()
    dialog.get_by_role("button", name="不同意").click()
    expect(kiosk.get_by_text("授权未通过：影像不清晰，请重新拍摄")).to_be_visible()
    kiosk.get_by_role("button", name="返回修改").click()
    expect(kiosk.get_by_role("heading", name="转多少？")).to_be_visible()


@pytest.mark.shows("R058", part="the centre: all branches, by keyboard, and a second person")
def test_two_of_the_centre_say_yes_by_keyboard(
    screens: Screens, business: PlayedBusiness, accessible: Accessible
) -> None:
    first, second = at_centre(screens, ONE), at_centre(screens, TWO, "?lang=en")
    expect(first.get_by_text("没有等待授权的业务").first).to_be_visible()
    accessible(first)
    kiosk = at_kiosk(screens, "试办转账业务")
    transfer(kiosk, "600000")
    expect(kiosk.get_by_text("需要两位工作人员授权")).to_be_visible()
    expect(first.locator(".tt-queue")).to_contain_text("东城支行")
    expect(second.locator(".tt-queue")).to_contain_text("Two people")
    accessible(second)
    first.keyboard.press("Enter")
    expect(first.get_by_role("region", name="授权内容")).to_contain_text("600,000.00")
    expect(second.locator(".tt-queue button")).to_be_disabled()
    accessible(first)
    first.keyboard.press("y")
    expect(first.locator(".tt-queue")).to_contain_text("您已同意，等另一位")
    expect(second.locator(".tt-queue")).to_contain_text("Yes from")
    second.keyboard.press("Enter")
    expect(second.get_by_role("region", name="What it is about")).to_be_visible()
    accessible(second)
    second.keyboard.press("y")
    expect(kiosk.get_by_role("heading", name="转账成功")).to_be_visible()


def test_the_centre_refuses_by_keyboard(screens: Screens, business: PlayedBusiness) -> None:
    centre, kiosk = at_centre(screens, ONE), at_kiosk(screens, "试办转账业务")
    transfer(kiosk, "300000")
    expect(centre.locator(".tt-queue button")).to_be_enabled()
    centre.keyboard.press("Enter")
    expect(centre.get_by_role("region", name="授权内容")).to_be_visible()
    centre.keyboard.press("n")
    expect(centre.get_by_role("dialog", name="为什么不同意？")).to_be_visible()
    centre.get_by_role("dialog").locator("button").first.focus()
    centre.keyboard.press("4")
    centre.get_by_label("原因").press("Enter")
    expect(kiosk.get_by_text(re.compile("交易有风险提示"))).to_be_visible()


@pytest.mark.shows("R014", part="the teller goes on with what the kiosk began, at the same step")
def test_from_the_kiosk_to_the_counter_by_its_digits(
    screens: Screens, server: HallServer, business: PlayedBusiness, accessible: Accessible
) -> None:
    server.sign_on(TELLER)
    kiosk = at_kiosk(screens, "试办信息登记")
    tell_who(kiosk)
    code = code_of(kiosk)
    accessible(kiosk)
    desk = screens.as_staff(TELLER, "counter", "/counter", DESK)
    expect(desk.get_by_role("button", name=re.compile("办业务"))).to_be_visible()
    desk.keyboard.press("j")
    expect(desk.get_by_label("搜索业务")).to_be_focused()
    accessible(desk)
    desk.get_by_label("接着办（在别处开始的）").fill(code)
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="工作与收入")).to_be_focused()
    accessible(desk)
    expect(kiosk.get_by_role("heading", name="已转到柜台，继续办理")).to_be_visible()
    expect(kiosk.get_by_text(MOBILE)).to_have_count(0)
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("button", name="我在办")).to_be_visible()


def test_the_teller_begins_by_name_and_enter(
    screens: Screens, server: HallServer, business: PlayedBusiness
) -> None:
    server.sign_on(TELLER)
    desk = screens.as_staff(TELLER, "counter", "/counter", DESK)
    expect(desk.get_by_role("button", name=re.compile("办业务"))).to_be_visible()
    desk.keyboard.press("j")
    desk.get_by_label("搜索业务").fill("改资料试试")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="请填写您的身份信息")).to_be_focused()


@pytest.mark.shows("R061", part="kiosk to phone by scan, and back to the kiosk by the phone's code")
def test_from_the_kiosk_to_the_phone_and_back(
    screens: Screens, server: HallServer, business: PlayedBusiness, accessible: Accessible
) -> None:
    kiosk = at_kiosk(screens, "试办信息登记")
    with kiosk.expect_response(re.compile("/code$")) as told:
        code_of(kiosk)
    url = str(told.value.json()["url"])
    phone = screens.as_nobody(url.removeprefix(server.url), PHONE)
    expect(phone.get_by_role("heading", name="试办信息登记")).to_be_visible()
    expect(phone.get_by_text("正在智慧柜台办理")).to_be_visible()
    assert "#" not in phone.url
    accessible(phone)
    phone.get_by_role("button", name="在手机上继续").click()
    expect(phone.get_by_role("heading", name="请填写您的身份信息")).to_be_visible()
    expect(kiosk.get_by_role("heading", name="已转到手机，继续办理")).to_be_visible()
    accessible(phone)
    tell_who(phone)
    accessible(phone)
    code = code_of(phone)
    kiosk.get_by_role("button", name=re.compile("^完成")).click()
    kiosk.get_by_role("button", name="点此开始").click()
    kiosk.get_by_role("button", name=re.compile("^办业务")).click()
    kiosk.get_by_role("button", name="接着办").click()
    accessible(kiosk)
    for digit in code.replace(" ", ""):
        kiosk.locator(".pad").get_by_role("button", name=digit, exact=True).click()
    kiosk.get_by_role("button", name="接着办").click()
    expect(kiosk.get_by_role("heading", name="工作与收入")).to_be_visible()
    expect(phone.get_by_text("正在智慧柜台办理")).to_be_visible()


@pytest.mark.shows("R095", part="filled in on the phone while one waits")
def test_the_phone_fills_in_while_it_waits(
    screens: Screens, server: HallServer, business: PlayedBusiness, accessible: Accessible
) -> None:
    ticket, _ = server.issue("cash_withdrawal")
    links = server.app.parts.services["links"]
    link = links.url(links.make(EAST, ticket, server.clock.now_ms()))
    phone = screens.as_nobody(link.removeprefix(server.url), PHONE)
    phone.get_by_role("button", name="排队时先办业务").click()
    expect(phone.get_by_role("heading", name="在手机上办")).to_be_visible()
    accessible(phone)
    phone.locator(".entry").filter(has_text="试办信息登记").click()
    tell_who(phone)
    phone.reload()
    phone.get_by_role("button", name="排队时先办业务").click()
    expect(phone.get_by_role("heading", name="工作与收入")).to_be_visible()
    (row,) = business.journeys()
    assert row.channel == "phone"


def test_the_pad_takes_over_from_the_list(screens: Screens, business: PlayedBusiness) -> None:
    kiosk, pad = at_kiosk(screens, "试办信息登记"), at_pad(screens)
    pad.get_by_role("button", name="接手").click()
    expect(pad.get_by_role("heading", name="请填写您的身份信息")).to_be_focused()
    expect(kiosk.get_by_role("heading", name="已转到大堂 PAD，继续办理")).to_be_visible()
    tell_who(pad)
