"""When a branch is open: weekly hours, holidays, and the work days that China makes up for them."""

import datetime as dt
from itertools import pairwise
from typing import Annotated

import msgspec

from tingtang.kernel.clock import moment_ms
from tingtang.kernel.text import Text

ClockTime = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
Date = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Span(msgspec.Struct, frozen=True, gc=False):
    """From ``opens`` to ``closes`` on one day, local time."""

    opens: ClockTime
    closes: ClockTime

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError(f"closes ({self.closes}) must be later than opens ({self.opens})")


Day = tuple[Span, ...]
WEEKDAY: Day = (Span("09:00", "17:00"),)
WEEKEND: Day = (Span("09:30", "16:00"),)


class Holiday(msgspec.Struct, frozen=True, gc=False):
    """Closed, or open at other hours, on one date."""

    date: Date
    name: Text
    spans: Day = ()


class Hours(msgspec.Struct, frozen=True, gc=False):
    """``week`` has seven days from Monday; ``holidays`` and ``work_days`` override it by date."""

    week: tuple[Day, ...] = (WEEKDAY, WEEKDAY, WEEKDAY, WEEKDAY, WEEKDAY, WEEKEND, WEEKEND)
    holidays: tuple[Holiday, ...] = ()
    work_days: tuple[Date, ...] = ()
    """Weekend dates worked like a Monday (调休)."""

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError("week must list seven days, from Monday")
        for day in (*self.week, *(holiday.spans for holiday in self.holidays)):
            for earlier, later in pairwise(day):
                if later.opens < earlier.closes:
                    raise ValueError(f"{later.opens} begins before {earlier.closes} has ended")


def spans_on(hours: Hours, date: str) -> Day:
    """The opening spans on ``date`` (YYYY-MM-DD); empty where the branch is closed."""
    for holiday in hours.holidays:
        if holiday.date == date:
            return holiday.spans
    if date in hours.work_days:
        return hours.week[0]
    return hours.week[dt.date.fromisoformat(date).weekday()]


def opening_ms(hours: Hours, date: str, time_zone: str) -> tuple[int, int] | None:
    """When the business day ``date`` begins and ends; None where the branch is closed."""
    spans = spans_on(hours, date)
    if not spans:
        return None
    return _moment(date, spans[0].opens, time_zone), _moment(date, spans[-1].closes, time_zone)


def coming_spans(hours: Hours, date: str, days: int, time_zone: str) -> tuple[tuple[int, int], ...]:
    """When doors open and close on ``days`` days from ``date``: moments in order, by pairs."""
    first = dt.date.fromisoformat(date)
    dates = [(first + dt.timedelta(days=n)).isoformat() for n in range(days)]
    return tuple(
        (_moment(day, span.opens, time_zone), _moment(day, span.closes, time_zone))
        for day in dates
        for span in spans_on(hours, day)
    )


def is_open(hours: Hours, at_ms: int, date: str, time_zone: str) -> bool:
    """Whether the branch is open at ``at_ms``, which falls on the local ``date``."""
    return any(
        _moment(date, span.opens, time_zone) <= at_ms < _moment(date, span.closes, time_zone)
        for span in spans_on(hours, date)
    )


def _moment(date: str, clock_time: str, time_zone: str) -> int:
    if clock_time == "24:00":
        following = (dt.date.fromisoformat(date) + dt.timedelta(days=1)).isoformat()
        return moment_ms(following, "00:00", time_zone)
    return moment_ms(date, clock_time, time_zone)
