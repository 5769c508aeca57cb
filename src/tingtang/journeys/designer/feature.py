"""The designer as a feature."""

from tingtang.journeys.actions import Actions
from tingtang.journeys.designer import routes
from tingtang.journeys.designer.model import TYPES, ScenarioReleased
from tingtang.journeys.designer.service import Designer
from tingtang.journeys.library import Library
from tingtang.kernel.errors import Refused
from tingtang.kernel.feature import Feature, Parts
from tingtang.kernel.reactions import Trigger
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory


def wire(parts: Parts) -> None:
    library = parts.service("library", Library)
    actions = parts.service("actions", Actions)
    directory = parts.service("directory", Directory)

    def name_of(staff: str) -> str:
        try:
            return directory.person(staff).name
        except Refused:
            return staff  # who has left the bank

    parts.offer("designer", Designer(parts.log, parts.clock, library, actions, name_of))

    async def on_release(_trigger: Trigger) -> None:
        await library.reload()

    parts.reactions.register("journeys.library", (ScenarioReleased,), on_release, from_now=True)


FEATURE = Feature(
    name="designer",
    about=Text("流程设计与发布", "Drawing and releasing scenarios"),
    events=TYPES,
    routes=routes.ROUTES,
    wire=wire,
)
"""Drawing, trying and releasing scenarios without code."""
