"""Clearings at work: the machine taken out of service, asked to count itself, the books asked."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from tingtang.bank import trades as b
from tingtang.delivery import tables as t
from tingtang.delivery.model import clearing as m
from tingtang.delivery.model import problems as p
from tingtang.delivery.model.cabinet import CellState
from tingtang.delivery.model.clearing_day import DeliveryDayClosed
from tingtang.delivery.model.kinds import Status
from tingtang.delivery.service import MACHINE, Items
from tingtang.delivery.vouchers import ASKED, CONFIRMED, Vouchers
from tingtang.devices.model import records as r
from tingtang.devices.model.state import CommandState
from tingtang.devices.service import DeviceService
from tingtang.kernel.appends import Append
from tingtang.kernel.clock import Clock, local_date
from tingtang.kernel.database import upsert
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event, Recorded
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import EventLog
from tingtang.kernel.permissions import SYSTEM, Actor
from tingtang.kernel.streams import StreamHost
from tingtang.org.directory import Directory

CELLS = "cells"
NAMES: dict[str, tuple[str, ...]] = {
    "dispenser": ("debit_card", "token", "certificate"),
    "locker": (CELLS,),
    "cash_recycler": (f"{m.CASH}CNY",),
}
"""What is counted in a machine, by its type."""
COUNTS = {"cards": "debit_card", "keys": "token", "vouchers": "certificate", "cells_used": CELLS}
"""What a machine calls its counts when it counts itself."""
MODULES = {
    "dispenser": ("card_hopper", "key_hopper", "voucher_hopper"),
    "locker": ("locks",),
    "cash_recycler": ("cash",),
}
UNDER_WAY = (m.Step.WAITING, m.Step.COUNTING, m.Step.DIFFERENT, m.Step.BALANCED)

logger = logging.getLogger(__name__)


def stream_of(clearing: str) -> str:
    return f"clearing/{clearing}"


class Clearings:
    """All clearings of all branches."""

    def __init__(
        self,
        log: EventLog,
        clock: Clock,
        devices: DeviceService,
        directory: Directory,
        items: Items,
        vouchers: Vouchers,
    ) -> None:
        self.host: StreamHost[m.Clearing, m.Command] = StreamHost(log, clock, m.ClearingCore())
        self._log = log
        self._clock = clock
        self._devices = devices
        self._directory = directory
        self._items = items
        self._vouchers = vouchers
        self._tasks: set[asyncio.Task[None]] = set()
        log.project(m.TYPES.all().values(), _project)

    # -- the two who count ----------------------------------------------------------------------

    async def begin(self, branch: BranchId, device: str, actor: Actor) -> str:
        """Take a machine out of service and ask it to count itself; gives the clearing's id.
        Refused (clearing_open) while another is under way.
        """
        found = self.machine(branch, device)
        date = self.today(branch)
        if any(row["device"] == device for row in await self.rows(branch, UNDER_WAY)):
            raise Refused(p.CLEARING_OPEN)
        clearing = self._items.new_id()
        event = m.ClearingBegun(device=device, date=date, by=actor.name, names=NAMES[found.type])
        await self._run(clearing, branch, m.Begin(event), actor.name)
        await self._service(found, "pause")
        self._follow(clearing, found)
        return clearing

    async def join(self, branch: BranchId, clearing: str, actor: Actor) -> None:
        """The second person, under their own sign-in."""
        await self._check(branch, clearing)
        await self._run(clearing, branch, m.Join(actor.name), actor.name)

    async def count(
        self, branch: BranchId, clearing: str, counts: Mapping[str, int], actor: Actor
    ) -> None:
        """What one of the two found, without seeing what the other did."""
        await self._check(branch, clearing)
        await self._run(clearing, branch, m.Count(actor.name, counts), actor.name)
        await self.compare(branch, clearing)

    async def compare(self, branch: BranchId, clearing: str) -> None:
        """Hold what both found against the machine's own count and the books, once all is known."""
        state = await self.state(clearing)
        if state.begun is None or not state.to_compare or not state.is_device_asked:
            return
        books = await self._books(self.machine(branch, state.begun.device), state.begun.names)
        await self._run(clearing, branch, m.Compare(books), SYSTEM.name)

    async def approve(
        self, branch: BranchId, clearing: str, name: str, reason: str, actor: Actor
    ) -> None:
        """A third person's yes to a difference; cash is booked to suspense under its own trace."""
        await self._check(branch, clearing)
        await self._run(clearing, branch, m.Approve(name, actor.name, reason), actor.name)
        state = await self.state(clearing)
        line = next(one for one in state.lines if one.name == name)
        if state.begun is None or name in state.booked:
            return
        voucher = ""
        if name.startswith(m.CASH) and line.difference:
            trade = b.BookDifference(
                box=box_of(state.begun.device), amount=line.difference,
                approved_by=state.approved[name], reason=reason,
                currency=name.removeprefix(m.CASH),
            )  # fmt: skip
            done = await self._vouchers.book(
                branch, trade, f"clearing:{clearing}:{name}", state.people[0]
            )
            voucher = done.voucher
        await self._run(clearing, branch, m.NoteBooked(name, voucher), actor.name)

    async def finish(self, branch: BranchId, clearing: str, actor: Actor) -> None:
        """The machine goes back into service. Refused (differences_open) before all is booked."""
        await self._check(branch, clearing)
        await self._run(clearing, branch, m.Finish(actor.name), actor.name)
        await self._back(branch, clearing)

    async def abandon(self, branch: BranchId, clearing: str, actor: Actor) -> None:
        """Before anything was compared."""
        await self._check(branch, clearing)
        await self._run(clearing, branch, m.Abandon(actor.name), actor.name)
        await self._back(branch, clearing)

    # -- the day --------------------------------------------------------------------------------

    async def open_matters(self, branch: BranchId) -> list[str]:
        """What keeps the day from being closed, in words."""
        today, open_ = self.today(branch), []
        rows = await self.rows(branch, (*UNDER_WAY, m.Step.DONE), today)
        done = {row["device"] for row in rows if row["step"] == m.Step.DONE.value}
        under_way = {row["device"] for row in rows} - done
        for device in self.machines(branch):
            if device.id in under_way:
                open_.append(f"{device.name.zh}：清机未结束")
            elif device.id not in done:
                open_.append(f"{device.name.zh}：今日未清机")
        for device in self._items.cabinets.of_branch(branch):
            cells = (await self._items.cabinets.state(device.id)).cells
            open_ += [
                f"{device.name.zh} {number} 号格：状态待核实"
                for number, one in sorted(cells.items())
                if one.state in {CellState.DOUBT, CellState.OPEN, CellState.OPENING}
            ]
        released = await self._items.orders.rows(branch, [Status.RELEASED])
        if released:
            open_.append(f"放行中未确认的实物 {len(released)} 件")
        tasks = [one for one in await self._vouchers.tasks(branch) if one.state in WAITING]
        if tasks:
            open_.append(f"未办结的凭证调拨 {len(tasks)} 笔")
        return open_

    async def close_day(self, branch: BranchId, actor: Actor) -> str:
        """Close the delivery leg's day; gives its date. Refused (day_not_clear), saying what is
        open.
        """
        open_ = await self.open_matters(branch)
        if open_:
            raise Refused(p.DAY_NOT_CLEAR, open="；".join(open_))
        date, now_ms = self.today(branch), self._clock.now_ms()
        row = {"branch": branch, "date": date, "closed_by": actor.name, "closed_ms": now_ms}
        insert = upsert(self._log.database, t.closed_days).values(row).on_conflict_do_nothing()
        await self._log.append(
            Append(
                stream=f"clearingday/{branch}/{date}", branch=branch, time_ms=now_ms,
                events=[DeliveryDayClosed(date=date)], actor=actor.name,
                work=lambda connection: connection.execute(insert),
            )
        )  # fmt: skip
        return date

    # -- reading --------------------------------------------------------------------------------

    def today(self, branch: str) -> str:
        """The branch's own date."""
        return local_date(self._clock.now_ms(), self._directory.branch(branch).time_zone)

    def machines(self, branch: str) -> list[r.Device]:
        """What must be cleared at the end of a day."""
        register = self._devices.register
        return [one for one in register.of_branch(branch) if one.type in NAMES and one.active]

    def machine(self, branch: str, device: str) -> r.Device:
        """One of them; refused (unknown_clearing)."""
        for one in self.machines(branch):
            if one.id == device:
                return one
        raise Refused(p.CLEARING_UNKNOWN)

    async def state(self, clearing: str) -> m.Clearing:
        """Where a clearing stands."""
        return await self.host.state(stream_of(clearing))

    async def checked(self, branch: BranchId, clearing: str) -> m.Clearing:
        """The same; refused (unknown_clearing) where it is another branch's."""
        await self._check(branch, clearing)
        return await self.state(clearing)

    async def rows(
        self, branch: str, steps: Sequence[m.Step], date: str = ""
    ) -> list[dict[str, Any]]:
        """Clearings of a branch, the newest first."""
        columns = t.clearings.c
        query = sa.select(t.clearings).where(
            columns.branch == branch, columns.step.in_([one.value for one in steps])
        )
        if date:
            query = query.where(columns.date == date)
        query = query.order_by(columns.begun_ms.desc()).limit(200)
        rows = await self._log.database.read(lambda c: c.execute(query).all())
        return [row._asdict() for row in rows]

    # -- the machine ----------------------------------------------------------------------------

    async def start(self) -> None:
        """Ask again what machines were asked when the process ended."""
        for branch in self._directory.branches():
            for row in await self.rows(branch.id, (m.Step.WAITING, m.Step.COUNTING)):
                state = await self.state(row["clearing"])
                if not state.is_device_asked:
                    self._follow(row["clearing"], self.machine(branch.id, row["device"]))

    async def stop(self) -> None:
        """Leave off; it is asked again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _follow(self, clearing: str, device: r.Device) -> None:
        task = asyncio.create_task(self._self_count(clearing, device))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _self_count(self, clearing: str, device: r.Device) -> None:
        """Counting twice does no harm, so that after a restart it is simply asked again."""
        counts: dict[str, int] = {}
        code = ""
        for module in MODULES[device.type]:
            try:
                command = await self._devices.give(
                    device.id, "self_count", {"module": module}, SYSTEM
                )
                ended = await self._devices.outcome(device.id, command)
            except Refused as refused:
                code = refused.code
                continue
            if ended is not CommandState.DONE:
                code = f"{module}: {ended}"
                continue
            data = (await self._devices.state(device.id)).commands[command].data
            counts |= counts_in(data)
        command_ = m.NoteDevice(counts, code)
        await self._run(clearing, device.branch, command_, f"device:{device.id}")
        try:
            await self.compare(device.branch, clearing)
        except Refused as refused:
            logger.warning("clearing %s waits for the books: %s", clearing, refused.code)

    async def _service(self, device: r.Device, command: str) -> None:
        """Out of service, or back; a machine that is away serves nobody anyway."""
        type_ = self._devices.register.type_of(device)
        if type_.command_named(command) is None:
            return
        try:
            await self._devices.give(device.id, command, {}, SYSTEM)
        except Refused as refused:
            logger.warning("%s was not told to %s: %s", device.id, command, refused.code)

    async def _back(self, branch: str, clearing: str) -> None:
        state = await self.state(clearing)
        if state.begun is not None:
            await self._service(self.machine(branch, state.begun.device), "resume")

    async def _books(self, device: r.Device, names: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        if CELLS in names:
            cells = (await self._items.cabinets.state(device.id)).cells.values()
            found[CELLS] = sum(one.state is CellState.FULL for one in cells)
        if any(name.startswith(m.CASH) for name in names):
            box = await self._vouchers.look(b.CashBox(box=box_of(device.id)))
            for currency, amount in (box.get("balance") or {}).items():
                found[f"{m.CASH}{currency}"] = int(amount)
        if device.type == "dispenser":
            for one in await self._vouchers.stock(f"{MACHINE}{device.id}"):
                found[one.kind] = found.get(one.kind, 0) + one.count
        return found

    async def _check(self, branch: str, clearing: str) -> None:
        query = sa.select(t.clearings.c.branch).where(t.clearings.c.clearing == clearing)
        if await self._log.database.read(lambda c: c.scalar(query)) != branch:
            raise Refused(p.CLEARING_UNKNOWN)

    async def _run(self, clearing: str, branch: str, command: m.Command, actor: str) -> None:
        await self.host.run(stream_of(clearing), branch, command, actor=actor)


WAITING = frozenset({ASKED, CONFIRMED})


def box_of(device: str) -> str:
    """The cash box of a machine in the bank's books."""
    return device


