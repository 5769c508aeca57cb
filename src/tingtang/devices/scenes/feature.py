"""Scenes as a feature of their own, right after the devices."""

import msgspec

from tingtang.devices.register import Register
from tingtang.devices.scenes import automation, routes
from tingtang.devices.scenes.book import SceneBook
from tingtang.devices.scenes.daylight.control import VIEW as DAYLIGHT_VIEW
from tingtang.devices.scenes.daylight.control import Daylight
from tingtang.devices.scenes.daylight.model import DaylightSettings
from tingtang.devices.scenes.model import TYPES
from tingtang.devices.scenes.service import VIEW, SceneService
from tingtang.devices.service import DeviceService
from tingtang.kernel.automations.engine import Automations
from tingtang.kernel.feature import Feature, Parts
from tingtang.kernel.live import ViewType
from tingtang.kernel.permissions import Permission
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory


def wire(parts: Parts) -> None:
    directory = parts.service("directory", Directory)
    devices = parts.service("devices", DeviceService)
    book = SceneBook(parts.log, parts.clock, parts.service("register", Register), directory)
    scenes = SceneService(parts.log, parts.ids, parts.live, devices, directory, book)
    parts.offer("scenes", scenes)

    async def of_branch(key: str) -> msgspec.Struct | None:
        directory.branch(key)
        return routes.branch_view(scenes, key)

    parts.live.register(ViewType(VIEW, Permission.DEVICE_SEE, of_branch))
    automation.register(
        parts.service("automations", Automations), parts.log, devices, scenes, directory
    )
    directory.sections.register(
        "daylight",
        DaylightSettings,
        Text("自动光感", "Daylight control"),
        edit=Permission.BRANCH_CONFIGURE,
    )
    daylight = Daylight(parts.log, parts.live, devices, directory)
    parts.offer("daylight", daylight)

    async def light(key: str) -> msgspec.Struct | None:
        directory.branch(key)
        return await daylight.view(key)

    parts.live.register(ViewType(DAYLIGHT_VIEW, Permission.DEVICE_SEE, light))
    parts.on_start(daylight.start)
    parts.on_stop(daylight.stop)
    parts.on_start(book.start)
    parts.on_start(scenes.start)
    parts.on_stop(scenes.stop)


FEATURE = Feature(
    name="scenes",
    about=Text("场景：一键到位", "Wanted states of many devices, set in one tap"),
    events=TYPES,
    routes=routes.ROUTES,
    wire=wire,
)
