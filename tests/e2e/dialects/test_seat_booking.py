"""Dialect 002, held against its document: each example of seeds/002 by its section, each row of what it promises, and
what a hostile or hasty client sends."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.hold import HoldAcquired, SeatRefusal, SeatsUnavailable, Unavailable
from frontrow.domain.ids import EventId, HoldId, SeatId, UserId
from frontrow.settings import DirectBooking
from tests.support.http_stack import Answered, Api, Json, api_of, running_application
from tests.support.unguarded_store import UnguardedStore
from tests.support.valkey import ValkeyServer

EVENT = "64f123456789abcd12345678"
JOHN, EVE, BOSS = ("64f111222333abcd11122233",), ("64f444555666abcd44455566",), ("boss", "admin")
CONTACT = {"name": "John Smith", "email": "john.smith@email.com", "phone": "+1234567890"}
TABLE_SEATS = [f"seat_table_VIP_001_{number}" for number in range(8)]
TAKEN = "Some seats are already held by another user"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ANY = object()
"""Stands for a value that differs each time."""


class Step(NamedTuple):
    """One request of the document and the whole answer it shows."""

    path: str
    body: Json | None
    answer: Json
    status: int = 200
    by: tuple[str, ...] = JOHN
    method: str = "POST"


def ok(message: str, **data: object) -> Json:
    return {"success": True, "message": message, "data": data}


def no(message: str, **data: object) -> Json:
    return {"success": False, "message": message} | ({"data": data} if data else {})


async def ask(api: Api, step: Step) -> Answered:
    return await api.ask(step.method, f"/seat-booking/{step.path}", by=step.by, body=step.body)


def same(shown: object, answered: object) -> bool:
    """Whether an answer is as shown, member for member, where ANY stands for some text."""
    match shown, answered:
        case dict(), dict():
            return shown.keys() == answered.keys() and all(same(shown[name], answered[name]) for name in shown)
        case _ if shown is ANY:
            return isinstance(answered, str) and answered != ""
        case _:
            return shown == answered


async def hold(api: Api, *seat_ids: str, by: tuple[str, ...] = JOHN, event: str = EVENT) -> None:
    """Hold the seats, which must succeed."""
    answer = await ask(api, Step("hold-seats", {"eventId": event, "seatIds": seat_ids}, {}, by=by))
    assert answer.status == 200, answer


async def book(api: Api, *seat_ids: str, by: tuple[str, ...] = JOHN) -> str:
    """Hold and confirm the seats, which must succeed; the booking's id."""
    await hold(api, *seat_ids, by=by)
    answer = await ask(api, Step("confirm", confirm(seatIds=seat_ids), {}, by=by))
    assert answer.status == 200, answer
    return str(answer.body["data"]["bookingId"])


async def layout(api: Api, by: tuple[str, ...] | None = None, **params: str) -> Json:
    answer = await api.get(f"/seat-booking/layout/{EVENT}", by=by, params=params)
    assert answer.status == 200, answer
    data: Json = answer.body["data"]
    return data


async def seat(api: Api, seat_id: str, by: tuple[str, ...] | None = None) -> Json:
    seats: list[Json] = (await layout(api, by))["seats"]
    return next(it for it in seats if it["id"] == seat_id)


def confirm(**body: object) -> Json:
    return {"eventId": EVENT, "contactInfo": CONTACT, **body}


