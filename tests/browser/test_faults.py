"""Faults on the screens: an alarm on the PAD to its close, a repair through to its verification, figures."""

import re
from random import Random

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import HallServer
from tests.browser.played_devices import PlayedDevices
from tingtang.devices.faults.service import FaultService
from tingtang.devices.model import wire
from tingtang.devices.register import shipped_types
from tingtang.kernel.clock import DAY_MS, HOUR_MS, local_date
from tingtang.kernel.text import Text
from tingtang.org.model.hours import Hours, Span, coming_spans
from tingtang.twin import past

pytestmark = pytest.mark.browser
PAD, OFFICE = (1180, 820), (1440, 900)
MANAGER, ENGINEER = "zhou.qihang", "jiang.haoran"
TYPES = ("kiosk", "cash_recycler", "projector", "router", "light")


@pytest.fixture(scope="module")
def devices(server: HallServer) -> PlayedDevices:
    """A branch's machines with five months behind them; ``kiosk-1`` has none and is up now."""
    played = PlayedDevices(server)
    for type_ in TYPES:
        for number in range(6):
            name = Text(f"{type_} {number}", f"{type_} {number}")
            played.put(f"{type_}-old-{number}", type_, name, is_up=False)
    register, now_ms = played.service.register, server.clock.now_ms()
    first = local_date(now_ms - past.DAYS * DAY_MS, "Asia/Shanghai")
    old = [(one, shipped_types()[one.type]) for one in register.of_branch("east")]
    people = past.People(server.bank.staff[ENGINEER], server.bank.staff[MANAGER])
    always = Hours(week=((Span("09:00", "17:00"),),) * 7)
    spans = coming_spans(always, first, past.DAYS, "Asia/Shanghai")
    log = server.app.parts.log
    server.run(past.write_past(log, old, spans, people, Random(4), now_ms))
    played.put("kiosk-1", "kiosk", Text("一号柜台", "Smart counter one"), zone="east.zone.smart")
    played.report("kiosk-1", "cash", wire.Health.OK)
    look(server)
    return played


def look(server: HallServer) -> None:
    server.run(server.app.parts.service("faults", FaultService).look())


def alarms(screens: Screens, login: str = MANAGER, more: str = "") -> Page:
    page = screens.as_staff(login, "pad", f"/pad/devices/alarms?branch=east{more}", PAD)
    expect(page.get_by_role("region", name="告警与报修")).to_be_visible()
    return page


@pytest.mark.shows("R138", part="an alarm on the PAD: seen at once, taken on, put off, closed")
def test_an_alarm_appears_and_is_seen_to(
    screens: Screens, server: HallServer, devices: PlayedDevices, accessible: Accessible
) -> None:
    page = alarms(screens)
    expect(page.get_by_text("没有未关闭的告警")).to_be_visible()
    devices.report("kiosk-1", "card_reader", wire.Health.FAULT, "reader_dirty")
    row = page.get_by_role("button", name=re.compile("一号柜台"))
    expect(row).to_contain_text("重要")
    expect(row).to_contain_text("部件故障：读卡器 · 读头脏污")
    expect(row).to_contain_text("已通知设备运维")
    accessible(page)
    row.click()
    dialog = page.get_by_role("dialog", name="一号柜台")
    dialog.get_by_role("button", name="我来处理").click()
    expect(row).to_contain_text("周启航 处理")
    dialog.get_by_role("button", name="挂起").click()
    accessible(page)
    dialog.get_by_role("button", name=re.compile("4 小时")).click()
    expect(row).to_contain_text("挂起至")
    row.click()
    dialog.get_by_role("button", name="登记关闭").click()
    dialog.get_by_label("处理结果").fill("已清洁读头")
    dialog.locator("form").get_by_role("button", name="登记关闭").click()
    expect(page.get_by_text("没有未关闭的告警")).to_be_visible()
    devices.report("kiosk-1", "card_reader", wire.Health.OK)
    look(server)


