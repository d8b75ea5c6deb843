"""Ordering, giving up, and selling for somebody else, as a client sees it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from frontrow.app import Application
from frontrow.settings import DirectBooking, PaymentGatewayName
from tests.support.http_stack import CONTACT, EVENT, Answered, Api, Json, api_of, event_body, running_application
from tests.support.valkey import ValkeyServer

ORDERS = "/api/v1/orders"
BOSS = ("boss", "admin")
SHOP = ("shop", "integrator")
GOOD_CARD = {"card": {"number": "4242 4242 4242 4242"}}
BAD_CARD = {"card": {"number": "4000 0000 0000 0002"}}


@pytest.fixture
async def application(folder: Path, valkey: ValkeyServer) -> AsyncIterator[Application]:
    """A server as a shop runs it: buyers pay through its gateway, only integrators book directly."""
    strict: dict[str, Any] = {
        "payment_gateway": PaymentGatewayName.DEMO,
        "direct_booking": DirectBooking.INTEGRATOR,
    }
    async with running_application(valkey.url, folder, **strict) as running:
        yield running


def wish(hold_id: str, **changes: object) -> Json:
    """The body that orders a hold."""
    return {"eventId": EVENT, "holdId": hold_id, "customer": CONTACT} | changes


async def place(api: Api, hold_id: str, by: tuple[str, ...] = ("buyer",), **changes: object) -> Answered:
    return await api.post(ORDERS, wish(hold_id, **changes), by=by)


async def ordered(api: Api, *seat_ids: str, by: tuple[str, ...] = ("buyer",)) -> Json:
    """An order of these seats."""
    answer = await place(api, (await api.hold(*seat_ids, by=by))["holdId"], by)
    assert answer.status == 201, answer
    return dict(answer.body)


async def pay(api: Api, order_id: str, body: Json, by: tuple[str, ...] = ("buyer",)) -> Answered:
    return await api.post(f"{ORDERS}/{order_id}/payment", body, by=by)


async def test_an_order_has_everything_that_was_sent_and_what_it_costs(api: Api) -> None:
    charges = [
        {"name": "Booking fee", "kind": "per_seat", "amountMinor": 250},
        {"name": "VAT", "kind": "included_share", "basisPoints": 1900},
    ]
    changed = await api.ask("PATCH", f"/api/v1/events/{EVENT}", body={"charges": charges}, by=BOSS)
    assert changed.status == 200, changed
    hold = await api.hold("A1", tableIds=["W"])
    customer = CONTACT | {"phone": "+1234567890"}
    answer = await place(api, hold["holdId"], customer=customer, notes="Birthday", specialRequests="Wheelchair")
    assert answer.status == 201
    order = answer.body
    assert (order["eventId"], order["holdId"], order["userId"], order["status"]) == (
        EVENT,
        hold["holdId"],
        "buyer",
        "claimed",
    )
    assert (order["seatIds"], order["tableIds"]) == (["A1", "W1", "W2", "W3", "W4"], ["W"])
    assert (order["customer"], order["notes"], order["specialRequests"]) == (customer, "Birthday", "Wheelchair")
    seats = [line for line in order["lines"] if line["kind"] == "seat"]
    assert [line["seatId"] for line in seats] == order["seatIds"]
    assert [line["label"] for line in seats[:2]] == ["Row A, Seat 1", "Table W, Seat 1"]
    assert sum(line["amount"]["amountMinor"] for line in seats) == hold["total"]["amountMinor"]
    fee, vat = order["lines"][len(seats) :]
    assert (fee["kind"], fee["label"], fee["amount"]["amountMinor"]) == ("charge", "Booking fee", 5 * 250)
    assert (vat["kind"], vat["label"]) == ("included", "VAT")
    assert order["total"] == {"amountMinor": hold["total"]["amountMinor"] + 1250, "currency": "USD"}
    assert order["createdAt"] < order["payUntil"]
    assert (order["refunds"], order["refunded"]["amountMinor"]) == ([], 0)
    assert not {"payment", "bookingId", "ticketCode", "attention"} & set(order)
    assert (await api.get(f"{ORDERS}/{order['orderId']}", by=("buyer",))).body == order


async def test_ordered_seats_are_the_orders_and_their_hold_is_over(api: Api) -> None:
    hold = await api.hold("A1", "A2")
    assert (await place(api, hold["holdId"])).status == 201
    assert {seat: (await api.states())[seat] for seat in ("A1", "A2")} == {"A1": "h", "A2": "h"}
    gone = await api.get(f"/api/v1/events/{EVENT}/holds/{hold['holdId']}", by=("buyer",))
    assert gone.code == "hold_not_found"
    taken = await api.post(f"/api/v1/events/{EVENT}/holds", {"seatIds": ["A2", "A3"]}, by=("other",))
    assert (taken.code, taken.body["seatIds"]) == ("seats_unavailable", ["A2"])


async def test_an_order_that_is_given_up_frees_its_seats_and_stays_given_up(api: Api) -> None:
    order = await ordered(api, "A1", "A2")
    path = f"{ORDERS}/{order['orderId']}"
    given_up = await api.post(f"{path}/cancel")
    assert (given_up.status, given_up.body["status"]) == (200, "cancelled")
    assert (await api.states())["A1"] == "a"
    again = await api.post(f"{path}/cancel", {})
    assert (again.status, again.body["status"]) == (200, "cancelled")
    late = await pay(api, order["orderId"], GOOD_CARD)
    assert (late.code, late.body["orderStatus"]) == ("order_state", "cancelled")
    assert "nothing is charged" in late.body["detail"]
    await api.hold("A1", "A2", by=("other",))


async def test_a_booked_order_is_not_given_up_but_its_booking_is_and_the_refund_is_shown(api: Api) -> None:
    order = await ordered(api, "A1", "A2", "A3")
    paid = await pay(api, order["orderId"], GOOD_CARD)
    assert (paid.status, paid.body["status"]) == (200, "booked"), paid
    refused = await api.post(f"{ORDERS}/{order['orderId']}/cancel")
    assert (refused.code, refused.body["orderStatus"]) == ("order_state", "booked")
    path = f"/api/v1/bookings/{paid.body['bookingId']}"
    booking = (await api.get(path, by=("buyer",))).body
    assert (booking["orderId"], booking["ticketCode"]) == (order["orderId"], paid.body["ticketCode"])
    assert (booking["total"], booking["paymentInfo"]["gateway"]) == (order["total"], "demo")
    assert "refunds" not in booking
    some = await api.post(f"{path}/cancel", {"seatIds": ["A2"]})
    assert (some.status, some.body["status"], some.body["cancelledSeatIds"]) == (200, "partly_cancelled", ["A2"])
    [refund] = some.body["refunds"]
    assert (refund["reason"], refund["status"], refund["seatIds"]) == ("seats_cancelled", "done", ["A2"])
    assert refund["amount"]["amountMinor"] == order["total"]["amountMinor"] // 3
    rest = await api.post(f"{path}/cancel")
    assert sum(it["amount"]["amountMinor"] for it in rest.body["refunds"]) == order["total"]["amountMinor"]
    ended = (await api.get(f"{ORDERS}/{order['orderId']}", by=("buyer",))).body
    assert (ended["status"], ended["refunded"]) == ("refunded", order["total"])
    assert (await api.get(path, by=("buyer",))).body == rest.body
    [listed] = (await api.get("/api/v1/bookings", by=("buyer",))).body["items"]
    assert listed == rest.body


async def test_my_orders_are_paged_newest_first_and_open_ones_by_themselves(api: Api) -> None:
    made = [await ordered(api, f"A{number}") for number in range(1, 6)]
    assert (await pay(api, made[0]["orderId"], GOOD_CARD)).status == 200
    assert (await api.post(f"{ORDERS}/{made[1]['orderId']}/cancel")).status == 200
    await ordered(api, "B1", by=("other",))
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await api.get(f"{ORDERS}?limit=2{cursor}", by=("buyer",))).body
        seen += [order["orderId"] for order in page["items"]]
        if page["nextCursor"] is None:
            break
        cursor = f"&cursor={page['nextCursor']}"
    assert sorted(seen) == sorted(order["orderId"] for order in made)
    still_open = (await api.get(f"{ORDERS}?open=true", by=("buyer",))).body["items"]
    assert {order["orderId"] for order in still_open} == {order["orderId"] for order in made[2:]}
    everything = (await api.get(ORDERS, by=("buyer",))).body["items"]
    paid = next(order for order in everything if order["orderId"] == made[0]["orderId"])
    assert paid == (await api.get(f"{ORDERS}/{made[0]['orderId']}", by=("buyer",))).body
    assert paid["payment"]["status"] == "captured"


@pytest.mark.parametrize("by", [("other",), SHOP], ids=["another buyer", "an integrator"])
async def test_another_users_order_is_answered_as_an_absent_one(api: Api, by: tuple[str, ...]) -> None:
    order = await ordered(api, "A1")
    absent = order["orderId"][:-4] + "AAAA"
    for method, rest, body in (
        ("GET", "", None),
        ("POST", "/payment", GOOD_CARD),
        ("POST", "/cancel", {}),
    ):
        foreign = await api.ask(method, f"{ORDERS}/{order['orderId']}{rest}", by=by, body=body)
        none = await api.ask(method, f"{ORDERS}/{absent}{rest}", by=by, body=body)
        assert foreign.status == none.status == 404
        assert {**foreign.body, "requestId": ""} == {**none.body, "requestId": ""}
    assert (await api.get(f"{ORDERS}?limit=100", by=by)).body["items"] == []
    assert (await api.get(f"{ORDERS}/{order['orderId']}", by=BOSS)).status == 200
    assert (await api.get(f"{ORDERS}/{order['orderId']}", by=("buyer",))).body["status"] == "claimed"


async def test_what_cannot_be_ordered_is_refused_in_words(api: Api) -> None:
    foreign = await api.hold("A1", by=("other",))
    assert (await place(api, foreign["holdId"])).code == "hold_not_found"
    assert (await place(api, "no-hold")).code == "hold_not_found"
    assert (await place(api, foreign["holdId"], eventId="none")).code == "not_found"
    created = await api.post("/api/v1/events", event_body("second"), by=BOSS)
    assert created.status == 201
    mine = await api.hold("A2")
    assert (await place(api, mine["holdId"], eventId="second")).code == "hold_not_found"
    moved = await api.hold("B1", "B2")
    await api.hold("B2")
    refused = await place(api, moved["holdId"])
    assert (refused.code, refused.body["seatIds"]) == ("hold_not_complete", ["B2"])
    assert "order that one" in refused.body["detail"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"price": 1}, "price"),
        ({"amount": {"amountMinor": 1, "currency": "USD"}}, "amount"),
        ({"total": {"amountMinor": -1, "currency": "USD"}}, "total"),
        ({"currency": "JPY"}, "currency"),
        ({"lines": []}, "lines"),
        ({"quantity": -3}, "quantity"),
        ({"seatIds": ["A1"]}, "seatIds"),
        ({"status": "booked"}, "status"),
        ({"customer": CONTACT | {"amountMinor": 1}}, "customer.amountMinor"),
        ({"customer": CONTACT | {"email": "nobody"}}, "customer.email"),
        ({"customer": CONTACT | {"name": "x" * 201}}, "customer.name"),
        ({"customer": CONTACT | {"phone": 10**400}}, "customer.phone"),
        ({"notes": "x" * 2001}, "notes"),
        ({"specialRequests": "\0"}, "specialRequests"),
        ({"holdId": -1}, "holdId"),
        ({"userId": ""}, "userId"),
    ],
)
async def test_an_order_takes_no_price_and_nothing_else_that_is_not_the_buyers_to_say(
    api: Api, change: Json, field: str
) -> None:
    hold = await api.hold("A1")
    refused = await place(api, hold["holdId"], by=SHOP if "userId" in change else ("buyer",), **change)
    assert (refused.status, refused.code) == (422, "validation_failed"), refused
    assert refused.body["errors"][0]["field"] == field
    assert (await api.get(ORDERS, by=("buyer",))).body["items"] == []


# At the box office.


async def test_an_integrator_sells_to_somebody_else_and_states_what_it_took(api: Api) -> None:
    hold = await api.hold("A1", "A2", by=SHOP)
    placed = await place(api, hold["holdId"], SHOP, userId="ada")
    assert (placed.status, placed.body["userId"]) == (201, "ada")
    order_id = placed.body["orderId"]
    stated = {"paymentInfo": {"method": "cash", "transactionId": "till-7-0042"}}
    paid = await pay(api, order_id, stated, SHOP)
    assert (paid.status, paid.body["status"]) == (200, "booked"), paid
    assert (paid.body["payment"]["gateway"], paid.body["payment"]["status"]) == ("external", "captured")
    booking = (await api.get(f"/api/v1/bookings/{paid.body['bookingId']}", by=("ada",))).body
    assert (booking["userId"], booking["seatIds"]) == ("ada", ["A1", "A2"])
    assert booking["paymentInfo"]["method"] == "cash"
    assert (await api.get(f"{ORDERS}/{order_id}", by=("ada",))).body["status"] == "booked"
    cancelled = await api.post(f"/api/v1/bookings/{booking['bookingId']}/cancel", by=("ada",))
    assert [refund["status"] for refund in cancelled.body["refunds"]] == ["done"]


async def test_an_integrator_sells_what_the_user_holds(api: Api) -> None:
    hold = await api.hold("A1", by=("ada",))
    placed = await place(api, hold["holdId"], SHOP, userId="ada")
    assert (placed.status, placed.body["userId"]) == (201, "ada"), placed
    paid = await pay(api, placed.body["orderId"], {"paymentInfo": {"method": "card"}}, SHOP)
    assert paid.body["status"] == "booked"
    assert len((await api.get("/api/v1/bookings", by=("ada",))).body["items"]) == 1


async def test_a_buyer_names_nobody_else_and_states_no_payment(api: Api) -> None:
    hold = await api.hold("A1")
    assert (await place(api, hold["holdId"], userId="ada")).code == "role_missing"
    order = await ordered(api, "A2")
    refused = await pay(api, order["orderId"], {"paymentInfo": {"method": "cash"}})
    assert (refused.status, refused.code) == (403, "statement_not_allowed")
    assert (await api.get(f"{ORDERS}/{order['orderId']}", by=("buyer",))).body["status"] == "claimed"


async def test_an_integrator_books_directly_as_before_and_a_buyer_does_not(api: Api) -> None:
    body = {"eventId": EVENT, "holdId": (await api.hold("A1"))["holdId"], "contactInfo": CONTACT, "userId": "buyer"}
    assert (await api.post("/api/v1/bookings", body)).code == "direct_booking_not_allowed"
    booked = await api.post("/api/v1/bookings", body, by=SHOP)
    assert (booked.status, booked.body["userId"]) == (201, "buyer")
    assert "orderId" not in booked.body
    assert booked.body["ticketCode"]


# Settings.


async def test_without_a_gateway_buyers_order_nothing_and_integrators_still_do(
    folder: Path, valkey: ValkeyServer
) -> None:
    strict: dict[str, Any] = {"direct_booking": DirectBooking.INTEGRATOR}
    async with running_application(valkey.url, folder, **strict) as application, api_of(application) as api:
        refused = await place(api, (await api.hold("A1"))["holdId"])
        assert (refused.status, refused.code) == (503, "payment_not_configured")
        assert refused.headers["retry-after"] == "300"
        placed = await place(api, (await api.hold("A2", by=SHOP))["holdId"], SHOP, userId="ada")
        paid = await pay(api, placed.body["orderId"], {"paymentInfo": {"method": "cash"}}, SHOP)
        assert paid.body["status"] == "booked"


async def test_an_order_that_needs_no_attention_is_looked_at_and_stays_as_it_is(api: Api) -> None:
    order = await ordered(api, "A1")
    path = f"{ORDERS}/{order['orderId']}/resolve"
    assert (await api.post(path)).code == "role_missing"
    looked_at = await api.post(path, {}, by=BOSS)
    assert (looked_at.status, looked_at.body["status"]) == (200, "claimed")
    assert (await api.post(f"{ORDERS}/{order['orderId'][:-4]}AAAA/resolve", by=BOSS)).code == "not_found"
