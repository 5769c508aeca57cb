"""Tables of automations: what they say, and their runs."""

import sqlalchemy as sa

from tingtang.kernel.database import metadata

automations = sa.Table(
    "automations",
    metadata,
    sa.Column("branch", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("changed_ms", sa.BigInteger, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
)

runs = sa.Table(
    "automation_runs",
    metadata,
    sa.Column("run", sa.Text, primary_key=True),
    sa.Column("branch", sa.Text, nullable=False),
    sa.Column("automation", sa.Text, nullable=False),
    sa.Column("started_ms", sa.BigInteger, nullable=False),
    sa.Column("ended_ms", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("started", sa.Text, nullable=False),
    sa.Column("results", sa.Text, nullable=False),
    sa.Index("ix_automation_runs_of", "branch", "automation", "started_ms"),
)
"""Follows from the log: :class:`~tingtang.kernel.automations.events.RunStarted` and ``RunEnded``."""
