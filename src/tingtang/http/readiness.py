"""Whether this process can serve: the database answers, the log writes, the schema fits."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache

import msgspec
import sqlalchemy as sa
from alembic import command

from tingtang import migrations
from tingtang.kernel.clock import Clock
from tingtang.kernel.database import Database
from tingtang.kernel.log import Append, EventLog
from tingtang.schema import complete_metadata

SECONDS_MAX = 3.0
Look = Callable[[], Awaitable[str]]
"""Gives "" where all is well, else what is wrong; may raise."""


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    ok: bool
    trouble: str = ""


class Readiness:
    """All that must be well before requests are sent here."""

    def __init__(self) -> None:
        self._looks: dict[str, Look] = {}
        self.is_started = False

    def add(self, name: str, look: Look) -> None:
        """Ask ``look`` too."""
        self._looks[name] = look

    async def look(self) -> dict[str, Check]:
        """Look at everything; what takes too long counts as not well."""
        checks = {"started": Check(self.is_started, "" if self.is_started else "starting")}
        for name, look in self._looks.items():
            try:
                async with asyncio.timeout(SECONDS_MAX):
                    trouble = await look()
            except Exception as error:
                trouble = type(error).__name__
            checks[name] = Check(not trouble, trouble)
        return checks


async def database_answers(database: Database) -> str:
    """Ask the database for one."""
    await database.read(lambda c: c.scalar(sa.text("SELECT 1")))
    return ""


async def log_writes(log: EventLog, clock: Clock) -> str:
    """Send an append without events through the writer: it must come back."""
    await log.append(
        Append(stream="system/health", branch="", events=(), time_ms=clock.now_ms(), actor="system")
    )
    return ""


def prepare_schema(database: Database) -> None:
    """Give an empty database its tables; refuse one made for another version of the program.

    Raises ``Refused`` (database_old, database_new, database_not_prepared), saying what to do.
    """
    with database.writer.begin() as connection:
        if not sa.inspect(connection).get_table_names():
            complete_metadata().create_all(connection)
            command.stamp(migrations.config(connection), "head")
        migrations.require_head(connection)


async def schema_fits(database: Database) -> str:
    """The database stands at the revision that this program needs."""
    found = await database.read(migrations.revision_of)
    return "" if found == _head() else f"revision {found}"


@cache
def _head() -> str:
    return migrations.head()
