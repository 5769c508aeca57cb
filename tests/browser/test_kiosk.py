"""The kiosk: a ticket in a few touches or keys, a booking, the way, and a person at once."""

import re
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import EAST, HallServer
from tingtang.hall.model import commands as c
from tingtang.hall.model.tasks.state import TaskKind
from tingtang.hall.tasks import TaskService
from tingtang.kernel.permissions import GRANTS, Actor, ActorKind, Role
from tingtang.org.sign_in.model.rules import TerminalKind

pytestmark = pytest.mark.browser
SIZE = (1080, 1920)


@pytest.fixture(autouse=True)
def open_hall(server: HallServer) -> None:
    server.open_day()
    state = server.run(server.hall.state(EAST))
    if not state.taking:
        server.command(c.ResumeTaking())


def kiosk(screens: Screens, language: str = "zh-CN") -> Page:
    """The kiosk at its start page."""
    page = screens.as_terminal(TerminalKind.KIOSK, "kiosk", f"/kiosk?lang={language}", SIZE)
    page.get_by_role("button", name="Touch to start" if language == "en" else "点此开始").click()
    expect(page.locator(".choices")).to_be_visible()
    return page


def to_ways(page: Page, service: str = "现金取款") -> None:
    """From the start page to the ways proposed."""
    page.get_by_role("button", name="取号 现在就排队").click()
    page.get_by_role("button", name=re.compile(f"^{service}")).click()
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="不需要，下一步").click()
    expect(page.get_by_role("heading", name="为您推荐")).to_be_visible()


@pytest.mark.shows("R027", part="a walk-in takes a ticket for two services at the kiosk")
def test_a_ticket_for_two_services_with_care(screens: Screens, server: HallServer) -> None:
    page = kiosk(screens)
    page.get_by_role("button", name="取号 现在就排队").click()
    page.get_by_role("button", name=re.compile("^现金取款")).click()
    page.get_by_role("button", name=re.compile("^转账汇款")).click()
    page.get_by_role("button", name="下一步（2 项）").click()
    page.get_by_role("button", name="老年客户").click()
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name=re.compile("取号，到柜台办")).click()
    expect(page.get_by_role("heading", name="取号成功")).to_be_visible()
    number = page.locator(".hero .tt-number [aria-hidden]").inner_text()
    state = server.run(server.hall.state(EAST))
    ticket = state.tickets[state.ticket_ids[number]]
    assert [care.value for care in ticket.care] == ["elder"]
    assert len(ticket.legs) + len(ticket.later) == 2
    expect(page.get_by_role("img", name="用手机关注这张号票的二维码")).to_be_visible()
    expect(page.get_by_role("heading", name="请到客户等候区就座")).to_be_visible()
    page.get_by_role("button", name=re.compile("完成")).click()
    expect(page.get_by_role("button", name="点此开始")).to_be_visible()


def test_the_whole_ticket_by_keyboard(screens: Screens, server: HallServer) -> None:
    before = len(server.run(server.hall.state(EAST)).tickets)
    page = screens.as_terminal(TerminalKind.KIOSK, "kiosk", "/kiosk", SIZE)
    expect(page.get_by_role("button", name="点此开始")).to_be_visible()

    def press(name: str) -> None:
        target = page.get_by_role("button", name=re.compile(name)).first
        expect(target).to_be_visible()
        for _ in range(60):
            page.keyboard.press("Tab")
            if target.evaluate("element => element === document.activeElement"):
                page.keyboard.press("Enter")
                return
        raise AssertionError(f"no key reaches {name}")

    for name in ("^点此开始", "^取号 现在", "^现金取款", "^下一步", "^不需要", "^取号，到柜台"):
        press(name)
    expect(page.get_by_role("heading", name="取号成功")).to_be_visible()
    assert len(server.run(server.hall.state(EAST)).tickets) == before + 1


@pytest.mark.shows("R026", part="each way comes with its own time, and the choice is recorded")
def test_self_service_is_proposed_and_shown(screens: Screens) -> None:
    page = kiosk(screens)
    to_ways(page)
    way = page.get_by_role("button", name=re.compile("去自助设备办"))
    expect(way).to_contain_text("办理约")
    with page.expect_response(re.compile("/triage/taken$")) as taken:
        way.click()
    assert taken.value.ok
    expect(page.get_by_role("heading", name="智能服务区")).to_be_visible()


def test_no_tickets_are_given_and_other_ways_offered(screens: Screens, server: HallServer) -> None:
    page = kiosk(screens)
    to_ways(page)
    server.command(c.StopTaking())
    heading = page.get_by_role("heading", name="现在不能取号")
    expect(heading).to_be_visible()
    page.get_by_role("button", name=re.compile("^预约")).click()
    expect(page.get_by_role("heading", name="预约哪项业务")).to_be_visible()


