"""Cash packs (加钞): notes out of the vault, sealed by one person, booked and put in by two.

Who packs holds the delivery leg, who confirms at the machine holds the trade: the bank's books move
the money from the vault into the machine's box (``cashbox.move``, once for a pack) after the machine
has opened its cassettes and before it is told what was put in. Where it does not take that in, the
money is in the box all the same, and the page says that the machine must count itself.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any
from weakref import WeakValueDictionary

import msgspec

from tingtang.bank import trades as b
from tingtang.delivery.clearing import Clearings
from tingtang.delivery.machines import CASH_MODULE, EXCHANGED
from tingtang.delivery.model import item as m
from tingtang.delivery.model import item_events as e
from tingtang.delivery.model import problems as p
from tingtang.delivery.model.kinds import STATUS_NAMES, How, ItemKind, Status
from tingtang.delivery.orders import Orders, Receiver
from tingtang.delivery.vouchers import Vouchers
from tingtang.devices.model import records as r
from tingtang.devices.model.state import CommandState
from tingtang.devices.model.wire import Health, Link, Value
from tingtang.devices.service import DeviceService
from tingtang.journeys.feature import CashUse
from tingtang.kernel.clock import DAY_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import SYSTEM, Actor, ActorKind

VAULT = "vault"
CNY = "CNY"
OPEN = (Status.CREATED, Status.STOCKED, Status.SEALED)
KEEP_DAYS = 1
ALREADY_OPEN = frozenset({"exchangeActive", "exchange_active"})

logger = logging.getLogger(__name__)


class CashMachine(msgspec.Struct, frozen=True):
    """A machine with cassettes, and what the bank's books say is in it, in hundredths of CNY."""

    device: str
    books: int
    is_online: bool


