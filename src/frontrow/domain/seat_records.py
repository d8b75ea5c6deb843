"""What the store keeps of an event's seats beside their states: locks, holds, caps, marks, answers, tombstones.

Nothing here is removed by the passing of time: every reading compares the stored time with the `now_ms` it is given,
and what ran out counts as absent. That is the rule of the store's scripts too, whatever keys still exist.
"""

from collections.abc import Iterable, Sequence

import msgspec

from frontrow.domain.booking import SeatRowState
from frontrow.domain.changes import Change, ChangeKind, FeedEntry, Position
from frontrow.domain.hold import HeldSeat, Hold, SeatRefusal, Unavailable
from frontrow.domain.ids import HoldId, SeatId, TableId, UserId, capped_as
from frontrow.domain.seat_states import SeatStates

HOLD_LISTED_MAX = 500
"""How many seats one hold may list. Few people may hold more than a request takes: admins, adding to a hold."""
ANSWER_KEPT_MS = 86_400_000
"""How long a hold's idempotency answer outlives the latest expiry the hold can get: a day."""
TOMBSTONE_MS = 86_400_000
"""How long it is remembered that an owner freed a seat: a day, far beyond any relay's repeats."""


class SeatLock(msgspec.Struct, frozen=True):
    """Who has a seat, by which hold, since when, and as part of which whole table."""

    user_id: UserId
    hold_id: HoldId
    locked_at_ms: int
    table_id: TableId | None = None


class TableLock(msgspec.Struct, frozen=True):
    """The marker of a table held whole. Only seats decide: it is for people who look."""

    lock: SeatLock
    expires_at_ms: int


class HoldRecord(msgspec.Struct, frozen=True):
    """A hold as recorded: everything it lists, whether or not its seats have moved to another hold since.

    A booking being written pushes `kept_until_ms`, never `expires_at_ms`: that is what its abort restores.
    """

    user_id: UserId
    seat_ids: tuple[SeatId, ...]
    table_ids: tuple[TableId, ...]
    first_locked_at_ms: int
    expires_at_ms: int
    kept_until_ms: int


class BookingMark(msgspec.Struct, frozen=True):
    """A booking is being written for the seat; at `deadline_ms` the mark counts as absent."""

    booking_id: str
    deadline_ms: int


class HoldAnswer(msgspec.Struct, frozen=True):
    """What an idempotency key made."""

    fingerprint: str
    hold_id: HoldId
    kept_until_ms: int


_REASON_OF = {
    SeatRowState.CLAIMED: Unavailable.HELD,
    SeatRowState.BOOKED: Unavailable.BOOKED,
    SeatRowState.BLOCKED: Unavailable.BLOCKED,
}


