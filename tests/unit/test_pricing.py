"""Prices in major and minor units."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontrow.domain.event import Event
from frontrow.domain.ids import CategoryId, EventId, LayoutId, SeatId, TableId
from frontrow.domain.layout import Category
from frontrow.domain.pricing import (
    PRICE_MINOR_MAX,
    PricesComplete,
    PricesFaulty,
    complete_prices,
    currency_exponent,
    price_major,
    price_minor,
    sold_seats,
    total_price,
)
from tests.support import layout_documents as documents

VIP, STANDARD = CategoryId("vip"), CategoryId("standard")


def categories(**prices: float | None) -> list[Category]:
    return [Category(id=CategoryId(k), name=k, color="#000000", price=price) for k, price in prices.items()]


def event(**prices: int) -> Event:
    return Event(
        event_id=EventId("e"),
        number=1,
        name="E",
        layout_id=LayoutId("hall"),
        layout_version=1,
        starts_at_ms=0,
        currency="USD",
        prices={CategoryId(key): price for key, price in prices.items()},
    )


@pytest.mark.parametrize(("code", "exponent"), [("USD", 2), ("JPY", 0), ("BHD", 3), ("CLF", 4)])
def test_the_exponent_is_that_of_iso_4217(code: str, exponent: int) -> None:
    assert currency_exponent(code) == exponent


@pytest.mark.parametrize("code", ["usd", "XAU", "XXX", "XTS", "ABC", "", "US", "U$D"])
def test_what_is_no_currency_with_a_minor_unit_has_no_exponent(code: str) -> None:
    assert currency_exponent(code) is None


@pytest.mark.parametrize(
    ("price", "exponent", "minor"),
    [
        (150, 2, 15_000),
        (75.5, 2, 7_550),
        (0.285, 2, 29),
        (12.345, 2, 1_235),
        (1.005, 2, 101),
        (0.1 + 0.2, 2, 30),
        (1200, 0, 1_200),
        (10.5, 0, 11),
        (1.2345, 3, 1_235),
        (0, 2, 0),
        (-0.0, 2, 0),
        (Decimal("19.99"), 2, 1_999),
    ],
)
def test_halves_are_rounded_up_on_the_decimal_that_is_printed(
    price: float | Decimal, exponent: int, minor: int
) -> None:
    assert price_minor(price, exponent) == minor


@pytest.mark.parametrize("price", [-0.01, float("nan"), float("inf"), 1e11, Decimal("-1")])
def test_a_price_out_of_bounds_is_a_value_error_that_says_what_was_got(price: float | Decimal) -> None:
    with pytest.raises(ValueError, match="was expected, got"):
        price_minor(price, 2)


@given(amount=st.integers(0, PRICE_MINOR_MAX), exponent=st.integers(0, 4))
def test_minor_units_come_back_from_major_units_exactly(amount: int, exponent: int) -> None:
    assert price_minor(price_major(amount, exponent), exponent) == amount


def test_major_units_have_all_their_decimals() -> None:
    assert str(price_major(45_000, 2)) == "450.00"
    assert str(price_major(1_200, 0)) == "1200"


def test_an_event_overrides_the_drawing_and_zero_is_a_price() -> None:
    completed = complete_prices(categories(vip=150, standard=75, free=None), {VIP: 9_900, CategoryId("free"): 0}, 2)
    assert completed == PricesComplete({VIP: 9_900, STANDARD: 7_500, CategoryId("free"): 0})


def test_every_missing_unknown_and_impossible_price_is_named() -> None:
    faulty = complete_prices(categories(vip=None, standard=None, big=10**11), {STANDARD: -1, CategoryId("ghost"): 5}, 2)
    assert faulty == PricesFaulty(
        missing=(VIP,), unknown=(CategoryId("ghost"),), out_of_bounds=(STANDARD, CategoryId("big"))
    )


def test_a_table_costs_its_seats_and_only_seats_taken_with_it_name_it() -> None:
    index = documents.indexed(items=[documents.table("t", 8, categoryId="vip")])
    table_seats = index.tables[TableId("t")].seat_ids
    grand = event(vip=15_000, standard=7_500)
    assert total_price(grand, index, table_seats) == 120_000
    sold = sold_seats(grand, index, [SeatId("A2"), *table_seats], [TableId("t")])
    assert [seat.price_minor for seat in sold] == [7_500, *[15_000] * 8]
    assert [seat.table_id for seat in sold] == [None, *["t"] * 8]
    assert sold_seats(grand, index, table_seats[:1], [])[0].table_id is None
