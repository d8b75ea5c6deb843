"""Gathered calls to one server: what is asked in one tick of the loop leaves in one pipeline.

One command per round trip reaches a quarter of what the server can do, a pipeline most of it. So calls are queued,
and at the end of the tick everything queued goes out on one connection as one write, in a task of its own: a caller
that is cancelled never takes the others' calls with it. While every connection is busy the queue grows, and the next
free connection takes it whole: the busier the server, the larger the pipelines.

redis-py opens the connections (URL, TLS, logging in) and parses replies; its `Pipeline` object is left out because
it costs more per command than the server does.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as ConnectionFailed
from redis.exceptions import ReadOnlyError, RedisError, ResponseError

from frontrow.adapters.redis.commands import packed
from frontrow.adapters.redis.measures import StoreMeasures
from frontrow.domain.errors import StoreUnavailable

Reply = bytes | int | list["Reply"] | None
Answer = Reply | Exception
"""A reply, the server's error reply (a ResponseError), what broke the connection, or StoreUnavailable."""

CALLS_PER_PIPELINE_MAX = 512
"""Bounds what one cut connection leaves unknown and how long a pipeline keeps the server from other clients."""
_ASKING = packed("ASKING")


class NotSent(ConnectionFailed):
    """The connection could not be opened: nothing was sent of the call."""


@dataclass(slots=True, frozen=True)
class Replicas:
    """How many replicas are to have what a call wrote, and how long that is waited for: 1 to 1_000 ms."""

    count: int
    wait_ms: int


@dataclass(slots=True, frozen=True)
class _Call:
    packed: bytes
    answer: asyncio.Future[Answer]
    deadline: float
    is_asking: bool
    replicas: Replicas | None

    def settle(self, answer: Answer) -> None:
        if not self.answer.done():  # else cancelled by its caller, or past its deadline
            self.answer.set_result(answer)


