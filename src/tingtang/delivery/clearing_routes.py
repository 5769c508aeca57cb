"""HTTP of end-of-day clearing."""

import csv
import io
from typing import Annotated

import msgspec
from litestar import Response, get, post

from tingtang.delivery.clearing import UNDER_WAY, Clearings
from tingtang.delivery.days import DeliveryDays
from tingtang.delivery.desk import DeliveryDesk
from tingtang.delivery.model import clearing as m
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.text import Text
from tingtang.kernel.web import permit

BASE = "/api/branches/{branch:str}/clearings"
ONE = f"{BASE}/{{clearing:str}}"
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


Denomination = Annotated[str, msgspec.Meta(pattern=r"^[1-9]\d{0,7}$")]
Pieces = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class BeginRequest(msgspec.Struct, frozen=True):
    device: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class CountRequest(msgspec.Struct, frozen=True):
    """By name: pieces, or hundredths of a currency. Cash may be told in ``pieces`` instead: how many
    of each denomination, which is in hundredths.
    """

    counts: Annotated[
        dict[Name, Annotated[int, msgspec.Meta(ge=0, le=10**13)]], msgspec.Meta(max_length=20)
    ] = {}
    pieces: Annotated[
        dict[Name, Annotated[dict[Denomination, Pieces], msgspec.Meta(max_length=20)]],
        msgspec.Meta(max_length=20),
    ] = {}


class ApproveRequest(msgspec.Struct, frozen=True):
    name: Name
    reason: Annotated[str, msgspec.Meta(min_length=2, max_length=80)]


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """Three figures of one thing; ``device`` is None where the machine cannot count it."""

    name: str
    physical: int
    device: int | None
    books: int
    difference: int
    is_even: bool
    approved_by: str
    booked: bool
    voucher: str


class ClearingView(msgspec.Struct, frozen=True, kw_only=True):
    """A clearing. Figures are shown once both have counted, to nobody before."""

    clearing: str
    device: str
    device_name: Text
    date: str
    begun_ms: int
    step: m.Step
    people: list[str]
    counted: list[str]
    """Who has."""
    is_mine: bool
    """The caller is one of the two."""
    has_counted: bool
    is_device_asked: bool
    waits_for_cash: bool
    """A customer at the machine moves cash; nothing is counted before that has ended."""
    rounds: int
    names: list[str]
    lines: list[LineView]
    pieces: dict[str, dict[str, int]]
    """Of cash, how many of each denomination (in hundredths) both have found."""


class MachineView(msgspec.Struct, frozen=True):
    """A machine that is cleared every day; ``clearing`` of today, empty for none."""

    device: str
    name: Text
    clearing: str
    step: str


class ClearingDay(msgspec.Struct, frozen=True):
    """``open`` says what keeps the day from being closed; names of the two who close it are empty
    until they have.
    """

    date: str
    machines: list[MachineView]
    open: list[Text]
    asked_by: str
    is_asked_by_me: bool
    closed_by: str


class DayClosed(msgspec.Struct, frozen=True):
    date: str


@get(BASE, summary="Clearing of today", **permit(Permission.CLEARING_WORK))
async def clearing_day(
    branch: str,
    clearings: Clearings,
    delivery_days: DeliveryDays,
    delivery_desk: DeliveryDesk,
    actor: Actor,
) -> ClearingDay:
    """All machines, what is open, and who has said that it may be closed."""
    where, date = BranchId(branch), clearings.today(branch)
    rows = await clearings.rows(branch, (*UNDER_WAY, m.Step.DONE), date)
    latest = {row["device"]: row for row in reversed(rows)}
    machines = [
        MachineView(
            one.id, one.name, latest.get(one.id, {}).get("clearing", ""),
            latest.get(one.id, {}).get("step", ""),
        )
        for one in clearings.machines.of_branch(branch)
    ]  # fmt: skip
    day, open_ = await delivery_days.state(where), await delivery_days.open_matters(where)
    asked, closed = (delivery_desk.who(x) if x else "" for x in (day.asked_by, day.closed_by))
    return ClearingDay(date, machines, open_, asked, day.asked_by == actor.name, closed)


