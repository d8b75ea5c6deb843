"""Who may call what: every operation asked by nobody, the owner, another buyer, an integrator and an admin."""

import pytest

from frontrow.http.app import OPERATIONS
from frontrow.http.openapi import plain
from frontrow.http.operation import Access, AnyOperation
from frontrow.http.problems import PROBLEMS
from tests.support.http_stack import CONTACT, EVENT, LAYOUT, Api, Json

CALLERS: dict[str, tuple[str, ...] | None] = {
    "nobody": None,
    "buyer": ("buyer",),
    "other buyer": ("other",),
    "integrator": ("shop", "integrator"),
    "admin": ("boss", "admin"),
}
ADMINS_MAY_TOO = {"getHold", "getSeatHold", "deleteHold", "getBooking", "cancelBooking"}
"""Operations on one user's hold or booking that an admin may call as well."""


OWN = [operation for operation in OPERATIONS if operation.errors is PROBLEMS]
"""v1's operations and the server's own."""
OF_DIALECTS = [operation for operation in OPERATIONS if operation.errors is not PROBLEMS]
"""Their tests are in tests/e2e/dialects; here it is judged who may call them at all."""
OPEN = (Access.PUBLIC, Access.OPTIONAL)


def belongs_to_a_user(operation: AnyOperation) -> bool:
    return any(name in operation.path for name in ("{holdId}", "{bookingId}", "{seatId}"))


def expected(operation: AnyOperation, caller: str) -> set[int]:
    """The statuses that would be right: of the judgement of the caller only, or success."""
    if operation.access in OPEN:
        return {operation.status}
    if caller == "nobody":
        return {401}
    if operation.access is Access.ADMIN and caller != "admin":
        return {403}
    if belongs_to_a_user(operation):
        may = caller == "buyer" or (caller == "admin" and operation.name in ADMINS_MAY_TOO)
        return {operation.status} if may else {404}
    return {operation.status}


async def arguments(api: Api, operation: AnyOperation, caller: tuple[str, ...] | None) -> tuple[str, Json | None]:
    """A path and body with which the call succeeds when the caller may make it."""
    path = operation.path.replace("{eventId}", EVENT).replace("{layoutId}", LAYOUT).replace("{version}", "1")
    body = plain(operation.example.body) if operation.has_body else None
    assert body is None or isinstance(body, dict)
    if "{holdId}" in path:
        path = path.replace("{holdId}", (await api.hold("A1", "A2", "A3"))["holdId"])
    if "{seatId}" in path:
        path = path.replace("{seatId}", (await api.hold("A1"))["seatIds"][0])
    if "{bookingId}" in path:
        path = path.replace("{bookingId}", (await api.book((await api.hold("A1", "A2", "A3"))["holdId"]))["bookingId"])
    match operation.name:
        case "bookSeats" if caller is not None:
            assert body is not None
            body |= {"eventId": EVENT, "holdId": (await api.hold("B1", by=caller))["holdId"]}
        case "findBooking":
            sold = await api.book((await api.hold("B1", by=("finder",)))["holdId"], by=("finder",))
            body = {"code": sold["ticketCode"], "email": CONTACT["email"]}
        case "createEvent":
            assert body is not None
            body |= {"layoutId": LAYOUT, "prices": {"standard": 100}}
        case "changeEvent":
            body = {"name": "Renamed"}
        case "blockSeats" | "unblockSeats":
            body = {"seatIds": ["A1"]}
        case "suggestSeats":
            path += "?seatIds=A1,A2"
    return path, body


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("operation", OWN, ids=lambda operation: operation.name)
async def test_each_operation_is_open_to_exactly_whom_it_says(operation: AnyOperation, caller: str, api: Api) -> None:
    by = CALLERS[caller]
    path, body = await arguments(api, operation, by)
    answer = await api.ask(operation.method, path, by=by, body=body)
    assert answer.status in expected(operation, caller), answer


@pytest.mark.parametrize("operation", OWN, ids=lambda operation: operation.name)
async def test_a_public_operation_does_not_mind_a_bad_token(operation: AnyOperation, api: Api) -> None:
    path, body = await arguments(api, operation, ("buyer",))
    headers = {"authorization": "Bearer not.a.token"}
    answer = await api.ask(operation.method, path, by=None, headers=headers, body=body)
    assert answer.status == (operation.status if operation.access is Access.PUBLIC else 401)


def as_in_its_example(operation: AnyOperation, caller: tuple[str, ...] | None) -> tuple[str, Json | None]:
    """The call its documentation shows, on an event that is there and in the caller's own name."""
    path = operation.path
    for name, value in operation.example.path.items():
        path = path.replace(f"{{{name}}}", EVENT if name in ("eventId", "showId", "showtimeId") else value)
    body = plain(operation.example.body) if operation.has_body else None
    assert body is None or isinstance(body, dict)
    if body is not None and "userId" in body and caller is not None:
        body["userId"] = caller[0]
    return path, body


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("operation", OF_DIALECTS, ids=lambda operation: operation.name)
async def test_a_dialects_operation_turns_away_whom_it_says_and_nobody_else(
    operation: AnyOperation, caller: str, api: Api
) -> None:
    by = CALLERS[caller]
    path, body = as_in_its_example(operation, by)
    answer = await api.ask(operation.method, path, by=by, body=body)
    if operation.access not in OPEN and by is None:
        assert answer.status == 401
    elif operation.access is Access.ADMIN and caller != "admin":
        assert answer.status == 403
    else:
        assert answer.status not in (401, 403, 405, 500)


@pytest.mark.parametrize("operation", OF_DIALECTS, ids=lambda operation: operation.name)
async def test_a_dialects_operation_refuses_a_bad_token_unless_it_reads_none(operation: AnyOperation, api: Api) -> None:
    path, body = as_in_its_example(operation, ("buyer",))
    headers = {"authorization": "Bearer not.a.token"}
    answer = await api.ask(operation.method, path, by=None, headers=headers, body=body)
    assert (answer.status == 401) == (operation.access is not Access.PUBLIC)
