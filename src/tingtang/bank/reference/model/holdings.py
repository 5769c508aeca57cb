"""What many rules ask of accounts and cards: whose it is, whether it may pay, whether the PIN fits."""

import msgspec

from tingtang.bank.reference.model import interest, numbers
from tingtang.bank.reference.model import records as r
from tingtang.bank.reference.model.ledger import (
    INTEREST_EXPENSE,
    INTEREST_PAYABLE,
    Work,
    account_ledger,
    term_ledger,
)
from tingtang.bank.reference.model.words import Declined
from tingtang.bank.trades import AccountKind

ORAL_DAYS = 5
"""储蓄管理条例 art. 31: within five days the written report must follow."""
ADULT_YEARS = 18


def customer(work: Work, id_: str) -> r.Customer:
    return work.need(r.Customer, id_, "unknown_customer")


def account(work: Work, id_: str) -> r.Account:
    """An account that is not closed."""
    found = work.need(r.Account, id_, "unknown_account")
    if found.state == "closed":
        raise Declined("closed")
    return found


def card(work: Work, id_: str) -> r.Card:
    """A debit card that is in use or waits to be."""
    found = work.need(r.Card, id_, "unknown_card")
    if found.state in {"replaced", "closed"}:
        raise Declined("closed")
    return found


def ledgers_in(work: Work, one: r.Account) -> list[str]:
    """What stands in an account's book: its own lines, and those of the deposits in it."""
    deposits = work.of(r.TermDeposit, one.customer)
    return [account_ledger(one.id), *(term_ledger(x.id) for x in deposits if x.book == one.id)]


def lines_in(work: Work, one: r.Account) -> int:
    """How many lines its book would have, were it up to date."""
    return sum(work.ledger.counts.get(name, 0) for name in ledgers_in(work, one))


def is_lost(thing: r.Losable, today: str) -> bool:
    """An oral report that nobody put in writing holds no more."""
    return thing.lost == "written" or (thing.lost == "oral" and today <= thing.oral_until)


def cards_of(work: Work, one: r.Account) -> list[r.Card]:
    cards = work.of(r.Card, one.customer)
    return [x for x in cards if x.account == one.id and x.state in {"active", "inactive"}]


def may_pay(work: Work, one: r.Account) -> None:
    """Decline where no money may leave the account."""
    if is_lost(one, work.date):
        raise Declined("lost")
    if one.frozen:
        raise Declined("frozen")
    if one.locked:
        raise Declined("locked")
    cards = cards_of(work, one)
    if one.kind is AccountKind.CURRENT and cards:
        if all(is_lost(x, work.date) for x in cards):
            raise Declined("lost")
        if all(x.state == "inactive" for x in cards):
            raise Declined("not_active")


def pay_out(work: Work, one: r.Account, amount: int) -> None:
    """Decline where it may not pay, or has not so much."""
    may_pay(work, one)
    if work.owed_to(one.id) < amount:
        raise Declined("insufficient")


def within_limits(work: Work, one: r.Account, amount: int) -> None:
    """Single and daily limits of what leaves an account, in cash or by transfer."""
    if amount > one.single_limit:
        raise Declined("over_single_limit")
    scope = f"account:{one.id}"
    if work.total(scope, "out") + amount > one.daily_limit:
        raise Declined("over_daily_limit")


def count_out(work: Work, one: r.Account, amount: int, what: str) -> None:
    work.count(f"account:{one.id}", "out", amount)
    work.count(f"customer:{one.customer}", what, amount)


# -- PINs ---------------------------------------------------------------------------------------


def check_pin(work: Work, thing: r.Losable, block: str) -> None:
    """Decline a wrong PIN, and count it; the third in a row locks."""
    if not thing.pin:
        raise Declined("no_pin")
    if thing.pin_wrong >= r.PIN_TRIES_MAX:
        raise Declined("pin_locked")
    if work.security.digest(block) == thing.pin:
        if thing.pin_wrong:
            work.change(thing, pin_wrong=0)
        return
    wrong = thing.pin_wrong + 1
    kept: r.Losable = _with_wrong(thing, wrong)
    if wrong >= r.PIN_TRIES_MAX:
        raise Declined("pin_locked", [kept])
    raise Declined("pin_wrong", [kept], left=r.PIN_TRIES_MAX - wrong)


