"""What other nodes write to the same PostgreSQL, given out here soon after it is durable.

Every commit notifies (``NOTIFY``) and every node listens. A notification says no more than that
there is something to read: what was missed while the connection was down is found by position.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence

import psycopg
import sqlalchemy as sa

from tingtang.kernel.database import Database
from tingtang.kernel.events import Recorded

CHANNEL = "tingtang_log"
QUIET_SECONDS = 2.0
"""After so long without a word the log is looked at all the same."""
RETRY_SECONDS = 1.0

logger = logging.getLogger(__name__)


class Neighbours:
    """Follows the log for what this process did not write.

    ``read(position)`` gives the next events above a position; ``settle()`` returns once all that
    this process had queued by then was delivered; ``give(events)`` takes what others wrote, in
    order and without gaps.
    """

    def __init__(
        self,
        database: Database,
        read: Callable[[int], Awaitable[list[Recorded]]],
        settle: Callable[[], Awaitable[None]],
        give: Callable[[Sequence[Recorded]], None],
    ) -> None:
        self._database = database
        self._read = read
        self._settle = settle
        self._give = give
        self._given = 0
        """Everything up to this position was given out, here or by the writer."""
        self._own: set[int] = set()
        """Positions above it that this process wrote."""
        self._task: asyncio.Task[None] | None = None

    def start(self, head: int) -> None:
        """Follow from the log's ``head`` on; a SQLite file has no other nodes."""
        if not self._database.is_sqlite:
            self._given = head
            self._task = asyncio.create_task(self._follow(), name="neighbours")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def wrote(self, recorded: Sequence[Recorded]) -> None:
        """This process wrote these, one position after another: they are given out already."""
        if self._task is None:
            return
        if recorded[0].position == self._given + 1:
            self._given = recorded[-1].position
        else:
            self._own.update(one.position for one in recorded)

    async def _follow(self) -> None:
        while True:
            try:
                async with await self._connect() as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    while True:
                        await self._catch_up()
                        await self._word_from_others(connection)
            except (psycopg.Error, sa.exc.DBAPIError, OSError) as error:
                logger.warning("other nodes cannot be heard: %s", type(error).__name__)
            except Exception:
                logger.exception("following other nodes failed; it begins again")
            await asyncio.sleep(RETRY_SECONDS)

    async def _connect(self) -> psycopg.AsyncConnection[tuple[object, ...]]:
        arguments, options = self._database.reader.dialect.create_connect_args(self._database.url)
        return await psycopg.AsyncConnection.connect(*arguments, **options, autocommit=True)

    async def _word_from_others(self, connection: psycopg.AsyncConnection[object]) -> None:
        async with contextlib.aclosing(connection.notifies(timeout=QUIET_SECONDS)) as words:
            async for word in words:
                if word.payload != self._database.node:
                    return

    async def _catch_up(self) -> None:
        while batch := await self._read(self._given):
            await self._settle()  # some of it may be ours and still on its way to the listeners
            group: list[Recorded] = []
            for one in batch:
                if one.position <= self._given or one.position in self._own:
                    continue
                if group and group[-1].position + 1 != one.position:
                    self._give(group)
                    group = []
                group.append(one)
            if group:
                self._give(group)
            self._given = max(self._given, batch[-1].position)
            while self._given + 1 in self._own:
                self._given += 1
            self._own = {position for position in self._own if position > self._given}
