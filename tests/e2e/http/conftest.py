"""A server of its own for each test, on a ledger that was prepared once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from frontrow.app import Application
from tests.support.http_stack import Api, api_of, running_application
from tests.support.valkey import ValkeyServer


@pytest.fixture
async def application(folder: Path, valkey: ValkeyServer) -> AsyncIterator[Application]:
    """The server's inside, for tests that make its stores fail."""
    async with running_application(valkey.url, folder) as running:
        yield running


@pytest.fixture
async def api(application: Application) -> AsyncIterator[Api]:
    """A client of that server."""
    async with api_of(application) as client:
        yield client
