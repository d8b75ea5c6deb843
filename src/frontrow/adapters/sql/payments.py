"""Payments: their rows, and the reads of them. They are written by the steps of their orders (order_moves.py)."""

from typing import Any

import msgspec
import sqlalchemy as sa

from frontrow.adapters.sql.events import event_id_of
from frontrow.adapters.sql.inserts import Cell
from frontrow.adapters.sql.order_tables import payments
from frontrow.domain.booking import PaymentInfo
from frontrow.domain.ids import EventId, OrderId, PaymentId
from frontrow.domain.payment import Payment, PaymentState

_encoder = msgspec.json.Encoder()
_stated_decoder = msgspec.json.Decoder(PaymentInfo)

_by_id = sa.select(payments).where(
    payments.c.event_id == sa.bindparam("event_id"), payments.c.payment_id == sa.bindparam("payment_id")
)
_of_order = (
    sa.select(payments)
    .where(payments.c.event_id == sa.bindparam("event_id"), payments.c.order_id == sa.bindparam("order_id"))
    .order_by(payments.c.created_at_ms, payments.c.payment_id)
)


def payment(connection: sa.Connection, payment_id: PaymentId) -> Payment | None:
    """See OrderLedger.payment."""
    event_id = event_id_of(connection, payment_id)
    if event_id is None:
        return None
    row = connection.execute(_by_id, {"event_id": event_id, "payment_id": payment_id}).one_or_none()
    return None if row is None else payment_of(row)


def payments_of(connection: sa.Connection, order_id: OrderId) -> list[Payment]:
    """See OrderLedger.payments_of."""
    event_id = event_id_of(connection, order_id)
    return [] if event_id is None else payments_in(connection, event_id, order_id)


def payments_in(connection: sa.Connection, event_id: EventId, order_id: OrderId) -> list[Payment]:
    """The same, where the event is known."""
    return [payment_of(row) for row in connection.execute(_of_order, {"event_id": event_id, "order_id": order_id})]


def payment_row(payment: Payment) -> tuple[Cell, ...]:
    """The payment as a row of `payments`, its cells in the order of the table's columns."""
    return (
        payment.event_id,
        payment.payment_id,
        payment.order_id,
        payment.gateway,
        payment.amount_minor,
        payment.currency,
        payment.state.value,
        payment.gateway_payment_id,
        payment.captured_minor,
        payment.captured_currency,
        None if payment.stated is None else _encoder.encode(payment.stated).decode(),
        payment.reason,
        payment.answered,
        payment.lease_until_ms,
        payment.created_at_ms,
        payment.updated_at_ms,
    )


def payment_of(row: sa.Row[*tuple[Any, ...]]) -> Payment:
    """The payment of a row of `payments`."""
    return Payment(
        payment_id=row.payment_id,
        order_id=row.order_id,
        event_id=row.event_id,
        gateway=row.gateway,
        amount_minor=row.amount_minor,
        currency=row.currency,
        state=PaymentState(row.state),
        gateway_payment_id=row.gateway_payment_id,
        captured_minor=row.captured_minor,
        captured_currency=row.captured_currency,
        stated=None if row.stated is None else _stated_decoder.decode(row.stated),
        reason=row.reason,
        answered=row.answered,
        lease_until_ms=row.lease_until_ms,
        created_at_ms=row.created_at_ms,
        updated_at_ms=row.updated_at_ms,
    )
