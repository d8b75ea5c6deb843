"""Holding, extending and giving back seats, as a client sees it."""

from datetime import UTC, datetime, timedelta

from tests.support.http_stack import EVENT, Api

HOLDS = f"/api/v1/events/{EVENT}/holds"


def minutes_until(time_text: str) -> float:
    assert time_text.endswith("Z") and len(time_text) == len("2026-03-01T19:30:00.000Z")
    return (datetime.fromisoformat(time_text) - datetime.now(UTC)) / timedelta(minutes=1)


async def test_a_hold_names_its_seats_tables_expiry_and_total(api: Api) -> None:
    hold = await api.hold("A1", "B1", tableIds=["W"], durationMinutes=15)
    assert hold["eventId"] == EVENT
    assert hold["seatIds"] == ["A1", "B1", "W1", "W2", "W3", "W4"]
    assert hold["tableIds"] == ["W"]
    assert hold["total"] == {"amountMinor": 7_500 + 5 * 15_000, "currency": "USD"}
    assert 14 < minutes_until(hold["expiresAt"]) <= 15


async def test_what_was_held_is_in_the_next_read(api: Api) -> None:
    assert (await api.states())["A1"] == "a"
    hold = await api.hold("A1")
    assert (await api.states())["A1"] == "h"
    assert (await api.ask("DELETE", f"{HOLDS}/{hold['holdId']}")).status == 204
    assert (await api.states())["A1"] == "a"


async def test_a_hold_can_be_read_and_listed_by_its_owner(api: Api) -> None:
    first = await api.hold("A1", durationMinutes=20)
    second = await api.hold("A2", durationMinutes=5)
    assert (await api.get(f"{HOLDS}/{first['holdId']}", by=("buyer",))).body == first
    assert (await api.get("/api/v1/holds", by=("buyer",))).body == {"items": [second, first]}
    assert (await api.get("/api/v1/holds", by=("other",))).body == {"items": []}


async def test_who_holds_a_seat_is_told_to_that_user_and_to_admins(api: Api) -> None:
    hold = await api.hold("A1", "A2")
    path = f"/api/v1/events/{EVENT}/seats/A2/hold"
    told = await api.get(path, by=("buyer",))
    assert told.body | {"heldAt": None} == {
        "seatId": "A2",
        "eventId": EVENT,
        "holdId": hold["holdId"],
        "userId": "buyer",
        "heldAt": None,
        "expiresAt": hold["expiresAt"],
    }
    assert -1 < minutes_until(told.body["heldAt"]) <= 0
    assert (await api.get(path, by=("boss", "admin"))).body == told.body
    assert (await api.get(path, by=("other",))).code == "hold_not_found"
    assert (await api.get(path.replace("A2", "A3"), by=("buyer",))).code == "hold_not_found"
    assert (await api.get(path.replace("A2", "Z9"), by=("buyer",))).code == "not_found"
    assert (await api.get(path.replace(EVENT, "nowhere"), by=("buyer",))).code == "not_found"


async def test_seats_can_be_added_to_an_open_hold(api: Api) -> None:
    hold = await api.hold("A1")
    added = await api.hold("A2", "A3", holdId=hold["holdId"])
    assert (added["holdId"], added["seatIds"]) == (hold["holdId"], ["A1", "A2", "A3"])
    assert added["total"]["amountMinor"] == 3 * 7_500


async def test_holding_the_same_seats_again_moves_them_to_the_new_hold(api: Api) -> None:
    first = await api.hold("A1")
    second = await api.hold("A1")
    assert second["holdId"] != first["holdId"]
    assert (await api.get("/api/v1/holds", by=("buyer",))).body["items"] == [second]


