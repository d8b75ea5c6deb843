"""Bookings: who may book what, reading bookings, and giving their seats back."""

import hashlib

import msgspec
import structlog

from frontrow.domain.booking import (
    Booking,
    BookingCancelled,
    BookingNotFound,
    BookingWritten,
    CancelOutcome,
    IdempotencyKey,
)
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.event import SaleStatus
from frontrow.domain.hold import HoldNotFound
from frontrow.domain.ids import BookingId, EventId, HoldId, SeatId, UserId, event_number_of
from frontrow.domain.payment import RefundReason
from frontrow.domain.selection import EmptySelection, Selection, TableOnlyWhole, select, split_whole_tables
from frontrow.ports import Clock, HoldStore, Ledger
from frontrow.services.booking_protocol import BookingProtocol
from frontrow.services.booking_wish import Wish
from frontrow.services.callers import INTEGRATOR, Caller
from frontrow.services.catalog import Catalog, Sale
from frontrow.services.notices import NoticeBoard
from frontrow.services.ordered_seats import OrderedSeats
from frontrow.services.outcomes import (
    BookAnswer,
    BookingPage,
    BookRequest,
    CancelAnswer,
    CancellationClosed,
    DirectBookingNotAllowed,
    EventNotOnSale,
    NotFound,
    RoleMissing,
)
from frontrow.services.relay import Relay
from frontrow.services.seat_calls import SeatCalls

_log = structlog.get_logger(__name__)


