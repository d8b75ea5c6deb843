"""Orders: buying what one holds. An order is placed on a hold, then paid; payment and booking come together or not.

1. The hold must still hold what was ordered, at the same amount: else nothing is charged and the order is closed.
2. The gateway charges under the order's id, which it does once however often it is asked.
3. The booking is made by the booking protocol under an idempotency key of the order: of these seats exactly, whatever
   became of the hold while the gateway was asked.
4. Where that is refused, the key is spent first, so that no later attempt can book, and then the money is given back.

Whoever dies in between leaves a request that can be repeated: every step finds what the one before it did. What the
absence of a store or of the gateway interrupts is finished in the background as well.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import msgspec
import structlog

from frontrow.domain.booking import (
    Booking,
    BookingDraft,
    BookingIdSpent,
    BookingStatus,
    BookingWritten,
    ContactInfo,
    PaymentInfo,
)
from frontrow.domain.errors import LedgerUnavailable, PaymentUnavailable, StoreUnavailable
from frontrow.domain.hold import BookingBegun, BookingRunning, HoldNotComplete, HoldNotFound, SeatsBusy
from frontrow.domain.ids import HoldId, OrderId, SeatId, event_number_of
from frontrow.domain.order import Order, OrderStatus
from frontrow.domain.payment import Declined
from frontrow.domain.pricing import sold_seats
from frontrow.ports import ChargeGateway, Clock, HoldStore, Ledger
from frontrow.services.background import Background
from frontrow.services.booking_ids import BookingIds
from frontrow.services.booking_protocol import BookingProtocol
from frontrow.services.booking_wish import Wish
from frontrow.services.callers import Caller
from frontrow.services.catalog import Catalog, Sale
from frontrow.services.hold_display import show_hold
from frontrow.services.order_ids import ORDERS_PER_HOLD_MAX, OrderIds, booking_key
from frontrow.services.orders_of_bookings import order_of_booking
from frontrow.services.outcomes import BookRequest, HoldShown

SETTLE_PAUSES_S = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 60.0)
"""Before each further attempt to finish an order that an absence interrupted at the charge or after it."""
AWAY = (StoreUnavailable, LedgerUnavailable, PaymentUnavailable)
"""What leaves an order unsettled."""

_log = structlog.get_logger(__name__)


class OrderPlaced(msgspec.Struct, frozen=True):
    """The order as it was placed, now or before; how it stands, until when it may be paid, and the seats left of it."""

    order: Order
    status: OrderStatus
    expires_at_ms: int
    seat_ids: tuple[SeatId, ...]


class OrdersUsedUp(msgspec.Struct, frozen=True):
    """This hold has had all the orders that a hold may have."""

    orders_max: int


class OrderPaid(msgspec.Struct, frozen=True):
    """The order is paid and its seats are sold, now or before; the answer is the same each time."""

    order: Order
    booking: Booking
    ticket_code: str


class OrderCancelled(msgspec.Struct, frozen=True):
    """The order was paid, and all of its seats were given back since."""

    order: Order
    booking: Booking


class OrderNotFound(msgspec.Struct, frozen=True):
    """No order of the caller's under that id."""


class OrderClosed(msgspec.Struct, frozen=True):
    """The order can't be paid any more: its hold ran out, changed, or its seats were sold otherwise.

    Nothing is charged: what was is given back, and `refunded` says that this very attempt had charged it.
    """

    refunded: bool = False


class PaymentNotConfigured(msgspec.Struct, frozen=True):
    """This server has no payment gateway."""


PlaceAnswer = OrderPlaced | OrdersUsedUp | HoldNotFound | HoldNotComplete | PaymentNotConfigured
_Attempted = OrderPaid | OrderCancelled | OrderClosed | Declined | BookingRunning | SeatsBusy
PayAnswer = _Attempted | OrderNotFound | PaymentNotConfigured


