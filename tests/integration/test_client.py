"""The gathering client against a real server: pipelines, cancellation, deadlines, and every way a store can fail."""

import asyncio
import hashlib
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from redis.exceptions import ResponseError

from frontrow.adapters.redis.client import StoreClient, connect
from frontrow.domain.errors import ConfigurationError, StoreUnavailable
from tests.support.eventually import eventually
from tests.support.valkey import ValkeyServer

TIMEOUT_MS = 2_000


@dataclass(frozen=True)
class Lua:
    source: bytes
    name: str = "count"

    @property
    def sha(self) -> str:
        return hashlib.sha1(self.source, usedforsecurity=False).hexdigest()


COUNT = Lua(b"#!lua\nreturn redis.call('INCR', KEYS[1])")


@pytest_asyncio.fixture
async def client(valkey: ValkeyServer) -> AsyncIterator[StoreClient]:
    client = connect(valkey.url, timeout_ms=TIMEOUT_MS)
    yield client
    await client.close()


async def failed(client: StoreClient, command: tuple[bytes | str | int, ...]) -> StoreUnavailable:
    with pytest.raises(StoreUnavailable) as caught:
        await client.execute(command)
    return caught.value


async def test_calls_made_in_one_tick_leave_in_one_pipeline(client: StoreClient) -> None:
    await client.execute(("PING",))
    replies = await asyncio.gather(*(client.execute(("INCR", "n")) for _ in range(100)))
    assert replies == list(range(1, 101))
    assert (client.calls_sent, client.pipelines_sent) == (101, 2)


async def test_scripts_and_commands_are_gathered_together(client: StoreClient) -> None:
    await client.script(COUNT, ["n"], [])
    sent = client.pipelines_sent
    replies = await asyncio.gather(client.script(COUNT, ["n"], []), client.execute(("GET", "n")))
    assert list(replies) == [2, b"2"]
    assert client.pipelines_sent == sent + 1


async def test_a_cancelled_caller_never_cancels_the_others_of_its_pipeline(
    client: StoreClient, valkey: ValkeyServer
) -> None:
    await client.execute(("PING",))
    valkey.kill(signal.SIGSTOP)
    try:
        callers = [asyncio.create_task(client.execute(("INCR", "n"))) for _ in range(10)]
        await eventually(lambda: client.calls_sent == 11, "the pipeline was sent")
        callers[3].cancel()
        callers[0].cancel()
    finally:
        valkey.kill(signal.SIGCONT)
    replies = await asyncio.gather(*callers, return_exceptions=True)
    assert [reply for reply in replies if isinstance(reply, int)] == [2, 3, 5, 6, 7, 8, 9, 10]
    assert await client.execute(("GET", "n")) == b"10"


async def test_a_call_given_up_before_its_pipeline_left_is_not_sent(client: StoreClient) -> None:
    given_up, kept = (asyncio.create_task(client.execute(("INCR", "n"))) for _ in range(2))
    await asyncio.sleep(0)
    given_up.cancel()
    assert await kept == 1
    assert client.calls_sent == 1


async def test_calls_under_way_when_the_server_is_killed_are_unavailable(
    client: StoreClient, valkey: ValkeyServer
) -> None:
    await client.execute(("PING",))
    valkey.kill(signal.SIGSTOP)
    callers = [asyncio.create_task(client.execute(("INCR", "n"))) for _ in range(10)]
    await eventually(lambda: client.calls_sent == 11, "the pipeline was sent")
    valkey.kill()
    try:
        replies = await asyncio.gather(*callers, return_exceptions=True)
        assert [type(reply) for reply in replies] == [StoreUnavailable] * 10
        await failed(client, ("PING",))
    finally:
        valkey.start()


async def test_a_server_that_comes_back_is_used_again_by_the_next_call(
    client: StoreClient, valkey: ValkeyServer
) -> None:
    await asyncio.gather(*(client.execute(("INCR", "n")) for _ in range(10)))
    valkey.kill()
    valkey.start()
    assert await client.execute(("PING",)) == b"PONG"


