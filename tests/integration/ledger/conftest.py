"""A ledger on an empty database of every kind, with time that only the test moves."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from frontrow.adapters.sql.database import Database
from frontrow.adapters.sql.engine import open_database
from frontrow.adapters.sql.ledger import SqlLedger, open_ledger
from frontrow.domain.event import Event
from tests.integration.ledger.backends import BACKENDS, Backend
from tests.integration.ledger.drafts import event_on_sale
from tests.integration.ledger.order_steps import Books
from tests.support.fake_clock import FakeClock
from tests.support.fake_ledger import FakeLedger


@pytest.fixture
def clock() -> FakeClock:
    """Time that only the test moves."""
    return FakeClock()


@pytest.fixture(params=sorted(BACKENDS))
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """An empty database."""
    yield BACKENDS[request.param](tmp_path)


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


@pytest.fixture(params=[*sorted(BACKENDS), "memory"])
async def books(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Books]:
    """An empty ledger of every kind with its orders, the one in memory that other tests run on among them."""
    if request.param == "memory":
        fake = FakeLedger(clock)
        yield Books(fake, fake.orders)
        return
    opened = await open_ledger(BACKENDS[request.param](tmp_path).url, clock=clock)
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
