"""Which rule does which trade."""

from collections.abc import Callable
from typing import Any

from tingtang.bank import trades as t
from tingtang.bank.reference.model import accounts, cards, channels, day, money
from tingtang.bank.reference.model.ledger import Work

Rule = Callable[[Work, Any], dict[str, Any]]

RULES: dict[type[t.Trade], Rule] = {
    t.ChangePassbookPin: accounts.change_pin,
    t.ResetPassbookPin: accounts.reset_pin,
    t.ReportPassbookLoss: accounts.report_loss,
    t.CancelPassbookLoss: accounts.cancel_loss,
    t.ReplacePassbook: accounts.replace_book,
    t.PassbookPrinted: accounts.printed,
    t.OpenTermDeposit: money.open_term,
    t.WithdrawTermDeposit: money.withdraw_term,
    t.CloseLostTermBook: money.close_lost_book,
    t.Deposit: money.deposit,
    t.Withdraw: money.withdraw,
    t.Transfer: money.transfer,
    t.SetLimits: accounts.limits,
    t.UnlockAccount: accounts.unlock,
    t.FreezeAccount: accounts.freeze,
    t.UnfreezeAccount: accounts.unfreeze,
    t.OpenComposite: accounts.open_composite,
    t.ReplaceStatementBook: accounts.replace_statement_book,
    t.BookLargeCash: money.book_large,
    t.ApplyCard: cards.issue,
    t.ActivateCard: cards.activate,
    t.ReportCardLoss: cards.report_loss,
    t.CancelCardLoss: cards.cancel_loss,
    t.ReplaceCard: cards.replace,
    t.ChangeCardPin: cards.change_pin,
    t.CheckPin: cards.check_pin,
    t.ResetCardPin: cards.reset_pin,
    t.CloseCard: cards.close,
    t.OpenEbank: channels.open_ebank,
    t.ModifyEbank: channels.modify_ebank,
    t.CloseEbank: channels.close_ebank,
    t.BindToken: channels.bind_token,
    t.DownloadCertificate: channels.download_certificate,
    t.CheckToken: channels.check_token,
    t.LimitQuickPay: channels.limit_quick_pay,
    t.CancelQuickPay: channels.cancel_quick_pay,
    t.BindQuickPay: channels.bind_quick_pay,
    t.ChangePhone: channels.change_phone,
    t.UpdateCustomer: channels.update_customer,
    t.ReportCreditLoss: cards.report_credit_loss,
    t.CancelCreditLoss: cards.cancel_credit_loss,
    t.UnlockCredit: cards.unlock_credit,
    t.RepayCredit: money.repay,
    t.RepayAllCredit: money.repay_all,
    t.ActivateCredit: cards.activate_credit,
    t.AssessRisk: channels.assess_risk,
    t.BuyProduct: channels.buy,
    t.RedeemProduct: channels.redeem,
    t.MoveVouchers: channels.move_vouchers,
    t.UseVoucher: channels.use_voucher,
    t.VoidVoucher: channels.void_voucher,
    t.MoveCash: money.move_cash,
    t.BookDifference: money.book_difference,
    t.CloseDay: day.close_day,
}
