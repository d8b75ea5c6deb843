"""The client of the hold store: gathered commands and scripts, with one error for everything that is unavailable.

This is the only module that may know about clusters: callers name keys, and every key of one event has one slot.
What is behind a URL is one server today; a cluster is several `Gathering`s and a map of slots.
"""

import asyncio
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Protocol, cast

import hiredis
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AskError,
    BusyLoadingError,
    ClusterDownError,
    MasterDownError,
    MovedError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)

from frontrow.adapters.redis.gathering import Answer, Gathering, Reply, make_ready, read_answer
from frontrow.adapters.redis.measures import StoreMeasures
from frontrow.domain.errors import ConfigurationError, StoreUnavailable

Argument = bytes | str | int


class SentScript(Protocol):
    """What is sent of a Lua script: its source, and the SHA-1 of that in hex. It is counted by its name."""

    @property
    def name(self) -> str: ...

    @property
    def source(self) -> bytes: ...

    @property
    def sha(self) -> str: ...


_READ_BYTES = 1 << 16
_RETRY_AFTER_S: tuple[tuple[type[RedisError], str, int], ...] = (
    (OutOfMemoryError, "the store is out of memory", 5),
    (ReadOnlyError, "the store is a read-only replica", 2),
    (BusyLoadingError, "the store is loading its data", 2),
    (MasterDownError, "the store is a replica without a primary", 2),
    (ClusterDownError, "the store's cluster is down", 2),
    (TryAgainError, "the store is moving the event to another node", 1),
    (MovedError, "the store is one node of a cluster, and the event lives on another", 5),
    (AskError, "the store is one node of a cluster, and the event is moving to another", 5),
)
# Error replies that redis-py has no class for, by their first word.
_RETRY_AFTER_S_BY_WORD = {"MISCONF": 5, "BUSY": 1, "NOREPLICAS": 2, "UNBLOCKED": 1}


class StoreClient:
    """Calls to the hold store; safe to share by every task of one event loop.

    Each call is answered, or raises StoreUnavailable, within `timeout_ms` (twice that when a script had to be sent
    again with its source). At most `connections_max` connections are open and calls wait for one; `blocking` calls
    have connections of their own, one for each that waits. A lost server is found again by the next call.

    Raises:
        StoreUnavailable: by every call: no connection, no answer in time, or a server that refuses for want of
            memory, disk or a primary. After a cut connection what was asked may have happened.
        redis.exceptions.ResponseError: any other error reply; a bug in a command or a script.
    """

    def __init__(self, connections: ConnectionPool, *, timeout_ms: int, connections_max: int) -> None:
        self._timeout_s = timeout_ms / 1000
        self._new_connection = cast("Callable[[], AbstractConnection]", connections.make_connection)
        self.measures = StoreMeasures()
        self._server = Gathering(
            self._new_connection,
            timeout_s=self._timeout_s,
            connections_max=connections_max,
            measures=self.measures,
        )
        self._blocking_idle: list[AbstractConnection] = []

    @property
    def calls_sent(self) -> int:
        """Commands sent since the start, blocking ones left out."""
        return self._server.calls_sent

    @property
    def pipelines_sent(self) -> int:
        """Pipelines those commands left in."""
        return self._server.pipelines_sent

    @property
    def connections_open(self) -> int:
        """Connections for gathered calls, in use or idle."""
        return self._server.connections_open

    async def execute(self, command: tuple[Argument, ...]) -> Reply:
        """Send one command, gathered with the other calls of this tick."""
        return self._judged(await self._server.submit(_packed(*command)))

    async def script(self, script: SentScript, keys: Sequence[str], args: Sequence[Argument]) -> Reply:
        """Run a script by its digest; where the server doesn't know it, once more with its source."""
        began_s = perf_counter()
        answer = await self._server.submit(_packed("EVALSHA", script.sha, len(keys), *keys, *args))
        if isinstance(answer, NoScriptError):  # it did not run
            answer = await self._server.submit(_packed("EVAL", script.source, len(keys), *keys, *args))
        self.measures.script_seconds.note(script.name, perf_counter() - began_s)
        return self._judged(answer)

    async def blocking(self, command: tuple[Argument, ...], *, block_ms: int) -> Reply:
        """Send a command that the server answers after up to `block_ms`, on a connection of its own.

        Cancelling it closes that connection.
        """
        connection = self._blocking_idle.pop() if self._blocking_idle else self._new_connection()
        try:
            async with asyncio.timeout(self._timeout_s + block_ms / 1000):
                await make_ready(connection)
                await connection.send_packed_command(_packed(*command))
                answer = await read_answer(connection)
        except BaseException as error:
            await connection.disconnect(nowait=True)
            if isinstance(error, Exception):
                answer = error
            else:
                raise
        else:
            self._blocking_idle.append(connection)
        return self._judged(answer)

    async def close(self) -> None:
        """Close every connection. Calls under way answer StoreUnavailable; cancel blocking ones first."""
        await self._server.close()
        while self._blocking_idle:
            await self._blocking_idle.pop().disconnect(nowait=True)

    def _judged(self, answer: Answer) -> Reply:
        if isinstance(answer, Exception):
            self.measures.failures[type(answer).__name__] += 1
        return _judged(answer)


def connect(url: str, *, timeout_ms: int = 2_000, connections_max: int = 8) -> StoreClient:
    """A client of the server at `url`: redis://, rediss:// or unix://. Connections are opened by the calls.

    Args:
        timeout_ms: within which a call is answered or fails, 100 to 60_000.
        connections_max: 1 to 1_000. A few do: each carries a pipeline, and the server runs one command at a time.

    Raises:
        ConfigurationError: the URL is none of these.
    """
    try:
        connections = ConnectionPool.from_url(
            url,
            protocol=2,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=None,
            socket_connect_timeout=timeout_ms / 1000,
            socket_read_size=_READ_BYTES,
            client_name="frontrow",
        )
    except ValueError as error:  # the URL itself is left out of the message: it may hold a password
        raise ConfigurationError(f"FRONTROW_REDIS_URL: {error}") from None
    return StoreClient(connections, timeout_ms=timeout_ms, connections_max=connections_max)


def _packed(*words: Argument) -> bytes:
    packed: bytes = hiredis.pack_command(words)  # type: ignore[arg-type]  # its stub says a tuple of one
    return packed


def _judged(answer: Answer) -> Reply:
    """The reply, or what the answer raises: StoreUnavailable when the store can't serve now, else what it is."""
    match answer:
        case StoreUnavailable():
            raise answer
        case RedisError() | OSError():
            raise _unavailable(answer) or answer
        case Exception():
            raise answer
    return answer


def _unavailable(error: RedisError | OSError) -> StoreUnavailable | None:
    for kind, reason, retry_after_s in _RETRY_AFTER_S:
        if isinstance(error, kind):
            return StoreUnavailable(f"{reason}: {error}", retry_after_s=retry_after_s)
    if not isinstance(error, ResponseError):
        return StoreUnavailable(str(error))
    word = str(error).partition(" ")[0]
    return (
        StoreUnavailable(str(error), retry_after_s=_RETRY_AFTER_S_BY_WORD[word])
        if word in _RETRY_AFTER_S_BY_WORD
        else None
    )
