"""How much memory the servers of the store use, and may use."""

import msgspec

from frontrow.adapters.redis.client import StoreClient
from frontrow.adapters.redis.info import info_fields
from frontrow.domain.errors import StoreUnavailable

ONLY_SERVER = "(only)"


class ServerMemory(msgspec.Struct, frozen=True):
    """A server by its address, or ONLY_SERVER; `max_bytes` is 0 where it has no limit."""

    server: str
    used_bytes: int
    max_bytes: int


async def memory_of(client: StoreClient) -> list[ServerMemory]:
    """The memory of every primary.

    Raises:
        StoreUnavailable: one of them does not answer.
    """
    found = []
    for server, reply in (await client.execute_on_all(("INFO", "memory"))).items():
        if isinstance(reply, StoreUnavailable):
            raise reply
        info = info_fields(reply)
        found.append(
            ServerMemory(server or ONLY_SERVER, int(info.get("used_memory", "0")), int(info.get("maxmemory", "0")))
        )
    return found
