"""What webhooks say, kind by kind."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from frontrow.adapters.notices.webhook_documents import webhook_body
from frontrow.domain.notice import NoticeKind
from frontrow.http.v1.bookings import BookingDocument
from tests.support.told import content

PAGE = Path(__file__).parents[3] / "docs" / "notices.md"


def body(kind: NoticeKind) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(webhook_body(content(kind)))
    return decoded


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_says_what_happened_and_when(kind: NoticeKind) -> None:
    said = body(kind)
    assert (said["type"], said["timestamp"]) == (kind.value, "2026-03-01T19:30:00.000Z")
    assert set(said) == {"type", "timestamp", "data"}


def test_a_booking_is_told_with_its_seats_prices_code_and_customer() -> None:
    data = body(NoticeKind.BOOKING_CONFIRMED)["data"]
    assert data["booking"]["total"] == {"amountMinor": 225_250, "currency": "EUR"}
    assert data["booking"]["contactInfo"]["email"] == "ada@example.com"
    assert data["booking"]["ticketCode"] == "AAAA-BBBB"
    assert data["seats"][0] == {
        "seatId": "A1",
        "section": "Stalls",
        "row": "A",
        "number": "1",
        "price": {"amountMinor": 75_000, "currency": "EUR"},
    }


def test_a_booking_has_the_members_that_it_has_in_the_api() -> None:
    shown = {field.encode_name for field in msgspec.structs.fields(BookingDocument)}
    assert set(body(NoticeKind.BOOKING_CONFIRMED)["data"]["booking"]) <= shown


def test_a_cancellation_says_whether_the_whole_event_is_cancelled() -> None:
    told = content(NoticeKind.BOOKING_CANCELLED)
    assert "eventCancelled" not in json.loads(webhook_body(told))["data"]
    event = msgspec.structs.replace(told.event, cancelled_at_ms=1)
    told = msgspec.structs.replace(told, event=event)
    assert json.loads(webhook_body(told))["data"]["eventCancelled"] is True


def test_a_refund_is_told_with_its_amount_and_where_it_was_paid() -> None:
    data = body(NoticeKind.ORDER_REFUNDED)["data"]
    refund = data["refund"]
    assert refund["amount"] == {"amountMinor": 75_000, "currency": "EUR"}
    assert (refund["status"], refund["reason"], refund["gateway"]) == ("done", "seats_cancelled", "stripe")
    assert data["orderId"] == "7-oooooooooooooooooooooo"


def test_a_hold_that_ran_out_is_told_by_ids_alone() -> None:
    assert body(NoticeKind.HOLD_EXPIRED)["data"] == {
        "eventId": "gala",
        "holdId": "7-hhhhhhhhhhhhhhhhhhhhhh",
        "seatIds": ["A1"],
        "userId": "ada",
    }


def test_the_page_shows_every_member_of_what_is_sent() -> None:
    page = PAGE.read_text(encoding="utf-8")
    shown = {json.loads(block)["type"]: json.loads(block) for block in re.findall(r"```json\n(.+?)```", page, re.S)}
    assert set(shown) == {kind.value for kind in NoticeKind}
    for kind in NoticeKind:
        assert members(body(kind)) - OPTIONAL <= members(shown[kind.value])


OPTIONAL = {"data.seats.table"}


def members(value: object, prefix: str = "") -> set[str]:
    if isinstance(value, dict):
        return {prefix + name for name in value}.union(
            *(members(inner, f"{prefix}{name}.") for name, inner in value.items())
        )
    if isinstance(value, list):
        return set().union(*(members(item, prefix) for item in value))
    return set()
