"""Tables of journeys: where each stands, what was entered, and the versions of scenarios."""

import sqlalchemy as sa

from tingtang.kernel.database import metadata
from tingtang.kernel.sealed import sealed

journeys = sa.Table(
    "journeys",
    metadata,
    sa.Column("journey", sa.Text, primary_key=True),
    sa.Column("branch", sa.Text, nullable=False),
    sa.Column("scenario", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("visit", sa.Text),
    sa.Column("customer", sa.Text),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("started_ms", sa.BigInteger, nullable=False),
    sa.Column("changed_ms", sa.BigInteger, nullable=False),
    sa.Index("ix_journeys_branch_status", "branch", "status"),
    sa.Index("ix_journeys_status_changed_ms", "status", "changed_ms"),
    sa.Index("ix_journeys_customer", "customer"),
    sa.Index("ix_journeys_holder_status", "holder", "status"),
)

entries = sa.Table(
    "journey_entries",
    metadata,
    sa.Column("journey", sa.Text, primary_key=True),
    sa.Column("entry", sa.Integer, primary_key=True),
    sa.Column("body", sa.LargeBinary, info=sealed()),
)
"""What was answered and what came of actions, as JSON under seal; entry 0 is what was known at the
start. Emptied when the time to keep it is over. Pictures of entry ``n`` lie under ``-n``, and only
until the journey has ended."""

codes = sa.Table(
    "journey_codes",
    metadata,
    sa.Column("code_digest", sa.LargeBinary, primary_key=True),
    sa.Column("branch", sa.Text, primary_key=True),
    sa.Column("journey", sa.Text, nullable=False),
    sa.Column("until_ms", sa.BigInteger, nullable=False),
)
"""Short codes by which a terminal of the same branch takes a journey over, until they run out."""

scenarios = sa.Table(
    "scenario_versions",
    metadata,
    sa.Column("scenario", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("releaser", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("saved_ms", sa.BigInteger, nullable=False),
    sa.Column("released_ms", sa.BigInteger, nullable=False),
    sa.Column("bundle", sa.Text, nullable=False),
)
"""Versions that the bank made; what ships with the program is version 0 of each. ``bundle`` holds
all files by name as JSON, the shared processes of that day among them: a running journey finishes
on exactly what it began with."""
