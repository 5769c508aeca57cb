"""日终: interest, reports that lapse, deposits that are renewed, the trial balance."""

from typing import Any

from tingtang.bank import trades as t
from tingtang.bank.reference.model import holdings as h
from tingtang.bank.reference.model import interest
from tingtang.bank.reference.model import records as r
from tingtang.bank.reference.model.ledger import (
    INTEREST_EXPENSE,
    INTEREST_PAYABLE,
    Work,
    term_ledger,
)
from tingtang.bank.reference.model.words import Declined

Given = dict[str, Any]


def close_day(work: Work, trade: t.CloseDay) -> Given:
    """Close the bank's business date and begin the next. A day that is closed stays as it was."""
    closed = work.get(r.DayEnd, trade.date)
    if closed is None:
        if trade.date != work.date:
            raise Declined("day_not_yet")
        closed = _close(work)
    return {
        "date": closed.id, "debit": closed.debit, "credit": closed.credit,
        "interest": closed.interest,
    }  # fmt: skip


def _close(work: Work) -> r.DayEnd:
    tomorrow = interest.plus_days(work.date, 1)
    earned = 0
    for account in work.ledger.all(r.Account):
        if account.state == "active":
            earned += _end_account(work, account)
    for deposit in work.ledger.all(r.TermDeposit):
        if deposit.state == "open":
            earned += _end_deposit(work, deposit, tomorrow)
    work.post("计提利息", (INTEREST_EXPENSE, earned), (INTEREST_PAYABLE, -earned))
    for kind in (r.Account, r.Card, r.CreditCard):
        for thing in work.ledger.all(kind):
            _lapse(work, kind, thing.id)
    for booking in work.ledger.all(r.LargeCash):
        if booking.date <= work.date:
            work.drop(booking)
    debit, credit = work.trial()
    if debit != credit:
        raise ValueError(f"the books do not balance: {debit} and {credit}")
    done = r.DayEnd(id=work.date, debit=debit, credit=credit, interest=earned)
    work.put(done)
    work.change(work.ledger.terms, business_date=tomorrow)
    return done


def _end_account(work: Work, one: r.Account) -> int:
    """A day more in the sum of balances; gives what it earned. Paid at the quarter's end."""
    owed = work.owed_to(one.id)
    if owed <= 0 and not one.days_sum:
        return 0
    days_sum = one.days_sum + max(owed, 0)
    accrued = interest.current(days_sum, work.ledger.terms.current_rate)
    new = work.change(one, days_sum=days_sum, accrued=accrued)
    if interest.is_settle_day(work.date):
        h.settle_interest(work, new)
    return accrued - one.accrued


def _end_deposit(work: Work, one: r.TermDeposit, tomorrow: str) -> int:
    """What a deposit earned today; one that renews itself begins anew with its interest in it."""
    accrued = interest.accrued(one.amount, one.rate, one.opened, one.matures, tomorrow)
    earned = accrued - one.accrued
    product = work.get(r.TermProduct, one.product)
    if not one.renews or one.matures > work.date or product is None:
        if earned:
            work.change(one, accrued=accrued)
        return earned
    paid = interest.whole_term(one.amount, one.rate, one.term_months)
    work.post(
        "自动转存",
        (INTEREST_PAYABLE, accrued),
        (INTEREST_EXPENSE, paid - accrued),
        (term_ledger(one.id), -paid),
    )
    work.change(
        one, amount=one.amount + paid, rate=product.rate, opened=one.matures, accrued=0,
        matures=interest.plus_months(one.matures, one.term_months),
    )  # fmt: skip
    return earned


def _lapse(work: Work, kind: type[r.Losable], id_: str) -> None:
    """At the end of its fifth day an oral report is over (储蓄管理条例 art. 31)."""
    thing = work.get(kind, id_)
    if thing is not None and thing.lost == "oral" and thing.oral_until <= work.date:
        work.change(thing, lost="", oral_until="")
