"""ports.HoldStore on Valkey: reads what a script must be given, runs the script, and says what it answered."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from frontrow.adapters.redis import keys, scripts
from frontrow.adapters.redis.client import Argument, StoreClient
from frontrow.adapters.redis.gathering import Reply
from frontrow.adapters.redis.scripts import Script
from frontrow.domain.booking import LedgerSeat, SeatRowState
from frontrow.domain.changes import Change, ChangeKind, FeedEntry
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.hold import (
    AcquireOutcome,
    BeginOutcome,
    BlockOutcome,
    BookingBegun,
    BookingFinished,
    BookingRunning,
    Cold,
    ExtendOutcome,
    HeldSeat,
    Hold,
    HoldAcquired,
    HoldExtended,
    HoldGone,
    HoldNotComplete,
    HoldNotFound,
    HoldReleased,
    KeyReused,
    ReleaseOutcome,
    SeatLimitReached,
    SeatRefusal,
    SeatsBusy,
    SeatsUnavailable,
    Unavailable,
    Written,
)
from frontrow.domain.ids import BlockId, BookingId, EventId, HoldId, OrderId, SeatId, TableId, UserId

READS_MAX = 8
"""Times a call reads again because somebody changed what it had read."""
WARM_CHUNK_SEATS = 500
SEATS_PER_CALL_MAX = 500

_READ_ONLY = "the seats kept changing while they were read"


@dataclass(frozen=True, slots=True)
class _Seen:
    """Some seats as they were read at one moment. `locks` and `reasons` are in the order asked."""

    now_ms: int
    is_warm: bool
    locks: list[tuple[str, str, str] | None]
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class _Record:
    """A hold's record as it was read."""

    hold_id: HoldId
    user: str
    seats: list[str]
    tables: list[str]
    first_locked_at_ms: int
    expires_at_ms: int


