"""What a simulated buyer finds worth having in a house."""

import random
from collections import Counter

import pytest

from frontrow.cli.buyer_houses import Choice, House
from frontrow.cli.buyer_profiles import PROFILES, Profile, Wish
from frontrow.client.layouts import Category, Layout, Point, Seat
from tests.support.buyer_rooms import room


def ask(house: House, wish: Wish, party: int, states: str, times: int = 40) -> Counter[tuple[str, ...]]:
    """What so many buyers of one wish choose, each with luck of its own."""
    chosen = (house.choose(wish, party, states, random.Random(number)) for number in range(times))
    return Counter(choice.seat_ids for choice in chosen if choice is not None)


def test_most_people_want_the_very_same_best_seats() -> None:
    [(seats, wanted), *_] = ask(House("gala", room()), Wish.BEST, 2, "a" * 26).most_common()
    assert set(seats) in ({"A4", "A5"}, {"A5", "A6"})
    assert wanted > 20


def test_a_fan_sits_anywhere_in_the_first_row_that_has_room() -> None:
    house, states = House("gala", room()), "h" * 9 + "a" * 17
    assert {seats[0][0] for seats in ask(house, Wish.FRONT, 1, states)} == {"B"}
    assert len(ask(house, Wish.FRONT, 1, states)) > 3


def test_people_do_not_sit_across_an_aisle() -> None:
    seats = [Seat(f"A{n}", Point(x, 10), "seat", "A", n) for n, x in enumerate((10, 20, 50, 60), 1)]
    aisle = Layout("hall", "Hall", 100, 100, (Category("seat", "Seat", "#336699"),), tuple(seats))
    assert set(ask(House("gala", aisle), Wish.ANYWHERE, 2, "aaaa")) == {("A1", "A2"), ("A3", "A4")}
    assert not ask(House("gala", aisle), Wish.ANYWHERE, 3, "aaaa")


def test_wheelchair_places_are_left_to_those_who_need_them() -> None:
    house = House("gala", room(accessible=("A1", "A2")))
    assert not {"A1", "A2"} & {seat_id for seats in ask(house, Wish.FRONT, 1, "a" * 26) for seat_id in seats}


def test_a_table_is_taken_whole_or_not_at_all() -> None:
    house = House("gala", room())
    chosen = house.choose(Wish.TABLE, 6, "a" * 26, random.Random(1))
    assert chosen in [Choice(tuple(f"seat_{table}_{n}" for n in range(4)), table) for table in ("T1", "T2")]
    one_seat_gone = "a" * 18 + "haaa" + "aaaa"
    assert set(ask(house, Wish.TABLE, 4, one_seat_gone)) == {tuple(f"seat_T2_{n}" for n in range(4))}
    assert house.choose(Wish.TABLE, 4, "a" * 18 + "haaa" + "aaah", random.Random(1)) is None


def test_seats_at_tables_are_left_to_parties_that_take_the_table() -> None:
    house = House("gala", room())
    for wish in (Wish.BEST, Wish.FRONT, Wish.ANYWHERE):
        assert not ask(house, wish, 2, "h" * 18 + "a" * 8)


def test_a_seat_is_exchanged_for_the_one_beyond_the_other_end() -> None:
    house = House("gala", room())
    assert house.swap(["A4", "A5"], "a" * 3 + "hh" + "a" * 21) == ("A6", "A4")
    assert house.swap(["A4", "A5"], "a" * 3 + "hhh" + "a" * 20) == ("A3", "A5")
    assert house.swap(["A4", "A5"], "aahhhh" + "a" * 20) is None
    assert house.swap(["seat_T1_0"], "a" * 26) is None


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_every_profile_finds_something_in_an_empty_house(profile: Profile) -> None:
    house = House("gala", room())
    for party in profile.party_sizes:
        assert house.choose(profile.wish, party, "a" * 26, random.Random(1)) is not None
