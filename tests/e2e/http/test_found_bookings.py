"""Finding a booking by code and e-mail address: for who knows both, told to nobody else, and hard to try."""

from pathlib import Path
from typing import Any

import pytest

import frontrow.app
from tests.support.fake_clock import FakeClock
from tests.support.http_stack import CONTACT, EVENT, Answered, Api, Json, api_of, bearer, running_application
from tests.support.valkey import ValkeyServer

FIND = "/api/v1/bookings/find"
EMAIL = CONTACT["email"]


async def find(api: Api, code: str, email: str = EMAIL) -> Answered:
    return await api.post(FIND, {"code": code, "email": email}, by=None)


async def booked(api: Api, seat: str = "A1", by: str = "buyer") -> Json:
    return await api.book((await api.hold(seat, by=(by,)))["holdId"], by=(by,))


async def guests_booking(api: Api) -> tuple[str, Json]:
    """A guest's user id and booking."""
    guest = (await api.post("/api/v1/guest-tokens", by=None)).body
    headers = {"authorization": f"Bearer {guest['token']}"}
    hold = await api.post(f"/api/v1/events/{EVENT}/holds", {"seatIds": ["A1"]}, by=None, headers=headers)
    body = {"eventId": EVENT, "holdId": hold.body["holdId"], "contactInfo": CONTACT}
    booking = await api.post("/api/v1/bookings", body, by=None, headers=headers)
    assert booking.status == 201, booking
    return str(guest["userId"]), booking.body


async def test_a_booking_is_found_by_its_code_or_its_id_in_whatever_case_of_the_address(api: Api) -> None:
    booking = await booked(api)
    for code in (booking["ticketCode"], booking["ticketCode"].lower().replace("-", " "), booking["bookingId"]):
        found = await find(api, code, EMAIL.upper())
        assert (found.status, found.body) == (200, {"booking": booking}), "and no token of somebody who signs in"


async def test_a_guest_gets_a_fresh_token_with_which_the_booking_is_theirs(api: Api) -> None:
    user_id, booking = await guests_booking(api)
    found = await find(api, booking["ticketCode"])
    assert (found.status, set(found.body)) == (200, {"booking", "token", "tokenExpiresAt"})
    assert found.body["booking"]["userId"] == user_id
    headers = {"authorization": f"Bearer {found.body['token']}"}
    mine = await api.get("/api/v1/bookings", headers=headers)
    assert [it["bookingId"] for it in mine.body["items"]] == [booking["bookingId"]]
    cancelled = await api.post(f"/api/v1/bookings/{booking['bookingId']}/cancel", by=None, headers=headers)
    assert cancelled.body["status"] == "cancelled"
    assert (await find(api, booking["ticketCode"])).body["booking"]["status"] == "cancelled"


async def test_without_guest_tokens_the_booking_is_shown_and_no_token_given(folder: Path, valkey: ValkeyServer) -> None:
    async with running_application(valkey.url, folder) as application, api_of(application) as api:
        _, booking = await guests_booking(api)
    async with running_application(valkey.url, folder, guest_tokens=False) as application, api_of(application) as api:
        assert set((await find(api, booking["ticketCode"])).body) == {"booking"}


async def test_every_mismatch_is_answered_alike(api: Api) -> None:
    mine, theirs = await booked(api, "A1"), await booked(api, "A2", "other")
    wrong = [
        await find(api, mine["ticketCode"], "nobody@example.com"),
        await find(api, theirs["bookingId"], "john.smith@example.org"),
        await find(api, "AAAA-BBBB-CCCC-DDDD"),
        await find(api, mine["ticketCode"][:-1]),
        await find(api, "x"),
        await find(api, "é"),
    ]
    assert {answer.status for answer in wrong} == {404}
    assert len({msg["detail"] for msg in (answer.body for answer in wrong)}) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"code": "", "email": EMAIL}, "code"),
        ({"code": "x" * 65, "email": EMAIL}, "code"),
        ({"code": "A", "email": "nobody"}, "email"),
        ({"code": "A", "email": EMAIL, "userId": "ada"}, "userId"),
        ({"code": 7, "email": EMAIL}, "code"),
    ],
)
async def test_what_is_no_code_and_address_is_refused(api: Api, body: Json, field: str) -> None:
    refused = await api.post(FIND, body, by=None)
    assert (refused.status, refused.body["errors"][0]["field"]) == (422, field)


async def test_an_address_is_asked_about_a_few_times_a_minute_by_whomever(
    folder: Path, valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, clock = frontrow.app._rate_windows, FakeClock()
    monkeypatch.setattr(frontrow.app, "_rate_windows", lambda settings, client, _: made(settings, client, clock))
    limits: dict[str, Any] = {
        "rate_limit_enabled": True,
        "rate_limit_address_finds_per_minute": 5,
        "rate_limit_email_finds_per_minute": 2,
    }
    async with running_application(valkey.url, folder, **limits) as application, api_of(application) as api:
        booking = await booked(api)
        assert [(await find(api, "x", email)).status for email in (EMAIL, EMAIL.upper())] == [404, 404]
        refused = await find(api, booking["ticketCode"])
        assert (refused.status, refused.code) == (429, "rate_limited")
        assert "for this e-mail address" in refused.body["detail"]
        assert int(refused.headers["retry-after"]) >= 1
        assert [(await find(api, "x", f"{n}@example.com")).status for n in range(3)] == [404, 404, 429]
        assert "from this address" in (await find(api, "x", "new@example.com")).body["detail"]
        assert (await api.get("/api/v1/bookings", headers=bearer("buyer"))).status == 200, "other calls go on"
