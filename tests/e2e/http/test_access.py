"""Who may call what: every operation asked by nobody, the owner, another buyer, an integrator and an admin.

One server answers them all, and each test has an event of its own.
"""

import itertools
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
import pytest_asyncio

from frontrow.adapters.payments.demo_callbacks import CallbackSeal
from frontrow.app import Application
from frontrow.derived_keys import derived_key
from frontrow.domain.ids import PaymentId
from frontrow.domain.payment import GatewayCallback
from frontrow.http.app import OPERATIONS
from frontrow.http.openapi import plain
from frontrow.http.operation import Access, AnyOperation
from frontrow.http.problems import PROBLEMS
from frontrow.settings import PaymentGatewayName
from tests.support.http_stack import CONTACT, LAYOUT, SECRET, Api, Json, api_of, copied, event_body, running_application
from tests.support.valkey import ValkeyServer

CALLERS: dict[str, tuple[str, ...] | None] = {
    "nobody": None,
    "buyer": ("buyer",),
    "other buyer": ("other",),
    "integrator": ("shop", "integrator"),
    "admin": ("boss", "admin"),
}
ADMINS_MAY_TOO = {
    "getHold",
    "getSeatHold",
    "deleteHold",
    "getBooking",
    "cancelBooking",
    "getOrder",
    "payOrder",
    "cancelOrder",
    "resolveOrder",
}
"""Operations on one user's hold, order or booking that an admin may call as well."""
ABSENT = {"sendNotice"}
"""Operations on what this server has none of, so that who may call them is answered 404."""


SEAL = CallbackSeal(derived_key(SECRET, "demo callbacks"))
OWN = [operation for operation in OPERATIONS if operation.errors is PROBLEMS]
"""v1's operations and the server's own."""
OF_DIALECTS = [operation for operation in OPERATIONS if operation.errors is not PROBLEMS]
"""Their tests are in tests/e2e/dialects; here it is judged who may call them at all."""
OPEN = (Access.PUBLIC, Access.OPTIONAL)


_numbers = itertools.count(1)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application(
    _on_sale: Path, _valkey_session: ValkeyServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Application]:
    """A server with the demo's bank, where all of them can succeed."""
    with _valkey_session.raw() as store:
        store.flushall()
    folder = copied(_on_sale, tmp_path_factory.mktemp("access"))
    async with running_application(_valkey_session.url, folder, payment_gateway=PaymentGatewayName.DEMO) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(application: Application) -> AsyncIterator[Api]:
    """A client of that server."""
    async with api_of(application) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def event(api: Api) -> str:
    """The id of an event that nobody else has called anything on."""
    event_id = f"gala-{next(_numbers)}"
    created = await api.post("/api/v1/events", event_body(event_id), by=("boss", "admin"))
    assert created.status == 201, created
    return event_id


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def belongs_to_a_user(operation: AnyOperation) -> bool:
    return any(name in operation.path for name in ("{holdId}", "{bookingId}", "{orderId}", "{seatId}"))


def expected(operation: AnyOperation, caller: str) -> set[int]:
    """The statuses that would be right: of the judgement of the caller only, or success."""
    if operation.access in OPEN:
        return {operation.status}
    if caller == "nobody":
        return {401}
    if operation.access is Access.ADMIN and caller != "admin":
        return {403}
    if operation.name in ABSENT:
        return {404}
    if belongs_to_a_user(operation):
        may = caller == "buyer" or (caller == "admin" and operation.name in ADMINS_MAY_TOO)
        return {operation.status} if may else {404}
    return {operation.status}


class Arguments(NamedTuple):
    """What a call is made with."""

    path: str
    body: Json | None
    headers: dict[str, str]


async def ordered(api: Api, event: str) -> str:
    """The id of an order of the buyer's."""
    body = {"eventId": event, "holdId": (await api.hold("A1", event=event))["holdId"], "customer": CONTACT}
    placed = await api.post("/api/v1/orders", body)
    assert placed.status == 201, placed
    return str(placed.body["orderId"])


async def paying(api: Api, event: str) -> str:
    """The id of a payment whose buyer is at the bank's page."""
    started = await api.post(f"/api/v1/orders/{await ordered(api, event)}/payment", {"returnUrl": "/"})
    assert started.status == 200, started
    return str(started.body["payment"]["paymentId"])


