"""The counts and lists of an event's money, over a ledger in memory: the promises of the EventBooks port."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from frontrow.domain.booking import Booking, BookingStatus
from frontrow.domain.ids import BookingId, EventId, OrderId, PaymentId, RefundId, SeatId, UserId
from frontrow.domain.order import CLOSED, Order, OrderState
from frontrow.domain.payment import Payment, PaymentState, Refund, RefundState
from frontrow.ports.event_books import OrderContact, SeatRow
from tests.support.fake_ledger import FakeLedger

LIVE = (BookingStatus.BOOKED, BookingStatus.PARTLY_CANCELLED)


class FakeEventBooks:
    """Implements ports.EventBooks but for `seat_rows`: this ledger does not keep rows that ended."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger
        self._orders = ledger.orders

    async def cancelled_events(self) -> list[EventId]:
        every = await self._ledger.events(after_number=0, limit=1_000_000)
        return [event.event_id for event in every if event.cancelled_at_ms is not None]

    async def booking_counts(self, event_id: EventId) -> dict[BookingStatus, int]:
        return dict(Counter(it.status for it in await self._bookings(event_id)))

    async def refund_counts(self, event_id: EventId) -> dict[RefundState, int]:
        return dict(Counter(it.state for it in self._orders.refunds.values() if it.event_id == event_id))

    async def refunds_given_up(self, event_id: EventId) -> int:
        return sum(it.is_given_up for it in self._orders.refunds.values() if it.event_id == event_id)

    async def live_booking_ids(self, event_id: EventId, *, after: BookingId | None, limit: int) -> list[BookingId]:
        live = sorted(it.booking_id for it in await self._bookings(event_id) if it.status in LIVE)
        return [it for it in live if after is None or it > after][:limit]

    async def payments_in(
        self, event_id: EventId, *, states: Sequence[PaymentState], after: PaymentId | None, limit: int
    ) -> list[Payment]:
        found = [it for it in self._orders.payments.values() if it.event_id == event_id and it.state in states]
        found.sort(key=lambda it: it.payment_id)
        return [it for it in found if after is None or it.payment_id > after][:limit]

    async def refunds_in(
        self, event_id: EventId, *, states: Sequence[RefundState], after: RefundId | None, limit: int
    ) -> list[Refund]:
        found = [it for it in self._orders.refunds.values() if it.event_id == event_id and it.state in states]
        found.sort(key=lambda it: it.refund_id)
        return [it for it in found if after is None or it.refund_id > after][:limit]

    async def order_contacts(
        self,
        event_id: EventId,
        *,
        states: Sequence[OrderState] | None,
        before: tuple[int, OrderId] | None,
        limit: int,
    ) -> list[OrderContact]:
        found = await self._orders.orders_in(event_id, states=states, before=before, limit=limit)
        return [
            OrderContact(it.order_id, it.created_at_ms, it.booking_id, it.customer.name, it.customer.email)
            for it in found
        ]

    async def orders_among(self, event_id: EventId, order_ids: Sequence[OrderId]) -> list[Order]:
        found = [await self._orders.order(order_id) for order_id in order_ids]
        return [order for order in found if order is not None and order.event_id == event_id]

    async def payments_of_orders(self, event_id: EventId, order_ids: Sequence[OrderId]) -> dict[OrderId, list[Payment]]:
        found: defaultdict[OrderId, list[Payment]] = defaultdict(list)
        for payment in sorted(self._orders.payments.values(), key=lambda it: (it.created_at_ms, it.payment_id)):
            if payment.order_id in order_ids:
                found[payment.order_id].append(payment)
        return dict(found)

    async def refunds_of_orders(self, event_id: EventId, order_ids: Sequence[OrderId]) -> dict[OrderId, list[Refund]]:
        found: defaultdict[OrderId, list[Refund]] = defaultdict(list)
        for refund in sorted(self._orders.refunds.values(), key=lambda it: (it.created_at_ms, it.refund_id)):
            if refund.order_id in order_ids:
                found[refund.order_id].append(refund)
        return dict(found)

    async def open_orders_of(self, *, user_id: UserId | None, email: str | None, limit: int) -> list[OrderId]:
        return [
            order.order_id
            for order in self._orders.placed.values()
            if order.state not in CLOSED
            and (order.user_id == user_id or (email is not None and order.customer.email.lower() == email.lower()))
        ][:limit]

    async def seat_rows(self, event_id: EventId, seat_id: SeatId, *, limit: int) -> list[SeatRow]:
        raise AssertionError("ended rows are asked of the SQL ledger alone")

    async def _bookings(self, event_id: EventId) -> list[Booking]:
        return await self._ledger.bookings_in(event_id, before=None, limit=1_000_000)
