"""Money: cash, transfers, limits, PINs, boxes, reversals."""

import pytest

from tests.bank.conftest import PEOPLE, Desk


def test_cash_moves_between_box_and_account(desk: Desk) -> None:
    account = desk.account(0)
    before = desk.balance(account)
    data = desk.do("cash.deposit", account=account, amount=300_00, box="k1", notes={"100": 3})
    assert data["balance"] == before + 300_00
    assert desk.look("cashbox.read", box="k1") == {"balance": {"CNY": 300_00}}
    pin = desk.pin(desk.card(0))
    desk.do("cash.withdraw", account=account, amount=100_00, box="k1", pin=pin)
    assert desk.look("cashbox.read", box="k1") == {"balance": {"CNY": 200_00}}
    totals = desk.look("customer.day_totals", customer=desk.customer(0))
    assert totals == {"cash_in": 300_00, "cash_out": 100_00, "transferred_out": 0}
    desk.check()


def test_what_is_not_there_is_not_paid(desk: Desk) -> None:
    account, pin = desk.account(0), desk.pin(desk.card(0))
    assert desk.no("cash.deposit", account=account, amount=1, box="k1", notes={"x": 1}) == (
        "notes_wrong"
    )
    assert desk.no("cash.deposit", account=account, amount=1, box="k1", notes={"1": 1}) == (
        "notes_wrong"
    )
    assert desk.no("cash.withdraw", account=account, amount=100, box="k1", pin=pin) == "box_short"
    desk.do("account.limits", account=account, single=10**12, daily=10**12)
    assert desk.no("cash.withdraw", account=account, amount=10**11, box="vault", pin=pin) == (
        "insufficient"
    )
    assert desk.no("cash.withdraw", account="nobody", amount=100, box="k1") == "unknown_account"
    assert desk.no("cash.withdraw", account=account, amount=-5, box="k1") == "bad_input"
    assert desk.no("no.such.trade") == "unknown_trade"
    desk.check()


def test_limits_count_the_whole_day(desk: Desk) -> None:
    source, pin = desk.account(10), desk.pin(desk.card(10))
    target, name = desk.account(11), desk.look("customer.find", phone="19900000011")["name"]
    desk.do("account.limits", account=source, single=1_000_00, daily=1_500_00)
    to = {"from_account": source, "to_account": target, "to_name": name, "pin": pin}
    assert desk.no("transfer", **to, amount=1_000_01) == "over_single_limit"
    desk.do("transfer", **to, amount=1_000_00)
    assert desk.no("transfer", **to, amount=500_01) == "over_daily_limit"
    desk.do("transfer", **to, amount=500_00)
    desk.days(1)
    desk.do("transfer", **to, amount=1_000_00)
    assert desk.no("transfer", **(to | {"to_name": "别人"}), amount=1) == "name_differs"
    assert desk.no("transfer", **(to | {"to_account": source}), amount=1) == "same_account"
    desk.check()


def test_large_cash_is_flagged_over_the_day_and_a_booked_one_passes_the_limits(desk: Desk) -> None:
    account, card = desk.account(20), desk.card(20)
    pin = desk.pin(card)
    assert not desk.do("cash.deposit", account=account, amount=4_999_999, box="k1")["is_large"]
    assert desk.do("cash.deposit", account=account, amount=1, box="k1")["is_large"]
    assert desk.no("cash.book_large", account=account, amount=1, date="2026-11-18") == "date_passed"
    assert desk.no("cash.book_large", account=account, amount=1, date="soon") == "date_passed"
    desk.do("cash.book_large", account=account, amount=9_000_000, date="2026-11-19")
    asked = {"account": account, "amount": 9_000_000, "box": "vault", "pin": pin}
    assert desk.no("cash.withdraw", **asked) == "over_single_limit"
    desk.days(1)
    desk.do("cash.withdraw", **asked)
    assert desk.no("cash.withdraw", **asked) == "over_single_limit"


def test_three_wrong_pins_lock_and_a_reset_unlocks(desk: Desk) -> None:
    account = desk.account(2, "passbook")
    new = desk.pin(account, "135791")
    change = {"account": account, "new_pin": new}
    assert desk.no("passbook.pin_change", **change, old_pin="wrong") == "pin_wrong"
    assert desk.no("passbook.pin_change", **change, old_pin="wrong") == "pin_wrong"
    assert desk.no("passbook.pin_change", **change, old_pin="wrong") == "pin_locked"
    assert desk.no("passbook.pin_change", **change, old_pin=desk.pin(account)) == "pin_locked"
    assert desk.no("cash.withdraw", account=account, amount=100, box="vault", pin=new) == (
        "pin_locked"
    )
    desk.do("passbook.pin_reset", account=account, new_pin=new, authorised_by="somebody")
    desk.do("cash.withdraw", account=account, amount=100, box="vault", pin=new)
    assert desk.no("cash.withdraw", account=account, amount=100, box="vault") == "pin_needed"
    assert desk.no("passbook.pin_change", account=account, old_pin=new, new_pin=new) == "same_pin"


