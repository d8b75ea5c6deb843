"""A `userId` that a request says: the token's own user and nobody else; in a guest session a name inside it."""

import pytest

from frontrow.http.app import OPERATIONS
from frontrow.http.operation import Access, NoBody
from tests.e2e.dialects.conftest import Visits
from tests.support.http_stack import Api, Json

EVENT = "movie123"
CUSTOMER = {"name": "Ann", "email": "ann@example.com"}
CALLS: list[tuple[str, str, Json]] = [
    ("POST", "/seat-booking/hold-seats", {"eventId": EVENT, "seatIds": ["A1"]}),
    ("POST", "/seat-booking/hold-table", {"eventId": EVENT, "tableId": "table-1"}),
    ("POST", "/seat-booking/confirm", {"eventId": EVENT, "seatIds": ["A1"], "contactInfo": CUSTOMER}),
    ("DELETE", f"/seat-booking/release-seats/{EVENT}", {"seatIds": ["A1"]}),
    ("POST", f"/api/v1/showtimes/{EVENT}/seats/lock", {"seats": ["A1"]}),
    ("PUT", f"/api/v1/showtimes/{EVENT}/seats/extend-lock", {"seats": ["A1"]}),
    ("DELETE", f"/api/v1/showtimes/{EVENT}/seats/unlock", {"seats": ["A1"]}),
    ("POST", "/hold", {"showId": EVENT, "seatNumber": "A1"}),
    ("POST", "/confirm", {"showId": EVENT, "seatNumber": "A1"}),
    ("POST", "/holds", {"showId": EVENT, "seatIds": ["A1"]}),
    ("POST", "/holds/1-AAAAAAAAAAAAAAAAAAAAAA/release", {}),
    ("POST", "/orders", {"holdId": "1-AAAAAAAAAAAAAAAAAAAAAA", "customer": CUSTOMER}),
    ("POST", "/orders/1-AAAAAAAAAAAAAAAAAAAAAA/confirm-payment", {}),
]


def test_every_body_of_a_dialect_may_say_whom_it_is_for() -> None:
    of_dialects = [it for it in OPERATIONS if it.tag.startswith("Dialect") and it.body is not NoBody]
    assert len(of_dialects) == len(CALLS)
    assert all(it.names_user and it.access in (Access.USER, Access.GUEST) for it in of_dialects)


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
async def test_a_token_speaks_for_its_own_user_alone(api: Api, method: str, path: str, body: Json) -> None:
    foreign = await api.ask(method, path, body={**body, "userId": "bob"}, by=("ann",))
    assert foreign.status == 403, foreign
    assert (await api.get(f"/status/{EVENT}")).body["seats"][0]["status"] == "Available"
    own = await api.ask(method, path, body={**body, "userId": "ann"}, by=("ann",))
    assert own.status != 403, own


async def test_a_user_who_is_a_number_may_be_named_as_a_number(api: Api) -> None:
    body = {"seats": ["A1"], "userId": 7}
    path = f"/api/v1/showtimes/{EVENT}/seats/lock"
    assert (await api.post(path, body, by=("7",))).status == 200
    assert (await api.post(path, body, by=("8",))).status == 403


async def test_a_hold_made_for_a_name_in_a_session_is_that_names_to_the_end(visits: Visits) -> None:
    api, other = await visits(), await visits()
    named = {"userId": "007"}
    held = await api.post("/holds", {"showId": EVENT, "seatIds": ["A5"], **named}, by=None)
    path = f"/holds/{held.body['holdId']}"
    assert (await api.get(path, params=named)).body == held.body
    assert (await api.get(path)).status == 404
    assert (await api.get(path, params={"userId": "mary456"})).status == 404
    assert (await other.get(path, params=named)).status == 404
    assert (await api.get(path, params=named, by=("ann",))).status == 403
    assert (await api.post("/holds", {"showId": EVENT, "seatIds": ["A5"], "userId": "mary456"}, by=None)).status == 409
    order = {"holdId": held.body["holdId"], "customer": CUSTOMER}
    assert (await api.post("/orders", order, by=None)).status == 404
    ordered = await api.post("/orders", {**order, **named}, by=None)
    assert ordered.status == 201
    pay = f"/orders/{ordered.body['orderId']}/confirm-payment"
    assert (await api.post(pay, by=None)).status == 404
    assert (await api.post(pay, named, by=None)).body["status"] == "CONFIRMED"


async def test_a_hold_made_for_a_name_is_given_back_for_it(api: Api) -> None:
    named = {"userId": "john123"}
    held = await api.post("/holds", {"showId": EVENT, "seatIds": ["A5"], **named}, by=None)
    path = f"/holds/{held.body['holdId']}/release"
    assert (await api.post(path, by=None)).status == 404
    assert (await api.post(path, named, by=None)).body["releasedSeats"] == ["A5"]
