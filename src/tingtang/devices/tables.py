"""Tables of devices: the register, and what they measured."""

import sqlalchemy as sa

from tingtang.kernel.database import metadata
from tingtang.kernel.sealed import sealed

devices = sa.Table(
    "devices",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("branch", sa.Text, nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("secret_digest", sa.LargeBinary, nullable=True),
)

samples = sa.Table(
    "device_samples",
    metadata,
    sa.Column("device", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("time_ms", sa.BigInteger, primary_key=True),
    sa.Column("value", sa.Float, nullable=False),
)
"""Append-only, with a retention; a switch is 0 or 1."""

files = sa.Table(
    "device_files",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("command", sa.Text, nullable=False),
    sa.Column("time_ms", sa.BigInteger, nullable=False, index=True),
    sa.Column("body", sa.LargeBinary, nullable=False, info=sealed()),
    sa.Index("ix_device_files_device_kind", "device", "kind"),
)
"""Pictures and logs that devices sent: a few of each, for a while; base64 under seal."""
