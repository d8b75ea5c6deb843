"""Claims: an order's seats become its own rows in the ledger, under the index that bookings and blocks are under too.

1. begin_booking marks the hold's seats in the store with the order's id, for BOOKING_GUARD_MS.
2. The ledger moves the order from PENDING to CLAIMED and writes its rows, all or nothing, within that guard.
3. finish_booking sets them claimed in the store, which ends the hold. Whoever dies before that leaves it to the relay.

Where the seats can't be had, the order is closed first, so that no other attempt can claim them, and the marks go then.
"""

import structlog

from frontrow.domain.booking import SeatConflict, SeatRowState
from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.hold import (
    BOOKING_GUARD_MS,
    BookingBegun,
    BookingRunning,
    HoldNotComplete,
    HoldNotFound,
    SeatLimitReached,
    SeatsBusy,
    SeatsUnavailable,
)
from frontrow.domain.ids import SeatId
from frontrow.domain.order import Order, OrderState
from frontrow.domain.order_moves import MoveTooLate, OrderMove, OrderMoved, OrderStands, SeatClaim
from frontrow.ports import Clock, OrderLedger
from frontrow.services.catalog import Sale
from frontrow.services.earlier_bookings import refusals
from frontrow.services.order_outcomes import RequestRunning
from frontrow.services.seat_marking import NotBegun, SeatMarking

BEGINS_MAX = 3
"""How often one claim is begun: again when its guard ran short."""

_log = structlog.get_logger(__name__)

ClaimRefused = SeatsUnavailable | SeatLimitReached | HoldNotComplete | HoldNotFound | SeatsBusy | RequestRunning
ClaimAnswer = Order | ClaimRefused


