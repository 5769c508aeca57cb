"""What can be read of the bank. Each look-up gives what ``tingtang.bank.trades`` says it gives."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from tingtang.bank import trades as t
from tingtang.bank.reference.model import holdings as h
from tingtang.bank.reference.model import interest, money, numbers
from tingtang.bank.reference.model import records as r
from tingtang.bank.reference.model.ledger import (
    Work,
    box_ledger,
    credit_ledger,
)
from tingtang.bank.reference.model.words import Declined

Given = dict[str, Any]
CITIZEN = frozenset({t.IdKind.RESIDENT, t.IdKind.TEMPORARY, t.IdKind.HOUSEHOLD})
"""Papers that bear the same citizen's number."""
MINIMUM_PARTS = 10
"""The least to be paid back of a credit card is a tenth of what is owed."""


class Posted(NamedTuple):
    """A line of a customer's account, as the customer sees it: what came in is positive."""

    number: int
    date: str
    summary: str
    amount: int
    balance: int
    trace: str


class Lines(Protocol):
    """The lines that were ever posted to accounts."""

    def after(self, ledgers: Sequence[str], number: int, limit: int) -> list[Posted]:
        """Lines of a book that holds these ledgers, after the first ``number``, oldest first; they
        are numbered from 1 through all of it.
        """
        ...

    def between(self, account: str, start: str, end: str, limit: int) -> list[Posted]:
        """Lines of some days (ISO, both in it; empty: open), newest first."""
        ...


# -- customers ----------------------------------------------------------------------------------


def find_customer(work: Work, look: t.FindCustomer, _: Lines) -> Given:
    given = [bool(x) for x in (look.id_number, look.card, look.account, look.phone, look.token)]
    if sum(given) != 1:
        raise Declined("one_needed")
    one = _found(work, look)
    return {
        "customer": one.id, "name": one.name, "id_kind": one.id_kind.value,
        "id_number": one.id_number, "phone": one.phone, "birth_date": one.birth_date,
        "level": one.level, "is_minor": h.is_minor(one, work.date), "guardian": one.guardian,
        "address": one.address, "occupation": one.occupation, "id_expires": one.id_expires,
        "risk_level": one.risk_level, "risk_until": one.risk_until,
    }  # fmt: skip


def _found(work: Work, look: t.FindCustomer) -> r.Customer:
    if look.card:
        card = work.get(r.Card, look.card) or work.get(r.CreditCard, look.card)
        if card is None:
            raise Declined("unknown_card")
        return h.customer(work, card.customer)
    if look.account:
        return h.customer(work, work.need(r.Account, look.account, "unknown_account").customer)
    if look.token:
        return h.customer(work, work.need(r.Token, look.token, "unknown_token").customer)
    key = f"id:{look.id_number}" if look.id_number else f"phone:{look.phone}"
    found = work.ledger.found_by(key)
    if look.id_kind is not None:
        alike = CITIZEN if look.id_kind in CITIZEN else {look.id_kind}
        found = [x for x in found if x.id_kind in alike]
    if not found:
        raise Declined("unknown_customer")
    if len(found) > 1:
        raise Declined("not_unique")
    return found[0]


def day_totals(work: Work, look: t.DayTotals, _: Lines) -> Given:
    scope = f"customer:{h.customer(work, look.customer).id}"
    return {x: work.total(scope, x) for x in ("cash_in", "cash_out", "transferred_out")}


def may_pay(work: Work, look: t.MayPay, _: Lines) -> Given:
    return money.may_pay(work, look)


# -- accounts -----------------------------------------------------------------------------------


def list_accounts(work: Work, look: t.ListAccounts, _: Lines) -> Given:
    mine = work.of(r.Account, h.customer(work, look.customer).id)
    return {
        "accounts": [
            _account(work, x) for x in mine if x.state == "active" and look.kind in {None, x.kind}
        ]
    }


def read_account(work: Work, look: t.ReadAccount, _: Lines) -> Given:
    return _account(work, work.need(r.Account, look.account, "unknown_account"))