HELD_THREE = ok(
    "Successfully held 3 seats", heldSeats=["seat_A1", "seat_A2", "seat_A3"], conflictingSeats=[], totalAmount=450.0
)
FLOWS: dict[str, list[Step]] = {
    "1. basic individual seat booking": [
        Step(
            "hold-seats",
            {
                "eventId": EVENT, "seatIds": ["seat_A1", "seat_A2", "seat_A3"], "holdDurationMinutes": 10,
                "reason": "payment_processing",
            },
            HELD_THREE,
        ),
        Step(
            "confirm",
            confirm(
                seatIds=["seat_A1", "seat_A2", "seat_A3"],
                paymentInfo={"method": "card", "transactionId": "stripe_tx_123456", "gateway": "stripe"},
                notes="Birthday celebration booking",
            ),
            ok("Successfully booked 3 seats", bookingId=ANY, totalAmount=450.0),
        ),
    ],
    "2. table booking": [
        Step(
            "hold-table",
            {"eventId": EVENT, "tableId": "table_VIP_001", "holdDurationMinutes": 15, "reason": "payment_processing"},
            ok(
                "Successfully held table table_VIP_001 with 8 seats", heldSeats=TABLE_SEATS, conflictingSeats=[],
                totalAmount=1200.0,
            ),
        ),
        Step(
            "confirm",
            confirm(
                tableIds=["table_VIP_001"],
                contactInfo={"name": "Corporate Event Team", "email": "events@company.com", "phone": "+1987654321"},
                paymentInfo={
                    "method": "bank_transfer", "transactionId": "wire_transfer_789", "gateway": "internal"
                },
                specialRequests="Need wheelchair accessibility",
            ),
            ok("Successfully booked 8 seats", bookingId=ANY, totalAmount=1200.0),
        ),
    ],
    "3. mixed booking": [
        Step("hold-seats", {"eventId": EVENT, "seatIds": ["seat_B5", "seat_B6"]},
             ok("Successfully held 2 seats", heldSeats=["seat_B5", "seat_B6"], conflictingSeats=[], totalAmount=150.0)),
        Step("hold-table", {"eventId": EVENT, "tableId": "table_standard_002"},
             ok("Successfully held table table_standard_002 with 6 seats", conflictingSeats=[], totalAmount=450.0,
                heldSeats=[f"seat_table_standard_002_{number}" for number in range(6)])),
        Step(
            "confirm",
            confirm(
                seatIds=["seat_B5", "seat_B6"], tableIds=["table_standard_002"],
                contactInfo={"name": "Wedding Party", "email": "wedding@example.com", "phone": "+1555000123"},
                notes="Bride's family table plus extra seats",
            ),
            ok("Successfully booked 8 seats", bookingId=ANY, totalAmount=600.0),
        ),
    ],
    "5. race condition prevention": [
        Step("hold-seats", {"eventId": EVENT, "seatIds": ["seat_A5"]},
             ok("Successfully held 1 seats", heldSeats=["seat_A5"], conflictingSeats=[], totalAmount=75.0)),
        Step("hold-seats", {"eventId": EVENT, "seatIds": ["seat_A5"]},
             no(TAKEN, conflictingSeats=["seat_A5"]), 409, EVE),
    ],
    "7. invalid seat id": [
        Step("hold-seats", {"eventId": EVENT, "seatIds": ["seat_INVALID1", "seat_A1", "seat_INVALID2"]},
             no("Invalid seat IDs: seat_INVALID1, seat_INVALID2"), 400),
        Step("hold-table", {"eventId": EVENT, "tableId": "table_INVALID"}, no("Invalid table IDs: table_INVALID"), 400),
        Step("confirm", confirm(seatIds=["seat_X", "seat_A1"], tableIds=["t"]),
             no("Invalid seat IDs: seat_X; Invalid table IDs: t"), 400),
        Step(f"release-seats/{EVENT}", {"seatIds": ["seat_X"]}, no("Invalid seat IDs: seat_X"), 400, method="DELETE"),
    ],
    "7. seats no longer held": [
        Step("hold-seats", {"eventId": EVENT, "seatIds": ["seat_A3"]},
             ok("Successfully held 1 seats", heldSeats=["seat_A3"], conflictingSeats=[], totalAmount=150.0)),
        Step("confirm", confirm(seatIds=["seat_A1", "seat_A2", "seat_A3"]),
             no("User does not hold all required seats: seat_A1, seat_A2"), 409),
    ],
    "7. too many seats": [
        Step("hold-seats", {"eventId": EVENT, "seatIds": [f"seat_NONE{n}" for n in range(51)]},
             no("Cannot hold more than 50 seats at once"), 400),
    ],
    "8. batch operations": [
        Step("hold-seats", {"eventId": EVENT, "seatIds": ["seat_A1", "seat_A2", "seat_B1", "seat_B2"]},
             ok("Successfully held 4 seats", heldSeats=["seat_A1", "seat_A2", "seat_B1", "seat_B2"],
                conflictingSeats=[], totalAmount=600.0)),
        Step(f"release-seats/{EVENT}", {"seatIds": ["seat_A1", "seat_B2"]},
             ok("Successfully released 2 seats", releasedSeats=["seat_A1", "seat_B2"]), method="DELETE"),
        Step(f"release-seats/{EVENT}", None,
             ok("Successfully released 2 seats", releasedSeats=["seat_A2", "seat_B1"]), method="DELETE"),
        Step(f"release-seats/{EVENT}", None, ok("Successfully released 0 seats", releasedSeats=[]), method="DELETE"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("section", FLOWS)
async def test_a_flow_of_the_document_answers_as_it_shows(api: Api, section: str) -> None:
    for step in FLOWS[section]:
        answer = await ask(api, step)
        assert answer.status == step.status, (step, answer)
        assert same(step.answer, answer.body), (step, answer.body)
        assert answer.headers["content-type"] == "application/json"


async def test_section_4_a_seat_has_the_documents_members_in_each_status(api: Api) -> None:
    await hold(api, "seat_A2")
    await book(api, "seat_A3", by=EVE)
    seats = {it["id"]: it for it in (await layout(api, BOSS))["seats"]}
    drawn = {"size": {"x": 24, "y": 24}, "categoryId": "vip", "rotation": 0, "rowLabel": "A"}
    nothing = dict.fromkeys(("bookedBy", "heldBy", "holdExpiresAt", "bookedAt", "bookedPrice"))
    first, second, third = seats["seat_A1"], seats["seat_A2"], seats["seat_A3"]
    assert first == {"id": "seat_A1", "position": {"x": 100, "y": 50}, "seatNumber": 1, **drawn, **nothing,
                     "status": "available"}  # fmt: skip
    assert TIME.fullmatch(second["holdExpiresAt"])
    assert second == {"id": "seat_A2", "position": {"x": 130, "y": 50}, "seatNumber": 2, **drawn, **nothing,
                      "status": "held", "heldBy": JOHN[0], "holdExpiresAt": second["holdExpiresAt"]}  # fmt: skip
    assert TIME.fullmatch(third["bookedAt"])
    assert third == {"id": "seat_A3", "position": {"x": 160, "y": 50}, "seatNumber": 3, **drawn, **nothing,
                     "status": "booked", "bookedBy": EVE[0], "bookedAt": third["bookedAt"],
                     "bookedPrice": 150.0}  # fmt: skip


async def test_section_4_the_layout_has_its_drawing_items_and_counts(api: Api) -> None:
    answer = await api.get(f"/seat-booking/layout/{EVENT}")
    assert answer.body.keys() == {"success", "data"}
    data = answer.body["data"]
    assert list(data) == ["layout", "seats", "items", "stats"]
    assert data["layout"] == {
        "id": EVENT, "name": "Grand Theater Main Hall", "canvasW": 1200, "canvasH": 800,
        "categories": [
            {"id": "vip", "name": "VIP", "color": "#FFD700", "price": 150.0},
            {"id": "standard", "name": "Standard", "color": "#4CAF50", "price": 75.0},
        ],
    }  # fmt: skip
    assert data["items"][0] == {
        "id": "table_VIP_001", "type": "table", "pos": {"x": 300, "y": 100}, "size": {"x": 80, "y": 80}, "rot": 0,
        "lbl": "VIP Table 1", "shp": "round", "sc": 8,
    }  # fmt: skip
    assert data["stats"] == [
        {"_id": "available", "count": 500}, {"_id": "booked", "count": 0}, {"_id": "held", "count": 0},
    ]  # fmt: skip
    assert len(data["seats"]) == 500


async def test_section_4_the_counts_are_of_the_whole_event_and_blocked_seats_are_not_available(api: Api) -> None:
    await hold(api, "seat_A1", "seat_A2")
    await book(api, "seat_C1")
    await api.post(f"/api/v1/events/{EVENT}/blocks", {"seatIds": ["seat_C2"]}, by=BOSS)
    data = await layout(api, viewport='{"x":100,"y":50,"width":0,"height":0}')
    assert [it["id"] for it in data["seats"]] == ["seat_A1"]
    assert data["stats"] == [
        {"_id": "available", "count": 496}, {"_id": "booked", "count": 1}, {"_id": "held", "count": 2},
        {"_id": "blocked", "count": 1},
    ]  # fmt: skip
    blocked = await seat(api, "seat_C2")
    assert (blocked["status"], blocked["bookedBy"], blocked["bookedAt"]) == ("blocked", None, None)


async def test_section_4_and_8_a_viewport_has_the_seats_whose_position_is_in_it(api: Api) -> None:
    shown = await layout(api, viewport='{"x":0,"y":0,"width":800,"height":600}')
    every = (await layout(api))["seats"]
    inside = [it["id"] for it in every if 0 <= it["position"]["x"] <= 800 and 0 <= it["position"]["y"] <= 600]
    assert [it["id"] for it in shown["seats"]] == inside
    assert 0 < len(inside) < len(every)
    edges = await layout(api, viewport='{"x": 100, "y": 50.0, "width": 60, "height": 0, "zoom": 2}')
    assert [it["id"] for it in edges["seats"]] == ["seat_A1", "seat_A2", "seat_A3"]
    assert (await layout(api, viewport='{"x":-50,"y":-50,"width":1,"height":1}'))["seats"] == []


@pytest.mark.parametrize("viewport", ["", "all", "[0,0,1,1]", '{"x":0,"y":0,"width":-1,"height":1}', '{"x":0}'])
async def test_a_viewport_that_is_none_is_refused_in_the_envelope(api: Api, viewport: str) -> None:
    answer = await api.get(f"/seat-booking/layout/{EVENT}", params={"viewport": viewport})
    assert answer.status == 400
    assert answer.body == {"success": False, "message": answer.body["message"]}
    assert "viewport" in answer.body["message"]


async def test_section_9_the_figures_have_the_documents_members(api: Api) -> None:
    await book(api, "seat_A1", "seat_A2", "seat_D1")
    await hold(api, "seat_A5", by=EVE)
    await api.post(f"/api/v1/events/{EVENT}/blocks", {"seatIds": ["seat_C2"]}, by=BOSS)
    answer = await ask(api, Step(f"stats/{EVENT}", None, {}, by=BOSS, method="GET"))
    assert answer.body == {
        "success": True,
        "data": {
            "eventId": EVENT, "totalSeats": 500, "bookedSeats": 3, "heldSeats": 1, "availableSeats": 495,
            "revenue": 375.0,
            "categoryBreakdown": {
                "vip": {"total": 50, "booked": 2, "revenue": 300.0},
                "standard": {"total": 450, "booked": 1, "revenue": 75.0},
            },
        },
    }  # fmt: skip


async def test_my_bookings_are_mine_newest_first_in_every_event(api: Api) -> None:
    first = await book(api, "seat_A1", "seat_A2")
    await book(api, "seat_A4", by=EVE)
    await ask(api, Step("hold-table", {"eventId": EVENT, "tableId": "table_VIP_001"}, {}))
    second = (await ask(api, Step("confirm", confirm(tableIds=["table_VIP_001"]), {}))).body["data"]["bookingId"]
    answer = await ask(api, Step("my-bookings", None, {}, method="GET"))
    shown = answer.body["data"]["bookings"]
    assert answer.body == {"success": True, "data": {"bookings": shown}}
    assert all(TIME.fullmatch(it.pop("bookedAt")) for it in shown)
    assert shown == [
        {"bookingId": second, "eventId": EVENT, "seatIds": TABLE_SEATS, "tableIds": ["table_VIP_001"],
         "totalAmount": 1200.0, "status": "booked"},
        {"bookingId": first, "eventId": EVENT, "seatIds": ["seat_A1", "seat_A2"], "tableIds": [],
         "totalAmount": 300.0, "status": "booked"},
    ]  # fmt: skip


async def test_my_bookings_come_in_pages_when_asked(api: Api) -> None:
    made = [await book(api, f"seat_A{number}") for number in (1, 2, 3)]
    page = (await api.get("/seat-booking/my-bookings", by=JOHN, params={"limit": "2"})).body["data"]
    params = {"limit": "2", "cursor": page["nextCursor"]}
    last = (await api.get("/seat-booking/my-bookings", by=JOHN, params=params)).body["data"]
    assert [it["bookingId"] for it in (*page["bookings"], *last["bookings"])] == made[::-1]
    assert "nextCursor" not in last


async def test_a_conflict_names_every_seat_that_is_held_booked_or_blocked(api: Api) -> None:
    await hold(api, "seat_A1", by=EVE)
    await book(api, "seat_A2", by=EVE)
    await api.post(f"/api/v1/events/{EVENT}/blocks", {"seatIds": ["seat_A4"]}, by=BOSS)
    body = {"eventId": EVENT, "seatIds": ["seat_A4", "seat_A3", "seat_A1", "seat_A2"]}
    answer = await ask(api, Step("hold-seats", body, {}))
    assert (answer.status, answer.body) == (409, no(TAKEN, conflictingSeats=["seat_A4", "seat_A1", "seat_A2"]))
    assert (await seat(api, "seat_A3"))["status"] == "available"
    await hold(api, TABLE_SEATS[5], by=EVE)
    answer = await ask(api, Step("hold-table", {"eventId": EVENT, "tableId": "table_VIP_001"}, {}))
    assert (answer.status, answer.body) == (409, no(TAKEN, conflictingSeats=[TABLE_SEATS[5]]))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"seatIds": []}, "at least one"),
        ({}, "seatIds"),
        ({"seatIds": ["seat_A1", "seat_A1"]}, "more than once"),
        ({"seatIds": "seat_A1"}, "seatIds"),
        ({"seatIds": ["seat_A1"], "holdDurationMinutes": 0}, "holdDurationMinutes"),
        ({"seatIds": ["seat_A1"], "holdDurationMinutes": 121}, "holdDurationMinutes"),
        ({"seatIds": ["seat_A1"], "reason": "because"}, "reason"),
        ({"seatIds": ["seat_A1", None]}, "seatIds"),
    ],
)
async def test_a_hold_that_is_not_valid_is_400_in_the_envelope(api: Api, body: Json, message: str) -> None:
    answer = await ask(api, Step("hold-seats", {"eventId": EVENT, **body}, {}))
    assert answer.status == 400
    assert answer.body == {"success": False, "message": answer.body["message"]}
    assert message in answer.body["message"]


