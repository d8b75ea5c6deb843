"""A cluster: calls go to the node that has the key's slot, and follow it where it has moved.

The map of slots is asked for at the first call, and again whenever an answer shows that it is out of date. Calls that
were not executed are sent again until their time is up: MOVED and ASK say where to, TRYAGAIN that a slot is on its
way, CLUSTERDOWN and a connection that could not be opened that another node may have taken over. Whatever else
breaks a connection leaves its calls unanswered, as with one server: they may have happened.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from redis.asyncio.connection import AbstractConnection
from redis.crc import key_slot
from redis.exceptions import AskError, ClusterDownError, MovedError, ResponseError, TryAgainError

from frontrow.adapters.redis.cluster_feeds import ClusterFeeds
from frontrow.adapters.redis.cluster_map import ClusterMap, look_up
from frontrow.adapters.redis.commands import Argument, packed
from frontrow.adapters.redis.gathering import Answer, NotSent, Replicas, Reply
from frontrow.adapters.redis.measures import StoreMeasures
from frontrow.adapters.redis.node import Node
from frontrow.adapters.redis.store_url import Address
from frontrow.domain.errors import StoreUnavailable

PAUSE_S_MIN = 0.005
PAUSE_S_MAX = 0.1
"""Between two tries of a call whose slot is on its way: moving a slot takes milliseconds to seconds."""
REDIRECTIONS_AT_ONCE = 3
"""Redirections that are followed without a pause; more come of two nodes that each name the other."""
LOOKS_APART_S = 0.1
"""At least so long after the last look the cluster is asked again."""
_NOT_EXECUTED = (AskError, TryAgainError, ClusterDownError, NotSent)  # a MovedError is an AskError too


class Cluster:
    """Implements servers.Servers. Each node has its own connections, at most `connections_max` for gathered calls.

    Args:
        seeds: some of its nodes; the others are learnt from them.
        telling_connection_to: connections of protocol 3, on which servers say what has changed (cluster_feeds.py).
    """

    def __init__(
        self,
        seeds: Sequence[Address],
        connection_to: Callable[[Address], AbstractConnection],
        telling_connection_to: Callable[[Address], AbstractConnection],
        *,
        timeout_s: float,
        connections_max: int,
        measures: StoreMeasures,
    ) -> None:
        self._seeds = seeds
        self._connection_to = connection_to
        self._timeout_s = timeout_s
        self._connections_max = connections_max
        self._measures = measures
        self._owners: list[Address | None] = []
        self._known: frozenset[Address] = frozenset()
        self._nodes: dict[Address, Node] = {}
        self._feeds = ClusterFeeds(
            telling_connection_to, read_now=self._read_now, look_soon=self._look_soon, timeout_s=timeout_s
        )
        self._is_closed = False
        self._looking: asyncio.Task[None] | None = None
        self._failure: StoreUnavailable | None = None
        self._looked_at_s = float("-inf")
        self._letting_go: set[asyncio.Task[None]] = set()

    @property
    def nodes(self) -> Sequence[Node]:
        return list(self._nodes.values())

    @property
    def primaries(self) -> list[Address]:
        """The nodes that have slots, as it was last heard."""
        return list(dict.fromkeys(filter(None, self._owners)))

    async def ask(self, sent: bytes, key: Argument | None, replicas: Replicas | None = None) -> Answer:
        """As Servers.ask: asked again for as long as nothing was executed, looking for nodes included."""
        loop = asyncio.get_running_loop()
        deadline = self._deadline()
        slot = None if key is None else slot_of(key)
        try:
            known = self._owner(slot)
            address = known or await self._place(slot, deadline)
            # A gathered call has its own deadline, the same one where nobody had to look.
            async with asyncio.timeout_at(None if known else deadline):
                answer = await self._node(address).calls.submit(sent, replicas=replicas)
            redirections = 0
            while isinstance(answer, _NOT_EXECUTED) and loop.time() < deadline:
                is_asking = False
                match answer:
                    case MovedError():
                        address = self._moved(answer, address)
                    case AskError():
                        address, is_asking = _named(answer, address), True
                    case TryAgainError():
                        redirections += REDIRECTIONS_AT_ONCE
                        address = await self._place(slot, deadline)
                    case _:
                        asked_before = address
                        await self._look(deadline)
                        address = await self._place(slot, deadline)
                        if address == asked_before:
                            return answer
                redirections += 1
                if redirections > REDIRECTIONS_AT_ONCE:
                    pause_s = PAUSE_S_MIN * redirections / REDIRECTIONS_AT_ONCE
                    await asyncio.sleep(min(pause_s, PAUSE_S_MAX, max(0.0, deadline - loop.time())))
                    if loop.time() >= deadline:
                        return answer
                async with asyncio.timeout_at(deadline):
                    answer = await self._node(address).calls.submit(sent, is_asking=is_asking, replicas=replicas)
        except StoreUnavailable as error:
            return error
        except TimeoutError:
            answer = TimeoutError(f"no answer within {self._timeout_s:g} s")
        self._doubt(answer)
        return answer

    async def ask_all(self, sent: bytes, *, grace_s: float | None = None) -> Mapping[str, Answer]:
        try:
            await self._place(None, self._deadline())
        except StoreUnavailable as error:
            return {"": error}
        asked = {address: self._node(address).calls.submit(sent) for address in self.primaries}
        if grace_s is not None:
            await asyncio.wait(asked.values(), return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait(asked.values(), timeout=grace_s)
        answers: dict[str, Answer] = {}
        for (host, port), answer in asked.items():
            late = StoreUnavailable(f"{host}:{port} has not answered when others had")
            answers[f"{host}:{port}"] = told = answer.result() if answer.done() else late
            self._doubt(told)
        return answers

    async def read_streams(self, streams: Mapping[str, str], *, count: int, block_ms: int) -> Mapping[str, Answer]:
        deadline = self._deadline()
        try:
            place = {name: await self._place(slot_of(name), deadline) for name in streams}
        except StoreUnavailable as error:
            return dict.fromkeys(streams, error)
        if block_ms <= 0:
            return await self._read_now(streams, count)
        return await self._feeds.entries(streams, place, count=count, block_s=block_ms / 1000)

    async def close(self) -> None:
        self._is_closed = True
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        await self._feeds.close()
        nodes, self._nodes = self._nodes, {}
        for node in nodes.values():
            await node.close()
        await asyncio.gather(*self._letting_go)

    async def _read_now(self, streams: Mapping[str, str], count: int) -> dict[str, Answer]:
        """What the streams have now, wherever they are: entries, or why there is no answer."""
        answers = await asyncio.gather(
            *(
                self.ask(packed("XREAD", "COUNT", count, "STREAMS", name, after), name)
                for name, after in streams.items()
            )
        )
        found: dict[str, Answer] = {}
        for name, answer in zip(streams, answers, strict=True):
            if isinstance(answer, list):
                found[name] = cast("list[list[Reply]]", answer)[0][1]
            elif answer is not None:
                found[name] = answer
        return found

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._timeout_s

    def _owner(self, slot: int | None) -> Address | None:
        """The primary of the slot, or of any, as far as it is known."""
        if not self._owners or self._is_closed:
            return None
        return next(filter(None, self._owners), None) if slot is None else self._owners[slot]

    async def _place(self, slot: int | None, deadline: float) -> Address:
        """The primary of the slot, or of any.

        Raises:
            StoreUnavailable: the cluster does not say, or not until the deadline.
        """
        for _ in range(2):
            if (owner := self._owner(slot)) is not None:
                return owner
            if self._is_closed:
                raise StoreUnavailable("the client is closed")
            await self._look(deadline)
        raise self._failure or StoreUnavailable("no node of the store's cluster serves the event's slot")

    def _node(self, address: Address) -> Node:
        node = self._nodes.get(address)
        if node is None:
            node = self._nodes[address] = Node(
                lambda: self._connection_to(address),
                timeout_s=self._timeout_s,
                connections_max=self._connections_max,
                measures=self._measures,
            )
        return node

    def _moved(self, moved: MovedError, asked: Address) -> Address:
        """Note where one slot is now, and see to the others soon."""
        address = _named(moved, asked)
        if self._owners:
            self._owners[moved.slot_id] = address
        self._look_soon()
        return address

    def _doubt(self, answer: Answer) -> None:
        """Look again where a node did not answer: another one may have taken over."""
        if isinstance(answer, Exception) and not isinstance(answer, ResponseError):
            self._look_soon()

    def _look_soon(self) -> None:
        if not self._is_closed and (self._looking is None or self._looking.done()):
            self._looking = asyncio.create_task(self._look_once(), name="Cluster.look")

    async def _look(self, deadline: float) -> None:
        """Look again together with whoever else waits for it; the look goes on where one of them has no time left.

        Raises:
            StoreUnavailable: it has found nothing until the deadline.
        """
        self._look_soon()
        if self._looking is not None:
            left_s = max(0.0, deadline - asyncio.get_running_loop().time())
            found, _ = await asyncio.wait((self._looking,), timeout=left_s)
            if not found:
                raise self._failure or StoreUnavailable(
                    f"no node of the store's cluster has said within {self._timeout_s:g} s which of them is to be asked"
                )

    async def _look_once(self) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._looked_at_s + LOOKS_APART_S - loop.time()))
        try:
            found = await look_up({*self._seeds, *self._known}, self._connection_to)
        except StoreUnavailable as error:
            self._failure = error
        else:
            self._failure = None
            self._adopt(found)
        self._looked_at_s = loop.time()

    def _adopt(self, found: ClusterMap) -> None:
        self._owners, self._known = list(found.owners), found.known
        for address in [address for address in self._nodes if address not in found.known]:
            closing = asyncio.create_task(self._nodes.pop(address).close())
            self._letting_go.add(closing)
            closing.add_done_callback(self._letting_go.discard)


def slot_of(key: Argument) -> int:
    """The key's slot: of what is in its braces, where it has any."""
    return key_slot(key if isinstance(key, bytes) else str(key).encode())


def _named(redirection: AskError, asked: Address) -> Address:
    """Where a redirection points; one without a host means the host that was asked."""
    return redirection.host or asked[0], redirection.port
