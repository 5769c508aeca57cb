"""What every view has in common: names, estimates and notices as they are shown."""

from typing import Protocol

import msgspec

from tingtang.hall.model.state import HallDay
from tingtang.hall.model.waiting import Estimate
from tingtang.kernel.ids import ServiceId, StaffId, ZoneId
from tingtang.kernel.text import Text


class Names(Protocol):
    """What things are called; the organisation and the customers know."""

    def branch(self) -> Text: ...
    def service(self, service: ServiceId) -> Text: ...
    def zone(self, zone: ZoneId) -> Text: ...
    def staff(self, staff: StaffId) -> str: ...
    def customer(self, customer: str) -> str:
        """The masked name (王*明), or "" where it is not known."""
        ...


class Told(msgspec.Struct, frozen=True):
    """An estimate as it is shown: "about 12 minutes, mostly 8-18"."""

    median_ms: int
    low_ms: int
    high_ms: int


def told(estimate: Estimate | None) -> Told | None:
    """Rounded to whole half minutes, so that a screen does not flicker between seconds."""
    if estimate is None:
        return None
    return Told(
        _half_minutes(estimate.median_ms),
        _half_minutes(estimate.low_ms),
        _half_minutes(estimate.high_ms),
    )


def _half_minutes(ms: int) -> int:
    return (ms + 15_000) // 30_000 * 30_000


class BoardNotice(msgspec.Struct, frozen=True):
    text: Text
    time_ms: int
    until_ms: int


def notices(state: HallDay, at_ms: int) -> dict[str, BoardNotice]:
    """What staff told all who wait, as far as it still holds at ``at_ms``."""
    return {
        n.id: BoardNotice(Text(n.zh, n.en), n.time_ms, n.until_ms)
        for n in state.notices
        if n.until_ms > at_ms
    }


def is_open(state: HallDay) -> bool:
    """True between the opening and the closing of the day."""
    return state.setup is not None and not state.closed_ms
