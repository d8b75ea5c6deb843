"""One Valkey on TCP: killed, stopped, emptied, its clock stepped, its disk filled, made a replica or the primary."""

import asyncio
import os
import resource
import shutil
import signal
import time
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path
from typing import cast

import msgspec
import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from tests.chaos.driver.child import Child
from tests.chaos.driver.clock_file import ClockFile
from tests.chaos.driver.wire import HOST
from tests.support.free_ports import free_port
from tests.support.valkey import server_binary

START_SECONDS_MAX = 60.0
_UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


class StoreServer:
    """A server with a port, a folder and a clock of its own, kept over its restarts.

    `appendfsync no`: what it answers is written before the answer, and only a crash of the machine could lose it.
    With `everysec` a slow disk puts the write off by up to two seconds, and a kill is forgiven what it should not be.
    """

    def __init__(self, name: str, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.name = name
        self.port = free_port()
        self.clock = ClockFile(folder / "clock")
        self._folder = folder
        self.child = Child(name, folder / "valkey.log")

    async def start(self, *, replica_of: int | None = None, empty: bool = False) -> None:
        """Start it and wait until it answers. `replica_of` is the port of its primary, or of a wire to it."""
        if empty:
            shutil.rmtree(self._folder / "appendonlydir", ignore_errors=True)
            (self._folder / "dump.rdb").unlink(missing_ok=True)
        self.child.start(
            [
                str(server_binary()),
                *("--port", str(self.port), "--bind", HOST, "--dir", str(self._folder)),
                *("--save", "", "--appendonly", "yes", "--appendfsync", "no"),
                *("--maxmemory-policy", "noeviction"),
                *("--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0"),
                *("--repl-ping-replica-period", "1", "--repl-timeout", "10"),
                *(() if replica_of is None else ("--replicaof", f"{HOST} {replica_of}")),
            ],
            environment=os.environ | self.clock.environment(),
        )
        deadline = time.monotonic() + START_SECONDS_MAX
        while not await self._answers():
            assert self.child.is_running, f"{self.name} ended: {self.child.last_words()}"
            assert time.monotonic() < deadline, f"{self.name} does not answer: {self.child.last_words()}"
            await asyncio.sleep(0.02)

    def kill(self) -> None:
        """kill -9."""
        self.child.kill()

    def freeze(self) -> None:
        """SIGSTOP."""
        self.child.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self.child.signal(signal.SIGCONT)

    def fill_disk(self) -> None:
        """Nothing of it can be written any more: a limit on the process, so that the kernel refuses every write whole.

        Parts of writes damage the append-only file of Valkey 9.1 beyond what it reads again (docs/reliability.md).
        """
        resource.prlimit(self.child.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

    def free_disk(self) -> None:
        """It may write again."""
        if self.child.is_running:
            resource.prlimit(self.child.pid, resource.RLIMIT_FSIZE, _UNLIMITED)

    async def wait_until_written(self) -> None:
        """Until everything it has answered is in its append-only file: only then may it be killed and lose nothing."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            with suppress(RedisError):
                said = msgspec.convert(await self.ask("INFO", "persistence"), dict[str, object])
                if said.get("aof_last_write_status") == "ok" and said.get("aof_buffer_length") == 0:
                    return
            assert time.monotonic() < deadline, f"{self.name} does not write"
            await asyncio.sleep(0.05)

    async def follow(self, port: int) -> None:
        """Be a replica of whoever is at this port."""
        await self.ask("REPLICAOF", HOST, port)

    async def lead(self) -> None:
        """Be the primary."""
        await self.ask("REPLICAOF", "NO", "ONE")

    async def follows(self) -> bool:
        """Whether it is a replica that has all of its primary's data and goes on being told."""
        try:
            said = msgspec.convert(await self.ask("INFO", "replication"), dict[str, object])
        except RedisError:
            return False
        return said.get("master_link_status") == "up" and said.get("master_sync_in_progress") == 0

    async def ask(self, *command: str | int) -> object:
        """One command, past every wire.

        Raises:
            RedisError: no answer, or an error.
        """
        client = redis.asyncio.Redis(
            host=HOST, port=self.port, socket_timeout=10, retry=Retry(NoBackoff(), 0), decode_responses=True
        )
        try:
            return await cast("Awaitable[object]", client.execute_command(*command))  # type: ignore[no-untyped-call]
        finally:
            await client.aclose()

    async def _answers(self) -> bool:
        try:
            await self.ask("PING")
        except RedisError:
            return False
        return True
