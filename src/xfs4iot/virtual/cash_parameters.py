"""The payloads of CashManagement and of the storage of cash."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from xfs4iot.server.commands import Parameters
from xfs4iot.virtual.storage import Count

Level = Literal["fit", "unfit", "suspect", "counterfeit", "inked", "unrecognized"]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$")]


class UnitConfiguration(Parameters):
    high_threshold: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    low_threshold: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    app_lock_in: bool | None = None
    app_lock_out: bool | None = None


class UnitCounts(Parameters):
    initial: dict[str, Count | dict[Level, Count]] | None = None
    """By note type; ``unrecognized`` is a number by itself."""


class CashUnitWanted(Parameters):
    configuration: UnitConfiguration | None = None
    status: UnitCounts | None = None


class UnitWanted(Parameters):
    """What Storage.SetStorage may set of a unit for cash."""

    cash: CashUnitWanted | None = None


class Retract(Parameters):
    output_position: str | None = None
    retract_area: str = "retract"
    index: int | None = None


class ItemFilter(Parameters):
    level: Level | None = None
    index: Annotated[int, Meta(ge=0)] | None = None


class ItemInfoTypes(Parameters):
    serial_number: bool = True
    signature: bool = False
    image: bool = False


class GetItemInfo(Parameters):
    items: ItemFilter | None = None
    item_info_type: ItemInfoTypes | None = None


class ClassificationElement(Parameters):
    serial_number: Annotated[str, Meta(max_length=40)]
    level: Level
    currency: Currency | None = None
    value: float | None = None


class SetClassificationList(Parameters):
    version: Annotated[str, Meta(max_length=40)] = ""
    classification_elements: Annotated[list[ClassificationElement], Meta(max_length=10_000)] = (
        msgspec.field(default_factory=list)
    )
