"""The designer: a scenario is drawn, looked over, tried and saved in the office."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Accessible, Screens

OFFICE = (1440, 900)
pytestmark = pytest.mark.browser


@pytest.mark.shows("R015", part="a flow is drawn and changed without code")
def test_a_scenario_is_opened_tried_changed_and_saved(
    screens: Screens, accessible: Accessible
) -> None:
    page = screens.as_staff("gao.mingyuan", "office", "/office/scenarios", OFFICE)
    expect(page.get_by_role("heading", name="业务流程", level=1)).to_be_visible()
    accessible(page)
    page.goto(page.url.replace("/scenarios", "/scenarios/one?scenario=shared_sign&version=1"))
    diagram = page.get_by_role("application", name="流程图")
    expect(diagram.locator("[data-element-id=sign]").first).to_be_visible()
    expect(page.locator(".bjs-powered-by")).to_be_visible()

    page.get_by_role("button", name="试走").click()
    trial = page.get_by_role("region", name="试走")
    expect(trial.get_by_role("heading", name="请签名确认")).to_be_visible()
    trial.get_by_role("button", name="关闭").click()

    diagram.locator("[data-element-id=sign]").first.click()
    panel = page.get_by_role("region", name="所选元素的内容")
    expect(panel.get_by_role("heading", name="步骤：由人填写")).to_be_visible()
    panel.get_by_role("group", name="标题").get_by_label("中文").fill("请您签名")
    panel.get_by_role("group", name="标题").get_by_label("中文").blur()
    page.get_by_role("button", name="检查", exact=True).click()
    expect(page.get_by_role("region", name="检查结果")).to_be_visible()
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text(re.compile("已保存为第 2 版草稿"))).to_be_visible()
    page.reload()
    diagram.locator("[data-element-id=sign]").first.click()
    expect(panel.get_by_role("group", name="标题").get_by_label("中文")).to_have_value("请您签名")

    page.get_by_role("button", name="提交发布").click()
    expect(page.get_by_text("已提交，请另一位同事发布")).to_be_visible()
    expect(page.get_by_text("待发布", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="发布", exact=True)).to_have_count(0)
    path = "/office" + page.url.partition("/office")[2]
    other = screens.as_staff("luo.shuyu", "office", path, OFFICE)
    other.get_by_role("button", name="发布", exact=True).click()
    expect(other.get_by_text("已发布，新办理的业务按此版本")).to_be_visible()


def test_a_version_that_is_not_there_is_told_and_draws_nothing(screens: Screens) -> None:
    path = "/office/scenarios/one?scenario=shared_sign&version=999"
    page = screens.as_staff("gao.mingyuan", "office", path, OFFICE)
    expect(page.get_by_role("button", name="重试")).to_be_visible()
    expect(page.get_by_role("application", name="流程图")).to_be_hidden()
    expect(page.get_by_role("button", name="保存草稿")).to_have_count(0)
