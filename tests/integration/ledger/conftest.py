"""A ledger on an empty database of every kind, with time that only the test moves."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from frontrow.adapters.sql.database import Database
from frontrow.adapters.sql.engine import open_database
from frontrow.adapters.sql.ledger import SqlLedger, open_ledger
from frontrow.domain.event import Event
from tests.integration.ledger.backends import BACKENDS, Backend, BuiltLedger, sqlite_backend
from tests.integration.ledger.drafts import event_on_sale
from tests.integration.ledger.order_steps import Books
from tests.support.fake_clock import FakeClock
from tests.support.fake_ledger import FakeLedger
from tests.support.postgres import PostgresServer


@pytest.fixture
def clock() -> FakeClock:
    """Time that only the test moves."""
    return FakeClock()


@pytest.fixture(scope="session")
def _built_ledger(postgres: PostgresServer) -> BuiltLedger:
    return BuiltLedger(postgres)


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """An empty database; for whoever asks for a ledger too, one that has its schema already, where that is faster."""
    if request.param == "sqlite":
        yield sqlite_backend(tmp_path)
    elif "ledger" in request.fixturenames:
        yield Backend(request.param, request.getfixturevalue("_built_ledger").emptied())
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.new_database()
        yield Backend(request.param, url)
        server.drop_database(url)


@pytest.fixture
async def database(backend: Backend) -> AsyncIterator[Database]:
    """The database, open, nothing built."""
    opened = await open_database(backend.url)
    yield opened
    await opened.close()


@pytest.fixture
async def ledger(database: Database, clock: FakeClock) -> AsyncIterator[SqlLedger]:
    """A ledger with the newest schema and nothing in it."""
    opened = SqlLedger(database, clock)
    await opened.upgrade()
    yield opened
    await opened.close()


@pytest.fixture(params=[*BACKENDS, "memory"])
async def books(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Books]:
    """An empty ledger of every kind with its orders, the one in memory that other tests run on among them."""
    if request.param == "memory":
        fake = FakeLedger(clock)
        yield Books(fake, fake.orders)
        return
    url = (
        sqlite_backend(tmp_path).url
        if request.param == "sqlite"
        else request.getfixturevalue("_built_ledger").emptied()
    )
    opened = await open_ledger(url, clock=clock)
    yield Books(opened, opened.orders)
    await opened.close()


@pytest.fixture
async def show(books: Books) -> Event:
    """An event of those books to order seats of."""
    return await event_on_sale(books.ledger, "show")


@pytest.fixture
async def gala(ledger: SqlLedger) -> Event:
    """An event to sell seats of."""
    return await event_on_sale(ledger, "gala")
