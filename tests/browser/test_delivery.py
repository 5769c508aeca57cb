"""The counter's page of items: sealed, put into a cell, kept from whoever did the trade."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import EAST, HallServer
from tests.browser.played_devices import PlayedDevices
from tingtang.delivery.model.kinds import How, ItemKind
from tingtang.delivery.orders import Receiver
from tingtang.delivery.service import Items, NewOrder
from tingtang.devices.model import wire
from tingtang.kernel.text import Text

pytestmark = pytest.mark.browser
SIZE = (1440, 900)
CABINET = "box"


@pytest.fixture(scope="module")
def played(server: HallServer) -> PlayedDevices:
    devices = PlayedDevices(server)
    devices.put(CABINET, "locker", Text("智能柜", "Locker cabinet"))
    return devices


def order(server: HallServer, trader: str) -> str:
    """An item that this person's trade has left behind."""
    items = server.app.parts.service("items", Items)
    by = f"staff:{server.bank.staff[trader]}"
    new = NewOrder(
        kind=ItemKind.TOKEN, how=How.LOCKER, is_trade_done=True, traders=(by,),
        receiver=Receiver("11010519491231002X", "王小明"),
    )  # fmt: skip

    async def work() -> str:
        made, _ = await items.order(EAST, new, by, items.new_id())
        return made

    return server.run(work())


def shut(server: HallServer, played: PlayedDevices, cell: int, number: int) -> None:
    """Somebody puts it in and shuts the door."""

    async def work() -> None:
        for name, data in (("cell_opened", {}), ("cell_closed", {"occupied": True})):
            said = wire.DeviceHappening(
                name=name, time_ms=played.service.clock.now_ms(),
                data={"cell": float(cell), **data}, id=f"{number}-{name}",
            )  # fmt: skip
            played.service.happening(CABINET, said)

    server.run(work())


@pytest.mark.shows("R101", part="the teller's page")
def test_a_teller_seals_an_item_and_puts_it_into_a_cell(
    screens: Screens, server: HallServer, played: PlayedDevices, accessible: Accessible
) -> None:
    order(server, "chen.yutong")
    page: Page = screens.as_staff("he.jiaxin", "counter", "/counter/items", SIZE)
    page.get_by_role("button", name="U盾 · 自提柜").click()
    accessible(page)
    page.get_by_role("button", name="备货出库").click()
    page.get_by_label("封签号", exact=True).fill("F20261118")
    page.get_by_role("button", name="封包", exact=True).click()
    page.get_by_label("再次扫描封签号").fill("F0")
    page.get_by_role("button", name="核对封签并开格").click()
    expect(page.get_by_text("封签号与登记不符")).to_be_visible()
    page.get_by_label("再次扫描封签号").fill("F20261118")
    page.get_by_role("button", name="核对封签并开格").click()
    expect(page.get_by_text("1 号格已打开")).to_be_visible()
    shut(server, played, 1, 1)
    expect(page.get_by_role("heading", name="U盾 · 待领取")).to_be_visible()
    expect(page.get_by_text("F20261118").first).to_be_visible()
    expect(page.get_by_text("已存入")).to_be_visible()
    accessible(page)


@pytest.mark.shows("R112", part="the teller's page")
def test_whoever_did_the_trade_is_told_that_somebody_else_must_do_it(
    screens: Screens, server: HallServer, played: PlayedDevices, accessible: Accessible
) -> None:
    order(server, "he.jiaxin")
    page = screens.as_staff("he.jiaxin", "counter", "/counter/items?lang=en", SIZE)
    page.get_by_role("button", name="U-key · Pick-up locker Ordered").first.click()
    page.get_by_role("button", name="Take out of stock").click()
    expect(
        page.get_by_text("Whoever did the trade may not stock, seal, load or hand over")
    ).to_be_visible()
    accessible(page)


def test_an_empty_list_says_so(screens: Screens, server: HallServer) -> None:
    page = screens.as_staff("dong.wanqiu", "counter", "/counter/items", SIZE)
    expect(page.get_by_text("没有待办的实物")).to_be_visible()


