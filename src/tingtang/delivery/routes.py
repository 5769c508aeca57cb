"""HTTP of items: orders, their delivery leg, cabinets."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from litestar import get, post

from tingtang.delivery import views as v
from tingtang.delivery.desk import OPEN, DeliveryDesk
from tingtang.delivery.dispensers import Dispensers
from tingtang.delivery.model.kinds import How, ItemKind, Size
from tingtang.delivery.once import Once
from tingtang.delivery.orders import Receiver
from tingtang.delivery.service import Items, NewOrder
from tingtang.delivery.witness import Witnesses
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.web import Door, permit

BASE = "/api/branches/{branch:str}"
ITEMS = f"{BASE}/items"
ONE = f"{ITEMS}/{{order:str}}"
Short = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
MaybeShort = Annotated[str, msgspec.Meta(max_length=60)]
Code = Annotated[str, msgspec.Meta(pattern=r"^\d{6}$")]
Paper = Annotated[str, msgspec.Meta(min_length=5, max_length=20)]


class OrderRequest(msgspec.Struct, frozen=True, kw_only=True):
    """An item that a teller's trade leaves behind. ``amount`` in hundredths of ``currency``."""

    kind: ItemKind
    how: How
    id_number: Annotated[str, msgspec.Meta(max_length=20)] = ""
    name: MaybeShort = ""
    phone: Annotated[str, msgspec.Meta(max_length=20)] = ""
    address: Annotated[str, msgspec.Meta(max_length=200)] = ""
    is_trade_done: bool = True
    trace: MaybeShort = ""
    size: Size = Size.SMALL
    device: MaybeShort = ""
    amount: Annotated[int, msgspec.Meta(ge=0, le=10**13)] = 0
    currency: Annotated[str, msgspec.Meta(pattern=r"^([A-Z]{3})?$")] = ""
    note: Annotated[str, msgspec.Meta(max_length=120)] = ""


class Ordered(msgspec.Struct, frozen=True):
    """The code goes to the customer alone."""

    order: str
    pick_up_code: str


class TradeRequest(msgspec.Struct, frozen=True):
    """The bank's trace of the trade."""

    trace: Short


class StockRequest(msgspec.Struct, frozen=True):
    """The numbers of what was taken out; with ``holder`` the blanks are used up in its stock."""

    numbers: Annotated[list[Short], msgspec.Meta(max_length=20)] = []
    holder: MaybeShort = ""


class SealRequest(msgspec.Struct, frozen=True):
    """As it is scanned from the bag."""

    seal: Short


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """The second person, where the branch wants one: name and password, and ``code`` where they
    have a second factor.
    """

    witness: Annotated[str, msgspec.Meta(max_length=80)] = ""
    password: Annotated[str, msgspec.Meta(max_length=200)] = ""
    code: Annotated[str, msgspec.Meta(max_length=20)] = ""


class LoadRequest(Witness, frozen=True, kw_only=True):
    """The seal is scanned again before the cell."""

    device: Short
    seal: Short


class PostRequest(msgspec.Struct, frozen=True):
    carrier: Short
    tracking: Short


class HandOverRequest(msgspec.Struct, frozen=True):
    """The number of the paper that was shown, and the code."""

    id_number: Paper
    code: Code


class CancelRequest(msgspec.Struct, frozen=True):
    reason: Short


class InspectRequest(Witness, frozen=True, kw_only=True):
    """What somebody saw who looked into the cell and shut it."""

    is_full: bool


class ResolveRequest(msgspec.Struct, frozen=True):
    """The number that came out; empty where nothing did."""

    number: MaybeShort = ""


class Moved(msgspec.Struct, frozen=True):
    """It is on disk; ``cell`` is the one whose door opens, 0 for none."""

    order: str
    cell: int = 0


Act = Callable[[Items, BranchId, str, Actor, Key | None], Awaitable[None]]


def step(name: str, path: str, act: Act, permission: Permission, words: str, why: str) -> Any:
    """A route for a step that needs nothing but the order; ``name`` is the operation's."""

    async def handler(
        branch: str, order: str, items: Items, once: Once, actor: Actor, key: Key | None
    ) -> Moved:
        await once.cell(key, lambda: act(items, BranchId(branch), order, actor, key))
        return Moved(order)

    handler.__name__, handler.__doc__ = name, why
    return post(f"{ONE}/{path}", summary=words, **permit(permission))(handler)