async def arguments(api: Api, event: str, operation: AnyOperation, caller: tuple[str, ...] | None) -> Arguments:
    """A path, body and headers with which the call succeeds when the caller may make it."""
    path = operation.path.replace("{eventId}", event).replace("{layoutId}", LAYOUT).replace("{version}", "1")
    body = plain(operation.example.body) if operation.has_body else None
    headers: dict[str, str] = {}
    assert body is None or isinstance(body, dict)
    if "{holdId}" in path:
        path = path.replace("{holdId}", (await api.hold("A1", "A2", "A3", event=event))["holdId"])
    if "{seatId}" in path:
        path = path.replace("{seatId}", (await api.hold("A1", event=event))["seatIds"][0])
    if "{bookingId}" in path:
        held = await api.hold("A1", "A2", "A3", event=event)
        path = path.replace("{bookingId}", (await api.book(held["holdId"], event=event))["bookingId"])
    if "{orderId}" in path:
        path = path.replace("{orderId}", await ordered(api, event))
    if "{paymentId}" in path:
        path = path.replace("{paymentId}", await paying(api, event))
    match operation.name:
        case "bookSeats" | "placeOrder" if caller is not None:
            assert body is not None
            body |= {"eventId": event, "holdId": (await api.hold("B1", by=caller, event=event))["holdId"]}
        case "payOrder":
            body = {"card": {"number": "4242424242424242"}}
        case "deliverCallback":
            signed = SEAL.signed(GatewayCallback("cb", PaymentId(await paying(api, event))), now_ms=now_ms())
            path, body, headers = "/api/v1/webhooks/demo", msgspec.json.decode(signed.body), dict(signed.headers)
        case "findBooking":
            held = await api.hold("B1", by=("finder",), event=event)
            sold = await api.book(held["holdId"], by=("finder",), event=event)
            body = {"code": sold["ticketCode"], "email": CONTACT["email"]}
        case "createEvent":
            assert body is not None
            body |= {"eventId": f"new-{event}", "layoutId": LAYOUT, "prices": {"standard": 100}}
        case "erasePerson":  # nobody whose order is open: others order in the example's name
            body = {"userId": f"user-of-{event}", "email": f"{event}@example.com"}
        case "changeEvent":
            body = {"name": "Renamed"}
        case "blockSeats" | "unblockSeats":
            body = {"seatIds": ["A1"]}
        case "suggestSeats":
            path += "?seatIds=A1,A2"
        case "getSeatHistory":
            path += "?seatId=A1"
        case "getCancellation":
            assert (await api.post(f"/api/v1/events/{event}/cancel", by=("boss", "admin"))).status == 202
        case "sendNotice":
            path = path.replace("{noticeId}", "n-none")
    return Arguments(path, body, headers)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("operation", OWN, ids=lambda operation: operation.name)
async def test_each_operation_is_open_to_exactly_whom_it_says(
    operation: AnyOperation, caller: str, api: Api, event: str
) -> None:
    by = CALLERS[caller]
    path, body, headers = await arguments(api, event, operation, by)
    answer = await api.ask(operation.method, path, by=by, body=body, headers=headers)
    assert answer.status in expected(operation, caller), answer


@pytest.mark.parametrize("operation", OWN, ids=lambda operation: operation.name)
async def test_a_public_operation_does_not_mind_a_bad_token(operation: AnyOperation, api: Api, event: str) -> None:
    path, body, headers = await arguments(api, event, operation, ("buyer",))
    headers["authorization"] = "Bearer not.a.token"
    answer = await api.ask(operation.method, path, by=None, headers=headers, body=body)
    assert answer.status == (operation.status if operation.access is Access.PUBLIC else 401)


def as_in_its_example(operation: AnyOperation, event: str, caller: tuple[str, ...] | None) -> tuple[str, Json | None]:
    """The call its documentation shows, on an event that is there and in the caller's own name."""
    path = operation.path
    for name, value in operation.example.path.items():
        path = path.replace(f"{{{name}}}", event if name in ("eventId", "showId", "showtimeId") else value)
    body = plain(operation.example.body) if operation.has_body else None
    assert body is None or isinstance(body, dict)
    if body is not None and "userId" in body and caller is not None:
        body["userId"] = caller[0]
    return path, body


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("operation", OF_DIALECTS, ids=lambda operation: operation.name)
async def test_a_dialects_operation_turns_away_whom_it_says_and_nobody_else(
    operation: AnyOperation, caller: str, api: Api, event: str
) -> None:
    by = CALLERS[caller]
    path, body = as_in_its_example(operation, event, by)
    answer = await api.ask(operation.method, path, by=by, body=body)
    if operation.access not in OPEN and by is None:
        assert answer.status == 401
    elif operation.access is Access.ADMIN and caller != "admin":
        assert answer.status == 403
    else:
        assert answer.status not in (401, 403, 405, 500)


@pytest.mark.parametrize("operation", OF_DIALECTS, ids=lambda operation: operation.name)
async def test_a_dialects_operation_refuses_a_bad_token_unless_it_reads_none(
    operation: AnyOperation, api: Api, event: str
) -> None:
    path, body = as_in_its_example(operation, event, ("buyer",))
    headers = {"authorization": "Bearer not.a.token"}
    answer = await api.ask(operation.method, path, by=None, headers=headers, body=body)
    assert (answer.status == 401) == (operation.access is not Access.PUBLIC)
