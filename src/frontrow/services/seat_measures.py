"""What the calls of this process did to seats, and what they could not have: sums by kind and by reason."""

from collections import Counter
from collections.abc import Sequence

from frontrow.domain.changes import ChangeKind, FeedEntry
from frontrow.domain.hold import OrphanSeats, SeatLimitReached, SeatsBusy, SeatsUnavailable


class SeatMeasures:
    """Counted once in all processes together: by the one whose call it was.

    `changes` and `seats` count entries of feeds and the seats they name, what ran out left out (the sweeper has it).
    `conflicts` and `conflict_seats` count refused calls and the seats they could not have; a call's reason is `several`
    where its seats have different ones, and its `seat_limit` names no seats.
    """

    def __init__(self) -> None:
        self.changes: Counter[ChangeKind] = Counter()
        self.seats: Counter[ChangeKind] = Counter()
        self.conflicts: Counter[str] = Counter()
        self.conflict_seats: Counter[str] = Counter()

    def note_changes(self, entries: Sequence[FeedEntry]) -> None:
        """Count what a call appended."""
        for entry in entries:
            change = entry.change
            self.changes[change.kind] += 1
            self.seats[change.kind] += len(change.seats)

    def note_conflict(self, refusal: SeatsUnavailable | SeatsBusy | SeatLimitReached | OrphanSeats) -> None:
        """Count a call that was refused."""
        match refusal:
            case SeatsUnavailable(refusals=refusals):
                reasons = {refused.reason for refused in refusals}
                self.conflicts[refusals[0].reason if len(reasons) == 1 else "several"] += 1
                for refused in refusals:
                    self.conflict_seats[refused.reason] += 1
            case SeatsBusy(seat_ids=seat_ids):
                self.conflicts["busy"] += 1
                self.conflict_seats["busy"] += len(seat_ids)
            case OrphanSeats(seat_ids=seat_ids):
                self.conflicts["orphan"] += 1
                self.conflict_seats["orphan"] += len(seat_ids)
            case SeatLimitReached():
                self.conflicts["seat_limit"] += 1