class OrderService:
    """Places and settles orders. Every method may raise StoreUnavailable and LedgerUnavailable, and be repeated; `pay`
    PaymentUnavailable as well."""

    def __init__(
        self,
        *,
        store: HoldStore,
        ledger: Ledger,
        catalog: Catalog,
        protocol: BookingProtocol,
        gateway: ChargeGateway | None,
        clock: Clock,
        order_ids: OrderIds,
        booking_ids: BookingIds,
        background: Background,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._catalog = catalog
        self._protocol = protocol
        self._gateway = gateway
        self._clock = clock
        self._order_ids = order_ids
        self._booking_ids = booking_ids
        self._background = background
        self._sleep = sleep
        self._settling: set[OrderId] = set()
        """Orders that the background is finishing now."""

    async def place(self, caller: Caller, hold_id: HoldId, customer: ContactInfo) -> PlaceAnswer:
        """Order all that a hold of the caller's holds, at its prices of now. The hold goes on as it was.

        The same hold with the same seats, amount and customer is the same order, also after it was paid. A hold has
        ORDERS_PER_HOLD_MAX orders at most.

        Source: seeds/000 (the complete journey, step 3).
        """
        number = event_number_of(hold_id)
        sale = None if number is None else await self._catalog.sale_by_number(number)
        if sale is None:
            return HoldNotFound(now_ms=self._clock.now_ms())
        shown = await self._own_hold(caller, sale, hold_id)
        if shown is None or not shown.seat_ids:
            return await self._placed_before(caller, sale, hold_id, customer) or HoldNotFound(self._clock.now_ms())
        if shown.moved_seat_ids:
            return HoldNotComplete(shown.moved_seat_ids, self._clock.now_ms())
        if self._gateway is None:
            return PaymentNotConfigured()
        draft = Order(
            order_id=OrderId(""),
            event_id=sale.event.event_id,
            hold_id=hold_id,
            user_id=caller.user_id,
            seats=sold_seats(sale.event, sale.layout, shown.seat_ids, shown.table_ids),
            customer=customer,
            amount_minor=shown.total_minor,
            currency=shown.currency,
            created_at_ms=self._clock.now_ms(),
            expires_at_ms=shown.expires_at_ms,
        )
        return await self._place(draft)

    async def pay(self, caller: Caller, order_id: OrderId, card_number: str | None = None) -> PayAnswer:
        """Charge the order and sell its seats, or neither.

        A declined card leaves the order as it was, to be paid with another while its hold lives.

        Returns:
            OrderPaid, the same each time until seats are given back, and OrderCancelled once all were; a refusal in
            words; BookingRunning or SeatsBusy while another attempt runs.

        Raises:
            StoreUnavailable, LedgerUnavailable, PaymentUnavailable: the order may have been charged. It is finished or
                refunded in the background, and repeating the request tells.

        Source: seeds/000 (the complete journey, steps 4 to 6).
        """
        number = event_number_of(order_id)
        order = None if number is None else await self._ledger.order(order_id)
        if order is None or order.user_id != caller.user_id:
            return OrderNotFound()
        if (before := await self._answered_before(order)) is not None:
            return before
        gateway, sale = self._gateway, await self._catalog.sale(order.event_id)
        if gateway is None:
            return PaymentNotConfigured()
        if sale is None:
            return OrderNotFound()
        try:
            answer = await self._attempt(gateway, sale, order, card_number)
        except (*AWAY, asyncio.CancelledError) as error:
            self._leave_to_background(gateway, sale, order, card_number, why=repr(error))
            raise
        if isinstance(answer, BookingRunning | SeatsBusy):
            self._leave_to_background(gateway, sale, order, card_number, why=type(answer).__name__)
        return answer

    async def _place(self, draft: Order) -> OrderPlaced | OrdersUsedUp:
        """Under the first id of the hold's that is free, or is this very order's and not closed."""
        for order_id in self._order_ids.of_hold(draft.hold_id, draft.user_id):
            order = await self._ledger.order(order_id)
            if order is None:
                order = await self._ledger.add_order(msgspec.structs.replace(draft, order_id=order_id))
            if not order.is_for(draft.seat_ids, draft.amount_minor, draft.currency, draft.customer):
                continue
            match await self._ledger.replay(booking_key(order)):
                case BookingWritten(booking=booking):  # the store, which shows the hold, has not heard of it yet
                    return _sold(order, booking)
                case BookingIdSpent():
                    continue
                case _:
                    return OrderPlaced(order, OrderStatus.PENDING, draft.expires_at_ms, order.seat_ids)
        return OrdersUsedUp(ORDERS_PER_HOLD_MAX)

    async def _own_hold(self, caller: Caller, sale: Sale, hold_id: HoldId) -> HoldShown | None:
        hold = await self._store.read(sale.event.event_id, hold_id)
        return None if hold is None or hold.user_id != caller.user_id else show_hold(sale, hold)

    async def _placed_before(
        self, caller: Caller, sale: Sale, hold_id: HoldId, customer: ContactInfo
    ) -> OrderPlaced | None:
        """The order that this hold was booked by, when it was this very one."""
        booking = await self._ledger.booking_of_hold(sale.event.event_id, caller.user_id, hold_id)
        if booking is None:
            return None
        order = await order_of_booking(self._ledger, self._order_ids, booking)
        return _sold(order, booking) if order is not None and order.customer == customer else None

    async def _still_holds(self, sale: Sale, order: Order) -> bool:
        shown = await self._own_hold(Caller(user_id=order.user_id), sale, order.hold_id)
        return (
            shown is not None
            and set(shown.seat_ids) == set(order.seat_ids)
            and all(seat_id in sale.layout.index_of for seat_id in order.seat_ids)
            and (shown.total_minor, shown.currency) == (order.amount_minor, order.currency)
        )

    async def _answered_before(self, order: Order) -> OrderPaid | OrderCancelled | OrderClosed | None:
        match await self._ledger.replay(booking_key(order)):
            case BookingWritten(booking=booking):
                return self._paid(order, booking)
            case BookingIdSpent():
                # Whoever spent it may have died before the refund.
                if self._gateway is not None:
                    await self._gateway.refund(order.order_id)
                return OrderClosed()
            case _:
                return None

    async def _attempt(self, gateway: ChargeGateway, sale: Sale, order: Order, card_number: str | None) -> _Attempted:
        if not await self._still_holds(sale, order):
            return await self._close(gateway, order, _wish(sale, order), refunds=False)
        charged = await gateway.charge(
            order.order_id, amount_minor=order.amount_minor, currency=order.currency, card_number=card_number
        )
        if isinstance(charged, Declined):
            return charged
        wish = _wish(sale, order, PaymentInfo("card", charged.transaction_id, gateway.name))
        outcome = await self._protocol.book(wish)
        match outcome:
            case BookingWritten(booking=booking) if booking.booking_id == wish.first_id(self._booking_ids):
                return self._paid(order, booking)
            case BookingRunning() | SeatsBusy():
                return outcome
        # Refused, or the hold was booked without this order at the same moment.
        return await self._close(gateway, order, wish, refunds=True)

    async def _close(
        self, gateway: ChargeGateway, order: Order, wish: Wish, *, refunds: bool
    ) -> OrderPaid | OrderCancelled | OrderClosed:
        """Spend the order's key, so that nothing can be booked under it any more, then give back what was taken."""
        nothing = BookingBegun(held=(), table_ids=(), deadline_ms=0, now_ms=0)
        draft = wish.draft(wish.first_id(self._booking_ids), nothing, booked_at_ms=self._clock.now_ms())
        assert isinstance(draft, BookingDraft), "a draft of no seats has no unknown ones"
        match await self._ledger.abort(draft):
            case BookingWritten(booking=booking):
                return self._paid(order, booking)
            case BookingIdSpent():
                await gateway.refund(order.order_id)
            case stands:
                raise LedgerUnavailable(f"order {order.order_id} could not be closed: its key stands for {stands}")
        _log.info("order_closed", order_id=order.order_id, event_id=order.event_id, refunded=refunds)
        return OrderClosed(refunded=refunds)

    def _leave_to_background(
        self, gateway: ChargeGateway, sale: Sale, order: Order, card_number: str | None, *, why: str
    ) -> None:
        if order.order_id in self._settling:
            return  # by an earlier request, which a repeated one must not multiply
        self._settling.add(order.order_id)
        _log.warning("order_left_to_background", order_id=order.order_id, event_id=order.event_id, why=why)
        self._background.start(self._settle(gateway, sale, order, card_number), name=f"order {order.order_id}")

    async def _settle(self, gateway: ChargeGateway, sale: Sale, order: Order, card_number: str | None) -> None:
        """Finish what was begun, until it is a booking or nothing is charged."""
        try:
            for pause_s in SETTLE_PAUSES_S:
                await self._sleep(pause_s)
                with contextlib.suppress(*AWAY):
                    before = await self._answered_before(order)
                    answer = before or await self._attempt(gateway, sale, order, card_number)
                    if not isinstance(answer, BookingRunning | SeatsBusy):
                        return
        finally:
            self._settling.discard(order.order_id)
        _log.error("order_not_settled", order_id=order.order_id, event_id=order.event_id)

    def _paid(self, order: Order, booking: Booking) -> OrderPaid | OrderCancelled:
        if booking.status is BookingStatus.CANCELLED:
            return OrderCancelled(order, booking)
        return OrderPaid(order, booking, self._order_ids.ticket_code(booking.booking_id))


def _sold(order: Order, booking: Booking) -> OrderPlaced:
    if booking.status is BookingStatus.CANCELLED:
        return OrderPlaced(order, OrderStatus.CANCELLED, order.expires_at_ms, booking.seat_ids)
    return OrderPlaced(order, OrderStatus.CONFIRMED, order.expires_at_ms, booking.left_seat_ids)


def _wish(sale: Sale, order: Order, payment_info: PaymentInfo | None = None) -> Wish:
    key = booking_key(order)
    request = BookRequest(
        event_id=order.event_id,
        contact_info=order.customer,
        hold_id=order.hold_id,
        payment_info=payment_info,
    )
    return Wish(
        sale=sale,
        owner=order.user_id,
        request=request,
        seat_ids=order.seat_ids,
        table_ids=(),
        key=key,
        fingerprint=key.fingerprint,
    )
