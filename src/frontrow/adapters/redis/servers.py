"""What is behind a store's URL: one server, or the nodes of a cluster (cluster.py)."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Protocol, cast

from frontrow.adapters.redis.commands import Argument, packed
from frontrow.adapters.redis.gathering import Answer, Replicas, Reply
from frontrow.adapters.redis.node import Node
from frontrow.adapters.redis.sentinels import Sentinels


class Servers(Protocol):
    """Where calls go. No method raises what a server or a connection says: that is the answer."""

    @property
    def nodes(self) -> Sequence[Node]:
        """Every server that calls were sent to and that is still known."""
        ...

    def ask(self, sent: bytes, key: Argument | None, replicas: Replicas | None = None) -> Awaitable[Answer]:
        """One packed command, to the server that has the key; without one to any primary. See Gathering.submit."""
        ...

    async def ask_all(self, sent: bytes, *, grace_s: float | None = None) -> Mapping[str, Answer]:
        """The command to every primary, by its address; after the first answer the others have `grace_s`."""
        ...

    async def read_streams(self, streams: Mapping[str, str], *, count: int, block_ms: int) -> Mapping[str, Answer]:
        """XREAD of many streams, each after its id, waiting up to `block_ms` for the first entry: the entries of each
        that has any, at most `count`, or why there is no answer for it."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


class OneServer:
    """A single server, or the primary that `sentinels` name."""

    def __init__(self, node: Node, sentinels: Sentinels | None = None) -> None:
        self.nodes = (node,)
        self._node = node
        self._sentinels = sentinels

    def ask(self, sent: bytes, key: Argument | None, replicas: Replicas | None = None) -> Awaitable[Answer]:
        return self._node.calls.submit(sent, replicas=replicas)

    async def ask_all(self, sent: bytes, *, grace_s: float | None = None) -> Mapping[str, Answer]:
        return {"": await self._node.calls.submit(sent)}

    async def read_streams(self, streams: Mapping[str, str], *, count: int, block_ms: int) -> Mapping[str, Answer]:
        wanted: tuple[Argument, ...] = ("STREAMS", *streams, *streams.values())
        if block_ms > 0:
            sent = packed("XREAD", "COUNT", count, "BLOCK", block_ms, *wanted)
            answer = await self._node.blocking(sent, block_s=block_ms / 1000)
        else:
            answer = await self._node.calls.submit(packed("XREAD", "COUNT", count, *wanted))
        if isinstance(answer, Exception):
            return dict.fromkeys(streams, answer)
        found = cast("list[tuple[bytes, Reply]]", answer or [])
        return {name.decode(): entries for name, entries in found}

    async def close(self) -> None:
        await self._node.close()
        if self._sentinels is not None:
            await self._sentinels.close()
