"""What those who run an event do around money, as a client sees it: charges, orders, cancelling, reconciling."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from frontrow.app import Application
from frontrow.http.v1.order_export import COLUMNS
from frontrow.settings import PaymentGatewayName
from tests.support.eventually import eventually
from tests.support.http_stack import (
    CONTACT,
    EVENT,
    Answered,
    Api,
    Json,
    bearer,
    event_body,
    running_application,
)
from tests.support.valkey import ValkeyServer

ADMIN = ("boss", "admin")
ORDERS = f"/api/v1/events/{EVENT}/orders"
FEE = {"name": "Booking fee", "kind": "per_order", "amountMinor": 250, "refundable": False}
TAX = {"name": "Tax", "kind": "share", "basisPoints": 1000}


@pytest.fixture
async def application(folder: Path, valkey: ValkeyServer) -> AsyncIterator[Application]:
    async with running_application(valkey.url, folder, payment_gateway=PaymentGatewayName.DEMO) as running:
        yield running


async def charged(api: Api, *charges: Json) -> None:
    answer = await api.ask("PATCH", f"/api/v1/events/{EVENT}", body={"charges": charges}, by=ADMIN)
    assert (answer.status, answer.body["charges"]) == (200, list(charges))


async def ordered(api: Api, seat_id: str, *, name: str = "Ada Lovelace", email: str = "ada@example.com") -> Json:
    """An order of one seat, by a user of its own."""
    by = (f"buyer-{seat_id}",)
    hold = await api.hold(seat_id, by=by)
    body = {"eventId": EVENT, "holdId": hold["holdId"], "customer": {"name": name, "email": email}}
    answer = await api.post("/api/v1/orders", body, by=by)
    assert answer.status == 201, answer
    return dict(answer.body)


async def paid(api: Api, order: Json) -> Json:
    body = {"card": {"number": "4242424242424242"}}
    answer = await api.post(f"/api/v1/orders/{order['orderId']}/payment", body, by=(order["userId"],))
    assert (answer.status, answer.body["status"]) == (200, "booked"), answer
    return dict(answer.body)


async def order_now(api: Api, order: Json) -> Json:
    return dict((await api.get(f"/api/v1/orders/{order['orderId']}", by=ADMIN)).body)


async def test_an_events_charges_are_made_changed_and_shown_to_everybody(api: Api) -> None:
    made = await api.post("/api/v1/events", event_body("charged", charges=[FEE, TAX]), by=ADMIN)
    assert (made.status, made.body["charges"]) == (201, [FEE, TAX])
    again = await api.post("/api/v1/events", event_body("charged", charges=[FEE, TAX]), by=ADMIN)
    assert again.headers["idempotency-replayed"] == "true"
    path = "/api/v1/events/charged"
    assert (await api.ask("PATCH", path, body={"name": "Ball"}, by=ADMIN)).body["charges"] == [FEE, TAX]
    assert (await api.ask("PATCH", path, body={"charges": [TAX]}, by=ADMIN)).body["charges"] == [TAX]
    assert (await api.get(path)).body["charges"] == [TAX]
    assert "charges" not in (await api.ask("PATCH", path, body={"charges": []}, by=ADMIN)).body


@pytest.mark.parametrize(
    ("charges", "fields"),
    [
        ([{"name": "Fee", "kind": "per_week", "amountMinor": 1}], ["charges[0].kind"]),
        ([FEE, {"name": "Fee", "kind": "per_seat"}], ["charges[1].amountMinor"]),
        ([{"name": "Tax", "kind": "share", "basisPoints": 10_001}], ["charges[0].basisPoints"]),
        ([{"name": "Tax", "kind": "share", "basisPoints": 1, "extra": 1}], ["charges[0].extra"]),
        ([TAX, TAX], ["charges[1].name"]),
        ([FEE | {"name": f"Fee {n}"} for n in range(21)], ["charges"]),
    ],
)
async def test_a_charge_that_cannot_be_is_named_by_its_field(api: Api, charges: Json, fields: list[str]) -> None:
    for answer in (
        await api.post("/api/v1/events", event_body("charged", charges=charges), by=ADMIN),
        await api.ask("PATCH", f"/api/v1/events/{EVENT}", body={"charges": charges}, by=ADMIN),
    ):
        assert answer.code == "validation_failed"
        assert [fault["field"] for fault in answer.body["errors"]] == fields


async def test_changed_charges_are_only_in_orders_placed_from_then_on(api: Api) -> None:
    await charged(api, FEE)
    first = await ordered(api, "A1")
    await charged(api, FEE | {"amountMinor": 900}, TAX)
    second = await ordered(api, "A2")
    assert [order["total"]["amountMinor"] for order in (first, second)] == [7_750, 9_240]
    assert (await paid(api, first))["total"]["amountMinor"] == 7_750


async def found(api: Api, **params: str) -> list[str]:
    answer = await api.get(ORDERS, by=ADMIN, params=params)
    assert answer.status == 200, answer
    return [order["seatIds"][0] for order in answer.body["items"]]


async def test_orders_are_found_by_state_name_email_and_code(api: Api) -> None:
    assert await found(api) == []
    zoe = await paid(api, await ordered(api, "A1", name="Zoë Muñoz", email="zm@example.com"))
    smith = await ordered(api, "A2", name="John Smith", email="j.smith@EXAMPLE.org")
    assert await found(api) == ["A2", "A1"]
    assert await found(api, state="booked") == await found(api, query="zoe MUN") == ["A1"]
    assert await found(api, state="claimed,paying", query="smith") == ["A2"]
    assert await found(api, state="booked", query="smith") == []
    assert await found(api, query=smith["orderId"]) == await found(api, query=smith["orderId"][:9]) == ["A2"]
    assert await found(api, query=zoe["bookingId"]) == ["A1"]
    code = zoe["ticketCode"]
    assert await found(api, query=code) == await found(api, query=code.lower().replace("-", " ")) == ["A1"]
    assert await found(api, query=code[:9]) == ["A1"]
    assert await found(api, query=code[:4]) == []
    bookings = await api.get(f"/api/v1/events/{EVENT}/bookings", by=ADMIN, params={"query": code})
    assert [it["seatIds"] for it in bookings.body["items"]] == [["A1"]]
    first = await api.get(ORDERS, by=ADMIN, params={"limit": "1"})
    [order] = first.body["items"]
    assert (order["seatIds"], order["payment" if "payment" in order else "status"]) == (["A2"], "claimed")
    assert await found(api, limit="1", cursor=first.body["nextCursor"]) == ["A1"]


async def test_orders_are_exported_as_a_spreadsheet_reads_them(api: Api) -> None:
    await charged(api, FEE, TAX)
    order = await paid(api, await ordered(api, "A1", name="=HYPERLINK(1)", email="ada@example.com"))
    await api.post(f"/api/v1/bookings/{order['bookingId']}/cancel", by=ADMIN)
    await ordered(api, "A2")
    answer = await api.client.get(ORDERS, headers=bearer(*ADMIN), params={"format": "csv"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert answer.headers["content-disposition"] == f'attachment; filename="orders-{EVENT}.csv"'
    head, *lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), strict=True)
    assert tuple(head) == COLUMNS
    claimed, refunded = (dict(zip(head, line, strict=True)) for line in lines)
    assert (claimed["status"], claimed["paid"], claimed["bookingId"], claimed["ticketCode"]) == (
        "claimed",
        "0.00",
        "",
        "",
    )
    assert {name: refunded[name] for name in ("seatsTotal", "charges", "total", "paid", "refundsOwed", "refunded")} == {
        "seatsTotal": "75.00",
        "charges": "10.25",
        "total": "85.25",
        "paid": "85.25",
        "refundsOwed": "82.50",
        "refunded": "82.50",
    }
    assert (refunded["name"], refunded["status"], refunded["gateway"]) == ("'=HYPERLINK(1)", "refunded", "demo")
    assert (refunded["bookingId"], refunded["ticketCode"]) == (order["bookingId"], order["ticketCode"])
    bookings = await api.client.get(
        f"/api/v1/events/{EVENT}/bookings", headers=bearer(*ADMIN), params={"format": "csv"}
    )
    columns, line = csv.reader(io.StringIO(bookings.content.decode("utf-8-sig"), newline=""), strict=True)
    booking = dict(zip(columns, line, strict=True))
    assert (booking["orderId"], booking["ticketCode"]) == (order["orderId"], order["ticketCode"])
    assert (booking["total"], booking["totalLeft"], booking["refundsOwed"]) == ("85.25", "2.75", "82.50")


async def test_a_cancelled_event_gives_everybody_everything_back(api: Api) -> None:
    await charged(api, FEE, TAX)
    bought = await paid(api, await ordered(api, "A1"))
    partly = await api.hold("A2", "A3", by=("buyer-A2",))
    body = {"eventId": EVENT, "holdId": partly["holdId"], "customer": CONTACT}
    pair = await paid(api, dict((await api.post("/api/v1/orders", body, by=("buyer-A2",))).body))
    await api.post(f"/api/v1/bookings/{pair['bookingId']}/cancel", {"seatIds": ["A3"]}, by=("buyer-A2",))
    claimed = await ordered(api, "A4")
    direct = await api.book((await api.hold("A5"))["holdId"])
    kept = await api.hold("A6")
    path = f"/api/v1/events/{EVENT}"
    assert (await api.get(f"{path}/cancellation", by=ADMIN)).code == "not_found"
    cancelled = await api.post(f"{path}/cancel", by=ADMIN)
    assert (cancelled.status, cancelled.body["bookings"]["total"], cancelled.body["done"]) == (202, 3, False)

    async def is_done() -> bool:
        return bool((await api.get(f"{path}/cancellation", by=ADMIN)).body["done"])

    await eventually(is_done, "everything is given back")
    again = (await api.post(f"{path}/cancel", by=ADMIN)).body
    assert (again["cancelledAt"], again["bookings"]) == (cancelled.body["cancelledAt"], {"total": 3, "cancelled": 3})
    assert (again["orders"]["open"], again["refunds"]) == (0, {"due": 0, "done": 3, "failed": 0})
    now = [await order_now(api, order) for order in (bought, pair, claimed)]
    assert [order["status"] for order in now] == ["refunded", "refunded", "cancelled"]
    assert [order["refunded"]["amountMinor"] for order in now] == [8_525, 16_775, 0]
    assert [refund["reason"] for refund in now[1]["refunds"]] == ["seats_cancelled", "event_cancelled"]
    assert (await api.get(f"/api/v1/bookings/{direct['bookingId']}", by=ADMIN)).body["status"] == "cancelled"
    assert (await api.get(path)).body["saleStatus"] == "cancelled"
    for refused in (
        await api.post(f"{path}/holds", {"seatIds": ["B1"]}),
        await api.post("/api/v1/orders", {"eventId": EVENT, "holdId": kept["holdId"], "customer": CONTACT}),
        await api.post("/api/v1/bookings", {"eventId": EVENT, "holdId": kept["holdId"], "contactInfo": CONTACT}),
    ):
        assert refused.code == "event_not_on_sale"
    assert set((await api.states()).values()) == {"a", "h"}


async def test_nothing_differs_where_all_went_well_and_what_was_forgotten_is_healed(
    api: Api, application: Application
) -> None:
    path = f"/api/v1/events/{EVENT}/reconciliation"
    await paid(api, await ordered(api, "A1"))
    answer = await api.post(path, by=ADMIN)
    assert (answer.status, answer.body["findings"], answer.body["nextCursor"]) == (200, [], None)
    assert answer.body["lookedAt"] == 2
    quick = await api.post(path, {"captured": False}, by=ADMIN)
    assert quick.body["lookedAt"] == 1
    assert (await api.post(path, {"cursor": "orders::1-x"}, by=ADMIN)).code == "validation_failed"


async def test_an_erased_person_is_in_no_answer_any_more_and_the_seats_stay_sold(api: Api) -> None:
    erasures = "/api/v1/erasures"
    order = await ordered(api, "A1")
    refused = await api.post(erasures, {"email": "ADA@example.com"}, by=ADMIN)
    assert (refused.code, order["orderId"] in refused.body["detail"]) == ("order_state", True)
    booked = await paid(api, order)
    assert (await api.post(erasures, {"email": "ADA@example.com"}, by=ADMIN)).body == {"changed": 2}
    assert (await api.post(erasures, {"email": "ada@example.com"}, by=ADMIN)).body == {"changed": 0}
    assert (await api.post(erasures, {"userId": "nobody"}, by=ADMIN)).body == {"changed": 0}
    for answer in (
        await api.get(f"/api/v1/bookings/{booked['bookingId']}", by=ADMIN),
        await api.get(ORDERS, by=ADMIN),
        await api.get(f"/api/v1/events/{EVENT}/history", by=ADMIN, params={"seatId": "A1"}),
    ):
        assert answer.status == 200
        assert not {"Ada", "ada@example.com"} & set(str(answer.body).replace("'", " ").split())
    assert (await api.get(f"/api/v1/bookings/{booked['bookingId']}", by=(order["userId"],))).code == "not_found"
    assert (await api.states())["A1"] == "b"
    assert (await api.post(erasures, {}, by=ADMIN)).body["errors"][0]["field"] == "userId"


async def test_a_seats_history_says_who_had_it_and_when(api: Api) -> None:
    path = f"/api/v1/events/{EVENT}/history"
    assert (await api.get(path, by=ADMIN, params={"seatId": "A1"})).body["items"] == []
    booked = await paid(api, await ordered(api, "A1"))
    await api.post(f"/api/v1/bookings/{booked['bookingId']}/cancel", by=ADMIN)
    await api.post(f"/api/v1/events/{EVENT}/blocks", {"seatIds": ["A1"]}, by=ADMIN)
    history = (await api.get(path, by=ADMIN, params={"seatId": "A1"})).body
    assert [it["change"] for it in history["items"]][::-1][0] == "held"
    assert {it["change"] for it in history["items"]} == {"held", "claimed", "dropped", "booked", "cancelled", "blocked"}
    [sold] = [it for it in history["items"] if it["change"] == "booked"]
    assert (sold["ownerId"], sold["userId"], sold["price"]["amountMinor"]) == (booked["bookingId"], "buyer-A1", 7_500)
    assert history["items"][0]["userId"] == "boss"
    assert (await api.get(path, by=ADMIN, params={"seatId": "Z9"})).code == "not_found"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "orders", None),
        ("GET", "orders?format=csv", None),
        ("POST", "cancel", None),
        ("GET", "cancellation", None),
        ("POST", "reconciliation", {}),
        ("GET", "history?seatId=A1", None),
    ],
)
async def test_they_are_for_admins_of_events_there_are(api: Api, method: str, path: str, body: Any) -> None:
    async def asked(event_id: str, by: tuple[str, ...] | None) -> Answered:
        return await api.ask(method, f"/api/v1/events/{event_id}/{path}", body=body, by=by)

    assert (await asked(EVENT, None)).status == 401
    assert (await asked(EVENT, ("shop", "integrator"))).code == "role_missing"
    assert (await asked("none", ADMIN)).code == "not_found"
