"""Counts of calls kept together in a real store: what processes learn of each other, what is left there, outages."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import redis
from redis.exceptions import ResponseError

from frontrow.adapters.rate_windows import WINDOW_MS
from frontrow.adapters.redis import keys
from frontrow.adapters.redis.client import StoreClient, connect
from frontrow.adapters.redis.scripts import COUNT_CALLS
from frontrow.adapters.redis.shared_rate_windows import COUNTERS_PER_SCRIPT, LIFETIME_MS, SharedRateWindows
from frontrow.domain.errors import StoreUnavailable
from tests.support.eventually import eventually
from tests.support.fake_clock import FakeClock
from tests.support.script_recorder import ScriptRecorder
from tests.support.valkey import ValkeyServer

JOHN = "calls/user/john/120/1/minute"


@pytest.fixture
async def client(valkey: ValkeyServer) -> AsyncIterator[StoreClient]:
    """A client that gives up soon."""
    client = connect(valkey.url, timeout_ms=500)
    yield client
    await client.close()


@pytest.fixture
def clock() -> FakeClock:
    """A clock at the start of a minute."""
    clock = FakeClock()
    clock.advance(WINDOW_MS - clock.now_ms() % WINDOW_MS)
    return clock


def hit(windows: SharedRateWindows, times: int = 1, key: str = JOHN) -> int:
    """How many of so many calls pass a limit of 120."""
    return sum(windows.acquire_sliding_window_entry(key, 120, 60) for _ in range(times))


async def test_what_one_process_counted_another_knows_from_its_next_exchange_on(
    client: StoreClient, clock: FakeClock
) -> None:
    one, other = SharedRateWindows(clock, client), SharedRateWindows(clock, client)
    assert hit(one, 100) == 100
    await one.exchange()
    assert hit(other) == 1
    await other.exchange()
    assert other.get(JOHN) == 101
    assert hit(other, 100) == 19
    await other.exchange()
    assert hit(one) == 1  # one too many: it has not heard of the other's yet
    await one.exchange()
    assert one.get(JOHN) == 121
    assert hit(one) == 0


async def test_the_minute_before_is_shared_too(client: StoreClient, clock: FakeClock) -> None:
    one, other = SharedRateWindows(clock, client), SharedRateWindows(clock, client)
    hit(one, 100)
    await one.exchange()
    clock.advance(WINDOW_MS)
    hit(other)
    await other.exchange()
    assert other.get_sliding_window(JOHN, 60) == (100, 60.0, 1, 120.0)


async def test_calls_of_a_minutes_last_moment_are_told_in_the_next(client: StoreClient, clock: FakeClock) -> None:
    one, other = SharedRateWindows(clock, client), SharedRateWindows(clock, client)
    hit(one, 50)
    clock.advance(WINDOW_MS)
    hit(one, 7)
    await one.exchange()
    hit(other)
    await other.exchange()
    assert other.get_sliding_window(JOHN, 60) == (50, 60.0, 8, 120.0)


async def test_calls_that_come_during_an_exchange_are_told_in_the_next(client: StoreClient, clock: FakeClock) -> None:
    one, other = SharedRateWindows(clock, client), SharedRateWindows(clock, client)
    hit(other, 10)
    await other.exchange()
    hit(one, 5)
    exchange = asyncio.create_task(one.exchange())
    await asyncio.sleep(0)
    hit(one, 3)
    await exchange
    assert one.get(JOHN) == 18
    await one.exchange()
    assert one.get(JOHN) == 18


async def test_every_counter_has_a_key_of_its_own_with_a_time_to_live(
    client: StoreClient, clock: FakeClock, valkey: ValkeyServer
) -> None:
    windows = SharedRateWindows(clock, client)
    names = [f"calls/user/user {number}/120/1/minute" for number in range(COUNTERS_PER_SCRIPT * 2 + 5)]
    for name in names:
        hit(windows, 2, name)
    await windows.exchange()
    minute = clock.now_ms() // WINDOW_MS
    with redis.Redis(unix_socket_path=str(valkey.socket), decode_responses=True) as raw:
        assert set(raw.keys()) == {keys.call_count(minute, keys.encoded_counted(name)) for name in names}
        for name in raw.scan_iter():
            assert raw.get(name) == "2"
            assert 0 < raw.pttl(name) <= LIFETIME_MS


async def test_counters_in_the_store_are_bounded_by_those_in_memory(
    client: StoreClient, clock: FakeClock, valkey: ValkeyServer
) -> None:
    windows = SharedRateWindows(clock, client, counters_max=100)
    for number in range(1_000):
        hit(windows, 2, f"calls/address/{number}/1/1/minute")
    await windows.exchange()
    assert windows.counters <= 100
    with redis.Redis(unix_socket_path=str(valkey.socket)) as raw:
        assert raw.dbsize() == 100


async def test_a_store_that_does_not_answer_costs_no_call_anything(
    client: StoreClient, clock: FakeClock, valkey: ValkeyServer, capsys: pytest.CaptureFixture[str]
) -> None:
    windows = SharedRateWindows(clock, client)
    valkey.kill(signal.SIGSTOP)
    running = asyncio.create_task(windows.run())
    try:
        assert hit(windows, 60) == 60
        await eventually(lambda: "call_counts_not_shared" in capsys.readouterr().out, "the warning")
        assert hit(windows, 100) == 60, "it is limited by what this process knows"
        with pytest.raises(StoreUnavailable):
            await windows.exchange()
        assert "call_counts_not_shared" not in capsys.readouterr().out, "once a minute is enough"
    finally:
        valkey.kill(signal.SIGCONT)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_the_exchange_goes_on_after_a_fault_that_nobody_thought_of_and_says_what_it_was(
    client: StoreClient, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    windows, exchange = SharedRateWindows(clock, client), SharedRateWindows.exchange
    exchanged = asyncio.Event()

    async def again(these: SharedRateWindows) -> None:
        await exchange(these)
        exchanged.set()

    async def fail(these: SharedRateWindows) -> None:
        these._counted.clear()
        monkeypatch.setattr(SharedRateWindows, "exchange", again)
        raise RuntimeError("a fault of its own")

    monkeypatch.setattr(SharedRateWindows, "exchange", fail)
    running = asyncio.create_task(windows.run())
    try:
        hit(windows)
        told = ""

        def is_told() -> bool:
            nonlocal told
            told += capsys.readouterr().out
            return "a fault of its own" in told and "RuntimeError" in told

        await eventually(is_told, "the fault in the log")
        hit(windows)
        await eventually(exchanged.is_set, "an exchange after it", seconds_max=20)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_the_exchange_goes_on_after_an_outage(
    client: StoreClient, clock: FakeClock, valkey: ValkeyServer
) -> None:
    windows = SharedRateWindows(clock, client)
    running = asyncio.create_task(windows.run())
    try:
        valkey.kill()
        hit(windows)
        valkey.start()

        def is_known() -> bool:
            hit(windows)
            with redis.Redis(unix_socket_path=str(valkey.socket)) as raw:
                return bool(raw.exists(keys.call_count(clock.now_ms() // WINDOW_MS, JOHN)))

        await eventually(is_known, "a count in the store", seconds_max=20)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_the_script_touches_only_keys_it_was_given_and_all_are_in_one_slot(
    client: StoreClient, clock: FakeClock, valkey: ValkeyServer
) -> None:
    recorder = ScriptRecorder(valkey)
    windows = SharedRateWindows(clock, client)
    for number in range(20):
        hit(windows, 1, f"calls/user/{number}/120/1/minute")
    await windows.exchange()
    runs = recorder.runs()
    recorder.close()
    assert runs
    for run in runs:
        assert run.undeclared == set()
        assert len(run.slots) == 1


@pytest.mark.parametrize(
    ("names", "arguments"),
    [([], []), (["a"], [1]), (["a", "b"], [1]), (["a", "b"], [1, 2, 3]), (["a"] * 258, [1] * 130)],
)
async def test_wrong_counts_are_assertions(client: StoreClient, names: list[str], arguments: list[int]) -> None:
    with pytest.raises(ResponseError, match="count_calls: wrong number"):
        await client.script(COUNT_CALLS, names, arguments)
