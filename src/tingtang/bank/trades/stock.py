"""Trades of blank vouchers and cash boxes, and the end of the day."""

from typing import ClassVar

from tingtang.bank.trades.parts import Fen, SignedFen, Text80, Trade


class MoveVouchers(Trade, frozen=True):
    """A range of blank vouchers (cards, passbooks, U盾) from one holder to another, in order."""

    name: ClassVar[str] = "voucher.move"
    kind: Text80
    first: Text80
    last: Text80
    from_holder: Text80
    to_holder: Text80


class UseVoucher(Trade, frozen=True):
    name: ClassVar[str] = "voucher.use"
    kind: Text80
    number: Text80
    holder: Text80
    reference: str = ""


class VoidVoucher(Trade, frozen=True):
    name: ClassVar[str] = "voucher.void"
    kind: Text80
    number: Text80
    holder: Text80
    reason: Text80


class MoveCash(Trade, frozen=True):
    """Between vault, teller boxes and machines."""

    name: ClassVar[str] = "cashbox.move"
    from_box: Text80
    to_box: Text80
    amount: Fen
    currency: str = "CNY"


class BookDifference(Trade, frozen=True):
    """长款 (positive) or 短款 (negative) to suspense, never netted."""

    name: ClassVar[str] = "cashbox.difference"
    box: Text80
    amount: SignedFen
    approved_by: Text80
    reason: Text80
    currency: str = "CNY"


class CloseDay(Trade, frozen=True):
    """日终: interest, oral losses that lapse, trial balance. Gives {date, debit, credit}."""

    name: ClassVar[str] = "day.close"
    date: Text80