async def test_too_many_seats_is_said_before_anything_else(api: Api) -> None:
    body = {"eventId": "no-such-event", "seatIds": ["x"] * 51, "reason": "admin_hold"}
    answer = await ask(api, Step("hold-seats", body, {}))
    assert (answer.status, answer.body) == (400, no("Cannot hold more than 50 seats at once"))
    fifty = [it["id"] for it in (await layout(api))["seats"][:50]]
    await hold(api, *fifty)
    answer = await ask(api, Step("hold-seats", {"eventId": EVENT, "seatIds": ["seat_R1"]}, {}))
    assert (answer.status, answer.body) == (409, no(answer.body["message"], conflictingSeats=[]))
    assert "50" in answer.body["message"]


@pytest.mark.parametrize("reason", ["admin_hold", "maintenance"])
async def test_the_office_holds_for_reasons_of_its_own(api: Api, reason: str) -> None:
    body = {"eventId": EVENT, "seatIds": ["seat_A1"], "reason": reason}
    refused = await ask(api, Step("hold-seats", body, {}))
    assert refused.status == 403 and refused.body.keys() == {"success", "message"}
    assert (await ask(api, Step("hold-seats", body, {}, by=BOSS))).body["message"] == "Successfully held 1 seats"


@pytest.mark.parametrize(("minutes", "expected"), [(None, 10), (1, 1), (120, 120)])
async def test_a_hold_lasts_as_long_as_asked_and_ten_minutes_unless_asked(
    api: Api, minutes: int | None, expected: int
) -> None:
    asked = {} if minutes is None else {"holdDurationMinutes": minutes}
    before = (await api.post(f"/api/v1/events/{EVENT}/holds", {"seatIds": ["seat_R1"], "durationMinutes": 60})).body
    await ask(api, Step("hold-seats", {"eventId": EVENT, "seatIds": ["seat_A1"], **asked}, {}))
    expires_at = (await seat(api, "seat_A1"))["holdExpiresAt"]
    difference = datetime.fromisoformat(expires_at) - datetime.fromisoformat(before["expiresAt"])
    assert 0 <= difference.total_seconds() - 60 * (expected - 60) < 60


