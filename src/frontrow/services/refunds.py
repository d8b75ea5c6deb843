"""Giving money back for seats that were paid for through an order and cancelled.

What is owed follows from the ledger alone: a cancellation commits a task that names its seats, and the task stays until
the gateway has given back what just those seats cost, under a reference made of them. So it may be tried any number of
times, by any process.
"""

import hashlib
from collections.abc import Sequence

import msgspec
import structlog

from frontrow.domain.ids import BookingId, SeatId
from frontrow.ports import ChargeGateway, Ledger
from frontrow.services.order_ids import OrderIds
from frontrow.services.orders_of_bookings import order_of_booking

_log = structlog.get_logger(__name__)


class Refunds:
    """Refunds cancelled seats through the gateway that was paid; bookings without an order were paid elsewhere."""

    def __init__(self, *, ledger: Ledger, order_ids: OrderIds, gateway: ChargeGateway | None) -> None:
        self._ledger = ledger
        self._order_ids = order_ids
        self._gateway = gateway

    async def of_cancelled(self, owner_id: str, seat_ids: Sequence[SeatId]) -> None:
        """Give back what these seats, which one cancellation of this booking freed, were sold for; once.

        Nothing is owed where `owner_id` is no booking, or the booking was not made by an order.

        Raises:
            PaymentUnavailable, LedgerUnavailable: it may have been given back. Repeating it is safe, and needed.
        """
        booking = await self._ledger.booking(BookingId(owner_id))
        if booking is None or booking.payment_info is None:
            return
        order = await order_of_booking(self._ledger, self._order_ids, booking)
        if order is None:
            return
        amount_minor = sum(seat.price_minor for seat in booking.seats if seat.seat_id in seat_ids)
        if amount_minor == 0:
            return
        what = {"order_id": order.order_id, "amount_minor": amount_minor, "currency": booking.currency}
        if self._gateway is None or self._gateway.name != booking.payment_info.gateway:
            _log.error("refund_by_hand", paid_through=booking.payment_info.gateway, **what)
            return
        await self._gateway.refund_part(
            order.order_id, _part_of(seat_ids), amount_minor=amount_minor, currency=booking.currency
        )
        _log.info("seats_refunded", event_id=booking.event_id, booking_id=booking.booking_id, **what)


def _part_of(seat_ids: Sequence[SeatId]) -> str:
    return hashlib.sha256(msgspec.json.encode(sorted(seat_ids))).hexdigest()[:32]
