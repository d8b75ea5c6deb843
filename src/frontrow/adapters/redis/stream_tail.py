"""Waiting for new entries of many streams of one cluster node, on one connection.

A cluster refuses XREAD of streams in several slots, so one blocked read cannot wait for many events. Here each stream
is read without waiting, and the server is asked to say when one that was read has changed (client-side caching): then
that one is read again. A stream that changes a thousand times a second costs one word for each time it is read.

The server tells of every change for as long as the connection lives; a lost connection ends the wait with an error.
Source: https://valkey.io/topics/client-side-caching/
"""

import asyncio
import math
from collections.abc import Mapping
from typing import cast

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from frontrow.adapters.redis.commands import packed
from frontrow.adapters.redis.gathering import Answer, Reply, make_ready, read_answer


class StreamTail:
    """One connection (of protocol 3) that follows the streams of `wanted`, each after its id; one call at a time.

    `wanted` may be set anew during a call that is exchanging: it goes on with that.
    """

    def __init__(self, connection: AbstractConnection, *, timeout_s: float) -> None:
        self.wanted: Mapping[str, str] = {}
        self.is_exchanging = False
        """Whether a call waits for replies: cancelling it then costs the connection; while it is told nothing, not."""
        self._connection = connection
        self._timeout_s = timeout_s
        self._quiet: dict[str, str] = {}
        """Streams that had no entry after this id when they were read, and that the server has not told of since."""

    async def entries(self, *, count: int) -> dict[str, Answer]:
        """Wait until a stream has entries after its id: up to `count` of each that has.

        Raises:
            RedisError, OSError: the connection failed, or the node refused (a stream that lives elsewhere).
        """
        try:
            while True:
                self.is_exchanging = True
                async with asyncio.timeout(self._timeout_s):
                    await self._be_told()
                    found = await self._read(count)
                self.is_exchanging = False
                if found:
                    return found
                await self._hear()
        except BaseException as error:
            if self.is_exchanging or not isinstance(error, asyncio.CancelledError):
                await self.close()
            raise
        finally:
            self.is_exchanging = False

    async def close(self) -> None:
        """Close the connection; the next call opens it again."""
        self._quiet.clear()
        await self._connection.disconnect(nowait=True)

    async def _be_told(self) -> None:
        connection = self._connection
        if connection.is_connected:
            return
        self._quiet.clear()
        await make_ready(connection)
        # redis-py drops what nobody handles; its parser is where a handler is given.
        connection._get_parser().set_invalidation_push_handler(self._note)  # type: ignore[attr-defined]
        await connection.send_packed_command([packed("CLIENT", "TRACKING", "ON")])
        answer = await read_answer(connection)
        if isinstance(answer, Exception):
            raise answer

    async def _read(self, count: int) -> dict[str, Answer]:
        """Read the streams of which anything may be new."""
        due = {name: after for name, after in self.wanted.items() if self._quiet.get(name) != after}
        await self._connection.send_packed_command(
            [packed("XREAD", "COUNT", count, "STREAMS", name, after) for name, after in due.items()]
        )
        found: dict[str, Answer] = {}
        refused: RedisError | None = None
        for name, after in due.items():
            answer = cast("Answer | dict[bytes, Reply]", await read_answer(self._connection))
            if isinstance(answer, RedisError):
                refused = answer
            elif isinstance(answer, dict):
                found[name] = answer[name.encode()]
            else:  # told of from here on: a change before this reply is in it
                self._quiet[name] = after
        if refused is not None and not found:
            raise refused
        return found

    async def _hear(self) -> None:
        """Wait for a word of the server, unless there is something to read."""
        if all(self._quiet.get(name) == after for name, after in self.wanted.items()):
            await self._connection.read_response(timeout=math.inf, disconnect_on_error=False, push_request=True)

    async def _note(self, told: list[Reply]) -> None:
        """`invalidate` and the keys that have changed; nothing for all of them: the store was emptied."""
        names = told[1]
        if isinstance(names, list):
            for name in names:
                self._quiet.pop(cast(bytes, name).decode(), None)
        else:
            self._quiet.clear()
