"""What a request's seat and table ids mean on a layout: the seats wanted, or the one reason why it is refused."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from frontrow.domain.hold import SEATS_PER_HOLD_MAX
from frontrow.domain.ids import SeatId, TableId
from frontrow.domain.layout_index import LayoutIndex, Table


class Selection(msgspec.Struct, frozen=True):
    """1 to SEATS_PER_HOLD_MAX distinct seats of the layout.

    `seat_ids` are the seats named, in the order asked, then those of each table in layout order. `table_ids` are
    the tables taken as a whole; `table_of_seat` says which of the seats belong to them.
    """

    seat_ids: tuple[SeatId, ...]
    table_ids: tuple[TableId, ...]
    table_of_seat: dict[SeatId, TableId]


class EmptySelection(msgspec.Struct, frozen=True):
    """Neither a seat nor a table was named."""


class UnknownSeats(msgspec.Struct, frozen=True):
    """Ids the layout does not have, in the order asked."""

    seat_ids: tuple[SeatId, ...]
    table_ids: tuple[TableId, ...]


class DuplicateSeats(msgspec.Struct, frozen=True):
    """Seats asked for more than once: named twice, or named beside their table, or of a table named twice."""

    seat_ids: tuple[SeatId, ...]


class TooManySeats(msgspec.Struct, frozen=True):
    """More seats than one request may name, those of its tables included."""

    count: int
    seats_max: int


class TableOnlyWhole(msgspec.Struct, frozen=True):
    """`seat_ids` are some but not all seats of tables that are only taken as a whole: `table_ids`."""

    seat_ids: tuple[SeatId, ...]
    table_ids: tuple[TableId, ...]


SelectionFault = EmptySelection | UnknownSeats | DuplicateSeats | TooManySeats | TableOnlyWhole


def select(index: LayoutIndex, seat_ids: Sequence[SeatId], table_ids: Sequence[TableId]) -> Selection | SelectionFault:
    """Say which seats a request means.

    Judged in this order: nothing named, too many, unknown, repeated, part of a whole table. Naming every seat of a
    `whole` table is naming the table.
    """
    if not seat_ids and not table_ids:
        return EmptySelection()
    wanted, tables = tuple(seat_ids), list[Table]()
    if table_ids:
        tables = [table for table_id in table_ids if (table := index.tables.get(table_id)) is not None]
        wanted = (*wanted, *(seat_id for table in tables for seat_id in table.seat_ids))
    if len(wanted) > SEATS_PER_HOLD_MAX:
        return TooManySeats(count=len(wanted), seats_max=SEATS_PER_HOLD_MAX)
    distinct = set(wanted)
    if len(tables) < len(table_ids) or not index.index_of.keys() >= distinct:
        return UnknownSeats(
            seat_ids=tuple(dict.fromkeys(seat_id for seat_id in seat_ids if seat_id not in index.index_of)),
            table_ids=tuple(dict.fromkeys(table_id for table_id in table_ids if table_id not in index.tables)),
        )
    if len(distinct) < len(wanted):
        return DuplicateSeats(tuple(seat_id for seat_id, count in Counter(wanted).items() if count > 1))
    whole = tuple(table_ids)
    if index.whole_table_of:  # most houses have no table that is only taken as a whole
        split = split_whole_tables(index, wanted)
        if split is not None:
            return split
        whole = (*whole, *[table_id for table_id in _whole_tables(index, wanted) if table_id not in table_ids])
    of_table: dict[SeatId, TableId] = {}
    for table_id in whole:
        of_table |= dict.fromkeys(index.tables[table_id].seat_ids, table_id)
    return Selection(seat_ids=wanted, table_ids=whole, table_of_seat=of_table)


def split_whole_tables(index: LayoutIndex, seat_ids: Iterable[SeatId]) -> TableOnlyWhole | None:
    """The `whole` tables of which only a part is among these seats, with that part; None when there is none.

    For everything that acts on some seats of many: a whole table is held, given back and cancelled as one.
    """
    chosen = tuple(seat_ids)
    split = [
        table_id for table_id in _whole_tables(index, chosen) if not set(index.tables[table_id].seat_ids) <= set(chosen)
    ]
    if not split:
        return None
    return TableOnlyWhole(
        seat_ids=tuple(seat_id for seat_id in chosen if index.seat(seat_id).table_id in split), table_ids=tuple(split)
    )


def _whole_tables(index: LayoutIndex, seat_ids: Iterable[SeatId]) -> list[TableId]:
    """The `whole` tables at which any of these seats stands, in the order met."""
    whole_table_of = index.whole_table_of
    return list(dict.fromkeys(whole_table_of[seat_id] for seat_id in seat_ids if seat_id in whole_table_of))
