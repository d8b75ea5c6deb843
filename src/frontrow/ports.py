"""The ports: what the services need of the world, as Protocols. Adapters implement them; `app.py` joins them.

What they leave out on purpose: no port knows about HTTP, prices are computed before the ledger sees them, and the
hold store never reads the ledger (a service warms it).
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from frontrow.domain.booking import (
    Block,
    BookedSeat,
    Booking,
    BookingContact,
    BookingDraft,
    BookOutcome,
    CancelOutcome,
    EndedSeat,
    IdempotencyKey,
    LedgerSeat,
    OutboxTask,
    SeatConflict,
    SeatRowState,
    TakenSeats,
)
from frontrow.domain.changes import FeedEntry, Position
from frontrow.domain.event import Event
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
from frontrow.domain.ids import BlockId, BookingId, EventId, HoldId, LayoutId, OrderId, SeatId, TableId, UserId
from frontrow.domain.layout import Layout
from frontrow.domain.order import Order
from frontrow.domain.payment import PaymentOutcome
from frontrow.domain.seat_map import SeatMapSnapshot


class Clock(Protocol):
    """The process's time. Holds never use it: they run on the store's clock."""

    def now_ms(self) -> int:
        """Wall clock, milliseconds since 1970 in UTC."""
        ...

    def monotonic_ms(self) -> int:
        """A clock that never steps, milliseconds since an arbitrary start."""
        ...


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
        replaces_claim: OrderId | None = None,
    ) -> BookingFinished:
        """Record the committed seats as sold by `owner_id` and drop the locks, marks and cap entries of `held`.

        Works on a cold event too. Repeating it changes nothing.
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

    async def heads(self, event_ids: Sequence[EventId]) -> dict[EventId, Position]:
        """Where each feed stands now; cold events are left out."""
        ...

    async def read_after(self, offsets: Mapping[EventId, str], *, block_ms: int) -> dict[EventId, list[FeedEntry]]:
        """The entries after each offset, waiting up to `block_ms` for the first. Trimmed entries are simply missing:
        the reader sees it by `previous`."""
        ...

    async def read_before(self, event_id: EventId, before: str | None, *, limit: int) -> list[FeedEntry]:
        """Up to `limit` kept entries before the offset (None: from the newest on), newest first."""
        ...

    async def ends(self, event_id: EventId) -> tuple[FeedEntry, FeedEntry] | None:
        """The oldest and the newest entry that are kept; None where the store keeps none."""
        ...


