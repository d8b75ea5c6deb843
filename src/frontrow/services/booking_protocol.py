"""The booking protocol: mark the seats, write the ledger, tell the store. No crash in between sells a seat twice.

1. begin_booking marks each seat in the store, for BOOKING_GUARD_MS.
2. The ledger writes the booking, its seats, its idempotency key and an outbox task, all or nothing, within that guard.
3. finish_booking sets the seats sold. Whoever dies before that leaves the outbox task to any process's relay.

The ledger decides, the store advises: before anything is refused the ledger is asked whether an earlier attempt
succeeded. Marks are taken back only where this attempt surely wrote nothing and never will.

Source: docs/architecture.md, seeds/002 (confirm), seeds/004 (never double sold, idempotency).
"""

import contextlib
from collections.abc import Iterable, Sequence
from functools import partial

import structlog

from frontrow.domain.booking import (
    Booking,
    BookingDraft,
    BookingIdSpent,
    BookingKeyReused,
    BookingWritten,
    BookOutcome,
    GuardTooShort,
    LedgerSeat,
    SeatConflict,
    SeatRowState,
)
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.hold import (
    BOOKING_GUARD_MS,
    BookingBegun,
    BookingRunning,
    HeldSeat,
    HoldNotComplete,
    HoldNotFound,
    SeatRefusal,
    SeatsBusy,
    SeatsUnavailable,
    Unavailable,
)
from frontrow.domain.ids import BookingId, SeatId
from frontrow.domain.selection import UnknownSeats
from frontrow.ports import Clock, HoldStore, Ledger
from frontrow.services.booking_ids import BookingIds
from frontrow.services.booking_wish import Wish
from frontrow.services.counts import Count, Counts
from frontrow.services.earlier_bookings import EarlierBookings, first_answer, refusals
from frontrow.services.notices import NoticeBoard
from frontrow.services.relay import Relay
from frontrow.services.seat_calls import SeatCalls

BEGINS_MAX = 3
"""How often one request is begun: again when its guard ran short, or its id turned out to be another booking's."""

_log = structlog.get_logger(__name__)

_NotBegun = SeatsUnavailable | HoldNotComplete | HoldNotFound | BookingRunning | SeatsBusy
Booked = BookingWritten | BookingKeyReused | UnknownSeats | _NotBegun


class _BeginAgain:
    """Nothing was written and nothing is marked: the same id may begin again."""


class _IdTaken:
    """The id stands for something else for ever. Nothing of this attempt is written or marked."""


