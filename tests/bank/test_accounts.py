"""Passbooks, losses, term deposits, cards, channels, products, vouchers: rule by rule."""

import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.bank.conftest import Desk
from tingtang.bank.reference.security import SoftwareSecurity


@pytest.mark.shows("R068", part="the bank's rule")
def test_a_lost_passbook_pays_nothing(desk: Desk) -> None:
    book = desk.account(2, "passbook")
    desk.do("passbook.loss", account=book)
    asked = {"account": book, "amount": 1, "box": "vault", "pin": desk.pin(book)}
    assert desk.no("cash.withdraw", **asked) == "lost"
    assert desk.no("passbook.loss", account=book) == "already_lost"
    desk.do("passbook.loss_undo", account=book)
    desk.do("cash.withdraw", **asked)
    assert desk.no("passbook.loss_undo", account=book) == "not_lost"


@pytest.mark.shows("R068", part="an oral report lapses after five days")
def test_an_oral_report_lapses_after_five_days_unless_it_is_put_in_writing(desk: Desk) -> None:
    lapsing, written = desk.account(2, "passbook"), desk.account(4, "passbook")
    for book in (lapsing, written):
        until = desk.do("passbook.loss", account=book, is_oral=True)["oral_until"]
        assert until == "2026-11-23"
    assert desk.no("passbook.replace", account=lapsing, voucher="PB00000001") == "loss_not_written"
    desk.do("passbook.loss", account=written)
    desk.days(5)
    assert desk.look("account.read", account=lapsing)["lost"]
    desk.days(1)
    assert not desk.look("account.read", account=lapsing)["lost"]
    assert desk.look("account.read", account=written)["lost"]


def test_a_new_book_uses_the_next_blank(desk: Desk) -> None:
    book = desk.account(2, "passbook")
    desk.do("passbook.loss", account=book)
    assert desk.no("passbook.replace", account=book, voucher="PB00000002") == "out_of_order"
    assert desk.no("passbook.replace", account=book, voucher="XX1") == "not_in_stock"
    desk.do("passbook.replace", account=book, voucher="PB00000001")
    assert desk.look("account.read", account=book)["book"] == "PB00000001"
    other = desk.account(4, "passbook")
    assert desk.no("passbook.replace", account=other, voucher="PB00000001") == "voucher_used"


@pytest.mark.shows("R075", part="the bank's rule")
def test_lines_are_printed_once_and_the_place_is_kept(desk: Desk) -> None:
    book = desk.account(2, "passbook")
    lines = desk.look("passbook.unprinted", account=book)["lines"]
    assert [x["number"] for x in lines] == [1, 2, 3, 4, 5, 6]
    assert lines[-1]["balance"] == desk.balance(book)
    assert [x["date"] for x in lines] == sorted(x["date"] for x in lines)
    desk.do("passbook.printed", account=book, number=4, page=2, line=3)
    rest = desk.look("passbook.unprinted", account=book)
    assert [x["number"] for x in rest["lines"]] == [5, 6]
    assert (rest["page"], rest["line"]) == (2, 3)
    assert desk.no("passbook.printed", account=book, number=3, page=2, line=3) == "printed_wrong"
    assert desk.no("passbook.printed", account=book, number=7, page=2, line=3) == "printed_wrong"
    newest = desk.look("account.statement", account=book, limit=2)["lines"]
    assert newest[0]["balance"] == desk.balance(book)


# -- term deposits ------------------------------------------------------------------------------


def _deposit(desk: Desk, amount: int, product: str = "T12", **more: object) -> str:
    data = desk.do(
        "term.open", book=desk.account(0, "term_book"), product=product, amount=amount,
        from_account=desk.account(0), **more,
    )  # fmt: skip
    return data["deposit"]


@pytest.mark.shows("R071", part="the bank's rule")
def test_an_early_part_bears_the_current_rate_and_the_rest_keeps_its_own(desk: Desk) -> None:
    """储蓄管理条例 art. 24: 10,000 yuan at 0.95 % for a year, 4,000 withdrawn after 100 days."""
    deposit, account = _deposit(desk, 1_000_000), desk.account(0)
    desk.days(100)
    quote = desk.look("term.quote", deposit=deposit, amount=400_000)
    early = 400_000 * 5 * 100 / 360 / 10_000
    assert quote["interest"] == round(early) == 56
    assert quote["is_early"]
    before = desk.balance(account)
    data = desk.do("term.withdraw", deposit=deposit, to_account=account, amount=400_000)
    assert (data["principal"], data["interest"], data["rest"]) == (400_000, 56, 600_000)
    assert desk.balance(account) == before + 400_056
    desk.check()
    desk.days(265)
    data = desk.do("term.withdraw", deposit=deposit, to_account=account)
    assert (data["interest"], data["rate"], data["is_early"]) == (5_700, 95, False)
    assert desk.no("term.withdraw", deposit=deposit, to_account=account) == "closed"
    desk.check()


