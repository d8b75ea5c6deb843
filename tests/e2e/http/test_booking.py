"""Booking, reading and cancelling, as a client sees it."""

import asyncio

import pytest

from tests.support.http_stack import CONTACT, EVENT, Api

BOOKINGS = "/api/v1/bookings"


async def test_a_booking_of_a_hold_has_everything_that_was_sent(api: Api) -> None:
    hold = await api.hold("A1", tableIds=["W"])
    body = {
        "eventId": EVENT,
        "holdId": hold["holdId"],
        "contactInfo": CONTACT | {"phone": "+1234567890"},
        "paymentInfo": {"method": "card", "transactionId": "tx_1", "gateway": "elsewhere"},
        "notes": "Birthday",
        "specialRequests": "Wheelchair",
    }
    answer = await api.post(BOOKINGS, body)
    assert answer.status == 201
    booking = answer.body
    assert {name: booking[name] for name in ("eventId", "holdId", "contactInfo", "paymentInfo", "notes")} == {
        name: body[name] for name in ("eventId", "holdId", "contactInfo", "paymentInfo", "notes")
    }
    assert booking["specialRequests"] == "Wheelchair"
    assert (booking["seatIds"], booking["tableIds"]) == (["A1", "W1", "W2", "W3", "W4"], ["W"])
    assert (booking["total"], booking["status"]) == (hold["total"], "booked")
    assert (await api.get(f"{BOOKINGS}/{booking['bookingId']}", by=("buyer",))).body == booking
    states = await api.states()
    assert {states[seat] for seat in booking["seatIds"]} == {"b"}


async def test_seats_across_holds_are_booked_together(api: Api) -> None:
    await api.hold("A1")
    await api.hold("A2")
    answer = await api.post(BOOKINGS, {"eventId": EVENT, "seatIds": ["A1", "A2"], "contactInfo": CONTACT})
    assert (answer.status, answer.body["seatIds"]) == (201, ["A1", "A2"])


@pytest.mark.parametrize("headers", [{}, {"idempotency-key": "checkout-7"}], ids=["by hold", "by key"])
async def test_a_repeated_booking_is_answered_the_same(api: Api, headers: dict[str, str]) -> None:
    hold = await api.hold("A1")
    body = {"eventId": EVENT, "holdId": hold["holdId"], "contactInfo": CONTACT}
    first = await api.post(BOOKINGS, body, headers=headers)
    again = await api.post(BOOKINGS, body, headers=headers)
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers


async def test_many_confirmations_at_once_make_one_booking(api: Api) -> None:
    hold = await api.hold("A1", "A2")
    body = {"eventId": EVENT, "holdId": hold["holdId"], "contactInfo": CONTACT}
    answers = await asyncio.gather(*(api.post(BOOKINGS, body, headers={"idempotency-key": "x"}) for _ in range(20)))
    assert {answer.status for answer in answers} <= {201, 409}
    assert len({answer.body["bookingId"] for answer in answers if answer.status == 201}) == 1
    assert len((await api.get(BOOKINGS, by=("buyer",))).body["items"]) == 1


async def test_an_integrator_books_for_the_user_it_names(api: Api) -> None:
    hold = await api.hold("A1")
    body = {"eventId": EVENT, "holdId": hold["holdId"], "contactInfo": CONTACT, "userId": "buyer"}
    answer = await api.post(BOOKINGS, body, by=("shop", "integrator"))
    assert (answer.status, answer.body["userId"]) == (201, "buyer")
    assert len((await api.get(BOOKINGS, by=("buyer",))).body["items"]) == 1


async def test_bookings_are_paged_newest_first(api: Api) -> None:
    made = [(await api.book((await api.hold(f"A{number}"))["holdId"]))["bookingId"] for number in range(1, 6)]
    seen: list[str] = []
    path = f"{BOOKINGS}?limit=2"
    cursor = ""
    while True:
        page = (await api.get(path + cursor, by=("buyer",))).body
        seen += [booking["bookingId"] for booking in page["items"]]
        if page["nextCursor"] is None:
            break
        assert len(page["items"]) == 2
        cursor = f"&cursor={page['nextCursor']}"
    assert sorted(seen) == sorted(made)
    assert len(seen) == len(made)


