"""Inserts of many rows into a SQLite ledger: all of them, by statements that are few and always the same."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from frontrow.adapters.sql.database import Database
from frontrow.adapters.sql.engine import open_database
from frontrow.adapters.sql.inserts import ROWS_MAX, ROWS_WHOLE, insert_rows
from frontrow.adapters.sql.schema import upgrade
from frontrow.adapters.sql.sqlite import STATEMENTS_KEPT
from frontrow.adapters.sql.tables import blocks
from tests.integration.ledger.backends import sqlite_backend

HOT_TABLES = 5
"""Of a booking with a key and a notice: idempotency_keys, bookings, seat_rows, outbox, notices."""


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A SQLite ledger's, built."""
    opened = await open_database(sqlite_backend(tmp_path).url)
    await opened.migrate(upgrade)
    yield opened
    await opened.close()


def insert_blocks(connection: sa.Connection, count: int) -> list[str]:
    """Insert so many rows in place of all others; the text of each statement that took."""
    texts = list[str]()

    def note(*execution: object) -> None:
        texts.append(str(execution[2]))

    connection.execute(sa.delete(blocks))
    sa.event.listen(connection, "before_cursor_execute", note)
    try:
        insert_rows(connection, blocks, [("gala", f"b{number}", "ann", None, number) for number in range(count)])
    finally:
        sa.event.remove(connection, "before_cursor_execute", note)
    return texts


async def test_every_row_is_inserted_whatever_their_number(database: Database) -> None:
    for count in (1, 15, 16, 17, 51, ROWS_MAX, ROWS_MAX + 1, 2 * ROWS_MAX + ROWS_WHOLE + 1):

        def stands(connection: sa.Connection, count: int = count) -> list[int]:
            insert_blocks(connection, count)
            return list(connection.scalars(sa.select(blocks.c.created_at_ms).order_by(blocks.c.created_at_ms)))

        assert await database.write(stands) == list(range(count))


async def test_batches_of_every_size_take_two_statements_and_all_texts_stay_prepared(database: Database) -> None:
    def all_sizes(connection: sa.Connection) -> list[list[str]]:
        return [insert_blocks(connection, count) for count in range(1, ROWS_MAX + 1)]

    taken = await database.write(all_sizes)
    assert max(map(len, taken)) == 2
    texts = {text for batch in taken for text in batch}
    assert len(texts) * HOT_TABLES < STATEMENTS_KEPT
