"""What parts count of themselves: values between bounds, by name, and seats by what happened to them."""

from frontrow.domain.changes import Change, ChangeKind, FeedEntry
from frontrow.domain.hold import OrphanSeats, SeatLimitReached, SeatRefusal, SeatsBusy, SeatsUnavailable, Unavailable
from frontrow.measures import Spread, Spreads
from frontrow.services.seat_measures import SeatMeasures
from tests.support.house import seats


def test_a_value_at_a_bound_is_counted_below_it_and_one_above_all_bounds_at_the_end() -> None:
    spread = Spread((1, 2, 5))
    for value in (0, 1, 1.5, 2, 5, 5.1, 100):
        spread.note(value)
    assert (spread.counts, spread.total, spread.count) == ([2, 2, 1, 2], 114.6, 7)


def test_spreads_begin_with_their_first_value() -> None:
    spreads = Spreads((1,))
    assert spreads.by_name == {}
    spreads.note("acquire_hold", 0.5)
    spreads.note("acquire_hold", 2)
    assert {name: spread.counts for name, spread in spreads.by_name.items()} == {"acquire_hold": [1, 1]}


def test_changes_are_counted_with_their_seats_by_what_happened() -> None:
    measures = SeatMeasures()
    measures.note_changes(
        [
            FeedEntry("epoch", "", "1-a", 0, Change(ChangeKind.HELD, seats("A1 A2"))),
            FeedEntry("epoch", "1-a", "2-a", 0, Change(ChangeKind.BOOKED, seats("A1 A2"))),
        ]
    )
    measures.note_changes([FeedEntry("epoch", "2-a", "3-a", 0, Change(ChangeKind.HELD, seats("B1")))])
    assert measures.changes == {ChangeKind.HELD: 2, ChangeKind.BOOKED: 1}
    assert measures.seats == {ChangeKind.HELD: 3, ChangeKind.BOOKED: 2}


def test_a_conflict_is_counted_once_and_its_seats_each_by_why() -> None:
    measures = SeatMeasures()
    one, two, three = seats("A1 A2 A3")
    held, booked = SeatRefusal(one, Unavailable.HELD), SeatRefusal(two, Unavailable.BOOKED)
    measures.note_conflict(SeatsUnavailable((held,), now_ms=0))
    measures.note_conflict(SeatsUnavailable((held, booked, SeatRefusal(three, Unavailable.HELD)), now_ms=0))
    measures.note_conflict(SeatsBusy((one, two), 0, now_ms=0))
    measures.note_conflict(OrphanSeats((three,), now_ms=0))
    measures.note_conflict(SeatLimitReached(held_count=50, seats_max=50, now_ms=0))
    assert measures.conflicts == {"held": 1, "several": 1, "busy": 1, "orphan": 1, "seat_limit": 1}
    assert measures.conflict_seats == {"held": 3, "booked": 1, "busy": 2, "orphan": 1}
