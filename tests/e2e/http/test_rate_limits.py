"""How often one may call, as clients meet it: 429 with the seconds to wait, by user and by address."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis

import frontrow.app
from frontrow.http.app import OPERATIONS
from frontrow.http.operation import AnyOperation
from frontrow.http.problems import Code
from tests.support.eventually import eventually
from tests.support.fake_clock import FakeClock
from tests.support.http_stack import EVENT, Answered, Api, api_of, copied, running_application
from tests.support.valkey import ValkeyServer

HOLDS = f"/api/v1/events/{EVENT}/holds"
STATES = f"/api/v1/events/{EVENT}/seat-states"
SMALL = {
    "rate_limit_enabled": True,
    "rate_limit_user_holds_per_minute": 2,
    "rate_limit_user_calls_per_minute": 3,
    "rate_limit_address_holds_per_minute": 4,
    "rate_limit_address_calls_per_minute": 5,
}


@pytest.fixture(autouse=True)
def _no_minute_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count on a clock that stands still, so that no test depends on when it runs."""
    made = frontrow.app._rate_windows
    clock = FakeClock()
    monkeypatch.setattr(frontrow.app, "_rate_windows", lambda settings, client, _: made(settings, client, clock))


@asynccontextmanager
async def limited(valkey: ValkeyServer, folder: Path, **changes: Any) -> AsyncIterator[Api]:
    """A client of a server with small limits."""
    settings = SMALL | changes
    async with running_application(valkey.url, folder, **settings) as application, api_of(application) as api:
        yield api


async def answers(api: Api, path: str, times: int, **options: Any) -> list[int]:
    """The statuses of so many calls."""
    return [(await api.ask("GET", path, **options)).status for _ in range(times)]


async def hold(api: Api, user: str = "buyer", **options: Any) -> Answered:
    """A call that takes seats, though these do not exist."""
    return await api.post(HOLDS, {"seatIds": ["none"]}, by=(user,), **options)


async def test_past_the_limit_the_answer_says_what_the_limit_is_and_when_to_come_again(
    folder: Path, valkey: ValkeyServer
) -> None:
    async with limited(valkey, folder) as api:
        for _ in range(2):
            assert (await hold(api)).code == "unknown_seats"
        refused = await hold(api)
    assert (refused.status, refused.code) == (429, "rate_limited")
    assert refused.headers["retry-after"] == "61"
    assert refused.body["detail"] == "at most 2 calls that take seats a minute by this user; try again in 61 s"
    assert refused.headers["cache-control"] == "no-store"


async def test_holds_have_a_bucket_of_their_own(folder: Path, valkey: ValkeyServer) -> None:
    async with limited(valkey, folder) as api:
        assert [(await hold(api)).status for _ in range(3)] == [422, 422, 429]
        assert await answers(api, "/api/v1/holds", 4) == [200, 200, 200, 429]
        assert (await hold(api, "other")).status == 422


async def test_users_behind_one_address_share_its_limit(folder: Path, valkey: ValkeyServer) -> None:
    async with limited(valkey, folder) as api:
        statuses = [(await hold(api, f"user-{number}")).status for number in range(5)]
        assert statuses == [422, 422, 422, 422, 429]
        assert "from this address" in (await hold(api, "newcomer")).body["detail"]


async def test_calls_without_a_token_are_limited_by_address(folder: Path, valkey: ValkeyServer) -> None:
    async with limited(valkey, folder) as api:
        assert await answers(api, STATES, 6, by=None) == [200] * 5 + [429]


async def test_a_flood_of_bad_tokens_ends_before_they_are_verified(folder: Path, valkey: ValkeyServer) -> None:
    async with limited(valkey, folder) as api:
        headers = {"authorization": "Bearer no.good.token"}
        assert await answers(api, "/api/v1/holds", 7, by=None, headers=headers) == [401] * 5 + [429] * 2


async def test_health_files_and_documents_are_never_limited(folder: Path, valkey: ValkeyServer) -> None:
    async with limited(valkey, folder) as api:
        await answers(api, STATES, 6, by=None)
        for path in ("/health/live", "/health/ready", "/", "/docs", "/openapi.json"):
            assert [(await api.client.get(path)).status_code for _ in range(7)] == [200] * 7, path


async def test_switched_off_nobody_is_limited(folder: Path, valkey: ValkeyServer) -> None:
    async with limited(valkey, folder, rate_limit_enabled=False) as api:
        assert await answers(api, STATES, 10, by=None) == [200] * 10


