"""The catalogue in the office: what is assumed and what was measured stand apart."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Accessible, Screens

OFFICE = (1440, 900)
pytestmark = pytest.mark.browser


@pytest.mark.shows("R063", part="the catalogue in the office")
@pytest.mark.shows("R064", part="both figures in the office")
def test_both_figures_stand_apart_and_scenes_are_found(
    screens: Screens, accessible: Accessible
) -> None:
    page = screens.as_staff("gao.mingyuan", "office", "/office/catalogue", OFFICE)
    assumed = page.get_by_role("region", name="按占比推算")
    expect(assumed.get_by_text("%").first).to_be_visible()
    expect(assumed.get_by_text("不是测得的数字")).to_be_visible()
    measured = page.get_by_role("region", name="实际测得（近 30 天）")
    expect(measured.get_by_text("没有可以统计的数字")).to_be_visible()
    page.get_by_label("查找业务").fill("存折挂失")
    expect(page.get_by_role("row").filter(has_text="存折挂失").first).to_be_visible()
    accessible(page)