def test_days_after_maturity_bear_the_current_rate(desk: Desk) -> None:
    """Art. 25: 90 days beyond three months on 10,000 yuan add 125 fen."""
    deposit, account = _deposit(desk, 1_000_000, "T03"), desk.account(0)
    desk.days(92 + 90)
    data = desk.do("term.withdraw", deposit=deposit, to_account=account)
    assert data["interest"] == 1_625 + 125
    desk.check()


def test_a_deposit_that_renews_begins_anew_with_its_interest(desk: Desk) -> None:
    deposit = _deposit(desk, 1_000_000, "T03", renews=True)
    desk.days(93)
    mine = desk.look("term.list", customer=desk.customer(0))["deposits"]
    one = next(x for x in mine if x["deposit"] == deposit)
    assert (one["amount"], one["opened"], one["matures"]) == (1_001_625, "2027-02-18", "2027-05-18")
    desk.check()


def test_term_deposits_have_a_least_amount(desk: Desk) -> None:
    book, source = desk.account(0, "term_book"), desk.account(0)
    asked = {"book": book, "product": "T12", "from_account": source}
    assert desk.no("term.open", **asked, amount=4_999) == "below_least"
    assert desk.no("term.open", **(asked | {"product": "T99"}), amount=5_000) == "unknown_product"
    deposit = desk.do("term.open", **asked, amount=6_000)["deposit"]
    withdraw = {"deposit": deposit, "to_account": source}
    assert desk.no("term.withdraw", **withdraw, amount=2_000) == "rest_too_small"
    assert desk.no("term.withdraw", **withdraw, amount=6_001) == "more_than_there"


@pytest.mark.shows("R073", part="the bank's rule")
def test_a_lost_term_book_is_paid_out_whole(desk: Desk) -> None:
    book, account = desk.account(1, "term_book"), desk.account(1)
    deposits = desk.look("term.list", customer=desk.customer(1), book=book)["deposits"]
    assert len(deposits) == 3
    before = desk.balance(account)
    close = {"book": book, "to_account": account}
    assert desk.no("term.loss_close", **close) == "not_lost"
    desk.do("passbook.loss", account=book)
    assert desk.no("term.withdraw", deposit=deposits[0]["deposit"], to_account=account) == "lost"
    paid = desk.do("term.loss_close", **close)
    assert paid["paid"] == sum(x["amount"] for x in deposits) + paid["interest"]
    assert desk.balance(account) == before + paid["paid"]
    assert desk.no("term.loss_close", **close) == "closed"
    desk.check()


def test_current_interest_is_paid_at_the_quarters_end(desk: Desk) -> None:
    """积数: each day's balance, at 0.05 % by 360, on 20 December."""
    account = desk.do("composite.open", customer=desk.customer(1))["account"]
    desk.do("cash.deposit", account=account, amount=10_000_000, box="k1")
    desk.days(32)
    assert desk.balance(account) == 10_000_000
    desk.days(1)
    assert desk.balance(account) == 10_000_000 + round(10_000_000 * 33 * 5 / 360 / 10_000)
    desk.check()


def test_a_day_is_closed_once(desk: Desk) -> None:
    data = desk.do("day.close", date="2026-11-18")
    assert data["debit"] == data["credit"] > 0
    desk.do("cash.deposit", account=desk.account(0), amount=100, box="k1")
    assert desk.do("day.close", date="2026-11-18") == data
    assert desk.no("day.close", date="2026-11-25") == "day_not_yet"
    assert desk.bank.health().body["business_date"] == "2026-11-19"


# -- cards --------------------------------------------------------------------------------------


