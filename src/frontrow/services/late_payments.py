"""Payments taken after their order had given its seats back: the seats are taken again, or the money goes back.

The seats are acquired as a hold of the order's user and booked from it as any others: the ledger decides. Where any of
them is somebody else's by now, or is not drawn any more, or the buyer was erased, everything is refunded, once.
"""

import contextlib

import structlog

from frontrow.domain.booking import SeatConflict
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.hold import BOOKING_GUARD_MS, BookingBegun, BookingRunning, HoldAcquired, HoldReleased, SeatsBusy
from frontrow.domain.ids import HoldId, SeatId, TableId, event_number_of, new_made_id
from frontrow.domain.order import Order
from frontrow.domain.order_decisions import Rest, Standing, refunding
from frontrow.domain.order_moves import MoveTooLate, OrderMove, OrderMoved, OrderStands
from frontrow.domain.payment import RefundReason
from frontrow.ports import Clock, HoldStore
from frontrow.services.catalog import Sale
from frontrow.services.erasing import PSEUDONYM_PREFIX
from frontrow.services.order_bookings import OrderBookings, unexpected
from frontrow.services.seat_calls import SeatCalls
from frontrow.services.seat_marking import SeatMarking

HOLD_MS = 2 * BOOKING_GUARD_MS
"""How long the seats are held for being booked; a process that dies leaves them to run out."""
BEGINS_MAX = 3

LIFETIME_MS_MAX = 86_400_000
"""Seats that the user holds already are taken into that hold, whenever they were first held."""

_log = structlog.get_logger(__name__)


class _Again:
    """Nothing is written or marked: hold the seats anew."""


class LatePayments:
    """Books or refunds paid orders that have no claim any more. Repeating it does either once."""

    def __init__(
        self,
        *,
        store: HoldStore,
        calls: SeatCalls,
        marking: SeatMarking,
        bookings: OrderBookings,
        clock: Clock,
    ) -> None:
        self._store = store
        self._calls = calls
        self._marking = marking
        self._bookings = bookings
        self._clock = clock

    async def settle(self, sale: Sale, standing: Standing) -> OrderMove | Rest | None:
        """Book the order's seats if they can be had.

        Returns:
            None: it is booked, or somebody has moved the order on. Rest: seats are being booked this very moment; come
            again then. Else the step that gives the money back, to be written.

        Raises:
            StoreUnavailable: nothing was booked. LedgerUnavailable: it may be; repeating tells.
        """
        order = standing.order
        gone = [seat_id for seat_id in order.seat_ids if seat_id not in sale.layout.index_of]
        # Nobody is left to whom a booking would be of use.
        is_erased = order.user_id.startswith(PSEUDONYM_PREFIX)
        if gone or is_erased or sale.event.currency != order.currency:
            return self._refunding(standing, gone or order.seat_ids)
        # Its own claim may still stand in the store, where freeing it was left to the relay.
        await self._marking.catch_up(order.order_id)
        for _ in range(BEGINS_MAX):
            hold_id = HoldId(new_made_id(event_number_of(order.order_id) or sale.event.number))
            held = await self._acquire(order, hold_id)
            if isinstance(held, SeatsBusy):
                return Rest(self._clock.now_ms() + held.retry_after_ms)
            if not isinstance(held, HoldAcquired):
                return self._refunding(standing, held)
            outcome = await self._book(standing, hold_id)
            if not isinstance(outcome, _Again):
                return outcome
        return Rest(self._clock.now_ms())

    async def _acquire(self, order: Order, hold_id: HoldId) -> HoldAcquired | SeatsBusy | object:
        tables: dict[SeatId, TableId] = {
            seat.seat_id: seat.table_id for seat in order.seats if seat.table_id is not None
        }
        acquired = await self._calls.ask(
            order.event_id,
            lambda: self._store.acquire(
                order.event_id,
                hold_id=hold_id,
                user_id=order.user_id,
                seat_ids=order.seat_ids,
                table_ids=order.table_ids,
                table_of_seat=tables,
                ttl_ms=HOLD_MS,
                lifetime_max_ms=LIFETIME_MS_MAX,
                seats_per_user_max=None,
            ),
        )
        if isinstance(acquired, HoldAcquired):
            self._calls.heard(order.event_id, acquired)
        return acquired

    async def _book(  # noqa: PLR0911 (a return for each outcome)
        self, standing: Standing, hold_id: HoldId
    ) -> OrderMove | Rest | _Again | None:
        order = standing.order
        mark = self._bookings.draft(standing).booking.booking_id
        guard_until_ms = self._clock.monotonic_ms() + BOOKING_GUARD_MS
        begun = await self._marking.begin(order.event_id, mark=mark, user_id=order.user_id, hold_id=hold_id)
        if isinstance(begun, BookingRunning | SeatsBusy):
            return Rest(self._clock.now_ms() + begun.retry_after_ms)
        if not isinstance(begun, BookingBegun):
            return _Again()
        draft = self._bookings.draft(standing, begun.held)
        try:
            outcome = await self._bookings.write(self._bookings.move(standing, draft, guard_until_ms=guard_until_ms))
        except LedgerUnavailable as error:
            if error.surely_not_written:
                await self._marking.take_back(order.event_id, mark=mark, user_id=order.user_id, held=begun.held)
            raise
        if isinstance(outcome, OrderMoved):
            await self._bookings.finish(order, draft.booking, outcome.task_ids, begun.held)
            return None
        if isinstance(outcome, OrderStands) and outcome.order.booking_id == draft.booking.booking_id:
            return None  # booked by another process meanwhile; the relay tells the store
        await self._marking.take_back(order.event_id, mark=mark, user_id=order.user_id, held=begun.held)
        match outcome:
            case OrderStands():
                return None
            case MoveTooLate():
                return _Again()
            case SeatConflict(seats=rows):
                await self._marking.tell_store(order.event_id, rows)
                await self._release(order, hold_id)
                return self._refunding(standing, [row.seat_id for row in rows])
            case other:
                raise unexpected(order, other)

    async def _release(self, order: Order, hold_id: HoldId) -> None:
        """Free the seats that were held for nothing; where the store is away, they run out."""
        with contextlib.suppress(StoreUnavailable):
            released = await self._store.release(order.event_id, hold_id=hold_id, user_id=order.user_id)
            if isinstance(released, HoldReleased):
                self._calls.heard(order.event_id, released)

    def _refunding(self, standing: Standing, why: object) -> OrderMove:
        """The step that gives it back. The alarm is told once that is written: another process may have booked it."""
        order = standing.order
        _log.info("late_seats_refused", order_id=order.order_id, event_id=order.event_id, not_to_be_had=why)
        return refunding(standing, RefundReason.PAID_LATE, self._clock.now_ms())
