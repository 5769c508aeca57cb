"""Backup of a running system, and restore into an empty database of either kind.

A backup is a zip file: one member of JSON lines for each table, and a manifest with their columns,
row counts and SHA-256. It is read from one snapshot of the database, in which everything is that
was acknowledged before the backup began, and which the server does not notice. The key file is not
inside: who has the backup alone cannot read the sealed fields in it, and who loses the key file
cannot either. Keep a copy of it in another place.
"""

import base64
import hashlib
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec
import sqlalchemy as sa

from tingtang.kernel import log_tables as t
from tingtang.kernel.database import Database
from tingtang.kernel.errors import Trouble

FORMAT = "tingtang backup 1"
MANIFEST = "manifest.json"
CHUNK = 1000
"""Rows read or written at a time."""
COMPRESSION = 4
"""Deflate level: beyond it the file hardly shrinks and the time doubles."""

Progress = Callable[[int], None]
"""Told how many more rows were copied."""

_KINDS: tuple[tuple[type[sa.types.TypeEngine[Any]], str], ...] = (
    (sa.LargeBinary, "bytes"),
    (sa.JSON, "json"),
    (sa.Boolean, "bool"),
    (sa.Integer, "int"),
    (sa.Float, "float"),
    (sa.String, "text"),
)
_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "bytes": sa.LargeBinary(),
    "json": sa.JSON(),
    "bool": sa.Boolean(),
    "int": sa.BigInteger(),
    "float": sa.Float(),
    "text": sa.Text(),
}


class BackupProblem(Trouble):
    """The backup cannot be made or restored; the words say why. Nothing was changed."""


