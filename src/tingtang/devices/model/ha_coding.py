"""How values stand in payloads of Home Assistant's format, theirs and ours. Pure."""

from enum import StrEnum

import msgspec

from tingtang.devices.model.ha_announcement import Path
from tingtang.devices.model.wire import Value

KELVIN = 1_000_000
"""Divided by mireds gives kelvin, and the other way round."""


class How(StrEnum):
    """How a value is written in a payload."""

    SWITCH = "switch"
    SCALED = "scaled"
    MIREDS = "mireds"
    TEXT = "text"
    CHOICE = "choice"


class Coding(msgspec.Struct, frozen=True, kw_only=True):
    how: How
    on: str = "ON"
    off: str = "OFF"
    zero: float = 0.0
    full: float = 100.0
    """What theirs is where ours is 0 and 100."""
    choices: dict[str, str] = {}
    """Ours to theirs."""
    is_scaled: bool = False

    def read(self, raw: object) -> Value | None:
        """Our value of theirs; None where it is none of its values."""
        if self.how is How.SWITCH:
            text = text_of(raw)
            return True if text == self.on else False if text == self.off else None
        if self.how is How.TEXT:
            return text_of(raw)[:200]
        if self.how is How.CHOICE:
            text = text_of(raw)
            return next((ours for ours, theirs in self.choices.items() if theirs == text), None)
        number = number_of(raw)
        if number is None:
            return None
        if self.how is How.MIREDS:
            return round(KELVIN / number) if number > 0 else None
        if not self.is_scaled:
            return number
        share = (number - self.zero) / (self.full - self.zero)
        return round(min(1.0, max(0.0, share)) * 100)

    def write(self, value: Value) -> str | float:
        """Theirs of our value, which was checked before."""
        if self.how is How.SWITCH:
            return self.on if value else self.off
        if self.how is How.CHOICE:
            return self.choices[str(value)]
        if self.how is How.TEXT or not isinstance(value, int | float):
            return str(value)
        if self.how is How.MIREDS:
            return round(KELVIN / value)
        if not self.is_scaled:
            return int(value) if float(value).is_integer() else value
        return round(self.zero + value / 100 * (self.full - self.zero))


class Reading(msgspec.Struct, frozen=True):
    name: str
    topic: str
    path: Path
    coding: Coding
    is_sample: bool


class Writing(msgspec.Struct, frozen=True):
    name: str
    topic: str
    coding: Coding
    key: str = ""
    """Its name in a JSON payload; empty where the payload is the value itself."""
    switch: Coding | None = None
    """Of a JSON payload: how it says that the thing is on."""
    is_confirmed: bool = True
    """Some topic shows what came of it."""
    qos: int = 0
    retain: bool = False


class Press(msgspec.Struct, frozen=True):
    topic: str
    payload: str
    qos: int = 0
    retain: bool = False


class Available(msgspec.Struct, frozen=True):
    topic: str
    path: Path
    yes: str
    no: str


def text_of(raw: object) -> str:
    """A value as a template of Home Assistant would print it."""
    if isinstance(raw, bool):
        return "True" if raw else "False"
    return "" if raw is None else str(raw)


def number_of(raw: object) -> float | None:
    """A number that is one; None for what is none."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return None
    try:
        number = float(raw)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 1e15 else None
