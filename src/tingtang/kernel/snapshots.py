"""Saved states of streams that never end, so that a start need not read them whole.

A saved state is a cache and never truth: it is made from the log, tied by its hash to the event it
was made after, and left out of account where that event is not in the log, where the shape of the
state has changed, or where it cannot be read. Without the table everything is as it was, only slower.
"""

import hashlib
import logging
from typing import Generic, TypeVar

import msgspec
import sqlalchemy as sa

from tingtang.kernel import log_tables as t
from tingtang.kernel.database import upsert
from tingtang.kernel.errors import Refused
from tingtang.kernel.log import Append, EventLog

EVERY = 500
"""Events of a stream between two saved states, unless its feature says otherwise."""
STREAM = "system/snapshots"

S = TypeVar("S")

logger = logging.getLogger(__name__)


class Saved(msgspec.Struct, frozen=True):
    """A state as it was saved: after ``sequence`` events, the newest of them at ``time_ms``."""

    sequence: int
    time_ms: int
    body: bytes


class Snapshots(Generic[S]):
    """Which states are saved, and how often: a feature's policy for its streams.

    ``state`` is the type of the state, which must hold no personal data. ``revision`` rises when
    ``evolve`` comes to another state of the same shape from the same events; a change of the shape
    is noticed by itself.
    """

    def __init__(
        self, log: EventLog, state: type[S], *, revision: int = 1, every: int = EVERY
    ) -> None:
        self.every = every
        self.shape = shape_of(state, revision)
        self._log = log
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(state).decode

    async def newest(self, stream: str) -> Saved | None:
        """The state saved last, if it is of this shape and of this log."""
        s, e = t.snapshots.c, t.events.c
        query = (
            sa.select(s.sequence, s.time_ms, s.body)
            .join(
                t.events,
                (e.stream == s.stream) & (e.sequence == s.sequence) & (e.hash == s.event_hash),
            )
            .where(s.stream == stream, s.shape == self.shape)
        )
        row = await self._log.database.read(lambda c: c.execute(query).first())
        return None if row is None else Saved(row.sequence, row.time_ms, bytes(row.body))

    def state_of(self, saved: Saved) -> S | None:
        """The state itself, a new one with each call; None where it cannot be read."""
        try:
            return self._decode(saved.body)
        except msgspec.DecodeError as error:
            logger.warning("a saved state could not be read and is made anew: %s", error)
            return None

    def save(self, stream: str, sequence: int, time_ms: int, state: S) -> None:
        """Save a durable state as it is now. Returns at once; a failure costs a later start time.

        It joins the next group of commits, so that no command waits for a flush of its own.
        """
        try:
            row = {
                "stream": stream,
                "sequence": sequence,
                "time_ms": time_ms,
                "shape": self.shape,
                "body": self._encode(state),
            }
            future = self._log.submit(
                Append(
                    stream=STREAM,
                    branch="",
                    events=(),
                    time_ms=time_ms,
                    actor="system",
                    work=lambda c: _write(c, row),
                )
            )
        except (Refused, TypeError, ValueError, OverflowError) as error:
            logger.warning("the state of %s was not saved: %s", stream, error)
            return
        future.add_done_callback(lambda done: _report(stream, done.exception()))


def shape_of(state: type, revision: int) -> str:
    """A digest of a state's type, down to the types of its fields, and of its revision."""
    schema = msgspec.json.encode(msgspec.json.schema(state), order="deterministic")
    return f"{revision}-{hashlib.sha256(schema).hexdigest()[:16]}"


def _write(connection: sa.Connection, row: dict[str, object]) -> int:
    """Beside the hash of the event it was made after; an older state never replaces a newer one."""
    e, table = t.events.c, t.snapshots
    of_event = sa.select(
        *(sa.literal(value, table.c[name].type).label(name) for name, value in row.items()),
        e.hash.label("event_hash"),
    ).where(e.stream == row["stream"], e.sequence == row["sequence"])
    insert = upsert(connection, table).from_select([*row, "event_hash"], of_event)
    newer = insert.excluded
    statement = insert.on_conflict_do_update(
        index_elements=["stream"],
        set_={name: newer[name] for name in (*row, "event_hash") if name != "stream"},
        where=(table.c.sequence < newer.sequence) | (table.c.shape != newer.shape),
    )
    return connection.execute(statement).rowcount


def _report(stream: str, error: BaseException | None) -> None:
    if error is not None:
        logger.warning("the state of %s was not saved: %s", stream, error)
