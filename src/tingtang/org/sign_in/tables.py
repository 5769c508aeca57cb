"""Credentials, sessions, terminals and their invitations. Tokens and codes are kept as digests."""

import sqlalchemy as sa

from tingtang.kernel.database import metadata
from tingtang.kernel.sealed import sealed

credentials = sa.Table(
    "credentials",
    metadata,
    sa.Column("staff", sa.Text, primary_key=True),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("must_change", sa.Boolean, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("locked_until_ms", sa.BigInteger, nullable=False),
    sa.Column("totp", sa.LargeBinary, info=sealed()),
    sa.Column("totp_pending", sa.LargeBinary, info=sealed()),
    sa.Column("totp_step", sa.BigInteger, nullable=False),
    sa.Column("recovery", sa.Text, nullable=False),
    sa.Column("changed_ms", sa.BigInteger, nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("token_digest", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False, index=True),
    sa.Column("limited", sa.Text, nullable=False),
    sa.Column("surface", sa.Text, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("seen_ms", sa.BigInteger, nullable=False),
    sa.Column("idle_ms", sa.BigInteger, nullable=False),
    sa.Column("expires_ms", sa.BigInteger, nullable=False, index=True),
)

terminals = sa.Table(
    "terminals",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("branch", sa.Text, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("counter", sa.Text, nullable=False),
    sa.Column("enrolled_ms", sa.BigInteger, nullable=False),
    sa.Column("revoked_ms", sa.BigInteger, nullable=False),
)

invitations = sa.Table(
    "invitations",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("code_digest", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("branch", sa.Text, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("counter", sa.Text, nullable=False),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
    sa.Column("used_ms", sa.BigInteger, nullable=False),
)

revoked_links = sa.Table(
    "revoked_links",
    metadata,
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("before_ms", sa.BigInteger, nullable=False),
    sa.Column("until_ms", sa.BigInteger, nullable=False),
)

demo_links = sa.Table(
    "demo_links",
    metadata,
    sa.Column("token_digest", sa.LargeBinary, primary_key=True),
    sa.Column("owner_kind", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("surface", sa.Text, nullable=False),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
    sa.Column("used_ms", sa.BigInteger, nullable=False),
)
