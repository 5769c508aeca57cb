"""The boards: called numbers with their windows, one after the other; queues, windows, messages."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import EAST, HallServer
from tingtang.hall.model import commands as c
from tingtang.org.sign_in.model.rules import TerminalKind

pytestmark = pytest.mark.browser
LANDSCAPE, PORTRAIT = (1920, 1080), (1080, 1920)
SPOKEN = """
window.spoken = []
window.finish = []
class Utterance { constructor(text) { this.text = text } }
window.SpeechSynthesisUtterance = Utterance
Object.defineProperty(window, 'speechSynthesis', { value: {
  getVoices: () => [{ lang: 'zh-CN' }, { lang: 'en-US' }],
  speak: (one) => { window.spoken.push(one.text); window.finish.push(() => one.onend()) },
  cancel: () => undefined,
  addEventListener: () => undefined,
} })
"""


@pytest.fixture(scope="module", autouse=True)
def busy_hall(server: HallServer) -> None:
    server.fill()


def board(screens: Screens, path: str = "/board", size: tuple[int, int] = LANDSCAPE) -> Page:
    page = screens.as_terminal(TerminalKind.BOARD, "board", path, size)
    expect(page.get_by_text(re.compile("东城支行|Dongcheng Branch")).first).to_be_visible()
    return page


def listening(screens: Screens) -> Page:
    """A board whose browser voice says what it speaks, and ends when the test lets it."""
    page = screens.as_terminal(TerminalKind.BOARD, "board", "/board", LANDSCAPE)
    page.add_init_script(SPOKEN)
    page.route("**/api/speech*", lambda route: route.abort())
    page.reload()
    expect(page.get_by_label("叫号", exact=True)).to_be_visible()
    return page


def spoken_by(page: Page, count: int) -> None:
    """Wait until so many sentences were begun."""
    for _ in range(100):
        if page.evaluate("window.spoken.length") >= count:
            break
        page.wait_for_timeout(50)
    assert page.evaluate("window.spoken.length") == count


@pytest.mark.shows("R032", part="called numbers, lines with people and minutes, by board")
@pytest.mark.shows("R033", part="every window with its state, by board")
def test_the_board_shows_calls_lines_and_windows(screens: Screens, server: HallServer) -> None:
    page = board(screens)
    counter = server.sign_on("he.jiaxin")
    _, number = server.issue("cash_withdrawal")
    state = server.run(server.hall.state(EAST))
    if state.counters[counter].ticket:
        server.command(c.FinishService(ticket=state.counters[counter].ticket))
    server.command(c.CallTicket(counter=counter, ticket=state.ticket_ids[number]))
    top = page.get_by_label("叫号", exact=True).get_by_role("listitem").first
    expect(top).to_contain_text(number)
    expect(top).to_contain_text("01")
    windows = page.get_by_role("list", name="窗口状态").get_by_role("listitem")
    expect(windows).to_have_count(14)
    expect(windows.first).to_contain_text("叫号")
    lines = page.get_by_label("各业务等候情况")
    expect(lines.get_by_text(f"等候 {state.waiting} 人")).to_be_visible()
    expect(lines.get_by_role("listitem").first).to_contain_text(re.compile(r"约 \d+ 分"))


@pytest.mark.shows(
    "R031", part="two calls at once are both announced, one after the other, by voice"
)
def test_two_calls_at_once_are_spoken_one_after_the_other(
    screens: Screens, server: HallServer
) -> None:
    page = listening(screens)
    signs = {}
    numbers = []
    for login in ("liang.zihao", "chen.yutong"):
        counter = server.sign_on(login)
        state = server.run(server.hall.state(EAST))
        if state.counters[counter].ticket:
            server.command(c.FinishService(ticket=state.counters[counter].ticket))
        _, number = server.issue("cash_deposit")
        assert state.setup is not None
        signs[number] = state.setup.counters[counter].sign
        numbers.append((counter, state.ticket_ids[number], number))
    for counter, ticket, _ in numbers:
        server.command(c.CallTicket(counter=counter, ticket=ticket))
    first, second = numbers[0][2], numbers[1][2]
    spoken_by(page, 1)
    lit = page.locator(".is-lit").first
    expect(lit).to_contain_text(first)
    spoken = page.evaluate("window.spoken[0]")
    assert spoken.endswith(f"号到{int(signs[first])}号窗口")
    assert spoken.startswith(f"请{first[0]}")
    assert not re.search(r"\d\d", spoken)
    page.evaluate("window.finish[0]()")
    spoken_by(page, 2)
    expect(lit).to_contain_text(second)
    page.evaluate("window.finish[1]()")
    expect(page.locator(".is-lit")).to_have_count(0)


def test_a_call_is_lit_though_nothing_can_be_heard(screens: Screens, server: HallServer) -> None:
    page = board(screens)
    page.route("**/api/speech*", lambda route: route.abort())
    counter = server.sign_on("he.jiaxin")
    state = server.run(server.hall.state(EAST))
    if state.counters[counter].ticket:
        server.command(c.FinishService(ticket=state.counters[counter].ticket))
    server.issue("cash_withdrawal")
    server.call(counter)
    ticket = state.counters[counter].ticket
    server.command(c.Recall(ticket=ticket))
    expect(page.locator(".is-lit").first).to_contain_text(state.tickets[ticket].number)
    expect(page.get_by_text("请看屏幕")).to_be_visible()


def test_a_message_to_all_who_wait_is_shown(screens: Screens, server: HallServer) -> None:
    page = board(screens)
    server.command(c.SendNotice(notice="n1", zh="3 号窗口暂停现金业务", minutes=5))
    expect(page.get_by_text("3 号窗口暂停现金业务")).to_be_visible()
    server.command(c.WithdrawNotice(notice="n1"))
    expect(page.get_by_text("3 号窗口暂停现金业务")).to_have_count(0)


def test_no_board_names_a_customer(screens: Screens) -> None:
    for path in ("/board", "/board/windows"):
        text = board(screens, path).content()
        for name in ("王", "李桂", "赵文", "陈雨桐"):
            assert name not in text


@pytest.mark.shows("R033", part="a board of windows alone, and the display above a window")
def test_windows_alone_and_above_a_counter(screens: Screens, server: HallServer) -> None:
    windows = board(screens, "/board/windows")
    expect(windows.get_by_role("list", name="窗口状态").get_by_role("listitem")).to_have_count(14)
    over = screens.as_terminal(TerminalKind.BOARD, "board", "/board/counter/02", (1280, 400))
    expect(over.get_by_text("未开")).to_be_visible()
    counter = server.run(server.hall.state(EAST)).counters
    sign = next(one for one in counter if one.endswith(".02"))
    server.run(server.hall.open_counter(EAST, sign, server.bank.staff["pan.junjie"], server.actor))
    expect(over.get_by_text("空闲")).to_be_visible()


@pytest.mark.parametrize("size", [LANDSCAPE, PORTRAIT], ids=["landscape", "portrait"])
@pytest.mark.parametrize("query", ["lang=zh-CN", "lang=en", "lang=zh-CN&type=large"])
def test_nothing_is_too_small_or_cut_off(
    screens: Screens, accessible: Accessible, size: tuple[int, int], query: str
) -> None:
    page = board(screens, f"/board?{query}", size)
    accessible(page)
    smallest = page.evaluate(
        """Math.min(...[...document.querySelectorAll('body *')]
            .filter((one) => one.checkVisibility() && !one.closest('.tt-hidden')
                && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
            .map((one) => parseFloat(getComputedStyle(one).fontSize)))"""
    )
    assert smallest >= 48
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    hero = page.get_by_label(re.compile("^(叫号|Calls)$")).locator(".number").first
    height = hero.evaluate("(one) => parseFloat(getComputedStyle(one).fontSize)")
    assert height * 0.73 >= 1080 / 12


def test_the_end_of_the_day(screens: Screens, server: HallServer, accessible: Accessible) -> None:
    page = board(screens)
    server.command(c.StopTaking())
    expect(page.get_by_text("今日已停止取号")).to_be_visible()
    state = server.run(server.hall.state(EAST))
    for seat in state.counters.values():
        while seat.ticket:
            server.command(c.FinishService(ticket=seat.ticket))
    server.command(c.CloseDay())
    expect(page.get_by_text("现在不营业")).to_be_visible()
    accessible(page)
