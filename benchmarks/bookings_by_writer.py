"""Bookings per second through the ledger's group-commit writer, against one durable commit per booking by sqlite3."""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.scenario import Scenario
from frontrow.adapters.clock import SystemClock
from frontrow.adapters.sql.ledger import SqlLedger, open_ledger
from frontrow.domain.booking import (
    Booking,
    BookingDraft,
    BookingStatus,
    BookingWritten,
    ContactInfo,
    SoldSeat,
)
from frontrow.domain.hold import HeldSeat
from frontrow.domain.ids import BookingId, CategoryId, EventId, HoldId, SeatId, UserId, new_made_id

BOOKINGS_PER_ROUND = 2_000
FLOOR_BOOKINGS_PER_ROUND = 400
CALLERS = 64
SEATS_PER_BOOKING = 3
_GUARD_MS = 30_000
_EVENT = EventId("bench")


@asynccontextmanager
async def opened() -> AsyncIterator[Scenario]:
    """Both write to files in one temporary folder, so to the same disk."""
    with tempfile.TemporaryDirectory(prefix="frontrow-bench-") as folder:
        ledger = await open_ledger(f"sqlite:///{folder}/ledger.sqlite3", clock=SystemClock())
        plain = _plain_database(Path(folder) / "plain.sqlite3")
        try:
            yield Scenario(
                name="bookings by the writer",
                floor_name="sqlite3, one commit per booking",
                subject_name=f"{CALLERS} callers, {SEATS_PER_BOOKING} seats each",
                aim=5,
                floor=lambda: asyncio.to_thread(_commit_one_by_one, plain),
                subject=lambda: book_at_once(ledger),
            )
        finally:
            plain.close()
            await ledger.close()


def _plain_database(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE bookings (booking_id TEXT PRIMARY KEY, user_id TEXT, booked_at_ms INTEGER)")
    connection.execute(
        "CREATE TABLE seats (event_id TEXT, seat_id TEXT, booking_id TEXT, PRIMARY KEY (event_id, seat_id))"
    )
    return connection


def _commit_one_by_one(connection: sqlite3.Connection) -> float:
    started = time.perf_counter()
    for _ in range(FLOOR_BOOKINGS_PER_ROUND):
        booking_id = new_made_id(1)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO bookings VALUES (?, 'someone', 0)", (booking_id,))
        connection.executemany(
            "INSERT INTO seats VALUES ('bench', ?, ?)",
            [(f"{booking_id}-{number}", booking_id) for number in range(SEATS_PER_BOOKING)],
        )
        connection.execute("COMMIT")
    return FLOOR_BOOKINGS_PER_ROUND / (time.perf_counter() - started)


async def book_at_once(ledger: SqlLedger) -> float:
    """One round through the writer of this ledger: bookings per second."""
    drafts = [_draft() for _ in range(BOOKINGS_PER_ROUND)]
    started = time.perf_counter()

    async def one_caller(first: int) -> None:
        for draft in drafts[first::CALLERS]:
            guard_until_ms = time.monotonic_ns() // 1_000_000 + _GUARD_MS
            outcome = await ledger.book(draft, guard_until_ms=guard_until_ms)
            assert isinstance(outcome, BookingWritten), outcome

    async with asyncio.TaskGroup() as group:
        for first in range(CALLERS):
            group.create_task(one_caller(first))
    return BOOKINGS_PER_ROUND / (time.perf_counter() - started)


def _draft() -> BookingDraft:
    booking_id = BookingId(new_made_id(1))
    seats = tuple(
        SoldSeat(SeatId(f"{booking_id}-{number}"), CategoryId("stalls"), 4_500) for number in range(SEATS_PER_BOOKING)
    )
    hold_id = HoldId(new_made_id(1))
    booking = Booking(
        booking_id=booking_id,
        event_id=_EVENT,
        user_id=UserId("someone"),
        seats=seats,
        table_ids=(),
        total_minor=4_500 * SEATS_PER_BOOKING,
        currency="USD",
        status=BookingStatus.BOOKED,
        contact_info=ContactInfo("Some One", "someone@example.com"),
        booked_at_ms=1_800_000_000_000,
        hold_id=hold_id,
    )
    held = tuple(HeldSeat(seat.seat_id, hold_id) for seat in seats)
    return BookingDraft(booking, held, fingerprint="0" * 64)
