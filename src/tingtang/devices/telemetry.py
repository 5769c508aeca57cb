"""What devices measured: written in groups, read as series, thrown away after a while."""

import asyncio
import logging
from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from tingtang.devices import tables as t
from tingtang.kernel.clock import DAY_MS, Clock
from tingtang.kernel.database import upsert
from tingtang.kernel.errors import Refused
from tingtang.kernel.log import Append, EventLog
from tingtang.kernel.recurring import Recurring

FLUSH_SECONDS = 0.1
"""Samples wait for each other this long at most before they are written."""
AGAIN_SECONDS = 1.0
"""How long after samples could not be written it is tried again."""
WAITING_MAX = 50_000
"""Beyond this the disk is not keeping up, and the oldest that wait are let go and counted."""
KEPT_MS = 90 * DAY_MS
FORGET_SECONDS = 3_600.0
STREAM = "devices/samples"

logger = logging.getLogger(__name__)

Sample = tuple[str, str, int, float]
"""Device, name, time in ms, value."""


class Point(msgspec.Struct, frozen=True, array_like=True):
    time_ms: int
    value: float


class Telemetry:
    """The samples of all devices."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._waiting: dict[tuple[str, str, int], float] = {}
        self._task: asyncio.Task[None] | None = None
        self._forgetting = Recurring("old samples", FORGET_SECONDS, self._forget_old, at_once=True)
        self._news = asyncio.Event()
        self._promised: list[asyncio.Future[None]] = []
        self.written = 0
        self.lost = 0
        """Samples let go because the disk was full or slow; shown as a metric."""
        self.latest: dict[str, dict[str, Point]] = {}

    def add(self, device: str, time_ms: int, values: dict[str, float]) -> None:
        """Take samples in; they are on disk a moment later."""
        latest = self.latest.setdefault(device, {})
        for name, value in values.items():
            self._waiting[device, name, time_ms] = value
            known = latest.get(name)
            if known is None or known.time_ms <= time_ms:
                latest[name] = Point(time_ms, value)
        while len(self._waiting) > WAITING_MAX:
            del self._waiting[next(iter(self._waiting))]
            self.lost += 1
        self._news.set()

    def kept(self) -> "asyncio.Future[None]":
        """Done once all samples taken in so far are on disk; cancelled if they never will be."""
        if not self._promised:
            self._promised.append(asyncio.get_running_loop().create_future())
            self._news.set()
        return self._promised[-1]

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="device-samples")
        await self._forgetting.start()

    async def stop(self) -> None:
        """Write what waits, then stop."""
        await self._forgetting.stop()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await self._flush()
        for promise in self._promised:
            promise.cancel()

    async def series(
        self, device: str, name: str, from_ms: int, until_ms: int, points_max: int = 2_000
    ) -> list[Point]:
        """The samples of one value in order of time; the newest ``points_max`` of them."""
        s = t.samples.c
        query = (
            sa.select(s.time_ms, s.value)
            .where(s.device == device, s.name == name, s.time_ms >= from_ms, s.time_ms < until_ms)
            .order_by(s.time_ms.desc())
            .limit(points_max)
        )
        rows = await self._log.database.read(lambda c: c.execute(query).all())
        return [Point(row.time_ms, row.value) for row in reversed(rows)]

    async def forget(self, before_ms: int) -> int:
        """Throw away samples older than ``before_ms``; gives back how many."""
        statement = sa.delete(t.samples).where(t.samples.c.time_ms < before_ms)
        appended = await self._log.append(self._append(statement))
        return int(appended.result)

    async def _forget_old(self) -> None:
        await self.forget(self._clock.now_ms() - KEPT_MS)

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(FLUSH_SECONDS)
            self._news.clear()
            try:
                await self._flush()
            except Refused as refused:
                logger.warning("samples could not be written: %s", refused.code)
            except Exception:
                logger.exception("samples could not be written; it is tried again")
            else:
                continue
            await asyncio.sleep(AGAIN_SECONDS)
            self._news.set()

    async def _flush(self) -> None:
        taken, self._waiting = self._waiting, {}
        promised, self._promised = self._promised, []
        try:
            await self._write(taken)
        except BaseException:
            # Nothing is lost because a disk was full for a while.
            self._waiting = taken | self._waiting
            self._promised = promised + self._promised
            raise
        for promise in promised:
            promise.set_result(None)

    async def _write(self, taken: dict[tuple[str, str, int], float]) -> None:
        if not taken:
            return
        rows: Sequence[Sample] = [(*key, value) for key, value in taken.items()]
        insert = upsert(self._log.database, t.samples)
        statement = insert.on_conflict_do_nothing()
        names = t.samples.columns.keys()
        given = [dict(zip(names, row, strict=True)) for row in rows]
        await self._log.append(self._append(statement, given))
        self.written += len(rows)

    def _append(
        self, statement: sa.Executable, rows: list[dict[str, object]] | None = None
    ) -> Append:
        return Append(
            stream=STREAM,
            branch="",
            events=(),
            time_ms=self._clock.now_ms(),
            actor="system",
            work=lambda c: c.execute(statement, rows).rowcount,
        )
