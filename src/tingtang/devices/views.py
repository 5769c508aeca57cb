"""What screens show of devices, as pure functions of the register and of states."""

from collections.abc import Iterable, Mapping

import msgspec

from tingtang.devices.model import records as r
from tingtang.devices.model.files import DeviceFile
from tingtang.devices.model.kinds import DeviceType, Group
from tingtang.devices.model.state import (
    CommandState,
    Condition,
    DeviceState,
    Flag,
    GivenCommand,
    condition,
)
from tingtang.devices.model.wire import App, Health, Link, Value
from tingtang.kernel.text import Text


class DeviceCard(msgspec.Struct, frozen=True):
    """A device in a list or on the map."""

    name: Text
    type: str
    type_text: Text
    icon: str
    group: Group
    zone: str
    spot: r.Spot | None
    condition: Condition
    since_ms: int
    link: Link
    app: App
    firmware: str
    properties: Mapping[str, Value]
    troubles: tuple[str, ...]
    """Names of modules in use that do not work, and codes of flags."""
    under_way: int
    """Commands that have no outcome yet."""
    in_use: bool


class BranchDevices(msgspec.Struct, frozen=True):
    """``devices.branch``: every device of a branch, by its id."""

    devices: dict[str, DeviceCard]
    counts: dict[Condition, int]


class BranchFleet(msgspec.Struct, frozen=True):
    """A branch in the fleet: how many of its devices are how."""

    branch: str
    name: Text
    devices: int
    counts: dict[Condition, int]


class ModuleView(msgspec.Struct, frozen=True):
    text: Text
    health: Health
    code: str
    detail: str
    since_ms: int
    enabled: bool


class CommandView(msgspec.Struct, frozen=True):
    name: str
    parameters: Mapping[str, Value]
    state: CommandState
    sent_ms: int
    ended_ms: int
    code: str
    detail: str
    data: Mapping[str, Value]
    """What the device answered."""


class DeviceView(msgspec.Struct, frozen=True):
    """``devices.device``: one device in full."""

    card: DeviceCard
    device: r.Device
    wanted: Mapping[str, Value]
    modules: dict[str, ModuleView]
    commands: dict[str, CommandView]
    """The newest last."""
    flags: Mapping[str, Flag]
    boots: int
    link_why: str
    files: list[DeviceFile]
    """Pictures and logs, the newest first."""


def card(device: r.Device, type_: DeviceType, state: DeviceState) -> DeviceCard:
    """One device in short."""
    broken = [
        name
        for name, module in state.modules.items()
        if module.enabled and module.health in {Health.FAULT, Health.ABSENT}
    ]
    return DeviceCard(
        name=device.name,
        type=type_.code,
        type_text=type_.text,
        icon=type_.icon,
        group=type_.group,
        zone=device.zone,
        spot=device.spot,
        condition=condition(state),
        since_ms=state.link_since_ms,
        link=state.link,
        app=state.app,
        firmware=state.firmware,
        properties=state.properties,
        troubles=(*broken, *state.flags),
        under_way=sum(
            one.state in {CommandState.SENT, CommandState.ACCEPTED}
            for one in state.commands.values()
        ),
        in_use=device.active,
    )


def branch(found: Iterable[tuple[r.Device, DeviceType, DeviceState]]) -> BranchDevices:
    """All devices of a branch."""
    cards = {device.id: card(device, type_, state) for device, type_, state in found}
    counts = dict.fromkeys(Condition, 0)
    for shown in cards.values():
        counts[shown.condition] += 1
    return BranchDevices(cards, counts)


def fleet(
    branches: Iterable[tuple[str, Text, Iterable[DeviceState]]],
) -> list[BranchFleet]:
    """Branches by id and name with the states of their devices in use."""
    shown = []
    for branch_id, name, states in branches:
        counts = dict.fromkeys(Condition, 0)
        for state in states:
            counts[condition(state)] += 1
        shown.append(BranchFleet(branch_id, name, sum(counts.values()), counts))
    return shown


def device(
    found: r.Device, type_: DeviceType, state: DeviceState, files: list[DeviceFile]
) -> DeviceView:
    """One device in full, with every declared module even if it was never heard of."""
    modules = {}
    for module in type_.modules:
        known = state.modules.get(module.name)
        modules[module.name] = ModuleView(
            text=module.text,
            health=known.health if known else Health.UNKNOWN,
            code=known.code if known else "",
            detail=known.detail if known else "",
            since_ms=known.since_ms if known else 0,
            enabled=known.enabled if known else True,
        )
    return DeviceView(
        card=card(found, type_, state),
        device=found,
        wanted=state.wanted,
        modules=modules,
        commands={one.id: _command(one) for one in state.commands.values()},
        flags=state.flags,
        boots=state.boots,
        link_why=state.link_why,
        files=files,
    )


def _command(given: GivenCommand) -> CommandView:
    return CommandView(
        name=given.name,
        parameters=given.parameters,
        state=given.state,
        sent_ms=given.sent_ms,
        ended_ms=given.ended_ms,
        code=given.code,
        detail=given.detail,
        data=given.data,
    )
