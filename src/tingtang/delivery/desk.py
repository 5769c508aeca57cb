"""What pages of the delivery leg are shown."""

from collections import Counter

import msgspec

from tingtang.delivery import views as v
from tingtang.delivery.days import DeliveryDays
from tingtang.delivery.model.cabinet import CellState
from tingtang.delivery.model.item_events import TYPES
from tingtang.delivery.model.kinds import OVER, Status
from tingtang.delivery.service import Items
from tingtang.devices.model.wire import Link
from tingtang.devices.service import DeviceService
from tingtang.kernel.events import Recorded
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import EventLog
from tingtang.kernel.permissions import Actor, ActorKind
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory
from tingtang.org.model.records import Module

OPEN = tuple(one for one in Status if one not in OVER)


class Board(msgspec.Struct, frozen=True):
    """A branch's open items by id, in order, and its cabinets."""

    items: dict[str, v.ItemView]
    order: tuple[str, ...]
    cabinets: list[v.CabinetView]


class DeliveryDesk:
    """Builds views; holds nothing."""

    def __init__(
        self,
        items: Items,
        days: DeliveryDays,
        directory: Directory,
        devices: DeviceService,
        log: EventLog,
    ) -> None:
        self._items = items
        self._days = days
        self._directory = directory
        self._devices = devices
        self._log = log

    async def board(self, branch: BranchId) -> Board:
        """What is open."""
        shown = await self.list(branch, OPEN)
        cabinets = await self.cabinets(branch)
        by_id = {one.order: one for one in shown.items}
        return Board(by_id, tuple(by_id), cabinets.cabinets)

    async def overview(self, actor: Actor) -> v.Overview:
        """Every branch in reach that hands items over."""
        shown = []
        for branch in self._directory.branches():
            is_mine = actor.branches is None or branch.id in actor.branches
            if not is_mine or Module.PHYSICAL_DELIVERY not in branch.modules:
                continue
            board = await self.board(branch.id)
            items = board.items.values()
            states = [cell.state for one in board.cabinets for cell in one.cells]
            shown.append(
                v.BranchItems(
                    branch=branch.id, name=branch.name,
                    counts=dict(Counter(one.status for one in items)),
                    old=sum(one.is_old for one in items),
                    doubtful=sum(state is CellState.DOUBT for state in states),
                    is_day_closed=bool((await self._days.state(branch.id)).closed_by),
                )
            )  # fmt: skip
        return v.Overview(shown)

    async def list(self, branch: BranchId, statuses: tuple[Status, ...]) -> v.ItemList:
        """Orders, those that changed last first."""
        self._directory.branch(branch)
        rows = await self._items.orders.rows(branch, statuses)
        names, now_ms = self._device_names(branch), self._items.orders.clock.now_ms()
        old_days = self._items.settings(branch).old_days
        shown = []
        for row in rows:
            receiver = await self._items.orders.receiver(row["item"])
            shown.append(v.item(row, receiver.name, receiver.note, names, now_ms, old_days))
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
        receiver = await self._items.orders.receiver(order)
        lines = [
            v.line(r.type, r.time_ms, self._people(r), r.event, names, receiver.cancel_reason)
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

    def _people(self, recorded: Recorded) -> Text:
        """Whoever did it, and who stood beside."""
        actor = getattr(recorded.event, "by", "") or recorded.actor
        is_system = actor.partition(":")[0] == ActorKind.SYSTEM
        by = Text("系统", "The system") if is_system else Text(self.who(actor))
        witness = getattr(recorded.event, "witness", "")
        if not witness:
            return by
        beside = self.who(witness)
        return Text(f"{by.zh}、{beside}", f"{by.in_language('en')} and {beside}")

    def _device_names(self, branch: str) -> dict[str, Text]:
        return {one.id: one.name for one in self._devices.register.of_branch(branch)}
