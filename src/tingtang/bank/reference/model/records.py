"""What the reference bank keeps beside its books. Dates are ISO days of the bank, money is fen."""

import msgspec

from tingtang.bank.trades import AccountKind, IdKind

PIN_TRIES_MAX = 3
"""Wrong PINs in a row before it is locked."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Anything kept under an ``id``; ``customer`` is whose it is."""

    id: str
    customer: str = ""


class Customer(Record, frozen=True, kw_only=True):
    name: str
    id_kind: IdKind
    id_number: str
    phone: str = ""
    birth_date: str = ""
    level: int = 0
    guardian: str = ""
    address: str = ""
    occupation: str = ""
    id_expires: str = ""
    risk_level: int = 0
    """0: never assessed."""
    risk_until: str = ""


class Losable(Record, frozen=True, kw_only=True):
    """What can be reported lost, and has a PIN."""

    lost: str = ""
    """``oral`` or ``written``."""
    oral_until: str = ""
    """The last day on which an oral report holds."""
    pin: str = ""
    """The keyed digest of the PIN block."""
    pin_wrong: int = 0


class Account(Losable, frozen=True, kw_only=True):
    """A current account, with or without a book; its balance stands in the ledger."""

    kind: AccountKind
    opened: str
    state: str = "active"
    """``active``, ``closed``"""
    frozen: str = ""
    """Why."""
    locked: str = ""
    """``pin``, ``dormant`` (long unused) or ``unusual`` (its owner must be called back first)."""
    single_limit: int
    daily_limit: int
    days_sum: int = 0
    """积数: the balances of all days since interest was last paid."""
    accrued: int = 0
    """Of it, fen that stand in the books as interest payable."""
    book: str = ""
    """The number of the passbook."""
    printed: int = 0
    """The last line that stands in the book."""
    page: int = 1
    line: int = 0
    statement_book: str = ""


class TermDeposit(Record, frozen=True, kw_only=True):
    book: str
    product: str
    amount: int
    rate: int
    """In basis points a year, of the day on which it was opened."""
    term_months: int
    opened: str
    matures: str
    renews: bool = False
    state: str = "open"
    accrued: int = 0


class Card(Losable, frozen=True, kw_only=True):
    """A debit card."""

    account: str
    product: str
    expires: str
    state: str = "inactive"
    """``inactive``, ``active``, ``replaced``, ``closed``"""
    voucher: str = ""


class CreditCard(Losable, frozen=True, kw_only=True):
    """What is owed on it stands in the ledger."""

    limit: int
    due: str
    state: str = "inactive"
    locked: str = ""


class Agreement(Record, frozen=True, kw_only=True):
    """快捷支付: a merchant that may take money from a card."""

    merchant: str
    card: str
    single_limit: int
    daily_limit: int
    state: str = "active"


class Ebank(Record, frozen=True, kw_only=True):
    """One of a customer, under the customer's own number."""

    channels: tuple[str, ...]
    phone: str
    single_limit: int
    daily_limit: int
    state: str = "open"


class Token(Record, frozen=True, kw_only=True):
    """A U盾."""

    state: str = "bound"
    certificate: str = ""
    serial: str = ""
    expires: str = ""


class TermProduct(Record, frozen=True, kw_only=True):
    term_months: int
    rate: int
    least: int


class Product(Record, frozen=True, kw_only=True):
    name: str
    kind: str
    risk_level: int
    rate: int
    least: int
    term_days: int
    """0: it can be redeemed on any day."""


class Order(Record, frozen=True, kw_only=True):
    product: str
    account: str
    amount: int
    bought: str
    state: str = "held"


class VoucherRange(Record, frozen=True, kw_only=True):
    """Blank vouchers with one holder, who stands as ``customer``."""

    kind: str
    first: str
    last: str


class VoucherEnd(Record, frozen=True, kw_only=True):
    """What became of one voucher."""

    state: str
    """``used``, ``void``"""
    holder: str
    reference: str = ""
    """What its holder said of it: an order, why it is void."""
    linked: str = ""
    """The account or card that it became."""


class LargeCash(Record, frozen=True, kw_only=True):
    account: str
    amount: int
    date: str
    currency: str
    denominations: dict[str, int] = {}


class Counter(Record, frozen=True, kw_only=True):
    """The last number given of a kind."""

    value: int = 0


class Terms(Record, frozen=True, kw_only=True):
    """What the bank sets for all, under the id ``terms``."""

    current_rate: int
    """Of current accounts, in basis points a year."""
    business_date: str


class DayEnd(Record, frozen=True, kw_only=True):
    """A day that is closed, under its date: both sides of the trial balance."""

    debit: int
    credit: int
    interest: int


KINDS: dict[str, type[Record]] = {
    kind.__name__: kind
    for kind in (
        Customer, Account, TermDeposit, Card, CreditCard, Agreement, Ebank, Token, TermProduct,
        Product, Order, VoucherRange, VoucherEnd, LargeCash, Counter, Terms, DayEnd,
    )
}  # fmt: skip
