"""The customer's phone: from the kiosk's code to the rating, and back from a reload and a lost link."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import EAST, HallServer, service_id
from tingtang.hall.complaints import ComplaintService
from tingtang.hall.model import commands as c
from tingtang.hall.model.state import TicketState
from tingtang.kernel.ids import TicketId

pytestmark = pytest.mark.browser
SIZE = (390, 844)
CASH = "cash_withdrawal"


@pytest.fixture(autouse=True)
def open_hall(server: HallServer) -> None:
    """An open day in which nobody waits."""
    server.open_day()

    async def clear() -> None:
        state = await server.hall.state(EAST)
        for seat in state.counters.values():
            if seat.ticket:
                await server.hall.run(EAST, c.FinishService(ticket=seat.ticket), server.actor)
        for ticket in list(state.tickets.values()):
            if ticket.state in {TicketState.WAITING, TicketState.HELD, TicketState.PASSED}:
                await server.hall.run(EAST, c.Abandon(ticket=ticket.id), server.actor)

    server.run(clear())


def following(screens: Screens, server: HallServer, ticket: TicketId, query: str = "") -> Page:
    """A phone that scanned a ticket's code."""
    link = server.hall.link_url(EAST, ticket, server.url).removeprefix(server.url)
    return screens.as_nobody(link.replace("#", f"{query}#"), SIZE)


def serve(server: HallServer, ticket: TicketId) -> None:
    server.command(c.StartService(ticket=ticket))
    server.command(c.FinishService(ticket=ticket))


@pytest.mark.shows("R027", part="the phone follows the ticket to the call")
@pytest.mark.shows("R043", part="rating on the phone, with reasons")
def test_from_waiting_to_the_rating(screens: Screens, server: HallServer) -> None:
    counter = server.sign_on("chen.yutong")
    ticket, number = server.issue(CASH)
    page = following(screens, server, ticket)
    expect(page.get_by_text("下一个就是您")).to_be_visible()
    assert "#" not in page.url
    server.call(counter)
    called = page.get_by_role("dialog")
    expect(called).to_contain_text(number)
    setup = server.run(server.hall.state(EAST)).setup
    assert setup is not None
    sign = setup.counters[counter].sign
    expect(called.get_by_role("heading", name=f"请到 {sign} 号窗口")).to_be_visible()
    called.get_by_role("button", name="我这就去").click()
    expect(called).to_have_count(0)
    serve(server, ticket)
    expect(page.get_by_text("已办完，谢谢光临")).to_be_visible()
    page.get_by_role("button", name="较差").click()
    page.get_by_role("button", name="等候时间长").click()
    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_text("感谢您的评价与光临")).to_be_visible()
    leg = server.run(server.hall.ticket(EAST, ticket)).legs[0]
    assert leg.score == 2


def test_passed_words_and_giving_up(screens: Screens, server: HallServer) -> None:
    counter = server.sign_on("chen.yutong")
    ticket, number = server.issue(CASH)
    page = following(screens, server, ticket)
    server.call(counter)
    expect(page.get_by_role("dialog")).to_be_visible()
    server.command(c.Pass(ticket=ticket))
    expect(page.get_by_text("已过号，请回来")).to_be_visible()
    page.get_by_role("button", name="放弃号票").click()
    page.get_by_role("dialog", name=f"放弃 {number}？").get_by_role(
        "button", name="放弃号票"
    ).click()
    expect(page.get_by_text("这张号票已放弃")).to_be_visible()


def test_it_survives_a_reload_and_a_lost_link(screens: Screens, server: HallServer) -> None:
    ticket, number = server.issue(CASH)
    page = following(screens, server, ticket)
    hero = page.locator(".hero").get_by_text(number, exact=True)
    expect(hero).to_be_visible()
    page.reload()
    expect(hero).to_be_visible()
    page.wait_for_timeout(2_500)  # the snapshot is kept on the phone every two seconds
    page.route(re.compile("/api/"), lambda route: route.abort())
    page.route_web_socket(re.compile("/live"), lambda socket: socket.close())
    page.reload()
    expect(hero).to_be_visible()
    expect(page.get_by_text("号票仍然有效")).to_be_visible()


