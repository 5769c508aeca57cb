"""Trades of debit and credit cards."""

from typing import ClassVar

from tingtang.bank.trades.parts import Digest, Fen, Text80, Trade


class ApplyCard(Trade, frozen=True):
    """我要办卡; gives {card, account}. ``guardian`` is needed of minors."""

    name: ClassVar[str] = "card.issue"
    customer: Text80
    product: Text80
    voucher: str = ""
    guardian: str = ""


class ActivateCard(Trade, frozen=True):
    name: ClassVar[str] = "card.activate"
    card: Text80
    new_pin: Digest
    guardian: str = ""


class ReportCardLoss(Trade, frozen=True):
    name: ClassVar[str] = "card.loss"
    card: Text80
    is_oral: bool = False


class CancelCardLoss(Trade, frozen=True):
    name: ClassVar[str] = "card.loss_undo"
    card: Text80


class ReplaceCard(Trade, frozen=True):
    """Gives {card}: the new number."""

    name: ClassVar[str] = "card.replace"
    card: Text80
    voucher: str = ""


class ChangeCardPin(Trade, frozen=True):
    name: ClassVar[str] = "card.pin_change"
    card: Text80
    old_pin: Digest
    new_pin: Digest


class CheckPin(Trade, frozen=True):
    """Whose card or book it is that was put in, shown by its PIN: one of the two is given. Nothing is
    booked, but wrong tries are counted as everywhere. Gives {customer}.
    """

    name: ClassVar[str] = "pin.check"
    pin: Digest
    card: str = ""
    account: str = ""


class ResetCardPin(Trade, frozen=True):
    name: ClassVar[str] = "card.pin_reset"
    card: Text80
    new_pin: Digest
    authorised_by: Text80


class CloseCard(Trade, frozen=True):
    """销卡; the rest goes to another account."""

    name: ClassVar[str] = "card.close"
    card: Text80
    to_account: str = ""


class ReportCreditLoss(Trade, frozen=True):
    name: ClassVar[str] = "credit.loss"
    card: Text80


class CancelCreditLoss(Trade, frozen=True):
    name: ClassVar[str] = "credit.loss_undo"
    card: Text80


class UnlockCredit(Trade, frozen=True):
    name: ClassVar[str] = "credit.unlock"
    card: Text80


class RepayCredit(Trade, frozen=True):
    name: ClassVar[str] = "credit.repay"
    card: Text80
    from_account: Text80
    amount: Fen
    pin: Digest = ""


class RepayAllCredit(Trade, frozen=True):
    """一键全还: all cards in one go, or none; gives {paid, cards}."""

    name: ClassVar[str] = "credit.repay_all"
    customer: Text80
    from_account: Text80
    pin: Digest = ""


class ActivateCredit(Trade, frozen=True):
    name: ClassVar[str] = "credit.activate"
    card: Text80
    new_pin: Digest = ""
