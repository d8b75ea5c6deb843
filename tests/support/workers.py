"""`frontrow serve --workers N` for tests: which processes there are, and connections to a worker of one's choice."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil

from tests.support.eventually import eventually
from tests.support.http_stack import SECRET
from tests.support.living import is_living
from tests.support.postgres import PostgresServer
from tests.support.server import RunningServer, running_server

START_SECONDS_MAX = 120.0
CONNECTIONS_TRIED_MAX = 500


class Workers:
    """A supervisor and its workers."""

    def __init__(self, server: RunningServer, count: int) -> None:
        self.server = server
        self.url = server.url
        self.count = count

    @property
    def supervisor(self) -> psutil.Process:
        """The process that was started."""
        return psutil.Process(self.server.process.pid)

    def lines(self, event: str) -> list[Mapping[str, Any]]:
        """What all processes have logged so far under this name."""
        lines = (line for line in self.server.output.splitlines() if f'"event":"{event}"' in line)
        return [json.loads(line) for line in lines]

    def pids(self) -> list[int]:
        """The processes of workers that serve now, retiring ones among them."""
        children = {child.pid for child in self.supervisor.children() if is_living(child.pid)}
        return [line["pid"] for line in self.lines("worker_serving") if line["pid"] in children]

    async def all_serve(self, *, without: tuple[int, ...] = ()) -> list[int]:
        """Wait until as many workers serve as there are to be, none of them one of `without`."""

        def serve() -> bool:
            pids = self.pids()
            return len(pids) == self.count and not set(without).intersection(pids)

        await eventually(serve, "all workers serve", seconds_max=START_SECONDS_MAX)
        return self.pids()

    @asynccontextmanager
    async def connected_to(self, pid: int) -> AsyncIterator[httpx.AsyncClient]:
        """A client with one connection, which that worker has accepted."""
        port, once = urlsplit(self.url).port, httpx.Limits(max_connections=1, keepalive_expiry=None)
        for _ in range(CONNECTIONS_TRIED_MAX):
            # Unverified: reading the certificates of all authorities takes longer than the rest.
            async with httpx.AsyncClient(base_url=self.url, timeout=60, limits=once, verify=False) as client:
                answer = await client.get("/health/live")
                ours = answer.extensions["network_stream"].get_extra_info("client_addr")[1]
                theirs = psutil.Process(pid).net_connections("tcp4")
                if any(it.laddr[1:] == (port,) and it.raddr[1:] == (ours,) for it in theirs):
                    yield client
                    return
        raise AssertionError(f"worker {pid} has accepted none of {CONNECTIONS_TRIED_MAX} connections")


@contextmanager
def running_workers(
    postgres: PostgresServer, data_dir: Path, *, workers: int, extra: Mapping[str, str] | None = None
) -> Iterator[Workers]:
    """`frontrow serve --workers` on an empty database and an embedded Valkey, at least one of them ready."""
    settings = {"FRONTROW_DATABASE_URL": postgres.new_database(), "FRONTROW_JWT_SECRET": SECRET, **(extra or {})}
    with running_server(data_dir, ("serve", "--workers", str(workers)), settings) as server:
        yield Workers(server, workers)
