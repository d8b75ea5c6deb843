"""The demo's programme behind a server of its own for each test: the documents' events under the documents' ids."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from frontrow.app import Application
from frontrow.installation import Installation
from frontrow.settings import PaymentGatewayName, Settings
from frontrow.stores import backstage
from tests.support.http_stack import Api, api_of, copied, running_application
from tests.support.valkey import ValkeyServer

Visits = Callable[[], Awaitable[Api]]
"""A client with a cookie jar of its own: one more browser."""


@pytest.fixture(scope="session")
def _programme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("programme")

    async def load() -> None:
        async with backstage(Installation(Settings(data_dir=path))) as organiser:
            await organiser.seeding.load()

    asyncio.run(load())
    return path


@pytest.fixture
def folder(_programme: Path, tmp_path: Path) -> Path:
    """A data folder whose ledger has the demo's events on sale, and nothing sold."""
    return copied(_programme, tmp_path / "data")


@pytest.fixture
async def application(folder: Path, valkey: ValkeyServer) -> AsyncIterator[Application]:
    """A server as the demo runs it: anyone may book, guests need no token, payments take no money."""
    demo: dict[str, Any] = {"dialect_guests": True, "payment_gateway": PaymentGatewayName.DEMO}
    async with running_application(valkey.url, folder, **demo) as running:
        yield running


@pytest.fixture
async def visits(application: Application) -> AsyncIterator[Visits]:
    """Makes further clients of that server."""
    async with AsyncExitStack() as stack:

        async def visit() -> Api:
            return await stack.enter_async_context(api_of(application))

        yield visit


@pytest.fixture
async def api(visits: Visits) -> Api:
    """A client of that server."""
    return await visits()
