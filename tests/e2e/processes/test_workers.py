"""Several workers behind one port: they agree, share what is to be shared, and are killed and replaced under load."""

import os
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest

from tests.e2e.processes.conftest import put
from tests.support.crowd import Crowd
from tests.support.eventually import eventually
from tests.support.house import small_layout
from tests.support.http_stack import CONTACT, EVENT, bearer, event_body
from tests.support.living import is_living
from tests.support.webhook_receiver import WebhookReceiver
from tests.support.workers import Workers

pytestmark = pytest.mark.timeout(400)

WAIT_SECONDS_MAX = 90.0
SEATS = [seat.id for seat in small_layout().seats if seat.id[0] in "AB"]


@asynccontextmanager
async def one_client_of_each(workers: Workers) -> AsyncIterator[list[httpx.AsyncClient]]:
    """A connection to every worker."""
    async with AsyncExitStack() as stack:
        pids = await workers.all_serve()
        yield [await stack.enter_async_context(workers.connected_to(pid)) for pid in pids]


async def shown(client: httpx.AsyncClient, event: str = EVENT) -> str:
    """Every seat's letter, as the client's worker shows it."""
    return str((await client.get(f"/api/v1/events/{event}/seat-states")).json()["states"])


async def test_what_one_worker_does_every_other_shows_and_tells_its_watchers(workers: Workers) -> None:
    put(workers.url, "events", event_body("seen-by-all"))
    async with one_client_of_each(workers) as clients, AsyncExitStack() as stack:
        streams = []
        for pid in workers.pids():
            watcher = await stack.enter_async_context(workers.connected_to(pid))
            stream = await stack.enter_async_context(watcher.stream("GET", "/api/v1/events/seen-by-all/changes"))
            lines = stream.aiter_lines()
            assert "event: snapshot" in [await anext(lines) for _ in range(4)]
            streams.append(lines)
        for client, seat_id in zip(clients, SEATS, strict=False):
            answer = await client.post(
                "/api/v1/events/seen-by-all/holds", json={"seatIds": [seat_id]}, headers=bearer(seat_id)
            )
            assert answer.status_code == 201, answer.text

        async def agree() -> bool:
            letters = {await shown(client, "seen-by-all") for client in clients}
            return len(letters) == 1 and letters.pop().count("h") == len(clients)

        await eventually(agree, "all workers show all holds", seconds_max=WAIT_SECONDS_MAX)
        for lines in streams:
            told: set[str] = set()
            while not told.issuperset(SEATS[: len(clients)]):
                line = await anext(lines)
                if line.startswith("data: ") and '"seats"' in line:
                    told.update(*msgspec.json.decode(line.removeprefix("data: "))["seats"].values())


async def test_a_users_calls_are_counted_over_all_workers(workers: Workers) -> None:
    limit, passed = 30, 0
    async with one_client_of_each(workers) as clients:
        refused: set[httpx.AsyncClient] = set()
        while len(refused) < len(clients):
            for client in clients:
                path = f"/api/v1/events/{EVENT}/holds"
                answer = await client.post(path, json={"seatIds": ["no-such-seat"]}, headers=bearer("eager"))
                if answer.status_code == 429:
                    refused.add(client)
                else:
                    passed += 1
            assert passed < limit * len(clients), "each worker counts for itself"
    assert limit <= passed


async def test_what_is_to_happen_once_happens_once_whichever_worker_does_it(
    workers: Workers, receiver: WebhookReceiver
) -> None:
    put(workers.url, "events", event_body("done-once"))
    holds, orders = [], []
    async with one_client_of_each(workers) as clients:
        for place, seat_id in enumerate(SEATS):
            client, headers = clients[place % len(clients)], bearer(f"buyer-{seat_id}")
            answer = await client.post("/api/v1/events/done-once/holds", json={"seatIds": [seat_id]}, headers=headers)
            assert answer.status_code == 201, answer.text
            hold_id = answer.json()["holdId"]
            if place % 2:
                holds.append(hold_id)
                path = f"/api/v1/events/done-once/holds/{hold_id}/release"
                answer = await client.post(path, json={"afterSeconds": 1}, headers=headers)
                assert answer.status_code == 200, answer.text
            else:
                orders.append(await _bought(client, headers, hold_id))
        admin = bearer("boss", "admin")
        cancelled = await clients[0].post("/api/v1/events/done-once/cancel", headers=admin)
        assert cancelled.is_success, cancelled.text

        async def is_given_back() -> bool:
            progress = (await clients[1].get("/api/v1/events/done-once/cancellation", headers=admin)).json()
            return bool(progress["done"])

        await eventually(is_given_back, "everything is given back", seconds_max=WAIT_SECONDS_MAX)

        def told(kind: str, what: str) -> list[str]:
            bodies = [msgspec.json.decode(it.body) for it in list(receiver.received)]
            return [body["data"][what] for body in bodies if body["type"] == kind and body["data"].get(what)]

        def all_is_told() -> bool:
            return set(told("hold.expired", "holdId")) >= set(holds)

        await eventually(all_is_told, "every hold that ran out is told", seconds_max=WAIT_SECONDS_MAX)

        async def agree() -> bool:
            found = await _differences(clients[1], admin)
            assert all(it["outcome"] != "person" for it in found), found
            return not found

        await eventually(agree, "ledger, store and gateway agree", seconds_max=WAIT_SECONDS_MAX)
    counts = Counter(told("hold.expired", "holdId"))
    assert [counts[hold_id] for hold_id in holds] == [1] * len(holds)
    assert max(Counter(it.webhook_id for it in receiver.received).values()) == 1
    assert [_of(it, workers) for it in ("seats_expired", "refunded")] == [len(holds), len(orders)]
    assert {line["worker"] for line in workers.lines("seats_held")} == {1, 2}, "lines say whose they are"


