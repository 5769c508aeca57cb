"""Whether this process can serve: the database answers, the log writes, the schema fits."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import sqlalchemy as sa

from tingtang.kernel.clock import Clock
from tingtang.kernel.database import Database, metadata
from tingtang.kernel.log import Append, EventLog

SECONDS_MAX = 3.0
Look = Callable[[], Awaitable[str]]
"""Gives "" where all is well, else what is wrong; may raise."""


class SchemaMismatch(Exception):  # noqa: N818
    """The database was made by another version of the program."""


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
                trouble = await asyncio.wait_for(look(), SECONDS_MAX)
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


def schema_trouble(connection: sa.Connection) -> str:
    """What the database lacks of the tables that this program knows; "" if nothing."""
    inspector = sa.inspect(connection)
    present = set(inspector.get_table_names())
    for table in metadata.sorted_tables:
        if table.name not in present:
            return f"table {table.name} is missing"
        columns = {column["name"] for column in inspector.get_columns(table.name)}
        missing = [column.name for column in table.columns if column.name not in columns]
        if missing:
            return f"table {table.name} lacks {', '.join(missing)}"
    return ""
