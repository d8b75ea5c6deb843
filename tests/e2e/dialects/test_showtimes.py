"""Dialect 003: each thing the document (seeds/003) asks of the server, on showtime 42 of the demo's programme.

The document's words are the tables' left columns; what a browser does with the answers is tested with the pages.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import redis

from frontrow.domain.errors import StoreUnavailable
from frontrow.services.picking import SeatPicking
from tests.support.eventually import eventually
from tests.support.http_stack import Answered, Api, api_of, bearer, running_application
from tests.support.valkey import ValkeyServer, running_valkey

SHOWTIME = "42"
SEATS_IN_ALL = 120
MINE, THEIRS, ADMIN = ("ann",), ("bob",), ("boss", "admin")
LOCK_S = 15 * 60


def path(action: str, showtime: str = SHOWTIME) -> str:
    return f"/api/v1/showtimes/{showtime}/seats/{action}"


async def lock(api: Api, *seats: str, by: tuple[str, ...] = MINE) -> Answered:
    return await api.post(path("lock"), {"seats": seats}, by=by)


async def unlock(api: Api, *seats: str, by: tuple[str, ...] = MINE) -> Answered:
    return await api.ask("DELETE", path("unlock"), body={"seats": seats}, by=by)


async def extend(api: Api, *seats: str, by: tuple[str, ...] = MINE) -> Answered:
    return await api.ask("PUT", path("extend-lock"), body={"seats": seats}, by=by)


async def data_of(asked: Awaitable[Answered]) -> dict[str, Any]:
    """What a successful answer carries in its envelope."""
    answer = await asked
    assert answer.status == 200, answer
    assert set(answer.body) == {"success", "message", "data"}
    assert answer.body["success"] is True
    assert answer.body["message"]
    return dict(answer.body["data"])


async def status(api: Api, by: tuple[str, ...] | None = None) -> dict[str, dict[str, Any]]:
    """Every seat as this caller sees it."""
    seats = (await data_of(api.get(path("status"), by=by)))["seats"]
    return {seat["seat"]: seat for seat in seats}


async def looks(api: Api, *seats: str, by: tuple[str, ...] | None = None) -> list[str]:
    """The status of these seats, as this caller sees them."""
    shown = await status(api, by)
    return [shown[seat]["status"] for seat in seats]


def left_s(time: str) -> float:
    assert time.endswith("Z")
    return (datetime.fromisoformat(time) - datetime.now(UTC)).total_seconds()


def is_a_quarter_of_an_hour(time: str) -> bool:
    return LOCK_S - 60 < left_s(time) <= LOCK_S + 1


async def hold_ids(api: Api, by: tuple[str, ...] = MINE) -> list[str]:
    return [hold["holdId"] for hold in (await api.get("/api/v1/holds", by=by)).body["items"]]


async def nearly_run_out(api: Api, seconds: int, by: tuple[str, ...] = MINE) -> None:
    """Let the caller's locks run out so soon, as if the holder had been silent for the rest of the quarter hour."""
    for hold_id in await hold_ids(api, by):
        answer = await api.post(f"/api/v1/events/{SHOWTIME}/holds/{hold_id}/release", {"afterSeconds": seconds}, by=by)
        assert answer.status == 200


async def book(api: Api, *seats: str, by: tuple[str, ...] = MINE) -> None:
    assert (await lock(api, *seats, by=by)).status == 200
    contact = {"name": "John Smith", "email": "john.smith@example.com"}
    body = {"eventId": SHOWTIME, "seatIds": seats, "contactInfo": contact}
    assert (await api.post("/api/v1/bookings", body, by=by)).status == 201


# What the document says, and what is so.

Play = Callable[[Api], Awaitable[None]]
SAYS: dict[str, Play] = {}


def says(words: str) -> Callable[[Play], Play]:
    """A row of the table: the section, and its words."""

    def noted(play: Play) -> Play:
        SAYS[words] = play
        return play

    return noted


