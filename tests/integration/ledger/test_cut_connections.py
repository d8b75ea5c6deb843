"""A connection that PostgreSQL ends in mid-transaction: nothing is written, and no connection is used up."""

import pytest
import sqlalchemy as sa

from frontrow.adapters.sql.postgres import PostgresDatabase
from frontrow.domain.errors import LedgerUnavailable
from tests.support.postgres import PostgresServer

CONNECTIONS_MAX = 2


def _cut(connection: sa.Connection) -> None:
    connection.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))


def _one(connection: sa.Connection) -> int:
    return int(connection.execute(sa.text("SELECT 1")).scalar_one())


async def test_work_whose_connection_is_ended_in_the_middle_is_unavailable_and_the_next_goes_on(
    postgres: PostgresServer,
) -> None:
    database = await PostgresDatabase.open(postgres.new_database(), connections_max=CONNECTIONS_MAX)
    try:
        for _ in range(CONNECTIONS_MAX + 1):
            with pytest.raises(LedgerUnavailable) as written:
                await database.write(_cut)
            assert written.value.surely_not_written
            with pytest.raises(LedgerUnavailable):
                await database.read(_cut)
            assert await database.read(_one) == 1
    finally:
        await database.close()
