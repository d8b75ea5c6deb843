"""An event in figures: what an admin is told while seats are held, sold, cancelled and withheld."""

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from tests.support.http_stack import EVENT, Api

PATH = f"/api/v1/events/{EVENT}/stats"
ADMIN = ("boss", "admin")
NOTHING = {"amountMinor": 0, "currency": "USD"}


def usd(amount_minor: int) -> dict[str, object]:
    return {"amountMinor": amount_minor, "currency": "USD"}


async def test_the_figures_follow_a_sale_from_start_to_end(api: Api) -> None:
    first = await api.get(PATH, by=ADMIN)
    assert first.status == 200
    over_time = first.body.pop("overTime")
    assert first.body == {
        "eventId": EVENT, "total": 28, "available": 28, "held": 0, "booked": 0, "blocked": 0, "revenue": NOTHING,
        "byCategory": {
            "standard": {"total": 10, "available": 10, "held": 0, "booked": 0, "blocked": 0, "revenue": NOTHING},
            "vip": {"total": 18, "available": 18, "held": 0, "booked": 0, "blocked": 0, "revenue": NOTHING},
        },
    }  # fmt: skip
    assert (over_time["interval"], over_time["buckets"]) == ("hour", [])
    assert over_time["earlier"] == {"bookings": 0, "seats": 0, "revenue": NOTHING}

    await api.hold("A5")
    booking = await api.book((await api.hold("A1", "A2", "B1", by=("ann",)))["holdId"], by=("ann",))
    await api.post(f"/api/v1/events/{EVENT}/blocks", {"seatIds": ["A9"]}, by=ADMIN)
    sold = (await api.get(PATH, by=ADMIN, params={"interval": "day"})).body
    assert (sold["available"], sold["held"], sold["booked"], sold["blocked"]) == (23, 1, 3, 1)
    assert sold["revenue"] == usd(2 * 7_500 + 15_000) == booking["total"]
    assert sold["byCategory"]["standard"] == {
        "total": 10, "available": 6, "held": 1, "booked": 2, "blocked": 1, "revenue": usd(15_000),
    }  # fmt: skip
    (bucket,) = sold["overTime"]["buckets"]
    assert bucket.pop("startsAt").endswith("T00:00:00.000Z")
    assert bucket == {"bookings": 1, "seats": 3, "revenue": usd(30_000)}

    await api.post(f"/api/v1/bookings/{booking['bookingId']}/cancel", {"seatIds": ["B1"]}, by=("ann",))
    after = (await api.get(PATH, by=ADMIN, params={"interval": "minute"})).body
    assert (after["available"], after["booked"], after["revenue"]) == (24, 2, usd(15_000))
    assert [(it["bookings"], it["seats"]) for it in after["overTime"]["buckets"]] == [(1, 2)]


async def test_a_chart_is_given_every_bucket_it_draws_and_none_twice(api: Api) -> None:
    await api.book((await api.hold("A1", "A2", by=("ann",)))["holdId"], by=("ann",))
    drawn = (await api.get(PATH, by=ADMIN, params={"interval": "hour", "last": "48"})).body["overTime"]
    starts = [datetime.fromisoformat(it["startsAt"]) for it in drawn["buckets"]]
    assert len(starts) == 48
    assert {after - before for before, after in pairwise(starts)} == {timedelta(hours=1)}
    assert drawn["since"] == drawn["buckets"][0]["startsAt"]
    assert sum(it["bookings"] for it in drawn["buckets"]) + drawn["earlier"]["bookings"] == 1
    assert [it["seats"] for it in drawn["buckets"][:40]] == [0] * 40
    (now,) = (await api.get(PATH, by=ADMIN, params={"interval": "day", "last": "1"})).body["overTime"]["buckets"]
    assert now["startsAt"].endswith("T00:00:00.000Z")
    for wrong in ("0", "501", "all"):
        refused = await api.get(PATH, by=ADMIN, params={"last": wrong})
        assert [fault["field"] for fault in refused.body["errors"]] == ["last"]


async def test_figures_asked_for_while_seats_sell_always_add_up(api: Api) -> None:
    async def sell(name: str) -> None:
        await api.book((await api.hold(name, by=(f"buyer-{name}",)))["holdId"], by=(f"buyer-{name}",))

    async def check() -> int:
        body = (await api.get(PATH, by=ADMIN)).body
        assert body["available"] + body["held"] + body["booked"] + body["blocked"] == body["total"] == 28
        return int(body["booked"])

    names = [f"{row}{number}" for row in "AB" for number in range(1, 11)]
    selling = asyncio.gather(*map(sell, names))
    counted = await asyncio.gather(*(check() for _ in range(10)))
    await selling
    assert all(count <= 20 for count in counted)
    assert await check() == 20


@pytest.mark.parametrize(
    ("path", "by", "status", "code"),
    [
        (PATH, None, 401, "token_missing"),
        (PATH, ("ann",), 403, "role_missing"),
        (PATH, ("shop", "integrator"), 403, "role_missing"),
        (f"{PATH}?interval=week", ADMIN, 422, "validation_failed"),
        ("/api/v1/events/none/stats", ADMIN, 404, "not_found"),
        ("/api/v1/events/no%20id/stats", ADMIN, 404, "not_found"),
    ],
)
async def test_figures_are_for_admins_of_events_there_are(
    api: Api, path: str, by: tuple[str, ...] | None, status: int, code: str
) -> None:
    answer = await api.get(path, by=by)
    assert (answer.status, answer.code) == (status, code)
