"""Tables of customers: facts in the clear, everything personal sealed and found by blind index."""

import sqlalchemy as sa

from tingtang.kernel.database import metadata

customers = sa.Table(
    "customers",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("branch", sa.Text, nullable=False, index=True),
    sa.Column("facts", sa.Text, nullable=False),
    sa.Column("details", sa.LargeBinary, nullable=True),
    sa.Column("saved_ms", sa.BigInteger, nullable=False),
)

keys = sa.Table(
    "customer_keys",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("customer", sa.Text, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
)

consents = sa.Table(
    "customer_consents",
    metadata,
    sa.Column("customer", sa.Text, primary_key=True),
    sa.Column("purpose", sa.Text, primary_key=True),
    sa.Column("at_ms", sa.BigInteger, primary_key=True),
    sa.Column("given", sa.Boolean, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("how", sa.Text, nullable=False),
)
