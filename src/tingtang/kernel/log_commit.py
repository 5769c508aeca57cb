"""The log's transaction: one group of appends becomes durable together.

Runs in the log's writer thread. Everything here happens between one BEGIN and one COMMIT.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.kernel import log_tables as t
from tingtang.kernel.appends import Answered, Append, Appended, Clash, Key, Outcome, Waiting, Work
from tingtang.kernel.database import Database
from tingtang.kernel.errors import KEY_REUSED, OUTCOME_UNKNOWN, STORAGE_FAILED, Refused
from tingtang.kernel.events import Event, Recorded
from tingtang.kernel.neighbours import CHANNEL
from tingtang.kernel.rows import insert_rows

GENESIS = bytes(32)
"""The hash before the first event of every stream."""
POSITION_LOCK = 0x7469_6E67
"""PostgreSQL advisory lock that makes positions visible in order: held from choosing to commit."""
RECONNECT_PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds between attempts to learn what became of a commit whose connection was lost."""
HASHED = ("stream", "sequence", "branch", "time_ms", "type", "version", "actor", "cause", "body")
"""The columns that the chain covers. Positions are not among them: a branch's log that is carried
to head office has other positions there."""

# Statements made once: making them costs a group more than running them.
_NEWEST = sa.select(sa.func.max(t.events.c.position))
_HEADS = sa.select(t.streams.c.stream, t.streams.c.sequence, t.streams.c.hash).where(
    t.streams.c.stream.in_(sa.bindparam("names", expanding=True))
)
_ANSWERS = sa.select(t.answers.c.key, t.answers.c.request, t.answers.c.body).where(
    t.answers.c.key.in_(sa.bindparam("names", expanding=True))
)
_LOCK = sa.text(
    "SELECT pg_advisory_xact_lock(:lock), pg_current_xact_id()::text, pg_notify(:channel, :node)"
)
"""Other nodes are told when, and only if, the transaction commits."""
_STATUS = sa.text("SELECT pg_xact_status(CAST(:id AS xid8))")

logger = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode

Projection = Callable[[sa.Connection, Sequence[Recorded]], None]
Projections = Sequence[tuple[frozenset[str], Projection]]


class _OutcomeUnknown(Exception):  # noqa: N818
    """The connection was lost during a commit and nobody could be asked what became of it."""


def event_hash(previous: bytes, row: Mapping[str, Any]) -> bytes:
    """The chain: SHA-256 over the previous hash and the JSON array of the :data:`HASHED` columns."""
    return _chained(previous, tuple(row[name] for name in HASHED))


def _chained(previous: bytes, hashed: tuple[Any, ...]) -> bytes:
    return hashlib.sha256(previous + _encode(hashed)).digest()


def commit_group(
    database: Database, projections: Projections, group: Sequence[Waiting]
) -> list[Outcome]:
    """Commit all together; if that fails, each alone, so that only the culprit fails."""
    try:
        return _commit(database, projections, group)
    except _OutcomeUnknown:
        for one in group:
            _break_lineage(one.append)
        return [Refused(OUTCOME_UNKNOWN) for _ in group]
    except Exception as error:
        if len(group) == 1:
            _break_lineage(group[0].append)
            return [_as_refusal(error)]
    return [commit_group(database, projections, [one])[0] for one in group]


def _commit(
    database: Database, projections: Projections, group: Sequence[Waiting]
) -> list[Outcome]:
    transaction_id: str | None = None
    outcomes: list[Outcome] | None = None
    try:
        with database.writer.begin() as connection:
            if not database.is_sqlite:
                words = {"lock": POSITION_LOCK, "channel": CHANNEL, "node": database.node}
                transaction_id = connection.execute(_LOCK, words).one()[1]
            outcomes = _Group(connection, group).write()
            _project(connection, projections, outcomes)
    except sa.exc.DBAPIError as error:
        lost_in_commit = outcomes is not None and error.connection_invalidated
        if outcomes is None or transaction_id is None or not lost_in_commit:
            raise
        if not _was_committed(database, transaction_id):
            raise
    return outcomes


def _was_committed(database: Database, transaction_id: str) -> bool:
    """What became of a PostgreSQL transaction whose connection was lost in its commit."""
    for pause in RECONNECT_PAUSES:
        try:
            with database.writer.begin() as connection:
                status = connection.scalar(_STATUS, {"id": transaction_id})
        except sa.exc.DBAPIError:
            logger.warning("the database cannot be reached; trying again in %s s", pause)
        else:
            if status in {"committed", "aborted"}:
                return bool(status == "committed")
        time.sleep(pause)
    raise _OutcomeUnknown


