"""ports.HoldStore on Valkey: read what a script must be given to compare, run it, and read again where it has changed.

Calls that need nothing read go straight to their script. The scripts, each as a typed call: hold_calls.py,
sale_calls.py, warm_calls.py.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from frontrow.adapters.redis import hold_calls, keys, sale_calls, warm_calls
from frontrow.adapters.redis.arguments import ListedHold, ListedSeat, ListedTable
from frontrow.adapters.redis.client import StoreClient
from frontrow.adapters.redis.gathering import Replicas
from frontrow.adapters.redis.granted_holds import GrantedHolds
from frontrow.adapters.redis.hold_calls import KeyAnswered
from frontrow.adapters.redis.replication import require_replicated
from frontrow.adapters.redis.replies import Changed
from frontrow.adapters.redis.seat_reads import (
    SEATS_PER_READ_MAX,
    HoldRecord,
    SeatsRead,
    read_clock_ms,
    read_hold,
    read_next_expiry_ms,
    read_seats,
    read_seats_of,
    read_sold_seats,
)
from frontrow.domain.booking import LedgerSeat, SeatRowState
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.hold import (
    SEATS_EXTENDED_MAX,
    AcquireOutcome,
    BeginOutcome,
    BlockOutcome,
    BookingFinished,
    Cold,
    ExtendOutcome,
    ExtendSeatsOutcome,
    HeldSeat,
    Hold,
    HoldAcquired,
    HoldGone,
    HoldNotFound,
    OrphanCheck,
    ReleaseOutcome,
    SeatLimitReached,
    SeatsUnavailable,
    Written,
)
from frontrow.domain.ids import BlockId, BookingId, EventId, HoldId, OrderId, SeatId, TableId, UserId

SEATS_FREED_PER_STEP_MAX = 1_000
"""What free_seats.lua takes."""
READS_MAX = 8
"""Times a call reads again because somebody changed what it had read. Each takes a change by the same user in between,
or of the same seats, so more is no race but a fault."""

_Outcome = TypeVar("_Outcome")


class ValkeyHoldStore:
    """Implements ports.HoldStore; see there for what each method promises.

    Args:
        replicas: how many replicas must have a hold, or its extension, before it is answered as granted; None for
            none. In time or not: one that is not granted is written all the same, and is released by its id or found
            again by its key, like any whose answer was lost.
    """

    def __init__(self, client: StoreClient, *, replicas: Replicas | None = None) -> None:
        self._client = client
        self._replicas = replicas
        self._granted = GrantedHolds()

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
        outcome = await hold_calls.acquire_hold(
            self._client,
            event_id=event_id,
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
            replicas=self._replicas,
        )
        answer = await self._answered(event_id, outcome, user_id) if isinstance(outcome, KeyAnswered) else outcome
        if isinstance(answer, HoldAcquired):
            self._granted.note(answer.hold_id, answer.seat_ids)
        if self._replicas is not None and isinstance(answer, HoldAcquired) and answer.replayed:
            await require_replicated(self._client, event_id=event_id, replicas=self._replicas)
        return answer

    async def read(self, event_id: EventId, hold_id: HoldId) -> Hold | None:
        record = await read_hold(self._client, event_id=event_id, hold_id=hold_id)
        if record is None:
            return None
        seen = await read_seats(self._client, event_id=event_id, seat_ids=record.seat_ids)
        held = tuple(seat_id for seat_id, lock in seen.held_by(record.user) if lock.hold_id == hold_id)
        if not held and record.expires_at_ms <= seen.now_ms:
            return None
        return Hold(
            hold_id=hold_id,
            user_id=UserId(keys.user_of(record.user)),
            seat_ids=tuple(record.seat_ids),
            table_ids=tuple(record.table_ids),
            held_seat_ids=held,
            first_locked_at_ms=record.first_locked_at_ms,
            expires_at_ms=record.expires_at_ms,
        )

    async def user_seats(self, event_ids: Sequence[EventId], user_id: UserId) -> list[tuple[EventId, list[HeldSeat]]]:
        held = await asyncio.gather(
            *(read_seats_of(self._client, event_id=event_id, user_id=user_id) for event_id in event_ids)
        )
        return [(event_id, pairs) for event_id, pairs in zip(event_ids, held, strict=True) if pairs]

    async def holders(self, event_id: EventId, seat_ids: Sequence[SeatId]) -> dict[SeatId, tuple[UserId, HoldId]]:
        seen = await read_seats(self._client, event_id=event_id, seat_ids=seat_ids)
        return {
            seat_id: (UserId(keys.user_of(lock.user)), lock.hold_id)
            for seat_id, lock in zip(seat_ids, seen.locks, strict=True)
            if lock is not None
        }

    async def extend(
        self, event_id: EventId, *, hold_id: HoldId, user_id: UserId, ttl_ms: int, lifetime_max_ms: int
    ) -> ExtendOutcome:
        async def attempt() -> ExtendOutcome | Changed:
            record = await read_hold(self._client, event_id=event_id, hold_id=hold_id)
            if record is None:
                return await self._absent(event_id)
            seats = await self._listed_seats(event_id, [record])
            return await hold_calls.extend_hold(
                self._client,
                event_id=event_id,
                user_id=user_id,
                by="hold",
                holds=[ListedHold(hold_id, record.seat_ids)],
                seats=seats,
                tables=_listed_tables([record]),
                ttl_ms=ttl_ms,
                lifetime_max_ms=lifetime_max_ms,
                replicas=self._replicas,
            )

        return await _until_unchanged(attempt)

    async def extend_seats(
        self, event_id: EventId, *, seat_ids: Sequence[SeatId], user_id: UserId, ttl_ms: int, lifetime_max_ms: int
    ) -> ExtendSeatsOutcome:
        async def attempt() -> ExtendSeatsOutcome | Changed:
            held = await self._held(event_id, seat_ids, user_id)
            if not isinstance(held, SeatsRead):
                return held
            hold_ids = dict.fromkeys(lock.hold_id for lock in held.locks if lock is not None)
            records = [await read_hold(self._client, event_id=event_id, hold_id=hold_id) for hold_id in hold_ids]
            found = [record for record in records if record is not None]
            listed = await self._listed_seats(event_id, found)
            still_held = {(seat.seat_id, seat.hold_id) for seat in listed if seat.is_meant}
            locks = held.held_by(keys.encoded_user(user_id))
            if not still_held.issuperset((seat_id, lock.hold_id) for seat_id, lock in locks):
                return Changed(held.now_ms)
            if len(listed) > SEATS_EXTENDED_MAX:  # more than the script takes: what has moved away may stay out
                listed = [seat for seat in listed if seat.is_meant]
            if len(listed) > SEATS_EXTENDED_MAX:
                return SeatLimitReached(len(listed), SEATS_EXTENDED_MAX, held.now_ms)
            return await hold_calls.extend_hold(
                self._client,
                event_id=event_id,
                user_id=user_id,
                by="seats",
                holds=[ListedHold(record.hold_id, record.seat_ids) for record in found],
                seats=listed,
                tables=_listed_tables(found),
                ttl_ms=ttl_ms,
                lifetime_max_ms=lifetime_max_ms,
                replicas=self._replicas,
            )

        return await _until_unchanged(attempt)

    async def release(
        self,
        event_id: EventId,
        *,
        hold_id: HoldId,
        user_id: UserId,
        seat_ids: Sequence[SeatId] | None = None,
        after_ms: int = 0,
    ) -> ReleaseOutcome:
        async def attempt() -> ReleaseOutcome | Changed:
            record = await read_hold(self._client, event_id=event_id, hold_id=hold_id)
            if record is None:
                return await self._absent(event_id)
            named = record.seat_ids if seat_ids is None else seat_ids
            concerned = list(dict.fromkeys([*named, *record.seat_ids]))
            if len(concerned) > SEATS_PER_READ_MAX:  # more than the script takes, or a hold lists: it is refused
                listed = set(record.seat_ids)
                concerned = [seat_id for seat_id in named if seat_id not in listed][:SEATS_PER_READ_MAX]
            meant = set(named)
            return await hold_calls.release_hold(
                self._client,
                event_id=event_id,
                user_id=user_id,
                by="whole" if seat_ids is None else "named",
                holds=[ListedHold(hold_id, record.seat_ids)],
                seats=[ListedSeat(seat_id, hold_id, seat_id in meant) for seat_id in concerned],
                tables=_listed_tables([record]),
                after_ms=after_ms,
            )

        return await _until_unchanged(attempt)

    async def release_seats(self, event_id: EventId, *, seat_ids: Sequence[SeatId], user_id: UserId) -> ReleaseOutcome:
        async def attempt() -> ReleaseOutcome | Changed:
            held = await self._held(event_id, seat_ids, user_id)
            if not isinstance(held, SeatsRead):
                return held
            locks = held.held_by(keys.encoded_user(user_id))
            tables = dict.fromkeys((lock.table_id, lock.hold_id) for _, lock in locks)
            return await hold_calls.release_hold(
                self._client,
                event_id=event_id,
                user_id=user_id,
                by="seats",
                holds=[ListedHold(hold_id) for hold_id in dict.fromkeys(lock.hold_id for _, lock in locks)],
                seats=[ListedSeat(seat_id, lock.hold_id) for seat_id, lock in locks],
                tables=[ListedTable(table_id, hold_id) for table_id, hold_id in tables if table_id is not None],
                after_ms=0,
            )

        return await _until_unchanged(attempt)

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
        async def by_hold(hold_id: HoldId) -> BeginOutcome | Changed:
            listed = self._granted.take(hold_id)
            if listed is None:
                record = await read_hold(self._client, event_id=event_id, hold_id=hold_id)
                if record is None:
                    return await self._absent(event_id)
                listed = record.seat_ids
            return await sale_calls.begin_booking(
                self._client,
                event_id=event_id,
                booking_id=booking_id,
                user_id=user_id,
                by="hold",
                holds=[ListedHold(hold_id, listed)],
                held=[HeldSeat(seat_id, hold_id) for seat_id in listed],
                guard_ms=guard_ms,
            )

        async def by_seats(seat_ids: Sequence[SeatId]) -> BeginOutcome | Changed:
            held = await self._held(event_id, seat_ids, user_id)
            if not isinstance(held, SeatsRead):
                return held
            pairs = [HeldSeat(seat_id, lock.hold_id) for seat_id, lock in held.held_by(keys.encoded_user(user_id))]
            return await sale_calls.begin_booking(
                self._client,
                event_id=event_id,
                booking_id=booking_id,
                user_id=user_id,
                by="seats",
                holds=[ListedHold(each) for each in dict.fromkeys(pair.hold_id for pair in pairs)],
                held=pairs,
                guard_ms=guard_ms,
            )

        if hold_id is not None:
            return await _until_unchanged(lambda: by_hold(hold_id))
        assert seat_ids is not None, "begin_booking is given a hold or seats"
        return await _until_unchanged(lambda: by_seats(seat_ids))

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
        if table_ids is None:
            table_ids = await self._tables_of(event_id, dict.fromkeys(pair.hold_id for pair in held))
        return await sale_calls.finish_booking(
            self._client,
            event_id=event_id,
            booking_id=booking_id,
            state=state,
            owner_id=owner_id,
            user_id=user_id,
            seat_ids=seat_ids,
            held=held,
            table_ids=table_ids,
            replaces_claim=replaces_claim,
        )

    async def abort_booking(
        self, event_id: EventId, *, booking_id: BookingId, user_id: UserId, held: Sequence[HeldSeat]
    ) -> Written:
        return await sale_calls.abort_booking(
            self._client, event_id=event_id, booking_id=booking_id, user_id=user_id, held=held
        )

    async def free_seats(self, event_id: EventId, *, owner_id: str, seat_ids: Sequence[SeatId]) -> Written:
        steps = [
            await sale_calls.free_seats(
                self._client,
                event_id=event_id,
                owner_id=owner_id,
                seat_ids=seat_ids[first : first + SEATS_FREED_PER_STEP_MAX],
            )
            for first in range(0, max(1, len(seat_ids)), SEATS_FREED_PER_STEP_MAX)
        ]
        return Written(
            tuple(seat_id for step in steps for seat_id in step.seat_ids),
            steps[-1].now_ms,
            tuple(entry for step in steps for entry in step.entries),
        )

    async def set_blocked(self, event_id: EventId, *, block_id: BlockId, seat_ids: Sequence[SeatId]) -> BlockOutcome:
        return await sale_calls.set_blocked(self._client, event_id=event_id, block_id=block_id, seat_ids=seat_ids)

    async def sweep_expired(self, event_id: EventId, *, seats_max: int = 500) -> Written:
        return await sale_calls.sweep_expired(self._client, event_id=event_id, seats_max=seats_max)

    async def next_expiry_ms(self, event_id: EventId) -> int | None:
        return await read_next_expiry_ms(self._client, event_id=event_id)

    async def warm(self, event_id: EventId, seats: Sequence[LedgerSeat]) -> Written:
        return await warm_calls.warm_event(self._client, event_id=event_id, seats=seats)

    async def retire(self, event_id: EventId) -> None:
        await sale_calls.retire_event(self._client, event_id=event_id)

    async def sold_seats(self, event_id: EventId) -> dict[SeatId, tuple[SeatRowState, str]] | Cold:
        return await read_sold_seats(self._client, event_id=event_id)

    async def _absent(self, event_id: EventId) -> HoldNotFound | Cold:
        """What the lack of a hold's record means: nothing on a cold event, else that there is no such hold."""
        seen = await read_seats(self._client, event_id=event_id, seat_ids=())
        return HoldNotFound(seen.now_ms) if seen.is_warm else Cold(seen.now_ms)

    async def ping(self) -> int:
        return await read_clock_ms(self._client)

    async def _answered(self, event_id: EventId, answered: KeyAnswered, user_id: UserId) -> HoldAcquired | HoldGone:
        """What an idempotency key's hold is now; past its own expiry it is gone, even while it is being booked."""
        hold = await self.read(event_id, answered.hold_id)
        if hold is None or hold.user_id != user_id or hold.expires_at_ms <= answered.now_ms:
            return HoldGone(answered.hold_id, answered.now_ms)
        return HoldAcquired(
            hold.hold_id, hold.seat_ids, hold.table_ids, hold.expires_at_ms, answered.now_ms, replayed=True
        )

    async def _held(
        self, event_id: EventId, seat_ids: Sequence[SeatId], user_id: UserId
    ) -> SeatsRead | SeatsUnavailable | Cold:
        """The seats as read, all of them the user's; else what the call answers."""
        seen = await read_seats(self._client, event_id=event_id, seat_ids=seat_ids)
        if not seen.is_warm:
            return Cold(seen.now_ms)
        refusals = seen.not_held_by(keys.encoded_user(user_id))
        return SeatsUnavailable(refusals, seen.now_ms) if refusals else seen

    async def _tables_of(self, event_id: EventId, hold_ids: Iterable[HoldId]) -> list[TableId]:
        """The tables that these holds list, each once."""
        records = await asyncio.gather(
            *(read_hold(self._client, event_id=event_id, hold_id=hold_id) for hold_id in hold_ids)
        )
        listed = (table_id for record in records if record is not None for table_id in record.table_ids)
        return list(dict.fromkeys(listed))

    async def _listed_seats(self, event_id: EventId, records: Sequence[HoldRecord]) -> list[ListedSeat]:
        """Everything these holds list; meant are the seats that each of them is read to hold."""
        listed = [(record, seat_id) for record in records for seat_id in record.seat_ids]
        seen = await read_seats(self._client, event_id=event_id, seat_ids=[seat_id for _, seat_id in listed])
        return [
            ListedSeat(
                seat_id,
                record.hold_id,
                lock is not None and (lock.user, lock.hold_id) == (record.user, record.hold_id),
            )
            for (record, seat_id), lock in zip(listed, seen.locks, strict=True)
        ]


def _listed_tables(records: Sequence[HoldRecord]) -> list[ListedTable]:
    return [ListedTable(table_id, record.hold_id) for record in records for table_id in record.table_ids]


async def _until_unchanged(attempt: Callable[[], Awaitable[_Outcome | Changed]]) -> _Outcome:
    """The first answer that rests on what was read, after at most READS_MAX attempts.

    Raises:
        StoreUnavailable: it changed every time. Nothing was written.
    """
    for _ in range(READS_MAX):
        outcome = await attempt()
        if not isinstance(outcome, Changed):
            return outcome
    raise StoreUnavailable("the seats kept changing while they were read")
