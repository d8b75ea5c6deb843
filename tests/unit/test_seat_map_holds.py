"""The rules of holding, extending, releasing and running out, each proved once on the specification."""

import pytest

from frontrow.domain.booking import SeatRowState
from frontrow.domain.changes import ChangeKind
from frontrow.domain.hold import (
    SEATS_EXTENDED_MAX,
    Cold,
    HoldAcquired,
    HoldExtended,
    HoldGone,
    HoldNotFound,
    HoldReleased,
    KeyReused,
    SeatLimitReached,
    SeatRefusal,
    SeatsBusy,
    SeatsUnavailable,
    Unavailable,
)
from frontrow.domain.ids import HoldId, SeatId, TableId, UserId
from frontrow.domain.seat_records import HOLD_LISTED_MAX
from tests.support.one_event import GUARD_MS, LIFETIME_MAX_MS, TTL_MS, OneEvent, seats

DAY_MS = 86_400_000


@pytest.fixture
def event() -> OneEvent:
    return OneEvent()


def _refusals(*pairs: tuple[str, Unavailable]) -> tuple[SeatRefusal, ...]:
    return tuple(SeatRefusal(SeatId(seat), reason) for seat, reason in pairs)


def test_a_missing_epoch_answers_cold_to_everything_that_grants() -> None:
    event = OneEvent(warm=False)
    cold = Cold(event.now_ms)
    assert event.acquire("u1", "h1", "A1") == cold
    assert event.extend("u1", "h1") == cold
    assert event.extend_seats("u1", "A1") == cold
    assert event.release("u1", "h1") == cold
    assert event.release_seats("u1", "A1") == cold
    assert event.begin("u1", "b1", hold="h1") == cold
    assert event.block("x1", "A1") == cold


def test_acquire_holds_every_seat_and_table_or_none_and_names_every_obstacle_in_the_order_asked(
    event: OneEvent,
) -> None:
    event.acquired("u2", "h2", "A2")
    event.finish("u3", "b3", "A4")
    event.block("x1", "A5")
    event.finish("u3", "b4", "A6", state=SeatRowState.CLAIMED, owner="o1")
    outcome = event.acquire("u1", "h1", "A5 A1 A4 A6", tables={"T1": "A2 A3"})
    assert outcome == SeatsUnavailable(
        _refusals(
            ("A5", Unavailable.BLOCKED),
            ("A4", Unavailable.BOOKED),
            ("A6", Unavailable.HELD),
            ("A2", Unavailable.HELD),
        ),
        event.now_ms,
    )
    assert event.states("A1 A3") == "aa"
    assert event.map.read(now_ms=event.now_ms, hold_id=HoldId("h1")) is None


def test_acquire_takes_seats_and_tables_under_one_expiry(event: OneEvent) -> None:
    outcome = event.acquire("u1", "h1", "A1", tables={"T1": "A2 A3"})
    expires_at_ms = event.now_ms + TTL_MS
    assert isinstance(outcome, HoldAcquired)
    assert (outcome.seat_ids, outcome.table_ids) == (seats("A1 A2 A3"), (TableId("T1"),))
    assert outcome.expires_at_ms == expires_at_ms
    (entry,) = outcome.entries
    assert entry.change.kind is ChangeKind.HELD
    assert (entry.change.seats, entry.change.expires_at_ms) == (seats("A1 A2 A3"), expires_at_ms)
    assert (entry.change.user_id, entry.change.hold_id) == (UserId("u1"), HoldId("h1"))
    assert event.states("A1 A2 A3 A4") == "hhha"


def test_the_same_key_and_fingerprint_answer_with_the_same_hold_its_expiry_unchanged(event: OneEvent) -> None:
    first = event.acquire("u1", "h1", "A1", key="k", fingerprint="f")
    event.pass_ms(5_000)
    again = event.acquire("u1", "h2", "A1", key="k", fingerprint="f")
    assert isinstance(first, HoldAcquired)
    assert isinstance(again, HoldAcquired)
    assert (again.hold_id, again.expires_at_ms, again.replayed, again.entries) == ("h1", first.expires_at_ms, True, ())


def test_a_key_answers_gone_once_its_hold_is_over_until_a_day_past_the_latest_expiry_it_could_get(
    event: OneEvent,
) -> None:
    event.acquire("u1", "h1", "A1", key="k", fingerprint="f")
    event.pass_ms(TTL_MS)
    assert event.acquire("u1", "h2", "A1", key="k", fingerprint="f") == HoldGone(HoldId("h1"), event.now_ms)
    event.pass_ms(LIFETIME_MAX_MS - TTL_MS + DAY_MS - 1)
    assert event.acquire("u1", "h2", "A1", key="k", fingerprint="f") == HoldGone(HoldId("h1"), event.now_ms)
    event.pass_ms(1)
    assert isinstance(event.acquire("u1", "h2", "A1", key="k", fingerprint="f"), HoldAcquired)


