"""Operations on holds: acquire, extend, release and sweep, as rules over the records of one event.

Each reads the clock it is given, judges everything, and then writes everything or nothing.
"""

from collections.abc import Mapping, Sequence

import msgspec

from frontrow.domain.changes import Change, ChangeKind, FeedEntry
from frontrow.domain.hold import (
    SEATS_EXTENDED_MAX,
    AcquireOutcome,
    Cold,
    ExtendOutcome,
    ExtendSeatsOutcome,
    HoldAcquired,
    HoldExtended,
    HoldGone,
    HoldNotFound,
    HoldReleased,
    KeyReused,
    OrphanCheck,
    OrphanSeats,
    ReleaseOutcome,
    SeatLimitReached,
    SeatRefusal,
    SeatsBusy,
    SeatsUnavailable,
    Unavailable,
    Written,
)
from frontrow.domain.ids import HoldId, SeatId, TableId, UserId, capped_as
from frontrow.domain.seat_records import (
    ANSWER_KEPT_MS,
    HOLD_LISTED_MAX,
    HoldAnswer,
    HoldRecord,
    SeatLock,
    SeatRecords,
    TableLock,
)


class HoldOperations(SeatRecords):
    """What people do with holds, and what time does to them."""

    __slots__ = ()

    def acquire(
        self,
        *,
        now_ms: int,
        hold_id: HoldId,
        user_id: UserId,
        seat_ids: Sequence[SeatId],
        table_ids: Sequence[TableId] = (),
        table_of_seat: Mapping[SeatId, TableId] | None = None,
        ttl_ms: int,
        lifetime_max_ms: int,
        seats_per_user_max: int | None = None,
        adds: bool = False,
        answer_key: str | None = None,
        fingerprint: str = "",
        orphan_checks: Sequence[OrphanCheck] = (),
    ) -> AcquireOutcome:
        """Hold every seat for one user, or none of them; see HoldStore.acquire for the arguments.

        Judged in this order: cold; the idempotency answer, or the hold id's own hold; for `adds` the hold itself;
        seats that cannot be had; seats being booked; the cap; seats that would be left alone. Own seats of older holds
        move to this hold with the time they were first locked at, and the older holds go on listing them.
        """
        if self.is_cold:
            return Cold(now_ms)
        known = self._known_before(now_ms, hold_id, user_id, adds=adds, answer_key=answer_key, fingerprint=fingerprint)
        if known is not None:
            return known
        refused = self._refused(now_ms, user_id, seat_ids, seats_per_user_max)
        if refused is not None:
            return refused
        tables = table_of_seat or {}
        own_locks = ((seat_id, self._own_lock(seat_id, user_id, now_ms)) for seat_id in seat_ids)
        locked_at = {seat_id: now_ms if lock is None else lock.locked_at_ms for seat_id, lock in own_locks}
        first_ms = min(locked_at.values())
        if adds:
            record = _with_more(self._records[hold_id], seat_ids, table_ids, first_ms)
            if len(record.seat_ids) > HOLD_LISTED_MAX:
                return SeatLimitReached(self._count_of(user_id, now_ms), HOLD_LISTED_MAX, now_ms)
            # A seat that moved into an open hold may reach its own lifetime cap before that hold runs out.
            expires_at_ms = min(record.expires_at_ms, first_ms + lifetime_max_ms)
        else:
            expires_at_ms = min(now_ms + ttl_ms, first_ms + lifetime_max_ms)
            record = HoldRecord(user_id, tuple(seat_ids), tuple(table_ids), first_ms, expires_at_ms, expires_at_ms)
        orphans = self._orphans(now_ms, user_id, seat_ids, orphan_checks)
        if orphans:
            return OrphanSeats(orphans, now_ms)
        self._records[hold_id] = record
        self._tidy_marks(seat_ids)
        for table_id in table_ids:
            self._table_locks[table_id] = TableLock(SeatLock(user_id, hold_id, first_ms, table_id), expires_at_ms)
        for seat_id in seat_ids:
            self._locks[seat_id] = SeatLock(user_id, hold_id, locked_at[seat_id], tables.get(seat_id))
        self._user_seats.setdefault(capped_as(user_id), {}).update(dict.fromkeys(seat_ids, expires_at_ms))
        if answer_key is not None:
            kept_until_ms = record.first_locked_at_ms + lifetime_max_ms + ANSWER_KEPT_MS
            self._answers[answer_key] = HoldAnswer(fingerprint, hold_id, kept_until_ms)
        held = Change(ChangeKind.HELD, tuple(seat_ids), expires_at_ms=expires_at_ms, user_id=user_id, hold_id=hold_id)
        entries = self._append(now_ms, held)
        return HoldAcquired(hold_id, record.seat_ids, record.table_ids, expires_at_ms, now_ms, entries)

    def extend(
        self, *, now_ms: int, hold_id: HoldId, user_id: UserId, ttl_ms: int, lifetime_max_ms: int
    ) -> ExtendOutcome:
        """Let the hold's seats run out `ttl_ms` from now; never sooner than before, never past the lifetime cap."""
        if self.is_cold:
            return Cold(now_ms)
        return self._extend(now_ms, user_id, [hold_id], now_ms + ttl_ms, lifetime_max_ms)

    def extend_seats(
        self, *, now_ms: int, seat_ids: Sequence[SeatId], user_id: UserId, ttl_ms: int, lifetime_max_ms: int
    ) -> ExtendSeatsOutcome:
        """The same by seats, across the user's holds, each extended whole; all or none."""
        if self.is_cold:
            return Cold(now_ms)
        refusals = self._not_held(seat_ids, user_id, now_ms)
        if refusals:
            return SeatsUnavailable(refusals, now_ms)
        hold_ids = list(dict.fromkeys(self._locks[seat_id].hold_id for seat_id in seat_ids))
        records = [(hold_id, self._records[hold_id]) for hold_id in hold_ids if hold_id in self._records]
        held_count = sum(len(self._held_by(hold_id, record.seat_ids, now_ms)) for hold_id, record in records)
        if held_count > SEATS_EXTENDED_MAX:
            return SeatLimitReached(held_count, SEATS_EXTENDED_MAX, now_ms)
        return self._extend(now_ms, user_id, hold_ids, now_ms + ttl_ms, lifetime_max_ms)

    def release(
        self,
        *,
        now_ms: int,
        hold_id: HoldId,
        user_id: UserId,
        seat_ids: Sequence[SeatId] | None = None,
        after_ms: int = 0,
    ) -> ReleaseOutcome:
        """Give back some or (None) all seats of the hold; with `after_ms` only shorten their expiry to that.

        Only seats whose lock names this very hold: any other one named refuses the call.
        """
        if self.is_cold:
            return Cold(now_ms)
        record = self._hold_of(hold_id, user_id, now_ms)
        if record is None:
            return HoldNotFound(now_ms)
        held = self._held_by(hold_id, record.seat_ids, now_ms)
        given = held if seat_ids is None else tuple(seat_ids)
        strangers = [seat_id for seat_id in given if seat_id not in held]
        if strangers:
            return SeatsUnavailable(tuple(SeatRefusal(it, Unavailable.NOT_YOURS) for it in strangers), now_ms)
        busy, wait_ms = self._marked(given, now_ms)
        if busy:
            return SeatsBusy(busy, wait_ms, now_ms)
        is_whole = seat_ids is None or set(record.seat_ids) <= set(given)
        if after_ms > 0:
            return self._release_later(now_ms, hold_id, given, now_ms + after_ms, is_whole=is_whole)
        self._tidy_marks(given)
        if is_whole:
            self._drop_markers(hold_id, record.table_ids)
            del self._records[hold_id]
            entries = self._give_back(now_ms, hold_id, given)
        else:
            entries = self._give_back_listed(now_ms, hold_id, given)
        return HoldReleased(given, now_ms, now_ms, entries)

    def release_seats(self, *, now_ms: int, seat_ids: Sequence[SeatId], user_id: UserId) -> ReleaseOutcome:
        """Give back these seats, whichever of the user's holds has them; all or none."""
        if self.is_cold:
            return Cold(now_ms)
        refusals = self._not_held(seat_ids, user_id, now_ms)
        if refusals:
            return SeatsUnavailable(refusals, now_ms)
        busy, wait_ms = self._marked(seat_ids, now_ms)
        if busy:
            return SeatsBusy(busy, wait_ms, now_ms)
        self._tidy_marks(seat_ids)
        entries: list[FeedEntry] = []
        for hold_id in dict.fromkeys(self._locks[seat_id].hold_id for seat_id in seat_ids):
            entries += self._give_back_listed(now_ms, hold_id, self._held_by(hold_id, seat_ids, now_ms))
        return HoldReleased(tuple(seat_ids), now_ms, now_ms, tuple(entries))

    def sweep_expired(self, *, now_ms: int, seats_max: int = 500) -> Written:
        """Append `expired` for seats whose hold ran out, soonest first, at most `seats_max`, and tidy up."""
        expired = sorted((at_ms, seat_id) for seat_id, at_ms in self._held.items() if at_ms <= now_ms)[:seats_max]
        seat_ids = tuple(seat_id for _, seat_id in expired)
        if not seat_ids:
            return Written((), now_ms)
        self._unlock(seat_ids)
        for seat_id in seat_ids:
            if seat_id in self._marks and self._live_mark(seat_id, now_ms) is None:
                del self._marks[seat_id]
        return Written(seat_ids, now_ms, self._append(now_ms, Change(ChangeKind.EXPIRED, seat_ids)))

    def _known_before(
        self, now_ms: int, hold_id: HoldId, user_id: UserId, *, adds: bool, answer_key: str | None, fingerprint: str
    ) -> AcquireOutcome | None:
        """What the idempotency key, or the hold's own id, says without looking at a seat; None: go on."""
        answer = None if answer_key is None else self._answers.get(answer_key)
        if answer is not None and answer.kept_until_ms > now_ms:
            if answer.fingerprint != fingerprint:
                return KeyReused(now_ms)
            record = self._open_hold(answer.hold_id, user_id, now_ms)
            if record is None:
                return HoldGone(answer.hold_id, now_ms)
            return _replayed(now_ms, answer.hold_id, record)
        record = self._open_hold(hold_id, user_id, now_ms)
        if record is not None:
            return None if adds else _replayed(now_ms, hold_id, record)
        other = self._records.get(hold_id)
        # Another user's, or one that is over and stays while its booking is being written: its id is not free.
        is_kept = other is not None and other.kept_until_ms > now_ms
        return HoldNotFound(now_ms) if adds or is_kept else None

    def _refused(
        self, now_ms: int, user_id: UserId, seat_ids: Sequence[SeatId], seats_max: int | None
    ) -> SeatsUnavailable | SeatsBusy | SeatLimitReached | None:
        reasons = ((seat_id, self._taken(seat_id, user_id, now_ms)) for seat_id in seat_ids)
        refusals = tuple(SeatRefusal(seat_id, reason) for seat_id, reason in reasons if reason is not None)
        if refusals:
            return SeatsUnavailable(refusals, now_ms)
        busy, wait_ms = self._marked(seat_ids, now_ms)
        if busy:
            return SeatsBusy(busy, wait_ms, now_ms)
        held_count = self._count_of(user_id, now_ms)
        more = sum(self._own_lock(seat_id, user_id, now_ms) is None for seat_id in seat_ids)
        if seats_max is not None and held_count + more > seats_max:
            return SeatLimitReached(held_count, seats_max, now_ms)
        return None

    def _orphans(
        self, now_ms: int, user_id: UserId, seat_ids: Sequence[SeatId], checks: Sequence[OrphanCheck]
    ) -> tuple[SeatId, ...]:
        """The seats that would be free with nothing free beside them, where what is beside them is newly taken."""

        def is_new(seat_id: SeatId) -> bool:
            return self._own_lock(seat_id, user_id, now_ms) is None

        def stays_free(seat_id: SeatId | None) -> bool:
            return seat_id is not None and seat_id not in seat_ids and self._taken(seat_id, None, now_ms) is None

        return tuple(
            check.seat_id
            for check in checks
            if any(map(is_new, check.beside)) and stays_free(check.seat_id) and not stays_free(check.beyond)
        )

    def _give_back_listed(self, now_ms: int, hold_id: HoldId, seat_ids: Sequence[SeatId]) -> tuple[FeedEntry, ...]:
        """Free seats that one hold holds and take them off its list."""
        if seat_ids:
            self._strike_off(now_ms, hold_id, seat_ids)
        return self._give_back(now_ms, hold_id, seat_ids)

    def _release_later(
        self, now_ms: int, hold_id: HoldId, seat_ids: tuple[SeatId, ...], until_ms: int, *, is_whole: bool
    ) -> HoldReleased:
        record = self._records[hold_id]
        expires_at_ms = min(record.expires_at_ms, until_ms)
        if is_whole and until_ms < record.expires_at_ms:
            self._records[hold_id] = msgspec.structs.replace(record, expires_at_ms=until_ms, kept_until_ms=until_ms)
        if is_whole:
            self._keep_markers(hold_id, no_later_ms=until_ms)
        later = [seat_id for seat_id in seat_ids if self._held[seat_id] > until_ms]
        return HoldReleased(seat_ids, expires_at_ms, now_ms, self._reschedule(now_ms, hold_id, later, until_ms))

    def _extend(
        self, now_ms: int, user_id: UserId, hold_ids: Sequence[HoldId], wanted_ms: int, lifetime_max_ms: int
    ) -> HoldExtended | HoldNotFound:
        """Extend holds whole, or none where one of them is past its own expiry or none holds a seat any more."""
        records = {hold_id: self._open_hold(hold_id, user_id, now_ms) for hold_id in hold_ids}
        held: dict[HoldId, tuple[SeatId, ...]] = {}
        for hold_id, record in records.items():
            if record is None:
                return HoldNotFound(now_ms)
            held[hold_id] = self._held_by(hold_id, record.seat_ids, now_ms)
        if not any(held.values()):
            return HoldNotFound(now_ms)
        entries: list[FeedEntry] = []
        for hold_id, seat_ids in held.items():
            record = self._records[hold_id]
            target_ms = min(wanted_ms, record.first_locked_at_ms + lifetime_max_ms)
            expires_at_ms = max(record.expires_at_ms, target_ms)
            self._records[hold_id] = msgspec.structs.replace(
                record, expires_at_ms=expires_at_ms, kept_until_ms=max(record.kept_until_ms, expires_at_ms)
            )
            self._keep_markers(hold_id, no_sooner_ms=expires_at_ms)
            entries += self._reschedule(
                now_ms, hold_id, [it for it in seat_ids if self._held[it] < target_ms], target_ms
            )
        earliest_ms = min(self._records[hold_id].expires_at_ms for hold_id in hold_ids)
        return HoldExtended(
            tuple(it for seat_ids in held.values() for it in seat_ids), earliest_ms, now_ms, tuple(entries)
        )


def _with_more(
    record: HoldRecord, seat_ids: Sequence[SeatId], table_ids: Sequence[TableId], first_ms: int
) -> HoldRecord:
    return msgspec.structs.replace(
        record,
        seat_ids=tuple(dict.fromkeys((*record.seat_ids, *seat_ids))),
        table_ids=tuple(dict.fromkeys((*record.table_ids, *table_ids))),
        first_locked_at_ms=min(record.first_locked_at_ms, first_ms),
    )


def _replayed(now_ms: int, hold_id: HoldId, record: HoldRecord) -> HoldAcquired:
    return HoldAcquired(
        hold_id, record.seat_ids, record.table_ids, record.expires_at_ms, now_ms, entries=(), replayed=True
    )
