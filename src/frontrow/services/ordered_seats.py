"""Giving back seats that an order paid for: booking rows, refund and notices change in one step of the order."""

import structlog

from frontrow.domain.booking import (
    Booking,
    BookingCancelled,
    BookingNotFound,
    CancelOutcome,
    SeatsNotInBooking,
)
from frontrow.domain.errors import LedgerUnavailable, PaymentUnavailable, StoreUnavailable
from frontrow.domain.ids import BookingId, SeatId
from frontrow.domain.order import Order, OrderState
from frontrow.domain.order_decisions import TAKE_OVER_AFTER_MS, Standing
from frontrow.domain.order_moves import OrderMove, OrderMoved, OrderStands
from frontrow.domain.owed import given_back_minor, seats_refund
from frontrow.domain.payment import Refund, RefundReason
from frontrow.ports import Clock, Ledger, OrderLedger
from frontrow.services.notices import NoticeBoard
from frontrow.services.order_bookings import unexpected
from frontrow.services.order_steps import OrderSteps
from frontrow.services.seat_marking import SeatMarking

TRIES_MAX = 10
"""How often one cancellation is decided anew because others cancel seats of the same booking."""

_log = structlog.get_logger(__name__)


class OrderedSeats:
    """Cancels seats of bookings that orders made. Repeating it gives back nothing more."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        orders: OrderLedger,
        steps: OrderSteps,
        marking: SeatMarking,
        notices: NoticeBoard,
        clock: Clock,
    ) -> None:
        self._ledger = ledger
        self._orders = orders
        self._steps = steps
        self._marking = marking
        self._notices = notices
        self._clock = clock

    async def cancel(
        self, booking_id: BookingId, seat_ids: tuple[SeatId, ...] | None, reason: RefundReason
    ) -> CancelOutcome:
        """Cancel some or (None) all seats of the booking, and owe what they cost less what is kept of charges.

        Where the event is cancelled (`reason`) nothing is kept. The refund is asked for by the time this returns; a
        gateway that is away, or a store, is told later.

        Raises:
            LedgerUnavailable: the seats may be given back; repeating tells.
        """
        for _ in range(TRIES_MAX):
            booking = await self._ledger.booking(booking_id)
            standing = None
            if booking is not None and booking.order_id is not None:
                standing = await self._steps.standing(booking.order_id)
                # Read after its order: seats that others cancel in between belong to a newer version of that, over
                # which this step is not written.
                booking = await self._ledger.booking(booking_id)
            if booking is None or standing is None:
                return BookingNotFound()
            strange = tuple(it for it in seat_ids or () if it not in booking.seat_ids)
            if strange:
                return SeatsNotInBooking(strange)
            freed = tuple(it for it in booking.left_seat_ids if seat_ids is None or it in seat_ids)
            if not freed:
                return BookingCancelled(booking, ())
            move = self._move(standing, booking, freed, reason)
            outcome = await self._orders.move(move)
            match outcome:
                case OrderMoved(order=order, task_ids=task_ids):
                    return await self._cancelled(order, booking, freed, task_ids)
                case OrderStands():
                    continue
            raise unexpected(standing.order, outcome)
        raise LedgerUnavailable(f"booking {booking_id} kept changing", surely_not_written=True)

    def _move(self, standing: Standing, booking: Booking, freed: tuple[SeatId, ...], reason: RefundReason) -> OrderMove:
        order, now_ms = standing.order, self._clock.now_ms()
        refund = self._owed(standing, booking, freed, reason, now_ms)
        state = order.state
        if set(freed) == set(booking.left_seat_ids):
            state = OrderState.CANCELLED if standing.payer is None else OrderState.REFUNDING
        after = order.moved(
            state,
            now_ms=now_ms,
            due_at_ms=now_ms + TAKE_OVER_AFTER_MS if state is OrderState.REFUNDING else order.due_at_ms,
        )
        return OrderMove(
            before=order,
            after=after,
            cancels=freed,
            refunds=() if refund is None else (refund,),
            notices=self._notices.booking_cancelled(booking, freed),
        )

    def _owed(
        self, standing: Standing, booking: Booking, freed: tuple[SeatId, ...], reason: RefundReason, now_ms: int
    ) -> Refund | None:
        order, payer = standing.order, standing.payer
        if payer is None:
            return None
        left = booking.left_seat_ids
        amount_minor = given_back_minor(order.seats, order.charges, left=left, cancelled=freed)
        if reason is RefundReason.EVENT_CANCELLED and set(freed) == set(left):
            own = (it.amount_minor for it in standing.own_refunds if it.payment_id == payer.payment_id)
            amount_minor = payer.captured_minor - sum(own)
        return seats_refund(payer, freed, amount_minor=amount_minor, reason=reason, now_ms=now_ms)

    async def _cancelled(
        self, order: Order, booking: Booking, freed: tuple[SeatId, ...], task_ids: tuple[int, ...]
    ) -> BookingCancelled:
        _log.info("ordered_seats_cancelled", order_id=order.order_id, booking_id=booking.booking_id, seats=freed)
        await self._marking.free(booking.event_id, owner_id=booking.booking_id, seat_ids=freed, task_ids=task_ids)
        try:
            await self._steps.advance(order.order_id)
        except (StoreUnavailable, PaymentUnavailable, LedgerUnavailable) as error:
            _log.warning("refund_left_to_background", order_id=order.order_id, reason=str(error))
        return BookingCancelled(await self._ledger.booking(booking.booking_id) or booking, freed, task_ids)