def _of(event: str, workers: Workers) -> int:
    """How many lines of that name are about the event of the test above, or about nobody's event."""
    return sum(
        line.get("seat_count", 1) for line in workers.lines(event) if line.get("event_id", "done-once") == "done-once"
    )


async def _differences(client: httpx.AsyncClient, admin: dict[str, str]) -> list[dict[str, Any]]:
    """What differs between ledger, store and the gateway's own books."""
    findings: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        body = {} if cursor is None else {"cursor": cursor}
        answer = await client.post("/api/v1/events/done-once/reconciliation", json=body, headers=admin)
        assert answer.is_success, answer.text
        findings += answer.json()["findings"]
        cursor = answer.json()["nextCursor"]
        if cursor is None:
            return findings


async def _bought(client: httpx.AsyncClient, headers: dict[str, str], hold_id: str) -> str:
    body: dict[str, Any] = {"eventId": "done-once", "holdId": hold_id, "customer": CONTACT}
    ordered = await client.post("/api/v1/orders", json=body, headers=headers)
    assert ordered.status_code == 201, ordered.text
    order_id = str(ordered.json()["orderId"])
    card = {"card": {"number": "4242424242424242"}}
    paid = await client.post(f"/api/v1/orders/{order_id}/payment", json=card, headers=headers)
    assert (paid.status_code, paid.json()["status"]) == (200, "booked"), paid.text
    return order_id


async def test_a_worker_killed_amid_sales_is_followed_by_another_and_every_purchase_has_one_effect(
    workers: Workers,
) -> None:
    before = await workers.all_serve()
    crowd = Crowd(workers.url, SEATS[:4], repeats=True)
    async with crowd.shopping():
        await eventually(lambda: crowd.purchases > 10, "the crowd buys", seconds_max=WAIT_SECONDS_MAX)
        os.kill(before[0], signal.SIGKILL)
        await workers.all_serve(without=(before[0],))
        bought = crowd.purchases
        await eventually(lambda: crowd.purchases > bought + 10, "it goes on", seconds_max=WAIT_SECONDS_MAX)
    assert crowd.failures == []
    async with httpx.AsyncClient(base_url=workers.url, timeout=60) as client:
        for user, cancelled in crowd.cancelled.items():
            items = (await client.get("/api/v1/bookings?limit=100", headers=bearer(user))).json()["items"]
            assert {it["bookingId"]: it["status"] for it in items} == dict.fromkeys(cancelled, "cancelled")


async def test_workers_are_replaced_one_after_the_other_and_no_request_fails(workers: Workers) -> None:
    before = await workers.all_serve()
    replaced = len(workers.lines("workers_replaced"))
    crowd = Crowd(workers.url, SEATS[:4])
    async with crowd.shopping(), httpx.AsyncClient(base_url=workers.url, timeout=60) as client:
        async with client.stream("GET", f"/api/v1/events/{EVENT}/changes") as stream:
            await eventually(lambda: crowd.purchases > 10, "the crowd buys", seconds_max=WAIT_SECONDS_MAX)
            workers.server.process.send_signal(signal.SIGHUP)
            async for _ in stream.aiter_lines():  # it ends as a whole answer: one that was cut would raise
                pass
        await workers.all_serve(without=tuple(before))
        await eventually(
            lambda: len(workers.lines("workers_replaced")) > replaced,
            "the last predecessor is gone",
            seconds_max=WAIT_SECONDS_MAX,
        )
        bought = crowd.purchases
        await eventually(lambda: crowd.purchases > bought + 5, "it goes on", seconds_max=WAIT_SECONDS_MAX)
    assert (crowd.failures, crowd.unanswered) == ([], 0)
    assert not any(map(is_living, before))


async def test_any_worker_tells_what_all_have_counted_and_no_count_goes_back_when_one_is_killed(
    workers: Workers,
) -> None:
    def asked(metrics: str) -> int:
        found = re.search(r'^frontrow_http_answers_total\{operation="suggestSeats",status="422"\} (\d+)', metrics, re.M)
        return 0 if found is None else int(found[1])

    def lost(metrics: str) -> int:
        [count] = re.findall(r"^frontrow_workers_lost_total (\d+)", metrics, re.M)
        return int(count)

    async def told(client: httpx.AsyncClient) -> str:
        answer = await client.get("/metrics")
        assert answer.status_code == 200, answer.text
        return answer.text

    before, more = 0, 0
    async with one_client_of_each(workers) as clients:
        for client in clients:
            before = max(before, asked(await told(client)))
        for times, client in enumerate(clients, start=3):
            for _ in range(times):
                answer = await client.get(f"/api/v1/events/{EVENT}/suggestions?seatIds=no-such-seat&count=1")
                assert answer.status_code == 422, answer.text
            more += times

        async def agree() -> bool:
            return {asked(await told(client)) for client in clients} == {before + more}

        await eventually(agree, "each worker tells the sum", seconds_max=WAIT_SECONDS_MAX)
        assert f"frontrow_workers {float(len(clients))}" in await told(clients[0])
        lost_before = lost(await told(clients[0]))
        killed = workers.pids()[0]
        os.kill(killed, signal.SIGKILL)
    await workers.all_serve(without=(killed,))
    async with one_client_of_each(workers) as clients:
        assert {lost(await told(client)) for client in clients} == {lost_before + 1}
        assert [asked(await told(client)) for client in clients] == [before + more] * len(clients)
        assert f"frontrow_workers {float(len(clients))}" in await told(clients[-1])
