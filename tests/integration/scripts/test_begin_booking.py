"""begin_booking: every seat marked for a booking about to be written, or none."""

import pytest

from frontrow.adapters.redis import keys, sale_calls
from frontrow.adapters.redis.arguments import ListedHold
from frontrow.adapters.redis.replies import Changed
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.hold import (
    BookingBegun,
    BookingRunning,
    Cold,
    HeldSeat,
    HoldNotComplete,
    HoldNotFound,
    SeatsBusy,
    SeatsUnavailable,
)
from frontrow.domain.ids import BookingId, HoldId, UserId
from tests.support.event_on_valkey import EVENT, EventOnValkey
from tests.support.one_event import GUARD_MS, TTL_MS, pairs, seats


async def test_it_marks_all_the_hold_lists_and_pushes_what_would_run_out_before_the_deadline(
    event: EventOnValkey,
) -> None:
    first = await event.acquired("john", "1-h", "A1", tables={"T1": "A2 A3"}, ttl_ms=5_000)
    begun = await event.begun("john", "1-b", hold="1-h")
    deadline_ms = begun.now_ms + GUARD_MS
    assert (begun.deadline_ms, begun.held, begun.table_ids) == (deadline_ms, pairs("A1 A2 A3", "1-h"), ("T1",))
    assert event.marks() == dict.fromkeys(seats("A1 A2 A3"), f"1-b:{deadline_ms}")
    assert event.held() == event.capped("john") == dict.fromkeys(seats("A1 A2 A3"), deadline_ms)
    names = [
        *(keys.seat_lock(EVENT, seat) for seat in ("A1", "A2", "A3")),
        keys.hold(EVENT, "1-h"),
        keys.user_seats(EVENT, "john"),
    ]
    assert {event.runs_out_at(name) for name in names} == {deadline_ms}
    assert event.record("1-h")["expires_at_ms"] == str(first.expires_at_ms)
    entry = event.feed()[-1]
    assert (entry["kind"], entry["seats"], entry["expires"]) == ("expiry_changed", "A1,A2,A3", str(deadline_ms))


async def test_it_never_shortens_an_expiry_beyond_the_deadline(event: EventOnValkey) -> None:
    first = await event.acquired("john", "1-h", "A1")
    assert (await event.begun("john", "1-b", hold="1-h")).entries == ()
    assert event.held() == {"A1": first.expires_at_ms}
    assert event.runs_out_at(keys.hold(EVENT, "1-h")) == first.expires_at_ms


