"""Prices: major units in drawings, minor units everywhere else, by each currency's ISO 4217 exponent."""

from collections.abc import Collection, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

import msgspec
from iso4217 import Currency

from frontrow.domain.booking import SoldSeat
from frontrow.domain.event import Event
from frontrow.domain.ids import CategoryId, SeatId, TableId
from frontrow.domain.layout import Category
from frontrow.domain.layout_index import LayoutIndex

PRICE_MINOR_MAX = 10**12
"""A seat's highest price. 200,000 seats at it still sum to far less than 2^63, and 50 of them to less than 2^53."""

_EXPONENTS = {currency.code: currency.exponent for currency in Currency if currency.exponent is not None}


class PricesComplete(msgspec.Struct, frozen=True):
    """Every category has its price in minor units."""

    prices: dict[CategoryId, int]


class PricesFaulty(msgspec.Struct, frozen=True):
    """Why the prices cannot be used: categories without one, ids no category has, prices out of bounds."""

    missing: tuple[CategoryId, ...] = ()
    unknown: tuple[CategoryId, ...] = ()
    out_of_bounds: tuple[CategoryId, ...] = ()


def currency_exponent(code: str) -> int | None:
    """How many decimals the currency's minor unit has (USD 2, JPY 0, BHD 3); None for a code that is no currency.

    Codes are upper case. Metals, test codes and the like have no minor unit and count as unknown.

    Source: ISO 4217:2015, table A.1.
    """
    return _EXPONENTS.get(code)


def price_minor(price: float | Decimal, exponent: int) -> int:
    """A price in major units as minor units, halves rounded up (12.345 at 2 decimals is 1235).

    A float counts as the decimal number it prints as, so 0.285 is 0.285 and not the binary number just below.
    Raises ValueError for a price that is negative, not finite or past PRICE_MINOR_MAX.
    """
    exact = Decimal(str(price))
    if not exact.is_finite() or not 0 <= (scaled := exact.scaleb(exponent)) <= PRICE_MINOR_MAX:
        raise ValueError(f"a price of 0 to {PRICE_MINOR_MAX} minor units was expected, got {price}")
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def amount_text(amount_minor: int, currency: str) -> str:
    """An amount for operators, in major units with its currency's code: `1,250.00 USD`."""
    exponent = currency_exponent(currency) or 0
    return f"{price_major(amount_minor, exponent):,.{exponent}f} {currency}"


def price_major(amount_minor: int, exponent: int) -> Decimal:
    """An amount in minor units as exact major units with all its decimals (45000 at 2 decimals is 450.00)."""
    return Decimal(amount_minor).scaleb(-exponent)


def complete_prices(
    categories: Iterable[Category], overrides: Mapping[CategoryId, int], exponent: int
) -> PricesComplete | PricesFaulty:
    """The price of every category in minor units: the override where there is one, else the drawing's own.

    Args:
        overrides: minor units by category id; 0 is a price (free seats), absence is not.
    """
    known = {category.id: category for category in categories}
    missing = tuple(
        category.id for category in known.values() if category.price is None and category.id not in overrides
    )
    unknown = tuple(category_id for category_id in overrides if category_id not in known)
    prices: dict[CategoryId, int] = {}
    out_of_bounds: list[CategoryId] = []
    for category in known.values():
        try:
            if category.id in overrides:
                prices[category.id] = price_minor(Decimal(overrides[category.id]), 0)
            elif category.price is not None:
                prices[category.id] = price_minor(category.price, exponent)
        except ValueError:
            out_of_bounds.append(category.id)
    if missing or unknown or out_of_bounds:
        return PricesFaulty(missing=missing, unknown=unknown, out_of_bounds=tuple(out_of_bounds))
    return PricesComplete(prices)


def total_price(event: Event, index: LayoutIndex, seat_ids: Iterable[SeatId]) -> int:
    """What these seats of the event's layout cost together, in minor units of its currency.

    A seat costs what its category does at the event, a table the sum of its seats.
    """
    seats, index_of, prices = index.layout.seats, index.index_of, event.prices
    return sum([prices[seats[index_of[seat_id]].category_id] for seat_id in seat_ids])


def sold_seats(
    event: Event, index: LayoutIndex, seat_ids: Iterable[SeatId], table_ids: Collection[TableId]
) -> tuple[SoldSeat, ...]:
    """These seats of the event's layout at the price they are sold for now, in the order given.

    Args:
        table_ids: the tables taken whole; their seats carry the table's id, all others none.
    """
    seats, index_of, prices = index.layout.seats, index.index_of, event.prices
    sold: list[SoldSeat] = []
    for seat_id in seat_ids:
        seat = seats[index_of[seat_id]]
        table_id = seat.table_id if seat.table_id in table_ids else None
        sold.append(SoldSeat(seat_id, seat.category_id, prices[seat.category_id], table_id))
    return tuple(sold)
