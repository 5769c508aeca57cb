"""Interest, as the rules have it. Money in fen, rates in basis points a year, rounded half up to a
fen (分位以下四舍五入).

Sources: 储蓄管理条例 (State Council order 107, amended 2011) art. 22–27; 中国人民银行关于人民币存贷款
计结息问题的通知 (银发〔2005〕129号): current accounts by the sum of daily balances (积数计息法), a day's
rate being the year's by 360; term deposits by their whole months (逐笔计息法).
"""

import calendar
import datetime as dt

import msgspec

DAYS = 360
PARTS = 10_000
"""Basis points in one."""
SETTLE_DAY, SETTLE_MONTHS = 20, frozenset({3, 6, 9, 12})
"""结息日: the 20th of the last month of a quarter."""


def rounded(top: int, bottom: int) -> int:
    """``top / bottom`` rounded half up; neither is negative."""
    return (2 * top + bottom) // (2 * bottom)


def days_between(start: str, end: str) -> int:
    """The first day counts and the last does not (算头不算尾)."""
    return (dt.date.fromisoformat(end) - dt.date.fromisoformat(start)).days


def plus_days(date: str, days: int) -> str:
    return (dt.date.fromisoformat(date) + dt.timedelta(days=days)).isoformat()


def plus_months(date: str, months: int) -> str:
    """The same day some months on (对月对日), or that month's last where it has none."""
    start = dt.date.fromisoformat(date)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return dt.date(year, month + 1, day).isoformat()


def is_settle_day(date: str) -> bool:
    day = dt.date.fromisoformat(date)
    return day.day == SETTLE_DAY and day.month in SETTLE_MONTHS


def current(days_sum: int, rate: int) -> int:
    """Interest on a sum of daily balances (art. 27: at the rate of the day on which it is paid)."""
    return rounded(days_sum * rate, DAYS * PARTS)


def simple(amount: int, rate: int, days: int) -> int:
    return rounded(amount * rate * max(days, 0), DAYS * PARTS)


def whole_term(amount: int, rate: int, months: int) -> int:
    """Art. 26: at the rate of the day on which it was opened, whatever came since."""
    return rounded(amount * rate * months, 12 * PARTS)


class Payout(msgspec.Struct, frozen=True):
    """What a withdrawal from a term deposit gives."""

    principal: int
    interest: int
    rate: int
    is_early: bool
    rest: int


def payout(
    *, amount: int, of: int, rate: int, months: int, opened: str, matures: str, today: str,
    current_rate: int,
) -> Payout:  # fmt: skip
    """Withdraw ``amount`` from a deposit ``of`` so much.

    Before it matures, what is withdrawn bears the current rate of that day and the rest keeps its
    own (art. 24); days after it matured bear the current rate too (art. 25).
    """
    if today < matures:
        interest = simple(amount, current_rate, days_between(opened, today))
        return Payout(amount, interest, current_rate, True, of - amount)
    interest = whole_term(amount, rate, months)
    interest += simple(amount, current_rate, days_between(matures, today))
    return Payout(amount, interest, rate, False, of - amount)


def accrued(amount: int, rate: int, opened: str, matures: str, today: str) -> int:
    """What a term deposit has earned so far, if it is kept to its end."""
    return simple(amount, rate, days_between(opened, min(today, matures)))