@pytest.mark.shows("R046")
@pytest.mark.shows("R047")
@pytest.mark.shows("R049")
def test_the_way_to_an_area_on_another_floor(screens: Screens) -> None:
    page = kiosk(screens)
    page.get_by_role("button", name=re.compile("^找地方")).click()
    page.locator(".zones").get_by_role("button", name=re.compile("贵宾理财室")).click()
    expect(page.get_by_role("heading", name="贵宾理财室")).to_be_visible()
    expect(page.get_by_text(re.compile("一对一资产配置"))).to_be_visible()
    expect(page.get_by_text(re.compile("走楼梯到二层"))).to_be_visible()
    expect(page.locator(".route-line")).to_have_count(1)
    page.get_by_role("button", name="不走楼梯").click()
    expect(page.get_by_text(re.compile("电梯到二层"))).to_be_visible()
    expect(page.get_by_role("button", name="二层", pressed=True)).to_be_visible()


@pytest.mark.shows("R048")
def test_materials_steps_and_place_by_search(screens: Screens) -> None:
    page = kiosk(screens)
    page.get_by_role("button", name=re.compile("搜业务")).click()
    page.get_by_role("button", name="K", exact=True).click()
    page.get_by_role("button", name="L", exact=True).click()
    page.get_by_role("button", name=re.compile("开立借记卡")).click()
    expect(page.get_by_text("本人身份证")).to_be_visible()
    expect(page.get_by_role("heading", name="办理步骤")).to_be_visible()
    page.get_by_role("button", name="低柜服务区").click()
    expect(page.get_by_text(re.compile("步行 \\d+ 米"))).to_be_visible()


@pytest.mark.shows("R055", part="the kiosk calls, and sees that it was sent, who comes and when")
def test_a_person_is_one_touch_away(screens: Screens, server: HallServer) -> None:
    tasks = server.app.parts.service("tasks", TaskService)
    staff = server.bank.staff["zhou.qihang"]
    manager = Actor(ActorKind.STAFF, staff, frozenset(), GRANTS[Role.LOBBY_MANAGER], None)
    page = kiosk(screens)
    key = page.locator(".foot .is-help")
    key.click()
    dialog = page.get_by_role("dialog", name="呼叫大堂经理")
    # Nobody is on duty: words of what to do, and the call stands.
    expect(dialog).to_contain_text("还没有人应答")
    expect(dialog).to_contain_text("请到咨询台")
    server.run(tasks.take_duty(EAST, "", manager))
    expect(dialog).to_contain_text(re.compile("已通知大堂经理（\\d\\d:\\d\\d）"))
    expect(key).to_contain_text("已通知")
    view = server.run(tasks.view(EAST))
    [called] = [task for task in view.tasks.values() if task.kind is TaskKind.CALL_MANAGER]
    assert called.zone == "east.zone.guidance"
    server.run(tasks.accept(EAST, called.task, manager))
    expect(dialog).to_contain_text(re.compile("周\\*航正在赶来（\\d\\d:\\d\\d 应答）"))
    expect(key).to_contain_text("正在赶来")
    server.run(tasks.close(EAST, called.task, "", manager))
    expect(dialog).to_have_count(0)
    expect(key).to_contain_text("呼叫大堂经理")
    server.run(tasks.leave_duty(EAST, manager))


@pytest.mark.shows("R041", part="a time is held and booked at the kiosk")
def test_a_time_is_held_and_booked(screens: Screens) -> None:
    page = kiosk(screens)
    page.get_by_role("button", name=re.compile("^预约 ")).click()
    page.get_by_role("button", name=re.compile("^开立借记卡")).click()
    page.locator(".times button:enabled").last.click()
    expect(page.get_by_role("timer")).to_contain_text("为您保留")
    page.get_by_role("group", name="手机号（用来提醒您）").focus()
    page.keyboard.type("13800000009")
    expect(page.locator(".entry")).not_to_contain_text("138")
    page.get_by_role("button", name="确认预约").click()
    expect(page.get_by_text("预约码", exact=True)).to_be_visible()
    assert re.fullmatch(r"\d{6}", page.locator(".code").inner_text())


SILENCE = b"RIFF\x26\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x02\x00\x00\x00\x00\x00"
"""A sound file of one sample."""


