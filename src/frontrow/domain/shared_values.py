"""A drawing whose equal values are one object each: what a process keeps of it, for as long as it sells from it.

A decoder makes every number and every text anew, and ten thousand seats have one size, a few categories and a hundred
rows. Kept once each, they make a seat 150 bytes instead of 400.
"""

from typing import TypeVar, cast

import msgspec

from frontrow.domain.layout import Layout, Point, Seat

Text = TypeVar("Text", bound=str)


def with_shared_values(layout: Layout) -> Layout:
    """The same layout, equal in every member. Costs about 2 ms per thousand seats."""
    texts: dict[str, str] = {}
    numbers: dict[float, float] = {}
    sizes: dict[tuple[float, float], Point] = {}

    def number(value: float) -> float:
        return numbers.setdefault(value, value)

    def text(value: Text) -> Text:
        return cast(Text, texts.setdefault(value, value))

    def shared(seat: Seat) -> Seat:
        position, size = seat.position, seat.size
        return Seat(
            id=seat.id,
            position=Point(number(position.x), number(position.y)),
            category_id=text(seat.category_id),
            row_label=text(seat.row_label),
            seat_number=text(seat.seat_number) if isinstance(seat.seat_number, str) else seat.seat_number,
            size=sizes.setdefault((size.x, size.y), size),
            rotation=number(seat.rotation),
            section_id=None if seat.section_id is None else text(seat.section_id),
            accessible=seat.accessible,
            companion=seat.companion,
            restricted_view=seat.restricted_view,
            table_id=None if seat.table_id is None else text(seat.table_id),
        )

    return msgspec.structs.replace(layout, seats=tuple(map(shared, layout.seats)))
