"""Nobody gets at what is somebody else's: every request of the API, by everybody, aimed at it by every field there is.

The requests are made from the declared operations, so an operation that is added is asked without anybody thinking of
it; a field that is added has to be told apart first, as one that can name a thing, or as one that cannot.
Who may call an operation at all is in tests/e2e/http/test_access.py.
"""

import re

import pytest

from frontrow.domain.ids import UserId
from frontrow.http.app import OPERATIONS
from frontrow.http.auth import Authenticator
from frontrow.http.operation import Access, AnyOperation
from frontrow.services.callers import Caller
from tests.e2e.security.victim import (
    ABSENT,
    CONTACT,
    GUESSED,
    NAMING,
    NOTES,
    SPEAKING,
    VICTIM,
    Aim,
    Belonging,
    aims_at,
    all_of_it,
    fields_of,
    in_path,
    settled,
)
from tests.support.http_stack import EVENT, Answered, Api, bearer, event_body

ASKED = [operation for operation in OPERATIONS if not operation.streams]
"""A stream has seats' states and nothing else, for everybody: tests/unit/test_watching.py."""
STRANGERS: dict[str, dict[str, str]] = {
    "another buyer": bearer("eve"),
    "an integrator": bearer("shop", "integrator"),
    "a guest session that says the victim's name": {},
    "a buyer who says to be the victim, and an admin": bearer("eve", "ADMIN", "admin ", "root")
    | dict.fromkeys(("x-user-id", "x-user", "x-remote-user", "x-forwarded-user", "x-auth-request-user"), VICTIM)
    | {"cookie": f"frontrow_session={VICTIM}"},
}
ALIKE = (
    VICTIM[:-1],
    f"{VICTIM}:",
    VICTIM.upper(),
    VICTIM.replace("v", "%76"),
    f"{VICTIM} ",
    f"{VICTIM}\u200b",
    VICTIM.replace("i", "\u0456"),
    f"x{VICTIM}",
)
"""Users whose names begin, look or are written like the victim's."""
OF_EVENTS = {"eventId", "showId", "showtimeId", "layoutId", "version", "layoutVersion"}
HARMLESS = {
    *("contactInfo", "customer", "notes", "specialRequests", "paymentInfo", "returnUrl", "card", "number", "accepted"),
    *("durationMinutes", "holdDurationMinutes", "afterSeconds", "quantity", "bestAvailable", "reason"),
    *("limit", "open", "state", "section", "viewport", "count", "alternatives", "lastEventId"),
}
"""Fields that name nothing that is anybody's."""
CURSORS = {"cursor"}
"""Whatever they say, lists are the caller's own: test_a_list_is_its_callers_whatever_the_cursor_says."""


def names_something(operation: AnyOperation) -> bool:
    return bool(NAMING & {*in_path(operation), *fields_of(operation.body)})


def test_every_field_of_a_request_names_something_or_is_known_to_name_nothing() -> None:
    known = NAMING | GUESSED | SPEAKING | OF_EVENTS | HARMLESS | CURSORS
    for operation in OPERATIONS:
        if operation.access is not Access.ADMIN and operation.name != "deliverCallback":
            fields = {*in_path(operation), *fields_of(operation.body), *fields_of(operation.query)}
            assert fields <= known, (operation.name, fields - known)


async def asked(api: Api, aim: Aim, headers: dict[str, str]) -> Answered:
    return await api.ask(aim.method, aim.path, by=None, body=aim.body, headers=headers)


def told(answer: Answered, aim: Aim, thing: Belonging) -> str:
    """The answer without what the request itself said, so that answers about different ids can be compared."""
    text = f"{answer.status} {answer.body}"
    for said in {thing.hold_id, thing.order_id, thing.booking_id}:
        text = text.replace(said, "<id>")
    return re.sub(r"'(requestId|timestamp)': '[^']*'", "", text)


def given_away(answer: Answered, aim: Aim, things: list[Belonging]) -> list[str]:
    """What the answer tells of the victim that the request did not say."""
    ids = {secret for it in things for secret in (it.hold_id, it.order_id, it.booking_id, it.ticket_code)}
    asked_with = f"{aim.path} {aim.body}"
    told_of = f"{answer.body} {answer.headers}"
    secrets = {*ids, *CONTACT.values(), NOTES, VICTIM}
    return [it for it in secrets if it in told_of and it not in asked_with]