class Heard:
    """What the kiosk read out since it was last asked."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.said: list[str] = []
        page.route(re.compile("/api/speech"), self._speak)

    def _speak(self, route: Route) -> None:
        self.said.append(parse_qs(urlparse(route.request.url).query)["text"][0])
        route.fulfill(body=SILENCE, content_type="audio/wav")

    def expect(self, words: str) -> None:
        for _ in range(400):
            if any(words in one for one in self.said):
                self.said.clear()
                return
            self._page.wait_for_timeout(50)
        raise AssertionError(f"{words!r} was not said, but {self.said}")


WORDS = {
    "zh-CN": {
        "care": "需要特别关怀吗", "who": "请出示身份", "way": "去自助设备办", "ticket": "您的号码是",
        "checkin": "预约签到", "guide": "要去哪里", "zone": "步行", "howto": "想了解哪项业务",
        "service": "请带好这些材料", "book": "预约哪项业务", "time": "哪天几点方便",
        "phone": "留个手机号", "booked": "预约码", "search": "想找什么", "help": "还没有人应答",
        "counter": "取号，到柜台办", "begin": "登记身份", "kind": "办理什么业务", "steps": "到达",
    },
    "en": {
        "care": "Do you need special care", "who": "Who are you", "way": "Use a machine",
        "ticket": "Your number is", "checkin": "Check in", "guide": "Where to", "zone": "on foot",
        "howto": "Which service", "service": "Please have these with you", "book": "Which service",
        "time": "When does it suit you", "phone": "Your mobile number", "booked": "Booking code",
        "search": "What are you looking for", "help": "nobody has answered yet",
        "counter": "Ticket for a counter", "begin": "Identify", "kind": "What is it about",
        "steps": "You have arrived",
    },
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_step_is_accessible_and_read_out(
    screens: Screens, accessible: Accessible, language: str
) -> None:
    words = WORDS[language]
    path = f"/kiosk?lang={language}&voice=on"
    page = screens.as_terminal(TerminalKind.KIOSK, "kiosk", path, SIZE)
    heard = Heard(page)
    begin = page.get_by_role("button", name="Touch to start" if language == "en" else "点此开始")
    go_on = page.locator(".tt-page .actions .is-primary")

    def at(step: str) -> None:
        heard.expect(words[step])
        expect(page.locator(".bone")).to_have_count(0)
        accessible(page)

    def choose(place: int) -> None:
        expect(page.locator(".choices")).to_be_visible()
        # Business stands above the six.
        page.locator(".choices .tt-choice").nth(place + 1).click()

    expect(begin).to_be_visible()
    accessible(page)
    begin.click()
    choose(0)
    at("kind")
    page.locator(".service").first.click()
    go_on.click()
    at("care")
    page.get_by_role("button", name=re.compile(words["begin"])).click()
    at("who")
    page.locator(".tt-page .actions .tt-button").nth(1).click()
    go_on.click()
    at("way")
    page.get_by_role("button", name=re.compile(words["counter"])).click()
    at("ticket")
    go_on.click()
    begin.click()
    choose(1)
    at("checkin")
    page.locator(".foot .key").first.click()
    choose(2)
    at("guide")
    page.locator(".zones button").nth(1).click()
    at("steps")
    page.locator(".foot .key").first.click()
    choose(3)
    at("howto")
    page.locator(".service").nth(3).click()
    at("service")
    page.locator(".foot .key").first.click()
    choose(4)
    at("book")
    page.locator(".service").nth(4).click()
    at("time")
    page.locator(".times button:enabled").last.click()
    at("phone")
    for digit in "13800000022":
        page.locator(".keys").get_by_role("button", name=digit, exact=True).click()
    go_on.click()
    at("booked")
    go_on.click()
    begin.click()
    page.locator("button.search").click()
    at("search")
    page.locator(".foot .is-help").click()
    at("help")


@pytest.mark.parametrize("look", ["type=large", "contrast=high&theme=dark"])
def test_nothing_of_a_step_is_cut_off_in_other_looks(
    screens: Screens, accessible: Accessible, look: str
) -> None:
    page = screens.as_terminal(TerminalKind.KIOSK, "kiosk", f"/kiosk?{look}", SIZE)
    page.get_by_role("button", name="点此开始").click()
    for choice in range(5):
        page.locator(".choices .tt-choice").nth(choice).click()
        expect(page.locator(".bone")).to_have_count(0)
        accessible(page)
        # The buttons of a step stand in sight, and each is large enough to be hit.
        for button in page.locator(".tt-page .actions button, .foot > button").all():
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 88
            assert box["y"] + box["height"] <= SIZE[1]
            assert box["x"] + box["width"] <= SIZE[0]
        page.locator(".foot .key").first.click()
