"""What is registered of a device: where it stands, who made it, how it is reached."""

from enum import StrEnum
from typing import Annotated

import msgspec

from tingtang.devices.model.kinds import Name
from tingtang.kernel.errors import Problem
from tingtang.kernel.events import Event, EventTypes
from tingtang.kernel.ids import BranchId, ZoneId
from tingtang.kernel.text import Text

DeviceId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$")]
"""Also the device's name in topics and its user name at the broker."""
Short = Annotated[str, msgspec.Meta(max_length=60)]
Date = Annotated[str, msgspec.Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
Label = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


Mac = Annotated[str, msgspec.Meta(pattern=r"^([0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5})?$")]
WakeAddress = Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z0-9.-]{1,120}:\d{1,5})?$")]


class Protocol(StrEnum):
    """How a device is reached."""

    MQTT = "mqtt"
    HOME_ASSISTANT = "home_assistant"
    """Off the shelf: it announced itself in Home Assistant's format."""
    XFS = "xfs"


class Spot(msgspec.Struct, frozen=True):
    """A place on the branch's floor plan, in its metres."""

    floor: int = 1
    x: float = 0.0
    y: float = 0.0


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A machine of a branch. What it is doing now is in its own stream."""

    id: DeviceId
    branch: BranchId
    type: Name
    name: Text
    zone: ZoneId = ZoneId("")
    spot: Spot | None = None
    protocol: Protocol = Protocol.MQTT
    address: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """XFS4IoT: the address of its service publisher. Empty for what connects to us."""
    terminal: str = ""
    """The enrolled terminal that is this machine's screen, where it has one."""
    mac: Mac = ""
    """Of its network card, to which a magic packet is sent."""
    wake_address: WakeAddress = ""
    """``host:port`` to which magic packets go; empty: to all of our own network, port 9."""
    plug: str = ""
    """The device that gives it power: a switch of the same branch with the property ``on``."""
    maker: Short = ""
    model: Short = ""
    serial: Short = ""
    bought: Date = ""
    warranty_until: Date = ""
    active: bool = True


class DeviceSaved(Event, frozen=True):
    device: Device


class DeviceRemoved(Event, frozen=True):
    device: str


class CredentialsIssued(Event, frozen=True):
    """A new secret was made; what was connected with the old one is cut off."""

    device: str


class DeviceFileKept(Event, frozen=True):
    """A device sent a picture or a log."""

    device: str
    file: str
    kind: str
    size: int
    sha256: str
    command: str = ""


class DeviceFileSeen(Event, frozen=True):
    """Somebody looked at a picture or a log."""

    device: str
    file: str


TYPES = EventTypes(
    "devices", [DeviceSaved, DeviceRemoved, CredentialsIssued, DeviceFileKept, DeviceFileSeen]
)

ID_TAKEN = Problem("device_id_taken", 409, "设备编号 {id} 已被使用", "The id {id} is taken")