class SeatRecords(SeatStates):
    """The records of one event, the readings every operation judges by, and the steps every operation is made of.

    A map made from a snapshot knows who holds nothing: its held seats are somebody's, and nobody's own.
    """

    __slots__ = (
        "_answers",
        "_entries_count",
        "_freed",
        "_locks",
        "_marks",
        "_records",
        "_table_locks",
        "_user_seats",
    )

    def __init__(self) -> None:
        super().__init__()
        self._locks: dict[SeatId, SeatLock] = {}
        self._table_locks: dict[TableId, TableLock] = {}
        self._records: dict[HoldId, HoldRecord] = {}
        self._user_seats: dict[UserId, dict[SeatId, int]] = {}
        self._marks: dict[SeatId, BookingMark] = {}
        self._answers: dict[str, HoldAnswer] = {}
        self._freed: dict[tuple[str, SeatId], int] = {}
        self._entries_count = 0

    @property
    def is_cold(self) -> bool:
        """Whether the sold seats have not been loaded from the ledger: no seat may be granted."""
        return not self._position.epoch

    def lose_epoch(self) -> None:
        """Become cold, as after an operator removed the epoch; every record stays."""
        self._position = Position(epoch="", offset=self._position.offset)

    def read(self, *, now_ms: int, hold_id: HoldId) -> Hold | None:
        """The hold as recorded now, whoever owns it; None when absent or run out."""
        record = self._records.get(hold_id)
        if record is None or not self._is_alive(hold_id, record, now_ms):
            return None
        return Hold(
            hold_id=hold_id,
            user_id=record.user_id,
            seat_ids=record.seat_ids,
            table_ids=record.table_ids,
            held_seat_ids=self._held_by(hold_id, record.seat_ids, now_ms),
            first_locked_at_ms=record.first_locked_at_ms,
            expires_at_ms=record.expires_at_ms,
        )

    def user_seats(self, *, now_ms: int, user_id: UserId) -> list[HeldSeat]:
        """The seats the user holds now with the hold of each, by seat id."""
        locks = (
            (seat_id, self._own_lock(seat_id, user_id, now_ms))
            for seat_id in self._user_seats.get(capped_as(user_id), {})
        )
        return sorted(
            (HeldSeat(seat_id, lock.hold_id) for seat_id, lock in locks if lock is not None),
            key=lambda pair: pair.seat_id,
        )

    def holders(self, *, now_ms: int, seat_ids: Iterable[SeatId]) -> dict[SeatId, tuple[UserId, HoldId]]:
        """Who holds each of these seats now; free seats are left out."""
        locks = {seat_id: self._locks[seat_id] for seat_id in seat_ids if self._has_lock(seat_id, now_ms)}
        return {seat_id: (lock.user_id, lock.hold_id) for seat_id, lock in locks.items()}

    def next_expiry_ms(self) -> int | None:
        """When the next hold runs out, or ran out and awaits its sweep; None without holds."""
        return min(self._held.values(), default=None)

    # Readings

    def _is_held(self, seat_id: SeatId, now_ms: int) -> bool:
        return self._held.get(seat_id, 0) > now_ms

    def _has_lock(self, seat_id: SeatId, now_ms: int) -> bool:
        return seat_id in self._locks and self._is_held(seat_id, now_ms)

    def _own_lock(self, seat_id: SeatId, user_id: UserId, now_ms: int) -> SeatLock | None:
        lock = self._locks.get(seat_id) if self._is_held(seat_id, now_ms) else None
        return lock if lock is not None and lock.user_id == user_id else None

    def _held_by(self, hold_id: HoldId, seat_ids: Iterable[SeatId], now_ms: int) -> tuple[SeatId, ...]:
        """Those of these seats whose lock names this very hold now."""
        return tuple(it for it in seat_ids if self._has_lock(it, now_ms) and self._locks[it].hold_id == hold_id)

    def _is_alive(self, hold_id: HoldId, record: HoldRecord, now_ms: int) -> bool:
        return record.expires_at_ms > now_ms or bool(self._held_by(hold_id, record.seat_ids, now_ms))

    def _hold_of(self, hold_id: HoldId, user_id: UserId, now_ms: int) -> HoldRecord | None:
        """The user's own live hold; alive past its expiry only while its own booking is being written."""
        record = self._records.get(hold_id)
        if record is None or record.user_id != user_id or not self._is_alive(hold_id, record, now_ms):
            return None
        return record

    def _open_hold(self, hold_id: HoldId, user_id: UserId, now_ms: int) -> HoldRecord | None:
        """The same, but only until its own expiry: what may still be prolonged and added to."""
        record = self._hold_of(hold_id, user_id, now_ms)
        return record if record is not None and record.expires_at_ms > now_ms else None

    def _count_of(self, user_id: UserId, now_ms: int) -> int:
        """How many seats the cap counts for the user."""
        return sum(expires_at_ms > now_ms for expires_at_ms in self._user_seats.get(capped_as(user_id), {}).values())

    def _live_mark(self, seat_id: SeatId, now_ms: int) -> BookingMark | None:
        mark = self._marks.get(seat_id)
        return mark if mark is not None and mark.deadline_ms > now_ms else None

    def _marked(self, seat_ids: Iterable[SeatId], now_ms: int) -> tuple[tuple[SeatId, ...], int]:
        """Those of these seats with a live mark, and how long until the last of their deadlines."""
        marks = {seat_id: mark for seat_id in seat_ids if (mark := self._live_mark(seat_id, now_ms)) is not None}
        wait_ms = max((mark.deadline_ms - now_ms for mark in marks.values()), default=0)
        return tuple(marks), wait_ms

    def _taken(self, seat_id: SeatId, user_id: UserId | None, now_ms: int) -> Unavailable | None:
        """Why `user_id` (None: nobody) cannot take the seat; None when it is free or the user's own."""
        sale = self._sales.get(seat_id)
        if sale is not None:
            return _REASON_OF[sale.state]
        own = user_id is not None and self._own_lock(seat_id, user_id, now_ms) is not None
        if not own and (self._is_held(seat_id, now_ms) or self._live_mark(seat_id, now_ms) is not None):
            return Unavailable.HELD
        return None

    def _not_held(self, seat_ids: Sequence[SeatId], user_id: UserId, now_ms: int) -> tuple[SeatRefusal, ...]:
        """The seats that the user does not hold, each with what it is instead: sold, held by another, or free."""
        return tuple(
            SeatRefusal(seat_id, self._taken(seat_id, user_id, now_ms) or Unavailable.NOT_YOURS)
            for seat_id in seat_ids
            if seat_id in self._sales or self._own_lock(seat_id, user_id, now_ms) is None
        )

    # Steps

    def _append(self, now_ms: int, change: Change) -> tuple[FeedEntry, ...]:
        """Change states and say so in the feed. On a cold event the entry has no epoch: no reader follows it."""
        if not change.seats and change.kind is not ChangeKind.WARMED:
            return ()
        self._entries_count += 1
        entry = FeedEntry(
            epoch=self._position.epoch,
            previous=self._position.offset,
            offset=f"{now_ms}-{self._entries_count}-0",
            at_ms=now_ms,
            change=change,
        )
        self._take(entry)
        return (entry,)

    def _reschedule(
        self, now_ms: int, hold_id: HoldId, seat_ids: Sequence[SeatId], expires_at_ms: int
    ) -> tuple[FeedEntry, ...]:
        """Let seats of one hold run out at another time."""
        user_id = self._records[hold_id].user_id
        self._user_seats[capped_as(user_id)].update(dict.fromkeys(seat_ids, expires_at_ms))
        change = Change(
            ChangeKind.EXPIRY_CHANGED, tuple(seat_ids), expires_at_ms=expires_at_ms, user_id=user_id, hold_id=hold_id
        )
        return self._append(now_ms, change)

    def _give_back(self, now_ms: int, hold_id: HoldId, seat_ids: Sequence[SeatId]) -> tuple[FeedEntry, ...]:
        """Free seats that one hold holds; its list is the caller's."""
        if not seat_ids:
            return ()
        user_id = self._locks[seat_ids[0]].user_id
        self._unlock(seat_ids)
        return self._append(now_ms, Change(ChangeKind.RELEASED, tuple(seat_ids), user_id=user_id, hold_id=hold_id))

    def _tidy_marks(self, seat_ids: Iterable[SeatId]) -> None:
        """Drop marks that ran out, on seats whose live marks the caller has ruled out."""
        for seat_id in seat_ids:
            self._marks.pop(seat_id, None)

    def _unlock(self, seat_ids: Iterable[SeatId]) -> None:
        """Drop lock and cap entry. The state changes by the entry the caller appends."""
        for seat_id in seat_ids:
            lock = self._locks.pop(seat_id, None)
            if lock is not None:
                self._user_seats[capped_as(lock.user_id)].pop(seat_id, None)

    def _strike_off(self, now_ms: int, hold_id: HoldId, seat_ids: Sequence[SeatId]) -> None:
        """Take seats off a hold's list, with the tables they are held as part of; an empty hold is gone."""
        record = self._records[hold_id]
        tables = self._tables_of(now_ms, hold_id, seat_ids)
        self._drop_markers(hold_id, tables)
        kept = tuple(seat_id for seat_id in record.seat_ids if seat_id not in seat_ids)
        table_ids = tuple(table_id for table_id in record.table_ids if table_id not in tables)
        if kept:
            self._records[hold_id] = msgspec.structs.replace(record, seat_ids=kept, table_ids=table_ids)
        else:
            del self._records[hold_id]

    def _tables_of(self, now_ms: int, hold_id: HoldId, seat_ids: Sequence[SeatId]) -> tuple[TableId, ...]:
        """The tables the hold lists that its user holds these seats as part of."""
        record = self._records[hold_id]
        locks = (self._own_lock(seat_id, record.user_id, now_ms) for seat_id in seat_ids)
        of_seats = dict.fromkeys(lock.table_id for lock in locks if lock is not None)
        return tuple(table_id for table_id in of_seats if table_id is not None and table_id in record.table_ids)

    def _is_marker_of(self, hold_id: HoldId, table_id: TableId) -> bool:
        marker = self._table_locks.get(table_id)
        return marker is not None and marker.lock.hold_id == hold_id

    def _drop_markers(self, hold_id: HoldId, table_ids: Iterable[TableId]) -> None:
        for table_id in table_ids:
            if self._is_marker_of(hold_id, table_id):
                del self._table_locks[table_id]

    def _keep_markers(
        self, hold_id: HoldId, *, no_sooner_ms: int | None = None, no_later_ms: int | None = None
    ) -> None:
        """Let the markers of a hold's tables run out no sooner, or no later, than that."""
        for table_id in self._records[hold_id].table_ids:
            if self._is_marker_of(hold_id, table_id):
                marker = self._table_locks[table_id]
                at_ms = marker.expires_at_ms
                at_ms = at_ms if no_sooner_ms is None else max(at_ms, no_sooner_ms)
                at_ms = at_ms if no_later_ms is None else min(at_ms, no_later_ms)
                self._table_locks[table_id] = TableLock(marker.lock, at_ms)
