"""Operations on holds: acquire, extend, release and sweep, as rules over the records of one event.

Each reads the clock it is given, judges everything, and then writes everything or nothing.
"""

from collections.abc import Mapping, Sequence

import msgspec

from frontrow.domain.changes import Change, ChangeKind, FeedEntry
from frontrow.domain.hold import (
    AcquireOutcome,
    Cold,
    ExtendOutcome,
    HoldAcquired,
    HoldExtended,
    HoldGone,
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
from frontrow.domain.ids import HoldId, SeatId, TableId, UserId
from frontrow.domain.seat_records import ANSWER_KEPT_MS, HoldAnswer, HoldRecord, SeatLock, SeatRecords, TableLock


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
    ) -> AcquireOutcome:
        """Hold every seat for one user, or none of them; see HoldStore.acquire for the arguments.

        Judged in this order: cold; the idempotency answer, or the hold id's own hold; for `adds` the hold itself;
        seats that cannot be had; seats being booked; the cap. Own seats of older holds move to this hold with the
        time they were first locked at, and the older holds go on listing them.
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
        record = self._records[hold_id] if adds else None
        if record is not None:
            seat_ids = [it for it in seat_ids if not self._is_part_of(it, hold_id, tables.get(it), now_ms)]
            if not seat_ids and set(table_ids) <= set(record.table_ids):
                return _acquired(now_ms, hold_id, record, replayed=True)
        own_locks = ((seat_id, self._own_lock(seat_id, user_id, now_ms)) for seat_id in seat_ids)
        locked_at = {seat_id: now_ms if lock is None else lock.locked_at_ms for seat_id, lock in own_locks}
        made = _record(now_ms, record, user_id, locked_at, table_ids, ttl_ms=ttl_ms, lifetime_max_ms=lifetime_max_ms)
        self._records[hold_id] = made
        for table_id in table_ids:
            lock = SeatLock(user_id, hold_id, now_ms, table_id)
            self._table_locks[table_id] = TableLock(lock, made.expires_at_ms)
        # A seat that moved into an open hold may reach its own lifetime cap before that hold runs out.
        expiries = {it: min(made.expires_at_ms, locked_at[it] + lifetime_max_ms) for it in seat_ids}
        for seat_id in seat_ids:
            self._locks[seat_id] = SeatLock(user_id, hold_id, locked_at[seat_id], tables.get(seat_id))
        self._user_seats.setdefault(user_id, {}).update(expiries)
        if answer_key is not None:
            self._answers[answer_key] = HoldAnswer(fingerprint, hold_id, made.expires_at_ms + ANSWER_KEPT_MS)
        return _acquired(now_ms, hold_id, made, entries=self._append_held(now_ms, user_id, hold_id, expiries))

    def extend(
        self, *, now_ms: int, hold_id: HoldId, user_id: UserId, ttl_ms: int, lifetime_max_ms: int
    ) -> ExtendOutcome:
        """Let the hold's seats run out `ttl_ms` from now; never sooner than before, never past the lifetime cap."""
        if self.is_cold:
            return Cold(now_ms)
        record = self._open_hold(hold_id, user_id, now_ms)
        if record is None:
            return HoldNotFound(now_ms)
        seat_ids = self._held_by(hold_id, record.seat_ids, now_ms)
        entries, expires_at_ms = self._extend(now_ms, hold_id, record, now_ms + ttl_ms, lifetime_max_ms)
        return HoldExtended(seat_ids, expires_at_ms, now_ms, tuple(entries))

    def extend_seats(
        self, *, now_ms: int, seat_ids: Sequence[SeatId], user_id: UserId, ttl_ms: int, lifetime_max_ms: int
    ) -> ExtendOutcome:
        """The same by seats, across the user's holds, each extended whole; all or none."""
        if self.is_cold:
            return Cold(now_ms)
        refusals = self._not_held(seat_ids, user_id, now_ms)
        if refusals:
            return SeatsUnavailable(refusals, now_ms)
        entries: list[FeedEntry] = []
        expiries: list[int] = []
        extended: list[SeatId] = []
        for hold_id in dict.fromkeys(self._locks[seat_id].hold_id for seat_id in seat_ids):
            record = self._records[hold_id]
            extended += self._held_by(hold_id, record.seat_ids, now_ms)
            changed, expires_at_ms = self._extend(now_ms, hold_id, record, now_ms + ttl_ms, lifetime_max_ms)
            entries += changed
            expiries.append(expires_at_ms)
        return HoldExtended(tuple(extended), min(expiries), now_ms, tuple(entries))

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
        wanted = held if seat_ids is None else tuple(seat_ids)
        strangers = [seat_id for seat_id in wanted if seat_id not in held]
        if strangers:
            return SeatsUnavailable(tuple(SeatRefusal(it, Unavailable.NOT_YOURS) for it in strangers), now_ms)
        busy, wait_ms = self._marked(wanted, now_ms)
        if busy:
            return SeatsBusy(busy, wait_ms, now_ms)
        if after_ms > 0:
            return self._release_later(now_ms, hold_id, record, wanted, at_ms=now_ms + after_ms, whole=seat_ids is None)
        entries = self._give_back(now_ms, user_id, hold_id, wanted)
        if seat_ids is None and hold_id in self._records:
            self._strike_off(hold_id, record.seat_ids)
        return HoldReleased(wanted, now_ms, now_ms, tuple(entries))

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
        entries: list[FeedEntry] = []
        for hold_id in dict.fromkeys(self._locks[seat_id].hold_id for seat_id in seat_ids):
            entries += self._give_back(now_ms, user_id, hold_id, self._held_by(hold_id, seat_ids, now_ms))
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
        return Written(seat_ids, now_ms, (self._append(now_ms, Change(ChangeKind.EXPIRED, seat_ids)),))

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
            return _acquired(now_ms, answer.hold_id, record, replayed=True)
        record = self._open_hold(hold_id, user_id, now_ms)
        if record is not None:
            return None if adds else _acquired(now_ms, hold_id, record, replayed=True)
        foreign = self._records.get(hold_id)
        return HoldNotFound(now_ms) if adds or (foreign is not None and foreign.user_id != user_id) else None

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
        mine = {seat_id for seat_id, at_ms in self._user_seats.get(user_id, {}).items() if at_ms > now_ms}
        more = sum(seat_id not in mine for seat_id in seat_ids)
        if seats_max is not None and more and len(mine) + more > seats_max:
            return SeatLimitReached(len(mine), seats_max, now_ms)
        return None

    def _is_part_of(self, seat_id: SeatId, hold_id: HoldId, table_id: TableId | None, now_ms: int) -> bool:
        if not self._held_by(hold_id, (seat_id,), now_ms):
            return False
        return table_id is None or self._locks[seat_id].table_id == table_id

    def _append_held(
        self, now_ms: int, user_id: UserId, hold_id: HoldId, expiries: Mapping[SeatId, int]
    ) -> tuple[FeedEntry, ...]:
        seats_until: dict[int, list[SeatId]] = {}
        for seat_id, expires_at_ms in expiries.items():
            seats_until.setdefault(expires_at_ms, []).append(seat_id)
        return tuple(
            self._append(
                now_ms,
                Change(ChangeKind.HELD, tuple(seat_ids), expires_at_ms=at_ms, user_id=user_id, hold_id=hold_id),
            )
            for at_ms, seat_ids in seats_until.items()
        )

    def _extend(
        self, now_ms: int, hold_id: HoldId, record: HoldRecord, wanted_ms: int, lifetime_max_ms: int
    ) -> tuple[list[FeedEntry], int]:
        """Extend one hold whole: its seats' entries, and when the hold runs out."""
        target_ms = min(wanted_ms, record.first_locked_at_ms + lifetime_max_ms)
        held = self._held_by(hold_id, record.seat_ids, now_ms)
        expires_at_ms = max(record.expires_at_ms, target_ms)
        self._records[hold_id] = msgspec.structs.replace(
            record, expires_at_ms=expires_at_ms, kept_until_ms=max(record.kept_until_ms, expires_at_ms)
        )
        self._keep_tables(hold_id, record.table_ids, expires_at_ms)
        return self._reschedule(now_ms, hold_id, {it: max(self._held[it], target_ms) for it in held}), expires_at_ms

    def _release_later(
        self, now_ms: int, hold_id: HoldId, record: HoldRecord, seat_ids: tuple[SeatId, ...], *, at_ms: int, whole: bool
    ) -> HoldReleased:
        expires_at_ms = min(record.expires_at_ms, at_ms)
        if whole:
            self._records[hold_id] = msgspec.structs.replace(
                record, expires_at_ms=expires_at_ms, kept_until_ms=expires_at_ms
            )
            self._keep_tables(hold_id, record.table_ids, expires_at_ms)
        entries = self._reschedule(now_ms, hold_id, {it: min(self._held[it], at_ms) for it in seat_ids})
        return HoldReleased(seat_ids, expires_at_ms, now_ms, tuple(entries))

    def _give_back(self, now_ms: int, user_id: UserId, hold_id: HoldId, seat_ids: Sequence[SeatId]) -> list[FeedEntry]:
        """Free seats of one hold and take them off its list."""
        self._strike_off(hold_id, seat_ids)
        self._unlock(seat_ids)
        if not seat_ids:
            return []
        change = Change(ChangeKind.RELEASED, tuple(seat_ids), user_id=user_id, hold_id=hold_id)
        return [self._append(now_ms, change)]


