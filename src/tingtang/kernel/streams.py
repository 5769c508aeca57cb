"""Live streams: load, decide, evolve, append, answer.

A :class:`StreamHost` keeps the states of one feature's streams in memory, twice: *tentative*, on
which the next command is decided while earlier ones are still on their way to disk, and
*committed*, from which everything that people see is made. Commands of one stream are thus decided
one after another without waiting for each other's commit, and nothing is shown before it is
durable.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

from tingtang.kernel.clock import Clock
from tingtang.kernel.errors import BUSY, Refused
from tingtang.kernel.events import Event, Recorded
from tingtang.kernel.log import Answered, Append, Appended, Clash, EventLog, Key, Lineage, Work
from tingtang.kernel.snapshots import Snapshots

logger = logging.getLogger(__name__)

ATTEMPTS_MAX = 12
"""How often a command is decided again after a clash before the caller is told to retry."""

S = TypeVar("S")
C_contra = TypeVar("C_contra", contravariant=True)
C = TypeVar("C")
Watcher = Callable[[str, Sequence[Recorded]], None]


class Core(Protocol[S, C_contra]):
    """The pure heart of a feature. ``evolve`` changes the state in place and does nothing else."""

    def initial(self, stream: str) -> S: ...
    def decide(self, state: S, command: C_contra, at_ms: int) -> Sequence[Event]: ...
    def evolve(self, state: S, event: Event, at_ms: int) -> None: ...


class Done(msgspec.Struct, frozen=True):
    """A command's durable outcome. ``events`` is empty where a retry got its first answer."""

    answer: bytes
    events: Sequence[Event] = ()
    position: int = 0


class _Live(Generic[S]):
    """One stream in memory."""

    __slots__ = ("committed", "committed_sequence", "last_ms", "lineage", "pending",
                 "saved_sequence", "tentative", "tentative_sequence", "used_ms")  # fmt: skip

    def __init__(self, tentative: S, committed: S, sequence: int, last_ms: int) -> None:
        self.tentative = tentative
        self.committed = committed
        self.tentative_sequence = sequence
        self.committed_sequence = sequence
        self.lineage = Lineage()
        self.pending: asyncio.Future[Appended] | None = None
        self.used_ms = 0
        self.saved_sequence = 0
        """The newest that was saved, where states are."""
        self.last_ms = last_ms
        """The time of the newest event: a clock that was set back does not go below it."""