async def test_by_seats_it_finds_them_across_the_users_holds(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h1", "A1 A2", ttl_ms=5_000)
    await event.acquired("john", "1-h2", "A3", ttl_ms=5_000)
    begun = await event.begun("john", "1-b", names="A3 A1")
    assert begun.held == (*pairs("A3", "1-h2"), *pairs("A1", "1-h1"))
    assert set(event.marks()) == {"A1", "A3"}
    assert {entry.change.hold_id: entry.change.seats for entry in begun.entries} == {
        HoldId("1-h1"): seats("A1"),
        HoldId("1-h2"): seats("A3"),
    }


async def test_by_seats_each_that_this_user_does_not_hold_is_refused(event: EventOnValkey) -> None:
    await event.acquired("john1", "1-h", "A1")
    await event.acquired("john12", "1-j", "A2")
    await event.finish("jim", "1-o", "A3")
    before = event.everything()
    outcome = await event.begin("john1", "1-b", names="A4 A1 A2 A3")
    assert isinstance(outcome, SeatsUnavailable)
    assert [(it.seat_id, it.reason.value) for it in outcome.refusals] == [
        ("A4", "not_yours"),
        ("A2", "held"),
        ("A3", "booked"),
    ]
    assert event.everything() == before


async def test_a_missing_epoch_answers_cold(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    event.lose_epoch()
    assert isinstance(await event.begin("john", "1-b", hold="1-h"), Cold)
    assert isinstance(await event.begin("john", "1-b", names="A1"), Cold)
    assert event.marks() == {}


async def test_a_hold_that_lost_seats_is_not_complete(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1 A2")
    await event.acquired("john", "1-h2", "A2")
    outcome = await event.begin("john", "1-b", hold="1-h")
    assert isinstance(outcome, HoldNotComplete)
    assert outcome.seat_ids == seats("A2")
    assert event.marks() == {}


async def test_an_absent_foreign_or_expired_hold_is_not_found(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    assert isinstance(await event.begin("john", "1-b", hold="1-none"), HoldNotFound)
    assert isinstance(await event.begin("joh", "1-b", hold="1-h"), HoldNotFound)
    event.pass_ms(TTL_MS, keys_stay=True)
    assert isinstance(await event.begin("john", "1-b", hold="1-h"), HoldNotFound)
    assert event.marks() == {}


async def test_a_live_mark_of_the_same_booking_is_still_running(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    await event.begun("john", "1-b", hold="1-h")
    event.pass_ms(10_000)
    before = event.everything()
    outcome = await event.begin("john", "1-b", hold="1-h")
    assert isinstance(outcome, BookingRunning)
    assert 0 < outcome.retry_after_ms <= GUARD_MS - 10_000
    assert event.everything() == before


async def test_a_live_mark_of_another_booking_is_busy_until_its_deadline_and_absent_after(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1 A2")
    await event.begun("john", "1-b", names="A2")
    outcome = await event.begin("john", "1-b2", hold="1-h")
    assert isinstance(outcome, SeatsBusy)
    assert outcome.seat_ids == seats("A2")
    assert 0 < outcome.retry_after_ms <= GUARD_MS
    event.pass_ms(GUARD_MS)
    assert isinstance(await event.begin("john", "1-b2", hold="1-h"), BookingBegun)


async def test_a_crash_before_the_ledger_frees_the_seats_by_itself(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1", ttl_ms=5_000)
    await event.begun("john", "1-b", hold="1-h")
    event.pass_ms(GUARD_MS)
    assert (await event.sweep()).seat_ids == seats("A1")
    assert (event.marks(), event.held()) == ({}, {})
    await event.acquired("jane", "1-j", "A1")


async def test_a_seat_that_is_sold_all_the_same_is_refused(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    event.raw.hset(keys.sold_seats(EVENT), "A1", "booked:1-other")
    outcome = await event.begin("john", "1-b", hold="1-h")
    assert isinstance(outcome, SeatsUnavailable)
    assert event.marks() == {}


@pytest.mark.parametrize("by", ["hold", "seats"])
async def test_what_differs_from_what_was_read_answers_changed(event: EventOnValkey, by: str) -> None:
    await event.acquired("john", "1-h", "A1 A2")
    await event.acquired("john", "1-h2", "A2")
    before = event.everything()
    read = "A1" if by == "hold" else "A1 A2"
    outcome = await sale_calls.begin_booking(
        event.client,
        event_id=EVENT,
        booking_id=BookingId("1-b"),
        user_id=UserId("john"),
        by="hold" if by == "hold" else "seats",
        holds=[ListedHold(HoldId("1-h"), seats(read))],
        held=[HeldSeat(seat, HoldId("1-h")) for seat in seats(read)],
        guard_ms=GUARD_MS,
    )
    assert isinstance(outcome, Changed)
    assert event.everything() == before


async def test_a_hold_of_five_hundred_seats_is_marked_at_once(event: EventOnValkey) -> None:
    await event.acquired("admin", "1-h", "B0", ttl_ms=20_000)
    for first in range(1, 500, 50):
        names = " ".join(f"B{number}" for number in range(first, min(first + 50, 500)))
        await event.acquired("admin", "1-h", names, adds=True)
    assert len((await event.begun("admin", "1-b", hold="1-h")).held) == 500
    assert len(event.marks()) == 500


async def test_without_memory_no_booking_begins(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    event.raw.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreUnavailable, match="memory"):
            await event.begin("john", "1-b", hold="1-h")
    finally:
        event.raw.config_set("maxmemory", 0)
    assert event.marks() == {}
