"""Connections to the primary that sentinels name, and away from the one that they named before.

Sentinels are asked for every connection that is opened, and twice a second from the first one on: where both servers
are well, as when a failover was ordered, the old primary takes writes for some ten seconds more, and all of them are
lost.

redis-py's own Sentinel is left out: it reorders its list while several connections ask at once, and forgets some.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from weakref import WeakSet

from redis.asyncio.connection import AbstractConnection, Connection, SSLConnection
from redis.exceptions import ConnectionError as ConnectionFailed
from redis.exceptions import RedisError

from frontrow.adapters.redis.commands import packed
from frontrow.adapters.redis.gathering import make_ready, read_answer
from frontrow.adapters.redis.store_url import Address, ConnectionOptions

ANSWER_SECONDS_MAX = 0.5
"""A sentinel that is not heard within it is left out."""
GRACE_S = 0.1
"""What the other sentinels are given once more than half were heard: the first to know of a failover may be one."""
ASKED_EVERY_S = 0.5
"""For so long after a failover, and a round trip, the old primary may be asked to grant what is lost."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What one sentinel says: the primary, and the number of the failover that made it one.

    Who conducts a failover counts it before naming the new primary, and `is_settled` only then.
    """

    epoch: int
    is_settled: bool
    primary: Address


class Sentinels:
    """Those who know which server is the primary of `service`.

    More than half of them are heard, and the one of the latest failover is believed: who was cut off from the others
    knows of an older one.
    """

    def __init__(
        self, addresses: Sequence[Address], service: str, connection_to: Callable[[Address], AbstractConnection]
    ) -> None:
        self._addresses = addresses
        self._service = service
        self._connection_to = connection_to
        self._named: Address | None = None
        self._asked_at_s = float("-inf")
        """When those were asked who named it."""
        self._led: WeakSet[Connection] = WeakSet()
        self._watching: asyncio.Task[None] | None = None
        self._is_closed = False

    async def primary(self) -> Address:
        """Where the primary is.

        Raises:
            ConnectionFailed: no more than half of the sentinels answer and know the service.
        """
        connections = self._connections()
        try:
            return await self._ask(connections)
        finally:
            await _end(connections)

    async def lead(self, connection: Connection, connect: Callable[[], Awaitable[None]]) -> None:
        """Have `connect` open it to the primary; one that is open to the primary that was last named is left alone.

        From then on until `close` it is cut when the sentinels name another.

        Raises:
            RedisError, OSError: it cannot be opened, or no primary is there.
        """
        if connection.is_connected:
            if (connection.host, connection.port) == self._named:
                return
            await connection.disconnect(nowait=True)
        connection.host, connection.port = await self.primary()
        if self._is_closed:
            raise ConnectionFailed("the client is closed")
        self._led.add(connection)
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch(), name="Sentinels.watch")
        await connect()
        await _require_primary(connection)
        if (connection.host, connection.port) != self._named:
            await connection.disconnect(nowait=True)
            raise ConnectionFailed("the sentinels have meanwhile named another primary")

    async def close(self) -> None:
        """Ask no more. Close the connections first: none is opened afterwards."""
        self._is_closed = True
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def _watch(self) -> None:
        connections = self._connections()
        try:
            while True:
                await asyncio.sleep(ASKED_EVERY_S)
                with suppress(ConnectionFailed):  # who opens a connection is told
                    await self._ask(connections)
        finally:
            await _end(connections)

    async def _ask(self, connections: Sequence[AbstractConnection]) -> Address:
        """Hear the sentinels, each on its connection, and cut what leads elsewhere than they say.

        Raises:
            ConnectionFailed: as `primary` does.
        """
        asked_at_s = asyncio.get_running_loop().time()
        asked = [asyncio.create_task(self._said_on(connection)) for connection in connections]
        waiting = set(asked)
        try:
            while waiting and len(_heard(asked)) * 2 <= len(asked):
                _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if waiting:
                await asyncio.wait(waiting, timeout=GRACE_S)
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        heard = _heard(asked)
        if len(heard) * 2 <= len(asked):
            refused = next(str(task.result()) for task in reversed(asked) if isinstance(task.result(), Exception))
            raise ConnectionFailed(
                f"{len(heard)} of {len(asked)} sentinels name a primary of {self._service!r},"
                f" more than half are needed: {refused}"
            )
        if self._named is None or asked_at_s >= self._asked_at_s:  # else others were asked later and answered sooner
            self._asked_at_s = asked_at_s
            self._named = max(heard, key=lambda said: (said.epoch, said.is_settled)).primary
            for connection in list(self._led):
                if (connection.host, connection.port) != self._named:
                    _cut(connection)
        return self._named

    async def _said_on(self, connection: AbstractConnection) -> _Said | Exception:
        """What the sentinel says, or why nothing; the connection is ready or closed afterwards."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                await make_ready(connection)
                await connection.send_packed_command([packed("SENTINEL", "MASTER", self._service)])
                answer = await read_answer(connection)
        except BaseException as error:
            await connection.disconnect(nowait=True)
            if isinstance(error, TimeoutError):
                return TimeoutError(f"no answer within {ANSWER_SECONDS_MAX:g} s")
            if isinstance(error, (RedisError, OSError)):
                return error
            raise
        if isinstance(answer, Exception):
            return answer
        if not isinstance(answer, list):
            return ValueError(f"expected a list, got {answer!r}")
        try:
            words = [word.decode() for word in answer if isinstance(word, bytes)]
            fields = dict(zip(words[::2], words[1::2], strict=True))
            is_settled = "failover_in_progress" not in fields["flags"].split(",")
            return _Said(int(fields["config-epoch"]), is_settled, (fields["ip"], int(fields["port"])))
        except (KeyError, ValueError) as error:
            return error

    def _connections(self) -> list[AbstractConnection]:
        return [self._connection_to(address) for address in self._addresses]


