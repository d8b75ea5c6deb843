"""Orders as a state machine, payments, refunds, notices; charges and cancelling of events; who paid for a booking."""

import json
import time
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ROWS_PER_PART = 500


def upgrade() -> None:
    """Add the tables and columns, and carry the orders over that there are."""
    _add_columns()
    op.execute("CREATE TABLE orders_before AS SELECT * FROM orders")
    op.drop_table("orders")
    _create_orders()
    _create_payments_and_refunds()
    _create_notices()
    _create_what_gateways_said()
    _note_orders_of_bookings(op.get_bind())
    _carry_orders_over(op.get_bind(), now_ms=time.time_ns() // 1_000_000)
    op.drop_table("orders_before")


def _add_columns() -> None:
    op.add_column("events", sa.Column("charges", sa.Text(), nullable=True))
    op.add_column("events", sa.Column("cancelled_at_ms", sa.BigInteger(), nullable=True))
    op.add_column("bookings", sa.Column("order_id", sa.Text(), nullable=True))
    op.create_index("ix_bookings_of_email", "bookings", [sa.text("lower(contact_email)"), "booking_id"], unique=False)
    op.create_index("ix_blocks_of_user", "blocks", ["user_id"], unique=False)
    op.add_column("outbox", sa.Column("claim_id", sa.Text(), nullable=True))
    op.execute("ALTER TABLE idempotency_keys RENAME COLUMN booking_id TO made_id")


def _create_orders() -> None:
    op.create_table(
        "orders",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("hold_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.Text(), nullable=True),
        sa.Column("sold_by", sa.Text(), nullable=True),
        sa.Column("seats", sa.Text(), nullable=False),
        sa.Column("table_ids", sa.Text(), nullable=False),
        sa.Column("charges", sa.Text(), nullable=False),
        sa.Column("customer_name", sa.Text(), nullable=False),
        sa.Column("customer_email", sa.Text(), nullable=False),
        sa.Column("customer_phone", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("special_requests", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("has_claim", sa.Integer(), nullable=False),
        sa.Column("pay_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("closing", sa.Text(), nullable=True),
        sa.Column("payment_id", sa.Text(), nullable=True),
        sa.Column("booking_id", sa.Text(), nullable=True),
        sa.Column("attention", sa.Text(), nullable=True),
        sa.Column("due_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_move", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'claimed', 'paying', 'paid', 'booked', 'cancelling', 'cancelled', 'expired',"
            " 'refunding', 'refunded', 'needs_attention')",
            name="ck_orders_state",
        ),
        sa.PrimaryKeyConstraint("event_id", "order_id", name="pk_orders"),
    )
    op.create_index("ix_orders_of_user", "orders", ["user_id", "created_at_ms", "order_id"], unique=False)
    op.create_index("ix_orders_of_event", "orders", ["event_id", "created_at_ms", "order_id"], unique=False)
    op.create_index("ix_orders_in_state", "orders", ["event_id", "state", "created_at_ms", "order_id"], unique=False)
    op.create_index("ix_orders_of_email", "orders", [sa.text("lower(customer_email)")], unique=False)
    _create_index_where_set("ix_orders_of_holder", "orders", "holder_id")
    _create_index_where_set("ix_orders_sold_by", "orders", "sold_by")
    _create_index_where_set("ix_orders_due", "orders", "due_at_ms")


def _create_payments_and_refunds() -> None:
    op.create_table(
        "payments",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("gateway_payment_id", sa.Text(), nullable=True),
        sa.Column("captured_minor", sa.BigInteger(), nullable=False),
        sa.Column("captured_currency", sa.Text(), nullable=True),
        sa.Column("stated", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("answered", sa.Text(), nullable=True),
        sa.Column("lease_until_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('started', 'action_required', 'processing', 'authorised', 'captured', 'declined', 'cancelled')",
            name="ck_payments_state",
        ),
        sa.PrimaryKeyConstraint("event_id", "payment_id", name="pk_payments"),
    )
    op.create_index("ix_payments_of_order", "payments", ["event_id", "order_id"], unique=False)
    op.create_table(
        "refunds",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("refund_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("seat_ids", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("first_asked_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("due_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("gateway_refund_id", sa.Text(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state IN ('due', 'processing', 'done', 'failed')", name="ck_refunds_state"),
        sa.PrimaryKeyConstraint("event_id", "refund_id", name="pk_refunds"),
    )
    op.create_index("ix_refunds_of_order", "refunds", ["event_id", "order_id"], unique=False)
    _create_index_where_set("ix_refunds_due", "refunds", "due_at_ms")


def _create_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('due', 'delivered', 'failed')", name="ck_notices_state"),
        sa.PrimaryKeyConstraint("event_id", "notice_id", name="pk_notices"),
    )
    op.create_index("ix_notices_by_time", "notices", ["created_at_ms", "notice_id"], unique=False)
    op.create_index("ix_notices_in_state", "notices", ["state", "created_at_ms", "notice_id"], unique=False)
    _create_index_where_set("ix_notices_of_user", "notices", "user_id")
    _create_index_where_set("ix_notices_delivered", "notices", "kind", "delivered_at_ms")
    _create_index_where_set("ix_notices_due", "notices", "channel", "due_at_ms")


def _create_what_gateways_said() -> None:
    op.create_table(
        "gateway_callbacks",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("callback_id", sa.Text(), nullable=False),
        sa.Column("seen_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("gateway", "callback_id", name="pk_gateway_callbacks"),
    )
    op.create_index("ix_gateway_callbacks_seen", "gateway_callbacks", ["seen_at_ms"], unique=False)
    op.create_table(
        "demo_payments",
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("payment_id", name="pk_demo_payments"),
    )


def _create_index_where_set(name: str, table: str, *columns: str) -> None:
    """An index of the rows whose last one of these columns is set."""
    where = sa.text(f"{columns[-1]} IS NOT NULL")
    op.create_index(name, table, [*columns], unique=False, sqlite_where=where, postgresql_where=where)


def _note_orders_of_bookings(connection: sa.Connection) -> None:
    """An order made its booking under a key of the route `order` that was the order's own id."""
    used = connection.execute(
        sa.text("SELECT event_id, key AS order_id, made_id AS booking_id FROM idempotency_keys WHERE route = 'order'")
    )
    note = sa.text(
        "UPDATE bookings SET order_id = :order_id"
        " WHERE event_id = :event_id AND booking_id = :booking_id AND status <> 'aborted'"
    )
    for part in _parts(used.mappings().all()):
        connection.execute(note, [dict(it) for it in part])


def _carry_orders_over(connection: sa.Connection, *, now_ms: int) -> None:
    """What became of an order was told by its booking alone; what none was made of is pending until it runs out."""
    columns = sa.inspect(connection).get_columns("orders")
    orders = sa.table("orders", *(sa.column(it["name"], it["type"]) for it in columns))
    of_order = sa.text(
        "SELECT orders_before.*, made.booking_id, made.status, made.table_ids, made.booked_at_ms FROM orders_before"
        " LEFT JOIN idempotency_keys ON idempotency_keys.user_id = orders_before.user_id"
        " AND idempotency_keys.route = 'order' AND idempotency_keys.key = orders_before.order_id"
        " LEFT JOIN bookings AS made"
        " ON made.event_id = idempotency_keys.event_id AND made.booking_id = idempotency_keys.made_id"
    )
    for part in _parts(connection.execute(of_order).mappings().all()):
        connection.execute(sa.insert(orders), [_carried_over(connection, dict(it), now_ms) for it in part])


def _carried_over(connection: sa.Connection, before: dict[str, Any], now_ms: int) -> dict[str, Any]:
    seats = json.loads(before.pop("seat_ids"))
    status, made_id = before.pop("status"), before.pop("booking_id")
    table_ids, booked_at_ms = before.pop("table_ids"), before.pop("booked_at_ms")
    has_prices = all(isinstance(it, dict) for it in seats)
    if status in ("booked", "partly_cancelled"):
        state = "booked"
    elif status is not None:
        state = "cancelled"
    else:
        state = "pending" if has_prices and before["expires_at_ms"] > now_ms else "expired"
    booking_id = made_id if status not in (None, "aborted") else None
    if booking_id is not None:
        seats = _seats_of(connection, before["event_id"], booking_id)
    elif not has_prices:
        seats = _shared_out(seats, before["amount_minor"])
    return before | {
        "holder_id": None,
        "sold_by": None,
        "seats": json.dumps(seats, separators=(",", ":")),
        "table_ids": table_ids if booking_id is not None else "[]",
        "charges": "[]",
        "notes": None,
        "special_requests": None,
        "state": state,
        "version": 1,
        "has_claim": 0,
        "pay_until_ms": None,
        "closing": None,
        "payment_id": None,
        "booking_id": booking_id,
        "attention": None,
        "due_at_ms": before["expires_at_ms"] if state == "pending" else None,
        "tries": 0,
        "updated_at_ms": booked_at_ms if booking_id is not None else before["created_at_ms"],
        "last_move": None,
    }


def _seats_of(connection: sa.Connection, event_id: str, booking_id: str) -> list[dict[str, Any]]:
    rows = connection.execute(
        sa.text(
            "SELECT seat_id, category_id, price_minor, table_id FROM seat_rows"
            " WHERE event_id = :event_id AND owner_id = :booking_id ORDER BY position"
        ),
        {"event_id": event_id, "booking_id": booking_id},
    )
    return [dict(it) for it in rows.mappings()]


def _shared_out(seat_ids: list[str], amount_minor: int) -> list[dict[str, Any]]:
    """Seats of the oldest orders, which kept the sum alone: it is shared out evenly."""
    each, left = divmod(amount_minor, len(seat_ids)) if seat_ids else (0, 0)
    return [
        {"seat_id": seat_id, "category_id": "", "price_minor": each + (place < left), "table_id": None}
        for place, seat_id in enumerate(seat_ids)
    ]


def _parts(rows: Any) -> Iterator[Any]:
    for start in range(0, len(rows), _ROWS_PER_PART):
        yield rows[start : start + _ROWS_PER_PART]
