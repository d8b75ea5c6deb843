"""Orders as they were placed: rows that are written once and never changed."""

import msgspec
import sqlalchemy as sa

from frontrow.adapters.sql.events import event_id_of
from frontrow.adapters.sql.inserts import insert_rows
from frontrow.adapters.sql.tables import orders
from frontrow.domain.booking import ContactInfo, SoldSeat
from frontrow.domain.ids import OrderId
from frontrow.domain.order import Order

_seats_decoder = msgspec.json.Decoder(tuple[SoldSeat, ...])
_by_id = sa.select(orders).where(
    orders.c.event_id == sa.bindparam("event_id"), orders.c.order_id == sa.bindparam("order_id")
)


def write_order(connection: sa.Connection, order: Order) -> None:
    """Insert the order; a taken id is a conflict."""
    customer = order.customer
    row = (
        order.event_id,
        order.order_id,
        order.hold_id,
        order.user_id,
        msgspec.json.encode(order.seats).decode(),
        customer.name,
        customer.email,
        customer.phone,
        order.amount_minor,
        order.currency,
        order.created_at_ms,
        order.expires_at_ms,
    )
    insert_rows(connection, orders, [row])


def order(connection: sa.Connection, order_id: OrderId) -> Order | None:
    """See Ledger.order."""
    event_id = event_id_of(connection, order_id)
    if event_id is None:
        return None
    row = connection.execute(_by_id, {"event_id": event_id, "order_id": order_id}).one_or_none()
    if row is None:
        return None
    return Order(
        order_id=row.order_id,
        event_id=row.event_id,
        hold_id=row.hold_id,
        user_id=row.user_id,
        seats=_seats_decoder.decode(row.seat_ids),
        customer=ContactInfo(row.customer_name, row.customer_email, row.customer_phone),
        amount_minor=row.amount_minor,
        currency=row.currency,
        created_at_ms=row.created_at_ms,
        expires_at_ms=row.expires_at_ms,
    )
