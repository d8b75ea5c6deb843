"""On PostgreSQL: ids are compared byte by byte, and no event is taken for an empty one. In SQLite it is so anyway."""

from alembic import op

revision = "0005"
down_revision = "0004"

# Every text column of a key or an index, but the e-mail addresses: those are compared in lower case, which is a matter
# of the database's language.
_IDS = {
    "layouts": ("layout_id",),
    "events": ("event_id", "layout_id"),
    "seat_rows": ("event_id", "owner_id", "seat_id", "state"),
    "bookings": ("event_id", "booking_id", "user_id"),
    "blocks": ("event_id", "block_id", "user_id"),
    "idempotency_keys": ("user_id", "route", "key"),
    "outbox": ("event_id", "owner_id"),
    "orders": ("event_id", "order_id", "user_id", "holder_id", "sold_by", "state"),
    "payments": ("event_id", "payment_id", "order_id"),
    "refunds": ("event_id", "refund_id", "order_id"),
    "notices": ("event_id", "notice_id", "kind", "channel", "user_id", "state"),
    "gateway_callbacks": ("gateway", "callback_id"),
    "demo_payments": ("payment_id",),
}
_OF_EVENTS = ("seat_rows", "bookings", "blocks", "outbox", "orders", "payments", "refunds", "notices")


def upgrade() -> None:
    """Set both; on tables with rows their indexes are built anew.

    Byte by byte is faster than by a language's rules, and no update of the system's library changes the order that an
    index was built in. Of how many rows each event has no statistics are kept: an event that went on sale after they
    were made would seem to have none, and any index that starts with the event as good as the right one.
    """
    if op.get_context().dialect.name != "postgresql":
        return
    for table, columns in _IDS.items():
        op.execute(f"ALTER TABLE {table} " + ", ".join(f'ALTER COLUMN {it} TYPE text COLLATE "C"' for it in columns))
    for table in _OF_EVENTS:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN event_id SET STATISTICS 0")
