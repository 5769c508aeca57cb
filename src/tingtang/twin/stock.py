"""What lies in the demo's machines and on its people's desks when it begins.

Cash and blank vouchers come out of the bank's vault as in any branch, booked and by two people; what
waits in the lockers was ordered, sealed and put into its cell by tellers like any other item.
"""

import asyncio
import logging

import msgspec

from tingtang.bank.port import Booking, CoreBank
from tingtang.bank.reference.people import Person, made_up
from tingtang.bank.trades import MoveCash
from tingtang.delivery.dispensers import Dispensers
from tingtang.delivery.model.kinds import KIND_NAMES, STOCK_OF, VOUCHER_OF, How, ItemKind, Status
from tingtang.delivery.orders import Receiver
from tingtang.delivery.service import MACHINE, Items, NewOrder
from tingtang.delivery.vouchers import Task, Vouchers
from tingtang.devices.model.wire import Link
from tingtang.devices.service import DeviceService
from tingtang.devices.virtual.xfs_machines import LOADED_FEN
from tingtang.kernel.errors import Refused
from tingtang.kernel.feature import Parts
from tingtang.kernel.ids import BranchId, StaffId
from tingtang.kernel.permissions import Actor, ActorKind, granted
from tingtang.org.directory import Directory
from tingtang.twin.wallets import comers

VAULT = "vault"
TELLER_FEN = 300_000_00
"""In every teller's box."""
BLANKS = {ItemKind.CARD: 120, ItemKind.TOKEN: 60, ItemKind.VOUCHER: 60}
"""Put into each dispenser."""
WITH_CASH = frozenset({"kiosk", "cash_recycler"})
TRADER, HANDLER = "chen.yutong", "he.jiaxin"
WAITING = (ItemKind.TOKEN, ItemKind.STATEMENT_BOOK, ItemKind.CARD, ItemKind.PASSBOOK)
"""What lies in the locker, for one after another of those who come to the machines."""
THERE_S, TRIES = 0.5, 240
"""How often it is looked whether a machine has come up, or an item is where it should be."""

logger = logging.getLogger(__name__)


class OnTheWay(msgspec.Struct, frozen=True):
    """An order that has come so far, for one of the made-up people."""

    number: int
    kind: ItemKind
    how: How
    until: Status


ON_THE_WAY = (
    OnTheWay(7, ItemKind.CARD, How.LOCKER, Status.CREATED),
    OnTheWay(11, ItemKind.TOKEN, How.LOCKER, Status.STOCKED),
    OnTheWay(14, ItemKind.STATEMENT_BOOK, How.LOCKER, Status.SEALED),
    OnTheWay(17, ItemKind.CARD, How.MAIL, Status.LOADED),
    OnTheWay(20, ItemKind.PASSBOOK, How.COUNTER, Status.READY),
)