def test_the_link_drops_and_comes_back_while_one_waits(
    screens: Screens, server: HallServer
) -> None:
    counter = server.sign_on("chen.yutong")
    ticket, number = server.issue(CASH)
    page = following(screens, server, ticket)
    expect(page.get_by_text("下一个就是您")).to_be_visible()
    page.context.set_offline(True)
    expect(page.get_by_text("与服务器的连接已断开")).to_be_visible()
    expect(page.get_by_text("号票仍然有效")).to_be_visible()
    expect(page.locator(".hero")).to_contain_text(number)
    server.call(counter)
    # What cannot wait is refused in words, and the page stands.
    page.get_by_role("button", name="放弃号票").click()
    page.get_by_role("dialog").get_by_role("button", name="放弃号票").click()
    expect(page.get_by_text("没有收到")).to_be_visible()
    assert server.run(server.hall.ticket(EAST, ticket)).state is TicketState.CALLED
    page.context.set_offline(False)
    expect(page.get_by_role("dialog")).to_contain_text(number)
    expect(page.get_by_text("与服务器的连接已断开")).to_have_count(0)


def test_the_right_service_is_rated_after_a_transfer(screens: Screens, server: HallServer) -> None:
    counter = server.sign_on("chen.yutong")
    ticket, _ = server.issue(CASH, "transfer")
    page = following(screens, server, ticket)
    server.call(counter)
    server.command(c.StartService(ticket=ticket))
    server.command(c.Transfer(ticket=ticket, service=service_id("cash_deposit")))
    server.call(counter)
    serve(server, ticket)
    expect(page.get_by_role("heading", name="现金存款办得怎么样？")).to_be_visible()
    page.get_by_role("button", name="很好").click()
    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_role("heading", name="现金存款办得怎么样？")).to_have_count(0)
    legs = server.run(server.hall.ticket(EAST, ticket)).legs
    assert [(leg.outcome, leg.score) for leg in legs][:2] == [("transferred", 0), ("finished", 5)]


@pytest.mark.shows("R027", part="a phone at the door takes a ticket")
def test_a_ticket_by_the_code_at_the_door(screens: Screens, server: HallServer) -> None:
    phones = server.app.parts.services["sign_in"].phones
    url = phones.door_code(EAST, server.url).url.removeprefix(server.url)
    page = screens.as_nobody(url, SIZE)
    page.get_by_role("button", name=re.compile("^取号")).click()
    page.get_by_role("button", name=re.compile("^现金取款")).click()
    page.get_by_role("button", name="取号", exact=True).click()
    expect(page.locator(".hero")).to_contain_text(re.compile("A\\d{3}"))
    expect(page.get_by_text("请带好这些材料")).to_be_visible()


@pytest.mark.shows("R029", part="a booking is made, moved and cancelled on a phone")
def test_a_booking_is_made_moved_and_cancelled(screens: Screens) -> None:
    page = screens.as_nobody("/phone/?branch=east", SIZE)
    page.get_by_role("button", name=re.compile("^预约")).click()
    page.get_by_role("button", name=re.compile("^开立借记卡")).click()
    page.get_by_role("group", name="日期").get_by_role("button").nth(1).click()
    page.locator(".times button:enabled").first.click()
    page.get_by_label("手机号").fill("13800000010")
    page.get_by_role("button", name="确认预约").click()
    expect(page.get_by_role("heading", name="我的预约")).to_be_visible()
    expect(page.locator(".code")).to_contain_text(re.compile("\\d{6}"))
    before = page.locator(".when").inner_text()
    page.get_by_role("button", name="改时间").click()
    page.get_by_role("group", name="日期").get_by_role("button").nth(1).click()
    page.locator(".times button:enabled").last.click()
    expect(page.locator(".when")).not_to_have_text(before)
    page.get_by_role("button", name="取消预约").click()
    page.get_by_role("dialog").get_by_role("button", name="取消预约").click()
    expect(page.get_by_text("这个预约已结束或已取消")).to_be_visible()


