"""Servers run as a role that can read and change rows, and nothing else: the documented SQL makes it so."""

from collections.abc import Iterator
from functools import partial

import pytest
import sqlalchemy as sa

from frontrow.adapters.sql import migrating
from frontrow.adapters.sql.engine import open_database
from frontrow.adapters.sql.ledger import SqlLedger, open_ledger
from frontrow.adapters.sql.tables import SCHEMA_VERSION
from frontrow.domain.errors import LedgerUnavailable
from tests.integration.ledger import test_order_query_plans, test_query_plans
from tests.integration.ledger.documented_sql import sql_of
from tests.support.fake_clock import FakeClock
from tests.support.postgres import PostgresServer

DATABASE = "frontrow"
FORBIDDEN = (
    "CREATE TABLE mine (a int)",
    "DROP TABLE bookings",
    "TRUNCATE seat_rows",
    "DROP INDEX uq_seat_rows_live",
    "ALTER TABLE seat_rows DROP COLUMN state",
    "UPDATE alembic_version SET version_num = '0001'",
    "CREATE ROLE another",
    "SELECT * FROM pg_authid",
)


class Roles:
    """The URLs of both roles of a database that the documented SQL has made."""

    def __init__(self, server: PostgresServer) -> None:
        self.owner = server.url_of(DATABASE, user="frontrow_owner", password="owner-password")
        self.app = server.url_of(DATABASE, user="frontrow_app", password="app-password")


@pytest.fixture
def roles(postgres: PostgresServer) -> Iterator[Roles]:
    """Both roles, and nothing migrated yet."""
    cluster, database, _ = sql_of("Roles")
    try:
        postgres.execute(*cluster)
        postgres.execute(*database, url=postgres.url_of(DATABASE))
        yield Roles(postgres)
    finally:
        postgres.drop_database(postgres.url_of(DATABASE))
        postgres.execute("DROP ROLE IF EXISTS frontrow_owner", "DROP ROLE IF EXISTS frontrow_app")


async def migrated(postgres: PostgresServer, roles: Roles, clock: FakeClock) -> None:
    """Migrate as the owner, and take what the application needs no more."""
    owner = await open_ledger(roles.owner, clock=clock)
    await owner.close()
    postgres.execute(*sql_of("Roles")[2], url=postgres.url_of(DATABASE))


async def test_the_application_does_all_it_does_with_rows_alone(
    postgres: PostgresServer, roles: Roles, clock: FakeClock
) -> None:
    await migrated(postgres, roles, clock)
    for use in (test_query_plans.use_everything, use_orders):
        database = await open_database(roles.app)
        ledger = SqlLedger(database, clock)
        await ledger.upgrade()
        await ledger.ping()
        await use(ledger, clock)
        await ledger.close()
        postgres.execute(
            "TRUNCATE events, layouts, notices, orders, bookings, seat_rows", url=postgres.url_of(DATABASE)
        )


async def use_orders(ledger: SqlLedger, clock: FakeClock) -> None:
    """Everything that is done with orders."""
    await test_order_query_plans.use_everything(ledger, ledger.books, clock)


async def test_it_can_do_nothing_else(postgres: PostgresServer, roles: Roles, clock: FakeClock) -> None:
    await migrated(postgres, roles, clock)
    database = await open_database(roles.app)
    for statement in FORBIDDEN:
        with pytest.raises(LedgerUnavailable, match=r"permission denied|must be owner"):
            await database.write(lambda connection, it=statement: connection.execute(sa.text(it)))  # type: ignore[misc]
    await database.close()


async def test_a_server_that_may_not_migrate_says_what_to_run(
    postgres: PostgresServer, roles: Roles, clock: FakeClock
) -> None:
    with pytest.raises(LedgerUnavailable, match="run `frontrow migrate` as the role that owns the tables"):
        await open_ledger(roles.app, clock=clock)
    database = await open_database(roles.owner)
    await database.migrate(partial(migrating.upgrade, version="0005"))
    await database.close()
    postgres.execute(*sql_of("Roles")[2], url=postgres.url_of(DATABASE))
    with pytest.raises(LedgerUnavailable, match="run `frontrow migrate` as the role that owns the tables"):
        await open_ledger(roles.app, clock=clock)
    owner = await open_ledger(roles.owner, clock=clock)
    assert await owner.schema_version() == SCHEMA_VERSION
    await owner.close()
    app = await open_ledger(roles.app, clock=clock)
    await app.ping()
    await app.close()