@post(BASE, summary="Begin to clear a machine", **permit(Permission.CLEARING_WORK))
async def begin_clearing(
    branch: str,
    data: BeginRequest,
    clearings: Clearings,
    delivery_desk: DeliveryDesk,
    actor: Actor,
    key: Key | None,
) -> ClearingView:
    """It goes out of service and counts itself."""
    clearing = await clearings.begin(BranchId(branch), data.device, actor, key)
    return await _view(clearings, delivery_desk, branch, clearing, actor)


@get(ONE, summary="A clearing", **permit(Permission.CLEARING_WORK))
async def read_clearing(
    branch: str, clearing: str, clearings: Clearings, delivery_desk: DeliveryDesk, actor: Actor
) -> ClearingView:
    """As far as it has come."""
    return await _view(clearings, delivery_desk, branch, clearing, actor)


@post(f"{ONE}/join", summary="Be the second person", **permit(Permission.CLEARING_WORK))
async def join_clearing(
    branch: str,
    clearing: str,
    clearings: Clearings,
    delivery_desk: DeliveryDesk,
    actor: Actor,
    key: Key | None,
) -> ClearingView:
    """Never the same as the first."""
    await clearings.join(BranchId(branch), clearing, actor, key)
    return await _view(clearings, delivery_desk, branch, clearing, actor)


@post(f"{ONE}/count", summary="What one of the two found", **permit(Permission.CLEARING_WORK))
async def count_clearing(
    branch: str,
    clearing: str,
    data: CountRequest,
    clearings: Clearings,
    delivery_desk: DeliveryDesk,
    actor: Actor,
    key: Key | None,
) -> ClearingView:
    """Blind; where the two differ both count again."""
    await clearings.count(BranchId(branch), clearing, data.counts, data.pieces, actor, key)
    return await _view(clearings, delivery_desk, branch, clearing, actor)


@post(f"{ONE}/compare", summary="Ask the books again", **permit(Permission.CLEARING_WORK))
async def compare_clearing(
    branch: str, clearing: str, clearings: Clearings, delivery_desk: DeliveryDesk, actor: Actor
) -> ClearingView:
    """Where the bank was silent before."""
    await clearings.checked(BranchId(branch), clearing)
    await clearings.compare(BranchId(branch), clearing)
    return await _view(clearings, delivery_desk, branch, clearing, actor)


@post(f"{ONE}/approve", summary="Approve a difference", **permit(Permission.CLEARING_APPROVE))
async def approve_difference(
    branch: str,
    clearing: str,
    data: ApproveRequest,
    clearings: Clearings,
    delivery_desk: DeliveryDesk,
    actor: Actor,
    key: Key | None,
) -> ClearingView:
    """By neither of the two; it is booked at once."""
    await clearings.approve(BranchId(branch), clearing, data.name, data.reason, actor, key)
    return await _view(clearings, delivery_desk, branch, clearing, actor)


@post(f"{ONE}/finish", summary="End a clearing", **permit(Permission.CLEARING_WORK))
async def finish_clearing(
    branch: str,
    clearing: str,
    clearings: Clearings,
    delivery_desk: DeliveryDesk,
    actor: Actor,
    key: Key | None,
) -> ClearingView:
    """The machine goes back into service."""
    await clearings.finish(BranchId(branch), clearing, actor, key)
    return await _view(clearings, delivery_desk, branch, clearing, actor)


@post(f"{ONE}/abandon", summary="Break a clearing off", **permit(Permission.CLEARING_WORK))
async def abandon_clearing(
    branch: str,
    clearing: str,
    clearings: Clearings,
    delivery_desk: DeliveryDesk,
    actor: Actor,
    key: Key | None,
) -> ClearingView:
    """Before anything was compared."""
    await clearings.abandon(BranchId(branch), clearing, actor, key)
    return await _view(clearings, delivery_desk, branch, clearing, actor)


