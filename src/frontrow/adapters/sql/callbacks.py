"""Which callbacks of gateways were dealt with: kept for longer than any gateway repeats one."""

import sqlalchemy as sa

from frontrow.adapters.sql.inserts import insert_missing_rows
from frontrow.adapters.sql.order_tables import gateway_callbacks

KEPT_MS = 31 * 24 * 3_600_000
DROPPED_PER_NOTE_MAX = 20
"""More than one, so that the old ones go faster than new ones come."""

_seen = sa.select(gateway_callbacks.c.callback_id).where(
    gateway_callbacks.c.gateway == sa.bindparam("gateway"),
    gateway_callbacks.c.callback_id == sa.bindparam("callback_id"),
)
_old = (
    sa.select(gateway_callbacks.c.gateway, gateway_callbacks.c.callback_id)
    .where(gateway_callbacks.c.seen_at_ms < sa.bindparam("seen_before_ms"))
    .order_by(gateway_callbacks.c.seen_at_ms)
    .limit(DROPPED_PER_NOTE_MAX)
)
_drop = sa.delete(gateway_callbacks).where(
    sa.tuple_(gateway_callbacks.c.gateway, gateway_callbacks.c.callback_id).in_(sa.bindparam("keys", expanding=True))
)


def callback_seen(connection: sa.Connection, gateway: str, callback_id: str) -> bool:
    """See OrderLedger.callback_seen."""
    return connection.execute(_seen, {"gateway": gateway, "callback_id": callback_id}).first() is not None


def note_callback(connection: sa.Connection, gateway: str, callback_id: str, now_ms: int) -> None:
    """See OrderLedger.note_callback. A few of those that are too old go with each new one."""
    insert_missing_rows(connection, gateway_callbacks, [(gateway, callback_id, now_ms)])
    old = [tuple(row) for row in connection.execute(_old, {"seen_before_ms": now_ms - KEPT_MS})]
    if old:
        connection.execute(_drop, {"keys": old})
