"""The clock as a port: production, the twin and the tests each bring their own."""

import datetime as dt
import time
from typing import Protocol
from zoneinfo import ZoneInfo

SECOND_MS = 1_000
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000


class Clock(Protocol):
    """Tells the time as whole milliseconds since 1970 UTC."""

    def now_ms(self) -> int: ...


class SystemClock:
    """The machine's clock, made safe against jumps: it never runs backwards.

    When the machine's time is set back, this clock stands still until real time has caught up, so
    that no event is written with a time before its predecessor's.
    """

    def __init__(self) -> None:
        self._last_ms = 0

    def now_ms(self) -> int:
        now = time.time_ns() // 1_000_000
        if now < self._last_ms:
            return self._last_ms
        self._last_ms = now
        return now


class ManualClock:
    """A clock that stands where it was put: for tests and the simulator."""

    def __init__(self, now_ms: int = 0) -> None:
        self.at_ms = now_ms

    def now_ms(self) -> int:
        return self.at_ms

    def advance(self, by_ms: int) -> None:
        self.at_ms += by_ms


class ScaledClock:
    """A clock that started at ``start_ms`` and runs ``speed`` times as fast as the machine's."""

    def __init__(self, start_ms: int, speed: float) -> None:
        self._base_ms = start_ms
        self._since = time.monotonic()
        self.speed = speed

    def now_ms(self) -> int:
        return self._base_ms + int((time.monotonic() - self._since) * 1000 * self.speed)

    def set_speed(self, speed: float) -> None:
        """Go on from the present moment at another speed."""
        self._base_ms, self._since = self.now_ms(), time.monotonic()
        self.speed = speed


def local_time(at_ms: int, zone: str) -> dt.datetime:
    """The moment ``at_ms`` as local time in the IANA time zone ``zone``."""
    return dt.datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone))


def local_date(at_ms: int, zone: str) -> str:
    """The business date (YYYY-MM-DD) on which ``at_ms`` falls in the time zone ``zone``."""
    return local_time(at_ms, zone).date().isoformat()


def moment_ms(date: str, clock_time: str, zone: str) -> int:
    """``date`` (YYYY-MM-DD) at ``clock_time`` (HH:MM) in ``zone``, as milliseconds since 1970."""
    local = dt.datetime.fromisoformat(f"{date}T{clock_time}").replace(tzinfo=ZoneInfo(zone))
    return int(local.timestamp() * 1000)
