"""Holds per second through the gathering client, against one connection that pipelines the very same script calls."""

import asyncio
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path

import hiredis
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

HOLDS_PER_ROUND = 20_000
PIPELINE = 64
_EVENT = EventId("bench")


@asynccontextmanager
async def opened() -> AsyncIterator[Scenario]:
    """Both sides use one embedded Valkey and one warm event."""
    with tempfile.TemporaryDirectory(prefix="frontrow-bench-") as folder, EmbeddedValkey(Path(folder)) as server:
        client = connect(server.url)
        store = ValkeyHoldStore(client)
        await store.warm(_EVENT, [])
        plain = redis.Redis.from_url(server.url)
        plain.script_load(ACQUIRE_HOLD.source)
        try:
            yield Scenario(
                name="script by pipeline",
                floor_name=f"one connection, pipelines of {PIPELINE}",
                subject_name=f"the gathering client, {USERS} callers",
                aim=0.6,
                floor=lambda: asyncio.to_thread(_pipelined, plain),
                subject=lambda: holds_per_second(store, _EVENT, HOLDS_PER_ROUND),
            )
        finally:
            plain.close()
            await client.close()


def _pipelined(plain: redis.Redis) -> float:
    batches = [_packed_batch() for _ in range(HOLDS_PER_ROUND // PIPELINE)]
    connection = plain.connection_pool.get_connection()
    started = time.perf_counter()
    for batch in batches:
        connection.send_packed_command([batch])  # type: ignore[no-untyped-call]
        for _ in range(PIPELINE):
            reply = connection.read_response()
            assert reply[0] == b"acquired", reply
    seconds = time.perf_counter() - started
    plain.connection_pool.release(connection)
    return len(batches) * PIPELINE / seconds


def _packed_batch() -> bytes:
    commands = (_command(user, seats) for user, seats in islice(turns(), PIPELINE))
    return b"".join(hiredis.pack_command(command) for command in commands)  # type: ignore[arg-type]  # a tuple of one


def _command(user: int, seats: Sequence[str]) -> tuple[str | int, ...]:
    hold_id, name = f"1-{secrets.token_urlsafe(16)}", f"user-{user}"
    names: tuple[str, ...] = (
        keys.event_epoch(_EVENT),
        keys.sold_seats(_EVENT),
        keys.held_seats(_EVENT),
        keys.booking_marks(_EVENT),
        keys.seat_changes(_EVENT),
        keys.user_seats(_EVENT, name),
        keys.hold(_EVENT, hold_id),
        *(keys.seat_lock(_EVENT, seat) for seat in seats),
    )
    limits = (TTL_MS, LIFETIME_MAX_MS, SEATS_PER_USER_MAX)
    head: tuple[str | int, ...] = ("EVALSHA", ACQUIRE_HOLD.sha, len(names), *names)
    return (*head, name, hold_id, *limits, "0", "", "tag", SEATS_PER_HOLD, 0, 0, *seats)
