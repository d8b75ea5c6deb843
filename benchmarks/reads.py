"""Reads of every seat's state per second over HTTP, while 200 seats of the event change each second.

Held against the same server's most trivial route; and where 100,000 seats of another event are held, against the same
read where none are: what other people hold must cost a read nothing.
"""

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, contextmanager

import httpx

from benchmarks.load_generator import CONNECTIONS, all_granted, need_wrk, wrk
from benchmarks.scenario import Measure, Scenario
from benchmarks.serving import Server, frontrow_serving, headers_of, holds_path, let_others_hold, put_on_sale

OTHER_SEATS = 100_000
CHANGES_PER_S = 200
_SEATS_PER_CHANGE = 10
_BUYERS = 8
_EVENT, _OTHER = "read", "crowded"
_READ = f"/api/v1/events/{_EVENT}/seat-states"


def of_500() -> AbstractAsyncContextManager[Scenario]:
    """A house of 500 seats."""
    return _beside_hello(500)


def of_10000() -> AbstractAsyncContextManager[Scenario]:
    """An arena of 10,000 seats."""
    return _beside_hello(10_000)


def of_500_beside_holds() -> AbstractAsyncContextManager[Scenario]:
    """A house of 500 seats, while 100,000 seats of another event are held."""
    return _beside_holds(500)


def of_10000_beside_holds() -> AbstractAsyncContextManager[Scenario]:
    """An arena of 10,000 seats, while 100,000 seats of another event are held."""
    return _beside_holds(10_000)


@asynccontextmanager
async def _beside_hello(seat_count: int) -> AsyncIterator[Scenario]:
    need_wrk()
    with _serving() as server:
        await put_on_sale(server.url, _EVENT, seat_count)
        async with _changing(server, seat_count):
            yield Scenario(
                name=f"reads of {seat_count:,} seats, of which {CHANGES_PER_S} change each second",
                floor_name="GET /health/live",
                subject_name=f"GET seat-states, {CONNECTIONS} connections",
                aim=0.7,
                floor=_gets(server, "/health/live"),
                subject=_gets(server, _READ),
            )


@asynccontextmanager
async def _beside_holds(seat_count: int) -> AsyncIterator[Scenario]:
    need_wrk()
    with _serving() as alone, _serving() as crowded:
        await put_on_sale(alone.url, _EVENT, seat_count)
        await put_on_sale(crowded.url, _EVENT, seat_count)
        await put_on_sale(crowded.url, _OTHER, OTHER_SEATS)
        await let_others_hold(crowded.url, _OTHER, [f"S{number}" for number in range(OTHER_SEATS)])
        async with _changing(alone, seat_count), _changing(crowded, seat_count):
            yield Scenario(
                name=f"reads of {seat_count:,} seats beside {OTHER_SEATS:,} held ones",
                floor_name="GET seat-states, no other holds",
                subject_name=f"GET seat-states, {CONNECTIONS} connections",
                aim=0.95,
                floor=_gets(alone, _READ),
                subject=_gets(crowded, _READ),
            )


@contextmanager
def _serving() -> Iterator[Server]:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="frontrow-bench-"))
        yield stack.enter_context(
            frontrow_serving({"FRONTROW_DATA_DIR": folder, "FRONTROW_RATE_LIMIT_ENABLED": "false"})
        )


def _gets(server: Server, path: str) -> Measure:
    return lambda: all_granted(server, lambda: wrk("-H", "Accept-Encoding: gzip", url=server.url + path))


@asynccontextmanager
async def _changing(server: Server, seat_count: int) -> AsyncIterator[None]:
    """For as long as the block runs, CHANGES_PER_S seats are held or given back each second, ten at a time."""
    task = asyncio.create_task(_change(server, seat_count))
    try:
        yield
    finally:
        task.cancel()
        ended = await asyncio.gather(task, return_exceptions=True)
    assert isinstance(ended[0], asyncio.CancelledError), ended[0]


async def _change(server: Server, seat_count: int) -> None:
    loop = asyncio.get_running_loop()
    buyers = itertools.cycle([headers_of(f"changer-{number}") for number in range(_BUYERS)])
    path = holds_path(_EVENT)
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as http:
        due_s = loop.time()
        for first in itertools.cycle(range(0, seat_count, _SEATS_PER_CHANGE)):
            buyer = next(buyers)
            seats = [f"S{number}" for number in range(first, first + _SEATS_PER_CHANGE)]
            held = (await http.post(path, json={"seatIds": seats}, headers=buyer)).raise_for_status()
            (await http.delete(f"{path}/{held.json()['holdId']}", headers=buyer)).raise_for_status()
            due_s += 2 * _SEATS_PER_CHANGE / CHANGES_PER_S
            await asyncio.sleep(max(0.0, due_s - loop.time()))
