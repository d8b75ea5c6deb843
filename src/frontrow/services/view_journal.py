"""Which seats changed since a position: so that a watcher is sent what it misses, at its own pace, without a queue."""

from collections import deque
from collections.abc import Iterable

from frontrow.domain.changes import Position
from frontrow.domain.ids import SeatId

STEPS_MAX = 2_000
"""Steps remembered; a watcher that is further behind is sent a snapshot. About 200 bytes each."""


class ViewJournal:
    """The last steps of one view, each from one position to the next with the seats it changed."""

    def __init__(self, position: Position) -> None:
        self._steps: deque[tuple[Position, tuple[SeatId, ...]]] = deque()
        self._number_of: dict[Position, int] = {position: 0}
        self._last = position
        self._count = 0

    def step(self, position: Position, seat_ids: Iterable[SeatId]) -> None:
        """The view has moved on to `position`, and only these seats may have changed."""
        self._steps.append((self._last, tuple(seat_ids)))
        self._count += 1
        self._number_of[position] = self._count
        self._last = position
        if len(self._steps) > STEPS_MAX:
            forgotten, _ = self._steps.popleft()
            if self._number_of.get(forgotten, self._count) < self._count - STEPS_MAX:
                del self._number_of[forgotten]

    def seats_since(self, position: Position) -> list[SeatId] | None:
        """Every seat that may have changed since the view stood there; None when that is not known any more."""
        number = self._number_of.get(position)
        if number is None:
            return None
        steps = self._count - number
        changed = dict.fromkeys(
            seat_id for index in range(len(self._steps) - steps, len(self._steps)) for seat_id in self._steps[index][1]
        )
        return list(changed)
