"""Rules of passbooks and accounts."""

from typing import Any

from tingtang.bank import trades as t
from tingtang.bank.reference.model import holdings as h
from tingtang.bank.reference.model import records as r
from tingtang.bank.reference.model import stock
from tingtang.bank.reference.model.ledger import Work
from tingtang.bank.reference.model.words import Declined

Given = dict[str, Any]
BOOKS = frozenset({t.AccountKind.PASSBOOK, t.AccountKind.TERM_BOOK, t.AccountKind.COMPOSITE})
"""Accounts that come with a book."""


def book(work: Work, id_: str) -> r.Account:
    """An account with a book; declined (wrong_kind) of any other."""
    found = h.account(work, id_)
    if found.kind not in BOOKS:
        raise Declined("wrong_kind")
    return found


def change_pin(work: Work, trade: t.ChangePassbookPin) -> Given:
    one = book(work, trade.account)
    _not_stopped(work, one)
    h.check_pin(work, one, trade.old_pin)
    return set_pin(work, h.account(work, one.id), trade.new_pin)


def reset_pin(work: Work, trade: t.ResetPassbookPin) -> Given:
    """A lock that wrong PINs brought about goes with the old PIN."""
    one = book(work, trade.account)
    _not_stopped(work, one)
    if one.locked == "pin":
        one = work.change(one, locked="")
    return set_pin(work, one, trade.new_pin)


def set_pin(work: Work, thing: r.Losable, block: str) -> Given:
    if not block:
        raise Declined("pin_needed")
    digest = work.security.digest(block)
    if digest == thing.pin:
        raise Declined("same_pin")
    work.change(thing, pin=digest, pin_wrong=0)
    return {}


def _not_stopped(work: Work, one: r.Account) -> None:
    if h.is_lost(one, work.date):
        raise Declined("lost")
    if one.frozen:
        raise Declined("frozen")


def report_loss(work: Work, trade: t.ReportPassbookLoss) -> Given:
    return h.report_loss(work, book(work, trade.account), is_oral=trade.is_oral)


def cancel_loss(work: Work, trade: t.CancelPassbookLoss) -> Given:
    return h.cancel_loss(work, book(work, trade.account))


def replace_book(work: Work, trade: t.ReplacePassbook) -> Given:
    """A full book is replaced as it is; a lost one once the loss is reported in writing."""
    one = book(work, trade.account)
    if h.is_lost(one, work.date):
        h.need_written_loss(work, one)
    stock.consume(work, voucher_kind(one), trade.voucher, one.id)
    old = one.book
    work.change(one, book=trade.voucher, lost="", oral_until="", page=1, line=0)
    return {"book": trade.voucher, "old_book": old}


def voucher_kind(one: r.Account) -> str:
    return "term_book" if one.kind is t.AccountKind.TERM_BOOK else "passbook"


def printed(work: Work, trade: t.PassbookPrinted) -> Given:
    """Never further than the books go, and never back."""
    one = book(work, trade.account)
    last = h.lines_in(work, one)
    if not one.printed <= trade.number <= last or trade.page < 1 or trade.line < 0:
        raise Declined("printed_wrong")
    work.change(one, printed=trade.number, page=trade.page, line=trade.line)
    return {"unprinted": last - trade.number}


def limits(work: Work, trade: t.SetLimits) -> Given:
    one = h.account(work, trade.account)
    if trade.single > trade.daily:
        raise Declined("limits_wrong")
    work.change(one, single_limit=trade.single, daily_limit=trade.daily)
    return {}


UNLOCK_REASONS = {"pin": "pin", "dormant": "dormant", "unusual": "unusual"}


def unlock(work: Work, trade: t.UnlockAccount) -> Given:
    """What was locked because of something unusual stays so until its owner was called back
    (外呼回访).
    """
    one = h.account(work, trade.account)
    if not one.locked:
        raise Declined("not_locked")
    reason = UNLOCK_REASONS[one.locked]
    if one.locked == "unusual":
        return {"unlocked": False, "needs_callback": True, "reason": reason}
    work.change(one, locked="", pin_wrong=0)
    return {"unlocked": True, "needs_callback": False, "reason": reason}


def freeze(work: Work, trade: t.FreezeAccount) -> Given:
    """Money may come in and not go out."""
    one = h.account(work, trade.account)
    if one.frozen:
        raise Declined("frozen")
    work.change(one, frozen=trade.reason)
    return {}


def unfreeze(work: Work, trade: t.UnfreezeAccount) -> Given:
    one = h.account(work, trade.account)
    if not one.frozen:
        raise Declined("not_frozen")
    work.change(one, frozen="")
    return {}


def open_composite(work: Work, trade: t.OpenComposite) -> Given:
    owner = h.customer(work, trade.customer)
    mine = work.of(r.Account, owner.id)
    if any(x.kind is t.AccountKind.COMPOSITE and x.state == "active" for x in mine):
        raise Declined("has_composite")
    one = h.open_account(work, owner.id, t.AccountKind.COMPOSITE)
    if trade.book_voucher:
        stock.consume(work, "passbook", trade.book_voucher, one.id)
        work.change(one, book=trade.book_voucher)
    return {"account": one.id}


def replace_statement_book(work: Work, trade: t.ReplaceStatementBook) -> Given:
    one = h.account(work, trade.account)
    stock.consume(work, "statement_book", trade.voucher, one.id)
    work.change(one, statement_book=trade.voucher)
    return {"statement_book": trade.voucher, "old_statement_book": one.statement_book}
