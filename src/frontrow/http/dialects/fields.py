"""The forms that the dialects' JSON fields share and v1 has not: ids that may be numbers, amounts in major units."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from frontrow.domain.ids import SeatId
from frontrow.domain.pricing import currency_exponent, price_major

Id = str | int
"""A number is its decimal text."""
SeatIds = Annotated[tuple[Id, ...], Meta(description="seats of the event's layout")]
Amount = Annotated[float, Meta(description="major units of the event's currency: 450.0 for $450")]


def seat_ids_of(ids: Iterable[Id]) -> tuple[SeatId, ...]:
    """The seats that are named, as the engine has them."""
    return tuple(SeatId(str(seat_id)) for seat_id in ids)


def amount(amount_minor: int, currency: str) -> float:
    """Minor units as major ones."""
    exponent = currency_exponent(currency)
    assert exponent is not None, "events have a currency with a minor unit"
    return float(price_major(amount_minor, exponent))
