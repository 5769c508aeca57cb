"""Where every order stands, for whom it is, and how clearings and voucher movements ended."""

import sqlalchemy as sa

from tingtang.kernel.database import metadata
from tingtang.kernel.sealed import sealed

items = sa.Table(
    "delivery_items",
    metadata,
    sa.Column("item", sa.Text, primary_key=True),
    sa.Column("branch", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("how", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("is_trade_done", sa.Boolean, nullable=False),
    sa.Column("trace", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("seal", sa.Text, nullable=False),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("cell", sa.Integer, nullable=False),
    sa.Column("tracking", sa.Text, nullable=False),
    sa.Column("wrong_tries", sa.Integer, nullable=False),
    sa.Column("ordered_ms", sa.BigInteger, nullable=False),
    sa.Column("changed_ms", sa.BigInteger, nullable=False),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
    sa.Index("ix_delivery_items_branch_status", "branch", "status"),
    sa.Index("ix_delivery_items_seal", "seal"),
)

receivers = sa.Table(
    "delivery_receivers",
    metadata,
    sa.Column("item", sa.Text, primary_key=True),
    sa.Column("branch", sa.Text, nullable=False),
    sa.Column("id_number", sa.LargeBinary, info=sealed(index="id_number_index")),
    sa.Column("id_number_index", sa.LargeBinary, index=True),
    sa.Column("code", sa.LargeBinary, info=sealed()),
    sa.Column("name", sa.LargeBinary, info=sealed()),
    sa.Column("phone", sa.LargeBinary, info=sealed()),
    sa.Column("address", sa.LargeBinary, info=sealed()),
    sa.Column("note", sa.LargeBinary, info=sealed()),
    sa.Column("cancel_reason", sa.LargeBinary, info=sealed()),
    sa.Column("kept_until_ms", sa.BigInteger, nullable=False),
)
"""Whose item it is, the pick-up code, where mail goes, and what people wrote of it, who may have written
names: sealed, and erased in time."""

voucher_tasks = sa.Table(
    "delivery_voucher_tasks",
    metadata,
    sa.Column("task", sa.Text, primary_key=True),
    sa.Column("branch", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("asked_ms", sa.BigInteger, nullable=False),
    sa.Index("ix_delivery_voucher_tasks_branch_state", "branch", "state"),
)
"""Movements and voids that wait for a second person, and those that are over; ``body`` is JSON."""

clearings = sa.Table(
    "delivery_clearings",
    metadata,
    sa.Column("clearing", sa.Text, primary_key=True),
    sa.Column("branch", sa.Text, nullable=False),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("date", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("begun_ms", sa.BigInteger, nullable=False),
    sa.Column("changed_ms", sa.BigInteger, nullable=False),
    sa.Index("ix_delivery_clearings_branch_date", "branch", "date"),
)

closed_days = sa.Table(
    "delivery_closed_days",
    metadata,
    sa.Column("branch", sa.Text, primary_key=True),
    sa.Column("date", sa.Text, primary_key=True),
    sa.Column("closed_by", sa.Text, nullable=False),
    sa.Column("closed_ms", sa.BigInteger, nullable=False),
)
