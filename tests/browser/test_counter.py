"""The counter: keyboard first, one command at a time, nothing lost on the way."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import EAST, HallServer, service_id
from tingtang.hall.model import commands as c
from tingtang.hall.model.state import CounterState, TicketState
from tingtang.hall.service import HallService
from tingtang.hall.tasks import TaskService
from tingtang.kernel.ids import BranchId, CounterId, TicketId
from tingtang.org.sign_in.model.rules import TerminalKind

pytestmark = pytest.mark.browser
SIZE = (1440, 900)
CASH, ACCOUNTS = "cash_withdrawal", "personal_info"


@pytest.fixture(autouse=True)
def open_hall(server: HallServer) -> None:
    """An open day; whoever waited or sat somewhere for an earlier test is gone."""
    server.open_day()

    async def clear() -> None:
        hall: HallService = server.hall
        state = await hall.state(EAST)
        for seat in state.counters.values():
            if seat.ticket:
                await hall.run(EAST, c.FinishService(ticket=seat.ticket), server.actor)
            if seat.ticket:
                await hall.run(EAST, c.FinishService(ticket=seat.ticket), server.actor)
            if seat.state is not CounterState.CLOSED:
                await hall.run(EAST, c.CloseCounter(counter=seat.id), server.actor)
        for ticket in list(state.tickets.values()):
            if ticket.state in {TicketState.WAITING, TicketState.HELD, TicketState.PASSED}:
                await hall.run(EAST, c.Abandon(ticket=ticket.id), server.actor)

    server.run(clear())


def desk(
    screens: Screens, server: HallServer, login: str, query: str = ""
) -> tuple[Page, CounterId]:
    """A teller at their usual counter, signed on, with the page open."""
    counter = server.sign_on(login)
    page = screens.as_staff(login, "counter", f"/counter{query}", SIZE)
    expect(page.get_by_role("button", name=re.compile("叫下一位|Call next"))).to_be_visible()
    return page, counter


def present(page: Page, number: str) -> None:
    """The page shows this customer as the one at the counter."""
    expect(page.get_by_label("当前客户").get_by_text(number, exact=True)).to_be_visible()


def ready(page: Page) -> None:
    """The page has its line to the hall, the last command has its answer: the next is taken."""
    busy = page.locator("[aria-busy=true], [aria-disabled=true], button.primary:disabled")
    expect(busy).to_have_count(0)


def press(page: Page, key: str) -> None:
    """Press a key once the last command has its answer, as fast as a person could."""
    ready(page)
    page.keyboard.press(key)


def state_of(server: HallServer, ticket: TicketId) -> TicketState:
    return server.run(server.hall.ticket(EAST, ticket)).state


def test_a_teller_signs_on_and_is_found_again_after_a_reload(
    screens: Screens, server: HallServer
) -> None:
    page = screens.as_staff("he.jiaxin", "counter", "/counter", SIZE)
    page.get_by_role("button", name=re.compile("^02")).click()
    expect(page.get_by_role("heading", name="窗口空闲")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="窗口空闲")).to_be_visible()
    page.get_by_role("button", name="签退").click()
    expect(page.get_by_text("请选择窗口")).to_be_visible()


@pytest.mark.shows("R031", part="call, start, finish and call by the space bar")
def test_the_space_bar_is_always_the_next_thing(screens: Screens, server: HallServer) -> None:
    first, number = server.issue(CASH)
    second, later_number = server.issue(CASH)
    page, _ = desk(screens, server, "chen.yutong")
    press(page, "Space")
    present(page, number)
    expect(page.get_by_text("为什么是这位客户")).to_be_visible()
    press(page, "Space")
    expect(page.get_by_text("标准 4.5 分钟")).to_be_visible()
    expect(page.get_by_text("办理时间")).to_be_visible()
    press(page, "Space")
    present(page, later_number)
    assert state_of(server, first) is TicketState.FINISHED
    assert state_of(server, second) is TicketState.CALLED


@pytest.mark.shows("R031", part="recall, pass, hold and take up again at the counter")
def test_recall_hold_by_digit_and_take_up_again(screens: Screens, server: HallServer) -> None:
    ticket, number = server.issue(CASH)
    page, _ = desk(screens, server, "chen.yutong")
    press(page, "Space")
    present(page, number)
    with page.expect_response(re.compile("/recall$")) as recalled:
        press(page, "r")
    assert recalled.value.ok
    press(page, "h")
    press(page, "2")  # the second reason: copying papers
    expect(page.get_by_role("heading", name="窗口空闲")).to_be_visible()
    expect(page.get_by_text("复印证件")).to_be_visible()
    assert state_of(server, ticket) is TicketState.HELD
    page.get_by_role("button", name=f"叫回 {number}").click()
    present(page, number)
    press(page, "p")
    expect(page.get_by_role("button", name=f"{number} 回队")).to_be_visible()
    assert state_of(server, ticket) is TicketState.PASSED


@pytest.mark.shows("R031", part="transfer at the counter: the number stays")
def test_transfer_to_another_counter(screens: Screens, server: HallServer) -> None:
    ticket, number = server.issue(CASH)
    target = server.sign_on("he.jiaxin")
    page, _ = desk(screens, server, "chen.yutong")
    press(page, "Space")
    present(page, number)
    press(page, "t")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="指定窗口").click()
    dialog.get_by_role("button", name=re.compile("何佳欣")).click()
    dialog.get_by_role("button", name="转移", exact=True).click()
    expect(page.get_by_role("heading", name="窗口空闲")).to_be_visible()
    held = server.run(server.hall.ticket(EAST, ticket))
    assert (held.number, held.line.counter) == (number, target)


def test_the_next_service_goes_on_here(screens: Screens, server: HallServer) -> None:
    ticket, number = server.issue(CASH, "cash_deposit")
    page, counter = desk(screens, server, "chen.yutong")
    press(page, "Space")
    present(page, number)
    press(page, "Space")
    expect(page.get_by_text("办理时间")).to_be_visible()
    press(page, "n")
    page.get_by_role("button", name="在本窗口继续办理").click()
    expect(page.get_by_label("当前客户").get_by_text("已办")).to_be_visible()
    held = server.run(server.hall.ticket(EAST, ticket))
    assert (held.service, held.counter) == (service_id("cash_deposit"), counter)


def test_a_service_is_added_by_what_people_call_it(screens: Screens, server: HallServer) -> None:
    ticket, number = server.issue(CASH)
    page, _ = desk(screens, server, "chen.yutong")
    press(page, "Space")
    present(page, number)
    press(page, "n")
    page.get_by_label("查找业务").first.fill("办卡")
    page.get_by_role("dialog").get_by_role("button", name=re.compile("开立借记卡")).click()
    expect(page.get_by_label("当前客户").get_by_text("待办")).to_be_visible()
    assert server.run(server.hall.ticket(EAST, ticket)).later == (service_id("card_open"),)


@pytest.mark.shows("R033", part="pause with a reason, resume")
def test_pause_and_resume(screens: Screens, server: HallServer) -> None:
    page, counter = desk(screens, server, "chen.yutong")
    press(page, "b")
    page.get_by_role("dialog").get_by_role("button", name=re.compile("用餐")).click()
    expect(page.get_by_text("暂停服务中")).to_be_visible()
    assert server.run(server.hall.state(EAST)).counters[counter].state is CounterState.PAUSED
    press(page, "b")
    expect(page.get_by_role("heading", name="窗口空闲")).to_be_visible()


@pytest.mark.shows("R034", part="elastic switch of services at the counter")
def test_the_counter_takes_on_other_services(screens: Screens, server: HallServer) -> None:
    page, counter = desk(screens, server, "chen.yutong")
    press(page, "e")
    page.get_by_label("养老金与社保待遇").check()
    page.get_by_role("button", name=re.compile("受理所选")).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_label("办理", exact=True)).to_contain_text("养老金与社保待遇")
    assert service_id("pension") in server.run(server.hall.state(EAST)).counters[counter].services


@pytest.mark.shows("R055", part="from the counter")
def test_the_manager_is_called(screens: Screens, server: HallServer) -> None:
    page, counter = desk(screens, server, "chen.yutong")
    press(page, "m")
    page.get_by_label("其他说明").fill("客户需要复核")
    page.get_by_role("dialog").get_by_role("button", name="呼叫", exact=True).click()
    expect(page.get_by_text("已通知大堂经理")).to_be_visible()
    tasks = server.app.parts.service("tasks", TaskService)
    board = server.run(tasks.view(BranchId(EAST)))
    assert [(t.kind, t.subject, t.note) for t in board.tasks.values()] == [
        ("call_manager", counter, "客户需要复核")
    ]


def test_a_refusal_is_told_in_words_and_nothing_is_lost(
    screens: Screens, server: HallServer
) -> None:
    page, _ = desk(screens, server, "chen.yutong")
    press(page, "Space")
    expect(page.get_by_role("alert")).to_contain_text("没有窗口 04 可以办理的客户在等候")
    _, number = server.issue(CASH)
    press(page, "Space")
    present(page, number)
    expect(page.get_by_role("alert")).to_have_text("")


def test_pressing_twice_calls_once(screens: Screens, server: HallServer) -> None:
    server.issue(CASH)
    _, number = server.issue(CASH)
    page, _counter = desk(screens, server, "chen.yutong")
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if r.url.endswith("/call") else None)
    slow: list[Route] = []

    def keep_waiting(route: Route) -> None:
        slow.append(route)

    page.route("**/call", keep_waiting)
    ready(page)
    with page.expect_request("**/call"):
        page.keyboard.press("Space")
        page.keyboard.press("Space")
    page.wait_for_timeout(200)
    slow[0].continue_()
    expect(page.get_by_text("已叫号，等待客户到窗口")).to_be_visible()
    assert len(asked) == 1
    waiting = server.run(server.hall.state(EAST)).waiting
    assert waiting == 1, number


def test_a_call_without_an_answer_is_repeated_once(screens: Screens, server: HallServer) -> None:
    server.issue(CASH)
    server.issue(CASH)
    page, _counter = desk(screens, server, "chen.yutong")

    lost: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.request.url)
        route.fetch()
        route.abort()

    page.route("**/call", lose_the_first_answer)
    press(page, "Space")
    expect(page.get_by_role("alert")).to_contain_text("不会重复办理")
    page.get_by_role("button", name="重试").click()
    expect(page.get_by_role("alert")).to_have_text("")
    assert server.run(server.hall.state(EAST)).waiting == 1


@pytest.mark.shows("R043", part="on the counter's own screen, with reasons")
def test_a_customer_rates_the_service_at_the_window(
    screens: Screens, server: HallServer, accessible: Accessible
) -> None:
    ticket, number = server.issue(ACCOUNTS)
    counter = server.sign_on("xu.jingyi")
    screen = screens.as_terminal(
        TerminalKind.COUNTER_SCREEN,
        "counter-customer",
        "/counter/customer",
        (1280, 800),
        counter=counter,
    )
    expect(screen.get_by_text("欢迎光临")).to_be_visible()
    server.call(counter)
    expect(screen.get_by_text(f"请 {number} 到本窗口")).to_be_visible()
    server.command(c.StartService(ticket=ticket))
    expect(screen.get_by_text("正在为您办理")).to_be_visible()
    accessible(screen)
    server.command(c.FinishService(ticket=ticket))
    screen.get_by_role("button", name="不满意", exact=True).click()
    screen.get_by_role("button", name="等候时间长").click()
    accessible(screen)
    screen.get_by_role("button", name="提交评价").click()
    expect(screen.get_by_text("谢谢您的评价")).to_be_visible()
    assert server.run(server.hall.ticket(EAST, ticket)).legs[0].score == 2


def test_a_counter_screen_without_a_counter_says_what_to_do(
    screens: Screens, accessible: Accessible
) -> None:
    page = screens.as_staff("xu.jingyi", "counter-customer", "/counter/customer", (1280, 800))
    expect(page.get_by_role("link", name="登记这块屏幕")).to_be_visible()
    accessible(page)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_counter_is_accessible(
    screens: Screens, server: HallServer, accessible: Accessible, language: str
) -> None:
    server.issue(CASH)
    page = screens.as_staff("liang.zihao", "counter", f"/counter?lang={language}", SIZE)
    expect(page.get_by_role("button", name=re.compile("^03"))).to_be_visible()
    accessible(page)
    desk_page, _ = desk(screens, server, "chen.yutong", f"?lang={language}")
    accessible(desk_page)
    press(desk_page, "Space")
    expect(desk_page.get_by_role("button", name=re.compile("转移|Transfer"))).to_be_visible()
    accessible(desk_page)
    press(desk_page, "h")
    expect(desk_page.get_by_role("dialog")).to_be_visible()
    accessible(desk_page)