async def test_a_server_that_hangs_is_unavailable_at_the_deadline_and_used_again_later(valkey: ValkeyServer) -> None:
    client = connect(valkey.url, timeout_ms=200, connections_max=2)
    try:
        await client.execute(("PING",))
        valkey.kill(signal.SIGSTOP)
        try:
            errors = await asyncio.gather(*(failed(client, ("INCR", "n")) for _ in range(20)))
            assert {str(error) for error in errors} == {"no answer within 0.2 s"}
            await failed(client, ("PING",))  # on a connection opened while the server hangs
        finally:
            valkey.kill(signal.SIGCONT)
        assert await client.execute(("PING",)) == b"PONG"
    finally:
        await client.close()


async def test_a_flushed_script_cache_repeats_only_the_calls_that_did_not_run(client: StoreClient) -> None:
    await client.script(COUNT, ["n"], [])
    await client.execute(("SCRIPT", "FLUSH"))
    sent = client.calls_sent
    replies = await asyncio.gather(
        client.execute(("INCR", "other")), client.script(COUNT, ["n"], []), client.script(COUNT, ["n"], [])
    )
    assert sorted(reply for reply in replies if isinstance(reply, int)) == [1, 2, 3]
    assert client.calls_sent == sent + 3 + 2
    assert await client.execute(("GET", "other")) == b"1"


async def test_a_server_out_of_memory_is_unavailable_for_writes(client: StoreClient) -> None:
    await client.execute(("CONFIG", "SET", "maxmemory", 1))
    try:
        error = await failed(client, ("SET", "key", "value"))
        assert error.retry_after_s == 5
        with pytest.raises(StoreUnavailable, match="out of memory"):
            await client.script(COUNT, ["n"], [])
        assert await client.execute(("GET", "key")) is None
    finally:
        await client.execute(("CONFIG", "SET", "maxmemory", 0))
    assert await client.execute(("SET", "key", "value")) == b"OK"


async def test_a_read_only_replica_is_unavailable_for_writes(client: StoreClient) -> None:
    await client.execute(("REPLICAOF", "127.0.0.1", 1))
    try:
        error = await failed(client, ("SET", "key", "value"))
        assert "read-only replica" in str(error)
    finally:
        await client.execute(("REPLICAOF", "NO", "ONE"))
    assert await client.execute(("SET", "key", "value")) == b"OK"


@pytest.mark.parametrize(
    "reply",
    [
        "MISCONF Errors writing to the AOF file: No space left on device",
        "LOADING Valkey is loading the dataset in memory",
        "CLUSTERDOWN The cluster is down",
        "TRYAGAIN Multiple keys request during rehashing of slot",
        "MASTERDOWN Link with MASTER is down",
        "NOREPLICAS Not enough good replicas to write.",
        "BUSY Valkey is busy running a script.",
        "MOVED 3999 127.0.0.1:6381",
        "ASK 3999 127.0.0.1:6381",
    ],
)
async def test_a_reply_that_the_store_cannot_serve_now_is_unavailable(client: StoreClient, reply: str) -> None:
    error = await failed(client, ("EVAL", "return redis.error_reply(ARGV[1])", 0, reply))
    assert reply.partition(" ")[2] in str(error)
    assert error.retry_after_s >= 1
    assert await client.execute(("PING",)) == b"PONG"


async def test_any_other_error_reply_is_raised_as_it_is_and_leaves_its_pipeline_alone(client: StoreClient) -> None:
    await client.execute(("SET", "text", "abc"))
    replies = await asyncio.gather(
        client.execute(("INCR", "n")), client.execute(("INCR", "text")), client.execute(("INCR", "n")),
        return_exceptions=True,
    )  # fmt: skip
    assert list(replies)[0::2] == [1, 2]
    assert isinstance(replies[1], ResponseError)
    assert not isinstance(replies[1], StoreUnavailable)


