"""A house of one category, 100 seats a row, for scenarios that drive the use cases themselves."""

from benchmarks.booking_drafts import CATEGORY, PRICE_MINOR
from frontrow.domain.ids import LayoutId, SeatId
from frontrow.domain.layout import Category, Layout, Point, Seat

YEAR_2090_MS = 3_786_912_000_000
_SEATS_PER_ROW = 100


def house(layout_id: LayoutId, seat_count: int) -> Layout:
    """A drawing of so many seats, S0 and so on."""
    places = (divmod(number, _SEATS_PER_ROW) for number in range(seat_count))
    return Layout(
        id=layout_id,
        name="Bench",
        canvas_w=30.0 * _SEATS_PER_ROW + 30,
        canvas_h=30.0 * (seat_count // _SEATS_PER_ROW) + 30,
        categories=(Category(CATEGORY, "Stalls", "#336699", PRICE_MINOR / 100),),
        seats=tuple(
            Seat(
                seat_id(row * _SEATS_PER_ROW + place),
                Point(30.0 * place + 15, 30.0 * row + 15),
                CATEGORY,
                str(row),
                place,
            )
            for row, place in places
        ),
    )


def seat_id(number: int) -> SeatId:
    """The seat's id."""
    return SeatId(f"S{number}")