class ValkeyHoldStore:
    """Implements ports.HoldStore; see there for what each method promises."""

    def __init__(self, client: StoreClient) -> None:
        self._client = client

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
    ) -> AcquireOutcome:
        user, tag = keys.encoded_user(user_id), _new_tag()
        names = [
            keys.event_epoch(event_id),
            keys.sold_seats(event_id),
            keys.held_seats(event_id),
            keys.booking_marks(event_id),
            keys.seat_changes(event_id),
            keys.user_seats(event_id, user),
            keys.hold(event_id, hold_id),
            *[keys.seat_lock(event_id, seat_id) for seat_id in seat_ids],
            *[keys.table_lock(event_id, table_id) for table_id in table_ids],
        ]
        if answer_key is not None:
            names.append(keys.hold_answer(event_id, answer_key))
        held_with = [table_of_seat.get(seat_id, "") for seat_id in seat_ids] if table_ids else []
        reply = await self._run(
            scripts.ACQUIRE_HOLD,
            names,
            [
                user,
                hold_id,
                ttl_ms,
                lifetime_max_ms,
                seats_per_user_max or 0,
                "1" if adds else "0",
                fingerprint if answer_key is not None else "",
                tag,
                len(seat_ids),
                len(table_ids),
                *seat_ids,
                *table_ids,
                *held_with,
            ],
        )
        now_ms = _int(reply[1])
        match reply[0]:
            case b"acquired":
                change = Change(ChangeKind.HELD, tuple(seat_ids), _int(reply[2]), user_id, hold_id)
                entry = _entry(reply[5], reply[6], reply[7], tag, now_ms, change)
                return HoldAcquired(
                    hold_id, _seats(reply[3]), _tables(reply[4]), _int(reply[2]), now_ms, entries=(entry,)
                )
            case b"replayed":
                return HoldAcquired(hold_id, _seats(reply[3]), _tables(reply[4]), _int(reply[2]), now_ms, replayed=True)
            case b"answered":
                first = HoldId(_text(reply[2]))
                hold = await self.read(event_id, first)
                if hold is None:
                    return HoldGone(first, now_ms)
                return HoldAcquired(first, hold.seat_ids, hold.table_ids, hold.expires_at_ms, now_ms, replayed=True)
            case b"unavailable":
                return SeatsUnavailable(_refusals(reply[2:]), now_ms)
            case b"busy":
                return SeatsBusy(_seats(reply[3]), _int(reply[2]), now_ms)
            case b"limit":
                return SeatLimitReached(_int(reply[2]), _int(reply[3]), now_ms)
            case b"not_found":
                return HoldNotFound(now_ms)
            case b"key_reused":
                return KeyReused(now_ms)
        return _cold(reply)

    async def read(self, event_id: EventId, hold_id: HoldId) -> Hold | None:
        record = await self._record(event_id, hold_id)
        if record is None:
            return None
        seen = await self._seen(event_id, record.seats)
        held = [
            seat
            for seat, lock in zip(record.seats, seen.locks, strict=True)
            if lock is not None and lock[:2] == (record.user, hold_id)
        ]
        if not held and record.expires_at_ms <= seen.now_ms:
            return None
        return Hold(
            hold_id=hold_id,
            user_id=UserId(keys.user_of(record.user)),
            seat_ids=tuple(map(SeatId, record.seats)),
            table_ids=tuple(map(TableId, record.tables)),
            held_seat_ids=tuple(map(SeatId, held)),
            first_locked_at_ms=record.first_locked_at_ms,
            expires_at_ms=record.expires_at_ms,
        )

    async def user_seats(self, event_ids: Sequence[EventId], user_id: UserId) -> list[tuple[EventId, list[HeldSeat]]]:
        user = keys.encoded_user(user_id)
        listed = await asyncio.gather(
            *(self._client.execute(("ZRANGE", keys.user_seats(event_id, user), 0, -1)) for event_id in event_ids)
        )
        found = []
        for event_id, reply in zip(event_ids, listed, strict=True):
            if seats := [_text(seat) for seat in _list(reply)]:
                seen = await self._seen(event_id, seats)
                held = [
                    HeldSeat(SeatId(seat), HoldId(lock[1]))
                    for seat, lock in zip(seats, seen.locks, strict=True)
                    if lock is not None and lock[0] == user
                ]
                if held:
                    found.append((event_id, held))
        return found

    async def holders(self, event_id: EventId, seat_ids: Sequence[SeatId]) -> dict[SeatId, tuple[UserId, HoldId]]:
        seen = await self._seen(event_id, seat_ids)
        return {
            seat_id: (UserId(keys.user_of(lock[0])), HoldId(lock[1]))
            for seat_id, lock in zip(seat_ids, seen.locks, strict=True)
            if lock is not None
        }

    async def extend(
        self, event_id: EventId, *, hold_id: HoldId, user_id: UserId, ttl_ms: int, lifetime_max_ms: int
    ) -> ExtendOutcome:
        for _ in range(READS_MAX):
            record = await self._record(event_id, hold_id)
            if record is None:
                return await self._absent(event_id)
            outcome = await self._extend(
                event_id, [record], "hold", user_id=user_id, ttl_ms=ttl_ms, lifetime_max_ms=lifetime_max_ms
            )
            if outcome is not None:
                return outcome
        raise StoreUnavailable(_READ_ONLY)

    async def extend_seats(
        self, event_id: EventId, *, seat_ids: Sequence[SeatId], user_id: UserId, ttl_ms: int, lifetime_max_ms: int
    ) -> ExtendOutcome:
        user = keys.encoded_user(user_id)
        for _ in range(READS_MAX):
            seen = await self._seen(event_id, seat_ids)
            if not seen.is_warm:
                return Cold(seen.now_ms)
            if refusals := _not_yours(seat_ids, seen, user):
                return SeatsUnavailable(refusals, seen.now_ms)
            hold_ids = dict.fromkeys(lock[1] for lock in seen.locks if lock is not None)
            records = [await self._record(event_id, HoldId(hold_id)) for hold_id in hold_ids]
            if None in records:
                continue
            outcome = await self._extend(
                event_id,
                [record for record in records if record is not None],
                "seats",
                user_id=user_id,
                ttl_ms=ttl_ms,
                lifetime_max_ms=lifetime_max_ms,
            )
            if outcome is not None:
                return outcome
        raise StoreUnavailable(_READ_ONLY)

    async def _extend(
        self,
        event_id: EventId,
        records: Sequence[_Record],
        mode: str,
        *,
        user_id: UserId,
        ttl_ms: int,
        lifetime_max_ms: int,
    ) -> ExtendOutcome | None:
        user, tag = keys.encoded_user(user_id), _new_tag()
        listed = [(number, record, seat) for number, record in enumerate(records, 1) for seat in record.seats]
        seen = await self._seen(event_id, [seat for _, _, seat in listed])
        tables = [(number, table) for number, record in enumerate(records, 1) for table in record.tables]
        seat_arguments: list[Argument] = []
        for (number, record, seat), lock in zip(listed, seen.locks, strict=True):
            is_held = lock is not None and lock[:2] == (user, record.hold_id)
            seat_arguments += [seat, number, "1" if is_held else "0"]
        reply = await self._run(
            scripts.EXTEND_HOLD,
            [
                keys.event_epoch(event_id),
                keys.held_seats(event_id),
                keys.seat_changes(event_id),
                keys.user_seats(event_id, user),
                *(keys.hold(event_id, record.hold_id) for record in records),
                *(keys.seat_lock(event_id, seat) for _, _, seat in listed),
                *(keys.table_lock(event_id, table) for _, table in tables),
            ],
            [
                *(user, ttl_ms, lifetime_max_ms, tag, mode, len(records), len(listed), len(tables)),
                *(part for record in records for part in (record.hold_id, ",".join(record.seats))),
                *seat_arguments,
                *(number for number, _ in tables),
            ],
        )
        now_ms = _int(reply[1])
        match reply[0]:
            case b"extended":
                entries = _entries(reply[4], reply[5], tag, now_ms, user_id, [r.hold_id for r in records])
                return HoldExtended(_seats(reply[3]), _int(reply[2]), now_ms, entries)
            case b"changed":
                return None
            case b"not_found":
                return HoldNotFound(now_ms)
        return _cold(reply)

    async def release(
        self,
        event_id: EventId,
        *,
        hold_id: HoldId,
        user_id: UserId,
        seat_ids: Sequence[SeatId] | None = None,
        after_ms: int = 0,
    ) -> ReleaseOutcome:
        for _ in range(READS_MAX):
            record = await self._record(event_id, hold_id)
            if record is None:
                return await self._absent(event_id)
            named = record.seats if seat_ids is None else seat_ids
            foreign = [seat for seat in named if seat not in record.seats]
            pairs = [(seat, 1, "1" if seat in named else "0") for seat in record.seats]
            pairs += [(seat, 1, "1") for seat in foreign]
            outcome = await self._release(
                event_id,
                [(record.hold_id, record.seats)],
                pairs,
                [(table, 1) for table in record.tables],
                "whole" if seat_ids is None else "named",
                user_id=user_id,
                after_ms=after_ms,
            )
            if outcome is not None:
                return outcome
        raise StoreUnavailable(_READ_ONLY)

    async def release_seats(self, event_id: EventId, *, seat_ids: Sequence[SeatId], user_id: UserId) -> ReleaseOutcome:
        user = keys.encoded_user(user_id)
        for _ in range(READS_MAX):
            seen = await self._seen(event_id, seat_ids)
            if not seen.is_warm:
                return Cold(seen.now_ms)
            if refusals := _not_yours(seat_ids, seen, user):
                return SeatsUnavailable(refusals, seen.now_ms)
            locks = [lock for lock in seen.locks if lock is not None]
            number_of = {hold_id: number for number, hold_id in enumerate(dict.fromkeys(lock[1] for lock in locks), 1)}
            tables = dict.fromkeys((lock[2], number_of[lock[1]]) for lock in locks if lock[2])
            outcome = await self._release(
                event_id,
                [(HoldId(hold_id), None) for hold_id in number_of],
                [(seat, number_of[lock[1]], "1") for seat, lock in zip(seat_ids, locks, strict=True)],
                list(tables),
                "seats",
                user_id=user_id,
                after_ms=0,
            )
            if outcome is not None:
                return outcome
        raise StoreUnavailable(_READ_ONLY)

    async def _release(
        self,
        event_id: EventId,
        holds: Sequence[tuple[HoldId, list[str] | None]],
        pairs: Sequence[tuple[str, int, str]],
        tables: Sequence[tuple[str, int]],
        mode: str,
        *,
        user_id: UserId,
        after_ms: int,
    ) -> ReleaseOutcome | None:
        user, tag = keys.encoded_user(user_id), _new_tag()
        reply = await self._run(
            scripts.RELEASE_HOLD,
            [
                keys.event_epoch(event_id),
                keys.held_seats(event_id),
                keys.booking_marks(event_id),
                keys.seat_changes(event_id),
                keys.user_seats(event_id, user),
                *(keys.hold(event_id, hold_id) for hold_id, _ in holds),
                *(keys.seat_lock(event_id, seat) for seat, _, _ in pairs),
                *(keys.table_lock(event_id, table) for table, _ in tables),
            ],
            [
                *(user, after_ms, tag, mode, len(holds), len(pairs), len(tables)),
                *(part for hold_id, seats in holds for part in (hold_id, ",".join(seats or ()))),
                *(part for pair in pairs for part in pair),
                *(part for table in tables for part in table),
            ],
        )
        now_ms = _int(reply[1])
        match reply[0]:
            case b"released":
                entries = _entries(reply[4], reply[5], tag, now_ms, user_id, [hold_id for hold_id, _ in holds])
                return HoldReleased(_seats(reply[3]), _int(reply[2]), now_ms, entries)
            case b"changed":
                return None
            case b"unavailable":
                return SeatsUnavailable(_refusals(reply[2:]), now_ms)
            case b"busy":
                return SeatsBusy(_seats(reply[3]), _int(reply[2]), now_ms)
            case b"not_found":
                return HoldNotFound(now_ms)
        return _cold(reply)

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
        user, tag = keys.encoded_user(user_id), _new_tag()
        for _ in range(READS_MAX):
            if hold_id is not None:
                record = await self._record(event_id, hold_id)
                if record is None:
                    return await self._absent(event_id)
                holds = [(hold_id, record.seats)]
                pairs = [HeldSeat(SeatId(seat), hold_id) for seat in record.seats]
            else:
                assert seat_ids is not None
                seen = await self._seen(event_id, seat_ids)
                if not seen.is_warm:
                    return Cold(seen.now_ms)
                if refusals := _not_yours(seat_ids, seen, user):
                    return SeatsUnavailable(refusals, seen.now_ms)
                locks = [lock for lock in seen.locks if lock is not None]
                pairs = [HeldSeat(seat, HoldId(lock[1])) for seat, lock in zip(seat_ids, locks, strict=True)]
                pairs.sort(key=lambda pair: pair.hold_id)
                holds = [(each, []) for each in dict.fromkeys(pair.hold_id for pair in pairs)]
            number_of = {each: number for number, (each, _) in enumerate(holds, 1)}
            reply = await self._run(
                scripts.BEGIN_BOOKING,
                [
                    keys.event_epoch(event_id),
                    keys.sold_seats(event_id),
                    keys.held_seats(event_id),
                    keys.booking_marks(event_id),
                    keys.seat_changes(event_id),
                    keys.user_seats(event_id, user),
                    *(keys.hold(event_id, each) for each, _ in holds),
                    *(keys.seat_lock(event_id, pair.seat_id) for pair in pairs),
                ],
                [
                    *(user, booking_id, guard_ms, tag, "seats" if hold_id is None else "hold", len(holds), len(pairs)),
                    *(part for each, seats in holds for part in (each, ",".join(seats))),
                    *(part for pair in pairs for part in (pair.seat_id, number_of[pair.hold_id])),
                ],
            )
            now_ms = _int(reply[1])
            match reply[0]:
                case b"begun":
                    entries = _entries(reply[4], reply[5], tag, now_ms, user_id, [each for each, _ in holds])
                    return BookingBegun(tuple(pairs), _tables(reply[3]), _int(reply[2]), now_ms, entries)
                case b"changed":
                    continue
                case b"running":
                    return BookingRunning(_int(reply[2]), now_ms)
                case b"busy":
                    return SeatsBusy(_seats(reply[3]), _int(reply[2]), now_ms)
                case b"not_complete":
                    return HoldNotComplete(_seats(reply[2]), now_ms)
                case b"unavailable":
                    return SeatsUnavailable(_refusals(reply[2:]), now_ms)
                case b"not_found":
                    return HoldNotFound(now_ms)
            return _cold(reply)
        raise StoreUnavailable(_READ_ONLY)

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
        replaces_claim: OrderId | None = None,
    ) -> BookingFinished:
        user, tag = keys.encoded_user(user_id), _new_tag()
        hold_ids = list(dict.fromkeys(pair.hold_id for pair in held))
        number_of = {hold_id: number for number, hold_id in enumerate(hold_ids, 1)}
        hold_of = {pair.seat_id: pair.hold_id for pair in held}
        sold = set(seat_ids)
        records = await asyncio.gather(*(self._record(event_id, hold_id) for hold_id in hold_ids))
        tables = list(dict.fromkeys(table for record in records if record is not None for table in record.tables))
        reply = await self._run(
            scripts.FINISH_BOOKING,
            [
                keys.event_epoch(event_id),
                keys.sold_seats(event_id),
                keys.held_seats(event_id),
                keys.booking_marks(event_id),
                keys.freed_seats(event_id),
                keys.seat_changes(event_id),
                keys.user_seats(event_id, user),
                *(keys.hold(event_id, hold_id) for hold_id in hold_ids),
                *(keys.seat_lock(event_id, seat_id) for seat_id in seat_ids),
                *(keys.table_lock(event_id, table) for table in tables),
            ],
            [
                *(booking_id, state.value, owner_id, user, replaces_claim or "", tag),
                *(len(hold_ids), len(seat_ids), len(tables)),
                *hold_ids,
                *(
                    part
                    for seat_id in seat_ids
                    for part in (seat_id, number_of[hold_of[seat_id]] if seat_id in hold_of else 0)
                ),
                *(pair.seat_id for pair in held if pair.seat_id not in sold),
            ],
        )
        now_ms = _int(reply[1])
        broken = [_text(part) for part in _list(reply[3])]
        return BookingFinished(
            skipped=_seats(reply[2]),
            broken=tuple(
                HeldSeat(SeatId(seat), HoldId(hold_id)) for seat, hold_id in zip(broken[::2], broken[1::2], strict=True)
            ),
            now_ms=now_ms,
            entries=_entries(
                reply[4], reply[5], tag, now_ms, user_id, hold_ids, kind=ChangeKind(state.value), owner_id=owner_id
            ),
        )

    async def abort_booking(
        self, event_id: EventId, *, booking_id: BookingId, user_id: UserId, held: Sequence[HeldSeat]
    ) -> Written:
        user, tag = keys.encoded_user(user_id), _new_tag()
        hold_ids = list(dict.fromkeys(pair.hold_id for pair in held))
        number_of = {hold_id: number for number, hold_id in enumerate(hold_ids, 1)}
        reply = await self._run(
            scripts.ABORT_BOOKING,
            [
                keys.event_epoch(event_id),
                keys.held_seats(event_id),
                keys.booking_marks(event_id),
                keys.seat_changes(event_id),
                keys.user_seats(event_id, user),
                *(keys.hold(event_id, hold_id) for hold_id in hold_ids),
                *(keys.seat_lock(event_id, pair.seat_id) for pair in held),
            ],
            [
                *(booking_id, user, tag, len(hold_ids), len(held)),
                *hold_ids,
                *(part for pair in held for part in (pair.seat_id, number_of[pair.hold_id])),
            ],
        )
        now_ms = _int(reply[1])
        entries = _entries(reply[3], reply[4], tag, now_ms, user_id, hold_ids, kind=ChangeKind.EXPIRED)
        return Written(_seats(reply[2]), now_ms, entries)

    async def free_seats(self, event_id: EventId, *, owner_id: str, seat_ids: Sequence[SeatId]) -> Written:
        tag = _new_tag()
        names = [
            keys.event_epoch(event_id),
            keys.sold_seats(event_id),
            keys.freed_seats(event_id),
            keys.seat_changes(event_id),
        ]
        reply = await self._run(scripts.FREE_SEATS, names, [owner_id, tag, *seat_ids])
        return _written(reply, tag, ChangeKind.FREED, owner_id)

    async def set_blocked(self, event_id: EventId, *, block_id: BlockId, seat_ids: Sequence[SeatId]) -> BlockOutcome:
        tag = _new_tag()
        names = [
            keys.event_epoch(event_id),
            keys.sold_seats(event_id),
            keys.held_seats(event_id),
            keys.booking_marks(event_id),
            keys.seat_changes(event_id),
        ]
        reply = await self._run(scripts.SET_BLOCKED, names, [block_id, tag, *seat_ids])
        match reply[0]:
            case b"blocked":
                return _written(reply, tag, ChangeKind.BLOCKED, block_id)
            case b"unavailable":
                return SeatsUnavailable(_refusals(reply[2:]), _int(reply[1]))
        return _cold(reply)

    async def sweep_expired(self, event_id: EventId, *, seats_max: int = 500) -> Written:
        tag = _new_tag()
        names = [
            keys.event_epoch(event_id),
            keys.held_seats(event_id),
            keys.booking_marks(event_id),
            keys.freed_seats(event_id),
            keys.seat_changes(event_id),
        ]
        reply = await self._run(scripts.SWEEP_EXPIRED, names, [seats_max, tag])
        return _written(reply, tag, ChangeKind.EXPIRED, None)

    async def next_expiry_ms(self, event_id: EventId) -> int | None:
        reply = _list(await self._client.execute(("ZRANGE", keys.held_seats(event_id), 0, 0, "WITHSCORES")))
        return int(_text(reply[1])) if reply else None

    async def warm(self, event_id: EventId, seats: Sequence[LedgerSeat]) -> Written:
        names = [
            keys.event_epoch(event_id),
            keys.sold_seats(event_id),
            keys.freed_seats(event_id),
            keys.seat_changes(event_id),
            keys.event_warming(event_id),
        ]
        for _ in range(READS_MAX):
            reply = await self._run(scripts.WARM_EVENT, names, ["start", _new_tag(), "", ""])
            if reply[0] == b"warm":
                return Written((), _int(reply[1]))
            token, tag = _text(reply[2]), _new_tag()
            loaded: list[SeatId] = []
            for first in range(0, len(seats), WARM_CHUNK_SEATS):
                chunk = seats[first : first + WARM_CHUNK_SEATS]
                pairs = [part for seat in chunk for part in (seat.seat_id, f"{seat.state}:{seat.owner_id}")]
                reply = await self._run(scripts.WARM_EVENT, names, ["load", token, "", "", *pairs])
                if reply[0] != b"loaded":
                    break
                loaded += _seats(reply[2])
            if reply[0] in {b"started", b"loaded"}:
                reply = await self._run(scripts.WARM_EVENT, names, ["end", token, secrets.token_hex(8), tag])
            now_ms = _int(reply[1])
            if reply[0] == b"warm":
                return Written(tuple(loaded), now_ms)
            if reply[0] == b"warmed":
                entry = _entry(reply[2], reply[3], reply[4], tag, now_ms, Change(ChangeKind.WARMED, ()))
                return Written(tuple(loaded), now_ms, (entry,))
        raise StoreUnavailable(f"event {event_id} was emptied again and again while it was loaded")

    async def retire(self, event_id: EventId) -> None:
        names = [
            keys.event_epoch(event_id),
            keys.sold_seats(event_id),
            keys.held_seats(event_id),
            keys.booking_marks(event_id),
            keys.freed_seats(event_id),
            keys.seat_changes(event_id),
            keys.event_warming(event_id),
        ]
        await self._run(scripts.RETIRE_EVENT, names, [])

    async def sold_seats(self, event_id: EventId) -> dict[SeatId, tuple[SeatRowState, str]] | Cold:
        names = [
            keys.event_epoch(event_id),
            keys.held_seats(event_id),
            keys.sold_seats(event_id),
            keys.seat_changes(event_id),
        ]
        reply = await self._run(scripts.READ_SEAT_MAP, names, [])
        if reply[0] == b"cold":
            return _cold(reply)
        pairs = [_text(part) for part in _list(reply[5])]
        sold = {}
        for seat, sold_as in zip(pairs[::2], pairs[1::2], strict=True):
            state, _, owner_id = sold_as.partition(":")
            sold[SeatId(seat)] = (SeatRowState(state), owner_id)
        return sold

    async def ping(self) -> int:
        seconds, microseconds = (int(_text(part)) for part in _list(await self._client.execute(("TIME",))))
        return seconds * 1_000 + microseconds // 1_000

    async def _run(self, script: Script, names: Sequence[str], arguments: Sequence[Argument]) -> list[Reply]:
        return _list(await self._client.script(script, names, arguments))

    async def _absent(self, event_id: EventId) -> HoldNotFound | Cold:
        """What the lack of a hold's record means: on a cold event nothing."""
        seen = await self._seen(event_id, ())
        return HoldNotFound(seen.now_ms) if seen.is_warm else Cold(seen.now_ms)

    async def _record(self, event_id: EventId, hold_id: HoldId) -> _Record | None:
        fields = ("user", "seats", "tables", "first_locked_at_ms", "expires_at_ms")
        reply = _list(await self._client.execute(("HMGET", keys.hold(event_id, hold_id), *fields)))
        if reply[0] is None:
            return None
        user, seats, tables, first_locked, expires = (_text(field) for field in reply)
        return _Record(hold_id, user, _split(seats), _split(tables), int(first_locked), int(expires))

    async def _seen(self, event_id: EventId, seat_ids: Sequence[str]) -> _Seen:
        locks: list[tuple[str, str, str] | None] = []
        reasons: list[str] = []
        now_ms, is_warm = 0, False
        for first in range(0, max(len(seat_ids), 1), SEATS_PER_CALL_MAX):
            chunk = seat_ids[first : first + SEATS_PER_CALL_MAX]
            reply = await self._run(
                scripts.READ_SEATS,
                [
                    keys.event_epoch(event_id),
                    keys.sold_seats(event_id),
                    keys.held_seats(event_id),
                    keys.booking_marks(event_id),
                    *(keys.seat_lock(event_id, seat_id) for seat_id in chunk),
                ],
                list(chunk),
            )
            now_ms, is_warm = _int(reply[1]), reply[2] == 1
            locks += [_lock(_text(value)) for value in _list(reply[3])]
            reasons += [_text(reason) for reason in _list(reply[4])]
        return _Seen(now_ms, is_warm, locks, reasons)


