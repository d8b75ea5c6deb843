"""The ledger's tables of money: orders, payments, refunds, what is to be told, and what gateways said.

They follow the rules of tables.py. An index over `due_at_ms` has only the rows that somebody is to carry on, so that
the millions that are done cost nothing to those who look for work.
"""

import sqlalchemy as sa

from frontrow.adapters.sql.tables import metadata

orders = sa.Table(
    "orders",
    metadata,
    sa.Column("event_id", sa.Text, primary_key=True),
    sa.Column("order_id", sa.Text, primary_key=True),
    # What was ordered, never changed
    sa.Column("hold_id", sa.Text, nullable=False),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("holder_id", sa.Text),
    sa.Column("sold_by", sa.Text),
    sa.Column("seats", sa.Text, nullable=False),  # JSON list of SoldSeat
    sa.Column("table_ids", sa.Text, nullable=False),  # JSON list
    sa.Column("charges", sa.Text, nullable=False),  # JSON list of Charge
    sa.Column("customer_name", sa.Text, nullable=False),
    sa.Column("customer_email", sa.Text, nullable=False),
    sa.Column("customer_phone", sa.Text),
    sa.Column("notes", sa.Text),
    sa.Column("special_requests", sa.Text),
    sa.Column("amount_minor", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.Column("expires_at_ms", sa.BigInteger, nullable=False),
    # How it stands
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("has_claim", sa.Integer, nullable=False),  # 1: its claimed rows are live
    sa.Column("pay_until_ms", sa.BigInteger),
    sa.Column("closing", sa.Text),
    sa.Column("payment_id", sa.Text),
    sa.Column("booking_id", sa.Text),
    sa.Column("attention", sa.Text),
    sa.Column("due_at_ms", sa.BigInteger),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("updated_at_ms", sa.BigInteger, nullable=False),
    sa.Column("last_move", sa.Text),  # hex SHA-256 of the step that made this version
    sa.CheckConstraint(
        "state IN ('pending', 'claimed', 'paying', 'paid', 'booked', 'cancelling', 'cancelled', 'expired',"
        " 'refunding', 'refunded', 'needs_attention')",
        name="state",
    ),
)

sa.Index("ix_orders_of_user", orders.c.user_id, orders.c.created_at_ms, orders.c.order_id)
sa.Index("ix_orders_of_event", orders.c.event_id, orders.c.created_at_ms, orders.c.order_id)
sa.Index("ix_orders_in_state", orders.c.event_id, orders.c.state, orders.c.created_at_ms, orders.c.order_id)
sa.Index("ix_orders_of_email", sa.func.lower(orders.c.customer_email))
# Few orders are placed for somebody else: these cost the others nothing.
sa.Index(
    "ix_orders_of_holder",
    orders.c.holder_id,
    sqlite_where=orders.c.holder_id.is_not(None),
    postgresql_where=orders.c.holder_id.is_not(None),
)
sa.Index(
    "ix_orders_sold_by",
    orders.c.sold_by,
    sqlite_where=orders.c.sold_by.is_not(None),
    postgresql_where=orders.c.sold_by.is_not(None),
)

payments = sa.Table(
    "payments",
    metadata,
    sa.Column("event_id", sa.Text, primary_key=True),
    sa.Column("payment_id", sa.Text, primary_key=True),
    sa.Column("order_id", sa.Text, nullable=False),
    sa.Column("gateway", sa.Text, nullable=False),
    sa.Column("amount_minor", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("gateway_payment_id", sa.Text),
    sa.Column("captured_minor", sa.BigInteger, nullable=False),
    sa.Column("captured_currency", sa.Text),
    sa.Column("stated", sa.Text),  # PaymentInfo as JSON
    sa.Column("reason", sa.Text),
    sa.Column("answered", sa.Text),  # JSON
    sa.Column("lease_until_ms", sa.BigInteger, nullable=False),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.Column("updated_at_ms", sa.BigInteger, nullable=False),
    sa.CheckConstraint(
        "state IN ('started', 'action_required', 'processing', 'authorised', 'captured', 'declined', 'cancelled')",
        name="state",
    ),
)

sa.Index("ix_payments_of_order", payments.c.event_id, payments.c.order_id)

refunds = sa.Table(
    "refunds",
    metadata,
    sa.Column("event_id", sa.Text, primary_key=True),
    sa.Column("refund_id", sa.Text, primary_key=True),
    sa.Column("order_id", sa.Text, nullable=False),
    sa.Column("payment_id", sa.Text, nullable=False),
    sa.Column("amount_minor", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("seat_ids", sa.Text, nullable=False),  # JSON list
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("first_asked_at_ms", sa.BigInteger),
    sa.Column("due_at_ms", sa.BigInteger),
    sa.Column("gateway_refund_id", sa.Text),
    sa.Column("last_error", sa.Text),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.Column("updated_at_ms", sa.BigInteger, nullable=False),
    sa.CheckConstraint("state IN ('due', 'processing', 'done', 'failed')", name="state"),
)

sa.Index("ix_refunds_of_order", refunds.c.event_id, refunds.c.order_id)

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("event_id", sa.Text, primary_key=True),
    sa.Column("notice_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),  # NoticeSubject as JSON, without its user
    sa.Column("user_id", sa.Text),  # the subject's
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("due_at_ms", sa.BigInteger),
    sa.Column("last_status", sa.Integer),
    sa.Column("last_error", sa.Text),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.Column("delivered_at_ms", sa.BigInteger),
    sa.CheckConstraint("state IN ('due', 'delivered', 'failed')", name="state"),
)

sa.Index("ix_notices_by_time", notices.c.created_at_ms, notices.c.notice_id)
sa.Index("ix_notices_in_state", notices.c.state, notices.c.created_at_ms, notices.c.notice_id)
sa.Index(
    "ix_notices_of_user",
    notices.c.user_id,
    sqlite_where=notices.c.user_id.is_not(None),
    postgresql_where=notices.c.user_id.is_not(None),
)

sa.Index(
    "ix_notices_delivered",
    notices.c.kind,
    notices.c.delivered_at_ms,
    sqlite_where=notices.c.delivered_at_ms.is_not(None),
    postgresql_where=notices.c.delivered_at_ms.is_not(None),
)

sa.Index(
    "ix_notices_due",
    notices.c.channel,
    notices.c.due_at_ms,
    sqlite_where=notices.c.due_at_ms.is_not(None),
    postgresql_where=notices.c.due_at_ms.is_not(None),
)

for table in (orders, refunds):
    sa.Index(
        f"ix_{table.name}_due",
        table.c.due_at_ms,
        sqlite_where=table.c.due_at_ms.is_not(None),
        postgresql_where=table.c.due_at_ms.is_not(None),
    )

gateway_callbacks = sa.Table(
    "gateway_callbacks",
    metadata,
    sa.Column("gateway", sa.Text, primary_key=True),
    sa.Column("callback_id", sa.Text, primary_key=True),
    sa.Column("seen_at_ms", sa.BigInteger, nullable=False),
)

sa.Index("ix_gateway_callbacks_seen", gateway_callbacks.c.seen_at_ms)

demo_payments = sa.Table(
    "demo_payments",
    metadata,
    sa.Column("payment_id", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),  # JSON, the demo gateway's own
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("updated_at_ms", sa.BigInteger, nullable=False),
)
