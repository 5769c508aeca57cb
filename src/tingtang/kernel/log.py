"""The event log: append-only, hash-chained, committed in groups by one writer thread.

Everything that becomes durable goes through :meth:`EventLog.append`: events, the read tables that
follow from them, records, and the answers kept for retries, all in one transaction. Appends that
arrive while a commit is under way share the next one, so that the cost of a disk flush is divided
among them.
"""

import asyncio
import hashlib
import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.kernel import log_tables as t
from tingtang.kernel.database import Database, upsert
from tingtang.kernel.errors import BUSY, KEY_REUSED, STORAGE_FAILED, Refused
from tingtang.kernel.events import Event, EventTypes, Recorded

GROUP_MAX = 256
"""Appends in one commit; beyond this the gain is small and the first ones wait too long."""
WAITING_MAX = 20_000
"""Appends waiting for the writer; more than this means the disk is not keeping up: refuse."""
RECENT_MAX = 20_000
"""Events kept in memory for those who follow the log closely."""
GENESIS = bytes(32)
"""The hash before the first event of every stream."""
POSITION_LOCK = 0x7469_6E67
"""PostgreSQL advisory lock that makes positions visible in order: held from choosing to commit."""

logger = logging.getLogger(__name__)

Work = Callable[[sa.Connection], Any]
Projection = Callable[[sa.Connection, Sequence[Recorded]], None]
Listener = Callable[[Sequence[Recorded]], None]


class Clash(Exception):  # noqa: N818
    """The stream has moved on from the version that the append expected."""


class Answered(Exception):  # noqa: N818
    """The idempotency key was used before; ``body`` is the first answer."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        super().__init__("answered before")


class Key(msgspec.Struct, frozen=True):
    """An idempotency key within its actor's own space, with a digest of the request it came with."""

    name: str
    request: str


class Lineage:
    """What the appends decided on one state in memory share.

    Once one of them fails, the state they were decided on never came to be, and all later ones of
    the lineage fail too, even where the stream happens to stand at the sequence they expect.
    """

    __slots__ = ("broken",)

    def __init__(self) -> None:
        self.broken = False


class Append(msgspec.Struct, kw_only=True):
    """One atomic write: events of one stream and the work on tables that belongs to them."""

    stream: str
    branch: str
    events: Sequence[Event]
    time_ms: int
    actor: str
    cause: str = ""
    expected: int | None = None
    """The sequence the stream must stand at; None appends to whatever is there."""
    lineage: Lineage | None = None
    key: Key | None = None
    answer: bytes = b""
    work: Work | None = None


class Appended(msgspec.Struct, frozen=True):
    """What a durable append came to."""

    recorded: Sequence[Recorded]
    result: Any = None
    """What the append's ``work`` returned."""

    @property
    def position(self) -> int:
        return self.recorded[-1].position if self.recorded else 0


class _Waiting:
    __slots__ = ("append", "bodies", "future")

    def __init__(
        self, append: Append, bodies: list[tuple[str, int, str]], future: asyncio.Future[Appended]
    ) -> None:
        self.append = append
        self.bodies = bodies
        self.future = future


Outcome = Appended | Exception


def event_hash(previous: bytes, row: dict[str, Any]) -> bytes:
    """The chain: SHA-256 over the previous hash and every stored field but position and hash."""
    fields = [
        row[name]
        for name in (
            "stream", "sequence", "branch", "time_ms", "type", "version", "actor", "cause", "body",
        )
    ]  # fmt: skip
    return hashlib.sha256(previous + msgspec.json.encode(fields)).digest()


