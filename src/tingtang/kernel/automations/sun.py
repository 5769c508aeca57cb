"""Sunrise and sunset at a place on a date.

Source: NOAA Global Monitoring Laboratory, "General Solar Position Calculations" (the low-accuracy
equations of its solar calculator, after Spencer 1971 for the equation of time and the declination).
Sunrise is when the sun's centre stands 90.833° from the zenith: half its disc and the refraction
of the air. Good to about two minutes below 65° of latitude.
"""

import datetime as dt
import math

ZENITH_DEGREES = 90.833
MINUTE_MS = 60_000


def sun_ms(date: str, latitude: float, longitude: float) -> tuple[int, int] | None:
    """When the sun rises and sets on the local ``date`` (YYYY-MM-DD), in ms since 1970 UTC.

    ``latitude`` (-90..90) and ``longitude`` (-180..180, east positive) in degrees. None where the
    sun does not rise or does not set that day.
    """
    day = dt.date.fromisoformat(date)
    year_days = 366 if day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0) else 365
    gamma = 2 * math.pi / year_days * (day.timetuple().tm_yday - 1)
    equation_minutes = 229.18 * (
        0.000075
        + 0.001868 * math.cos(gamma)
        - 0.032077 * math.sin(gamma)
        - 0.014615 * math.cos(2 * gamma)
        - 0.040849 * math.sin(2 * gamma)
    )
    declination = (
        0.006918
        - 0.399912 * math.cos(gamma)
        + 0.070257 * math.sin(gamma)
        - 0.006758 * math.cos(2 * gamma)
        + 0.000907 * math.sin(2 * gamma)
        - 0.002697 * math.cos(3 * gamma)
        + 0.00148 * math.sin(3 * gamma)
    )
    phi = math.radians(max(-89.9, min(89.9, latitude)))
    cosine = math.cos(math.radians(ZENITH_DEGREES)) / (
        math.cos(phi) * math.cos(declination)
    ) - math.tan(phi) * math.tan(declination)
    if not -1 < cosine < 1:
        return None
    hour_angle = math.degrees(math.acos(cosine))
    midnight = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    midnight_ms = int(midnight.timestamp() * 1000)
    noon_minutes = 720 - 4 * longitude - equation_minutes
    rise, set_ = noon_minutes - 4 * hour_angle, noon_minutes + 4 * hour_angle
    return midnight_ms + round(rise * MINUTE_MS), midnight_ms + round(set_ * MINUTE_MS)
