"""Rules of money that moves: cash, transfers, boxes, term deposits, credit repaid."""

from typing import Any

from tingtang.bank import trades as t
from tingtang.bank.reference.model import holdings as h
from tingtang.bank.reference.model import interest, numbers
from tingtang.bank.reference.model import records as r
from tingtang.bank.reference.model.accounts import book
from tingtang.bank.reference.model.ledger import (
    CNY,
    INTEREST_EXPENSE,
    INTEREST_PAYABLE,
    SUSPENSE_OVER,
    SUSPENSE_SHORT,
    Work,
    account_ledger,
    box_ledger,
    credit_ledger,
    term_ledger,
)
from tingtang.bank.reference.model.words import Declined

Given = dict[str, Any]
LARGE_CASH = 5_000_000
"""50,000 yuan in a day: identity is registered and the trade reported (反洗钱法 2024; the order in
force since 2026-01-01)."""


def deposit(work: Work, trade: t.Deposit) -> Given:
    one = h.account(work, trade.account)
    if trade.notes and _sum_of(trade.notes) != trade.amount:
        raise Declined("notes_wrong")
    work.post(
        "现金存入", (box_ledger(trade.box), trade.amount), (account_ledger(one.id), -trade.amount)
    )
    return _cash(work, one, trade.amount, "cash_in")


def _sum_of(notes: dict[str, int]) -> int:
    """Fen of notes by their value in yuan: ``{"100": 3}``."""
    try:
        values = {value: round(float(value) * 100) for value in notes}
    except (ValueError, OverflowError):
        raise Declined("notes_wrong") from None
    if any(value <= 0 or notes[name] < 0 for name, value in values.items()):
        raise Declined("notes_wrong")
    return sum(value * notes[name] for name, value in values.items())


def withdraw(work: Work, trade: t.Withdraw) -> Given:
    """A large withdrawal that was booked for today needs no room in the limits."""
    one = h.account(work, trade.account)
    h.check_account_pin(work, one, trade.pin)
    booked = _booking(work, one, trade.amount)
    if booked is not None:
        work.drop(booked)
    else:
        h.within_limits(work, one, trade.amount)
    h.pay_out(work, one, trade.amount)
    _in_box(work, trade.box, trade.amount)
    work.post(
        "现金支取", (account_ledger(one.id), trade.amount), (box_ledger(trade.box), -trade.amount)
    )
    if booked is None:
        work.count(f"account:{one.id}", "out", trade.amount)
    return _cash(work, one, trade.amount, "cash_out")


def _booking(work: Work, one: r.Account, amount: int) -> r.LargeCash | None:
    """So much cash of this account, if it was booked for today."""
    wanted = (one.id, work.date, amount, CNY)
    mine = work.of(r.LargeCash, one.customer)
    return next((x for x in mine if (x.account, x.date, x.amount, x.currency) == wanted), None)


def _in_box(work: Work, box: str, amount: int) -> None:
    if work.balance(box_ledger(box)) < amount:
        raise Declined("box_short")


def may_pay(work: Work, look: t.MayPay) -> Given:
    """All that the trade looks at, but for the PIN."""
    one = h.account(work, look.account)
    if look.by == "transfer":
        _payee(work, one.id, look.to_account, look.to_name)
    if look.by == "transfer" or (look.by == "cash" and not _booking(work, one, look.amount)):
        h.within_limits(work, one, look.amount)
    h.pay_out(work, one, look.amount)
    if look.by == "cash" and look.box:
        _in_box(work, look.box, look.amount)
    return {"available": work.owed_to(one.id)}


def _payee(work: Work, source: str, account: str, name: str) -> r.Account:
    if source == account:
        raise Declined("same_account")
    target = h.account(work, account)
    if h.customer(work, target.customer).name != name:
        raise Declined("name_differs")
    return target


def _cash(work: Work, one: r.Account, amount: int, what: str) -> Given:
    scope = f"customer:{one.customer}"
    work.count(scope, what, amount)
    total = work.total(scope, what)
    return {
        "balance": work.owed_to(one.id),
        "day_total": total,
        "is_large": total >= LARGE_CASH,
    }