@pytest.mark.parametrize("who", STRANGERS)
async def test_a_stranger_changes_nothing_learns_nothing_and_cannot_tell_what_is_there(api: Api, who: str) -> None:
    headers = STRANGERS[who]
    things = await settled(api)
    before = await all_of_it(api)
    compared = 0
    for operation in ASKED:
        for thing in things:
            for aim, at_nothing in zip(
                aims_at(operation, thing, VICTIM if not headers else None),
                aims_at(operation, ABSENT, VICTIM if not headers else None),
                strict=True,
            ):
                answer = await asked(api, aim, headers)
                context = (operation.name, aim, answer)
                assert answer.status < 500, context
                assert given_away(answer, aim, things) == [], context
                if aim.by_field is not None and operation.access not in (Access.PUBLIC, Access.OPTIONAL):
                    assert 400 <= answer.status < 500, context
                if aim.by_field in ("holdId", "orderId", "bookingId"):
                    absent = await asked(api, at_nothing, headers)
                    assert told(answer, aim, thing) == told(absent, at_nothing, ABSENT), context
                    compared += 1
        assert await all_of_it(api) == before, operation.name
    assert compared > 40


async def test_a_server_that_takes_strangers_for_the_owner_is_seen(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    # The negative control of the test above.
    monkeypatch.setattr(Authenticator, "known", lambda _self, _header: Caller(UserId(VICTIM)))
    with pytest.raises(AssertionError):
        await test_a_stranger_changes_nothing_learns_nothing_and_cannot_tell_what_is_there(api, "another buyer")


async def test_the_same_requests_are_answered_to_their_owner(api: Api) -> None:
    answered = set()
    for operation in ASKED:
        if operation.access in (Access.USER, Access.GUEST) and names_something(operation):
            event = event_body(f"for-{operation.name}")
            assert (await api.post("/api/v1/events", event, by=("boss", "admin"))).status == 201
            for thing in await settled(api, event["eventId"]):
                for aim in aims_at(operation, thing):
                    if (await asked(api, aim, bearer(VICTIM))).status < 400:
                        answered.add(operation.name)
    expected = {it.name for it in ASKED if it.access in (Access.USER, Access.GUEST) and names_something(it)}
    assert answered == expected


async def test_users_named_almost_alike_are_strangers(api: Api) -> None:
    things = await settled(api)
    before = await all_of_it(api)
    asking = [it for it in ASKED if it.access in (Access.USER, Access.GUEST) and names_something(it)]
    for alike in ALIKE:
        for operation in asking:
            for aim in aims_at(operation, things[0]):
                answer = await asked(api, aim, bearer(alike))
                assert 400 <= answer.status < 500, (alike, operation.name, aim, answer)
                assert given_away(answer, aim, things) == [], (alike, operation.name, aim, answer)
        assert await all_of_it(api) == before, alike


async def test_a_list_is_its_callers_whatever_the_cursor_says(api: Api) -> None:
    for number in range(1, 4):
        await api.book((await api.hold(f"A{number}", by=(VICTIM,)))["holdId"], by=(VICTIM,))
    for path in ("/api/v1/bookings", "/api/v1/orders", "/seat-booking/my-bookings"):
        page = await api.get(f"{path}?limit=1", by=(VICTIM,))
        cursor = page.body.get("nextCursor")
        for said in (cursor, "9999999999999:1-zzzzzzzzzzzzzzzzzzzzzz"):
            if said is not None:
                foreign = await api.get(path, by=("eve",), params={"cursor": str(said)})
                assert VICTIM not in str(foreign.body) and "A1" not in str(foreign.body), foreign


async def test_a_hold_is_found_in_its_own_event_only_even_by_its_owner(api: Api) -> None:
    other = event_body("autumn-gala")
    assert (await api.post("/api/v1/events", other, by=("boss", "admin"))).status == 201
    held = await api.hold("A1", "A2", by=(VICTIM,))
    there = Belonging(held["holdId"], "A1", "", "", "")
    for operation in OPERATIONS:
        if {"eventId", "holdId"} <= {*in_path(operation), *fields_of(operation.body)}:
            for aim in aims_at(operation, there):
                body = (
                    None
                    if aim.body is None
                    else aim.body | ({"eventId": "autumn-gala"} if "eventId" in aim.body else {})
                )
                path = aim.path.replace(EVENT, "autumn-gala")
                if aim.by_field == "holdId":
                    answer = await api.ask(aim.method, path, by=(VICTIM,), body=body)
                    assert answer.status == 404, (operation.name, answer)
    states = await api.states()
    assert (states["A1"], states["A2"]) == ("h", "h")
    assert set((await api.states("autumn-gala")).values()) == {"a"}
