"""A primary that sentinels name: found, found again, and what its failover loses with and without asking replicas."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import count

import pytest

from frontrow.adapters.redis.client import Replicas, connect
from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.hold import HoldAcquired, HoldReleased
from frontrow.domain.ids import EventId, HoldId, SeatId, UserId
from tests.support.eventually import eventually
from tests.support.house import seats
from tests.support.slow_line import SlowLine, slow_line
from tests.support.valkey_replicated import ValkeyReplicated, running_replicated

EVENT = EventId("gala")
LAG_S = 0.3
HOLDS = 40
SECONDS_MAX = 60.0
FOLLOWED_S_MAX = 3.0
"""After the sentinels have named a new primary: half a second on an idle machine, where the old one has ten."""


@pytest.fixture(scope="module")
def _servers() -> Iterator[ValkeyReplicated]:
    with running_replicated() as servers:
        yield servers


@pytest.fixture
def replicated(_servers: ValkeyReplicated) -> ValkeyReplicated:
    """A primary and a replica that follows it, whichever they are after other tests' failovers, with nothing held."""
    _servers.wait_until_whole()
    _servers.primary().raw.flushall()
    _servers.wait_until_caught_up()
    return _servers


@asynccontextmanager
async def a_store(url: str, replicas: Replicas | None = None) -> AsyncIterator[ValkeyHoldStore]:
    client = connect(url)
    try:
        yield ValkeyHoldStore(client, replicas=replicas)
    finally:
        await client.close()


async def acquire(store: ValkeyHoldStore, seat: str, *, key: str | None = None) -> HoldAcquired:
    outcome = await store.acquire(
        EVENT,
        hold_id=HoldId(f"1-{seat}" if key is None else f"1-{seat}-{asyncio.get_running_loop().time()}"),
        user_id=UserId("ann"),
        seat_ids=seats(seat),
        table_ids=[],
        table_of_seat={},
        ttl_ms=600_000,
        lifetime_max_ms=7_200_000,
        seats_per_user_max=None,
        answer_key=key,
        fingerprint="" if key is None else "the same",
    )
    assert isinstance(outcome, HoldAcquired), outcome
    return outcome


async def held_seats(store: ValkeyHoldStore) -> set[SeatId]:
    return {pair.seat_id for _, pairs in await store.user_seats([EVENT], UserId("ann")) for pair in pairs}


async def answers(store: ValkeyHoldStore) -> bool:
    try:
        await store.ping()
    except StoreUnavailable:
        return False
    return True


async def test_the_primary_is_found_again_after_each_failover_with_every_hold(replicated: ValkeyReplicated) -> None:
    async with a_store(replicated.url, Replicas(1, 1_000)) as store:
        await store.warm(EVENT, [])
        await acquire(store, "A1")
        first = replicated.primary()
        await asyncio.to_thread(replicated.failover)
        await eventually(lambda: answers(store), "the new primary answers", seconds_max=SECONDS_MAX)
        assert await held_seats(store) == {"A1"}
        await asyncio.to_thread(replicated.wait_until_whole)
        await acquire(store, "A2")
        assert replicated.primary() is not first


async def test_a_hold_that_no_replica_has_in_time_is_not_granted_and_is_found_by_its_id(
    replicated: ValkeyReplicated,
) -> None:
    async with a_store(replicated.url, Replicas(1, 50)) as store:
        await store.warm(EVENT, [])
        replica = replicated.replica()
        replica.stop()
        try:
            with pytest.raises(StoreUnavailable, match="0 of 1 replicas had it within 50 ms"):
                await acquire(store, "B1")
            released = await store.release(EVENT, hold_id=HoldId("1-B1"), user_id=UserId("ann"))
            assert isinstance(released, HoldReleased)
        finally:
            replica.resume()


async def test_a_hold_that_is_asked_for_again_by_its_key_is_not_granted_before_replicas_have_it(
    replicated: ValkeyReplicated,
) -> None:
    async with a_store(replicated.url, Replicas(1, 50)) as store:
        await store.warm(EVENT, [])
        replica = replicated.replica()
        replica.stop()
        try:
            for _ in range(2):
                with pytest.raises(StoreUnavailable, match="0 of 1 replicas"):
                    await acquire(store, "C1", key="a key")
        finally:
            replica.resume()

        async def granted() -> bool:
            try:
                return (await acquire(store, "C1", key="a key")).replayed
            except StoreUnavailable:
                return False

        await eventually(granted, "the same hold, once the replica has it", seconds_max=SECONDS_MAX)


async def test_a_failover_that_was_ordered_is_followed_though_the_old_primary_goes_on_granting(
    replicated: ValkeyReplicated,
) -> None:
    client = connect(replicated.url)
    store = ValkeyHoldStore(client)
    granted: dict[str, float] = {}
    now_s = asyncio.get_running_loop().time
    await store.warm(EVENT, [])
    feed = asyncio.ensure_future(client.read_streams({"nothing": "$"}, count=1, block_ms=600_000))
    named_at_s = float("inf")

    async def hold_on(row: str) -> None:
        for number in count():
            with suppress(StoreUnavailable):
                await acquire(store, f"{row}{number}")
                granted[f"{row}{number}"] = now_s()
                if now_s() > named_at_s + FOLLOWED_S_MAX + 1:
                    return

    async with asyncio.TaskGroup() as tasks:
        for row in ("E", "F", "G"):
            tasks.create_task(hold_on(row))
        await asyncio.to_thread(replicated.failover)
        named_at_s = now_s()
    answer = (await asyncio.wait_for(feed, SECONDS_MAX))["nothing"]
    held = await held_seats(store)
    await client.close()
    assert isinstance(answer, StoreUnavailable), answer
    late = {seat for seat, at_s in granted.items() if at_s > named_at_s + FOLLOWED_S_MAX}
    assert late
    assert late <= held
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def lost_by_a_failover(replicas: Replicas | None) -> tuple[int, int]:
    """Holds granted and lost where the primary dies while its replica is LAG_S behind."""
    with slow_line() as line, running_replicated(route=lambda primary: _through(line, primary.port)) as servers:
        async with a_store(servers.url, replicas) as store:
            await store.warm(EVENT, [])
            await asyncio.to_thread(servers.wait_until_caught_up)
            line.delay_s = LAG_S
            wanted = [f"D{number}" for number in range(HOLDS)]
            outcomes = await asyncio.gather(*(acquire(store, seat) for seat in wanted), return_exceptions=True)
            granted = {
                seat for seat, outcome in zip(wanted, outcomes, strict=True) if isinstance(outcome, HoldAcquired)
            }
            before = servers.primary()
            line.cut()
            before.kill()
            await asyncio.to_thread(servers.wait_until_taken_over, before)
            await eventually(lambda: answers(store), "the new primary answers", seconds_max=SECONDS_MAX)
            return len(granted), len(granted - await held_seats(store))


def _through(line: SlowLine, port: int) -> int:
    line.to_port = port
    return line.port


async def test_with_replicas_asked_a_failover_loses_no_granted_hold() -> None:
    granted, lost = await lost_by_a_failover(Replicas(1, 1_000))
    assert granted == HOLDS
    assert lost == 0


async def test_without_asking_a_failover_loses_granted_holds() -> None:
    granted, lost = await lost_by_a_failover(None)
    assert granted == HOLDS
    assert lost > 0
