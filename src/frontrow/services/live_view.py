"""One event as this process shows it: seat states at one position of the feed, ready to be sent in layout order."""

from collections.abc import Iterable, Sequence
from enum import Enum

import msgspec

from frontrow.domain.changes import ChangeKind, FeedEntry, Position
from frontrow.domain.ids import SeatId
from frontrow.domain.layout_index import LayoutIndex
from frontrow.domain.seat_map import SeatMapSnapshot, SeatState
from frontrow.domain.seat_states import SeatStates
from frontrow.services.view_journal import ViewJournal

EARLY_ENTRIES_MAX = 256
_NAMES = {
    SeatState.AVAILABLE: "available",
    SeatState.HELD: "held",
    SeatState.BOOKED: "booked",
    SeatState.BLOCKED: "blocked",
}
_LETTER = {state: ord(state.value) for state in SeatState}
_STATE = {letter: state for state, letter in _LETTER.items()}


class Taken(Enum):
    """What became of an entry."""

    APPLIED = "applied"
    KNOWN = "known"
    """The view is at or past it."""
    EARLY = "early"
    """Entries before it are missing; it is kept and applied after them."""
    FOREIGN = "foreign"
    """Of another epoch: the whole map must be read anew."""


class ViewChanges(msgspec.Struct, frozen=True):
    """Seats by the state they have at `position`, of those that changed since the position asked from."""

    position: Position
    seats: dict[SeatState, tuple[SeatId, ...]]


