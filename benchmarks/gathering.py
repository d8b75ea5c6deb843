"""Holds per second through the gathering client, against one pipelining connection of the store's own benchmark tool.

The tool sends one command again and again: the same user takes the same three seats for a new hold each time, by the
very same script. Other users and seats would cost the server up to a fifth more, so the floor is on the strict side.
"""

import asyncio
import re
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import redis

from benchmarks.hold_script import (
    LIFETIME_MAX_MS,
    SEATS_PER_HOLD,
    SEATS_PER_USER_MAX,
    TTL_MS,
    USERS,
    holds_per_second,
    turns,
)
from benchmarks.scenario import Scenario
from frontrow.adapters.redis import keys
from frontrow.adapters.redis.client import connect
from frontrow.adapters.redis.embedded import EmbeddedValkey
from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.adapters.redis.scripts import ACQUIRE_HOLD
from frontrow.domain.ids import EventId

PIPELINE = 64
HOLDS_PER_ROUND = 320 * PIPELINE
"""The tool sends whole pipelines."""
_NUMBERS, _NUMBERS_TWICE_MAX = 2**31 - 1, 10
"""A hold id that comes twice is answered as the hold that it made."""
_TOOLS = ("valkey-benchmark", "redis-benchmark")
_EVENT, _FLOOR_EVENT = EventId("bench"), EventId("floor")


@asynccontextmanager
async def opened() -> AsyncIterator[Scenario]:
    """Both sides use one embedded Valkey, each an event of its own. Needs one of _TOOLS on PATH."""
    tool = next(filter(None, map(shutil.which, _TOOLS)), None)
    if tool is None:
        raise SystemExit(f"this scenario needs {' or '.join(_TOOLS)} (Debian: apt-get install redis-tools)")
    with tempfile.TemporaryDirectory(prefix="frontrow-bench-") as folder, EmbeddedValkey(Path(folder)) as server:
        client = connect(server.url)
        store = ValkeyHoldStore(client)
        await store.warm(_EVENT, [])
        await store.warm(_FLOOR_EVENT, [])
        plain = redis.Redis.from_url(server.url)
        plain.script_load(ACQUIRE_HOLD.source)
        command = [tool, "-s", server.url.removeprefix("unix://"), "-c", "1", "-P", str(PIPELINE), "--csv"]
        try:
            yield Scenario(
                name="gathered calls",
                floor_name=f"{Path(tool).name}, one connection, pipelines of {PIPELINE}",
                subject_name=f"the gathering client, {USERS} callers",
                aim=0.6,
                floor=lambda: asyncio.to_thread(_by_the_tool, command, plain),
                subject=lambda: holds_per_second(store, _EVENT, HOLDS_PER_ROUND),
            )
        finally:
            plain.close()
            await client.close()


def _by_the_tool(command: Sequence[str], plain: redis.Redis) -> float:
    before = _holds_ever(plain)
    numbers = ["-n", str(HOLDS_PER_ROUND), "-r", str(_NUMBERS)]
    done = subprocess.run([*command, *numbers, *_one_hold()], capture_output=True, text=True, check=True)
    granted = _holds_ever(plain) - before
    assert granted >= HOLDS_PER_ROUND - _NUMBERS_TWICE_MAX, (
        f"{granted} of {HOLDS_PER_ROUND} holds were granted: {done.stdout}"
    )
    found = re.search(r'","([\d.]+)",', done.stdout)
    assert found is not None, done.stdout
    return float(found[1])


def _holds_ever(plain: redis.Redis) -> int:
    """Entries ever added to the floor event's feed: one for each hold granted."""
    feed: dict[str, int] = plain.xinfo_stream(keys.seat_changes(_FLOOR_EVENT))
    return feed["entries-added"]


def _one_hold() -> list[str]:
    """The tool puts another number in the place of __rand_int__ each time."""
    (_, seats), user, hold_id = next(turns()), "user-0", "1-__rand_int__"
    names = [
        keys.event_epoch(_FLOOR_EVENT),
        keys.sold_seats(_FLOOR_EVENT),
        keys.held_seats(_FLOOR_EVENT),
        keys.booking_marks(_FLOOR_EVENT),
        keys.seat_changes(_FLOOR_EVENT),
        keys.user_seats(_FLOOR_EVENT, user),
        keys.hold(_FLOOR_EVENT, hold_id),
        *(keys.seat_lock(_FLOOR_EVENT, seat) for seat in seats),
    ]
    limits = map(str, (TTL_MS, LIFETIME_MAX_MS, SEATS_PER_USER_MAX))
    arguments = [user, hold_id, *limits, "0", "", "tag", str(SEATS_PER_HOLD), "0", "0", *seats]
    return ["EVALSHA", ACQUIRE_HOLD.sha, str(len(names)), *names, *arguments]
