"""Liveness and readiness: whether this process runs, whether its stores answer, and whether it sweeps in time."""

import asyncio
from enum import StrEnum
from time import perf_counter_ns
from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.http.fields import Time, time_text
from frontrow.http.operation import Access, Answer, Call, Example, NoBody, NoQuery, Operation, declared
from frontrow.http.problems import Problem
from frontrow.http.services import Probe, Services
from frontrow.services.sweeping import SweepFigures

PROBE_SECONDS_MAX = 2.0
_NS_PER_MS = 1_000_000


class Alive(msgspec.Struct, frozen=True):
    """The process runs."""

    status: str = "alive"


class StoreState(StrEnum):
    """Whether a store answers."""

    UP = "up"
    DOWN = "down"


class StoreHealth(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One store, asked just now."""

    state: StoreState
    took_ms: Annotated[float, Meta(description="how long the answer took, milliseconds")]


class SweepState(StrEnum):
    """Whether holds that ran out are taken off the map in time."""

    UP = "up"
    DEGRADED = "degraded"


class SweepHealth(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """This process's sweeping of holds that ran out, counted since its start."""

    state: SweepState
    lag_ms: Annotated[int, Meta(description="how long the oldest known expiry has been waiting, milliseconds")]
    swept_seats: int
    failures: Annotated[int, Meta(description="sweeps that failed; each is tried again")]
    failing_events: Annotated[int, Meta(description="events whose sweep fails now")]
    last_pass_at: Annotated[Time, Meta(description="when something last ran out and was swept")] | None = None
    last_failure_at: Time | None = None


class Readiness(msgspec.Struct, frozen=True):
    """`ready` when every store answers; `degraded`, with 200 as well, while holds that ran out stay on the map too long
    (seats can be held all the same); `draining`, with 503, while the process is about to stop and still serves
    everything; else `not_ready`, with 503.

    With a store down some requests still succeed: reads of known events go on without the hold store, holds without the
    ledger.
    """

    status: str
    stores: dict[str, StoreHealth]
    sweep: SweepHealth


async def live(_services: Services, _call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """Answer as long as the event loop turns."""
    return Answer(body=Alive())


async def ready(services: Services, _call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """Ask every store at once, each for at most PROBE_SECONDS_MAX."""
    names = list(services.probes)
    states = await asyncio.gather(*(_health(services.probes[name]) for name in names))
    stores = dict(zip(names, states, strict=True))
    sweep = _sweep_health(services.sweep_figures())
    if services.draining.has_begun:
        status = "draining"
    elif any(health.state is StoreState.DOWN for health in states):
        status = "not_ready"
    else:
        status = "ready" if sweep.state is SweepState.UP else "degraded"
    body = Readiness(status=status, stores=stores, sweep=sweep)
    if status in ("ready", "degraded"):
        return Answer(body=body)
    return Answer(body=body, status=503, headers=(("retry-after", "1"),))


def _sweep_health(figures: SweepFigures) -> SweepHealth:
    passed_ms, failed_ms = figures.last_pass_at_ms, figures.last_failure_at_ms
    return SweepHealth(
        state=SweepState.DEGRADED if figures.is_degraded else SweepState.UP,
        lag_ms=figures.lag_ms,
        swept_seats=figures.swept_seats,
        failures=figures.failures,
        failing_events=figures.failing_events,
        last_pass_at=None if passed_ms is None else time_text(passed_ms),
        last_failure_at=None if failed_ms is None else time_text(failed_ms),
    )


async def _health(probe: Probe) -> StoreHealth:
    started_ns = perf_counter_ns()
    state = StoreState.UP
    try:
        async with asyncio.timeout(PROBE_SECONDS_MAX):
            await probe()
    except (StoreUnavailable, LedgerUnavailable, TimeoutError, OSError):
        state = StoreState.DOWN
    return StoreHealth(state=state, took_ms=round((perf_counter_ns() - started_ns) / _NS_PER_MS, 3))


OPERATIONS = declared(
    Operation(
        name="getLiveness",
        method="GET",
        path="/health/live",
        summary="Whether the process runs",
        tag="Health",
        access=Access.PUBLIC,
        counts_as="none",
        handler=live,
        body=NoBody,
        query=NoQuery,
        answer=Alive,
        example=Example(answer=Alive()),
    ),
    Operation(
        name="getReadiness",
        method="GET",
        path="/health/ready",
        summary="Whether every store answers and the process is to stay, else 503; and how the sweeping goes",
        tag="Health",
        access=Access.PUBLIC,
        counts_as="none",
        handler=ready,
        body=NoBody,
        query=NoQuery,
        answer=Readiness,
        also=(503,),
        example=Example(
            answer=Readiness(
                status="ready",
                stores={
                    "holdStore": StoreHealth(state=StoreState.UP, took_ms=0.2),
                    "ledger": StoreHealth(state=StoreState.UP, took_ms=0.4),
                },
                sweep=SweepHealth(
                    state=SweepState.UP,
                    lag_ms=0,
                    swept_seats=1_204,
                    failures=0,
                    failing_events=0,
                    last_pass_at="2026-02-20T12:00:00.021Z",
                ),
            )
        ),
    ),
)
