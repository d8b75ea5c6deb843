"""Whole purchases per second over HTTP, a hold and its booking, against holds alone on the same server."""

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from benchmarks.hold_script import IN_A_LARGE_HOUSE, SEATS, USERS
from benchmarks.holds import load_of
from benchmarks.load_generator import CONNECTIONS, SECONDS_PER_ROUND, all_granted, need_wrk
from benchmarks.scenario import Load, Scenario
from benchmarks.serving import Server, frontrow_serving, holds_path, put_many_on_sale, put_on_sale, token
from frontrow.bench.load_generator import PURCHASES, run_wrk

_EVENT, _SALE = "bench", "sale"
_SALES_MAX = 60
_SEATS_PER_SALE = 30_000
"""More than a round can sell, at 2,500 purchases of three a second."""


@asynccontextmanager
async def opened() -> AsyncIterator[Scenario]:
    """One process with embedded stores: every booking is flushed to disk. Needs wrk on PATH."""
    need_wrk()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="frontrow-bench-")))
        settings = {"FRONTROW_DATA_DIR": str(folder), "FRONTROW_RATE_LIMIT_ENABLED": "false"}
        server = stack.enter_context(frontrow_serving(settings))
        await put_on_sale(server.url, _EVENT, SEATS)
        await put_many_on_sale(server.url, _SALE, _SALES_MAX, _SEATS_PER_SALE)
        sales = (f"{_SALE}-{number}" for number in itertools.count())
        holding = load_of(server.url, holds_path(_EVENT), 1, IN_A_LARGE_HOUSE)
        yield Scenario(
            name="whole purchases",
            floor_name="POST holds of 3 seats alone",
            subject_name=f"POST holds, then POST bookings by the integrator, {CONNECTIONS} connections",
            aim=0.4,
            floor=lambda: all_granted(server, holding),
            subject=lambda: _purchases(server, next(sales)),
        )


async def _purchases(server: Server, event_id: str) -> Load:
    """A round of them, each by a user whose seats nobody else wants; percentiles are those of single requests."""
    people = itertools.chain.from_iterable((token(user), user) for user in (f"user-{it}" for it in range(USERS)))
    arguments = (event_id, str(_SEATS_PER_SALE), "1", token("bench-shop", "integrator"), *people)
    before_s = server.cpu_s()
    run = await asyncio.to_thread(
        run_wrk, server.url, PURCHASES, *arguments, seconds=SECONDS_PER_ROUND, connections=CONNECTIONS
    )
    assert run.lost == 0 and run.refused == 0, f"{run.lost} lost, {run.refused} refused of {run.requests}"
    booked = run.counted["booked"]
    return Load(
        requests=booked,
        per_s=booked / (run.counted["sale_us"] / 1e6),
        p50_ms=run.percentile_ms(50),
        p99_ms=run.percentile_ms(99),
        cpu_us=1e6 * (server.cpu_s() - before_s) / booked,
    )
