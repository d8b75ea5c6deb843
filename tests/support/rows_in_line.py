"""Rows of seats without an aisle, as the orphan rule sees them."""

from collections.abc import Sequence

from frontrow.domain.ids import SeatId
from frontrow.domain.rows import RowBlock, Rows


def rows_in_line(*rows: Sequence[SeatId]) -> Rows:
    """One block a row, its seats side by side in the order given."""
    blocks: list[RowBlock] = []
    place_of: dict[SeatId, tuple[int, int]] = {}
    for number, row in enumerate(rows):
        blocks.append(RowBlock(None, str(number), tuple(row), tuple(range(len(place_of), len(place_of) + len(row)))))
        place_of |= {seat_id: (number, place) for place, seat_id in enumerate(row)}
    return Rows(tuple(blocks), place_of)


def single_seats(row: Sequence[SeatId], free: set[SeatId]) -> list[SeatId]:
    """The free seats of a row with no free seat on either side."""
    found = []
    for place, seat_id in enumerate(row):
        beside = {*row[max(place - 1, 0) : place], *row[place + 1 : place + 2]}
        if seat_id in free and not beside & free:
            found.append(seat_id)
    return found
