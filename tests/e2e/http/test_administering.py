"""Layouts, events and blocks, as an admin sees them."""

import msgspec
import pytest

from frontrow.domain.ids import LayoutId
from tests.support.house import small_layout
from tests.support.http_stack import EVENT, LAYOUT, Api, event_body

ADMIN = ("boss", "admin")
BLOCKS = f"/api/v1/events/{EVENT}/blocks"


async def test_a_changed_drawing_is_a_new_version_and_the_same_one_is_not(api: Api) -> None:
    same = await api.post("/api/v1/layouts", small_layout(), by=ADMIN)
    assert (same.status, same.body["layoutId"], same.body["version"]) == (201, LAYOUT, 1)
    assert "taken by more than one seat" in same.body["warnings"][0]
    changed = await api.post("/api/v1/layouts", small_layout(seats_per_row=11), by=ADMIN)
    assert changed.body["version"] == 2
    assert (await api.get(f"/api/v1/layouts/{LAYOUT}/versions/1")).status == 200


async def test_every_fault_of_a_drawing_is_named_by_its_place(api: Api) -> None:
    layout = {
        "id": "bad", "name": "Bad", "canvasW": 100, "canvasH": 100,
        "categories": [{"id": "c", "name": "C", "color": "red"}],
        "seats": [
            {"id": "A1", "position": {"x": 50, "y": 50}, "categoryId": "c", "rowLabel": "A", "seatNumber": 1},
            {"id": "A1", "position": {"x": 500, "y": 50}, "categoryId": "d", "rowLabel": "A", "seatNumber": 2},
        ],
    }  # fmt: skip
    answer = await api.post("/api/v1/layouts", layout, by=ADMIN)
    assert answer.code == "validation_failed"
    fields = {fault["field"] for fault in answer.body["errors"]}
    assert {"categories[0].color", "seats[1].id", "seats[1].categoryId"} <= fields


async def test_an_event_can_be_made_with_a_sale_window_and_own_prices(api: Api) -> None:
    body = event_body(
        "window",
        salesStart="2098-01-01T00:00:00+02:00",
        salesEnd="2099-01-01T00:00:00.5Z",
        prices={"vip": 1},
        orphanRule=True,
    )
    answer = await api.post("/api/v1/events", body, by=ADMIN)
    assert answer.status == 201
    assert answer.body["saleStatus"] == "scheduled"
    assert (answer.body["salesStart"], answer.body["salesEnd"]) == (
        "2097-12-31T22:00:00.000Z",
        "2099-01-01T00:00:00.500Z",
    )
    assert (answer.body["prices"], answer.body["orphanRule"]) == ({"standard": 7_500, "vip": 1}, True)
    assert (await api.post("/api/v1/events/window/holds", {"seatIds": ["A1"]})).code == "event_not_on_sale"


async def test_an_event_without_an_id_gets_one_and_its_key_finds_it_again(api: Api) -> None:
    body = event_body()
    del body["eventId"]
    first = await api.post("/api/v1/events", body, by=ADMIN, headers={"idempotency-key": "spring"})
    again = await api.post("/api/v1/events", body, by=ADMIN, headers={"idempotency-key": "spring"})
    other = await api.post("/api/v1/events", body, by=ADMIN)
    assert again.body == first.body
    assert again.headers["idempotency-replayed"] == "true"
    assert other.body["eventId"] != first.body["eventId"]


async def test_the_same_event_again_is_the_same_answer(api: Api) -> None:
    again = await api.post("/api/v1/events", event_body(), by=ADMIN)
    assert (again.status, again.headers["idempotency-replayed"]) == (201, "true")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"eventId": "no spaces"}, "eventId"),
        ({"eventId": "newline\n"}, "eventId"),
        ({"eventId": ".."}, "eventId"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "Ga\0la"}, "name"),
        ({"layoutId": "nowhere"}, "layoutId"),
        ({"layoutId": "no\0where"}, "layoutId"),
        ({"layoutVersion": 7}, "layoutVersion"),
        ({"layoutVersion": 0}, "layoutVersion"),
        ({"startsAt": "tomorrow"}, "startsAt"),
        ({"startsAt": "2099-03-01T19:30:00"}, "startsAt"),
        ({"startsAt": "1960-03-01T19:30:00Z"}, "startsAt"),
        ({"startsAt": "0001-01-01T00:00:00+14:00"}, "startsAt"),
        ({"currency": "usd"}, "currency"),
        ({"currency": "XXX"}, "currency"),
        ({"prices": {"vip": -1}}, "prices"),
        ({"prices": {"vip": 10**13}}, "prices"),
        ({"prices": {"vip": 1.5}}, "prices"),
        ({"prices": {"boxes": 1}}, "prices.boxes"),
        ({"salesEnd": "2098-01-01T00:00:00Z", "salesStart": "2098-02-01T00:00:00Z"}, "salesEnd"),
        ({"number": 7}, "number"),
    ],
)
async def test_a_wrong_event_is_refused_by_its_field(api: Api, changes: dict[str, object], field: str) -> None:
    answer = await api.post("/api/v1/events", event_body("new-gala", **changes), by=ADMIN)
    assert (answer.code, [fault["field"] for fault in answer.body["errors"]]) == ("validation_failed", [field])
    assert (await api.get("/api/v1/events/new-gala")).status == 404


