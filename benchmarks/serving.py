"""Servers to measure: `frontrow serve` and others, each one process, with events on sale and users of theirs."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import httpx
import psutil

from benchmarks.hold_script import SEATS, SEATS_PER_USER_MAX, USERS
from frontrow.cli.token import sign_token
from frontrow.settings import Settings

SECRET = "a secret for this benchmark alone, long enough"
_START_S = 30
_AT_ONCE = 16
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


@contextmanager
def serving(command: Callable[[int], Sequence[str]], environment: dict[str, str]) -> Iterator[Server]:
    """Run a server's command, given a port, until the block ends; yields it once it answers."""
    port = free_port()
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


def bare_serving(environment: dict[str, str]) -> AbstractContextManager[Server]:
    """bare_asgi.py by the same uvicorn, with these variables of its own, until the block ends."""
    return serving(lambda port: [*_UVICORN, "benchmarks.bare_asgi:app", "--port", str(port)], environment)


def token(user: str, *roles: str) -> str:
    """A user's token of an hour, for servers with SECRET."""
    return sign_token(Settings(jwt_secret=SECRET), user=user, roles=list(roles), ttl_minutes=60)


def tokens_of_users(count: int = USERS) -> list[str]:
    """A token for each user of the load."""
    return [token(f"user-{user}") for user in range(count)]


def headers_of(user: str, *roles: str) -> dict[str, str]:
    """What shows who asks."""
    return {"Authorization": f"Bearer {token(user, *roles)}"}


async def put_on_sale(url: str, event_id: str, seat_count: int = SEATS) -> None:
    """An event of so many seats on that server, 100 a row, called S0 and so on."""
    await put_on_sale_as(headers_of("bench-admin", "admin"), url, event_id, seat_count)


async def put_on_sale_as(admin: Mapping[str, str], url: str, event_id: str, seat_count: int) -> None:
    """The same on a server with a secret of its own, whose admin's headers these are."""
    async with _session(url, admin) as http:
        await _lay_out(http, event_id, seat_count)
        await _open_event(http, event_id, layout_id=event_id)


async def put_many_on_sale(url: str, name: str, count: int, seat_count: int) -> None:
    """So many events of one layout, called name-0 and so on."""
    async with _session(url, headers_of("bench-admin", "admin")) as http:
        await _lay_out(http, name, seat_count)
        await all_of(_open_event(http, f"{name}-{number}", layout_id=name) for number in range(count))


async def let_others_hold(url: str, event_id: str, seats: Sequence[str]) -> None:
    """All these seats held for an hour, by other users than those of the load."""
    async with _session(url) as http:
        firsts = range(0, len(seats), SEATS_PER_USER_MAX)
        shares = [seats[first : first + SEATS_PER_USER_MAX] for first in firsts]
        users = [headers_of(f"holder-{first}") for first in firsts]
        await all_of(_hold(http, event_id, user, share) for user, share in zip(users, shares, strict=True))


async def let_another_hold(url: str, event_ids: Sequence[str], seats: Sequence[str]) -> None:
    """These seats of each of these events held for an hour, by one other user."""
    async with _session(url, headers_of("holder")) as http:
        await all_of(_hold(http, event_id, {}, seats) for event_id in event_ids)


async def all_of(calls: Iterator[Awaitable[None]]) -> None:
    """Await all these, some at a time."""

    async def one_after_the_other() -> None:
        for call in calls:
            await call

    async with asyncio.TaskGroup() as group:
        for _ in range(_AT_ONCE):
            group.create_task(one_after_the_other())


def holds_path(event_id: str) -> str:
    """Where that event's seats are held."""
    return f"/api/v1/events/{event_id}/holds"


def _session(url: str, headers: Mapping[str, str] | None = None) -> aiohttp.ClientSession:
    """aiohttp, because httpx spends more on a request than the server does."""
    return aiohttp.ClientSession(url, headers=headers, raise_for_status=True)


async def _hold(http: aiohttp.ClientSession, event_id: str, user: Mapping[str, str], seats: Sequence[str]) -> None:
    body = {"seatIds": seats, "durationMinutes": 60}
    async with http.post(holds_path(event_id), json=body, headers=user):
        pass


async def _lay_out(http: aiohttp.ClientSession, layout_id: str, seat_count: int) -> None:
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
    layout = {"id": layout_id, "name": "Bench", **canvas, "categories": categories, "seats": seats}
    async with http.post("/api/v1/layouts", json=layout):
        pass


async def _open_event(http: aiohttp.ClientSession, event_id: str, *, layout_id: str) -> None:
    times = {"startsAt": "2090-01-01T20:00:00Z"}
    event = {"eventId": event_id, "name": "Bench", "layoutId": layout_id, "currency": "USD", **times}
    async with http.post("/api/v1/events", json=event):
        pass


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
