"""A primary and a replica that lags behind, with one way to them for each API process.

The driver is what a failover manager is elsewhere: it promotes, and leads everybody to the new primary. So it can do
worse than any manager should, and leave somebody with the old one.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from redis.exceptions import RedisError

from tests.chaos.driver.store_server import StoreServer
from tests.chaos.driver.wire import HOST, Passage, Wire

FOLLOW_SECONDS_MAX = 60.0
NOTICED_S = 1.2
"""Until a process has noticed that its clock was set."""


class StorePair:
    """Two stores, `primary` and `replica`. What the replica is told arrives `lag_s` late."""

    can_not = frozenset({"store slot moved"})
    also_lossy: frozenset[str] = frozenset()

    def __init__(self, folder: Path, *, lag_s: float) -> None:
        self.lag_s = lag_s
        self.primary = StoreServer("store-1", folder / "store-1")
        self.replica = StoreServer("store-2", folder / "store-2")
        self._to_primary = Wire("replication", self.primary.port, delay_s=lag_s)
        self.wires: Sequence[Wire] = ()

    async def start(self) -> None:
        """Start both, and wait until one follows the other."""
        await self._to_primary.start()
        await self.primary.start()
        await self.replica.start(replica_of=self._to_primary.port)
        await self.wait_until_well()

    async def stop(self) -> None:
        """End both."""
        await self._to_primary.stop()
        for server in (self.primary, self.replica):
            await asyncio.to_thread(server.child.stop)

    async def way_for(self, api: str) -> tuple[Wire, str]:
        """A wire to the primary, whoever that is."""
        wire = Wire(f"{api}-store", self.primary.port)
        await wire.start()
        self.wires = (*self.wires, wire)
        return wire, f"redis://{HOST}:{wire.port}"

    async def ask(self, event: str, *command: str | int) -> object:
        """See Stores."""
        return await self.primary.ask(*command)

    async def kill(self, which: int, lasts_s: float) -> None:
        """See Stores; of primaries there is one."""
        store = self.primary
        store.kill()
        await asyncio.sleep(lasts_s)
        await store.start()

    async def lose(self, which: int, lasts_s: float) -> None:
        """See Stores."""
        store = self.primary
        store.kill()
        await asyncio.sleep(lasts_s)
        await store.start(empty=True)

    async def kill_replica(self, which: int, lasts_s: float) -> None:
        """See Stores."""
        self.replica.kill()
        await asyncio.sleep(lasts_s)
        await self.replica.start(replica_of=self._to_primary.port)
        await self.wait_until_well()

    async def freeze(self, which: int, lasts_s: float) -> None:
        """See Stores."""
        store = self.primary
        store.freeze()
        try:
            await asyncio.sleep(lasts_s)
        finally:
            store.thaw()

    async def empty(self, which: int) -> None:
        """See Stores."""
        await self.primary.ask("FLUSHALL")

    async def flush_scripts(self, which: int) -> None:
        """See Stores."""
        await self.primary.ask("SCRIPT", "FLUSH")

    async def fill_disk(self, which: int, lasts_s: float) -> None:
        """See Stores."""
        store = self.primary
        store.fill_disk()
        try:
            await asyncio.sleep(lasts_s)
        finally:
            store.free_disk()
        await store.wait_until_written()

    async def step_clock(self, which: int, offset_s: float, lasts_s: float) -> None:
        """See Stores."""
        clock = self.primary.clock
        clock.step_to(offset_s)
        try:
            await asyncio.sleep(lasts_s)
        finally:
            clock.step_to(0.0)
        await asyncio.sleep(NOTICED_S)

    async def move_events(self, which: int, events: Sequence[str]) -> None:
        """It has no slots, so nothing moves."""

    async def fail_over(self, which: int) -> None:
        """The primary is killed, the replica takes its place with what it has been told so far.

        The other comes back as its replica.
        """
        await self.wait_until_well()
        lost = self.primary
        lost.kill()
        await self.replica.lead()
        await self._exchange_roles()
        for wire in self.wires:
            await wire.lead_to(self.primary.port)
        await lost.start(replica_of=self._to_primary.port)
        await self.wait_until_well()

    async def split(self, stays: Wire | None, lasts_s: float) -> None:
        """The replica takes over while the primary lives on: for so long, one API process still speaks to the old one.
        Then the old one throws away what it was told meanwhile."""
        await self.wait_until_well()
        old = self.primary
        await self.replica.lead()
        await self._exchange_roles()
        for wire in self.wires:
            if wire is not stays:
                await wire.lead_to(self.primary.port)
        await asyncio.sleep(lasts_s)
        if stays is not None:
            await stays.lead_to(self.primary.port)
        await old.follow(self._to_primary.port)
        await self.wait_until_well()

    async def heal(self) -> None:
        """Whatever was done to them: both run, unstopped, with disks and clocks as they should be."""
        for server in (self.primary, self.replica):
            server.thaw()
            server.free_disk()
            server.clock.step_to(0.0)
            if not server.child.is_running:
                await server.start(replica_of=None if server is self.primary else self._to_primary.port)
        for wire in self.wires:
            if wire.target_port != self.primary.port:
                await wire.lead_to(self.primary.port)
            await wire.set_passage(Passage.OPEN)

    async def wait_until_well(self) -> None:
        """Until the replica is told everything again."""
        deadline = time.monotonic() + FOLLOW_SECONDS_MAX
        while not await self.replica.follows():
            assert time.monotonic() < deadline, f"the replica does not follow: {self.replica.child.last_words()}"
            with suppress(RedisError):
                await self.replica.ask("PING")
            await asyncio.sleep(0.05)

    async def _exchange_roles(self) -> None:
        self.primary, self.replica = self.replica, self.primary
        await self._to_primary.lead_to(self.primary.port)
