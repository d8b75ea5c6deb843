"""Requests by wrk, as `frontrow bench` sends them: one round of them is a Load.

A round's percentiles are wrk's own, after its correction of what a stalled server kept it from sending.
"""

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from benchmarks.scenario import Load
from benchmarks.serving import Server
from frontrow.bench import load_generator
from frontrow.bench.load_generator import run_wrk

CONNECTIONS = load_generator.CONNECTIONS
SECONDS_PER_ROUND = 4


def need_wrk() -> None:
    """End here without the load generator."""
    try:
        load_generator.need_wrk()
    except load_generator.NoLoadGenerator as missing:
        raise SystemExit(str(missing)) from None


def wrk(
    *options: str,
    url: str,
    script: str = load_generator.PLAIN,
    arguments: Sequence[str] = (),
    connections: int = CONNECTIONS,
    seconds: int = SECONDS_PER_ROUND,
) -> Load:
    """One round of requests to this address.

    Args:
        options: of wrk itself, a header for example.
        script: which of frontrow/bench/lua/*.lua, with its arguments.
    """
    run = run_wrk(url, script, *arguments, seconds=seconds, connections=connections, options=options)
    assert run.lost == 0, f"{run.lost} connections were lost or silent"
    return Load(
        requests=run.requests,
        per_s=run.per_s,
        p50_ms=run.percentile_ms(50),
        p99_ms=run.percentile_ms(99),
        refused=run.refused,
    )


async def seen(server: Server, load: Callable[[], Load]) -> Load:
    """A round in a thread of its own, with what it cost the server."""
    before_s = server.cpu_s()
    done = await asyncio.to_thread(load)
    return msgspec.structs.replace(done, cpu_us=1e6 * (server.cpu_s() - before_s) / done.requests)


async def all_granted(server: Server, load: Callable[[], Load]) -> Load:
    """The same, where no request may be refused."""
    done = await seen(server, load)
    assert done.refused == 0, f"{done.refused} of {done.requests} requests were refused"
    return done


async def all_refused(server: Server, load: Callable[[], Load]) -> Load:
    """The same, where every request must be."""
    done = await seen(server, load)
    assert done.refused == done.requests, f"{done.refused} of {done.requests} requests were refused"
    return done
