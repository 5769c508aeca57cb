"""The outbox."""

import sqlalchemy as sa

from tingtang.kernel.database import metadata

outbox = sa.Table(
    "message_outbox",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("template", sa.Text, nullable=False),
    sa.Column("address", sa.LargeBinary, nullable=True),
    sa.Column("words", sa.LargeBinary, nullable=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due_ms", sa.BigInteger, nullable=False),
    sa.Column("saved_ms", sa.BigInteger, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Index("ix_message_outbox_state_due", "state", "due_ms"),
)
