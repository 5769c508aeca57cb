"""Use cases of items: ordered, stocked, sealed, loaded, released, taken back, settled."""

import hashlib
import logging
from typing import Any

import msgspec

from tingtang.delivery.cabinets import Cabinets
from tingtang.delivery.following import of_cell
from tingtang.delivery.model import cabinet_events as ce
from tingtang.delivery.model import item as m
from tingtang.delivery.model import item_events as e
from tingtang.delivery.model import problems as p
from tingtang.delivery.model.kinds import MACHINE, VOUCHER_OF, How, ItemKind, Size, Status
from tingtang.delivery.orders import Orders, Receiver
from tingtang.delivery.releasing import Releases
from tingtang.delivery.settings import DeliverySettings
from tingtang.delivery.vouchers import Vouchers
from tingtang.kernel.clock import DAY_MS, HOUR_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, Ids
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import SYSTEM, Actor
from tingtang.kernel.reactions import Trigger
from tingtang.kernel.recurring import alone
from tingtang.org.directory import Directory

__all__ = ["MACHINE", "Items", "NewOrder"]

logger = logging.getLogger(__name__)


class NewOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be handed over, and to whom."""

    kind: ItemKind
    how: How
    receiver: Receiver
    is_trade_done: bool
    traders: tuple[str, ...]
    trace: str = ""
    size: Size = Size.SMALL
    device: str = ""
    amount: int = 0
    currency: str = ""
    note: str = ""


class Items:
    """All items of all branches."""

    def __init__(
        self,
        orders: Orders,
        cabinets: Cabinets,
        vouchers: Vouchers,
        directory: Directory,
        ids: Ids,
    ) -> None:
        self.orders = orders
        self.cabinets = cabinets
        self.vouchers = vouchers
        self.releases = Releases(orders, cabinets)
        self._directory = directory
        self._ids = ids

    def settings(self, branch: str) -> DeliverySettings:
        """As the branch has them."""
        return self._directory.section(branch, DeliverySettings)

    def new_id(self, key: Key | None = None) -> str:
        """An id; the same for the same idempotency key."""
        if key is not None:
            return hashlib.sha256(key.name.encode()).hexdigest()[:32]
        return self._ids.new(self.orders.clock.now_ms())

    def dispensers_of(self, branch: str) -> list[str]:
        """Ids of the dispensers of a branch."""
        return self.cabinets.ids_of_type(branch, "dispenser")

    # -- the trade leg --------------------------------------------------------------------------

    async def order(
        self, branch: BranchId, new: NewOrder, actor: str, order: str
    ) -> tuple[str, str]:
        """Order an item; gives its id and pick-up code; the same ``order`` is ordered once.

        Refused: address_needed for mail without one, identity_needed without a paper's number.
        """
        if new.how is How.MACHINE:
            raise Refused(p.PACK_ONLY)
        if new.how is How.MAIL and not new.receiver.address:
            raise Refused(p.ADDRESS_NEEDED)
        if new.how is not How.MAIL and not new.receiver.id_number:
            raise Refused(p.IDENTITY_NEEDED)
        settings = self.settings(branch)
        event = e.ItemOrdered(
            kind=new.kind, how=new.how, keep_ms=settings.keep_days * DAY_MS, traders=new.traders,
            is_trade_done=new.is_trade_done, trace=new.trace, size=new.size, device=new.device,
            amount=new.amount, currency=new.currency,
        )  # fmt: skip
        keep_days = settings.keep_personal_days
        receiver = msgspec.structs.replace(new.receiver, note=new.note)
        code = await self.orders.create(order, branch, event, receiver, actor, keep_days)
        return order, code

    async def finish_trade(
        self, branch: BranchId, order: str, trace: str, actor: Actor, key: Key | None = None
    ) -> None:
        """The trade is in the books: now the item may be handed over."""
        await self._run(branch, order, m.FinishTrade(actor.name, trace), actor.name, key)

    async def settle(
        self, branch: BranchId, order: str, actor: str, key: Key | None = None
    ) -> None:
        """Close both legs."""
        await self._run(branch, order, m.Settle(actor), actor, key)

    async def cancel(
        self, branch: BranchId, order: str, reason: str, actor: Actor, key: Key | None = None
    ) -> None:
        """Nothing was stocked yet, and nothing will be."""
        await self.orders.row(order, branch)
        await self.orders.cancel(order, branch, actor.name, reason, key)

    # -- the delivery leg -----------------------------------------------------------------------

    async def stock(
        self,
        branch: BranchId,
        order: str,
        numbers: tuple[str, ...],
        holder: str,
        actor: Actor,
        key: Key | None = None,
    ) -> None:
        """Take the thing out of stock. With ``holder`` the blank is used up in the bank's books,
        in the order of its numbers.
        """
        row = await self.orders.row(order, branch)
        state = await self.orders.state(order)
        self._check_handler(state, actor)
        kind = VOUCHER_OF.get(ItemKind(row["kind"]))
        if holder and kind is not None and state.status is Status.CREATED:
            for number in numbers:
                await self.vouchers.use(branch, kind, number, holder, order, actor.name)
        await self._run(branch, order, m.Stock(actor.name, numbers), actor.name, key)

    async def seal(
        self, branch: BranchId, order: str, seal: str, actor: Actor, key: Key | None = None
    ) -> None:
        """Seal it into a bag with a number that was never used before."""
        async with self.orders.sealing:
            if await self.orders.seal_is_used(seal):
                raise Refused(p.SEAL_USED)
            await self._run(branch, order, m.Seal(actor.name, seal), actor.name, key)

    async def load(
        self,
        branch: BranchId,
        order: str,
        device: str,
        seal: str,
        actor: Actor,
        witness: str = "",
        key: Key | None = None,
    ) -> int:
        """Find a cell for a sealed parcel and open its door; gives the cell.

        The seal is scanned again: another than the one on record is written down and refused
        (wrong_seal), and no door opens.
        """
        self.cabinets.cabinet(branch, device)
        self._check_witness(branch, witness)
        await self.orders.row(order, branch)
        state = await self.orders.state(order)
        if state.ordered is None:
            raise Refused(p.UNKNOWN_ORDER)
        if state.ordered.how is How.MACHINE:
            raise Refused(p.PACK_ONLY)
        self._check_handler(state, actor)
        if seal != state.seal:
            await self._run(branch, order, m.Load(actor.name, seal, device, 0), actor.name, key)
            raise Refused(p.WRONG_SEAL)
        if state.status is not Status.SEALED:
            await self._run(branch, order, m.Load(actor.name, seal, device, 0), actor.name)
        sizes = self.settings(branch).sizes()
        cell = await self.cabinets.reserve(
            device, branch, order, state.ordered.size, sizes, actor.name
        )
        load = m.Load(actor.name, seal, device, cell, witness)
        try:
            await self._run(branch, order, load, actor.name)
        except Refused:  # the cell is for others again
            await self.cabinets.give_up(device, branch, order, actor.name)
            raise
        opening = self.new_id()
        await self.cabinets.open(device, branch, order, ce.Purpose.LOAD, opening, actor.name, key)
        return cell

    async def lay_ready(
        self, branch: BranchId, order: str, actor: Actor, key: Key | None = None
    ) -> None:
        """At a counter: it lies in the drawer."""
        await self._run(branch, order, m.NoteLoaded(actor.name), actor.name, key)

    async def post(
        self,
        branch: BranchId,
        order: str,
        carrier: str,
        tracking: str,
        actor: Actor,
        key: Key | None = None,
    ) -> None:
        """Given to the carrier."""
        await self._run(branch, order, m.Post(actor.name, carrier, tracking), actor.name, key)

    async def receipt(
        self, branch: BranchId, order: str, actor: Actor, key: Key | None = None
    ) -> None:
        """The carrier brought the receiver's receipt."""
        await self._run(branch, order, m.HandedOver(actor.name), actor.name, key)

    async def take_back(
        self, branch: BranchId, order: str, actor: Actor, witness: str = "", key: Key | None = None
    ) -> int:
        """Out of its place: expired, called off, or come back by mail; gives the cell that opens."""
        row = await self.orders.row(order, branch)
        if not row["cell"]:
            await self._run(branch, order, m.Return(actor.name), actor.name, key)
            return 0
        self._check_witness(branch, witness)
        release = self.new_id(key)
        await self._run(branch, order, m.TakeBack(actor.name, release, witness), actor.name)
        await self.releases.open(branch, row, ce.Purpose.TAKE_BACK, release, actor.name, key)
        return int(row["cell"])

    async def inspect(
        self, branch: BranchId, device: str, cell: int, actor: Actor, witness: str = "",
        key: Key | None = None, *, is_full: bool,
    ) -> None:  # fmt: skip
        """Somebody, but not whoever did the trade, has looked into a cell that was in doubt or left
        open, and shut it.
        """
        self.cabinets.cabinet(branch, device)
        self._check_witness(branch, witness)
        if witness == actor.name:
            raise Refused(p.TWO_PEOPLE)
        one = (await self.cabinets.state(device)).cells.get(cell)
        if one is not None:
            traders = (await self.orders.state(one.order)).traders
            if traders.intersection({actor.name, witness}):
                raise Refused(p.SAME_PERSON)
        await self.cabinets.inspect(device, branch, cell, actor.name, witness, key, is_full=is_full)

    async def unlock(
        self, branch: BranchId, order: str, actor: Actor, key: Key | None = None
    ) -> None:
        """After too many wrong tries, once somebody has looked at the papers."""
        await self._run(branch, order, m.Unlock(actor.name), actor.name, key)

    # -- what cabinets said ---------------------------------------------------------------------

    async def on_cell(self, trigger: Trigger) -> None:
        """A reaction: the order follows its cell."""
        recorded = trigger.recorded
        command = of_cell(recorded.event, recorded.stream.partition("/")[2])
        order = getattr(recorded.event, "order", "")
        if command is None or not order:
            return
        try:
            await self.orders.run(order, recorded.branch, command, SYSTEM.name)
        except Refused as refused:
            logger.warning("order %s could not follow its cell: %s", order, refused.code)

    async def on_picked_up(self, trigger: Trigger) -> None:
        """A reaction: what left a machine by itself is settled by the system."""
        row = await self.orders.row(trigger.recorded.stream.partition("/")[2])
        await self._settle_machine(row)

    async def _settle_machine(self, row: dict[str, Any]) -> None:
        """Of a dispenser the blank is used up in the bank's books first, under the order's trace."""
        order, branch = row["item"], BranchId(row["branch"])
        if row["how"] == How.DISPENSER.value:
            kind, state = VOUCHER_OF[ItemKind(row["kind"])], await self.orders.state(order)
            holder = f"{MACHINE}{row['device']}"
            for number in state.numbers:
                try:
                    await self.vouchers.use(branch, kind, number, holder, order, SYSTEM.name)
                except Refused as refused:
                    # The trade that it was taken for has used it up already.
                    if refused.params.get("bank_code") != "voucher_used":
                        raise
        elif row["how"] not in {How.LOCKER.value, How.MACHINE.value}:
            return
        await self.orders.run(order, branch, m.Settle(SYSTEM.name), SYSTEM.name)

    # -- the clock ------------------------------------------------------------------------------

    async def tend(self) -> None:
        """Remind, expire, notice open doors, erase what is old."""
        for row in await self.orders.in_status(Status.READY):
            await alone(row["item"], self._remind(row))
        for row in await self.orders.in_status(Status.RELEASED):
            await alone(row["item"], self.releases.take_up(row))
        for row in await self.orders.in_status(Status.PICKED_UP):
            # Where the bank was silent before.
            await alone(row["item"], self._settle_machine(row))
        for branch in self._directory.branches():
            door_ms = self.settings(branch.id).door_seconds * 1000
            for device in self.cabinets.of_branch(branch.id):
                await alone(device.id, self.cabinets.tend(device, door_ms))
        await self.orders.forget_old()

    async def _remind(self, row: dict[str, Any]) -> None:
        remind_ms = self.settings(row["branch"]).remind_hours * HOUR_MS
        await self.orders.run(row["item"], row["branch"], m.Tend(remind_ms), SYSTEM.name)

    # -- parts ----------------------------------------------------------------------------------

    async def _run(
        self, branch: str, order: str, command: m.Command, actor: str, key: Key | None = None
    ) -> None:
        await self.orders.row(order, branch)
        await self.orders.run(order, branch, command, actor, key)

    def _check_witness(self, branch: str, witness: str) -> None:
        if not witness and self.settings(branch).two_to_open:
            raise Refused(p.WITNESS_NEEDED)

    def _check_handler(self, state: m.Item, actor: Actor) -> None:
        if actor.name in state.traders:
            raise Refused(p.SAME_PERSON)
