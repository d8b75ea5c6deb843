"""The house on real stores: Valkey and SQLite. `process` opens another process's services over the same two.

An SQLite file has one process; the ledger is therefore one for all, and everything else is each process's own.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from frontrow.adapters.redis.client import connect
from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.adapters.sql.ledger import open_ledger
from tests.support.fake_clock import SkippingClock
from tests.support.house import House
from tests.support.valkey import ValkeyServer

STORE_TIMEOUT_MS = 1_000
Process = Callable[[], Awaitable[House]]


@pytest.fixture
def clock() -> SkippingClock:
    return SkippingClock()


@pytest.fixture
async def process(valkey: ValkeyServer, tmp_path: Path, clock: SkippingClock) -> AsyncIterator[Process]:
    """Opens one process's services; every one has connections of its own."""
    async with AsyncExitStack() as stack:
        ledger = await open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock)
        stack.push_async_callback(ledger.close)

        async def open_process() -> House:
            client = connect(valkey.url, timeout_ms=STORE_TIMEOUT_MS, connections_max=8)
            stack.push_async_callback(client.close)
            house = House(ValkeyHoldStore(client), ledger, clock, sleep=asyncio.sleep)
            stack.push_async_callback(house.background.stop)
            return house

        yield open_process


@pytest.fixture
async def house(process: Process) -> House:
    made = await process()
    await made.open()
    return made
