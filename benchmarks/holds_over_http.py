"""3-seat holds per second over HTTP, authenticated and validated, against a bare ASGI function on the same server."""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from benchmarks.hold_script import SEATS, USERS
from benchmarks.scenario import Scenario
from frontrow.adapters.redis.client import connect
from frontrow.adapters.redis.embedded import EmbeddedValkey
from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.cli.token import sign_token
from frontrow.domain.ids import EventId
from frontrow.settings import Settings

CONNECTIONS = 64
SECONDS_PER_ROUND = 4
_EVENT = "bench"
SECRET = "a secret for this benchmark alone, long enough"
_START_S = 30
_UVICORN = (
    *(sys.executable, "-m", "uvicorn", "--loop", "uvloop", "--http", "httptools", "--lifespan", "off"),
    *("--no-access-log", "--log-level", "error"),
)


@dataclass(frozen=True, slots=True)
class Server:
    """A server process under load."""

    url: str
    process: psutil.Process

    def cpu_s(self) -> float:
        """The processor time it has used so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@asynccontextmanager
async def opened() -> AsyncIterator[Scenario]:
    """One embedded Valkey for both; each side is one process. Needs wrk on PATH."""
    need_wrk()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="frontrow-bench-")))
        server = stack.enter_context(EmbeddedValkey(folder))
        await _warm("floor", server.url)
        bare = stack.enter_context(
            serving(
                lambda port: [*_UVICORN, "benchmarks.bare_asgi:app", "--port", str(port)],
                {"BENCH_EVENT": "floor", "BENCH_REDIS_URL": server.url},
            )
        )
        settings = {
            "FRONTROW_DATA_DIR": str(folder / "data"),
            "FRONTROW_REDIS_URL": server.url,
            "FRONTROW_RATE_LIMIT_ENABLED": "false",
        }
        frontrow = stack.enter_context(frontrow_serving(settings))
        await put_on_sale(frontrow.url, _EVENT)
        tokens = tokens_of_users()
        yield Scenario(
            name="holds over HTTP",
            floor_name="bare ASGI, same script, no checks",
            subject_name=f"POST holds, {CONNECTIONS} connections",
            aim=0.55,
            floor=lambda: asyncio.to_thread(_per_s, bare.url, "/", tokens),
            subject=lambda: asyncio.to_thread(_per_s, frontrow.url, holds_path(_EVENT), tokens),
        )


def need_wrk() -> None:
    """End here without the load generator."""
    if shutil.which("wrk") is None:
        raise SystemExit("this scenario needs wrk, an HTTP load generator: install it (Debian: apt-get install wrk)")


async def _warm(event_id: str, redis_url: str) -> None:
    client = connect(redis_url)
    await ValkeyHoldStore(client).warm(EventId(event_id), [])
    await client.close()


@contextmanager
def serving(command: Callable[[int], Sequence[str]], environment: dict[str, str]) -> Iterator[Server]:
    """Run a server's command, given a port, until the block ends; yields it once it answers."""
    port = _free_port()
    process = subprocess.Popen(command(port), env={**os.environ, **environment}, cwd=Path(__file__).parents[1])
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + _START_S
        while True:
            assert process.poll() is None and time.monotonic() < deadline, f"{command(port)} did not start"
            try:
                httpx.get(f"{url}/health/live", timeout=2)
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield Server(url, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait()


def frontrow_serving(settings: Mapping[str, str]) -> AbstractContextManager[Server]:
    """`frontrow serve` with these variables, until the block ends."""
    environment = {"FRONTROW_JWT_SECRET": SECRET, "FRONTROW_LOG_LEVEL": "warning", **settings}
    return serving(lambda port: [sys.executable, "-m", "frontrow", "serve", "--port", str(port)], environment)


def tokens_of_users() -> list[str]:
    """A token for each user of the load."""
    settings = Settings(jwt_secret=SECRET)
    return [sign_token(settings, user=f"user-{user}", roles=[], ttl_minutes=60) for user in range(USERS)]


async def put_on_sale(url: str, event_id: str, seat_count: int = SEATS) -> None:
    """An event of so many seats on that server, 100 a row, called S0 and so on."""
    admin = sign_token(Settings(jwt_secret=SECRET), user="bench-admin", roles=["admin"], ttl_minutes=60)
    await put_on_sale_as({"Authorization": f"Bearer {admin}"}, url, event_id, seat_count)


async def put_on_sale_as(admin: Mapping[str, str], url: str, event_id: str, seat_count: int) -> None:
    """The same on a server with a secret of its own, whose admin's headers these are."""
    seats = [
        {
            "id": f"S{number}",
            "position": {"x": 10 * (number % 100) + 5, "y": 10 * (number // 100) + 5},
            "categoryId": "all",
            "rowLabel": str(number // 100),
            "seatNumber": number % 100,
        }
        for number in range(seat_count)
    ]
    categories = [{"id": "all", "name": "All", "color": "#336699", "price": 45}]
    canvas = {"canvasW": 1000, "canvasH": max(1000, seat_count // 10 + 10)}
    layout = {"id": event_id, "name": "Bench", **canvas, "categories": categories, "seats": seats}
    times = {"startsAt": "2090-01-01T20:00:00Z"}
    event = {"eventId": event_id, "name": "Bench", "layoutId": event_id, "currency": "USD", **times}
    async with httpx.AsyncClient(base_url=url, headers=admin, timeout=60) as http:
        (await http.post("/api/v1/layouts", json=layout)).raise_for_status()
        (await http.post("/api/v1/events", json=event)).raise_for_status()


def holds_path(event_id: str) -> str:
    """Where that event's seats are held."""
    return f"/api/v1/events/{event_id}/holds"


def _per_s(url: str, path: str, tokens: list[str]) -> float:
    return holds(url, path, tokens) / SECONDS_PER_ROUND


def holds(url: str, path: str, tokens: list[str]) -> int:
    """A round of 3-seat holds by these users; how many were granted."""
    script = Path(__file__).with_name("holds.lua")
    return wrk("-s", str(script), url, "--", path, *tokens)


def wrk(*arguments: str) -> int:
    """The requests of a round of SECONDS_PER_ROUND; every one must be granted."""
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS_PER_ROUND}s", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    assert refused is None, f"requests were refused:\n{done.stdout}"
    found = re.search(r"(\d+) requests in ", done.stdout)
    assert found, done.stdout
    return int(found[1])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