def test_a_key_answers_gone_after_its_hold_was_released(event: OneEvent) -> None:
    event.acquire("u1", "h1", "A1", key="k", fingerprint="f")
    event.release("u1", "h1")
    assert event.acquire("u1", "h2", "A1", key="k", fingerprint="f") == HoldGone(HoldId("h1"), event.now_ms)


def test_a_key_with_another_fingerprint_is_refused_before_any_seat_is_looked_at(event: OneEvent) -> None:
    event.acquire("u1", "h1", "A1", key="k", fingerprint="f")
    assert event.acquire("u1", "h2", "A9", key="k", fingerprint="g") == KeyReused(event.now_ms)
    assert event.states("A9") == "a"


def test_the_same_hold_id_is_the_same_hold_its_expiry_unchanged(event: OneEvent) -> None:
    first = event.acquired("u1", "h1", "A1")
    event.pass_ms(5_000)
    again = event.acquired("u1", "h1", "A1")
    assert (again.expires_at_ms, again.replayed, again.entries) == (first.expires_at_ms, True, ())


def test_another_users_hold_id_is_not_found(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1")
    assert event.acquire("u2", "h1", "A2") == HoldNotFound(event.now_ms)
    assert event.acquire("u2", "h1", "A2", adds=True) == HoldNotFound(event.now_ms)
    assert event.extend("u2", "h1") == HoldNotFound(event.now_ms)
    assert event.release("u2", "h1") == HoldNotFound(event.now_ms)
    assert event.begin("u2", "b1", hold="h1") == HoldNotFound(event.now_ms)


def test_own_seats_in_an_older_hold_move_and_keep_the_time_they_were_first_locked_at(event: OneEvent) -> None:
    started_ms = event.now_ms
    event.acquired("u1", "h1", "A1 A2")
    event.pass_ms(60_000)
    moved = event.acquired("u1", "h2", "A2 A3")
    assert event.held_now("u1") == {"A1": "h1", "A2": "h2", "A3": "h2"}
    older = event.map.read(now_ms=event.now_ms, hold_id=HoldId("h1"))
    newer = event.map.read(now_ms=event.now_ms, hold_id=HoldId("h2"))
    assert older is not None
    assert (older.seat_ids, older.held_seat_ids) == (seats("A1 A2"), seats("A1"))
    assert newer is not None
    assert newer.first_locked_at_ms == started_ms
    assert moved.expires_at_ms == event.now_ms + TTL_MS


def test_a_moved_seat_never_outlives_the_cap_from_its_first_lock(event: OneEvent) -> None:
    started_ms = event.now_ms
    event.acquired("u1", "h1", "A1", ttl_ms=LIFETIME_MAX_MS)
    event.pass_ms(LIFETIME_MAX_MS - 1_000)
    assert event.acquired("u1", "h2", "A1 A2").expires_at_ms == started_ms + LIFETIME_MAX_MS


def test_a_seat_moved_into_an_open_hold_keeps_its_own_lifetime_cap(event: OneEvent) -> None:
    started_ms = event.now_ms
    event.acquired("u1", "h1", "A1", ttl_ms=LIFETIME_MAX_MS)
    event.pass_ms(LIFETIME_MAX_MS - 1_000)
    newer = event.acquired("u1", "h2", "A2")
    added = event.acquire("u1", "h2", "A1", adds=True)
    assert isinstance(added, HoldAcquired)
    assert added.expires_at_ms == started_ms + LIFETIME_MAX_MS
    assert event.map.expires_at_ms(SeatId("A1")) == started_ms + LIFETIME_MAX_MS
    assert event.map.expires_at_ms(SeatId("A2")) == newer.expires_at_ms


def test_adding_takes_the_open_holds_expiry_and_touches_no_other_seat(event: OneEvent) -> None:
    first = event.acquired("u1", "h1", "A1")
    event.pass_ms(60_000)
    added = event.acquire("u1", "h1", "A2", tables={"T1": "A3"}, adds=True)
    assert isinstance(added, HoldAcquired)
    assert (added.seat_ids, added.table_ids) == (seats("A1 A2 A3"), (TableId("T1"),))
    assert added.expires_at_ms == first.expires_at_ms
    assert [entry.change.seats for entry in added.entries] == [seats("A2 A3")]


def test_adding_what_the_hold_has_already_succeeds_and_leaves_its_expiry(event: OneEvent) -> None:
    first = event.acquired("u1", "h1", "A1")
    event.pass_ms(60_000)
    again = event.acquire("u1", "h1", "A1", adds=True)
    assert isinstance(again, HoldAcquired)
    assert (again.seat_ids, again.expires_at_ms) == (first.seat_ids, first.expires_at_ms)


def test_a_hold_lists_a_bounded_number_of_seats(event: OneEvent) -> None:
    event.acquired("admin", "h1", "B0")
    for first in range(1, HOLD_LISTED_MAX, 20):
        names = " ".join(f"B{number}" for number in range(first, min(first + 20, HOLD_LISTED_MAX)))
        assert isinstance(event.acquire("admin", "h1", names, adds=True), HoldAcquired)
    assert event.acquire("admin", "h1", "A1", adds=True) == SeatLimitReached(
        HOLD_LISTED_MAX, HOLD_LISTED_MAX, event.now_ms
    )


def test_adding_to_a_hold_that_is_absent_or_ran_out_is_not_found(event: OneEvent) -> None:
    assert event.acquire("u1", "h1", "A1", adds=True) == HoldNotFound(event.now_ms)
    event.acquired("u1", "h1", "A1")
    event.pass_ms(TTL_MS)
    assert event.acquire("u1", "h1", "A1", adds=True) == HoldNotFound(event.now_ms)


def test_the_cap_counts_the_users_seats_once_over_all_holds_and_moves_cost_nothing(event: OneEvent) -> None:
    event.acquire("u1", "h1", "A1 A2", seats_max=3)
    assert event.acquire("u1", "h2", "A3 A4", seats_max=3) == SeatLimitReached(2, 3, event.now_ms)
    assert event.states("A3 A4") == "aa"
    assert isinstance(event.acquire("u1", "h2", "A2 A3", seats_max=3), HoldAcquired)
    assert isinstance(event.acquire("u1", "h3", "A1 A2 A3", seats_max=3), HoldAcquired)
    assert isinstance(event.acquire("u2", "h4", "A4", seats_max=3), HoldAcquired)


def test_the_users_of_one_guest_session_share_its_cap_and_nothing_else(event: OneEvent) -> None:
    event.acquired("guest:s:ann", "h1", "A1 A2")
    assert event.acquire("guest:s:bob", "h2", "A3 A4", seats_max=3) == SeatLimitReached(2, 3, event.now_ms)
    assert event.acquire("guest:s", "h2", "A3 A4", seats_max=3) == SeatLimitReached(2, 3, event.now_ms)
    assert isinstance(event.acquire("guest:s:bob", "h2", "A1", seats_max=3), SeatsUnavailable)
    assert isinstance(event.acquire("guest:t:ann", "h3", "A3 A4", seats_max=3), HoldAcquired)
    assert (event.held_now("guest:s:bob"), event.held_now("guest:s:ann")) == ({}, {"A1": "h1", "A2": "h1"})
    event.release("guest:s:ann", "h1")
    assert isinstance(event.acquire("guest:s:bob", "h2", "A1 A2", seats_max=3), HoldAcquired)


def test_the_cap_counts_no_seat_that_ran_out_was_released_or_was_sold(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1", ttl_ms=1_000)
    event.acquired("u1", "h2", "A2 A3")
    event.pass_ms(1_000)
    event.release("u1", "h2", "A2")
    held = event.begun("u1", "b1", hold="h2").held
    event.finish("u1", "b1", "A3", held=held)
    assert isinstance(event.acquire("u1", "h3", "A4", seats_max=1), HoldAcquired)


def test_expired_means_the_stored_expiry_has_come_swept_or_not(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1")
    event.pass_ms(TTL_MS - 1)
    assert isinstance(event.acquire("u2", "h2", "A1"), SeatsUnavailable)
    event.pass_ms(1)
    assert event.map.read(now_ms=event.now_ms, hold_id=HoldId("h1")) is None
    assert event.held_now("u1") == {}
    assert event.states("A1") == "h"
    assert isinstance(event.acquire("u2", "h2", "A1"), HoldAcquired)


def test_extend_never_shortens(event: OneEvent) -> None:
    first = event.acquired("u1", "h1", "A1")
    extended = event.extend("u1", "h1", ttl_ms=1_000)
    assert extended == HoldExtended(seats("A1"), first.expires_at_ms, event.now_ms)


def test_extend_never_passes_the_lifetime_cap(event: OneEvent) -> None:
    started_ms = event.now_ms
    event.acquired("u1", "h1", "A1", ttl_ms=LIFETIME_MAX_MS - 10)
    event.pass_ms(60_000)
    extended = event.extend("u1", "h1", ttl_ms=LIFETIME_MAX_MS)
    assert isinstance(extended, HoldExtended)
    assert extended.expires_at_ms == started_ms + LIFETIME_MAX_MS


def test_extend_changes_lock_record_index_and_cap_set_together_and_appends_it(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1 A2")
    event.pass_ms(60_000)
    extended = event.extend("u1", "h1")
    expires_at_ms = event.now_ms + TTL_MS
    assert isinstance(extended, HoldExtended)
    (entry,) = extended.entries
    assert entry.change.kind is ChangeKind.EXPIRY_CHANGED
    assert (entry.change.seats, entry.change.expires_at_ms) == (seats("A1 A2"), expires_at_ms)
    event.pass_ms(TTL_MS - 1)
    hold = event.map.read(now_ms=event.now_ms, hold_id=HoldId("h1"))
    assert hold is not None
    assert hold.expires_at_ms == expires_at_ms
    assert event.held_now("u1") == {"A1": "h1", "A2": "h1"}


def test_extend_touches_only_seats_whose_lock_names_that_hold(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1 A2")
    moved = event.acquired("u1", "h2", "A2", ttl_ms=1_000)
    event.pass_ms(500)
    extended = event.extend("u1", "h1")
    assert isinstance(extended, HoldExtended)
    assert extended.seat_ids == seats("A1")
    assert event.map.expires_at_ms(SeatId("A2")) == moved.expires_at_ms


def test_extending_by_seats_extends_each_hold_concerned_whole_or_none(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1 A2")
    event.acquired("u1", "h2", "A3")
    event.acquired("u2", "h3", "A4")
    event.pass_ms(60_000)
    assert event.extend_seats("u1", "A1 A4 A5") == SeatsUnavailable(
        _refusals(("A4", Unavailable.HELD), ("A5", Unavailable.NOT_YOURS)), event.now_ms
    )
    extended = event.extend_seats("u1", "A1 A3")
    assert isinstance(extended, HoldExtended)
    assert extended.expires_at_ms == event.now_ms + TTL_MS
    assert [entry.change.seats for entry in extended.entries] == [seats("A1 A2"), seats("A3")]


def test_holds_with_more_seats_than_one_call_extends_are_not_extended_by_seats(event: OneEvent) -> None:
    for block in range(SEATS_EXTENDED_MAX // 50):
        event.acquired("u1", f"h{block}", " ".join(f"{block}-{n}" for n in range(50)))
    named = " ".join(f"{block}-0" for block in range(SEATS_EXTENDED_MAX // 50))
    assert isinstance(event.extend_seats("u1", named), HoldExtended)
    event.acquired("u1", "one-more", "A1")
    event.pass_ms(60_000)
    refused = event.extend_seats("u1", f"{named} A1")
    assert refused == SeatLimitReached(SEATS_EXTENDED_MAX + 1, SEATS_EXTENDED_MAX, event.now_ms)
    assert event.map.expires_at_ms(SeatId("A1")) == event.now_ms - 60_000 + TTL_MS


def test_release_removes_seats_from_the_holds_list(event: OneEvent) -> None:
    event.acquire("u1", "h1", "A1", tables={"T1": "A2 A3"})
    released = event.release("u1", "h1", "A2")
    assert isinstance(released, HoldReleased)
    (entry,) = released.entries
    assert (entry.change.kind, entry.change.seats) == (ChangeKind.RELEASED, seats("A2"))
    hold = event.map.read(now_ms=event.now_ms, hold_id=HoldId("h1"))
    assert hold is not None
    assert (hold.seat_ids, hold.held_seat_ids, hold.table_ids) == (seats("A1 A3"), seats("A1 A3"), ())
    event.release("u1", "h1", "A1 A3")
    assert event.release("u1", "h1") == HoldNotFound(event.now_ms)
    assert event.states("A1 A2 A3") == "aaa"


def test_release_touches_a_seat_only_while_its_lock_names_that_very_hold(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1 A2")
    event.acquired("u1", "h2", "A2")
    assert event.release("u1", "h1", "A2") == SeatsUnavailable(_refusals(("A2", Unavailable.NOT_YOURS)), event.now_ms)
    released = event.release("u1", "h1")
    assert isinstance(released, HoldReleased)
    assert released.seat_ids == seats("A1")
    assert event.held_now("u1") == {"A2": "h2"}


def test_a_delayed_release_only_shortens_and_an_extension_cancels_it(event: OneEvent) -> None:
    first = event.acquired("u1", "h1", "A1 A2")
    later = event.release("u1", "h1", after_ms=15_000)
    assert isinstance(later, HoldReleased)
    assert later.expires_at_ms == event.now_ms + 15_000
    assert [entry.change.kind for entry in later.entries] == [ChangeKind.EXPIRY_CHANGED]
    longer = event.release("u1", "h1", after_ms=TTL_MS * 2)
    assert isinstance(longer, HoldReleased)
    assert longer.entries == ()
    assert event.map.expires_at_ms(SeatId("A1")) == later.expires_at_ms
    event.extend("u1", "h1")
    event.pass_ms(TTL_MS - 1)
    assert event.held_now("u1") == {"A1": "h1", "A2": "h1"}
    event.pass_ms(1)
    assert event.now_ms == first.expires_at_ms
    assert event.held_now("u1") == {}


def test_a_delayed_release_of_some_seats_leaves_the_others_as_they_are(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1 A2")
    event.release("u1", "h1", "A2", after_ms=15_000)
    event.pass_ms(15_000)
    assert event.held_now("u1") == {"A1": "h1"}


def test_releasing_by_seats_gives_back_all_or_none_across_holds(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1 A2")
    event.acquired("u1", "h2", "A3")
    assert event.release_seats("u1", "A1 A4") == SeatsUnavailable(
        _refusals(("A4", Unavailable.NOT_YOURS)), event.now_ms
    )
    released = event.release_seats("u1", "A3 A1")
    assert isinstance(released, HoldReleased)
    assert released.seat_ids == seats("A3 A1")
    assert event.held_now("u1") == {"A2": "h1"}


def test_a_marked_seat_answers_busy_to_release_move_and_add_until_its_deadline(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1 A2")
    event.acquired("u1", "h2", "A3")
    event.begun("u1", "b1", hold="h1")
    event.pass_ms(1_000)
    busy = SeatsBusy(seats("A1"), GUARD_MS - 1_000, event.now_ms)
    assert event.release("u1", "h1", "A1") == busy
    assert event.release("u1", "h1", "A1", after_ms=15_000) == busy
    assert event.release_seats("u1", "A1") == busy
    assert event.acquire("u1", "h3", "A1 A4") == busy
    assert event.acquire("u1", "h2", "A1 A4", adds=True) == busy
    event.pass_ms(GUARD_MS - 1_000)
    assert isinstance(event.acquire("u1", "h2", "A1 A4", adds=True), HoldAcquired)
    assert isinstance(event.release("u1", "h1"), HoldReleased)


def test_unavailable_seats_are_named_before_busy_ones_and_those_before_the_cap(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1")
    event.acquired("u2", "h2", "A2")
    event.begun("u1", "b1", hold="h1")
    assert isinstance(event.acquire("u1", "h3", "A1 A2 A3", seats_max=1), SeatsUnavailable)
    assert isinstance(event.acquire("u1", "h3", "A1 A3", seats_max=1), SeatsBusy)
    assert isinstance(event.acquire("u1", "h3", "A3", seats_max=1), SeatLimitReached)


def test_a_seat_marked_by_a_booking_that_lost_its_lock_is_held_to_everyone(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1")
    event.begun("u1", "b1", hold="h1")
    event.finish("u2", "b2", "A1")
    event.free("b2", "A1")
    assert event.acquire("u3", "h3", "A1") == SeatsUnavailable(_refusals(("A1", Unavailable.HELD)), event.now_ms)
    event.pass_ms(GUARD_MS)
    assert isinstance(event.acquire("u3", "h3", "A1"), HoldAcquired)


def test_sweep_appends_expired_soonest_first_with_bounded_work_and_is_idempotent(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A3", ttl_ms=2_000)
    event.acquired("u2", "h2", "A1 A2", ttl_ms=1_000)
    event.acquired("u3", "h3", "A4", ttl_ms=3_000)
    event.pass_ms(2_000)
    first = event.sweep(seats_max=2)
    assert first.seat_ids == seats("A1 A2")
    assert [entry.change.kind for entry in first.entries] == [ChangeKind.EXPIRED]
    assert event.sweep(seats_max=2).seat_ids == seats("A3")
    assert event.sweep().entries == ()
    assert event.states("A1 A2 A3 A4") == "aaah"
    assert event.map.next_expiry_ms() == event.now_ms + 1_000


def test_a_hold_over_a_hold_that_ran_out_is_not_swept(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1", ttl_ms=1_000)
    event.pass_ms(1_000)
    event.acquired("u2", "h2", "A1")
    assert event.sweep().seat_ids == ()
    assert event.map.holders(now_ms=event.now_ms, seat_ids=seats("A1 A2")) == {"A1": ("u2", "h2")}
