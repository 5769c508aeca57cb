"""How bright lamps must be beside the daylight, and what that saves. Pure.

Constant-illuminance dimming: the lamps' part of the light is taken as proportional to their level,
so that with the daylight ``E_d`` (lx) at the working plane, the target ``E_t`` and what the lamps
give at full level ``E_full``,

    level = 100 · (E_t - E_d) / E_full        within the rule's lowest and highest level.

A sensor that sees the lamps too reads ``E = E_d + E_full · level / 100``, from which ``E_d`` follows.

The power of a dimmed lamp is taken as its rated power times its level: close to right for LED
lamps, a little too good for the lowest levels, where the ballast's own use (a watt or so) counts.
"""

from typing import Annotated

import msgspec

from tingtang.devices.model.wire import Value
from tingtang.kernel.clock import HOUR_MS

RULES_MAX = 20

Lux = Annotated[float, msgspec.Meta(ge=1, le=20_000)]
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]


class DaylightRule(msgspec.Struct, frozen=True, kw_only=True):
    """One zone whose lamps follow one sensor."""

    zone: str
    sensor: str
    """The device whose telemetry ``value`` is the illuminance in lx."""
    value: str = "lux"
    target_lux: Lux = 300.0
    full_lux: Lux = 500.0
    """What the zone's lamps give at full level: measured once, after dark."""
    rated_watts: Annotated[float, msgspec.Meta(ge=0, le=10_000)] = 40.0
    """Of one lamp at full level."""
    lowest: Percent = 10.0
    highest: Percent = 100.0
    step: Annotated[float, msgspec.Meta(ge=1, le=50)] = 5.0
    """Smaller changes are not made, so that the light does not flicker with every cloud."""
    sees_lamps: bool = False
    """The sensor stands where the lamps shine on it too."""


class DaylightSettings(msgspec.Struct, frozen=True):
    """Which zones follow the daylight."""

    rules: Annotated[tuple[DaylightRule, ...], msgspec.Meta(max_length=RULES_MAX)] = ()


def level_for(rule: DaylightRule, lux: float, level: float) -> float:
    """The level (0-100 %) that gives the target, from what the sensor reads at ``level``."""
    daylight = lux - (rule.full_lux * level / 100 if rule.sees_lamps else 0.0)
    wanted = 100 * (rule.target_lux - max(0.0, daylight)) / rule.full_lux
    return round(min(max(rule.highest, rule.lowest), max(rule.lowest, wanted)))


def change(rule: DaylightRule, lux: float, level: float) -> float | None:
    """The level to go to; None where the present one is near enough."""
    wanted = level_for(rule, lux, level)
    return wanted if abs(wanted - level) >= rule.step else None


class Meter:
    """What one lamp used on one day, and what it would have used at its declared level.

    Times on which the lamp is off count for neither.
    """

    __slots__ = ("declared_wh", "level", "on", "since_ms", "used_wh")

    def __init__(self, since_ms: int, on: bool = False, level: float = 0.0) -> None:
        self.since_ms = since_ms
        self.on = on
        self.level = level
        self.used_wh = 0.0
        self.declared_wh = 0.0

    def until(self, at_ms: int, watts: float, declared: float) -> None:
        """Count on to ``at_ms``: ``watts`` at full level, ``declared`` the level to compare with."""
        hours = max(0, at_ms - self.since_ms) / HOUR_MS
        self.since_ms = max(at_ms, self.since_ms)
        if self.on:
            self.used_wh += watts * self.level / 100 * hours
            self.declared_wh += watts * declared / 100 * hours

    def set(self, values: dict[str, Value]) -> None:
        """Take over what the lamp reports from now on."""
        on, level = values.get("on"), values.get("level")
        if isinstance(on, bool):
            self.on = on
        if isinstance(level, int | float) and not isinstance(level, bool):
            self.level = float(level)


class ZoneLight(msgspec.Struct, frozen=True):
    """A zone in the view. ``lux`` and ``level`` are None where they are not known."""

    zone: str
    sensor: str
    target_lux: float
    lux: float | None
    level: float | None
    """Mean of the lamps that are on."""
    lamps: int
    used_kwh: float
    declared_kwh: float
    """What today's hours of light would have used at the level their type declares."""
    saved_kwh: float
    saved_share: float
    """0-1, of ``declared_kwh``; below 0 where lamps burn brighter than declared."""


class BranchDaylight(msgspec.Struct, frozen=True):
    """``devices.daylight``: zones that follow the daylight, by their rule's place in the list."""

    date: str
    zones: dict[str, ZoneLight]
    saved_kwh: float
