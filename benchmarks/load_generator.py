"""Requests by wrk: one round of them is a Load.

A round's percentiles are wrk's own, after its correction of what a stalled server kept it from sending.
"""

import asyncio
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from benchmarks.scenario import Load
from benchmarks.serving import Server

CONNECTIONS = 64
SECONDS_PER_ROUND = 4
LUA = Path(__file__).with_name("lua")
_MEASURED = re.compile(r"^measured (\d+) (\d+) (\d+) (\d+) (\d+)$", re.MULTILINE)


def need_wrk() -> None:
    """End here without the load generator."""
    if shutil.which("wrk") is None:
        raise SystemExit("this scenario needs wrk, an HTTP load generator: install it (Debian: apt-get install wrk)")


def wrk(
    *options: str,
    url: str,
    script: str = "done",
    arguments: Sequence[str] = (),
    connections: int = CONNECTIONS,
    seconds: int = SECONDS_PER_ROUND,
) -> Load:
    """One round of requests to this address.

    Args:
        options: of wrk itself, a header for example.
        script: which of lua/*.lua, with its arguments.
    """
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(LUA / f"{script}.lua"), *options, url]
    done = subprocess.run([*command, "--", *arguments], capture_output=True, text=True, check=True)
    found = _MEASURED.search(done.stdout)
    assert found and "Socket errors" not in done.stdout, f"not what wrk should say:\n{done.stdout}{done.stderr}"
    requests, took_us, p50_us, p99_us, refused = map(int, found.groups())
    return Load(
        requests=requests,
        per_s=1e6 * requests / took_us,
        p50_ms=p50_us / 1000,
        p99_ms=p99_us / 1000,
        refused=refused,
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
