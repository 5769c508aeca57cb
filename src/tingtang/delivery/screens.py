"""``delivery.here``: what the screen beside a locker or a dispenser shows (R098, R104).

Nobody who stands there is told what lies behind which door: the view names the cells, and of them
only the doors that are open now, and what for.
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from tingtang.delivery.cabinets import TYPE as LOCKER
from tingtang.delivery.dispensers import TYPE as DISPENSER
from tingtang.delivery.model import cabinet as m
from tingtang.delivery.model.cabinet_events import Purpose
from tingtang.delivery.model.kinds import KIND_NAMES, STOCK_OF, Size
from tingtang.delivery.service import Items
from tingtang.devices.model import events as device_events
from tingtang.devices.model import records as r
from tingtang.devices.model.wire import App, Link
from tingtang.devices.service import DeviceService
from tingtang.kernel.events import Event, Recorded
from tingtang.kernel.feature import Parts
from tingtang.kernel.live import ViewType
from tingtang.kernel.permissions import Actor, ActorKind, Permission
from tingtang.kernel.text import Text

VIEW = "delivery.here"
SAYS: tuple[type[Event], ...] = (device_events.LinkChanged, device_events.AppChanged)


class Machine(StrEnum):
    """What stands beside a screen."""

    NONE = ""
    LOCKER = LOCKER
    DISPENSER = DISPENSER


class CellShown(msgspec.Struct, frozen=True):
    """A door of the cabinet."""

    cell: int
    size: Size


class DoorShown(msgspec.Struct, frozen=True):
    """A door that stands open, or is told to open just now, and what for."""

    cell: int
    purpose: Purpose
    is_open: bool
    is_late: bool
    """It stands open for longer than it should."""


class ItemScreen(msgspec.Struct, frozen=True, kw_only=True):
    """What is beside a terminal; nothing where it is no item's screen."""

    machine: Machine = Machine.NONE
    device: str = ""
    name: Text = Text("")
    is_online: bool = False
    is_paused: bool = False
    """Staff took it out of service."""
    cells: list[CellShown] = []
    """Of a locker, all of them."""
    doors: list[DoorShown] = []
    kinds: list[Text] = []
    """What a dispenser hands out."""


class Screens:
    """Which terminal stands beside which machine."""

    def __init__(self, items: Items, devices: DeviceService) -> None:
        self._items = items
        self._devices = devices

    def machine_at(self, branch: str, terminal: str) -> r.Device | None:
        """The locker or dispenser whose screen a terminal is."""
        for one in self._devices.register.of_branch(branch):
            is_it = one.active and one.type in {LOCKER, DISPENSER}
            if terminal and is_it and one.terminal == terminal:
                return one
        return None

    def machine_of(self, branch: str, holder: str) -> str:
        """The id of the same, for whoever holds a journey; empty for all others."""
        kind, _, terminal = holder.partition(":")
        found = self.machine_at(branch, terminal) if kind == ActorKind.TERMINAL else None
        return found.id if found is not None else ""

    async def shown(self, branch: str, terminal: str) -> ItemScreen:
        """What a terminal's screen shows now."""
        device = self.machine_at(branch, terminal)
        if device is None:
            return ItemScreen()
        known = self._devices.known_state(device.id)
        is_online = known is not None and known.link is Link.ONLINE
        is_paused = known is not None and known.app is App.PAUSED
        if device.type == DISPENSER:
            kinds = [KIND_NAMES[kind] for kind in STOCK_OF]
            return ItemScreen(
                machine=Machine.DISPENSER, device=device.id, name=device.name,
                is_online=is_online, is_paused=is_paused, kinds=kinds,
            )  # fmt: skip
        sizes = self._items.settings(branch).sizes()
        state = await self._items.cabinets.state(device.id)
        return ItemScreen(
            machine=Machine.LOCKER, device=device.id, name=device.name, is_online=is_online,
            is_paused=is_paused, cells=[CellShown(number, size) for number, size in sorted(sizes.items())],
            doors=doors(state),
        )  # fmt: skip


def doors(state: m.Cabinet) -> list[DoorShown]:
    """The doors that somebody stands before."""
    return [
        DoorShown(number, one.purpose, one.state is m.CellState.OPEN, one.is_left_open)
        for number, one in sorted(state.cells.items())
        if one.state in {m.CellState.OPENING, m.CellState.OPEN}
    ]


def wire_screens(parts: Parts, screens: Screens, items: Items, devices: DeviceService) -> None:
    """Offer the view to the terminals themselves."""

    async def compute(key: str) -> ItemScreen:
        branch, _, terminal = key.partition("/")
        return await screens.shown(branch, terminal)

    async def own(actor: Actor, key: str) -> bool:
        return actor.kind is ActorKind.TERMINAL and key.partition("/")[2] == actor.id

    parts.live.register(ViewType(VIEW, Permission.GUIDE_SEE, compute, allow=own))

    def touch(_stream: str, recorded: Sequence[Recorded]) -> None:
        parts.live.touch_branch(recorded[0].branch, VIEW)

    def machine_said(one: Recorded) -> None:
        device = devices.register.get(one.stream.partition("/")[2])
        if device is not None and device.type in {LOCKER, DISPENSER}:
            parts.live.touch_branch(device.branch, VIEW)

    items.cabinets.host.on_change(touch)
    parts.log.follow(SAYS, machine_said)
    parts.log.follow(
        (r.DeviceSaved, r.DeviceRemoved), lambda one: parts.live.touch_branch(one.branch, VIEW)
    )