class _Group:
    """The rows that one group of appends comes to."""

    def __init__(self, connection: sa.Connection, group: Sequence[Waiting]) -> None:
        self._connection = connection
        self._group = group
        self._position = connection.scalar(_NEWEST) or 0
        self._heads = _read_heads(connection, {one.append.stream for one in group})
        self._answered = _read_answers(connection, [one.append.key for one in group])
        self._events: list[tuple[Any, ...]] = []
        self._answers: list[tuple[Any, ...]] = []
        self._touched: dict[str, tuple[Any, ...]] = {}

    def write(self) -> list[Outcome]:
        outcomes = [self._one(one) for one in self._group]
        connection = self._connection
        if self._events:
            insert_rows(connection, t.events, self._events)
            insert_rows(connection, t.streams, list(self._touched.values()), replace=True)
        if self._answers:
            insert_rows(connection, t.answers, self._answers)
        return outcomes

    def _one(self, waiting: Waiting) -> Outcome:
        append = waiting.append
        refusal = self._refusal(append)
        if refusal is not None:
            _break_lineage(append)
            return refusal
        try:
            result = _do_work(self._connection, append.work)
        except (sa.exc.OperationalError, sa.exc.InterfaceError):
            raise  # the database itself fails: nobody in this group can be served
        except Exception as error:
            _break_lineage(append)
            return error
        recorded = self._add_events(waiting)
        if append.key is not None:
            self._add_answer(append, append.key)
        return Appended(recorded, result)

    def _refusal(self, append: Append) -> Exception | None:
        key = append.key
        if key is not None and (found := self._answered.get(key.name)) is not None:
            request, body = found
            return Answered(body) if request == key.request else Refused(KEY_REUSED)
        sequence, _ = self._heads.get(append.stream, (0, GENESIS))
        moved_on = append.expected is not None and append.expected != sequence
        if moved_on or (append.lineage is not None and append.lineage.broken):
            return Clash(append.stream)
        return None

    def _add_events(self, waiting: Waiting) -> list[Recorded]:
        append = waiting.append
        stream, branch, time_ms = append.stream, append.branch, append.time_ms
        actor, cause = append.actor, append.cause
        sequence, head = self._heads.get(stream, (0, GENESIS))
        recorded: list[Recorded] = []
        for event, (name, version, body) in zip(append.events, waiting.bodies, strict=True):
            self._position += 1
            sequence += 1
            hashed = (stream, sequence, branch, time_ms, name, version, actor, cause, body)
            head = _chained(head, hashed)
            self._events.append((self._position, *hashed, head))
            recorded.append(
                Recorded(
                    position=self._position,
                    stream=stream,
                    sequence=sequence,
                    branch=branch,
                    time_ms=time_ms,
                    type=name,
                    actor=actor,
                    cause=cause,
                    event=event,
                )
            )
        if recorded:
            self._heads[stream] = (sequence, head)
            self._touched[stream] = (stream, branch, sequence, self._position, head)
        return recorded

    def _add_answer(self, append: Append, key: Key) -> None:
        self._answered[key.name] = (key.request, append.answer)
        self._answers.append((key.name, key.request, append.answer, append.time_ms))


def recorded_from(row: Mapping[str, Any], event: Event) -> Recorded:
    """The event of a stored row, which the caller has decoded."""
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


def _do_work(connection: sa.Connection, work: Work | None) -> Any:
    """Run ``work`` under a savepoint, so that its failure undoes nothing of the others' writes."""
    if work is None:
        return None
    with connection.begin_nested():
        return work(connection)


def _project(
    connection: sa.Connection, projections: Projections, outcomes: Sequence[Outcome]
) -> None:
    new = [r for o in outcomes if isinstance(o, Appended) for r in o.recorded]
    present = {r.type for r in new}
    for types, projection in projections:
        if not types.isdisjoint(present):
            projection(connection, [r for r in new if r.type in types])


def _read_heads(connection: sa.Connection, names: set[str]) -> dict[str, tuple[int, bytes]]:
    rows = connection.execute(_HEADS, {"names": list(names)})
    return {stream: (sequence, bytes(head)) for stream, sequence, head in rows}


def _read_answers(
    connection: sa.Connection, keys: Sequence[Key | None]
) -> dict[str, tuple[str, bytes]]:
    names = [key.name for key in keys if key is not None]
    if not names:
        return {}
    rows = connection.execute(_ANSWERS, {"names": names})
    return {key: (request, bytes(body)) for key, request, body in rows}


def _break_lineage(append: Append) -> None:
    if append.lineage is not None:
        append.lineage.broken = True


def _as_refusal(error: Exception) -> Exception:
    """A full or broken disk in words; anything else as it is."""
    if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError):
        logger.error("the log could not be written: %s", error.orig)
        return Refused(STORAGE_FAILED, reason=str(error.orig))
    return error
