"""How often each seat of one event was held, counted from its feed entry by entry, less those that were trimmed."""

from collections import Counter, deque
from collections.abc import Sequence

from frontrow.domain.changes import ChangeKind, FeedEntry
from frontrow.domain.ids import SeatId, UserId
from frontrow.services.live_view import order_of


class HoldCounts:
    """Counts the holds of the entries it was given, in the feed's order, less those it was told to forget.

    A seat that its holder holds once more, in a newer hold or by a repeated request, was wanted once. Costs about 8
    bytes for each seat of each hold: each id is kept once.
    """

    def __init__(self) -> None:
        self.offset = ""
        """Of the last entry that was taken; empty before the first."""
        self._counts: Counter[SeatId] = Counter()
        self._counted: deque[tuple[str, tuple[SeatId, ...]]] = deque()
        self._holders: dict[SeatId, UserId | None] = {}
        self._ids: dict[SeatId, SeatId] = {}

    def follows(self, entry: FeedEntry) -> bool:
        """Whether the entry is the next one, with none missing in between. Any entry is the first one."""
        return self.offset in ("", entry.previous)

    def take(self, entry: FeedEntry) -> None:
        """Count the next entry."""
        self.offset = entry.offset
        change = entry.change
        if change.kind is ChangeKind.HELD:
            self._count(entry.offset, change.seats, change.user_id)
        elif change.kind is not ChangeKind.EXPIRY_CHANGED:
            for seat_id in change.seats:
                self._holders.pop(seat_id, None)

    def forget_before(self, offset: str) -> None:
        """Take back what was counted of entries before this one: the store has trimmed them."""
        while self._counted and order_of(self._counted[0][0]) < order_of(offset):
            _, seat_ids = self._counted.popleft()
            for seat_id in seat_ids:
                self._counts[seat_id] -= 1
                if not self._counts[seat_id]:
                    del self._counts[seat_id]

    def counts(self) -> dict[SeatId, int]:
        """Holds by seat, as a value of its own; seats without are left out."""
        return dict(self._counts)

    def _count(self, offset: str, seat_ids: Sequence[SeatId], user_id: UserId | None) -> None:
        wanted = tuple(self._ids.setdefault(it, it) for it in seat_ids if self._holders.get(it) != user_id)
        for seat_id in wanted:
            self._holders[seat_id] = user_id
        if wanted:
            self._counts.update(wanted)
            self._counted.append((offset, wanted))
