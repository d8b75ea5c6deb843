"""What one process takes that serves 100 events of 10,000 seats each, all of them looked at.

Every event has a drawing of its own: the most there is to keep. A process publishes them, and another one, started on
the same data, is what is measured: so nothing counts that only publishing needs.
"""

import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

import httpx

from benchmarks.scenario import Bound, Bounded
from benchmarks.serving import Server, all_of, frontrow_serving, put_on_sale

EVENTS = 100
SEATS = 10_000
_MIB = 1 << 20


@asynccontextmanager
async def of_100_events() -> AsyncIterator[Bounded]:
    """EVENTS events on EVENTS drawings."""
    with tempfile.TemporaryDirectory(prefix="frontrow-bench-") as folder:
        settings = {"FRONTROW_DATA_DIR": folder, "FRONTROW_RATE_LIMIT_ENABLED": "false"}
        with frontrow_serving(settings) as server:
            for event in range(EVENTS):
                await put_on_sale(server.url, _name(event), SEATS)
        yield Bounded(
            name=f"memory of {EVENTS} events",
            subject_name=f"one process that follows {EVENTS} events of {SEATS:,} seats, a drawing each",
            bounds=(Bound("resident memory", "MiB", 400.0), Bound("of it, when it had started", "MiB", 150.0)),
            measure=partial(_measure, settings),
            rounds_max=1,
        )


async def _measure(settings: dict[str, str]) -> Sequence[float]:
    with frontrow_serving(settings) as server:
        started = _resident_mib(server)
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as anyone:
            for _ in range(2):  # the second time all of them at once, as they are kept
                await all_of(_look(anyone, event) for event in range(EVENTS))
        return _resident_mib(server), started


async def _look(anyone: httpx.AsyncClient, event: int) -> None:
    answer = (await anyone.get(f"/api/v1/events/{_name(event)}/seat-states")).raise_for_status()
    assert answer.json()["states"] == "a" * SEATS


def _name(event: int) -> str:
    return f"event-{event}"


def _resident_mib(server: Server) -> float:
    return float(server.process.memory_info().rss) / _MIB
