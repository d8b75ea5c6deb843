"""The rules of booking, freeing, blocking and warming, each proved once on the specification."""

import pytest

from frontrow.domain.booking import SeatRowState
from frontrow.domain.changes import ChangeKind
from frontrow.domain.hold import (
    BookingBegun,
    BookingRunning,
    HeldSeat,
    HoldAcquired,
    HoldExtended,
    HoldNotComplete,
    HoldNotFound,
    SeatRefusal,
    SeatsBusy,
    SeatsUnavailable,
    Unavailable,
    Written,
)
from frontrow.domain.ids import HoldId, SeatId, TableId
from frontrow.domain.seat_map import Sale
from tests.support.one_event import GUARD_MS, LIFETIME_MAX_MS, TTL_MS, OneEvent, pairs, seats

DAY_MS = 86_400_000


@pytest.fixture
def event() -> OneEvent:
    return OneEvent()


def _owner(event: OneEvent, seat: str) -> tuple[SeatRowState, str] | None:
    sale = event.map.sales.get(SeatId(seat))
    return None if sale is None else (sale.state, sale.owner_id)


def test_begin_marks_all_the_hold_lists_and_pushes_its_expiry_to_the_deadline(event: OneEvent) -> None:
    acquired = event.acquire("u1", "h1", "A1", tables={"T1": "A2 A3"}, ttl_ms=1_000)
    begun = event.begun("u1", "b1", hold="h1")
    deadline_ms = event.now_ms + GUARD_MS
    assert isinstance(acquired, HoldAcquired)
    assert (begun.held, begun.table_ids, begun.deadline_ms) == (
        pairs("A1 A2 A3", "h1"),
        (TableId("T1"),),
        deadline_ms,
    )
    (entry,) = begun.entries
    assert (entry.change.kind, entry.change.expires_at_ms) == (ChangeKind.EXPIRY_CHANGED, deadline_ms)
    event.pass_ms(GUARD_MS - 1)
    hold = event.map.read(now_ms=event.now_ms, hold_id=HoldId("h1"))
    assert hold is not None
    assert hold.expires_at_ms == acquired.expires_at_ms
    assert hold.held_seat_ids == seats("A1 A2 A3")


