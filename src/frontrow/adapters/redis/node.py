"""One server as callers reach it: its gathered calls, and calls that wait on connections of their own."""

import asyncio
from collections.abc import Callable

from redis.asyncio.connection import AbstractConnection

from frontrow.adapters.redis.gathering import Answer, Gathering, NotSent, make_ready, read_answer
from frontrow.adapters.redis.measures import StoreMeasures


class Node:
    """A server behind `new_connection`, which may find another one after a failure (sentinels)."""

    def __init__(
        self,
        new_connection: Callable[[], AbstractConnection],
        *,
        timeout_s: float,
        connections_max: int,
        measures: StoreMeasures,
    ) -> None:
        self.new_connection = new_connection
        self.calls = Gathering(new_connection, timeout_s=timeout_s, connections_max=connections_max, measures=measures)
        self._timeout_s = timeout_s
        self._idle: list[AbstractConnection] = []

    async def blocking(self, sent: bytes, *, block_s: float) -> Answer:
        """One packed command that is answered after up to `block_s`. Cancelling it closes its connection."""
        connection = self._idle.pop() if self._idle else self.new_connection()
        ready = False
        try:
            async with asyncio.timeout(self._timeout_s + block_s):
                await make_ready(connection)
                ready = True
                await connection.send_packed_command(sent)
                answer = await read_answer(connection)
        except BaseException as error:
            await connection.disconnect(nowait=True)
            if isinstance(error, Exception):
                return error if ready or isinstance(error, TimeoutError) else NotSent(str(error))
            raise
        self._idle.append(connection)
        return answer

    async def close(self) -> None:
        """Close every connection; calls under way answer StoreUnavailable. Cancel blocking ones first."""
        await self.calls.close()
        while self._idle:
            await self._idle.pop().disconnect(nowait=True)
