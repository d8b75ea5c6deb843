"""Refunds: their rows, and everything but their beginning, which a step of their order writes (order_moves.py)."""

from typing import Any

import msgspec
import sqlalchemy as sa

from frontrow.adapters.sql.due import DueRows
from frontrow.adapters.sql.events import event_id_of
from frontrow.adapters.sql.inserts import Cell
from frontrow.adapters.sql.order_tables import refunds
from frontrow.domain.ids import EventId, OrderId, RefundId, SeatId
from frontrow.domain.payment import Refund, RefundReason, RefundState

_encoder = msgspec.json.Encoder()
_seat_ids_decoder = msgspec.json.Decoder(tuple[SeatId, ...])

due_refunds = DueRows(refunds)

_by_id = sa.select(refunds).where(
    refunds.c.event_id == sa.bindparam("event_id"), refunds.c.refund_id == sa.bindparam("refund_id")
)
_of_order = (
    sa.select(refunds)
    .where(refunds.c.event_id == sa.bindparam("event_id"), refunds.c.order_id == sa.bindparam("order_id"))
    .order_by(refunds.c.created_at_ms, refunds.c.refund_id)
)
_replace = (
    sa.update(refunds)
    .where(
        refunds.c.event_id == sa.bindparam("of_event"),
        refunds.c.refund_id == sa.bindparam("of_refund"),
        refunds.c.version == sa.bindparam("version_before"),
    )
    .values({it.name: sa.bindparam(it.name) for it in refunds.columns if not it.primary_key})
)


def refund(connection: sa.Connection, refund_id: RefundId) -> Refund | None:
    """See OrderLedger.refund."""
    event_id = event_id_of(connection, refund_id)
    if event_id is None:
        return None
    row = connection.execute(_by_id, {"event_id": event_id, "refund_id": refund_id}).one_or_none()
    return None if row is None else refund_of(row)


def refunds_of(connection: sa.Connection, order_id: OrderId) -> list[Refund]:
    """See OrderLedger.refunds_of."""
    event_id = event_id_of(connection, order_id)
    return [] if event_id is None else refunds_in(connection, event_id, order_id)


def refunds_in(connection: sa.Connection, event_id: EventId, order_id: OrderId) -> list[Refund]:
    """The same, where the event is known."""
    return [refund_of(row) for row in connection.execute(_of_order, {"event_id": event_id, "order_id": order_id})]


def replace_refund(connection: sa.Connection, refund: Refund) -> bool:
    """Write the refund over the version before it; whether that was there."""
    values = dict(zip(refunds.columns.keys(), refund_row(refund), strict=True))
    of = {
        "of_event": values.pop("event_id"),
        "of_refund": values.pop("refund_id"),
        "version_before": refund.version - 1,
    }
    return connection.execute(_replace, values | of).rowcount == 1


def refund_row(refund: Refund) -> tuple[Cell, ...]:
    """The refund as a row of `refunds`, its cells in the order of the table's columns."""
    return (
        refund.event_id,
        refund.refund_id,
        refund.order_id,
        refund.payment_id,
        refund.amount_minor,
        refund.currency,
        refund.reason.value,
        _encoder.encode(refund.seat_ids).decode(),
        refund.state.value,
        refund.failures,
        refund.tries,
        refund.first_asked_at_ms,
        refund.due_at_ms,
        refund.gateway_refund_id,
        refund.last_error,
        refund.version,
        refund.created_at_ms,
        refund.updated_at_ms,
    )


def refund_of(row: sa.Row[*tuple[Any, ...]]) -> Refund:
    """The refund of a row of `refunds`."""
    return Refund(
        refund_id=row.refund_id,
        order_id=row.order_id,
        event_id=row.event_id,
        payment_id=row.payment_id,
        amount_minor=row.amount_minor,
        currency=row.currency,
        reason=RefundReason(row.reason),
        seat_ids=_seat_ids_decoder.decode(row.seat_ids),
        state=RefundState(row.state),
        failures=row.failures,
        tries=row.tries,
        first_asked_at_ms=row.first_asked_at_ms,
        due_at_ms=row.due_at_ms,
        gateway_refund_id=row.gateway_refund_id,
        last_error=row.last_error,
        version=row.version,
        created_at_ms=row.created_at_ms,
        updated_at_ms=row.updated_at_ms,
    )