@pytest.mark.shows("R108", part="the page")
def test_two_tellers_clear_the_cabinet_and_the_manager_approves_a_difference(
    screens: Screens, server: HallServer, played: PlayedDevices, accessible: Accessible
) -> None:
    first = screens.as_staff("fang.ruoxi", "counter", "/counter/clearing", SIZE)
    expect(first.get_by_text("智能柜：今日未清机")).to_be_visible()
    expect(first.get_by_role("button", name="提请关闭日终")).to_be_disabled()
    first.get_by_role("button", name="开始清机").click()
    second = screens.as_staff("liang.zihao", "counter", "/counter/clearing", SIZE)
    second.get_by_role("button", name="打开").click()
    second.get_by_role("button", name="我是第二清点人").click()
    for page in (second, first):
        page.get_by_label("有物柜格").fill("9")
        page.get_by_role("button", name="提交清点数").click()
    expect(first.get_by_role("heading", name="智能柜 · 有差错")).to_be_visible()
    accessible(first)
    manager = screens.as_staff("lin.xiaolan", "counter", "/counter/clearing?lang=en", SIZE)
    manager.get_by_role("button", name="Open", exact=True).click()
    manager.get_by_label("Reason of the difference").fill("多放一件")
    accessible(manager)
    manager.get_by_role("button", name="Approve").click()
    expect(manager.get_by_role("heading", name="Locker cabinet · Balanced")).to_be_visible()
    first.get_by_role("button", name="结束清机，恢复服务").click()
    expect(first.get_by_role("heading", name="智能柜 · 已完成")).to_be_visible()


@pytest.mark.shows("R113", part="the page: ranges moved by two people, shortages told")
def test_two_people_move_a_range_of_blank_vouchers(
    screens: Screens, server: HallServer, played: PlayedDevices, accessible: Accessible
) -> None:
    first = screens.as_staff("fang.ruoxi", "counter", "/counter/vouchers", SIZE)
    expect(first.get_by_role("region", name="预警").get_by_text("应不少于").first).to_be_visible()
    first.get_by_role("button", name="总库").click()
    row = first.get_by_role("row").filter(has_text="空白借记卡").first
    row.get_by_role("button", name="调拨或作废").click()
    start = first.get_by_label("起始号码").input_value()
    first.get_by_label("截止号码").fill(start)
    first.get_by_role("group", name="调往").get_by_role("button", name="网点库").click()
    accessible(first)
    first.get_by_role("button", name="提请调拨").click()
    expect(first.get_by_text("等待另一人确认").first).to_be_visible()
    second = screens.as_staff("liang.zihao", "counter", "/counter/vouchers?lang=en", SIZE)
    second.get_by_role("button", name="Counted: confirm").first.click()
    expect(second.get_by_text("Done", exact=True).first).to_be_visible()
    accessible(second)


@pytest.mark.shows("R110", part="the PAD and the office: what waits where")
def test_the_pad_and_the_office_show_what_waits_where(
    screens: Screens, server: HallServer, played: PlayedDevices, accessible: Accessible
) -> None:
    made = order(server, "chen.yutong")
    pad = screens.as_staff("lin.xiaolan", "pad", "/pad/items", (1180, 820))
    pad.get_by_role("button", name="U盾 · 自提柜 已下单").first.click()
    expect(pad.get_by_role("button", name="备货出库")).to_be_visible()
    accessible(pad)
    office = screens.as_staff("gao.mingyuan", "office", "/office/delivery?lang=en", SIZE)
    expect(office.get_by_role("heading", name="Items of all branches")).to_be_visible()
    accessible(office)
    office.goto(f"{office.url.split('/office')[0]}/office/orders?branch=east&status=created")
    expect(office.get_by_role("row").filter(has_text="U盾").first).to_be_visible()
    accessible(office)
    office.goto(f"{office.url.split('/office')[0]}/office/orders?branch=east&order={made}")
    expect(office.get_by_role("dialog").get_by_text("下单")).to_be_visible()


@pytest.mark.shows(
    "R103", part="the teller's page: cash for a machine is packed, and put in by two"
)
def test_cash_for_a_machine_is_packed_and_one_person_alone_puts_none_in(
    screens: Screens, server: HallServer, played: PlayedDevices, accessible: Accessible
) -> None:
    played.put("cash-kiosk", "kiosk", Text("智慧柜台", "Smart counter"))
    played.report("cash-kiosk", "cash", wire.Health.OK)
    while "cash" not in played.state("cash-kiosk").modules:
        time.sleep(0.02)
    page = screens.as_staff("he.jiaxin", "counter", "/counter/cash", SIZE)
    page.get_by_role("button", name="智慧柜台").click()
    page.get_by_label("100 元（张）").fill("2")
    page.get_by_label("封签号", exact=True).fill("C20261118")
    accessible(page)
    page.get_by_role("button", name="清点封包").click()
    packs = page.get_by_role("region", name="待装入的封包")
    expect(packs.get_by_text("智慧柜台 · 200.00 元")).to_be_visible()
    page.get_by_label("再次扫描封签号").fill("C20261118")
    page.get_by_role("button", name="开机加钞并记账").click()
    expect(page.get_by_text("须由两位不同的人员办理")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="退回总库").click()
    expect(page.get_by_text("没有待装入的封包")).to_be_visible()
