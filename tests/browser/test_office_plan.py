"""Drawing a floor plan in a real browser: by pointer and by keys, checked, tried, and never over another's."""

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import HallServer
from tingtang.org.sign_in.model.rules import TerminalKind

pytestmark = pytest.mark.browser
SIZE = (1440, 900)


def editor(screens: Screens, branch: str, login: str = "gao.mingyuan") -> Page:
    page = screens.as_staff(login, "office", f"/office/plan?branch={branch}", SIZE)
    expect(page.get_by_role("heading", name="平面图", level=1)).to_be_visible()
    return page


def canvas(page: Page) -> Locator:
    return page.get_by_role("application", name="平面图画布")


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a place of the plan, in metres, is on the page."""
    found: list[float] = canvas(page).evaluate(
        """(svg, [x, y]) => {
            const site = svg.querySelector('.site').height.baseVal.value
            const here = new DOMPoint(x, site - y).matrixTransform(svg.getScreenCTM())
            return [here.x, here.y]
        }""",
        [x, y],
    )
    return found[0], found[1]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*at(page, *start))
    page.mouse.down()
    page.mouse.move(*at(page, *end), steps=4)
    page.mouse.up()


@pytest.mark.shows("R006", part="zones drawn and named by head office")
def test_a_zone_is_drawn_named_checked_and_stored(screens: Screens) -> None:
    page = editor(screens, "willow")
    expect(page.get_by_text("没有发现问题")).to_be_visible()
    page.get_by_role("button", name="功能区", exact=True).click()
    drag(page, (1, 1), (4, 3))
    page.get_by_label("中文名称").fill("茶歇区")
    page.get_by_label("英文名称").fill("Tea corner")
    expect(page.get_by_role("region", name="检查")).to_contain_text("茶歇区")
    page.get_by_role("button", name="保存平面").click()
    expect(page.get_by_text("平面图已保存").first).to_be_visible()
    page.reload()
    chooser = page.get_by_label("图上元素")
    expect(chooser).to_contain_text("茶歇区")
    chooser.select_option(label="功能区 · 茶歇区")
    expect(page.get_by_label("x (m)")).to_have_value("1")
    expect(page.get_by_label("宽 (m)")).to_have_value("3")


@pytest.mark.shows("R049", part="floors drawn and edited by head office")
def test_a_thing_is_moved_and_numbered_by_keys_and_taken_back(screens: Screens) -> None:
    page = editor(screens, "east")
    page.get_by_role("button", name="二层").click()
    chooser = page.get_by_label("图上元素")
    chooser.select_option(label="功能区 · 财富沙龙区")
    x = page.get_by_label("x (m)")
    before = float(x.input_value())
    canvas(page).focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(x).to_have_value(f"{before - 1.5:g}")
    x.fill("2.25")
    x.press("Tab")
    expect(x).to_have_value("2.25")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(x).to_have_value(f"{before:g}")
    expect(page.get_by_text("有未保存的修改")).to_have_count(0)


def test_drawing_by_keys_alone_puts_a_thing_into_the_middle(screens: Screens) -> None:
    page = editor(screens, "east")
    page.get_by_role("button", name="通道", exact=True).focus()
    page.keyboard.press("Enter")
    canvas(page).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("角点（2 个）")).to_be_visible()
    canvas(page).focus()
    page.keyboard.press("Delete")
    expect(page.get_by_text("场地与楼层")).to_be_visible()


def test_floors_are_added_and_removed(screens: Screens) -> None:
    page = editor(screens, "harbour")
    page.get_by_role("button", name="增加楼层").click()
    page.get_by_label("楼层名称（中文）").fill("观景层")
    expect(page.get_by_role("button", name="观景层")).to_be_visible()
    page.get_by_role("button", name="删除本层及其内容").click()
    expect(page.get_by_role("button", name="观景层")).to_have_count(0)


@pytest.mark.shows("R047", part="a way tried on the plan while it is drawn")
def test_a_way_is_tried_and_what_is_cut_off_is_told(screens: Screens) -> None:
    page = editor(screens, "east")
    way = page.get_by_role("region", name="试走路线")
    way.get_by_label("终点").select_option(label="财富沙龙区")
    way.get_by_role("button", name="试走").click()
    expect(way.get_by_role("status")).to_contain_text("到达财富沙龙区")
    chooser = page.get_by_label("图上元素")
    for _ in range(20):
        walkway = chooser.locator("option", has_text="通道 ·").first
        if walkway.count() == 0:
            break
        chooser.select_option(value=walkway.get_attribute("value"))
        page.get_by_role("button", name="删除此元素").click()
    expect(page.get_by_role("region", name="检查")).to_contain_text("没有通道走到客户等候区")


def test_a_stale_screen_is_refused_in_words_and_nothing_is_lost(screens: Screens) -> None:
    slow, quick = editor(screens, "harbour"), editor(screens, "harbour")
    for page in (slow, quick):
        page.get_by_label("图上元素").select_option(index=1)
        canvas(page).focus()
        page.keyboard.press("ArrowUp" if page is slow else "ArrowLeft")
    quick.get_by_role("button", name="保存平面").click()
    expect(quick.get_by_text("平面图已保存").first).to_be_visible()
    slow.get_by_role("button", name="保存平面").click()
    expect(slow.get_by_role("alert").first).to_contain_text("平面图已被他人修改")
    slow.get_by_role("button", name="GeoJSON").click()
    expect(slow.get_by_role("link", name="导出 GeoJSON")).to_be_visible()
    slow.get_by_role("button", name="重新打开最新的平面图").click()
    expect(slow.get_by_text("有未保存的修改")).to_have_count(0)


def test_geojson_is_taken_in_and_nonsense_is_refused_in_words(screens: Screens) -> None:
    page = editor(screens, "east")
    page.get_by_role("button", name="GeoJSON").click()
    bring, take = page.get_by_label("导入文件"), page.get_by_role("button", name="采用这份数据")
    bring.set_input_files({"name": "x.json", "mimeType": "application/json", "buffer": b"{}"})
    take.click()
    expect(page.get_by_role("alert").last).to_contain_text("不是平面图")
    site = {"width": 31, "height": 20, "floors": [{"floor": 1, "name": {"zh": "一层", "en": ""}}]}
    drawn = json.dumps({"type": "FeatureCollection", "properties": site, "features": []}).encode()
    bring.set_input_files({"name": "plan.json", "mimeType": "application/json", "buffer": drawn})
    expect(page.get_by_role("textbox")).to_have_value(drawn.decode())
    take.click()
    expect(page.get_by_label("宽 (m)")).to_have_value("31")


def test_a_branch_manager_may_look_but_not_draw_over(screens: Screens) -> None:
    page = editor(screens, "east", login="lin.xiaolan")
    expect(page.get_by_text("您可以查看，不能修改")).to_be_visible()
    expect(page.get_by_role("button", name="保存平面")).to_have_count(0)


@pytest.mark.parametrize("look", ["lang=zh-CN", "lang=en&theme=dark"])
def test_the_editor_is_accessible(screens: Screens, accessible: Accessible, look: str) -> None:
    path = f"/office/plan?branch=east&{look}"
    page = screens.as_staff("gao.mingyuan", "office", path, SIZE)
    expect(page.get_by_role("application")).to_be_visible()
    page.get_by_role("combobox").nth(1).select_option(index=3)
    accessible(page)


def test_furniture_is_drawn_and_named(screens: Screens, server: HallServer) -> None:
    page = editor(screens, "willow")
    page.get_by_role("button", name="家具", exact=True).click()
    drag(page, (6, 6), (8, 7))
    page.get_by_label("是什么家具").select_option(label="书柜")
    page.get_by_role("button", name="保存平面").click()
    expect(page.get_by_text("平面图已保存").first).to_be_visible()
    page.reload()
    page.get_by_label("图上元素").select_option(label="家具 · 书柜")
    expect(page.get_by_label("宽 (m)")).to_have_value("2")
    expect(page.get_by_label("是什么家具")).to_have_value("bookcase")
    link = server.terminal_link(TerminalKind.KIOSK, "kiosk", branch="willow")
    kiosk = screens.by_link(link, "/kiosk", (1080, 1920))
    kiosk.get_by_role("button", name="点此开始").click()
    kiosk.get_by_role("button", name=re.compile("^找地方")).click()
    expect(kiosk.locator(".furniture > polygon")).to_have_count(12)