def test_a_right_pin_forgets_wrong_ones(desk: Desk) -> None:
    card = desk.card(4)
    change = {"card": card, "new_pin": desk.pin(card, "135791")}
    for _ in range(2):
        assert desk.no("card.pin_change", **change, old_pin="wrong") == "pin_wrong"
    desk.do("card.pin_change", **change, old_pin=desk.pin(card))
    assert desk.no("card.pin_change", **change, old_pin=desk.pin(card)) == "pin_wrong"


@pytest.mark.shows("R107", part="whose card or book it is, by its PIN")
def test_a_card_or_a_book_and_its_pin_say_whose_it_is(desk: Desk) -> None:
    card, book = desk.card(4), desk.account(4, "passbook")
    whose = {"customer": desk.customer(4)}
    assert desk.do("pin.check", card=card, pin=desk.pin(card)) == whose
    assert desk.do("pin.check", account=book, pin=desk.pin(book)) == whose
    for left in ("pin_wrong", "pin_wrong", "pin_locked"):
        assert desk.no("pin.check", card=card, pin="wrong") == left
    assert desk.no("pin.check", card=card, pin=desk.pin(card)) == "pin_locked"
    desk.do("passbook.loss", account=book)
    assert desk.no("pin.check", account=book, pin=desk.pin(book)) == "lost"
    desk.check()


def test_frozen_accounts_take_and_do_not_give(desk: Desk) -> None:
    account, pin = desk.account(0), desk.pin(desk.card(0))
    desk.do("account.freeze", account=account, reason="court order")
    assert desk.no("cash.withdraw", account=account, amount=1, box="vault", pin=pin) == "frozen"
    assert desk.look("account.read", account=account)["available"] == 0
    desk.do("cash.deposit", account=account, amount=100, box="k1")
    assert desk.no("account.freeze", account=account, reason="again") == "frozen"
    desk.do("account.unfreeze", account=account)
    desk.do("cash.withdraw", account=account, amount=1, box="vault", pin=pin)


@pytest.mark.shows("R087", part="the bank's rule")
def test_one_tap_unlock_leaves_what_is_unusual_to_a_call_back(desk: Desk) -> None:
    found = {
        number: desk.do("account.unlock", account=desk.account(number, "passbook"))
        for number in (7, 13, 19)
    }
    assert found[7] == {"unlocked": True, "needs_callback": False, "reason": "dormant"}
    assert found[13] == {"unlocked": False, "needs_callback": True, "reason": "unusual"}
    assert found[19]["unlocked"]
    assert desk.no("account.unlock", account=desk.account(7, "passbook")) == "not_locked"


@pytest.mark.shows("R108", part="differences are booked to suspense and never netted")
def test_differences_of_a_box_go_to_suspense_apart(desk: Desk) -> None:
    desk.do("cashbox.move", from_box="vault", to_box="k1", amount=1_000_00)
    book = {"box": "k1", "approved_by": "a manager", "reason": "counted"}
    desk.do("cashbox.difference", **book, amount=50_00)
    data = desk.do("cashbox.difference", **book, amount=-50_00)
    assert data == {"suspense": "suspense_short", "balance": 1_000_00}
    assert desk.ledger.balances["suspense_over", "CNY"] == -50_00
    assert desk.ledger.balances["suspense_short", "CNY"] == 50_00
    assert desk.no("cashbox.difference", **book, amount=0) == "no_difference"
    assert desk.no("cashbox.move", from_box="k1", to_box="k2", amount=10**9) == "box_short"
    desk.do("cashbox.move", from_box="vault", to_box="k1", amount=500, currency="USD")
    assert desk.look("cashbox.read", box="k1")["balance"] == {"CNY": 1_000_00, "USD": 500}
    desk.check()


@pytest.mark.shows("R091", part="the bank's rule")
def test_all_credit_cards_are_repaid_or_none(desk: Desk) -> None:
    customer, account = desk.customer(1), desk.account(1)
    owed = [x["owed"] for x in desk.look("credit.list", customer=customer)["cards"]]
    assert len(owed) == 2
    poor = desk.do("composite.open", customer=customer)["account"]
    desk.do("cash.deposit", account=poor, amount=sum(owed) - 1, box="k1")
    assert desk.no("credit.repay_all", customer=customer, from_account=poor) == "insufficient"
    assert [x["owed"] for x in desk.look("credit.list", customer=customer)["cards"]] == owed
    data = desk.do("credit.repay_all", customer=customer, from_account=account)
    assert data["paid"] == sum(owed)
    assert {x["owed"] for x in desk.look("credit.list", customer=customer)["cards"]} == {0}
    assert desk.no("credit.repay_all", customer=customer, from_account=account) == "nothing_owed"
    desk.check()


# -- traces -------------------------------------------------------------------------------------


