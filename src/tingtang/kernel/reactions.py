"""Reactions: what one feature does when something happened in another.

Each reaction follows the log in order from its own kept position. It may be told of an event again
after a crash, so the commands it issues carry an idempotency key made from its name and the event's
position; :meth:`Trigger.key` makes it.
"""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence

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


def _wants(only: Only, event: Event) -> bool:
    """Where nobody can say whether an event is wanted, it is: nothing is lost, and no other reaction's
    event with it.
    """
    try:
        return only(event)
    except Exception:
        logger.exception("it cannot be said whether a reaction wants %s", type(event).__name__)
        return True


class _Registered(msgspec.Struct, frozen=True):
    types: frozenset[str]
    handler: Handler
    from_now: bool
    only: Only | None


class _Follower:
    """One reaction and how far it has come."""

    __slots__ = ("handled", "name", "news", "passed", "position", "registered")

    def __init__(self, name: str, registered: _Registered, position: int) -> None:
        self.name = name
        self.registered = registered
        self.position = position
        """While it rests: where it was when it went to rest."""
        self.handled = self.passed = 0
        self.news: asyncio.Future[None] | None = None
        """Set while it rests; done when there is something to look at."""

    def wants(self, recorded: Recorded) -> bool:
        only = self.registered.only
        if recorded.type not in self.registered.types:
            return False
        return only is None or _wants(only, recorded.event)


class Reactions:
    """All reactions of one process.

    Most events concern no reaction. So those that have caught up rest, and have thereby passed over
    all that was seen meanwhile; only who wants an event of a group is woken.
    """

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._handlers: dict[str, _Registered] = {}
        self._followers: list[_Follower] = []
        self._followers_of: dict[str, list[tuple[_Follower, Only | None]]] = {}
        """By type of event, each with what it passes over."""
        self._resting: dict[_Follower, None] = {}
        self._seen = self._all_woken = 0
        """The newest position, and that at which all were woken to write down theirs."""
        self._tasks: list[asyncio.Task[None]] = []
        log.on_commit(self._on_commit)

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
        self._seen = self._all_woken = self._log.head
        for name, registered in self._handlers.items():
            if registered.from_now and name not in kept:
                kept[name] = self._log.head
                await self._keep(name, kept[name])
            follower = _Follower(name, registered, kept.get(name, 0))
            self._followers.append(follower)
            for type_ in registered.types:
                self._followers_of.setdefault(type_, []).append((follower, registered.only))
            self._tasks.append(asyncio.create_task(self._follow(follower), name=name))

    async def stop(self) -> None:
        """Stop following; unfinished events come again at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self._followers.clear()
        self._followers_of.clear()

    @property
    def behind(self) -> int:
        """How many events the slowest reaction has yet to look at."""
        busy = (one for one in self._followers if one not in self._resting)
        return max((self._log.head - one.position for one in busy), default=0)

    def _on_commit(self, group: Sequence[Recorded]) -> None:
        before, self._seen = self._seen, group[-1].position
        if not self._resting:
            return
        if group[0].position != before + 1 or self._seen - self._all_woken >= KEEP_EVERY_PASSED:
            self._all_woken = self._seen
            for follower in list(self._resting):
                self._wake(follower, before)
            return
        followers_of, resting = self._followers_of, self._resting
        for recorded in group:
            for follower, only in followers_of.get(recorded.type, ()):
                if follower in resting and (only is None or _wants(only, recorded.event)):
                    self._wake(follower, before)

    def _wake(self, follower: _Follower, before: int) -> None:
        """Have it go on; it has passed over all up to ``before``."""
        del self._resting[follower]
        if follower.position < before:
            follower.passed += before - follower.position
            follower.position = before
        if follower.news is not None and not follower.news.done():
            follower.news.set_result(None)

    async def _follow(self, follower: _Follower) -> None:
        """Until it is stopped: where the log cannot be read (the database is away) it waits."""
        while True:
            try:
                await self._go_on(follower)
            except Exception:
                logger.exception("reaction %s waits at %d", follower.name, follower.position)
                await asyncio.sleep(ATTEMPTS[-1])

    async def _go_on(self, follower: _Follower) -> None:
        """Look at what comes next; rest where nothing does."""
        batch = await self._log.read_after(follower.position)
        for recorded in batch:
            if follower.wants(recorded):
                await self._handle(follower.name, follower.registered.handler, recorded)
                follower.handled += 1
            else:
                follower.passed += 1
            follower.position = recorded.position
            if follower.handled >= KEEP_EVERY:
                await self._keep_at(follower)
        if not batch:
            if follower.handled or follower.passed >= KEEP_EVERY_PASSED:
                await self._keep_at(follower)
            if self._log.head <= follower.position:
                await self._rest(follower)

    async def _rest(self, follower: _Follower) -> None:
        """Wait until an event may concern it."""
        follower.news = asyncio.get_running_loop().create_future()
        self._resting[follower] = None
        try:
            await follower.news
        finally:
            self._resting.pop(follower, None)

    async def _keep_at(self, follower: _Follower) -> None:
        await self._keep(follower.name, follower.position)
        follower.handled = follower.passed = 0

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

    async def _keep(self, name: str, position: int) -> None:
        insert = upsert(self._log.database, t.subscriptions).values(name=name, position=position)
        await self._write(
            insert.on_conflict_do_update(
                index_elements=["name"], set_={"position": insert.excluded.position}
            )
        )

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
