"""What notices say, read from the ledger when they are sent: nothing about a person waits in a queue."""

from collections.abc import Iterable
from typing import Protocol

import msgspec

from frontrow.domain.booking import Booking
from frontrow.domain.ids import BookingId, OrderId, PaymentId, RefundId, SeatId
from frontrow.domain.notice import Notice, NoticeChannel, NoticeKind
from frontrow.domain.notice_content import NoticeContent, place_of
from frontrow.domain.order import Order
from frontrow.domain.payment import Payment, Refund
from frontrow.services.catalog import Catalog, Sale


class NothingToTell(msgspec.Struct, frozen=True):
    """What the notice is about is no more as it would say; `reason` is a sentence for operators."""

    reason: str


class HasBookings(Protocol):
    """The ledger, as far as it is asked here."""

    async def booking(self, booking_id: BookingId) -> Booking | None: ...


class HasOrders(Protocol):
    """The orders' ledger, as far as it is asked here."""

    async def order(self, order_id: OrderId) -> Order | None: ...

    async def refund(self, refund_id: RefundId) -> Refund | None: ...

    async def payment(self, payment_id: PaymentId) -> Payment | None: ...


class MakesCodes(Protocol):
    """Makes what the door asks for (services/order_ids.py)."""

    def ticket_code(self, booking_id: BookingId) -> str: ...


class NoticeContents:
    """Puts together what a notice says. `public_url` is this server's address as customers know it, if it is set."""

    def __init__(
        self, *, ledger: HasBookings, orders: HasOrders, catalog: Catalog, codes: MakesCodes, public_url: str | None
    ) -> None:
        self._ledger = ledger
        self._orders = orders
        self._catalog = catalog
        self._codes = codes
        self._public_url = public_url

    async def of(self, notice: Notice) -> NoticeContent | NothingToTell:
        """What it says as of now.

        Raises:
            LedgerUnavailable: it cannot be read now.
        """
        sale = await self._catalog.sale(notice.event_id)
        if sale is None:
            return NothingToTell("its event is not in the ledger")
        match notice.kind:
            case NoticeKind.BOOKING_CONFIRMED | NoticeKind.BOOKING_CANCELLED:
                return await self._of_booking(notice, sale)
            case NoticeKind.ORDER_REFUNDED:
                return await self._of_refund(notice, sale)
            case NoticeKind.HOLD_EXPIRED:
                return _content(notice, sale, notice.subject.seat_ids)

    async def _of_booking(self, notice: Notice, sale: Sale) -> NoticeContent | NothingToTell:
        booking_id = notice.subject.booking_id
        booking = None if booking_id is None else await self._ledger.booking(booking_id)
        if booking is None:
            return NothingToTell("its booking is not in the ledger")
        is_confirmation = notice.kind is NoticeKind.BOOKING_CONFIRMED
        if is_confirmation and notice.channel is NoticeChannel.EMAIL and not booking.left_seat_ids:
            return NothingToTell("every seat was given back before the confirmation could be sent")
        content = _content(notice, sale, booking.left_seat_ids if is_confirmation else notice.subject.seat_ids)
        return msgspec.structs.replace(
            content,
            booking=booking,
            order=None if booking.order_id is None else await self._orders.order(booking.order_id),
            ticket_code=self._codes.ticket_code(booking.booking_id),
            url=self._url(booking.booking_id),
        )

    async def _of_refund(self, notice: Notice, sale: Sale) -> NoticeContent | NothingToTell:
        order_id, refund_id = notice.subject.order_id, notice.subject.refund_id
        order = None if order_id is None else await self._orders.order(order_id)
        refund = None if refund_id is None else await self._orders.refund(refund_id)
        if order is None or refund is None:
            return NothingToTell("its refund is not in the ledger")
        payment = await self._orders.payment(refund.payment_id)
        return msgspec.structs.replace(
            _content(notice, sale, refund.seat_ids),
            order=order,
            refund=refund,
            ticket_code=None if order.booking_id is None else self._codes.ticket_code(order.booking_id),
            refunded_through=None if payment is None else payment.gateway,
            url=self._url(order.booking_id),
        )

    def _url(self, booking_id: BookingId | None) -> str | None:
        return f"{self._public_url}/?booking={booking_id}" if self._public_url and booking_id else None


def _content(notice: Notice, sale: Sale, seat_ids: Iterable[SeatId]) -> NoticeContent:
    layout, end = sale.layout, len(sale.layout.index_of)
    in_order = sorted(seat_ids, key=lambda seat_id: layout.index_of.get(seat_id, end))
    return NoticeContent(
        notice=notice,
        event=sale.event,
        venue=layout.layout.name,
        seats=tuple(place_of(layout, seat_id) for seat_id in in_order),
    )
