"""What follows from what a device says or is told. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tingtang.devices.model import commands as c
from tingtang.devices.model import events as e
from tingtang.devices.model import problems as p
from tingtang.devices.model.declared import fits
from tingtang.devices.model.kinds import DeviceType, Quantity, Risk
from tingtang.devices.model.state import OPEN_COMMANDS, CommandState, DeviceState, GivenCommand
from tingtang.devices.model.wire import CommandStep, Link, Value
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.text import Text

SET = "set"
"""The command that sets properties; every type knows it."""
SET_TIMEOUT_MS = 5_000
WAKE = "wake"
"""The command that wakes; types that declare how they are woken know it."""
WAKE_TIMEOUT_MS = 180_000
"""A computer is up within this time, or it did not wake."""
ALREADY_ON = "already_on"
REPEAT_MS = 2_000
"""Without an acknowledgement for this long a harmless command is sent again."""
ATTEMPTS_MAX = 3

Events = Sequence[Event]


def decide(state: DeviceState, command: c.DeviceInput, at_ms: int) -> Events:
    """The events that ``command`` leads to at ``at_ms``; raises :class:`Refused`."""
    return _DECIDERS[type(command)](state, command, at_ms)


def _hear_state(state: DeviceState, command: c.HearState, _at_ms: int) -> Events:
    said = command.state
    events: list[Event] = []
    if said.link is not state.link:
        events.append(e.LinkChanged(link=said.link, why=command.why))
    if said.link is not Link.ONLINE:
        return events
    if said.boot and said.boot != state.boot:
        events.append(e.DeviceStarted(boot=said.boot, firmware=said.firmware))
        if state.boot:
            events += [
                e.CommandEnded(command=one.id, state=CommandState.UNKNOWN, code="restarted")
                for one in state.commands.values()
                if one.state in OPEN_COMMANDS and one.name not in RESTARTING
            ]
    if said.app is not state.app:
        events.append(e.AppChanged(app=said.app))
    events += [
        e.CommandEnded(command=one.id, state=CommandState.DONE)
        for one in state.commands.values()
        if one.name == WAKE and one.state in OPEN_COMMANDS
    ]
    return events


RESTARTING = frozenset({"restart", "shut_down", WAKE})
"""Commands that a new start answers rather than breaks off."""


def _hear_modules(state: DeviceState, command: c.HearModules, _at_ms: int) -> Events:
    events: list[Event] = []
    for name, report in command.modules.items():
        if command.type.module_named(name) is None:
            continue
        known = state.modules.get(name)
        now = (report.health, report.code, report.detail)
        if known is None or (known.health, known.code, known.detail) != now:
            events.append(
                e.ModuleChanged(
                    module=name, health=report.health, code=report.code, detail=report.detail
                )
            )
    return events


def _hear_properties(state: DeviceState, command: c.HearProperties, _at_ms: int) -> Events:
    changed = {
        name: value
        for name, value in command.values.items()
        if (quantity := command.type.property_named(name)) is not None
        and fits(quantity, value)
        and state.properties.get(name) != value
    }
    return (e.PropertiesChanged(values=changed),) if changed else ()


def _hear_result(state: DeviceState, command: c.HearResult, _at_ms: int) -> Events:
    given = state.commands.get(command.command)
    if given is None:
        return ()
    if command.step is CommandStep.ACCEPTED:
        is_news = given.state is CommandState.SENT
        return (e.CommandAccepted(command=given.id),) if is_news else ()
    if given.state in {CommandState.DONE, CommandState.FAILED}:
        return ()  # said twice
    # A result that comes late turns "unknown" into what really happened.
    ended = CommandState.DONE if command.step is CommandStep.DONE else CommandState.FAILED
    return (
        e.CommandEnded(
            command=given.id,
            state=ended,
            code=command.code,
            detail=command.detail,
            data=command.data,
        ),
    )


def _hear_happening(state: DeviceState, command: c.HearHappening, _at_ms: int) -> Events:
    said = command.happening
    if said.id and said.id in state.happened:
        return ()
    return (e.DeviceHappened(name=said.name, said_ms=said.time_ms, data=said.data, id=said.id),)


def _lose(state: DeviceState, _command: c.Lose, _at_ms: int) -> Events:
    if state.link is not Link.ONLINE:
        return ()
    return (e.LinkChanged(link=Link.OFFLINE, why="silence"),)


def _give(state: DeviceState, command: c.Give, at_ms: int) -> Events:
    if command.command in state.commands:
        return ()
    timeout_ms = check_command(command.type, command.name, command.parameters, command.may_maintain)
    given = e.CommandGiven(
        command=command.command,
        name=command.name,
        parameters=command.parameters,
        until_ms=at_ms + round(timeout_ms * command.pace),
    )
    if command.name != WAKE:
        if state.link is not Link.ONLINE:
            raise Refused(p.NOT_REACHABLE)
        return (given,)
    if state.link is Link.ONLINE:
        done = e.CommandEnded(command=command.command, state=CommandState.DONE, code=ALREADY_ON)
        return (given, done)
    return (given,)


def check_command(
    type_: DeviceType, name: str, parameters: Mapping[str, Value], may_maintain: bool
) -> int:
    """Refuse what this type cannot do; gives the time-out in milliseconds."""
    if name == SET:
        for key, value in parameters.items():
            _check(type_.property_named(key), key, value)
        if not parameters:
            raise Refused(p.MISSING_PARAMETER, name=Text("要设置的项", "something to set"))
        return SET_TIMEOUT_MS
    declared = type_.command_named(name)
    if name == WAKE and type_.wakes:
        return WAKE_TIMEOUT_MS
    if declared is None:
        raise Refused(p.UNKNOWN_COMMAND, type=type_.text, command=name)
    if declared.risk is Risk.MAINTAIN and not may_maintain:
        raise Refused(p.MAINTENANCE_ONLY, command=declared.text)
    by_name = {one.name: one for one in declared.parameters}
    for key, value in parameters.items():
        _check(by_name.get(key), key, value)
    for one in declared.parameters:
        if one.name not in parameters:
            raise Refused(p.MISSING_PARAMETER, name=one.text)
    return declared.timeout_ms


def _check(quantity: Quantity | None, name: str, value: Value) -> None:
    if quantity is None or not fits(quantity, value):
        raise Refused(p.BAD_PARAMETER, name=quantity.text if quantity is not None else name)


def _switch_module(state: DeviceState, command: c.SwitchModule, _at_ms: int) -> Events:
    if command.type.module_named(command.module) is None:
        raise Refused(p.UNKNOWN_MODULE, type=command.type.text, module=command.module)
    known = state.modules.get(command.module)
    if (known is None or known.enabled) == command.enabled:
        return ()
    return (e.ModuleSwitched(module=command.module, enabled=command.enabled),)


def _raise_flag(state: DeviceState, command: c.RaiseFlag, _at_ms: int) -> Events:
    if command.code in state.flags:
        return ()
    return (e.DeviceFlagged(code=command.code, detail=command.detail),)


def _clear_flag(state: DeviceState, command: c.ClearFlag, _at_ms: int) -> Events:
    return (e.FlagCleared(code=command.code),) if command.code in state.flags else ()


def _run_timers(state: DeviceState, command: c.RunTimers, at_ms: int) -> Events:
    events: list[Event] = []
    for given in state.commands.values():
        if given.state not in OPEN_COMMANDS:
            continue
        if at_ms >= given.until_ms:
            events.append(e.CommandEnded(command=given.id, state=CommandState.UNKNOWN))
        elif is_to_repeat(command.type, given, at_ms, command.pace):
            events.append(e.CommandRepeated(command=given.id))
    return events


def is_to_repeat(type_: DeviceType, given: GivenCommand, at_ms: int, pace: float = 1.0) -> bool:
    """A command that does no harm when done twice and was not acknowledged."""
    declared = type_.command_named(given.name)
    return (
        given.state is CommandState.SENT
        and (given.name in {SET, WAKE} or (declared is not None and declared.may_repeat))
        and given.attempts < ATTEMPTS_MAX
        and at_ms >= given.sent_ms + REPEAT_MS * pace * given.attempts
    )


_DECIDERS: dict[type[c.DeviceInput], Callable[[DeviceState, Any, int], Events]] = {
    c.HearState: _hear_state,
    c.HearModules: _hear_modules,
    c.HearProperties: _hear_properties,
    c.HearResult: _hear_result,
    c.HearHappening: _hear_happening,
    c.Lose: _lose,
    c.Give: _give,
    c.SwitchModule: _switch_module,
    c.RaiseFlag: _raise_flag,
    c.ClearFlag: _clear_flag,
    c.RunTimers: _run_timers,
}
