"""The calls of seeds/001 by name: who reserves, who is told "already taken", and what is told to whom."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest

from frontrow.client import (
    AlreadyTaken,
    AsyncClient,
    Client,
    Contact,
    InvalidRequest,
    NotFound,
    Reservation,
    SeatsUnavailable,
)
from tests.support.house import small_layout
from tests.support.http_stack import EVENT, LAYOUT, token

CONTACT = Contact("John", "john@example.com")
ALL = tuple(str(seat.id) for seat in small_layout().seats)
RACERS = 20


def user(anyone: AsyncClient, name: str, *roles: str) -> AsyncClient:
    return anyone.with_token(token(name, *roles))


async def test_a_reservation_lasts_ten_minutes_and_is_seen_by_everybody(anyone: AsyncClient) -> None:
    ann = user(anyone, "ann")
    reservation = await ann.reserve_seats(EVENT, ["A1", "B2"])
    assert (reservation.show_id, reservation.seat_ids) == (EVENT, ("A1", "B2"))
    assert timedelta(minutes=9) < reservation.expires_at - datetime.now(UTC) <= timedelta(minutes=10)
    assert reservation.total.amount_minor == 7_500 + 15_000
    assert await anyone.reserved_seats(EVENT) == ("A1", "B2")
    assert await anyone.available_seats(EVENT) == tuple(seat for seat in ALL if seat not in ("A1", "B2"))


async def test_the_grid_is_the_shows_drawing(anyone: AsyncClient) -> None:
    grid = await anyone.seat_layout(EVENT)
    assert grid.id == LAYOUT
    assert tuple(seat.id for seat in grid.seats) == ALL


async def test_who_comes_later_is_told_every_seat_that_is_taken_and_gets_none(anyone: AsyncClient) -> None:
    ann, bob = user(anyone, "ann"), user(anyone, "bob")
    await ann.reserve_seats(EVENT, ["A1", "A2"])
    with pytest.raises(AlreadyTaken) as raised:
        await bob.reserve_seats(EVENT, ["A3", "A2", "A1"])
    assert raised.value.seat_ids == ("A2", "A1")
    assert isinstance(raised.value, SeatsUnavailable)
    assert await anyone.reserved_seats(EVENT) == ("A1", "A2")


async def test_of_many_who_want_the_same_seats_one_has_them(anyone: AsyncClient) -> None:
    racers = [user(anyone, f"racer-{number}") for number in range(RACERS)]
    outcomes = await asyncio.gather(
        *(racer.reserve_seats(EVENT, ["A1", "A2"]) for racer in racers), return_exceptions=True
    )
    [won] = [outcome for outcome in outcomes if isinstance(outcome, Reservation)]
    lost = [outcome for outcome in outcomes if isinstance(outcome, AlreadyTaken)]
    assert len(lost) == RACERS - 1
    assert {outcome.seat_ids for outcome in lost} == {("A1", "A2")}
    winner = racers[outcomes.index(won)]
    booking = await winner.book_seats(EVENT, CONTACT, hold_id=won.reservation_id)
    assert booking.seat_ids == ("A1", "A2")
    assert await anyone.reserved_seats(EVENT) == ()


def test_of_two_clients_in_the_same_instant_one_wins_and_the_other_is_told(address: str) -> None:
    outcomes: list[Reservation | AlreadyTaken] = []
    start = threading.Barrier(2)

    def reserve(name: str) -> None:
        with Client(address, token=token(name)) as client:
            client.list_holds()
            start.wait()
            try:
                outcomes.append(client.reserve_seats(EVENT, ["A1"]))
            except AlreadyTaken as taken:
                outcomes.append(taken)

    threads = [threading.Thread(target=reserve, args=(name,)) for name in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {type(outcome) for outcome in outcomes} == {Reservation, AlreadyTaken}
    assert {outcome.seat_ids for outcome in outcomes} == {("A1",)}


async def test_a_sold_seat_is_neither_available_nor_reserved_and_already_taken(anyone: AsyncClient) -> None:
    ann, bob = user(anyone, "ann"), user(anyone, "bob")
    reservation = await ann.reserve_seats(EVENT, ["A1"])
    await ann.book_seats(EVENT, CONTACT, hold_id=reservation.reservation_id)
    assert await anyone.reserved_seats(EVENT) == ()
    assert "A1" not in await anyone.available_seats(EVENT)
    assert await ann.seat_reservation(EVENT, "A1") is None
    with pytest.raises(AlreadyTaken) as raised:
        await bob.reserve_seats(EVENT, ["A1"])
    assert [seat.reason for seat in raised.value.seats] == ["booked"]


async def test_who_locked_what_and_when_is_told_to_that_user_and_to_admins(anyone: AsyncClient) -> None:
    ann = user(anyone, "ann")
    before = datetime.now(UTC) - timedelta(seconds=1)
    made = await ann.reserve_seats(EVENT, ["A1", "A2"])
    told = await ann.seat_reservation(EVENT, "A2")
    assert told is not None
    assert (told.user_id, told.hold_id, told.expires_at) == ("ann", made.reservation_id, made.expires_at)
    assert before <= told.held_at <= datetime.now(UTC) + timedelta(seconds=1)
    assert await user(anyone, "boss", "admin").seat_reservation(EVENT, "A2") == told
    assert await user(anyone, "bob").seat_reservation(EVENT, "A2") is None
    assert await ann.seat_reservation(EVENT, "A3") is None
    with pytest.raises(NotFound):
        await ann.seat_reservation(EVENT, "Z9")


class TestReleasing:
    async def test_some_seats_or_all_are_given_back_whatever_reservation_has_them(self, anyone: AsyncClient) -> None:
        ann = user(anyone, "ann")
        await ann.reserve_seats(EVENT, ["A1", "A2"])
        await ann.reserve_seats(EVENT, ["A3", "A4"])
        assert set(await ann.release_seats(EVENT, ["A2", "A3"])) == {"A2", "A3"}
        assert await anyone.reserved_seats(EVENT) == ("A1", "A4")
        assert set(await ann.release_seats(EVENT)) == {"A1", "A4"}
        assert await anyone.reserved_seats(EVENT) == ()

    async def test_it_may_be_repeated_and_touches_nobody_elses_seats(self, anyone: AsyncClient) -> None:
        ann, bob = user(anyone, "ann"), user(anyone, "bob")
        await ann.reserve_seats(EVENT, ["A1"])
        await bob.reserve_seats(EVENT, ["A2"])
        assert await ann.release_seats(EVENT, ["A1", "A2"]) == ("A1",)
        assert await ann.release_seats(EVENT, ["A1", "A2"]) == ()
        assert await anyone.reserved_seats(EVENT) == ("A2",)

    async def test_part_of_a_whole_table_is_not_given_back(self, anyone: AsyncClient) -> None:
        ann = user(anyone, "ann")
        await ann.hold_seats(EVENT, table_ids=["W"])
        with pytest.raises(InvalidRequest) as raised:
            await ann.release_seats(EVENT, ["W1"])
        assert raised.value.code == "table_only_whole"
        assert set(await ann.release_seats(EVENT, ["W1", "W2", "W3", "W4"])) == {"W1", "W2", "W3", "W4"}
