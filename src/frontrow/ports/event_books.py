"""The port to the ledger for those who run events: what is counted, listed and looked through; nothing is written."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from frontrow.domain.booking import BookingStatus, SeatRowState
from frontrow.domain.ids import BookingId, EventId, OrderId, PaymentId, RefundId, SeatId, UserId
from frontrow.domain.order import Order, OrderState
from frontrow.domain.payment import Payment, PaymentState, Refund, RefundState


class OrderContact(msgspec.Struct, frozen=True, gc=False):
    """Of an order what people look for it by."""

    order_id: OrderId
    created_at_ms: int
    booking_id: BookingId | None
    name: str
    email: str


class SeatRow(msgspec.Struct, frozen=True):
    """Who had a seat, as what, from when until when (None: still), and for how much; the ledger keeps them all."""

    owner_id: str
    state: SeatRowState
    user_id: UserId
    price_minor: int
    created_at_ms: int
    ended_at_ms: int | None


class EventBooks(Protocol):
    """An event's bookings, orders, payments and refunds, in counts and in lists. Every call may raise
    LedgerUnavailable."""

    async def cancelled_events(self) -> list[EventId]:
        """Every event that is cancelled, the one cancelled last first."""
        ...

    async def booking_counts(self, event_id: EventId) -> dict[BookingStatus, int]:
        """How many bookings of the event have each status; aborted ids, which never were any, left out."""
        ...

    async def refund_counts(self, event_id: EventId) -> dict[RefundState, int]:
        """How many refunds of the event are in each state."""
        ...

    async def refunds_given_up(self, event_id: EventId) -> int:
        """How many refunds of the event nobody tries any more until an operator asks for it (Refund.is_given_up)."""
        ...

    async def live_booking_ids(self, event_id: EventId, *, after: BookingId | None, limit: int) -> list[BookingId]:
        """Bookings of the event with seats that were not given back, by id."""
        ...

    async def payments_in(
        self, event_id: EventId, *, states: Sequence[PaymentState], after: PaymentId | None, limit: int
    ) -> list[Payment]:
        """The event's payments in these states, by id."""
        ...

    async def refunds_in(
        self, event_id: EventId, *, states: Sequence[RefundState], after: RefundId | None, limit: int
    ) -> list[Refund]:
        """The event's refunds in these states, by id."""
        ...

    async def order_contacts(
        self,
        event_id: EventId,
        *,
        states: Sequence[OrderState] | None,
        before: tuple[int, OrderId] | None,
        limit: int,
    ) -> list[OrderContact]:
        """The orders that OrderLedger.orders_in lists, in the same order, as far as people look for them by it."""
        ...

    async def orders_among(self, event_id: EventId, order_ids: Sequence[OrderId]) -> list[Order]:
        """Those of these orders that the event has, in the order asked."""
        ...

    async def payments_of_orders(self, event_id: EventId, order_ids: Sequence[OrderId]) -> dict[OrderId, list[Payment]]:
        """The payments of these orders, first one first; orders without any left out."""
        ...

    async def refunds_of_orders(self, event_id: EventId, order_ids: Sequence[OrderId]) -> dict[OrderId, list[Refund]]:
        """The refunds of these orders, first one first; orders without any left out."""
        ...

    async def open_orders_of(self, *, user_id: UserId | None, email: str | None, limit: int) -> list[OrderId]:
        """Orders that are not ended (domain ENDED), or need attention, of who has this user id or gave this address."""
        ...

    async def seat_rows(self, event_id: EventId, seat_id: SeatId, *, limit: int) -> list[SeatRow]:
        """Everybody who had the seat, or has it, newest first."""
        ...
