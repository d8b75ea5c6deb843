"""The states of one event's seats at one position of its feed: what a live view keeps and every reader sees.

Two sparse maps, exactly as the store has them: who holds what until when, and what is sold. A seat in neither is
available; a seat in both is sold, for a sale outranks a hold. At most about 200 bytes a seat that is not available.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Self

import msgspec

from frontrow.domain.booking import SeatRowState
from frontrow.domain.changes import Change, ChangeKind, FeedEntry, Position
from frontrow.domain.ids import SeatId


class SeatState(StrEnum):
    """What a seat reads and counts as; the value is its character in compact answers. A claimed seat reads as held."""

    AVAILABLE = "a"
    HELD = "h"
    BOOKED = "b"
    BLOCKED = "x"


HELD_ALONE = bytes(letter == ord(SeatState.HELD.value) for letter in range(256))
"""A table for `bytes.translate`: of seats' characters it makes 1 for held ones and 0 for all others."""


class SeatMapSnapshot(msgspec.Struct, frozen=True):
    """Every seat that is not available, at one position of the feed.

    `held` gives each held seat's expiry; `claimed`, `booked` and `blocked` give each seat's owner id.
    """

    position: Position
    now_ms: int
    held: dict[SeatId, int]
    claimed: dict[SeatId, str]
    booked: dict[SeatId, str]
    blocked: dict[SeatId, str]


class Sale(msgspec.Struct, frozen=True, gc=False):
    """Why a seat is no longer for sale: claimed by an order, booked by a booking or blocked by a block."""

    state: SeatRowState
    owner_id: str


_SEEN_AS = {
    SeatRowState.CLAIMED: SeatState.HELD,
    SeatRowState.BOOKED: SeatState.BOOKED,
    SeatRowState.BLOCKED: SeatState.BLOCKED,
}
_SALE_OF = {
    ChangeKind.CLAIMED: SeatRowState.CLAIMED,
    ChangeKind.BOOKED: SeatRowState.BOOKED,
    ChangeKind.BLOCKED: SeatRowState.BLOCKED,
}


class SeatStates:
    """Seat states as a pure function of the feed: from a snapshot at any position, the entries after it end alike.

    Read what a seat became by `state_of` after `apply`, not from the entry's kind: a seat that was both held and sold
    (a hold broken by the ledger) stays sold when the hold under it runs out.
    """

    __slots__ = ("_held", "_position", "_sales")

    def __init__(self) -> None:
        self._position = Position(epoch="", offset="")
        self._held: dict[SeatId, int] = {}
        self._sales: dict[SeatId, Sale] = {}

    @classmethod
    def from_snapshot(cls, snapshot: SeatMapSnapshot) -> Self:
        """The states at the snapshot's position; nothing of `snapshot` is shared."""
        states = cls()
        states._position = snapshot.position
        states._held.update(snapshot.held)
        sales: dict[tuple[SeatRowState, str], Sale] = {}
        for state, owners in (
            (SeatRowState.CLAIMED, snapshot.claimed),
            (SeatRowState.BOOKED, snapshot.booked),
            (SeatRowState.BLOCKED, snapshot.blocked),
        ):
            for seat_id, owner_id in owners.items():
                sale = sales.setdefault((state, owner_id), Sale(state, owner_id))
                states._sales[seat_id] = sale
        return states

    def snapshot(self, now_ms: int) -> SeatMapSnapshot:
        """These states as a value of its own. `now_ms` is only passed on: states do not depend on a clock."""
        owners: dict[SeatRowState, dict[SeatId, str]] = {state: {} for state in SeatRowState}
        for seat_id, sale in self._sales.items():
            owners[sale.state][seat_id] = sale.owner_id
        return SeatMapSnapshot(
            position=self._position,
            now_ms=now_ms,
            held=dict(self._held),
            claimed=owners[SeatRowState.CLAIMED],
            booked=owners[SeatRowState.BOOKED],
            blocked=owners[SeatRowState.BLOCKED],
        )

    @property
    def position(self) -> Position:
        """Where in the feed these states stand."""
        return self._position

    @property
    def held(self) -> Mapping[SeatId, int]:
        """Each held seat's expiry (ms since 1970), as far as the feed told: expiry takes effect by `expired`."""
        return self._held

    @property
    def sales(self) -> Mapping[SeatId, Sale]:
        """Every claimed, booked and blocked seat."""
        return self._sales

    def state_of(self, seat_id: SeatId) -> SeatState:
        """What the seat reads as now; an unknown seat is available."""
        sale = self._sales.get(seat_id)
        if sale is not None:
            return _SEEN_AS[sale.state]
        return SeatState.HELD if seat_id in self._held else SeatState.AVAILABLE

    def expires_at_ms(self, seat_id: SeatId) -> int | None:
        """When the seat's hold runs out; None for a seat that is sold (claimed included) or not held."""
        return None if seat_id in self._sales else self._held.get(seat_id)

    def follows(self, entry: FeedEntry) -> bool:
        """Whether `entry` is the next one of this very epoch and feed.

        An epoch begins with `warmed`, so any other first entry begins a feed that was lost, and what stood in it is
        missing from every state before it: it follows none, not even that of an empty feed.
        """
        is_next = self._position == Position(entry.epoch, entry.previous)
        return is_next and entry.previous != "" and entry.change.kind is not ChangeKind.WARMED

    def apply(self, entry: FeedEntry) -> bool:
        """Take the next entry. False when it does not follow: nothing has changed, and the map must be read anew.

        That is so for an entry of another epoch, after a gap, for one applied before, and for the first entry of an
        epoch (`warmed`), whose sold seats no entry names.
        """
        if not self.follows(entry):
            return False
        self._take(entry)
        return True

    def _take(self, entry: FeedEntry) -> None:
        self._change(entry.change)
        self._position = Position(entry.epoch, entry.offset)

    def _change(self, change: Change) -> None:
        match change.kind:
            case ChangeKind.HELD | ChangeKind.EXPIRY_CHANGED:
                self._held.update(dict.fromkeys(change.seats, change.expires_at_ms))
            case ChangeKind.RELEASED | ChangeKind.EXPIRED:
                _forget(self._held, change.seats)
            case ChangeKind.CLAIMED | ChangeKind.BOOKED | ChangeKind.BLOCKED as kind:
                _forget(self._held, change.seats)
                sale = Sale(_SALE_OF[kind], change.owner_id or "")
                self._sales.update(dict.fromkeys(change.seats, sale))
            case ChangeKind.FREED:
                _forget(self._sales, change.seats)
            case ChangeKind.WARMED:
                pass


def _forget(states: dict[SeatId, int] | dict[SeatId, Sale], seat_ids: Iterable[SeatId]) -> None:
    for seat_id in seat_ids:
        states.pop(seat_id, None)