@says("AC1: When a user selects a seat, it is immediately locked for 15 minutes")
async def _locked_for_15_minutes(api: Api) -> None:
    data = await data_of(lock(api, "A1", "A2"))
    assert set(data) == {"locked_seats", "expires_at"}
    assert data["locked_seats"] == ["A1", "A2"]
    assert is_a_quarter_of_an_hour(data["expires_at"])
    assert await looks(api, "A1", "A2", "A3") == ["locked", "locked", "available"]


@says('AC1: Other users see the seat as "temporarily unavailable"')
async def _temporarily_unavailable(api: Api) -> None:
    await data_of(lock(api, "A1"))
    assert await looks(api, "A1", by=THEIRS) == ["locked"]
    refused = await lock(api, "A1", "A2", by=THEIRS)
    assert refused.status == 409
    assert refused.body["success"] is False
    assert refused.body["message"] == "Some seats are already locked by other users"
    assert refused.body["data"]["conflicts"] == [
        {"seat": "A1", "status": "locked", "message": "temporarily unavailable"}
    ]


@says("AC1: The original user can continue to interact with locked seats")
async def _goes_on_with_them(api: Api) -> None:
    await data_of(lock(api, "A1", "A2"))
    assert await looks(api, "A1", "A2", by=MINE) == ["selected", "selected"]
    assert (await data_of(lock(api, "A1", "A2", "A3")))["locked_seats"] == ["A1", "A2", "A3"]
    assert (await data_of(unlock(api, "A2")))["unlocked_seats"] == ["A2"]
    assert await looks(api, "A1", "A2", "A3", by=MINE) == ["selected", "available", "selected"]


@says("AC1: Lock is automatically extended while user remains active")
async def _extended_by_activity(api: Api) -> None:
    await data_of(lock(api, "A1", "B1"))
    calls: tuple[Callable[[], Awaitable[Answered]], ...] = (
        lambda: lock(api, "C1"),
        lambda: lock(api, "A1"),
        lambda: lock(api, "D1"),
        lambda: unlock(api, "C1"),
        lambda: extend(api, "A1"),
    )
    await data_of(lock(api, "D1", by=THEIRS))
    for number, call in enumerate(calls):
        await nearly_run_out(api, 60)
        assert left_s((await status(api, MINE))["B1"]["expires_at"]) <= 61
        answer = await call()
        assert answer.status == (409 if number == 2 else 200)
        after = await status(api, MINE)
        assert is_a_quarter_of_an_hour(after["A1"]["expires_at"]), number
        assert is_a_quarter_of_an_hour(after["B1"]["expires_at"]), number


@says("AC2: all seats in selection succeed or fail together")
async def _all_or_none(api: Api) -> None:
    await data_of(lock(api, "B2", by=THEIRS))
    refused = await lock(api, "B1", "B2", "B3")
    assert refused.status == 409
    assert await looks(api, "B1", "B3") == ["available", "available"]
    assert await hold_ids(api) == []


@says("AC2: No partial seat locks that could leave the system in inconsistent state")
async def _every_conflict_is_named(api: Api) -> None:
    await data_of(lock(api, "B1", "B3", by=THEIRS))
    await book(api, "B5", by=THEIRS)
    assert (await api.post(f"/api/v1/events/{SHOWTIME}/blocks", {"seatIds": ["B6"]}, by=ADMIN)).status == 201
    refused = await lock(api, "B6", "B1", "B2", "B3", "B5")
    assert [(it["seat"], it["status"]) for it in refused.body["data"]["conflicts"]] == [
        ("B6", "occupied"),
        ("B1", "locked"),
        ("B3", "locked"),
        ("B5", "occupied"),
    ]
    assert {it["message"] for it in refused.body["data"]["conflicts"]} == {"temporarily unavailable"}
    assert await looks(api, "B2") == ["available"]


@says("AC2: Proper rollback: a seat of somebody else's among those to unlock, and nothing is unlocked")
async def _unlocked_together(api: Api) -> None:
    await data_of(lock(api, "C1"))
    await data_of(lock(api, "C2", by=THEIRS))
    refused = await unlock(api, "C1", "C2")
    assert (refused.status, refused.body["success"]) == (409, False)
    assert [it["seat"] for it in refused.body["data"]["conflicts"]] == ["C2"]
    assert await looks(api, "C1", "C2", by=MINE) == ["selected", "locked"]


