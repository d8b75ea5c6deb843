"""The deployment under test, everything real and everything on loopback.

Two API processes, each with wires of its own to the stores; PostgreSQL; a Valkey primary and a replica that lags.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.chaos.driver.api_process import ApiProcess
from tests.chaos.driver.ledger_server import LedgerServer
from tests.chaos.driver.stores import Stores
from tests.chaos.driver.wire import Passage, Wire
from tests.support.http_stack import SECRET
from tests.support.postgres import running_postgres

API_NAMES = ("api-1", "api-2")
SETTINGS: Mapping[str, str] = {
    "FRONTROW_JWT_SECRET": SECRET,
    "FRONTROW_DIRECT_BOOKING": "anyone",
    "FRONTROW_PAYMENT_GATEWAY": "demo",
    "FRONTROW_RATE_LIMIT_ENABLED": "false",
    "FRONTROW_LOG_LEVEL": "warning",
}


class Deployment:
    """What faults are done to."""

    def __init__(self, *, apis: Sequence[ApiProcess], stores: Stores, ledger: LedgerServer) -> None:
        self.apis = apis
        self.stores = stores
        self.ledger = ledger
        self.events: Sequence[str] = ()
        """What is on sale now."""

    @property
    def wires(self) -> Sequence[Wire]:
        """Every API process's ways to store and ledger."""
        return (*self.stores.wires, *self.ledger.wires)

    async def heal(self) -> None:
        """Undo what a fault may have left, and wait until everybody says that all is well."""
        await self.stores.heal()
        for wire in self.wires:
            await wire.set_passage(Passage.OPEN)
        for api in self.apis:
            api.thaw()
            api.clock.step_to(0.0)
        await self.wait_until_ready()

    async def wait_until_ready(self) -> None:
        """Until every process is ready and the replica follows."""
        await asyncio.gather(*(api.wait_until_ready() for api in self.apis))
        await self.stores.wait_until_well()


@asynccontextmanager
async def running_deployment(folder: Path, stores: Stores) -> AsyncIterator[Deployment]:
    """Everything started, and ended at the end of the block."""
    apis: list[ApiProcess] = []
    wires: list[Wire] = []
    with running_postgres() as server:
        ledger = LedgerServer(server)
        try:
            await stores.start()
            for name in API_NAMES:
                to_store, store_url = await stores.way_for(name)
                to_ledger, database_url = await ledger.way_for(name)
                wires += [it for it in (to_store, to_ledger) if it is not None]
                settings = {
                    **SETTINGS,
                    "FRONTROW_REDIS_URL": store_url,
                    "FRONTROW_DATABASE_URL": database_url,
                }
                apis.append(ApiProcess(name, folder / name, settings, to_store=to_store, to_ledger=to_ledger))
            for api in apis:
                api.start()
            deployment = Deployment(apis=apis, stores=stores, ledger=ledger)
            await deployment.wait_until_ready()
            yield deployment
        finally:
            await asyncio.gather(*(api.stop() for api in apis))
            for wire in wires:
                await wire.stop()
            await stores.stop()
