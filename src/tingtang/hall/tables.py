"""The hall's tables: what was learned of waits, the archive of closed days, bookings
by id, complaints, and the outbox of webhooks."""

import sqlalchemy as sa

from tingtang.kernel.database import metadata
from tingtang.kernel.sealed import sealed

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

bookings = sa.Table(
    "hall_bookings",
    metadata,
    sa.Column("booking", sa.Text, primary_key=True),
    sa.Column("branch", sa.Text, nullable=False),
    sa.Column("date", sa.Text, nullable=False),
    sa.Column("service", sa.Text, nullable=False),
    sa.Column("start_ms", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("due_ms", sa.BigInteger, nullable=False),
    sa.Index("ix_hall_bookings_branch_date", "branch", "date"),
    sa.Index("ix_hall_bookings_state_due_ms", "state", "due_ms"),
)
"""Where each booking is. ``due_ms``: when a hold runs out, or the booked time comes."""

contacts = sa.Table(
    "hall_contacts",
    metadata,
    sa.Column("booking", sa.Text, primary_key=True),
    sa.Column("branch", sa.Text, nullable=False),
    sa.Column("erase_ms", sa.BigInteger, nullable=False, index=True),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("phone", sa.LargeBinary, info=sealed(index="phone_index")),
    sa.Column("phone_index", sa.LargeBinary, index=True),
    sa.Column("name", sa.LargeBinary, info=sealed()),
    sa.Column("codes", sa.LargeBinary, info=sealed()),
)
"""Who booked: personal, so sealed, and gone some weeks after the day."""

complaints = sa.Table(
    "hall_complaints",
    metadata,
    sa.Column("complaint", sa.Text, primary_key=True),
    sa.Column("branch", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("registered_ms", sa.BigInteger, nullable=False),
    sa.Column("due_ms", sa.BigInteger, nullable=False),
    sa.Column("answered_ms", sa.BigInteger, nullable=False),
    sa.Column("score", sa.Integer, nullable=False),
    sa.Column("staff", sa.Text, nullable=False),
    sa.Column("text", sa.LargeBinary, info=sealed()),
    sa.Column("answer", sa.LargeBinary, info=sealed()),
    sa.Column("phone", sa.LargeBinary, info=sealed()),
    sa.Column("name", sa.LargeBinary, info=sealed()),
    sa.Index("ix_hall_complaints_branch_registered_ms", "branch", "registered_ms"),
)

complaint_notes = sa.Table(
    "hall_complaint_notes",
    metadata,
    sa.Column("note", sa.Text, primary_key=True),
    sa.Column("complaint", sa.Text, nullable=False, index=True),
    sa.Column("staff", sa.Text, nullable=False),
    sa.Column("time_ms", sa.BigInteger, nullable=False),
    sa.Column("text", sa.LargeBinary, info=sealed()),
)

webhooks = sa.Table(
    "hall_webhooks",
    metadata,
    sa.Column("webhook", sa.Text, primary_key=True),
    sa.Column("branch", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("events", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("secret", sa.LargeBinary, info=sealed()),
)
"""Who is told of what happens in halls; ``branch`` "" is all of them."""

deliveries = sa.Table(
    "hall_deliveries",
    metadata,
    sa.Column("webhook", sa.Text, primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due_ms", sa.BigInteger, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Index("ix_hall_deliveries_state_due_ms", "state", "due_ms"),
)
"""The outbox of webhooks: one row an event and receiver, until some days after it was delivered."""
