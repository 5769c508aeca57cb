"""The office's pages on the system: sessions, receivers of events, themes."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Accessible, Screens

pytestmark = pytest.mark.browser
SIZE = (1440, 900)


def office(screens: Screens, path: str, login: str = "gao.mingyuan") -> Page:
    return screens.as_staff(login, "office", f"/office/{path}", SIZE)


@pytest.fixture
def receiver() -> Iterator[str]:
    """The address of another system that takes whatever it is told."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()


@pytest.mark.shows("R050", part="receivers added and tried in the office")
def test_a_receiver_is_added_tried_and_removed(screens: Screens, receiver: str) -> None:
    page = office(screens, "webhooks")
    page.get_by_role("button", name="新增订阅").click()
    form = page.get_by_role("dialog", name="新增订阅")
    form.get_by_label("接收地址").fill(receiver)
    form.get_by_label("取号", exact=True).check()
    form.get_by_role("button", name="新增").click()
    expect(form.get_by_text("签名密钥")).to_be_visible()
    form.get_by_role("button", name="完成").click()
    row = page.get_by_role("row", name=receiver)
    expect(row).to_contain_text("取号")
    row.get_by_role("button").click()
    one = page.get_by_role("dialog", name="接收方")
    one.get_by_role("button", name="发送测试").click()
    expect(one.get_by_role("status")).to_contain_text("测试送达")
    expect(one.get_by_text("还没有投递记录")).to_be_visible()
    one.get_by_role("button", name="删除").click()
    expect(page.get_by_text("还没有订阅")).to_be_visible()


def test_a_bad_address_is_refused_in_words(screens: Screens) -> None:
    page = office(screens, "webhooks")
    page.get_by_role("button", name="新增订阅").click()
    form = page.get_by_role("dialog", name="新增订阅")
    form.get_by_label("接收地址").fill("http://example.com/hook")
    form.get_by_role("button", name="新增").click()
    expect(form.get_by_role("alert")).to_contain_text("https")


def test_the_security_administrator_ends_somebodys_session(screens: Screens) -> None:
    office(screens, "sessions", login="chen.yutong")
    page = office(screens, "sessions", login="wei.zhengyang")
    page.get_by_label("人员").select_option(label="陈雨桐 (chen.yutong)")
    ends = page.get_by_role("button", name="结束会话")
    expect(ends).to_have_count(1)
    ends.click()
    expect(page.get_by_text("没有登录中的会话")).to_be_visible()


@pytest.mark.shows("R012", part="the bank's colours chosen with a preview and a warning")
def test_a_theme_warns_of_what_cannot_be_read_and_reaches_the_pages(screens: Screens) -> None:
    page = office(screens, "themes")
    accent = page.get_by_label("强调色 浅色 色值", exact=True)
    accent.fill("#cccc00")
    accent.press("Tab")
    expect(page.get_by_text("卡片上的强调色对比度")).to_be_visible()
    accent.fill("#7a1f5c")
    accent.press("Tab")
    expect(page.get_by_text("卡片上的强调色对比度")).to_have_count(0)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("主题已保存").first).to_be_visible()
    css = page.request.get(page.url.split("/office")[0] + "/theme.css").text()
    assert "--tt-accent: #7a1f5c" in css
    assert css.count("--tt-accent:") == 2, "dark screens keep an accent of their own"


def test_no_colour_is_chosen_before_the_banks_own_came(screens: Screens) -> None:
    page = office(screens, "webhooks")
    late: list[Route] = []
    page.route("**/api/themes", lambda route: late.append(route))  # noqa: PLW0108 - no built-in
    page.get_by_role("link", name="主题").click()
    expect(page.get_by_role("heading", level=1, name="主题")).to_be_visible()
    expect(page.get_by_role("button", name="保存", exact=True)).to_have_count(0)
    for _ in range(100):
        if late:
            break
        page.wait_for_timeout(50)
    late[0].continue_()
    expect(page.get_by_label("强调色 浅色 色值", exact=True)).to_be_visible()


@pytest.mark.parametrize("look", ["lang=zh-CN", "lang=en&theme=dark"])
def test_pages_are_accessible(screens: Screens, accessible: Accessible, look: str) -> None:
    page = office(screens, f"themes?{look}")
    for path in ("themes", "webhooks", "sessions"):
        page.goto(page.url.split("/office/")[0] + f"/office/{path}?{look}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("main").get_by_role("button").first).to_be_visible()
        accessible(page)