def _new_tag() -> str:
    return secrets.token_hex(4)


def _lock(value: str) -> tuple[str, str, str] | None:
    """User (encoded), hold and table ('' without one) of a lock's value; None for a free seat."""
    if not value:
        return None
    parts = value.split(":")
    return parts[0], parts[1], parts[4] if len(parts) > 4 else ""


def _not_yours(seat_ids: Sequence[SeatId], seen: _Seen, user: str) -> tuple[SeatRefusal, ...]:
    return tuple(
        SeatRefusal(seat_id, Unavailable(reason) if reason and (lock is None or reason != "held") else _NOT_YOURS)
        for seat_id, lock, reason in zip(seat_ids, seen.locks, seen.reasons, strict=True)
        if lock is None or lock[0] != user
    )


_NOT_YOURS = Unavailable.NOT_YOURS


def _written(reply: list[Reply], tag: str, kind: ChangeKind, owner_id: str | None) -> Written:
    now_ms = _int(reply[1])
    entries = _entries(reply[3], reply[4], tag, now_ms, None, [], kind=kind, owner_id=owner_id)
    return Written(_seats(reply[2]), now_ms, entries)


def _entries(
    epoch: Reply,
    appended: Reply,
    tag: str,
    now_ms: int,
    user_id: UserId | None,
    hold_ids: Sequence[HoldId],
    *,
    kind: ChangeKind = ChangeKind.RELEASED,
    owner_id: str | None = None,
) -> tuple[FeedEntry, ...]:
    """The entries a script says it appended: of a hold where they name its number, else of `kind`."""
    entries = []
    for item in _list(appended):
        parts = _list(item)
        seats, expires_at_ms = _seats(parts[2]), _int(parts[3])
        number = _int(parts[4]) if len(parts) > 4 else 0
        if number:
            of_hold = ChangeKind.EXPIRY_CHANGED if expires_at_ms else ChangeKind.RELEASED
            change = Change(of_hold, seats, expires_at_ms, user_id, hold_ids[number - 1])
        else:
            is_expired = kind is ChangeKind.EXPIRED
            change = Change(kind, seats, 0, None if is_expired else user_id, None, owner_id)
        entries.append(_entry(epoch, parts[1], parts[0], tag, now_ms, change))
    return tuple(entries)


