"""Seats that the server chooses, over HTTP: the best available, suggestions, and 200 people who ask at once."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from frontrow.services.picking import SeatPicking
from frontrow.services.search_turns import SearchesBusy
from tests.support.guests import guests
from tests.support.http_stack import EVENT, Api, event_body
from tests.support.server import FORKED, run_frontrow, running_server

HOLDS = f"/api/v1/events/{EVENT}/holds"
SUGGESTIONS = f"/api/v1/events/{EVENT}/suggestions"
"""Rows A (standard) and B (VIP) of ten, tables R and W (whole) of four."""
USERS = 200
STUDIO = "6968c63750fc5afb14f89c46"
"""50 seats in blocks of five, two accessible and two companions' among them."""


async def test_the_best_seats_are_held_like_any_others(api: Api) -> None:
    answer = await api.post(HOLDS, {"bestAvailable": {"count": 3, "categoryId": "standard"}, "durationMinutes": 5})
    assert answer.status == 201
    assert len(answer.body["seatIds"]) == 3
    assert all(seat_id.startswith("A") for seat_id in answer.body["seatIds"])
    assert answer.body["total"] == {"amountMinor": 22_500, "currency": "USD"}
    states = await api.states()
    assert {seat_id for seat_id, state in states.items() if state == "h"} == set(answer.body["seatIds"])


async def test_best_available_is_asked_for_alone_and_within_bounds(api: Api) -> None:
    for body, field in (
        ({"bestAvailable": {"count": 2}, "seatIds": ["A1"]}, "bestAvailable"),
        ({"bestAvailable": {"count": 2}, "tableIds": ["R"]}, "bestAvailable"),
        ({"bestAvailable": {"count": 0}}, "bestAvailable.count"),
        ({"bestAvailable": {"count": 51}}, "bestAvailable.count"),
        ({"bestAvailable": {}}, "bestAvailable.count"),
        ({"bestAvailable": {"count": 2, "row": "A"}}, "bestAvailable.row"),
        ({"bestAvailable": {"count": 2, "categoryId": "gold"}}, "bestAvailable.categoryId"),
        ({"bestAvailable": {"count": 2, "section": "pit"}}, "bestAvailable.section"),
        ({}, "seatIds"),
    ):
        answer = await api.post(HOLDS, body)
        assert (answer.status, answer.code) == (422, "validation_failed"), (body, answer)
        assert [fault["field"] for fault in answer.body["errors"]] == [field], (body, answer)
    assert "h" not in (await api.states()).values()


async def test_where_nothing_suits_the_answer_says_so(api: Api) -> None:
    answer = await api.post(HOLDS, {"bestAvailable": {"count": 2, "accessible": True}})
    assert (answer.status, answer.code) == (409, "seats_unavailable")
    assert "2 such seats" in answer.body["detail"]


async def test_a_repeated_request_with_its_key_is_the_same_hold_also_when_all_else_is_sold(api: Api) -> None:
    body, headers = {"bestAvailable": {"count": 4, "categoryId": "standard"}}, {"idempotency-key": "k1"}
    first = await api.post(HOLDS, body, headers=headers)
    rest = [f"A{n}" for n in range(1, 11) if f"A{n}" not in first.body["seatIds"]]
    await api.hold(*rest, by=("somebody else",))
    again = await api.post(HOLDS, body, headers=headers)
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["idempotency-replayed"] == "true"
    other = await api.post(HOLDS, {"bestAvailable": {"count": 3}}, headers=headers)
    assert (other.status, other.code) == (422, "idempotency_key_reused")


async def test_an_event_with_the_orphan_rule_refuses_a_choice_that_leaves_a_single_seat(api: Api) -> None:
    created = await api.post("/api/v1/events", event_body("strict", orphanRule=True), by=("boss", "admin"))
    assert created.status == 201
    refused = await api.post("/api/v1/events/strict/holds", {"seatIds": ["A2", "A3"]})
    assert (refused.status, refused.code) == (409, "orphan_seats")
    assert refused.body["seatIds"] == ["A1"]
    for _ in range(3):
        answer = await api.post("/api/v1/events/strict/holds", {"bestAvailable": {"count": 3}})
        assert answer.status == 201


async def test_suggestions_are_near_the_wanted_seats_and_free(api: Api) -> None:
    await api.hold("A1", "A2", by=("somebody else",))
    answer = await api.get(SUGGESTIONS, params={"seatIds": "A1,A2"})
    assert answer.status == 200
    assert answer.body["suggestions"][0] == ["A3", "A4"]
    assert len(answer.body["suggestions"]) == 3
    more = await api.get(SUGGESTIONS, params={"seatIds": "A1", "count": "4", "alternatives": "1"})
    assert [len(choice) for choice in more.body["suggestions"]] == [4]
    held = await api.post(HOLDS, {"seatIds": answer.body["suggestions"][0]})
    assert held.status == 201


async def test_where_too_many_searches_wait_suggestions_are_refused_with_when_to_come_again(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object, **__: object) -> SearchesBusy:
        return SearchesBusy()

    monkeypatch.setattr(SeatPicking, "suggestions", busy)
    answer = await api.get(SUGGESTIONS, params={"seatIds": "A1"})
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (429, "rate_limited", "1")
    monkeypatch.setattr(SeatPicking, "attempt", busy)
    answer = await api.post(HOLDS, {"bestAvailable": {"count": 20}})
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (429, "rate_limited", "1")


async def test_suggestions_are_for_seats_of_the_event(api: Api) -> None:
    unknown = await api.get(SUGGESTIONS, params={"seatIds": "A1,Z9"})
    assert (unknown.status, unknown.code, unknown.body["seatIds"]) == (422, "unknown_seats", ["Z9"])
    for params, field in (
        ({}, "seatIds"),
        ({"seatIds": ","}, "seatIds"),
        ({"seatIds": ",".join(f"A{n}" for n in range(51))}, "seatIds"),
        ({"seatIds": "A1", "count": "0"}, "count"),
        ({"seatIds": "A1", "alternatives": "11"}, "alternatives"),
        ({"seatIds": "A1", "count": "50", "alternatives": "3"}, "alternatives"),
    ):
        answer = await api.get(SUGGESTIONS, params=params)
        assert (answer.status, answer.code) == (422, "validation_failed"), (params, answer)
        assert [fault["field"] for fault in answer.body["errors"]] == [field]
    nowhere = await api.get("/api/v1/events/nowhere/suggestions", params={"seatIds": "A1"})
    assert nowhere.status == 404


async def test_of_200_people_who_want_the_best_four_at_once_all_are_served_while_seats_last(tmp_path: Path) -> None:
    run_frontrow("seed", data_dir=tmp_path)
    extra = {"FRONTROW_RATE_LIMIT_ENABLED": "false"}
    with running_server(tmp_path, extra=extra, forked=FORKED) as server:
        async with guests(server.url, USERS) as users:
            wish = {"bestAvailable": {"count": 4}}
            answers = await asyncio.gather(*(user.post(f"/api/v1/events/{STUDIO}/holds", json=wish) for user in users))
            taken = [seat_id for answer in answers if answer.status_code == 201 for seat_id in answer.json()["seatIds"]]
            # 46 seats are open to everybody: eleven times four, and two are left.
            assert Counter(answer.status_code for answer in answers) == {201: 11, 409: USERS - 11}
            assert len(taken) == len(set(taken)) == 44
            assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"seats_unavailable"}
            states = (await users[0].get(f"/api/v1/events/{STUDIO}/seat-states")).json()["states"]
            assert Counter(states) == {"h": 44, "a": 6}
