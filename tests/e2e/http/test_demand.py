"""What happened of late and which seats are wanted, as an admin is told while people hold, book and give back."""

import pytest

from frontrow.adapters.redis import keys
from frontrow.adapters.redis.client import connect
from frontrow.domain.ids import EventId
from tests.support.http_stack import EVENT, Api
from tests.support.valkey import ValkeyServer

CHANGES = f"/api/v1/events/{EVENT}/recent-changes"
DEMAND = f"/api/v1/events/{EVENT}/demand"
ADMIN = ("boss", "admin")


async def happened(api: Api, **params: str) -> list[tuple[str, str, list[str]]]:
    """What the first page says: cause, state and seats of each change."""
    answer = await api.get(CHANGES, by=ADMIN, params=params)
    assert answer.status == 200, answer
    return [(it["cause"], it["state"], it["seatIds"]) for it in answer.body["items"]]


async def wanted(api: Api, **params: str) -> dict[str, tuple[int, int]]:
    """Each seat's holds and refusals, the most wanted first."""
    answer = await api.get(DEMAND, by=ADMIN, params=params)
    assert answer.status == 200, answer
    return {it["seatId"]: (it["holds"], it["refusals"]) for it in answer.body["seats"]}


async def a_busy_evening(api: Api) -> None:
    """Something of everything."""
    held = await api.hold("A1", "A2", by=("ann",))
    await api.post(f"/api/v1/events/{EVENT}/holds/{held['holdId']}/extend", {"durationMinutes": 20}, by=("ann",))
    booking = await api.book(held["holdId"], by=("ann",))
    await api.post(f"/api/v1/bookings/{booking['bookingId']}/cancel", {"seatIds": ["A2"]}, by=("ann",))
    other = await api.hold("B1", by=("bob",))
    await api.ask("DELETE", f"/api/v1/events/{EVENT}/holds/{other['holdId']}", by=("bob",))
    await api.post(f"/api/v1/events/{EVENT}/blocks", {"seatIds": ["A9", "A10"]}, by=ADMIN)
    await api.ask("DELETE", f"/api/v1/events/{EVENT}/blocks", body={"seatIds": ["A9"]}, by=ADMIN)


async def test_what_happened_is_told_newest_first_and_names_nobody(api: Api) -> None:
    assert await happened(api) == []
    await a_busy_evening(api)
    assert await happened(api) == [
        ("unblocked", "available", ["A9"]),
        ("blocked", "blocked", ["A9", "A10"]),
        ("released", "available", ["B1"]),
        ("held", "held", ["B1"]),
        ("cancelled", "available", ["A2"]),
        ("booked", "booked", ["A1", "A2"]),
        ("held", "held", ["A1", "A2"]),
    ]
    answer = await api.get(CHANGES, by=ADMIN)
    assert {frozenset(it) for it in answer.body["items"]} == {frozenset({"offset", "at", "seatIds", "state", "cause"})}


async def test_what_happened_is_read_page_by_page(api: Api) -> None:
    await a_busy_evening(api)
    everything = await happened(api)
    found: list[tuple[str, str, list[str]]] = []
    cursor: str | None = None
    while True:
        params = {"limit": "3", **({"cursor": cursor} if cursor else {})}
        page = (await api.get(CHANGES, by=ADMIN, params=params)).body
        found += [(it["cause"], it["state"], it["seatIds"]) for it in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert found == everything


async def test_the_most_wanted_seats_come_first_with_those_that_were_refused(api: Api) -> None:
    assert (await api.get(DEMAND, by=ADMIN)).body == {"eventId": EVENT, "seats": [], "since": None}
    for _ in range(2):
        held = await api.hold("A1", "A2")
        await api.hold("A1", "A2")  # the same person's, once more
        await api.ask("DELETE", f"/api/v1/events/{EVENT}/holds/{held['holdId']}")
        for hold in (await api.get("/api/v1/holds", by=("buyer",))).body["items"]:
            await api.ask("DELETE", f"/api/v1/events/{EVENT}/holds/{hold['holdId']}")
    await api.hold("A2", "A3")
    for _ in range(4):
        refused = await api.post(f"/api/v1/events/{EVENT}/holds", {"seatIds": ["A3", "A5"]}, by=("bob",))
        assert refused.code == "seats_unavailable"
    assert list((await wanted(api)).items()) == [("A3", (1, 4)), ("A2", (3, 0)), ("A1", (2, 0))]
    assert list(await wanted(api, limit="1")) == ["A3"]
    assert (await api.get(DEMAND, by=ADMIN)).body["since"] <= (await api.get(CHANGES, by=ADMIN)).body["items"][-1]["at"]


async def test_what_the_store_no_longer_keeps_is_not_counted_any_more(api: Api, valkey: ValkeyServer) -> None:
    await api.hold("A1")
    await api.hold("A2")
    assert await wanted(api) == {"A1": (1, 0), "A2": (1, 0)}
    client = connect(valkey.url)
    await client.execute(("XTRIM", keys.seat_changes(EventId(EVENT)), "MAXLEN", 1))
    assert await wanted(api) == {"A2": (1, 0)}
    assert await happened(api) == [("held", "held", ["A2"])]
    await client.execute(("FLUSHALL",))
    await client.close()
    assert await wanted(api) == {}
    assert await happened(api) == []
    await api.hold("A3")
    assert await wanted(api) == {"A3": (1, 0)}
    assert [cause for cause, _, _ in await happened(api)] == ["held"]


@pytest.mark.parametrize(
    ("path", "by", "status", "code"),
    [
        (DEMAND, ("ann",), 403, "role_missing"),
        (CHANGES, ("shop", "integrator"), 403, "role_missing"),
        (f"{DEMAND}?limit=10001", ADMIN, 422, "validation_failed"),
        (f"{CHANGES}?limit=201", ADMIN, 422, "validation_failed"),
        (f"{CHANGES}?limit=0", ADMIN, 422, "validation_failed"),
        (f"{CHANGES}?cursor=yesterday", ADMIN, 422, "validation_failed"),
        (f"{CHANGES}?cursor=0-0-tag", ADMIN, 422, "validation_failed"),
        ("/api/v1/events/none/demand", ADMIN, 404, "not_found"),
        ("/api/v1/events/none/recent-changes", ADMIN, 404, "not_found"),
    ],
)
async def test_both_are_for_admins_of_events_there_are(
    api: Api, path: str, by: tuple[str, ...], status: int, code: str
) -> None:
    answer = await api.get(path, by=by)
    assert (answer.status, answer.code) == (status, code)
