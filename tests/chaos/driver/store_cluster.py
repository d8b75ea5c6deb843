"""A Valkey Cluster as the store under test: three primaries with a replica each, which fail over by themselves."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from redis.crc import key_slot
from redis.exceptions import RedisError

from tests.chaos.driver.wire import Wire
from tests.support.valkey_cluster import ValkeyCluster
from tests.support.valkey_node import ValkeyNode


class StoreCluster:
    """Its nodes tell clients their own addresses, so no wire leads to them."""

    can_not = frozenset({"store split", "store disk full", "store clock stepped"})
    also_lossy = frozenset({"store killed", "store stopped"})
    """A replica takes over, with what it has been told so far."""
    wires: Sequence[Wire] = ()

    def __init__(self, folder: Path) -> None:
        self._cluster = ValkeyCluster(folder, arguments=["--appendfsync", "everysec"])

    async def start(self) -> None:
        """See Stores."""
        await asyncio.to_thread(self._cluster.start)

    async def stop(self) -> None:
        """See Stores."""
        await asyncio.to_thread(self._cluster.end)

    async def way_for(self, api: str) -> tuple[None, str]:
        """See Stores."""
        return None, self._cluster.url

    async def heal(self) -> None:
        """See Stores."""
        await asyncio.to_thread(self._bring_back)

    async def wait_until_well(self) -> None:
        """See Stores."""
        await asyncio.to_thread(self._cluster.wait_until_whole)

    async def ask(self, event: str, *command: str | int) -> object:
        """See Stores."""
        return await asyncio.to_thread(lambda: self._cluster.primary_of(f"{{{event}}}").command(*command))

    async def kill(self, which: int, lasts_s: float) -> None:
        """See Stores. The replica takes over where it takes the primary long to come back."""
        await self._down(self._primary(which), lasts_s)

    async def lose(self, which: int, lasts_s: float) -> None:
        """See Stores: both servers of a shard are emptied."""
        await self.empty(which)
        await self.kill(which, lasts_s)

    async def kill_replica(self, which: int, lasts_s: float) -> None:
        """See Stores."""
        await self._down(self._cluster.replica_of(self._primary(which)), lasts_s)

    async def freeze(self, which: int, lasts_s: float) -> None:
        """See Stores."""
        node = self._primary(which)
        node.stop()
        try:
            await asyncio.sleep(lasts_s)
        finally:
            node.resume()
        await self.wait_until_well()

    async def empty(self, which: int) -> None:
        """See Stores: of one shard."""
        node = self._primary(which)
        with suppress(RedisError):
            await asyncio.to_thread(node.command, "FLUSHALL")

    async def flush_scripts(self, which: int) -> None:
        """See Stores."""
        node = self._primary(which)
        with suppress(RedisError):
            await asyncio.to_thread(node.command, "SCRIPT FLUSH")

    async def fail_over(self, which: int) -> None:
        """See Stores: whoever was the primary comes back as the replica."""
        node = self._primary(which)

        def run() -> None:
            node.kill()
            self._cluster.wait_until_taken_over(node)
            self._bring_back()

        await asyncio.to_thread(run)

    async def split(self, stays: Wire | None, lasts_s: float) -> None:
        """A primary without most of the others gives up by itself: nothing is done."""

    async def fill_disk(self, which: int, lasts_s: float) -> None:
        """Nothing is done: one server alone does it."""

    async def step_clock(self, which: int, offset_s: float, lasts_s: float) -> None:
        """Nothing is done: one server alone does it."""

    async def move_events(self, which: int, events: Sequence[str]) -> None:
        """See Stores."""
        if not events:
            return
        slot = int(key_slot(events[which % len(events)].encode()))

        def run() -> None:
            self._cluster.reshard(slot, self._cluster.other_primary(self._cluster.primary_of(slot)))

        await asyncio.to_thread(run)

    def _primary(self, which: int) -> ValkeyNode:
        primaries = self._cluster.primaries()
        return primaries[which % len(primaries)]

    async def _down(self, node: ValkeyNode, lasts_s: float) -> None:
        await asyncio.to_thread(node.kill)
        await asyncio.sleep(lasts_s)
        await asyncio.to_thread(self._bring_back)

    def _bring_back(self) -> None:
        for node in self._cluster.nodes:
            if not node.is_running:
                node.spawn()
            else:
                node.resume()
        for node in self._cluster.nodes:
            node.wait_until_it_answers()
        self._cluster.wait_until_whole()
