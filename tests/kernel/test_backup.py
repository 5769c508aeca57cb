"""Backup and restore: of a running system, from one kind of database to the other."""

import asyncio
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.kernel.ledger import TYPES, give
from tests.kernel.processes import acknowledged, start
from tingtang import migrations
from tingtang.kernel import log_tables as t
from tingtang.kernel.audit import verify
from tingtang.kernel.backup import (
    BackupProblem,
    Manifest,
    backup,
    count_rows,
    read_manifest,
    restore,
)
from tingtang.kernel.database import Database, NoDatabase, open_for_reading
from tingtang.kernel.log import EventLog, Key
from tingtang.schema import complete_metadata

TABLES = complete_metadata().sorted_tables


def make(url: str, path: Path) -> Manifest:
    engine = open_for_reading(url)
    try:
        with engine.begin() as connection:
            return backup(connection, TABLES, path, program="0", revision="0001", now_ms=7)
    finally:
        engine.dispose()


def check(connection: sa.Connection) -> None:
    if not verify(connection).ok:
        raise BackupProblem("日志不完整", "the log in the backup is not whole")


def fill(database: Database, path: Path) -> Manifest:
    return restore(database, path, migrate=migrations.upgrade, check=check)


@pytest.fixture
def target(empty_url: str, tmp_path: Path) -> Iterator[Database]:
    """An empty database of either kind, which is not the one that was backed up."""
    if empty_url.startswith("sqlite"):
        empty_url = f"sqlite:///{tmp_path / 'restored.db'}"
    database = Database(empty_url)
    yield database
    database.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "backup.zip"


async def write(url: str) -> None:
    database = Database(url)
    log = EventLog(database, TYPES)
    await log.start()
    for i in range(25):
        await log.append(give(f"s{i % 4}", i, key=Key(f"k{i}", "r"), answer=bytes(range(i))))
    await log.stop()
    database.close()


async def test_a_database_is_restored_in_either_kind(
    database_url: str, target: Database, path: Path
) -> None:
    await write(database_url)
    made = make(database_url, path)
    assert made.position == 25
    assert {entry.name: entry.rows for entry in made.tables if entry.rows} == {
        "events": 25, "streams": 4, "answers": 25,
    }  # fmt: skip
    assert read_manifest(path) == made
    assert path.stat().st_mode & 0o077 == 0

    assert fill(target, path) == made
    source = open_for_reading(database_url)
    with source.begin() as before, target.reader.begin() as after:
        for table in TABLES:
            query = sa.select(table).order_by(*table.primary_key.columns)
            assert before.execute(query).all() == after.execute(query).all()
    source.dispose()
    log = EventLog(target, TYPES)
    await log.start()
    assert (await log.append(give("s0", 1, expected=7))).position == 26
    await log.stop()


async def test_the_backup_of_a_running_system_holds_all_that_was_acknowledged(
    database_url: str, tmp_path: Path, path: Path
) -> None:
    with start("tests.kernel.appender", database_url, "w", "8") as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(200)]
        manifest = make(database_url, path)
        still_writing = [writer.stdout.readline() for _ in range(50)]
        writer.kill()
    restored = Database(f"sqlite:///{tmp_path / 'restored.db'}")
    fill(restored, path)
    with restored.reader.begin() as connection:
        assert verify(connection).ok
        query = sa.select(t.events.c.stream, t.events.c.sequence, t.events.c.position)
        found = {tuple(row) for row in connection.execute(query)}
    restored.close()
    assert {acknowledged(line) for line in lines} <= found
    assert len(found) == manifest.position
    assert all(still_writing)


def test_the_server_of_a_killed_process_can_be_backed_up(sqlite_url: str, path: Path) -> None:
    """Its write-ahead log is still there, and nobody is to repair anything."""
    with start("tests.kernel.appender", sqlite_url, "w", "4") as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(50)]
        writer.kill()
    assert make(sqlite_url, path).position >= max(acknowledged(line)[2] for line in lines)


async def test_a_database_that_is_not_empty_is_refused_and_left_alone(
    database_url: str, path: Path
) -> None:
    await write(database_url)
    make(database_url, path)
    database = Database(database_url)
    with pytest.raises(BackupProblem, match="not empty: table answers has rows"):
        fill(database, path)
    with database.reader.begin() as connection:
        assert count_rows(connection, [t.events]) == 25
    database.close()


async def test_a_damaged_backup_is_refused_and_nothing_is_left_of_it(
    sqlite_url: str, target: Database, path: Path, tmp_path: Path
) -> None:
    await write(sqlite_url)
    make(sqlite_url, path)
    damaged = tmp_path / "damaged.zip"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(damaged, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "tables/events.jsonl":
                content = content.replace(b'"b1"', b'"b2"', 1)
            new.writestr(name, content)
    with pytest.raises(BackupProblem, match="table events in the backup is damaged"):
        fill(target, damaged)
    with target.reader.begin() as connection:
        assert sa.inspect(connection).get_table_names() == []


async def test_a_backup_of_a_log_that_is_not_whole_is_not_restored(
    sqlite_url: str, target: Database, path: Path
) -> None:
    await write(sqlite_url)
    source = Database(sqlite_url)
    with source.writer.begin() as connection:
        connection.execute(sa.text("UPDATE events SET actor = 'x' WHERE position = 9"))
    source.close()
    make(sqlite_url, path)
    with pytest.raises(BackupProblem, match="not whole"):
        fill(target, path)


@pytest.mark.parametrize("content", [b"", b"PK", b"not a backup at all"])
def test_what_is_no_backup_is_refused(target: Database, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(BackupProblem, match="cannot be read as a backup"):
        fill(target, path)


def test_half_a_backup_is_refused(sqlite_url: str, target: Database, path: Path) -> None:
    asyncio.run(write(sqlite_url))
    make(sqlite_url, path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(BackupProblem):
        fill(target, path)


def test_a_backup_is_never_overwritten(sqlite_url: str, path: Path) -> None:
    make(sqlite_url, path)
    with pytest.raises(BackupProblem, match="exists already"):
        make(sqlite_url, path)
    assert [p.name for p in path.parent.iterdir() if "backup" in p.name] == ["backup.zip"]


def test_there_is_no_backup_of_a_file_that_is_not_there(tmp_path: Path, path: Path) -> None:
    with pytest.raises(NoDatabase, match="no database file"):
        make(f"sqlite:///{tmp_path / 'missing.db'}", path)
    assert not (tmp_path / "missing.db").exists()


def test_every_column_of_every_table_fits_into_a_backup(sqlite_url: str, path: Path) -> None:
    assert {entry.name for entry in make(sqlite_url, path).tables} == {t.name for t in TABLES}
