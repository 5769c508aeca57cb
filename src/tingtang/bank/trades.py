"""What can be asked of a core bank: every trade and every look-up, by name, with its fields.

The list follows what a branch needs (accounts, passbooks, term deposits, cards, e-banking, quick
pay, credit cards, products, vouchers and cash boxes). Amounts are whole fen, dates ISO, rates in
basis points. A customer is named by the bank's own number. PIN blocks are opaque: they were
encrypted in a PIN pad, and only the bank's own security module can open them.
"""

from enum import StrEnum
from typing import Annotated, ClassVar, TypeVar

import msgspec

Fen = Annotated[int, msgspec.Meta(gt=0, le=10**13)]
SignedFen = Annotated[int, msgspec.Meta(ge=-(10**13), le=10**13)]
Place = Annotated[int, msgspec.Meta(ge=0, le=10**6)]
"""A line's or page's number in a passbook."""
Text80 = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Digest = Annotated[str, msgspec.Meta(max_length=200)]


class IdKind(StrEnum):
    """Papers by which a person is known."""

    RESIDENT = "resident"
    """居民身份证"""
    TEMPORARY = "temporary"
    """临时身份证"""
    HK_MACAO_RESIDENCE = "hk_macao_residence"
    """港澳居民居住证"""
    TAIWAN_RESIDENCE = "taiwan_residence"
    """台湾居民居住证"""
    HK_MACAO_PERMIT = "hk_macao_permit"
    """港澳居民来往内地通行证"""
    TAIWAN_PERMIT = "taiwan_permit"
    """台湾居民来往大陆通行证"""
    HOUSEHOLD = "household"
    """户口本，未成年人"""
    PASSPORT = "passport"


class AccountKind(StrEnum):
    CURRENT = "current"
    """借记卡 or 活期"""
    PASSBOOK = "passbook"
    """活期存折"""
    TERM_BOOK = "term_book"
    """定期一本通"""
    COMPOSITE = "composite"
    """个人综合账户"""


class Trade(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that changes the bank's books or records. ``name`` is what it is asked for by."""

    name: ClassVar[str] = ""


class Lookup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is only read."""

    name: ClassVar[str] = ""


# -- look-ups -----------------------------------------------------------------------------------


class FindCustomer(Lookup, frozen=True):
    """Who it is, by a paper, a card, a passbook or a phone number; one of them is given.

    Gives {customer, name, id_kind, id_number, phone, birth_date, level, is_minor, guardian}.
    """

    name: ClassVar[str] = "customer.find"
    id_kind: IdKind | None = None
    id_number: str = ""
    card: str = ""
    account: str = ""
    phone: str = ""


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


class CashBox(Lookup, frozen=True):
    """A teller's or machine's box as the books have it: {balance: {currency: fen}}."""

    name: ClassVar[str] = "cashbox.read"
    box: Text80


class VoucherStock(Lookup, frozen=True):
    """{stock: [{kind, first, last, count}]} of a holder."""

    name: ClassVar[str] = "voucher.stock"
    holder: Text80


# -- passbooks ----------------------------------------------------------------------------------


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


# -- term deposits ------------------------------------------------------------------------------


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


# -- money --------------------------------------------------------------------------------------


class Deposit(Trade, frozen=True):
    """Cash into an account, from a machine's or teller's box."""

    name: ClassVar[str] = "cash.deposit"
    account: Text80
    amount: Fen
    box: Text80
    notes: dict[str, int] = {}


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
    denominations: dict[str, int] = {}


# -- cards --------------------------------------------------------------------------------------


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


# -- electronic channels ------------------------------------------------------------------------


class OpenEbank(Trade, frozen=True):
    """``channels``: mobile, web, sms, phone."""

    name: ClassVar[str] = "ebank.open"
    customer: Text80
    channels: list[str]
    phone: Text80
    single_limit: Fen
    daily_limit: Fen


class ModifyEbank(Trade, frozen=True):
    name: ClassVar[str] = "ebank.modify"
    customer: Text80
    phone: str = ""
    single_limit: int = 0
    daily_limit: int = 0
    channels: list[str] | None = None


class CloseEbank(Trade, frozen=True):
    name: ClassVar[str] = "ebank.close"
    customer: Text80


class BindToken(Trade, frozen=True):
    """A U盾 of the stock becomes the customer's."""

    name: ClassVar[str] = "token.bind"
    customer: Text80
    token: Text80


class DownloadCertificate(Trade, frozen=True):
    """A certificate for the key that was made in the U盾; gives {certificate, serial, expires}."""

    name: ClassVar[str] = "token.certificate"
    customer: Text80
    token: Text80
    public_key: Annotated[str, msgspec.Meta(min_length=64, max_length=400)]


class LimitQuickPay(Trade, frozen=True):
    name: ClassVar[str] = "quickpay.limit"
    agreement: Text80
    single_limit: Fen
    daily_limit: Fen


class CancelQuickPay(Trade, frozen=True):
    name: ClassVar[str] = "quickpay.cancel"
    agreement: Text80


class BindQuickPay(Trade, frozen=True):
    """一键绑卡; gives {agreements}."""

    name: ClassVar[str] = "quickpay.bind"
    card: Text80
    merchants: list[str]


class ChangePhone(Trade, frozen=True):
    name: ClassVar[str] = "customer.phone"
    customer: Text80
    phone: Text80


class UpdateCustomer(Trade, frozen=True):
    """Papers renewed, address, occupation."""

    name: ClassVar[str] = "customer.update"
    customer: Text80
    address: str = ""
    occupation: str = ""
    id_expires: str = ""


# -- credit cards -------------------------------------------------------------------------------


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


# -- products, risk -----------------------------------------------------------------------------


class AssessRisk(Trade, frozen=True):
    """Writes the level a questionnaire came to; good for twelve months."""

    name: ClassVar[str] = "risk.assess"
    customer: Text80
    level: Annotated[int, msgspec.Meta(ge=1, le=5)]
    answers: dict[str, str] = {}


class BuyProduct(Trade, frozen=True):
    """Refused above the customer's level. Gives {order}."""

    name: ClassVar[str] = "product.buy"
    customer: Text80
    product: Text80
    account: Text80
    amount: Fen
    pin: Digest = ""


class RedeemProduct(Trade, frozen=True):
    name: ClassVar[str] = "product.redeem"
    order: Text80
    account: Text80


# -- vouchers and cash boxes --------------------------------------------------------------------


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


Asked = TypeVar("Asked", Trade, Lookup)


def _named(kind: type[Asked]) -> dict[str, type[Asked]]:
    return {one.name: one for one in kind.__subclasses__()}


TRADES = _named(Trade)
"""Every trade by its name."""
LOOKUPS = _named(Lookup)
"""Every look-up by its name."""