class CashPacks:
    """All packs of all branches."""

    def __init__(
        self,
        orders: Orders,
        vouchers: Vouchers,
        devices: DeviceService,
        cash_use: CashUse,
        clearings: Clearings,
    ) -> None:
        self._orders = orders
        self._vouchers = vouchers
        self._devices = devices
        self._cash_use = cash_use
        self._clearings = clearings
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def machines(self, branch: str) -> list[r.Device]:
        """Machines of a branch that take a pack."""
        return [
            one for one in self._devices.register.of_branch(branch)
            if one.active and one.type in EXCHANGED and self._has_cash(one.id)
        ]  # fmt: skip

    async def held(self, branch: str) -> list[CashMachine]:
        """The same, with what is in each by the books."""
        found = []
        for one in self.machines(branch):
            books = await self._books(one.id)
            state = self._devices.known_state(one.id)
            is_online = state is not None and state.link is Link.ONLINE
            found.append(CashMachine(one.id, books, is_online))
        return found

    async def open(self, branch: str) -> list[dict[str, Any]]:
        """Packs that lie sealed, the newest first."""
        rows = await self._orders.rows(branch, OPEN)
        return [row for row in rows if row["how"] == How.MACHINE.value]

    async def pack(
        self, branch: BranchId, order: str, device: str, pieces: Mapping[int, int], seal: str,
        actor: Actor,
    ) -> None:  # fmt: skip
        """Notes are counted, packed and sealed for a machine. ``pieces`` by denomination in
        hundredths. Refused: no_cash_machine, bad_pieces, seal_used.
        """
        self._machine(branch, device)
        if not pieces or min(pieces) <= 0 or min(pieces.values()) <= 0:
            raise Refused(p.BAD_PIECES)
        state = await self._orders.state(order)
        if state.seal != seal and await self._orders.seal_is_used(seal):
            raise Refused(p.SEAL_USED)
        amount = sum(value * count for value, count in pieces.items())
        note = " ".join(f"{value}:{count}" for value, count in sorted(pieces.items(), reverse=True))
        event = e.ItemOrdered(
            kind=ItemKind.CASH_PACK, how=How.MACHINE, keep_ms=KEEP_DAYS * DAY_MS, device=device,
            amount=amount, currency=CNY, note=note,
        )  # fmt: skip
        await self._orders.create(order, branch, event, Receiver(), actor.name, KEEP_DAYS)
        async with self._orders.sealing:
            if state.seal != seal and await self._orders.seal_is_used(seal):
                raise Refused(p.SEAL_USED)
            for command in (m.Stock(actor.name, ()), m.Seal(actor.name, seal)):
                if (await self._orders.state(order)).status is not Status.SEALED:
                    await self._orders.run(order, branch, command, actor.name)

    async def load(self, branch: BranchId, order: str, seal: str, actor: Actor) -> bool:
        """The second person reads the seal again: the machine opens, the bank books, the notes go in.

        Gives whether the machine has taken in what was put into it. Asked again after a fault it goes
        on where it was. Refused: two_people, wrong_seal, clearing_open, cash_under_way, machine_away,
        bank_silent, bank_declined.
        """
        await self._orders.row(order, branch)
        async with self._at_work(order):
            return await self._load(branch, order, seal, actor)

    async def _load(self, branch: BranchId, order: str, seal: str, actor: Actor) -> bool:
        state = await self._orders.state(order)
        ordered = state.ordered
        if ordered is None or ordered.how is not How.MACHINE:
            raise Refused(p.UNKNOWN_ORDER)
        if actor.name in state.handlers:
            raise Refused(p.TWO_PEOPLE)
        if seal != state.seal:
            wrong = m.Load(actor.name, seal, ordered.device, 0)
            await self._orders.run(order, branch, wrong, actor.name)
            raise Refused(p.WRONG_SEAL)
        if state.status is Status.CANCELLED:
            raise Refused(p.NOT_NOW, status=STATUS_NAMES[state.status])
        if state.status is Status.SEALED:
            if await self._clearings.is_cleared(ordered.device):
                raise Refused(p.CLEARING_OPEN)
            if await self._cash_use.is_moving(ordered.device):
                raise Refused(p.CASH_UNDER_WAY)
            if not await self._opened(ordered.device):
                raise Refused(p.MACHINE_AWAY)
            try:
                await self._book(branch, order, ordered, actor)
            except Refused:
                await self._told(ordered.device, "end_exchange", {})
                raise
            await self._orders.run(
                order, branch, m.FinishTrade(actor.name, trace(order)), actor.name
            )
        is_told = await self._told(
            ordered.device, "add_cash", {"pieces": ordered.note}, f"delivery:cash:{order}"
        )
        if state.status is Status.SEALED:
            await self._told(ordered.device, "end_exchange", {})
            packer = next(one for one in state.handlers if one.startswith(f"{ActorKind.STAFF}:"))
            await self._orders.run(order, branch, m.NoteLoaded(packer, ordered.device), actor.name)
        return is_told

    async def cancel(
        self, branch: BranchId, order: str, reason: str, actor: Actor, key: Key | None = None
    ) -> None:
        """The pack goes back to the vault unopened. Refused (pack_booked) where the bank has booked it into
        the machine, as where a loading was interrupted: that is gone on with.
        """
        await self._orders.row(order, branch)
        async with self._at_work(order):
            if await self._vouchers.is_booked(trace(order)):
                raise Refused(p.PACK_BOOKED)
            if (await self._orders.state(order)).status in OPEN:
                # A loading to which the bank gave no answer may still be on its way there.
                await self._vouchers.close(branch, trace(order), reason, actor.name)
            await self._orders.cancel(order, branch, actor.name, reason, key)

    # -- parts ----------------------------------------------------------------------------------

    def _at_work(self, order: str) -> asyncio.Lock:
        """Held while a pack is put in or called off: never both."""
        return self._locks.setdefault(order, asyncio.Lock())

    async def _books(self, device: str) -> int:
        """0 for a machine that never held cash: its first pack opens its box."""
        try:
            box = await self._vouchers.look(b.CashBox(box=device))
        except Refused as refused:
            if refused.problem is p.BANK_DECLINED:
                return 0
            raise
        return int(box["balance"].get(CNY, 0))

    async def _book(
        self, branch: BranchId, order: str, ordered: e.ItemOrdered, actor: Actor
    ) -> None:
        move = b.MoveCash(
            from_box=VAULT, to_box=ordered.device, amount=ordered.amount, currency=ordered.currency
        )
        await self._vouchers.book(branch, move, trace(order), actor.name)

    async def _opened(self, device: str) -> bool:
        """Whether the cassettes are open now, by us or by whoever was interrupted."""
        return await self._told(device, "start_exchange", {})

    async def _told(self, device: str, name: str, more: dict[str, Value], key: str = "") -> bool:
        """Whether the machine says that it is so."""
        parameters: dict[str, Value] = {"module": CASH_MODULE, **more}
        try:
            command = await self._devices.give(
                device, name, parameters, SYSTEM, Key(key, "") if key else None
            )
            ended = await self._devices.outcome(device, command)
        except Refused as refused:
            logger.warning("%s did not %s: %s", device, name, refused.code)
            return False
        given = (await self._devices.state(device)).commands.get(command)
        if ended is CommandState.DONE or (given is not None and given.code in ALREADY_OPEN):
            return True
        why = "" if given is None else f"{given.code} {given.detail}"
        logger.warning("%s did not %s: %s %s", device, name, ended, why)
        return False

    def _machine(self, branch: str, device: str) -> r.Device:
        for one in self.machines(branch):
            if one.id == device:
                return one
        raise Refused(p.NO_CASH_MACHINE)

    def _has_cash(self, device: str) -> bool:
        state = self._devices.known_state(device)
        module = state.modules.get(CASH_MODULE) if state is not None else None
        return module is not None and module.health is not Health.ABSENT


def trace(order: str) -> str:
    """Of the trade that books a pack."""
    return f"cash-pack:{order}"
