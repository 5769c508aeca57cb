"""Lamps follow the daylight: reads sensors, sets levels, keeps the meters of the day."""

import logging
from collections.abc import Sequence

from tingtang.devices.model import events as e
from tingtang.devices.model import records as r
from tingtang.devices.model.decide import SET
from tingtang.devices.model.state import OPEN_COMMANDS
from tingtang.devices.model.wire import Link
from tingtang.devices.register import device_stream
from tingtang.devices.scenes.daylight.model import (
    BranchDaylight,
    DaylightRule,
    DaylightSettings,
    Meter,
    ZoneLight,
    change,
)
from tingtang.devices.service import DeviceService
from tingtang.kernel.clock import MINUTE_MS, SECOND_MS, local_date, moment_ms
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Recorded
from tingtang.kernel.live import LiveViews
from tingtang.kernel.log import EventLog
from tingtang.kernel.permissions import Actor, ActorKind, Permission
from tingtang.kernel.recurring import Recurring
from tingtang.org.directory import Directory

VIEW = "devices.daylight"
LOOK_SECONDS = 5.0
FRESH_MS = 10 * MINUTE_MS
"""A sensor that said nothing for longer is not followed: lamps stay as they are."""
PAUSE_MS = 30 * SECOND_MS
"""Between two changes of a zone."""

logger = logging.getLogger(__name__)


class Daylight:
    """The control of all branches."""

    def __init__(
        self, log: EventLog, live: LiveViews, devices: DeviceService, directory: Directory
    ) -> None:
        self._log = log
        self._live = live
        self._devices = devices
        self._directory = directory
        self._meters: dict[str, tuple[str, Meter]] = {}
        """By lamp: the date, and its meter of that day."""
        self._changed_ms: dict[tuple[str, str], int] = {}
        self._looking = Recurring("daylight control", LOOK_SECONDS, self.look)
        devices.host.on_change(self._on_change)

    async def start(self) -> None:
        await self._looking.start()

    async def stop(self) -> None:
        await self._looking.stop()

    def rules(self, branch: str) -> tuple[DaylightRule, ...]:
        """The zones of a branch that follow the daylight."""
        return self._directory.section(branch, DaylightSettings).rules

    async def look(self) -> None:
        """One look at every zone."""
        now_ms = self._devices.clock.now_ms()
        for branch in self._directory.branches():
            for rule in self.rules(branch.id):
                for lamp in self._lamps(branch.id, rule):
                    await self._meter(lamp, now_ms)
                await self._follow(branch.id, rule, now_ms)

    async def view(self, branch: str) -> BranchDaylight:
        """``devices.daylight``."""
        now_ms = self._devices.clock.now_ms()
        zones = {}
        for number, rule in enumerate(self.rules(branch)):
            zones[str(number)] = await self._zone(branch, rule, now_ms)
        date = local_date(now_ms, self._directory.branch(branch).time_zone)
        return BranchDaylight(date, zones, round(sum(one.saved_kwh for one in zones.values()), 3))

    # -- inside --------------------------------------------------------------------------------

    async def _follow(self, branch: str, rule: DaylightRule, now_ms: int) -> None:
        lux = self._lux(rule, now_ms)
        if lux is None or now_ms - self._changed_ms.get((branch, rule.zone), 0) < PAUSE_MS:
            return
        actor = Actor(
            ActorKind.SYSTEM,
            "daylight",
            permissions=frozenset({Permission.DEVICE_OPERATE}),
            branches=frozenset({branch}),
        )
        for lamp in self._lamps(branch, rule):
            state = await self._devices.state(lamp.id)
            level = state.properties.get("level")
            busy = any(one.state in OPEN_COMMANDS for one in state.commands.values())
            if state.link is not Link.ONLINE or state.properties.get("on") is not True or busy:
                continue
            if isinstance(level, bool) or not isinstance(level, int | float):
                continue
            wanted = change(rule, lux, float(level))
            if wanted is None:
                continue
            try:
                await self._devices.give(lamp.id, SET, {"level": wanted}, actor)
            except Refused as refused:
                logger.warning("lamp %s does not follow: %s", lamp.id, refused.code)
            else:
                self._changed_ms[branch, rule.zone] = now_ms
        self._live.touch(VIEW, branch)

    def _lux(self, rule: DaylightRule, now_ms: int) -> float | None:
        point = self._devices.telemetry.latest.get(rule.sensor, {}).get(rule.value)
        return None if point is None or now_ms - point.time_ms > FRESH_MS else point.value

    def _lamps(self, branch: str, rule: DaylightRule) -> list[r.Device]:
        register = self._devices.register
        return [
            device
            for device in register.of_branch(branch)
            if device.zone == rule.zone
            and (type_ := register.types.get(device.type)) is not None
            and type_.property_named("level") is not None
            and type_.code == "light"
        ]

    async def _zone(self, branch: str, rule: DaylightRule, now_ms: int) -> ZoneLight:
        lamps = self._lamps(branch, rule)
        meters = [await self._meter(lamp, now_ms) for lamp in lamps]
        levels = [meter.level for meter in meters if meter.on]
        used = sum(meter.used_wh for meter in meters) / 1000
        declared = sum(meter.declared_wh for meter in meters) / 1000
        lux = self._lux(rule, now_ms)
        return ZoneLight(
            zone=rule.zone,
            sensor=rule.sensor,
            target_lux=rule.target_lux,
            lux=lux,
            level=round(sum(levels) / len(levels), 1) if levels else None,
            lamps=len(lamps),
            used_kwh=round(used, 3),
            declared_kwh=round(declared, 3),
            saved_kwh=round(declared - used, 3),
            saved_share=round((declared - used) / declared, 3) if declared else 0.0,
        )

    async def _meter(self, lamp: r.Device, now_ms: int) -> Meter:
        """The lamp's meter of today, counted up to now; read from the log where it is not known."""
        zone = self._directory.branch(lamp.branch).time_zone
        date = local_date(now_ms, zone)
        known = self._meters.get(lamp.id)
        if known is None or known[0] != date:
            meter = Meter(moment_ms(date, "00:00", zone))
            for recorded in await self._log.read_stream(device_stream(lamp.id)):
                if isinstance(recorded.event, e.PropertiesChanged):
                    self._count(lamp, meter, recorded.time_ms)
                    meter.set(recorded.event.values)
            self._meters[lamp.id] = (date, meter)
        else:
            meter = known[1]
        self._count(lamp, meter, now_ms)
        return meter

    def _count(self, lamp: r.Device, meter: Meter, at_ms: int) -> None:
        rule = next((one for one in self.rules(lamp.branch) if one.zone == lamp.zone), None)
        declared = self._devices.register.type_of(lamp).when_open.get("level", 100.0)
        level = 100.0 if isinstance(declared, bool | str) else float(declared)
        meter.until(at_ms, 0.0 if rule is None else rule.rated_watts, level)

    def _on_change(self, stream: str, events: Sequence[Recorded]) -> None:
        lamp = self._devices.register.get(stream.partition("/")[2])
        known = None if lamp is None else self._meters.get(lamp.id)
        if lamp is None or known is None:
            return
        for recorded in events:
            if isinstance(recorded.event, e.PropertiesChanged):
                self._count(lamp, known[1], recorded.time_ms)
                known[1].set(recorded.event.values)
        self._live.touch(VIEW, lamp.branch)