async def test_numbers_are_read_as_their_digits_and_members_that_are_not_known_are_ignored(api: Api) -> None:
    answer = await ask(api, Step("hold-seats", {"eventId": 42, "seatIds": ["A1"], "user": "x", "extra": {}}, {}))
    assert answer.body["message"] == "Successfully held 1 seats"
    answer = await ask(api, Step("hold-seats", {"eventId": 42, "seatIds": [7, "A2"]}, {}))
    assert (answer.status, answer.body["message"]) == (400, "Invalid seat IDs: 7")
    assert (await ask(api, Step("release-seats/42", None, {}, method="DELETE"))).body["data"]["releasedSeats"] == ["A1"]


async def test_confirming_again_gives_the_same_answer_and_one_booking(api: Api) -> None:
    await hold(api, "seat_A1", "seat_A2")
    await ask(api, Step("hold-table", {"eventId": EVENT, "tableId": "table_VIP_001"}, {}))
    step = Step("confirm", confirm(seatIds=["seat_A1", "seat_A2"], tableIds=["table_VIP_001"]), {})
    first, again = await ask(api, step), await ask(api, step)
    assert first.body["message"] == "Successfully booked 10 seats"
    assert (again.status, again.body) == (200, first.body)
    assert len((await ask(api, Step("my-bookings", None, {}, method="GET"))).body["data"]["bookings"]) == 1
    some = await ask(api, Step("confirm", confirm(seatIds=["seat_A1"]), {}))
    assert (some.status, some.body) == (409, no("User does not hold all required seats: seat_A1"))


