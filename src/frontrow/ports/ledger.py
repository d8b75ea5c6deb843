"""The port to the ledger: layouts, events, seats, bookings, blocks, the outbox."""

from collections.abc import Sequence
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
from frontrow.domain.event import Event, EventChanges
from frontrow.domain.ids import BookingId, EventId, HoldId, LayoutId, SeatId, UserId
from frontrow.domain.layout import Layout
from frontrow.domain.notice import Notice


class Ledger(Protocol):
    """The durable truth: layouts, events, seat rows, bookings, blocks, idempotency, outbox. Orders: see OrderLedger.

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

    async def event_changes(self, *, since: int | None) -> EventChanges:
        """Which events were added, changed or deleted after version `since` (None: no version is known), in one read.

        Whatever was committed when it is answered is in the version it tells: an event that is read afterwards is at
        least as new, and one that a later call does not name is as it was.
        """
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

    async def cancel(
        self, booking_id: BookingId, seat_ids: Sequence[SeatId] | None, *, notices: Sequence[Notice] = ()
    ) -> CancelOutcome:
        """Cancel some or (None) all seats; repeating it frees nothing more. `notices` are stored where it frees any."""
        ...

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