def _acquired(
    now_ms: int,
    hold_id: HoldId,
    record: HoldRecord,
    *,
    entries: tuple[FeedEntry, ...] = (),
    replayed: bool = False,
) -> HoldAcquired:
    return HoldAcquired(hold_id, record.seat_ids, record.table_ids, record.expires_at_ms, now_ms, entries, replayed)


def _record(
    now_ms: int,
    record: HoldRecord | None,
    user_id: UserId,
    locked_at: Mapping[SeatId, int],
    table_ids: Sequence[TableId],
    *,
    ttl_ms: int,
    lifetime_max_ms: int,
) -> HoldRecord:
    """A new hold's record, or (`record`) an open one's with more seats at its present expiry."""
    first_locked_at_ms = min(locked_at.values(), default=now_ms)
    if record is not None:
        return msgspec.structs.replace(
            record,
            seat_ids=tuple(dict.fromkeys((*record.seat_ids, *locked_at))),
            table_ids=tuple(dict.fromkeys((*record.table_ids, *table_ids))),
            first_locked_at_ms=min(record.first_locked_at_ms, first_locked_at_ms),
        )
    expires_at_ms = min(now_ms + ttl_ms, first_locked_at_ms + lifetime_max_ms)
    return HoldRecord(
        user_id=user_id,
        seat_ids=tuple(locked_at),
        table_ids=tuple(table_ids),
        first_locked_at_ms=first_locked_at_ms,
        expires_at_ms=expires_at_ms,
        kept_until_ms=expires_at_ms,
    )
