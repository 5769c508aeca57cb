"""A closed hall says why and when it opens next: from the branch's real hours, by the hall's time."""

import msgspec
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Screens
from tests.browser.hall_server import HallServer
from tingtang.hall.model import commands as c
from tingtang.kernel.clock import moment_ms
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import SYSTEM
from tingtang.org.model.hours import Hours, Span
from tingtang.org.service import OrgService
from tingtang.org.sign_in.model.rules import TerminalKind

pytestmark = pytest.mark.browser
SIZE = (1080, 1920)
WILLOW = BranchId("willow")
DAY = (Span("09:00", "12:00"), Span("13:30", "17:00"))
HOURS = Hours(week=(DAY, DAY, DAY, DAY, DAY, (), ()))
FRIDAY, SATURDAY = "2026-11-20", "2026-11-21"


def at(server: HallServer, date: str, clock: str) -> None:
    """Set the hall's time, in a branch that is closed at noon and at weekends."""
    org = server.app.parts.service("org", OrgService)
    server.clock.back_ms = 0
    server.clock.back_ms = server.clock.now_ms() - moment_ms(date, clock, "Asia/Shanghai")
    branch = org.directory.branch(WILLOW)
    server.run(org.save_branch(msgspec.structs.replace(branch, hours=HOURS), SYSTEM))


def kiosk(screens: Screens, server: HallServer, language: str = "zh-CN") -> Page:
    link = server.terminal_link(TerminalKind.KIOSK, "kiosk", WILLOW)
    return screens.by_link(link, f"/kiosk?lang={language}", SIZE)


@pytest.mark.parametrize(
    ("date", "clock", "words"),
    [
        (FRIDAY, "07:10", "还没有开门，今天 09:00 开始办理"),
        (FRIDAY, "18:00", "今天的营业已结束，11/23周一 09:00 再开门"),
        (SATURDAY, "10:00", "今天不营业，11/23周一 09:00 开门"),
        ("2026-11-22", "10:00", "今天不营业，明天 09:00 开门"),
    ],
)
def test_a_closed_hall_says_when_it_opens(
    screens: Screens, server: HallServer, date: str, clock: str, words: str
) -> None:
    at(server, date, clock)
    page = kiosk(screens, server)
    expect(page.get_by_text(words)).to_be_visible()
    page.get_by_role("button", name="点此开始").click()
    page.get_by_role("button", name="取号 现在就排队").click()
    expect(page.get_by_role("heading", name=words)).to_be_visible()
    # What can be done all the same: booking, the way, a person.
    expect(page.locator(".scroll .tt-choice")).to_have_count(3)


def test_at_noon_the_hall_says_when_it_goes_on(screens: Screens, server: HallServer) -> None:
    at(server, FRIDAY, "12:10")
    server.open_day(WILLOW)
    server.command(c.StopTaking(), WILLOW)
    page = kiosk(screens, server, "en")
    expect(page.get_by_text("Closed at noon. We go on at 13:30")).to_be_visible()
    page.get_by_role("button", name="Touch to start").click()
    page.get_by_role("button", name="Take a ticket Queue now").click()
    expect(page.get_by_role("heading", name="Closed at noon")).to_be_visible()


def test_the_phone_says_it_too(screens: Screens, server: HallServer) -> None:
    at(server, SATURDAY, "10:00")
    page = screens.as_nobody("/phone/?branch=willow", (390, 844))
    expect(page.get_by_text("今天不营业，11/23周一 09:00 开门")).to_be_visible()
