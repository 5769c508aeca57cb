"""Many rows written by one call of the database.

``executemany`` lets go of the interpreter's lock twice for every row, and while the event loop is
busy each time of getting it back costs more than the row. One statement with all values lets go of
it once, and the database works on the other core meanwhile.
"""

import functools
import itertools
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

ROWS_MAX = 500
"""Rows in one statement: SQLite takes at most 32,766 values."""


def insert_rows(
    connection: sa.Connection,
    table: sa.Table,
    rows: Sequence[tuple[Any, ...]],
    *,
    replace: bool = False,
) -> None:
    """Insert ``rows``, each with a value for every column of ``table`` in its order.

    Values go to the driver as they are. ``replace`` overwrites rows with the same primary key.
    """
    for start in range(0, len(rows), ROWS_MAX):
        some = rows[start : start + ROWS_MAX]
        statement = _statement(connection.dialect.name, table, len(some), replace)
        connection.exec_driver_sql(statement, tuple(itertools.chain.from_iterable(some)))


@functools.lru_cache(maxsize=2048)
def _statement(dialect: str, table: sa.Table, rows: int, replace: bool) -> str:
    mark = "?" if dialect == "sqlite" else "%s"
    names = [column.name for column in table.columns]
    one = f"({', '.join([mark] * len(names))})"
    text = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES {', '.join([one] * rows)}"  # noqa: S608
    if not replace:
        return text
    keys = [column.name for column in table.primary_key.columns]
    others = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    return f"{text} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {others}"
