"""The database: one metadata for all tables, one writer connection, a few readers.

SQLite before 3.51.3 can corrupt a file when several connections write and checkpoint, so exactly
one connection of exactly one process writes; readers are told never to write nor checkpoint.
"""

import asyncio
import fcntl
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from tingtang.kernel.errors import Trouble

T = TypeVar("T")

READERS_MAX = 4
"""Reader connections (and threads); reads are short, and two cores gain nothing from more."""

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    }
)


class NoDatabase(Trouble):
    """There is no such SQLite file."""


class DatabaseInUse(Trouble):
    """Another Tingtang process writes to this SQLite file."""


class Database:
    """Engines for one database URL (``sqlite:///file`` or ``postgresql+psycopg://...``)."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.node = secrets.token_hex(8)
        """What this process is called among those that share one PostgreSQL."""
        self._lock: TextIO | None = None
        if self.is_sqlite:
            self._lock = _lock_file(self.url)
        self.writer = self._engine(writes=True)
        self.reader = self._engine(writes=False)
        self._threads = ThreadPoolExecutor(READERS_MAX, thread_name_prefix="reader")

    def _engine(self, *, writes: bool) -> sa.Engine:
        if not self.is_sqlite:
            return _postgresql(self.url, writes=writes)
        engine = sa.create_engine(
            self.url,
            poolclass=sa.QueuePool,
            pool_size=1 if writes else READERS_MAX,
            max_overflow=0,
            hide_parameters=True,  # an error must not quote the row into a log
            connect_args={"check_same_thread": False, "timeout": 10},
        )
        pragmas = ["journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"]
        pragmas.append("secure_delete=ON")  # what is erased is gone from the file too
        if not writes:
            pragmas = ["query_only=ON", "wal_autocheckpoint=0"]

        @sa.event.listens_for(engine, "connect")
        def _on_connect(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # we say BEGIN ourselves
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}")

        @sa.event.listens_for(engine, "begin")
        def _on_begin(connection: sa.Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

        return engine

    @contextmanager
    def unflushed(self) -> Iterator[None]:
        """Write without waiting for the disk: for a past that is made up and can be made up again.
        What is written afterwards is flushed as ever, and all before it. No effect on PostgreSQL.
        """
        self._set_synchronous("OFF")
        try:
            yield
        finally:
            self._set_synchronous("FULL")

    def _set_synchronous(self, how: str) -> None:
        if self.is_sqlite:
            connection = self.writer.raw_connection()  # no transaction: it cannot be set within one
            connection.cursor().execute(f"PRAGMA synchronous={how}")
            connection.close()

    def create_tables(self) -> None:
        """Create what is missing of the known tables; existing ones are left as they are."""
        metadata.create_all(self.writer)

    async def read(self, query: Callable[[sa.Connection], T]) -> T:
        """Run ``query`` on a reader connection in a thread; it sees one consistent snapshot."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.read_now, query)

    def read_now(self, query: Callable[[sa.Connection], T]) -> T:
        """The same, in this thread: for start-up and the command line."""
        with self.reader.begin() as connection:
            return query(connection)

    def close(self) -> None:
        """Close all connections and give the file free for another process."""
        self._threads.shutdown(wait=True)
        self.reader.dispose()
        self.writer.dispose()
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def upsert(target: Database | sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT of the database's own dialect, which knows ``on_conflict_do_...``."""
    if isinstance(target, Database):
        is_sqlite = target.is_sqlite
    else:
        is_sqlite = target.dialect.name == "sqlite"
    return sqlite.insert(table) if is_sqlite else postgresql.insert(table)


def open_for_reading(url: str) -> sa.Engine:
    """An engine for one reader beside a running server: it takes no lock and cannot write.

    Every transaction is one snapshot. Raises :class:`NoDatabase` where there is no such SQLite
    file.
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return _postgresql(parsed, writes=False)
    path = Path(parsed.database or "").absolute()
    if not path.is_file():
        raise NoDatabase(f"没有数据库文件 {path}", f"there is no database file at {path}")
    engine = sa.create_engine(
        "sqlite://",
        poolclass=sa.NullPool,
        # mode=ro: even the last one to close the file does not checkpoint it.
        creator=lambda: sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10),
    )

    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _postgresql(url: sa.URL, *, writes: bool) -> sa.Engine:
    engine = sa.create_engine(
        url,
        pool_size=1 if writes else READERS_MAX,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,
        # The writer must see what was committed while it waited for its lock; readers must see
        # one moment. Said here, because a server may be set up with other defaults.
        isolation_level="READ COMMITTED" if writes else "REPEATABLE READ",
    )
    if not writes:

        @sa.event.listens_for(engine, "connect")
        def _on_connect(connection: Any, _record: Any) -> None:
            connection.read_only = True

    return engine


def _lock_file(url: sa.URL) -> TextIO | None:
    if not url.database or url.database == ":memory:":
        return None
    path = Path(url.database)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.with_name(path.name + ".lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise DatabaseInUse(
            f"另一个厅堂进程正在使用 {path}", f"another Tingtang process is using {path}"
        ) from None
    return file