async def test_an_event_can_be_changed_and_a_sale_time_taken_away(api: Api) -> None:
    path = f"/api/v1/events/{EVENT}"
    closed = await api.ask("PATCH", path, body={"salesEnd": "2020-01-01T00:00:00Z", "name": "Gone"}, by=ADMIN)
    assert (closed.status, closed.body["saleStatus"], closed.body["name"]) == (200, "closed", "Gone")
    assert (await api.post(f"{path}/holds", {"seatIds": ["A1"]})).code == "event_not_on_sale"
    opened = await api.ask("PATCH", path, body={"salesEnd": None, "prices": {"vip": 99}}, by=ADMIN)
    assert (opened.body["saleStatus"], "salesEnd" in opened.body) == ("on_sale", False)
    assert opened.body["prices"] == {"standard": 7_500, "vip": 99}
    assert (await api.hold("B1"))["total"]["amountMinor"] == 99
    assert (await api.get(f"{path}/seats?state=held")).body["seats"][0]["price"]["amountMinor"] == 99


async def test_another_currency_alone_is_refused_and_says_what_to_send(api: Api) -> None:
    path = f"/api/v1/events/{EVENT}"
    await api.hold("A1")
    refused = await api.ask("PATCH", path, body={"currency": "JPY"}, by=ADMIN)
    assert (refused.status, refused.code) == (422, "price_missing")
    assert refused.body["categoryIds"] == ["standard", "vip"]
    assert "in JPY" in refused.body["detail"]
    assert (await api.get(path)).body["prices"] == {"standard": 7_500, "vip": 15_000}


async def test_the_newest_version_of_a_layout_can_be_asked_for(api: Api) -> None:
    path = f"/api/v1/layouts/{small_layout().id}"
    assert (await api.get(path)).body == {"layoutId": small_layout().id, "version": 1}
    await api.post("/api/v1/layouts", small_layout(seats_per_row=12), by=ADMIN)
    assert (await api.get(path)).body["version"] == 2
    assert (await api.get("/api/v1/layouts/nowhere")).code == "not_found"
    assert (await api.get("/api/v1/layouts/no%00where")).code == "not_found"


async def test_an_event_moves_to_a_newer_layout_version(api: Api) -> None:
    await api.hold("A1")
    await api.post("/api/v1/layouts", small_layout(seats_per_row=12), by=ADMIN)
    moved = await api.ask("PATCH", f"/api/v1/events/{EVENT}", body={"layoutVersion": 2}, by=ADMIN)
    assert moved.body["layoutVersion"] == 2
    states = (await api.get(f"/api/v1/events/{EVENT}/seat-states")).body
    assert (states["layoutVersion"], states["states"]) == (2, "h" + "a" * 31)
    assert len((await api.get(f"/api/v1/events/{EVENT}/seats")).body["seats"]) == 32
    await api.hold("A12")


async def test_a_poller_notices_that_an_event_moved_to_another_drawing(api: Api) -> None:
    path = f"/api/v1/events/{EVENT}/seat-states"
    etag = (await api.get(path)).headers["etag"]
    other = msgspec.structs.replace(small_layout(seats_per_row=12), id=LayoutId("wide-house"))
    assert (await api.post("/api/v1/layouts", other, by=ADMIN)).body["version"] == 1
    moved = await api.ask("PATCH", f"/api/v1/events/{EVENT}", body={"layoutId": "wide-house"}, by=ADMIN)
    assert (moved.status, moved.body["layoutVersion"]) == (200, 1)
    answer = await api.get(path, headers={"if-none-match": etag})
    assert (answer.status, len(answer.body["states"])) == (200, 32)


async def test_blocked_seats_cannot_be_held_until_they_are_let_go(api: Api) -> None:
    blocked = await api.post(BLOCKS, {"seatIds": ["A1", "A2"], "reason": "camera"}, by=ADMIN)
    assert blocked.status == 201
    assert blocked.body | {"blockId": ""} == {
        "blockId": "",
        "eventId": EVENT,
        "seatIds": ["A1", "A2"],
        "reason": "camera",
    }
    assert (await api.states())["A1"] == "x"
    refused = await api.post(f"/api/v1/events/{EVENT}/holds", {"seatIds": ["A1"]})
    assert refused.body["seats"] == [{"seatId": "A1", "reason": "blocked"}]
    freed = await api.ask("DELETE", BLOCKS, body={"seatIds": ["A2", "A3"]}, by=ADMIN)
    assert (freed.status, freed.body) == (200, {"eventId": EVENT, "seatIds": ["A2"]})
    states = await api.states()
    assert (states["A1"], states["A2"]) == ("x", "a")


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize(
    ("seat_ids", "code"),
    [([], "validation_failed"), (["Z1"], "unknown_seats"), (["A1", "A1"], "duplicate_seats")],
)
async def test_a_wrong_block_is_refused(api: Api, method: str, seat_ids: list[str], code: str) -> None:
    assert (await api.ask(method, BLOCKS, body={"seatIds": seat_ids}, by=ADMIN)).code == code
