"""What a device and the platform say to each other over MQTT.

A device ``d`` publishes below ``tt/d/up/`` and listens below ``tt/d/down/``; its credentials allow
nothing else. All payloads are JSON objects; times are milliseconds since 1970 UTC.

| topic | retained | payload |
|---|---|---|
| ``up/state`` | yes | :class:`LinkState`; the broker sends ``{"link": "offline"}`` as last will |
| ``up/beat`` | no | :class:`Beat` |
| ``up/modules`` | yes | module name to :class:`ModuleReport` |
| ``up/properties`` | yes | property name to value |
| ``up/telemetry`` | no | :class:`Samples`, QoS 1 |
| ``up/event`` | no | :class:`DeviceHappening`, QoS 1 |
| ``up/result`` | no | :class:`CommandResult`, QoS 1 |
| ``down/command`` | no | :class:`CommandCall`, QoS 1 |
| ``down/modules`` | yes | module name to true or false: which are in use |
"""

from enum import StrEnum
from typing import Annotated

import msgspec

from tingtang.devices.model.kinds import Name

ROOT = "tt"
PAYLOAD_MAX_BYTES = 64_000
"""Larger payloads are thrown away and the device is flagged; pictures and logs go over HTTP."""
VALUES_MAX = 200

Value = bool | float | Annotated[str, msgspec.Meta(max_length=500)]
Values = Annotated[dict[Name, Value], msgspec.Meta(max_length=VALUES_MAX)]


class Link(StrEnum):
    """Whether a device can be reached."""

    ONLINE = "online"
    SLEEPING = "sleeping"
    """Switched off or asleep on purpose."""
    OFFLINE = "offline"
    UNKNOWN = "unknown"
    """Never heard of since the platform started."""


class App(StrEnum):
    """What the program on a device does (应用运行)."""

    RUNNING = "running"
    PAUSED = "paused"
    FAULT = "fault"
    UNKNOWN = "unknown"


class Health(StrEnum):
    """How a module is (外设运行)."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class LinkState(msgspec.Struct, frozen=True):
    link: Link
    app: App = App.RUNNING
    firmware: Annotated[str, msgspec.Meta(max_length=60)] = ""
    boot: Annotated[str, msgspec.Meta(max_length=60)] = ""
    """Changes with every start of the device."""
    time_ms: int = 0


class Beat(msgspec.Struct, frozen=True):
    number: int
    time_ms: int
    """By the device's own clock: one that is far off is flagged."""


class ModuleReport(msgspec.Struct, frozen=True):
    health: Health
    code: Annotated[str, msgspec.Meta(max_length=60)] = ""
    """The maker's or the standard's code of what is wrong."""
    detail: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Samples(msgspec.Struct, frozen=True):
    time_ms: int
    values: Values


class DeviceHappening(msgspec.Struct, frozen=True):
    """Something that happened at a device: a button, somebody near, a cell opened."""

    name: Name
    time_ms: int
    data: Values = {}
    id: Annotated[str, msgspec.Meta(max_length=60)] = ""
    """The device's own id of it; the same id is taken once."""


class CommandCall(msgspec.Struct, frozen=True):
    id: str
    name: str
    """A declared command, or ``set`` with property values as parameters."""
    parameters: dict[str, bool | float | str] = {}
    until_ms: int = 0
    """After this the device must not begin with it any more."""


class CommandStep(StrEnum):
    ACCEPTED = "accepted"
    DONE = "done"
    FAILED = "failed"


class CommandResult(msgspec.Struct, frozen=True):
    command: Annotated[str, msgspec.Meta(max_length=60)]
    step: CommandStep
    code: Annotated[str, msgspec.Meta(max_length=60)] = ""
    detail: Annotated[str, msgspec.Meta(max_length=200)] = ""
    data: Values = {}
