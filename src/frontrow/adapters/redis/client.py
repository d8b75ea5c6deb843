"""The client of the hold store: gathered commands and scripts, with one error for everything that is unavailable.

Callers name keys, and every key of one event has one slot: what is behind a URL, one server, the primary that
sentinels name, or a cluster, is known here and in what this module is made of.
"""

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Protocol, cast

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError

from frontrow.adapters.redis.answers import judged
from frontrow.adapters.redis.cluster import Cluster
from frontrow.adapters.redis.commands import Argument, key_of, packed
from frontrow.adapters.redis.gathering import Answer, Replicas, Reply
from frontrow.adapters.redis.measures import StoreMeasures
from frontrow.adapters.redis.node import Node
from frontrow.adapters.redis.sentinels import Sentinels, primary_connections
from frontrow.adapters.redis.servers import OneServer, Servers
from frontrow.adapters.redis.store_url import (
    Address,
    ClusterUrl,
    ConnectionOptions,
    SentinelUrl,
    ServerUrl,
    parse_store_url,
)
from frontrow.domain.errors import StoreUnavailable

__all__ = ["Argument", "Replicas", "SentScript", "StoreClient", "connect"]


class SentScript(Protocol):
    """What is sent of a Lua script: its source, and the SHA-1 of that in hex. It is counted by its name."""

    @property
    def name(self) -> str: ...

    @property
    def source(self) -> bytes: ...

    @property
    def sha(self) -> str: ...


_READ_BYTES = 1 << 16


class StoreClient:
    """Calls to the hold store; safe to share by every task of one event loop.

    Each call is answered, or raises StoreUnavailable, within `timeout_ms`: twice that when a script had to be sent
    again with its source, or what is sent to several nodes of a cluster had to wait until they were found. At most
    `connections_max` connections are open to a server and calls wait for one; reads of streams that wait have
    connections of their own. A lost server is found again by the next call, and so is another that has taken its place.

    Raises:
        StoreUnavailable: by every call: no connection, no answer in time, or a server that refuses for want of
            memory, disk or a primary. After a cut connection what was asked may have happened.
        redis.exceptions.ResponseError: any other error reply; a bug in a command or a script.
    """

    def __init__(self, servers: Servers, *, measures: StoreMeasures) -> None:
        self._servers = servers
        self.measures = measures

    @property
    def calls_sent(self) -> int:
        """Commands sent since the start, reads of streams that wait left out."""
        return sum(node.calls.calls_sent for node in self._servers.nodes)

    @property
    def pipelines_sent(self) -> int:
        """Pipelines those commands left in."""
        return sum(node.calls.pipelines_sent for node in self._servers.nodes)

    @property
    def connections_open(self) -> int:
        """Connections for gathered calls, in use or idle."""
        return sum(node.calls.connections_open for node in self._servers.nodes)

    async def execute(
        self, command: Sequence[Argument], *, key: Argument | None = None, replicas: Replicas | None = None
    ) -> Reply:
        """Send one command, gathered with the other calls of this tick, to the server that has its key.

        Args:
            key: the key where it isn't the command's first argument, as by EVAL and XREAD it is found. A command
                without any goes to some primary.
            replicas: the reply is then `[reply, how many replicas have it]`; see Gathering.submit.
        """
        return self._judged(
            await self._servers.ask(packed(*command), key_of(command) if key is None else key, replicas)
        )

    async def execute_on_all(
        self, command: Sequence[Argument], *, grace_s: float | None = None
    ) -> Mapping[str, Reply | StoreUnavailable]:
        """One command to every primary there is: each one's reply, or why there is none, by its address.

        Args:
            grace_s: how long the others are waited for once one has answered; None for as long as any call.
        """
        answers = await self._servers.ask_all(packed(*command), grace_s=grace_s)
        return {address: self._settled(answer) for address, answer in answers.items()}

    async def script(
        self,
        script: SentScript,
        keys: Sequence[str],
        args: Sequence[Argument],
        *,
        replicas: Replicas | None = None,
    ) -> Reply:
        """Run a script by its digest; where the server doesn't know it, once more with its source.

        Args:
            replicas: as in `execute`.
        """
        began_s = perf_counter()
        key = keys[0] if keys else None
        answer = await self._servers.ask(packed("EVALSHA", script.sha, len(keys), *keys, *args), key, replicas)
        if isinstance(answer, NoScriptError):  # it did not run
            answer = await self._servers.ask(packed("EVAL", script.source, len(keys), *keys, *args), key, replicas)
        self.measures.script_seconds.note(script.name, perf_counter() - began_s)
        return self._judged(answer) if isinstance(answer, Exception) else answer

    async def read_streams(
        self, streams: Mapping[str, str], *, count: int, block_ms: int
    ) -> Mapping[str, Reply | StoreUnavailable]:
        """XREAD of streams wherever they are, each after its id, waiting up to `block_ms` for the first entry.

        Whatever waits has a connection of its own; cancelling it leaves no call behind.

        Returns:
            Up to `count` entries of each stream that has any, and for each whose server does not answer, why. Where
            some of several servers are away, the others are waited for.
        """
        answers = await self._servers.read_streams(streams, count=count, block_ms=block_ms)
        return {name: self._settled(answer) for name, answer in answers.items()}

    async def close(self) -> None:
        """Close every connection. Calls under way answer StoreUnavailable; cancel reads that wait first."""
        await self._servers.close()

    def _settled(self, answer: Answer) -> Reply | StoreUnavailable:
        try:
            return self._judged(answer)
        except StoreUnavailable as error:
            return error

    def _judged(self, answer: Answer) -> Reply:
        if isinstance(answer, Exception):
            self.measures.failures[type(answer).__name__] += 1
        return judged(answer)


