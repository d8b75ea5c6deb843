"""What rate limits cost: the same calls to a server with them and to one without.

The limits are set so high that nobody reaches them: every call is counted twice (address and user) and none refused.
Measured in calls per second of the server's own processor time, which other load on the machine disturbs little: what
limits cost is a few microseconds of it.
"""

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import msgspec

from benchmarks.hold_script import IN_A_LARGE_HOUSE
from benchmarks.holds import load_of
from benchmarks.load_generator import CONNECTIONS, all_granted, need_wrk, wrk
from benchmarks.scenario import Load, Scenario
from benchmarks.serving import Server, frontrow_serving, holds_path, put_on_sale
from frontrow.adapters.redis.embedded import EmbeddedValkey

_OUT_OF_REACH = {
    "FRONTROW_RATE_LIMIT_USER_HOLDS_PER_MINUTE": "1000000",
    "FRONTROW_RATE_LIMIT_USER_CALLS_PER_MINUTE": "1000000",
    "FRONTROW_RATE_LIMIT_ADDRESS_HOLDS_PER_MINUTE": "1000000",
    "FRONTROW_RATE_LIMIT_ADDRESS_CALLS_PER_MINUTE": "1000000",
}


@asynccontextmanager
async def in_memory() -> AsyncIterator[Scenario]:
    """Holds, each server with a store of its own."""
    with ExitStack() as stack:
        without, limited = await _servers(stack, shared=False)
        yield _holds("holds with limits in memory", without, limited)


@asynccontextmanager
async def shared() -> AsyncIterator[Scenario]:
    """Holds, both servers on one Valkey that other processes might share, and counts of calls with it."""
    with ExitStack() as stack:
        without, limited = await _servers(stack, shared=True)
        yield _holds("holds with limits through Valkey", without, limited)


@asynccontextmanager
async def on_polls() -> AsyncIterator[Scenario]:
    """The cheapest call there is, where limits weigh most: a seat map's poll answered 304, without a token."""
    with ExitStack() as stack:
        without, limited = await _servers(stack, shared=True)
        yield Scenario(
            name="rate limits on polls",
            floor_name="limits off",
            subject_name=f"GET seat-states, 304, {CONNECTIONS} connections",
            aim=0.9,
            floor=lambda: _per_cpu_s(without, lambda: _polls(without.url, "without")),
            subject=lambda: _per_cpu_s(limited, lambda: _polls(limited.url, "limited")),
        )


async def _servers(stack: ExitStack, *, shared: bool) -> tuple[Server, Server]:
    """One server without limits, selling the event `without`, and one with, selling `limited`."""
    need_wrk()
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="frontrow-bench-")))
    store = {"FRONTROW_REDIS_URL": stack.enter_context(EmbeddedValkey(folder)).url} if shared else {}
    off, on = {"FRONTROW_RATE_LIMIT_ENABLED": "false"}, {"FRONTROW_RATE_LIMIT_ENABLED": "true", **_OUT_OF_REACH}
    servers = []
    for event_id, settings in (("without", off), ("limited", on)):
        own = {"FRONTROW_DATA_DIR": str(folder / event_id)}
        server = stack.enter_context(frontrow_serving({**own, **store, **settings}))
        await put_on_sale(server.url, event_id)
        servers.append(server)
    return servers[0], servers[1]


def _holds(name: str, without: Server, limited: Server) -> Scenario:
    loads = {
        server: load_of(server.url, holds_path(event_id), 1, IN_A_LARGE_HOUSE)
        for server, event_id in ((without, "without"), (limited, "limited"))
    }
    return Scenario(
        name=name,
        floor_name="limits off",
        subject_name=f"POST holds, {CONNECTIONS} connections",
        aim=0.9,
        floor=lambda: _per_cpu_s(without, loads[without]),
        subject=lambda: _per_cpu_s(limited, loads[limited]),
    )


def _polls(url: str, event_id: str) -> Load:
    return wrk("-H", "If-None-Match: *", url=f"{url}/api/v1/events/{event_id}/seat-states")


async def _per_cpu_s(server: Server, load: Callable[[], Load]) -> Load:
    done = await all_granted(server, load)
    assert done.cpu_us is not None
    return msgspec.structs.replace(done, per_s=1e6 / done.cpu_us)
