"""Offers as a feature, after the journeys that they follow."""

from tingtang.customers.service import CustomerService
from tingtang.journeys.actions import Actions
from tingtang.journeys.library import Library
from tingtang.journeys.offers.actions import OfferActions
from tingtang.journeys.offers.model import TYPES
from tingtang.journeys.offers.settings import OfferSettings
from tingtang.kernel.feature import Feature, Parts
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory


def wire(parts: Parts) -> None:
    directory = parts.service("directory", Directory)
    directory.sections.register(
        "offers", OfferSettings, Text("业务后推荐", "Offers after business")
    )
    OfferActions(
        parts.log, parts.clock, parts.services["core_bank"],
        parts.service("customers", CustomerService), directory, parts.service("library", Library),
    ).register(parts.service("actions", Actions))  # fmt: skip


FEATURE = Feature(
    name="offers",
    about=Text(
        "业务后推荐：至多一项，可轻松拒绝", "Offers after business: one at most, easy to decline"
    ),
    events=TYPES,
    wire=wire,
)
