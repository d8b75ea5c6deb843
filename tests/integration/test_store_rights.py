"""The store under the least rights that docs/operations.md gives: everything the engine does, and nothing else."""

import asyncio
import shlex
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis
from redis.exceptions import ResponseError

from frontrow.adapters.clock import SystemClock
from frontrow.adapters.redis.client import Replicas, connect
from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.adapters.redis.requirements import check_store
from frontrow.adapters.redis.shared_rate_windows import SharedRateWindows
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.ids import EventId
from tests.support.event_on_valkey import EVENT, EventOnValkey
from tests.support.every_store_call import everything_done_once
from tests.support.fake_clock import FakeClock
from tests.support.store_on_valkey import StoreOnValkey
from tests.support.valkey import ValkeyServer
from tests.support.valkey_cluster import Shard, ValkeyCluster

DOCUMENT = Path(__file__).parents[2] / "docs" / "operations.md"
OTHER = EventId("ball")
PASSWORD = "a-long-password"


def documented_rights() -> list[str]:
    """What follows the user's name in the document's ACL SETUSER."""
    text = DOCUMENT.read_text().partition("$ valkey-cli ACL SETUSER frontrow ")[2].partition("```")[0]
    return shlex.split(text.replace("\\\n", " "))


class ServerWithRights:
    """A server of which a client of the product has the documented rights, and the test all."""

    def __init__(self, server: ValkeyServer | Shard, others: list["redis.Redis"]) -> None:
        self._server = server
        scheme, _, rest = server.url.partition("://")
        self.url = (
            f"unix://frontrow:{PASSWORD}@{rest}" if scheme == "unix" else f"{scheme}://frontrow:{PASSWORD}@{rest}"
        )
        self.raw = server.raw
        self.open_socket = server.open_socket
        for other in others:
            other.execute_command("ACL SETUSER", "frontrow", *documented_rights())  # type: ignore[no-untyped-call]


@pytest.fixture(params=["one server", "cluster"])
def server(request: pytest.FixtureRequest) -> Iterator[ServerWithRights]:
    if request.param == "cluster":
        cluster: ValkeyCluster = request.getfixturevalue("cluster")
        others = [node.raw for node in cluster.nodes]
        yield ServerWithRights(Shard(cluster, EVENT), others)
    else:
        valkey: ValkeyServer = request.getfixturevalue("valkey")
        others = [valkey.raw()]
        yield ServerWithRights(valkey, others)
    for other in others:
        other.execute_command("ACL DELUSER", "frontrow")  # type: ignore[no-untyped-call]
    others[0].close()


@pytest.fixture
async def event(server: ServerWithRights) -> AsyncIterator[EventOnValkey]:
    event = EventOnValkey(server)
    yield event
    await event.close()


async def test_every_script_runs_under_the_documented_rights(event: EventOnValkey) -> None:
    await everything_done_once(event)
    event.raw.flushall()
    event.raw.script_flush()
    await everything_done_once(event)


async def test_feeds_clocks_counts_and_checks_work_under_the_documented_rights(server: ServerWithRights) -> None:
    store = StoreOnValkey.of(server)
    await check_store(store.client, SystemClock())
    assert await store.holds.ping() > 0
    at = {EVENT: (await store.warm(EVENT)).offset, OTHER: (await store.warm(OTHER)).offset}
    reading = asyncio.create_task(store.feed.read_after(at, block_ms=10_000))
    await store.acquire("A1", event_id=OTHER)
    assert list(await reading) == [OTHER]
    assert len(await store.feed.heads([EVENT, OTHER])) == 2
    assert await store.feed.ends(EVENT) is not None
    assert await store.feed.read_before(EVENT, None, limit=5)
    windows = SharedRateWindows(FakeClock(), store.client)
    windows.acquire_sliding_window_entry("calls/user/john/120/1/minute", 120, 60)
    await windows.exchange()
    asking = StoreOnValkey(store.client, ValkeyHoldStore(store.client, replicas=Replicas(5, 1)), store.feed)
    with pytest.raises(StoreUnavailable, match="of 5 replicas"):
        await asking.acquire("A2")
    await store.client.close()


@pytest.mark.parametrize(
    "command",
    [
        ("FLUSHALL",),
        ("KEYS", "*"),
        ("SCAN", 0),
        ("CONFIG", "SET", "maxmemory-policy", "allkeys-lru"),
        ("CONFIG", "GET", "requirepass"),
        ("ACL", "LIST"),
        ("CLIENT", "LIST"),
        ("SHUTDOWN",),
        ("REPLICAOF", "NO", "ONE"),
        ("MONITOR",),
        ("GET", "somebody:elses:key"),
        ("EVAL", "return redis.call('GET', KEYS[1])", 1, "somebody:elses:key"),
        ("PUBLISH", "channel", "word"),
    ],
)
async def test_nothing_else_is_allowed(valkey: ValkeyServer, command: tuple[str | int, ...]) -> None:
    with valkey.raw() as raw:
        server = ServerWithRights(valkey, [raw])
        client = connect(server.url)
        try:
            with pytest.raises(ResponseError, match=r"permission|ACL failure"):
                await client.execute(command)
        finally:
            await client.close()
            raw.acl_deluser("frontrow")