class BookingService:
    """Everything people do with bookings. Every method may raise LedgerUnavailable."""

    def __init__(
        self,
        *,
        store: HoldStore,
        ledger: Ledger,
        catalog: Catalog,
        calls: SeatCalls,
        relay: Relay,
        protocol: BookingProtocol,
        ordered_seats: OrderedSeats,
        notices: NoticeBoard,
        clock: Clock,
        anyone_may_book: bool,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._catalog = catalog
        self._calls = calls
        self._relay = relay
        self._protocol = protocol
        self._ordered_seats = ordered_seats
        self._notices = notices
        self._clock = clock
        self._anyone_may_book = anyone_may_book

    async def book(self, caller: Caller, request: BookRequest, key: IdempotencyKey | None = None) -> BookAnswer:
        """Sell the seats that the caller (or, for integrators and admins, `request.user_id`) holds, all or none.

        A hold granted while the event was on sale may be booked until it runs out, unless the event is cancelled.
        Prices are the server's. With a key the first answer is given again for ever. Without one, a repeated
        confirmation of a hold, or of seats that are already the user's one booking, answers with that booking, whatever
        else its body says.

        Raises:
            StoreUnavailable: nothing was written.
            LedgerUnavailable: the booking may have been written. Repeat the request: with a key, or by hold, it
                is still one booking. The hold is kept for BOOKING_GUARD_MS at least.

        Source: seeds/002 (confirm), seeds/004 (confirm), docs/decisions/0007-idempotency-keys.md.
        """
        forbidden = self._forbidden(caller, request)
        if forbidden is not None:
            return forbidden
        sale = await self._catalog.sale(request.event_id)
        if sale is None:
            return NotFound()
        selection: Selection | None = None
        if request.hold_id is None:
            selected = select(sale.layout, request.seat_ids, request.table_ids)
            if not isinstance(selected, Selection):
                return selected
            selection = selected
        elif event_number_of(request.hold_id) != sale.event.number:
            return HoldNotFound(now_ms=self._clock.now_ms())
        if sale.event.cancelled_at_ms is None:
            return await self._protocol.book(_wish(sale, request.user_id or caller.user_id, request, selection, key))
        earlier = None if key is None else await self._ledger.replay(key)
        return earlier if isinstance(earlier, BookingWritten) else EventNotOnSale(SaleStatus.CANCELLED)

    def _forbidden(self, caller: Caller, request: BookRequest) -> DirectBookingNotAllowed | RoleMissing | None:
        names_other = request.user_id is not None and request.user_id != caller.user_id
        if (self._anyone_may_book and not names_other) or caller.is_integrator or caller.is_admin:
            return None
        return RoleMissing(INTEGRATOR) if self._anyone_may_book else DirectBookingNotAllowed()

    async def booking(self, caller: Caller, booking_id: BookingId) -> Booking | BookingNotFound:
        """The booking, to its owner or an admin; BookingNotFound to everyone else."""
        booking = None if event_number_of(booking_id) is None else await self._ledger.booking(booking_id)
        if booking is None or not caller.may_see(booking.user_id):
            return BookingNotFound()
        return booking

    async def booking_of_hold(self, caller: Caller, event_id: EventId, hold_id: HoldId) -> Booking | BookingNotFound:
        """The booking that was made from this hold of the caller's, whatever became of it since."""
        return await self._ledger.booking_of_hold(event_id, caller.user_id, hold_id) or BookingNotFound()

    async def my_bookings(
        self, caller: Caller, before: tuple[int, BookingId] | None = None, limit: int = 50
    ) -> BookingPage:
        """The caller's bookings in every event, newest first, up to `limit` (1 to 100) after `before`."""
        found = await self._ledger.bookings_of(caller.user_id, before=before, limit=limit + 1)
        page = tuple(found[:limit])
        return BookingPage(page, (page[-1].booked_at_ms, page[-1].booking_id) if len(found) > limit else None)

    async def cancel(
        self, caller: Caller, booking_id: BookingId, seat_ids: tuple[SeatId, ...] | None = None
    ) -> CancelAnswer:
        """Give back some or (None) all seats of a booking, for its owner or an admin. Repeating it frees nothing more.

        Once the event has begun, its owner gives nothing back any more that was not given back before; integrators and
        admins do, and everybody where the event is cancelled.

        The seats are on sale again when this returns, or as soon as the store answers again. Where an order paid for
        them, what they cost is given back by then too, or as soon as the gateway answers again; where the event is
        cancelled, nothing is kept of it, whoever is faster.
        """
        booking = await self.booking(caller, booking_id)
        if isinstance(booking, BookingNotFound):
            return booking
        if seat_ids is not None:
            seat_ids = tuple(dict.fromkeys(seat_ids))
            if not seat_ids:
                return EmptySelection()
            split = await self._split(booking, seat_ids)
            if split is not None:
                return split
        sale = await self._catalog.sale(booking.event_id)
        # As the ledger has it now: who asks a catalog that has not heard yet would keep fees of what never takes place.
        event = await self._ledger.event(booking.event_id)
        is_cancelled = event is not None and event.cancelled_at_ms is not None
        if sale is not None and not is_cancelled and self._too_late(caller, sale, booking, seat_ids):
            return CancellationClosed()
        reason = RefundReason.EVENT_CANCELLED if is_cancelled else RefundReason.SEATS_CANCELLED
        return await self._give_back(booking, seat_ids, reason)

    async def cancel_for_event(self, booking_id: BookingId) -> None:
        """Give back every seat of the booking that is left, because its event is cancelled: nothing is kept of what was
        paid. Repeating it gives back nothing more."""
        booking = await self._ledger.booking(booking_id)
        if booking is not None:
            await self._give_back(booking, None, RefundReason.EVENT_CANCELLED)

    async def _give_back(
        self, booking: Booking, seat_ids: tuple[SeatId, ...] | None, reason: RefundReason
    ) -> CancelOutcome:
        booking_id = booking.booking_id
        if booking.order_id is not None:
            return await self._ordered_seats.cancel(booking_id, seat_ids, reason)
        going = tuple(it for it in booking.left_seat_ids if seat_ids is None or it in seat_ids)
        told = self._notices.booking_cancelled(booking, going)
        cancelled = await self._ledger.cancel(booking_id, seat_ids, notices=told)
        if isinstance(cancelled, BookingCancelled) and cancelled.freed:
            await self._free(cancelled)
        return cancelled

    def _too_late(self, caller: Caller, sale: Sale, booking: Booking, seat_ids: tuple[SeatId, ...] | None) -> bool:
        if caller.is_admin or caller.is_integrator or self._clock.now_ms() < sale.event.starts_at_ms:
            return False
        return any(seat_ids is None or it in seat_ids for it in booking.left_seat_ids)

    async def _split(self, booking: Booking, seat_ids: tuple[SeatId, ...]) -> TableOnlyWhole | None:
        sale = await self._catalog.sale(booking.event_id)
        if sale is None:
            return None
        return split_whole_tables(sale.layout, (seat_id for seat_id in seat_ids if seat_id in sale.layout.index_of))

    async def _free(self, cancelled: BookingCancelled) -> None:
        event_id, booking_id = cancelled.booking.event_id, cancelled.booking.booking_id
        try:
            freed = await self._store.free_seats(event_id, owner_id=booking_id, seat_ids=cancelled.freed)
        except StoreUnavailable as error:
            _log.warning("freeing_left_to_relay", event_id=event_id, booking_id=booking_id, reason=str(error))
            return
        self._calls.heard(event_id, freed)
        self._relay.strike_off(cancelled.task_ids)


def _wish(
    sale: Sale, owner: UserId, request: BookRequest, selection: Selection | None, key: IdempotencyKey | None
) -> Wish:
    seat_ids = () if selection is None else selection.seat_ids
    if key is not None:
        fingerprint = key.fingerprint
    else:
        what = (sale.event.event_id, owner, request.hold_id, sorted(seat_ids))
        fingerprint = hashlib.sha256(msgspec.json.encode(what)).hexdigest()
    return Wish(
        sale=sale,
        owner=owner,
        request=request,
        seat_ids=seat_ids,
        table_ids=() if selection is None else selection.table_ids,
        key=key,
        fingerprint=fingerprint,
    )
