"""acquire_hold: every seat for one user, or none."""

import pytest

from frontrow.adapters.redis import keys
from frontrow.domain.booking import SeatRowState
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.hold import (
    SEATS_PER_HOLD_MAX,
    Cold,
    HoldAcquired,
    HoldGone,
    HoldNotComplete,
    HoldNotFound,
    KeyReused,
    SeatLimitReached,
    SeatRefusal,
    SeatsBusy,
    SeatsUnavailable,
    Unavailable,
)
from frontrow.domain.ids import HoldId, SeatId
from frontrow.domain.seat_records import HOLD_LISTED_MAX
from tests.support.event_on_valkey import EVENT, EventOnValkey
from tests.support.one_event import GUARD_MS, LIFETIME_MAX_MS, TTL_MS, seats

DAY_MS = 86_400_000


async def test_it_leaves_locks_table_locks_record_index_and_cap_set_that_run_out_together(event: EventOnValkey) -> None:
    acquired = await event.acquired("john", "1-h", "A1", tables={"T1": "A2 A3"})
    at_ms, until_ms = acquired.now_ms, acquired.now_ms + TTL_MS
    assert acquired.expires_at_ms == until_ms
    assert event.lock("A1") == f"john:1-h:{at_ms}"
    assert event.lock("A2") == event.lock("A3") == event.table_lock("T1") == f"john:1-h:{at_ms}:table:T1"
    assert event.record("1-h") == {
        "user": "john",
        "seats": "A1,A2,A3",
        "tables": "T1",
        "first_locked_at_ms": str(at_ms),
        "expires_at_ms": str(until_ms),
    }
    assert event.held() == event.capped("john") == {"A1": until_ms, "A2": until_ms, "A3": until_ms}
    names = [
        *(keys.seat_lock(EVENT, seat) for seat in ("A1", "A2", "A3")),
        keys.table_lock(EVENT, "T1"),
        keys.hold(EVENT, "1-h"),
        keys.user_seats(EVENT, "john"),
    ]
    assert {event.runs_out_at(name) for name in names} == {until_ms}
    entry = event.feed()[-1]
    assert (entry["kind"], entry["seats"], entry["expires"]) == ("held", "A1,A2,A3", str(until_ms))
    assert (entry["user"], entry["hold"], entry["at"]) == ("john", "1-h", str(at_ms))


async def test_a_missing_epoch_answers_cold(cold: EventOnValkey) -> None:
    assert isinstance(await cold.acquire("john", "1-h", "A1"), Cold)
    assert cold.everything() == {}


async def test_all_or_nothing_naming_every_seat_that_cannot_be_had_in_the_order_asked(event: EventOnValkey) -> None:
    await event.acquired("jane", "1-j", "A2")
    await event.finish("jim", "1-b", "A4")
    await event.block("1-x", "A5")
    await event.finish("jim", "1-o", "A6", state=SeatRowState.CLAIMED)
    before = event.everything()
    outcome = await event.acquire("john", "1-h", "A5 A1 A4 A6", tables={"T1": "A2 A3"})
    assert isinstance(outcome, SeatsUnavailable)
    assert [(it.seat_id, it.reason.value) for it in outcome.refusals] == [
        ("A5", "blocked"),
        ("A4", "booked"),
        ("A6", "held"),
        ("A2", "held"),
    ]
    assert event.everything() == before


async def test_own_re_hold_moves_seats_and_keeps_the_first_locked_time(event: EventOnValkey) -> None:
    first = await event.acquired("john", "1-h1", "A1 A2")
    event.pass_ms(60_000)
    second = await event.acquired("john", "1-h2", "A2 A3")
    locked_at_ms = first.now_ms - 60_000
    assert event.lock("A1") == f"john:1-h1:{locked_at_ms}"
    assert event.lock("A2") == f"john:1-h2:{locked_at_ms}"
    assert event.lock("A3") == f"john:1-h2:{second.now_ms}"
    assert event.record("1-h1")["seats"] == "A1,A2"
    assert event.record("1-h2")["first_locked_at_ms"] == str(locked_at_ms)


