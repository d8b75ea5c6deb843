"""The store's client on a real cluster: slots that move, nodes that go and come back, and what is asked again."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio.connection import AbstractConnection, Connection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from frontrow.adapters.clock import SystemClock
from frontrow.adapters.redis import keys
from frontrow.adapters.redis.client import StoreClient, connect
from frontrow.adapters.redis.cluster import Cluster, slot_of
from frontrow.adapters.redis.cluster_map import ASKED_AT_ONCE
from frontrow.adapters.redis.measures import StoreMeasures
from frontrow.adapters.redis.requirements import check_store, inspect_store
from frontrow.adapters.redis.seat_reads import read_clock_ms
from frontrow.adapters.redis.shared_rate_windows import SharedRateWindows
from frontrow.adapters.redis.store_url import Address
from frontrow.domain.changes import Position
from frontrow.domain.errors import ConfigurationError, StoreUnavailable
from frontrow.domain.hold import HoldAcquired
from frontrow.domain.ids import EventId
from tests.support.canned_server import canned_servers
from tests.support.cutting_line import cutting_line
from tests.support.eventually import eventually
from tests.support.fake_clock import FakeClock
from tests.support.store_on_valkey import EVENT, StoreOnValkey
from tests.support.valkey_cluster import ValkeyCluster
from tests.support.valkey_node import ValkeyNode

SECONDS_MAX = 60.0
EVENTS = [EventId(f"evening {number}") for number in range(12)]
SLOT = slot_of(keys.event_epoch(EVENT))


@pytest.fixture
async def store(cluster: ValkeyCluster) -> AsyncIterator[StoreOnValkey]:
    store = StoreOnValkey.of(cluster)
    yield store
    await store.client.close()


@pytest.fixture
async def event(store: StoreOnValkey) -> EventId:
    await store.warm(EVENT)
    await store.acquire("Z9")
    return EVENT


def held(outcomes: list[HoldAcquired | BaseException]) -> list[str]:
    """The seats of the holds that were granted; anything else fails."""
    granted: list[str] = []
    for outcome in outcomes:
        assert isinstance(outcome, HoldAcquired), outcome
        granted += outcome.seat_ids
    return sorted(granted)


def node_of(cluster: ValkeyCluster, event_id: EventId) -> ValkeyNode:
    return cluster.primary_of(keys.event_epoch(event_id))


async def test_calls_of_one_tick_leave_in_one_pipeline_for_each_node(store: StoreOnValkey) -> None:
    for event_id in EVENTS:
        await store.warm(event_id)
    calls, pipelines = store.client.calls_sent, store.client.pipelines_sent
    await asyncio.gather(*(store.acquire("A1", event_id=event_id) for event_id in EVENTS))
    unknown_scripts = store.client.calls_sent - calls - len(EVENTS)  # a node learns a script by its source
    assert unknown_scripts <= len(EVENTS)
    assert store.client.pipelines_sent - pipelines <= (3 if unknown_scripts == 0 else 6)
    calls, pipelines = store.client.calls_sent, store.client.pipelines_sent
    await asyncio.gather(*(store.acquire("A2", event_id=event_id) for event_id in EVENTS))
    assert (store.client.calls_sent - calls, store.client.pipelines_sent - pipelines) == (len(EVENTS), 3)


async def test_a_call_follows_its_slot_to_another_node_and_the_next_goes_there_at_once(
    store: StoreOnValkey, event: EventId, cluster: ValkeyCluster
) -> None:
    cluster.reshard(SLOT, cluster.other_primary(node_of(cluster, event)))
    await store.acquire("A1")
    sent = store.client.calls_sent
    await store.acquire("A2")
    assert store.client.calls_sent == sent + 1
    assert set((await store.map()).held) == {"Z9", "A1", "A2"}


async def test_holds_taken_while_their_slot_moves_wait_for_it_and_are_all_granted(
    store: StoreOnValkey, event: EventId, cluster: ValkeyCluster
) -> None:
    to = cluster.other_primary(node_of(cluster, event))
    cluster.begin_moving(SLOT, to)
    sent = store.client.calls_sent
    shoppers = [asyncio.create_task(store.acquire(f"B{number}")) for number in range(20)]
    await eventually(lambda: store.client.calls_sent > sent + 40, "all have been told to try again")
    await asyncio.to_thread(cluster.end_moving, SLOT, to)
    wanted = sorted(f"B{number}" for number in range(20))
    assert held(await asyncio.gather(*shoppers, return_exceptions=True)) == wanted
    assert node_of(cluster, event) is to
    assert sorted((await store.map()).held) == [*wanted, "Z9"]


async def test_a_hold_whose_slot_takes_too_long_is_refused_and_nothing_is_held(
    store: StoreOnValkey, event: EventId, cluster: ValkeyCluster
) -> None:
    to = cluster.other_primary(node_of(cluster, event))
    impatient = StoreOnValkey.over(connect(cluster.url, timeout_ms=1_000))
    cluster.begin_moving(SLOT, to)
    try:
        with pytest.raises(StoreUnavailable, match="moving the event to another node"):
            await impatient.acquire("C1")
    finally:
        await asyncio.to_thread(cluster.end_moving, SLOT, to)
        await impatient.client.close()
    assert set((await store.map()).held) == {"Z9"}


async def test_a_key_that_has_moved_ahead_of_its_slot_is_asked_for_where_it_is(
    store: StoreOnValkey, event: EventId, cluster: ValkeyCluster
) -> None:
    to = cluster.other_primary(node_of(cluster, event))
    cluster.begin_moving(SLOT, to)
    cluster.move_keys(SLOT, to)
    try:
        assert await store.client.execute(("EXISTS", keys.event_epoch(event))) == 1
        assert (await store.after(""))[-1].change.seats == ("Z9",)
    finally:
        cluster.end_moving(SLOT, to)


async def test_a_failover_by_hand_loses_nothing_and_costs_no_call(
    store: StoreOnValkey, event: EventId, broken_cluster: ValkeyCluster
) -> None:
    await asyncio.to_thread(broken_cluster.failover, node_of(broken_cluster, event))
    await store.acquire("D1")
    assert set((await store.map()).held) == {"Z9", "D1"}


@pytest.mark.parametrize("fault", ["kill", "stop"])
async def test_a_lost_primary_stops_its_own_events_until_its_replica_takes_over(
    broken_cluster: ValkeyCluster, fault: str
) -> None:
    store = StoreOnValkey.over(connect(broken_cluster.url, timeout_ms=2_000))
    at = {event_id: (await store.warm(event_id)).offset for event_id in EVENTS}
    lost = node_of(broken_cluster, EVENTS[0])
    its_own = {event_id for event_id in EVENTS if node_of(broken_cluster, event_id) is lost}
    others = [event_id for event_id in EVENTS if event_id not in its_own]
    if fault == "kill":
        lost.kill()
    else:
        lost.stop()
    with pytest.raises(StoreUnavailable):
        await store.acquire("E1", event_id=EVENTS[0])
    for number, event_id in enumerate(others):
        await store.acquire(f"F{number}", event_id=event_id)
    heads = await store.feed.heads(EVENTS)
    assert {event_id for event_id, head in heads.items() if isinstance(head, StoreUnavailable)} <= its_own
    assert all(isinstance(heads[event_id], Position) for event_id in others)
    told: set[EventId] = set()
    while not told >= set(others):  # no end of the others' feeds is kept back by the lost ones
        read = await store.feed.read_after(
            {event_id: at[event_id] for event_id in EVENTS if event_id not in told}, block_ms=1_000
        )
        told |= {event_id for event_id, entries in read.items() if isinstance(entries, list)}
    assert told == set(others)
    assert await read_clock_ms(store.client) > 0

    await asyncio.to_thread(broken_cluster.wait_until_taken_over, lost)

    async def granted() -> bool:
        try:
            await store.acquire("E2", event_id=EVENTS[0])
        except StoreUnavailable:
            return False
        return True

    await eventually(granted, "the replica grants holds", seconds_max=SECONDS_MAX)
    assert set(await store.feed.read_after({EVENTS[0]: at[EVENTS[0]]}, block_ms=10_000)) == {EVENTS[0]}
    await store.client.close()


async def test_a_call_that_was_executed_before_its_connection_was_cut_is_not_sent_again(cluster: ValkeyCluster) -> None:
    first = cluster.primary_of("n")
    then = cluster.other_primary(first)

    def move() -> None:  # where the call would go after a new look
        cluster.reshard(slot_of("n"), then)
        cluster.wait_until_whole()

    async with cutting_line(first.address, b"INCR", move) as line:
        measures = StoreMeasures()

        def connection_to(address: Address) -> AbstractConnection:
            host, port = line.address if address == first.address else address
            return Connection(host=host, port=port, protocol=2, retry=Retry(NoBackoff(), 0), driver_info=None)

        servers = Cluster(
            [first.address], connection_to, connection_to, timeout_s=SECONDS_MAX, connections_max=8, measures=measures
        )
        client = StoreClient(servers, measures=measures)
        await client.execute(("SET", "n", 0))
        with pytest.raises(StoreUnavailable, match="losed"):
            await client.execute(("INCR", "n"))
        assert line.cuts == 1
        assert await client.execute(("GET", "n")) == b"1"
        assert cluster.primary_of("n") is then
        await client.close()


async def test_a_slot_that_no_node_serves_is_unavailable(store: StoreOnValkey, cluster: ValkeyCluster) -> None:
    await store.client.execute(("GET", "n"))
    slot, owner = slot_of("n"), cluster.primary_of("n")
    for node in cluster.nodes:
        node.command("CLUSTER DELSLOTS", slot)
    try:
        with pytest.raises(StoreUnavailable, match="no node of the store's cluster serves"):
            await store.client.execute(("GET", "n"))
    finally:
        owner.command("CLUSTER ADDSLOTS", slot)
        await asyncio.to_thread(cluster.wait_until_whole)


async def test_a_cluster_of_which_nothing_answers_is_unavailable() -> None:
    client = connect("redis+cluster://127.0.0.1:1,127.0.0.1:2", timeout_ms=500)
    with pytest.raises(StoreUnavailable, match="no node of the store's cluster answers"):
        await client.execute(("GET", "n"))
    with pytest.raises(StoreUnavailable):
        await read_clock_ms(client)
    await client.close()


async def test_a_call_has_no_longer_than_its_time_while_nodes_are_looked_for_and_the_look_goes_on() -> None:
    async with canned_servers(*[None] * (4 * ASKED_AT_ONCE)) as silent:
        seeds = ",".join(f"{host}:{port}" for host, port in (server.address for server in silent))
        client = connect(f"redis+cluster://{seeds}", timeout_ms=100)
        with pytest.raises(StoreUnavailable, match=r"within 0\.1 s"):
            await client.execute(("GET", "n"))
        assert sum(server.connections for server in silent) <= ASKED_AT_ONCE
        await eventually(lambda: all(server.connections for server in silent), "each of them was asked")
        await client.close()


async def test_what_is_said_of_nodes_that_do_not_answer_is_how_long_they_were_waited_for() -> None:
    async with canned_servers(None) as [silent]:
        client = connect("redis+cluster://{}:{}".format(*silent.address), timeout_ms=10_000)
        with pytest.raises(StoreUnavailable, match=r"cluster answers: no answer within 0\.5 s"):
            await client.execute(("GET", "n"))
        await client.close()


async def test_a_feed_whose_connection_was_cut_is_told_of_again_and_not_polled(
    store: StoreOnValkey, event: EventId, cluster: ValkeyCluster
) -> None:
    node = node_of(cluster, event)

    def telling() -> set[str]:
        """Connections on which the node was asked to say what has changed."""
        return {str(it["id"]) for it in node.raw.client_list() if "t" in it["flags"]}

    before = telling()
    at = (await store.after(""))[-1].offset
    following = asyncio.create_task(store.feed.read_after({event: at}, block_ms=60_000))
    await eventually(lambda: len(telling() - before) == 1, "the feed is told of")
    [cut] = telling() - before
    node.command("CLIENT", "KILL", "ID", cut)
    await eventually(lambda: len(telling() - before - {cut}) == 1, "the feed is told of again")
    sent = store.client.calls_sent
    held = await store.acquire("A1")
    assert await following == {event: list(held.entries)}
    assert store.client.calls_sent == sent + 1


async def test_calls_are_counted_across_processes(store: StoreOnValkey) -> None:
    clock, counted = FakeClock(), "calls/user/john/120/1/minute"
    one, other = (SharedRateWindows(clock, store.client) for _ in range(2))
    assert all(one.acquire_sliding_window_entry(counted, 120, 60) for _ in range(5))
    await one.exchange()
    assert other.acquire_sliding_window_entry(counted, 120, 60)
    await other.exchange()
    assert other.get(counted) == 6


class TestRequirements:
    async def test_every_primary_is_looked_at(self, store: StoreOnValkey, cluster: ValkeyCluster) -> None:
        reports = await inspect_store(store.client, SystemClock())
        assert [report.address for report in reports] == sorted(f"127.0.0.1:{it.port}" for it in cluster.primaries())
        assert all(report.faults() == [] and report.replicas == 1 for report in reports)
        assert all("full-coverage" in warning for report in reports for warning in report.warnings())
        assert "asks for 2 replicas, and 1 are connected" in reports[0].warnings(replicas_wanted=2)[0]

    async def test_one_primary_that_evicts_is_enough_to_refuse(
        self, store: StoreOnValkey, cluster: ValkeyCluster
    ) -> None:
        node = cluster.primaries()[-1]
        node.raw.config_set("maxmemory-policy", "allkeys-lru")
        try:
            with pytest.raises(ConfigurationError, match=f"{node.port}: maxmemory-policy is allkeys-lru"):
                await check_store(store.client, SystemClock())
        finally:
            node.raw.config_set("maxmemory-policy", "noeviction")

    async def test_a_node_of_a_cluster_is_refused_as_a_single_server(self, cluster: ValkeyCluster) -> None:
        client: StoreClient = connect(cluster.nodes[0].url)
        with pytest.raises(ConfigurationError, match=r"must begin with redis\+cluster"):
            await check_store(client, SystemClock())
        await client.close()
