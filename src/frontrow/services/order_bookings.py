"""The booking that a paid order becomes: from its claim, in one step of the ledger."""

import structlog

from frontrow.domain.booking import Booking, BookingDraft, BookingStatus, PaymentInfo, SeatRowState
from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.hold import HeldSeat
from frontrow.domain.ids import event_number_of
from frontrow.domain.order import Order, OrderState
from frontrow.domain.order_decisions import Standing, needs_attention, rest_due_ms
from frontrow.domain.order_moves import BookingOfOrder, MoveOutcome, OrderMove, OrderMoved, OrderStands
from frontrow.ports import Clock, OrderLedger
from frontrow.services.booking_ids import BookingIds
from frontrow.services.notices import NoticeBoard
from frontrow.services.order_ids import booking_key
from frontrow.services.seat_marking import SeatMarking

_log = structlog.get_logger(__name__)


class OrderBookings:
    """Writes the bookings of paid orders. Repeating it writes nothing more."""

    def __init__(
        self,
        *,
        ledger: OrderLedger,
        marking: SeatMarking,
        clock: Clock,
        booking_ids: BookingIds,
        notices: NoticeBoard,
    ) -> None:
        self._ledger = ledger
        self._marking = marking
        self._clock = clock
        self._booking_ids = booking_ids
        self._notices = notices

    async def of_claim(
        self, standing: Standing, paid_by: OrderMove | None = None
    ) -> tuple[Standing | None, Booking] | None:
        """Make the claim of a paid order its booking: what stands then (None where refunds have to be read for it), and
        the booking. None where somebody has moved the order on, or it has to be decided upon anew.

        With `paid_by`, the step that makes the order paid, both steps are written or neither; None also where the
        booking can't be: that the order is paid is to be written alone then.

        Raises:
            LedgerUnavailable: it may be written; repeating tells.
        """
        order = standing.order
        draft = self.draft(standing)
        move = self.move(standing, draft, guard_until_ms=None)
        try:
            outcome = await (self._ledger.move(move) if paid_by is None else self._ledger.move(paid_by, move))
        except ValueError:
            if paid_by is None:
                raise
            _log.exception("order_not_booked_with_payment", order_id=order.order_id, event_id=order.event_id)
            return None
        except LedgerUnavailable as error:
            if paid_by is None or not error.surely_not_written:
                raise
            return None
        match outcome:
            case OrderMoved(task_ids=task_ids):
                await self.finish(order, draft.booking, task_ids)
                return None if standing.refunds else standing.after(move), draft.booking
            case OrderStands():
                pass
            case _ if paid_by is not None:
                pass
            case refused:
                # Its own claimed rows are under the index: nobody else can have the seats, unless somebody changed
                # the ledger by hand.
                _log.error("order_not_bookable", order_id=order.order_id, event_id=order.event_id, refused=refused)
                why = "it is paid, and its claimed seats can't be booked"
                await self._ledger.move(needs_attention(order, why, self._clock.now_ms()))
        return None

    def draft(self, standing: Standing, held: tuple[HeldSeat, ...] = ()) -> BookingDraft:
        """The one booking of the order; `held` where its seats were begun anew."""
        order, payer = standing.order, standing.payer
        number = event_number_of(order.order_id)
        assert number is not None, "an order's id begins with its event's number"
        key = booking_key(order)
        payment_info: PaymentInfo | None = None
        if payer is not None:
            stated = payer.stated
            payment_info = PaymentInfo(
                method="card" if stated is None else stated.method,
                transaction_id=payer.gateway_payment_id if stated is None else stated.transaction_id,
                gateway=payer.gateway if stated is None else stated.gateway or payer.gateway,
            )
        booking = Booking(
            booking_id=self._booking_ids.of_key(number, key),
            event_id=order.event_id,
            user_id=order.user_id,
            seats=order.seats,
            table_ids=order.table_ids,
            total_minor=order.amount_minor,
            currency=order.currency,
            status=BookingStatus.BOOKED,
            contact_info=order.customer,
            booked_at_ms=self._clock.now_ms(),
            hold_id=order.hold_id,
            payment_info=payment_info,
            notes=order.notes,
            special_requests=order.special_requests,
            order_id=order.order_id,
        )
        return BookingDraft(booking, held, key.fingerprint, notices=self._notices.booking_confirmed(booking))

    def move(self, standing: Standing, draft: BookingDraft, *, guard_until_ms: int | None) -> OrderMove:
        """The step that writes it."""
        order, now_ms = standing.order, self._clock.now_ms()
        after = order.moved(
            OrderState.BOOKED,
            now_ms=now_ms,
            due_at_ms=rest_due_ms(standing, now_ms),
            has_claim=False,
            booking_id=draft.booking.booking_id,
        )
        return OrderMove(before=order, after=after, booking=BookingOfOrder(draft, guard_until_ms))

    async def write(self, move: OrderMove) -> MoveOutcome:
        """Write that step, settled by writing again where its answer is lost."""
        return await self._ledger.move(move)

    async def finish(
        self, order: Order, booking: Booking, task_ids: tuple[int, ...], held: tuple[HeldSeat, ...] = ()
    ) -> None:
        """Tell the store of the committed booking: the claim's seats, or those begun anew, are sold from now on."""
        _log.info("order_booked", order_id=order.order_id, event_id=order.event_id, booking_id=booking.booking_id)
        await self._marking.finish(
            order.event_id,
            mark=booking.booking_id if held else order.order_id,
            state=SeatRowState.BOOKED,
            owner_id=booking.booking_id,
            user_id=booking.user_id,
            seat_ids=booking.seat_ids,
            task_ids=task_ids,
            held=held,
            replaces_claim=order.order_id if order.has_claim else None,
        )


def unexpected(order: Order, outcome: object) -> LedgerUnavailable:
    """The ledger's answer to a step that has no such answer."""
    return LedgerUnavailable(f"a step of order {order.order_id} was answered with {outcome}")
