"""Orders: their rows, and the reads of them."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from frontrow.adapters.sql.events import event_id_by_number
from frontrow.adapters.sql.inserts import Cell
from frontrow.adapters.sql.order_tables import orders
from frontrow.domain.booking import ContactInfo, SoldSeat
from frontrow.domain.charges import Charge
from frontrow.domain.ids import EventId, HoldId, OrderId, TableId, UserId, capped_as, event_number_of, is_session_user
from frontrow.domain.order import CLAIMING, ENDED, Order, OrderState

_encoder = msgspec.json.Encoder()
_seats_decoder = msgspec.json.Decoder(tuple[SoldSeat, ...])
_table_ids_decoder = msgspec.json.Decoder(tuple[TableId, ...])
_charges_decoder = msgspec.json.Decoder(tuple[Charge, ...])

_OPEN = sorted(state.value for state in OrderState if state not in ENDED)

_by_id = sa.select(orders).where(
    orders.c.event_id == sa.bindparam("event_id"), orders.c.order_id == sa.bindparam("order_id")
)
_of_number = sa.select(orders).where(
    orders.c.event_id == event_id_by_number, orders.c.order_id == sa.bindparam("order_id")
)
_newest_first = (orders.c.created_at_ms.desc(), orders.c.order_id.desc())
_is_before = sa.tuple_(orders.c.created_at_ms, orders.c.order_id) < sa.tuple_(
    sa.bindparam("before_ms", type_=sa.BigInteger), sa.bindparam("before_id", type_=sa.Text)
)
_of_user = sa.select(orders).where(orders.c.user_id == sa.bindparam("user_id")).order_by(*_newest_first)
_page_of_user = _of_user.limit(sa.bindparam("limit"))
_open_page_of_user = _page_of_user.where(orders.c.state.in_(_OPEN))
# By the user's index, and no event named, for the reason bookings.py gives.
_of_hold = _of_user.where(orders.c.hold_id == sa.bindparam("hold_id")).limit(1)
_claimed = sa.select(orders.c.event_id, orders.c.order_id, orders.c.seats).where(
    orders.c.state.in_(sorted(state.value for state in CLAIMING)), orders.c.sold_by.is_(None)
)
_claimed_of_user = _claimed.where(orders.c.user_id == sa.bindparam("user_id"))
# The users of a guest session stand side by side in no collation that can be relied on: the event's open orders are
# looked through for them.
_claimed_of_session = _claimed.where(
    orders.c.event_id == sa.bindparam("event_id"),
    sa.or_(
        orders.c.user_id == sa.bindparam("user_id"),
        sa.func.substr(orders.c.user_id, 1, sa.bindparam("prefix_chars")) == sa.bindparam("prefix"),
    ),
)
_page_of_event = (
    sa.select(orders)
    .where(orders.c.event_id == sa.bindparam("event_id"))
    .order_by(*_newest_first)
    .limit(sa.bindparam("limit"))
)
_page_in_states = _page_of_event.where(orders.c.state.in_(sa.bindparam("states", expanding=True)))
_counts = (
    sa.select(orders.c.state, sa.func.count().label("orders"))
    .where(orders.c.event_id == sa.bindparam("event_id"))
    .group_by(orders.c.state)
)


def order(connection: sa.Connection, order_id: OrderId) -> Order | None:
    """See OrderLedger.order."""
    number = event_number_of(order_id)
    if number is None:
        return None
    row = connection.execute(_of_number, {"number": number, "order_id": order_id}).one_or_none()
    return None if row is None else order_of(row)


def order_in(connection: sa.Connection, event_id: EventId, order_id: OrderId) -> Order | None:
    """The same, where the event is known."""
    found = order_and_last_move(connection, event_id, order_id)
    return None if found is None else found[0]


def order_and_last_move(
    connection: sa.Connection, event_id: EventId, order_id: OrderId
) -> tuple[Order, str | None] | None:
    """The order, and the fingerprint of the step that made it so."""
    row = connection.execute(_by_id, {"event_id": event_id, "order_id": order_id}).one_or_none()
    return None if row is None else (order_of(row), row.last_move)


def orders_of(
    connection: sa.Connection, user_id: UserId, *, open_only: bool, before: tuple[int, OrderId] | None, limit: int
) -> list[Order]:
    """See OrderLedger.orders_of."""
    page = _open_page_of_user if open_only else _page_of_user
    return _page(connection, page, {"user_id": user_id, "limit": limit}, before)


def orders_in(
    connection: sa.Connection,
    event_id: EventId,
    *,
    states: Sequence[OrderState] | None,
    before: tuple[int, OrderId] | None,
    limit: int,
) -> list[Order]:
    """See OrderLedger.orders_in."""
    values: dict[str, object] = {"event_id": event_id, "limit": limit}
    if states is None:
        return _page(connection, _page_of_event, values, before)
    return _page(connection, _page_in_states, values | {"states": [it.value for it in states]}, before)


def order_counts(connection: sa.Connection, event_id: EventId) -> dict[OrderState, int]:
    """See OrderLedger.order_counts."""
    return {OrderState(row.state): row.orders for row in connection.execute(_counts, {"event_id": event_id})}


def claimed_seats_of(connection: sa.Connection, event_id: EventId, user_id: UserId, besides: OrderId) -> int:
    """See OrderLedger.claimed_seats_of."""
    capped = capped_as(user_id)
    if is_session_user(user_id):
        prefix = f"{capped}:"
        values = {"event_id": event_id, "user_id": capped, "prefix": prefix, "prefix_chars": len(prefix)}
        rows = connection.execute(_claimed_of_session, values)
    else:
        rows = connection.execute(_claimed_of_user, {"user_id": capped})
    counted = (row for row in rows if row.event_id == event_id and row.order_id != besides)
    return sum(len(_seats_decoder.decode(row.seats)) for row in counted)


def order_of_hold(connection: sa.Connection, event_id: EventId, user_id: UserId, hold_id: HoldId) -> Order | None:
    """See OrderLedger.order_of_hold."""
    row = connection.execute(_of_hold, {"user_id": user_id, "hold_id": hold_id}).one_or_none()
    return None if row is None or row.event_id != event_id else order_of(row)


def order_row(order: Order) -> tuple[Cell, ...]:
    """The order as a row of `orders`, its cells in the order of the table's columns."""
    customer = order.customer
    return (
        order.event_id,
        order.order_id,
        order.hold_id,
        order.user_id,
        order.holder_id,
        order.sold_by,
        _encoder.encode(order.seats).decode(),
        _encoder.encode(order.table_ids).decode(),
        _encoder.encode(order.charges).decode(),
        customer.name,
        customer.email,
        customer.phone,
        order.notes,
        order.special_requests,
        order.amount_minor,
        order.currency,
        order.created_at_ms,
        order.expires_at_ms,
        order.state.value,
        order.version,
        int(order.has_claim),
        order.pay_until_ms,
        None if order.closing is None else order.closing.value,
        order.payment_id,
        order.booking_id,
        order.attention,
        order.due_at_ms,
        order.tries,
        order.updated_at_ms,
        None,
    )


