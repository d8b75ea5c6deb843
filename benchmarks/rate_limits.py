"""What rate limits cost: the same calls to a server with them and to one without.

The limits are set so high that nobody reaches them: every call is counted twice (address and user) and none refused.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from benchmarks.holds_over_http import (
    CONNECTIONS,
    frontrow_serving,
    holds_path,
    holds_per_s,
    need_wrk,
    put_on_sale,
    tokens_of_users,
    wrk,
)
from benchmarks.scenario import Scenario
from frontrow.adapters.redis.embedded import EmbeddedValkey

_OUT_OF_REACH = {
    "FRONTROW_RATE_LIMIT_USER_HOLDS_PER_MINUTE": "1000000",
    "FRONTROW_RATE_LIMIT_USER_CALLS_PER_MINUTE": "1000000",
    "FRONTROW_RATE_LIMIT_ADDRESS_HOLDS_PER_MINUTE": "1000000",
    "FRONTROW_RATE_LIMIT_ADDRESS_CALLS_PER_MINUTE": "1000000",
}


@asynccontextmanager
async def in_memory() -> AsyncIterator[Scenario]:
    """Holds, each server with a store of its own."""
    with ExitStack() as stack:
        without, limited = await _servers(stack, shared=False)
        yield _holds("rate limits in memory", without, limited)


@asynccontextmanager
async def shared() -> AsyncIterator[Scenario]:
    """Holds, both servers on one Valkey that other processes might share, and counts of calls with it."""
    with ExitStack() as stack:
        without, limited = await _servers(stack, shared=True)
        yield _holds("rate limits through Valkey", without, limited)


@asynccontextmanager
async def on_reads() -> AsyncIterator[Scenario]:
    """The cheapest call there is, where limits weigh most: a seat map's poll answered 304, without a token."""
    with ExitStack() as stack:
        without, limited = await _servers(stack, shared=True)
        yield Scenario(
            name="rate limits on polls",
            floor_name="limits off",
            subject_name=f"GET seat-states, 304, {CONNECTIONS} connections",
            aim=0.9,
            floor=lambda: asyncio.to_thread(_polls_per_s, without, "without"),
            subject=lambda: asyncio.to_thread(_polls_per_s, limited, "limited"),
        )


async def _servers(stack: ExitStack, *, shared: bool) -> tuple[str, str]:
    """The URLs of one server without limits, selling the event `without`, and one with, selling `limited`."""
    need_wrk()
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="frontrow-bench-")))
    store = {"FRONTROW_REDIS_URL": stack.enter_context(EmbeddedValkey(folder)).url} if shared else {}
    off, on = {"FRONTROW_RATE_LIMIT_ENABLED": "false"}, {"FRONTROW_RATE_LIMIT_ENABLED": "true", **_OUT_OF_REACH}
    urls = []
    for event_id, settings in (("without", off), ("limited", on)):
        own = {"FRONTROW_DATA_DIR": str(folder / event_id)}
        url = stack.enter_context(frontrow_serving({**own, **store, **settings}))
        await put_on_sale(url, event_id)
        urls.append(url)
    return urls[0], urls[1]


def _holds(name: str, without: str, limited: str) -> Scenario:
    tokens = tokens_of_users()
    return Scenario(
        name=name,
        floor_name="limits off",
        subject_name=f"POST holds, {CONNECTIONS} connections",
        aim=0.9,
        floor=lambda: asyncio.to_thread(holds_per_s, without, holds_path("without"), tokens),
        subject=lambda: asyncio.to_thread(holds_per_s, limited, holds_path("limited"), tokens),
    )


def _polls_per_s(url: str, event_id: str) -> float:
    return wrk("-H", "If-None-Match: *", f"{url}/api/v1/events/{event_id}/seat-states")
