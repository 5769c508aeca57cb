"""The books in memory, and one trade's work on them.

Money stands in ledger accounts, by currency; debits are positive, credits negative, so that all
balances together are always zero. A rule reads the bank through its :class:`Work` and writes into
it; nothing holds until the store has written the work down and the ledger has taken it in.

Ledger accounts: ``account:``, ``term:`` (what customers are owed), ``credit:`` (what they owe),
``box:`` (cash), ``product:`` (held for product orders), ``voucher:`` (blank vouchers, off balance,
at 1 yuan each), and those of the bank itself below.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol, TypeVar

import msgspec

from tingtang.bank.port import Booking
from tingtang.bank.reference.model import records as r
from tingtang.bank.reference.model.words import Declined

CNY = "CNY"
OFF_BALANCE = "XVC"
"""The unit of the off-balance ledger of vouchers (重要空白凭证, 假定价格 1 元)."""

INTEREST_EXPENSE, INTEREST_PAYABLE = "interest_expense", "interest_payable"
SUSPENSE_OVER, SUSPENSE_SHORT = "suspense_over", "suspense_short"
"""长款 (a liability) and 短款 (an asset): never netted."""
CAPITAL, CENTRAL_BANK, ASSET_MANAGER = "capital", "central_bank", "asset_manager"
VOUCHER_CONTRA = "voucher_contra"

NUMBERED = ("account:", "term:")
"""Ledgers whose lines are numbered, from 1: those that books and statements show."""

R = TypeVar("R", bound=r.Record)
Key = tuple[str, str]
"""A record's kind and id."""


class Line(NamedTuple):
    """One leg of an entry; ``amount`` is signed, debits positive."""

    ledger: str
    currency: str
    amount: int
    summary: str


class Total(NamedTuple):
    """What a customer or an account moved on a day."""

    scope: str
    what: str


class Security(Protocol):
    """The bank's security module."""

    def digest(self, pin_block: str) -> str:
        """What is kept of a PIN block; equal blocks give equal digests."""
        ...

    def certificate(self, subject: str, public_key: str, serial: str, date: str) -> tuple[str, str]:
        """A certificate (PEM) for a key and its last day; ValueError where the key is none."""
        ...

    def is_signed(self, certificate: str, message: bytes, signature: bytes) -> bool:
        """Whether the key of a certificate (PEM) of the bank's own signed the message."""
        ...


def account_ledger(account: str) -> str:
    return f"account:{account}"


def term_ledger(deposit: str) -> str:
    return f"term:{deposit}"


def credit_ledger(card: str) -> str:
    return f"credit:{card}"


def box_ledger(box: str) -> str:
    return f"box:{box}"


def product_ledger(product: str) -> str:
    return f"product:{product}"


def voucher_ledger(kind: str, holder: str) -> str:
    return f"voucher:{kind}:{holder}"


class Ledger:
    """All records and balances of the bank."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, r.Record]] = {kind: {} for kind in r.KINDS}
        self.balances: dict[tuple[str, str], int] = defaultdict(int)
        self.totals: dict[tuple[str, Total], int] = defaultdict(int)
        """By day."""
        self.counts: dict[str, int] = defaultdict(int)
        """Lines ever written to a customer's account or term deposit."""
        self._owned: dict[Key, dict[str, r.Record]] = defaultdict(dict)
        self._found: dict[str, set[str]] = defaultdict(set)

    @property
    def today(self) -> str:
        return self.terms.business_date

    @property
    def terms(self) -> r.Terms:
        found = self.get(r.Terms, "terms")
        if found is None:
            raise LookupError("the bank was not founded")
        return found

    def get(self, kind: type[R], id_: str) -> R | None:
        return self.records[kind.__name__].get(id_)  # type: ignore[return-value]

    def of(self, kind: type[R], customer: str) -> list[R]:
        """Everything of a kind that is a customer's, in order of its numbers."""
        owned = self._owned.get((kind.__name__, customer), {})
        return [owned[id_] for id_ in sorted(owned)]  # type: ignore[misc]

    def all(self, kind: type[R]) -> list[R]:
        found = self.records[kind.__name__]
        return [found[id_] for id_ in sorted(found)]  # type: ignore[misc]

    def found_by(self, key: str) -> list[r.Customer]:
        """Customers by ``id:number`` or ``phone:number``."""
        ids = sorted(self._found.get(key, ()))
        return [one for id_ in ids if (one := self.get(r.Customer, id_)) is not None]

    def keep(self, key: Key, record: r.Record | None) -> None:
        """Put a record in its place, or take it away."""
        kind, id_ = key
        old = self.records[kind].pop(id_, None)
        if old is not None:
            self._owned[kind, old.customer].pop(id_, None)
            for name in _names(old):
                self._found[name].discard(id_)
        if record is not None:
            self.records[kind][id_] = record
            self._owned[kind, record.customer][id_] = record
            for name in _names(record):
                self._found[name].add(id_)

    def take(self, work: "Work") -> None:
        """Let a work hold."""
        for key, record in work.changed.items():
            self.keep(key, record)
        for line in work.lines:
            self.balances[line.ledger, line.currency] += line.amount
            if line.ledger.startswith(NUMBERED):
                self.counts[line.ledger] += 1
        for total, amount in work.totals.items():
            self.totals[work.date, total] += amount

    def trial(self, currency: str = CNY) -> tuple[int, int]:
        """Debit and credit balances; equal while the books are whole."""
        amounts = [a for (_, unit), a in self.balances.items() if unit == currency]
        return sum(a for a in amounts if a > 0), -sum(a for a in amounts if a < 0)

    def is_balanced(self) -> bool:
        units = {unit for _, unit in self.balances}
        return all(debit == credit for debit, credit in map(self.trial, units))