async def test_confirming_what_is_left_of_a_booking_answers_with_what_is_left(api: Api) -> None:
    booking_id = await book(api, "seat_A1", "seat_A2", "seat_A5")
    await api.post(f"/api/v1/bookings/{booking_id}/cancel", {"seatIds": ["seat_A2"]}, by=JOHN)
    answer = await ask(api, Step("confirm", confirm(seatIds=["seat_A1", "seat_A5"]), {}))
    assert answer.body == ok("Successfully booked 2 seats", bookingId=booking_id, totalAmount=225.0)
    shown = (await ask(api, Step("my-bookings", None, {}, method="GET"))).body["data"]["bookings"]
    assert [it["status"] for it in shown] == ["partly_cancelled"]


async def test_an_idempotency_key_makes_a_retried_hold_the_same_hold(api: Api) -> None:
    headers, body = {"idempotency-key": "k"}, {"eventId": EVENT, "seatIds": ["seat_A1"]}
    path = "/seat-booking/hold-seats"
    first = await api.post(path, body, by=JOHN, headers=headers)
    assert (await api.post(path, body, by=JOHN, headers=headers)).body == first.body
    other = await api.post(path, {**body, "seatIds": ["seat_A2"]}, by=JOHN, headers=headers)
    assert (other.status, other.body) == (409, no(other.body["message"], conflictingSeats=[]))