@says("AC3: Seats are automatically released after 15 minutes of inactivity")
async def _released_by_silence(api: Api) -> None:
    await data_of(lock(api, "A1", "A2"))
    await nearly_run_out(api, 1)

    async def are_free() -> bool:
        return await looks(api, "A1", "A2") == ["available", "available"]

    await eventually(are_free, "the seats are shown as available without anybody asking for them")
    assert (await data_of(lock(api, "A1", "A2", by=THEIRS)))["locked_seats"] == ["A1", "A2"]
    assert (await extend(api, "A1")).status == 409


@says("AC3: Manual lock release when user cancels booking or navigates away")
async def _released_by_hand(api: Api) -> None:
    await data_of(lock(api, "A1", "A2", "A3"))
    assert await data_of(unlock(api, "A1", "A3")) == {"unlocked_seats": ["A1", "A3"]}
    assert await looks(api, "A1", "A2", "A3") == ["available", "locked", "available"]
    again = await data_of(unlock(api, "A1", "A2"))
    assert again == {"unlocked_seats": ["A2"]}, "what is free already is passed over"


@says("AC3: Immediate lock release when booking is successfully completed")
async def _booked(api: Api) -> None:
    await book(api, "A1", "A2")
    assert await hold_ids(api) == []
    assert await looks(api, "A1", "A2", by=MINE) == ["occupied", "occupied"]
    refused = await lock(api, "A1", by=THEIRS)
    assert refused.body["data"]["conflicts"][0]["status"] == "occupied"
    assert (await unlock(api, "A1")).status == 409


@says("AC4: real-time seat availability (available/occupied/locked/selected)")
async def _four_statuses(api: Api) -> None:
    await data_of(lock(api, "A2"))
    await data_of(lock(api, "A3", by=THEIRS))
    await book(api, "A4", by=THEIRS)
    assert (await api.post(f"/api/v1/events/{SHOWTIME}/blocks", {"seatIds": ["A5"]}, by=ADMIN)).status == 201
    data = await data_of(api.get(path("status"), by=MINE))
    assert set(data) == {"showtime_id", "seats", "seat_status", "last_updated"}
    assert data["showtime_id"] == SHOWTIME
    assert abs(left_s(data["last_updated"])) < 60
    by_status = data["seat_status"]
    assert list(by_status) == ["available", "occupied", "locked", "selected"]
    assert (by_status["occupied"], by_status["locked"], by_status["selected"]) == (["A4", "A5"], ["A3"], ["A2"])
    assert len(by_status["available"]) == SEATS_IN_ALL - 4
    assert len(data["seats"]) == SEATS_IN_ALL
    seats = {seat["seat"]: seat for seat in data["seats"]}
    assert seats["A1"] == {"seat": "A1", "status": "available"}
    assert seats["A4"] == {"seat": "A4", "status": "occupied"}
    assert set(seats["A2"]) == set(seats["A3"]) == {"seat", "status", "expires_at"}
    assert is_a_quarter_of_an_hour(seats["A3"]["expires_at"])


@says("AC4: without a token nothing is `selected`")
async def _nothing_selected(api: Api) -> None:
    await data_of(lock(api, "A1"))
    data = await data_of(api.get(path("status")))
    assert (data["seat_status"]["locked"], data["seat_status"]["selected"]) == (["A1"], [])


@says("AC4: Other users see immediate updates when seats become locked or released")
async def _seen_at_once(api: Api) -> None:
    for _ in range(3):
        await data_of(lock(api, "A1"))
        assert await looks(api, "A1", by=THEIRS) == ["locked"]
        await data_of(unlock(api, "A1"))
        assert await looks(api, "A1", by=THEIRS) == ["available"]


@says("AC5: System gracefully handles multiple users attempting to lock same seats")
async def _one_of_fifty(api: Api) -> None:
    answers = await asyncio.gather(*(lock(api, "E5", "E6", by=(f"user-{number}",)) for number in range(50)))
    assert sorted(answer.status for answer in answers) == [200] + [409] * 49


