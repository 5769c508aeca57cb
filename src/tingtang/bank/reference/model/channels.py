"""Rules of e-banking, tokens, quick pay, customers' own data, products and blank vouchers."""

import re
from typing import Any

from tingtang.bank import trades as t
from tingtang.bank.reference.model import holdings as h
from tingtang.bank.reference.model import interest, numbers, stock
from tingtang.bank.reference.model import records as r
from tingtang.bank.reference.model.ledger import (
    ASSET_MANAGER,
    OFF_BALANCE,
    Work,
    account_ledger,
    product_ledger,
    voucher_ledger,
)
from tingtang.bank.reference.model.words import Declined

Given = dict[str, Any]
CHANNELS = frozenset({"mobile", "web", "sms", "phone"})
QUICK_SINGLE, QUICK_DAILY = 500_000, 2_000_000
"""Limits of a new agreement: 5,000 yuan at a time, 20,000 a day."""
RISK_MONTHS = 12
_PHONE = re.compile(r"^\+?\d{6,15}$")


def _phone(given: str) -> str:
    if not _PHONE.match(given):
        raise Declined("bad_phone")
    return given


def _limits(single: int, daily: int) -> None:
    if single <= 0 or single > daily:
        raise Declined("limits_wrong")


def _channels(given: list[str]) -> tuple[str, ...]:
    if not given or not CHANNELS.issuperset(given):
        raise Declined("channel_wrong")
    return tuple(sorted(set(given)))


# -- e-banking ----------------------------------------------------------------------------------


def open_ebank(work: Work, trade: t.OpenEbank) -> Given:
    owner = h.customer(work, trade.customer)
    old = work.get(r.Ebank, owner.id)
    if old is not None and old.state == "open":
        raise Declined("ebank_open")
    _limits(trade.single_limit, trade.daily_limit)
    work.put(
        r.Ebank(
            id=owner.id, customer=owner.id, channels=_channels(trade.channels),
            phone=_phone(trade.phone), single_limit=trade.single_limit,
            daily_limit=trade.daily_limit,
        )
    )  # fmt: skip
    return {"channels": sorted(set(trade.channels))}


def ebank(work: Work, customer: str) -> r.Ebank:
    found = work.get(r.Ebank, h.customer(work, customer).id)
    if found is None or found.state != "open":
        raise Declined("ebank_not_open")
    return found


def modify_ebank(work: Work, trade: t.ModifyEbank) -> Given:
    one = ebank(work, trade.customer)
    new = work.change(
        one,
        phone=_phone(trade.phone) if trade.phone else one.phone,
        single_limit=trade.single_limit or one.single_limit,
        daily_limit=trade.daily_limit or one.daily_limit,
        channels=one.channels if trade.channels is None else _channels(trade.channels),
    )
    if new == one:
        raise Declined("nothing_to_change")
    _limits(new.single_limit, new.daily_limit)
    return {"channels": list(new.channels), "phone": new.phone}


def close_ebank(work: Work, trade: t.CloseEbank) -> Given:
    work.change(ebank(work, trade.customer), state="closed")
    return {}


def bind_token(work: Work, trade: t.BindToken) -> Given:
    ebank(work, trade.customer)
    if work.get(r.Token, trade.token) is not None:
        raise Declined("token_taken")
    stock.consume(work, "token", trade.token, trade.customer)
    work.put(r.Token(id=trade.token, customer=trade.customer))
    return {"token": trade.token}


def download_certificate(work: Work, trade: t.DownloadCertificate) -> Given:
    owner = h.customer(work, trade.customer)
    one = work.need(r.Token, trade.token, "unknown_token")
    if one.customer != owner.id:
        raise Declined("unknown_token")
    serial = f"{work.number('certificate'):016X}"
    subject = f"{owner.id}@{one.id}"
    try:
        pem, expires = work.security.certificate(subject, trade.public_key, serial, work.date)
    except ValueError:
        raise Declined("key_wrong") from None
    work.change(one, state="certified", certificate=pem, serial=serial, expires=expires)
    return {"certificate": pem, "serial": serial, "expires": expires}