class StreamHost(Generic[S, C]):
    """Runs commands against the streams of one feature.

    Streams that never end are given ``snapshots``; those of a day need none.
    """

    def __init__(
        self,
        log: EventLog,
        clock: Clock,
        core: Core[S, C],
        snapshots: Snapshots[S] | None = None,
    ) -> None:
        self._log = log
        self._snapshots = snapshots
        self._clock = clock
        self._core = core
        self._live: dict[str, _Live[S]] = {}
        self._loading: dict[str, asyncio.Task[_Live[S]]] = {}
        self._known: dict[str, int] = {}
        """Every stream that was asked for and not forgotten, and the newest sequence seen of it."""
        self._watchers: list[Watcher] = []
        self._own_watchers: list[Watcher] = []

    def on_change(self, watcher: Watcher, *, own_only: bool = False) -> None:
        """Call ``watcher(stream, events)`` after the committed state of a stream has changed.

        With ``own_only`` only for what this node wrote: one node alone is to act on it.
        """
        self._own_watchers.append(watcher)
        if not own_only:
            self._watchers.append(watcher)

    async def run(
        self,
        stream: str,
        branch: str,
        command: C,
        *,
        actor: str,
        cause: str = "",
        key: Key | None = None,
        answer: Callable[[S, Sequence[Event], int], bytes] | None = None,
        work: Work | None = None,
    ) -> Done:
        """Decide ``command``, make its events durable, and give back the answer.

        ``answer(state, events, at_ms)`` is asked right after the events were applied; its bytes
        are kept with ``key``, so that a retry is answered alike. ``work`` is done on the tables with
        the events, or not at all. Raises :class:`Refused` where
        the core refuses, the disk is full, or the stream is too busy.
        """
        for _ in range(ATTEMPTS_MAX):
            live = self._live.get(stream)
            if live is not None and live.lineage.broken:
                self._drop(stream, live)
                live = None
            if live is None:
                live = await self._load(stream)
            live.used_ms = self._clock.now_ms()
            at_ms = max(live.used_ms, live.last_ms)
            events: Sequence[Event] = ()
            refused: Refused | None = None
            try:
                events = self._core.decide(live.tentative, command, at_ms)
            except Refused as refusal:
                refused = refusal
            if not events:
                body = answer(live.tentative, (), at_ms) if answer and not refused else b""
                decided_at, pending = live.tentative_sequence, live.pending
                if not await self._stood(stream, live, decided_at, pending):
                    continue
                if key is not None and (first := await self._log.answer(key)) is not None:
                    return Done(first)
                if refused is not None:
                    raise refused
                return Done(body)
            expected = live.tentative_sequence
            live.tentative_sequence += len(events)
            live.last_ms = at_ms
            try:
                for event in events:
                    self._core.evolve(live.tentative, event, at_ms)
                body = answer(live.tentative, events, at_ms) if answer is not None else b""
                future = self._log.submit(
                    Append(
                        stream=stream,
                        branch=branch,
                        events=events,
                        time_ms=at_ms,
                        actor=actor,
                        cause=cause,
                        expected=expected,
                        lineage=live.lineage,
                        key=key,
                        answer=body,
                        work=work,
                    )
                )
                live.pending = future
                appended = await future
            except Answered as found:
                self._drop(stream, live)
                return Done(found.body)
            except Clash:
                self._drop(stream, live)
                continue
            except asyncio.CancelledError:
                raise
            except BaseException:
                self._drop(stream, live)
                raise
            return Done(body, events, appended.position)
        raise Refused(BUSY)

    def committed(self, stream: str) -> S | None:
        """The durable state, if the stream is in memory. Read it; never change it."""
        live = self._live.get(stream)
        return None if live is None else live.committed

    async def state(self, stream: str) -> S:
        """The durable state, loaded if need be. Read it; never change it."""
        live = self._live.get(stream) or await self._load(stream)
        return live.committed

    def in_memory(self) -> list[str]:
        """The streams now held in memory."""
        return list(self._live)

    def forget_unused(self, before_ms: int) -> None:
        """Let go of streams that no command has touched since ``before_ms``."""
        for stream, live in list(self._live.items()):
            if live.used_ms < before_ms and _is_settled(live):
                del self._live[stream]
                del self._known[stream]
                self._log.let_go(stream, self._apply)

    def _drop(self, stream: str, live: _Live[S]) -> None:
        if self._live.get(stream) is live:
            del self._live[stream]

    async def _load(self, stream: str) -> _Live[S]:
        task = self._loading.get(stream)
        if task is None:
            task = asyncio.create_task(self._read(stream))
            self._loading[stream] = task
            task.add_done_callback(lambda _: self._loading.pop(stream, None))
        return await asyncio.shield(task)

    async def _read(self, stream: str) -> _Live[S]:
        if stream not in self._known:
            self._known[stream] = 0
            self._log.hold(stream, self._apply)
        tentative, committed, saved, last_ms = await self._begin(stream)
        recorded = await self._log.read_stream(stream, after=saved)
        while saved + len(recorded) < self._known[stream]:  # more became durable while it was read
            recorded += await self._log.read_stream(stream, after=saved + len(recorded))
        for r in recorded:
            self._core.evolve(tentative, r.event, r.time_ms)
            self._core.evolve(committed, r.event, r.time_ms)
        if recorded:
            last_ms = recorded[-1].time_ms
        live = _Live(tentative, committed, saved + len(recorded), last_ms)
        live.used_ms = self._clock.now_ms()
        live.saved_sequence = saved
        self._live[stream] = live
        if self._snapshots is not None:
            self._save_if_due(stream, live, last_ms)
        return live

    async def _begin(self, stream: str) -> tuple[S, S, int, int]:
        """Two states to begin with, the sequence they stand at, and the time of its event."""
        if self._snapshots is not None:
            saved = await self._snapshots.newest(stream)
            if saved is not None:
                states = self._snapshots.state_of(saved), self._snapshots.state_of(saved)
                if states[0] is not None and states[1] is not None:
                    return states[0], states[1], saved.sequence, saved.time_ms
        return self._core.initial(stream), self._core.initial(stream), 0, 0

    def _save_if_due(self, stream: str, live: _Live[S], time_ms: int) -> None:
        snapshots = self._snapshots
        if snapshots is None or live.committed_sequence - live.saved_sequence < snapshots.every:
            return
        live.saved_sequence = live.committed_sequence
        snapshots.save(stream, live.committed_sequence, time_ms, live.committed)

    async def _stood(
        self,
        stream: str,
        live: _Live[S],
        decided_at: int,
        pending: "asyncio.Future[Appended] | None",
    ) -> bool:
        """True if the state at sequence ``decided_at``, with ``pending`` the newest append on its
        way to disk at that time, came to be, and was not out of date through another node.
        """
        if pending is not None:
            await asyncio.wait([pending])
            if pending.exception() is not None:
                return False
        if self._log.database.is_sqlite:
            return True
        sequence = await self._log.sequence(stream)
        if sequence > live.tentative_sequence:
            self._drop(stream, live)
        return sequence == decided_at or sequence <= live.committed_sequence

    def _apply(self, stream: str, recorded: Sequence[Recorded], is_own: bool) -> None:
        self._known[stream] = max(self._known[stream], recorded[-1].sequence)
        live = self._live.get(stream)
        if live is not None:
            self._follow(stream, live, recorded)
        for watcher in self._own_watchers if is_own else self._watchers:
            watcher(stream, recorded)

    def _follow(self, stream: str, live: _Live[S], recorded: Sequence[Recorded]) -> None:
        """Bring the durable state up to what has become so."""
        for r in recorded:
            if r.sequence <= live.committed_sequence:
                continue
            news = r.sequence > live.tentative_sequence  # written past this host
            if r.sequence != live.committed_sequence + 1 or (news and not _is_settled(live)):
                self._drop(stream, live)
                return
            try:
                self._core.evolve(live.committed, r.event, r.time_ms)
                if news:
                    self._core.evolve(live.tentative, r.event, r.time_ms)
                    live.tentative_sequence = r.sequence
                    live.last_ms = max(live.last_ms, r.time_ms)
            except Exception:
                logger.exception("%s could not follow event %d", stream, r.position)
                self._drop(stream, live)
                return
            live.committed_sequence = r.sequence
            if self._snapshots is not None:
                self._save_if_due(stream, live, r.time_ms)


def _is_settled(live: _Live[S]) -> bool:
    """True while nothing is on its way to disk."""
    return live.tentative_sequence == live.committed_sequence
