"""Devices as a feature: how it is wired."""

import msgspec

from tingtang.devices import routes
from tingtang.devices.files import DeviceFiles
from tingtang.devices.here import wire_here
from tingtang.devices.model import events as device_events
from tingtang.devices.model import records
from tingtang.devices.mqtt.home_assistant_out import HomeAssistantSettings
from tingtang.devices.mqtt.wiring import wire_mqtt
from tingtang.devices.register import Register
from tingtang.devices.service import BRANCH_VIEW, DEVICE_VIEW, DeviceService
from tingtang.devices.telemetry import Telemetry
from tingtang.devices.xfs.wiring import wire_xfs
from tingtang.kernel.events import EventTypes
from tingtang.kernel.feature import Feature, Parts
from tingtang.kernel.live import ViewType
from tingtang.kernel.permissions import Permission
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory


def wire(parts: Parts) -> None:
    register = Register(parts.log, parts.clock, parts.service("directory", Directory))
    telemetry = Telemetry(parts.log, parts.clock)
    devices = DeviceService(parts.log, parts.clock, parts.ids, parts.live, register, telemetry)
    files = DeviceFiles(parts.log, parts.clock, parts.ids, parts.vault)
    parts.offer("register", register)
    parts.offer("device_files", files)
    parts.offer("devices", devices)

    async def of_branch(key: str) -> msgspec.Struct | None:
        return await routes.branch_view(devices, key)

    async def one(key: str) -> msgspec.Struct | None:
        branch, _, device = key.partition("/")
        found = register.get(device)
        if found is None or found.branch != branch:
            return None
        return await routes.device_view(devices, files, found)

    parts.live.register(ViewType(BRANCH_VIEW, Permission.DEVICE_SEE, of_branch))
    parts.live.register(ViewType(DEVICE_VIEW, Permission.DEVICE_SEE, one))
    for start in (register.start, telemetry.start, devices.start, files.start):
        parts.on_start(start)
    for stop in (telemetry.stop, devices.stop, files.stop):
        parts.on_stop(stop)
    parts.service("directory", Directory).sections.register(
        "home_assistant",
        HomeAssistantSettings,
        Text("Home Assistant", "Home Assistant"),
        edit=Permission.BRANCH_CONFIGURE,
    )
    wire_mqtt(parts, devices)
    wire_xfs(parts, devices)
    wire_here(parts, devices)


EVENTS = EventTypes()
for _types in (records.TYPES, device_events.TYPES):
    EVENTS.include(_types)

FEATURE = Feature(
    name="devices",
    about=Text("设备管理、物联总控", "Every machine of a branch, seen and controlled"),
    events=EVENTS,
    routes=routes.ROUTES,
    wire=wire,
)