def check_token(work: Work, trade: t.CheckToken) -> Given:
    """Its owner, where the very certificate that the bank issued signed the message. Of a token whose
    e-banking was closed, nobody.
    """
    given = "".join(trade.certificate.split())
    one = next((x for x in _certified(work) if pem_body(x.certificate) == given), None)
    if one is None:
        raise Declined("unknown_token")
    ebank(work, one.customer)
    if one.expires < work.date:
        raise Declined("token_expired")
    try:
        message, signature = bytes.fromhex(trade.message), bytes.fromhex(trade.signature)
    except ValueError:
        raise Declined("token_wrong") from None
    if not work.security.is_signed(one.certificate, message, signature):
        raise Declined("token_wrong")
    return {"customer": one.customer, "token": one.id}


def _certified(work: Work) -> list[r.Token]:
    found = work.ledger.records[r.Token.__name__].values()
    return [x for x in found if isinstance(x, r.Token) and x.state == "certified"]


def pem_body(pem: str) -> str:
    """The base64 in a PEM text, without its line breaks."""
    return "".join(line.strip() for line in pem.splitlines() if not line.startswith("-----"))


# -- quick pay ----------------------------------------------------------------------------------


def _agreement(work: Work, id_: str) -> r.Agreement:
    found = work.need(r.Agreement, id_, "unknown_agreement")
    if found.state != "active":
        raise Declined("closed")
    return found


def limit_quick_pay(work: Work, trade: t.LimitQuickPay) -> Given:
    _limits(trade.single_limit, trade.daily_limit)
    one = _agreement(work, trade.agreement)
    work.change(one, single_limit=trade.single_limit, daily_limit=trade.daily_limit)
    return {}


def cancel_quick_pay(work: Work, trade: t.CancelQuickPay) -> Given:
    work.change(_agreement(work, trade.agreement), state="cancelled")
    return {}


def bind_quick_pay(work: Work, trade: t.BindQuickPay) -> Given:
    """一键绑卡: all merchants, or none."""
    card = h.card(work, trade.card)
    if card.state != "active":
        raise Declined("not_active")
    if h.is_lost(card, work.date):
        raise Declined("lost")
    merchants = list(dict.fromkeys(trade.merchants))
    if not merchants or not all(0 < len(x) <= 40 for x in merchants):
        raise Declined("bad_input", reason="merchants")
    bound = {
        x.merchant
        for x in work.of(r.Agreement, card.customer)
        if x.card == card.id and x.state == "active"
    }
    if bound.intersection(merchants):
        raise Declined("already_bound")
    made = []
    for merchant in merchants:
        one = r.Agreement(
            id=f"Q{work.number('agreement'):08}", customer=card.customer, merchant=merchant,
            card=card.id, single_limit=QUICK_SINGLE, daily_limit=QUICK_DAILY,
        )  # fmt: skip
        work.put(one)
        made.append({"agreement": one.id, "merchant": merchant})
    return {"agreements": made}


# -- customers ----------------------------------------------------------------------------------


def change_phone(work: Work, trade: t.ChangePhone) -> Given:
    one = h.customer(work, trade.customer)
    if one.phone == trade.phone:
        raise Declined("nothing_to_change")
    work.change(one, phone=_phone(trade.phone))
    return {}


def update_customer(work: Work, trade: t.UpdateCustomer) -> Given:
    one = h.customer(work, trade.customer)
    if trade.id_expires:
        try:
            is_past = interest.days_between(work.date, trade.id_expires) < 0
        except ValueError:
            is_past = True
        if is_past:
            raise Declined("date_passed")
    new = work.change(
        one,
        address=trade.address or one.address,
        occupation=trade.occupation or one.occupation,
        id_expires=trade.id_expires or one.id_expires,
    )
    if new == one:
        raise Declined("nothing_to_change")
    return {}


# -- products -----------------------------------------------------------------------------------


