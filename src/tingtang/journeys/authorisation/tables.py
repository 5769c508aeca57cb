"""Where every request stands, and what its authoriser is shown."""

import sqlalchemy as sa

from tingtang.kernel.database import metadata
from tingtang.kernel.sealed import sealed

requests = sa.Table(
    "authorisations",
    metadata,
    sa.Column("authorisation", sa.Text, primary_key=True),
    sa.Column("branch", sa.Text, nullable=False),
    sa.Column("journey", sa.Text, nullable=False),
    sa.Column("scenario", sa.Text, nullable=False),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("modes", sa.Text, nullable=False),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("wanted", sa.Integer, nullable=False),
    sa.Column("taken_by", sa.Text, nullable=False),
    sa.Column("given_by", sa.Text, nullable=False),
    sa.Column("asked_ms", sa.BigInteger, nullable=False),
    sa.Column("ended_ms", sa.BigInteger, nullable=False),
    sa.Index("ix_authorisations_standing", "standing", "priority", "asked_ms"),
    sa.Index("ix_authorisations_branch_asked_ms", "branch", "asked_ms"),
)

"""``wanted``: how many people have yet to say yes; ``given_by``: who has; ``modes``: where. Names are
parted by blanks."""

evidence = sa.Table(
    "authorisation_evidence",
    metadata,
    sa.Column("authorisation", sa.Text, primary_key=True),
    sa.Column("body", sa.LargeBinary, info=sealed()),
    sa.Column("kept_until_ms", sa.BigInteger, nullable=False),
    sa.Index("ix_authorisation_evidence_kept_until_ms", "kept_until_ms"),
)
"""What is shown, as JSON under seal; emptied when its time is over."""
