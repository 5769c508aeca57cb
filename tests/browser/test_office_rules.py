"""Rules in the office: every word of them is a word, the splits can be read and changed, triage tried."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Accessible, Screens

pytestmark = pytest.mark.browser
SIZE = (1440, 900)
SECTIONS = ("four_splits", "access", "hall", "printing", "triage")
IDENTIFIER = re.compile(r"^[a-z]+(_[a-z0-9]+)+$|^(svc|east|staff)\.")
"""What only a program would write: snake_case, and ids."""


def rules(screens: Screens, section: str, look: str = "") -> Page:
    path = f"/office/rules/{section}?branch=east{look}"
    return screens.as_staff("gao.mingyuan", "office", path, SIZE)


@pytest.mark.parametrize("look", ["", "&lang=en"])
def test_no_section_shows_a_name_for_machines(screens: Screens, look: str) -> None:
    for section in SECTIONS:
        page = rules(screens, section, look)
        expect(page.locator("fieldset, .row").first).to_be_visible()
        said = page.evaluate(
            """() => {
                for (const one of document.querySelectorAll('details')) one.open = true
                return [...document.querySelectorAll('main label, main legend, main option, main summary, main .label')]
                    .flatMap(one => one.innerText.split(/[\\s·、,]+/))
            }"""
        )
        assert [word for word in said if IDENTIFIER.match(word)] == [], section


@pytest.mark.shows("R008", part="the four splits read as sentences and changed")
def test_a_split_reads_as_a_sentence_and_is_changed(screens: Screens) -> None:
    page = rules(screens, "four_splits")
    for split in ("功能分区规则", "服务分层规则", "客户分流规则", "产品分销规则"):
        expect(page.get_by_role("group", name=split)).to_be_visible()
    tiers = page.get_by_role("group", name="服务分层规则")
    rule = tiers.get_by_text("总行级贵宾 · 网点负责人、理财经理 · 贵宾理财 · 到店即接待")
    rule.click()
    tiers.get_by_label("服务承诺 中文").first.fill("到店 1 分钟内接待")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("第 1 版")).to_be_visible()
    page.reload()
    expect(tiers.get_by_text("到店 1 分钟内接待")).to_be_visible()
    page.get_by_text("修改记录").click()
    expect(page.get_by_text("高明远").last).to_be_visible()


@pytest.mark.shows("R026", part="the table tried on a situation before it is saved")
def test_the_triage_table_is_tried_as_it_stands_in_the_form(screens: Screens) -> None:
    page = rules(screens, "triage")
    page.get_by_role("combobox", name="业务", exact=True).select_option(label="现金取款")
    page.get_by_label("柜台预计等候 (分钟)").fill("25")
    page.get_by_role("button", name="按当前表格试算").click()
    expect(page.get_by_text("第 5 条规则命中")).to_be_visible()
    counter = page.get_by_role("row", name=re.compile("柜台"))
    expect(counter).to_contain_text("25 分钟")
    page.get_by_role("group", name="决策表").get_by_role(
        "button", name=re.compile(r"删除\s*第 5 项")
    ).click()
    page.get_by_role("button", name="按当前表格试算").click()
    expect(page.get_by_text("第 5 条规则命中")).to_be_visible()
    expect(page.get_by_text("自助办理最快，柜台也可办").last).to_be_visible()


def test_the_banks_own_rules_hold_where_a_branch_chose_nothing(screens: Screens) -> None:
    page = rules(screens, "access", "&scope=bank")
    expect(page.get_by_text("第 0 版")).to_be_visible()
    page.get_by_role("main").get_by_role("checkbox").first.click()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("第 1 版")).to_be_visible()


@pytest.mark.parametrize("section", ["four_splits", "hall"])
def test_rules_are_accessible(screens: Screens, accessible: Accessible, section: str) -> None:
    page = rules(screens, section)
    expect(page.locator("fieldset").first).to_be_visible()
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    accessible(page)