class TableEntry(msgspec.Struct, frozen=True):
    """One table in a backup."""

    name: str
    columns: list[tuple[str, str]]
    """Name and kind of each column, in the order of the values in a row."""
    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What is in a backup."""

    format: str
    program: str
    revision: str
    """Of the schema."""
    created_ms: int
    position: int
    """The newest event in it."""
    tables: list[TableEntry]


def count_rows(connection: sa.Connection, tables: Iterable[sa.Table]) -> int:
    """How many rows a backup will hold."""
    return sum(
        connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables
    )


def backup(
    connection: sa.Connection,
    tables: Iterable[sa.Table],
    path: Path,
    *,
    program: str,
    revision: str,
    now_ms: int,
    progress: Progress = lambda _: None,
) -> Manifest:
    """Write all rows of ``tables``, as one transaction of ``connection`` sees them, to ``path``.

    ``tables`` come in an order in which they can be filled. The file gets its name only when it is
    complete.
    """
    if path.exists():
        raise BackupProblem(
            f"{path} 已存在，备份文件不可覆盖",
            f"{path} exists already; a backup is never overwritten",
        )
    position = connection.scalar(sa.select(sa.func.max(t.events.c.position))) or 0
    beside = path.with_name(f".{path.name}.part")
    try:
        with (
            os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION) as archive,
        ):
            entries = [_write_table(connection, table, archive, progress) for table in tables]
            manifest = Manifest(FORMAT, program, revision, now_ms, position, entries)
            archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
            archive.close()
            file.flush()
            os.fsync(file.fileno())
        beside.rename(path)
    finally:
        beside.unlink(missing_ok=True)
    return manifest


def read_manifest(path: Path) -> Manifest:
    """What is in the backup ``path``; raises :class:`BackupProblem`."""
    with _archive(path) as archive:
        return _manifest(archive, path)


def restore(
    database: Database,
    path: Path,
    *,
    migrate: Callable[[sa.Connection, str], None],
    check: Callable[[sa.Connection], None],
    progress: Progress = lambda _: None,
) -> Manifest:
    """Fill an empty database from a backup, in one transaction.

    ``migrate(connection, revision)`` brings the schema to a revision: to the backup's before its
    rows come, to "head" after. ``check(connection)`` looks at the result and raises if it is not
    whole, which undoes everything. Raises :class:`BackupProblem`.
    """
    with _archive(path) as archive, database.writer.begin() as connection:
        manifest = _manifest(archive, path)
        _require_empty(connection)
        migrate(connection, manifest.revision)
        for entry in manifest.tables:
            _read_table(connection, archive, entry, progress)
        migrate(connection, "head")
        _set_counters(connection)
        check(connection)
    return manifest


def _write_table(
    connection: sa.Connection, table: sa.Table, archive: zipfile.ZipFile, progress: Progress
) -> TableEntry:
    digest, count = hashlib.sha256(), 0
    columns = [(str(column.name), _kind_of(column)) for column in table.columns]
    query = sa.select(table).order_by(*table.primary_key.columns)
    rows = connection.execution_options(stream_results=True, yield_per=CHUNK).execute(query)
    with archive.open(_member(table.name), "w", force_zip64=True) as out:
        for chunk in rows.partitions():
            lines = b"".join(msgspec.json.encode(list(row)) + b"\n" for row in chunk)
            digest.update(lines)
            out.write(lines)
            count += len(chunk)
            progress(len(chunk))
    return TableEntry(str(table.name), columns, count, digest.hexdigest())


def _read_table(
    connection: sa.Connection, archive: zipfile.ZipFile, entry: TableEntry, progress: Progress
) -> None:
    table = sa.table(entry.name, *(sa.column(name, _TYPES[kind]) for name, kind in entry.columns))
    names = [name for name, _ in entry.columns]
    binary = [name for name, kind in entry.columns if kind == "bytes"]
    digest, count = hashlib.sha256(), 0
    with archive.open(_member(entry.name)) as lines:
        for chunk in _chunks(lines):
            rows = []
            for line in chunk:
                digest.update(line)
                row = dict(zip(names, msgspec.json.decode(line), strict=True))
                for name in binary:
                    if row[name] is not None:
                        row[name] = base64.b64decode(row[name])
                rows.append(row)
            connection.execute(sa.insert(table), rows)
            count += len(rows)
            progress(len(rows))
    if (count, digest.hexdigest()) != (entry.rows, entry.sha256):
        raise BackupProblem(
            f"备份中的表 {entry.name} 已损坏：校验值不符",
            f"table {entry.name} in the backup is damaged: its checksum differs",
        )


def _chunks(lines: IO[bytes]) -> Iterator[list[bytes]]:
    chunk: list[bytes] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (OSError, zipfile.BadZipFile, EOFError) as error:
        raise BackupProblem(
            f"{path} 不能作为备份读取：{error}", f"{path} cannot be read as a backup: {error}"
        ) from None


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
    except (KeyError, msgspec.DecodeError):
        raise BackupProblem(
            f"{path} 不是完整的备份", f"{path} is not a backup, or not all of one"
        ) from None
    if manifest.format != FORMAT:
        raise BackupProblem(
            f"{path} 的格式为 {manifest.format}，本版本无法读取",
            f"{path} is a {manifest.format}, which this version cannot read",
        )
    return manifest


def _require_empty(connection: sa.Connection) -> None:
    for name in sorted(sa.inspect(connection).get_table_names()):
        rows = sa.select(sa.literal(1)).select_from(sa.table(name)).limit(1)
        if name != "alembic_version" and connection.scalar(rows) is not None:
            raise BackupProblem(
                f"数据库不是空的：表 {name} 中有数据。请恢复到新的数据库，本库未作改动",
                f"the database is not empty: table {name} has rows. Restore into a new database; "
                "this one was not changed",
            )


def _set_counters(connection: sa.Connection) -> None:
    """PostgreSQL counts its serial columns beside the table: go on after the restored rows."""
    if connection.dialect.name != "postgresql":
        return
    inspector = sa.inspect(connection)
    for name in inspector.get_table_names():
        for column in inspector.get_columns(name):
            if not str(column.get("default") or "").startswith("nextval("):
                continue
            serial = sa.func.pg_get_serial_sequence(name, column["name"])
            newest: sa.Select[tuple[int]] = sa.select(sa.func.max(sa.column(column["name"])))
            newest = newest.select_from(sa.table(name))
            connection.execute(sa.select(sa.func.setval(serial, newest.scalar_subquery())))


def _kind_of(column: sa.Column[Any]) -> str:
    for type_, kind in _KINDS:
        if isinstance(column.type, type_):
            return kind
    raise BackupProblem(
        f"{column} 的类型 {column.type!r} 无法备份",
        f"{column} has a type that a backup cannot hold: {column.type!r}",
    )


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"