def _account(work: Work, one: r.Account) -> Given:
    cards = h.cards_of(work, one)
    balance = work.owed_to(one.id)
    lost = h.is_lost(one, work.date)
    stopped = bool(lost or one.frozen or one.locked)
    return {
        "account": one.id, "customer": one.customer, "kind": one.kind.value,
        "balance": balance, "available": 0 if stopped else balance, "state": one.state,
        "opened": one.opened, "medium": "card" if cards else ("book" if one.book else ""),
        "card": cards[0].id if cards else "", "book": one.book,
        "statement_book": one.statement_book, "currency": "CNY",
        "lost": lost, "oral_loss_until": one.oral_until if lost else "",
        "frozen": bool(one.frozen), "locked": bool(one.locked), "locked_for": one.locked,
        "has_pin": bool(one.pin), "single_limit": one.single_limit,
        "daily_limit": one.daily_limit,
        "unprinted": h.lines_in(work, one) - one.printed,
    }  # fmt: skip


def list_cards(work: Work, look: t.ListCards, _: Lines) -> Given:
    owner = h.customer(work, look.customer)
    found = []
    for one in work.of(r.Card, owner.id):
        account = work.get(r.Account, one.account)
        found.append(
            {
                "card": one.id, "account": one.account, "kind": "debit",
                "state": "lost" if h.is_lost(one, work.date) else one.state,
                "oral_loss_until": one.oral_until, "has_pin": bool(one.pin),
                "expires": one.expires, "product": one.product,
                "daily_limit": account.daily_limit if account else 0,
            }
        )  # fmt: skip
    for credit in work.of(r.CreditCard, owner.id):
        found.append(
            {
                "card": credit.id, "account": "", "kind": "credit",
                "state": _credit_state(work, credit), "oral_loss_until": "",
                "has_pin": bool(credit.pin), "expires": "", "product": "credit",
                "daily_limit": credit.limit,
            }
        )  # fmt: skip
    return {"cards": found}


def _credit_state(work: Work, one: r.CreditCard) -> str:
    if h.is_lost(one, work.date):
        return "lost"
    return "locked" if one.locked else one.state


