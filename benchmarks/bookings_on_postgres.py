"""Bookings per second through the group-commit writer on PostgreSQL, against one transaction per booking by pgbench."""

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.postgres import PASSWORD, PostgresServer, name_of, running_postgres

from benchmarks.bookings_by_writer import CALLERS, SEATS_PER_BOOKING, book_at_once
from benchmarks.scenario import Scenario
from frontrow.adapters.clock import SystemClock
from frontrow.adapters.sql.ledger import open_ledger

CLIENTS = 16
TRANSACTIONS_PER_CLIENT = 100
_TABLES = (
    "CREATE TABLE bookings (booking_id text PRIMARY KEY, user_id text, booked_at_ms bigint)",
    "CREATE TABLE seats (event_id text, seat_id text, booking_id text, PRIMARY KEY (event_id, seat_id))",
)
_BOOKING = (
    r"\set id random(1, 9000000000000000000)" + "\nBEGIN;\nINSERT INTO bookings VALUES (:id::text, 'someone', 0);\n"
    "INSERT INTO seats SELECT 'bench', :id || '-' || n, :id::text"
    f" FROM generate_series(1, {SEATS_PER_BOOKING}) AS n;\nCOMMIT;\n"
)


@asynccontextmanager
async def opened() -> AsyncIterator[Scenario]:
    """Both write to one server, which flushes every commit."""
    with running_postgres(fsync=True) as server:
        plain = server.new_database()
        server.execute(*_TABLES, url=plain)
        script = server.folder / "booking.sql"
        script.write_text(_BOOKING)
        ledger = await open_ledger(server.new_database(), clock=SystemClock())
        try:
            yield Scenario(
                name="bookings on PostgreSQL",
                floor_name=f"pgbench, {CLIENTS} clients, one commit per booking",
                subject_name=f"{CALLERS} callers, {SEATS_PER_BOOKING} seats each",
                aim=1,
                floor=lambda: asyncio.to_thread(_by_pgbench, server, plain, script),
                subject=lambda: book_at_once(ledger),
            )
        finally:
            await ledger.close()


def _by_pgbench(server: PostgresServer, url: str, script: Path) -> float:
    done = subprocess.run(
        [
            *(server.command("pgbench"), "--no-vacuum", "--protocol", "prepared", "--file", str(script)),
            *("--client", str(CLIENTS), "--transactions", str(TRANSACTIONS_PER_CLIENT)),
            *("--host", "127.0.0.1", "--port", str(server.port), "--username", "postgres", name_of(url)),
        ],
        check=True,
        capture_output=True,
        text=True,
        env={"PGPASSWORD": PASSWORD},
    )
    found = re.search(r"tps = ([\d.]+) \(without", done.stdout)
    assert found is not None, done.stdout
    return float(found[1])