def _entry(epoch: Reply, previous: Reply, stream_id: Reply, tag: str, now_ms: int, change: Change) -> FeedEntry:
    return FeedEntry(_text(epoch), _text(previous), f"{_text(stream_id)}-{tag}", now_ms, change)


def _refusals(parts: Sequence[Reply]) -> tuple[SeatRefusal, ...]:
    return tuple(
        SeatRefusal(SeatId(_text(seat)), Unavailable(_text(reason)))
        for seat, reason in zip(parts[::2], parts[1::2], strict=True)
    )


def _cold(reply: Sequence[Reply]) -> Cold:
    assert reply[0] == b"cold", f"an undocumented reply: {reply!r}"
    return Cold(_int(reply[1]))


def _split(listed: str) -> list[str]:
    return listed.split(",") if listed else []


def _seats(listed: Reply) -> tuple[SeatId, ...]:
    return tuple(map(SeatId, _split(_text(listed))))


def _tables(listed: Reply) -> tuple[TableId, ...]:
    return tuple(map(TableId, _split(_text(listed))))


def _list(reply: Reply) -> list[Reply]:
    return cast("list[Reply]", reply)


def _int(reply: Reply) -> int:
    return cast(int, reply)


def _text(reply: Reply) -> str:
    return cast(bytes, reply).decode()