lay_item_ready = step(
    "lay_item_ready", "lay-ready", Items.lay_ready, Permission.ITEM_HANDLE,
    "Keep it at a counter", "For what is handed over there.",
)  # fmt: skip
item_receipt = step(
    "item_receipt", "receipt", Items.receipt, Permission.ITEM_HANDLE,
    "The receiver's receipt came", "It has arrived.",
)  # fmt: skip
unlock_item = step(
    "unlock_item", "unlock", Items.unlock, Permission.CLEARING_APPROVE,
    "Allow tries again", "After too many wrong ones, once somebody has looked at the papers.",
)  # fmt: skip
settle_item = step(
    "settle_item", "settle", lambda items, branch, order, actor, key: items.settle(
        branch, order, actor.name, key
    ), Permission.ITEM_HANDLE,
    "Close both legs",
    "Not before it was handed over or returned, and not by whoever handled it.",
)  # fmt: skip


@get(ITEMS, summary="Item orders", **permit(Permission.ITEM_SEE))
async def list_items(branch: str, delivery_desk: DeliveryDesk, is_open: bool = True) -> v.ItemList:
    """Those that are open, or all that are kept."""
    return await delivery_desk.list(BranchId(branch), OPEN if is_open else ())


@post(ITEMS, summary="Order an item", **permit(Permission.ITEM_HANDLE))
async def order_item(
    branch: str, data: OrderRequest, items: Items, actor: Actor, key: Key | None
) -> Ordered:
    """By whoever does the trade: they touch the item itself no more."""
    new = NewOrder(
        kind=data.kind, how=data.how,
        receiver=Receiver(data.id_number, data.name, data.phone, data.address),
        is_trade_done=data.is_trade_done, traders=(actor.name,), trace=data.trace, size=data.size,
        device=data.device, amount=data.amount, currency=data.currency, note=data.note,
    )  # fmt: skip
    order, code = await items.order(BranchId(branch), new, actor.name, items.new_id(key))
    return Ordered(order, code)


@get(f"{ONE}/trail", summary="Everything that happened to an item", **permit(Permission.ITEM_SEE))
async def item_trail(branch: str, order: str, delivery_desk: DeliveryDesk) -> v.Trail:
    """Who, when, where, which seal."""
    return await delivery_desk.trail(BranchId(branch), order)


@post(f"{ONE}/trade", summary="The trade is done", **permit(Permission.ITEM_HANDLE))
async def finish_item_trade(
    branch: str, order: str, data: TradeRequest, items: Items, once: Once,
    actor: Actor, key: Key | None,
) -> Moved:  # fmt: skip
    """Not by anybody who has handled the item."""
    await once.cell(
        key, lambda: items.finish_trade(BranchId(branch), order, data.trace, actor, key)
    )
    return Moved(order)


@post(f"{ONE}/stock", summary="Take it out of stock", **permit(Permission.ITEM_HANDLE))
async def stock_item(
    branch: str, order: str, data: StockRequest, items: Items, once: Once,
    actor: Actor, key: Key | None,
) -> Moved:  # fmt: skip
    """Not by whoever did the trade."""
    await once.cell(
        key,
        lambda: items.stock(BranchId(branch), order, tuple(data.numbers), data.holder, actor, key),
    )
    return Moved(order)


@post(f"{ONE}/seal", summary="Seal it", **permit(Permission.ITEM_HANDLE))
async def seal_item(
    branch: str, order: str, data: SealRequest, items: Items, once: Once,
    actor: Actor, key: Key | None,
) -> Moved:  # fmt: skip
    """Into a bag whose number was never used before."""
    await once.cell(key, lambda: items.seal(BranchId(branch), order, data.seal, actor, key))
    return Moved(order)


@post(f"{ONE}/load", summary="Put it into a cell", **permit(Permission.ITEM_HANDLE))
async def load_item(
    branch: str, order: str, data: LoadRequest, items: Items, witnesses: Witnesses,
    once: Once, actor: Actor, door: Door, key: Key | None,
) -> Moved:  # fmt: skip
    """The seal is compared first; a wrong one opens no door."""
    where = BranchId(branch)
    witness = await witnesses.name(where, data.witness, data.password, data.code, door)
    cell = await once.cell(
        key, lambda: items.load(where, order, data.device, data.seal, actor, witness, key)
    )
    return Moved(order, cell)


