"""The ledger's PostgreSQL under test, with one way to it for each API process."""

import asyncio
import json
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

import asyncpg
import psutil

from tests.chaos.driver.wire import HOST, Wire
from tests.support.postgres import PostgresServer

ANSWER_SECONDS_MAX = 60.0
Row = dict[str, object]


class LedgerServer:
    """A PostgreSQL with one database. Everything here leaves the event loop to others."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self.url = server.new_database()
        self.wires: Sequence[Wire] = ()

    async def way_for(self, api: str) -> tuple[Wire, str]:
        """A wire to it, and the database's URL that leads through the wire."""
        wire = Wire(f"{api}-ledger", self._server.port)
        await wire.start()
        self.wires = (*self.wires, wire)
        parts = urlsplit(self.url)
        host = f"{parts.username}:{parts.password}@{HOST}:{wire.port}"
        return wire, parts._replace(netloc=host).geturl()

    async def kill(self) -> None:
        """kill -9 of the server and all its processes."""
        await asyncio.to_thread(self._server.kill)

    async def start(self) -> None:
        """Bring it back on what it had committed."""
        await asyncio.to_thread(self._server.start)

    async def freeze(self) -> None:
        """SIGSTOP of all its processes."""
        await asyncio.to_thread(self._server.kill, signal.SIGSTOP)

    async def thaw(self) -> None:
        """SIGCONT of all its processes."""
        await asyncio.to_thread(self._server.kill, signal.SIGCONT)

    async def kill_backend(self, which: int) -> None:
        """kill -9 of one process that serves a connection: PostgreSQL ends all others then, and recovers by itself."""
        with suppress(psutil.Error):  # one that is ending by itself
            found = [it for it in psutil.Process(self._server.pid).children() if "idle" in " ".join(it.cmdline())]
            if found:
                found[which % len(found)].kill()

    async def end_connections(self) -> None:
        """Every connection is ended by an administrator."""
        await self.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"
        )

    async def drop_the_last_word(self) -> None:
        """Drop the unique index on live seats, which nothing but a control may do."""
        await asyncio.to_thread(self._server.execute, "DROP INDEX uq_seat_rows_live", url=self.url)

    async def wait_until_it_answers(self) -> None:
        """Until it takes connections again."""
        deadline = time.monotonic() + ANSWER_SECONDS_MAX
        while True:
            try:
                await self.rows("SELECT 1 AS one")
            except (asyncpg.PostgresError, OSError):
                assert time.monotonic() < deadline, "PostgreSQL does not come back"
                await asyncio.sleep(0.1)
            else:
                return

    async def rows(self, query: str, *arguments: object) -> list[Row]:
        """What a query finds, past every wire; one row is a JSON object."""
        connection = await asyncpg.connect(self.url, timeout=30)
        try:
            found = await connection.fetch(f"SELECT row_to_json(it)::text AS line FROM ({query}) AS it", *arguments)
            return [json.loads(row["line"]) for row in found]
        finally:
            await connection.close()
