"""The event log: append-only, hash-chained, committed in groups by one writer thread.

Everything that becomes durable goes through :meth:`EventLog.append`: events, the read tables that
follow from them, records, and the answers kept for retries, all in one transaction. Appends that
arrive while a commit is under way share the next one, so that the cost of a disk flush is divided
among them.
"""

import asyncio
import itertools
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.kernel import log_tables as t
from tingtang.kernel.appends import (
    Answered,
    Append,
    Appended,
    Clash,
    Key,
    Lineage,
    Outcome,
    Waiting,
    Work,
)
from tingtang.kernel.database import Database
from tingtang.kernel.errors import BUSY, KEY_REUSED, Refused
from tingtang.kernel.events import Event, EventTypes, Recorded
from tingtang.kernel.log_commit import GENESIS, Projection, commit_group, event_hash, recorded_from
from tingtang.kernel.neighbours import Neighbours

__all__ = [
    "GENESIS", "Answered", "Append", "Appended", "Clash", "EventLog", "Follower", "Key", "Lineage",
    "Listener", "Observer", "Projection", "Work", "event_hash",
]  # fmt: skip

GROUP_FULL = 32
"""Appends that are handed to the writer at once; fewer wait while the event loop still adds to them."""
GROUP_MAX = 256
"""Appends in one commit; beyond this the gain is small and the first ones wait too long."""
WAITING_MAX = 20_000
"""Appends waiting for the writer; more than this means the disk is not keeping up: refuse."""
RECENT_MAX = 20_000
"""Events kept in memory for those who follow the log closely."""

logger = logging.getLogger(__name__)

Listener = Callable[[Sequence[Recorded]], None]
Holder = Callable[[str, Sequence[Recorded], bool], None]
"""Told of a stream, its durable events, and whether this node wrote them."""
Follower = Callable[[Recorded], None]
Observer = Callable[[int, int, float], None]
"""Told of each group: its appends, the events that became durable, the seconds the commit took."""


class _OnItsWay(asyncio.Future[Appended]):
    """What is on its way to disk gets there, whether or not its caller goes away meanwhile: the
    caller is cancelled once it is there. (At a quarter of the cost of ``asyncio.shield``.)
    """

    def cancel(self, msg: object = None) -> bool:  # noqa: ARG002
        return False


