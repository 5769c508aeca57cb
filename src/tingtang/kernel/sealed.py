"""Sealed columns: personal data in tables, readable only through the vault.

A column says so in its ``info``, and everything else follows from that::

    sa.Column("phone", sa.LargeBinary, info=sealed(index="phone_index")),
    sa.Column("phone_index", sa.LargeBinary, index=True),
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.kernel.vault import HEADER, Vault

INFO = "sealed"


class _Sealed(msgspec.Struct, frozen=True):
    index: str


def sealed(*, index: str = "") -> dict[str, _Sealed]:
    """The ``info`` of a sealed column; ``index`` names the column of its blind index, if any."""
    return {INFO: _Sealed(index)}


def seal(
    vault: Vault, column: sa.Column[Any], row: Mapping[str, Any], text: str | None
) -> dict[str, bytes | None]:
    """The values to write for ``text``: the sealed column's and its blind index's.

    ``row`` holds at least the primary key of the row they are written to.
    """
    index = _index_of(column)
    values = {column.name: None if text is None else vault.seal(text, _place(column, row))}
    if index is not None:
        values[index.name] = None if text is None else vault.index(text, _purpose(column))
    return values


def unseal(vault: Vault, column: sa.Column[Any], row: Mapping[str, Any]) -> str | None:
    """The text in ``row``, which holds the sealed value and the primary key."""
    value = row[column.name]
    return None if value is None else vault.open(bytes(value), _place(column, row))


def holds(vault: Vault, column: sa.Column[Any], text: str) -> sa.ColumnElement[bool]:
    """The condition that the sealed column holds ``text``, however it was spelled or sealed."""
    index = _index_of(column)
    if index is None:
        raise LookupError(f"{column} has no blind index")
    return index.in_(vault.indexes(text, _purpose(column)))


def erase(connection: sa.Connection, table: sa.Table, where: sa.ColumnElement[bool]) -> int:
    """Empty every sealed column, and its index, of the rows; gives back how many rows."""
    columns = list(sealed_columns(table))
    indexes = [_index_of(column) for column in columns]
    names = [column.name for column in (*columns, *indexes) if column is not None]
    statement = sa.update(table).where(where).values(dict.fromkeys(names))
    return connection.execute(statement).rowcount


def sealed_columns(table: sa.Table) -> Iterator[sa.Column[Any]]:
    """The sealed columns of ``table``."""
    return (column for column in table.columns if INFO in column.info)


def to_reseal(connection: sa.Connection, vault: Vault, column: sa.Column[Any]) -> int:
    """How many rows of ``column`` are sealed with an older key."""
    query = sa.select(sa.func.count()).select_from(column.table).where(_is_old(vault, column))
    return connection.scalar(query) or 0


def reseal(connection: sa.Connection, vault: Vault, column: sa.Column[Any], limit: int) -> int:
    """Seal up to ``limit`` values of ``column`` again with the newest key; 0 when all are."""
    table = column.table
    keys = list(table.primary_key.columns)
    rows = connection.execute(
        sa.select(*keys, column).where(_is_old(vault, column)).limit(limit)
    ).all()
    for found in rows:
        row = found._asdict()
        values = seal(vault, column, row, unseal(vault, column, row))
        mine = sa.and_(*(key == row[key.name] for key in keys))
        connection.execute(sa.update(table).where(mine).values(values))
    return len(rows)


def _is_old(vault: Vault, column: sa.Column[Any]) -> sa.ColumnElement[bool]:
    header = sa.literal(vault.current_header(), sa.LargeBinary)
    return sa.and_(column.is_not(None), sa.func.substr(column, 1, HEADER.size) != header)


def _index_of(column: sa.Column[Any]) -> sa.Column[Any] | None:
    index = column.info[INFO].index
    return column.table.columns[index] if index else None


def _purpose(column: sa.Column[Any]) -> str:
    return f"{column.table.name}/{column.name}"


def _place(column: sa.Column[Any], row: Mapping[str, Any]) -> str:
    table = column.table
    key = "/".join(str(row[part.name]) for part in table.primary_key.columns)
    return f"{_purpose(column)}/{key}"
