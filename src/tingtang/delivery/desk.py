"""What pages of the delivery leg are shown."""

import msgspec

from tingtang.delivery import views as v
from tingtang.delivery.model.item_events import TYPES
from tingtang.delivery.model.kinds import OVER, Status
from tingtang.delivery.service import Items
from tingtang.devices.model.wire import Link
from tingtang.devices.service import DeviceService
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import EventLog
from tingtang.kernel.permissions import ActorKind
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory

OPEN = tuple(one for one in Status if one not in OVER)


class Board(msgspec.Struct, frozen=True):
    """A branch's open items by id, in order, and its cabinets."""

    items: dict[str, v.ItemView]
    order: tuple[str, ...]
    cabinets: list[v.CabinetView]


class DeliveryDesk:
    """Builds views; holds nothing."""

    def __init__(
        self, items: Items, directory: Directory, devices: DeviceService, log: EventLog
    ) -> None:
        self._items = items
        self._directory = directory
        self._devices = devices
        self._log = log

    async def board(self, branch: BranchId) -> Board:
        """What is open."""
        shown = await self.list(branch, OPEN)
        cabinets = await self.cabinets(branch)
        by_id = {one.order: one for one in shown.items}
        return Board(by_id, tuple(by_id), cabinets.cabinets)

    async def list(self, branch: BranchId, statuses: tuple[Status, ...]) -> v.ItemList:
        """Orders, those that changed last first."""
        self._directory.branch(branch)
        rows = await self._items.orders.rows(branch, statuses)
        names, now_ms = self._device_names(branch), self._items.orders.clock.now_ms()
        old_days = self._items.settings(branch).old_days
        shown = []
        for row in rows:
            receiver = await self._items.orders.receiver(row["item"])
            shown.append(v.item(row, receiver.name, names, now_ms, old_days))
        return v.ItemList(shown)

    async def cabinets(self, branch: BranchId) -> v.CabinetList:
        """All cells."""
        sizes = self._items.settings(branch).sizes()
        shown = []
        for device in self._items.cabinets.of_branch(branch):
            known = self._devices.known_state(device.id)
            is_online = known is not None and known.link is Link.ONLINE
            state = await self._items.cabinets.state(device.id)
            shown.append(v.cabinet(device.id, device.name, is_online, state, sizes))
        return v.CabinetList(shown)

    async def trail(self, branch: BranchId, order: str) -> v.Trail:
        """Everything that happened to an order: who, when, where, which seal."""
        await self._items.orders.row(order, branch)
        names = self._device_names(branch)
        wanted = TYPES.all().keys()
        recorded = await self._log.read_stream(f"item/{order}")
        lines = [
            v.line(
                r.type, r.time_ms, self.who(getattr(r.event, "by", "") or r.actor), r.event, names
            )
            for r in recorded
            if r.type in wanted
        ]
        return v.Trail(order, lines)

    def who(self, actor: str) -> str:
        """A person's name; of machines their id."""
        kind, _, name = actor.partition(":")
        if kind == ActorKind.STAFF and self._directory.has_staff(name):
            return self._directory.person(name).name
        return {"system": "系统"}.get(kind, name or actor)

    def _device_names(self, branch: str) -> dict[str, Text]:
        return {one.id: one.name for one in self._devices.register.of_branch(branch)}
