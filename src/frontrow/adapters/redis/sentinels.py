"""Connections to the primary that sentinels name, asked anew for every connection that is opened.

redis-py's own Sentinel is left out: it reorders its list while several connections ask at once, and forgets some.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from redis.asyncio.connection import AbstractConnection, Connection, SSLConnection
from redis.exceptions import ConnectionError as ConnectionFailed
from redis.exceptions import RedisError

from frontrow.adapters.redis.commands import packed
from frontrow.adapters.redis.gathering import make_ready, read_answer
from frontrow.adapters.redis.store_url import Address, ConnectionOptions

ANSWER_SECONDS_MAX = 0.5
"""A sentinel that is not heard within it is left out."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What one sentinel says: the primary, and the number of the failover that made it one."""

    epoch: int
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

    async def primary(self) -> Address:
        """Where the primary is.

        Raises:
            ConnectionFailed: no more than half of the sentinels answer and know the service.
        """
        asked = [asyncio.create_task(self._said_by(address)) for address in self._addresses]
        heard: list[_Said] = []
        refused = ""
        try:
            for answer in asyncio.as_completed(asked):
                try:
                    heard.append(await answer)
                except (RedisError, OSError, ValueError) as error:
                    refused = str(error) or f"no answer within {ANSWER_SECONDS_MAX:g} s"
                if len(heard) * 2 > len(asked):
                    break
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        if len(heard) * 2 <= len(asked):
            raise ConnectionFailed(
                f"{len(heard)} of {len(asked)} sentinels name a primary of {self._service!r},"
                f" more than half are needed: {refused}"
            )
        return max(heard, key=lambda said: said.epoch).primary

    async def _said_by(self, address: Address) -> _Said:
        connection = self._connection_to(address)
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                await make_ready(connection)
                await connection.send_packed_command([packed("SENTINEL", "MASTER", self._service)])
                answer = await read_answer(connection)
        finally:
            await connection.disconnect(nowait=True)
        if isinstance(answer, Exception):
            raise answer
        if not isinstance(answer, list):
            raise ValueError(f"expected a list, got {answer!r}")  # noqa: TRY004  # a reply, not an argument
        words = [word.decode() for word in answer if isinstance(word, bytes)]
        fields = dict(zip(words[::2], words[1::2], strict=True))
        return _Said(int(fields["config-epoch"]), (fields["ip"], int(fields["port"])))


class PrimaryConnection(Connection):
    """A connection that asks the sentinels where to go, and makes sure that a primary is there."""

    def __init__(self, *, sentinels: Sentinels, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]  # redis-py's own, by keyword
        self._sentinels = sentinels

    async def connect(self) -> None:
        if not self.is_connected:
            self.host, self.port = await self._sentinels.primary()
            await super().connect()  # type: ignore[no-untyped-call]
            await _require_primary(self)


class SecurePrimaryConnection(SSLConnection):
    """PrimaryConnection with TLS."""

    def __init__(self, *, sentinels: Sentinels, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]  # as above
        self._sentinels = sentinels

    async def connect(self) -> None:
        if not self.is_connected:
            self.host, self.port = await self._sentinels.primary()
            await super().connect()  # type: ignore[no-untyped-call]
            await _require_primary(self)


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
