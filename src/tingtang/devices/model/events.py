"""What can happen to a device."""

import msgspec

from tingtang.devices.model.state import CommandState
from tingtang.devices.model.wire import App, Health, Link, Value
from tingtang.kernel.events import Event, EventTypes


class LinkChanged(Event, frozen=True):
    link: Link
    why: str = ""
    """"said" by the device, "will" of a lost connection, "silence", "beat" after a silence, "clash" of
    two connections."""


class DeviceStarted(Event, frozen=True):
    """It came up anew: commands it had not finished are lost."""

    boot: str
    firmware: str = ""


class AppChanged(Event, frozen=True):
    app: App


class ModuleChanged(Event, frozen=True):
    module: str
    health: Health
    code: str = ""
    detail: str = ""


class ModuleSwitched(Event, frozen=True):
    """Staff took a part out of use, or put it back."""

    module: str
    enabled: bool


class PropertiesChanged(Event, frozen=True):
    values: dict[str, Value]


class CommandGiven(Event, frozen=True):
    command: str
    name: str
    until_ms: int
    parameters: dict[str, Value]


class CommandRepeated(Event, frozen=True):
    """No acknowledgement came, so it was sent again."""

    command: str


class CommandAccepted(Event, frozen=True):
    command: str


class CommandEnded(Event, frozen=True):
    command: str
    state: CommandState
    code: str = ""
    detail: str = ""
    data: dict[str, Value] = msgspec.field(default_factory=dict)
    """What the device answered: a version, what it counted, where its picture is kept."""


class DeviceFlagged(Event, frozen=True):
    """What it says makes no sense: malformed, too much, a clock that is far off."""

    code: str
    detail: str = ""


class FlagCleared(Event, frozen=True):
    code: str


class DeviceHappened(Event, frozen=True):
    """Something happened at the device: a button was pressed, somebody came near."""

    name: str
    said_ms: int
    """By the device's clock."""
    data: dict[str, Value] = msgspec.field(default_factory=dict)
    id: str = ""


TYPES = EventTypes(
    "device",
    [
        LinkChanged, DeviceStarted, AppChanged, ModuleChanged, ModuleSwitched, PropertiesChanged,
        CommandGiven, CommandRepeated, CommandAccepted, CommandEnded, DeviceFlagged, FlagCleared,
        DeviceHappened,
    ],
)  # fmt: skip
