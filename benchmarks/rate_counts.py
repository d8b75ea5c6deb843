"""Counts of calls per second: known at once and told the store every 50 ms, against asking the store each time."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from limits import RateLimitItemPerMinute
from limits.strategies import SlidingWindowCounterRateLimiter

from benchmarks.hold_script import USERS
from benchmarks.scenario import Scenario
from frontrow.adapters.clock import SystemClock
from frontrow.adapters.redis.client import StoreClient, connect
from frontrow.adapters.redis.embedded import EmbeddedValkey
from frontrow.adapters.redis.shared_rate_windows import SharedRateWindows

ASKED_PER_ROUND = 20_000
COUNTED_PER_ROUND = 200_000
_LIMIT = RateLimitItemPerMinute(1_000_000_000, namespace="holds/user")


@asynccontextmanager
async def opened() -> AsyncIterator[Scenario]:
    """Both sides use one embedded Valkey."""
    with tempfile.TemporaryDirectory(prefix="frontrow-bench-") as folder, EmbeddedValkey(Path(folder)) as server:
        client = connect(server.url)
        windows = SharedRateWindows(SystemClock(), client)
        exchanging = asyncio.create_task(windows.run())
        try:
            yield Scenario(
                name="counts of calls",
                floor_name=f"an awaited INCR in the tick's pipeline, {USERS} callers",
                subject_name="counted here, told every 50 ms",
                aim=2,
                floor=lambda: _asked(client),
                subject=lambda: _counted(SlidingWindowCounterRateLimiter(windows)),
            )
        finally:
            exchanging.cancel()
            await asyncio.gather(exchanging, return_exceptions=True)
            await client.close()


async def _asked(client: StoreClient) -> float:
    async def caller(user: int) -> None:
        for _ in range(ASKED_PER_ROUND // USERS):
            await client.execute(("INCR", f"user-{user}"))

    started = time.perf_counter()
    await asyncio.gather(*(caller(user) for user in range(USERS)))
    return ASKED_PER_ROUND / (time.perf_counter() - started)


async def _counted(strategy: SlidingWindowCounterRateLimiter) -> float:
    users = [f"user-{user}" for user in range(USERS)]
    started = time.perf_counter()
    for _ in range(COUNTED_PER_ROUND // USERS):
        for user in users:
            assert strategy.hit(_LIMIT, user)
        await asyncio.sleep(0)  # others' turn: the exchange's too
    return COUNTED_PER_ROUND / (time.perf_counter() - started)