def transfer(work: Work, trade: t.Transfer) -> Given:
    source = h.account(work, trade.from_account)
    target = _payee(work, source.id, trade.to_account, trade.to_name)
    h.check_account_pin(work, source, trade.pin)
    h.within_limits(work, source, trade.amount)
    h.pay_out(work, source, trade.amount)
    work.post(
        trade.summary or "转账",
        (account_ledger(source.id), trade.amount),
        (account_ledger(target.id), -trade.amount),
    )
    h.count_out(work, source, trade.amount, "transferred_out")
    return {"balance": work.owed_to(source.id)}


def book_large(work: Work, trade: t.BookLargeCash) -> Given:
    one = h.account(work, trade.account)
    try:
        is_coming = interest.days_between(work.date, trade.date) > 0
    except ValueError:
        is_coming = False
    if not is_coming:
        raise Declined("date_passed")
    if trade.denominations and _sum_of(trade.denominations) != trade.amount:
        raise Declined("notes_wrong")
    id_ = f"L{work.number('large_cash'):08}"
    work.put(
        r.LargeCash(
            id=id_, customer=one.customer, account=one.id, amount=trade.amount, date=trade.date,
            currency=trade.currency, denominations=trade.denominations,
        )
    )  # fmt: skip
    return {"booking": id_}


# -- boxes --------------------------------------------------------------------------------------


def move_cash(work: Work, trade: t.MoveCash) -> Given:
    """A box begins to be when money first comes into it."""
    source, target = box_ledger(trade.from_box), box_ledger(trade.to_box)
    if source == target:
        raise Declined("same_account")
    if work.balance(source, trade.currency) < trade.amount:
        raise Declined("box_short")
    work.post("现金调拨", (target, trade.amount), (source, -trade.amount), currency=trade.currency)
    return {
        "from_balance": work.balance(source, trade.currency),
        "to_balance": work.balance(target, trade.currency),
    }


def book_difference(work: Work, trade: t.BookDifference) -> Given:
    """What was counted more than the books say is owed to somebody; what is missing is sought.
    Each stands in an account of its own, so that they are never netted.
    """
    if trade.amount == 0:
        raise Declined("no_difference")
    if not any(name == box_ledger(trade.box) for name, _ in work.ledger.balances):
        raise Declined("unknown_box")
    suspense = SUSPENSE_OVER if trade.amount > 0 else SUSPENSE_SHORT
    box = box_ledger(trade.box)
    if work.balance(box, trade.currency) + trade.amount < 0:
        raise Declined("box_short")
    work.post(
        "长款挂账" if trade.amount > 0 else "短款挂账",
        (box, trade.amount),
        (suspense, -trade.amount),
        currency=trade.currency,
    )
    return {"suspense": suspense, "balance": work.balance(box, trade.currency)}


# -- term deposits ------------------------------------------------------------------------------


def open_term(work: Work, trade: t.OpenTermDeposit) -> Given:
    into, source = book(work, trade.book), h.account(work, trade.from_account)
    if into.kind is t.AccountKind.PASSBOOK:
        raise Declined("wrong_kind")
    if h.is_lost(into, work.date):
        raise Declined("lost")
    product = work.need(r.TermProduct, trade.product, "unknown_product")
    if trade.amount < product.least:
        raise Declined("below_least")
    h.check_given_pin(work, source, trade.pin)
    h.pay_out(work, source, trade.amount)
    one = r.TermDeposit(
        id=numbers.deposit(work.number("deposit")), customer=into.customer, book=into.id,
        product=product.id, amount=trade.amount, rate=product.rate,
        term_months=product.term_months, opened=work.date,
        matures=interest.plus_months(work.date, product.term_months), renews=trade.renews,
    )  # fmt: skip
    work.put(one)
    work.post(
        "存入定期", (account_ledger(source.id), trade.amount), (term_ledger(one.id), -trade.amount)
    )
    return {"deposit": one.id, "matures": one.matures, "rate": one.rate}


def quote(work: Work, one: r.TermDeposit, amount: int) -> interest.Payout:
    """What a withdrawal of ``amount`` (0: all) gives today; declined where it cannot be."""
    if one.state != "open":
        raise Declined("closed")
    amount = amount or one.amount
    if not 0 < amount <= one.amount:
        raise Declined("more_than_there")
    product = work.get(r.TermProduct, one.product)
    rest = one.amount - amount
    if rest and product is not None and rest < product.least:
        raise Declined("rest_too_small")
    return interest.payout(
        amount=amount, of=one.amount, rate=one.rate, months=one.term_months, opened=one.opened,
        matures=one.matures, today=work.date, current_rate=work.ledger.terms.current_rate,
    )  # fmt: skip


