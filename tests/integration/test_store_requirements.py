"""What a hold store's server must be, looked at on a real one."""

from collections.abc import AsyncIterator

import msgspec
import pytest
import redis

from frontrow.adapters.clock import SystemClock
from frontrow.adapters.redis.client import StoreClient, connect
from frontrow.adapters.redis.requirements import StoreReport, check_store, inspect_store
from frontrow.domain.errors import ConfigurationError
from tests.support.valkey import ValkeyServer


@pytest.fixture
async def client(valkey: ValkeyServer) -> AsyncIterator[StoreClient]:
    client = connect(valkey.url)
    yield client
    await client.close()


@pytest.fixture
async def report(client: StoreClient) -> StoreReport:
    [report] = await inspect_store(client, SystemClock())
    return report


async def test_the_embedded_server_is_accepted(client: StoreClient, report: StoreReport) -> None:
    await check_store(client, SystemClock())
    assert report.server in ("valkey", "redis")
    assert report.memory_used_bytes > 0
    assert report.faults() == report.warnings() == []


async def test_a_server_that_evicts_is_refused(client: StoreClient, valkey: ValkeyServer) -> None:
    admin = redis.Redis(unix_socket_path=str(valkey.socket))
    admin.config_set("maxmemory-policy", "allkeys-lru")
    try:
        with pytest.raises(ConfigurationError, match=r"allkeys-lru.*set it to noeviction"):
            await check_store(client, SystemClock())
    finally:
        admin.config_set("maxmemory-policy", "noeviction")
        admin.close()


async def test_an_old_server_is_refused(report: StoreReport) -> None:
    [fault] = msgspec.structs.replace(report, redis_version="6.2.14", version="6.2.14").faults()
    assert "too old" in fault


class _ShiftedClock(SystemClock):
    def __init__(self, shift_ms: int) -> None:
        self._shift_ms = shift_ms

    def now_ms(self) -> int:
        return super().now_ms() + self._shift_ms


@pytest.mark.parametrize("shift_ms", [-2_000, 2_000])
async def test_a_clock_that_differs_is_warned_of(client: StoreClient, shift_ms: int) -> None:
    [report] = await inspect_store(client, _ShiftedClock(shift_ms))
    assert report.faults() == []
    assert len(report.warnings()) == 1


async def test_a_clock_that_differs_by_more_than_five_seconds_is_refused(client: StoreClient) -> None:
    with pytest.raises(ConfigurationError, match="synchronise both"):
        await check_store(client, _ShiftedClock(6_000))