def list_credit(work: Work, look: t.ListCreditCards, _: Lines) -> Given:
    owner = h.customer(work, look.customer)
    found = []
    for one in work.of(r.CreditCard, owner.id):
        owed = max(work.balance(credit_ledger(one.id)), 0)
        found.append(
            {
                "card": one.id, "state": _credit_state(work, one), "limit": one.limit,
                "owed": owed, "minimum": -(-owed // MINIMUM_PARTS), "due": one.due,
                "locked_for": one.locked,
            }
        )  # fmt: skip
    return {"cards": found}


def unprinted(work: Work, look: t.UnprintedLines, lines: Lines) -> Given:
    one = work.need(r.Account, look.account, "unknown_account")
    found = [
        {
            "number": x.number, "date": x.date, "summary": x.summary, "amount": x.amount,
            "balance": x.balance,
        }
        for x in lines.after(h.ledgers_in(work, one), one.printed, 500)
    ]  # fmt: skip
    return {"lines": found, "page": one.page, "line": one.line}


def statement(work: Work, look: t.Statement, lines: Lines) -> Given:
    one = work.need(r.Account, look.account, "unknown_account")
    found = [
        {
            "date": x.date, "summary": x.summary, "amount": x.amount, "balance": x.balance,
            "trace": x.trace,
        }
        for x in lines.between(one.id, look.start, look.end, look.limit)
    ]  # fmt: skip
    return {"lines": found}


# -- term deposits ------------------------------------------------------------------------------


def list_deposits(work: Work, look: t.ListTermDeposits, _: Lines) -> Given:
    owner = h.customer(work, look.customer)
    found = []
    for one in work.of(r.TermDeposit, owner.id):
        if look.book not in {"", one.book}:
            continue
        state = "matured" if one.state == "open" and one.matures <= work.date else one.state
        found.append(
            {
                "deposit": one.id, "book": one.book, "amount": one.amount, "rate": one.rate,
                "term_months": one.term_months, "opened": one.opened, "matures": one.matures,
                "renews": one.renews, "state": state,
            }
        )  # fmt: skip
    return {"deposits": found}


def quote(work: Work, look: t.QuoteTermWithdrawal, _: Lines) -> Given:
    one = work.need(r.TermDeposit, look.deposit, "unknown_deposit")
    found = money.quote(work, one, look.amount)
    return {
        "principal": found.principal, "interest": found.interest, "rate": found.rate,
        "is_early": found.is_early, "rest": found.rest,
        "kept_interest": interest.whole_term(found.principal, one.rate, one.term_months),
    }  # fmt: skip


def term_products(work: Work, _look: t.ListTermProducts, _: Lines) -> Given:
    products = sorted(work.ledger.all(r.TermProduct), key=lambda x: x.term_months)
    return {
        "products": [
            {"product": x.id, "term_months": x.term_months, "rate": x.rate, "least": x.least}
            for x in products
        ]
    }


# -- channels, products, boxes, vouchers --------------------------------------------------------


def list_quick_pay(work: Work, look: t.ListQuickPay, _: Lines) -> Given:
    owner = h.customer(work, look.customer)
    return {
        "agreements": [
            {
                "agreement": x.id, "merchant": x.merchant, "card": x.card,
                "single_limit": x.single_limit, "daily_limit": x.daily_limit, "state": x.state,
            }
            for x in work.of(r.Agreement, owner.id)
            if x.state == "active"
        ]
    }  # fmt: skip


def read_ebank(work: Work, look: t.ReadEbank, _: Lines) -> Given:
    owner = h.customer(work, look.customer)
    one = work.get(r.Ebank, owner.id)
    if one is None or one.state != "open":
        return {"channels": [], "phone": "", "single_limit": 0, "daily_limit": 0, "tokens": []}
    return {
        "channels": list(one.channels), "phone": one.phone, "single_limit": one.single_limit,
        "daily_limit": one.daily_limit,
        "tokens": [
            {"token": x.id, "state": x.state, "certificate": x.serial, "expires": x.expires}
            for x in work.of(r.Token, one.customer)
        ],
    }  # fmt: skip


def list_products(work: Work, _look: t.ListProducts, _: Lines) -> Given:
    return {
        "products": [
            {
                "product": x.id, "name": x.name, "kind": x.kind, "risk_level": x.risk_level,
                "rate": x.rate, "least": x.least, "term_days": x.term_days,
            }
            for x in work.ledger.all(r.Product)
        ]
    }  # fmt: skip


def read_box(work: Work, look: t.CashBox, _: Lines) -> Given:
    name = box_ledger(look.box)
    found = {unit: a for (x, unit), a in work.ledger.balances.items() if x == name}
    if not found:
        raise Declined("unknown_box")
    return {"balance": found}


def voucher_stock(work: Work, look: t.VoucherStock, _: Lines) -> Given:
    found = []
    for one in work.of(r.VoucherRange, look.holder):
        low, high = numbers.split_voucher(one.first)[1], numbers.split_voucher(one.last)[1]
        found.append(
            {"kind": one.kind, "first": one.first, "last": one.last, "count": high - low + 1}
        )
    return {"stock": found}


LOOKS: dict[type[t.Lookup], Callable[[Work, Any, Lines], Given]] = {
    t.FindCustomer: find_customer,
    t.ListAccounts: list_accounts,
    t.ReadAccount: read_account,
    t.ListCards: list_cards,
    t.ListTermDeposits: list_deposits,
    t.QuoteTermWithdrawal: quote,
    t.ListTermProducts: term_products,
    t.UnprintedLines: unprinted,
    t.Statement: statement,
    t.ListQuickPay: list_quick_pay,
    t.ReadEbank: read_ebank,
    t.ListCreditCards: list_credit,
    t.ListProducts: list_products,
    t.DayTotals: day_totals,
    t.MayPay: may_pay,
    t.CashBox: read_box,
    t.VoucherStock: voucher_stock,
}