@pytest.mark.shows("R092", part="the bank's rule")
def test_a_minors_card_needs_the_guardian_the_bank_knows(desk: Desk) -> None:
    child, card = desk.customer(55), desk.card(55)
    asked = {"card": card, "new_pin": desk.pin(card)}
    assert desk.look("customer.find", card=card)["is_minor"]
    assert desk.no("card.activate", **asked) == "guardian_needed"
    assert desk.no("card.activate", **asked, guardian=desk.customer(2)) == "guardian_wrong"
    desk.do("card.activate", **asked, guardian=desk.customer(1))
    assert desk.no("card.activate", **asked, guardian=desk.customer(1)) == "already_active"
    issue = {"customer": child, "product": "debit"}
    assert desk.no("card.issue", **issue) == "guardian_needed"
    desk.do("card.issue", **issue, guardian=desk.customer(1))


def test_a_card_is_issued_lost_replaced_and_closed(desk: Desk) -> None:
    customer = desk.customer(8)
    new = desk.do("card.issue", customer=customer, product="debit", voucher="DC00000001")
    account = new["account"]
    desk.do("cash.deposit", account=account, amount=500, box="k1")
    pin = desk.pin(new["card"])
    withdraw = {"account": account, "amount": 100, "box": "k1", "pin": pin}
    assert desk.no("cash.withdraw", **withdraw) == "not_active"
    desk.do("card.activate", card=new["card"], new_pin=pin)
    desk.do("cash.withdraw", **withdraw)
    desk.do("card.loss", card=new["card"], is_oral=True)
    assert desk.no("cash.withdraw", **withdraw) == "lost"
    assert desk.no("card.replace", card=new["card"]) == "loss_not_written"
    desk.do("card.loss", card=new["card"])
    again = desk.do("card.replace", card=new["card"], voucher="DC00000002")
    assert desk.no("card.loss_undo", card=new["card"]) == "closed"
    desk.do("card.activate", card=again["card"], new_pin=desk.pin(again["card"]))
    assert desk.no("card.close", card=again["card"]) == "money_left"
    assert desk.do("card.close", card=again["card"], to_account=desk.account(8)) == {
        "paid": 400, "account_closed": True,
    }  # fmt: skip
    assert desk.no("cash.deposit", account=account, amount=1, box="k1") == "closed"
    desk.check()


def test_four_cards_are_enough_for_one(desk: Desk) -> None:
    for _ in range(3):
        desk.do("card.issue", customer=desk.customer(8), product="debit")
    assert desk.no("card.issue", customer=desk.customer(8), product="debit") == "too_many_cards"


@pytest.mark.parametrize("number", [5, 1])
def test_credit_cards_are_lost_found_and_unlocked(desk: Desk, number: int) -> None:
    card = desk.look("credit.list", customer=desk.customer(number))["cards"][0]["card"]
    if number == 5:
        desk.do("credit.unlock", card=card)
    assert desk.no("credit.unlock", card=card) == "not_locked"
    desk.do("credit.loss", card=card)
    assert desk.no("credit.loss", card=card) == "already_lost"
    desk.do("credit.loss_undo", card=card)
    assert desk.no("credit.activate", card=card) == "already_active"


# -- channels -----------------------------------------------------------------------------------


@pytest.mark.shows("R082", part="the bank's rule")
def test_ebanking_is_opened_changed_and_closed(desk: Desk) -> None:
    customer = desk.customer(1)
    limits = {"single_limit": 100, "daily_limit": 1000}
    asked = {"customer": customer, "channels": ["mobile"], "phone": "19900000001", **limits}
    assert desk.no("ebank.modify", customer=customer, single_limit=5) == "ebank_not_open"
    assert desk.no("ebank.open", **(asked | {"channels": ["radio"]})) == "channel_wrong"
    assert desk.no("ebank.open", **(asked | {"single_limit": 2000})) == "limits_wrong"
    desk.do("ebank.open", **asked)
    assert desk.no("ebank.open", **asked) == "ebank_open"
    assert desk.no("ebank.modify", customer=customer) == "nothing_to_change"
    desk.do("ebank.modify", customer=customer, channels=["mobile", "web"], single_limit=200)
    assert desk.look("ebank.read", customer=customer)["channels"] == ["mobile", "web"]
    desk.do("ebank.close", customer=customer)
    desk.do("ebank.open", **asked)


