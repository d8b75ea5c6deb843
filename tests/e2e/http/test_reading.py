"""Reading events, layouts and seats: pages, filters, freshness and caches."""

import gzip
from pathlib import Path
from typing import Any

import msgspec
import pytest

from frontrow.domain.layout import Layout
from tests.support.eventually import eventually
from tests.support.house import small_layout
from tests.support.http_stack import CLOSED_EVENT, EVENT, LAYOUT, Api, api_of, event_body, running_application
from tests.support.valkey import running_valkey

ADMIN = ("boss", "admin")
SEATS = f"/api/v1/events/{EVENT}/seats"
STATES = f"/api/v1/events/{EVENT}/seat-states"


async def test_an_event_says_what_is_sold_when_and_for_how_much(api: Api) -> None:
    await api.hold("A1")
    answer = await api.get(f"/api/v1/events/{EVENT}")
    assert answer.body == {
        "eventId": EVENT,
        "name": "Spring gala",
        "layoutId": LAYOUT,
        "layoutVersion": 1,
        "startsAt": "2099-03-01T19:30:00.000Z",
        "saleStatus": "on_sale",
        "currency": "USD",
        "prices": {"standard": 7_500, "vip": 15_000},
        "layoutName": "Small house",
        "checkout": "direct",
        "counts": {"available": 27, "held": 1, "booked": 0, "blocked": 0, "total": 28},
    }


async def test_events_are_paged_to_the_end(api: Api) -> None:
    for number in range(4):
        assert (await api.post("/api/v1/events", event_body(f"gala-{number}"), by=ADMIN)).status == 201
    seen, cursor = [], ""
    while True:
        page = (await api.get(f"/api/v1/events?limit=2{cursor}")).body
        seen += [event["eventId"] for event in page["items"]]
        if page["nextCursor"] is None:
            break
        cursor = f"&cursor={page['nextCursor']}"
    assert seen == [EVENT, CLOSED_EVENT, "gala-0", "gala-1", "gala-2", "gala-3"]


async def test_a_layout_is_served_as_published_and_cached_for_ever(api: Api) -> None:
    path = f"/api/v1/layouts/{LAYOUT}/versions/1"
    answer = await api.client.get(path, headers={"accept-encoding": "identity"})
    assert msgspec.json.decode(answer.content, type=Layout) == small_layout()
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "accept-encoding"
    again = await api.get(path, headers={"if-none-match": f'"x", {answer.headers["etag"]}'})
    assert (again.status, again.headers["etag"]) == (304, answer.headers["etag"])
    async with api.client.stream("GET", path, headers={"accept-encoding": "br, gzip"}) as packed:
        assert packed.headers["content-encoding"] == "gzip"
        raw = b"".join([chunk async for chunk in packed.aiter_raw()])
    assert gzip.decompress(raw) == answer.content


async def test_seat_states_are_one_letter_a_seat_with_an_etag_that_moves_with_them(api: Api) -> None:
    first = await api.get(STATES)
    assert first.body["states"] == "a" * 28
    assert (first.body["layoutVersion"], "stale" in first.body) == (1, False)
    assert (await api.get(STATES, headers={"if-none-match": first.headers["etag"]})).status == 304
    await api.hold("A1")
    second = await api.get(STATES, headers={"if-none-match": first.headers["etag"]})
    assert (second.status, second.body["states"]) == (200, "h" + "a" * 27)
    assert second.body["offset"] != first.body["offset"]
    assert second.body["epoch"] == first.body["epoch"]


async def test_a_seat_has_its_place_price_state_and_expiry(api: Api) -> None:
    hold = await api.hold("A2")
    answer = await api.get(SEATS)
    assert len(answer.body["seats"]) == 28
    assert answer.body["seats"][1] == {
        "seatId": "A2",
        "position": {"x": 60.0, "y": 100.0},
        "categoryId": "standard",
        "rowLabel": "A",
        "seatNumber": 2,
        "price": {"amountMinor": 7_500, "currency": "USD"},
        "state": "held",
        "holdExpiresAt": hold["expiresAt"],
    }
    assert (await api.get(SEATS, headers={"if-none-match": answer.headers["etag"]})).status == 304


def ids(answer: Any) -> list[str]:
    return [seat["seatId"] for seat in answer.body["seats"]]


async def test_a_viewport_has_the_seats_whose_position_is_in_it_edges_included(api: Api) -> None:
    viewport = '{"x":30,"y":100,"width":60,"height":40}'
    answer = await api.get(SEATS, params={"viewport": viewport})
    assert ids(answer) == ["A1", "A2", "A3", "B1", "B2", "B3"]
    assert ids(await api.get(SEATS, params={"viewport": '{"x":31,"y":101,"width":0,"height":0}'})) == []


async def test_seats_can_be_chosen_by_state_and_viewport_together(api: Api) -> None:
    await api.hold("A1", "B9")
    assert ids(await api.get(SEATS, params={"state": "held"})) == ["A1", "B9"]
    viewport = '{"x":0,"y":0,"width":400,"height":110}'
    assert ids(await api.get(SEATS, params={"state": "held", "viewport": viewport})) == ["A1"]
    assert len(ids(await api.get(SEATS, params={"state": "available"}))) == 26


