"""Which node of a cluster has which slots, as the cluster's nodes tell it."""

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from frontrow.adapters.redis.commands import packed
from frontrow.adapters.redis.gathering import Reply, make_ready, read_answer
from frontrow.adapters.redis.store_url import Address
from frontrow.domain.errors import StoreUnavailable

SLOTS = 16_384
LOOK_SECONDS_MAX = 0.5
"""A node that is not heard within it is passed over."""
ASKED_AT_ONCE = 3
"""Nodes that are asked together: one that hangs among them costs nothing."""


@dataclass(frozen=True, slots=True)
class ClusterMap:
    """`owners` has the primary of each slot, None where the cluster has none. `known` are all nodes, replicas too."""

    owners: Sequence[Address | None]
    known: frozenset[Address]


async def look_up(addresses: Iterable[Address], connection_to: Callable[[Address], AbstractConnection]) -> ClusterMap:
    """What the cluster says of itself: the first of these nodes that is well is believed, else any that answers.

    A node that is cut off from the others says `cluster_state:fail`; what it knows may be long past.

    Raises:
        StoreUnavailable: none of them answers.
    """
    shuffled = list(addresses)
    random.shuffle(shuffled)
    doubted: ClusterMap | None = None
    said = ""
    for first in range(0, len(shuffled), ASKED_AT_ONCE):
        asked = [
            asyncio.create_task(_told_by(address, connection_to(address)))
            for address in shuffled[first : first + ASKED_AT_ONCE]
        ]
        try:
            for told in asyncio.as_completed(asked):
                try:
                    is_well, found = await told
                except (RedisError, OSError, ValueError) as error:
                    said = str(error) or f"no answer within {LOOK_SECONDS_MAX:g} s"
                    continue
                if is_well:
                    return found
                doubted = found
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
    if doubted is None:
        raise StoreUnavailable(f"no node of the store's cluster answers: {said}", retry_after_s=2)
    return doubted


async def _told_by(address: Address, connection: AbstractConnection) -> tuple[bool, ClusterMap]:
    try:
        async with asyncio.timeout(LOOK_SECONDS_MAX):
            await make_ready(connection)
            await connection.send_packed_command([packed("CLUSTER", "INFO"), packed("CLUSTER", "SLOTS")])
            info, slots = await read_answer(connection), await read_answer(connection)
    finally:
        await connection.disconnect(nowait=True)
    if isinstance(info, Exception):
        raise info
    if isinstance(slots, Exception):
        raise slots
    return b"cluster_state:ok" in _bytes(info), _map_of(_list(slots), address[0])


def _map_of(ranges: list[Reply], asked_host: str) -> ClusterMap:
    """CLUSTER SLOTS: [first slot, last slot, primary, replica, ...], each node [host, port, id, ...]."""
    owners: list[Address | None] = [None] * SLOTS
    known: set[Address] = set()
    for entry in map(_list, ranges):
        first, last, *nodes = entry
        addresses = [_address(node, asked_host) for node in nodes]
        known.update(address for address in addresses if address is not None)
        owners[_int(first) : _int(last) + 1] = [addresses[0]] * (_int(last) + 1 - _int(first))
    if not known:
        raise ValueError("a node that belongs to no cluster, or to one without slots")
    return ClusterMap(owners, frozenset(known))


def _address(node: Reply, asked_host: str) -> Address | None:
    host, port, *_ = _list(node)
    name = _bytes(host).decode() if host is not None else ""
    if name == "?":  # it announces a name that it was not given yet
        return None
    return name or asked_host, _int(port)


def _list(reply: Reply) -> list[Reply]:
    if not isinstance(reply, list):
        raise ValueError(f"expected a list, got {reply!r}")  # noqa: TRY004  # a reply, not an argument
    return reply


def _int(reply: Reply) -> int:
    if not isinstance(reply, int):
        raise ValueError(f"expected an integer, got {reply!r}")  # noqa: TRY004  # as above
    return reply


def _bytes(reply: Reply) -> bytes:
    if not isinstance(reply, bytes):
        raise ValueError(f"expected a string, got {reply!r}")  # noqa: TRY004  # as above
    return reply
