"""Releasing by seats while the seats change hands: what ran out or moved meanwhile is left, the rest is given back."""

import msgspec
import pytest

from frontrow.client import AlreadyTaken, SeatsUnavailable
from frontrow.client.exchange import Response
from frontrow.client.shows import release_seats, reserve_seats
from frontrow.http.problems import Code
from tests.unit.client.answers import HOLD_ANSWER, ok, problem
from tests.unit.client.test_retrying import Told

HOLDS = ok(
    {
        "items": [
            {**HOLD_ANSWER, "holdId": "1-one", "seatIds": ["A1", "A2", "A3"]},
            {**HOLD_ANSWER, "holdId": "2-else", "eventId": "another-show", "seatIds": ["A1"]},
            {**HOLD_ANSWER, "holdId": "1-two", "seatIds": ["B1"]},
        ]
    }
)


def refused(*seat_ids: str) -> Response:
    named = [{"seatId": seat_id, "reason": "held"} for seat_id in seat_ids]
    return problem(Code.SEATS_UNAVAILABLE, seatIds=seat_ids, seats=named)


def released(hold_id: str, *seat_ids: str) -> Response:
    return ok({"holdId": hold_id, "eventId": "gala", "seatIds": seat_ids, "expiresAt": HOLD_ANSWER["expiresAt"]})


def asked_for(told: Told) -> list[tuple[str, list[str]]]:
    """The holds and the seats that were asked to be released."""
    requests = [attempt.request for attempt in told.attempts[1:]]
    return [(it.path.split("/")[-2], msgspec.json.decode(it.body or b"")["seatIds"]) for it in requests]


def test_only_the_shows_reservations_are_given_back_one_after_the_other() -> None:
    told = Told(HOLDS, released("1-one", "A1", "A2", "A3"), released("1-two", "B1"))
    assert told.carries_out(release_seats("gala")) == ("A1", "A2", "A3", "B1")
    assert asked_for(told) == [("1-one", ["A1", "A2", "A3"]), ("1-two", ["B1"])]


def test_seats_that_are_gone_meanwhile_are_left_out() -> None:
    told = Told(HOLDS, refused("A2"), refused("A1"), released("1-one", "A3"))
    assert told.carries_out(release_seats("gala", ["A1", "A2", "A3"])) == ("A3",)
    assert asked_for(told) == [("1-one", ["A1", "A2", "A3"]), ("1-one", ["A1", "A3"]), ("1-one", ["A3"])]


def test_a_reservation_that_ran_out_meanwhile_is_over() -> None:
    told = Told(HOLDS, problem(Code.HOLD_NOT_FOUND), released("1-two", "B1"))
    assert told.carries_out(release_seats("gala")) == ("B1",)
    assert Told(HOLDS, refused("B1")).carries_out(release_seats("gala", ["B1"])) == ()


def test_a_refusal_that_names_none_of_the_seats_is_raised() -> None:
    with pytest.raises(SeatsUnavailable):
        Told(HOLDS, refused("Z9")).carries_out(release_seats("gala", ["B1"]))


def test_already_taken_says_all_that_the_refusal_said() -> None:
    told = Told(refused("A1"))
    with pytest.raises(AlreadyTaken) as raised:
        told.carries_out(reserve_seats("gala", ["A1", "A2"], idempotency_key="mine"))
    error = raised.value
    assert (error.seat_ids, error.code, error.idempotency_key) == (("A1",), "seats_unavailable", "mine")
    assert msgspec.json.decode(told.attempts[0].request.body or b"") == {
        "seatIds": ["A1", "A2"],
        "durationMinutes": 10,
    }
