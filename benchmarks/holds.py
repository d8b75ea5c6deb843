"""3-seat holds over HTTP, authenticated and validated, against a bare ASGI function that runs the same script.

On one event of 10,000 seats, on 1,000 events of 100 seats in turn, and on an event whose seats others hold.
"""

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from pathlib import Path

from benchmarks.hold_script import (
    IN_A_LARGE_HOUSE,
    IN_A_SMALL_HOUSE,
    SEATS,
    SEATS_PER_USER_MAX,
    Stretches,
    attempted,
)
from benchmarks.load_generator import CONNECTIONS, all_granted, all_refused, need_wrk, wrk
from benchmarks.scenario import Load, Scenario
from benchmarks.serving import (
    Server,
    bare_serving,
    frontrow_serving,
    holds_path,
    let_others_hold,
    put_many_on_sale,
    tokens_of_users,
)
from frontrow.adapters.redis.client import connect
from frontrow.adapters.redis.embedded import EmbeddedValkey
from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.bench.load_generator import HOLDS
from frontrow.domain.hold import HoldAcquired
from frontrow.domain.ids import EventId, SeatId

EVENTS, SEATS_OF_EACH = 1_000, 100
_EVENT, _FLOOR = "bench", "floor"
HOLDS_PATH, BARE_PATH = holds_path(f"{_EVENT}-%d"), "/"
"""Where 3 seats are held; %d is the event's number."""


def on_one_event() -> AbstractAsyncContextManager[Scenario]:
    """Nearly all granted, on 10,000 seats."""
    return _opened("holds on one event", 1, SEATS, IN_A_LARGE_HOUSE)


def on_1000_events() -> AbstractAsyncContextManager[Scenario]:
    """All granted, each on the next event."""
    return _opened("holds on 1,000 events", EVENTS, SEATS_OF_EACH, IN_A_SMALL_HOUSE)


def all_taken() -> AbstractAsyncContextManager[Scenario]:
    """All refused: others hold every seat of the event."""
    return _opened("holds refused", 1, SEATS, IN_A_LARGE_HOUSE, are_refused=True)


@asynccontextmanager
async def _opened(
    name: str, events: int, seat_count: int, stretches: Stretches, *, are_refused: bool = False
) -> AsyncIterator[Scenario]:
    async with both_serving(events, seat_count, are_refused=are_refused) as (bare, frontrow):
        load = load_of(frontrow.url, HOLDS_PATH, events, stretches)
        bare_load = load_of(bare.url, BARE_PATH, events, stretches)
        measured = all_refused if are_refused else all_granted
        yield Scenario(
            name=name,
            floor_name="bare ASGI, same script, no checks",
            subject_name=f"POST holds of 3 seats, {CONNECTIONS} connections",
            aim=0.7,
            floor=lambda: measured(bare, bare_load),
            subject=lambda: measured(frontrow, load),
            p99_at_most=3 if are_refused else None,
        )


@asynccontextmanager
async def both_serving(
    events: int, seat_count: int, *, are_refused: bool = False
) -> AsyncIterator[tuple[Server, Server]]:
    """The bare function, which holds at BARE_PATH, and Frontrow, which does at HOLDS_PATH: each one process, one
    embedded Valkey for both. Needs wrk on PATH.

    Args:
        are_refused: whether others hold every seat.
    """
    need_wrk()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="frontrow-bench-")))
        valkey = stack.enter_context(EmbeddedValkey(folder))
        seats = [f"S{number}" for number in range(seat_count)] if are_refused else []
        floor_events = [EventId(f"{_FLOOR}-{number}") for number in range(events)]
        await _warm(valkey.url, floor_events, list(map(SeatId, seats)))
        own = {"BENCH_REDIS_URL": valkey.url, "BENCH_EVENTS": ",".join(floor_events)}
        bare = stack.enter_context(bare_serving({**own, "BENCH_REFUSED": "1" if are_refused else "0"}))
        settings = {
            "FRONTROW_DATA_DIR": str(folder / "data"),
            "FRONTROW_REDIS_URL": valkey.url,
            "FRONTROW_RATE_LIMIT_ENABLED": "false",
        }
        frontrow = stack.enter_context(frontrow_serving(settings))
        await put_many_on_sale(frontrow.url, _EVENT, events, seat_count)
        if seats:
            await let_others_hold(frontrow.url, f"{_EVENT}-0", seats)
        yield bare, frontrow


def load_of(
    url: str, path: str, events: int, stretches: Stretches, *, connections: int = CONNECTIONS
) -> Callable[[], Load]:
    """Rounds of 3-seat holds by the stretches' users; %d in the path is the event's number."""
    arguments = holds_arguments(path, events, stretches)
    return lambda: wrk(url=url, script=HOLDS, arguments=arguments, connections=connections)


def holds_arguments(path: str, events: int, stretches: Stretches) -> list[str]:
    """Of the script `holds`, for these users."""
    return [path, str(events), str(stretches.apart), str(stretches.holds_each), *tokens_of_users(stretches.users)]


async def _warm(redis_url: str, events: list[EventId], seats_of_others: list[SeatId]) -> None:
    client = connect(redis_url)
    store = ValkeyHoldStore(client)
    for event_id in events:
        await store.warm(event_id, [])
        for first in range(0, len(seats_of_others), SEATS_PER_USER_MAX):
            taken = seats_of_others[first : first + SEATS_PER_USER_MAX]
            outcome = await attempted(store, event_id, f"holder-{first}", taken)
            assert isinstance(outcome, HoldAcquired), outcome
    await client.close()
