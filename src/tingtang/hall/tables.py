"""The hall's tables: what was learned of waits, and the archive of closed days."""

import sqlalchemy as sa

from tingtang.kernel.database import metadata

waits = sa.Table(
    "hall_waits",
    metadata,
    sa.Column("branch", sa.Text, primary_key=True),
    sa.Column("date", sa.Text, primary_key=True),
    sa.Column("learned", sa.Text, nullable=False),
    sa.Column("calibration", sa.Text, nullable=False),
)

legs = sa.Table(
    "hall_legs",
    metadata,
    sa.Column("ticket", sa.Text, primary_key=True),
    sa.Column("leg", sa.Integer, primary_key=True),
    sa.Column("branch", sa.Text, nullable=False),
    sa.Column("date", sa.Text, nullable=False),
    sa.Column("visit", sa.Text, nullable=False),
    sa.Column("customer", sa.Text),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("segment", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("service", sa.Text, nullable=False),
    sa.Column("counter", sa.Text, nullable=False),
    sa.Column("staff", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("queued_ms", sa.BigInteger, nullable=False),
    sa.Column("booked_ms", sa.BigInteger, nullable=False),
    sa.Column("called_ms", sa.BigInteger, nullable=False),
    sa.Column("started_ms", sa.BigInteger, nullable=False),
    sa.Column("ended_ms", sa.BigInteger, nullable=False),
    sa.Column("score", sa.Integer, nullable=False),
    sa.Index("ix_hall_legs_branch_date", "branch", "date"),
    sa.Index("ix_hall_legs_customer", "customer"),
)