@says("AC5: Alternative seat suggestions when possible")
async def _suggested(api: Api) -> None:
    await data_of(lock(api, "E5", "E6", by=THEIRS))
    refused = await lock(api, "E5", "E6")
    suggestions = refused.body["data"]["suggestions"]
    assert suggestions
    seats = [seat for suggestion in suggestions for seat in suggestion]
    assert all(len(suggestion) == 2 for suggestion in suggestions)
    assert len(seats) == len(set(seats))
    assert set(await looks(api, *seats)) == {"available"}
    assert (await data_of(lock(api, *suggestions[0])))["locked_seats"] == suggestions[0]


@says("AC8: PUT /api/v1/showtimes/{id}/seats/extend-lock - Extend lock duration")
async def _extended(api: Api) -> None:
    await data_of(lock(api, "A1", "A2"))
    await nearly_run_out(api, 60)
    data = await data_of(extend(api, "A1"))
    assert set(data) == {"extended_seats", "new_expiry"}
    assert data["extended_seats"] == ["A1"]
    assert is_a_quarter_of_an_hour(data["new_expiry"])
    refused = await extend(api, "A1", "A3")
    assert (refused.status, refused.body["success"]) == (409, False)
    assert refused.body["data"]["conflicts"] == [
        {"seat": "A3", "status": "available", "message": "no longer locked by you"}
    ]


@pytest.mark.parametrize("words", SAYS)
async def test_what_the_document_says_is_so(words: str, api: Api) -> None:
    await SAYS[words](api)


# Requests that are refused: who asks how, with what body, and what comes back.

INVALID: dict[str, tuple[object, str]] = {
    "unknown seats": ({"seats": ["A1", "Z9", "Z8"]}, "Z9 is no seat of this showtime"),
    "repeated seats": ({"seats": ["A1", "A1"]}, "A1 is named more than once"),
    "no seats": ({"seats": []}, "name at least one seat"),
    "no list of seats": ({}, "name at least one seat"),
    "too many seats": ({"seats": [f"A{n}" for n in range(51)]}, "51 seats are named; at most 50 go in one request"),
    "seats that are no list": ({"seats": "A1"}, "must be"),
    "a seat that is no code": ({"seats": [{"code": "A1"}]}, "must be"),
    "a number that is no seat": ({"seats": [7]}, "7 is no seat of this showtime"),
}
ACTIONS = {"lock": "POST", "unlock": "DELETE", "extend-lock": "PUT"}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("what", INVALID)
async def test_a_request_that_is_not_valid_names_what_is_wrong_with_its_seats(api: Api, what: str, action: str) -> None:
    body, message = INVALID[what]
    answer = await api.ask(ACTIONS[action], path(action), body=body, by=MINE)
    assert answer.status == 422, answer
    assert set(answer.body) == {"success", "message", "data"}
    assert answer.body["success"] is False
    assert set(answer.body["data"]) == {"errors"}
    assert set(answer.body["data"]["errors"]) == {"seats"}
    assert answer.body["data"]["errors"]["seats"][0].startswith(message)
    assert await looks(api, "A1") == ["available"]


@pytest.mark.parametrize("action", ACTIONS)
async def test_every_change_needs_a_token_and_refuses_in_the_documents_envelope(api: Api, action: str) -> None:
    for refused in (
        await api.ask(ACTIONS[action], path(action), body={"seats": ["A1"]}, by=None),
        await api.ask(
            ACTIONS[action], path(action), body={"seats": ["A1"]}, by=None, headers={"authorization": "Bearer nonsense"}
        ),
    ):
        assert refused.status == 401
        assert (refused.body["success"], set(refused.body)) == (False, {"success", "message", "data"})


async def test_a_bad_token_is_refused_for_the_status_too(api: Api) -> None:
    refused = await api.get(path("status"), headers={"authorization": "Bearer nonsense"})
    assert (refused.status, refused.body["success"]) == (401, False)


@pytest.mark.parametrize("action", [*ACTIONS, "status"])
async def test_an_unknown_showtime_is_not_found_in_the_documents_envelope(api: Api, action: str) -> None:
    body = None if action == "status" else {"seats": ["A1"]}
    answer = await api.ask(ACTIONS.get(action, "GET"), path(action, "4242"), body=body, by=MINE)
    assert (answer.status, answer.body["success"], answer.body["data"]["code"]) == (404, False, "not_found")


