"""业务目录 in the office: a service is added, offered and taken; what machines must do is changed; others only read."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import EAST, HallServer
from tests.browser.played_devices import PlayedDevices
from tingtang.devices.model.records import Device
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.text import Text
from tingtang.org.service import OrgService
from tingtang.org.sign_in.model.rules import TerminalKind

pytestmark = pytest.mark.browser
SIZE = (1440, 900)
HEAD, MANAGER = "gao.mingyuan", "lin.xiaolan"
MACHINE, TERMINAL = "kiosk-1", "east.kiosk."


@pytest.fixture(scope="module")
def machine(server: HallServer) -> PlayedDevices:
    """The kiosk of these tests is the screen of a machine without notes."""
    played = PlayedDevices(server)
    server.open_day()
    record = Device(
        id=MACHINE, branch=EAST, type="kiosk", name=Text("一号柜台", "One"), terminal=TERMINAL
    )
    server.run(played.service.enrol(record, SYSTEM))
    played.up(MACHINE)
    return played


def services(screens: Screens, login: str = HEAD, look: str = "") -> Page:
    page = screens.as_staff(login, "office", f"/office/services?branch=east{look}", SIZE)
    expect(page.locator("main table").first).to_be_visible()
    return page


def form_of(page: Page, name: str) -> Locator:
    page.get_by_role("row", name=re.compile(f"^{name}")).click()
    form = page.get_by_role("dialog", name=name)
    expect(form).to_be_visible()
    return form


def kiosk(screens: Screens) -> Page:
    page = screens.as_terminal(TerminalKind.KIOSK, "kiosk", "/kiosk?lang=zh-CN", (1080, 1920))
    page.get_by_role("button", name="点此开始").click()
    return page


def transfer_on(screen: Page) -> Locator:
    return screen.get_by_role("button", name=re.compile("^转账汇款"))


@pytest.mark.shows("R027", part="a service that head office added is taken at a kiosk")
def test_a_service_is_added_offered_and_taken(
    screens: Screens, server: HallServer, machine: PlayedDevices, accessible: Accessible
) -> None:
    assert machine
    page = services(screens)
    page.get_by_role("button", name="新增业务").click()
    form = page.get_by_role("dialog", name="新增业务")
    form.get_by_role("button", name="保存").click()
    expect(form.get_by_text("需要中文名称")).to_be_visible()
    expect(form.get_by_role("status")).to_have_text("还有 3 处须改正")
    expect(form.get_by_label("业务名称")).to_be_focused()
    accessible(page)
    form.get_by_label("业务名称").fill("纪念币兑换")
    form.get_by_label("英文名称").fill("Commemorative coins")
    form.get_by_label("代码", exact=True).fill("cash_withdrawal")
    form.get_by_label("类别", exact=True).fill("特色业务")
    form.get_by_label("类别（英文）").fill("Specials")
    form.get_by_label("号码字头").fill("J")
    form.get_by_label("标准时长 (分钟)").fill("2.5")
    form.get_by_label("客户怎么叫它").fill("换纪念币，兑硬币")
    form.get_by_role("button", name="增加材料").click()
    form.get_by_label("所需材料 第 1 项 中文").fill("预约凭证")
    form.get_by_role("button", name="增加关怀").click()
    form.get_by_label("特殊关怀 第 1 项 如何帮助 中文").fill("代为填写")
    form.get_by_role("button", name="保存").click()
    expect(form.get_by_text("这个代码已有业务使用")).to_be_visible()
    form.get_by_label("代码", exact=True).fill("coins")
    form.get_by_role("button", name="保存").click()
    expect(form).to_be_hidden()
    expect(page.get_by_role("row", name=re.compile("^纪念币兑换"))).to_contain_text("2.5 分钟")
    expect(form_of(page, "纪念币兑换").get_by_text("还没有网点开办")).to_be_visible()

    page.goto(server.url + "/office/branch?branch=east")
    page.get_by_role("button", name="编辑网点信息").click()
    branch = page.get_by_role("dialog", name="编辑网点信息")
    branch.get_by_role("group", name="办理业务").get_by_label("纪念币兑换").check()
    branch.get_by_role("button", name="保存").click()
    expect(branch).to_be_hidden()
    org = server.app.parts.service("org", OrgService)
    made = org.directory.service_by_code("coins")
    assert made is not None
    assert made.standard_ms == 150_000
    assert made.care[0].help.zh == "代为填写"
    counter = org.directory.counters(EAST)[0]
    page.get_by_role("row", name=re.compile(f"^{counter.sign} ")).first.get_by_role(
        "button"
    ).click()
    window = page.get_by_role("dialog", name=f"{counter.sign} 号窗口")
    window.get_by_role("group", name="日常业务").get_by_label("纪念币兑换").check()
    window.get_by_role("button", name="保存").click()
    expect(window).to_be_hidden()

    screen = kiosk(screens)
    screen.get_by_role("button", name=re.compile("^取号")).click()
    screen.get_by_role("button", name=re.compile("^纪念币兑换")).click()
    screen.get_by_role("button", name="下一步").click()
    screen.get_by_role("button", name="不需要，下一步").click()
    screen.get_by_role("button", name=re.compile("取号，到柜台办")).click()
    expect(screen.get_by_role("heading", name="取号成功")).to_be_visible()
    assert screen.locator(".hero .tt-number [aria-hidden]").inner_text().startswith("J")


@pytest.mark.shows("R136", part="what a service needs of a machine, set by head office")
def test_what_a_machine_must_do_is_changed_and_the_kiosk_follows(
    screens: Screens, server: HallServer, machine: PlayedDevices
) -> None:
    server.run(machine.service.switch_module(MACHINE, "camera", False, SYSTEM, None))
    screen = kiosk(screens)
    screen.get_by_role("button", name=re.compile("^材料准备")).click()
    expect(transfer_on(screen)).to_be_visible()
    expect(transfer_on(screen)).not_to_contain_text("本机")
    page = services(screens)
    form = form_of(page, "转账汇款")
    needs = form.get_by_role("group", name="自助设备须能")
    expect(needs.get_by_label(re.compile("刷脸 摄像头"))).not_to_be_checked()
    needs.get_by_label(re.compile("刷脸 摄像头")).check()
    form.get_by_role("button", name="保存").click()
    expect(form).to_be_hidden()
    screen = kiosk(screens)
    screen.get_by_role("button", name=re.compile("^材料准备")).click()
    expect(transfer_on(screen)).to_contain_text("本机暂不能办理（刷脸）")


def test_who_may_not_edit_reads_all_of_it(screens: Screens, accessible: Accessible) -> None:
    page = services(screens, MANAGER)
    expect(page.get_by_role("button", name="新增业务")).to_have_count(0)
    form = form_of(page, "现金取款")
    expect(form.get_by_text("您可以查看，不能修改")).to_be_visible()
    expect(form.get_by_label("业务名称")).to_be_disabled()
    expect(
        form.get_by_role("group", name="自助设备须能").get_by_role("checkbox").first
    ).to_be_disabled()
    expect(form.get_by_role("button", name="保存")).to_have_count(0)
    expect(form.get_by_role("button", name="增加步骤")).to_have_count(0)
    accessible(page)


@pytest.mark.parametrize("look", ["&lang=zh-CN&theme=dark", "&lang=en&type=large&contrast=high"])
def test_the_form_is_accessible(screens: Screens, accessible: Accessible, look: str) -> None:
    page = services(screens, look=look)
    page.locator("main tbody tr").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    accessible(page)