@pytest.mark.parametrize(
    ("method", "path", "by", "status"),
    [
        ("POST", "hold-seats", None, 401),
        ("POST", "hold-table", None, 401),
        ("POST", "confirm", None, 401),
        ("DELETE", f"release-seats/{EVENT}", None, 401),
        ("GET", "my-bookings", None, 401),
        ("GET", f"stats/{EVENT}", None, 401),
        ("GET", f"stats/{EVENT}", JOHN, 403),
        ("GET", f"stats/{EVENT}", ("shop", "integrator"), 403),
        ("GET", "stats/none", BOSS, 404),
        ("GET", "layout/none", None, 404),
        ("GET", "layout/no%20id", BOSS, 404),
        ("DELETE", "release-seats/none", JOHN, 404),
        ("PUT", "hold-seats", JOHN, 405),
    ],
)
async def test_who_may_not_or_asks_for_what_is_not_there_is_told_in_the_envelope(
    api: Api, method: str, path: str, by: tuple[str, ...] | None, status: int
) -> None:
    answer = await api.ask(method, f"/seat-booking/{path}", by=by)
    assert answer.status == status
    assert answer.body == {"success": False, "message": answer.body["message"]}


@pytest.mark.parametrize("path", ["hold-seats", "hold-table", "confirm"])
async def test_an_event_that_is_not_there_is_404_and_a_body_that_is_not_json_400(api: Api, path: str) -> None:
    body = confirm(eventId="none", seatIds=["seat_A1"], tableId="table_VIP_001")
    missing = await ask(api, Step(path, body, {}))
    assert (missing.status, missing.body) == (404, no("there is no event none"))
    headers = {"content-type": "application/json"}
    broken = await api.ask("POST", f"/seat-booking/{path}", by=JOHN, content=b"{", headers=headers)
    assert broken.status == 400 and broken.body["success"] is False


@pytest.mark.parametrize(
    ("contact", "named"),
    [
        ({"name": "J", "email": "nobody", "phone": "1"}, "contactInfo.email"),
        ({"name": "", "email": "j@example.com"}, "contactInfo.name"),
        ({"email": "j@example.com"}, "contactInfo.name"),
        (None, "contactInfo"),
    ],
)
async def test_a_confirmation_needs_somebody_to_tell(api: Api, contact: Json | None, named: str) -> None:
    await hold(api, "seat_A1")
    answer = await ask(api, Step("confirm", {"eventId": EVENT, "seatIds": ["seat_A1"], "contactInfo": contact}, {}))
    assert answer.status == 400 and named in answer.body["message"]
    assert (await seat(api, "seat_A1"))["status"] == "held"


async def test_naming_nothing_to_confirm_is_400(api: Api) -> None:
    namings: list[Json] = [{}, {"seatIds": []}, {"seatIds": None, "tableIds": None}]
    for nothing in namings:
        answer = await ask(api, Step("confirm", confirm(**nothing), {}))
        assert answer.status == 400 and "at least one" in answer.body["message"]


async def test_nobodys_seats_are_confirmed_or_released_by_somebody_else(api: Api) -> None:
    await hold(api, "seat_A1", "seat_A2", by=EVE)
    await hold(api, "seat_A3")
    for step in (
        Step("confirm", confirm(seatIds=["seat_A3", "seat_A1", "seat_A2"]), {}),
        Step(f"release-seats/{EVENT}", {"seatIds": ["seat_A3", "seat_A1", "seat_A2"]}, {}, method="DELETE"),
    ):
        answer = await ask(api, step)
        message = "User does not hold all required seats: seat_A1, seat_A2"
        assert (answer.status, answer.body) == (409, no(message)), step
    assert (await ask(api, Step(f"release-seats/{EVENT}", {"seatIds": []}, {}, method="DELETE"))).body == ok(
        "Successfully released 1 seats", releasedSeats=["seat_A3"]
    )
    owners = {it["id"]: it["heldBy"] for it in (await layout(api, BOSS))["seats"] if it["status"] == "held"}
    assert owners == {"seat_A1": EVE[0], "seat_A2": EVE[0]}


@pytest.mark.parametrize(("short", "long"), [("4", "42"), ("ann", "ann:1"), ("a%3A", "a:"), ("é", "e")])
async def test_users_whose_ids_begin_alike_are_two_users(api: Api, short: str, long: str) -> None:
    await hold(api, "seat_D1", by=(long,))
    await hold(api, "seat_D10", "seat_D11", by=(short,))
    for step in (
        Step("confirm", confirm(seatIds=["seat_D1"]), {}, by=(short,)),
        Step(f"release-seats/{EVENT}", {"seatIds": ["seat_D1"]}, {}, by=(short,), method="DELETE"),
    ):
        assert (await ask(api, step)).body == no("User does not hold all required seats: seat_D1")
    released = await ask(api, Step(f"release-seats/{EVENT}", None, {}, by=(short,), method="DELETE"))
    assert released.body["data"]["releasedSeats"] == ["seat_D10", "seat_D11"]
    assert (await seat(api, "seat_D1", by=(long,)))["heldBy"] == long


