"""How each event changes what is known of a device."""

from collections.abc import Callable
from typing import Any

from tingtang.devices.model import events as e
from tingtang.devices.model.decide import SET
from tingtang.devices.model.state import (
    COMMANDS_KEPT,
    HAPPENED_KEPT,
    OPEN_COMMANDS,
    CommandState,
    DeviceState,
    Flag,
    GivenCommand,
    ModuleState,
)
from tingtang.kernel.events import Event


def evolve(state: DeviceState, event: Event, at_ms: int) -> None:
    """Apply ``event``, which happened at ``at_ms``, to ``state`` in place."""
    _EVOLVERS[type(event)](state, event, at_ms)


def _link_changed(state: DeviceState, event: e.LinkChanged, at_ms: int) -> None:
    state.link, state.link_since_ms, state.link_why = event.link, at_ms, event.why


def _device_started(state: DeviceState, event: e.DeviceStarted, _at_ms: int) -> None:
    state.boot, state.boots = event.boot, state.boots + 1
    state.firmware = event.firmware or state.firmware


def _app_changed(state: DeviceState, event: e.AppChanged, _at_ms: int) -> None:
    state.app = event.app


def _module_changed(state: DeviceState, event: e.ModuleChanged, at_ms: int) -> None:
    module = state.modules.setdefault(event.module, ModuleState())
    if module.health is not event.health:
        module.since_ms = at_ms
    module.health, module.code, module.detail = event.health, event.code, event.detail


def _module_switched(state: DeviceState, event: e.ModuleSwitched, _at_ms: int) -> None:
    state.modules.setdefault(event.module, ModuleState()).enabled = event.enabled


def _properties_changed(state: DeviceState, event: e.PropertiesChanged, _at_ms: int) -> None:
    state.properties |= event.values


def _command_given(state: DeviceState, event: e.CommandGiven, at_ms: int) -> None:
    state.commands[event.command] = GivenCommand(
        id=event.command,
        name=event.name,
        parameters=event.parameters,
        sent_ms=at_ms,
        until_ms=event.until_ms,
    )
    if event.name == SET:
        state.wanted |= event.parameters
    ended = [one.id for one in state.commands.values() if one.state not in OPEN_COMMANDS]
    for old in ended[: max(0, len(ended) - COMMANDS_KEPT)]:
        del state.commands[old]


def _command_repeated(state: DeviceState, event: e.CommandRepeated, _at_ms: int) -> None:
    state.commands[event.command].attempts += 1


def _command_accepted(state: DeviceState, event: e.CommandAccepted, _at_ms: int) -> None:
    state.commands[event.command].state = CommandState.ACCEPTED


def _command_ended(state: DeviceState, event: e.CommandEnded, at_ms: int) -> None:
    given = state.commands[event.command]
    given.state, given.code, given.detail = event.state, event.code, event.detail
    given.data, given.ended_ms = event.data, at_ms


def _device_flagged(state: DeviceState, event: e.DeviceFlagged, at_ms: int) -> None:
    state.flags[event.code] = Flag(event.detail, at_ms)


def _flag_cleared(state: DeviceState, event: e.FlagCleared, _at_ms: int) -> None:
    state.flags.pop(event.code, None)


def _device_happened(state: DeviceState, event: e.DeviceHappened, _at_ms: int) -> None:
    if event.id:
        state.happened = [*state.happened, event.id][-HAPPENED_KEPT:]


_EVOLVERS: dict[type[Event], Callable[[DeviceState, Any, int], None]] = {
    e.LinkChanged: _link_changed,
    e.DeviceStarted: _device_started,
    e.AppChanged: _app_changed,
    e.ModuleChanged: _module_changed,
    e.ModuleSwitched: _module_switched,
    e.PropertiesChanged: _properties_changed,
    e.CommandGiven: _command_given,
    e.CommandRepeated: _command_repeated,
    e.CommandAccepted: _command_accepted,
    e.CommandEnded: _command_ended,
    e.DeviceFlagged: _device_flagged,
    e.FlagCleared: _flag_cleared,
    e.DeviceHappened: _device_happened,
}
