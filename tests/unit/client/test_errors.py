"""The tree of errors: every code the API answers with has its place, and carries what it says."""

import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from frontrow.client import errors as tree
from frontrow.client.errors import (
    AlreadyTaken,
    ApiError,
    Conflict,
    Forbidden,
    FrontrowError,
    HoldNotFound,
    InvalidRequest,
    NotFound,
    OrderStateConflict,
    OrphanSeats,
    PaymentDeclined,
    RateLimited,
    SeatLimitReached,
    SeatRefusal,
    SeatsUnavailable,
    ServerFailed,
    TransportFailed,
    Unauthorized,
    UnexpectedAnswer,
    error_class,
)
from frontrow.client.reading import get_event
from frontrow.client.retrying import NO_RETRIES, Conversation
from frontrow.http.problems import KINDS, Code
from tests.unit.client.answers import problem

FAMILIES: dict[int, type[ApiError]] = {
    401: Unauthorized,
    402: PaymentDeclined,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    429: RateLimited,
}


def raised_by(code: Code, **members: Any) -> ApiError:
    """What a call refused with that code raises."""
    conversation = Conversation(get_event("gala"), NO_RETRIES)
    with pytest.raises(ApiError) as raised:
        conversation.heard(problem(code, **members))
    return raised.value


@pytest.mark.parametrize("code", Code)
def test_every_code_is_raised_as_a_kind_of_its_status(code: Code) -> None:
    status = KINDS[code].status
    error = raised_by(code)
    assert isinstance(error, FAMILIES.get(status, ServerFailed if status >= 500 else InvalidRequest))
    assert (error.code, error.status, error.request_id, error.detail) == (code, status, "r-1", "because")
    assert str(error) == f"because ({code}, request r-1)"


def test_a_code_of_a_newer_server_goes_by_its_status() -> None:
    assert error_class("seat_on_fire", 409) is Conflict
    assert error_class("teapot", 418) is InvalidRequest
    assert error_class("meltdown", 507) is ServerFailed


def test_unavailable_seats_are_named_with_the_reason() -> None:
    error = raised_by(Code.SEATS_UNAVAILABLE, seats=[{"seatId": "A1", "reason": "held"}], seatIds=["A1"])
    assert isinstance(error, SeatsUnavailable)
    assert error.seats == (SeatRefusal("A1", "held"),)
    assert error.seat_ids == ("A1",)


def test_what_helps_is_carried() -> None:
    limit = raised_by(Code.SEAT_LIMIT_REACHED, heldCount=49, seatsMax=50)
    assert isinstance(limit, SeatLimitReached)
    assert (limit.held_count, limit.seats_max) == (49, 50)
    stands = raised_by(Code.ORDER_STATE, orderStatus="expired")
    assert isinstance(stands, OrderStateConflict)
    assert stands.order_status == "expired"
    orphans = raised_by(Code.ORPHAN_SEATS, seatIds=["A4"])
    assert isinstance(orphans, OrphanSeats)
    assert orphans.seat_ids == ("A4",)
    invalid = raised_by(Code.VALIDATION_FAILED, errors=[{"field": "name", "message": "is required"}])
    assert isinstance(invalid, InvalidRequest)
    assert [(fault.field, fault.message) for fault in invalid.errors] == [("name", "is required")]


def every_class(of: type[FrontrowError]) -> Iterator[type[FrontrowError]]:
    yield of
    for below in of.__subclasses__():
        yield from every_class(below)


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn: dict[str, str | None] = {}
    above: list[str] = []
    for line in (tree.__doc__ or "").splitlines():
        name = line.lstrip("│├└─ ").split(" ")[0]
        if name not in vars(tree) or name[0].islower():
            continue
        depth = (len(line) - len(line.lstrip("│├└─ "))) // 4
        above[depth:] = [name]
        drawn[name] = above[depth - 1] if depth else None
    assert drawn == {
        found.__name__: None if found is FrontrowError else found.__bases__[0].__name__
        for found in every_class(FrontrowError)
    }


MADE: list[Callable[[], FrontrowError]] = [
    lambda: raised_by(Code.HOLD_NOT_FOUND),
    lambda: AlreadyTaken(raised_by(Code.SEATS_UNAVAILABLE).problem, idempotency_key="k"),
    lambda: TransportFailed("lost", request_id="r", may_have_happened=True, idempotency_key="k"),
    lambda: UnexpectedAnswer("a page", status=502, may_have_happened=True),
]


@pytest.mark.parametrize("make", MADE)
def test_an_error_survives_the_way_to_another_process(make: Callable[[], FrontrowError]) -> None:
    error = make()
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), vars(again)) == (str(error), vars(error))


def test_a_hold_that_is_not_found_is_a_thing_not_found() -> None:
    assert isinstance(raised_by(Code.HOLD_NOT_FOUND), HoldNotFound)
    assert not isinstance(raised_by(Code.NOT_FOUND), HoldNotFound)