def _with_wrong(thing: r.Losable, wrong: int) -> r.Losable:
    locked = wrong >= r.PIN_TRIES_MAX and isinstance(thing, r.Account | r.CreditCard)
    more = {"locked": "pin"} if locked else {}
    return msgspec.structs.replace(thing, pin_wrong=wrong, **more)


def check_given_pin(work: Work, one: r.Account, block: str) -> None:
    """A PIN that was asked for and entered must be right; where none was, the channel answers."""
    if block:
        check_account_pin(work, one, block)


def check_account_pin(work: Work, one: r.Account, block: str) -> None:
    """The PIN of the account, or of a card on it. Without one the channel has identified the
    customer in another way and answers for it; that is possible only where no PIN was ever set.
    """
    holders: list[r.Losable] = [
        x for x in [one, *cards_of(work, one)] if x.pin and not is_lost(x, work.date)
    ]
    if not holders:
        return
    if not block:
        raise Declined("pin_needed")
    digest = work.security.digest(block)
    fitting = next((x for x in holders if x.pin == digest), holders[0])
    check_pin(work, fitting, block)


# -- losses -------------------------------------------------------------------------------------


def report_loss(work: Work, thing: r.Losable, *, is_oral: bool) -> dict[str, object]:
    """Payment stops at once. An oral report may be put in writing, and not the other way."""
    if is_lost(thing, work.date) and (is_oral or thing.lost == "written"):
        raise Declined("already_lost")
    until = interest.plus_days(work.date, ORAL_DAYS) if is_oral else ""
    work.change(thing, lost="oral" if is_oral else "written", oral_until=until)
    return {"lost": "oral" if is_oral else "written", "oral_until": until}


def cancel_loss(work: Work, thing: r.Losable) -> dict[str, object]:
    if not is_lost(thing, work.date):
        raise Declined("not_lost")
    work.change(thing, lost="", oral_until="")
    return {}


def need_written_loss(work: Work, thing: r.Losable) -> None:
    """Decline where it is not reported lost in writing."""
    if not is_lost(thing, work.date):
        raise Declined("not_lost")
    if thing.lost != "written":
        raise Declined("loss_not_written")


# -- minors -------------------------------------------------------------------------------------


def is_minor(one: r.Customer, today: str) -> bool:
    """Under 18 (民法典 art. 17); whoever's birth date is not known counts as grown up."""
    if not one.birth_date:
        return False
    return interest.plus_months(one.birth_date, 12 * ADULT_YEARS) > today


def check_guardian(work: Work, one: r.Customer, guardian: str) -> None:
    """A minor's business needs the guardian that the bank knows; a first one is taken down."""
    if not is_minor(one, work.date):
        return
    if not guardian:
        raise Declined("guardian_needed")
    known = customer(work, guardian)
    if (one.guardian and one.guardian != known.id) or is_minor(known, work.date):
        raise Declined("guardian_wrong")
    if not one.guardian:
        work.change(one, guardian=known.id)


# -- accounts ----------------------------------------------------------------------


def open_account(
    work: Work, owner: str, kind: AccountKind, single: int = 5_000_000, daily: int = 20_000_000
) -> r.Account:
    """A new account; by default 50,000 yuan at a time and 200,000 a day may leave it."""
    one = r.Account(
        id=numbers.account(work.number("account")), customer=owner, kind=kind, opened=work.date,
        single_limit=single, daily_limit=daily,
    )  # fmt: skip
    work.put(one)
    return one


def settle_interest(work: Work, one: r.Account) -> tuple[r.Account, int]:
    """Pay the interest of a current account into it; gives it as it stands then."""
    paid = interest.current(one.days_sum, work.ledger.terms.current_rate)
    work.post(
        "结息",
        (INTEREST_PAYABLE, one.accrued),
        (INTEREST_EXPENSE, paid - one.accrued),
        (account_ledger(one.id), -paid),
    )
    return work.change(one, days_sum=0, accrued=0), paid
