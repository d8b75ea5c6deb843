"""The schema: built by the migrations alone, the same however it got there, and refused where it is another."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from frontrow.adapters.sql import schema
from frontrow.adapters.sql.database import Database
from frontrow.adapters.sql.ledger import SqlLedger, open_ledger
from frontrow.adapters.sql.tables import SCHEMA_VERSION, metadata
from frontrow.domain.errors import LedgerUnavailable
from tests.integration.ledger.backends import Backend
from tests.integration.ledger.drafts import event_on_sale, layout
from tests.support.fake_clock import FakeClock

pytestmark = [
    pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index"),
    pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index"),
]
"""SQLAlchemy does not read SQLite's indexes over expressions; the query plans show that they are there."""


def set_version(version: str | None) -> sa.Delete | sa.Update:
    """The statement that makes the database claim another schema."""
    table = sa.table("alembic_version", sa.column("version_num"))
    return sa.delete(table) if version is None else sa.update(table).values(version_num=version)


async def test_an_empty_database_is_brought_to_the_newest_schema(
    backend: Backend, database: Database, clock: FakeClock
) -> None:
    ledger = SqlLedger(database, clock)
    assert await ledger.schema_version() is None
    await ledger.upgrade()
    assert await ledger.schema_version() == SCHEMA_VERSION
    await ledger.ping()


async def test_bringing_it_there_again_changes_nothing(ledger: SqlLedger, database: Database) -> None:
    stored = await event_on_sale(ledger)
    before = await database.read(shape)
    await ledger.upgrade()
    assert await database.read(shape) == before
    assert await ledger.event(stored.event_id) == stored


async def test_the_migrations_build_exactly_the_tables_that_are_used(ledger: SqlLedger, database: Database) -> None:
    def differences(connection: sa.Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata))

    assert await database.read(differences) == []


async def test_the_newest_migration_is_the_one_this_package_names() -> None:
    assert schema.known_versions()[0] == SCHEMA_VERSION


async def test_every_key_of_an_events_rows_starts_with_the_event() -> None:
    for table in metadata.tables.values():
        if "event_id" not in table.columns or table.name in {"events", "event_changes", "idempotency_keys"}:
            continue
        keys = [list(table.primary_key.columns), *(list(it.columns) for it in table.indexes if it.unique)]
        keys += [list(it.columns) for it in table.constraints if isinstance(it, sa.UniqueConstraint)]
        assert {key[0].name for key in keys} == {"event_id"}, table.name


async def test_a_database_with_no_schema_is_refused_with_the_remedy(database: Database, clock: FakeClock) -> None:
    with pytest.raises(LedgerUnavailable, match=r"no schema yet.*run `frontrow migrate`"):
        await SqlLedger(database, clock).ping()


async def test_an_older_schema_is_refused_with_the_remedy(ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "SCHEMA_VERSION", "9999")
    with pytest.raises(LedgerUnavailable, match=f"the older schema '{SCHEMA_VERSION}'.*run `frontrow migrate`"):
        await ledger.ping()


async def test_a_newer_schema_is_refused_and_left_alone(ledger: SqlLedger, database: Database) -> None:
    await database.write(lambda connection: connection.execute(set_version("9999")))
    before = await database.read(shape)
    with pytest.raises(LedgerUnavailable, match=r"unknown schema '9999'.*run the newer Frontrow"):
        await ledger.ping()
    with pytest.raises(LedgerUnavailable, match="unknown schema '9999'"):
        await ledger.upgrade()
    assert await database.read(shape) == before


@pytest.mark.parametrize(
    ("lose", "find"),
    [
        ("ALTER TABLE alembic_version RENAME TO elsewhere", "ALTER TABLE elsewhere RENAME TO alembic_version"),
        ("DELETE FROM alembic_version", f"INSERT INTO alembic_version (version_num) VALUES ('{SCHEMA_VERSION}')"),
    ],
    ids=["no table", "an empty table"],
)
async def test_tables_that_were_restored_without_their_version_are_refused_and_left_alone(
    ledger: SqlLedger, database: Database, lose: str, find: str
) -> None:
    stored = await event_on_sale(ledger)
    await database.write(lambda connection: connection.execute(sa.text(lose)))
    try:
        before = await database.read(shape)
        for refused in (ledger.ping, ledger.upgrade):
            with pytest.raises(LedgerUnavailable, match=r"tables but no schema version.*restore all of the backup"):
                await refused()
        assert await database.read(shape) == before
    finally:
        await database.write(lambda connection: connection.execute(sa.text(find)))
    assert await ledger.event(stored.event_id) == stored


async def test_a_migration_that_fails_leaves_the_database_as_it_was(
    database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = SqlLedger(database, clock)

    def fail(connection: sa.Connection) -> None:
        schema.upgrade(connection)
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError, match="the power went"):
        await database.write(fail)
    assert await database.read(shape) == []
    await ledger.upgrade()
    await ledger.ping()


async def test_opening_a_ledger_upgrades_it_unless_told_not_to(backend: Backend, clock: FakeClock) -> None:
    untouched = await open_ledger(backend.url, clock=clock, upgrade=False)
    assert await untouched.schema_version() is None
    await untouched.close()
    ledger = await open_ledger(backend.url, clock=clock)
    assert await ledger.add_layout(layout(), b"{}") == 1
    await ledger.close()
    again = await open_ledger(backend.url, clock=clock)
    assert await again.layouts() == [("hall", 1, "The hall")]
    await again.close()


def shape(connection: sa.Connection) -> list[tuple[str, list[str]]]:
    """Every table with its columns and indexes."""
    inspector = sa.inspect(connection)
    return [
        (name, [str(it["name"]) for it in (*inspector.get_columns(name), *inspector.get_indexes(name))])
        for name in sorted(inspector.get_table_names())
    ]
