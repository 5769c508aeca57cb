"""Trades of passbooks and term deposits."""

from typing import ClassVar

from tingtang.bank.trades.parts import Digest, Fen, Place, Text80, Trade


class ChangePassbookPin(Trade, frozen=True):
    name: ClassVar[str] = "passbook.pin_change"
    account: Text80
    old_pin: Digest
    new_pin: Digest


class ResetPassbookPin(Trade, frozen=True):
    """Without the old one; ``authorised_by`` is whoever said yes."""

    name: ClassVar[str] = "passbook.pin_reset"
    account: Text80
    new_pin: Digest
    authorised_by: Text80


class ReportPassbookLoss(Trade, frozen=True):
    """Payment stops at once. An oral report lapses after five days (储蓄管理条例 art. 31)."""

    name: ClassVar[str] = "passbook.loss"
    account: Text80
    is_oral: bool = False


class CancelPassbookLoss(Trade, frozen=True):
    name: ClassVar[str] = "passbook.loss_undo"
    account: Text80


class ReplacePassbook(Trade, frozen=True):
    """A new book for a lost or full one; ``voucher`` is the number of the blank that is used."""

    name: ClassVar[str] = "passbook.replace"
    account: Text80
    voucher: Text80


class PassbookPrinted(Trade, frozen=True):
    """The lines up to ``number`` now stand in the book; page and line say where it goes on."""

    name: ClassVar[str] = "passbook.printed"
    account: Text80
    number: Place
    page: Place
    line: Place


class OpenTermDeposit(Trade, frozen=True):
    """Gives {deposit, matures, rate}."""

    name: ClassVar[str] = "term.open"
    book: Text80
    product: Text80
    amount: Fen
    from_account: Text80
    renews: bool = False
    pin: Digest = ""
    """Checked where it was asked for; so in all that moves money inside the bank."""


class WithdrawTermDeposit(Trade, frozen=True):
    """All or a part, early or not; gives {principal, interest, rest}."""

    name: ClassVar[str] = "term.withdraw"
    deposit: Text80
    to_account: Text80
    amount: int = 0


class CloseLostTermBook(Trade, frozen=True):
    """挂失销户: everything in a lost book is paid out to an account; gives {paid}."""

    name: ClassVar[str] = "term.loss_close"
    book: Text80
    to_account: Text80