@pytest.mark.parametrize(
    ("content", "media_type", "expected"),
    [(b"{", "application/json", 400), (b"[]", "application/json", 400), (b"seats=A1", "text/plain", 415)],
)
async def test_a_body_that_cannot_be_read_is_refused_in_the_documents_envelope(
    api: Api, content: bytes, media_type: str, expected: int
) -> None:
    answer = await api.ask("POST", path("lock"), content=content, headers={"content-type": media_type}, by=MINE)
    assert (answer.status, answer.body["success"]) == (expected, False)


async def test_another_method_is_refused_in_the_documents_envelope(api: Api) -> None:
    answer = await api.ask("GET", path("lock"), by=MINE)
    assert (answer.status, answer.body["success"]) == (405, False)


async def test_unknown_fields_are_ignored(api: Api) -> None:
    answer = await api.post(path("lock"), {"seats": ["A1"], "user_id": 7, "showtime_id": 42}, by=MINE)
    assert answer.status == 200


async def test_a_user_whose_id_is_a_number_is_a_user_as_any_other(api: Api) -> None:
    seven = bearer(7)
    assert (await api.post(path("lock"), {"seats": ["A1"]}, by=None, headers=seven)).status == 200
    shown = await api.get(path("status"), headers=seven)
    assert shown.body["data"]["seat_status"]["selected"] == ["A1"]


async def test_over_the_cap_of_seats_held_at_once_nothing_is_locked(api: Api) -> None:
    rows = [f"{row}{number}" for row in "BCDEF" for number in range(1, 13)]
    await data_of(lock(api, *rows[:50]))
    refused = await lock(api, rows[50])
    assert (refused.status, refused.body["success"]) == (409, False)
    assert refused.body["data"] == {
        "code": "seat_limit_reached",
        "held_count": 50,
        "seats_max": 50,
        "conflicts": [],
        "suggestions": [],
    }
    assert (await lock(api, *rows[:50])).status == 200, "one's own seats count once"


async def test_ones_own_seats_are_locked_again_for_longer(api: Api) -> None:
    first = await data_of(lock(api, "A1"))
    again = await data_of(lock(api, "A1"))
    assert again["locked_seats"] == ["A1"]
    assert again["expires_at"] >= first["expires_at"]
    assert len(await hold_ids(api)) == 1