class BookingProtocol:
    """Carries out one wish, every step of it safe to repeat and safe to die in."""

    def __init__(
        self,
        *,
        store: HoldStore,
        ledger: Ledger,
        calls: SeatCalls,
        relay: Relay,
        clock: Clock,
        ids: BookingIds,
        notices: NoticeBoard,
        counts: Counts,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._calls = calls
        self._relay = relay
        self._clock = clock
        self._ids = ids
        self._notices = notices
        self._counts = counts
        self._earlier = EarlierBookings(ledger=ledger, relay=relay)

    async def book(self, wish: Wish) -> Booked:
        """Write the booking, or find that it is written, or say why it cannot be.

        Raises:
            StoreUnavailable: the seats could not be marked, and no earlier attempt had succeeded.
            LedgerUnavailable: the booking may have been written. The same request tells; the hold is kept for
                BOOKING_GUARD_MS at least.
        """
        event_id, booking_id, hold_id = wish.event_id, wish.first_id(self._ids), wish.request.hold_id
        for _ in range(BEGINS_MAX):
            guard_until_ms = self._clock.monotonic_ms() + BOOKING_GUARD_MS
            begin = partial(
                self._store.begin_booking,
                event_id,
                booking_id=booking_id,
                user_id=wish.owner,
                hold_id=hold_id,
                seat_ids=wish.seat_ids if hold_id is None else None,
                guard_ms=BOOKING_GUARD_MS,
            )
            try:
                begun: BookingBegun | _NotBegun = await self._calls.ask(event_id, begin)
            except StoreUnavailable:
                earlier = await self._earlier.of(wish, booking_id)
                if earlier is None:
                    raise
                return earlier
            if not isinstance(begun, BookingBegun):
                return await self._earlier.of(wish, booking_id) or begun
            self._calls.heard(event_id, begun)
            answer = await self._write(wish, booking_id, begun, guard_until_ms)
            if isinstance(answer, _IdTaken):
                if wish.key is not None:
                    return await self._refused_before(wish, begun)
                booking_id = self._ids.fresh(wish.sale.event.number)
            elif not isinstance(answer, _BeginAgain):
                return answer
        raise LedgerUnavailable(f"the ledger was too slow {BEGINS_MAX} times", surely_not_written=True)

    async def _write(
        self, wish: Wish, booking_id: BookingId, begun: BookingBegun, guard_until_ms: int
    ) -> Booked | _BeginAgain | _IdTaken:
        unmet = wish.unmet_by(begun)
        if unmet:
            await self._unmark(wish, booking_id, begun.held)
            return await self._earlier.of(wish, booking_id) or HoldNotComplete(unmet, begun.now_ms)
        booking = wish.booking(booking_id, begun, booked_at_ms=self._clock.now_ms())
        if isinstance(booking, UnknownSeats):
            await self._unmark(wish, booking_id, begun.held)
            return booking
        notices = self._notices.booking_confirmed(booking)
        draft = BookingDraft(booking, begun.held, wish.fingerprint, wish.key, notices)
        try:
            outcome = await self._ledger.book(draft, guard_until_ms=guard_until_ms)
            if isinstance(outcome, SeatConflict):
                # The marks may go only when nothing can be written under this id any more.
                aborted = await self._ledger.abort(draft)
                if isinstance(aborted, BookingIdSpent):
                    await self._unmark(wish, booking_id, begun.held)
                    return await self._conflicting(wish, draft, outcome.seats, begun.now_ms)
                outcome = aborted
        except LedgerUnavailable as error:
            if error.surely_not_written:
                await self._unmark(wish, booking_id, begun.held)
            raise
        return await self._written(wish, draft, begun, outcome)

    async def _written(
        self, wish: Wish, draft: BookingDraft, begun: BookingBegun, outcome: BookOutcome
    ) -> Booked | _BeginAgain | _IdTaken:
        booking_id = draft.booking.booking_id
        match outcome:
            case BookingWritten(booking, task_ids=task_ids):
                other = await self._finish(booking, begun, task_ids)
                if wish.key is not None:
                    return first_answer(outcome)
                # Without a key the id says only "this hold", which may have been booked before and got seats since.
                return _IdTaken() if other else outcome
            case BookingKeyReused():
                await self._unmark(wish, booking_id, draft.held)
                return outcome
            case GuardTooShort():
                await self._unmark(wish, booking_id, draft.held)
                return _BeginAgain()
            case BookingIdSpent():
                await self._unmark(wish, booking_id, draft.held)
                return _IdTaken()
            case SeatConflict():
                raise LedgerUnavailable(f"booking {booking_id} could be neither written nor aborted")

    async def _finish(self, booking: Booking, begun: BookingBegun, task_ids: Sequence[int]) -> list[HeldSeat]:
        """Set the booking's live seats sold in the store; unmark the others that were begun, and return those."""
        event_id, booking_id = booking.event_id, booking.booking_id
        seat_ids = booking.left_seat_ids
        live = set(seat_ids)
        other = [pair for pair in begun.held if pair.seat_id not in live]
        try:
            finished = await self._store.finish_booking(
                event_id,
                booking_id=booking_id,
                state=SeatRowState.BOOKED,
                owner_id=booking_id,
                user_id=booking.user_id,
                seat_ids=seat_ids,
                held=[pair for pair in begun.held if pair.seat_id in live] if other else begun.held,
                table_ids=begun.table_ids,
            )
            self._calls.heard(event_id, finished)
            self._relay.strike_off(task_ids)
            if finished.broken:
                self._count_broken(booking, [pair.seat_id for pair in finished.broken])
            if other:
                undone = await self._store.abort_booking(
                    event_id, booking_id=booking_id, user_id=booking.user_id, held=other
                )
                self._calls.heard(event_id, undone)
        except StoreUnavailable as error:
            _log.warning("booking_finish_left_to_relay", event_id=event_id, reason=str(error))
        return other

    async def _unmark(self, wish: Wish, booking_id: BookingId, held: Sequence[HeldSeat]) -> None:
        # A mark that cannot be taken back runs out by itself; the hold it protects is still the user's.
        with contextlib.suppress(StoreUnavailable):
            undone = await self._store.abort_booking(
                wish.event_id, booking_id=booking_id, user_id=wish.owner, held=held
            )
            self._calls.heard(wish.event_id, undone)

    async def _conflicting(
        self, wish: Wish, draft: BookingDraft, rows: Sequence[LedgerSeat], now_ms: int
    ) -> BookingWritten | SeatsUnavailable:
        """The store let hold what the ledger has sold: tell the store whose the seats are, then answer."""
        await self._tell_store(wish, rows)
        same = await self._ledger.booking_of_seats(wish.event_id, wish.owner, draft.booking.seat_ids)
        if same is not None:
            return BookingWritten(same, replayed=True)
        self._count_broken(draft.booking, [row.seat_id for row in rows])
        return SeatsUnavailable(refusals(draft.booking.seat_ids, rows), now_ms)

    async def _tell_store(self, wish: Wish, rows: Iterable[LedgerSeat]) -> None:
        with contextlib.suppress(StoreUnavailable, LedgerUnavailable):
            for owner_id in dict.fromkeys(row.owner_id for row in rows):
                await self._relay.catch_up(owner_id)
            await self._relay.set_sold(wish.event_id, rows)

    async def _refused_before(self, wish: Wish, begun: BookingBegun) -> SeatsUnavailable:
        """The answer of a key whose attempt was aborted: the sold seats, or all where none is sold any more."""
        seat_ids = [pair.seat_id for pair in begun.held]
        sold = await self._earlier.sold(wish, seat_ids)
        return SeatsUnavailable(sold or tuple(SeatRefusal(it, Unavailable.NOT_YOURS) for it in seat_ids), begun.now_ms)

    def _count_broken(self, booking: Booking, seat_ids: list[SeatId]) -> None:
        self._counts.add(Count.HOLD_BROKEN, len(seat_ids))
        _log.error("hold_broken", event_id=booking.event_id, booking_id=booking.booking_id, seat_ids=seat_ids)
