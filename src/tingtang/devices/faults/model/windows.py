"""Maintenance windows: times in which devices are worked on, and nobody is alarmed."""

from collections.abc import Iterable
from typing import Annotated

import msgspec

from tingtang.devices.faults.model import problems as p
from tingtang.kernel.clock import DAY_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event, EventTypes

WINDOW_MAX_DAYS = 14
WINDOWS_MAX = 200
"""Of one branch, past ones included; those that ended long ago make room."""
KEPT_MS = 400 * DAY_MS


class MaintenanceWindow(msgspec.Struct, frozen=True, kw_only=True):
    """Planned work on devices of a branch."""

    id: str
    branch: str
    from_ms: int
    until_ms: int
    devices: Annotated[tuple[str, ...], msgspec.Meta(max_length=500)] = ()
    """Empty: all of the branch."""
    reason: Annotated[str, msgspec.Meta(max_length=120)]
    by: str = ""

    def covers(self, device: str, at_ms: int) -> bool:
        """Whether a device is being maintained at a moment."""
        return self.from_ms <= at_ms < self.until_ms and self.concerns(device)

    def concerns(self, device: str) -> bool:
        return not self.devices or device in self.devices


class WindowPlanned(Event, frozen=True):
    window: MaintenanceWindow


class WindowEnded(Event, frozen=True):
    """Cancelled before it began, or ended early."""

    window: str
    at_ms: int


TYPES = EventTypes("maintenance", [WindowPlanned, WindowEnded])


def check(window: MaintenanceWindow, known: Iterable[MaintenanceWindow], at_ms: int) -> None:
    """Refuse a window that is over already, too long, or one too many."""
    length_ms = window.until_ms - window.from_ms
    if window.until_ms <= at_ms or not 0 < length_ms <= WINDOW_MAX_DAYS * DAY_MS:
        raise Refused(p.BAD_WINDOW, days=WINDOW_MAX_DAYS)
    if sum(one.until_ms > at_ms for one in known) >= WINDOWS_MAX:
        raise Refused(p.TOO_MANY_WINDOWS, most=WINDOWS_MAX)


def ended(window: MaintenanceWindow, at_ms: int) -> MaintenanceWindow | None:
    """The window once it is ended at ``at_ms``: None where it had not begun and never was."""
    if at_ms <= window.from_ms:
        return None
    return msgspec.structs.replace(window, until_ms=min(at_ms, window.until_ms))
