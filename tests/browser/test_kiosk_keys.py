"""The kiosk's own keys: Chinese by pinyin, by touch alone."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import HallServer
from tests.browser.played_business import PlayedBusiness
from tests.browser.test_journeys_kiosk import ID_NUMBER, MOBILE, begin, go_on, menu, title

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def business(server: HallServer) -> PlayedBusiness:
    server.open_day()
    return PlayedBusiness(server)


def at_address(screens: Screens, query: str = "") -> Page:
    """The kiosk asks for a name and an address."""
    page = menu(screens, query)
    is_english = "lang=en" in query
    begin(page, "Try personal details" if is_english else "试办信息登记")
    page.get_by_label("ID number" if is_english else "身份证号码").fill(ID_NUMBER)
    page.get_by_label("Mobile number" if is_english else "手机号").fill(MOBILE)
    go_on(page)
    title(page, "Work and income" if is_english else "工作与收入")
    page.get_by_role("radio").first.check()
    page.get_by_role("checkbox").first.check()
    page.get_by_label("income" if is_english else "月收入").fill("8000")
    go_on(page)
    title(page, "Address" if is_english else "联系地址")
    return page


def spell(keys: Locator, letters: str) -> None:
    for letter in letters:
        keys.get_by_role("button", name=letter, exact=True).click()


def offered(keys: Locator) -> Locator:
    return keys.get_by_role("group", name=re.compile("候选字词|Characters to choose")).first


@pytest.mark.shows("R013", part="Chinese words typed at the kiosk by touch, by pinyin")
def test_a_name_and_an_address_are_written_by_touch(
    screens: Screens, business: PlayedBusiness, accessible: Accessible
) -> None:
    page = at_address(screens)
    keys = page.get_by_role("group", name="屏幕键盘")
    name, address = page.get_by_label("联系人"), page.get_by_label("详细地址")
    expect(keys.get_by_text("输入拼音，点选汉字").first).to_be_visible()
    spell(keys, "liming")
    accessible(page)
    keys.get_by_role("button", name="更多").click()
    accessible(page)
    keys.get_by_role("button", name="李", exact=True).last.click()
    expect(name).to_have_value("李")
    offered(keys).get_by_role("button", name="明", exact=True).click()
    expect(name).to_have_value("李明")
    keys.get_by_role("button", name="下一项").click()
    spell(keys, "beijingshichaoyangqu")
    keys.get_by_role("button", name="选“北京市朝阳区”").click()
    spell(keys, "jianguolu88hao")
    # What is spelled is not in the field yet: it waits to be chosen, and nothing is sent without it.
    expect(address).to_have_value("北京市朝阳区建国路88")
    go_on(page)
    expect(keys.get_by_text("请先点选汉字，或删去拼音").first).to_be_visible()
    offered(keys).get_by_role("button", name="号", exact=True).click()
    expect(address).to_have_value("北京市朝阳区建国路88号")
    keys.get_by_role("button", name="删除一位").click()
    expect(address).to_have_value("北京市朝阳区建国路88")
    # Latin letters are one touch away, and the machine's own digits stay.
    keys.get_by_role("button", name="中文", exact=True).click()
    spell(keys, "b")
    expect(address).to_have_value("北京市朝阳区建国路88b")


def test_who_reads_english_begins_with_latin_letters(
    screens: Screens, business: PlayedBusiness, accessible: Accessible
) -> None:
    page = at_address(screens, "lang=en&type=large&contrast=high")
    keys = page.get_by_role("group", name="Keys on the screen")
    spell(keys, "li")
    expect(page.get_by_label("Contact")).to_have_value("li")
    keys.get_by_role("button", name="Delete one").click()
    keys.get_by_role("button", name="Delete one").click()
    keys.get_by_role("button", name="中文", exact=True).click()
    spell(keys, "li")
    offered(keys).get_by_role("button", name="李", exact=True).click()
    expect(page.get_by_label("Contact")).to_have_value("李")
    accessible(page)