async def test_without_suggestions_the_conflict_is_told_all_the_same(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("away")

    await data_of(lock(api, "E5", by=THEIRS))
    monkeypatch.setattr(SeatPicking, "suggestions", away)
    refused = await lock(api, "E5")
    assert refused.status == 409
    assert refused.body["data"] == {
        "conflicts": [{"seat": "E5", "status": "locked", "message": "temporarily unavailable"}],
        "suggestions": [],
    }


async def test_seats_locked_one_by_one_are_one_hold(api: Api) -> None:
    for seat in ("A1", "A2", "A3"):
        await data_of(lock(api, seat))
    held = (await api.get("/api/v1/holds", by=MINE)).body["items"]
    assert [hold["seatIds"] for hold in held] == [["A1", "A2", "A3"]]


async def test_locks_live_no_longer_than_the_lifetime_cap(folder: Path, valkey: ValkeyServer) -> None:
    async with (
        running_application(valkey.url, folder, hold_lifetime_minutes_max=5) as application,
        api_of(application) as api,
    ):
        assert left_s((await data_of(lock(api, "A1")))["expires_at"]) <= 301
        assert left_s((await data_of(extend(api, "A1")))["new_expiry"]) <= 301


async def test_the_lock_keys_are_named_and_filled_as_the_document_says(api: Api, valkey: ValkeyServer) -> None:
    """AC6: `seat_lock:{showtime_id}:{seat_code}`, with a lifetime, the user and the time of locking."""
    await data_of(lock(api, "A1"))
    store = redis.Redis(unix_socket_path=str(valkey.socket), decode_responses=True)
    key = "seat_lock:{42}:A1"
    user, hold_id, locked_at = str(store.get(key)).split(":")
    assert (user, [hold_id]) == ("ann", await hold_ids(api))
    assert abs(int(locked_at) / 1000 - datetime.now(UTC).timestamp()) < 60
    assert LOCK_S - 60 < int(store.ttl(key)) <= LOCK_S
    store.close()


async def test_of_fifty_users_each_seat_has_one_winner_and_nobody_a_part_of_what_was_asked(api: Api) -> None:
    """AC5, AC7: 50 users at once in one showtime, each asking for four seats that overlap with others'."""
    seats = [f"{row}{number}" for row in "BCDEFG" for number in range(1, 13)]
    asked = {f"user-{n}": [seats[(3 * n + step * 7) % len(seats)] for step in range(4)] for n in range(50)}
    answers = await asyncio.gather(*(lock(api, *wanted, by=(user,)) for user, wanted in asked.items()))
    winners = {
        user: wanted for (user, wanted), answer in zip(asked.items(), answers, strict=True) if answer.status == 200
    }
    taken = [seat for wanted in winners.values() for seat in wanted]
    assert len(taken) == len(set(taken)), "no seat was given twice"
    assert winners
    shown = await status(api)
    assert {seat for seat, it in shown.items() if it["status"] == "locked"} == set(taken)
    for user, wanted in winners.items():
        assert await looks(api, *wanted, by=(user,)) == ["selected"] * 4
    assert all(answer.status in (200, 409) for answer in answers)


async def test_two_locks_of_one_user_at_once_both_succeed(api: Api) -> None:
    answers = await asyncio.gather(*(lock(api, f"C{n}") for n in range(1, 9)))
    assert [answer.status for answer in answers] == [200] * 8
    assert await looks(api, *(f"C{n}" for n in range(1, 9)), by=MINE) == ["selected"] * 8


async def test_when_the_store_does_not_answer_the_refusal_is_503_and_the_status_goes_on(folder: Path) -> None:
    """AC7: Proper error handling for Redis connectivity issues."""
    with running_valkey() as valkey:
        async with running_application(valkey.url, folder) as application, api_of(application) as api:
            await data_of(lock(api, "A1"))
            await status(api)
            valkey.kill()
            for refused in (await lock(api, "A2"), await unlock(api, "A1"), await extend(api, "A1")):
                assert (refused.status, refused.body["success"]) == (503, False)
                assert refused.body["data"] == {"code": "store_unavailable"}
                assert int(refused.headers["retry-after"]) >= 1
            assert await looks(api, "A1", "A2") == ["locked", "available"]
            valkey.start()

            async def locks_again() -> bool:
                return (await lock(api, "A2")).status == 200

            await eventually(locks_again, "seats are locked again without a restart")


async def test_too_many_locks_in_a_minute_are_refused_with_the_time_to_wait(folder: Path, valkey: ValkeyServer) -> None:
    """Task 4: Add rate limiting for seat operations."""
    limits = {"rate_limit_enabled": True, "rate_limit_user_holds_per_minute": 2}
    async with running_application(valkey.url, folder, **limits) as application, api_of(application) as api:
        answers = [await lock(api, "A1") for _ in range(3)]
        assert [answer.status for answer in answers] == [200, 200, 429]
        assert (answers[2].body["success"], answers[2].body["data"]["code"]) == (False, "rate_limited")
        assert int(answers[2].headers["retry-after"]) >= 1


async def test_after_the_showtime_began_nothing_is_locked(api: Api) -> None:
    assert (await lock(api, "A1")).status == 200
    over = {"startsAt": "2020-01-01T19:30:00Z"}
    assert (await api.ask("PATCH", f"/api/v1/events/{SHOWTIME}", body=over, by=ADMIN)).status == 200
    refused = await lock(api, "A2")
    assert (refused.status, refused.body["success"], refused.body["data"]["code"]) == (409, False, "event_not_on_sale")
    assert (await extend(api, "A1")).status == 409
    assert await data_of(unlock(api, "A1")) == {"unlocked_seats": ["A1"]}
