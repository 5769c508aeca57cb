"""Dispensers: an item out of a hopper, once, and its number read on the way out.

The command carries the order's release as its idempotency key. What the machine answers, however
late, is heard by a reaction; while it is not known whether something came out, the order stays
released and nothing else is handed out for it.
"""

import logging

from tingtang.delivery.model import item as m
from tingtang.delivery.model import problems as p
from tingtang.delivery.model.kinds import (
    HOW_NAMES,
    MACHINE,
    STOCK_OF,
    VOUCHER_OF,
    How,
    ItemKind,
    Status,
)
from tingtang.delivery.orders import Orders
from tingtang.delivery.vouchers import Vouchers
from tingtang.devices.model import events as device_events
from tingtang.devices.model import records as r
from tingtang.devices.model.state import OPEN_COMMANDS, CommandState
from tingtang.devices.model.wire import Link, Value
from tingtang.devices.service import DeviceService
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import EventLog, Key
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.reactions import UNABLE, Trigger

TYPE = "dispenser"

logger = logging.getLogger(__name__)


class Dispensers:
    """All dispensers of all branches."""

    def __init__(
        self, log: EventLog, orders: Orders, devices: DeviceService, vouchers: Vouchers
    ) -> None:
        self._log = log
        self._orders = orders
        self._vouchers = vouchers
        self._devices = devices

    def of_branch(self, branch: str) -> list[r.Device]:
        """The dispensers that stand in a branch."""
        register = self._devices.register
        return [one for one in register.of_branch(branch) if one.type == TYPE and one.active]

    def find(self, branch: str, kind: ItemKind, device: str = "") -> r.Device:
        """The dispenser for a kind of item, one that works before one that does not; refused
        (not_a_dispenser).
        """
        if kind not in STOCK_OF:
            raise Refused(p.NOT_A_DISPENSER)
        module = STOCK_OF[kind][0]
        found = [one for one in self.of_branch(branch) if device in {"", one.id}]
        if not found:
            raise Refused(p.NOT_A_DISPENSER)
        return min(found, key=lambda one: not self._works(one.id, module))

    def ready(self, branch: str, kind: ItemKind, device: str = "") -> r.Device:
        """The same, and it works now; refused (machine_away)."""
        found = self.find(branch, kind, device)
        if not self._works(found.id, STOCK_OF[kind][0]):
            raise Refused(p.MACHINE_AWAY)
        return found

    async def dispense(self, branch: BranchId, order: str, by: str, release: str) -> str:
        """Hand an order out; gives the number that was read. Refused: machine_away where nothing
        came out, goes_out_otherwise. Empty where it is not known: the order stays released.
        """
        row = await self._orders.row(order, branch)
        if row["how"] != How.DISPENSER.value:
            raise Refused(p.OTHER_WAY, how=HOW_NAMES[How(row["how"])])
        device = self.find(branch, ItemKind(row["kind"]), row["device"])
        key = Key(f"delivery:dispense:{release}", "")
        state = await self._orders.state(order)
        if state.release == release and state.status is not Status.RELEASED:
            return state.numbers[0] if state.numbers else ""
        is_again = state.release == release
        if not is_again:
            await self._orders.run(order, branch, m.Release(by, release, True), by)
        command = await self._told(device.id, row["kind"], key, is_again=is_again)
        if command is None:
            await self._orders.run(order, branch, m.StillThere(release, "not_told"), by)
            raise Refused(p.MACHINE_AWAY)
        if not command:
            return ""
        await self._devices.outcome(device.id, command)
        return await self._settle(device.id, branch, order, release, command)

    async def on_device(self, trigger: Trigger) -> None:
        """A reaction: a machine answered, however late."""
        event = trigger.recorded.event
        device = self._devices.register.get(trigger.recorded.stream.partition("/")[2])
        if device is None or device.type != TYPE:
            return
        if not isinstance(event, device_events.CommandEnded):
            return
        for row in await self._orders.rows(device.branch, [Status.RELEASED], device.id):
            if row["how"] != How.DISPENSER.value:
                continue
            release = (await self._orders.state(row["item"])).release
            told = await self._log.answer(Key(f"delivery:dispense:{release}", ""))
            if told is not None and told.decode() == event.command:
                await self._ended(
                    device.branch, row["item"], release, event.state,
                    str(event.data.get("number", "")),
                )  # fmt: skip

    async def resolve(
        self, branch: BranchId, order: str, number: str, actor: str, key: Key | None = None
    ) -> None:
        """Somebody looked into a machine that could not say: ``number`` came out, or nothing.

        Refused: not_in_doubt, number_not_in_machine (the bank would never take it as used).
        """
        row = await self._orders.row(order, branch)
        state = await self._orders.state(order)
        if row["how"] != How.DISPENSER.value or state.status is not Status.RELEASED:
            raise Refused(p.NOT_IN_DOUBT, cell=row["device"])
        kind, machine = VOUCHER_OF[ItemKind(row["kind"])], f"{MACHINE}{row['device']}"
        if number and not await self._vouchers.is_held(kind, number, machine):
            raise Refused(p.NOT_IN_MACHINE, device=row["device"], number=number)
        command: m.Command = m.HandedOver(actor, state.release, number, is_by_hand=True)
        if not number:
            command = m.StillThere(state.release, "inspected", actor)
        await self._orders.run(order, branch, command, actor, key)

    async def filled(self, device: str, kind: ItemKind, first: str, count: int, task: str) -> None:
        """Tell a machine what was put into its hopper, as XFS4IoT's Storage.SetStorage does."""
        parameters: dict[str, Value] = {
            "module": STOCK_OF[kind][0], "first": first, "count": float(count),
        }  # fmt: skip
        key = Key(f"delivery:hopper:{task}", "")
        await self._devices.give(device, "set_stock", parameters, SYSTEM, key)

    def _works(self, device: str, module: str) -> bool:
        state = self._devices.known_state(device)
        if state is None or state.link is not Link.ONLINE:
            return False
        part = state.modules.get(module)
        return part is None or part.works

    async def _told(self, device: str, kind: str, key: Key, *, is_again: bool) -> str | None:
        """The command; None where the machine was never told, empty where that is not known."""
        if is_again:
            answered = await self._log.answer(key)
            return None if answered is None else answered.decode()
        try:
            module = STOCK_OF[ItemKind(kind)][0]
            return await self._devices.give(device, "dispense", {"module": module}, SYSTEM, key)
        except Refused as refused:
            return "" if refused.problem.status >= UNABLE else None

    async def _settle(
        self, device: str, branch: str, order: str, release: str, command: str
    ) -> str:
        given = (await self._devices.state(device)).commands.get(command)
        if given is None or given.state in OPEN_COMMANDS:
            return ""
        number = str(given.data.get("number", ""))
        await self._ended(branch, order, release, given.state, number)
        if given.state is CommandState.FAILED:
            raise Refused(p.MACHINE_AWAY)
        return number

    async def _ended(
        self, branch: str, order: str, release: str, state: CommandState, number: str
    ) -> None:
        if state is CommandState.DONE:
            command: m.Command = m.HandedOver(SYSTEM.name, release, number)
        elif state is CommandState.FAILED:
            command = m.StillThere(release, "failed")
        else:
            return
        await self._orders.run(order, branch, command, SYSTEM.name)