async def test_500_callers_wait_for_a_bounded_number_of_connections(valkey: ValkeyServer) -> None:
    client = connect(valkey.url, timeout_ms=10_000, connections_max=3)
    try:
        await client.execute(("PING",))
        valkey.kill(signal.SIGSTOP)
        try:
            callers = []
            for _ in range(500):  # a tick each: every one would leave in a pipeline of its own
                callers.append(asyncio.create_task(client.execute(("INCR", "n"))))
                await asyncio.sleep(0)
            await eventually(lambda: client.pipelines_sent == 4, "every connection is in use")
            assert client.connections_open == 3
        finally:
            valkey.kill(signal.SIGCONT)
        assert sorted(str(reply) for reply in await asyncio.gather(*callers)) == sorted(map(str, range(1, 501)))
        clients = await client.execute(("CLIENT", "LIST"))
        assert isinstance(clients, bytes)
        assert clients.count(b"name=frontrow") <= 3
    finally:
        await client.close()


async def test_more_calls_than_one_pipeline_takes_are_all_answered(client: StoreClient) -> None:
    replies = await asyncio.gather(*(client.execute(("ECHO", n)) for n in range(2_000)))
    assert replies == [str(n).encode() for n in range(2_000)]
    assert client.connections_open <= 8


async def test_a_read_that_waits_has_a_connection_of_its_own(client: StoreClient) -> None:
    waiting = asyncio.create_task(client.read_streams({"stream": "0"}, count=10, block_ms=5_000))
    await eventually_blocked(client)
    entry = await client.execute(("XADD", "stream", "1-1", "field", "value"))
    assert entry == b"1-1"
    assert await waiting == {"stream": [[b"1-1", [b"field", b"value"]]]}
    assert await client.read_streams({"stream": "1-1"}, count=10, block_ms=1) == {}


async def test_a_cancelled_read_that_waits_closes_its_connection(client: StoreClient) -> None:
    waiting = asyncio.create_task(client.read_streams({"stream": "0"}, count=10, block_ms=60_000))
    await eventually_blocked(client)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await eventually_blocked(client, clients=0)
    await client.execute(("XADD", "stream", "1-1", "field", "value"))
    assert list(await client.read_streams({"stream": "0"}, count=10, block_ms=1_000)) == ["stream"]


async def test_a_read_that_waits_for_a_lost_server_is_unavailable(client: StoreClient, valkey: ValkeyServer) -> None:
    waiting = asyncio.create_task(client.read_streams({"stream": "0"}, count=10, block_ms=60_000))
    await eventually_blocked(client)
    valkey.kill()
    try:
        assert {name: type(answer) for name, answer in (await waiting).items()} == {"stream": StoreUnavailable}
    finally:
        valkey.start()


async def test_closing_answers_the_calls_under_way_and_every_later_one(valkey: ValkeyServer) -> None:
    client = connect(valkey.url, timeout_ms=TIMEOUT_MS)
    await client.execute(("PING",))
    valkey.kill(signal.SIGSTOP)
    try:
        under_way = asyncio.create_task(client.execute(("INCR", "n")))
        await eventually(lambda: client.calls_sent == 2, "the call was sent")
        await client.close()
        with pytest.raises(StoreUnavailable, match="closed"):
            await under_way
    finally:
        valkey.kill(signal.SIGCONT)
    await failed(client, ("PING",))


@pytest.mark.parametrize("url", ["http://:secret@localhost", "localhost:6379", "redis://:secret@localhost?db=x"])
def test_a_url_of_another_kind_is_refused_without_showing_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="FRONTROW_REDIS_URL") as caught:
        connect(url)
    assert "secret" not in str(caught.value)


async def eventually_blocked(client: StoreClient, *, clients: int = 1) -> None:
    async def blocked() -> bool:
        info = await client.execute(("INFO", "clients"))
        return isinstance(info, bytes) and f"blocked_clients:{clients}\r".encode() in info

    await eventually(blocked, f"{clients} blocked clients")
