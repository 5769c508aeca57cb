"""Reactions: what one feature does when something happened in another.

Each reaction follows the log in order from its own kept position. It may be told of an event again
after a crash, so the commands it issues carry an idempotency key made from its name and the event's
position; :meth:`Trigger.key` makes it.
"""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Iterable

import msgspec
import sqlalchemy as sa

from tingtang.kernel import log_tables as t
from tingtang.kernel.clock import Clock
from tingtang.kernel.database import upsert
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event, Recorded
from tingtang.kernel.log import Append, EventLog, Key

ATTEMPTS = (0.1, 0.5, 2.0, 5.0)
"""Seconds between attempts before an event is set aside and the reaction goes on."""
KEEP_EVERY = 200
"""Handled events after which the position is written down; it is too at every pause."""
KEEP_EVERY_PASSED = 5_000
"""Events of no interest after which the position is written down, so that a start stays short."""
SYSTEM_STREAM = "system/subscriptions"

UNABLE = 500
"""Refusals of this HTTP status and above say that the system, not the request, is at fault."""

logger = logging.getLogger(__name__)


class Trigger(msgspec.Struct, frozen=True):
    """One event as a reaction sees it."""

    reaction: str
    recorded: Recorded

    @property
    def cause(self) -> str:
        return f"event:{self.recorded.position}"

    def key(self, part: str = "") -> Key:
        """The idempotency key for the command that this event leads to."""
        return Key(f"reaction:{self.reaction}:{self.recorded.position}:{part}", "")


Handler = Callable[[Trigger], Awaitable[None]]
Only = Callable[[Event], bool]


class _Registered(msgspec.Struct, frozen=True):
    types: frozenset[str]
    handler: Handler
    from_now: bool
    only: Only | None


class Reactions:
    """All reactions of one process."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._handlers: dict[str, _Registered] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def register(
        self,
        name: str,
        types: Iterable[type[Event]],
        handler: Handler,
        *,
        from_now: bool = False,
        only: Only | None = None,
    ) -> None:
        """Call ``handler`` once for every event of ``types``, in order.

        ``from_now`` starts a reaction that was never seen before at the head of the log rather
        than at its beginning. ``only`` passes over events that it says no to, at next to no cost:
        for reactions that follow what happens all the time and seldom have something to do.
        """
        if name in self._handlers:
            raise ValueError(f"two reactions are called {name}")
        names = frozenset(map(self._log.types.name_of, types))
        self._handlers[name] = _Registered(names, handler, from_now, only)

    async def start(self) -> None:
        """Start following; call after the log has started."""
        rows = await self._log.database.read(
            lambda c: c.execute(sa.select(t.subscriptions.c.name, t.subscriptions.c.position)).all()
        )
        kept = {row.name: row.position for row in rows}
        for name, registered in self._handlers.items():
            if registered.from_now and name not in kept:
                kept[name] = self._log.head
                await self._keep(name, kept[name])
            start = kept.get(name, 0)
            self._tasks.append(asyncio.create_task(self._follow(name, start), name=name))

    async def stop(self) -> None:
        """Stop following; unfinished events come again at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _follow(self, name: str, position: int) -> None:
        registered = self._handlers[name]
        types, handler, only = registered.types, registered.handler, registered.only
        handled = passed = 0
        while True:
            batch = await self._log.read_after(position)
            for recorded in batch:
                if recorded.type in types and (only is None or only(recorded.event)):
                    await self._handle(name, handler, recorded)
                    handled += 1
                else:
                    passed += 1
                position = recorded.position
                if handled >= KEEP_EVERY:
                    handled = passed = await self._keep(name, position)
            if not batch:
                if handled or passed >= KEEP_EVERY_PASSED:
                    handled = passed = await self._keep(name, position)
                if self._log.head <= position:
                    await self._log.news()

    async def _handle(self, name: str, handler: Handler, recorded: Recorded) -> None:
        """Try until it works. A refusal that a retry cannot change, and an event that failed in
        every one of the :data:`ATTEMPTS`, are set aside; while the system is unable to work, it waits.
        """
        for attempt in itertools.count():
            try:
                await handler(Trigger(name, recorded))
            except Refused as refused:
                logger.warning("reaction %s at %d: %s", name, recorded.position, refused.code)
                if refused.problem.status < UNABLE:
                    await self._set_aside(name, recorded, refused)
                    return
            except Exception as error:
                logger.exception("reaction %s failed at %d", name, recorded.position)
                if attempt == len(ATTEMPTS):
                    await self._set_aside(name, recorded, error)
                    return
            else:
                return
            await asyncio.sleep(ATTEMPTS[min(attempt, len(ATTEMPTS) - 1)])

    async def _set_aside(self, name: str, recorded: Recorded, error: Exception) -> None:
        row = {
            "name": name,
            "position": recorded.position,
            "error": f"{type(error).__name__}: {error}",
            "time_ms": self._clock.now_ms(),
        }
        insert = upsert(self._log.database, t.reaction_failures)
        await self._write(insert.values(row).on_conflict_do_nothing())

    async def _keep(self, name: str, position: int) -> int:
        insert = upsert(self._log.database, t.subscriptions).values(name=name, position=position)
        await self._write(
            insert.on_conflict_do_update(
                index_elements=["name"], set_={"position": insert.excluded.position}
            )
        )
        return 0

    async def _write(self, statement: sa.Executable) -> None:
        """Write, however long it takes: a reaction waits for a disk that is full."""
        while True:
            try:
                await self._log.append(
                    Append(
                        stream=SYSTEM_STREAM,
                        branch="",
                        events=(),
                        time_ms=self._clock.now_ms(),
                        actor="system",
                        work=lambda c: c.execute(statement).rowcount,
                    )
                )
            except Refused as refused:
                logger.warning("a reaction's position could not be kept: %s", refused.code)
                await asyncio.sleep(ATTEMPTS[-1])
            else:
                return
