"""Marks on held seats while an order's step is written: begun, taken back, told to the store once it is committed."""

import contextlib
from collections.abc import Iterable, Sequence

import structlog

from frontrow.domain.booking import LedgerSeat, SeatRowState
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.hold import (
    BOOKING_GUARD_MS,
    BookingBegun,
    BookingRunning,
    HeldSeat,
    HoldNotComplete,
    HoldNotFound,
    SeatsBusy,
    SeatsUnavailable,
)
from frontrow.domain.ids import BookingId, EventId, HoldId, OrderId, SeatId, UserId
from frontrow.ports import HoldStore
from frontrow.services.counts import Count, Counts
from frontrow.services.relay import Relay
from frontrow.services.seat_calls import SeatCalls

_log = structlog.get_logger(__name__)

NotBegun = SeatsUnavailable | HoldNotComplete | HoldNotFound | BookingRunning | SeatsBusy


class SeatMarking:
    """What orders ask of the store. What is committed already reaches it by the relay where this fails."""

    def __init__(self, *, store: HoldStore, calls: SeatCalls, relay: Relay, counts: Counts) -> None:
        self._store = store
        self._calls = calls
        self._relay = relay
        self._counts = counts

    async def begin(self, event_id: EventId, *, mark: str, user_id: UserId, hold_id: HoldId) -> BookingBegun | NotBegun:
        """Mark all that the hold lists, for BOOKING_GUARD_MS.

        Raises:
            StoreUnavailable, LedgerUnavailable: nothing is marked, or the marks run out by themselves.
        """
        begun: BookingBegun | NotBegun = await self._calls.ask(
            event_id,
            lambda: self._store.begin_booking(
                event_id,
                booking_id=BookingId(mark),
                user_id=user_id,
                hold_id=hold_id,
                seat_ids=None,
                guard_ms=BOOKING_GUARD_MS,
            ),
        )
        if isinstance(begun, BookingBegun):
            self._calls.heard(event_id, begun)
        return begun

    async def take_back(self, event_id: EventId, *, mark: str, user_id: UserId, held: Sequence[HeldSeat]) -> None:
        """Take the marks back, as nothing is written and nothing will be. Those that stay run out by themselves."""
        with contextlib.suppress(StoreUnavailable):
            undone = await self._store.abort_booking(event_id, booking_id=BookingId(mark), user_id=user_id, held=held)
            self._calls.heard(event_id, undone)

    async def finish(
        self,
        event_id: EventId,
        *,
        mark: str,
        state: SeatRowState,
        owner_id: str,
        user_id: UserId,
        seat_ids: Sequence[SeatId],
        task_ids: Sequence[int],
        held: Sequence[HeldSeat] = (),
        replaces_claim: OrderId | None = None,
    ) -> None:
        """Set committed seats claimed or sold in the store, and strike the tasks off that say so."""
        try:
            finished = await self._store.finish_booking(
                event_id,
                booking_id=mark,
                state=state,
                owner_id=owner_id,
                user_id=user_id,
                seat_ids=seat_ids,
                held=held,
                replaces_claim=replaces_claim,
            )
        except StoreUnavailable as error:
            _log.warning("order_finish_left_to_relay", event_id=event_id, owner_id=owner_id, reason=str(error))
            return
        self._calls.heard(event_id, finished)
        self._relay.strike_off(task_ids)
        if finished.broken:
            self.count_broken(event_id, owner_id, [pair.seat_id for pair in finished.broken])

    async def free(
        self, event_id: EventId, *, owner_id: str, seat_ids: Sequence[SeatId], task_ids: Sequence[int]
    ) -> None:
        """Free committed seats that were given back, and strike the tasks off that say so."""
        try:
            freed = await self._store.free_seats(event_id, owner_id=owner_id, seat_ids=seat_ids)
        except StoreUnavailable as error:
            _log.warning("freeing_left_to_relay", event_id=event_id, owner_id=owner_id, reason=str(error))
            return
        self._calls.heard(event_id, freed)
        self._relay.strike_off(task_ids)

    async def catch_up(self, owner_id: str) -> None:
        """Carry out what is still to be told the store of this order or booking.

        Raises:
            StoreUnavailable, LedgerUnavailable: it stays the relay's.
        """
        await self._relay.catch_up(owner_id)

    async def tell_store(self, event_id: EventId, rows: Iterable[LedgerSeat]) -> None:
        """The store let hold what the ledger has sold: tell it whose the seats are, as far as it answers."""
        rows = tuple(rows)
        with contextlib.suppress(StoreUnavailable, LedgerUnavailable):
            for owner_id in dict.fromkeys(row.owner_id for row in rows):
                await self._relay.catch_up(owner_id)
            await self._relay.set_sold(event_id, rows)

    def count_broken(self, event_id: EventId, owner_id: str, seat_ids: Sequence[SeatId]) -> None:
        """Holds that turned out to be another's seats."""
        self._counts.add(Count.HOLD_BROKEN, len(seat_ids))
        _log.error("hold_broken", event_id=event_id, owner_id=owner_id, seat_ids=list(seat_ids))