async def test_the_lifetime_cap_follows_the_seat_from_hold_to_hold(event: EventOnValkey) -> None:
    first = await event.acquired("john", "1-h1", "A1", ttl_ms=LIFETIME_MAX_MS)
    event.pass_ms(LIFETIME_MAX_MS - 60_000)
    second = await event.acquired("john", "1-h2", "A1 A2")
    assert second.expires_at_ms == first.expires_at_ms - (LIFETIME_MAX_MS - 60_000)
    assert event.held() == {"A1": second.expires_at_ms, "A2": second.expires_at_ms}


async def test_a_hold_that_lost_seats_by_a_move_is_not_complete(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h1", "A1 A2")
    await event.acquired("john", "1-h2", "A2")
    outcome = await event.begin("john", "1-b", hold="1-h1")
    assert isinstance(outcome, HoldNotComplete)
    assert outcome.seat_ids == seats("A2")


async def test_adding_takes_the_open_holds_expiry_and_touches_no_other_seat(event: EventOnValkey) -> None:
    first = await event.acquired("john", "1-h", "A1", tables={"T1": "A2"})
    added = await event.acquired("john", "1-h", "A3", tables={"T2": "A4"}, adds=True, ttl_ms=2 * TTL_MS)
    assert added.expires_at_ms == first.expires_at_ms
    assert event.record("1-h")["seats"] == "A1,A2,A3,A4"
    assert event.record("1-h")["tables"] == "T1,T2"
    assert set(event.held().values()) == {first.expires_at_ms}
    assert event.feed()[-1]["seats"] == "A3,A4"


async def test_adding_to_a_hold_that_is_absent_foreign_or_ran_out_is_not_found(event: EventOnValkey) -> None:
    await event.acquired("jane", "1-j", "A1")
    assert isinstance(await event.acquire("john", "1-h", "A2", adds=True), HoldNotFound)
    assert isinstance(await event.acquire("john", "1-j", "A2", adds=True), HoldNotFound)
    assert isinstance(await event.acquire("john", "1-j", "A2"), HoldNotFound)
    event.pass_ms(TTL_MS, keys_stay=True)
    assert isinstance(await event.acquire("jane", "1-j", "A2", adds=True), HoldNotFound)


async def test_marks_answer_busy_to_move_and_add_until_the_deadline_and_count_as_absent_after(
    event: EventOnValkey,
) -> None:
    await event.acquired("john", "1-h1", "A1")
    await event.acquired("john", "1-h2", "A2")
    await event.begun("john", "1-b", hold="1-h1")
    before = event.everything()
    for outcome in (
        await event.acquire("john", "1-h3", "A1 A3"),
        await event.acquire("john", "1-h2", "A1 A3", adds=True),
    ):
        assert isinstance(outcome, SeatsBusy)
        assert outcome.seat_ids == seats("A1")
        assert 0 < outcome.retry_after_ms <= GUARD_MS
    assert event.everything() == before
    event.pass_ms(GUARD_MS)
    assert isinstance(await event.acquire("john", "1-h2", "A1", adds=True), HoldAcquired)
    assert event.marks() == {}


async def test_a_seat_that_anothers_booking_has_marked_is_held(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    await event.begun("john", "1-b", hold="1-h")
    event.raw.delete(keys.seat_lock(EVENT, "A1"), keys.held_seats(EVENT))
    refused = await event.acquire("jane", "1-j", "A1")
    assert isinstance(refused, SeatsUnavailable)
    assert refused.refusals == (SeatRefusal(SeatId("A1"), Unavailable.HELD),)
    event.pass_ms(GUARD_MS)
    assert isinstance(await event.acquire("jane", "1-j", "A1"), HoldAcquired)


async def test_expired_means_the_stored_expiry_has_come_whether_or_not_keys_still_exist(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    event.pass_ms(TTL_MS, keys_stay=True)
    assert event.lock("A1") is not None
    taken = await event.acquired("jane", "1-j", "A1")
    assert event.lock("A1") == f"jane:1-j:{taken.now_ms}"


async def test_a_lock_that_is_gone_too_soon_leaves_the_seat_held(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    event.raw.delete(keys.seat_lock(EVENT, "A1"))
    assert isinstance(await event.acquire("jane", "1-j", "A1"), SeatsUnavailable)


async def test_the_cap_counts_by_score_and_moves_cost_nothing(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h1", "A1 A2", seats_max=3)
    refused = await event.acquire("john", "1-h2", "A3 A4", seats_max=3)
    assert isinstance(refused, SeatLimitReached)
    assert (refused.held_count, refused.seats_max) == (2, 3)
    assert isinstance(await event.acquire("john", "1-h3", "A2 A3", seats_max=3), HoldAcquired)
    assert isinstance(await event.acquire("jane", "1-j", "A4", seats_max=3), HoldAcquired)
    event.pass_ms(TTL_MS, keys_stay=True)
    assert len(event.capped("john")) == 3
    assert isinstance(await event.acquire("john", "1-h4", "A5 A6 A7", seats_max=3), HoldAcquired)
    assert set(event.capped("john")) == {"A5", "A6", "A7"}


async def test_the_users_of_one_guest_session_share_its_cap(event: EventOnValkey) -> None:
    await event.acquired("guest:s:ann", "1-h1", "A1 A2", seats_max=3)
    refused = await event.acquire("guest:s:bob", "1-h2", "A3 A4", seats_max=3)
    assert isinstance(refused, SeatLimitReached)
    assert (refused.held_count, refused.seats_max) == (2, 3)
    await event.acquired("guest:s:bob", "1-h3", "A3", seats_max=3)
    assert set(event.capped("guest:s")) == {"A1", "A2", "A3"}
    assert isinstance(await event.acquire("guest:t:ann", "1-h4", "A4 A5", seats_max=3), HoldAcquired)


async def test_the_cap_set_lives_as_long_as_its_last_seat(event: EventOnValkey) -> None:
    longer = await event.acquired("john", "1-h1", "A1", ttl_ms=TTL_MS)
    await event.acquired("john", "1-h2", "A2", ttl_ms=1_000)
    assert event.runs_out_at(keys.user_seats(EVENT, "john")) == longer.expires_at_ms


async def test_whole_values_are_compared_a_name_that_begins_with_anothers_is_somebody_else(
    event: EventOnValkey,
) -> None:
    await event.acquired("john12", "1-h", "A1")
    assert isinstance(await event.acquire("john1", "1-h2", "A1"), SeatsUnavailable)
    await event.acquired("john1", "1-h2", "A2")
    assert isinstance(await event.acquire("john12", "1-h3", "A2"), SeatsUnavailable)


@pytest.mark.parametrize("name", ["a:b", "100%", "a:1-h:5", "a%3Ab", "ö ü", "x" * 255])
async def test_any_user_may_hold_whatever_colons_and_percents_the_name_has(event: EventOnValkey, name: str) -> None:
    await event.acquired(name, "1-h", "A1")
    assert await event.held_now(name) == {"A1": "1-h"}
    assert await event.held_now("a") == {}
    again = await event.acquired(name, "1-h2", "A1")
    assert again.replayed is False
    assert isinstance(await event.acquire("a", "1-h3", "A1"), SeatsUnavailable)


async def test_the_same_fingerprint_answers_with_the_same_hold_its_expiry_unchanged(event: EventOnValkey) -> None:
    first = await event.acquired("john", "1-h1", "A1", key="k", fingerprint="f")
    event.pass_ms(60_000)
    again = await event.acquired("john", "1-h2", "A1", key="k", fingerprint="f")
    assert (again.hold_id, again.expires_at_ms, again.replayed) == ("1-h1", first.expires_at_ms - 60_000, True)
    assert again.entries == ()
    assert event.record("1-h2") == {}


async def test_another_fingerprint_is_key_reused_before_any_seat_is_looked_at(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h1", "A1", key="k", fingerprint="f")
    await event.acquired("jane", "1-j", "A2")
    assert isinstance(await event.acquire("john", "1-h2", "A2", key="k", fingerprint="g"), KeyReused)


async def test_a_key_whose_hold_was_released_or_ran_out_answers_gone(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h1", "A1", key="k", fingerprint="f")
    await event.acquired("john", "1-h2", "A2", key="k2", fingerprint="f")
    await event.release("john", "1-h1")
    gone = await event.acquire("john", "1-h3", "A1", key="k", fingerprint="f")
    assert isinstance(gone, HoldGone)
    assert gone.hold_id == HoldId("1-h1")
    event.pass_ms(TTL_MS)
    assert isinstance(await event.acquire("john", "1-h3", "A2", key="k2", fingerprint="f"), HoldGone)


async def test_an_answer_is_kept_a_day_past_the_latest_expiry_its_hold_could_get(event: EventOnValkey) -> None:
    first = await event.acquired("john", "1-h1", "A1", key="k", fingerprint="f")
    name = keys.hold_answer(EVENT, "k")
    assert event.runs_out_at(name) == first.now_ms + LIFETIME_MAX_MS + DAY_MS
    assert event.raw.hmget(name, ["fingerprint", "hold"]) == ["f", "1-h1"]


async def test_the_same_hold_id_is_the_same_hold_its_expiry_unchanged(event: EventOnValkey) -> None:
    first = await event.acquired("john", "1-h", "A1", tables={"T1": "A2"})
    before = event.everything()
    again = await event.acquired("john", "1-h", "A1", tables={"T1": "A2"})
    assert (again.replayed, again.expires_at_ms, again.seat_ids, again.table_ids) == (
        True,
        first.expires_at_ms,
        first.seat_ids,
        first.table_ids,
    )
    assert event.everything() == before


async def test_fifty_seats_at_fifty_tables_are_held_at_once_and_one_more_is_an_assertion(event: EventOnValkey) -> None:
    tables = {f"T{number}": f"A{number}" for number in range(SEATS_PER_HOLD_MAX)}
    acquired = await event.acquired("john", "1-h", "", tables=tables)
    assert len(acquired.seat_ids) == len(acquired.table_ids) == SEATS_PER_HOLD_MAX
    with pytest.raises(Exception, match="1 to 50 seats"):
        await event.acquire("john", "1-h2", " ".join(f"B{number}" for number in range(51)))
    with pytest.raises(Exception, match="1 to 50 seats"):
        await event.acquire("john", "1-h2", "")


async def test_a_hold_lists_a_bounded_number_of_seats(event: EventOnValkey) -> None:
    await event.acquired("admin", "1-h", "B0")
    for first in range(1, HOLD_LISTED_MAX, 50):
        names = " ".join(f"B{number}" for number in range(first, min(first + 50, HOLD_LISTED_MAX)))
        await event.acquired("admin", "1-h", names, adds=True)
    refused = await event.acquire("admin", "1-h", "A1", adds=True)
    assert isinstance(refused, SeatLimitReached)
    assert (refused.held_count, refused.seats_max) == (HOLD_LISTED_MAX, HOLD_LISTED_MAX)


async def test_without_memory_no_hold_is_granted(event: EventOnValkey) -> None:
    event.raw.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreUnavailable, match="memory"):
            await event.acquire("john", "1-h", "A1")
    finally:
        event.raw.config_set("maxmemory", 0)
    assert event.held() == {}


async def test_a_seat_of_ones_own_that_ran_out_is_locked_anew(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h1", "A1")
    event.pass_ms(TTL_MS, keys_stay=True)
    again = await event.acquired("john", "1-h2", "A1")
    assert event.lock("A1") == f"john:1-h2:{again.now_ms}"


async def test_adding_leaves_the_time_the_hold_was_first_locked_at(event: EventOnValkey) -> None:
    first = await event.acquired("john", "1-h", "A1")
    event.pass_ms(60_000)
    await event.acquired("john", "1-h", "A2", adds=True)
    assert event.record("1-h")["first_locked_at_ms"] == str(first.now_ms - 60_000)