@pytest.mark.shows("R081", part="the bank's authority issues the certificate")
def test_a_certificate_is_issued_for_the_tokens_own_key(desk: Desk) -> None:
    customer = desk.customer(0)
    desk.do("token.bind", customer=customer, token="UK00000001")
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    asked = {"customer": customer, "token": "UK00000001"}
    data = desk.do("token.certificate", **asked, public_key=base64.b64encode(der).decode())
    read = x509.load_pem_x509_certificate(data["certificate"].encode())
    assert read.public_key() == key
    assert f"{read.serial_number:016X}" == data["serial"]
    authority = SoftwareSecurity(desk.folder / "keys.json").public_key
    authority.verify(read.signature, read.tbs_certificate_bytes, ec.ECDSA(hashes.SHA256()))
    sm2 = desk.do("token.certificate", **asked, public_key="04" + "ab" * 64)
    assert sm2["serial"] != data["serial"]
    assert desk.no("token.certificate", **asked, public_key="x" * 64) == "key_wrong"
    assert desk.no("token.bind", customer=customer, token="UK00000001") == "token_taken"
    assert desk.no("token.bind", customer=customer, token="UK00000009") == "out_of_order"


@pytest.mark.shows("R084", part="the bank's rule")
def test_quick_pay_is_bound_limited_and_cancelled(desk: Desk) -> None:
    card = desk.card(1)
    made = desk.do("quickpay.bind", card=card, merchants=["甲", "乙"])["agreements"]
    assert desk.no("quickpay.bind", card=card, merchants=["丙", "乙"]) == "already_bound"
    agreement = made[0]["agreement"]
    desk.do("quickpay.limit", agreement=agreement, single_limit=5, daily_limit=6)
    assert desk.no("quickpay.limit", agreement=agreement, single_limit=7, daily_limit=6) == (
        "limits_wrong"
    )
    desk.do("quickpay.cancel", agreement=agreement)
    assert desk.no("quickpay.cancel", agreement=agreement) == "closed"
    left = desk.look("quickpay.list", customer=desk.customer(1))["agreements"]
    assert [x["merchant"] for x in left] == ["支付宝", "乙"]


def test_customers_are_found_and_changed(desk: Desk) -> None:
    found = desk.look("customer.find", phone="19900000003")
    for by in ({"card": desk.card(3)}, {"account": desk.account(3)}):
        assert desk.look("customer.find", **by) == found
    number = {"id_number": found["id_number"]}
    assert desk.look("customer.find", **number, id_kind="temporary") == found
    assert desk.bank.look("customer.find", {**number, "id_kind": "passport"}, desk.now_ms).body[
        "code"
    ] == ("unknown_customer")
    assert desk.bank.look("customer.find", {}, desk.now_ms).body["code"] == "one_needed"
    desk.do("customer.phone", customer=found["customer"], phone="19900009999")
    assert desk.look("customer.find", phone="19900009999")["customer"] == found["customer"]
    assert desk.no("customer.phone", customer=found["customer"], phone="12") == "bad_phone"
    update = {"customer": found["customer"]}
    assert desk.no("customer.update", **update) == "nothing_to_change"
    assert desk.no("customer.update", **update, id_expires="2020-01-01") == "date_passed"
    desk.do("customer.update", **update, address="海棠路 1 号", id_expires="2040-01-01")


def test_no_product_is_sold_above_the_customers_level(desk: Desk) -> None:
    customer, account = desk.customer(1), desk.account(1)  # assessed as level 2
    buy = {"customer": customer, "account": account, "amount": 1_000_000}
    assert desk.no("product.buy", **buy, product="W003") == "risk_too_high"
    assert desk.no("product.buy", **(buy | {"amount": 5}), product="W002") == "below_least"
    order = desk.do("product.buy", **buy, product="W002")["order"]
    redeem = {"order": order, "account": account}
    assert desk.no("product.redeem", **redeem) == "not_redeemable_yet"
    desk.days(90)
    gain = round(1_000_000 * 230 * 90 / 360 / 10_000)
    assert desk.do("product.redeem", **redeem) == {"paid": 1_000_000 + gain, "gain": gain}
    assert desk.no("product.redeem", **redeem) == "closed"
    desk.days(200)
    assert desk.no("product.buy", **buy, product="W002") == "risk_not_assessed"
    desk.do("risk.assess", customer=customer, level=5)
    desk.do("product.buy", **buy, product="F002")
    desk.check()


# -- vouchers -----------------------------------------------------------------------------------


