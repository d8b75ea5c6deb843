"""One API process as a service manager keeps it: started again whenever it ends."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.chaos.driver.child import Child
from tests.chaos.driver.clock_file import ClockFile
from tests.chaos.driver.wire import HOST, Wire
from tests.support.free_ports import free_port
from tests.support.server import environment

RESTART_PAUSE_S = 0.2
READY_SECONDS_MAX = 300.0
REPOSITORY = Path(__file__).parents[3]


class ApiProcess:
    """`frontrow serve` with its own way to the store and to the ledger, and a clock of its own.

    It runs as tests/support/hasty_server.py: the product's waits for the dead are seconds there instead of minutes.
    """

    def __init__(self, name: str, folder: Path, settings: Mapping[str, str], *, to_store: Wire | None, to_ledger: Wire):
        folder.mkdir(parents=True)
        self.name = name
        self.to_store = to_store
        self.to_ledger = to_ledger
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        self.clock = ClockFile(folder / "clock")
        self.child = Child(name, folder / "server.log")
        self.starts = 0
        self._settings = settings
        self._data_dir = folder / "data"
        self._keeper: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start it, and again whenever it ends, until `stop`."""
        self._keeper = asyncio.create_task(self._keep_running(), name=f"keeper of {self.name}")

    async def stop(self) -> None:
        """End it for good."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        await asyncio.to_thread(self.child.stop)

    def kill(self) -> None:
        """kill -9."""
        self.child.kill()

    def terminate(self) -> None:
        """SIGTERM: it is to finish what it is at."""
        self.child.signal(signal.SIGTERM)

    def freeze(self) -> None:
        """SIGSTOP."""
        self.child.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self.child.signal(signal.SIGCONT)

    async def wait_until_ready(self, seconds_max: float = READY_SECONDS_MAX) -> None:
        """Until it says that it and its stores are well."""
        deadline = time.monotonic() + seconds_max
        async with httpx.AsyncClient(timeout=5) as client:
            while True:
                try:
                    if (await client.get(f"{self.url}/health/ready")).is_success:
                        return
                except (httpx.TransportError, AttributeError):  # the latter of a connection cut while it was made
                    pass
                assert time.monotonic() < deadline, f"{self.name} is not ready: {self.child.last_words()}"
                await asyncio.sleep(0.05)

    async def _keep_running(self) -> None:
        command = [sys.executable, "-m", "tests.support.hasty_server", "serve", "--port", str(self.port)]
        path = os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")])
        while True:
            self.child.start(
                command,
                environment={
                    **environment(self._data_dir, {**self._settings, "PYTHONPATH": path}),
                    **self.clock.environment(),
                },
            )
            self.starts += 1
            await self.child.ended()
            await asyncio.sleep(RESTART_PAUSE_S)
