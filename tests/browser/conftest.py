"""A real browser on a real server: what the tests of all surfaces share.

Pages come from ``web/dist`` (`scripts/setup web`), or from the folder that ``TINGTANG_TEST_PAGES`` names.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.hall_server import HallServer
from tests.http.world import seed
from tingtang.org.sign_in.model.rules import TerminalKind

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium-headless-shell")
ANSWER_MS = 15_000
"""How long a page may take to show what a test waits for; a slow machine is not a failure."""
SETTLED = """() => Promise.all(
    document.getAnimations()
        .filter((one) => one.effect.getComputedTiming().iterations !== Infinity)
        .map((one) => one.finished.catch(() => null)),
)"""
"""A colour on its way from one to another is no colour to judge."""
SERIOUS = {"serious", "critical"}


def _pages() -> Path:
    folder = os.environ.get("TINGTANG_TEST_PAGES")
    if folder:
        return Path(folder)
    return Path(__file__).parents[2] / "web" / "dist"


@pytest.fixture(scope="package")
def browser_bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the made-up bank's database and keys. Read it; never write there."""
    folder = tmp_path_factory.mktemp("bank")
    asyncio.run(seed(folder))
    return folder


@pytest.fixture(scope="package")
def browser(browser_bank: Path) -> Iterator[Browser]:
    """One Chromium for all browser tests. The bank comes first: it runs an event loop of its own,
    which cannot be once Playwright's is there."""
    if not _pages().is_dir():
        pytest.fail("the pages are not built: run `scripts/setup web`")
    expect.set_options(timeout=ANSWER_MS)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest,
    browser_bank: Path,
    browser: Browser,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[HallServer]:
    """A server with the made-up bank, for the tests of one module. Its day is not open yet.

    A module whose screens need more behind them names it: `HALL = RealHall`.
    """
    hall: type[HallServer] = getattr(request.module, "HALL", HallServer)
    running = hall(browser_bank, tmp_path_factory.mktemp("server"), _pages())
    yield running
    running.close()


class Screens:
    """Opens pages as somebody, each in a browser of its own, and sees that none of them breaks."""

    def __init__(self, browser: Browser, server: HallServer) -> None:
        self._browser = browser
        self._server = server
        self._contexts: list[BrowserContext] = []
        self.errors: list[str] = []

    def as_staff(self, login: str, surface: str, path: str, size: tuple[int, int]) -> Page:
        """A page on which a member of staff is signed in."""
        return self._open(self._server.staff_link(login, surface), path, size)

    def as_terminal(
        self,
        kind: TerminalKind,
        surface: str,
        path: str,
        size: tuple[int, int],
        *,
        counter: str = "",
    ) -> Page:
        """A page on an enrolled machine."""
        link = self._server.terminal_link(kind, surface, counter=counter)
        return self._open(link, path, size)

    def by_link(self, link: str, path: str, size: tuple[int, int]) -> Page:
        """A page after any one-time link: a machine of another branch, say."""
        return self._open(link, path, size)

    def as_nobody(self, path: str, size: tuple[int, int]) -> Page:
        """A page in a browser that nobody knows."""
        return self._open("", path, size)

    def _open(self, link: str, path: str, size: tuple[int, int]) -> Page:
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce"
        )
        context.set_default_timeout(ANSWER_MS)
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        if link:
            # The link leads to the surface's own page; what the test wants comes after it.
            context.request.get(link, max_redirects=0)
        page.goto(self._server.url + path, wait_until="domcontentloaded")
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def screens(browser: Browser, server: HallServer) -> Iterator[Screens]:
    """Pages of one test; it fails if a script on any of them did."""
    opened = Screens(browser, server)
    yield opened
    opened.close()
    assert opened.errors == []


Accessible = Callable[[Page], None]


@pytest.fixture(scope="package")
def accessible() -> Accessible:
    """Asserts that axe finds nothing serious on a page as it stands."""
    axe = Axe()

    def check(page: Page) -> None:
        page.evaluate("document.fonts.ready")
        page.evaluate(SETTLED)
        found: list[dict[str, Any]] = axe.run(page)["violations"]
        wrong = [
            f"{one['id']}: {[(node['target'], node['any']) for node in one['nodes'][:3]]}"
            for one in found
            if one["impact"] in SERIOUS
        ]
        assert wrong == [], page.url

    return check
