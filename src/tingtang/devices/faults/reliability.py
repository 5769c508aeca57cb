"""Availability and forecasts of devices: reads the history, hands it to the rules."""

import asyncio
import datetime as dt
from collections.abc import Sequence

import msgspec

from tingtang.devices.faults.history import History
from tingtang.devices.faults.maintenance import Maintenance
from tingtang.devices.faults.model import forecast as f
from tingtang.devices.faults.model.availability import (
    Account,
    Spell,
    account,
    failures_of,
)
from tingtang.devices.faults.model.intervals import Stretch, union, without
from tingtang.devices.model import records as r
from tingtang.devices.model.state import Condition
from tingtang.devices.register import Register
from tingtang.kernel.clock import DAY_MS, HOUR_MS, Clock, local_date
from tingtang.org.directory import Directory
from tingtang.org.model.hours import coming_spans

FRESH_MS = HOUR_MS
"""Chances for the weeks ahead do not change by the minute."""


class DeviceAccount(msgspec.Struct, frozen=True):
    """One device's account."""

    device: r.Device
    account: Account


class Reliability:
    """Figures of many devices."""

    def __init__(
        self,
        clock: Clock,
        register: Register,
        directory: Directory,
        maintenance: Maintenance,
        history: History,
    ) -> None:
        self._clock = clock
        self._register = register
        self._directory = directory
        self._maintenance = maintenance
        self._history = history
        self._forecasts: dict[int, f.FailureForecast] = {}
        self._busy = asyncio.Lock()

    async def accounts(
        self, devices: Sequence[r.Device], from_ms: int, until_ms: int
    ) -> list[DeviceAccount]:
        """The account of each device over [from, until)."""
        spells = await self._history.spells([one.id for one in devices], from_ms, until_ms)
        days = {
            branch: self._business_days(branch, from_ms, until_ms)
            for branch in {one.branch for one in devices}
        }
        return [
            DeviceAccount(
                one,
                account(
                    spells.get(one.id, []),
                    days[one.branch],
                    self._maintenance.of_device(one.branch, one.id),
                    from_ms,
                    until_ms,
                ),
            )
            for one in devices
        ]

    async def forecast(self, days: int) -> f.FailureForecast:
        """Chances of failing within ``days`` days, of every device of the bank in use.

        Learnt from all of them together: one branch alone has too few. Made anew once an hour.
        """
        now_ms = self._clock.now_ms()
        async with self._busy:
            known = self._forecasts.get(days)
            if known is None or not 0 <= now_ms - known.at_ms < FRESH_MS:
                histories = await self._histories(now_ms)
                known = await asyncio.to_thread(f.forecast, histories, now_ms, days)
                self._forecasts[days] = known
        return known

    async def _histories(self, now_ms: int) -> list[f.History]:
        from_ms = now_ms - 2 * f.HISTORY_DAYS * DAY_MS
        spells = await self._history.spells(None, from_ms, now_ms)
        days: dict[str, list[Stretch]] = {}
        found = []
        for device in self._register.all():
            own = spells.get(device.id, [])
            since_ms = _observed_since(own)
            if since_ms is None or not device.active:
                continue
            if not self._directory.has_branch(device.branch):
                continue
            if device.branch not in days:
                business = self._business_days(device.branch, from_ms, now_ms)
                days[device.branch] = union(one for day in business for one in day)
            planned = union(self._maintenance.of_device(device.branch, device.id))
            failures = failures_of(own, without(days[device.branch], planned), now_ms)
            times = tuple(max(since_ms, one.from_ms) for one in failures)
            found.append(f.History(device.id, device.type, since_ms, times))
        return found

    def _business_days(self, branch: str, from_ms: int, until_ms: int) -> list[list[Stretch]]:
        """Opening hours day by day, for all days that [from, until) touches."""
        found = self._directory.branch(branch)
        first = dt.date.fromisoformat(local_date(from_ms, found.time_zone))
        last = dt.date.fromisoformat(local_date(until_ms, found.time_zone))
        dates = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
        return [
            list(coming_spans(found.hours, date.isoformat(), 1, found.time_zone)) for date in dates
        ]


def _observed_since(spells: Sequence[Spell]) -> int | None:
    return next((one.from_ms for one in spells if one.condition is not Condition.UNKNOWN), None)