def _names(record: r.Record) -> tuple[str, ...]:
    if isinstance(record, r.Customer):
        return f"id:{record.id_number}", f"phone:{record.phone}"
    return ()


class Work:
    """What one trade reads and changes."""

    def __init__(self, ledger: Ledger, security: Security, booking: Booking) -> None:
        self.ledger = ledger
        self.security = security
        self.booking = booking
        self.date = ledger.today
        """The business date of this work; the day's end moves the bank's on, not this."""
        self.changed: dict[Key, r.Record | None] = {}
        self.lines: list[Line] = []
        self.totals: dict[Total, int] = defaultdict(int)

    # -- reading --------------------------------------------------------------------------------

    def get(self, kind: type[R], id_: str) -> R | None:
        key = (kind.__name__, id_)
        if key in self.changed:
            return self.changed[key]  # type: ignore[return-value]
        return self.ledger.get(kind, id_)

    def need(self, kind: type[R], id_: str, code: str) -> R:
        """The record; declined with ``code`` where there is none."""
        found = self.get(kind, id_)
        if found is None:
            raise Declined(code)
        return found

    def of(self, kind: type[R], customer: str) -> list[R]:
        found = {one.id: one for one in self.ledger.of(kind, customer)}
        for (name, id_), record in self.changed.items():
            if name == kind.__name__:
                found.pop(id_, None)
                if record is not None and record.customer == customer:
                    found[id_] = record  # type: ignore[assignment]
        return [found[id_] for id_ in sorted(found)]

    def balance(self, ledger: str, currency: str = CNY) -> int:
        """Signed, debits positive."""
        new = sum(x.amount for x in self.lines if x.ledger == ledger and x.currency == currency)
        return self.ledger.balances.get((ledger, currency), 0) + new

    def owed_to(self, account: str) -> int:
        """What stands in a customer's account, in fen."""
        return -self.balance(account_ledger(account))

    def total(self, scope: str, what: str) -> int:
        """What was moved today."""
        total = Total(scope, what)
        return self.ledger.totals.get((self.date, total), 0) + self.totals.get(total, 0)

    def trial(self) -> tuple[int, int]:
        """Debit and credit balances in yuan, with what this work posts."""
        balances = {k: v for (k, unit), v in self.ledger.balances.items() if unit == CNY}
        for line in self.lines:
            if line.currency == CNY:
                balances[line.ledger] = balances.get(line.ledger, 0) + line.amount
        debit = sum(amount for amount in balances.values() if amount > 0)
        return debit, debit - sum(balances.values())

    # -- writing --------------------------------------------------------------------------------

    def put(self, record: r.Record) -> None:
        self.changed[type(record).__name__, record.id] = record

    def drop(self, record: r.Record) -> None:
        self.changed[type(record).__name__, record.id] = None

    def change(self, record: R, **fields: object) -> R:
        """Put it with other values."""
        changed = msgspec.structs.replace(record, **fields)
        self.put(changed)
        return changed

    def post(self, summary: str, *legs: tuple[str, int], currency: str = CNY) -> None:
        """An entry; its legs must add up to nothing."""
        if sum(amount for _, amount in legs) != 0:
            raise ValueError(f"an entry that does not balance: {summary} {legs}")
        self.lines += [Line(ledger, currency, amount, summary) for ledger, amount in legs if amount]

    def count(self, scope: str, what: str, amount: int) -> None:
        self.totals[Total(scope, what)] += amount

    def number(self, kind: str) -> int:
        """The next number of a kind, from 1."""
        counter = self.get(r.Counter, kind) or r.Counter(id=kind)
        return self.change(counter, value=counter.value + 1).value


def opposite(lines: Iterable[Line]) -> list[Line]:
    """The entries that take others back."""
    return [Line(x.ledger, x.currency, -x.amount, f"冲正 {x.summary}") for x in lines]


def images(work: Work) -> Mapping[Key, tuple[r.Record | None, r.Record | None]]:
    """Each changed record before and after; counters are never taken back."""
    return {
        (kind, id_): (work.ledger.records[kind].get(id_), after)
        for (kind, id_), after in work.changed.items()
        if kind != r.Counter.__name__
    }
