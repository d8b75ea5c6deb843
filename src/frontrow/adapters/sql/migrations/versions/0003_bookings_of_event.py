"""Bookings of an event in the order they were made."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the index; on a million bookings it takes some seconds."""
    op.create_index("ix_bookings_of_event", "bookings", ["event_id", "booked_at_ms", "booking_id"], unique=False)