class Stock:
    """Fills one branch."""

    def __init__(self, parts: Parts, branch: BranchId, staff: dict[str, StaffId]) -> None:
        self._parts = parts
        self._branch = branch
        self._trader = self._person(staff[TRADER])
        self._handler = self._person(staff[HANDLER])
        self._items = parts.service("items", Items)
        self._devices = parts.service("devices", DeviceService)
        self._orders = 0

    async def cash(self, tellers: list[StaffId]) -> None:
        """Into every machine what it was built with, and into every teller's box."""
        for device in self._devices.register.of_branch(self._branch):
            if device.type in WITH_CASH:
                await self._move(device.id, LOADED_FEN)
        for teller in tellers:
            await self._move(teller, TELLER_FEN)

    async def fill(self) -> None:
        """Once the machines are there: the dispensers, the counters' orders, the lockers."""
        try:
            for device in await self._of_type("dispenser"):
                for kind, count in BLANKS.items():
                    await self._blanks(device, kind, count)
            for one in ON_THE_WAY:
                await self._order(made_up()[one.number], one.kind, one.how, one.until)
            for locker in (await self._of_type("locker"))[:1]:
                for place, person in enumerate(comers()):
                    kind = WAITING[place % len(WAITING)]
                    await self._order(person, kind, How.LOCKER, Status.READY, locker)
        except Refused as refused:  # a machine failed just now: the demo goes on without
            logger.warning("not everything could be filled: %s", refused.message("en"))

    # -- parts ----------------------------------------------------------------------------------

    def _person(self, id_: StaffId) -> Actor:
        roles = frozenset(self._parts.service("directory", Directory).staff(id_).roles)
        return Actor(ActorKind.STAFF, id_, roles, granted(roles), frozenset({self._branch}))

    async def _move(self, box: str, fen: int) -> None:
        bank: CoreBank = self._parts.services["core_bank"]
        booking = Booking(
            trace=f"demo-cash-{box}", branch=self._branch, terminal="", operator=self._trader.name
        )
        await bank.trade(MoveCash(from_box=VAULT, to_box=box, amount=fen), booking)

    async def _of_type(self, type_: str) -> list[str]:
        """Machines of a type, as soon as they are on line; those that never are, are left out."""
        found = [x.id for x in self._devices.register.of_branch(self._branch) if x.type == type_]
        for _ in range(TRIES):
            states = [await self._devices.state(one) for one in found]
            if all(one.link is Link.ONLINE for one in states):
                break
            await asyncio.sleep(THERE_S)
        return [one for one in found if (await self._devices.state(one)).link is Link.ONLINE]

    async def _blanks(self, device: str, kind: ItemKind, count: int) -> None:
        vouchers = self._parts.service("vouchers", Vouchers)
        name = STOCK_OF[kind][2]
        held = next(one for one in await vouchers.stock(VAULT) if one.kind == name)
        last = _plus(held.first, count - 1)
        task = Task(
            task="", kind=name, first=held.first, last=last, count=0, from_holder=VAULT,
            to_holder=f"{MACHINE}{device}", reason="", asked_by="",
        )  # fmt: skip
        asked = await vouchers.ask(self._branch, task, self._trader)
        done = await vouchers.confirm(self._branch, asked.task, self._handler)
        dispensers = self._parts.service("dispensers", Dispensers)
        await dispensers.filled(device, kind, done.first, done.count, asked.task)

    async def _order(
        self, person: Person, kind: ItemKind, how: How, until: Status, locker: str = ""
    ) -> None:
        """An item for somebody, as far on its way as ``until``."""
        items, branch = self._items, self._branch
        self._orders += 1
        address = "东城区海棠路 18 号" if how is How.MAIL else ""
        new = NewOrder(
            kind=kind, how=how, is_trade_done=True, traders=(self._trader.name,),
            receiver=Receiver(person.id_number, person.name, person.phone, address),
            note=KIND_NAMES[kind].zh,
        )  # fmt: skip
        order, _ = await items.order(branch, new, self._trader.name, items.new_id())
        if until is Status.CREATED:
            return
        number = await self._blank(kind)
        await items.stock(branch, order, (number,), VAULT, self._handler)
        if until is Status.STOCKED:
            return
        if how is How.COUNTER:
            await items.lay_ready(branch, order, self._handler)
            return
        seal = f"F{person.number:04}{self._orders:04}"
        await items.seal(branch, order, seal, self._handler)
        if until is Status.SEALED:
            return
        if how is How.MAIL:
            await items.post(branch, order, "EMS", f"EM{9_000_000 + self._orders}CN", self._handler)
            return
        await items.load(branch, order, locker, seal, self._handler)
        for _ in range(TRIES):  # one after another: nobody holds eight parcels at once
            if (await items.orders.row(order))["status"] == Status.READY.value:
                return
            await asyncio.sleep(THERE_S)

    async def _blank(self, kind: ItemKind) -> str:
        """The number of the next blank in the vault."""
        stock = await self._parts.service("vouchers", Vouchers).stock(VAULT)
        return next(one.first for one in stock if one.kind == VOUCHER_OF[kind])


def _plus(number: str, more: int) -> str:
    """A voucher's number so many further on."""
    digits = number.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f"{number[: -len(digits)]}{int(digits) + more:0{len(digits)}}"