async def test_seats_can_be_chosen_by_section(api: Api) -> None:
    layout = {
        "id": "halves", "name": "Halves", "canvasW": 100, "canvasH": 100,
        "categories": [{"id": "all", "name": "All", "color": "#aabbcc", "price": 10}],
        "sections": [{"id": "left", "name": "Left"}, {"id": "right", "name": "Right"}],
        "seats": [
            {"id": f"{side}-{n}", "position": {"x": 10 * n, "y": 50}, "categoryId": "all", "sectionId": side,
             "rowLabel": "A", "seatNumber": n} for n in (1, 2) for side in ("left", "right")
        ],
    }  # fmt: skip
    assert (await api.post("/api/v1/layouts", layout, by=ADMIN)).status == 201
    assert (await api.post("/api/v1/events", event_body("halves", layoutId="halves"), by=ADMIN)).status == 201
    answer = await api.get("/api/v1/events/halves/seats", params={"section": "right"})
    assert ids(answer) == ["right-1", "right-2"]
    assert answer.body["seats"][0]["sectionId"] == "right"
    unknown = await api.get("/api/v1/events/halves/seats", params={"section": "middle"})
    assert unknown.body["errors"][0]["field"] == "section"


@pytest.mark.parametrize(
    ("viewport", "fields"),
    [
        ("", ["viewport"]),
        ("everything", ["viewport"]),
        ("[0,0,1,1]", ["viewport"]),
        ('{"x":0,"y":0,"width":800}', ["viewport.height"]),
        ('{"x":"0","y":0,"width":-1,"height":null}', ["viewport.x", "viewport.width", "viewport.height"]),
        ('{"x":0,"y":0,"width":1,"height":1,"zoom":2}', ["viewport.zoom"]),
        ('{"x":NaN,"y":0,"width":1,"height":1}', ["viewport"]),
        ('{"x":1e999,"y":0,"width":1,"height":1}', ["viewport"]),
        ("{}", ["viewport.x", "viewport.y", "viewport.width", "viewport.height"]),
    ],
)
async def test_every_fault_of_a_viewport_is_named(api: Api, viewport: str, fields: list[str]) -> None:
    answer = await api.get(SEATS, params={"viewport": viewport})
    assert answer.code == "validation_failed"
    assert [fault["field"] for fault in answer.body["errors"]] == fields


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (f"{SEATS}?state=sold", "state"),
        (f"{SEATS}?state=held&state=booked", "state"),
        ("/api/v1/events?limit=0", "limit"),
        ("/api/v1/events?limit=101", "limit"),
        ("/api/v1/events?limit=ten", "limit"),
        ("/api/v1/events?cursor=%F0%9F%8E%AD", "cursor"),
        ("/api/v1/events?cursor=9999999999999999999999", "cursor"),
        ("/api/v1/events?cursor=%D9%A3", "cursor"),
        ("/api/v1/bookings?cursor=1", "cursor"),
        ("/api/v1/bookings?cursor=1.x", "cursor"),
        ("/api/v1/bookings?limit=-1", "limit"),
    ],
)
async def test_a_wrong_parameter_is_named(api: Api, path: str, field: str) -> None:
    answer = await api.get(path, by=("buyer",))
    assert (answer.code, [fault["field"] for fault in answer.body["errors"]]) == ("validation_failed", [field])


async def test_with_the_hold_store_away_known_events_are_still_shown_as_stale(folder: Path) -> None:
    with running_valkey() as valkey:
        async with running_application(valkey.url, folder) as application, api_of(application) as api:
            await api.hold("A1")
            assert (await api.states())["A1"] == "h"
            valkey.kill()
            await check_what_still_works(api)
            valkey.start()

            async def holds_again() -> bool:
                return (await api.post(f"/api/v1/events/{EVENT}/holds", {"seatIds": ["A2"]})).status == 201

            await eventually(holds_again, "holds are granted again without a restart")


async def check_what_still_works(api: Api) -> None:
    refused = await api.post(f"/api/v1/events/{EVENT}/holds", {"seatIds": ["A2"]})
    assert (refused.status, refused.code) == (503, "store_unavailable")
    assert int(refused.headers["retry-after"]) >= 1
    ready = await api.get("/health/ready")
    assert (ready.status, ready.body["status"]) == (503, "not_ready")
    assert {store["state"] for store in ready.body["stores"].values()} == {"up", "down"}
    assert (await api.get("/health/live")).status == 200

    async def is_stale() -> bool:
        return "stale" in (await api.get(STATES)).body

    await eventually(is_stale, "the view knows that it is stale")
    assert (await api.states())["A1"] == "h"
    assert (await api.get(f"/api/v1/events/{CLOSED_EVENT}/seat-states")).status == 503
    known = await api.get(f"/api/v1/events/{CLOSED_EVENT}")
    assert (known.status, "counts" in known.body) == (200, False)