async def test_owners_are_told_to_themselves_and_to_admins_alone(api: Api) -> None:
    await hold(api, "seat_A1")
    await book(api, "seat_A2")
    for by, sees in ((None, False), (EVE, False), (JOHN, True), (BOSS, True)):
        held, booked = await seat(api, "seat_A1", by), await seat(api, "seat_A2", by)
        assert held["heldBy"] == (JOHN[0] if sees else None), by
        assert booked["bookedBy"] == (JOHN[0] if sees else None), by
        assert (booked["bookedAt"] is not None, booked["bookedPrice"]) == (sees, 150.0 if sees else None), by
        assert held["holdExpiresAt"] is not None


async def test_a_bad_token_is_no_anonymous_caller(api: Api) -> None:
    answer = await api.get(f"/seat-booking/layout/{EVENT}", headers={"authorization": "Bearer not.a.token"})
    assert answer.status == 401 and answer.body["success"] is False


async def test_a_seat_shows_what_it_was_sold_for_whatever_its_category_costs_now(api: Api) -> None:
    await book(api, "seat_A1")
    changed = await api.ask("PATCH", f"/api/v1/events/{EVENT}", by=BOSS, body={"prices": {"vip": 20_050}})
    assert changed.status == 200
    assert (await seat(api, "seat_A1", JOHN))["bookedPrice"] == 150.0
    assert (await layout(api))["layout"]["categories"][0]["price"] == 200.5
    await hold(api, "seat_A2")
    answer = await ask(api, Step("hold-seats", {"eventId": EVENT, "seatIds": ["seat_A2"]}, {}))
    assert answer.body["data"]["totalAmount"] == 200.5


async def test_amounts_are_major_units_by_the_currencys_exponent(api: Api) -> None:
    for currency, price_minor, price in (("JPY", 450, 450.0), ("BHD", 12_345, 12.345)):
        body = {"eventId": currency, "name": currency, "layoutId": EVENT, "startsAt": "2099-01-01T00:00:00Z",
                "currency": currency, "prices": {"vip": price_minor, "standard": price_minor}}  # fmt: skip
        assert (await api.post("/api/v1/events", body, by=BOSS)).status == 201
        answer = await ask(api, Step("hold-seats", {"eventId": currency, "seatIds": ["seat_A1"]}, {}))
        assert answer.body["data"]["totalAmount"] == price