@pytest.mark.shows("R044", part="written, answered, rated and closed on the phone")
def test_a_complaint_is_registered_answered_and_closed(
    screens: Screens, server: HallServer
) -> None:
    complaints = server.app.parts.service("complaints", ComplaintService)
    ticket, _ = server.issue(CASH)
    page = following(screens, server, ticket)
    page.get_by_role("button", name="意见与投诉").click()
    page.get_by_role("group", name="关于什么").get_by_role("button").first.click()
    page.get_by_label("请说说发生了什么").fill("等了很久")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text(re.compile("已收到，我们会在"))).to_be_visible()
    expect(page.get_by_text("等待处理")).to_be_visible()
    [written] = server.run(complaints.book.of_ticket(EAST, ticket))
    answer = complaints.answer(EAST, written.complaint, "非常抱歉，已增开窗口", server.actor)
    server.run(answer)
    page.reload()
    expect(page.get_by_text("非常抱歉，已增开窗口")).to_be_visible()
    page.get_by_role("button", name="较差").click()
    page.get_by_role("button", name="不满意，重新处理").click()
    expect(page.get_by_text("已重新打开")).to_be_visible()
    answer = complaints.answer(EAST, written.complaint, "经理已致电道歉", server.actor)
    server.run(answer)
    # The message that tells of an answer leads to the complaint itself.
    link = complaints.link(EAST, written.complaint)
    other = screens.as_nobody(f"/phone/t#{link}", SIZE)
    expect(other.get_by_text("经理已致电道歉")).to_be_visible()
    other.get_by_role("button", name="满意", exact=True).click()
    other.get_by_role("button", name="提交评价，办结").click()
    expect(other.get_by_text("已办结，感谢您的意见")).to_be_visible()
    [closed] = server.run(complaints.book.of_ticket(EAST, ticket))
    assert (closed.state, closed.score) == ("closed", 4)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_anybody_can_use_it(
    screens: Screens, server: HallServer, accessible: Accessible, language: str
) -> None:
    ticket, number = server.issue(CASH)
    page = following(screens, server, ticket, f"?lang={language}")
    expect(page.locator(".hero")).to_contain_text(number)
    accessible(page)
    page.get_by_role("button", name="Complain" if language == "en" else "意见与投诉").click()
    page.locator(".kinds button").first.click()
    page.locator("textarea").fill("...")
    accessible(page)
    page.locator("form [type=submit]").click()
    expect(page.locator(".own")).to_be_visible()
    complaints = server.app.parts.service("complaints", ComplaintService)
    [written] = server.run(complaints.book.of_ticket(EAST, ticket))
    server.run(complaints.answer(EAST, written.complaint, "...", server.actor))
    link = complaints.link(EAST, written.complaint)
    page = screens.as_nobody(f"/phone/t?lang={language}#{link}", SIZE)
    page.locator(".tt-scores button").first.click()
    accessible(page)
    page = screens.as_nobody(f"/phone/?branch=east&lang={language}", SIZE)
    expect(page.locator(".tt-choice").first).to_be_visible()
    accessible(page)
    page.locator(".tt-choice").first.click()
    expect(page.locator(".service").first).to_be_visible()
    accessible(page)
    page.locator(".service").first.click()
    accessible(page)
    page.get_by_role("button", name="Back" if language == "en" else "返回").click()
    page.locator(".tt-choice").last.click()
    page.locator(".service").nth(4).click()
    page.locator(".days button").nth(1).click()
    expect(page.locator(".times button:enabled").first).to_be_visible()
    accessible(page)
    page.locator(".times button:enabled").first.click()
    page.locator("form input").fill("13800000012")
    accessible(page)
    page.locator("form [type=submit]").click()
    expect(page.locator(".code")).to_be_visible()
    # The look that the address asked for stays through the change of identity.
    expect(page.locator("html")).to_have_attribute("lang", language)
    accessible(page)
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 48


def test_a_called_ticket_fills_the_screen_for_everybody(
    screens: Screens, server: HallServer, accessible: Accessible
) -> None:
    counter = server.sign_on("chen.yutong")
    ticket, _ = server.issue(CASH)
    page = following(screens, server, ticket, "?type=large")
    expect(page.locator(".hero")).to_be_visible()
    server.call(counter)
    expect(page.get_by_role("dialog")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="我这就去").click()
    serve(server, ticket)
    page.get_by_role("button", name="很差").click()
    expect(page.get_by_role("button", name="等候时间长")).to_be_visible()
    accessible(page)