class EventLog:
    """The one door to durable state; see the module's words. Use from one event loop."""

    def __init__(self, database: Database, types: EventTypes) -> None:
        self.database = database
        self.types = types
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._projections: list[tuple[frozenset[str], Projection]] = []
        self._listeners: list[Listener] = []
        self._recent: deque[Recorded] = deque(maxlen=RECENT_MAX)
        self._head = 0
        self._news = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self.waiting = 0
        """Appends not yet durable; shown as a metric."""

    # -- assembly -----------------------------------------------------------------------------

    def project(self, types: Iterable[type[Event]], projection: Projection) -> None:
        """Keep read tables in step: ``projection`` runs in the same transaction as the events."""
        self._projections.append((frozenset(map(self.types.name_of, types)), projection))

    def on_commit(self, listener: Listener) -> None:
        """Call ``listener`` in the event loop with each group of events once it is durable."""
        self._listeners.append(listener)

    async def start(self) -> None:
        """Find the head and start the writer."""
        self._loop = asyncio.get_running_loop()
        self._head = await self.database.read(
            lambda c: c.scalar(sa.select(sa.func.max(t.events.c.position))) or 0
        )
        self._thread = threading.Thread(target=self._write_groups, name="log-writer", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Let what was queued become durable, then stop the writer."""
        if self._thread is not None:
            self._queue.put(None)
            await asyncio.to_thread(self._thread.join)
            self._thread = None

    # -- writing ------------------------------------------------------------------------------

    def submit(self, append: Append) -> "asyncio.Future[Appended]":
        """Queue an append; the future is done when it is durable.

        Fails with :class:`Clash`, :class:`Answered` or :class:`Refused` (the key was used for
        another request; the disk is full), in each case with nothing written.
        """
        if self._loop is None or self.waiting >= WAITING_MAX:
            raise Refused(BUSY)
        name_of = self.types.name_of
        bodies = [
            (name_of(type(event)), event.version, msgspec.json.encode(event).decode())
            for event in append.events
        ]
        future: asyncio.Future[Appended] = self._loop.create_future()
        self.waiting += 1
        self._queue.put(_Waiting(append, bodies, future))
        return future

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

    def _write_groups(self) -> None:
        stopping = False
        while not stopping:
            first = self._queue.get()
            if first is None:
                return
            group = [first]
            while len(group) < GROUP_MAX:
                try:
                    more = self._queue.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    stopping = True
                    break
                group.append(more)
            outcomes = self._commit_or_isolate(group)
            self._running_loop().call_soon_threadsafe(self._deliver, group, outcomes)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            raise RuntimeError("the log was not started")
        return self._loop

    def _commit_or_isolate(self, group: list[_Waiting]) -> list[Outcome]:
        """Commit all together; if that fails, each alone, so that only the culprit fails."""
        try:
            return self._commit(group)
        except Exception as error:
            if len(group) == 1:
                _break_lineage(group[0].append)
                return [_as_refusal(error)]
        return [self._commit_or_isolate([one])[0] for one in group]

    def _commit(self, group: list[_Waiting]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        rows: list[dict[str, Any]] = []
        answers: list[dict[str, Any]] = []
        with self.database.writer.begin() as connection:
            if not self.database.is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(POSITION_LOCK)))
            position = connection.scalar(sa.select(sa.func.max(t.events.c.position))) or 0
            heads = _read_heads(connection, {one.append.stream for one in group})
            answered = _read_answers(connection, [one.append.key for one in group])
            touched: dict[str, dict[str, Any]] = {}
            for one in group:
                append, key = one.append, one.append.key
                sequence, previous = heads.get(append.stream, (0, GENESIS))
                if key is not None and (found := answered.get(key.name)) is not None:
                    request, body = found
                    again = request == key.request
                    _break_lineage(append)
                    outcomes.append(Answered(body) if again else Refused(KEY_REUSED))
                    continue
                if _out_of_date(append, sequence):
                    _break_lineage(append)
                    outcomes.append(Clash(append.stream))
                    continue
                result = append.work(connection) if append.work is not None else None
                recorded: list[Recorded] = []
                for event, (name, version, body_text) in zip(
                    append.events, one.bodies, strict=True
                ):
                    position += 1
                    sequence += 1
                    row = {
                        "position": position,
                        "stream": append.stream,
                        "sequence": sequence,
                        "branch": append.branch,
                        "time_ms": append.time_ms,
                        "type": name,
                        "version": version,
                        "actor": append.actor,
                        "cause": append.cause,
                        "body": body_text,
                    }
                    previous = row["hash"] = event_hash(previous, row)
                    rows.append(row)
                    recorded.append(_recorded(row, event))
                if recorded:
                    heads[append.stream] = (sequence, previous)
                    touched[append.stream] = {
                        "stream": append.stream,
                        "branch": append.branch,
                        "sequence": sequence,
                        "position": position,
                        "hash": previous,
                    }
                if key is not None:
                    answered[key.name] = (key.request, append.answer)
                    answers.append(
                        {
                            "key": key.name,
                            "request": key.request,
                            "body": append.answer,
                            "time_ms": append.time_ms,
                        }
                    )
                outcomes.append(Appended(recorded, result))
            if rows:
                connection.execute(sa.insert(t.events), rows)
                connection.execute(self._upsert_head(), list(touched.values()))
            if answers:
                connection.execute(sa.insert(t.answers), answers)
            self._project(connection, outcomes)
        return outcomes

    def _project(self, connection: sa.Connection, outcomes: list[Outcome]) -> None:
        new = [r for o in outcomes if isinstance(o, Appended) for r in o.recorded]
        present = {r.type for r in new}
        for types, projection in self._projections:
            if not types.isdisjoint(present):
                projection(connection, [r for r in new if r.type in types])

    def _upsert_head(self) -> sa.Executable:
        insert = upsert(self.database, t.streams)
        newer = {name: insert.excluded[name] for name in ("sequence", "position", "hash")}
        return insert.on_conflict_do_update(index_elements=["stream"], set_=newer)

    def _deliver(self, group: list[_Waiting], outcomes: list[Outcome]) -> None:
        self.waiting -= len(group)
        recorded = [r for o in outcomes if isinstance(o, Appended) for r in o.recorded]
        if recorded:
            if recorded[0].position != self._head + 1:
                self._recent.clear()  # another node wrote between: memory has a gap
            self._recent.extend(recorded)
            self._head = recorded[-1].position
            for listener in self._listeners:
                try:
                    listener(recorded)
                except Exception:
                    logger.exception("a listener failed; the events are durable")
            news, self._news = self._news, asyncio.Event()
            news.set()
        for one, outcome in zip(group, outcomes, strict=True):
            if one.future.done():  # the caller went away; what it asked for is durable
                continue
            if isinstance(outcome, Appended):
                one.future.set_result(outcome)
            else:
                one.future.set_exception(outcome)

    # -- reading ------------------------------------------------------------------------------

    @property
    def head(self) -> int:
        """The position of the newest event known here."""
        return self._head

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
            return [self._recent[i] for i in range(start, min(len(self._recent), start + limit))]
        query = (
            sa.select(t.events)
            .where(t.events.c.position > position)
            .order_by(t.events.c.position)
            .limit(limit)
        )
        rows = await self.database.read(lambda c: c.execute(query).all())
        return [self._recorded(row) for row in rows]

    async def news(self) -> None:
        """Wait until something more has become durable."""
        await self._news.wait()

    def _recorded(self, row: sa.Row[Any]) -> Recorded:
        return _recorded(row._mapping, self.types.decode(row.type, row.version, row.body))


def _recorded(row: Mapping[str, Any], event: Event) -> Recorded:
    return Recorded(
        position=row["position"],
        stream=row["stream"],
        sequence=row["sequence"],
        branch=row["branch"],
        time_ms=row["time_ms"],
        type=row["type"],
        actor=row["actor"],
        cause=row["cause"],
        event=event,
    )


def _read_heads(connection: sa.Connection, names: set[str]) -> dict[str, tuple[int, bytes]]:
    query = sa.select(t.streams.c.stream, t.streams.c.sequence, t.streams.c.hash)
    rows = connection.execute(query.where(t.streams.c.stream.in_(names)))
    return {stream: (sequence, bytes(head)) for stream, sequence, head in rows}


def _read_answers(
    connection: sa.Connection, keys: Sequence[Key | None]
) -> dict[str, tuple[str, bytes]]:
    names = [key.name for key in keys if key is not None]
    if not names:
        return {}
    query = sa.select(t.answers.c.key, t.answers.c.request, t.answers.c.body)
    rows = connection.execute(query.where(t.answers.c.key.in_(names)))
    return {key: (request, bytes(body)) for key, request, body in rows}


def _out_of_date(append: Append, sequence: int) -> bool:
    if append.lineage is not None and append.lineage.broken:
        return True
    return append.expected is not None and append.expected != sequence


def _break_lineage(append: Append) -> None:
    if append.lineage is not None:
        append.lineage.broken = True


def _as_refusal(error: Exception) -> Exception:
    """A full or broken disk in words; anything else as it is."""
    if isinstance(error, sa.exc.OperationalError):
        logger.error("the log could not be written: %s", error.orig)
        return Refused(STORAGE_FAILED, reason=str(error.orig))
    return error
