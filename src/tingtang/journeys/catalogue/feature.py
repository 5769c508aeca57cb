"""The catalogue as a feature, after the journeys that it counts."""

from tingtang.journeys.catalogue import routes
from tingtang.journeys.catalogue.service import Catalogue
from tingtang.journeys.catalogue.settings import CatalogueSettings
from tingtang.journeys.desk import JourneyDesk
from tingtang.journeys.library import Library
from tingtang.kernel.feature import Feature, Parts
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory


def wire(parts: Parts) -> None:
    directory = parts.service("directory", Directory)
    directory.sections.register("catalogue", CatalogueSettings, Text("业务目录", "Catalogue"))
    library = parts.service("library", Library)
    catalogue = Catalogue(parts.database, parts.clock, library, directory)
    parts.offer("catalogue", catalogue)
    parts.service("journey_desk", JourneyDesk).shares_in = catalogue.shares_in


FEATURE = Feature(
    name="catalogue",
    about=Text("业务目录与自助覆盖率", "The catalogue of business, and its self-service coverage"),
    routes=routes.ROUTES,
    wire=wire,
)
"""What personal counters do, and how much of it customers do themselves."""
