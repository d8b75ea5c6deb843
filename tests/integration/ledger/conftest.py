"""A ledger on an empty database of every kind, with time that only the test moves."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from frontrow.adapters.sql.engine import Database, open_database
from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.event import Event
from tests.integration.ledger.backends import BACKENDS, Backend
from tests.integration.ledger.drafts import event_on_sale
from tests.support.fake_clock import FakeClock


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


@pytest.fixture
async def gala(ledger: SqlLedger) -> Event:
    """An event to sell seats of."""
    return await event_on_sale(ledger, "gala")
