"""Rules of debit and credit cards."""

from typing import Any

from tingtang.bank import trades as t
from tingtang.bank.reference.model import holdings as h
from tingtang.bank.reference.model import interest, numbers, stock
from tingtang.bank.reference.model import records as r
from tingtang.bank.reference.model.accounts import set_pin
from tingtang.bank.reference.model.ledger import Work, account_ledger
from tingtang.bank.reference.model.words import Declined

Given = dict[str, Any]
CARDS_MAX = 4
"""Of one person in one bank (银发〔2016〕261号)."""
GOOD_MONTHS = 120


def issue(work: Work, trade: t.ApplyCard) -> Given:
    owner = h.customer(work, trade.customer)
    h.check_guardian(work, owner, trade.guardian)
    mine = [x for x in work.of(r.Card, owner.id) if x.state in {"active", "inactive"}]
    if len(mine) >= CARDS_MAX:
        raise Declined("too_many_cards")
    account = h.open_account(work, owner.id, t.AccountKind.CURRENT)
    one = _new(work, owner.id, account.id, trade.product, trade.voucher)
    return {"card": one.id, "account": account.id, "expires": one.expires}


def _new(work: Work, owner: str, account: str, product: str, voucher: str) -> r.Card:
    one = r.Card(
        id=numbers.debit_card(work.number("debit_card")), customer=owner, account=account,
        product=product, voucher=voucher, expires=interest.plus_months(work.date, GOOD_MONTHS),
    )  # fmt: skip
    if voucher:
        stock.consume(work, "debit_card", voucher, one.id)
    work.put(one)
    return one


def activate(work: Work, trade: t.ActivateCard) -> Given:
    one = h.card(work, trade.card)
    if one.state == "active":
        raise Declined("already_active")
    if h.is_lost(one, work.date):
        raise Declined("lost")
    h.check_guardian(work, h.customer(work, one.customer), trade.guardian)
    one = work.change(one, state="active")
    set_pin(work, one, trade.new_pin)
    return {"card": one.id}


def report_loss(work: Work, trade: t.ReportCardLoss) -> Given:
    return h.report_loss(work, h.card(work, trade.card), is_oral=trade.is_oral)


def cancel_loss(work: Work, trade: t.CancelCardLoss) -> Given:
    return h.cancel_loss(work, h.card(work, trade.card))


def replace(work: Work, trade: t.ReplaceCard) -> Given:
    """A new number on the same account; the old one is dead, and the new one must be activated."""
    old = h.card(work, trade.card)
    if h.is_lost(old, work.date):
        h.need_written_loss(work, old)
    new = _new(work, old.customer, old.account, old.product, trade.voucher)
    work.change(old, state="replaced")
    for agreement in work.of(r.Agreement, old.customer):
        if agreement.card == old.id and agreement.state == "active":
            work.change(agreement, card=new.id)
    return {"card": new.id, "account": new.account, "expires": new.expires}


def change_pin(work: Work, trade: t.ChangeCardPin) -> Given:
    one = _in_use(work, trade.card)
    h.check_pin(work, one, trade.old_pin)
    return set_pin(work, h.card(work, one.id), trade.new_pin)


def check_pin(work: Work, trade: t.CheckPin) -> Given:
    """Whose it is, by the PIN of the card or book that was put in; of what is lost, nobody's."""
    thing: r.Account | r.Card | r.CreditCard
    if trade.account and not trade.card:
        thing = h.account(work, trade.account)
    else:
        card = work.get(r.CreditCard, trade.card) or h.card(work, trade.card)
        if card.state != "active":
            raise Declined("not_active")
        thing = card
    if h.is_lost(thing, work.date):
        raise Declined("lost")
    h.check_pin(work, thing, trade.pin)
    return {"customer": thing.customer}


def reset_pin(work: Work, trade: t.ResetCardPin) -> Given:
    return set_pin(work, _in_use(work, trade.card), trade.new_pin)


def _in_use(work: Work, id_: str) -> r.Card:
    one = h.card(work, id_)
    if one.state != "active":
        raise Declined("not_active")
    if h.is_lost(one, work.date):
        raise Declined("lost")
    return one


def close(work: Work, trade: t.CloseCard) -> Given:
    """销卡 with its account, unless another card stands on it. The rest with its interest goes to
    another account.
    """
    one = h.card(work, trade.card)
    account = h.account(work, one.account)
    if account.frozen:
        raise Declined("frozen")
    others = [x for x in h.cards_of(work, account) if x.id != one.id]
    paid = 0
    if not others:
        account, _ = h.settle_interest(work, account)
        paid = work.owed_to(account.id)
        if paid:
            if not trade.to_account:
                raise Declined("money_left")
            if trade.to_account == account.id:
                raise Declined("same_account")
            target = h.account(work, trade.to_account)
            legs = (account_ledger(account.id), paid), (account_ledger(target.id), -paid)
            work.post("销户转出", *legs)
        work.change(account, state="closed")
    for agreement in work.of(r.Agreement, one.customer):
        if agreement.card == one.id and agreement.state == "active":
            work.change(agreement, state="cancelled")
    work.change(one, state="closed")
    return {"paid": paid, "account_closed": not others}


# -- credit cards -------------------------------------------------------------------------------


def _credit(work: Work, id_: str) -> r.CreditCard:
    return work.need(r.CreditCard, id_, "unknown_card")


def report_credit_loss(work: Work, trade: t.ReportCreditLoss) -> Given:
    return h.report_loss(work, _credit(work, trade.card), is_oral=False)


def cancel_credit_loss(work: Work, trade: t.CancelCreditLoss) -> Given:
    return h.cancel_loss(work, _credit(work, trade.card))


def unlock_credit(work: Work, trade: t.UnlockCredit) -> Given:
    one = _credit(work, trade.card)
    if not one.locked:
        raise Declined("not_locked")
    if h.is_lost(one, work.date):
        raise Declined("lost")
    work.change(one, locked="", pin_wrong=0)
    return {"unlocked": True, "reason": one.locked}


def activate_credit(work: Work, trade: t.ActivateCredit) -> Given:
    one = _credit(work, trade.card)
    if one.state == "active":
        raise Declined("already_active")
    if h.is_lost(one, work.date):
        raise Declined("lost")
    one = work.change(one, state="active")
    if trade.new_pin:
        set_pin(work, one, trade.new_pin)
    return {"card": one.id}
