"""The live view: state is a pure function of (epoch, offset)."""

import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st

from frontrow.domain.changes import Change, ChangeKind, FeedEntry, Position
from frontrow.domain.hold import BookingBegun, HoldAcquired, SeatsUnavailable, Unavailable
from frontrow.domain.ids import SeatId
from frontrow.domain.seat_map import SeatMap, SeatMapSnapshot
from tests.support.one_event import OneEvent, seats

SEATS_PER_EVENT = 10_000
BYTES_PER_SEAT_MAX = 400

_seats = st.sampled_from(["A1", "A2", "A3", "A4 A5", "A1 A5", "A2 A3"])
_users = st.sampled_from(["u1", "u2"])
_steps = st.one_of(
    st.tuples(st.just("hold"), _users, _seats),
    st.tuples(st.just("extend"), _users, _seats),
    st.tuples(st.just("release"), _users, _seats),
    st.tuples(st.just("book"), _users, _seats),
    st.tuples(st.just("abort"), _users, _seats),
    st.tuples(st.just("free"), _users, _seats),
    st.tuples(st.just("block"), _users, _seats),
    st.tuples(st.just("sweep"), _users, _seats),
)


def _live_through(event: OneEvent, steps: list[tuple[str, str, str]]) -> list[SeatMapSnapshot]:
    """Do the steps and return the snapshot after each entry of the feed."""
    snapshots = [event.map.snapshot(event.now_ms)]
    for number, (what, user, names) in enumerate(steps):
        event.pass_ms(20_000)
        match what:
            case "hold":
                event.acquire(user, f"h{number}", names, ttl_ms=60_000)
            case "extend":
                event.extend_seats(user, names, ttl_ms=90_000)
            case "release":
                event.release_seats(user, names)
            case "book" | "abort":
                begun = event.begin(user, f"b{number}", names=names)
                if isinstance(begun, BookingBegun) and what == "book":
                    event.finish(user, f"b{number}", names, held=begun.held)
                elif isinstance(begun, BookingBegun):
                    event.abort(user, f"b{number}", begun.held)
            case "free":
                for sale in set(event.map.sales.values()):
                    event.free(sale.owner_id, names)
            case "block":
                event.block(f"x{number}", names)
            case _:
                event.sweep()
        snapshots.append(event.map.snapshot(event.now_ms))
    return snapshots


@settings(max_examples=200, deadline=None)
@given(st.lists(_steps, max_size=30))
def test_a_snapshot_at_any_prefix_and_the_rest_of_the_feed_end_in_the_same_state(
    steps: list[tuple[str, str, str]],
) -> None:
    event = OneEvent()
    snapshots = _live_through(event, steps)
    final = event.map.snapshot(0)
    for snapshot in snapshots:
        view = SeatMap.from_snapshot(snapshot)
        offsets = [entry.offset for entry in event.entries]
        rest = event.entries[offsets.index(snapshot.position.offset) + 1 :]
        assert all(view.apply(entry) for entry in rest)
        assert view.snapshot(0) == final


def _entry(previous: str, offset: str, change: Change, *, epoch: str = "e") -> FeedEntry:
    return FeedEntry(epoch=epoch, previous=previous, offset=offset, at_ms=0, change=change)


def _view() -> SeatMap:
    return SeatMap.from_snapshot(
        SeatMapSnapshot(Position("e", "1"), 0, held={SeatId("A1"): 500}, claimed={}, booked={}, blocked={})
    )


def test_an_entry_of_another_epoch_after_a_gap_or_applied_before_changes_nothing() -> None:
    view = _view()
    released = Change(ChangeKind.RELEASED, seats("A1"))
    assert not view.apply(_entry("1", "2", released, epoch="f"))
    assert not view.apply(_entry("2", "3", released))
    assert not view.apply(_entry("0", "1", released))
    assert view.snapshot(0) == _view().snapshot(0)
    assert view.apply(_entry("1", "2", released))
    assert view.position == Position("e", "2")


def test_the_first_entry_of_an_epoch_sends_every_reader_to_the_whole_map() -> None:
    assert not _view().apply(_entry("1", "2", Change(ChangeKind.WARMED, ())))


def test_a_view_changes_by_entries_alone_and_never_by_a_clock() -> None:
    view = _view()
    assert view.state_of(SeatId("A1")) == "h"
    assert view.expires_at_ms(SeatId("A1")) == 500
    view.apply(_entry("1", "2", Change(ChangeKind.EXPIRED, seats("A1"))))
    assert view.state_of(SeatId("A1")) == "a"


def test_a_view_knows_no_owners_and_grants_none_of_its_held_seats() -> None:
    event = OneEvent()
    event.map = _view()
    event.now_ms = 0
    outcome = event.acquire("u1", "h1", "A1")
    assert isinstance(outcome, SeatsUnavailable)
    assert outcome.refusals[0].reason is Unavailable.HELD
    assert isinstance(event.acquire("u1", "h2", "A2"), HoldAcquired)


def test_a_claimed_seat_reads_as_held_without_an_expiry() -> None:
    view = _view()
    view.apply(_entry("1", "2", Change(ChangeKind.CLAIMED, seats("A1"), owner_id="o1")))
    assert (view.state_of(SeatId("A1")), view.expires_at_ms(SeatId("A1"))) == ("h", None)


def test_a_snapshot_shares_nothing_with_the_map_it_came_from() -> None:
    event = OneEvent()
    event.acquired("u1", "h1", "A1")
    snapshot = event.map.snapshot(event.now_ms)
    event.finish("u2", "b2", "A2")
    assert (list(snapshot.held), snapshot.booked) == (["A1"], {})


def test_an_event_of_10_000_seats_none_of_them_available_stays_lean() -> None:
    names = [SeatId(f"section-{number // 500}-row-{number // 25}-{number}") for number in range(SEATS_PER_EVENT)]
    held = {seat_id: 1_700_000_000_000 + number for number, seat_id in enumerate(names[:5_000])}
    booked = {seat_id: f"7-{number // 3:022}" for number, seat_id in enumerate(names[5_000:])}
    snapshot = SeatMapSnapshot(Position("e", "1"), 0, held=held, claimed={}, booked=booked, blocked={})
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        view = SeatMap.from_snapshot(snapshot)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert view.state_of(names[-1]) == "b"
    assert (after - before) / SEATS_PER_EVENT < BYTES_PER_SEAT_MAX
