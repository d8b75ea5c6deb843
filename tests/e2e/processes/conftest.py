"""Two workers over one PostgreSQL and one embedded Valkey, and an event for each test."""

import asyncio
import threading
from collections.abc import Iterator

import httpx
import msgspec
import pytest

from tests.support.house import small_layout
from tests.support.http_stack import bearer, event_body
from tests.support.postgres import PostgresServer
from tests.support.webhook_receiver import WebhookReceiver, webhook_receiver
from tests.support.workers import Workers, running_workers

SETTINGS = {
    "FRONTROW_DIRECT_BOOKING": "anyone",
    "FRONTROW_PAYMENT_GATEWAY": "demo",
    "FRONTROW_RATE_LIMIT_USER_HOLDS_PER_MINUTE": "30",
    "FRONTROW_RATE_LIMIT_ADDRESS_HOLDS_PER_MINUTE": "1000000",
    "FRONTROW_RATE_LIMIT_ADDRESS_CALLS_PER_MINUTE": "1000000",
}


@pytest.fixture(scope="module")
def receiver() -> Iterator[WebhookReceiver]:
    """An integrator's server, in a thread of its own: it outlives each test's event loop."""
    started: list[tuple[WebhookReceiver, asyncio.AbstractEventLoop, asyncio.Event]] = []
    is_up = threading.Event()

    async def receive() -> None:
        async with webhook_receiver() as receiver:
            is_over = asyncio.Event()
            started.append((receiver, asyncio.get_running_loop(), is_over))
            is_up.set()
            await is_over.wait()

    thread = threading.Thread(target=asyncio.run, args=(receive(),))
    thread.start()
    is_up.wait()
    [(receiver, loop, is_over)] = started
    yield receiver
    loop.call_soon_threadsafe(is_over.set)
    thread.join()


@pytest.fixture(scope="module")
def workers(
    postgres: PostgresServer, receiver: WebhookReceiver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workers]:
    """Two workers with the small house published."""
    settings = SETTINGS | {"FRONTROW_WEBHOOK_URL": receiver.url}
    with running_workers(postgres, tmp_path_factory.mktemp("workers"), workers=2, extra=settings) as workers:
        put(workers.url, "layouts", small_layout())
        put(workers.url, "events", event_body())
        yield workers


def put(url: str, what: str, body: object) -> None:
    """Publish a layout or put an event on sale."""
    headers = bearer("boss", "admin") | {"content-type": "application/json"}
    answer = httpx.post(f"{url}/api/v1/{what}", content=msgspec.json.encode(body), headers=headers, timeout=60)
    assert answer.status_code == 201, answer.text
