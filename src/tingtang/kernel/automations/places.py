"""What the engine must know of branches: a port, since the kernel knows no organisation."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from tingtang.kernel.automations.sun import sun_ms
from tingtang.kernel.clock import local_date


class Place(msgspec.Struct, frozen=True):
    """Where and when a branch is. ``position`` is latitude and longitude, if it is known."""

    branch: str
    time_zone: str
    position: tuple[float, float] | None = None

    def date(self, at_ms: int) -> str:
        """The local date at ``at_ms``."""
        return local_date(at_ms, self.time_zone)

    def sun(self, date: str) -> tuple[int, int] | None:
        """Sunrise and sunset of a local date; None where unknown or where there is none."""
        return None if self.position is None else sun_ms(date, *self.position)


class Places(Protocol):
    """The branches in which automations run."""

    def branches(self) -> Sequence[str]:
        """Those that have automations switched on."""

    def place(self, branch: str) -> Place:
        """Where a branch is; refused where there is none of this id."""

    def opening_ms(self, branch: str, date: str) -> tuple[int, int] | None:
        """First opening and last closing on a local date; None where the branch is closed."""
