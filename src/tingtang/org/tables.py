"""The organisation's tables: one a kind of record, each record whole in ``body`` as JSON.

The organisation is small and read as a whole into the :class:`~tingtang.org.directory.Directory`;
columns beside ``body`` are those that the database itself must look at.
"""

from typing import Any

import sqlalchemy as sa

from tingtang.kernel.database import metadata


def _records(name: str, *columns: sa.Column[str]) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column("id", sa.Text, primary_key=True),
        *columns,
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("changed_ms", sa.BigInteger, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
    )


def _branch() -> sa.Column[str]:
    return sa.Column("branch", sa.Text, nullable=False, index=True)


units = _records("org_units")
branches = _records("org_branches", sa.Column("code", sa.Text, nullable=False, unique=True))
zones = _records("org_zones", _branch())
counters = _records("org_counters", _branch())
services = _records("org_services", sa.Column("code", sa.Text, nullable=False, unique=True))
migrations = _records("org_migrations")
staffing_plans = _records("org_staffing_plans")
themes = _records("org_themes")

staff = sa.Table(
    "org_staff",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("unit", sa.Text, nullable=False, index=True),
    sa.Column("login", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("employee_no", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("changed_ms", sa.BigInteger, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
)

sections = sa.Table(
    "org_sections",
    metadata,
    sa.Column("branch", sa.Text, primary_key=True),
    sa.Column("section", sa.Text, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("changed_ms", sa.BigInteger, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
)

plans = sa.Table(
    "org_plans",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)

branch_plans = sa.Table(
    "org_branch_plans",
    metadata,
    sa.Column("branch", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("changed_ms", sa.BigInteger, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
)


def plain(row: sa.Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """A row as data with plain names: those of SQLAlchemy are of a type of its own."""
    return {str(name): value for name, value in row._asdict().items()}
