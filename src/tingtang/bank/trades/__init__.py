"""What can be asked of a core bank: every trade and every look-up, by name, with its fields.

The list follows what a branch needs (accounts, passbooks, term deposits, cards, e-banking, quick
pay, credit cards, products, vouchers and cash boxes). Amounts are whole fen, dates ISO, rates in
basis points. A customer is named by the bank's own number. PIN blocks are opaque: they were
encrypted in a PIN pad, and only the bank's own security module can open them.
"""

from typing import TypeVar

from tingtang.bank.trades.accounts import (
    CancelPassbookLoss,
    ChangePassbookPin,
    CloseLostTermBook,
    OpenTermDeposit,
    PassbookPrinted,
    ReplacePassbook,
    ReportPassbookLoss,
    ResetPassbookPin,
    WithdrawTermDeposit,
)
from tingtang.bank.trades.cards import (
    ActivateCard,
    ActivateCredit,
    ApplyCard,
    CancelCardLoss,
    CancelCreditLoss,
    ChangeCardPin,
    CheckPin,
    CloseCard,
    RepayAllCredit,
    RepayCredit,
    ReplaceCard,
    ReportCardLoss,
    ReportCreditLoss,
    ResetCardPin,
    UnlockCredit,
)
from tingtang.bank.trades.channels import (
    BindQuickPay,
    BindToken,
    CancelQuickPay,
    ChangePhone,
    CheckToken,
    CloseEbank,
    DownloadCertificate,
    LimitQuickPay,
    ModifyEbank,
    OpenEbank,
    UpdateCustomer,
)
from tingtang.bank.trades.looks import (
    CashBox,
    DayTotals,
    FindCustomer,
    ListAccounts,
    ListCards,
    ListCreditCards,
    ListProducts,
    ListQuickPay,
    ListTermDeposits,
    ListTermProducts,
    MayPay,
    QuoteTermWithdrawal,
    ReadAccount,
    ReadEbank,
    Statement,
    UnprintedLines,
    VoucherStock,
)
from tingtang.bank.trades.money import (
    BookLargeCash,
    Deposit,
    FreezeAccount,
    OpenComposite,
    ReplaceStatementBook,
    SetLimits,
    Transfer,
    UnfreezeAccount,
    UnlockAccount,
    Withdraw,
)
from tingtang.bank.trades.parts import (
    AccountKind,
    Digest,
    Fen,
    IdKind,
    Lookup,
    Place,
    SignedFen,
    Text80,
    Trade,
)
from tingtang.bank.trades.products import AssessRisk, BuyProduct, RedeemProduct
from tingtang.bank.trades.stock import (
    BookDifference,
    CloseDay,
    MoveCash,
    MoveVouchers,
    UseVoucher,
    VoidVoucher,
)

Asked = TypeVar("Asked", Trade, Lookup)


def _named(kind: type[Asked]) -> dict[str, type[Asked]]:
    return {one.name: one for one in kind.__subclasses__()}


TRADES = _named(Trade)
"""Every trade by its name."""
LOOKUPS = _named(Lookup)
"""Every look-up by its name."""

__all__ = [
    "LOOKUPS", "TRADES", "AccountKind", "ActivateCard", "ActivateCredit", "ApplyCard",
    "AssessRisk", "BindQuickPay", "BindToken", "BookDifference", "BookLargeCash", "BuyProduct",
    "CancelCardLoss", "CancelCreditLoss", "CancelPassbookLoss", "CancelQuickPay", "CashBox",
    "ChangeCardPin", "ChangePassbookPin", "ChangePhone", "CheckPin", "CheckToken", "CloseCard", "CloseDay",
    "CloseEbank", "CloseLostTermBook", "DayTotals", "Deposit", "Digest", "DownloadCertificate",
    "Fen", "FindCustomer", "FreezeAccount", "IdKind", "LimitQuickPay", "ListAccounts",
    "ListCards", "ListCreditCards", "ListProducts", "ListQuickPay", "ListTermDeposits",
    "ListTermProducts", "Lookup", "MayPay", "ModifyEbank", "MoveCash", "MoveVouchers", "OpenComposite",
    "OpenEbank", "OpenTermDeposit", "PassbookPrinted", "Place", "QuoteTermWithdrawal",
    "ReadAccount", "ReadEbank", "RedeemProduct", "RepayAllCredit", "RepayCredit", "ReplaceCard",
    "ReplacePassbook", "ReplaceStatementBook", "ReportCardLoss", "ReportCreditLoss",
    "ReportPassbookLoss", "ResetCardPin", "ResetPassbookPin", "SetLimits", "SignedFen",
    "Statement", "Text80", "Trade", "Transfer", "UnfreezeAccount", "UnlockAccount",
    "UnlockCredit", "UnprintedLines", "UpdateCustomer", "UseVoucher", "VoidVoucher",
    "VoucherStock", "Withdraw", "WithdrawTermDeposit",
]  # fmt: skip