def counts_in(data: Mapping[str, object]) -> dict[str, int]:
    """A machine's own counts by our names; cash where it knows amounts (``cny``, in hundredths)."""
    found = {}
    for name, value in data.items():
        if isinstance(value, float | int) and not isinstance(value, bool):
            if name in COUNTS:
                found[COUNTS[name]] = int(value)
            elif len(name) == 3:
                found[f"{m.CASH}{name.upper()}"] = int(value)
    return found


STEPS: dict[type[Event], m.Step] = {
    m.ClearingJoined: m.Step.COUNTING,
    m.ClearingDone: m.Step.DONE,
    m.ClearingAbandoned: m.Step.ABANDONED,
}


def _project(connection: sa.Connection, recorded: Sequence[Recorded]) -> None:
    for one in recorded:
        clearing, event = one.stream.partition("/")[2], one.event
        if isinstance(event, m.ClearingBegun):
            row = {
                "clearing": clearing, "branch": one.branch, "device": event.device,
                "date": event.date, "step": m.Step.WAITING.value, "begun_ms": one.time_ms,
                "changed_ms": one.time_ms,
            }  # fmt: skip
            connection.execute(sa.insert(t.clearings).values(row))
            continue
        values: dict[str, Any] = {"changed_ms": one.time_ms}
        step = STEPS.get(type(event))
        if isinstance(event, m.FiguresCompared):
            even = all(line.is_even for line in event.lines)
            step = m.Step.BALANCED if even else m.Step.DIFFERENT
        if step is not None:
            values["step"] = step.value
        mine = t.clearings.c.clearing == clearing
        connection.execute(sa.update(t.clearings).where(mine).values(values))
