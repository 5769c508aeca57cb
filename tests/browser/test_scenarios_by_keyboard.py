"""A shipped scenario over two terminals with nothing but keys and what a screen reader is told.

What has the focus, and what is announced, is read from the browser's accessibility tree.
"""

import re
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Screens
from tests.browser.real_hall import DESK_SIZE, KIOSK_SIZE, STEADY, TELLER, RealHall
from tingtang.org.sign_in.model.rules import TerminalKind

pytestmark = pytest.mark.browser
HALL = RealHall
TABS_MAX = 120
Node = dict[str, Any]


class Reader:
    """Somebody who hears a page and presses keys."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._tree = page.context.new_cdp_session(page)

    def focus(self) -> tuple[str, str]:
        """Role and name of what has the focus."""
        for node in self._nodes():
            if _property(node, "focused") is True and _value(node, "role") != "RootWebArea":
                return _value(node, "role"), _value(node, "name")
        return "", ""

    def announced(self) -> str:
        """The text of all live regions."""
        nodes = {node["nodeId"]: node for node in self._nodes()}
        live = [n for n in nodes.values() if _property(n, "live") in ("polite", "assertive")]
        return " ".join(_text(node, nodes) for node in live)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def to(self, role: str, name: str) -> None:
        """Tab until this has the focus."""
        for _ in range(TABS_MAX):
            found = self.focus()
            if found[0] == role and re.search(name, found[1]):
                return
            self.press("Tab")
        raise AssertionError(f"no key reaches {role} {name}")

    def hears(self, role: str, name: str) -> None:
        """Wait until the focus was brought to this."""
        for _ in range(STEADY // 100):
            found = self.focus()
            if found[0] == role and re.search(name, found[1]):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"the focus is on {self.focus()}, not on {role} {name}")

    def is_told(self, words: str) -> None:
        """Wait until a live region says this."""
        for _ in range(STEADY // 50):
            if re.search(words, self.announced()):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"nobody says {words}: {self.announced()}")

    def _nodes(self) -> list[Node]:
        nodes: list[Node] = self._tree.send("Accessibility.getFullAXTree")["nodes"]
        return nodes


def _value(node: Node, name: str) -> str:
    return str(node.get(name, {}).get("value", ""))


def _property(node: Node, name: str) -> object:
    found = (one["value"].get("value") for one in node.get("properties", ()) if one["name"] == name)
    return next(found, None)


def _text(node: Node, nodes: dict[str, Node]) -> str:
    children = [nodes[one] for one in node.get("childIds", ()) if one in nodes]
    return _value(node, "name") or " ".join(_text(one, nodes) for one in children)


@pytest.mark.shows("R068", part="by keyboard and screen reader alone, kiosk and counter")
def test_a_lost_passbook_is_reported_with_keys_alone(screens: Screens, server: RealHall) -> None:
    person = server.steps_up(28)
    server.sign_on(TELLER)
    page = screens.as_terminal(TerminalKind.KIOSK, "kiosk", "/kiosk", KIOSK_SIZE)
    page.get_by_role("button", name="点此开始").wait_for()
    kiosk = Reader(page)
    for name in ("^点此开始", "^办业务"):
        kiosk.to("button", name)
        kiosk.press("Enter")
    kiosk.to("searchbox", "搜索业务")
    page.keyboard.type("czgs", delay=40)  # the initials of its pinyin
    server.lingers(1_500)  # long enough to hear what the machine waits for
    kiosk.to("button", "^存折挂失")
    kiosk.press("Enter")
    kiosk.hears("heading", "请把证件放在读证区")
    kiosk.is_told("机器在等您")
    kiosk.hears("heading", "请选择要挂失的存折")
    server.lingers()
    kiosk.to("button", "^换到手机")
    kiosk.press("Enter")
    digits = page.locator(".digits")
    digits.wait_for()
    found = re.search(r"\d{4} \d{4}", digits.inner_text())
    assert found

    page = screens.as_staff(TELLER, "counter", "/counter", DESK_SIZE)
    page.get_by_role("button", name=re.compile("办业务")).wait_for()
    desk = Reader(page)
    desk.press("j")
    desk.to("textbox", "接着办")
    page.keyboard.type(found[0].replace(" ", ""), delay=40)
    desk.press("Enter")
    desk.hears("heading", "请选择要挂失的存折")
    desk.to("radio", "活期存折")
    desk.press("Space")
    desk.to("button", "^下一步")
    desk.press("Enter")
    desk.hears("heading", "请核对挂失信息")
    desk.to("button", "^确认")
    desk.press("Enter")
    desk.hears("heading", "签名")
    desk.to("button", "改为输入姓名")
    desk.press("Enter")
    desk.to("textbox", "姓名")
    page.keyboard.insert_text(person.name)  # as an input method does
    desk.to("button", "^下一步")
    desk.press("Enter")
    desk.hears("heading", "存折已挂失")
    assert server.account(person, "passbook")["lost"] is True
    kiosk.hears("heading", "已转到柜台")
