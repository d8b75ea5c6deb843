"""Liveness and readiness: whether this process runs, and whether its stores answer."""

import asyncio
from enum import StrEnum
from time import perf_counter_ns
from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.http.operation import Access, Answer, Call, Example, NoBody, NoQuery, Operation, declared
from frontrow.http.problems import Problem
from frontrow.http.services import Probe, Services

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


class Readiness(msgspec.Struct, frozen=True):
    """`ready` when every store answers. With a store down some requests still succeed: reads of known events go on
    without the hold store, holds without the ledger."""

    status: str
    stores: dict[str, StoreHealth]


async def live(_services: Services, _call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """Answer as long as the event loop turns."""
    return Answer(body=Alive())


async def ready(services: Services, _call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """Ask every store at once, each for at most PROBE_SECONDS_MAX."""
    names = list(services.probes)
    states = await asyncio.gather(*(_health(services.probes[name]) for name in names))
    stores = dict(zip(names, states, strict=True))
    is_ready = all(health.state is StoreState.UP for health in states)
    body = Readiness(status="ready" if is_ready else "not_ready", stores=stores)
    return Answer(body=body) if is_ready else Answer(body=body, status=503, headers=(("retry-after", "1"),))


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
        summary="Whether every store answers; 503 with the same body when one does not",
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
            )
        ),
    ),
)