async def test_some_seats_and_then_all_can_be_cancelled(api: Api) -> None:
    booking = await api.book((await api.hold("A1", "A2", "A3"))["holdId"])
    path = f"{BOOKINGS}/{booking['bookingId']}"
    some = await api.post(f"{path}/cancel", {"seatIds": ["A2"]})
    assert (some.status, some.body["status"], some.body["cancelledSeatIds"]) == (200, "partly_cancelled", ["A2"])
    assert (await api.states())["A2"] == "a"
    rest = await api.post(f"{path}/cancel")
    assert (rest.body["status"], sorted(rest.body["cancelledSeatIds"])) == ("cancelled", ["A1", "A2", "A3"])
    assert (await api.post(f"{path}/cancel")).body == rest.body
    await api.hold("A1", "A2", "A3", by=("other",))


async def test_buyers_cancel_nothing_of_an_event_that_has_begun(api: Api) -> None:
    booking = await api.book((await api.hold("A1", "A2"))["holdId"])
    path = f"{BOOKINGS}/{booking['bookingId']}/cancel"
    some = await api.post(path, {"seatIds": ["A2"]})
    begun = {"startsAt": "2026-01-01T19:30:00Z", "salesStart": None, "salesEnd": None}
    assert (await api.ask("PATCH", f"/api/v1/events/{EVENT}", body=begun, by=("boss", "admin"))).status == 200
    refused = await api.post(path)
    assert (refused.status, refused.code) == (409, "cancellation_closed")
    assert (
        refused.body["detail"] == "the event has begun, and its seats can't be given back any more; ask the organiser"
    )
    assert (await api.post(path, {"seatIds": ["A2"]})).body == some.body
    assert (await api.post(path, by=("boss", "admin"))).body["status"] == "cancelled"


async def test_only_seats_of_the_booking_can_be_cancelled(api: Api) -> None:
    booking = await api.book((await api.hold("A1"))["holdId"])
    answer = await api.post(f"{BOOKINGS}/{booking['bookingId']}/cancel", {"seatIds": ["A9"]})
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, "seatIds")


async def test_a_guest_token_holds_and_books(api: Api) -> None:
    guest = await api.post("/api/v1/guest-tokens", by=None)
    assert guest.status == 201
    headers = {"authorization": f"Bearer {guest.body['token']}"}
    hold = await api.post(f"/api/v1/events/{EVENT}/holds", {"seatIds": ["A1"]}, by=None, headers=headers)
    body = {"eventId": EVENT, "holdId": hold.body["holdId"], "contactInfo": CONTACT}
    booking = await api.post(BOOKINGS, body, by=None, headers=headers)
    assert (booking.status, booking.body["userId"]) == (201, guest.body["userId"])


async def test_cancelling_no_seats_is_refused_and_cancels_none(api: Api) -> None:
    hold = await api.hold("A1")
    booked = await api.post(BOOKINGS, {"eventId": EVENT, "holdId": hold["holdId"], "contactInfo": CONTACT})
    answer = await api.post(f"{BOOKINGS}/{booked.body['bookingId']}/cancel", {"seatIds": []})
    assert (answer.code, answer.body["errors"][0]["field"]) == ("validation_failed", "seatIds")
    assert (await api.states())["A1"] == "b"


@pytest.mark.parametrize(
    ("contact", "field"),
    [
        ({"email": "ada@example.com\n"}, "contactInfo.email"),
        ({"phone": "\0"}, "contactInfo.phone"),
        ({"phone": "+1\x1b[2J"}, "contactInfo.phone"),
    ],
)
async def test_contact_fields_have_no_line_ends_or_control_characters(
    api: Api, contact: dict[str, str], field: str
) -> None:
    hold = await api.hold("A1")
    body = {"eventId": EVENT, "holdId": hold["holdId"], "contactInfo": CONTACT | contact}
    answer = await api.post(BOOKINGS, body)
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, field)
    assert (await api.states())["A1"] == "h"


async def test_a_named_user_has_the_form_that_tokens_may_have(api: Api) -> None:
    body = {"eventId": EVENT, "seatIds": ["A1"], "contactInfo": CONTACT}
    for user_id in ("", "u" * 256, "a\0b"):
        answer = await api.post(BOOKINGS, body | {"userId": user_id}, by=("shop", "integrator"))
        assert (answer.code, answer.body["errors"][0]["field"]) == ("validation_failed", "userId")


async def test_a_cursor_with_a_line_end_is_none(api: Api) -> None:
    for path in ("/api/v1/events?cursor=1%0A", f"{BOOKINGS}?cursor=1.1-{'a' * 22}%0A"):
        assert (await api.get(path, by=("buyer",))).code == "validation_failed"


async def test_a_refusal_repeats_little_of_an_endless_name(api: Api) -> None:
    answer = await api.get(f"/api/v1/events/{'e' * 20_000}")
    assert answer.status == 404
    assert len(answer.body["detail"]) < 300