class Ledger(Protocol):
    """The durable truth: layouts, events, seat rows, bookings, orders, blocks, idempotency, outbox.

    Every call may raise LedgerUnavailable; what it asked may then have been committed.
    """

    async def add_layout(self, layout: Layout, document: bytes) -> int:
        """Store a new immutable version and return its number (1, 2, ...). `document` is what readers are served."""
        ...

    async def layout(self, layout_id: LayoutId, version: int) -> tuple[Layout, bytes] | None: ...

    async def latest_layout_version(self, layout_id: LayoutId) -> int | None: ...

    async def layouts(self) -> list[tuple[LayoutId, int, str]]:
        """Every layout's id, latest version and name."""
        ...

    async def add_event(self, event: Event) -> Event | None:
        """Store an event (its `number` is ignored) and return it numbered; None when the id is taken."""
        ...

    async def update_event(self, event: Event, *, expected: Event) -> bool:
        """Replace the event if it still equals `expected`; whether it did."""
        ...

    async def event(self, event_id: EventId) -> Event | None: ...

    async def event_by_number(self, number: int) -> Event | None: ...

    async def events(self, *, after_number: int, limit: int) -> list[Event]:
        """Up to `limit` events with a number above `after_number`, in that order."""
        ...

    async def book(self, draft: BookingDraft, *, guard_until_ms: int) -> BookOutcome:
        """Write one booking through the group-commit writer, or nothing.

        `guard_until_ms` is by Clock.monotonic_ms, taken from before begin_booking was sent. An unknown commit is
        settled inside, by writing again under the same id, before anything is raised.
        """
        ...

    async def abort(self, draft: BookingDraft) -> BookOutcome:
        """Commit an `aborted` row under the booking's id unless it is written: BookingIdSpent, else what stands."""
        ...

    async def replay(self, key: IdempotencyKey) -> BookOutcome | None:
        """What the key answered first (BookingWritten replayed, BookingKeyReused, BookingIdSpent); None if unused."""
        ...

    async def booking(self, booking_id: BookingId) -> Booking | None:
        """The booking as it is now; None for an aborted id, which never was one."""
        ...

    async def booking_fingerprint(self, booking_id: BookingId) -> str | None: ...

    async def bookings_of(self, user_id: UserId, *, before: tuple[int, BookingId] | None, limit: int) -> list[Booking]:
        """The user's bookings in every event, newest first; aborted ones left out.

        The order is by (`booked_at_ms`, `booking_id`), descending; `before` is that pair of the last one seen.
        """
        ...

    async def bookings_in(
        self, event_id: EventId, *, before: tuple[int, BookingId] | None, limit: int
    ) -> list[Booking]:
        """The event's bookings, newest first; aborted ones left out. Order and `before` are as in `bookings_of`.

        Costs the database's one thread some 50 microseconds a booking on SQLite.
        """
        ...

    async def booking_contacts(
        self, event_id: EventId, *, before: tuple[int, BookingId] | None, limit: int
    ) -> list[BookingContact]:
        """The same bookings in the same order, as far as people look for them by it; for a tenth of the cost."""
        ...

    async def bookings_among(self, event_id: EventId, booking_ids: Sequence[BookingId]) -> list[Booking]:
        """Those of these bookings that the event has, in the order asked; aborted ones left out."""
        ...

    async def booking_of_seats(self, event_id: EventId, user_id: UserId, seat_ids: Sequence[SeatId]) -> Booking | None:
        """The user's one live booking of exactly these seats."""
        ...

    async def booking_of_hold(self, event_id: EventId, user_id: UserId, hold_id: HoldId) -> Booking | None:
        """The user's booking made from this hold, whatever became of it since; aborted ones left out."""
        ...

    async def cancel(self, booking_id: BookingId, seat_ids: Sequence[SeatId] | None) -> CancelOutcome:
        """Cancel some or (None) all seats; repeating it frees nothing more."""
        ...

    async def add_order(self, order: Order) -> Order:
        """Store an order, for ever, or return the one that stands under its id."""
        ...

    async def order(self, order_id: OrderId) -> Order | None: ...

    async def add_block(self, block: Block) -> SeatConflict | None:
        """Write the block's rows, all or none; None on success (or when these very rows are there)."""
        ...

    async def drop_blocks(self, event_id: EventId, seat_ids: Sequence[SeatId]) -> list[EndedSeat]:
        """End the live blocked rows among these seats and say whose they were."""
        ...

    async def live_seats(self, event_id: EventId, seat_ids: Sequence[SeatId] | None = None) -> list[LedgerSeat]: ...

    async def taken_seats(self, event_id: EventId) -> TakenSeats:
        """Every live row of the event at one moment. The columns are in no particular order, the same in all.

        Costs the database about a microsecond a row on SQLite; the rest is done beside it.
        """
        ...

    async def states_of_owners(self, event_id: EventId, owner_ids: Sequence[str]) -> dict[str, SeatRowState]:
        """What each of these bookings, orders and blocks has or had its seats as; ids without rows are left out."""
        ...

    async def booked_seats(self, event_id: EventId, seat_ids: Sequence[SeatId]) -> list[BookedSeat]:
        """Those of these seats that are sold now, whoever has them, in the order asked."""
        ...

    async def booked_seats_of(self, event_id: EventId, user_id: UserId) -> list[BookedSeat]:
        """The seats of the event that are sold to this user now, booking by booking."""
        ...

    async def ended_rows(self, event_id: EventId, pairs: Sequence[EndedSeat]) -> set[EndedSeat]:
        """Which of these (seat, owner) rows the ledger holds as ended (cancelled or dropped) and not live."""
        ...

    async def outbox(self, *, older_than_ms: int, limit: int) -> list[OutboxTask]:
        """Undone tasks created before that wall-clock time, oldest first."""
        ...

    async def outbox_done(self, task_ids: Sequence[int]) -> None: ...

    async def outbox_of(self, owner_id: str) -> list[OutboxTask]:
        """The undone tasks of one booking, order or block."""
        ...

    async def ping(self) -> None:
        """Raises LedgerUnavailable when the ledger cannot be read or its schema is not this version's."""
        ...


class PaymentGateway(Protocol):
    """Takes money and gives it back. Everything goes by a reference, an order's id, and may be repeated under it.

    Every call may raise PaymentUnavailable, and nothing else; what it asked may then have happened.
    """

    @property
    def name(self) -> str:
        """What bookings say they were paid through."""
        ...

    async def charge(
        self, reference: str, *, amount_minor: int, currency: str, card_number: str | None
    ) -> PaymentOutcome:
        """Authorise and capture the amount (0 or more); once for each reference, however often it is asked.

        Args:
            card_number: as the buyer sent it; None for the gateway's own default.
        """
        ...

    async def refund(self, reference: str) -> None:
        """Give back whatever was taken under the reference; nothing to do when that was nothing, or is done."""
        ...

    async def refund_part(self, reference: str, part: str, *, amount_minor: int, currency: str) -> None:
        """Give back this much of what was taken under the reference; once for each `part`, however often it is asked.

        Args:
            part: which one of several: 1 to 64 letters and digits, always with the same amount.
        """
        ...
