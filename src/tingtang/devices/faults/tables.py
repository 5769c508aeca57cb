"""Tables of faults: the conditions that devices were in, and maintenance windows."""

import sqlalchemy as sa

from tingtang.kernel.database import metadata

spells = sa.Table(
    "device_spells",
    metadata,
    sa.Column("device", sa.Text, primary_key=True),
    sa.Column("from_ms", sa.BigInteger, primary_key=True),
    sa.Column("until_ms", sa.BigInteger, nullable=True),
    sa.Column("condition", sa.Text, nullable=False),
    sa.Column("parts", sa.Text, nullable=False),
)
"""Each row ends where the next of its device begins; the newest has no end yet."""

windows = sa.Table(
    "device_windows",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("branch", sa.Text, nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
)
