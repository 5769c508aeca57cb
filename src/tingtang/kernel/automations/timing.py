"""When the triggers of time, hours and sun fall due. Pure."""

import datetime as dt

from tingtang.kernel.automations.declared import (
    Hour,
    HoursTrigger,
    IntervalTrigger,
    SunMoment,
    SunTrigger,
    TimedTrigger,
    TimeTrigger,
)
from tingtang.kernel.automations.places import Place, Places
from tingtang.kernel.clock import DAY_MS, MINUTE_MS, moment_ms

LOOK_DAYS = 1
"""Days around the asked-for time whose moments may fall into it: offsets reach half a day."""


def due_ms(
    trigger: TimedTrigger, place: Place, places: Places, after_ms: int, until_ms: int
) -> list[int]:
    """The moments in (``after_ms``, ``until_ms``] at which ``trigger`` sets off, in order."""
    first = dt.date.fromisoformat(place.date(after_ms)) - dt.timedelta(days=LOOK_DAYS)
    last = dt.date.fromisoformat(place.date(until_ms)) + dt.timedelta(days=LOOK_DAYS)
    found: list[int] = []
    for number in range((last - first).days + 1):
        date = (first + dt.timedelta(days=number)).isoformat()
        found += _on(trigger, place, places, date, after_ms, until_ms)
    return sorted({moment for moment in found if after_ms < moment <= until_ms})


def _on(
    trigger: TimedTrigger, place: Place, places: Places, date: str, after_ms: int, until_ms: int
) -> list[int]:
    match trigger:
        case TimeTrigger():
            weekday = dt.date.fromisoformat(date).weekday()
            if trigger.days and weekday not in trigger.days:
                return []
            if trigger.business_days_only and places.opening_ms(place.branch, date) is None:
                return []
            return [moment_ms(date, trigger.at, place.time_zone)]
        case IntervalTrigger():
            step = trigger.minutes * MINUTE_MS
            midnight = moment_ms(date, "00:00", place.time_zone)
            # A day with a change of the clock is an hour longer or shorter.
            following = (dt.date.fromisoformat(date) + dt.timedelta(days=1)).isoformat()
            end = moment_ms(following, "00:00", place.time_zone)
            start = midnight + max(0, (after_ms - midnight) // step) * step
            return list(range(start, min(end, until_ms + 1), step))
        case HoursTrigger():
            hours = places.opening_ms(place.branch, date)
            if hours is None:
                return []
            return [
                hours[0 if trigger.moment is Hour.OPENS else 1] + trigger.offset_minutes * MINUTE_MS
            ]
        case SunTrigger():
            sun = place.sun(date)
            if sun is None:
                return []
            return [
                sun[0 if trigger.moment is SunMoment.RISE else 1]
                + trigger.offset_minutes * MINUTE_MS
            ]


def next_ms(
    trigger: TimedTrigger, place: Place, places: Places, after_ms: int, within_ms: int = DAY_MS
) -> int | None:
    """The first moment after ``after_ms``; None where there is none within ``within_ms``."""
    return next(iter(due_ms(trigger, place, places, after_ms, after_ms + within_ms)), None)