class OrderClaims:
    """Claims the seats of pending orders. Every step may be repeated, and died in."""

    def __init__(
        self, *, ledger: OrderLedger, marking: SeatMarking, clock: Clock, payment_ms: int, seats_per_user_max: int
    ) -> None:
        self._ledger = ledger
        self._marking = marking
        self._clock = clock
        self._payment_ms = payment_ms
        self._seats_per_user_max = seats_per_user_max

    async def claim(self, sale: Sale, order: Order, *, is_capped: bool) -> ClaimAnswer:
        """The order with its seats claimed, or as it stands where somebody moved it on, or why it can't be claimed.

        A hold that is gone closes the order; seats that another booking is being written for do not.
        Neither does SeatLimitReached: with `is_capped` (everybody but admins), the user's unpaid orders of the event
        would have more than `seats_per_user_max` seats with this one, unless others sold it to them. It counts what is
        claimed as it begins, so claims at the same moment do not see each other: together they may go past the cap by
        what the user held at once, which has the same cap.

        Raises:
            StoreUnavailable: nothing was claimed. LedgerUnavailable: it may have been; repeating tells.
        """
        if is_capped and order.sold_by is None:
            claimed = await self._ledger.claimed_seats_of(order.event_id, order.user_id, besides=order.order_id)
            if claimed and claimed + len(order.seats) > self._seats_per_user_max:
                return SeatLimitReached(claimed, self._seats_per_user_max, self._clock.now_ms())
        for _ in range(BEGINS_MAX):
            guard_until_ms = self._clock.monotonic_ms() + BOOKING_GUARD_MS
            begun = await self._marking.begin(
                order.event_id, mark=order.order_id, user_id=order.hold_user_id, hold_id=order.hold_id
            )
            if not isinstance(begun, BookingBegun):
                return await self._not_begun(order, begun)
            answer = await self._write(sale, order, begun, guard_until_ms)
            if answer is not None:
                return answer
        raise LedgerUnavailable(f"the ledger was too slow {BEGINS_MAX} times", surely_not_written=True)

    async def _not_begun(self, order: Order, refused: NotBegun) -> ClaimAnswer:
        match refused:
            case BookingRunning(retry_after_ms=wait_ms):
                return RequestRunning(wait_ms)
            case SeatsBusy():
                return refused
        stands = await self._ledger.order(order.order_id)
        if stands is not None and stands.state is not OrderState.PENDING:
            return stands
        into = OrderState.EXPIRED if isinstance(refused, HoldNotFound) else OrderState.CANCELLED
        closed = await self._close(order, into)
        return closed if closed.state not in {OrderState.CANCELLED, OrderState.EXPIRED} else refused

    async def _write(  # noqa: PLR0911 (a return for each outcome)
        self, sale: Sale, order: Order, begun: BookingBegun, guard_until_ms: int
    ) -> ClaimAnswer | None:
        """None: nothing is written or marked, begin again."""
        unmet = _unmet(sale, order, begun)
        if unmet:
            closed = await self._close(order, OrderState.CANCELLED)
            if closed.state is OrderState.CANCELLED:
                await self._take_back(order, begun)
                return HoldNotComplete(unmet, begun.now_ms)
            return closed
        try:
            outcome = await self._ledger.move(self._claiming(order, begun, guard_until_ms))
        except LedgerUnavailable as error:
            if error.surely_not_written:
                await self._take_back(order, begun)
            raise
        match outcome:
            case OrderMoved(order=claimed, task_ids=task_ids):
                await self._marking.finish(
                    order.event_id,
                    mark=order.order_id,
                    state=SeatRowState.CLAIMED,
                    owner_id=order.order_id,
                    user_id=order.hold_user_id,
                    seat_ids=order.seat_ids,
                    task_ids=task_ids,
                    held=begun.held,
                )
                _log.info("order_claimed", order_id=order.order_id, event_id=order.event_id)
                return claimed
            case SeatConflict(seats=rows):
                closed = await self._close(order, OrderState.CANCELLED)
                if closed.state is not OrderState.CANCELLED:
                    return closed
                await self._take_back(order, begun)
                await self._marking.tell_store(order.event_id, rows)
                self._marking.count_broken(order.event_id, order.order_id, [row.seat_id for row in rows])
                return SeatsUnavailable(refusals(order.seat_ids, rows), begun.now_ms)
            case MoveTooLate():
                await self._take_back(order, begun)
                return None
            case OrderStands(order=stands):
                if not stands.has_claim:
                    await self._take_back(order, begun)
                return stands
        raise LedgerUnavailable(f"order {order.order_id} could not be claimed: {outcome}")

    def _claiming(self, order: Order, begun: BookingBegun, guard_until_ms: int) -> OrderMove:
        now_ms = self._clock.now_ms()
        pay_until_ms = now_ms + self._payment_ms
        after = order.moved(
            OrderState.CLAIMED, now_ms=now_ms, due_at_ms=pay_until_ms, has_claim=True, pay_until_ms=pay_until_ms
        )
        return OrderMove(before=order, after=after, claim=SeatClaim(begun.held, guard_until_ms))

    async def _close(self, order: Order, into: OrderState) -> Order:
        """The order closed, or as it stands where somebody moved it on."""
        after = order.moved(into, now_ms=self._clock.now_ms(), due_at_ms=None)
        match await self._ledger.move(OrderMove(before=order, after=after)):
            case OrderMoved(order=closed):
                _log.info("order_closed", order_id=order.order_id, event_id=order.event_id, state=into.value)
                return closed
            case OrderStands(order=stands):
                return stands
            case other:
                raise LedgerUnavailable(f"order {order.order_id} could not be closed: {other}")

    async def _take_back(self, order: Order, begun: BookingBegun) -> None:
        await self._marking.take_back(order.event_id, mark=order.order_id, user_id=order.hold_user_id, held=begun.held)


def _unmet(sale: Sale, order: Order, begun: BookingBegun) -> tuple[SeatId, ...]:
    """Seats that were begun and not ordered, ordered and not begun, or not drawn any more; all where the event has
    another currency by now."""
    held = tuple(pair.seat_id for pair in begun.held)
    if sale.event.currency != order.currency:
        return order.seat_ids
    extra = tuple(seat_id for seat_id in held if seat_id not in order.seat_ids)
    gone = tuple(it for it in order.seat_ids if it not in held or it not in sale.layout.index_of)
    return (*extra, *gone)
