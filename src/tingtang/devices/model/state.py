"""What is known of one device, from its own stream ``device/<device>``."""

from enum import StrEnum

import msgspec

from tingtang.devices.model.wire import App, Health, Link, Value

COMMANDS_KEPT = 20
"""Commands that have ended and are still shown; the log keeps all."""


HAPPENED_KEPT = 50


class CommandState(StrEnum):
    """How far a command has come."""

    SENT = "sent"
    ACCEPTED = "accepted"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Nothing was heard in time: it may or may not have been done."""


OPEN_COMMANDS = frozenset({CommandState.SENT, CommandState.ACCEPTED})


class GivenCommand(msgspec.Struct):
    """A command on its way to a device, or what came of it."""

    id: str
    name: str
    parameters: dict[str, Value]
    sent_ms: int
    until_ms: int
    state: CommandState = CommandState.SENT
    attempts: int = 1
    code: str = ""
    detail: str = ""
    data: dict[str, Value] = {}
    ended_ms: int = 0


class ModuleState(msgspec.Struct):
    """One part of a device."""

    health: Health = Health.UNKNOWN
    code: str = ""
    detail: str = ""
    since_ms: int = 0
    enabled: bool = True
    """Switched off by staff: what needs it is not offered, whatever its health (R136)."""

    @property
    def works(self) -> bool:
        return self.enabled and self.health in {Health.OK, Health.WARNING}


class Flag(msgspec.Struct, frozen=True):
    """Something odd about what a device says."""

    detail: str
    since_ms: int


class DeviceState(msgspec.Struct):
    """A device as the platform knows it."""

    link: Link = Link.UNKNOWN
    link_since_ms: int = 0
    link_why: str = ""
    app: App = App.UNKNOWN
    firmware: str = ""
    boot: str = ""
    boots: int = 0
    modules: dict[str, ModuleState] = {}
    properties: dict[str, Value] = {}
    """As the device last reported them."""
    wanted: dict[str, Value] = {}
    """As they were last asked for."""
    commands: dict[str, GivenCommand] = {}
    flags: dict[str, Flag] = {}
    happened: list[str] = []
    """The device's own ids of what happened last, so that nothing is taken twice."""


class Condition(StrEnum):
    """A device in one word, worst first: what a list is sorted and a map coloured by."""

    FAULT = "fault"
    OFFLINE = "offline"
    WARNING = "warning"
    UNKNOWN = "unknown"
    PAUSED = "paused"
    SLEEPING = "sleeping"
    OK = "ok"


def condition(state: DeviceState) -> Condition:
    """From the network, the application and the parts in use, in this order (网络、应用、外设).

    What a device said before its link was lost is not taken for its present state.
    """
    if state.link in _OF_LINK:
        return _OF_LINK[state.link]
    in_use = [module.health for module in state.modules.values() if module.enabled]
    if state.app is App.FAULT or Health.FAULT in in_use:
        return Condition.FAULT
    if state.flags or Health.WARNING in in_use or Health.ABSENT in in_use:
        return Condition.WARNING
    return Condition.PAUSED if state.app is App.PAUSED else Condition.OK


_OF_LINK = {
    Link.OFFLINE: Condition.OFFLINE,
    Link.UNKNOWN: Condition.UNKNOWN,
    Link.SLEEPING: Condition.SLEEPING,
}
