"""HTTP of cash packs: packed and sealed by one person, put into a machine with another."""

from typing import Annotated

import msgspec
from litestar import get, post

from tingtang.delivery.cash_packs import CashPacks
from tingtang.delivery.model import problems as p
from tingtang.delivery.once import Once
from tingtang.delivery.routes import CancelRequest, Moved, SealRequest
from tingtang.delivery.service import Items
from tingtang.devices.service import DeviceService
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.text import Text
from tingtang.kernel.web import permit

PACKS = "/api/branches/{branch:str}/cash-packs"
ONE = f"{PACKS}/{{order:str}}"
Short = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Count = Annotated[int, msgspec.Meta(ge=1, le=20_000)]


class PackRequest(msgspec.Struct, frozen=True):
    """``pieces`` by denomination in hundredths of a yuan: ``{"10000": 200}`` is 200 × 100 yuan."""

    device: Short
    pieces: dict[str, Count]
    seal: Short


class PackView(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed pack. ``amount`` in hundredths of a yuan."""

    order: str
    device: str
    device_name: Text
    pieces: dict[str, int]
    amount: int
    seal: str
    packed_ms: int


class CashMachineView(msgspec.Struct, frozen=True):
    """A machine that takes packs; ``books`` is what the bank says lies in it, in hundredths."""

    device: str
    name: Text
    books: int
    is_online: bool


class CashView(msgspec.Struct, frozen=True):
    machines: list[CashMachineView]
    packs: list[PackView]


class Loaded(msgspec.Struct, frozen=True):
    """``is_told``: the machine has taken in what was put into it; else it must count itself."""

    order: str
    is_told: bool


@get(PACKS, summary="Cash of machines, and sealed packs", **permit(Permission.ITEM_SEE))
async def list_cash_packs(branch: str, cash_packs: CashPacks, devices: DeviceService) -> CashView:
    """What lies in each by the books, and what waits to go in."""
    register = devices.register
    names = {one.id: one.name for one in register.of_branch(branch)}
    machines = [
        CashMachineView(one.device, names[one.device], one.books, one.is_online)
        for one in await cash_packs.held(branch)
    ]
    packs = []
    for row in await cash_packs.open(branch):
        pieces = {a: int(b) for a, _, b in (one.partition(":") for one in row["note"].split())}
        packs.append(
            PackView(
                order=row["item"], device=row["device"], pieces=pieces, seal=row["seal"],
                device_name=names.get(row["device"], Text(row["device"])),
                amount=sum(int(value) * count for value, count in pieces.items()),
                packed_ms=row["changed_ms"],
            )
        )  # fmt: skip
    return CashView(machines, packs)


@post(PACKS, summary="Pack and seal cash for a machine", **permit(Permission.ITEM_HANDLE))
async def pack_cash(
    branch: str, data: PackRequest, cash_packs: CashPacks, items: Items, actor: Actor,
    key: Key | None,
) -> Moved:  # fmt: skip
    """By the person who counts it; somebody else puts it in with them."""
    try:
        pieces = {int(value): count for value, count in data.pieces.items()}
    except ValueError:
        raise Refused(p.BAD_PIECES) from None
    order = items.new_id(key)
    await cash_packs.pack(BranchId(branch), order, data.device, pieces, data.seal, actor)
    return Moved(order)


@post(f"{ONE}/load", summary="Put it into the machine", **permit(Permission.ITEM_HANDLE))
async def load_cash(
    branch: str, order: str, data: SealRequest, cash_packs: CashPacks, actor: Actor
) -> Loaded:
    """By another than packed it; the seal is read again. Safe to repeat: it goes on where it was."""
    return Loaded(order, await cash_packs.load(BranchId(branch), order, data.seal, actor))


@post(f"{ONE}/cancel", summary="Take it back to the vault", **permit(Permission.ITEM_HANDLE))
async def cancel_cash(
    branch: str, order: str, data: CancelRequest, cash_packs: CashPacks, once: Once, actor: Actor,
    key: Key | None,
) -> Moved:  # fmt: skip
    """Unopened; nothing was booked."""
    where, reason = BranchId(branch), data.reason
    await once.cell(key, lambda: cash_packs.cancel(where, order, reason, actor, key))
    return Moved(order)


ROUTES = [list_cash_packs, pack_cash, load_cash, cancel_cash]
