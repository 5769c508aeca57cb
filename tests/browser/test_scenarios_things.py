"""Shipped scenarios of cards, tokens, books and details over two terminals each, with what is physical."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Screens
from tests.browser.hall_server import EAST
from tests.browser.real_hall import (
    CENTRE,
    CHECKER,
    DESK_SIZE,
    DISPENSER,
    HANDLER,
    LOCKER,
    PHONE_SIZE,
    STEADY,
    RealHall,
    at_kiosk,
    choose,
    code_of,
    go_on,
    pad_page,
    says_yes,
    seen_in_person,
    sign,
    take_at_kiosk,
    title,
)
from tingtang.bank.trades import ListCards, ReadEbank
from tingtang.delivery.model.cabinet import CellState
from tingtang.delivery.service import MACHINE, Items
from tingtang.delivery.vouchers import Vouchers
from xfs4iot.virtual.drawing import portrait

pytestmark = pytest.mark.browser
HALL = RealHall


def blanks(server: RealHall, kind: str) -> int:
    """How many blanks of a kind the books say are in the dispenser."""
    vouchers = server.app.parts.service("vouchers", Vouchers)
    stock = server.run(vouchers.stock(f"{MACHINE}{DISPENSER}"))
    return sum(one.count for one in stock if one.kind == kind)


@pytest.mark.shows("R093", part="at the kiosk, seen in person on the PAD, out of the dispenser")
@pytest.mark.shows("R104", part="a debit card, ordered and handed out in one go")
def test_a_new_card_comes_out_of_the_dispenser(screens: Screens, server: RealHall) -> None:
    person = server.steps_up(10)
    had = len(server.look(ListCards(person.customer))["cards"])
    stock = blanks(server, "debit_card")
    kiosk, pad = at_kiosk(screens, "我要办卡"), pad_page(screens)
    title(kiosk, "给谁办卡？")
    choose(kiosk, "本人")
    go_on(kiosk)
    seen_in_person(kiosk, pad)
    _card(kiosk, "产品领取机")
    expect(kiosk.get_by_text("取件码")).to_have_count(0)
    assert len(server.look(ListCards(person.customer))["cards"]) == had + 1
    server.until(lambda: [one["status"] for one in server.items(person)] == ["settled"])
    assert blanks(server, "debit_card") == stock - 1


@pytest.mark.shows("R098", part="from the kiosk's order to the open cell, by two tellers' hands")
@pytest.mark.shows("R100")
@pytest.mark.shows("R102", part="paper and code together open the cell")
@pytest.mark.shows("R110", part="created, stocked, sealed, loaded, ready, picked up, settled")
def test_a_card_ordered_at_the_kiosk_is_put_into_the_locker_and_fetched(
    screens: Screens, server: RealHall
) -> None:
    person = server.steps_up(22)
    kiosk, pad = at_kiosk(screens, "我要办卡"), pad_page(screens)
    choose(kiosk, "本人")
    go_on(kiosk)
    seen_in_person(kiosk, pad)
    _card(kiosk, "自提柜")
    (order,) = server.items(person)
    assert (order["how"], order["status"]) == ("locker", "created")

    desk = screens.as_staff(HANDLER, "counter", "/counter/items", DESK_SIZE)
    desk.get_by_role("button", name=re.compile("银行卡 · 自提柜")).click()
    desk.get_by_role("button", name="备货出库").click()
    desk.get_by_label("封签号", exact=True).fill("F20260001")
    desk.get_by_role("button", name="封包", exact=True).click()
    desk.get_by_label("再次扫描封签号").fill("F20260001")
    desk.get_by_role("button", name="核对封签并开格").click()
    server.until(lambda: server.items(person)[0]["status"] == "ready")
    cell = server.items(person)[0]["cell"]

    kiosk = at_kiosk(screens, "实物领取")
    title(kiosk, "领取哪一件？")
    choose(kiosk, "银行卡")
    kiosk.get_by_label("取件码").fill("000000")
    go_on(kiosk)
    title(kiosk, "这一步没有办成")
    kiosk.get_by_role("button", name="返回修改").click()
    choose(kiosk, "银行卡")
    kiosk.get_by_label("取件码").fill(server.pick_up_code(order["item"]))
    go_on(kiosk)
    title(kiosk, "请取走物品")
    server.until(lambda: server.items(person)[0]["status"] == "settled")
    cabinets = server.app.parts.service("items", Items).cabinets
    cells = server.run(cabinets.state(LOCKER)).cells
    assert cell not in cells or cells[cell].state is CellState.FREE


@pytest.mark.shows("R082", part="opened at the kiosk, the customer seen on the PAD")
@pytest.mark.shows("R104", part="a U-key, handed out and bound")
def test_e_banking_is_opened_and_a_token_comes_out(screens: Screens, server: RealHall) -> None:
    person = server.steps_up(34)
    pad = pad_page(screens)
    kiosk = at_kiosk(screens, "开通电子银行")
    seen_in_person(kiosk, pad)
    title(kiosk, "开通电子银行")
    for name in ("手机银行", "网上银行"):
        kiosk.get_by_role("checkbox", name=name).check(force=True)
    kiosk.get_by_role("checkbox", name=re.compile("我已阅读")).check(force=True)
    go_on(kiosk)
    title(kiosk, "请核对")
    expect(kiosk.get_by_text("手机银行 网上银行")).to_be_visible()
    go_on(kiosk)
    title(kiosk, "签名")
    sign(kiosk)
    title(kiosk, "电子银行已开通")
    kiosk = at_kiosk(screens, "U盾申领")
    seen_in_person(kiosk, pad)
    title(kiosk, "申领 U盾")
    go_on(kiosk)
    title(kiosk, "签名")
    sign(kiosk)
    title(kiosk, "U盾已绑定")
    found = server.look(ReadEbank(person.customer))
    assert set(found["channels"]) == {"mobile", "web"}
    assert [one["token"][:2] for one in found["tokens"]] == ["UK"]


@pytest.mark.shows("R061", part="a card reported lost: begun on the phone, finished at the kiosk")
@pytest.mark.shows("R079", part="a paper without a chip: pictured, typed, looked at in the centre")
def test_a_card_is_reported_lost_on_the_phone_and_at_the_kiosk(
    screens: Screens, server: RealHall
) -> None:
    person = server.steps_up(16)
    centre = screens.as_staff(CENTRE, "centre", "/centre", DESK_SIZE)
    phone = _phone(screens, server, "借记卡挂失")
    title(phone, "请选择您的证件")
    choose(phone, "居民身份证")
    go_on(phone)
    title(phone, "请拍证件正面")
    picture = {"name": "id.png", "mimeType": "image/png", "buffer": portrait("ID").png()}
    phone.locator("input[type=file]").first.set_input_files([picture])  # type: ignore[list-item]
    go_on(phone)
    title(phone, "请核对证件信息")
    phone.get_by_label("证件号码").fill(person.id_number)
    phone.get_by_label("姓名").fill(person.name)
    go_on(phone)
    says_yes(centre)
    title(phone, "挂失哪张卡？")
    kiosk = take_at_kiosk(screens, code_of(phone))
    title(phone, "已转到智慧柜台")
    title(kiosk, "挂失哪张卡？")
    kiosk.get_by_role("radio").first.check(force=True)
    go_on(kiosk)
    title(kiosk, "请核对挂失")
    go_on(kiosk)
    title(kiosk, "借记卡已挂失")
    assert server.look(ListCards(person.customer))["cards"][0]["state"] == "lost"


def _card(kiosk: Page, how: str) -> None:
    """From the kind of card to the receipt."""
    title(kiosk, "您要办哪种卡？")
    choose(kiosk, "借记卡（标准）", "日常消费")
    kiosk.get_by_role("checkbox").last.check(force=True)
    go_on(kiosk)
    title(kiosk, "请核对办卡信息")
    go_on(kiosk)
    title(kiosk, "签名")
    sign(kiosk)
    title(kiosk, "您想怎样领取")
    choose(kiosk, how)
    go_on(kiosk)
    title(kiosk, "借记卡已申领")


def _phone(screens: Screens, server: RealHall, business: str) -> Page:
    """Somebody who waits with a ticket begins on the phone."""
    ticket, _ = server.issue("cash_withdrawal")
    links = server.app.parts.services["links"]
    link = links.url(links.make(EAST, ticket, server.clock.now_ms()))
    phone = screens.as_nobody(link.removeprefix(server.url), PHONE_SIZE)
    phone.get_by_role("button", name="排队时先办业务").click()
    phone.locator(".entry").filter(has=phone.get_by_text(business, exact=True)).click()
    expect(phone.locator(".tt-journey")).to_be_visible(timeout=STEADY)
    return phone


@pytest.mark.shows("R062", part="done and checked in the centre while the customer follows")
def test_a_certificate_is_stamped_by_one_and_checked_by_another_in_the_centre(
    screens: Screens, server: RealHall
) -> None:
    server.steps_up(34)
    first = screens.as_staff(CENTRE, "centre", "/centre", DESK_SIZE)
    second = screens.as_staff(CHECKER, "centre", "/centre", DESK_SIZE)
    kiosk = at_kiosk(screens, "个人存款证明")
    title(kiosk, "开立存款证明")
    kiosk.get_by_role("radio").first.check(force=True)
    kiosk.get_by_label("邮寄地址").fill("海棠市东路 1 号")
    go_on(kiosk)
    title(kiosk, "核对")
    go_on(kiosk)
    sign(kiosk)
    title(kiosk, "集中作业中心正在办理")
    first.locator(".tt-queue button").first.click(timeout=STEADY)
    first.get_by_label("存款证明编号").fill("CD20261118")
    first.get_by_label("邮寄单号").fill("EX123456789CN")
    first.get_by_role("checkbox").check(force=True)
    first.get_by_role("button", name="办理完毕").click()
    expect(first.get_by_role("region", name="授权内容")).to_have_count(0)
    expect(second.locator(".tt-queue")).to_contain_text("已同意", timeout=STEADY)
    second.locator(".tt-queue button").first.click(timeout=STEADY)
    expect(second.get_by_role("region", name="授权内容")).to_contain_text("EX123456789CN")
    second.get_by_role("button", name="复核无误").click()
    title(kiosk, "办理结果")
    expect(kiosk.locator(".tt-journey")).to_contain_text("EX123456789CN")
