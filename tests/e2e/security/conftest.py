"""A server of its own for each test, with everything switched on that answers calls: guests, and the demo's bank."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from frontrow.app import Application
from frontrow.settings import PaymentGatewayName
from tests.support.http_stack import Api, api_of, running_application
from tests.support.valkey import ValkeyServer


@pytest.fixture
async def application(folder: Path, valkey: ValkeyServer) -> AsyncIterator[Application]:
    """The server's inside."""
    async with running_application(
        valkey.url, folder, payment_gateway=PaymentGatewayName.DEMO, dialect_guests=True
    ) as running:
        yield running


@pytest.fixture
async def api(application: Application) -> AsyncIterator[Api]:
    """A client of that server."""
    async with api_of(application) as client:
        yield client
