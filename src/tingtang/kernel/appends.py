"""What is asked of the event log, and what comes of it."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.kernel.events import Event, Recorded

Work = Callable[[sa.Connection], Any]


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


class Waiting(msgspec.Struct, eq=False):
    """An append on its way to disk, with its events already encoded: name, version, JSON."""

    append: Append
    bodies: list[tuple[str, int, str]]
    future: "asyncio.Future[Appended]"


Outcome = Appended | Exception
