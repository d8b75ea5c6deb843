"""The demo's simulated buyers at a box office in memory: what they do, and what they never do."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from types import SimpleNamespace

import httpx
import pytest

from frontrow.cli import buyer_profiles, buyers
from frontrow.cli.buyer_profiles import Profile, Wish
from frontrow.client import async_client
from frontrow.http.problems import Code
from tests.support.buyer_rooms import room
from tests.support.eventually import eventually
from tests.support.fake_box_office import URL, FakeBoxOffice
from tests.unit.client.answers import problem_body


async def at_once(_seconds: float) -> None:
    """A buyer's time passes without any passing here."""
    await asyncio.sleep(0)


async def shop(
    office: FakeBoxOffice,
    until: Callable[[], bool],
    *,
    count: int = 2,
    sleep: Callable[[float], Awaitable[None]] = at_once,
) -> None:
    """Let buyers live at this office until the condition holds."""
    async with office.client() as http:
        life = asyncio.create_task(buyers.simulate_buyers(URL, ["gala"], count, http=http, sleep=sleep, seed=7))
        try:
            await eventually(lambda: life.done() or until(), "the buyers to get there")
        finally:
            life.cancel()
            with suppress(asyncio.CancelledError):
                await life


def only(monkeypatch: pytest.MonkeyPatch, profile: Profile) -> None:
    monkeypatch.setattr(buyers, "PROFILES", (profile,))


def kind(wish: Wish, party: int = 2, **traits: object) -> Profile:
    told = {"look_s": (1.0, 1.0), "pay_s": (1.0, 1.0), "looks": (1, 1), **traits}
    return Profile("somebody", 1, wish, (party,), **told)  # type: ignore[arg-type]


async def test_a_long_day_sells_much_gives_much_back_and_never_sells_out() -> None:
    office = FakeBoxOffice(room())
    await shop(office, lambda: min(office.asked["pay"] - 14, office.asked["book"], office.asked["cancel"] - 2) > 0)
    assert office.booked_most < len(office.letters) * 0.8
    assert office.asked["give_back"] > 0


async def test_of_those_who_order_some_are_declined_some_give_up_and_most_have_paid(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    only(monkeypatch, kind(Wish.BEST, books_share=1.0))
    office = FakeBoxOffice(room())
    await shop(office, lambda: office.asked["order"] >= 40)
    booked = office.asked["order"] - office.asked["give_up"] - len(office.orders)
    assert booked > office.asked["give_up"] > 0
    assert office.asked["pay"] > booked, "somebody was declined"


async def test_of_those_who_want_the_same_seats_the_slower_take_what_is_suggested(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    only(monkeypatch, kind(Wish.BEST, books_share=1.0))
    office = FakeBoxOffice(room())

    def be_faster(_seat_ids: Sequence[str]) -> None:
        if not office.refused:
            office.letters["A5"] = office.letters["A4"] = office.letters["A6"] = "h"

    office.before_hold = be_faster
    await shop(office, lambda: len(office.bookings) >= 1)
    [refused] = office.refused[:1]
    assert set(refused) & {"A4", "A5", "A6"}
    assert office.asked["suggest"] >= 1
    assert all(len(seat_ids) == 2 for seat_ids in office.bookings.values())


async def test_who_loses_a_seat_in_the_middle_of_a_party_gives_the_others_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    only(monkeypatch, kind(Wish.BEST, 3, seat_by_seat=True, alternatives_max=0))
    office = FakeBoxOffice(room())
    clicks: list[list[str]] = []

    def be_faster(seat_ids: Sequence[str]) -> None:
        clicks.append(list(seat_ids))
        if len(clicks) == 3:
            office.letters[seat_ids[0]] = "h"

    office.before_hold = be_faster
    await shop(office, lambda: office.asked["give_back"] >= 1 and len(clicks) >= 4, count=1)
    assert office.refused[0] == clicks[2]


async def test_a_table_is_held_by_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, kind(Wish.TABLE, 4, books_share=1.0))
    office = FakeBoxOffice(room())
    await shop(office, lambda: len(office.bookings) >= 1, count=1)
    assert all(seat_id.startswith("seat_T") for seat_ids in office.bookings.values() for seat_id in seat_ids)


async def test_who_has_second_thoughts_still_has_as_many_seats(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, kind(Wish.BEST, 2, swaps_share=1.0, books_share=1.0))
    office = FakeBoxOffice(room())
    await shop(office, lambda: len(office.bookings) >= 1, count=1)
    assert office.asked["release"] >= 1
    assert len(next(iter(office.bookings.values()))) == 2


async def test_a_small_house_is_left_to_whoever_opens_its_map() -> None:
    office = FakeBoxOffice(room())
    inside: list[int] = []

    async def look_around(_seconds: float) -> None:
        inside.append(sum(map(bool, office.holds.values())))
        await asyncio.sleep(0)

    await shop(office, lambda: len(inside) > 300, count=40, sleep=look_around)
    assert max(inside) <= 2, "one visitor for every ten seats"


async def test_the_same_seed_brings_the_same_visitors_at_the_same_waves() -> None:
    async def day() -> list[float]:
        office, slept_s = FakeBoxOffice(room()), [0.0]

        async def sleep(seconds: float) -> None:
            slept_s.append(seconds)
            await asyncio.sleep(0)

        async with office.client() as http:
            life = asyncio.create_task(
                buyers.simulate_buyers(URL, ["gala"], 1, http=http, sleep=sleep, seconds=lambda: sum(slept_s), seed=7)
            )
            await eventually(lambda: life.done() or len(slept_s) > 200, "a day to pass")
            life.cancel()
            with suppress(asyncio.CancelledError):
                await life
        return slept_s[:200]

    assert await day() == await day()


async def test_no_buyers_ask_for_nothing() -> None:
    office = FakeBoxOffice(room())
    async with office.client() as http:
        await buyers.simulate_buyers(URL, ["gala"], 0, http=http)
    assert not office.asked


@pytest.mark.parametrize(("said", "waited_s"), [({"retry-after": "17"}, 17.0), ({}, 5.0)])
async def test_a_buyer_who_calls_too_often_waits_as_long_as_it_is_told(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, str], waited_s: float
) -> None:
    slept_s: list[float] = []
    asked: list[str] = []

    async def sleep(seconds: float) -> None:
        slept_s.append(seconds)
        await asyncio.sleep(0)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(429, json=problem_body(Code.RATE_LIMITED), headers=said)

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    shopping = asyncio.create_task(buyers.simulate_buyers(URL, [], 1, http=http, sleep=sleep))
    await eventually(lambda: slept_s.count(waited_s) >= 3, "three waits")
    shopping.cancel()
    with suppress(asyncio.CancelledError):
        await shopping
    assert set(asked) == {"/api/v1/guest-tokens"}
    assert set(slept_s[1:]) == {waited_s}

    monkeypatch.setattr(async_client, "asyncio", SimpleNamespace(sleep=sleep))
    opening = asyncio.create_task(buyers.simulate_buyers(URL, ["gala"], 1, http=http, sleep=sleep))
    await eventually(lambda: asked.count("/api/v1/events/gala") >= 3, "three tries to see the event")
    opening.cancel()
    with suppress(asyncio.CancelledError):
        await opening
    await http.aclose()


def test_profiles_are_probabilities_and_times_in_order() -> None:
    for profile in buyer_profiles.PROFILES:
        assert 0 <= profile.swaps_share <= 1
        assert 0 <= profile.books_share <= 1
        for low, high in (profile.looks, profile.look_s, profile.pay_s):
            assert 0 < low <= high
