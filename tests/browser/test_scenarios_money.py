"""Shipped scenarios of money over two terminals each: the reference bank behind, real machines' protocol."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Screens
from tests.browser.real_hall import (
    CENTRE,
    DESK_SIZE,
    KIOSK,
    STEADY,
    TELLER,
    RealHall,
    at_kiosk,
    at_pad,
    choose,
    code_of,
    go_on,
    pad_page,
    says_yes,
    seen_in_person,
    sees_paper,
    take_at_desk,
    take_at_kiosk,
    title,
)

pytestmark = pytest.mark.browser
HALL = RealHall


def test_cash_that_the_kiosk_was_asked_to_take_is_taken_by_a_teller(
    screens: Screens, server: RealHall
) -> None:
    person = server.steps_up(10)
    account = server.account(person, "current")
    server.sign_on(TELLER)
    teller = server.bank.staff[TELLER]
    before, held = account["balance"], server.box(teller)
    kiosk = at_kiosk(screens, "现金存款")
    title(kiosk, "存到哪个账户？")
    desk = take_at_desk(screens, code_of(kiosk))
    title(kiosk, "已转到柜台，继续办理")
    choose(desk, "借记卡账户")
    go_on(desk)
    title(desk, "请点收现金")
    desk.get_by_label("金额").fill("1200")
    desk.get_by_role("checkbox").check()
    go_on(desk)
    title(desk, "请核对存款")
    choose(desk, "确认存入")
    go_on(desk)
    title(desk, "存款成功")
    assert server.balance(account["account"]) == before + 1_200_00
    assert server.box(teller) == held + 1_200_00


def test_cash_that_a_manager_began_on_the_pad_comes_out_of_the_kiosk(
    screens: Screens, server: RealHall
) -> None:
    person = server.steps_up(22)
    account = server.account(person, "current")
    before, held = account["balance"], server.box(KIOSK)
    notes = len(server.worlds["CashCabinet"].customer)
    pad = at_pad(screens, "现金取款")
    sees_paper(pad, person)
    title(pad, "从哪个账户取款？")
    choose(pad, "借记卡账户")
    pad.get_by_label("取款金额").fill("800")
    go_on(pad)
    title(pad, "请核对取款")
    go_on(pad)
    title(pad, "换到带密码键盘的机器")
    kiosk = take_at_kiosk(screens, code_of(pad))
    title(kiosk, "换到带密码键盘的机器")
    go_on(kiosk)
    title(kiosk, "取款成功")
    expect(kiosk.get_by_text("800.00")).to_be_visible()
    assert server.balance(account["account"]) == before - 800_00
    assert server.box(KIOSK) == held - 800_00
    server.until(lambda: len(server.worlds["CashCabinet"].customer) == notes + 8)


@pytest.mark.shows("R057", part="a transfer at the kiosk, said yes to on the PAD")
def test_a_large_transfer_is_authorised_on_the_pad(screens: Screens, server: RealHall) -> None:
    person, other = server.steps_up(34), server.people[16]
    account, payee = server.account(person, "current"), server.account(other, "current")
    kiosk, pad = at_kiosk(screens, "转账汇款"), pad_page(screens)
    _transfer(kiosk, payee["account"], other.name, "50000")
    says_yes(pad)
    title(kiosk, "转账成功")
    assert server.balance(account["account"]) == account["balance"] - 50_000_00
    assert server.balance(payee["account"]) == payee["balance"] + 50_000_00


@pytest.mark.shows("R058", part="limits and a transfer at the kiosk, said yes to in the centre")
def test_limits_are_raised_and_used_with_the_centres_yes(
    screens: Screens, server: RealHall
) -> None:
    person, other = server.steps_up(46), server.people[16]
    account, payee = server.account(person, "current"), server.account(other, "current")
    centre = screens.as_staff(CENTRE, "centre", "/centre", DESK_SIZE)
    kiosk = at_kiosk(screens, "账户限额设置")
    seen_in_person(kiosk, pad_page(screens))
    title(kiosk, "设置哪个账户的限额？")
    choose(kiosk, "借记卡账户")
    kiosk.get_by_label("单笔限额").fill("200000")
    kiosk.get_by_label("日累计限额").fill("200000")
    go_on(kiosk)
    title(kiosk, "请核对限额")
    go_on(kiosk)
    expect(centre.locator(".tt-queue")).to_contain_text("东城支行", timeout=STEADY)
    says_yes(centre)
    title(kiosk, "限额已设置")
    kiosk = at_kiosk(screens, "转账汇款")
    _transfer(kiosk, payee["account"], other.name, "200000")
    says_yes(centre)
    title(kiosk, "转账成功")
    assert server.balance(account["account"]) == account["balance"] - 200_000_00
    assert server.balance(payee["account"]) == payee["balance"] + 200_000_00


def test_a_term_deposit_begun_on_the_pad_is_sealed_with_a_pin_at_the_kiosk(
    screens: Screens, server: RealHall
) -> None:
    person = server.steps_up(4)
    account = server.account(person, "current")
    pad = at_pad(screens, "定期一本通存入")
    sees_paper(pad, person)
    title(pad, "存多久，存多少？")
    choose(pad, "12 个月", "定期一本通", "借记卡账户", "不转存")
    pad.get_by_label("存入金额").fill("10000")
    go_on(pad)
    title(pad, "请核对定期存款")
    go_on(pad)
    title(pad, "换到带密码键盘的机器")
    kiosk = take_at_kiosk(screens, code_of(pad))
    go_on(kiosk)
    title(kiosk, "定期存款已存入")
    assert server.balance(account["account"]) == account["balance"] - 10_000_00


def _transfer(page: Page, payee: str, name: str, yuan: str) -> None:
    title(page, "从哪个账户转出？")
    choose(page, "借记卡账户")
    for label, words in (("收款账号", payee), ("收款人姓名", name), ("转账金额", yuan)):
        page.get_by_label(label).fill(words)
    go_on(page)
    title(page, "请核对转账")
    go_on(page)