class Gathering:
    """The connections to one server, at most `connections_max`, opened when needed and again after any failure.

    Nothing is ever sent twice from here: after a cut connection each call of the pipeline may have happened.
    """

    def __init__(
        self,
        new_connection: Callable[[], AbstractConnection],
        *,
        timeout_s: float,
        connections_max: int,
        measures: StoreMeasures,
    ) -> None:
        self._new_connection = new_connection
        self._measures = measures
        self._timeout_s = timeout_s
        self._connections_max = connections_max
        self._waiting: deque[_Call] = deque()
        self._undone: deque[_Call] = deque()
        self._idle: list[AbstractConnection] = []
        self._pipelines: dict[AbstractConnection, asyncio.Task[None]] = {}
        self._sending_scheduled = False
        self._watchdog: asyncio.TimerHandle | None = None
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self.calls_sent = 0
        self.pipelines_sent = 0

    @property
    def connections_open(self) -> int:
        """Connections in use or idle, at most `connections_max`."""
        return len(self._pipelines) + len(self._idle)

    def submit(
        self, packed: bytes, *, is_asking: bool = False, replicas: Replicas | None = None
    ) -> asyncio.Future[Answer]:
        """Queue one packed command. Its answer is a result, errors included, given within `timeout_s`.

        Args:
            is_asking: send ASKING before it: a cluster's node is told to answer for a slot that is moving to it.
            replicas: wait until so many have what was written. The answer is then the reply, and how many have it by
                the time that was given: `[reply, count]`. All such calls of one pipeline wait once, together.
        """
        loop = self._loop
        if loop is None:  # asked once: before Python 3.12 each time costs a system call
            loop = self._loop = asyncio.get_running_loop()
        call = _Call(packed, loop.create_future(), loop.time() + self._timeout_s, is_asking, replicas)
        if self._closed:
            call.settle(StoreUnavailable("the client is closed"))
            return call.answer
        self._waiting.append(call)
        self._watch(call, loop)
        if not self._sending_scheduled:
            self._sending_scheduled = True
            loop.call_soon(self._send, loop)
        return call.answer

    async def close(self) -> None:
        """Close every connection; calls under way answer StoreUnavailable."""
        self._closed = True
        if self._watchdog is not None:
            self._watchdog.cancel()
        under_way = list(self._pipelines.values())
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        for call in self._undone:
            call.settle(StoreUnavailable("the client was closed while the call was under way"))
        self._undone.clear()
        self._waiting.clear()
        left, self._idle = [*self._idle, *self._pipelines], []  # a pipeline that never began has not left its own
        for connection in left:
            await connection.disconnect(nowait=True)

    def _watch(self, call: _Call, loop: asyncio.AbstractEventLoop) -> None:
        # Deadlines come in the order of the calls, so one queue and one timer watch them all.
        undone = self._undone
        while undone and undone[0].answer.done():
            undone.popleft()
        undone.append(call)
        if self._watchdog is None:
            self._watchdog = loop.call_at(call.deadline, self._expire, loop)

    def _expire(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        undone = self._undone
        while undone and (undone[0].answer.done() or undone[0].deadline <= now):
            undone.popleft().settle(TimeoutError(f"no answer within {self._timeout_s:g} s"))
        self._watchdog = loop.call_at(undone[0].deadline, self._expire, loop) if undone else None

    def _send(self, loop: asyncio.AbstractEventLoop) -> None:
        self._sending_scheduled = False
        while len(self._pipelines) < self._connections_max and (calls := self._next_calls()):
            connection = self._idle.pop() if self._idle else self._new_connection()
            self._pipelines[connection] = loop.create_task(self._run(connection, calls))

    def _next_calls(self) -> list[_Call]:
        waiting = self._waiting
        calls: list[_Call] = []
        while waiting and len(calls) < CALLS_PER_PIPELINE_MAX:
            call = waiting.popleft()
            if not call.answer.done():  # one that was given up before it was sent is not sent at all
                calls.append(call)
        return calls

    async def _run(self, connection: AbstractConnection, calls: list[_Call]) -> None:
        """Send these calls, then whatever has been queued meanwhile, and leave the connection for the next."""
        try:
            while calls:
                await self._exchange(connection, calls)
                calls = self._next_calls()
        finally:
            del self._pipelines[connection]
            if self._closed:
                await connection.disconnect(nowait=True)
            else:
                self._idle.append(connection)

    async def _exchange(self, connection: AbstractConnection, calls: list[_Call]) -> None:
        """One pipeline, there and back. Every call is settled afterwards and the connection is ready or closed."""
        self.pipelines_sent += 1
        self.calls_sent += len(calls)
        self._measures.pipeline_calls.note(len(calls))
        try:
            async with asyncio.timeout_at(calls[-1].deadline):
                await _make_ready_to_send(connection)
                await connection.send_packed_command([_joined(calls)])
                replicated: list[tuple[_Call, Reply]] = []
                has_lost_its_role = False
                for call in calls:
                    if call.is_asking:
                        await read_answer(connection)
                    answer = await read_answer(connection)
                    has_lost_its_role |= isinstance(answer, ReadOnlyError)
                    if call.replicas is None or isinstance(answer, Exception):
                        call.settle(answer)
                    else:
                        replicated.append((call, answer))
                if any(call.replicas is not None for call in calls):
                    reached = await read_answer(connection)
                    for call, reply in replicated:
                        call.settle(reached if isinstance(reached, Exception) else [reply, reached])
                if has_lost_its_role:
                    await connection.disconnect(nowait=True)
        except Exception as error:  # whatever it is, the callers are answered and the connection is not used again
            for call in calls:
                call.settle(error)
            await connection.disconnect(nowait=True)


def _joined(calls: list[_Call]) -> bytes:
    """The calls as they are sent; one WAIT at the end covers all that were written before it on this connection."""
    words = [_ASKING + call.packed if call.is_asking else call.packed for call in calls]
    wanted = [call.replicas for call in calls if call.replicas is not None]
    if wanted:
        count, wait_ms = max(each.count for each in wanted), max(each.wait_ms for each in wanted)
        words.append(packed("WAIT", count, wait_ms))
    return b"".join(words)


async def _make_ready_to_send(connection: AbstractConnection) -> None:
    try:
        await make_ready(connection)
    except (RedisError, OSError) as error:
        raise NotSent(str(error)) from error


async def make_ready(connection: AbstractConnection) -> None:
    """Connect unless connected; a connection that the server has closed, or that has unread data, is opened anew."""
    if connection.is_connected and await connection.can_read():
        await connection.disconnect(nowait=True)
    await connection.connect()  # type: ignore[no-untyped-call]


async def read_answer(connection: AbstractConnection) -> Answer:
    """The next reply; an error reply is returned, not raised.

    Raises:
        RedisError, OSError: the connection failed (a server that is loading its data ends it too).
    """
    try:
        reply: Reply = await connection.read_response(timeout=math.inf)
    except ResponseError as error:
        return error
    return reply
