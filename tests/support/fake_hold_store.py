"""A hold store in memory: the specification itself (domain/seat_map.py), one map per event, on a clock tests move."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from frontrow.domain.booking import LedgerSeat, SeatRowState
from frontrow.domain.hold import (
    AcquireOutcome,
    BeginOutcome,
    BlockOutcome,
    BookingFinished,
    Cold,
    ExtendOutcome,
    ExtendSeatsOutcome,
    HeldSeat,
    Hold,
    OrphanCheck,
    ReleaseOutcome,
    Written,
)
from frontrow.domain.ids import BlockId, BookingId, EventId, HoldId, OrderId, SeatId, TableId, UserId
from frontrow.domain.seat_map import SeatMap
from frontrow.ports import Clock


class FakeHoldStore:
    """Implements ports.HoldStore. `maps` is open to tests that want to look at or break the store itself."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.maps: dict[EventId, SeatMap] = defaultdict(SeatMap)
        self._epochs_count = 0

    def flush_all(self) -> None:
        """Lose everything, as FLUSHALL."""
        self.maps.clear()

    async def acquire(
        self,
        event_id: EventId,
        *,
        hold_id: HoldId,
        user_id: UserId,
        seat_ids: Sequence[SeatId],
        table_ids: Sequence[TableId],
        table_of_seat: Mapping[SeatId, TableId],
        ttl_ms: int,
        lifetime_max_ms: int,
        seats_per_user_max: int | None,
        adds: bool = False,
        answer_key: str | None = None,
        fingerprint: str = "",
        orphan_checks: Sequence[OrphanCheck] = (),
    ) -> AcquireOutcome:
        return self.maps[event_id].acquire(
            now_ms=self._clock.now_ms(),
            hold_id=hold_id,
            user_id=user_id,
            seat_ids=seat_ids,
            table_ids=table_ids,
            table_of_seat=table_of_seat,
            ttl_ms=ttl_ms,
            lifetime_max_ms=lifetime_max_ms,
            seats_per_user_max=seats_per_user_max,
            adds=adds,
            answer_key=answer_key,
            fingerprint=fingerprint,
            orphan_checks=orphan_checks,
        )

    async def read(self, event_id: EventId, hold_id: HoldId) -> Hold | None:
        return self.maps[event_id].read(now_ms=self._clock.now_ms(), hold_id=hold_id)

    async def user_seats(self, event_ids: Sequence[EventId], user_id: UserId) -> list[tuple[EventId, list[HeldSeat]]]:
        now_ms = self._clock.now_ms()
        held = [(event_id, self.maps[event_id].user_seats(now_ms=now_ms, user_id=user_id)) for event_id in event_ids]
        return [(event_id, seats) for event_id, seats in held if seats]

    async def holders(self, event_id: EventId, seat_ids: Sequence[SeatId]) -> dict[SeatId, tuple[UserId, HoldId]]:
        return self.maps[event_id].holders(now_ms=self._clock.now_ms(), seat_ids=seat_ids)

    async def extend(
        self, event_id: EventId, *, hold_id: HoldId, user_id: UserId, ttl_ms: int, lifetime_max_ms: int
    ) -> ExtendOutcome:
        return self.maps[event_id].extend(
            now_ms=self._clock.now_ms(),
            hold_id=hold_id,
            user_id=user_id,
            ttl_ms=ttl_ms,
            lifetime_max_ms=lifetime_max_ms,
        )

    async def extend_seats(
        self, event_id: EventId, *, seat_ids: Sequence[SeatId], user_id: UserId, ttl_ms: int, lifetime_max_ms: int
    ) -> ExtendSeatsOutcome:
        return self.maps[event_id].extend_seats(
            now_ms=self._clock.now_ms(),
            seat_ids=seat_ids,
            user_id=user_id,
            ttl_ms=ttl_ms,
            lifetime_max_ms=lifetime_max_ms,
        )

    async def release(
        self,
        event_id: EventId,
        *,
        hold_id: HoldId,
        user_id: UserId,
        seat_ids: Sequence[SeatId] | None = None,
        after_ms: int = 0,
    ) -> ReleaseOutcome:
        return self.maps[event_id].release(
            now_ms=self._clock.now_ms(), hold_id=hold_id, user_id=user_id, seat_ids=seat_ids, after_ms=after_ms
        )

    async def release_seats(self, event_id: EventId, *, seat_ids: Sequence[SeatId], user_id: UserId) -> ReleaseOutcome:
        return self.maps[event_id].release_seats(now_ms=self._clock.now_ms(), seat_ids=seat_ids, user_id=user_id)

    async def begin_booking(
        self,
        event_id: EventId,
        *,
        booking_id: BookingId,
        user_id: UserId,
        hold_id: HoldId | None,
        seat_ids: Sequence[SeatId] | None,
        guard_ms: int,
    ) -> BeginOutcome:
        return self.maps[event_id].begin_booking(
            now_ms=self._clock.now_ms(),
            booking_id=booking_id,
            user_id=user_id,
            hold_id=hold_id,
            seat_ids=seat_ids,
            guard_ms=guard_ms,
        )

    async def finish_booking(
        self,
        event_id: EventId,
        *,
        booking_id: str,
        state: SeatRowState,
        owner_id: str,
        user_id: UserId,
        seat_ids: Sequence[SeatId],
        held: Sequence[HeldSeat],
        table_ids: Sequence[TableId] | None = None,
        replaces_claim: OrderId | None = None,
    ) -> BookingFinished:
        return self.maps[event_id].finish_booking(
            now_ms=self._clock.now_ms(),
            booking_id=booking_id,
            state=state,
            owner_id=owner_id,
            user_id=user_id,
            seat_ids=seat_ids,
            held=held,
            replaces_claim=replaces_claim,
        )

    async def abort_booking(
        self, event_id: EventId, *, booking_id: BookingId, user_id: UserId, held: Sequence[HeldSeat]
    ) -> Written:
        return self.maps[event_id].abort_booking(
            now_ms=self._clock.now_ms(), booking_id=booking_id, user_id=user_id, held=held
        )

    async def free_seats(self, event_id: EventId, *, owner_id: str, seat_ids: Sequence[SeatId]) -> Written:
        return self.maps[event_id].free_seats(now_ms=self._clock.now_ms(), owner_id=owner_id, seat_ids=seat_ids)

    async def set_blocked(self, event_id: EventId, *, block_id: BlockId, seat_ids: Sequence[SeatId]) -> BlockOutcome:
        return self.maps[event_id].set_blocked(now_ms=self._clock.now_ms(), block_id=block_id, seat_ids=seat_ids)

    async def sweep_expired(self, event_id: EventId, *, seats_max: int = 500) -> Written:
        return self.maps[event_id].sweep_expired(now_ms=self._clock.now_ms(), seats_max=seats_max)

    async def next_expiry_ms(self, event_id: EventId) -> int | None:
        return self.maps[event_id].next_expiry_ms()

    async def warm(self, event_id: EventId, seats: Sequence[LedgerSeat]) -> Written:
        self._epochs_count += 1
        epoch = f"epoch-{self._epochs_count}"
        return self.maps[event_id].warm(now_ms=self._clock.now_ms(), seats=seats, epoch=epoch)

    async def retire(self, event_id: EventId) -> None:
        self.maps.pop(event_id, None)

    async def sold_seats(self, event_id: EventId) -> dict[SeatId, tuple[SeatRowState, str]] | Cold:
        seats = self.maps[event_id]
        if seats.is_cold:
            return Cold(self._clock.now_ms())
        return {seat_id: (sale.state, sale.owner_id) for seat_id, sale in seats.sales.items()}

    async def ping(self) -> int:
        return self._clock.now_ms()
