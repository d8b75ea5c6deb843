"""The ports to the hold store: holds and the cache of what is sold, and the events' change feeds."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from frontrow.domain.booking import (
    LedgerSeat,
    SeatRowState,
)
from frontrow.domain.changes import FeedEntry, Position
from frontrow.domain.errors import StoreUnavailable
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
from frontrow.domain.seat_map import SeatMapSnapshot


class HoldStore(Protocol):
    """Holds and the cache of what is sold, one event at a time, each call atomic on the store's clock.

    Where a script must be given what it compares (release, extend, begin), the adapter reads it and repeats the
    pair of calls a bounded number of times when it changed in between. Every call may raise StoreUnavailable; what
    it asked may then have happened.
    """

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
        """Hold every seat for one user, or none.

        Args:
            seat_ids: 1 to SEATS_PER_HOLD_MAX distinct ids, the seats of `table_ids` included.
            table_of_seat: the table, for those of `seat_ids` that are held as part of a whole table.
            ttl_ms: until expiry, 1_000 to 7_200_000; never past `lifetime_max_ms` after a seat's first lock.
            seats_per_user_max: None exempts the user from the cap.
            adds: add to the user's live hold `hold_id`, at that hold's expiry; else `hold_id` is new (or a retry).
            answer_key: hex digest of user and idempotency key; None without one.
            orphan_checks: at most ORPHAN_CHECKS_MAX seats beside `seat_ids` that the hold must not leave alone, each
                named once. They are judged when nothing else is against the hold, and in the same step as it is
                granted: two holds can't strand a seat between them. A seat that was alone before is let be.
        """
        ...

    async def read(self, event_id: EventId, hold_id: HoldId) -> Hold | None:
        """The hold as recorded now, whoever owns it; None when absent or run out."""
        ...

    async def user_seats(self, event_ids: Sequence[EventId], user_id: UserId) -> list[tuple[EventId, list[HeldSeat]]]:
        """The seats the user holds now in each of these events (events without any left out)."""
        ...

    async def holders(self, event_id: EventId, seat_ids: Sequence[SeatId]) -> dict[SeatId, tuple[UserId, HoldId]]:
        """Who holds each of these seats now; free and sold seats are left out."""
        ...

    async def extend(
        self, event_id: EventId, *, hold_id: HoldId, user_id: UserId, ttl_ms: int, lifetime_max_ms: int
    ) -> ExtendOutcome:
        """Let the hold's seats run out `ttl_ms` from now; never sooner than before, never past the lifetime cap."""
        ...

    async def extend_seats(
        self, event_id: EventId, *, seat_ids: Sequence[SeatId], user_id: UserId, ttl_ms: int, lifetime_max_ms: int
    ) -> ExtendSeatsOutcome:
        """The same by seats, across the user's holds (each extended whole); all or none: a seat not the user's
        answers SeatsUnavailable, and holds with more than SEATS_EXTENDED_MAX seats in all SeatLimitReached."""
        ...

    async def release(
        self,
        event_id: EventId,
        *,
        hold_id: HoldId,
        user_id: UserId,
        seat_ids: Sequence[SeatId] | None = None,
        after_ms: int = 0,
    ) -> ReleaseOutcome:
        """Give back some or (None) all seats of the hold; with `after_ms` only shorten their expiry to that."""
        ...

    async def release_seats(self, event_id: EventId, *, seat_ids: Sequence[SeatId], user_id: UserId) -> ReleaseOutcome:
        """Give back these seats, whichever of the user's holds has them; all or none."""
        ...

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
        """Mark every seat of the hold (all it lists), or these seats across holds, for a booking being written.

        Exactly one of `hold_id` and `seat_ids` is given.
        """
        ...

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
        """Record the committed seats as sold by `owner_id` and drop the locks, marks and cap entries of `held`.

        Works on a cold event too. Repeating it changes nothing. `table_ids` are the tables that begin_booking found
        `held` with; None where nobody knows them any more: they are looked for.
        """
        ...

    async def abort_booking(
        self, event_id: EventId, *, booking_id: BookingId, user_id: UserId, held: Sequence[HeldSeat]
    ) -> Written:
        """Take back this booking's own marks and restore the earlier expiry, freeing what is past it."""
        ...

    async def free_seats(self, event_id: EventId, *, owner_id: str, seat_ids: Sequence[SeatId]) -> Written:
        """Free for good what `owner_id` had sold, claimed or blocked; anyone else's stays. Works on a cold event.

        Any number of seats, 1 or more; those past 1,000 in further steps, so of many some may be freed when it fails.
        """
        ...

    async def set_blocked(self, event_id: EventId, *, block_id: BlockId, seat_ids: Sequence[SeatId]) -> BlockOutcome:
        """Withhold free seats from sale; all or none. Held and sold seats are refused."""
        ...

    async def sweep_expired(self, event_id: EventId, *, seats_max: int = 500) -> Written:
        """Append `expired` for seats whose hold ran out, at most `seats_max`, and tidy what they left."""
        ...

    async def next_expiry_ms(self, event_id: EventId) -> int | None:
        """When the event's next hold runs out by the store's clock; None without holds."""
        ...

    async def warm(self, event_id: EventId, seats: Sequence[LedgerSeat]) -> Written:
        """Load the ledger's live rows into a cold event and start a new epoch. Nothing to do on a warm one."""
        ...

    async def retire(self, event_id: EventId) -> None:
        """Remove the event's keys that have no lifetime of their own."""
        ...

    async def sold_seats(self, event_id: EventId) -> dict[SeatId, tuple[SeatRowState, str]] | Cold:
        """The cache's sold seats with state and owner id, for the reconciler."""
        ...

    async def ping(self) -> int:
        """The store's clock in milliseconds; raises StoreUnavailable."""
        ...


class ChangeFeed(Protocol):
    """The events' change feeds, read side."""

    async def read_map(self, event_id: EventId) -> SeatMapSnapshot | Cold:
        """The whole state of an event at one position."""
        ...

    async def heads(self, event_ids: Sequence[EventId]) -> Mapping[EventId, Position | StoreUnavailable]:
        """Where each feed stands now; cold events are left out. Those of a server that does not answer, while another
        does, have that instead."""
        ...

    async def read_after(
        self, offsets: Mapping[EventId, str], *, block_ms: int
    ) -> Mapping[EventId, list[FeedEntry] | StoreUnavailable]:
        """The entries after each offset, waiting up to `block_ms` for the first. Trimmed entries are simply missing:
        the reader sees it by `previous`. Feeds of a server that does not answer, while another does, have that."""
        ...

    async def read_before(self, event_id: EventId, before: str | None, *, limit: int) -> list[FeedEntry]:
        """Up to `limit` kept entries before the offset (None: from the newest on), newest first."""
        ...

    async def ends(self, event_id: EventId) -> tuple[FeedEntry, FeedEntry] | None:
        """The oldest and the newest entry that are kept; None where the store keeps none."""
        ...
