"""The PAD's list of bookings: who is expected, and checking them in."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import EAST, HallServer, service_id
from tingtang.hall.bookings import BookingService
from tingtang.hall.contacts import Contact
from tingtang.hall.model.settings import Segment
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.ids import BookingId
from tingtang.kernel.permissions import SYSTEM

pytestmark = pytest.mark.browser
SIZE = (1180, 820)
SERVICE = service_id("card_open")


class Day:
    """A day with bookings: one is due now, one later, one was given up."""

    def __init__(self, server: HallServer) -> None:
        self._server = server
        self._bookings = server.app.parts.service("bookings", BookingService)
        now_ms = server.clock.now_ms()
        today = self._bookings.today(EAST)
        days = server.run(self._bookings.slots(EAST, SERVICE, today, 14))
        # Whatever the machine's clock says, in the branch it is five minutes before that time.
        starts = next([slot.start_ms for slot in day.slots] for day in days if len(day.slots) >= 4)
        server.clock.back_ms = now_ms - (starts[1] - 5 * MINUTE_MS)
        server.open_day()
        self.now, self.code = self._book(starts[1], "林小雨", "13900000001")
        self.later, _ = self._book(starts[3], "何建国", "13900000002")
        given_up, _ = self._book(starts[2], "许可心", "13900000003")
        server.run(self._bookings.cancel(EAST, given_up, SYSTEM))

    def _book(self, start_ms: int, name: str, phone: str) -> tuple[BookingId, str]:
        run = self._server.run
        held = run(self._bookings.hold(EAST, SERVICE, start_ms, SYSTEM))
        contact = Contact(phone, name)
        confirmed = run(self._bookings.confirm(EAST, held.booking, contact, SYSTEM))
        return confirmed.booking, confirmed.code


@pytest.fixture(scope="module")
def day(server: HallServer) -> Day:
    return Day(server)


def bookings(screens: Screens, language: str = "zh-CN") -> Page:
    page = screens.as_staff("zhou.qihang", "pad", f"/pad/bookings?lang={language}", SIZE)
    expect(page.get_by_role("listitem").filter(has_text="139****0001")).to_be_visible()
    return page


@pytest.mark.shows("R041", part="who is expected today, on the PAD")
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_days_bookings_are_listed_with_masked_contacts(
    screens: Screens, day: Day, accessible: Accessible, language: str
) -> None:
    page = bookings(screens, language)
    rows = page.get_by_role("main").get_by_role("listitem")
    expect(rows).to_have_count(3)
    expect(rows.filter(has_text="林*雨 139****0001")).to_have_count(1)
    expect(page.get_by_text("13900000001")).to_have_count(0)
    words = {"zh-CN": ("已预约", "已取消"), "en": ("Booked", "Cancelled")}[language]
    expect(rows.filter(has_text="139****0002")).to_contain_text(words[0])
    expect(rows.filter(has_text="139****0003")).to_contain_text(words[1])
    accessible(page)


@pytest.mark.shows("R029", part="checked in by the lobby manager, by code and by phone number")
@pytest.mark.shows("R028", part="a ticket for a booked customer on the PAD")
def test_a_booked_customer_is_checked_in(screens: Screens, server: HallServer, day: Day) -> None:
    page = bookings(screens)
    page.get_by_role("button", name="签到", exact=True).click()
    dialog = page.get_by_role("dialog")
    wrong = "000000" if day.code != "000000" else "000001"
    dialog.get_by_label("预约码").fill(wrong)
    dialog.get_by_role("button", name="签到取号").click()
    expect(dialog.get_by_role("alert")).to_contain_text("预约")
    dialog.get_by_label("预约码").fill(day.code)
    dialog.get_by_role("button", name="签到取号").click()
    expect(dialog.get_by_text(re.compile(r"^[A-Z]\d{3}，前面 \d+ 人$"))).to_be_visible()
    dialog.get_by_role("button", name="完成").click()
    arrived = page.get_by_role("listitem").filter(has_text="139****0001")
    expect(arrived).to_contain_text("已到店")
    tickets = server.run(server.hall.state(EAST)).tickets
    assert [t.segment for t in tickets.values()] == [Segment.BOOKED]
    # Whoever comes an hour early is told so in the server's words.
    page.get_by_role("button", name="签到", exact=True).click()
    dialog.get_by_role("button", name="手机号", exact=True).click()
    dialog.get_by_label("手机号", exact=True).fill("13900000002")
    dialog.get_by_role("button", name="签到取号").click()
    expect(dialog.get_by_role("alert")).to_contain_text("分钟")
    assert len(server.run(server.hall.state(EAST)).tickets) == 1
