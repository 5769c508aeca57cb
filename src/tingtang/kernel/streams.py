"""Live streams: load, decide, evolve, append, answer.

A :class:`StreamHost` keeps the states of one feature's streams in memory, twice: *tentative*, on
which the next command is decided while earlier ones are still on their way to disk, and
*committed*, from which everything that people see is made. Commands of one stream are thus decided
one after another without waiting for each other's commit, and nothing is shown before it is
durable.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

from tingtang.kernel.clock import Clock
from tingtang.kernel.errors import BUSY, Refused
from tingtang.kernel.events import Event, Recorded
from tingtang.kernel.log import Answered, Append, Appended, Clash, EventLog, Key, Lineage

ATTEMPTS_MAX = 12
"""How often a command is decided again after a clash before the caller is told to retry."""

S = TypeVar("S")
C_contra = TypeVar("C_contra", contravariant=True)
C = TypeVar("C")


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

    __slots__ = ("committed", "committed_sequence", "lineage", "pending", "tentative",
                 "tentative_sequence", "used_ms")  # fmt: skip

    def __init__(self, tentative: S, committed: S, sequence: int) -> None:
        self.tentative = tentative
        self.committed = committed
        self.tentative_sequence = sequence
        self.committed_sequence = sequence
        self.lineage = Lineage()
        self.pending: asyncio.Future[Appended] | None = None
        self.used_ms = 0


class StreamHost(Generic[S, C]):
    """Runs commands against the streams of one feature."""

    def __init__(self, log: EventLog, clock: Clock, core: Core[S, C]) -> None:
        self._log = log
        self._clock = clock
        self._core = core
        self._live: dict[str, _Live[S]] = {}
        self._loading: dict[str, asyncio.Task[_Live[S]]] = {}
        self._watchers: list[Callable[[str, Sequence[Recorded]], None]] = []
        log.on_commit(self._on_commit)

    def on_change(self, watcher: Callable[[str, Sequence[Recorded]], None]) -> None:
        """Call ``watcher(stream, events)`` after the committed state of a stream has changed."""
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
    ) -> Done:
        """Decide ``command``, make its events durable, and give back the answer.

        ``answer(state, events, at_ms)`` is asked right after the events were applied; its bytes
        are kept with ``key``, so that a retry is answered alike. Raises :class:`Refused` where
        the core refuses, the disk is full, or the stream is too busy.
        """
        for _ in range(ATTEMPTS_MAX):
            live = self._live.get(stream)
            if live is None:
                live = await self._load(stream)
            at_ms = self._clock.now_ms()
            live.used_ms = at_ms
            try:
                events = self._core.decide(live.tentative, command, at_ms)
            except Refused:
                if key is not None and (first := await self._log.answer(key)) is not None:
                    return Done(first)
                if await _settle(live):  # refused because of something that was not yet durable?
                    continue
                raise
            for event in events:
                self._core.evolve(live.tentative, event, at_ms)
            body = answer(live.tentative, events, at_ms) if answer is not None else b""
            if not events:
                await _settle(live)
                return Done(body)
            expected = live.tentative_sequence
            live.tentative_sequence += len(events)
            try:
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
                    )
                )
                live.pending = future
                # Shielded: a caller that goes away does not undo what is on its way to disk.
                appended = await asyncio.shield(future)
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
            if live.used_ms < before_ms and live.tentative_sequence == live.committed_sequence:
                del self._live[stream]

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
        recorded = await self._log.read_stream(stream)
        tentative, committed = self._core.initial(stream), self._core.initial(stream)
        for r in recorded:
            self._core.evolve(tentative, r.event, r.time_ms)
            self._core.evolve(committed, r.event, r.time_ms)
        live = _Live(tentative, committed, len(recorded))
        live.used_ms = self._clock.now_ms()
        self._live[stream] = live
        return live

    def _on_commit(self, recorded: Sequence[Recorded]) -> None:
        changed: dict[str, list[Recorded]] = {}
        for r in recorded:
            live = self._live.get(r.stream)
            if live is None or r.sequence <= live.committed_sequence:
                continue
            if r.sequence != live.committed_sequence + 1:
                self._drop(r.stream, live)
                continue
            self._core.evolve(live.committed, r.event, r.time_ms)
            live.committed_sequence = r.sequence
            changed.setdefault(r.stream, []).append(r)
        for stream, events in changed.items():
            for watcher in self._watchers:
                watcher(stream, events)


async def _settle(live: _Live[S]) -> bool:
    """Wait for what is on its way to disk; True if there was something to wait for."""
    pending = live.pending
    if pending is None or pending.done():
        return False
    await asyncio.wait([pending])
    return True
