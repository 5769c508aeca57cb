"""Trades of accounts and the money in them: cash, transfers, limits, locks."""

from typing import ClassVar

import msgspec

from tingtang.bank.trades.parts import Digest, Fen, Text80, Trade


class Deposit(Trade, frozen=True):
    """Cash into an account, from a machine's or teller's box."""

    name: ClassVar[str] = "cash.deposit"
    account: Text80
    amount: Fen
    box: Text80
    notes: dict[str, int] = msgspec.field(default_factory=dict)


class Withdraw(Trade, frozen=True):
    name: ClassVar[str] = "cash.withdraw"
    account: Text80
    amount: Fen
    box: Text80
    pin: Digest = ""


class Transfer(Trade, frozen=True):
    name: ClassVar[str] = "transfer"
    from_account: Text80
    to_account: Text80
    to_name: Text80
    amount: Fen
    summary: str = ""
    pin: Digest = ""


class SetLimits(Trade, frozen=True):
    name: ClassVar[str] = "account.limits"
    account: Text80
    single: Fen
    daily: Fen


class UnlockAccount(Trade, frozen=True):
    """一键解锁; gives {unlocked, needs_callback, reason}."""

    name: ClassVar[str] = "account.unlock"
    account: Text80


class FreezeAccount(Trade, frozen=True):
    name: ClassVar[str] = "account.freeze"
    account: Text80
    reason: Text80


class UnfreezeAccount(Trade, frozen=True):
    name: ClassVar[str] = "account.unfreeze"
    account: Text80


class OpenComposite(Trade, frozen=True):
    """个人综合账户; gives {account}."""

    name: ClassVar[str] = "composite.open"
    customer: Text80
    book_voucher: str = ""


class ReplaceStatementBook(Trade, frozen=True):
    """更换对账簿."""

    name: ClassVar[str] = "statement_book.replace"
    account: Text80
    voucher: Text80


class BookLargeCash(Trade, frozen=True):
    """大额现金预约; gives {booking}."""

    name: ClassVar[str] = "cash.book_large"
    account: Text80
    amount: Fen
    date: Text80
    currency: str = "CNY"
    denominations: dict[str, int] = msgspec.field(default_factory=dict)
