"""GET /metrics: what was done is counted, and told to whom it is for."""

from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from frontrow.app import Application
from frontrow.metrics import families
from frontrow.settings import PaymentGatewayName
from tests.support.http_stack import CONTACT, EVENT, Api, api_of, bearer, running_application
from tests.support.valkey import ValkeyServer

Values = dict[tuple[str, ...], float]
FORWARDED = {"x-forwarded-for": "203.0.113.7"}


async def metrics(api: Api) -> dict[str, Values]:
    """Every value by its metric's name and its labels' values, in the order of their names."""
    answer = await api.client.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found: dict[str, Values] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = tuple(value for _, value in sorted(sample.labels.items()))
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


async def test_what_is_done_is_counted(api: Api) -> None:
    held = await api.hold("A1", "A2")
    assert (await api.post(f"/api/v1/events/{EVENT}/holds", {"seatIds": ["A1"]}, by=("bob",))).status == 409
    await api.book(held["holdId"])
    assert (await api.get("/no-such-page")).status == 404
    found = await metrics(api)
    assert found["frontrow_seat_changes_total"]["held",] == 1
    assert found["frontrow_seats_changed_total"]["booked",] == 2
    assert found["frontrow_conflicts_total"] == {("held",): 1}
    assert found["frontrow_conflict_seats_total"] == {("held",): 1}
    answers = found["frontrow_http_answers_total"]
    assert answers["holdSeats", "201"] == answers["holdSeats", "409"] == answers["bookSeats", "201"] == 1
    assert answers["(none)", "404"] == 1
    assert found["frontrow_http_seconds_count"]["holdSeats",] == 2
    assert found["frontrow_store_script_seconds_count"]["acquire_hold",] >= 2
    assert found["frontrow_commit_bookings_sum"][()] == 1
    assert found["frontrow_ledger_seconds_count"]["write",] >= 1
    assert found["frontrow_store_up"] == found["frontrow_ledger_up"] == found["frontrow_workers"] == {(): 1}
    assert found["frontrow_process_resident_memory_bytes"][()] > 1_000_000
    assert all(used > 100_000 for used in found["frontrow_store_memory_used_bytes"].values())
    assert set(found["frontrow_backlog"]) == {("outbox",), ("orders",), ("refunds",), ("webhooks",), ("emails",)}


async def test_every_metric_that_needs_nothing_to_happen_is_there_from_the_start(api: Api) -> None:
    found = await metrics(api)
    once_something_happens = {it.name for it in families.ALL if it.labels}
    for family in families.ALL:
        if family.name not in once_something_happens:
            assert {family.name, f"{family.name}_count"} & set(found), family.name


async def test_admins_may_read_them_from_anywhere_and_nobody_else(api: Api) -> None:
    for by, status in ((("boss", "admin"), 200), (("buyer",), 404), (("shop", "integrator"), 404), (None, 404)):
        answer = await api.client.get("/metrics", headers={**FORWARDED, **(bearer(*by) if by else {})})
        assert answer.status_code == status, by
    refused = await api.get("/metrics", headers=FORWARDED)
    absent = await api.get("/metricz", headers=FORWARDED)
    assert (refused.status, refused.code) == (absent.status, absent.code) == (404, "not_found")


async def test_peers_that_are_not_listed_are_told_nothing(folder: Path, valkey: ValkeyServer) -> None:
    async with running_application(valkey.url, folder, metrics_from=("10.0.0.0/8",)) as application:
        async with api_of(application) as api:
            assert (await api.get("/metrics")).status == 404
        assert await status_for("10.1.2.3", application) == 200
        assert await status_for("11.1.2.3", application) == 404


async def status_for(peer: str, application: Application) -> int:
    """How a peer of this address is answered."""
    transport = httpx.ASGITransport(app=application.http, client=(peer, 1234))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://frontrow.test") as client:
        return (await client.get("/metrics")).status_code


async def test_orders_are_counted_by_the_state_they_come_to(folder: Path, valkey: ValkeyServer) -> None:
    demo = PaymentGatewayName.DEMO
    async with running_application(valkey.url, folder, payment_gateway=demo) as application, api_of(application) as api:
        body = {"eventId": EVENT, "holdId": (await api.hold("B1"))["holdId"], "customer": CONTACT}
        placed = await api.post("/api/v1/orders", body)
        assert placed.status == 201, placed
        assert (await api.post(f"/api/v1/orders/{placed.body['orderId']}/cancel", {})).status == 200
        moves = (await metrics(api))["frontrow_order_moves_total"]
    assert moves["claimed",] == moves["cancelled",] == 1