class EventLog:
    """The one door to durable state; see the module's words. Use from one event loop."""

    def __init__(
        self, database: Database, types: EventTypes, *, waiting_max: int = WAITING_MAX
    ) -> None:
        self.database = database
        self.types = types
        self._waiting_max = waiting_max
        self._queue: queue.SimpleQueue[list[Waiting] | None] = queue.SimpleQueue()
        self._gathered: list[Waiting] = []
        """What was submitted and not handed to the writer yet. A group costs the writer as much as thirty
        appends in it, and to wake it as much as to decide a command."""
        self._gathered_before = 0
        self._projections: list[tuple[frozenset[str], Projection]] = []
        self._listeners: list[Listener] = []
        self._elsewhere: list[Listener] = []
        self._holders: dict[str, tuple[Holder, ...]] = {}
        self._followers: dict[type[Event], list[Follower]] = {}
        self._observers: list[Observer] = []
        self._recent: deque[Recorded] = deque(maxlen=RECENT_MAX)
        self._head = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._newest: asyncio.Future[Appended] | None = None
        self._neighbours = Neighbours(database, self.read_after, self._settle, self._give_others)
        self.waiting = 0
        """Appends not yet durable; shown as a metric."""

    # -- assembly -----------------------------------------------------------------------------

    def project(self, types: Iterable[type[Event]], projection: Projection) -> None:
        """Keep read tables in step: ``projection`` runs in the same transaction as the events."""
        self._projections.append((frozenset(map(self.types.name_of, types)), projection))

    def on_commit(self, listener: Listener, elsewhere: Listener | None = None) -> None:
        """Call ``listener`` in the event loop with each group of events once it is durable.

        What another node on the same PostgreSQL wrote goes to ``elsewhere``, the same where none is
        given: each event once, and those of one stream in order.
        """
        self._listeners.append(listener)
        self._elsewhere.append(elsewhere or listener)

    def hold(self, stream: str, holder: Holder) -> None:
        """Call ``holder`` in the event loop with each group's durable events of ``stream``, in order
        and wherever they were written; at no cost to events of other streams.
        """
        self._holders[stream] = (*self._holders.get(stream, ()), holder)

    def let_go(self, stream: str, holder: Holder) -> None:
        """Call ``holder`` no more with the events of ``stream``."""
        left = tuple(one for one in self._holders.pop(stream, ()) if one != holder)
        if left:
            self._holders[stream] = left

    def follow(self, types: Iterable[type[Event]], follower: Follower) -> None:
        """Call ``follower`` in the event loop with each durable event of ``types``, in order and
        wherever it was written; before the listeners, and at no cost to events of other types.
        """
        for event_type in types:
            self._followers.setdefault(event_type, []).append(follower)

    def observe(self, observer: Observer) -> None:
        """Call ``observer`` in the event loop once for each group: for metrics."""
        self._observers.append(observer)

    async def start(self) -> None:
        """Find the head and start the writer."""
        self._loop = asyncio.get_running_loop()
        self._head = await self.database.read(
            lambda c: c.scalar(sa.select(sa.func.max(t.events.c.position))) or 0
        )
        self._thread = threading.Thread(
            target=self._write_groups, args=(self._loop,), name="log-writer", daemon=True
        )
        self._thread.start()
        self._neighbours.start(self._head)

    async def stop(self) -> None:
        """Let what was queued become durable, then stop the writer; appends are then refused."""
        await self._neighbours.stop()
        if self._thread is not None:
            thread, self._thread = self._thread, None
            self._hand_over()
            self._queue.put(None)
            await asyncio.to_thread(thread.join)

    # -- writing ------------------------------------------------------------------------------

    def submit(self, append: Append) -> "asyncio.Future[Appended]":
        """Queue an append; the future is done when it is durable.

        Fails with :class:`Clash`, :class:`Answered` or :class:`Refused` (the key was used for
        another request; the disk is full), in each case with nothing written; or with
        ``outcome_unknown`` where PostgreSQL went away in the very moment of the commit.
        """
        if self._loop is None or self._thread is None or self.waiting >= self._waiting_max:
            raise Refused(BUSY)
        name_of = self.types.name_of
        bodies = [
            (name_of(type(event)), event.version, msgspec.json.encode(event).decode())
            for event in append.events
        ]
        future = _OnItsWay(loop=self._loop)
        self.waiting += 1
        if not self._gathered:
            self._gathered_before = 0
            self._loop.call_soon(self._gather)
        self._gathered.append(Waiting(append, bodies, future))
        self._newest = future
        return future

    def _gather(self) -> None:
        """Hand over what came, once a turn of the event loop has added nothing or the group is full."""
        if self._loop is not None and self._gathered_before < len(self._gathered) < GROUP_FULL:
            self._gathered_before = len(self._gathered)
            self._loop.call_soon(self._gather)
        else:
            self._hand_over()

    def _hand_over(self) -> None:
        gathered, self._gathered = self._gathered, []
        for start in range(0, len(gathered), GROUP_MAX):
            self._queue.put(gathered[start : start + GROUP_MAX])

    async def append(self, append: Append) -> Appended:
        """:meth:`submit` and wait."""
        return await self.submit(append)

    async def answer(self, key: Key) -> bytes | None:
        """The answer first given to this key, if it was used."""
        row = await self.database.read(
            lambda c: c.execute(sa.select(t.answers).where(t.answers.c.key == key.name)).first()
        )
        if row is None:
            return None
        if row.request != key.request:
            raise Refused(KEY_REUSED)
        return bytes(row.body)

    async def forget_answers(self, before_ms: int) -> int:
        """Forget the answers given before ``before_ms``; gives back how many there were.

        A retry that comes later than that is a new request, and a reaction must have got past the
        events of that time.
        """
        statement = sa.delete(t.answers).where(t.answers.c.time_ms < before_ms)
        appended = await self.append(
            Append(
                stream="system/answers",
                branch="",
                events=(),
                time_ms=before_ms,
                actor="system",
                work=lambda c: c.execute(statement).rowcount,
            )
        )
        return int(appended.result)

    def _write_groups(self, loop: asyncio.AbstractEventLoop) -> None:
        stopping = False
        while not stopping:
            first = self._queue.get()
            if first is None:
                return
            group = first
            while len(group) < GROUP_MAX:
                try:
                    more = self._queue.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    stopping = True
                    break
                group += more
            started = time.perf_counter()
            outcomes = commit_group(self.database, self._projections, group)
            seconds = time.perf_counter() - started
            loop.call_soon_threadsafe(self._deliver, group, outcomes, seconds)

    def _deliver(self, group: list[Waiting], outcomes: list[Outcome], seconds: float) -> None:
        self.waiting -= len(group)
        recorded = [r for o in outcomes if isinstance(o, Appended) for r in o.recorded]
        for observer in self._observers:
            try:
                observer(len(group), len(recorded), seconds)
            except Exception:
                logger.exception("an observer failed; the group is durable")
        if recorded:
            self._neighbours.wrote(recorded)
            self._give(recorded, self._listeners, is_own=True)
        for one, outcome in zip(group, outcomes, strict=True):
            if isinstance(outcome, Appended):
                one.future.set_result(outcome)
            else:
                one.future.set_exception(outcome)

    def _give_others(self, recorded: Sequence[Recorded]) -> None:
        self._give(recorded, self._elsewhere, is_own=False)

    def _give(
        self, recorded: Sequence[Recorded], listeners: Sequence[Listener], *, is_own: bool
    ) -> None:
        if recorded[0].position > self._head:
            if recorded[0].position != self._head + 1:
                self._recent.clear()  # another node wrote between: memory has a gap
            self._recent.extend(recorded)
            self._head = recorded[-1].position
        held: dict[str, list[Recorded]] = {}
        for one in recorded:
            if one.stream in self._holders:
                held.setdefault(one.stream, []).append(one)
            for follower in self._followers.get(type(one.event), ()):
                try:
                    follower(one)
                except Exception:
                    logger.exception("a follower failed; the event is durable")
        for stream, events in held.items():
            for holder in self._holders.get(stream, ()):
                try:
                    holder(stream, events, is_own)
                except Exception:
                    logger.exception("a stream's holder failed; the events are durable")
        for listener in listeners:
            try:
                listener(recorded)
            except Exception:
                logger.exception("a listener failed; the events are durable")

    async def _settle(self) -> None:
        """Wait until all that was queued by now was delivered."""
        if self._newest is not None and not self._newest.done():
            await asyncio.wait([self._newest])

    # -- reading ------------------------------------------------------------------------------

    @property
    def head(self) -> int:
        """The position of the newest event known here."""
        return self._head

    async def sequence(self, stream: str) -> int:
        """The sequence at which ``stream`` durably stands; 0 where it has no events."""
        query = sa.select(t.streams.c.sequence).where(t.streams.c.stream == stream)
        return await self.database.read(lambda c: c.scalar(query)) or 0

    async def read_stream(self, stream: str, after: int = 0) -> list[Recorded]:
        """The events of ``stream`` with a sequence above ``after``, in order."""
        query = (
            sa.select(t.events)
            .where(t.events.c.stream == stream, t.events.c.sequence > after)
            .order_by(t.events.c.sequence)
        )
        rows = await self.database.read(lambda c: c.execute(query).all())
        return [self._recorded(row) for row in rows]

    async def read_after(self, position: int, limit: int = 1000) -> list[Recorded]:
        """Up to ``limit`` events of all streams above ``position``, in order."""
        if self._recent and self._recent[0].position <= position + 1:
            start = position + 1 - self._recent[0].position
            found = list(itertools.islice(self._recent, start, start + limit))
            if found or self.database.is_sqlite:  # else another node may have written more
                return found
        query = (
            sa.select(t.events)
            .where(t.events.c.position > position)
            .order_by(t.events.c.position)
            .limit(limit)
        )
        rows = await self.database.read(lambda c: c.execute(query).all())
        return [self._recorded(row) for row in rows]

    def _recorded(self, row: sa.Row[Any]) -> Recorded:
        return recorded_from(row._asdict(), self.types.decode(row.type, row.version, row.body))
