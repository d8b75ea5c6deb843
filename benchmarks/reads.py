"""Reads of every seat's state per second over HTTP, against the same server's most trivial route.

Each with and without 100,000 other seats held in the store: what other people hold must cost a read nothing.
"""

import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from pathlib import Path

from benchmarks.load_generator import CONNECTIONS, all_granted, need_wrk, wrk
from benchmarks.scenario import Load, Scenario
from benchmarks.serving import frontrow_serving, let_others_hold, put_on_sale

OTHER_SEATS = 100_000
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
            await let_others_hold(server.url, _OTHER, [f"S{number}" for number in range(other_seats)])

        def reads(path: str) -> Load:
            return wrk("-H", "Accept-Encoding: gzip", url=server.url + path)

        beside = f" beside {other_seats:,} held seats" if other_seats else ""
        yield Scenario(
            name=f"reads of {seat_count:,} seats{beside}",
            floor_name="GET /health/live",
            subject_name=f"GET seat-states, {CONNECTIONS} connections",
            aim=0.7,
            floor=lambda: all_granted(server, lambda: reads("/health/live")),
            subject=lambda: all_granted(server, lambda: reads(f"/api/v1/events/{_EVENT}/seat-states")),
        )