def order_of(row: sa.Row[*tuple[Any, ...]]) -> Order:
    """The order of a row of `orders`."""
    return Order(
        order_id=row.order_id,
        event_id=row.event_id,
        hold_id=row.hold_id,
        user_id=row.user_id,
        seats=_seats_decoder.decode(row.seats),
        customer=ContactInfo(row.customer_name, row.customer_email, row.customer_phone),
        amount_minor=row.amount_minor,
        currency=row.currency,
        created_at_ms=row.created_at_ms,
        expires_at_ms=row.expires_at_ms,
        table_ids=_table_ids_decoder.decode(row.table_ids),
        charges=_charges_decoder.decode(row.charges),
        notes=row.notes,
        special_requests=row.special_requests,
        holder_id=row.holder_id,
        sold_by=row.sold_by,
        state=OrderState(row.state),
        version=row.version,
        has_claim=bool(row.has_claim),
        pay_until_ms=row.pay_until_ms,
        closing=None if row.closing is None else OrderState(row.closing),
        payment_id=row.payment_id,
        booking_id=row.booking_id,
        attention=row.attention,
        due_at_ms=row.due_at_ms,
        tries=row.tries,
        updated_at_ms=row.updated_at_ms,
    )


def _page(
    connection: sa.Connection,
    page: sa.Select[*tuple[Any, ...]],
    values: dict[str, object],
    before: tuple[int, OrderId] | None,
) -> list[Order]:
    if before is not None:
        page, values = page.where(_is_before), values | {"before_ms": before[0], "before_id": before[1]}
    return [order_of(row) for row in connection.execute(page, values)]
