"""Dialect 004: every call and answer of docs/dialects.md, "Bookings", and of the document's own text, seeds/004."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from frontrow.domain.errors import StoreUnavailable
from frontrow.services.holds import HoldService
from frontrow.settings import DirectBooking
from tests.e2e.dialects.conftest import Visits
from tests.support.http_stack import Answered, Api, api_of, running_application
from tests.support.valkey import ValkeyServer

SHOW = "6968c63750fc5afb14f89c46"
ADMIN = ("boss", "admin")


def body(*seats: str, user: str | None = "john123", **changes: object) -> dict[str, object]:
    return {"showId": SHOW, "seatNumber": list(seats), "userId": user} | changes


async def hold(api: Api, *seats: str, user: str | None = "john123") -> Answered:
    return await api.post("/hold", body(*seats, user=user), by=None)


async def confirm(api: Api, *seats: str, user: str | None = "john123") -> Answered:
    return await api.post("/confirm", body(*seats, user=user), by=None)


async def statuses(api: Api) -> dict[str, str]:
    answer = await api.get(f"/status/{SHOW}")
    assert answer.status == 200
    return {seat["seatNumber"]: seat["status"] for seat in answer.body["seats"]}


def left_s(answer: Answered) -> float:
    """How long from now the hold of this answer lasts."""
    until = datetime.fromisoformat(answer.body["expiresAt"])
    return (until - datetime.now(UTC)).total_seconds()


# API reference, in the document's order.


async def test_status_shows_every_seat_as_available_held_or_booked(api: Api) -> None:
    assert (await hold(api, "S1", "S2")).status == 200
    assert (await confirm(api, "S2")).status == 201
    blocked = await api.post(f"/api/v1/events/{SHOW}/blocks", {"seatIds": ["S3"]}, by=ADMIN)
    assert blocked.status == 201
    answer = await api.get(f"/status/{SHOW}")
    assert answer.status == 200
    assert set(answer.body) == {"showTitle", "totalSeats", "seats"}
    assert (answer.body["showTitle"], answer.body["totalSeats"]) == ("Matinee at the Studio", 50)
    assert answer.body["seats"][:4] == [
        {"seatNumber": "S1", "status": "Held"},
        {"seatNumber": "S2", "status": "Booked"},
        {"seatNumber": "S3", "status": "Booked"},
        {"seatNumber": "S4", "status": "Available"},
    ]
    assert len(answer.body["seats"]) == 50


async def test_summary_counts_the_seats_by_status(api: Api) -> None:
    assert (await hold(api, "S1", "S2", "S3")).status == 200
    assert (await confirm(api, "S3")).status == 201
    answer = await api.get(f"/summary/{SHOW}")
    assert answer.status == 200
    assert answer.body == {
        "movieTitle": "Matinee at the Studio",
        "totalSeats": 50,
        "bookedCount": 1,
        "heldCount": 2,
        "availableCount": 47,
        "message": "47 of 50 seats are available",
    }


@pytest.mark.parametrize("path", ["/status/none", "/summary/none", "/status/no%20such", "/summary/%F0%9F%8E%AD"])
async def test_a_show_that_is_not_there_is_404(path: str, api: Api) -> None:
    answer = await api.get(path)
    assert answer.status == 404
    assert list(answer.body) == ["message"]


@pytest.mark.parametrize("seats", ["S1", ["S1"], ["S1", "S2"]])
async def test_hold_takes_one_seat_or_a_list_for_ten_minutes(seats: str | list[str], api: Api) -> None:
    answer = await api.post("/hold", body(seatNumber=seats), by=None)
    assert answer.status == 200, answer
    assert set(answer.body) == {"message", "expiresAt"}
    assert 300 < left_s(answer) <= 601
    assert (await statuses(api))["S1"] == "Held"


async def test_confirm_books_what_is_held(api: Api) -> None:
    assert (await hold(api, "S1", "S2")).status == 200
    answer = await confirm(api, "S1", "S2")
    assert answer.status == 201
    assert set(answer.body) == {"message", "bookingId"}
    assert {seat: (await statuses(api))[seat] for seat in ("S1", "S2")} == {"S1": "Booked", "S2": "Booked"}


# The rows of docs/dialects.md.

Play = Callable[[Api, Api], Awaitable[Answered]]


async def missing_seat(api: Api, _: Api) -> Answered:
    return await api.post("/hold", {"showId": SHOW, "userId": "john123"}, by=None)


async def no_seats(api: Api, _: Api) -> Answered:
    return await hold(api)


async def unknown_seat(api: Api, _: Api) -> Answered:
    return await hold(api, "S1", "Z9")


async def seat_twice(api: Api, _: Api) -> Answered:
    return await hold(api, "S1", "S1")


async def missing_show(api: Api, _: Api) -> Answered:
    return await api.post("/hold", {"seatNumber": "S1", "userId": "john123"}, by=None)


async def unknown_show(api: Api, _: Api) -> Answered:
    return await api.post("/hold", body("S1", showId="none"), by=None)


async def sold_seat(api: Api, other: Api) -> Answered:
    await hold(other, "S2")
    await confirm(other, "S2")
    return await hold(api, "S1", "S2")


async def withheld_seat(api: Api, _: Api) -> Answered:
    await api.post(f"/api/v1/events/{SHOW}/blocks", {"seatIds": ["S2"]}, by=ADMIN)
    return await hold(api, "S1", "S2")


async def held_by_another_session(api: Api, other: Api) -> Answered:
    await hold(other, "S2")
    return await hold(api, "S1", "S2", "S3")


async def held_by_another_user_of_the_session(api: Api, _: Api) -> Answered:
    await hold(api, "S2", user="mary456")
    return await hold(api, "S1", "S2")


async def same_user_again(api: Api, _: Api) -> Answered:
    await hold(api, "S1")
    return await hold(api, "S1", "S2")


HOLDING: list[tuple[Play, int, str, list[str]]] = [
    (missing_seat, 400, "seatNumber: is required", []),
    (no_seats, 400, "name at least one seat", []),
    (unknown_seat, 400, "no Z9", ["Z9"]),
    (seat_twice, 400, "named more than once", ["S1"]),
    (missing_show, 400, "showId: is required", []),
    (unknown_show, 404, "there is no event none", []),
    (sold_seat, 400, "Already booked: S2", ["S2"]),
    (withheld_seat, 400, "Already booked: S2", ["S2"]),
    (held_by_another_session, 409, "Held by another user or another session: S2", ["S2"]),
    (held_by_another_user_of_the_session, 409, "Held by another user or another session: S2", ["S2"]),
    (same_user_again, 200, "Held S1, S2 for 10 minutes", []),
]


@pytest.mark.parametrize(("play", "status", "said", "seats"), HOLDING, ids=[row[0].__name__ for row in HOLDING])
async def test_holding_is_answered_as_its_row_says(
    play: Play, status: int, said: str, seats: list[str], visits: Visits
) -> None:
    api = await visits()
    answer = await play(api, await visits())
    assert answer.status == status, answer
    assert said in answer.body["message"]
    assert answer.body.get("seatNumbers", []) == seats
    if status != 200:
        assert (await statuses(api))["S1"] == "Available", "nothing is held when any seat fails"


async def repeated(api: Api, _: Api) -> Answered:
    await hold(api, "S1", "S2")
    first = await confirm(api, "S1", "S2")
    again = await confirm(api, "S2", "S1")
    assert again.body["bookingId"] == first.body["bookingId"]
    return again


async def a_part_of_the_booking(api: Api, _: Api) -> Answered:
    await hold(api, "S1", "S2")
    first = await confirm(api, "S1", "S2")
    again = await confirm(api, "S2")
    assert again.body["bookingId"] == first.body["bookingId"]
    return again


async def held_by_nobody(api: Api, _: Api) -> Answered:
    return await confirm(api, "S1", "S2")


async def gone_again(api: Api, _: Api) -> Answered:
    assert (await api.post("/hold", body("S1", "S2", user="ann"), by=("ann",))).status == 200
    held = await api.get("/api/v1/holds", by=("ann",))
    hold_id = held.body["items"][0]["holdId"]
    assert (await api.ask("DELETE", f"/api/v1/events/{SHOW}/holds/{hold_id}", by=("ann",))).status == 204
    return await api.post("/confirm", body("S1", "S2", user="ann"), by=("ann",))


async def held_by_somebody_else(api: Api, other: Api) -> Answered:
    await hold(other, "S1")
    return await confirm(api, "S1")


async def sold_to_somebody_else(api: Api, other: Api) -> Answered:
    await hold(other, "S1")
    await confirm(other, "S1")
    return await confirm(api, "S1")


async def partly_held_by_another(api: Api, other: Api) -> Answered:
    await hold(api, "S1")
    await hold(other, "S2")
    return await confirm(api, "S1", "S2")


async def partly_sold_to_another(api: Api, other: Api) -> Answered:
    await hold(other, "S2")
    await confirm(other, "S2")
    await hold(api, "S1")
    return await confirm(api, "S1", "S2")


async def partly_booked_by_oneself(api: Api, _: Api) -> Answered:
    await hold(api, "S1", "S2")
    await confirm(api, "S2")
    return await confirm(api, "S1", "S2")


async def in_two_bookings_of_oneself(api: Api, _: Api) -> Answered:
    await hold(api, "S1", "S2")
    two = [(await confirm(api, seat)).body["bookingId"] for seat in ("S1", "S2")]
    answer = await confirm(api, "S1", "S2")
    assert answer.body["bookingIds"] == two
    return answer


async def partly_without_a_hold(api: Api, _: Api) -> Answered:
    await hold(api, "S1")
    return await confirm(api, "S1", "S2", "S3")


async def confirms_unknown_seats(api: Api, _: Api) -> Answered:
    return await confirm(api, "S1", "Z9")


async def confirms_unknown_show(api: Api, _: Api) -> Answered:
    return await api.post("/confirm", body("S1", showId="none"), by=None)


CONFIRMING: list[tuple[Play, int, str, list[str]]] = [
    (repeated, 200, "Already Booked", []),
    (a_part_of_the_booking, 200, "Already Booked", []),
    (held_by_nobody, 410, "Hold expired or not found: S1, S2", ["S1", "S2"]),
    (gone_again, 410, "Hold expired or not found: S1, S2", ["S1", "S2"]),
    (held_by_somebody_else, 403, "Held by another user or another session: S1", ["S1"]),
    (sold_to_somebody_else, 400, "Already booked: S1", ["S1"]),
    (partly_held_by_another, 403, "Held by another user or another session: S2", ["S2"]),
    (partly_sold_to_another, 400, "Already booked: S2", ["S2"]),
    (partly_booked_by_oneself, 409, "Already in a booking of yours: S2", ["S2"]),
    (in_two_bookings_of_oneself, 409, "Already in 2 bookings of yours", ["S1", "S2"]),
    (partly_without_a_hold, 410, "Hold expired or not found: S2, S3", ["S2", "S3"]),
    (confirms_unknown_seats, 400, "no Z9", ["Z9"]),
    (confirms_unknown_show, 404, "there is no event none", []),
]


@pytest.mark.parametrize(("play", "status", "said", "seats"), CONFIRMING, ids=[row[0].__name__ for row in CONFIRMING])
async def test_confirming_is_answered_as_its_row_says(
    play: Play, status: int, said: str, seats: list[str], visits: Visits
) -> None:
    api = await visits()
    answer = await play(api, await visits())
    assert answer.status == status, answer
    assert said in answer.body["message"]
    assert answer.body.get("seatNumbers", []) == seats


async def test_a_refused_batch_leaves_what_is_held_as_it_was(visits: Visits) -> None:
    api, other = await visits(), await visits()
    assert (await partly_held_by_another(api, other)).status == 403
    assert {seat: (await statuses(api))[seat] for seat in ("S1", "S2")} == {"S1": "Held", "S2": "Held"}
    assert (await confirm(api, "S1")).status == 201
    assert (await confirm(other, "S2")).status == 201


# Who asks.


async def test_the_tokens_user_is_the_only_one_its_bearer_may_name(api: Api) -> None:
    foreign = await api.post("/hold", body("S1", user="john123"), by=("ann",))
    assert foreign.status == 403
    assert set(foreign.body) == {"message"}
    own = await api.post("/hold", body("S1", user="ann"), by=("ann",))
    unnamed = await api.post("/hold", body("S1", user=None), by=("ann",))
    assert (own.status, unnamed.status) == (200, 200)
    held = await api.get("/api/v1/holds", by=("ann",))
    assert [it["seatIds"] for it in held.body["items"]] == [["S1"]]


async def test_numbers_stand_for_their_digits_and_unknown_fields_are_ignored(api: Api) -> None:
    assert (await api.post("/hold", body("S1", user=None, userId=123, theme="dark"), by=("123",))).status == 200
    answer = await api.post("/hold", {"showId": 42, "seatNumber": ["A1"], "userId": 7}, by=None)
    assert answer.status == 200
    unknown = await api.post("/hold", {"showId": SHOW, "seatNumber": 7, "userId": 7}, by=None)
    assert (unknown.status, unknown.body["seatNumbers"]) == (400, ["7"])


@pytest.mark.parametrize("user", ["", "x" * 129, "\0", "john\x1b[2J", "🎭" * 128])
async def test_a_label_that_is_too_long_or_none_is_refused_clearly(user: str, api: Api) -> None:
    answer = await hold(api, "S1", user=user)
    assert answer.status == 400
    assert "userId: must be 1 to 128 printable characters" in answer.body["message"]


async def test_a_contacts_name_has_no_control_characters_and_is_no_longer_than_v1s(api: Api) -> None:
    as_bell: dict[str, Any] = {"by": ("ring\x07" + "g" * 240,)}
    assert (await api.post("/hold", body("S1", user=None), **as_bell)).status == 200
    assert (await api.post("/confirm", body("S1", user=None), **as_bell)).status == 201
    (booking,) = (await api.get("/api/v1/bookings", **as_bell)).body["items"]
    assert booking["contactInfo"]["name"] == "ring\N{REPLACEMENT CHARACTER}" + "g" * 195


async def test_without_guest_sessions_a_token_is_needed(folder: Path, valkey: ValkeyServer) -> None:
    async with running_application(valkey.url, folder) as application, api_of(application) as api:
        answer = await hold(api, "S1")
        assert (answer.status, answer.body) == (
            401,
            {"message": "send `Authorization: Bearer <token>`; guest sessions are off on this server"},
        )
        assert "set-cookie" not in answer.headers
        assert (await api.get(f"/status/{SHOW}")).status == 200


async def test_booking_without_an_order_follows_the_setting(folder: Path, valkey: ValkeyServer) -> None:
    settings: dict[str, Any] = {"dialect_guests": True, "direct_booking": DirectBooking.INTEGRATOR}
    async with running_application(valkey.url, folder, **settings) as application, api_of(application) as api:
        assert (await hold(api, "S1")).status == 200
        answer = await confirm(api, "S1")
        assert (answer.status, list(answer.body)) == (403, ["message"])
        assert (await statuses(api))["S1"] == "Held"


# Whatever refuses, it is said in the dialect's own envelope; Api.ask checks the form of every refusal.


async def test_what_is_refused_before_the_handler_is_called_is_a_message_too(api: Api) -> None:
    wrong = [
        await api.post("/hold", content=b"{", headers={"content-type": "application/json"}, by=None),
        await api.post("/hold", content=b"S1", headers={"content-type": "text/plain"}, by=None),
        await api.post("/hold", {"theme": "x" * 65_536}, by=None),
        await api.ask("DELETE", "/hold", by=None),
        await api.post("/confirm", body("S1"), headers={"authorization": "Bearer not.a.token"}, by=None),
    ]
    assert [answer.status for answer in wrong] == [400, 415, 413, 405, 401]
    assert all(list(answer.body) == ["message"] for answer in wrong)


async def test_a_store_that_is_away_is_a_message_with_the_time_to_wait(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("connection refused", retry_after_s=2)

    monkeypatch.setattr(HoldService, "hold", away)
    answer = await hold(api, "S1")
    assert (answer.status, list(answer.body), answer.headers["retry-after"]) == (503, ["message"], "2")


async def test_too_many_calls_are_a_message_with_the_time_to_wait(folder: Path, valkey: ValkeyServer) -> None:
    settings: dict[str, Any] = {"rate_limit_enabled": True, "rate_limit_user_holds_per_minute": 1}
    async with running_application(valkey.url, folder, **settings) as application, api_of(application) as api:
        assert (await api.post("/hold", body("S1", user=None))).status == 200
        answer = await api.post("/hold", body("S1", user=None))
    assert (answer.status, list(answer.body)) == (429, ["message"])
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_fault_of_the_server_is_a_message_that_says_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(HoldService, "hold", broken)
    answer = await hold(api, "S1")
    assert (answer.status, list(answer.body)) == (500, ["message"])
    assert "hunter2" not in answer.body["message"]
