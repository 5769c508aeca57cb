"""What screens show of items, cabinets and vouchers; names masked, paper numbers never."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tingtang.customers.model import mask_name
from tingtang.delivery.model import cabinet as c
from tingtang.delivery.model.item_events import ItemCancelled
from tingtang.delivery.model.kinds import (
    HOW_NAMES,
    KIND_NAMES,
    OVER,
    STATUS_NAMES,
    How,
    ItemKind,
    Size,
    Status,
)
from tingtang.kernel.clock import DAY_MS
from tingtang.kernel.text import Text


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """An order as staff see it."""

    order: str
    kind: ItemKind
    kind_name: Text
    how: How
    how_name: Text
    status: Status
    status_name: Text
    receiver: str
    """Masked."""
    note: str
    seal: str
    device: str
    device_name: Text
    cell: int
    tracking: str
    is_trade_done: bool
    wrong_tries: int
    ordered_ms: int
    changed_ms: int
    expires_ms: int
    is_old: bool
    """It has not moved for longer than the branch allows."""


class ItemList(msgspec.Struct, frozen=True):
    items: list[ItemView]


class BranchItems(msgspec.Struct, frozen=True, kw_only=True):
    """A branch's open items, by status, and what needs somebody."""

    branch: str
    name: Text
    counts: dict[Status, int]
    old: int
    doubtful: int
    """Cells whose door or content is not sure."""
    is_day_closed: bool


class Overview(msgspec.Struct, frozen=True):
    branches: list[BranchItems]


class CellView(msgspec.Struct, frozen=True):
    """A cell; ``order`` is empty where it is free."""

    cell: int
    size: Size
    state: c.CellState
    order: str = ""
    since_ms: int = 0
    is_left_open: bool = False
    """Its door stands open too long."""


class CabinetView(msgspec.Struct, frozen=True):
    """A cabinet with all its cells."""

    device: str
    name: Text
    is_online: bool
    cells: list[CellView]


class CabinetList(msgspec.Struct, frozen=True):
    cabinets: list[CabinetView]


class TrailLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to an order: who, when, where, seal number."""

    at_ms: int
    what: Text
    by: Text
    where: Text = Text("")
    detail: str = ""


class Trail(msgspec.Struct, frozen=True):
    order: str
    lines: list[TrailLine]


def item(
    row: Mapping[str, Any],
    receiver: str,
    note: str,
    names: Mapping[str, Text],
    now_ms: int,
    old_days: int,
) -> ItemView:
    """An order of the list."""
    kind, how, status = ItemKind(row["kind"]), How(row["how"]), Status(row["status"])
    return ItemView(
        order=row["item"],
        kind=kind,
        kind_name=KIND_NAMES[kind],
        how=how,
        how_name=HOW_NAMES[how],
        status=status,
        status_name=STATUS_NAMES[status],
        receiver=mask_name(receiver) if receiver else "",
        note=note or row["note"],
        seal=row["seal"],
        device=row["device"],
        device_name=names.get(row["device"], Text(row["device"])),
        cell=row["cell"],
        tracking=row["tracking"],
        is_trade_done=row["is_trade_done"],
        wrong_tries=row["wrong_tries"],
        ordered_ms=row["ordered_ms"],
        changed_ms=row["changed_ms"],
        expires_ms=row["expires_ms"],
        is_old=status not in OVER and now_ms - row["changed_ms"] >= old_days * DAY_MS,
    )


def cabinet(
    device: str, name: Text, is_online: bool, state: c.Cabinet, sizes: Mapping[int, Size]
) -> CabinetView:
    """All cells; one that is in use and no longer in the layout is shown too."""
    numbers = sorted({*sizes, *state.cells})
    cells = []
    for number in numbers:
        one = state.cells.get(number)
        size = sizes.get(number, Size.SMALL)
        if one is None:
            cells.append(CellView(number, size, c.CellState.FREE))
        else:
            cells.append(
                CellView(number, size, one.state, one.order, one.since_ms, one.is_left_open)
            )
    return CabinetView(device, name, is_online, cells)


WORDS: dict[str, Text] = {
    "item_ordered": Text("下单", "Ordered"),
    "item_trade_done": Text("交易完成", "Trade done"),
    "item_stocked": Text("备货出库", "Taken out of stock"),
    "item_sealed": Text("封包", "Sealed"),
    "wrong_seal_seen": Text("封签不符，拒绝入柜", "Wrong seal: not loaded"),
    "item_loading": Text("开格存入", "Cell opened to load"),
    "item_loaded": Text("已存入", "Loaded"),
    "item_posted": Text("交寄", "Posted"),
    "item_ready": Text("待领取", "Ready"),
    "wrong_try": Text("核验未通过", "Not recognised"),
    "pick_up_unlocked": Text("解除锁定", "Unlocked"),
    "item_released": Text("核验通过，放行", "Recognised, released"),
    "item_still_there": Text("未取走", "Not taken"),
    "item_picked_up": Text("已领取", "Picked up"),
    "item_reminded": Text("到期提醒", "Reminded"),
    "item_expired": Text("逾期", "Expired"),
    "item_taking_back": Text("开格取回", "Cell opened to take back"),
    "item_returned": Text("已退回", "Returned"),
    "item_missing": Text("清点缺失", "Found missing"),
    "item_settled": Text("结清", "Settled"),
    "item_cancelled": Text("取消", "Cancelled"),
}


def _cell_of(place: Text, cell: int) -> Text:
    return Text(f"{place.zh} {cell}号格", f"{place.in_language('en')} cell {cell}".strip())


def line(
    type_: str, at_ms: int, by: Text, event: object, names: Mapping[str, Text], cancel_reason: str
) -> TrailLine:
    """One line of the trail; ``cancel_reason`` is why the order was called off."""
    device, cell = getattr(event, "device", ""), getattr(event, "cell", 0)
    place = names.get(device, Text(device))
    seen: Sequence[str] = [
        str(getattr(event, name))
        for name in ("seal", "tracking", "carrier", "number", "reason", "why", "trace")
        if getattr(event, name, "")
    ]
    numbers = getattr(event, "numbers", ())
    if isinstance(event, ItemCancelled) and not event.reason:
        seen = [cancel_reason]
    return TrailLine(
        at_ms=at_ms,
        what=WORDS.get(type_.rpartition(".")[2], Text(type_)),
        by=by,
        where=_cell_of(place, cell) if cell else place,
        detail=" ".join([*seen, *numbers]),
    )