def test_the_same_trace_is_the_same_trade(desk: Desk) -> None:
    account = desk.account(0)
    asked = {"account": account, "amount": 100, "box": "k1"}
    first = desk.try_("cash.deposit", "trace", **asked)
    assert desk.try_("cash.deposit", "trace", **asked) == first
    desk.reopen()
    assert desk.try_("cash.deposit", "trace", **asked) == first
    assert desk.look("cashbox.read", box="k1")["balance"] == {"CNY": 100}
    other = desk.try_("cash.deposit", "trace", **(asked | {"amount": 101}))
    assert other.body["code"] == "trace_used"
    assert desk.bank.query("trace") == first
    assert desk.bank.query("never").status == 404


def test_what_was_declined_stays_declined(desk: Desk) -> None:
    account = desk.account(0)
    asked = {"account": account, "amount": 100, "box": "k1", "pin": desk.pin(desk.card(0))}
    assert desk.try_("cash.withdraw", "trace", **asked).body["code"] == "box_short"
    desk.do("cash.deposit", account=account, amount=100, box="k1")
    assert desk.try_("cash.withdraw", "trace", **asked).body["code"] == "box_short"
    assert desk.bank.query("trace").body["code"] == "box_short"


def test_a_reversal_takes_entries_records_and_totals_back_once(desk: Desk) -> None:
    customer, source, pin = desk.customer(0), desk.account(0), desk.pin(desk.card(0))
    before = dict(desk.ledger.balances)
    desk.do("cash.withdraw", "w", account=source, amount=100, box="vault", pin=pin)
    first = desk.reverse("w", "r1")
    assert first.body["data"]["was_done"]
    assert desk.reverse("w", "r2").body == first.body
    assert desk.reverse("w", "r1").body == first.body
    assert desk.ledger.balances == before
    assert desk.look("customer.day_totals", customer=customer)["cash_out"] == 0
    assert desk.bank.query("w").body["code"] == "reversed"
    asked = {"account": source, "amount": 100, "box": "vault", "pin": pin}
    assert desk.try_("cash.withdraw", "w", **asked).body["code"] == "reversed"
    book = desk.account(0, "passbook")
    desk.do("passbook.loss", "l", account=book)
    desk.reverse("l")
    assert not desk.look("account.read", account=book)["lost"]
    desk.check()


def test_what_others_built_on_or_another_day_is_not_reversed(desk: Desk) -> None:
    account = desk.do("composite.open", "c", customer=desk.customer(1))["account"]
    desk.do("cash.deposit", "d", account=account, amount=100, box="k1")
    assert desk.reverse("c").body["code"] == "cannot_reverse"
    desk.do("cash.withdraw", account=account, amount=60, box="k1")
    assert desk.reverse("d").body["code"] == "cannot_reverse"
    desk.do("cash.deposit", "e", account=account, amount=100, box="k1")
    desk.days(1)
    assert desk.reverse("e").body["code"] == "cannot_reverse"
    desk.check()


def test_a_trade_that_was_reversed_before_it_came_is_refused_when_it_comes(desk: Desk) -> None:
    assert not desk.reverse("late").body["data"]["was_done"]
    answer = desk.try_("cash.deposit", "late", account=desk.account(0), amount=1, box="k1")
    assert answer.body["code"] == "reversed"
    assert ("box:k1", "CNY") not in desk.ledger.balances
    assert desk.bank.query("late").body["code"] == "reversed"


def test_the_bank_says_beforehand_what_it_would_say_to_the_trade(desk: Desk) -> None:
    account, other = desk.account(0), desk.account(1)
    pin, name = desk.pin(desk.card(0)), PEOPLE[1].name
    desk.do("account.limits", account=account, single=500_00, daily=800_00)
    to = {"to_account": other, "to_name": name}

    def may_not(**fields: object) -> str:
        with desk.bank.store.transaction():
            answer = desk.bank.look("account.may_pay", fields, desk.now_ms)
        assert answer.status == 409, answer.body
        return str(answer.body["code"])

    def both(amount: int, **to: object) -> tuple[str, str]:
        look = may_not(account=account, amount=amount, by="transfer", **to)
        trade = desk.no("transfer", from_account=account, amount=amount, pin=pin, **to)
        return look, trade

    before = desk.balance(account)
    assert desk.look("account.may_pay", account=account, amount=500_00, by="transfer", **to) == {
        "available": before
    }
    assert both(500_01, **to) == ("over_single_limit", "over_single_limit")
    assert both(100, to_account=account, to_name=name) == ("same_account", "same_account")
    assert both(100, to_account=other, to_name="别人") == ("name_differs", "name_differs")
    desk.do("transfer", from_account=account, amount=400_00, pin=pin, **to)
    assert both(400_01, **to) == ("over_daily_limit", "over_daily_limit")
    assert may_not(account=account, amount=100_00, by="cash", box="k9") == "box_short"
    much = desk.balance(account) + 1
    assert may_not(account=account, amount=much, by="own") == "insufficient"
    assert desk.balance(account) == before - 400_00
    desk.check()
