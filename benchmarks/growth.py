"""How a hold's time grows with the house and with the number of events: one caller, who waits for each answer.

One connection leaves every process idle in between, so its p50 is the time a hold takes, not the time it waits.
"""

import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from benchmarks.hold_script import IN_A_SMALL_HOUSE, Stretches
from benchmarks.holds import load_of
from benchmarks.load_generator import all_granted, need_wrk
from benchmarks.scenario import Growth, Load, Size
from benchmarks.serving import (
    Server,
    frontrow_serving,
    holds_path,
    let_another_hold,
    let_others_hold,
    put_many_on_sale,
    put_on_sale,
)

HOUSES = (1_000, 10_000, 100_000)
EVENTS, SEATS_OF_EACH = (1, 100, 10_000), 100
_USERS = 10


@asynccontextmanager
async def of_seats(houses: Sequence[int] = HOUSES) -> AsyncIterator[Growth]:
    """Events of more and more seats, half of which others hold."""
    with _serving() as server:
        for house in houses:
            apart = house // _USERS
            await put_on_sale(server.url, f"house-{house}", house)
            others = [f"S{number}" for number in range(house) if number % apart >= apart // 2]
            await let_others_hold(server.url, f"house-{house}", others)
        yield Growth(
            name="a hold as the house grows",
            subject_name="POST holds of 3 seats, one connection, half of the house held by others",
            unit="seats",
            sizes=tuple(
                _size(server, house, f"house-{house}", 1, Stretches(_USERS, holds_each=16, apart=house // _USERS))
                for house in houses
            ),
        )


@asynccontextmanager
async def of_events() -> AsyncIterator[Growth]:
    """More and more events of 100 seats, each hold on the next; all have been held on before."""
    with _serving() as server:
        await put_many_on_sale(server.url, "event", EVENTS[-1], SEATS_OF_EACH)
        events = [f"event-{number}" for number in range(EVENTS[-1])]
        await let_another_hold(server.url, events, [f"S{SEATS_OF_EACH - 1}"])
        yield Growth(
            name="a hold as events grow",
            subject_name=f"POST holds of 3 seats, one connection, events of {SEATS_OF_EACH} seats in turn",
            unit="events",
            sizes=tuple(_size(server, events, "event-%d", events, IN_A_SMALL_HOUSE) for events in EVENTS),
        )


@contextmanager
def _serving() -> Iterator[Server]:
    need_wrk()
    with tempfile.TemporaryDirectory(prefix="frontrow-bench-") as folder:
        settings = {"FRONTROW_DATA_DIR": str(Path(folder) / "data"), "FRONTROW_RATE_LIMIT_ENABLED": "false"}
        with frontrow_serving(settings) as server:
            yield server


def _size(server: Server, size: int, event_id: str, events: int, stretches: Stretches) -> Size:
    load = load_of(server.url, holds_path(event_id), events, stretches, connections=1)

    async def measure() -> Load:
        return await all_granted(server, load)

    return Size(size, measure)