def test_begin_never_shortens_an_expiry_beyond_the_deadline(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1")
    assert event.begun("u1", "b1", hold="h1").entries == ()
    assert event.map.expires_at_ms(SeatId("A1")) == event.now_ms + TTL_MS


def test_begin_by_seats_finds_them_across_the_users_holds(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1 A2")
    event.acquired("u1", "h2", "A3")
    begun = event.begin("u1", "b1", names="A3 A1")
    assert isinstance(begun, BookingBegun)
    assert begun.held == (*pairs("A3", "h2"), *pairs("A1", "h1"))
    assert event.begin("u1", "b2", names="A2").__class__ is BookingBegun


def test_begin_by_seats_refuses_naming_each_seat_that_is_not_held_by_this_user(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1")
    event.acquired("u2", "h2", "A2")
    event.finish("u3", "b3", "A3")
    assert event.begin("u1", "b1", names="A4 A1 A2 A3") == SeatsUnavailable(
        (
            SeatRefusal(SeatId("A4"), Unavailable.NOT_YOURS),
            SeatRefusal(SeatId("A2"), Unavailable.HELD),
            SeatRefusal(SeatId("A3"), Unavailable.BOOKED),
        ),
        event.now_ms,
    )
    assert isinstance(event.begin("u1", "b1", names="A1"), BookingBegun)


def test_a_hold_that_lost_seats_by_a_move_is_not_complete(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1 A2")
    event.acquired("u1", "h2", "A2")
    assert event.begin("u1", "b1", hold="h1") == HoldNotComplete(seats("A2"), event.now_ms)


def test_an_expired_or_released_hold_is_not_found_by_begin(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1")
    event.pass_ms(TTL_MS)
    assert event.begin("u1", "b1", hold="h1") == HoldNotFound(event.now_ms)


def test_a_live_mark_of_the_same_booking_is_still_running(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1", ttl_ms=1_000)
    event.begun("u1", "b1", hold="h1")
    event.pass_ms(2_000)
    assert event.begin("u1", "b1", hold="h1") == BookingRunning(GUARD_MS - 2_000, event.now_ms)


def test_a_live_mark_of_another_booking_is_busy_and_counts_as_absent_from_its_deadline(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1 A2")
    event.begun("u1", "b1", hold="h1")
    assert event.begin("u1", "b2", names="A2") == SeatsBusy(seats("A2"), GUARD_MS, event.now_ms)
    event.pass_ms(GUARD_MS)
    assert isinstance(event.begin("u1", "b2", names="A2"), BookingBegun)


def test_a_crash_between_begin_and_the_ledger_frees_the_seats_by_itself(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1", ttl_ms=1_000)
    event.begun("u1", "b1", hold="h1")
    event.pass_ms(GUARD_MS)
    assert event.sweep().seat_ids == seats("A1")
    assert isinstance(event.acquire("u2", "h2", "A1"), HoldAcquired)


def test_abort_restores_the_earlier_expiry_and_appends_it(event: OneEvent) -> None:
    acquired = event.acquired("u1", "h1", "A1 A2", ttl_ms=10_000)
    held = event.begun("u1", "b1", hold="h1").held
    aborted = event.abort("u1", "b1", held)
    assert aborted.seat_ids == seats("A1 A2")
    (entry,) = aborted.entries
    assert (entry.change.kind, entry.change.expires_at_ms) == (ChangeKind.EXPIRY_CHANGED, acquired.expires_at_ms)
    assert isinstance(event.begin("u1", "b2", hold="h1"), BookingBegun)


def test_abort_frees_what_is_past_its_earlier_expiry(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1", ttl_ms=1_000)
    held = event.begun("u1", "b1", hold="h1").held
    event.pass_ms(1_000)
    assert [entry.change.kind for entry in event.abort("u1", "b1", held).entries] == [ChangeKind.EXPIRED]
    assert event.states("A1") == "a"


def test_abort_restores_what_an_extension_made_of_the_expiry_meanwhile(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1", ttl_ms=1_000)
    held = event.begun("u1", "b1", hold="h1").held
    extended = event.extend("u1", "h1", ttl_ms=20_000)
    assert isinstance(extended, HoldExtended)
    event.abort("u1", "b1", held)
    assert event.map.expires_at_ms(SeatId("A1")) == extended.expires_at_ms


def test_abort_acts_only_on_its_own_mark(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1", ttl_ms=1_000)
    event.begun("u1", "b1", hold="h1")
    assert event.abort("u1", "b2", pairs("A1", "h1")) == Written((), event.now_ms)
    assert event.begin("u1", "b1", hold="h1") == BookingRunning(GUARD_MS, event.now_ms)


def test_abort_never_prolongs_a_seat_to_its_holds_expiry(event: OneEvent) -> None:
    started_ms = event.now_ms
    event.acquired("u1", "h1", "A1", ttl_ms=LIFETIME_MAX_MS)
    event.pass_ms(LIFETIME_MAX_MS - 60_000)
    event.acquired("u1", "h2", "A2")
    event.acquire("u1", "h2", "A1", adds=True)
    held = event.begun("u1", "b1", hold="h2").held
    assert event.abort("u1", "b1", held).entries == ()
    assert event.map.expires_at_ms(SeatId("A1")) == started_ms + LIFETIME_MAX_MS


def test_finish_sells_the_seats_and_drops_the_bookings_locks_marks_and_cap_entries(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1 A2")
    held = event.begun("u1", "b1", hold="h1").held
    finished = event.finish("u1", "b1", "A1 A2", held=held)
    assert (finished.skipped, finished.broken) == ((), ())
    assert [(it.change.kind, it.change.seats) for it in finished.entries] == [(ChangeKind.BOOKED, seats("A1 A2"))]
    assert event.states("A1 A2") == "bb"
    assert event.held_now("u1") == {}
    assert event.release("u1", "h1") == HoldNotFound(event.now_ms)
    assert event.sweep().seat_ids == ()


def test_finish_leaves_a_hold_that_still_has_seats(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1 A2")
    begun = event.begin("u1", "b1", names="A1")
    assert isinstance(begun, BookingBegun)
    event.finish("u1", "b1", "A1", held=begun.held)
    hold = event.map.read(now_ms=event.now_ms, hold_id=HoldId("h1"))
    assert hold is not None
    assert (hold.seat_ids, hold.held_seat_ids) == (seats("A2"), seats("A2"))


def test_finish_repeated_by_a_relay_changes_nothing(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1")
    held = event.begun("u1", "b1", hold="h1").held
    event.finish("u1", "b1", "A1", held=held)
    again = event.finish("u1", "b1", "A1", held=held)
    assert (again.skipped, again.broken, again.entries) == ((), (), ())


def test_finish_writes_on_a_cold_event_too(event: OneEvent) -> None:
    event.map.lose_epoch()
    [entry] = event.finish("u1", "b1", "A1").entries
    assert entry.epoch == ""
    assert event.states("A1") == "b"
    event.warm(epoch="epoch-2")
    assert isinstance(event.acquire("u2", "h2", "A1"), SeatsUnavailable)


def test_finish_never_overwrites_another_id(event: OneEvent) -> None:
    event.finish("u1", "b1", "A1")
    finished = event.finish("u2", "b2", "A1 A2")
    assert finished.skipped == seats("A1")
    assert (_owner(event, "A1"), _owner(event, "A2")) == (
        (SeatRowState.BOOKED, "b1"),
        (SeatRowState.BOOKED, "b2"),
    )


def test_only_an_orders_own_claim_becomes_its_booking(event: OneEvent) -> None:
    event.finish("u1", "b1", "A1", state=SeatRowState.CLAIMED, owner="o1")
    assert event.states("A1") == "h"
    assert event.finish("u1", "b2", "A1", replaces_claim="o2").skipped == seats("A1")
    assert event.finish("u1", "b1", "A1", replaces_claim="o1").skipped == ()
    assert _owner(event, "A1") == (SeatRowState.BOOKED, "b1")


def test_finish_never_turns_booked_back_into_claimed(event: OneEvent) -> None:
    event.finish("u1", "b1", "A1", state=SeatRowState.CLAIMED, owner="o1")
    event.finish("u1", "b1", "A1", replaces_claim="o1")
    late = event.finish("u1", "b1", "A1", state=SeatRowState.CLAIMED, owner="o1")
    assert (late.skipped, late.entries) == (seats("A1"), ())
    assert _owner(event, "A1") == (SeatRowState.BOOKED, "b1")


def test_a_claim_that_became_a_booking_claims_nothing_once_that_is_freed(event: OneEvent) -> None:
    event.finish("u1", "o1", "A1", state=SeatRowState.CLAIMED)
    event.finish("u1", "b1", "A1", replaces_claim="o1")
    event.free("b1", "A1")
    late = event.finish("u1", "o1", "A1", state=SeatRowState.CLAIMED)
    assert (late.skipped, event.states("A1")) == (seats("A1"), "a")


def test_finish_skips_pairs_that_were_freed_meanwhile(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1 A2")
    held = event.begun("u1", "b1", hold="h1").held
    event.free("b1", "A1")
    finished = event.finish("u1", "b1", "A1 A2", held=held)
    assert finished.skipped == seats("A1")
    assert [(it.change.kind, it.change.seats) for it in finished.entries] == [
        (ChangeKind.BOOKED, seats("A2")),
        (ChangeKind.RELEASED, seats("A1")),
    ]
    assert event.states("A1 A2") == "ab"


def test_finish_names_the_other_users_hold_it_broke_and_sells_the_seat(event: OneEvent) -> None:
    event.acquired("u2", "h2", "A1 A2")
    finished = event.finish("u1", "b1", "A1", held=pairs("A1", "h1"))
    assert finished.broken == (HeldSeat(SeatId("A1"), HoldId("h2")),)
    assert event.states("A1 A2") == "bh"
    assert event.held_now("u2") == {"A2": "h2"}
    assert event.begin("u2", "b2", hold="h2") == HoldNotComplete(seats("A1"), event.now_ms)


def test_finish_removes_only_its_own_mark(event: OneEvent) -> None:
    event.acquired("u2", "h2", "A1")
    event.begun("u2", "b2", hold="h2")
    event.finish("u1", "b1", "A1")
    event.free("b1", "A1")
    assert isinstance(event.acquire("u3", "h3", "A1"), SeatsUnavailable)


def test_free_gives_back_only_what_that_owner_has_warm_or_cold(event: OneEvent) -> None:
    event.finish("u1", "b1", "A1")
    event.finish("u2", "b2", "A2")
    event.map.lose_epoch()
    freed = event.free("b1", "A1 A2 A3")
    assert (freed.seat_ids, [entry.epoch for entry in freed.entries]) == (seats("A1"), [""])
    assert event.states("A1 A2 A3") == "aba"
    event.warm(epoch="epoch-2")
    again = event.free("b2", "A1 A2")
    assert [(it.change.kind, it.change.owner_id) for it in again.entries] == [(ChangeKind.FREED, "b2")]
    assert event.free("b2", "A1 A2") == Written((), event.now_ms)


def test_a_freed_pair_is_never_sold_again_by_a_late_finish_or_warm_up_for_a_day(event: OneEvent) -> None:
    event.free("b1", "A1")
    event.map.lose_epoch()
    warmed = event.warm(("A1", SeatRowState.BOOKED, "b1"), ("A2", SeatRowState.BOOKED, "b1"), epoch="epoch-2")
    assert warmed.seat_ids == seats("A2")
    event.pass_ms(DAY_MS - 1)
    assert event.finish("u1", "b1", "A1").skipped == seats("A1")
    event.pass_ms(1)
    assert event.finish("u1", "b1", "A1").skipped == ()


def test_a_block_refuses_held_and_sold_seats_all_or_none(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1")
    event.finish("u2", "b2", "A2")
    assert event.block("x1", "A3 A1 A2") == SeatsUnavailable(
        (SeatRefusal(SeatId("A1"), Unavailable.HELD), SeatRefusal(SeatId("A2"), Unavailable.BOOKED)), event.now_ms
    )
    assert event.states("A3") == "a"


def test_a_block_may_be_repeated_and_takes_seats_whose_hold_ran_out(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1", ttl_ms=1_000)
    event.pass_ms(1_000)
    blocked = event.block("x1", "A1 A2")
    assert isinstance(blocked, Written)
    assert [(it.change.kind, it.change.owner_id) for it in blocked.entries] == [(ChangeKind.BLOCKED, "x1")]
    assert event.block("x1", "A1 A2") == Written((), event.now_ms)
    assert event.block("x2", "A1") == SeatsUnavailable((SeatRefusal(SeatId("A1"), Unavailable.BLOCKED),), event.now_ms)
    assert event.sweep().seat_ids == ()
    event.free("x1", "A1")
    assert event.states("A1 A2") == "ax"


def test_warm_up_loads_what_is_sold_starts_an_epoch_and_does_nothing_on_a_warm_event() -> None:
    event = OneEvent(warm=False)
    warmed = event.warm(
        ("A1", SeatRowState.BOOKED, "b1"), ("A2", SeatRowState.CLAIMED, "o1"), ("A3", SeatRowState.BLOCKED, "x1")
    )
    assert [(it.epoch, it.previous, it.change.kind) for it in warmed.entries] == [("epoch-1", "", ChangeKind.WARMED)]
    assert event.states("A1 A2 A3 A4") == "bhxa"
    assert event.warm(("A4", SeatRowState.BOOKED, "b4"), epoch="epoch-2") == Written((), event.now_ms)


def test_warm_up_never_overwrites_what_finish_wrote_on_the_cold_event() -> None:
    event = OneEvent(warm=False)
    event.finish("u1", "b1", "A1")
    event.warm(("A1", SeatRowState.CLAIMED, "o1"))
    assert event.map.sales[SeatId("A1")] == Sale(SeatRowState.BOOKED, "b1")


def test_a_hold_and_a_booking_in_a_lost_and_reloaded_store_leave_the_seat_sold(event: OneEvent) -> None:
    event.acquired("u1", "h1", "A1")
    event.map.lose_epoch()
    event.warm(("A1", SeatRowState.BOOKED, "b2"), epoch="epoch-2")
    assert event.states("A1") == "b"
    assert isinstance(event.acquire("u1", "h2", "A1"), SeatsUnavailable)
    event.pass_ms(TTL_MS)
    assert event.sweep().seat_ids == seats("A1")
    assert event.states("A1") == "b"
