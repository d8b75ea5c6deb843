"""The demo's simulated buyers wait as long as the server asks them to."""

import asyncio
from contextlib import suppress
from types import SimpleNamespace

import httpx
import pytest

from frontrow.cli import buyers
from frontrow.client import async_client
from frontrow.http.problems import Code
from tests.support.eventually import eventually
from tests.unit.client.answers import problem_body


@pytest.mark.parametrize(("said", "waited_s"), [({"retry-after": "17"}, 17.0), ({}, 5.0)])
async def test_a_buyer_who_calls_too_often_waits_as_long_as_it_is_told(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, str], waited_s: float
) -> None:
    slept_s: list[float] = []
    asked: list[str] = []

    async def sleep(seconds: float) -> None:
        slept_s.append(seconds)
        await asyncio.sleep(0)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(429, json=problem_body(Code.RATE_LIMITED), headers=said)

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    monkeypatch.setattr(buyers, "asyncio", SimpleNamespace(sleep=sleep, TaskGroup=asyncio.TaskGroup))
    monkeypatch.setattr(buyers, "_THINK_S", (0.0, 0.0))
    shopping = asyncio.create_task(buyers.simulate_buyers("http://frontrow.test", [], 1, http=http))
    await eventually(lambda: slept_s.count(waited_s) >= 3, "three waits")
    shopping.cancel()
    with suppress(asyncio.CancelledError):
        await shopping
    assert set(asked) == {"/api/v1/guest-tokens"}
    assert set(slept_s) == {0.0, waited_s}

    monkeypatch.setattr(async_client, "asyncio", SimpleNamespace(sleep=sleep))
    opening = asyncio.create_task(buyers.simulate_buyers("http://frontrow.test", ["gala"], 1, http=http))
    await eventually(lambda: asked.count("/api/v1/events/gala") >= 3, "three tries to see the event")
    opening.cancel()
    with suppress(asyncio.CancelledError):
        await opening
