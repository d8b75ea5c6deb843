"""Idempotency keys: what each was used for first, for ever."""

import sqlalchemy as sa

from frontrow.adapters.sql.inserts import Cell, insert_missing_rows
from frontrow.adapters.sql.tables import idempotency_keys
from frontrow.domain.booking import IdempotencyKey
from frontrow.domain.ids import EventId
from frontrow.domain.order_moves import KeyUsed

_by_key = sa.select(idempotency_keys).where(
    idempotency_keys.c.user_id == sa.bindparam("user_id"),
    idempotency_keys.c.route == sa.bindparam("route"),
    idempotency_keys.c.key == sa.bindparam("key"),
)


class KeyTaken(Exception):
    """The key was used for something else: what was begun with it must be rolled back."""


def key_row(key: IdempotencyKey, event_id: EventId, made_id: str, now_ms: int) -> tuple[Cell, ...]:
    """The key as a row of `idempotency_keys`, its cells in the order of the table's columns."""
    return (key.user_id, key.route, key.key, key.fingerprint, event_id, made_id, now_ms)


def use_key(connection: sa.Connection, key: IdempotencyKey, event_id: EventId, made_id: str, now_ms: int) -> None:
    """Record that the key was used for `made_id`; nothing to do where it was used for that very thing before.

    Raises:
        KeyTaken: it was used for something else, or with another body.
    """
    if insert_missing_rows(connection, idempotency_keys, [key_row(key, event_id, made_id, now_ms)]):
        return
    if key_used(connection, key) != KeyUsed(key.fingerprint, made_id):
        raise KeyTaken


def key_used(connection: sa.Connection, key: IdempotencyKey) -> KeyUsed | None:
    """See OrderLedger.key_used."""
    row = connection.execute(_by_key, {"user_id": key.user_id, "route": key.route, "key": key.key}).one_or_none()
    return None if row is None else KeyUsed(row.fingerprint, row.made_id)