class LiveView:
    """One event's seats as a pure function of (epoch, offset): changed by entries of the feed and by nothing else.

    Reads never touch the store and cost nothing per seat: states and counts are kept as the entries come.
    """

    def __init__(self, snapshot: SeatMapSnapshot, layout: LayoutIndex) -> None:
        self._states = SeatStates.from_snapshot(snapshot)
        self._layout = layout
        self._letters = bytearray()
        self._encoded: bytes | None = None
        self._counts: dict[SeatState, int] = {}
        self._early: dict[str, FeedEntry] = {}
        self._awaited: FeedEntry | None = None
        self._journal = ViewJournal(snapshot.position)
        self._notes = 0
        self._awaited_note = 0
        self.stale = False
        """Whether the store could not be reached when it was last asked about this event."""
        self._draw()

    @property
    def position(self) -> Position:
        """Where in the feed this view stands; equal positions mean equal states."""
        return self._states.position

    @property
    def layout(self) -> LayoutIndex:
        """The drawing whose order `states` has."""
        return self._layout

    @property
    def notes(self) -> int:
        """How many entries were noted so far, to tell whether a map was asked for after them."""
        return self._notes

    @property
    def behind(self) -> bool:
        """Whether this process has made a change that the view does not show yet."""
        return self._awaited is not None

    def state_of(self, seat_id: SeatId) -> SeatState:
        """The seat's state; available for one that the store never heard of."""
        return self._states.state_of(seat_id)

    def expires_at_ms(self, seat_id: SeatId) -> int | None:
        """When the seat's hold runs out by the store's clock; None unless it is held."""
        return self._states.expires_at_ms(seat_id)

    def states(self) -> bytes:
        """One character per seat in layout order (`a`, `h`, `b`, `x`)."""
        if self._encoded is None:
            self._encoded = bytes(self._letters)
        return self._encoded

    def counts(self) -> dict[str, int]:
        """How many of the layout's seats are `available`, `held`, `booked` and `blocked`."""
        return {_NAMES[state]: count for state, count in self._counts.items()}

    def snapshot(self) -> SeatMapSnapshot:
        """Everything this view knows, as a value of its own."""
        return self._states.snapshot(0)

    def changes_since(self, position: Position) -> ViewChanges | None:
        """What a watcher that shows the view as of `position` misses; None when it must start from a snapshot."""
        seat_ids = self._journal.seats_since(position)
        if seat_ids is None:
            return None
        seats: dict[SeatState, list[SeatId]] = {}
        for seat_id in seat_ids:
            if seat_id in self._layout.index_of:
                seats.setdefault(self.state_of(seat_id), []).append(seat_id)
        return ViewChanges(self.position, {state: tuple(ids) for state, ids in seats.items()})

    def lay_out(self, layout: LayoutIndex) -> None:
        """Show the seats in this layout's order from now on; costs a pass over them where it is another layout."""
        if layout is not self._layout:
            self._layout = layout
            self._journal = ViewJournal(self.position)  # it knows the seats of the earlier drawing only
            self._draw()

    def take(self, entry: FeedEntry) -> Taken:
        """Apply the entry if it is the next one, and then those that were early."""
        position = self.position
        if entry.epoch != position.epoch:
            return Taken.FOREIGN
        if order_of(entry.offset) <= order_of(position.offset):
            return Taken.KNOWN
        if not self._states.apply(entry):
            if entry.change.kind is ChangeKind.WARMED:
                return Taken.FOREIGN
            if len(self._early) < EARLY_ENTRIES_MAX:
                self._early[entry.previous] = entry
            return Taken.EARLY
        self._stepped(entry.change.seats)
        while (following := self._early.pop(self.position.offset, None)) is not None:
            if self._states.apply(following):
                self._stepped(following.change.seats)
        self._reached()
        return Taken.APPLIED

    def note(self, entry: FeedEntry) -> Taken:
        """Take an entry that this process has appended: until it is shown, the view is `behind`."""
        self._notes += 1
        taken = self.take(entry)
        if taken is Taken.EARLY or taken is Taken.FOREIGN:
            awaited = self._awaited
            if awaited is None or awaited.epoch != entry.epoch or order_of(awaited.offset) < order_of(entry.offset):
                self._awaited, self._awaited_note = entry, self._notes
        return taken

    def replace(self, snapshot: SeatMapSnapshot, *, notes_before: int) -> None:
        """Start anew from the whole map, asked for when `notes` was `notes_before`.

        Early entries are kept: those past the map may follow it. An entry noted before the map was asked for is in
        it, whatever epoch it is of.
        """
        before = self._letters
        self._states = SeatStates.from_snapshot(snapshot)
        self._draw()
        differing = (
            seat_id
            for seat_id, old, new in zip(self._layout.seat_ids, before, self._letters, strict=True)
            if old != new
        )
        self._journal.step(self.position, differing)
        early, self._early = self._early, {}
        for entry in sorted(early.values(), key=lambda early_entry: order_of(early_entry.offset)):
            if entry.epoch == snapshot.position.epoch:
                self.take(entry)
        if self._awaited_note <= notes_before:
            self._awaited = None
        self._reached()

    def _reached(self) -> None:
        awaited = self._awaited
        position = self.position
        if (
            awaited is not None
            and awaited.epoch == position.epoch
            and order_of(awaited.offset) <= order_of(position.offset)
        ):
            self._awaited = None

    def _stepped(self, seat_ids: Sequence[SeatId]) -> None:
        self._redraw(seat_ids)
        self._journal.step(self.position, seat_ids)

    def _draw(self) -> None:
        letters = bytearray(b"a" * len(self._layout.seat_ids))
        counts = dict.fromkeys(SeatState, 0)
        counts[SeatState.AVAILABLE] = len(letters)
        self._letters, self._counts, self._encoded = letters, counts, None
        self._redraw(self._states.held)
        self._redraw(self._states.sales)

    def _redraw(self, seat_ids: Iterable[SeatId]) -> None:
        index_of, letters, counts = self._layout.index_of, self._letters, self._counts
        for seat_id in seat_ids:
            index = index_of.get(seat_id)
            if index is None:  # of an older layout version
                continue
            state = self._states.state_of(seat_id)
            counts[_STATE[letters[index]]] -= 1
            counts[state] += 1
            letters[index] = _LETTER[state]
        self._encoded = None


def order_of(offset: str) -> tuple[int, int]:
    """An offset's place in its stream, to compare offsets of one epoch; the empty one comes before all others."""
    if not offset:
        return (0, 0)
    milliseconds, sequence, *_ = offset.split("-", 2)
    return (int(milliseconds), int(sequence))
