"""Holds per second that wait for a replica (FRONTROW_HOLD_REPLICAS=1), against the same holds that do not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.valkey_replicated import running_replicated

from benchmarks.hold_script import USERS, holds_per_second
from benchmarks.scenario import Scenario
from frontrow.adapters.redis.client import Replicas, connect
from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.domain.ids import EventId

HOLDS_PER_ROUND = 10_000
_EVENT = EventId("bench")


@asynccontextmanager
async def opened() -> AsyncIterator[Scenario]:
    """Both sides use one primary with one replica on this machine, found through sentinels."""
    with running_replicated() as servers:
        client = connect(servers.url)
        unasked = ValkeyHoldStore(client)
        asked = ValkeyHoldStore(client, replicas=Replicas(1, 1_000))
        await unasked.warm(_EVENT, [])
        try:
            yield Scenario(
                name="holds that a replica has",
                floor_name=f"granted by the primary alone, {USERS} callers",
                subject_name=f"granted when the replica has them, {USERS} callers",
                aim=0.4,
                floor=lambda: holds_per_second(unasked, _EVENT, HOLDS_PER_ROUND),
                subject=lambda: holds_per_second(asked, _EVENT, HOLDS_PER_ROUND),
            )
        finally:
            await client.close()
