"""The real application for the client: in this process for the async one, behind a socket for the other."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from frontrow.app import Application
from frontrow.client import AsyncClient
from frontrow.settings import PaymentGatewayName
from tests.support.http_stack import running_application, served
from tests.support.valkey import ValkeyServer

ADDRESS = "http://frontrow.test"


@pytest.fixture
def address(folder: Path, valkey: ValkeyServer) -> Iterator[str]:
    """The application behind a socket."""
    with served(valkey.url, folder, payment_gateway=PaymentGatewayName.DEMO) as url:
        yield url


@pytest.fixture
async def application(folder: Path, valkey: ValkeyServer) -> AsyncIterator[Application]:
    """The application in this process."""
    async with running_application(valkey.url, folder, payment_gateway=PaymentGatewayName.DEMO) as running:
        yield running


@pytest.fixture
def transport(application: Application) -> httpx.ASGITransport:
    """The way to it."""
    return httpx.ASGITransport(app=application.http)  # type: ignore[arg-type] # they type a dict differently


@pytest.fixture
async def anyone(transport: httpx.ASGITransport) -> AsyncIterator[AsyncClient]:
    """A client without a token."""
    async with httpx.AsyncClient(transport=transport) as http:
        yield AsyncClient(ADDRESS, http=http)
