"""Bookings per second through the group-commit writer on PostgreSQL, against pgbench inserting the same rows."""

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.postgres import PASSWORD, PostgresServer, name_of, running_postgres

from benchmarks.booking_drafts import (
    BOOKED_AT_MS,
    CALLERS,
    CATEGORY,
    CONTACT,
    EVENT,
    FINGERPRINT,
    PRICE_MINOR,
    SEATS_PER_BOOKING,
    USER,
    book_at_once,
)
from benchmarks.scenario import Scenario
from frontrow.adapters.clock import SystemClock
from frontrow.adapters.sql.ledger import open_ledger

CLIENTS = 16
FLOOR_NAME = f"pgbench, {CLIENTS} clients, the same rows as one statement"
_TRANSACTIONS_PER_CLIENT = 200
_PLACES = range(SEATS_PER_BOOKING)
_BOOKING_ID, _HOLD_ID = "'1-' || :id", "'h-' || :id"
_SEATS = ", ".join(
    f"('{EVENT}', {_BOOKING_ID}, {_BOOKING_ID} || '-{place}', 'booked', '{USER}', {place}, '{CATEGORY}', {PRICE_MINOR},"
    f" NULL::text, {BOOKED_AT_MS}, NULL::bigint)"
    for place in _PLACES
)
_LISTED = "'[" + ",".join(f"\"1-' || :id || '-{place}\"" for place in _PLACES) + "]'"
_HELD = (
    "'["
    + ",".join(f'{{"seat_id":"1-\' || :id || \'-{place}","hold_id":"h-\' || :id || \'"}}' for place in _PLACES)
    + "]'"
)
_BOOKING = rf"""\set id random(1, 9000000000000000000)
WITH booked AS (
  INSERT INTO bookings VALUES ('{EVENT}', {_BOOKING_ID}, '{USER}', 'booked', '{FINGERPRINT}', {_HOLD_ID}, '[]',
    {PRICE_MINOR * SEATS_PER_BOOKING}, 'USD', '{CONTACT.name}', '{CONTACT.email}', NULL, NULL, NULL, NULL,
    {BOOKED_AT_MS}, NULL)
), sold AS (INSERT INTO seat_rows VALUES {_SEATS})
INSERT INTO outbox VALUES ('{EVENT}', {_BOOKING_ID}, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
  'finish', 'booked', '{USER}', {_LISTED}, {_HELD}, {BOOKED_AT_MS}, NULL);
"""
"""What a booking without an idempotency key writes, as one statement, which is one transaction of its own."""


class PgBench:
    """The floor: the ledger's own tables in a database of their own."""

    def __init__(self, server: PostgresServer, url: str) -> None:
        self._server = server
        self._url = url
        self._script = server.folder / "booking.sql"
        self._script.write_text(_BOOKING)

    @classmethod
    async def prepared(cls, server: PostgresServer) -> "PgBench":
        """In a new database, which has the tables and indexes that the ledger makes."""
        url = server.new_database()
        ledger = await open_ledger(url, clock=SystemClock())
        await ledger.close()
        return cls(server, url)

    async def bookings_per_s(self) -> float:
        """One round."""
        return await asyncio.to_thread(self._bookings_per_s)

    def _bookings_per_s(self) -> float:
        done = subprocess.run(
            [
                *(self._server.command("pgbench"), "--no-vacuum", "--protocol", "prepared"),
                *("--file", str(self._script), "--client", str(CLIENTS), "--transactions"),
                *(str(_TRANSACTIONS_PER_CLIENT), "--host", "127.0.0.1", "--port", str(self._server.port)),
                *("--username", "postgres", name_of(self._url)),
            ],
            check=True,
            capture_output=True,
            text=True,
            env={"PGPASSWORD": PASSWORD},
        )
        found = re.search(r"tps = ([\d.]+) \(without", done.stdout)
        assert found is not None, done.stdout
        return float(found[1])


@asynccontextmanager
async def opened() -> AsyncIterator[Scenario]:
    """Both write to one server, which flushes every commit."""
    with running_postgres(fsync=True) as server:
        floor = await PgBench.prepared(server)
        ledger = await open_ledger(server.new_database(), clock=SystemClock())
        try:
            yield Scenario(
                name="bookings on PostgreSQL",
                floor_name=FLOOR_NAME,
                subject_name=f"through the writer, {CALLERS} callers, {SEATS_PER_BOOKING} seats each",
                aim=1,
                floor=floor.bookings_per_s,
                subject=lambda: book_at_once(ledger),
            )
        finally:
            await ledger.close()
