"""The memory of every primary of the store, by its address."""

from frontrow.adapters.redis.memory import ONLY_SERVER, memory_of
from tests.support.store_on_valkey import StoreOnValkey
from tests.support.valkey import ValkeyServer
from tests.support.valkey_cluster import ValkeyCluster


async def test_every_primary_of_a_cluster_says_its_own(cluster: ValkeyCluster) -> None:
    store = StoreOnValkey.of(cluster)
    found = await memory_of(store.client)
    await store.client.close()
    assert len({server.server for server in found}) == 3
    assert all(server.used_bytes > 100_000 and server.max_bytes == 0 for server in found)


async def test_a_server_that_is_the_only_one_needs_no_name(valkey: ValkeyServer) -> None:
    store = StoreOnValkey.of(valkey)
    found = await memory_of(store.client)
    await store.client.close()
    assert [server.server for server in found] == [ONLY_SERVER]
