"""The end of a branch's delivery day: what keeps it open, and the two people who close it."""

from collections.abc import Sequence

import sqlalchemy as sa

from tingtang.delivery import tables as t
from tingtang.delivery.clearing import UNDER_WAY, Clearings
from tingtang.delivery.model import clearing as m
from tingtang.delivery.model import clearing_day as d
from tingtang.delivery.model import problems as p
from tingtang.delivery.model.cabinet import CellState
from tingtang.delivery.model.kinds import Status
from tingtang.delivery.service import Items
from tingtang.delivery.vouchers import Vouchers
from tingtang.kernel.clock import Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Recorded
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import EventLog, Key
from tingtang.kernel.permissions import Actor
from tingtang.kernel.streams import StreamHost
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory
from tingtang.org.model.records import Module

UNSURE = frozenset({CellState.DOUBT, CellState.OPEN, CellState.OPENING})
CLOSE_FIRST = Text(
    "实物交付日终尚未由两人关闭", "Two people have not closed the day of the items yet"
)


def stream_of(branch: str, date: str) -> str:
    return f"clearingday/{branch}/{date}"


class DeliveryDays:
    """All branches."""

    def __init__(
        self,
        log: EventLog,
        clock: Clock,
        directory: Directory,
        clearings: Clearings,
        items: Items,
        vouchers: Vouchers,
    ) -> None:
        self.host: StreamHost[d.Day, d.Command] = StreamHost(log, clock, d.DayCore())
        self._log = log
        self._directory = directory
        self._clearings = clearings
        self._items = items
        self._vouchers = vouchers
        log.project([d.DeliveryDayClosed], _project)

    async def state(self, branch: BranchId) -> d.Day:
        """Who has asked to close today, and who has closed."""
        return await self.host.state(stream_of(branch, self._clearings.today(branch)))

    async def ask(self, branch: BranchId, actor: Actor, key: Key | None = None) -> None:
        """The first of the two. Refused (day_not_clear), saying what is open."""
        asked = d.AskToClose(self._clearings.today(branch), actor.name)
        await self._run(branch, asked, actor, key)

    async def close(self, branch: BranchId, actor: Actor, key: Key | None = None) -> str:
        """The second of the two; gives the date. Refused: day_not_clear, day_not_asked,
        two_people.
        """
        date = self._clearings.today(branch)
        await self._run(branch, d.Close(date, actor.name), actor, key)
        return date

    async def open_matters(self, branch: BranchId) -> list[Text]:
        """What keeps the day from being closed."""
        return [
            *await self._machines(branch), *await self._cells(branch), *await self._others(branch)
        ]  # fmt: skip

    async def before_hall_closes(self, branch: BranchId) -> list[Text]:
        """A question of the hall: its day ends after that of the items."""
        is_on = Module.PHYSICAL_DELIVERY in self._directory.branch(branch).modules
        if not is_on or not self._items.settings(branch).hall_waits:
            return []
        if (await self.state(branch)).closed_by:
            return []
        open_ = await self.open_matters(branch)
        if not open_ and self._clearings.machines.of_branch(branch):
            return [CLOSE_FIRST]
        return open_

    # -- parts ----------------------------------------------------------------------------------

    async def _run(
        self, branch: BranchId, command: d.Command, actor: Actor, key: Key | None
    ) -> None:
        if key is not None and await self._log.answer(key) is not None:
            return
        if not (await self.state(branch)).closed_by:
            open_ = await self.open_matters(branch)
            if open_:
                raise Refused(p.DAY_NOT_CLEAR, open=joined(open_))
        await self.host.run(
            stream_of(branch, command.date), branch, command, actor=actor.name, key=key
        )  # fmt: skip

    async def _machines(self, branch: BranchId) -> list[Text]:
        today = self._clearings.today(branch)
        rows = await self._clearings.rows(branch, (*UNDER_WAY, m.Step.DONE), today)
        done = {row["device"] for row in rows if row["step"] == m.Step.DONE.value}
        under_way = {row["device"] for row in rows if row["step"] != m.Step.DONE.value}
        found = []
        for device in self._clearings.machines.of_branch(branch):
            if device.id in under_way:
                found.append(_of(device.name, "清机未结束", "its clearing has not ended"))
            elif device.id not in done:
                found.append(_of(device.name, "今日未清机", "not cleared today"))
        return found

    async def _cells(self, branch: BranchId) -> list[Text]:
        return [
            _of(device.name, f"{number} 号格状态待核实", f"cell {number} must be looked into")
            for device in self._items.cabinets.of_branch(branch)
            for number, one in sorted((await self._items.cabinets.state(device.id)).cells.items())
            if one.state in UNSURE
        ]

    async def _others(self, branch: BranchId) -> list[Text]:
        found = []
        released = len(await self._items.orders.rows(branch, [Status.RELEASED]))
        if released:
            found.append(
                Text(
                    f"放行中未确认的实物 {released} 件", f"{released} items released, outcome open"
                )
            )
        tasks = await self._vouchers.open_tasks(branch)
        if tasks:
            found.append(
                Text(f"未办结的凭证调拨 {tasks} 笔", f"{tasks} voucher movements not confirmed")
            )
        return found


def joined(lines: Sequence[Text]) -> Text:
    """In one sentence."""
    return Text(
        "；".join(one.zh for one in lines), "; ".join(one.in_language("en") for one in lines)
    )


def _of(name: Text, zh: str, en: str) -> Text:
    return Text(f"{name.zh}：{zh}", f"{name.in_language('en')}: {en}")


def _project(connection: sa.Connection, recorded: Sequence[Recorded]) -> None:
    for one in recorded:
        date = one.stream.rpartition("/")[2]
        connection.execute(
            sa.insert(t.closed_days).values(
                branch=one.branch, date=date, closed_by=one.actor, closed_ms=one.time_ms
            )
        )
