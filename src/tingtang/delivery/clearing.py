"""Clearings at work: the machine taken out of service, asked to count itself, the books asked."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from tingtang.bank import trades as b
from tingtang.delivery import tables as t
from tingtang.delivery.machines import CELLS, NAMES, ClearedMachines
from tingtang.delivery.model import clearing as m
from tingtang.delivery.model import problems as p
from tingtang.delivery.model.cabinet import CellState
from tingtang.delivery.model.kinds import MACHINE
from tingtang.delivery.service import Items
from tingtang.delivery.vouchers import Vouchers
from tingtang.devices.model import records as r
from tingtang.journeys.feature import CashUse
from tingtang.kernel.clock import Clock, local_date, local_time
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event, Recorded
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import EventLog, Key
from tingtang.kernel.permissions import SYSTEM, Actor
from tingtang.kernel.reactions import UNABLE
from tingtang.kernel.streams import Done, StreamHost
from tingtang.org.directory import Directory

UNDER_WAY = (m.Step.WAITING, m.Step.COUNTING, m.Step.DIFFERENT, m.Step.BALANCED)
UNCOUNTED = (m.Step.WAITING, m.Step.COUNTING)
AGAIN_SECONDS = 5.0
"""How long after a clearing could not go on it is tried again."""

logger = logging.getLogger(__name__)


def stream_of(clearing: str) -> str:
    return f"clearing/{clearing}"


class Clearings:
    """All clearings of all branches."""

    def __init__(
        self,
        log: EventLog,
        clock: Clock,
        machines: ClearedMachines,
        directory: Directory,
        items: Items,
        vouchers: Vouchers,
        cash_use: CashUse,
    ) -> None:
        self.host: StreamHost[m.Clearing, m.Command] = StreamHost(log, clock, m.ClearingCore())
        self._log = log
        self._clock = clock
        self.machines = machines
        self._directory = directory
        self._items = items
        self._vouchers = vouchers
        self._cash_use = cash_use
        self._tasks: set[asyncio.Task[None]] = set()
        self._beginning = asyncio.Lock()
        log.project(m.TYPES.all().values(), _project)
        cash_use.close_by(self.is_cleared)

    # -- the two who count ----------------------------------------------------------------------

    async def begin(
        self, branch: BranchId, device: str, actor: Actor, key: Key | None = None
    ) -> str:
        """Take a machine out of service and ask it to count itself; gives the clearing's id.
        Refused (clearing_open) while another is under way.
        """
        found = self.machines.find(branch, device)
        date = self.today(branch)
        async with self._beginning:  # two who begin at once clear one machine, not twice
            before = None if key is None else await self._log.answer(key)
            if before is not None:
                return before.decode()
            if any(row["device"] == device for row in await self.rows(branch, UNDER_WAY)):
                raise Refused(p.CLEARING_OPEN)
            clearing = self._items.new_id()
            names = NAMES[found.type]
            event = m.ClearingBegun(device=device, date=date, by=actor.name, names=names)
            await self._run(clearing, branch, m.Begin(event), actor.name, key)
        await self.machines.pause(found)
        self._follow(partial(self._self_count, clearing, found))
        return clearing

    async def join(
        self, branch: BranchId, clearing: str, actor: Actor, key: Key | None = None
    ) -> None:
        """The second person, under their own sign-in."""
        await self._check(branch, clearing)
        await self._run(clearing, branch, m.Join(actor.name), actor.name, key)

    async def count(
        self, branch: BranchId, clearing: str, counts: Mapping[str, int], pieces: m.Pieces,
        actor: Actor, key: Key | None = None,
    ) -> None:  # fmt: skip
        """What one of the two found, without seeing what the other did. Notes are told by pieces
        of each denomination, or as an amount. Refused (cash_under_way) while a customer's is.
        """
        await self._check(branch, clearing)
        if await self.waits_for_cash(clearing):
            raise Refused(p.CASH_UNDER_WAY)
        counted = m.Count(actor.name, counts, pieces)
        await self._run(clearing, branch, counted, actor.name, key)
        await self.compare(branch, clearing)

    async def compare(self, branch: BranchId, clearing: str) -> None:
        """Hold what both found against the machine's own count and the books, once all is known."""
        state = await self.state(clearing)
        if state.begun is None or not state.to_compare or not state.is_device_asked:
            return
        books = await self._books(self.machines.find(branch, state.begun.device), state.begun.names)
        await self._run(clearing, branch, m.Compare(books), SYSTEM.name)

    async def approve(
        self, branch: BranchId, clearing: str, name: str, reason: str, actor: Actor,
        key: Key | None = None,
    ) -> None:  # fmt: skip
        """A third person's yes to a difference; cash is booked to suspense under its own trace."""
        await self._check(branch, clearing)
        await self._run(clearing, branch, m.Approve(name, actor.name, reason), actor.name, key)
        state = await self.state(clearing)
        line = next(one for one in state.lines if one.name == name)
        if state.begun is None or name in state.booked:
            return
        voucher = ""
        if name.startswith(m.CASH) and line.difference:
            trade = b.BookDifference(
                box=box_of(state.begun.device), amount=line.difference,
                # As it was approved: told anew in other words it would be another trade.
                approved_by=state.approved[name], reason=state.reasons[name],
                currency=name.removeprefix(m.CASH),
            )  # fmt: skip
            done = await self._vouchers.book(
                branch, trade, f"clearing:{clearing}:{name}", state.people[0]
            )
            voucher = done.voucher
        await self._run(clearing, branch, m.NoteBooked(name, voucher), actor.name)

    async def finish(
        self, branch: BranchId, clearing: str, actor: Actor, key: Key | None = None
    ) -> None:
        """The machine goes back into service. Refused (differences_open) before all is booked."""
        await self._check(branch, clearing)
        if (await self._run(clearing, branch, m.Finish(actor.name), actor.name, key)).events:
            self._follow(partial(self._back, branch, clearing))

    async def abandon(
        self, branch: BranchId, clearing: str, actor: Actor, key: Key | None = None
    ) -> None:
        """Before anything was compared."""
        await self._check(branch, clearing)
        if (await self._run(clearing, branch, m.Abandon(actor.name), actor.name, key)).events:
            self._follow(partial(self._back, branch, clearing))

    # -- reading --------------------------------------------------------------------------------

    async def is_cleared(self, device: str) -> bool:
        """True while a clearing of this machine is under way."""
        columns = t.clearings.c
        query = sa.select(columns.clearing).where(
            columns.device == device, columns.step.in_([one.value for one in UNDER_WAY])
        )
        return await self._log.database.read(lambda c: c.execute(query).first()) is not None

    async def waits_for_cash(self, clearing: str) -> bool:
        """True while a customer at the machine moves cash, and nothing may be counted yet."""
        state = await self.state(clearing)
        if state.begun is None or state.is_device_asked or state.step not in UNCOUNTED:
            return False
        return await self._cash_use.is_moving(state.begun.device)

    def today(self, branch: str) -> str:
        """The branch's own date."""
        return local_date(self._clock.now_ms(), self._directory.branch(branch).time_zone)

    def moment(self, branch: str, at_ms: int) -> str:
        """A moment in the branch's own time, for a sheet that is signed."""
        zone = self._directory.branch(branch).time_zone
        return f"{local_time(at_ms, zone):%Y-%m-%d %H:%M}"

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
        """Ask again what machines were asked when the process ended, and send back those that were
        not told to serve again.
        """
        for branch in self._directory.branches():
            for row in await self.rows(branch.id, UNCOUNTED):
                if not (await self.state(row["clearing"])).is_device_asked:
                    device = self.machines.find(branch.id, row["device"])
                    self._follow(partial(self._self_count, row["clearing"], device))
            today = self.today(branch.id)
            for row in await self.rows(branch.id, (m.Step.DONE, m.Step.ABANDONED), today):
                if not (await self.state(row["clearing"])).is_returned:
                    self._follow(partial(self._back, branch.id, row["clearing"]))

    async def stop(self) -> None:
        """Leave off; it is asked again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _follow(self, work: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.create_task(_until_done(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _self_count(self, clearing: str, device: r.Device) -> None:
        """It counts itself first: with its units open it can move nothing. Before that a customer's
        cash goes where it belongs: into the cassettes, back, or out.
        """

        async def is_wanted(_device: str) -> bool:
            return (await self.state(clearing)).step in UNCOUNTED

        if not await self._cash_use.until_still(device.id, is_wanted):
            return  # broken off meanwhile, which sends the machine back
        counts, code = await self.machines.count(device)
        is_opened = await self.machines.open_units(device, clearing)
        told = m.NoteDevice(counts, code, is_opened)
        await self._run(clearing, device.branch, told, f"device:{device.id}")
        if (await self.state(clearing)).step is m.Step.ABANDONED:  # while it counted
            await self.machines.resume(device, clearing, was_opened=is_opened)
            return
        try:
            await self.compare(device.branch, clearing)
        except Refused as refused:
            logger.warning("clearing %s waits for the books: %s", clearing, refused.code)

    async def _back(self, branch: str, clearing: str) -> None:
        state = await self.state(clearing)
        if state.begun is not None:
            device = self.machines.find(branch, state.begun.device)
            await self.machines.resume(device, clearing, was_opened=state.is_opened)
            await self._run(clearing, branch, m.NoteReturned(), SYSTEM.name)

    async def _books(self, device: r.Device, names: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        if CELLS in names:
            cells = (await self._items.cabinets.state(device.id)).cells.values()
            found[CELLS] = sum(one.state is CellState.FULL for one in cells)
        if any(name.startswith(m.CASH) for name in names):
            for currency, amount in (await self._box(device.id)).items():
                found[f"{m.CASH}{currency}"] = int(amount)
        if device.type == "dispenser":
            for one in await self._vouchers.stock(f"{MACHINE}{device.id}"):
                found[one.kind] = found.get(one.kind, 0) + one.count
        return found

    async def _box(self, device: str) -> dict[str, int]:
        """What the books have in a machine's cash box; one that nothing was ever put into has none."""
        try:
            box = await self._vouchers.look(b.CashBox(box=box_of(device)))
        except Refused as refused:
            if refused.params.get("bank_code") == "unknown_box":
                return {}
            raise
        return dict(box.get("balance") or {})

    async def _check(self, branch: str, clearing: str) -> None:
        query = sa.select(t.clearings.c.branch).where(t.clearings.c.clearing == clearing)
        if await self._log.database.read(lambda c: c.scalar(query)) != branch:
            raise Refused(p.CLEARING_UNKNOWN)

    async def _run(
        self, clearing: str, branch: str, command: m.Command, actor: str, key: Key | None = None
    ) -> Done:
        return await self.host.run(
            stream_of(clearing), branch, command, actor=actor, key=key,
            answer=lambda *_: clearing.encode(),
        )  # fmt: skip


async def _until_done(work: Callable[[], Awaitable[None]]) -> None:
    """Do what does no harm when it is done again; while the system is unable to, later."""
    while True:
        try:
            await work()
        except Refused as refused:
            logger.warning("a machine's clearing could not go on: %s", refused.code)
            if refused.problem.status < UNABLE:
                return
        except Exception:
            logger.exception("a machine's clearing could not go on; it is tried again")
        else:
            return
        await asyncio.sleep(AGAIN_SECONDS)


def box_of(device: str) -> str:
    """The cash box of a machine in the bank's books."""
    return device


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
