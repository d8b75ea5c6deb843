"""A ledger in memory: the promises of the Ledger port, one call at a time, nothing kept when the test ends."""

from collections.abc import Sequence
from itertools import count

import msgspec

from frontrow.domain.booking import (
    Block,
    BookedSeat,
    Booking,
    BookingCancelled,
    BookingContact,
    BookingDraft,
    BookingIdSpent,
    BookingKeyReused,
    BookingNotFound,
    BookingStatus,
    BookingWritten,
    BookOutcome,
    CancelOutcome,
    EndedSeat,
    GuardTooShort,
    IdempotencyKey,
    LedgerSeat,
    OutboxKind,
    OutboxTask,
    SeatConflict,
    SeatRowState,
    SeatsNotInBooking,
    TakenSeats,
)
from frontrow.domain.event import Event, EventChanges
from frontrow.domain.hold import HeldSeat
from frontrow.domain.ids import BookingId, EventId, HoldId, LayoutId, OrderId, SeatId, UserId
from frontrow.domain.layout import Layout
from frontrow.domain.notice import Notice
from frontrow.domain.order_moves import KeyUsed
from frontrow.ports import Clock
from tests.support.fake_order_ledger import GUARD_MS_MIN, FakeOrderLedger


class FakeLedger:
    """Implements ports.Ledger. `rows` is open to tests that want to look at or break the truth itself."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._layouts: dict[LayoutId, list[tuple[Layout, bytes]]] = {}
        self._events: dict[EventId, Event] = {}
        self._event_changes: list[EventId] = []
        self.rows: dict[tuple[EventId, SeatId], LedgerSeat] = {}
        self.ended: set[tuple[EventId, EndedSeat]] = set()
        self.drafts: dict[BookingId, BookingDraft] = {}
        self._aborted: dict[BookingId, BookingDraft] = {}
        self.keys: dict[tuple[UserId, str, str], KeyUsed] = {}
        self._blocks: dict[str, Block] = {}
        self.tasks: dict[int, OutboxTask] = {}
        self._task_ids = count(1)
        self.orders = FakeOrderLedger(self, clock)

    async def add_layout(self, layout: Layout, document: bytes) -> int:
        versions = self._layouts.setdefault(layout.id, [])
        versions.append((layout, document))
        return len(versions)

    async def layout(self, layout_id: LayoutId, version: int) -> tuple[Layout, bytes] | None:
        versions = self._layouts.get(layout_id, [])
        return versions[version - 1] if 1 <= version <= len(versions) else None

    async def latest_layout_version(self, layout_id: LayoutId) -> int | None:
        return len(self._layouts.get(layout_id, [])) or None

    async def layouts(self) -> list[tuple[LayoutId, int, str]]:
        return [(layout_id, len(made), made[-1][0].name) for layout_id, made in self._layouts.items()]

    async def add_event(self, event: Event) -> Event | None:
        if event.event_id in self._events:
            return None
        numbered = msgspec.structs.replace(event, number=len(self._events) + 1)
        self._events[event.event_id] = numbered
        self._event_changes.append(event.event_id)
        return numbered

    async def update_event(self, event: Event, *, expected: Event) -> bool:
        if self._events.get(event.event_id) != expected:
            return False
        self._events[event.event_id] = event
        self._event_changes.append(event.event_id)
        return True

    async def event(self, event_id: EventId) -> Event | None:
        return self._events.get(event_id)

    async def event_by_number(self, number: int) -> Event | None:
        return next((event for event in self._events.values() if event.number == number), None)

    async def events(self, *, after_number: int, limit: int) -> list[Event]:
        return [event for event in self._events.values() if event.number > after_number][:limit]

    async def event_changes(self, *, since: int | None) -> EventChanges:
        version = len(self._event_changes)
        is_known = since is not None and since <= version
        return EventChanges(version, frozenset(self._event_changes[since:]) if is_known else None)

    def forget_changes(self) -> None:
        """Be at version 0 again, with the events as they are."""
        self._event_changes.clear()

    async def book(self, draft: BookingDraft, *, guard_until_ms: int) -> BookOutcome:
        stands = self._standing(draft)
        if stands is not None:
            return stands
        if guard_until_ms - self._clock.monotonic_ms() < GUARD_MS_MIN:
            return GuardTooShort()
        booking = draft.booking
        taken = [row for seat_id in booking.seat_ids if (row := self.rows.get((booking.event_id, seat_id)))]
        if taken:
            return SeatConflict(tuple(taken))
        return BookingWritten(booking, task_ids=(self.write_booking(draft),))

    async def abort(self, draft: BookingDraft) -> BookOutcome:
        stands = self._standing(draft)
        if stands is not None:
            return stands
        self._spend_key(draft)
        self._aborted[draft.booking.booking_id] = draft
        return BookingIdSpent()

    async def replay(self, key: IdempotencyKey) -> BookOutcome | None:
        spent = self.keys.get((key.user_id, key.route, key.key))
        if spent is None:
            return None
        if spent.fingerprint != key.fingerprint:
            return BookingKeyReused()
        draft = self.drafts.get(BookingId(spent.made_id))
        return BookingIdSpent() if draft is None else BookingWritten(draft.booking, replayed=True)

    async def booking(self, booking_id: BookingId) -> Booking | None:
        draft = self.drafts.get(booking_id)
        return None if draft is None else draft.booking

    async def booking_fingerprint(self, booking_id: BookingId) -> str | None:
        draft = self.drafts.get(booking_id) or self._aborted.get(booking_id)
        return None if draft is None else draft.fingerprint

    async def bookings_of(self, user_id: UserId, *, before: tuple[int, BookingId] | None, limit: int) -> list[Booking]:
        own = [draft.booking for draft in self.drafts.values() if draft.booking.user_id == user_id]
        own.sort(key=lambda booking: (booking.booked_at_ms, booking.booking_id), reverse=True)
        return [it for it in own if before is None or (it.booked_at_ms, it.booking_id) < before][:limit]

    async def bookings_in(
        self, event_id: EventId, *, before: tuple[int, BookingId] | None, limit: int
    ) -> list[Booking]:
        made = [draft.booking for draft in self.drafts.values() if draft.booking.event_id == event_id]
        made.sort(key=lambda booking: (booking.booked_at_ms, booking.booking_id), reverse=True)
        return [it for it in made if before is None or (it.booked_at_ms, it.booking_id) < before][:limit]

    async def booking_contacts(
        self, event_id: EventId, *, before: tuple[int, BookingId] | None, limit: int
    ) -> list[BookingContact]:
        found = await self.bookings_in(event_id, before=before, limit=limit)
        contacts = ((it.booking_id, it.booked_at_ms, it.contact_info) for it in found)
        return [BookingContact(of, at_ms, contact.name, contact.email) for of, at_ms, contact in contacts]

    async def bookings_among(self, event_id: EventId, booking_ids: Sequence[BookingId]) -> list[Booking]:
        made = (self.drafts[it].booking for it in dict.fromkeys(booking_ids) if it in self.drafts)
        return [booking for booking in made if booking.event_id == event_id]

    async def booking_of_seats(self, event_id: EventId, user_id: UserId, seat_ids: Sequence[SeatId]) -> Booking | None:
        for draft in self.drafts.values():
            booking = draft.booking
            live = set(booking.seat_ids) - set(booking.cancelled_seat_ids)
            if booking.event_id == event_id and booking.user_id == user_id and live == set(seat_ids):
                return booking
        return None

    async def booking_of_hold(self, event_id: EventId, user_id: UserId, hold_id: HoldId) -> Booking | None:
        wanted = (event_id, user_id, hold_id)
        made = (draft.booking for draft in self.drafts.values())
        return next((it for it in made if (it.event_id, it.user_id, it.hold_id) == wanted), None)

    async def cancel(
        self, booking_id: BookingId, seat_ids: Sequence[SeatId] | None, *, notices: Sequence[Notice] = ()
    ) -> CancelOutcome:
        draft = self.drafts.get(booking_id)
        if draft is None:
            return BookingNotFound()
        wanted = draft.booking.seat_ids if seat_ids is None else tuple(seat_ids)
        if foreign := tuple(seat_id for seat_id in wanted if seat_id not in draft.booking.seat_ids):
            return SeatsNotInBooking(foreign)
        freed, task_ids = self.cancel_seats(draft, wanted)
        if freed:
            self.orders.keep_notices(notices)
        return BookingCancelled(self.drafts[booking_id].booking, freed, task_ids)

    async def add_block(self, block: Block) -> SeatConflict | None:
        if block.block_id in self._blocks:
            return None
        taken = [row for seat_id in block.seat_ids if (row := self.rows.get((block.event_id, seat_id)))]
        if taken:
            return SeatConflict(tuple(taken))
        self._blocks[block.block_id] = block
        for seat_id in block.seat_ids:
            self.rows[block.event_id, seat_id] = LedgerSeat(
                seat_id, SeatRowState.BLOCKED, block.block_id, block.user_id
            )
        return None

    async def drop_blocks(self, event_id: EventId, seat_ids: Sequence[SeatId]) -> list[EndedSeat]:
        rows = (self.rows.get((event_id, seat_id)) for seat_id in seat_ids)
        dropped = [row for row in rows if row is not None and row.state is SeatRowState.BLOCKED]
        self.end_rows(event_id, [row.seat_id for row in dropped])
        for owner_id in dict.fromkeys(row.owner_id for row in dropped):
            freed = tuple(row.seat_id for row in dropped if row.owner_id == owner_id)
            self.add_task(OutboxKind.FREE, event_id, owner_id, UserId(""), freed, state=SeatRowState.BLOCKED)
        return [EndedSeat(row.seat_id, row.owner_id) for row in dropped]

    async def live_seats(self, event_id: EventId, seat_ids: Sequence[SeatId] | None = None) -> list[LedgerSeat]:
        wanted = None if seat_ids is None else set(seat_ids)
        return [row for (of, seat_id), row in self.rows.items() if of == event_id and (not wanted or seat_id in wanted)]

    async def taken_seats(self, event_id: EventId) -> TakenSeats:
        rows = await self.live_seats(event_id)
        booked = [row for row in rows if row.state is SeatRowState.BOOKED]
        return TakenSeats(
            booked=tuple(row.seat_id for row in booked),
            booking_ids=tuple(BookingId(row.owner_id) for row in booked),
            prices_minor=tuple(row.price_minor for row in booked),
            booked_at_ms=tuple(self._taken_at_ms(row) for row in booked),
            claimed=tuple(row.seat_id for row in rows if row.state is SeatRowState.CLAIMED),
            blocked=tuple(row.seat_id for row in rows if row.state is SeatRowState.BLOCKED),
        )

    async def states_of_owners(self, event_id: EventId, owner_ids: Sequence[str]) -> dict[str, SeatRowState]:
        bookings = {str(it): SeatRowState.BOOKED for it in self.drafts}
        claims = dict.fromkeys(map(str, self.orders.claimed), SeatRowState.CLAIMED)
        known = bookings | claims | dict.fromkeys(self._blocks, SeatRowState.BLOCKED)
        return {owner_id: known[owner_id] for owner_id in owner_ids if owner_id in known}

    async def booked_seats(self, event_id: EventId, seat_ids: Sequence[SeatId]) -> list[BookedSeat]:
        rows = (self.rows.get((event_id, seat_id)) for seat_id in dict.fromkeys(seat_ids))
        return [self._booked(row) for row in rows if row is not None and row.state is SeatRowState.BOOKED]

    async def booked_seats_of(self, event_id: EventId, user_id: UserId) -> list[BookedSeat]:
        rows = [self.rows.get((event_id, seat)) for it in self.drafts.values() for seat in it.booking.seat_ids]
        own = (row for row in dict.fromkeys(rows) if row is not None and row.user_id == user_id)
        return [self._booked(row) for row in own if row.state is SeatRowState.BOOKED]

    async def ended_rows(self, event_id: EventId, pairs: Sequence[EndedSeat]) -> set[EndedSeat]:
        return {pair for pair in pairs if (event_id, pair) in self.ended}

    async def outbox(self, *, older_than_ms: int, limit: int) -> list[OutboxTask]:
        return [task for task in self.tasks.values() if task.created_at_ms < older_than_ms][:limit]

    async def outbox_done(self, task_ids: Sequence[int]) -> None:
        for task_id in task_ids:
            self.tasks.pop(task_id, None)

    async def outbox_of(self, owner_id: str) -> list[OutboxTask]:
        return [task for task in self.tasks.values() if task.owner_id == owner_id]

    async def ping(self) -> None:
        return None

    def _booked(self, row: LedgerSeat) -> BookedSeat:
        return BookedSeat(row.seat_id, row.user_id or UserId(""), self._taken_at_ms(row), row.price_minor)

    def _taken_at_ms(self, row: LedgerSeat) -> int:
        draft = self.drafts.get(BookingId(row.owner_id))
        return self._clock.now_ms() if draft is None else draft.booking.booked_at_ms

    def _standing(self, draft: BookingDraft) -> BookOutcome | None:
        booking_id = draft.booking.booking_id
        stands = self.drafts.get(booking_id) or self._aborted.get(booking_id)
        if stands is not None and stands.fingerprint != draft.fingerprint:
            return BookingKeyReused()
        if booking_id in self._aborted:
            return BookingIdSpent()
        if stands is not None:
            return BookingWritten(stands.booking, replayed=True)
        key = draft.idempotency_key
        return BookingKeyReused() if key and (key.user_id, key.route, key.key) in self.keys else None

    def _spend_key(self, draft: BookingDraft) -> None:
        key = draft.idempotency_key
        if key is not None:
            self.keys[key.user_id, key.route, key.key] = KeyUsed(key.fingerprint, draft.booking.booking_id)

    # What one transaction writes, for this and for orders

    def write_booking(self, draft: BookingDraft, claim_id: OrderId | None = None) -> int:
        """The booking, its rows, key, notices and task, whose id is returned; nothing is judged."""
        booking = draft.booking
        self._spend_key(draft)
        self.drafts[booking.booking_id] = draft
        for seat in booking.seats:
            assert (booking.event_id, seat.seat_id) not in self.rows, f"a second live row for {seat.seat_id}"
            self.rows[booking.event_id, seat.seat_id] = LedgerSeat(
                seat.seat_id, SeatRowState.BOOKED, booking.booking_id, booking.user_id, seat.price_minor
            )
        self.orders.keep_notices(draft.notices)
        return self.add_task(
            OutboxKind.FINISH,
            booking.event_id,
            booking.booking_id,
            booking.user_id,
            booking.seat_ids,
            held=draft.held,
            claim_id=claim_id,
        )

    def cancel_seats(self, draft: BookingDraft, wanted: Sequence[SeatId]) -> tuple[tuple[SeatId, ...], tuple[int, ...]]:
        """End those of the booking's rows that are live; which they were, and the task that frees them."""
        booking = draft.booking
        freed = tuple(seat_id for seat_id in wanted if seat_id not in booking.cancelled_seat_ids)
        if not freed:
            return (), ()
        gone = (*booking.cancelled_seat_ids, *freed)
        status = BookingStatus.CANCELLED if len(gone) == len(booking.seats) else BookingStatus.PARTLY_CANCELLED
        booking = msgspec.structs.replace(booking, cancelled_seat_ids=gone, status=status)
        self.drafts[booking.booking_id] = msgspec.structs.replace(draft, booking=booking)
        self.end_rows(booking.event_id, freed)
        return freed, (self.add_task(OutboxKind.FREE, booking.event_id, booking.booking_id, booking.user_id, freed),)

    def end_rows(self, event_id: EventId, seat_ids: Sequence[SeatId]) -> None:
        """These live rows are live no more."""
        for seat_id in seat_ids:
            row = self.rows.pop((event_id, seat_id), None)
            assert row is not None, f"{seat_id} has no live row to end"
            self.ended.add((event_id, EndedSeat(seat_id, row.owner_id)))

    def add_task(
        self,
        kind: OutboxKind,
        event_id: EventId,
        owner_id: str,
        user_id: UserId,
        seat_ids: tuple[SeatId, ...],
        *,
        state: SeatRowState = SeatRowState.BOOKED,
        held: tuple[HeldSeat, ...] = (),
        claim_id: OrderId | None = None,
    ) -> int:
        """A task for the relay; its id."""
        task_id = next(self._task_ids)
        self.tasks[task_id] = OutboxTask(
            task_id=task_id,
            event_id=event_id,
            kind=kind,
            owner_id=owner_id,
            state=state,
            user_id=user_id,
            seats=seat_ids,
            held=held,
            created_at_ms=self._clock.now_ms(),
            claim_id=claim_id,
        )
        return task_id