def connect(url: str, *, timeout_ms: int = 2_000, connections_max: int = 8) -> StoreClient:
    """A client of what is at `url`; its forms: docs/operations.md. Connections are opened by the calls.

    Args:
        timeout_ms: within which a call is answered or fails, 100 to 60_000.
        connections_max: to one server, 1 to 1_000. A few do: each carries a pipeline, and the server runs one command
            at a time.

    Raises:
        ConfigurationError: the URL is none of these.
    """
    measures = StoreMeasures()
    timeout_s = timeout_ms / 1000
    common: ConnectionOptions = {
        "protocol": 2,
        "retry": Retry(NoBackoff(), 0),
        "socket_timeout": None,
        "socket_connect_timeout": timeout_s,
        "socket_read_size": _READ_BYTES,
        "client_name": "frontrow",
        "driver_info": None,  # else CLIENT SETINFO at each connection, which Redis 7.0 does not know
    }

    def one_server(new_connection: Callable[[], AbstractConnection], sentinels: Sentinels | None = None) -> Servers:
        node = Node(new_connection, timeout_s=timeout_s, connections_max=connections_max, measures=measures)
        return OneServer(node, sentinels)

    servers: Servers
    match parse_store_url(url):
        case ClusterUrl(seeds, options):
            servers = Cluster(
                seeds,
                lambda address: _connection_to(address, common | options),
                lambda address: _connection_to(address, common | options | {"protocol": 3}),
                timeout_s=timeout_s,
                connections_max=connections_max,
                measures=measures,
            )
        case SentinelUrl(addresses, service, options, sentinel_options):
            sentinels = Sentinels(
                addresses, service, lambda address: _connection_to(address, common | sentinel_options)
            )
            servers = one_server(primary_connections(sentinels, common | options), sentinels)
        case ServerUrl(options):
            pool = ConnectionPool(**(common | options))
            servers = one_server(cast("Callable[[], AbstractConnection]", pool.make_connection))
    return StoreClient(servers, measures=measures)


def _connection_to(address: Address, options: ConnectionOptions) -> AbstractConnection:
    host, port = address
    pool = ConnectionPool(**options, host=host, port=port)
    return cast("Callable[[], AbstractConnection]", pool.make_connection)()
