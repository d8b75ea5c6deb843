"""Dialect 000: every example of seeds/000 and every row of docs/dialects.md, "Holds and orders"."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio

from frontrow.adapters.payments.demo import DemoPayments
from frontrow.domain.booking import BookingStatus
from frontrow.domain.errors import PaymentUnavailable, StoreUnavailable
from frontrow.services.holds import HoldService
from frontrow.services.order_ids import ORDERS_PER_HOLD_MAX
from frontrow.settings import DirectBooking, PaymentGatewayName
from tests.e2e.dialects.conftest import Visits
from tests.support.http_stack import Answered, Api, Json, api_of, running_application
from tests.support.valkey import ValkeyServer

SHOW = "movie123"
ADMIN = ("boss", "admin")
CUSTOMER = {"name": "Sarah", "email": "sarah@example.com", "phone": "+15550123"}
DECLINED = {"card": {"number": "4000 0000 0000 0002"}}
ABSENT = "7-AAAAAAAAAAAAAAAAAAAAAA"


async def hold(api: Api, *seats: str, show: str = SHOW, **changes: object) -> Answered:
    body: Json = {"showId": show, "seatIds": list(seats), "quantity": len(seats)} | changes
    return await api.post("/holds", body, by=None)


async def held(api: Api, *seats: str, show: str = SHOW) -> str:
    answer = await hold(api, *seats, show=show)
    assert answer.status == 200, answer
    return str(answer.body["holdId"])


async def order(api: Api, hold_id: str, **customer: object) -> Answered:
    return await api.post("/orders", {"holdId": hold_id, "customer": CUSTOMER | customer}, by=None)


async def ordered(api: Api, hold_id: str) -> str:
    answer = await order(api, hold_id)
    assert answer.status == 201, answer
    return str(answer.body["orderId"])


async def pay(api: Api, order_id: str, body: object = None) -> Answered:
    return await api.post(f"/orders/{order_id}/confirm-payment", {} if body is None else body, by=None)


async def seat_map(api: Api, show: str = SHOW) -> Json:
    answer = await api.get(f"/shows/{show}/seatmap")
    assert answer.status == 200, answer
    return dict(answer.body)


def left_s(answer: Answered) -> float:
    """How long from now what this answer says lasts."""
    return (datetime.fromisoformat(answer.body["expiresAt"]) - datetime.now(UTC)).total_seconds()


def message_of(answer: Answered) -> str:
    """The message of a refusal, whose form is checked."""
    error = answer.body["error"]
    assert {"message", "timestamp"} <= set(error) <= {"message", "timestamp", "seatIds"}
    assert abs((datetime.fromisoformat(error["timestamp"]) - datetime.now(UTC)).total_seconds()) < 600
    return str(error["message"])


# "What happens when you pick 3 seats" and "What gets created in Redis?"


async def test_three_seats_are_held_together_for_five_minutes(api: Api) -> None:
    answer = await hold(api, "A5", "A6", "A7")
    assert answer.status == 200
    assert set(answer.body) == {"holdId", "showId", "seatIds", "status", "expiresAt"}
    assert (answer.body["showId"], answer.body["seatIds"], answer.body["status"]) == (SHOW, ["A5", "A6", "A7"], "HELD")
    assert 100 < left_s(answer) <= 301


async def test_three_seats_are_three_locks_and_one_hold(api: Api, valkey: ValkeyServer) -> None:
    hold_id = await held(api, "A5", "A6", "A7")
    async with redis.asyncio.Redis.from_url(valkey.url, decode_responses=True) as store:
        locks = await store.mget([f"seat_lock:{{{SHOW}}}:{seat}" for seat in ("A5", "A6", "A7")])
        assert all(f":{hold_id}:" in str(lock) for lock in locks)
        assert await store.exists(f"hold:{{{SHOW}}}:{hold_id}") == 1


# "How do we fetch on-hold seats?"


async def test_the_seat_map_names_the_held_and_the_unavailable_seats(api: Api) -> None:
    await held(api, "A5", "A6", "A7")
    await pay(api, await ordered(api, await held(api, "B3")))
    await api.post(f"/api/v1/events/{SHOW}/blocks", {"seatIds": ["B4"]}, by=ADMIN)
    shown = await seat_map(api)
    assert set(shown) == {"showId", "layout", "unavailableSeatIds", "heldSeatIds"}
    assert (shown["showId"], shown["heldSeatIds"], shown["unavailableSeatIds"]) == (
        SHOW,
        ["A5", "A6", "A7"],
        ["B3", "B4"],
    )
    drawing = await api.get("/api/v1/layouts/cinema/versions/1")
    assert shown["layout"] == drawing.body


# "Real example: Sarah books 2 seats"


async def test_sarah_books_two_seats_and_tom_is_too_late(visits: Visits) -> None:
    sarah, tom = await visits(), await visits()
    assert (await hold(sarah, "F5", "F6", show="spider123")).status == 200
    refused = await hold(tom, "F5", show="spider123")
    assert refused.status == 409
    assert message_of(refused) == "SORRY! Seat F5 is already taken"
    assert refused.body["error"]["seatIds"] == ["F5"]


async def test_if_any_seat_is_taken_none_is_held_and_all_taken_ones_are_named(visits: Visits) -> None:
    sarah, tom = await visits(), await visits()
    await held(sarah, "A5", "A6")
    refused = await hold(tom, "A4", "A6", "A5")
    assert (refused.status, message_of(refused)) == (409, "SORRY! Seat A6 is already taken")
    assert refused.body["error"]["seatIds"] == ["A6", "A5"]
    assert "A4" not in (await seat_map(tom))["heldSeatIds"]


# "The complete journey"


async def test_the_complete_journey_ends_with_the_seats_sold_and_nothing_left_of_the_hold(
    api: Api, valkey: ValkeyServer
) -> None:
    async with redis.asyncio.Redis.from_url(valkey.url, decode_responses=True) as store:
        hold_id = await held(api, "A5", "A6", "A7")
        keys = [f"hold:{{{SHOW}}}:{hold_id}", *(f"seat_lock:{{{SHOW}}}:{seat}" for seat in ("A5", "A6", "A7"))]
        assert await store.exists(*keys) == 4, "1 + n keys"
        placed = await order(api, hold_id)
        assert placed.status == 201
        order_id = placed.body["orderId"]
        assert 100 < left_s(placed) <= 301
        del placed.body["expiresAt"]
        assert placed.body == {
            "orderId": order_id,
            "holdId": hold_id,
            "status": "PENDING",
            "seatIds": ["A5", "A6", "A7"],
            "amount": placed.body["amount"],
        }
        paid = await pay(api, order_id)
        assert paid.status == 200
        assert set(paid.body) == {"orderId", "status", "ticketCode"}
        assert (paid.body["orderId"], paid.body["status"]) == (order_id, "CONFIRMED")
        assert await store.exists(*keys) == 0, "all 4 keys are gone"
    confirmed = await api.get(f"/holds/{hold_id}")
    assert confirmed.body == {
        "holdId": hold_id,
        "showId": SHOW,
        "seatIds": ["A5", "A6", "A7"],
        "status": "CONFIRMED",
        "expiresAt": None,
    }
    assert (await seat_map(api))["unavailableSeatIds"] == ["A5", "A6", "A7"]


async def test_the_ledger_has_the_sale_with_its_hold_its_customer_and_its_payment(api: Api) -> None:
    as_ann: dict[str, Any] = {"by": ("ann",)}
    made = await api.post("/holds", {"showId": SHOW, "seatIds": ["A5", "A6"], "quantity": 2}, **as_ann)
    placed = await api.post("/orders", {"holdId": made.body["holdId"], "customer": CUSTOMER}, **as_ann)
    paid = await api.post(f"/orders/{placed.body['orderId']}/confirm-payment", {}, **as_ann)
    assert paid.status == 200
    (booking,) = (await api.get("/api/v1/bookings", **as_ann)).body["items"]
    assert booking["holdId"] == made.body["holdId"]
    assert (booking["seatIds"], booking["status"]) == (["A5", "A6"], BookingStatus.BOOKED)
    assert booking["contactInfo"] == CUSTOMER
    assert booking["total"]["amountMinor"] == round(placed.body["amount"] * 100)
    assert (booking["paymentInfo"]["method"], booking["paymentInfo"]["gateway"]) == ("card", "demo")
    assert booking["paymentInfo"]["transactionId"].startswith("demo_")


# The rows of docs/dialects.md.

Play = Callable[[Api, Api], Awaitable[Answered]]


async def wrong_quantity(api: Api, _: Api) -> Answered:
    return await hold(api, "A5", "A6", quantity=3)


async def unknown_seat(api: Api, _: Api) -> Answered:
    return await hold(api, "A5", "ZZ9")


async def seat_twice(api: Api, _: Api) -> Answered:
    return await hold(api, "A5", "A5")


async def one_seat_of_a_whole_table(api: Api, _: Api) -> Answered:
    return await hold(api, "seat_table-1_0", show="theatre-demo")


async def no_seats(api: Api, _: Api) -> Answered:
    return await hold(api)


async def no_show(api: Api, _: Api) -> Answered:
    return await api.post("/holds", {"seatIds": ["A5"], "quantity": 1}, by=None)


async def unknown_show(api: Api, _: Api) -> Answered:
    return await hold(api, "A5", show="none")


async def sold_seat(api: Api, other: Api) -> Answered:
    await pay(other, await ordered(other, await held(other, "A5")))
    return await hold(api, "A5")


async def foreign_hold(api: Api, other: Api) -> Answered:
    return await api.get(f"/holds/{await held(other, 'A5')}")


async def absent_hold(api: Api, _: Api) -> Answered:
    return await api.get(f"/holds/{ABSENT}")


async def hold_of_no_form(api: Api, _: Api) -> Answered:
    return await api.get("/holds/hold789")


async def released_hold(api: Api, _: Api) -> Answered:
    hold_id = await held(api, "A5")
    assert (await api.post(f"/holds/{hold_id}/release", by=None)).status == 200
    return await api.get(f"/holds/{hold_id}")


async def foreign_confirmed_hold(api: Api, other: Api) -> Answered:
    hold_id = await held(other, "A5")
    await pay(other, await ordered(other, hold_id))
    return await api.get(f"/holds/{hold_id}")


async def releases_a_foreign_hold(api: Api, other: Api) -> Answered:
    return await api.post(f"/holds/{await held(other, 'A5')}/release", by=None)


async def releases_twice(api: Api, _: Api) -> Answered:
    hold_id = await held(api, "A5")
    await api.post(f"/holds/{hold_id}/release", by=None)
    return await api.post(f"/holds/{hold_id}/release", by=None)


async def orders_a_foreign_hold(api: Api, other: Api) -> Answered:
    return await order(api, await held(other, "A5"))


async def orders_an_absent_hold(api: Api, _: Api) -> Answered:
    return await order(api, "hold789")


async def orders_without_an_email(api: Api, _: Api) -> Answered:
    return await order(api, await held(api, "A5"), email="nobody")


async def orders_what_has_moved_on(api: Api, _: Api) -> Answered:
    hold_id = await held(api, "A5", "A6")
    await held(api, "A6")
    return await order(api, hold_id)


async def orders_what_holds_nothing_any_more(api: Api, _: Api) -> Answered:
    hold_id = await held(api, "A5")
    await held(api, "A5")
    return await order(api, hold_id)


async def looks_at_what_holds_nothing_any_more(api: Api, _: Api) -> Answered:
    hold_id = await held(api, "A5", "A6")
    newer = await held(api, "A5", "A6")
    assert (await api.get(f"/holds/{newer}")).body["seatIds"] == ["A5", "A6"]
    return await api.get(f"/holds/{hold_id}")


async def releases_what_holds_nothing_any_more(api: Api, _: Api) -> Answered:
    hold_id = await held(api, "A5")
    newer = await held(api, "A5")
    answer = await api.post(f"/holds/{hold_id}/release", by=None)
    assert (await api.get(f"/holds/{newer}")).body["seatIds"] == ["A5"], "nothing of the newer hold was given back"
    return answer


async def orders_for_everybody(api: Api, _: Api) -> Answered:
    hold_id = await held(api, "A5")
    for number in range(ORDERS_PER_HOLD_MAX):
        assert (await order(api, hold_id, name=f"Nobody {number}")).status == 201
    return await order(api, hold_id)


async def pays_a_foreign_order(api: Api, other: Api) -> Answered:
    return await pay(api, await ordered(other, await held(other, "A5")))


async def pays_an_absent_order(api: Api, _: Api) -> Answered:
    return await pay(api, ABSENT)


async def pays_with_a_declined_card(api: Api, _: Api) -> Answered:
    return await pay(api, await ordered(api, await held(api, "A5")), DECLINED)


async def pays_after_the_hold_is_gone(api: Api, _: Api) -> Answered:
    hold_id = await held(api, "A5")
    order_id = await ordered(api, hold_id)
    await api.post(f"/holds/{hold_id}/release", by=None)
    return await pay(api, order_id)


async def pays_for_seats_that_moved_on(api: Api, _: Api) -> Answered:
    order_id = await ordered(api, await held(api, "A5", "A6"))
    await held(api, "A6")
    return await pay(api, order_id)


async def pays_the_second_order_of_one_hold(api: Api, _: Api) -> Answered:
    hold_id = await held(api, "A5")
    first = await ordered(api, hold_id)
    second = await order(api, hold_id, name="Tom")
    assert (await pay(api, first)).status == 200
    return await pay(api, second.body["orderId"])


async def map_of_no_show(api: Api, _: Api) -> Answered:
    return await api.get("/shows/none/seatmap")


REFUSED: list[tuple[Play, int, str]] = [
    (wrong_quantity, 400, "quantity: must be the number of seatIds, 2; got 3"),
    (unknown_seat, 400, "this event's layout has no ZZ9"),
    (seat_twice, 400, "A5 is named more than once"),
    (no_seats, 400, "seatIds: name at least one seat"),
    (one_seat_of_a_whole_table, 400, "table-1 is only taken and given back as a whole; name all its seats"),
    (no_show, 400, "showId: is required"),
    (unknown_show, 404, "there is no event none"),
    (sold_seat, 409, "SORRY! Seat A5 is already taken"),
    (foreign_hold, 404, "Hold not found or expired"),
    (absent_hold, 404, "Hold not found or expired"),
    (hold_of_no_form, 404, "Hold not found or expired"),
    (released_hold, 404, "Hold not found or expired"),
    (foreign_confirmed_hold, 404, "Hold not found or expired"),
    (releases_a_foreign_hold, 404, "Hold not found or expired"),
    (releases_twice, 404, "Hold not found or expired"),
    (orders_a_foreign_hold, 404, "Hold not found or expired"),
    (orders_an_absent_hold, 404, "Hold not found or expired"),
    (orders_without_an_email, 400, "customer.email: must be an e-mail address"),
    (orders_what_has_moved_on, 409, "A6 moved to a newer hold of yours; order that one, or hold all seats together"),
    (orders_what_holds_nothing_any_more, 404, "Hold not found or expired"),
    (looks_at_what_holds_nothing_any_more, 404, "Hold not found or expired"),
    (releases_what_holds_nothing_any_more, 404, "Hold not found or expired"),
    (orders_for_everybody, 409, "this hold was ordered 20 times, the most it can be; release it"),
    (pays_a_foreign_order, 404, "there is no such order of yours"),
    (pays_an_absent_order, 404, "there is no such order of yours"),
    (pays_with_a_declined_card, 402, "Payment declined: the card was declined"),
    (pays_after_the_hold_is_gone, 409, "can't be paid any more"),
    (pays_for_seats_that_moved_on, 409, "nothing is charged"),
    (pays_the_second_order_of_one_hold, 409, "can't be paid any more"),
    (map_of_no_show, 404, "there is no show none"),
]


@pytest.mark.parametrize(("play", "status", "said"), REFUSED, ids=[row[0].__name__ for row in REFUSED])
async def test_what_is_refused_is_answered_as_its_row_says(play: Play, status: int, said: str, visits: Visits) -> None:
    answer = await play(await visits(), await visits())
    assert answer.status == status, answer
    assert said in message_of(answer)


async def test_a_foreign_order_is_answered_exactly_as_an_absent_one(visits: Visits) -> None:
    api, other = await visits(), await visits()
    foreign, absent = await pays_a_foreign_order(api, other), await pays_an_absent_order(api, other)
    assert message_of(foreign) == message_of(absent)


async def test_a_released_hold_names_its_seats_and_others_can_have_them(visits: Visits) -> None:
    api, other = await visits(), await visits()
    hold_id = await held(api, "A5", "A6")
    answer = await api.post(f"/holds/{hold_id}/release", by=None)
    assert answer.status == 200
    assert answer.body == {"holdId": hold_id, "status": "RELEASED", "releasedSeats": ["A5", "A6"]}
    assert (await hold(other, "A5", "A6")).status == 200


async def test_a_hold_is_shown_as_it_was_made(api: Api) -> None:
    made = await hold(api, "A5", "A6")
    shown = await api.get(f"/holds/{made.body['holdId']}")
    assert (shown.status, shown.body) == (200, made.body)


async def test_a_booking_given_back_later_is_told_as_such(api: Api) -> None:
    body = {"showId": SHOW, "seatIds": ["A5"], "quantity": 1}
    hold_id = (await api.post("/holds", body, by=ADMIN)).body["holdId"]
    placed = await api.post("/orders", {"holdId": hold_id, "customer": CUSTOMER}, by=ADMIN)
    await api.post(f"/orders/{placed.body['orderId']}/confirm-payment", {}, by=ADMIN)
    (booking,) = (await api.get("/api/v1/bookings", by=ADMIN)).body["items"]
    assert (await api.post(f"/api/v1/bookings/{booking['bookingId']}/cancel", by=ADMIN)).status == 200
    shown = await api.get(f"/holds/{hold_id}", by=ADMIN)
    assert (shown.body["status"], shown.body["seatIds"]) == ("CANCELLED", ["A5"])
    again = await api.post(f"/orders/{placed.body['orderId']}/confirm-payment", {}, by=ADMIN)
    assert (again.status, again.body) == (200, {"orderId": placed.body["orderId"], "status": "CANCELLED"})
    ordered_again = await api.post("/orders", {"holdId": hold_id, "customer": CUSTOMER}, by=ADMIN)
    assert (ordered_again.status, ordered_again.body) == (201, placed.body | {"status": "CANCELLED"})


async def test_an_order_of_which_a_part_was_given_back_names_what_is_left(api: Api) -> None:
    as_ann: dict[str, Any] = {"by": ("ann",)}
    body = {"showId": SHOW, "seatIds": ["A5", "A6"], "quantity": 2}
    hold_id = (await api.post("/holds", body, **as_ann)).body["holdId"]
    placed = await api.post("/orders", {"holdId": hold_id, "customer": CUSTOMER}, **as_ann)
    path = f"/orders/{placed.body['orderId']}/confirm-payment"
    paid = await api.post(path, {}, **as_ann)
    (booking,) = (await api.get("/api/v1/bookings", **as_ann)).body["items"]
    cancelled = await api.post(f"/api/v1/bookings/{booking['bookingId']}/cancel", {"seatIds": ["A5"]}, **as_ann)
    assert cancelled.status == 200
    assert (await api.post(path, {}, **as_ann)).body == paid.body | {"seatIds": ["A6"]}
    again = await api.post("/orders", {"holdId": hold_id, "customer": CUSTOMER}, **as_ann)
    assert again.body == placed.body | {"status": "CONFIRMED", "seatIds": ["A6"]}


# Everything may be sent again.


async def test_the_same_order_again_is_the_same_order_before_and_after_it_is_paid(api: Api) -> None:
    hold_id = await held(api, "A5", "A6")
    first, again = await order(api, hold_id), await order(api, hold_id)
    assert (again.status, again.body) == (201, first.body)
    assert (await pay(api, first.body["orderId"])).status == 200
    after = await order(api, hold_id)
    assert (after.status, after.body) == (201, first.body | {"status": "CONFIRMED"})


async def test_a_payment_again_gives_the_same_answer(api: Api) -> None:
    order_id = await ordered(api, await held(api, "A5"))
    first = await pay(api, order_id)
    again = await pay(api, order_id, DECLINED)
    without_body = await api.post(f"/orders/{order_id}/confirm-payment", by=None)
    assert (first.status, again.status, without_body.status) == (200, 200, 200)
    assert first.body == again.body == without_body.body


async def test_a_declined_order_stays_pending_and_another_card_pays_it(api: Api) -> None:
    hold_id = await held(api, "A5")
    order_id = await ordered(api, hold_id)
    assert (await pay(api, order_id, DECLINED)).status == 402
    assert (await api.get(f"/holds/{hold_id}")).body["status"] == "HELD"
    assert (await pay(api, order_id, {"card": {"number": "4242424242424242"}})).status == 200


async def test_a_gateway_that_gives_no_answer_is_told_so_and_repeating_the_request_pays(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise PaymentUnavailable("no answer")

    order_id = await ordered(api, await held(api, "A5"))
    with monkeypatch.context() as outage:
        outage.setattr(DemoPayments, "start", away)
        refused = await pay(api, order_id)
    assert (refused.status, refused.headers["retry-after"]) == (503, "1")
    assert "payment gateway does not answer" in message_of(refused)
    assert (await pay(api, order_id)).status == 200


async def test_a_hold_whose_order_is_being_paid_is_held_until_it_is_confirmed(api: Api) -> None:
    hold_id = await held(api, "A5", "A6")
    order_id = await ordered(api, hold_id)
    assert (await pay(api, order_id, DECLINED)).status == 402
    claimed = await api.get(f"/holds/{hold_id}")
    assert (claimed.body["status"], claimed.body["seatIds"]) == ("HELD", ["A5", "A6"])
    assert left_s(claimed) > 600, "as long as the order may be paid"
    assert (await seat_map(api))["heldSeatIds"] == ["A5", "A6"]
    waiting = await pay(api, order_id, {"card": {"number": "4000000000000077"}})
    assert (waiting.status, waiting.body) == (200, {"orderId": order_id, "status": "PENDING"})
    assert (await order(api, hold_id)).body["status"] == "PENDING"
    assert (await api.get(f"/holds/{hold_id}")).body["status"] == "HELD"


async def test_a_hold_that_its_order_claimed_is_still_given_back(visits: Visits) -> None:
    api, other = await visits(), await visits()
    hold_id = await held(api, "A5", "A6")
    order_id = await ordered(api, hold_id)
    assert (await pay(api, order_id, DECLINED)).status == 402
    answer = await api.post(f"/holds/{hold_id}/release", by=None)
    assert answer.body == {"holdId": hold_id, "status": "RELEASED", "releasedSeats": ["A5", "A6"]}
    assert (await hold(other, "A5", "A6")).status == 200
    late = await pay(api, order_id)
    assert (late.status, "can't be paid any more" in message_of(late)) == (409, True)
    assert (await api.get(f"/holds/{hold_id}")).status == 404


async def test_a_gateway_with_a_page_of_its_own_is_named_until_it_has_the_money(api: Api) -> None:
    as_ann: dict[str, Any] = {"by": ("ann",)}
    made = await api.post("/holds", {"showId": SHOW, "seatIds": ["A5"], "quantity": 1}, **as_ann)
    placed = await api.post("/orders", {"holdId": made.body["holdId"], "customer": CUSTOMER}, **as_ann)
    order_id = placed.body["orderId"]
    begun = await api.post(f"/api/v1/orders/{order_id}/payment", {}, **as_ann)
    url = begun.body["payment"]["action"]["url"]
    waiting = await api.post(f"/orders/{order_id}/confirm-payment", {}, **as_ann)
    assert waiting.body == {"orderId": order_id, "status": "PENDING", "paymentUrl": url}
    at_bank = f"/api/v1/demo-payments/{begun.body['payment']['paymentId']}/card"
    assert (await api.post(at_bank, {"number": "4242424242424242"}, by=None)).status == 200
    confirmed = await api.post(f"/orders/{order_id}/confirm-payment", {}, **as_ann)
    assert (confirmed.body["status"], len(confirmed.body["ticketCode"])) == ("CONFIRMED", 19)


async def test_an_order_costs_its_seats_and_the_events_charges(api: Api) -> None:
    plain = await order(api, await held(api, "A5", "A6"))
    charges = [{"name": "Booking fee", "kind": "per_seat", "amountMinor": 150}]
    changed = await api.ask("PATCH", f"/api/v1/events/{SHOW}", body={"charges": charges}, by=ADMIN)
    assert changed.status == 200, changed
    with_fee = await order(api, await held(api, "B5", "B6"))
    assert with_fee.body["amount"] == pytest.approx(plain.body["amount"] + 3)


async def test_an_order_that_was_closed_can_be_placed_anew(api: Api) -> None:
    hold_id = await held(api, "A5", "A6")
    order_id = await ordered(api, hold_id)
    await held(api, "A6")
    assert (await pay(api, order_id)).status == 409
    back = await held(api, "A5", "A6")
    assert (await pay(api, await ordered(api, back))).status == 200
    assert (await pay(api, order_id)).status == 409, "closed for ever"


async def test_ticket_codes_are_every_orders_own(api: Api) -> None:
    codes = set()
    for seat in ("A5", "A6", "A7"):
        paid = await pay(api, await ordered(api, await held(api, seat)))
        codes.add(paid.body["ticketCode"])
    assert len(codes) == 3
    assert all(len(code) == 19 and code.count("-") == 3 for code in codes)


# Settings.


async def test_without_a_gateway_nothing_is_ordered_or_paid(folder: Path, valkey: ValkeyServer) -> None:
    demo: dict[str, Any] = {"dialect_guests": True, "payment_gateway": PaymentGatewayName.DEMO}
    async with running_application(valkey.url, folder, **demo) as application, api_of(application) as api:
        hold_id = await held(api, "A5")
        order_id = await ordered(api, hold_id)
        cookie = api.client.cookies
    async with running_application(valkey.url, folder, dialect_guests=True) as application, api_of(application) as api:
        api.client.cookies = cookie
        for answer in (await order(api, hold_id), await pay(api, order_id)):
            assert answer.status == 503
            assert "no payment gateway" in message_of(answer)
            assert answer.headers["retry-after"] == "300"
            assert "FRONTROW" not in message_of(answer), "buyers configure nothing"


async def test_orders_are_open_to_everyone_however_direct_booking_is_set(folder: Path, valkey: ValkeyServer) -> None:
    strict: dict[str, Any] = {"payment_gateway": PaymentGatewayName.DEMO, "direct_booking": DirectBooking.INTEGRATOR}
    async with (
        running_application(valkey.url, folder, dialect_guests=True, **strict) as application,
        api_of(application) as api,
    ):
        assert (await pay(api, await ordered(api, await held(api, "A5")))).status == 200


async def test_without_guest_sessions_a_token_is_needed(folder: Path, valkey: ValkeyServer) -> None:
    async with running_application(valkey.url, folder) as application, api_of(application) as api:
        for answer in (
            await hold(api, "A5"),
            await api.get(f"/holds/{ABSENT}"),
            await api.post(f"/holds/{ABSENT}/release", by=None),
            await order(api, ABSENT),
            await pay(api, ABSENT),
        ):
            assert answer.status == 401
            assert message_of(answer).endswith("; guest sessions are off on this server")
        await seat_map(api)


async def test_an_amount_is_in_major_units_of_the_events_currency(api: Api) -> None:
    prices = {"standard": 1234}
    for event_id, currency, amount in (
        ("in-yen", "JPY", 2468),
        ("in-dinars", "KWD", 2.468),
        ("in-euros", "EUR", 24.68),
    ):
        body = {
            "eventId": event_id, "name": event_id, "layoutId": "studio", "startsAt": "2099-03-01T19:30:00Z",
            "currency": currency, "prices": prices,
        }  # fmt: skip
        assert (await api.post("/api/v1/events", body, by=ADMIN)).status == 201
        placed = await order(api, await held(api, "S1", "S2", show=event_id))
        assert placed.body["amount"] == amount


# Whatever refuses, it is said in the dialect's own envelope; Api.ask checks the form of every refusal.


async def test_what_is_refused_before_the_handler_is_called_has_the_same_form(api: Api) -> None:
    wrong = [
        await api.post("/holds", content=b"{", headers={"content-type": "application/json"}, by=None),
        await api.post("/holds", content=b"A5", headers={"content-type": "text/plain"}, by=None),
        await api.post("/orders", {"theme": "x" * 65_536}, by=None),
        await api.ask("DELETE", "/holds", by=None),
        await api.get(f"/holds/{ABSENT}", headers={"authorization": "Bearer not.a.token"}),
    ]
    assert [answer.status for answer in wrong] == [400, 415, 413, 405, 401]
    assert all(message_of(answer) for answer in wrong)


async def test_stores_that_are_away_and_faults_have_the_same_form(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("connection refused", retry_after_s=2)

    async def broken(*_: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(HoldService, "hold", away)
    answer = await hold(api, "A5")
    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert "does not answer" in message_of(answer)
    monkeypatch.setattr(HoldService, "hold", broken)
    answer = await hold(api, "A5")
    assert answer.status == 500
    assert "hunter2" not in message_of(answer)


async def test_too_many_calls_have_the_same_form(folder: Path, valkey: ValkeyServer) -> None:
    limits: dict[str, Any] = {"rate_limit_enabled": True, "rate_limit_user_holds_per_minute": 1}
    async with (
        running_application(valkey.url, folder, dialect_guests=True, **limits) as application,
        api_of(application) as api,
    ):
        assert (await hold(api, "A5")).status == 200
        answer = await hold(api, "A5")
    assert answer.status == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert message_of(answer)


async def test_unknown_fields_are_ignored_and_numbers_are_their_digits(api: Api) -> None:
    answer = await api.post("/holds", {"showId": 42, "seatIds": ["A5"], "quantity": 1, "theme": "dark"}, by=None)
    assert (answer.status, answer.body["showId"]) == (200, "42")
