"""What the devices of a branch stand in: sun, weather, people. All pure functions of the time."""

import math
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

import msgspec

LATITUDE = 31.2
"""Degrees north, of the made-up city."""
HOUR_MS = 3_600_000


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """One moment in a branch."""

    time_ms: int
    day: int
    """Changes at midnight of the branch: what counts a day begins anew."""
    daylight: float
    """Outdoors, on the level ground, in lux."""
    outdoor_temperature: float
    """In °C."""
    people: float
    """How busy the hall is, from 0 (nobody) to 1 (a full hall)."""
    lamp_light: float = 0.0
    """What the branch's lights give, in lux."""
    curtains_open: float = 1.0
    """From 0 to 1."""


def surroundings(
    time_ms: int,
    *,
    zone: str = "Asia/Shanghai",
    lamp_light: float = 0.0,
    curtains_open: float = 1.0,
    seed: int = 0,
) -> Surroundings:
    """The surroundings at ``time_ms``; the weather is that of ``seed``."""
    local = datetime.fromtimestamp(time_ms / 1000, ZoneInfo(zone))
    hour = local.hour + local.minute / 60 + local.second / 3600
    sun = sun_height(local.timetuple().tm_yday, hour)
    clouds = cloud_cover(time_ms, seed)
    return Surroundings(
        time_ms=time_ms,
        day=local.toordinal(),
        daylight=daylight(sun, clouds),
        outdoor_temperature=outdoor_temperature(local.timetuple().tm_yday, hour, clouds),
        people=busy_at(hour),
        lamp_light=lamp_light,
        curtains_open=curtains_open,
    )


def sun_height(day_of_year: int, solar_hour: float, latitude: float = LATITUDE) -> float:
    """The sine of the sun's height above the horizon; negative at night.

    Declination by Cooper's formula (1969): 23.45° sin(360° (284 + n) / 365).
    """
    declination = math.radians(23.45) * math.sin(2 * math.pi * (284 + day_of_year) / 365)
    hour_angle = math.radians(15 * (solar_hour - 12))
    at = math.radians(latitude)
    return math.sin(at) * math.sin(declination) + (
        math.cos(at) * math.cos(declination) * math.cos(hour_angle)
    )


def daylight(sun: float, clouds: float) -> float:
    """Lux on the level ground for the sine of the sun's height and clouds from 0 to 1.

    The IES model (RP-21-84): direct light 127.5 klx e^(-c m) with air mass m = 1/sin h and c = 0.21
    under a clear sky, sky light 0.8 + 15.5 sqrt(sin h) klx clear and 0.3 + 21 sin h klx overcast;
    between the two skies by the share of clouds.
    """
    if sun <= 0:
        return 0.0
    clear = 127_500 * math.exp(-0.21 / max(sun, 0.01)) * sun + 800 + 15_500 * math.sqrt(sun)
    overcast = 300 + 21_000 * sun
    return (1 - clouds) * clear + clouds * overcast


def cloud_cover(time_ms: int, seed: int = 0) -> float:
    """Clouds from 0 to 1, changing smoothly from hour to hour."""
    hour, into = divmod(time_ms, HOUR_MS)
    before, after = (Random(f"{seed}/{at}").random() for at in (hour, hour + 1))  # noqa: S311
    share = (1 - math.cos(math.pi * into / HOUR_MS)) / 2
    return before + (after - before) * share


def outdoor_temperature(day_of_year: int, hour: float, clouds: float) -> float:
    """°C: warmest in late July and at three in the afternoon; clouds halve the swing of a day."""
    season = 17 - 12 * math.cos(2 * math.pi * (day_of_year - 22) / 365)
    return season + (5 - 2.5 * clouds) * math.cos(2 * math.pi * (hour - 15) / 24)


def busy_at(hour: float) -> float:
    """How full a hall is: from nine to five, with a wave at half past ten and one at three."""
    if not 9 <= hour < 17:
        return 0.0
    morning = math.exp(-(((hour - 10.5) / 1.1) ** 2))
    afternoon = 0.8 * math.exp(-(((hour - 15.0) / 1.2) ** 2))
    return min(1.0, 0.15 + morning + afternoon)
