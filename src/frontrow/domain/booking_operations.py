"""Operations of bookings and blocks: marks while the ledger writes, and the cache of what the ledger has sold.

The ledger decides. What these operations are told is committed there, except for marks, which only keep others away
while it is being written. Those that record or undo what is committed work on a cold event too.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from frontrow.domain.booking import LedgerSeat, SeatRowState
from frontrow.domain.changes import Change, ChangeKind, FeedEntry, Position
from frontrow.domain.hold import (
    BeginOutcome,
    BlockOutcome,
    BookingBegun,
    BookingFinished,
    BookingRunning,
    Cold,
    HeldSeat,
    HoldNotComplete,
    HoldNotFound,
    SeatRefusal,
    SeatsBusy,
    SeatsUnavailable,
    Written,
)
from frontrow.domain.ids import BlockId, BookingId, HoldId, OrderId, SeatId, UserId
from frontrow.domain.seat_records import TOMBSTONE_MS, BookingMark, SeatRecords
from frontrow.domain.seat_states import Sale

_SOLD_BY = {
    SeatRowState.CLAIMED: ChangeKind.CLAIMED,
    SeatRowState.BOOKED: ChangeKind.BOOKED,
    SeatRowState.BLOCKED: ChangeKind.BLOCKED,
}


class BookingOperations(SeatRecords):
    """What bookings, claims, blocks and the warm-up do to an event's seats."""

    __slots__ = ()

    def begin_booking(
        self,
        *,
        now_ms: int,
        booking_id: BookingId,
        user_id: UserId,
        hold_id: HoldId | None = None,
        seat_ids: Sequence[SeatId] | None = None,
        guard_ms: int,
    ) -> BeginOutcome:
        """Mark every seat of the hold (all it lists), or these seats across holds, until `guard_ms` from now.

        Exactly one of `hold_id` and `seat_ids` is given. Each seat's expiry is pushed to at least that deadline;
        the hold's own expiry stays recorded for abort. Judged in this order: cold; the hold, or
        seats not held; an earlier attempt of this booking; seats of the hold that moved away; another booking's marks.
        """
        if self.is_cold:
            return Cold(now_ms)
        wanted: Sequence[SeatId] = seat_ids or ()
        if hold_id is not None:
            record = self._hold_of(hold_id, user_id, now_ms)
            if record is None:
                return HoldNotFound(now_ms)
            wanted = record.seat_ids
        refused = self._not_begun(now_ms, booking_id, user_id, hold_id, wanted)
        if refused is not None:
            return refused
        deadline_ms = now_ms + guard_ms
        held = tuple(HeldSeat(seat_id, self._locks[seat_id].hold_id) for seat_id in wanted)
        tables = [it for pair in held for it in self._tables_of(now_ms, pair.hold_id, (pair.seat_id,))]
        entries: list[FeedEntry] = []
        self._marks.update(dict.fromkeys(wanted, BookingMark(booking_id, deadline_ms)))
        for of_hold, marked in _by_hold(held).items():
            record = self._records[of_hold]
            kept_until_ms = max(record.kept_until_ms, deadline_ms)
            self._records[of_hold] = msgspec.structs.replace(record, kept_until_ms=kept_until_ms)
            sooner = [seat_id for seat_id in marked if self._held[seat_id] < deadline_ms]
            entries += self._reschedule(now_ms, of_hold, sooner, deadline_ms)
        return BookingBegun(held, tuple(dict.fromkeys(tables)), deadline_ms, now_ms, tuple(entries))

    def finish_booking(
        self,
        *,
        now_ms: int,
        booking_id: str,
        state: SeatRowState,
        owner_id: str,
        user_id: UserId,
        seat_ids: Sequence[SeatId],
        held: Sequence[HeldSeat],
        replaces_claim: OrderId | None = None,
    ) -> BookingFinished:
        """Record the committed seats as sold by `owner_id`; warm or cold, any number of times.

        A seat that `owner_id` freed before, or that another id has, is skipped, and given back where the hold it was
        to be booked from still has it; only the claim that `replaces_claim` names gives way. What the user holds of
        the sold seats goes with them; marks go only when they are this booking's. That the claim has ended is
        remembered as for seats freed: should its own finish come again after this booking is freed, it claims nothing.
        """
        hold_of = {pair.seat_id: pair.hold_id for pair in held}
        sold: list[SeatId] = []
        skipped: list[SeatId] = []
        broken: list[HeldSeat] = []
        struck: dict[HoldId, list[SeatId]] = {}
        given_back: dict[HoldId, list[SeatId]] = {}
        for seat_id in seat_ids:
            before = self._sales.get(seat_id)
            lock = self._locks[seat_id] if self._has_lock(seat_id, now_ms) else None
            hold_id = hold_of.get(seat_id)
            was_freed = self._was_freed(owner_id, seat_id, now_ms)
            if not was_freed and before in {None, _claim_for(state, replaces_claim)}:
                sold.append(seat_id)
                if lock is not None and lock.user_id != user_id:
                    broken.append(HeldSeat(seat_id, lock.hold_id))
                if hold_id is not None:
                    struck.setdefault(hold_id, []).append(seat_id)
            elif was_freed or (before is not None and before.owner_id != owner_id):
                skipped.append(seat_id)
                if hold_id is not None and lock is not None and (lock.user_id, lock.hold_id) == (user_id, hold_id):
                    given_back.setdefault(hold_id, []).append(seat_id)
                    struck.setdefault(hold_id, []).append(seat_id)
        if state is SeatRowState.BOOKED and replaces_claim is not None:
            self._freed.update({(replaces_claim, seat_id): now_ms for seat_id in seat_ids})
        self._unmark(booking_id, {*seat_ids, *hold_of})
        for hold_id, of_hold in struck.items():
            record = self._records.get(hold_id)
            if record is not None and record.user_id == user_id:
                self._strike_off(now_ms, hold_id, of_hold)
        self._unlock([it for it in sold if self._own_lock(it, user_id, now_ms) is not None])
        change = Change(_SOLD_BY[state], tuple(sold), user_id=user_id, owner_id=owner_id)
        entries = [*self._append(now_ms, change)]
        for hold_id in dict.fromkeys(pair.hold_id for pair in held):
            entries += self._give_back(now_ms, hold_id, given_back.get(hold_id, ()))
        return BookingFinished(tuple(skipped), tuple(broken), now_ms, tuple(entries))

    def abort_booking(
        self, *, now_ms: int, booking_id: BookingId, user_id: UserId, held: Sequence[HeldSeat]
    ) -> Written:
        """Take back this booking's own marks and restore the earlier expiry, freeing what is past it.

        An expiry is only ever shortened to what its hold recorded, never prolonged.
        """
        own = [pair for pair in held if self._is_marked_by(pair.seat_id, booking_id)]
        self._unmark(booking_id, [pair.seat_id for pair in own])
        entries: list[FeedEntry] = []
        freed: list[SeatId] = []
        for hold_id in dict.fromkeys(pair.hold_id for pair in held):
            record = self._records.get(hold_id)
            if record is None or record.user_id != user_id:
                continue
            unmarked = [pair.seat_id for pair in own if pair.hold_id == hold_id]
            late = [it for it in self._held_by(hold_id, unmarked, now_ms) if self._held[it] > record.expires_at_ms]
            if record.expires_at_ms > now_ms:
                entries += self._reschedule(now_ms, hold_id, late, record.expires_at_ms)
            else:
                freed += late
        self._unlock(freed)
        entries += self._append(now_ms, Change(ChangeKind.EXPIRED, tuple(freed)))
        for hold_id in dict.fromkeys(pair.hold_id for pair in held):
            self._settle(hold_id, user_id)
        return Written(tuple(pair.seat_id for pair in own), now_ms, tuple(entries))

    def free_seats(self, *, now_ms: int, owner_id: str, seat_ids: Sequence[SeatId]) -> Written:
        """Free for good what `owner_id` had sold, claimed or blocked; anyone else's stays. Warm or cold.

        Every pair is remembered for TOMBSTONE_MS: a finish or warm-up that comes late does not sell the seat again.
        """
        self._freed.update({(owner_id, seat_id): now_ms for seat_id in seat_ids})
        freed = tuple(it for it in seat_ids if (sale := self._sales.get(it)) is not None and sale.owner_id == owner_id)
        change = Change(ChangeKind.FREED, freed, owner_id=owner_id)
        return Written(freed, now_ms, self._append(now_ms, change))

    def set_blocked(self, *, now_ms: int, block_id: BlockId, seat_ids: Sequence[SeatId]) -> BlockOutcome:
        """Withhold free seats from sale; all or none. Seats of this very block are as they should be."""
        if self.is_cold:
            return Cold(now_ms)
        blocked = Sale(SeatRowState.BLOCKED, block_id)
        wanted = tuple(it for it in seat_ids if self._sales.get(it) != blocked)
        reasons = ((seat_id, self._taken(seat_id, None, now_ms)) for seat_id in wanted)
        refusals = tuple(SeatRefusal(seat_id, reason) for seat_id, reason in reasons if reason is not None)
        if refusals:
            return SeatsUnavailable(refusals, now_ms)
        for seat_id in wanted:  # what is left of holds that ran out, or that a sale broke
            self._locks.pop(seat_id, None)
        self._tidy_marks(wanted)
        change = Change(ChangeKind.BLOCKED, wanted, owner_id=block_id)
        return Written(wanted, now_ms, self._append(now_ms, change))

    def warm(self, *, now_ms: int, seats: Sequence[LedgerSeat], epoch: str) -> Written:
        """Load the ledger's live rows into a cold event and start `epoch`; a warm event stays as it is.

        What the cache has already is newer than the rows and stays; pairs that were freed meanwhile are skipped.
        """
        if not self.is_cold:
            return Written((), now_ms)
        loaded = tuple(
            row.seat_id
            for row in seats
            if row.seat_id not in self._sales and not self._was_freed(row.owner_id, row.seat_id, now_ms)
        )
        wanted = set(loaded)
        self._sales.update({row.seat_id: Sale(row.state, row.owner_id) for row in seats if row.seat_id in wanted})
        self._position = Position(epoch=epoch, offset=self._position.offset)
        return Written(loaded, now_ms, self._append(now_ms, Change(ChangeKind.WARMED, ())))

    def _not_begun(
        self, now_ms: int, booking_id: BookingId, user_id: UserId, hold_id: HoldId | None, wanted: Sequence[SeatId]
    ) -> BookingRunning | HoldNotComplete | SeatsUnavailable | SeatsBusy | None:
        if hold_id is None:
            refusals = self._not_held(wanted, user_id, now_ms)
            if refusals:
                return SeatsUnavailable(refusals, now_ms)
        busy, wait_ms = self._marked(wanted, now_ms)
        if any(self._marks[seat_id].booking_id == booking_id for seat_id in busy):
            return BookingRunning(wait_ms, now_ms)
        if hold_id is not None:
            held = self._held_by(hold_id, wanted, now_ms)
            lost = tuple(seat_id for seat_id in wanted if seat_id not in held)
            if lost:
                return HoldNotComplete(lost, now_ms)
            sold = tuple(it for it in self._not_held(wanted, user_id, now_ms) if it.seat_id in self._sales)
            if sold:
                return SeatsUnavailable(sold, now_ms)
        return SeatsBusy(busy, wait_ms, now_ms) if busy else None

    def _settle(self, hold_id: HoldId, user_id: UserId) -> None:
        """Keep a hold's record as long as its own expiry, or its last seat's where another booking pushed that."""
        record = self._records.get(hold_id)
        if record is not None and record.user_id == user_id:
            last_ms = max((self._held.get(seat_id, 0) for seat_id in record.seat_ids), default=0)
            kept_until_ms = min(record.kept_until_ms, max(record.expires_at_ms, last_ms))
            self._records[hold_id] = msgspec.structs.replace(record, kept_until_ms=kept_until_ms)

    def _was_freed(self, owner_id: str, seat_id: SeatId, now_ms: int) -> bool:
        freed_at_ms = self._freed.get((owner_id, seat_id))
        return freed_at_ms is not None and freed_at_ms > now_ms - TOMBSTONE_MS

    def _is_marked_by(self, seat_id: SeatId, booking_id: str) -> bool:
        mark = self._marks.get(seat_id)
        return mark is not None and mark.booking_id == booking_id

    def _unmark(self, booking_id: str, seat_ids: Iterable[SeatId]) -> None:
        for seat_id in seat_ids:
            if self._is_marked_by(seat_id, booking_id):
                del self._marks[seat_id]


def _claim_for(state: SeatRowState, order_id: OrderId | None) -> Sale | None:
    """The claim that gives way to this sale: only an order's own, and only to its booking."""
    if order_id is None or state is not SeatRowState.BOOKED:
        return None
    return Sale(SeatRowState.CLAIMED, order_id)


def _by_hold(held: Iterable[HeldSeat]) -> Mapping[HoldId, list[SeatId]]:
    seats: dict[HoldId, list[SeatId]] = {}
    for pair in held:
        seats.setdefault(pair.hold_id, []).append(pair.seat_id)
    return seats
