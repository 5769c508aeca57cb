"""The office in a real browser: what it shows is the server's, and what is saved takes hold."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import HallServer

pytestmark = pytest.mark.browser
SIZE = (1440, 900)


@pytest.fixture(scope="module", autouse=True)
def busy_hall(server: HallServer) -> None:
    server.fill()


def office(screens: Screens, path: str = "/office", login: str = "gao.mingyuan") -> Page:
    return screens.as_staff(login, "office", path, SIZE)


@pytest.mark.shows("R042", part="the service monitor on screen")
def test_the_overview_leads_to_a_live_monitor(screens: Screens) -> None:
    page = office(screens)
    row = page.get_by_role("row", name="东城支行")
    expect(row).to_contain_text("/ 14")
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", name="服务监测")).to_be_visible()
    expect(page.get_by_text("正在等候")).to_be_visible()
    expect(page.get_by_role("heading", name="按业务")).to_be_visible()


@pytest.mark.shows("R004", part="modules switched per branch")
@pytest.mark.shows("R009", part="the four platforms on screen")
def test_a_module_is_switched_off_and_stays_off(screens: Screens) -> None:
    page = office(screens, "/office/branch?branch=willow")
    expect(page.get_by_role("heading", name="结算平台")).to_be_visible()
    switch = page.get_by_role("switch", name="决策分析")
    expect(switch).to_be_visible()
    before = switch.is_checked()
    switch.click()
    expect(page.get_by_text("模块已更新").first).to_be_visible()
    page.reload()
    expect(page.get_by_role("switch", name="决策分析")).to_be_checked(checked=not before)


@pytest.mark.shows("R034", part="policies edited by head office")
def test_a_rule_is_changed_and_kept_with_its_revision(screens: Screens) -> None:
    page = office(screens, "/office/rules/hall?branch=harbour")
    bound = page.get_by_label("等候上限（分钟）")
    expect(bound).to_have_value("40")
    bound.fill("35")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("第 1 版")).to_be_visible()
    page.reload()
    expect(page.get_by_label("等候上限（分钟）")).to_have_value("35")
    page.get_by_label("类型").first.select_option(label="先到先办")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("第 2 版")).to_be_visible()


@pytest.mark.shows("R008", part="the four splits read on screen")
@pytest.mark.shows("R018", part="plan and actual on screen")
def test_the_branch_page_shows_splits_and_staffing_and_names_its_template(screens: Screens) -> None:
    page = office(screens, "/office/branch?branch=east")
    for heading in ("四分原则", "人员配置方案"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.get_by_text("旗舰店")).to_be_visible()
    expect(page.get_by_text("flagship")).to_have_count(0)


def test_a_service_is_edited_with_its_materials(screens: Screens) -> None:
    page = office(screens, "/office/services")
    page.get_by_label("查找").fill("取钱")
    page.get_by_role("row", name="现金取款").click()
    page.get_by_label("标准时长（分钟）".replace("（", " (").replace("）", ")")).fill("6")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("row", name="现金取款")).to_contain_text("6 分钟")


def test_the_days_report_is_shown_and_downloaded(screens: Screens) -> None:
    page = office(screens, "/office/reports?branch=east", login="lin.xiaolan")
    expect(page.get_by_role("row", name="今日取号")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 CSV").first.click()
    assert download.value.path().read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_teller_sees_no_rules_and_no_people(screens: Screens) -> None:
    page = office(screens, login="chen.yutong")
    expect(page.get_by_role("link", name="网点总览")).to_be_visible()
    expect(page.get_by_role("link", name="规则")).to_have_count(0)
    expect(page.get_by_role("link", name="人员")).to_have_count(0)


@pytest.mark.parametrize("path", ["", "/monitor", "/rules/triage", "/people", "/branch"])
def test_pages_are_accessible(screens: Screens, accessible: Accessible, path: str) -> None:
    page = office(screens, f"/office{path}?branch=east")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    accessible(page)
