"""HTTP of blank vouchers: stock, movements and voids by two people, alerts."""

from typing import Annotated

import msgspec
from litestar import get, post

from tingtang.delivery.dispensers import Dispensers
from tingtang.delivery.model.kinds import MACHINE, STOCK_OF, ItemKind
from tingtang.delivery.model.problems import NOT_HELD_HERE
from tingtang.delivery.risks import Risks, StockAlerts
from tingtang.delivery.vouchers import Stock, Task, Vouchers
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.text import Text
from tingtang.kernel.web import permit

VOUCHERS = "/api/branches/{branch:str}/vouchers"
ONE = f"{VOUCHERS}/{{task:str}}"
VAULT = "vault"
Short = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class MoveRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A range from one holder to another, or with ``reason`` to be made void."""

    kind: Short
    first: Short
    last: Short
    from_holder: Short
    to_holder: Annotated[str, msgspec.Meta(max_length=60)] = ""
    reason: Annotated[str, msgspec.Meta(max_length=80)] = ""


class StockList(msgspec.Struct, frozen=True):
    """What the bank's books say."""

    holder: str
    stock: list[Stock]


class HolderList(msgspec.Struct, frozen=True):
    """``names`` of those that are machines."""

    holders: list[str]
    names: dict[str, Text] = {}


class TaskList(msgspec.Struct, frozen=True):
    tasks: list[Task]


@get(VOUCHERS, summary="Voucher movements", **permit(Permission.ITEM_SEE))
async def list_voucher_tasks(branch: str, vouchers: Vouchers) -> TaskList:
    """The newest first."""
    return TaskList(await vouchers.tasks(branch))


@get(f"{VOUCHERS}/holders", summary="Who holds vouchers here", **permit(Permission.ITEM_SEE))
async def voucher_holders(branch: str, risks: Risks, dispensers: Dispensers) -> HolderList:
    """The branch, its dispensers, and the vault that both are filled from."""
    names = {f"{MACHINE}{one.id}": one.name for one in dispensers.of_branch(branch)}
    return HolderList([*risks.holders(branch), VAULT], names)


@get(f"{VOUCHERS}/stock", summary="Voucher stock of a holder", **permit(Permission.ITEM_SEE))
async def voucher_stock(
    branch: str, vouchers: Vouchers, risks: Risks, holder: str = "vault"
) -> StockList:
    """By number range, of the branch, its dispensers or the vault."""
    _check_held_here(risks, branch, holder)
    return StockList(holder, await vouchers.stock(holder))


@get(
    "/api/branches/{branch:str}/delivery/alerts",
    summary="Shortages and items that do not move",
    **permit(Permission.ITEM_SEE),
)
async def delivery_alerts(branch: str, risks: Risks) -> StockAlerts:
    """Vouchers that run short, items that are old, cells in doubt."""
    return await risks.alerts(BranchId(branch))


@post(VOUCHERS, summary="Ask for a movement or a void", **permit(Permission.ITEM_HANDLE))
async def ask_vouchers(
    branch: str, data: MoveRequest, vouchers: Vouchers, risks: Risks, actor: Actor, key: Key | None
) -> Task:
    """A second person confirms it. Between the branch, its dispensers and the vault: what others hold
    is for others to move.
    """
    _check_held_here(risks, branch, data.from_holder)
    if not data.reason or data.to_holder:
        _check_held_here(risks, branch, data.to_holder)
    task = Task(
        task="", kind=data.kind, first=data.first, last=data.last, count=0,
        from_holder=data.from_holder, to_holder=data.to_holder, reason=data.reason, asked_by="",
    )  # fmt: skip
    return await vouchers.ask(BranchId(branch), task, actor, key)


@post(f"{ONE}/confirm", summary="Confirm it", **permit(Permission.ITEM_HANDLE))
async def confirm_vouchers(
    branch: str, task: str, vouchers: Vouchers, dispensers: Dispensers, actor: Actor,
    key: Key | None,
) -> Task:  # fmt: skip
    """By somebody else, who has counted: it is booked. A dispenser is told what was put in. Where the
    bank stops a void midway it is told how far that came, and confirmed again the rest is tried.
    """
    done = await vouchers.confirm(BranchId(branch), task, actor, key)
    kind = next((k for k, (_, _, name) in STOCK_OF.items() if name == done.kind), None)
    device = done.to_holder.removeprefix(MACHINE)
    if kind is not None and device != done.to_holder:
        dispensers.find(branch, ItemKind(kind), device)
        await dispensers.filled(device, kind, done.first, done.count, task)
    return done


@post(f"{ONE}/refuse", summary="Refuse it", **permit(Permission.ITEM_HANDLE))
async def refuse_vouchers(
    branch: str, task: str, vouchers: Vouchers, actor: Actor, key: Key | None
) -> Task:
    """It is not what it says: nothing is booked, or of a void that stopped midway nothing more."""
    return await vouchers.refuse(BranchId(branch), task, actor, key)


def _check_held_here(risks: Risks, branch: str, holder: str) -> None:
    if holder not in (*risks.holders(branch), VAULT):
        raise Refused(NOT_HELD_HERE, holder=holder)


ROUTES = [
    list_voucher_tasks, voucher_holders, voucher_stock, delivery_alerts, ask_vouchers, confirm_vouchers,
    refuse_vouchers,
]  # fmt: skip