async def test_the_layout_is_drawn_from_memory_for_anonymous_callers(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    await hold(api, "seat_A1")
    await book(api, "seat_A2")
    await layout(api)

    async def away(*_: object, **__: object) -> None:
        raise LedgerUnavailable("away")

    async def store_away(*_: object, **__: object) -> None:
        raise StoreUnavailable("away")

    for method in ("booked_seats", "booked_seats_of", "taken_seats", "live_seats"):
        monkeypatch.setattr(SqlLedger, method, away)
    for method in ("holders", "user_seats"):
        monkeypatch.setattr(ValkeyHoldStore, method, store_away)
    for by in (None, JOHN, BOSS):
        assert (await seat(api, "seat_A1", by))["status"] == "held"
        booked = await seat(api, "seat_A2", by)
        assert (booked["status"], booked["bookedBy"]) == ("booked", None)
    answer = await ask(api, Step(f"stats/{EVENT}", None, {}, by=BOSS, method="GET"))
    assert answer.status == 503 and answer.body["success"] is False and answer.headers["retry-after"]


async def test_a_store_that_is_away_is_said_in_the_envelope(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(ValkeyHoldStore, "acquire", away)
    answer = await ask(api, Step("hold-seats", {"eventId": EVENT, "seatIds": ["seat_A1"]}, {}))
    assert answer.status == 503 and answer.headers["retry-after"]
    assert answer.body == {"success": False, "message": answer.body["message"]}


async def test_a_venue_of_thousands_comes_whole_and_in_layout_order(api: Api) -> None:
    answer = await api.get("/seat-booking/layout/arena-demo")
    seats = answer.body["data"]["seats"]
    drawing = (await api.get("/api/v1/layouts/arena/versions/1")).body
    assert [it["id"] for it in seats] == [it["id"] for it in drawing["seats"]]
    assert len(seats) > 10_000
    corner = await api.get(
        "/seat-booking/layout/arena-demo", params={"viewport": '{"x":1500,"y":1500,"width":200,"height":200}'}
    )
    assert 0 < len(corner.body["data"]["seats"]) < 200


@pytest.fixture
async def paying_api(folder: Path, valkey: ValkeyServer) -> AsyncIterator[Api]:
    """A server where only integrators book without an order, and anyone holds three times a minute."""
    settings: Json = {
        "direct_booking": DirectBooking.INTEGRATOR,
        "rate_limit_enabled": True,
        "rate_limit_user_holds_per_minute": 3,
    }
    async with running_application(valkey.url, folder, **settings) as running, api_of(running) as client:
        yield client


async def test_confirming_follows_who_may_book_without_an_order(paying_api: Api) -> None:
    await hold(paying_api, "seat_A1")
    refused = await ask(paying_api, Step("confirm", confirm(seatIds=["seat_A1"]), {}))
    assert refused.status == 403 and refused.body.keys() == {"success", "message"}
    shop = ("shop", "integrator")
    assert await book(paying_api, "seat_A2", by=shop)
    assert await book(paying_api, "seat_A3", by=BOSS)


async def test_who_holds_too_often_is_told_when_to_come_again(paying_api: Api) -> None:
    for name in ("seat_A1", "seat_A2", "seat_A3"):
        await hold(paying_api, name)
    answer = await ask(paying_api, Step("hold-table", {"eventId": EVENT, "tableId": "table_VIP_001"}, {}))
    assert answer.status == 429 and answer.body["success"] is False
    assert int(answer.headers["retry-after"]) >= 1


USERS: list[tuple[str, ...]] = [(f"user-{number}",) for number in range(20)]


async def race(api: Api) -> tuple[list[tuple[str, ...]], list[Answered]]:
    """Twenty users ask for one seat at once: who was told to have it, and what the others were answered."""
    steps = [Step("hold-seats", {"eventId": EVENT, "seatIds": ["seat_A5"]}, {}, by=user) for user in USERS]
    answers = await asyncio.gather(*(ask(api, step) for step in steps))
    winners = [user for user, answer in zip(USERS, answers, strict=True) if answer.status == 200]
    return winners, [answer for answer in answers if answer.status != 200]


async def test_of_many_users_on_one_seat_one_wins_and_the_others_are_told_which_seat(api: Api) -> None:
    winners, others = await race(api)
    assert len(winners) == 1
    assert all((it.status, it.body) == (409, no(TAKEN, conflictingSeats=["seat_A5"])) for it in others)
    confirmations = await asyncio.gather(
        *(ask(api, Step("confirm", confirm(seatIds=["seat_A5"]), {}, by=user)) for user in USERS)
    )
    assert [user for user, it in zip(USERS, confirmations, strict=True) if it.status == 200] == winners


async def test_the_same_race_has_many_winners_where_seats_are_looked_at_and_then_taken(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def acquire(
        store: ValkeyHoldStore, event_id: EventId, *, hold_id: HoldId, user_id: UserId, seat_ids: list[SeatId], **_: Any
    ) -> HoldAcquired | SeatsUnavailable:
        if await UnguardedStore(store._client).take(event_id, user_id, seat_ids):
            return HoldAcquired(hold_id, tuple(seat_ids), (), expires_at_ms=2**42, now_ms=0)
        return SeatsUnavailable(tuple(SeatRefusal(it, Unavailable.HELD) for it in seat_ids), now_ms=0)

    monkeypatch.setattr(ValkeyHoldStore, "acquire", acquire)
    winners, _ = await race(api)
    assert len(winners) > 1


async def test_overlapping_choices_are_had_whole_or_not_at_all(api: Api) -> None:
    pairs = [(f"seat_D{number}", f"seat_D{number + 1}") for number in range(1, 13)]
    steps = [
        Step("hold-seats", {"eventId": EVENT, "seatIds": pair}, {}, by=(f"user-{number}",))
        for number, pair in enumerate(pairs)
    ]
    answers = await asyncio.gather(*(ask(api, step) for step in steps))
    won = [pair for pair, it in zip(pairs, answers, strict=True) if it.status == 200]
    held = {it["id"] for it in (await layout(api))["seats"] if it["status"] == "held"}
    assert len(won) >= 1 and sum(map(len, won)) == len({name for pair in won for name in pair})
    assert held == {name for pair in won for name in pair}


async def test_a_double_click_on_confirm_makes_one_booking(api: Api) -> None:
    await hold(api, "seat_A1", "seat_A2")
    step = Step("confirm", confirm(seatIds=["seat_A1", "seat_A2"]), {})
    answers = await asyncio.gather(*(ask(api, step) for _ in range(5)))
    assert {it.status for it in answers} <= {200, 409}
    assert all("retry-after" in it.headers for it in answers if it.status == 409)
    final = await ask(api, step)
    assert final.status == 200
    assert all(it.body == final.body for it in answers if it.status == 200)
    assert len((await ask(api, Step("my-bookings", None, {}, method="GET"))).body["data"]["bookings"]) == 1