def withdraw_term(work: Work, trade: t.WithdrawTermDeposit) -> Given:
    one = work.need(r.TermDeposit, trade.deposit, "unknown_deposit")
    h.may_pay(work, h.account(work, one.book))
    target = h.account(work, trade.to_account)
    paid = pay_term(work, one, target, trade.amount)
    return {
        "principal": paid.principal, "interest": paid.interest, "rest": paid.rest,
        "rate": paid.rate, "is_early": paid.is_early,
    }  # fmt: skip


def pay_term(work: Work, one: r.TermDeposit, target: r.Account, amount: int) -> interest.Payout:
    """Pay a deposit or a part of it out. What was accrued beyond what is due goes back."""
    paid = quote(work, one, amount)
    # What the rest has earned stays accrued; the share of what leaves is settled now.
    kept = one.accrued * paid.rest // one.amount
    settled = one.accrued - kept
    work.post(
        "定期支取",
        (term_ledger(one.id), paid.principal),
        (INTEREST_PAYABLE, settled),
        (INTEREST_EXPENSE, paid.interest - settled),
        (account_ledger(target.id), -(paid.principal + paid.interest)),
    )
    state = "open" if paid.rest else "closed"
    work.change(one, amount=paid.rest, accrued=kept, state=state)
    return paid


def close_lost_book(work: Work, trade: t.CloseLostTermBook) -> Given:
    """挂失销户: everything in a book that is reported lost in writing, all or nothing."""
    one = book(work, trade.book)
    if one.kind is not t.AccountKind.TERM_BOOK:
        raise Declined("wrong_kind")
    if one.frozen:
        raise Declined("frozen")
    h.need_written_loss(work, one)
    target = h.account(work, trade.to_account)
    if target.id == one.id:
        raise Declined("same_account")
    deposits = [
        x for x in work.of(r.TermDeposit, one.customer) if x.book == one.id and x.state == "open"
    ]
    paid, earned = 0, 0
    for deposit_ in deposits:
        payout = pay_term(work, deposit_, target, 0)
        paid += payout.principal + payout.interest
        earned += payout.interest
    one, more = h.settle_interest(work, one)
    left = work.owed_to(one.id)
    work.post("销户转出", (account_ledger(one.id), left), (account_ledger(target.id), -left))
    work.change(one, state="closed", lost="", oral_until="")
    return {"paid": paid + left, "interest": earned + more, "deposits": len(deposits)}


# -- credit cards -------------------------------------------------------------------------------


def repay(work: Work, trade: t.RepayCredit) -> Given:
    card = work.need(r.CreditCard, trade.card, "unknown_card")
    source = h.account(work, trade.from_account)
    owed = work.balance(credit_ledger(card.id))
    if owed <= 0:
        raise Declined("nothing_owed")
    if trade.amount > owed:
        raise Declined("more_than_owed")
    h.check_given_pin(work, source, trade.pin)
    h.pay_out(work, source, trade.amount)
    _repay(work, source, card, trade.amount)
    return {"paid": trade.amount, "owed": owed - trade.amount}


def repay_all(work: Work, trade: t.RepayAllCredit) -> Given:
    """一键全还: all of the customer's cards, or none."""
    owner, source = h.customer(work, trade.customer), h.account(work, trade.from_account)
    owing = [
        (card, owed)
        for card in work.of(r.CreditCard, owner.id)
        if (owed := work.balance(credit_ledger(card.id))) > 0
    ]
    if not owing:
        raise Declined("nothing_owed")
    h.check_given_pin(work, source, trade.pin)
    h.pay_out(work, source, sum(owed for _, owed in owing))
    for card, owed in owing:
        _repay(work, source, card, owed)
    paid = [{"card": card.id, "paid": owed} for card, owed in owing]
    return {"paid": sum(owed for _, owed in owing), "cards": paid}


def _repay(work: Work, source: r.Account, card: r.CreditCard, amount: int) -> None:
    work.post("信用卡还款", (account_ledger(source.id), amount), (credit_ledger(card.id), -amount))