@post(f"{ONE}/post", summary="Give it to a carrier", **permit(Permission.ITEM_HANDLE))
async def post_item(
    branch: str, order: str, data: PostRequest, items: Items, once: Once,
    actor: Actor, key: Key | None,
) -> Moved:  # fmt: skip
    """With the number by which it is followed."""
    await once.cell(
        key, lambda: items.post(BranchId(branch), order, data.carrier, data.tracking, actor, key)
    )
    return Moved(order)


@post(f"{ONE}/hand-over", summary="Hand it over at a counter", **permit(Permission.ITEM_HANDLE))
async def hand_over_item(
    branch: str, order: str, data: HandOverRequest, items: Items, once: Once,
    actor: Actor, key: Key | None,
) -> Moved:  # fmt: skip
    """Against paper and code, by somebody else than whoever did the trade. For a locker its cell
    opens.
    """
    release = items.new_id(key)

    async def work() -> int:
        row = await items.releases.release(
            BranchId(branch), data.id_number, data.code, actor.name, release, order, key
        )
        return int(row["cell"])

    return Moved(order, await once.cell(key, work))


@post(f"{ONE}/take-back", summary="Take it back", **permit(Permission.ITEM_HANDLE))
async def take_item_back(
    branch: str, order: str, data: Witness, items: Items, witnesses: Witnesses, once: Once,
    actor: Actor, door: Door, key: Key | None,
) -> Moved:  # fmt: skip
    """Out of its cell, or back from the carrier."""
    where = BranchId(branch)
    witness = await witnesses.name(where, data.witness, data.password, data.code, door)
    cell = await once.cell(key, lambda: items.take_back(where, order, actor, witness, key))
    return Moved(order, cell)


@post(f"{ONE}/cancel", summary="Call it off", **permit(Permission.ITEM_HANDLE))
async def cancel_item(
    branch: str, order: str, data: CancelRequest, items: Items, once: Once,
    actor: Actor, key: Key | None,
) -> Moved:  # fmt: skip
    """While nothing was taken out of stock."""
    await once.cell(key, lambda: items.cancel(BranchId(branch), order, data.reason, actor, key))
    return Moved(order)


@post(f"{ONE}/resolve", summary="What a dispenser did", **permit(Permission.ITEM_HANDLE))
async def resolve_item(
    branch: str, order: str, data: ResolveRequest, dispensers: Dispensers, once: Once,
    actor: Actor, key: Key | None,
) -> Moved:  # fmt: skip
    """By somebody who has looked into a machine that could not say."""
    where = BranchId(branch)
    await once.cell(key, lambda: dispensers.resolve(where, order, data.number, actor.name, key))
    return Moved(order)


@get("/api/delivery/overview", summary="Items of all branches", **permit(Permission.ITEM_SEE))
async def delivery_overview(delivery_desk: DeliveryDesk, actor: Actor) -> v.Overview:
    """Of the branches in reach: how many items stand where, and what needs somebody."""
    return await delivery_desk.overview(actor)


@get(f"{BASE}/cabinets", summary="Cabinets and their cells", **permit(Permission.ITEM_SEE))
async def list_cabinets(branch: str, delivery_desk: DeliveryDesk) -> v.CabinetList:
    """What lies where, and which doors are open or in doubt."""
    return await delivery_desk.cabinets(BranchId(branch))


@post(
    f"{BASE}/cabinets/{{device:str}}/cells/{{cell:int}}/inspect",
    summary="Say what lies in a cell",
    **permit(Permission.ITEM_HANDLE),
)
async def inspect_cell(
    branch: str, device: str, cell: int, data: InspectRequest, items: Items,
    witnesses: Witnesses, once: Once, actor: Actor, door: Door, key: Key | None,
) -> Moved:  # fmt: skip
    """Of a cell that is in doubt or was left open; not by whoever did the trade."""
    where, is_full = BranchId(branch), data.is_full
    witness = await witnesses.name(where, data.witness, data.password, data.code, door)
    await once.cell(
        key, lambda: items.inspect(where, device, cell, actor, witness, key, is_full=is_full)
    )
    return Moved("", cell)


ROUTES = [
    list_items, order_item, item_trail, finish_item_trade, stock_item, seal_item, load_item,
    lay_item_ready, post_item, item_receipt, hand_over_item, unlock_item, take_item_back,
    settle_item, cancel_item, resolve_item, delivery_overview, list_cabinets, inspect_cell,
]  # fmt: skip
