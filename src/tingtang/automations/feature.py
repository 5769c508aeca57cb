"""Automations as a feature: before all that offer them words, after what knows the branches."""

import msgspec

from tingtang.automations import routes
from tingtang.automations.places import LocationSettings, OrgPlaces
from tingtang.kernel.automations.engine import VIEW, Automations
from tingtang.kernel.automations.events import TYPES
from tingtang.kernel.feature import Feature, Parts
from tingtang.kernel.live import ViewType
from tingtang.kernel.permissions import Permission
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory


def wire(parts: Parts) -> None:
    directory = parts.service("directory", Directory)
    directory.sections.register(
        "location",
        LocationSettings,
        Text("网点位置", "Location"),
        edit=Permission.BRANCH_CONFIGURE,
    )
    automations = Automations(
        parts.log, parts.clock, parts.ids, parts.live, parts.reactions, OrgPlaces(directory)
    )
    parts.offer("automations", automations)

    async def of_branch(key: str) -> msgspec.Struct | None:
        return routes.branch_view(automations, key)

    parts.live.register(ViewType(VIEW, Permission.RULES_SEE, of_branch))


def wire_start(parts: Parts) -> None:
    """The engine starts after all others, whose actions it may take up, and stops before them."""
    automations = parts.service("automations", Automations)
    parts.on_start(automations.start)
    parts.on_stop(automations.stop)


ENGINE = Feature(
    name="automation-engine",
    about=Text("自动化的运行", "Automations at work"),
    wire=wire_start,
)
"""Stands last in the list of features: see :func:`wire_start`."""

FEATURE = Feature(
    name="automations",
    about=Text("自动化：触发、条件、动作", "What follows from what, edited without code"),
    events=TYPES,
    routes=routes.ROUTES,
    wire=wire,
)