def assess_risk(work: Work, trade: t.AssessRisk) -> Given:
    until = interest.plus_months(work.date, RISK_MONTHS)
    work.change(h.customer(work, trade.customer), risk_level=trade.level, risk_until=until)
    return {"level": trade.level, "until": until}


def buy(work: Work, trade: t.BuyProduct) -> Given:
    """Never above the customer's own level (适当性管理办法, in force 2026-02-01)."""
    owner, account = h.customer(work, trade.customer), h.account(work, trade.account)
    if account.customer != owner.id:
        raise Declined("unknown_account")
    product = work.need(r.Product, trade.product, "unknown_product")
    if not owner.risk_level or owner.risk_until < work.date:
        raise Declined("risk_not_assessed")
    if product.risk_level > owner.risk_level:
        raise Declined("risk_too_high")
    if trade.amount < product.least:
        raise Declined("below_least")
    h.check_given_pin(work, account, trade.pin)
    h.pay_out(work, account, trade.amount)
    one = r.Order(
        id=f"P{work.number('order'):08}", customer=owner.id, product=product.id,
        account=account.id, amount=trade.amount, bought=work.date,
    )  # fmt: skip
    work.put(one)
    work.post(
        "购买产品",
        (account_ledger(account.id), trade.amount),
        (product_ledger(product.id), -trade.amount),
    )
    return {"order": one.id}


def redeem(work: Work, trade: t.RedeemProduct) -> Given:
    """The principal with what the product earned, which its manager pays."""
    one = work.need(r.Order, trade.order, "unknown_order")
    if one.state != "held":
        raise Declined("closed")
    account = h.account(work, trade.account)
    if account.customer != one.customer:
        raise Declined("unknown_account")
    product = work.need(r.Product, one.product, "unknown_product")
    days = interest.days_between(one.bought, work.date)
    if days < product.term_days:
        raise Declined("not_redeemable_yet")
    gain = interest.simple(one.amount, product.rate, days)
    work.post(
        "赎回产品",
        (product_ledger(product.id), one.amount),
        (ASSET_MANAGER, gain),
        (account_ledger(account.id), -(one.amount + gain)),
    )
    work.change(one, state="redeemed")
    return {"paid": one.amount + gain, "gain": gain}


# -- blank vouchers -----------------------------------------------------------------------------


def move_vouchers(work: Work, trade: t.MoveVouchers) -> Given:
    """A whole range, beginning with the lowest number that the giver has."""
    if trade.from_holder == trade.to_holder:
        raise Declined("range_wrong")
    one = stock.range_with(work, trade.kind, trade.first, trade.from_holder)
    end = stock.range_with(work, trade.kind, trade.last, trade.from_holder)
    if one is None or end != one:
        raise Declined("not_in_stock")
    if numbers.split_voucher(trade.first)[1] > numbers.split_voucher(trade.last)[1]:
        raise Declined("range_wrong")
    coming = stock.next_voucher(work, trade.kind, trade.from_holder)
    if coming is not None and coming.first != trade.first:
        raise Declined("out_of_order", next=coming.first)
    count = stock.take_range(work, one, trade.first, trade.last)
    stock.put_range(work, trade.kind, trade.to_holder, trade.first, trade.last)
    work.post(
        "凭证调拨",
        (voucher_ledger(trade.kind, trade.to_holder), count * stock.PRICE),
        (voucher_ledger(trade.kind, trade.from_holder), -count * stock.PRICE),
        currency=OFF_BALANCE,
    )
    return {"count": count}


def use_voucher(work: Work, trade: t.UseVoucher) -> Given:
    stock.end_voucher(
        work, trade.kind, trade.number, trade.holder, "used", reference=trade.reference
    )
    return {}


def void_voucher(work: Work, trade: t.VoidVoucher) -> Given:
    """A spoilt one may lie anywhere in the range."""
    stock.end_voucher(work, trade.kind, trade.number, trade.holder, "void", reference=trade.reason)
    return {}