def _heard(asked: Sequence[asyncio.Task[_Said | Exception]]) -> list[_Said]:
    """What has been said so far."""
    done = [task.result() for task in asked if task.done() and not task.cancelled()]
    return [answer for answer in done if isinstance(answer, _Said)]


async def _end(connections: Sequence[AbstractConnection]) -> None:
    for connection in connections:
        await connection.disconnect(nowait=True)


def _cut(connection: Connection) -> None:
    """End it under whoever uses it: a call under way is not answered, an idle connection is opened anew when used.

    redis-py's `disconnect` is not for this: in the midst of a login it has the connection opened again.
    """
    writer = connection._writer
    if writer is not None:
        writer.transport.abort()


class PrimaryConnection(Connection):
    """A connection that asks the sentinels where to go, and makes sure that a primary is there."""

    def __init__(self, *, sentinels: Sentinels, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]  # redis-py's own, by keyword
        self._sentinels = sentinels

    async def connect(self) -> None:
        await self._sentinels.lead(self, super().connect)


class SecurePrimaryConnection(SSLConnection):
    """PrimaryConnection with TLS."""

    def __init__(self, *, sentinels: Sentinels, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]  # as above
        self._sentinels = sentinels

    async def connect(self) -> None:
        await self._sentinels.lead(self, super().connect)


def primary_connections(sentinels: Sentinels, options: ConnectionOptions) -> Callable[[], AbstractConnection]:
    """What opens connections to the primary, with these options."""
    is_secure = options.get("connection_class") is SSLConnection
    rest = {name: value for name, value in options.items() if name != "connection_class"}
    if is_secure:
        return lambda: SecurePrimaryConnection(sentinels=sentinels, **rest)
    return lambda: PrimaryConnection(sentinels=sentinels, **rest)


async def _require_primary(connection: AbstractConnection) -> None:
    """After a failover the old primary may still be named, or have become a replica: its reads are of the past.

    Raises:
        ConnectionFailed: it is none.
    """
    await connection.send_packed_command([packed("ROLE")])
    role = await read_answer(connection)
    if not (isinstance(role, list) and role[0] == b"master"):
        await connection.disconnect(nowait=True)
        raise ConnectionFailed(f"the sentinels name a server that is no primary: {role!r}")