@get(f"{ONE}/sheet", summary="A clearing as CSV", **permit(Permission.CLEARING_WORK))
async def clearing_sheet(
    branch: str, clearing: str, clearings: Clearings, delivery_desk: DeliveryDesk, actor: Actor
) -> Response[str]:
    """To be printed and signed."""
    view = await _view(clearings, delivery_desk, branch, clearing, actor)
    out = io.StringIO()
    write = csv.writer(out).writerow
    moment = clearings.moment(branch, view.begun_ms)
    write(["清机表", view.device_name.zh, moment, view.step.value, " / ".join(view.people)])
    for name, ones in view.pieces.items():
        write([name, "券别（元）", "张数", "金额（元）"])
        for value, number in sorted(ones.items(), key=lambda one: -int(one[0])):
            write([name, int(value) / 100, number, int(value) * number / 100])
    write(["项目", "实物", "设备自清点", "账面", "差额", "审批人", "记账流水"])
    for one in view.lines:
        device = "" if one.device is None else one.device
        write(
            [
                one.name,
                one.physical,
                device,
                one.books,
                one.difference,
                one.approved_by,
                one.voucher,
            ]
        )
    headers = {"content-disposition": f'attachment; filename="clearing-{view.date}.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv", headers=headers)


@post(
    "/api/branches/{branch:str}/clearing-day/ask",
    summary="Ask to close the delivery day",
    **permit(Permission.CLEARING_WORK),
)
async def ask_to_close_delivery_day(
    branch: str, delivery_days: DeliveryDays, clearings: Clearings, actor: Actor, key: Key | None
) -> DayClosed:
    """The first of the two. Refused while anything is open."""
    await delivery_days.ask(BranchId(branch), actor, key)
    return DayClosed(clearings.today(branch))


@post(
    "/api/branches/{branch:str}/clearing-day/close",
    summary="Close the delivery day",
    **permit(Permission.CLEARING_APPROVE),
)
async def close_delivery_day(
    branch: str, delivery_days: DeliveryDays, actor: Actor, key: Key | None
) -> DayClosed:
    """The second of the two. Refused while a machine is not cleared, a difference not booked, or a
    cell in doubt.
    """
    return DayClosed(await delivery_days.close(BranchId(branch), actor, key))


async def _view(
    clearings: Clearings, desk: DeliveryDesk, branch: str, clearing: str, actor: Actor
) -> ClearingView:
    state = await clearings.checked(BranchId(branch), clearing)
    begun = state.begun
    assert begun is not None  # noqa: S101 - its row stands in the table
    device = clearings.machines.find(branch, begun.device)
    return ClearingView(
        clearing=clearing,
        device=device.id,
        device_name=device.name,
        date=begun.date,
        begun_ms=state.begun_ms,
        step=state.step,
        people=[desk.who(one) for one in state.people],
        counted=[desk.who(one) for one in state.counts],
        is_mine=actor.name in state.people,
        has_counted=actor.name in state.counts,
        is_device_asked=state.is_device_asked,
        waits_for_cash=await clearings.waits_for_cash(clearing),
        rounds=state.rounds,
        names=list(begun.names),
        lines=[
            LineView(
                name=one.name, physical=one.physical, device=one.device, books=one.books,
                difference=one.difference, is_even=one.is_even,
                approved_by=desk.who(state.approved[one.name]) if one.name in state.approved else "",
                booked=one.name in state.booked, voucher=state.booked.get(one.name, ""),
            )
            for one in state.lines
        ],
        pieces=state.pieces if state.lines else {},
    )  # fmt: skip


ROUTES = [
    clearing_day, begin_clearing, read_clearing, join_clearing, count_clearing, compare_clearing,
    approve_difference, finish_clearing, abandon_clearing, clearing_sheet,
    ask_to_close_delivery_day, close_delivery_day,
]  # fmt: skip