async def test_an_integrator_has_an_addresss_figures(folder: Path, valkey: ValkeyServer) -> None:
    async with limited(valkey, folder) as api:
        assert await answers(api, "/api/v1/holds", 5, by=("shop", "integrator")) == [200] * 5


async def test_behind_a_trusted_proxy_each_client_is_counted_by_itself(folder: Path, valkey: ValkeyServer) -> None:
    async with limited(valkey, folder, trusted_proxies=("127.0.0.0/8",)) as api:
        first = {"x-forwarded-for": "6.6.6.6, 203.0.113.1"}
        assert await answers(api, STATES, 6, by=None, headers=first) == [200] * 5 + [429]
        second = {"x-forwarded-for": "203.0.113.1, 203.0.113.2"}
        assert await answers(api, STATES, 6, by=None, headers=second) == [200] * 5 + [429]


async def test_without_trusted_proxies_a_header_makes_no_new_client(folder: Path, valkey: ValkeyServer) -> None:
    async with limited(valkey, folder) as api:
        for number in range(5):
            headers = {"x-forwarded-for": f"203.0.113.{number}"}
            assert await answers(api, STATES, 1, by=None, headers=headers) == [200]
        assert await answers(api, STATES, 1, by=None, headers={"x-forwarded-for": "203.0.113.99"}) == [429]


async def test_two_processes_on_one_store_count_together(folder: Path, valkey: ValkeyServer, tmp_path: Path) -> None:
    figures = {"rate_limit_user_calls_per_minute": 40, "rate_limit_address_calls_per_minute": 100_000}
    settings = {"redis_url": valkey.url, **figures}
    other_folder = copied(folder, tmp_path / "other")
    async with limited(valkey, folder, **settings) as first, limited(valkey, other_folder, **settings) as second:
        assert await answers(first, "/api/v1/holds", 39, by=("buyer",)) == [200] * 39
        passed = 0
        while True:
            await told(valkey, 39 + passed)
            if await answers(second, "/api/v1/holds", 1, by=("buyer",)) == [429]:
                break
            passed += 1
        assert passed in (1, 2)  # alone it would let 40 pass; it knows of the others' from its first exchange on
        assert await answers(second, "/api/v1/holds", 1, by=("other",)) == [200]


async def test_one_process_does_not_write_its_counts_into_the_store(folder: Path, valkey: ValkeyServer) -> None:
    async with limited(valkey, folder) as api:
        assert await answers(api, "/api/v1/holds", 4, by=("buyer",)) == [200, 200, 200, 429]
    assert counted(valkey, "user/buyer") == 0


async def told(valkey: ValkeyServer, calls: int) -> None:
    """Wait until the store knows of so many calls of the buyer."""
    await eventually(lambda: counted(valkey, "user/buyer") >= calls, f"{calls} counted calls")


def counted(valkey: ValkeyServer, whom: str) -> int:
    """What the store has counted of these calls, over all minutes."""
    with redis.Redis(unix_socket_path=str(valkey.socket)) as raw:
        return sum(int(raw.get(name) or 0) for name in raw.scan_iter(f"call_count:*/{whom}/*"))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_operation_but_health_and_metrics_is_limited_and_says_so(operation: AnyOperation) -> None:
    assert (operation.counts_as == "none") == operation.path.startswith(("/health", "/metrics"))
    assert (Code.RATE_LIMITED in operation.codes) == (operation.counts_as != "none")


async def test_every_operation_refuses_in_the_style_of_its_own_errors(folder: Path, valkey: ValkeyServer) -> None:
    async with limited(
        valkey,
        folder,
        rate_limit_address_holds_per_minute=1,
        rate_limit_address_calls_per_minute=1,
        rate_limit_address_finds_per_minute=1,
    ) as api:
        for path in (STATES, HOLDS, "/api/v1/bookings/find"):
            await api.client.request("GET" if path == STATES else "POST", path)
        for operation in OPERATIONS:
            if operation.counts_as == "none":
                continue
            path = re.sub(r"{(\w+)}", lambda name: operation.example.path.get(name[1], "x"), operation.path)  # noqa: B023
            answer = await api.client.request(operation.method, path)
            assert answer.status_code == 429, operation.name
            assert answer.headers["retry-after"] == "61"
            assert answer.headers["content-type"] == operation.errors.media_type
            msgspec.json.decode(answer.content, type=operation.errors.schema)
