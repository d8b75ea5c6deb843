"""What scripts over several holds are told: holds by number, their seats and tables, and the tag of new entries."""

import itertools
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from frontrow.domain.ids import HoldId, SeatId, TableId

_tags = itertools.count(secrets.randbits(32))


@dataclass(frozen=True, slots=True)
class ListedHold:
    """A hold and the seats it was read to list; none where the call doesn't depend on the list."""

    hold_id: HoldId
    seat_ids: Sequence[SeatId] = ()


@dataclass(frozen=True, slots=True)
class ListedSeat:
    """A seat of a hold, and whether it is to be (release) or was read to be (extend) one the call is about."""

    seat_id: SeatId
    hold_id: HoldId
    is_meant: bool = True


@dataclass(frozen=True, slots=True)
class ListedTable:
    """A table of a hold."""

    table_id: TableId
    hold_id: HoldId


def new_tag() -> str:
    """The tag in the offsets of one call's entries: 32 bits beside the stream id, against a store that was emptied and
    gives the same stream id again. Counted from a random number, so that no two calls of a process have the same."""
    return f"{next(_tags) & 0xFFFFFFFF:08x}"


def numbered(hold_ids: Iterable[HoldId]) -> dict[HoldId, int]:
    """Each hold once, with the number that a script knows it by: 1, 2, ..."""
    return {hold_id: number for number, hold_id in enumerate(dict.fromkeys(hold_ids), 1)}
