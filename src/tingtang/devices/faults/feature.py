"""Faults as a feature of their own, right after the devices."""

import msgspec

from tingtang.devices.faults import automation, routes, shown
from tingtang.devices.faults.history import History
from tingtang.devices.faults.maintenance import Maintenance
from tingtang.devices.faults.model import events, windows
from tingtang.devices.faults.model.settings import AlarmSettings
from tingtang.devices.faults.reliability import Reliability
from tingtang.devices.faults.service import BRANCH_VIEW, DEVICE_VIEW, FaultService
from tingtang.devices.register import Register
from tingtang.devices.service import DeviceService
from tingtang.kernel.automations.engine import Automations
from tingtang.kernel.events import EventTypes
from tingtang.kernel.feature import Feature, Parts
from tingtang.kernel.live import ViewType
from tingtang.kernel.permissions import Permission
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory


def wire(parts: Parts) -> None:
    directory = parts.service("directory", Directory)
    register = parts.service("register", Register)
    directory.sections.register(
        "device_alarms",
        AlarmSettings,
        Text("设备告警", "Device alarms"),
        edit=Permission.BRANCH_CONFIGURE,
    )
    history = History(parts.log, parts.clock)
    maintenance = Maintenance(parts.log, parts.clock, register)
    devices = parts.service("devices", DeviceService)
    faults = FaultService(
        parts.log, parts.ids, parts.live, devices, directory, maintenance, history
    )
    reliability = Reliability(parts.clock, register, directory, maintenance, history)
    parts.offer("faults", faults)
    parts.offer("reliability", reliability)

    async def of_branch(key: str) -> msgspec.Struct | None:
        return await shown.branch_view(faults, key)

    async def one(key: str) -> msgspec.Struct | None:
        branch, _, device = key.partition("/")
        found = register.get(device)
        if found is None or found.branch != branch:
            return None
        return await shown.device_view(faults, reliability, found)

    parts.live.register(ViewType(BRANCH_VIEW, Permission.DEVICE_SEE, of_branch))
    parts.live.register(ViewType(DEVICE_VIEW, Permission.DEVICE_SEE, one))
    automation.register(parts.service("automations", Automations), faults)
    parts.on_start(maintenance.start)
    parts.on_start(faults.start)
    parts.on_stop(faults.stop)


EVENTS = EventTypes()
for _types in (events.TYPES, windows.TYPES):
    EVENTS.include(_types)

FEATURE = Feature(
    name="faults",
    about=Text("设备故障与运维分析", "Faults of devices, repairs, availability, forecasts"),
    events=EVENTS,
    routes=routes.ROUTES,
    wire=wire,
)
"""After the devices, before what reacts to alarms."""
