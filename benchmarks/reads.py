"""Reads of every seat's state per second over HTTP, against the same server's most trivial route.

Each with and without 100,000 other seats held in the store: what other people hold must cost a read nothing.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from pathlib import Path

import httpx

from benchmarks.holds_over_http import (
    CONNECTIONS,
    SECONDS_PER_ROUND,
    SECRET,
    frontrow_serving,
    holds_path,
    need_wrk,
    put_on_sale,
    wrk,
)
from benchmarks.scenario import Scenario
from frontrow.cli.token import sign_token
from frontrow.settings import Settings

OTHER_SEATS = 100_000
_SEATS_PER_HOLD = 50
_AT_ONCE = 16
_EVENT, _OTHER = "read", "crowded"


def of_500() -> AbstractAsyncContextManager[Scenario]:
    """A house of 500 seats, alone."""
    return _opened(500, other_seats=0)


def of_8897() -> AbstractAsyncContextManager[Scenario]:
    """An arena of 8,897 seats, alone."""
    return _opened(8_897, other_seats=0)


def of_500_beside_holds() -> AbstractAsyncContextManager[Scenario]:
    """A house of 500 seats, while 100,000 seats of another event are held."""
    return _opened(500, other_seats=OTHER_SEATS)


def of_8897_beside_holds() -> AbstractAsyncContextManager[Scenario]:
    """An arena of 8,897 seats, while 100,000 seats of another event are held."""
    return _opened(8_897, other_seats=OTHER_SEATS)


@asynccontextmanager
async def _opened(seat_count: int, *, other_seats: int) -> AsyncIterator[Scenario]:
    need_wrk()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="frontrow-bench-")))
        settings = {"FRONTROW_DATA_DIR": str(folder), "FRONTROW_RATE_LIMIT_ENABLED": "false"}
        server = stack.enter_context(frontrow_serving(settings))
        await put_on_sale(server.url, _EVENT, seat_count)
        if other_seats:
            await put_on_sale(server.url, _OTHER, other_seats)
            await _hold_all(server.url, other_seats)

        def per_s(path: str) -> float:
            return wrk("-H", "Accept-Encoding: gzip", server.url + path) / SECONDS_PER_ROUND

        beside = f" beside {other_seats:,} held seats" if other_seats else ""
        yield Scenario(
            name=f"reads of {seat_count:,} seats{beside}",
            floor_name="GET /health/live",
            subject_name=f"GET seat-states, {CONNECTIONS} connections",
            aim=0.7,
            floor=lambda: asyncio.to_thread(per_s, "/health/live"),
            subject=lambda: asyncio.to_thread(per_s, f"/api/v1/events/{_EVENT}/seat-states"),
        )


async def _hold_all(url: str, seat_count: int) -> None:
    settings = Settings(jwt_secret=SECRET)
    firsts = iter(range(0, seat_count, _SEATS_PER_HOLD))

    async def hold(http: httpx.AsyncClient, firsts: Iterator[int]) -> None:
        for first in firsts:
            token = sign_token(settings, user=f"holder-{first}", roles=[], ttl_minutes=60)
            seats = [f"S{number}" for number in range(first, min(first + _SEATS_PER_HOLD, seat_count))]
            body = {"seatIds": seats, "durationMinutes": 60}
            answer = await http.post(holds_path(_OTHER), json=body, headers={"Authorization": f"Bearer {token}"})
            answer.raise_for_status()

    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        await asyncio.gather(*(hold(http, firsts) for _ in range(_AT_ONCE)))
