"""Schemathesis: requests made from the OpenAPI document, good and bad, never break the server or its promises."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from frontrow.http.app import OPERATIONS
from frontrow.http.operation import AnyOperation
from frontrow.settings import PaymentGatewayName
from tests.support.house import small_layout
from tests.support.http_stack import EVENT, LAYOUT, bearer, copied, event_body, prepared_folder, served
from tests.support.valkey import running_valkey

EXAMPLES_PER_OPERATION = 15
KEPT_SEATS = ("A9", "A10")
ENDING = [operation for operation in OPERATIONS if not operation.streams]
"""A stream goes on until its client has enough: tests/e2e/http/test_changes.py."""
SEATS = [*(seat.id for seat in small_layout().seats if seat.id not in KEPT_SEATS), "no such seat"]
ADMIN = bearer("boss", "admin")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

pytestmark = pytest.mark.no_cover  # most of its time is the making of requests, which measuring would double


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with a Valkey of its own: one for all requests, so that they meet each other's traces."""
    with running_valkey() as valkey:
        folder: Path = copied(prepared_folder(valkey.url, tmp_path_factory.mktemp("a")), tmp_path_factory.mktemp("b"))
        with served(valkey.url, folder, payment_gateway=PaymentGatewayName.DEMO) as served_url:
            yield served_url


@pytest.fixture(scope="module")
def schema(url: str) -> BaseSchema:
    """The document as the server gives it."""
    return schemathesis.openapi.from_url(f"{url}/openapi.json")


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """One connection for all requests."""
    with requests.Session() as opened:
        yield opened


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.name.lower())
@pytest.mark.parametrize("operation", ENDING, ids=lambda operation: operation.name)
def test_an_operation_keeps_its_word_whatever_is_sent(
    operation: AnyOperation, mode: GenerationMode, schema: BaseSchema, url: str, session: requests.Session
) -> None:
    if mode is GenerationMode.NEGATIVE and not (operation.has_body or operation.has_query):
        return  # nothing that could be wrong
    made = made_beforehand(url, operation)

    @settings(
        max_examples=EXAMPLES_PER_OPERATION,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=schema[operation.path][operation.method].as_strategy(generation_mode=mode),
        path_exists=st.booleans(),
        seat_ids=st.none() | st.lists(st.sampled_from(SEATS), max_size=4),
    )
    def run(case: schemathesis.Case[Any], path_exists: bool, seat_ids: list[str] | None) -> None:
        if path_exists:
            case.path_parameters = {name: made[name] for name in case.path_parameters or {}}
        if seat_ids is not None and isinstance(case.body, dict) and "seatIds" in case.body:
            case.body["seatIds"] = [*seat_ids]
        response = case.call(headers=ADMIN, session=session)
        case.validate_response(response, checks=CHECKS)

    run()


def made_beforehand(url: str, operation: AnyOperation) -> dict[str, str]:
    """A value for every path parameter that names something there is; the kept seats are free again before."""
    contact = {"name": "Ada", "email": "ada@example.com"}
    with httpx.Client(base_url=f"{url}/api/v1", headers=ADMIN, timeout=60) as client:
        for left in client.get("/orders?open=true&limit=100").raise_for_status().json()["items"]:
            client.post(f"/orders/{left['orderId']}/cancel")
        for sold in client.get("/bookings?limit=100").json()["items"]:  # paid for by another operation's run
            if {*KEPT_SEATS} & {*sold["seatIds"]}:
                client.post(f"/bookings/{sold['bookingId']}/cancel").raise_for_status()
        booked = client.post(f"/events/{EVENT}/holds", json={"seatIds": [KEPT_SEATS[0]]}).json()
        body = {"eventId": EVENT, "holdId": booked["holdId"], "contactInfo": contact}
        booking = client.post("/bookings", json=body).raise_for_status().json()
        hold = client.post(f"/events/{EVENT}/holds", json={"seatIds": [KEPT_SEATS[1]]}).json()
        order = client.post(f"{url}/orders", json={"holdId": hold["holdId"], "customer": contact}).raise_for_status()
        client.post(f"/bookings/{booking['bookingId']}/cancel").raise_for_status()
        order_id, event_id, payment_id = order.json()["orderId"], EVENT, ""
        if "{paymentId}" in operation.path:
            begun = client.post(f"/orders/{order_id}/payment", json={"returnUrl": "/"}).raise_for_status()
            payment_id = begun.json()["payment"]["paymentId"]
        if operation.name in ("cancelEvent", "getCancellation"):
            event_id = "cancelled-gala"
            created = client.post("/events", json=event_body(event_id))
            assert created.status_code in (201, 409), "it was cancelled by an earlier run"
    return {
        "eventId": event_id,
        "showId": EVENT,
        "showtimeId": EVENT,
        "orderId": order_id,
        "paymentId": payment_id,
        "gateway": "demo",
        "noticeId": "none",
        "seatId": KEPT_SEATS[1],
        "holdId": hold["holdId"],
        "bookingId": booking["bookingId"],
        "layoutId": LAYOUT,
        "version": "1",
    }
