"""Nothing the server writes or publishes is about a person: not in its log at its most talkative, not in its metrics.

One person with names that occur nowhere else buys, pays, looks, cancels and is erased, and makes every call there is
with their data in every field, wrong as that mostly is, before a real server in a process of its own.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from frontrow.http.app import OPERATIONS
from frontrow.http.openapi import plain
from tests.support.eventually import eventually
from tests.support.free_ports import free_port
from tests.support.http_stack import EVENT, SECRET, Answered, Api, Json, bearer, put_on_sale, token
from tests.support.server import FORKED, RunningServer, running_server

USER = "zq-user-4471"
CONTACT = {"name": "Zebulon Quagmire", "email": "zebulon@quagmire.example", "phone": "+1 555 010 4471"}
SAID = {"notes": "a wheelchair for Zebulon", "specialRequests": "quagmire-free aisle"}
KEY, ADDRESS, AGENT, CARD = "zq-key-4471", "203.0.113.171", "Quagmire-Browser/4471", "4242424242424242"
FROM_HOME = {"x-forwarded-for": ADDRESS, "user-agent": AGENT}
TOKEN_HEAD = token(USER).partition(".")[0]
MARKS = (USER, KEY, "zebulon", "quagmire", "wheelchair", "555 010", "203.0.113", CARD, TOKEN_HEAD, SECRET)
"""What must never be seen, whatever it is part of; nothing that a random id could have in it."""


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """A server that says all it can, and whose webhooks and mails nobody takes."""
    nobody = free_port()
    extra = {
        "FRONTROW_JWT_SECRET": SECRET,
        "FRONTROW_DIRECT_BOOKING": "anyone",
        "FRONTROW_PAYMENT_GATEWAY": "demo",
        "FRONTROW_DIALECT_GUESTS": "true",
        "FRONTROW_TRUSTED_PROXIES": "127.0.0.1",
        "FRONTROW_WEBHOOK_URL": f"http://127.0.0.1:{nobody}/",
        "FRONTROW_SMTP_URL": f"smtp://127.0.0.1:{nobody}",
        "FRONTROW_EMAIL_FROM": "tickets@theatre.example",
        "FRONTROW_LOG_LEVEL": "debug",
    }
    with running_server(tmp_path, extra=extra, forked=FORKED) as running:
        yield running


async def test_neither_log_nor_metrics_say_anything_about_a_person(server: RunningServer) -> None:
    async with httpx.AsyncClient(base_url=server.url, headers=FROM_HOME, timeout=30) as client:
        api = Api(client)
        await put_on_sale(api)
        await buys_and_leaves(api)
        sent = await calls_everything(client)
        metrics = (await client.get("/metrics", headers=bearer("boss", "admin"))).text
    await eventually(lambda: server.output.count('"event":"request"') >= sent, "the log's last lines are written")
    log = server.output
    lines = [json.loads(line) for line in log.splitlines()]
    written = {line["event"] for line in lines}
    assert {
        "request",
        "seats_held",
        "seats_booked",
        "seats_refused",
        "order_booked",
        "refused",
        "person_erased",
    } <= written
    assert "notice_not_taken" in written
    for mark in MARKS:
        assert mark.lower() not in metrics.lower(), mark
        assert [line for line in log.splitlines() if mark.lower() in line.lower()][:3] == [], mark
    assert [line for line in lines if line["event"] == "unexpected"] == []
    assert [line for line in lines if line["event"] in CAUSED_BY_CALLS and "request_id" not in line] == []


CAUSED_BY_CALLS = {
    "request",
    "refused",
    "seats_held",
    "seats_refused",
    "seats_released",
    "seats_claimed",
    "person_erased",
}
"""Lines that only calls have written here: each says which."""


async def buys_and_leaves(api: Api) -> None:
    """Everything a person does with success, and what an operator does with them."""
    me, boss = {"by": (USER,)}, {"by": ("boss", "admin")}
    await api.hold("A1", by=("somebody",))
    assert (await api.post(f"/api/v1/events/{EVENT}/holds", {"seatIds": ["A1"]}, **me)).status == 409
    held = await api.hold("A2", "A3", by=(USER,))
    body = {"eventId": EVENT, "holdId": held["holdId"], "contactInfo": CONTACT, **SAID}
    booked = succeeded(await api.post("/api/v1/bookings", body, headers={"idempotency-key": KEY}, **me))
    assert (
        await api.post("/api/v1/bookings", body | SAID | {"notes": KEY}, headers={"idempotency-key": KEY}, **me)
    ).status == 422
    held = await api.hold("B1", "B2", by=(USER,))
    placing = {"eventId": EVENT, "holdId": held["holdId"], "customer": CONTACT, **SAID}
    order = succeeded(await api.post("/api/v1/orders", placing, **me))
    paying = succeeded(await api.post(f"/api/v1/orders/{order['orderId']}/payment", {"returnUrl": "/"}, **me))
    bank = f"/api/v1/demo-payments/{paying['payment']['paymentId']}"
    assert (await api.post(f"{bank}/card", {"number": CARD}, by=None)).status == 200
    order = succeeded(await api.get(f"/api/v1/orders/{order['orderId']}", **me))
    assert order["status"] == "booked"
    found = await api.post("/api/v1/bookings/find", {"code": "QX7K-2M4N-ABCD-EF23", "email": CONTACT["email"]}, by=None)
    assert found.status == 404
    for path in (
        f"bookings?query={CONTACT['email']}",
        "bookings?query=Zebulon",
        "bookings?format=csv",
        "orders",
        "history?seatId=A2",
    ):
        assert (await api.get(f"/api/v1/events/{EVENT}/{path}", **boss)).status == 200, path
    for booking_id in (booked["bookingId"], order["bookingId"]):
        succeeded(await api.post(f"/api/v1/bookings/{booking_id}/cancel", {}, **me))
    erased = await api.post("/api/v1/erasures", {"userId": USER, "email": CONTACT["email"]}, **boss)
    assert succeeded(erased)["changed"] > 0


def succeeded(answer: Answered) -> Json:
    """The answer's body."""
    assert answer.status in (200, 201), answer
    return dict(answer.body)


async def calls_everything(client: httpx.AsyncClient) -> int:
    """Every operation with a person in each field, by them, by an admin and with a bad token; how many calls."""
    person = {"idempotency-key": KEY, "last-event-id": CONTACT["email"], "if-none-match": USER}
    calls = 0
    for operation in OPERATIONS:
        path = "/".join(USER if part.startswith("{") else part for part in operation.path.split("/"))
        query = dict.fromkeys([CONTACT["name"], *operation.example.query], CONTACT["email"])
        body = filled(plain(operation.example.body)) if operation.has_body else CONTACT
        bad = {"authorization": f"Bearer {token(USER)}x"}
        for sender, sent in ((bearer(USER), body), (bearer("boss", "admin"), body), (bad, CONTACT["name"])):
            headers = {**person, **sender}
            async with client.stream(operation.method, path, params=query, json=sent, headers=headers) as answer:
                calls += 1
                assert answer.status_code < 500 or answer.status_code == 503, operation.name
    return calls


def filled(value: object) -> object:
    """The same JSON with a person's data in place of every text."""
    match value:
        case str():
            return CONTACT["email"]
        case list():
            return [filled(item) for item in value]
        case dict():
            return {name: filled(item) for name, item in value.items()}
        case _:
            return value
