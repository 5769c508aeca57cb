"""Keeps every branch's :class:`WaitBook` in step with its hall, and what it learned from day to day."""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from tingtang.hall import tables as t
from tingtang.hall.model import events as e
from tingtang.hall.model.commands import Carried, Command
from tingtang.hall.model.evolve import evolve
from tingtang.hall.model.state import HallDay
from tingtang.hall.model.waits import Learned, WaitBook
from tingtang.hall.setup import day_stream
from tingtang.kernel.database import upsert
from tingtang.kernel.events import Recorded
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import Append, EventLog
from tingtang.kernel.streams import StreamHost

_decoder = msgspec.json.Decoder(Learned)


class WaitBooks:
    """The books of all branches. Only committed events are learned from."""

    def __init__(self, log: EventLog, host: StreamHost[HallDay, Command]) -> None:
        self._log = log
        self._host = host
        self._books: dict[str, WaitBook] = {}
        self._dates: dict[str, str] = {}
        host.on_change(self._follow)

    def of(self, branch: str) -> WaitBook:
        """The branch's book; an empty one that knows only standard times if none was prepared."""
        book = self._books.get(branch)
        if book is None:
            book = self._books[branch] = WaitBook()
        return book

    async def prepare(self, branch: BranchId, date: str) -> None:
        """Make the book of a day that is about to open, with all that was learned before it."""
        if self._dates.get(branch) == date:
            return
        before = self._books.get(branch)
        learned = before.learned if before is not None else await self._kept(branch)
        self._books[branch] = WaitBook(learned)
        self._dates[branch] = date

    async def rebuild(self, branch: BranchId, date: str) -> None:
        """After a restart: read the day again and follow it from its beginning."""
        book, state = WaitBook(await self._kept(branch)), HallDay(date)
        for recorded in await self._log.read_stream(day_stream(branch, date)):
            evolve(state, recorded.event, recorded.time_ms)
            book.follow(state, recorded.event, recorded.time_ms)
        self._books[branch] = book
        self._dates[branch] = date

    async def keep(self, branch: BranchId, date: str, at_ms: int) -> None:
        """Write down what the branch has learned and how good its estimates of the day were."""
        book = self.of(branch)
        row = {
            "branch": branch,
            "date": date,
            "learned": msgspec.json.encode(book.learned).decode(),
            "calibration": msgspec.json.encode(book.calibration).decode(),
        }
        insert = upsert(self._log.database, t.waits).values(row)
        keep = insert.on_conflict_do_update(
            index_elements=["branch", "date"],
            set_={name: insert.excluded[name] for name in ("learned", "calibration")},
        )
        await self._log.append(
            Append(
                stream="hall/waits",
                branch=branch,
                events=(),
                time_ms=at_ms,
                actor="system",
                work=lambda connection: connection.execute(keep),
            )
        )

    async def carried(self, branch: BranchId, date: str) -> tuple[Carried, ...]:
        """The tickets that the last closed day before ``date`` kept overnight."""
        query = (
            sa.select(t.waits.c.date)
            .where(t.waits.c.branch == branch, t.waits.c.date < date)
            .order_by(t.waits.c.date.desc())
            .limit(1)
        )
        last = await self._log.database.read(lambda c: c.scalar(query))
        if last is None:
            return ()
        recorded = await self._log.read_stream(day_stream(branch, last))
        state = HallDay(last)
        kept: Sequence[str] = ()
        for r in recorded:
            evolve(state, r.event, r.time_ms)
            if isinstance(r.event, e.DayClosed):
                kept = r.event.carried
        return tuple(
            Carried(
                ticket=held.id,
                visit=held.visit,
                services=(held.service, *held.later),
                segment=held.segment,
                channel=held.channel,
                date=last,
                customer=held.customer,
                care=held.care,
            )
            for held in (state.tickets[ticket] for ticket in kept)  # type: ignore[index]
        )

    async def _kept(self, branch: BranchId) -> Learned:
        query = (
            sa.select(t.waits.c.learned)
            .where(t.waits.c.branch == branch)
            .order_by(t.waits.c.date.desc())
            .limit(1)
        )
        body = await self._log.database.read(lambda c: c.scalar(query))
        return Learned() if body is None else _decoder.decode(body)

    def _follow(self, stream: str, events: Sequence[Recorded]) -> None:
        branch, date = stream.split("/")[1:3]
        book, state = self.of(branch), self._host.committed(stream)
        if state is None or self._dates.get(branch, date) != date:
            return
        for recorded in events:
            book.follow(state, recorded.event, recorded.time_ms)
