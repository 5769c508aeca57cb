"""What can be asked of a device's stream: what was heard of it, and what it is told."""

import msgspec

from tingtang.devices.model.kinds import DeviceType
from tingtang.devices.model.wire import (
    CommandStep,
    DeviceHappening,
    LinkState,
    ModuleReport,
    Value,
    Values,
)


class DeviceInput(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the commands of this page. ``type`` is the device's declaration."""

    type: DeviceType


class HearState(DeviceInput, frozen=True):
    state: LinkState
    why: str = "said"


class HearModules(DeviceInput, frozen=True):
    modules: dict[str, ModuleReport]


class HearProperties(DeviceInput, frozen=True):
    values: dict[str, Value]


class HearResult(DeviceInput, frozen=True):
    command: str
    step: CommandStep
    code: str = ""
    detail: str = ""
    data: Values = {}


class HearHappening(DeviceInput, frozen=True):
    happening: DeviceHappening


class Lose(DeviceInput, frozen=True):
    """Nothing was heard for too long."""


class Give(DeviceInput, frozen=True):
    """Tell the device to do something; ``name`` is a declared command, or ``set``."""

    command: str
    name: str
    parameters: dict[str, Value] = {}
    may_maintain: bool = False
    pace: float = 1.0
    """How much longer a wire takes by the hall's clock than by its own: a demo's runs faster."""


class SwitchModule(DeviceInput, frozen=True):
    module: str
    enabled: bool


class RaiseFlag(DeviceInput, frozen=True):
    code: str
    detail: str = ""


class ClearFlag(DeviceInput, frozen=True):
    code: str


class RunTimers(DeviceInput, frozen=True):
    """Send again what was not acknowledged; give up on what got no result in time."""

    pace: float = 1.0
