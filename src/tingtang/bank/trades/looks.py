"""What can only be read of a core bank: every look-up."""

from typing import Annotated, ClassVar, Literal

import msgspec

from tingtang.bank.trades.parts import AccountKind, Fen, IdKind, Lookup, Text80


class FindCustomer(Lookup, frozen=True):
    """Who it is, by a paper, a card, a passbook, a U盾 or a phone number; one of them is given.

    Gives {customer, name, id_kind, id_number, phone, birth_date, level, is_minor, guardian}.
    """

    name: ClassVar[str] = "customer.find"
    id_kind: IdKind | None = None
    id_number: str = ""
    card: str = ""
    account: str = ""
    phone: str = ""
    token: str = ""


class ListAccounts(Lookup, frozen=True):
    """{accounts: [{account, kind, balance, available, state, opened, medium, card, currency,
    lost, oral_loss_until, frozen, locked, unprinted}]}; ``kind`` narrows it.
    """

    name: ClassVar[str] = "accounts.list"
    customer: Text80
    kind: AccountKind | None = None


class ReadAccount(Lookup, frozen=True):
    """One of the same."""

    name: ClassVar[str] = "account.read"
    account: Text80


class ListCards(Lookup, frozen=True):
    """{cards: [{card, account, kind, state, has_pin, expires, daily_limit}]}, debit and credit."""

    name: ClassVar[str] = "cards.list"
    customer: Text80


class ListTermDeposits(Lookup, frozen=True):
    """{deposits: [{deposit, book, amount, rate, term_months, opened, matures, state}]}"""

    name: ClassVar[str] = "term.list"
    customer: Text80
    book: str = ""


class QuoteTermWithdrawal(Lookup, frozen=True):
    """What a withdrawal would give, by rule (储蓄管理条例 art. 24): {principal, interest, rate,
    is_early, rest}.
    """

    name: ClassVar[str] = "term.quote"
    deposit: Text80
    amount: int = 0
    """0: all of it."""


class ListTermProducts(Lookup, frozen=True):
    """{products: [{product, term_months, rate, least}]}"""

    name: ClassVar[str] = "term.products"


class UnprintedLines(Lookup, frozen=True):
    """What a passbook has not yet been told: {lines: [{number, date, summary, amount, balance}],
    page, line}.
    """

    name: ClassVar[str] = "passbook.unprinted"
    account: Text80


class Statement(Lookup, frozen=True):
    """{lines: [{date, summary, amount, balance, trace}]}, newest first."""

    name: ClassVar[str] = "account.statement"
    account: Text80
    start: str = ""
    end: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100


class ListQuickPay(Lookup, frozen=True):
    """{agreements: [{agreement, merchant, card, single_limit, daily_limit, state}]}"""

    name: ClassVar[str] = "quickpay.list"
    customer: Text80


class ReadEbank(Lookup, frozen=True):
    """{channels: [..], phone, single_limit, daily_limit, tokens: [{token, state, certificate}]};
    no channels where it is not open.
    """

    name: ClassVar[str] = "ebank.read"
    customer: Text80


class ListCreditCards(Lookup, frozen=True):
    """{cards: [{card, state, limit, owed, minimum, due}]}"""

    name: ClassVar[str] = "credit.list"
    customer: Text80


class ListProducts(Lookup, frozen=True):
    """{products: [{product, name, kind, risk_level, rate, least, term_days}]}"""

    name: ClassVar[str] = "products.list"


class DayTotals(Lookup, frozen=True):
    """What somebody has moved today, for limits: {cash_in, cash_out, transferred_out}."""

    name: ClassVar[str] = "customer.day_totals"
    customer: Text80


class MayPay(Lookup, frozen=True):
    """Whether an account may pay so much now: asked before anybody is asked for a PIN or a yes, and
    declined with the very code that the trade would be. Nothing is set aside; the trade looks again.
    Gives {available}.
    """

    name: ClassVar[str] = "account.may_pay"
    account: Text80
    amount: Fen
    by: Literal["cash", "transfer", "own"]
    """``own``: to what is the customer's too (deposits, products, cards), which no limit counts."""
    to_account: str = ""
    to_name: str = ""
    box: str = ""
    """Of cash: the box that it would come out of; empty: not looked at."""


class CashBox(Lookup, frozen=True):
    """A teller's or machine's box as the books have it: {balance: {currency: fen}}."""

    name: ClassVar[str] = "cashbox.read"
    box: Text80


class VoucherStock(Lookup, frozen=True):
    """{stock: [{kind, first, last, count}]} of a holder."""

    name: ClassVar[str] = "voucher.stock"
    holder: Text80
