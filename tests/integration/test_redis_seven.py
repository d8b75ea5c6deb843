"""The oldest server that the engine works with, Redis 7.0, alone and as a cluster: once through everything."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from frontrow.adapters.clock import SystemClock
from frontrow.adapters.redis.requirements import inspect_store
from frontrow.domain.ids import EventId
from tests.support.event_on_valkey import EVENT, EventOnValkey
from tests.support.every_store_call import everything_done_once
from tests.support.missing import skip_for_want_of
from tests.support.store_on_valkey import StoreOnValkey
from tests.support.valkey import StoreServer, redis_seven, running_valkey
from tests.support.valkey_cluster import Shard, running_cluster

OTHER = EventId("ball")


@pytest.fixture(scope="module", params=["one server", "cluster"])
def server(request: pytest.FixtureRequest) -> Iterator[StoreServer]:
    program = redis_seven()
    if program is None:
        skip_for_want_of("redis-server is not installed")
    with ExitStack() as stack:
        if request.param == "cluster":
            yield Shard(stack.enter_context(running_cluster(program=program)), EVENT)
        else:
            yield stack.enter_context(running_valkey(program=program))


async def test_every_script_runs_on_redis_seven(server: StoreServer) -> None:
    event = EventOnValkey(server)
    event.raw.flushall()
    await everything_done_once(event)
    await event.close()


async def test_feeds_are_followed_on_redis_seven(server: StoreServer) -> None:
    store = StoreOnValkey.of(server)
    for report in await inspect_store(store.client, SystemClock()):
        assert (report.server, report.faults()) == ("redis", [])
    at = {OTHER: (await store.warm(OTHER)).offset, EventId("cold"): ""}
    reading = asyncio.create_task(store.feed.read_after(at, block_ms=10_000))
    held = await store.acquire("A1", event_id=OTHER)
    assert await reading == {OTHER: list(held.entries)}
    await store.client.close()