@pytest.mark.shows("R104", part="blank vouchers by number range")
def test_vouchers_move_and_are_used_in_order_of_their_numbers(desk: Desk) -> None:
    move = {"kind": "debit_card", "from_holder": "vault", "to_holder": "k1"}
    assert desk.no("voucher.move", **move, first="DC00000002", last="DC00000005") == "out_of_order"
    assert desk.no("voucher.move", **move, first="DC00000001", last="DC99999999") == "not_in_stock"
    assert desk.do("voucher.move", **move, first="DC00000001", last="DC00000005") == {"count": 5}
    desk.do("voucher.move", **move, first="DC00000006", last="DC00000010")
    assert desk.look("voucher.stock", holder="k1")["stock"] == [
        {"kind": "debit_card", "first": "DC00000001", "last": "DC00000010", "count": 10}
    ]
    use = {"kind": "debit_card", "holder": "k1"}
    assert desk.no("voucher.use", **use, number="DC00000002") == "out_of_order"
    desk.do("voucher.use", **use, number="DC00000001", reference="order-1")
    assert desk.no("voucher.use", **use, number="DC00000001") == "voucher_used"
    desk.do("voucher.void", **use, number="DC00000005", reason="jammed")
    stock = desk.look("voucher.stock", holder="k1")["stock"]
    assert [(x["first"], x["last"]) for x in stock] == [
        ("DC00000002", "DC00000004"), ("DC00000006", "DC00000010"),
    ]  # fmt: skip
    # What a machine has dispensed becomes a card afterwards, once.
    issue = {"customer": desk.customer(8), "product": "debit", "voucher": "DC00000001"}
    desk.do("card.issue", **issue)
    assert desk.no("card.issue", **issue) == "voucher_used"
    back = {"kind": "debit_card", "from_holder": "k1", "to_holder": "vault"}
    desk.do("voucher.move", **back, first="DC00000002", last="DC00000004")
    desk.check()


def test_a_statement_book_is_replaced(desk: Desk) -> None:
    account = desk.account(0, "composite")
    data = desk.do("statement_book.replace", account=account, voucher="SB00000001")
    assert data["old_statement_book"] == "OLDS0000"
    assert desk.no("composite.open", customer=desk.customer(0)) == "has_composite"


@pytest.mark.shows("R075", part="what came into and out of a term book stands in its lines")
def test_a_term_book_is_printed_up_to_date(desk: Desk) -> None:
    book, account = desk.account(3, "term_book"), desk.account(3)
    lines = desk.look("passbook.unprinted", account=book)["lines"]
    assert [x["number"] for x in lines] == [1, 2]
    assert desk.look("account.read", account=book)["unprinted"] == 2
    desk.do("passbook.printed", account=book, number=2, page=1, line=2)
    opened = desk.do("term.open", book=book, product="T12", amount=500_000, from_account=account)
    (line,) = desk.look("passbook.unprinted", account=book)["lines"]
    assert (line["number"], line["amount"], line["balance"]) == (3, 500_000, 500_000)
    desk.do("passbook.printed", account=book, number=3, page=1, line=3)
    desk.do("term.withdraw", deposit=opened["deposit"], to_account=account)
    (line,) = desk.look("passbook.unprinted", account=book)["lines"]
    assert (line["number"], line["amount"]) == (4, -500_000)
    assert desk.no("passbook.printed", account=book, number=5, page=1, line=5) == "printed_wrong"
    desk.reopen()
    assert desk.look("account.read", account=book)["unprinted"] == 1
    desk.check()


def test_a_pin_that_was_entered_is_checked(desk: Desk) -> None:
    account, card = desk.account(9), desk.card(9)
    credit = desk.look("credit.list", customer=desk.customer(9))["cards"][0]["card"]
    asked = {"card": credit, "from_account": account, "amount": 100}
    assert desk.no("credit.repay", **asked, pin=desk.pin(card, "000000")) == "pin_wrong"
    desk.do("credit.repay", **asked, pin=desk.pin(card))
    term = {"book": desk.account(9, "term_book"), "product": "T12", "from_account": account}
    assert desk.no("term.open", **term, amount=10_000, pin=desk.pin(card, "1")) == "pin_wrong"


def test_a_credit_card_waits_to_be_activated(desk: Desk) -> None:
    cards = desk.look("credit.list", customer=desk.customer(11))["cards"]
    (card,) = [x["card"] for x in cards if x["state"] == "inactive"]
    desk.do("credit.activate", card=card, new_pin=desk.pin(card))
    assert desk.no("credit.activate", card=card) == "already_active"
