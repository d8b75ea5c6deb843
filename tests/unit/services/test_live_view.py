"""A live view takes the feed in any delivery and ends as the feed does, its letters and counts kept as it goes."""

from collections import Counter
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontrow.domain.changes import ChangeKind, Position
from frontrow.domain.ids import EventId
from frontrow.domain.layout_index import LayoutIndex, index_layout
from frontrow.domain.seat_map import SeatState
from frontrow.services.live_view import LiveView, Taken
from tests.support.fake_feed import FakeFeed
from tests.support.house import small_layout

EVENT = EventId("gala")
LAYOUT = index_layout(small_layout(), 1)
NAMES = ("A1", "A2", "B1", "R1", "gone")

KINDS = st.sampled_from([kind for kind in ChangeKind if kind is not ChangeKind.WARMED])
CHANGES = st.lists(
    st.tuples(KINDS, st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True)), min_size=1, max_size=30
)


@pytest.fixture
def feed() -> FakeFeed:
    feed = FakeFeed()
    feed.warm(EVENT)
    return feed


def opened(feed: FakeFeed, layout: LayoutIndex = LAYOUT) -> LiveView:
    return LiveView(feed.snapshot(EVENT), layout)


def drawn_anew(view: LiveView) -> LiveView:
    return LiveView(view.snapshot(), view.layout)


def test_the_states_of_a_fresh_event_are_all_available(feed: FakeFeed) -> None:
    view = opened(feed)
    assert view.states() == b"a" * len(LAYOUT.seat_ids)
    assert view.counts() == {"available": 28, "held": 0, "booked": 0, "blocked": 0}


def test_every_state_has_its_letter_in_layout_order(feed: FakeFeed) -> None:
    feed.append(EVENT, ChangeKind.HELD, "A1", expires_at_ms=5_000)
    feed.append(EVENT, ChangeKind.BOOKED, "A2")
    feed.append(EVENT, ChangeKind.BLOCKED, "A4")
    feed.append(EVENT, ChangeKind.CLAIMED, "A5")
    view = opened(feed)
    assert view.states().startswith(b"hbaxha")
    assert view.counts() == {"available": 24, "held": 2, "booked": 1, "blocked": 1}
    assert view.state_of(LAYOUT.seat_ids[0]) is SeatState.HELD
    assert view.expires_at_ms(LAYOUT.seat_ids[0]) == 5_000
    assert view.expires_at_ms(LAYOUT.seat_ids[4]) is None


def test_the_encoded_states_are_kept_until_the_next_change(feed: FakeFeed) -> None:
    view = opened(feed)
    before = view.states()
    assert view.states() is before
    view.take(feed.append(EVENT, ChangeKind.HELD, "A1"))
    assert view.states() != before


def test_an_entry_taken_twice_changes_nothing(feed: FakeFeed) -> None:
    view = opened(feed)
    entry = feed.append(EVENT, ChangeKind.HELD, "A1")
    assert view.take(entry) is Taken.APPLIED
    feed.append(EVENT, ChangeKind.RELEASED, "A1")
    assert view.take(entry) is Taken.KNOWN
    assert view.state_of(LAYOUT.seat_ids[0]) is SeatState.HELD


def test_the_first_entry_of_a_feed_that_was_lost_follows_no_state_of_its_epoch(feed: FakeFeed) -> None:
    snapshot = feed.snapshot(EVENT)
    before = msgspec.structs.replace(snapshot, position=Position(snapshot.position.epoch, ""))
    view = LiveView(before, LAYOUT)  # of a feed that was empty: what came into it before it was lost again is not here
    entry = feed.append(EVENT, ChangeKind.EXPIRED, "A2")
    assert view.take(msgspec.structs.replace(entry, previous="")) is Taken.EARLY
    assert view.position == before.position


def test_an_own_entry_that_is_next_shows_at_once(feed: FakeFeed) -> None:
    view = opened(feed)
    assert view.note(feed.append(EVENT, ChangeKind.HELD, "A1")) is Taken.APPLIED
    assert not view.behind


def test_an_own_entry_that_came_early_shows_when_the_missing_one_has_come(feed: FakeFeed) -> None:
    view = opened(feed)
    others = feed.append(EVENT, ChangeKind.HELD, "A1")
    assert view.note(feed.append(EVENT, ChangeKind.HELD, "A2")) is Taken.EARLY
    assert view.behind
    view.take(others)
    assert not view.behind
    assert view.position == feed.position(EVENT)


def test_an_entry_of_another_epoch_is_never_applied(feed: FakeFeed) -> None:
    view = opened(feed)
    feed.flush_all()
    feed.warm(EVENT)
    assert view.note(feed.append(EVENT, ChangeKind.HELD, "A1")) is Taken.FOREIGN
    assert view.behind
    assert view.counts()["held"] == 0


def test_a_map_asked_for_after_an_own_entry_shows_it_whatever_its_epoch(feed: FakeFeed) -> None:
    view = opened(feed)
    feed.flush_all()
    feed.warm(EVENT)
    view.note(feed.append(EVENT, ChangeKind.HELD, "A1"))
    view.replace(feed.snapshot(EVENT), notes_before=1)
    assert not view.behind


def test_a_map_asked_for_before_an_own_entry_of_another_epoch_leaves_the_view_behind(feed: FakeFeed) -> None:
    view = opened(feed)
    asked = feed.snapshot(EVENT)
    feed.flush_all()
    feed.warm(EVENT)
    view.note(feed.append(EVENT, ChangeKind.HELD, "A1"))
    view.replace(asked, notes_before=0)
    assert view.behind


def test_early_entries_past_a_map_follow_it(feed: FakeFeed) -> None:
    view = opened(feed)
    feed.append(EVENT, ChangeKind.HELD, "A1")
    asked = feed.snapshot(EVENT)
    view.note(feed.append(EVENT, ChangeKind.HELD, "A2"))
    view.replace(asked, notes_before=0)
    assert view.position == feed.position(EVENT)
    assert not view.behind


def test_another_layout_version_shows_the_same_seats_in_its_own_order(feed: FakeFeed) -> None:
    feed.append(EVENT, ChangeKind.BOOKED, "A1 B1")
    view = opened(feed, index_layout(small_layout(seats_per_row=2), 2))
    assert view.states() == b"babaaaaaaaaa"
    view.lay_out(LAYOUT)
    assert view.states() == b"baaaaaaaaabaaaaaaaaaaaaaaaaa"
    assert view.layout is LAYOUT
    assert view.counts()["booked"] == 2


@given(CHANGES, st.randoms(use_true_random=False))
def test_a_view_ends_as_the_feed_does_whatever_the_order_and_repetition_of_deliveries(
    changes: list[tuple[ChangeKind, list[str]]], random: Random
) -> None:
    feed = FakeFeed()
    feed.warm(EVENT)
    view = opened(feed)
    entries = [feed.append(EVENT, kind, " ".join(names), expires_at_ms=9) for kind, names in changes]
    deliveries = entries + entries
    random.shuffle(deliveries)
    for entry in deliveries:
        view.note(entry)
        fresh = drawn_anew(view)
        assert view.states() == fresh.states()
        assert view.counts() == fresh.counts()
    assert view.snapshot() == feed.snapshot(EVENT)
    assert not view.behind
    letters = Counter(view.states().decode())
    assert sum(letters.values()) == sum(view.counts().values()) == len(LAYOUT.seat_ids)
