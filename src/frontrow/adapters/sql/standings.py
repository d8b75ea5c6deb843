"""How orders stand: an order with its payments and refunds, and no statement for those that it cannot have."""

import sqlalchemy as sa

from frontrow.adapters.sql import orders
from frontrow.adapters.sql.payments import payments_in
from frontrow.adapters.sql.refunds import refunds_in
from frontrow.domain.ids import OrderId
from frontrow.domain.order_decisions import Standing
from frontrow.domain.payment import PaymentState


def standing(connection: sa.Connection, order_id: OrderId) -> Standing | None:
    """See OrderLedger.standing. An order names the payment it had last, and owes what was captured alone.

    Read in this order each part is as new as the one before it, or newer, whatever is written in between.
    """
    order = orders.order(connection, order_id)
    if order is None or order.payment_id is None:
        return None if order is None else Standing(order)
    payments = tuple(payments_in(connection, order.event_id, order_id))
    if not any(payment.state is PaymentState.CAPTURED for payment in payments):
        return Standing(order, payments)
    return Standing(order, payments, tuple(refunds_in(connection, order.event_id, order_id)))
