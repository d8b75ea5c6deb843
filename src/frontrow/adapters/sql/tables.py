"""The ledger's tables. `migrations/` builds them; a test holds the two against each other.

Three rules shape them (docs/data-model.md, "Ledger"):

* One table says which seats are taken, whoever took them, under one partial unique index on live (event, seat).
  Rows that ended stay, no longer live: they are the seat's history and what the reconciler asks about.
* Primary and unique keys of an event's rows start with `event_id`, so that the ledger can be partitioned by event.
  Idempotency keys alone start with the user: docs/decisions/0007-idempotency-keys.md.
* Rows written by every booking never point at a row they share. A foreign key to `events` would lock that one row
  from each booking of a hot event, so only `events` has one, to its layout.

Values in the tables that bookings and orders write are plain text and integers: they are sent without conversion.
Times are milliseconds since 1970 in UTC, money is in minor units.
"""

import sqlalchemy as sa

SCHEMA_VERSION = "0006"
"""The newest migration: the schema this package reads and writes."""

_BIG_IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

layouts = sa.Table(
    "layouts",
    metadata,
    sa.Column("layout_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("drawing", sa.LargeBinary, nullable=False),  # the Layout as JSON
    sa.Column("document", sa.LargeBinary, nullable=False),  # what readers are served
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("number", _BIG_IDENTITY, primary_key=True),
    sa.Column("event_id", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("layout_id", sa.Text, nullable=False),
    sa.Column("layout_version", sa.Integer, nullable=False),
    sa.Column("starts_at_ms", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("prices", sa.Text, nullable=False),  # minor units by category id: JSON, keys sorted
    sa.Column("sales_start_ms", sa.BigInteger),
    sa.Column("sales_end_ms", sa.BigInteger),
    sa.Column("orphan_rule", sa.Boolean, nullable=False),
    sa.Column("charges", sa.Text),  # JSON list of Charge; null: none
    sa.Column("cancelled_at_ms", sa.BigInteger),
    sa.ForeignKeyConstraint(["layout_id", "layout_version"], ["layouts.layout_id", "layouts.version"]),
    sqlite_autoincrement=True,
)

event_changes = sa.Table(
    "event_changes",
    metadata,
    sa.Column("event_id", sa.Text, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False, unique=True),
)
"""Each event's last change. Triggers of `events` write it, numbered in the order of their commits."""

seat_rows = sa.Table(
    "seat_rows",
    metadata,
    sa.Column("event_id", sa.Text, primary_key=True),
    sa.Column("owner_id", sa.Text, primary_key=True),  # a booking, order or block
    sa.Column("seat_id", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),  # the seat's place among its owner's, from 0
    sa.Column("category_id", sa.Text),
    sa.Column("price_minor", sa.BigInteger, nullable=False),
    sa.Column("table_id", sa.Text),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.Column("ended_at_ms", sa.BigInteger),  # null while live
    sa.CheckConstraint("state IN ('claimed', 'booked', 'blocked')", name="state"),
)

live_seats_index = sa.Index(
    "uq_seat_rows_live",
    seat_rows.c.event_id,
    seat_rows.c.seat_id,
    unique=True,
    sqlite_where=seat_rows.c.ended_at_ms.is_(None),
    postgresql_where=seat_rows.c.ended_at_ms.is_(None),
)
"""The last word on every sale: one live row per seat of an event."""

bookings = sa.Table(
    "bookings",
    metadata,
    sa.Column("event_id", sa.Text, primary_key=True),
    sa.Column("booking_id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),  # aborted: the id is spent, nothing was sold
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("hold_id", sa.Text),
    sa.Column("table_ids", sa.Text, nullable=False),  # JSON list
    sa.Column("total_minor", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("contact_name", sa.Text, nullable=False),
    sa.Column("contact_email", sa.Text, nullable=False),
    sa.Column("contact_phone", sa.Text),
    sa.Column("payment_info", sa.Text),  # JSON object
    sa.Column("notes", sa.Text),
    sa.Column("special_requests", sa.Text),
    sa.Column("booked_at_ms", sa.BigInteger, nullable=False),
    sa.Column("order_id", sa.Text),  # the order that paid for it
    sa.CheckConstraint("status IN ('booked', 'partly_cancelled', 'cancelled', 'aborted')", name="status"),
)

sa.Index("ix_bookings_of_user", bookings.c.user_id, bookings.c.booked_at_ms, bookings.c.booking_id)
# For lists of an event's bookings. New ones go to its end, so writing it costs a booking next to nothing.
sa.Index("ix_bookings_of_event", bookings.c.event_id, bookings.c.booked_at_ms, bookings.c.booking_id)

# For people who look for their bookings by the address they gave, and for those who want to be forgotten.
sa.Index("ix_bookings_of_email", sa.func.lower(bookings.c.contact_email), bookings.c.booking_id)

blocks = sa.Table(
    "blocks",
    metadata,
    sa.Column("event_id", sa.Text, primary_key=True),
    sa.Column("block_id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
)

sa.Index("ix_blocks_of_user", blocks.c.user_id)

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("user_id", sa.Text, primary_key=True),
    sa.Column("route", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("event_id", sa.Text, nullable=False),
    sa.Column("made_id", sa.Text, nullable=False),  # the booking, order or payment it was used for
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("event_id", sa.Text, primary_key=True),
    sa.Column("owner_id", sa.Text, primary_key=True),
    sa.Column("task_id", sa.BigInteger, primary_key=True, autoincrement=False),  # grows with time
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("seats", sa.Text, nullable=False),  # JSON list of seat ids
    sa.Column("held", sa.Text, nullable=False),  # JSON list of {seat_id, hold_id}
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.Column("claim_id", sa.Text),  # the order whose claim the booking takes the place of
    sa.CheckConstraint("kind IN ('finish', 'free')", name="kind"),
)

sa.Index("ix_outbox_task", outbox.c.task_id)
