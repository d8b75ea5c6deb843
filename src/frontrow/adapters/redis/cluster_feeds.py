"""Waiting for the change feeds of a cluster: one connection to each node that has feeds which are followed.

Where one node is lost the feeds of the others go on, and nobody waits for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from frontrow.adapters.redis.gathering import Answer
from frontrow.adapters.redis.store_url import Address
from frontrow.adapters.redis.stream_tail import StreamTail

POLL_S = 0.05
"""Between two reads of streams whose node does not tell when they change: they are moving, or it is lost."""

PAUSE_S_MAX = 1.0
"""Between two attempts to have a node tell that goes on refusing: a slot may be on its way for hours."""

Entries = dict[str, Answer]
"""By the stream's name: its new entries, or why there is no answer."""


class ClusterFeeds:
    """The streams that one reader follows, wherever they are; one call at a time.

    Args:
        connection_to: connections of protocol 3.
        read_now: what the streams have now, asked for wherever they have moved to.
        look_soon: called where a node does not tell what it should.
    """

    def __init__(
        self,
        connection_to: Callable[[Address], AbstractConnection],
        *,
        read_now: Callable[[Mapping[str, str], int], Awaitable[Entries]],
        look_soon: Callable[[], None],
        timeout_s: float,
    ) -> None:
        self._connection_to = connection_to
        self._read_now = read_now
        self._look_soon = look_soon
        self._timeout_s = timeout_s
        self._tails: dict[Address, StreamTail] = {}
        self._waiting: dict[Address, asyncio.Task[Entries]] = {}
        self._lost: Entries = {}
        """Streams that are followed and that no node answers for, and why."""

    async def entries(
        self, streams: Mapping[str, str], place: Mapping[str, Address], *, count: int, block_s: float
    ) -> Entries:
        """Wait until a stream has entries after its id; nothing, or only what is lost, after `block_s`."""
        of_node: dict[Address, dict[str, str]] = {}
        for name, after in streams.items():
            of_node.setdefault(place[name], {})[name] = after
        for address in [address for address in self._waiting if address not in of_node]:
            self._waiting.pop(address).cancel()
        waiting = {address: await self._task_of(address, some, count) for address, some in of_node.items()}
        await asyncio.wait(waiting.values(), timeout=block_s, return_when=asyncio.FIRST_COMPLETED)
        self._lost = {name: why for name, why in self._lost.items() if name in streams}
        found = dict(self._lost)
        for address, task in waiting.items():
            if task.done():  # the others go on, and are waited for by the next call
                del self._waiting[address]
                found |= {name: answer for name, answer in task.result().items() if name in streams}
        return found

    async def close(self) -> None:
        """End every wait, and close the connections."""
        for task in self._waiting.values():
            task.cancel()
        await asyncio.gather(*self._waiting.values(), return_exceptions=True)
        for tail in self._tails.values():
            await tail.close()

    async def _task_of(self, address: Address, streams: Mapping[str, str], count: int) -> "asyncio.Task[Entries]":
        """What waits for one node's streams: the task under way, where it may go on with these."""
        tail = self._tails.get(address)
        if tail is None:
            tail = self._tails[address] = StreamTail(self._connection_to(address), timeout_s=self._timeout_s)
        task = self._waiting.get(address)
        if task is not None and not task.done() and tail.wanted != streams and not tail.is_exchanging:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            task = None
        tail.wanted = streams
        if task is None:
            task = self._waiting[address] = asyncio.create_task(self._entries_of(tail, count), name="ClusterFeeds")
        return task

    async def _entries_of(self, tail: StreamTail, count: int) -> Entries:
        """Wait for one node's streams. Where it does not tell, they are asked for, and it is to tell again once they
        were all answered for: polling goes on only while that fails."""
        loop = asyncio.get_running_loop()
        is_lost, tells_again_at_s, pause_s = False, loop.time(), POLL_S
        while True:
            if not is_lost and loop.time() >= tells_again_at_s:
                try:
                    found = await tail.entries(count=count)
                except (RedisError, OSError):
                    self._look_soon()
                    tells_again_at_s = loop.time() + pause_s
                    pause_s = min(2 * pause_s, PAUSE_S_MAX)
                else:
                    self._found_again(tail)
                    return found
            found = await self._read_now(tail.wanted, count)
            self._found_again(tail)
            is_lost = any(isinstance(answer, Exception) for answer in found.values())
            if not all(isinstance(answer, Exception) for answer in found.values()):
                return found
            self._lost |= found
            await asyncio.sleep(POLL_S)

    def _found_again(self, tail: StreamTail) -> None:
        for name in tail.wanted:
            self._lost.pop(name, None)
