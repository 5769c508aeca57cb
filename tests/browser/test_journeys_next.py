"""One thing after another at one screen; and what stands there read out to whoever cannot read it."""

import re
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import HallServer
from tests.browser.played_business import PlayedBusiness
from tingtang.org.sign_in.model.rules import TerminalKind

pytestmark = pytest.mark.browser
KIOSK, PAD, DESK = (1080, 1920), (1180, 820), (1440, 900)
MANAGER, TELLER = "zhou.qihang", "chen.yutong"


@pytest.fixture(scope="module")
def business(server: HallServer) -> PlayedBusiness:
    server.open_day()
    return PlayedBusiness(server)


@pytest.fixture(autouse=True)
def nothing_under_way(business: PlayedBusiness) -> None:
    business.clear()


def offered(screens: Screens) -> Page:
    page = screens.as_terminal(TerminalKind.KIOSK, "kiosk", "/kiosk", KIOSK)
    page.get_by_role("button", name="点此开始").click()
    page.get_by_role("button", name=re.compile("^办业务")).click()
    page.locator(".entry").filter(has_text="试办后推荐").click()
    expect(page.get_by_role("heading", name="要接着试办转账业务吗？")).to_be_visible()
    return page


@pytest.mark.shows("R178", part="no is as large as yes, and yes goes straight on")
def test_yes_goes_on_at_once_and_no_is_as_large(
    screens: Screens, business: PlayedBusiness, accessible: Accessible
) -> None:
    page = offered(screens)
    yes, no = page.locator(".option").first, page.locator(".option").last
    sizes = [one.bounding_box() for one in (yes, no)]
    assert sizes[0] and sizes[1]
    assert (sizes[0]["width"], sizes[0]["height"]) == (sizes[1]["width"], sizes[1]["height"])
    accessible(page)
    page.get_by_role("radio", name="好的，接着办理").check()
    page.locator(".foot .is-primary").click()
    expect(page.get_by_role("heading", name="转多少？")).to_be_visible()
    assert [one.scenario for one in business.journeys()] == ["big_transfer"]


def test_no_ends_it(screens: Screens, business: PlayedBusiness) -> None:
    page = offered(screens)
    page.get_by_role("radio", name="不用了，谢谢").check()
    page.locator(".foot .is-primary").click()
    expect(page.get_by_role("heading", name="办理完成")).to_be_visible()
    assert business.journeys() == []


def heard(page: Page) -> list[str]:
    """What is asked of the voice from now on."""
    said: list[str] = []

    def note(address: str) -> None:
        said.extend(parse_qs(urlparse(address).query)["text"])

    page.on("request", lambda asked: note(asked.url) if "/api/speech" in asked.url else None)
    return said


def read_out(page: Page, said: list[str]) -> str:
    """The switch is off at first; switched on it reads this screen, and then each new one: what."""
    switch = page.get_by_role("button", name="读给我听")
    expect(switch).to_have_attribute("aria-pressed", "false")
    before = list(said)
    with page.expect_request(re.compile("/api/speech")) as asked:
        switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    words = parse_qs(urlparse(asked.value.url).query)["text"][0]
    assert words not in before
    return words


@pytest.mark.shows("R115", part="a switch at PAD and counter reads the screen out")
def test_the_pad_reads_out_what_it_shows(
    screens: Screens, business: PlayedBusiness, accessible: Accessible
) -> None:
    page = screens.as_staff(MANAGER, "pad", "/pad/business", PAD)
    said = heard(page)
    page.get_by_role("button", name="发起业务").click()
    page.locator(".entry").filter(has_text="试办后推荐").click()
    assert "要接着试办转账业务吗" in read_out(page, said)
    accessible(page)


def test_the_counter_reads_out_what_it_shows(
    screens: Screens, server: HallServer, business: PlayedBusiness, accessible: Accessible
) -> None:
    server.sign_on(TELLER)
    page = screens.as_staff(TELLER, "counter", "/counter", DESK)
    expect(page.get_by_role("button", name=re.compile("办业务"))).to_be_visible()
    said = heard(page)
    page.keyboard.press("j")
    page.locator(".entry").filter(has_text="试办后推荐").click()
    assert "要接着试办转账业务吗" in read_out(page, said)
    accessible(page)