@pytest.mark.shows("R138", part="a repair on the PAD, from an alarm to its verification")
def test_a_repair_goes_through_to_its_verification(
    screens: Screens, devices: PlayedDevices, accessible: Accessible
) -> None:
    devices.report("kiosk-1", "receipt_printer", wire.Health.FAULT, "paper_jam")
    page = alarms(screens)
    page.get_by_role("button", name=re.compile("凭条打印机")).click()
    dialog = page.get_by_role("dialog", name="一号柜台")
    dialog.get_by_role("button", name="报修").click()
    dialog.get_by_label("故障描述").fill("反复卡纸")
    dialog.locator("form").get_by_role("button", name="报修").click()
    repair = page.get_by_role("region", name="报修单").get_by_role("button")
    expect(repair).to_contain_text("待派单")
    engineer = alarms(screens, ENGINEER)
    engineer.get_by_role("region", name="报修单").get_by_role("button").click()
    form = engineer.get_by_role("dialog", name="一号柜台报修")
    form.get_by_role("button", name="开始维修").click()
    finish = form.get_by_role("button", name="完成维修")
    expect(finish).to_be_disabled()
    form.get_by_label("原因").select_option(label="磨损")
    form.get_by_label("费用（元，可不填）").fill("128")
    accessible(engineer)
    finish.click()
    expect(repair).to_contain_text("待验收")
    form.get_by_role("button", name="验收通过").click()
    expect(form.get_by_role("alert")).to_contain_text("维修者以外")
    repair.click()
    verify = page.get_by_role("dialog", name="一号柜台报修")
    expect(verify).to_contain_text("¥128.00")
    verify.get_by_role("button", name="验收通过").click()
    expect(page.get_by_text("没有未关闭的报修单")).to_be_visible()
    devices.report("kiosk-1", "receipt_printer", wire.Health.OK)


@pytest.mark.shows("R138", part="a device's alarms, supplies, repairs and past on the PAD")
@pytest.mark.parametrize("more", ["", "&lang=en&theme=dark&type=large"])
def test_a_device_shows_its_past(
    screens: Screens, server: HallServer, devices: PlayedDevices, accessible: Accessible, more: str
) -> None:
    now_ms = server.clock.now_ms()
    devices.say(
        lambda: devices.service.samples("kiosk-1", wire.Samples(now_ms, {"receipt_paper": 30.0}))
    )
    page = screens.as_staff(MANAGER, "pad", f"/pad/devices?device=kiosk-1{more}", PAD)
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("button", name=re.compile("^(故障|Faults)$")).click()
    expect(sheet).to_contain_text("30 / 80 m")
    expect(sheet).to_contain_text(re.compile("最近 30 天的状态|Conditions of the last 30 days"))
    accessible(page)


@pytest.mark.shows("R139", part="availability, failure rate, MTBF and MTTR in the office")
@pytest.mark.shows("R218", part="failures: chances beside the test of such chances on the past")
def test_the_office_shows_figures_and_forecasts_with_their_test(
    screens: Screens, devices: PlayedDevices, accessible: Accessible
) -> None:
    page = screens.as_staff(MANAGER, "office", "/office/reliability?days=90", OFFICE)
    expect(page.get_by_role("status").first).to_contain_text(
        re.compile("可用率 9\\d\\.\\d\\d%，故障 [1-9]")
    )
    forecast = page.get_by_role("region", name="故障预测").first
    expect(forecast).to_contain_text("均方误差（Brier 分数）")
    expect(forecast).to_contain_text(re.compile("过去 \\d+ 次回测"))
    accessible(page)
    page.get_by_label("预测未来").select_option(label="30 天")
    expect(forecast).to_contain_text(re.compile("历史还不够|次回测"))


@pytest.mark.shows("R138", part="repairs of all branches and maintenance windows in the office")
def test_repairs_and_maintenance_in_the_office(
    screens: Screens, server: HallServer, devices: PlayedDevices, accessible: Accessible
) -> None:
    page = screens.as_staff(ENGINEER, "office", "/office/repairs?branch=east&state=all", OFFICE)
    expect(page.get_by_role("row", name=re.compile("已关闭")).first).to_be_visible()
    accessible(page)
    soon = server.clock.now_ms() + 24 * HOUR_MS
    page.get_by_label("开始").fill(f"{local_date(soon, 'Asia/Shanghai')}T18:00")
    page.get_by_label("结束").fill(f"{local_date(soon, 'Asia/Shanghai')}T20:00")
    page.get_by_label("内容").fill("季度保养")
    page.get_by_role("button", name="安排维护").click()
    planned = page.get_by_role("listitem").filter(has_text="季度保养")
    expect(planned).to_contain_text("未开始")
    expect(planned).to_contain_text("本网点全部设备")
    accessible(page)
    planned.get_by_role("button", name="取消或提前结束").click()
    expect(planned).to_have_count(0)