async def test_a_retry_with_its_key_is_the_same_hold_and_says_so(api: Api) -> None:
    key, body = {"idempotency-key": "a-key!~"}, {"seatIds": ["A1"], "durationMinutes": 30}
    first = await api.post(HOLDS, body, headers=key)
    again = await api.post(HOLDS, body, headers=key)
    assert again.body == first.body
    assert again.status == first.status == 201
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    other = await api.post(HOLDS, {"seatIds": ["A2"]}, headers=key, by=("other",))
    assert other.status == 201 and "idempotency-replayed" not in other.headers


async def test_a_key_whose_hold_is_gone_does_not_hold_again(api: Api) -> None:
    key, body = {"idempotency-key": "once"}, {"seatIds": ["A1"]}
    hold = (await api.post(HOLDS, body, headers=key)).body
    await api.ask("DELETE", f"{HOLDS}/{hold['holdId']}")
    assert (await api.post(HOLDS, body, headers=key)).code == "hold_not_found"
    assert (await api.states())["A1"] == "a"


async def test_the_order_of_fields_does_not_make_another_request(api: Api) -> None:
    headers = {"idempotency-key": "k", "content-type": "application/json"}
    first = await api.post(HOLDS, content=b'{"seatIds":["A1"],"durationMinutes":9}', headers=headers)
    again = await api.post(HOLDS, content=b'{ "durationMinutes": 9, "seatIds": ["A1"] }', headers=headers)
    assert again.body == first.body


async def test_an_extension_counts_from_now_and_needs_no_body(api: Api) -> None:
    hold = await api.hold("A1", durationMinutes=1)
    extended = await api.post(f"{HOLDS}/{hold['holdId']}/extend")
    assert extended.status == 200
    assert 9 < minutes_until(extended.body["expiresAt"]) <= 10
    longer = await api.post(f"{HOLDS}/{hold['holdId']}/extend", {"durationMinutes": 60})
    assert 59 < minutes_until(longer.body["expiresAt"]) <= 60
    never_sooner = await api.post(f"{HOLDS}/{hold['holdId']}/extend", {"durationMinutes": 1})
    assert never_sooner.body["expiresAt"] == longer.body["expiresAt"]


async def test_some_seats_can_be_given_back(api: Api) -> None:
    hold = await api.hold("A1", "A2", "A3")
    released = await api.post(f"{HOLDS}/{hold['holdId']}/release", {"seatIds": ["A2"]})
    assert (released.status, released.body["seatIds"]) == (200, ["A2"])
    states = await api.states()
    assert (states["A1"], states["A2"], states["A3"]) == ("h", "a", "h")
    left = await api.get(f"{HOLDS}/{hold['holdId']}", by=("buyer",))
    assert (left.body["seatIds"], left.body["total"]["amountMinor"]) == (["A1", "A3"], 15_000)


async def test_a_delayed_release_shortens_the_hold_and_an_extension_cancels_it(api: Api) -> None:
    hold = await api.hold("A1")
    released = await api.post(f"{HOLDS}/{hold['holdId']}/release", {"afterSeconds": 15})
    assert 0 < minutes_until(released.body["expiresAt"]) <= 0.25
    assert (await api.states())["A1"] == "h"
    extended = await api.post(f"{HOLDS}/{hold['holdId']}/extend")
    assert minutes_until(extended.body["expiresAt"]) > 9


async def test_an_admin_releases_anyones_hold(api: Api) -> None:
    hold = await api.hold("A1")
    assert (await api.ask("DELETE", f"{HOLDS}/{hold['holdId']}", by=("boss", "admin"))).status == 204
    assert (await api.states())["A1"] == "a"
    assert (await api.get(f"{HOLDS}/{hold['holdId']}", by=("buyer",))).code == "hold_not_found"


async def test_a_user_id_of_any_characters_can_hold_and_book(api: Api) -> None:
    name = 'ü:%{}/"\n用户'
    hold = await api.hold("A1", by=(name,))
    booking = await api.book(hold["holdId"], by=(name,))
    assert booking["userId"] == name
    assert [it["bookingId"] for it in (await api.get("/api/v1/bookings", by=(name,))).body["items"]] == [
        booking["bookingId"]
    ]
