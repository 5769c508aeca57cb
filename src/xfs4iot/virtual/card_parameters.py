"""The payloads of the card reader's commands."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from xfs4iot.server.commands import Parameters
from xfs4iot.virtual.storage import Count

Place = Annotated[str, Meta(pattern="^(exit|transport|unit[0-9A-Za-z]+)$", max_length=40)]
Base64 = Annotated[str, Meta(pattern="^[A-Za-z0-9+/]*={0,2}$")]


class ReadRawData(Parameters):
    track1: bool = False
    track2: bool = False
    track3: bool = False
    chip: bool = False
    security: bool = False
    watermark: bool = False
    memory_chip: bool = False
    track1_front: bool = False
    front_image: bool = False
    back_image: bool = False


class TrackData(Parameters):
    destination: Literal["track1", "track2", "track3", "track1Front", "track1JIS", "track3JIS"]
    data: Base64
    write_method: Literal["loco", "hico", "auto"] = "auto"


class WriteRawData(Parameters):
    data: Annotated[list[TrackData], Meta(min_length=1, max_length=6)]


class Move(Parameters, rename={"source": "from", "target": "to"}):
    source: Place = "transport"
    target: Place = "exit"


class Reset(Parameters):
    to: Literal["exit", "retain", "currentPosition"] = "exit"
    storage_id: str | None = None


class ChipIO(Parameters):
    chip_protocol: str
    chip_data: Base64


class ChipPower(Parameters):
    chip_power: Literal["cold", "warm", "off"]


class UnitConfiguration(Parameters):
    card_id: Annotated[str, Meta(max_length=100)] | None = msgspec.field(
        name="cardID", default=None
    )
    threshold: Count | None = None


class UnitCount(Parameters):
    initial_count: Count | None = None


class CardUnitWanted(Parameters):
    configuration: UnitConfiguration | None = None
    status: UnitCount | None = None


class UnitWanted(Parameters):
    """What Storage.SetStorage may set of a unit for cards."""

    card: CardUnitWanted | None = None
