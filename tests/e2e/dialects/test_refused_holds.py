"""A hold that is refused for another reason than taken seats: each dialect keeps what its clients look into."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from frontrow.domain.hold import SeatsBusy
from frontrow.domain.ids import SeatId
from frontrow.services.holds import HoldService
from tests.e2e.dialects.conftest import Visits
from tests.support.http_stack import Answered, Api, Json

EVENT = "42"
BOSS, ANN, BOB = ("boss", "admin"), ("ann",), ("bob",)


class Dialect(NamedTuple):
    """Where a dialect holds seats, how it names them, and what every 409 of it has besides its words."""

    path: str
    body: Callable[[tuple[str, ...]], Json]
    conflict: Callable[[Json], Json]


SEAT_BOOKING = Dialect(
    "/seat-booking/hold-seats", lambda seats: {"eventId": EVENT, "seatIds": seats}, lambda body: dict(body["data"])
)
SHOWTIMES = Dialect(
    f"/api/v1/showtimes/{EVENT}/seats/lock", lambda seats: {"seats": seats}, lambda body: dict(body["data"])
)
BOOKINGS = Dialect(
    "/hold",
    lambda seats: {"showId": EVENT, "seatNumber": seats},
    lambda body: {name: value for name, value in body.items() if name != "message"},
)
HOLDS = Dialect(
    "/holds",
    lambda seats: {"showId": EVENT, "seatIds": seats, "quantity": len(seats)},
    lambda body: {name: value for name, value in body["error"].items() if name not in ("message", "timestamp")},
)
NO_SEAT_IN_THE_WAY: list[tuple[Dialect, Json]] = [
    (SEAT_BOOKING, {"conflictingSeats": []}),
    (SHOWTIMES, {"conflicts": [], "suggestions": []}),
    (BOOKINGS, {}),
    (HOLDS, {}),
]


async def hold(api: Api, dialect: Dialect, *seats: str, by: tuple[str, ...] = ANN) -> Answered:
    return await api.post(dialect.path, dialect.body(seats), by=by)


def words_of(answer: Answered) -> str:
    body = answer.body.get("error", answer.body)
    assert answer.body.get("success", False) is False
    return str(body["message"])


async def keep_orphans_out(api: Api) -> None:
    """Let the event refuse choices that leave a single seat."""
    changed = await api.ask("PATCH", f"/api/v1/events/{EVENT}", body={"orphanRule": True}, by=BOSS)
    assert changed.status == 200, changed


@pytest.mark.parametrize(
    ("dialect", "left"),
    [
        (SEAT_BOOKING, {"conflictingSeats": [], "orphanSeats": ["A1"]}),
        (SHOWTIMES, {"code": "orphan_seats", "conflicts": [], "orphan_seats": ["A1"]}),
        (BOOKINGS, {}),
        (HOLDS, {}),
    ],
)
async def test_seats_that_would_be_left_single_are_not_called_taken(api: Api, dialect: Dialect, left: Json) -> None:
    await keep_orphans_out(api)
    answer = await hold(api, dialect, "A2", "A3")
    assert answer.status == 409
    assert words_of(answer).startswith("A1 would be left as a single seat; ")
    told = dialect.conflict(answer.body)
    suggestions = told.pop("suggestions", [])
    assert told == left
    assert (dialect is SHOWTIMES) == bool(suggestions)
    for suggestion in suggestions:
        assert len(suggestion) == 2
    if suggestions:
        assert (await hold(api, dialect, *suggestions[0])).status == 200, "the alternatives leave no seat single"


async def test_several_seats_that_would_be_left_single_are_single_seats(api: Api) -> None:
    await keep_orphans_out(api)
    answer = await hold(api, BOOKINGS, "A2", "B2")
    assert words_of(answer).startswith("A1, B1, B3 would be left as single seats; ")
    assert words_of(answer).endswith("or take them too")


@pytest.mark.parametrize(("dialect", "nothing"), NO_SEAT_IN_THE_WAY)
async def test_over_the_cap_the_clients_members_are_there(api: Api, dialect: Dialect, nothing: Json) -> None:
    rows = [f"{row}{number}" for row in "BCDEF" for number in range(1, 13)]
    assert (await hold(api, SHOWTIMES, *rows[:50])).status == 200
    answer = await hold(api, dialect, rows[50])
    assert answer.status == 409
    assert "you hold 50 seats" in words_of(answer)
    assert nothing.items() <= dialect.conflict(answer.body).items()
    assert dialect.conflict(answer.body).keys() - nothing.keys() <= {"code", "held_count", "seats_max"}


@pytest.mark.parametrize(("dialect", "nothing"), NO_SEAT_IN_THE_WAY)
async def test_after_the_sale_the_clients_members_are_there(api: Api, dialect: Dialect, nothing: Json) -> None:
    closed = await api.ask("PATCH", f"/api/v1/events/{EVENT}", body={"startsAt": "2020-01-01T19:30:00Z"}, by=BOSS)
    assert closed.status == 200, closed
    answer = await hold(api, dialect, "A1")
    assert answer.status == 409
    assert nothing.items() <= dialect.conflict(answer.body).items()


@pytest.mark.parametrize(
    ("dialect", "busy"),
    [
        (SEAT_BOOKING, {"conflictingSeats": ["A1"]}),
        (
            SHOWTIMES,
            {
                "code": "request_in_progress",
                "conflicts": [{"seat": "A1", "status": "locked", "message": "temporarily unavailable"}],
                "suggestions": [],
            },
        ),
        (BOOKINGS, {"seatNumbers": ["A1"]}),
        (HOLDS, {"seatIds": ["A1"]}),
    ],
)
async def test_seats_that_are_being_booked_are_in_the_way(
    api: Api, monkeypatch: pytest.MonkeyPatch, dialect: Dialect, busy: Json
) -> None:
    async def being_booked(*_: object) -> SeatsBusy:
        return SeatsBusy(seat_ids=(SeatId("A1"),), retry_after_ms=1_200, now_ms=0)

    monkeypatch.setattr(HoldService, "hold", being_booked)
    answer = await hold(api, dialect, "A1", "A2")
    assert (answer.status, answer.headers["retry-after"]) == (409, "2")
    assert dialect.conflict(answer.body) == busy


async def test_a_key_that_was_used_for_other_seats_is_a_conflict_without_seats(api: Api) -> None:
    key = {"idempotency-key": "k"}
    assert (await api.post(SEAT_BOOKING.path, SEAT_BOOKING.body(("A1",)), by=ANN, headers=key)).status == 200
    answer = await api.post(SEAT_BOOKING.path, SEAT_BOOKING.body(("A2",)), by=ANN, headers=key)
    assert (answer.status, answer.body["data"]) == (409, {"conflictingSeats": []})


@pytest.mark.parametrize("seats", [(), ("A1", "A1"), ("none",), tuple(f"B{number}" for number in range(51))])
async def test_a_choice_that_is_not_valid_names_its_seats_field_to_showtimes(api: Api, seats: tuple[str, ...]) -> None:
    answer = await hold(api, SHOWTIMES, *seats)
    assert answer.status == 422
    assert answer.body["data"].keys() == {"errors"}
    assert answer.body["data"]["errors"]["seats"]


async def test_taken_seats_are_still_named_where_the_orphan_rule_stands(visits: Visits) -> None:
    api = await visits()
    await keep_orphans_out(api)
    assert (await hold(api, SEAT_BOOKING, "A1", "A2", by=BOB)).status == 200
    answer = await hold(api, SEAT_BOOKING, "A2", "A4")
    assert answer.body["data"] == {"conflictingSeats": ["A2"]}
