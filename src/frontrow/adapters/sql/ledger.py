"""The ledger: ports.Ledger on a SQL database. Each subject's statements are in its own module."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

import sqlalchemy as sa

from frontrow.adapters.sql import backlog, blocks, bookings, events, figures, layouts, outbox, sales, schema, seats
from frontrow.adapters.sql.backlog import Backlog
from frontrow.adapters.sql.database import CONNECTIONS_MAX, Database, T
from frontrow.adapters.sql.demo_payments import SqlDemoPayments
from frontrow.adapters.sql.engine import open_database
from frontrow.adapters.sql.event_books import SqlEventBooks
from frontrow.adapters.sql.faults import WriteConflict
from frontrow.adapters.sql.measures import LedgerMeasures, MeasuredDatabase
from frontrow.adapters.sql.order_ledger import SqlOrderLedger
from frontrow.adapters.sql.server import LedgerReport, inspect_ledger
from frontrow.adapters.sql.tables import SCHEMA_VERSION
from frontrow.adapters.sql.writer import BookingWriter
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
from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.event import Event, EventChanges
from frontrow.domain.ids import BookingId, EventId, HoldId, LayoutId, SeatId, UserId
from frontrow.domain.layout import Layout
from frontrow.domain.notice import Notice
from frontrow.ports import Clock

CONFLICTS_MAX = 5
"""Times a write is tried again because what it conflicted with was gone when it was looked for."""


class SqlLedger:
    """ports.Ledger; see there for what each method promises. Open one with `open_ledger`, close it once.

    `orders` is the ports.OrderLedger and `books` the ports.EventBooks on the same database.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self.measures = LedgerMeasures()
        self._database = database = MeasuredDatabase(database, self.measures)
        self._clock = clock
        self._writer = BookingWriter(database, clock, self.measures)
        self.orders = SqlOrderLedger(database, clock, self.measures)
        self.books = SqlEventBooks(database)
        self.demo_payments = SqlDemoPayments(database, clock)

    async def close(self) -> None:
        """Finish the bookings that were taken, then let the database go."""
        await self._writer.close()
        await self._database.close()

    async def upgrade(self) -> None:
        """Bring the schema to this version's, in one transaction; nothing to do when it is there."""
        if await self.schema_version() != SCHEMA_VERSION:
            await self._database.migrate(schema.upgrade)

    async def schema_version(self) -> str | None:
        """The schema the database has (None before the first `upgrade`); tables.SCHEMA_VERSION is the wanted one."""
        return await self._database.read(schema.current)

    async def inspect(self) -> LedgerReport:
        """What it stands on, for an operator. Raises LedgerUnavailable."""
        return await self._database.read(inspect_ledger)

    async def ping(self) -> None:
        """See Ledger.ping."""
        await self._database.read(schema.check)

    async def backlog(self) -> Backlog:
        """What is due and not done yet. Raises LedgerUnavailable."""
        return await self._database.read(partial(backlog.backlog, now_ms=self._clock.now_ms()))

    async def add_layout(self, layout: Layout, document: bytes) -> int:
        """See Ledger.add_layout."""
        drawing = await asyncio.to_thread(layouts.drawing_of, layout)
        work = partial(layouts.add_layout, layout=layout, drawing=drawing, document=document)
        return await self._write_again(work)

    async def layout(self, layout_id: LayoutId, version: int) -> tuple[Layout, bytes] | None:
        """See Ledger.layout."""
        stored = await self._database.read(partial(layouts.layout_version, layout_id=layout_id, version=version))
        return None if stored is None else (await asyncio.to_thread(layouts.layout_of, stored[0]), stored[1])

    async def latest_layout_version(self, layout_id: LayoutId) -> int | None:
        """See Ledger.latest_layout_version."""
        return await self._database.read(partial(layouts.latest_version, layout_id=layout_id))

    async def layouts(self) -> list[tuple[LayoutId, int, str]]:
        """See Ledger.layouts."""
        return await self._database.read(layouts.all_layouts)

    async def add_event(self, event: Event) -> Event | None:
        """See Ledger.add_event."""
        for _ in range(CONFLICTS_MAX):
            try:
                return await self._database.write(partial(events.add_event, event=event))
            except WriteConflict:
                if await self.event(event.event_id) is not None:
                    return None
                if await self.layout(event.layout_id, event.layout_version) is None:
                    raise ValueError(f"layout {event.layout_id!r} has no version {event.layout_version}") from None
        raise _kept_conflicting()

    async def update_event(self, event: Event, *, expected: Event) -> bool:
        """See Ledger.update_event."""
        return await self._write_again(partial(events.update_event, event=event, expected=expected))

    async def event(self, event_id: EventId) -> Event | None:
        """See Ledger.event."""
        return await self._database.read(partial(events.event_by_id, event_id=event_id))

    async def event_by_number(self, number: int) -> Event | None:
        """See Ledger.event_by_number."""
        return await self._database.read(partial(events.event_by_number, number=number))

    async def events(self, *, after_number: int, limit: int) -> list[Event]:
        """See Ledger.events."""
        return await self._database.read(partial(events.events_after, after_number=after_number, limit=limit))

    async def event_changes(self, *, since: int | None) -> EventChanges:
        """See Ledger.event_changes."""
        return await self._database.read(partial(events.event_changes_since, version=since))

    async def book(self, draft: BookingDraft, *, guard_until_ms: int) -> BookOutcome:
        """See Ledger.book."""
        return await self._writer.book(draft, guard_until_ms=guard_until_ms)

    async def abort(self, draft: BookingDraft) -> BookOutcome:
        """See Ledger.abort."""
        return await self._writer.abort(draft)

    async def replay(self, key: IdempotencyKey) -> BookOutcome | None:
        """See Ledger.replay."""
        return await self._database.read(partial(bookings.answer_to, key=key))

    async def booking(self, booking_id: BookingId) -> Booking | None:
        """See Ledger.booking."""
        return await self._database.read(partial(bookings.booking, booking_id=booking_id))

    async def booking_fingerprint(self, booking_id: BookingId) -> str | None:
        """See Ledger.booking_fingerprint."""
        return await self._database.read(partial(bookings.fingerprint_of, booking_id=booking_id))

    async def bookings_of(self, user_id: UserId, *, before: tuple[int, BookingId] | None, limit: int) -> list[Booking]:
        """See Ledger.bookings_of."""
        return await self._database.read(partial(bookings.bookings_of, user_id=user_id, before=before, limit=limit))

    async def bookings_in(
        self, event_id: EventId, *, before: tuple[int, BookingId] | None, limit: int
    ) -> list[Booking]:
        """See Ledger.bookings_in."""
        return await self._database.read(partial(bookings.bookings_in, event_id=event_id, before=before, limit=limit))

    async def booking_contacts(
        self, event_id: EventId, *, before: tuple[int, BookingId] | None, limit: int
    ) -> list[BookingContact]:
        """See Ledger.booking_contacts."""
        work = partial(bookings.booking_contacts, event_id=event_id, before=before, limit=limit)
        return await self._database.read(work)

    async def bookings_among(self, event_id: EventId, booking_ids: Sequence[BookingId]) -> list[Booking]:
        """See Ledger.bookings_among."""
        work = partial(bookings.bookings_among, event_id=event_id, booking_ids=booking_ids)
        return await self._database.read(work)

    async def booking_of_seats(self, event_id: EventId, user_id: UserId, seat_ids: Sequence[SeatId]) -> Booking | None:
        """See Ledger.booking_of_seats."""
        work = partial(bookings.booking_of_seats, event_id=event_id, user_id=user_id, seat_ids=seat_ids)
        return await self._database.read(work)

    async def booking_of_hold(self, event_id: EventId, user_id: UserId, hold_id: HoldId) -> Booking | None:
        """See Ledger.booking_of_hold."""
        work = partial(bookings.booking_of_hold, event_id=event_id, user_id=user_id, hold_id=hold_id)
        return await self._database.read(work)

    async def cancel(
        self, booking_id: BookingId, seat_ids: Sequence[SeatId] | None, *, notices: Sequence[Notice] = ()
    ) -> CancelOutcome:
        """See Ledger.cancel."""
        now_ms = self._clock.now_ms()
        work = partial(sales.cancel, booking_id=booking_id, seat_ids=seat_ids, told=notices, now_ms=now_ms)
        return await self._write_again(work)

    async def add_block(self, block: Block) -> SeatConflict | None:
        """See Ledger.add_block."""
        for _ in range(CONFLICTS_MAX):
            try:
                await self._database.write(partial(blocks.write_block, block=block, now_ms=self._clock.now_ms()))
            except WriteConflict:
                stands = await self._database.read(partial(blocks.standing, block=block))
                if stands is True:
                    return None
                if isinstance(stands, SeatConflict):
                    return stands
            else:
                return None
        raise _kept_conflicting()

    async def drop_blocks(self, event_id: EventId, seat_ids: Sequence[SeatId]) -> list[EndedSeat]:
        """See Ledger.drop_blocks."""
        now_ms = self._clock.now_ms()
        return await self._write_again(partial(blocks.drop_blocks, event_id=event_id, seat_ids=seat_ids, now_ms=now_ms))

    async def live_seats(self, event_id: EventId, seat_ids: Sequence[SeatId] | None = None) -> list[LedgerSeat]:
        """See Ledger.live_seats."""
        return await self._database.read(partial(seats.live_seats, event_id=event_id, seat_ids=seat_ids))

    async def taken_seats(self, event_id: EventId) -> TakenSeats:
        """See Ledger.taken_seats."""
        columns = await self._database.read(partial(figures.taken_columns, event_id=event_id))
        return await asyncio.to_thread(figures.taken_seats, columns)  # not on the thread that writes bookings

    async def states_of_owners(self, event_id: EventId, owner_ids: Sequence[str]) -> dict[str, SeatRowState]:
        """See Ledger.states_of_owners."""
        return await self._database.read(partial(seats.states_of_owners, event_id=event_id, owner_ids=owner_ids))

    async def booked_seats(self, event_id: EventId, seat_ids: Sequence[SeatId]) -> list[BookedSeat]:
        """See Ledger.booked_seats."""
        return await self._database.read(partial(seats.booked_seats, event_id=event_id, seat_ids=seat_ids))

    async def booked_seats_of(self, event_id: EventId, user_id: UserId) -> list[BookedSeat]:
        """See Ledger.booked_seats_of."""
        return await self._database.read(partial(seats.booked_seats_of, event_id=event_id, user_id=user_id))

    async def ended_rows(self, event_id: EventId, pairs: Sequence[EndedSeat]) -> set[EndedSeat]:
        """See Ledger.ended_rows."""
        return await self._database.read(partial(seats.ended_rows, event_id=event_id, pairs=pairs))

    async def outbox(self, *, older_than_ms: int, limit: int) -> list[OutboxTask]:
        """See Ledger.outbox."""
        return await self._database.read(partial(outbox.tasks, older_than_ms=older_than_ms, limit=limit))

    async def outbox_done(self, task_ids: Sequence[int]) -> None:
        """See Ledger.outbox_done."""
        await self._writer.outbox_done(task_ids)

    async def outbox_of(self, owner_id: str) -> list[OutboxTask]:
        """See Ledger.outbox_of."""
        return await self._database.read(partial(outbox.tasks_of, owner_id=owner_id))

    async def _write_again(self, work: Callable[[sa.Connection], T]) -> T:
        """Write what can only conflict with somebody who was a moment faster: it goes through on a later try."""
        for _ in range(CONFLICTS_MAX):
            try:
                return await self._database.write(work)
            except WriteConflict:
                continue
        raise _kept_conflicting()


def _kept_conflicting() -> LedgerUnavailable:
    return LedgerUnavailable("the write kept conflicting with others", surely_not_written=True)


async def open_ledger(
    url: str, *, clock: Clock, upgrade: bool = True, connections_max: int = CONNECTIONS_MAX
) -> SqlLedger:
    """The ledger of a `FRONTROW_DATABASE_URL`, its schema brought up to date.

    Args:
        url: as `open_database` reads it; a file is made where it is missing.
        upgrade: False leaves the schema alone; `ping` then says whether it is the right one.
        connections_max: to a server, 1 or more.

    Raises:
        ConfigurationError: the URL names no database this version knows.
        LedgerUnavailable: it cannot be opened or brought up to date; the message says why.
    """
    ledger = SqlLedger(await open_database(url, connections_max=connections_max), clock)
    try:
        if upgrade:
            await ledger.upgrade()
    except BaseException:
        await ledger.close()
        raise
    return ledger
