"""What those who run an event ask of the ledger: ports.EventBooks on the same database, all of it read only."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from frontrow.adapters.sql.database import Database
from frontrow.adapters.sql.order_tables import orders, payments, refunds
from frontrow.adapters.sql.orders import order_of
from frontrow.adapters.sql.payments import payment_of
from frontrow.adapters.sql.refunds import refund_of
from frontrow.adapters.sql.seats import in_parts
from frontrow.adapters.sql.tables import bookings, events, seat_rows
from frontrow.domain.booking import BookingStatus, SeatRowState
from frontrow.domain.ids import BookingId, EventId, OrderId, PaymentId, RefundId, SeatId, UserId
from frontrow.domain.order import CLOSED, Order, OrderState
from frontrow.domain.payment import Payment, PaymentState, Refund, RefundState
from frontrow.ports.event_books import OrderContact, SeatRow

Statement = sa.Select[*tuple[Any, ...]]

_NOT_CLOSED = sorted(state.value for state in OrderState if state not in CLOSED)

_cancelled_events = (
    sa.select(events.c.event_id)
    .where(events.c.cancelled_at_ms.is_not(None))
    .order_by(events.c.cancelled_at_ms.desc(), events.c.number)
)
_live_bookings = (
    sa.select(bookings.c.booking_id)
    .where(
        bookings.c.event_id == sa.bindparam("event_id"),
        bookings.c.booking_id > sa.bindparam("after"),
        bookings.c.status.in_([BookingStatus.BOOKED.value, BookingStatus.PARTLY_CANCELLED.value]),
    )
    .order_by(bookings.c.booking_id)
    .limit(sa.bindparam("limit"))
)
_given_up = sa.select(sa.func.count().label("times")).where(
    refunds.c.event_id == sa.bindparam("event_id"),
    refunds.c.state == RefundState.FAILED.value,
    refunds.c.due_at_ms.is_(None),
)
_order_contacts = (
    sa.select(
        orders.c.order_id,
        orders.c.created_at_ms,
        orders.c.booking_id,
        orders.c.customer_name,
        orders.c.customer_email,
    )
    .where(orders.c.event_id == sa.bindparam("event_id"))
    .order_by(orders.c.created_at_ms.desc(), orders.c.order_id.desc())
    .limit(sa.bindparam("limit"))
)
_is_before = sa.tuple_(orders.c.created_at_ms, orders.c.order_id) < sa.tuple_(
    sa.bindparam("before_ms", type_=sa.BigInteger), sa.bindparam("before_id", type_=sa.Text)
)
_open_orders = sa.select(orders.c.order_id).where(orders.c.state.in_(_NOT_CLOSED)).limit(sa.bindparam("limit"))
_rows_of_seat = (
    sa.select(
        seat_rows.c.owner_id,
        seat_rows.c.state,
        seat_rows.c.user_id,
        seat_rows.c.price_minor,
        seat_rows.c.created_at_ms,
        seat_rows.c.ended_at_ms,
    )
    .where(seat_rows.c.event_id == sa.bindparam("event_id"), seat_rows.c.seat_id == sa.bindparam("seat_id"))
    .order_by(seat_rows.c.created_at_ms.desc(), seat_rows.c.owner_id)
    .limit(sa.bindparam("limit"))
)


class SqlEventBooks:
    """ports.EventBooks; see there for what each method promises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cancelled_events(self) -> list[EventId]:
        """See EventBooks.cancelled_events."""
        return [EventId(row.event_id) for row in await self._rows(_cancelled_events, {})]

    async def booking_counts(self, event_id: EventId) -> dict[BookingStatus, int]:
        """See EventBooks.booking_counts."""
        counted = {BookingStatus(word): n for word, n in (await self._counted(bookings.c.status, event_id)).items()}
        return {status: n for status, n in counted.items() if status is not BookingStatus.ABORTED}

    async def refund_counts(self, event_id: EventId) -> dict[RefundState, int]:
        """See EventBooks.refund_counts."""
        return {RefundState(word): n for word, n in (await self._counted(refunds.c.state, event_id)).items()}

    async def refunds_given_up(self, event_id: EventId) -> int:
        """See EventBooks.refunds_given_up."""
        [row] = await self._rows(_given_up, {"event_id": event_id})
        times: int = row.times
        return times

    async def live_booking_ids(self, event_id: EventId, *, after: BookingId | None, limit: int) -> list[BookingId]:
        """See EventBooks.live_booking_ids."""
        rows = await self._rows(_live_bookings, {"event_id": event_id, "after": after or "", "limit": limit})
        return [BookingId(row.booking_id) for row in rows]

    async def payments_in(
        self, event_id: EventId, *, states: Sequence[PaymentState], after: PaymentId | None, limit: int
    ) -> list[Payment]:
        """See EventBooks.payments_in."""
        page = _in_states(payments, payments.c.payment_id, event_id=event_id, states=states, after=after, limit=limit)
        return [payment_of(row) for row in await self._rows(page, {})]

    async def refunds_in(
        self, event_id: EventId, *, states: Sequence[RefundState], after: RefundId | None, limit: int
    ) -> list[Refund]:
        """See EventBooks.refunds_in."""
        page = _in_states(refunds, refunds.c.refund_id, event_id=event_id, states=states, after=after, limit=limit)
        return [refund_of(row) for row in await self._rows(page, {})]

    async def order_contacts(
        self,
        event_id: EventId,
        *,
        states: Sequence[OrderState] | None,
        before: tuple[int, OrderId] | None,
        limit: int,
    ) -> list[OrderContact]:
        """See EventBooks.order_contacts."""
        page, values = _order_contacts, {"event_id": event_id, "limit": limit}
        if states is not None:
            page = page.where(orders.c.state.in_([state.value for state in states]))
        if before is not None:
            page, values = page.where(_is_before), values | {"before_ms": before[0], "before_id": before[1]}
        return [OrderContact(*row) for row in await self._rows(page, values)]

    async def orders_among(self, event_id: EventId, order_ids: Sequence[OrderId]) -> list[Order]:
        """See EventBooks.orders_among."""
        found = {row.order_id: row for row in await self._among(orders, orders.c.order_id, event_id, order_ids)}
        return [order_of(found[order_id]) for order_id in order_ids if order_id in found]

    async def payments_of_orders(self, event_id: EventId, order_ids: Sequence[OrderId]) -> dict[OrderId, list[Payment]]:
        """See EventBooks.payments_of_orders."""
        found: defaultdict[OrderId, list[Payment]] = defaultdict(list)
        for row in await self._among(payments, payments.c.order_id, event_id, order_ids):
            found[row.order_id].append(payment_of(row))
        return {id_: sorted(its, key=lambda it: (it.created_at_ms, it.payment_id)) for id_, its in found.items()}

    async def refunds_of_orders(self, event_id: EventId, order_ids: Sequence[OrderId]) -> dict[OrderId, list[Refund]]:
        """See EventBooks.refunds_of_orders."""
        found: defaultdict[OrderId, list[Refund]] = defaultdict(list)
        for row in await self._among(refunds, refunds.c.order_id, event_id, order_ids):
            found[row.order_id].append(refund_of(row))
        return {id_: sorted(its, key=lambda it: (it.created_at_ms, it.refund_id)) for id_, its in found.items()}

    async def open_orders_of(self, *, user_id: UserId | None, email: str | None, limit: int) -> list[OrderId]:
        """See EventBooks.open_orders_of."""
        found: dict[OrderId, None] = {}
        if user_id is not None:
            rows = await self._rows(_open_orders.where(orders.c.user_id == user_id), {"limit": limit})
            found |= dict.fromkeys(row.order_id for row in rows)
        if email is not None:
            of_email = sa.func.lower(orders.c.customer_email) == sa.func.lower(email)
            rows = await self._rows(_open_orders.where(of_email), {"limit": limit})
            found |= dict.fromkeys(row.order_id for row in rows)
        return list(found)[:limit]

    async def seat_rows(self, event_id: EventId, seat_id: SeatId, *, limit: int) -> list[SeatRow]:
        """See EventBooks.seat_rows."""
        rows = await self._rows(_rows_of_seat, {"event_id": event_id, "seat_id": seat_id, "limit": limit})
        return [
            SeatRow(
                row.owner_id, SeatRowState(row.state), row.user_id, row.price_minor, row.created_at_ms, row.ended_at_ms
            )
            for row in rows
        ]

    async def _rows(self, statement: Statement, values: dict[str, Any]) -> Sequence[sa.Row[*tuple[Any, ...]]]:
        return await self._database.read(partial(_all, statement=statement, values=values))

    async def _counted(self, column: sa.Column[str], event_id: EventId) -> dict[str, int]:
        counts = sa.select(column.label("word"), sa.func.count().label("times")).group_by(column)
        return {row.word: row.times for row in await self._rows(counts.where(column.table.c.event_id == event_id), {})}

    async def _among(
        self, table: sa.Table, column: sa.Column[str], event_id: EventId, ids: Sequence[str]
    ) -> list[sa.Row[*tuple[Any, ...]]]:
        among = sa.select(table).where(table.c.event_id == event_id)
        return [row for part in in_parts(ids) for row in await self._rows(among.where(column.in_(part)), {})]


def _all(connection: sa.Connection, statement: Statement, values: dict[str, Any]) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    return connection.execute(statement, values).all()


def _in_states(
    table: sa.Table,
    id_: sa.Column[str],
    *,
    event_id: EventId,
    states: Sequence[PaymentState] | Sequence[RefundState],
    after: str | None,
    limit: int,
) -> Statement:
    words = [state.value for state in states]
    of_event = sa.select(table).where(table.c.event_id == event_id, table.c.state.in_(words), id_ > (after or ""))
    return of_event.order_by(id_).limit(limit)
