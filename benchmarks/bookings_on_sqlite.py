"""Bookings per second through the ledger's group-commit writer, against one durable commit per booking by sqlite3."""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.booking_drafts import CALLERS, SEATS_PER_BOOKING, book_at_once
from benchmarks.scenario import Scenario
from frontrow.adapters.clock import SystemClock
from frontrow.adapters.sql.ledger import open_ledger
from frontrow.domain.ids import new_made_id

FLOOR_BOOKINGS_PER_ROUND = 400


@asynccontextmanager
async def opened() -> AsyncIterator[Scenario]:
    """Both write to files in one temporary folder, so to the same disk."""
    with tempfile.TemporaryDirectory(prefix="frontrow-bench-") as folder:
        ledger = await open_ledger(f"sqlite:///{folder}/ledger.sqlite3", clock=SystemClock())
        plain = _plain_database(Path(folder) / "plain.sqlite3")
        try:
            yield Scenario(
                name="bookings on SQLite",
                floor_name="sqlite3, one commit per booking",
                subject_name=f"through the writer, {CALLERS} callers, {SEATS_PER_BOOKING} seats each",
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
