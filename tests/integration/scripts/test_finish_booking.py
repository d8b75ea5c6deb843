"""finish_booking: what the ledger committed is sold here too, however late, often or cold."""

import pytest

from frontrow.adapters.redis import keys
from frontrow.domain.booking import SeatRowState
from frontrow.domain.hold import HeldSeat, SeatsUnavailable
from frontrow.domain.ids import HoldId, SeatId
from tests.support.event_on_valkey import EVENT, EventOnValkey
from tests.support.one_event import pairs, seats

DAY_MS = 86_400_000


async def test_a_finished_booking_leaves_its_sold_seats_and_nothing_of_the_hold(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1", tables={"T1": "A2"})
    begun = await event.begun("john", "1-b", hold="1-h")
    finished = await event.finish("john", "1-b", "A1 A2", held=begun.held)
    assert (finished.skipped, finished.broken) == ((), ())
    assert event.sold() == {"A1": "booked:1-b", "A2": "booked:1-b"}
    assert set(event.everything()) == {
        keys.event_epoch(EVENT),
        keys.seat_changes(EVENT),
        keys.sold_seats(EVENT),
    }
    entry = event.feed()[-1]
    assert (entry["kind"], entry["seats"], entry["user"], entry["owner"]) == ("booked", "A1,A2", "john", "1-b")


async def test_repeating_it_changes_nothing(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    begun = await event.begun("john", "1-b", hold="1-h")
    await event.finish("john", "1-b", "A1", held=begun.held)
    before = event.everything()
    again = await event.finish("john", "1-b", "A1", held=begun.held)
    assert (again.skipped, again.broken, again.entries) == ((), (), ())
    assert event.everything() == before


async def test_it_writes_whether_or_not_the_epoch_is_there(cold: EventOnValkey) -> None:
    await cold.finish("john", "1-b", "A1")
    assert cold.sold() == {"A1": "booked:1-b"}
    await cold.warm()
    assert isinstance(await cold.acquire("jane", "1-h", "A1"), SeatsUnavailable)


async def test_it_skips_what_this_owner_has_freed_for_good(event: EventOnValkey) -> None:
    await event.free("1-b", "A1")
    finished = await event.finish("john", "1-b", "A1 A2")
    assert finished.skipped == seats("A1")
    assert event.sold() == {"A2": "booked:1-b"}
    await event.finish("john", "1-b2", "A1")
    assert event.sold()["A1"] == "booked:1-b2"


async def test_a_tombstone_stands_for_a_day(event: EventOnValkey) -> None:
    await event.free("1-b", "A1")
    event.pass_ms(DAY_MS)
    assert (await event.finish("john", "1-b", "A1")).skipped == ()


async def test_it_never_overwrites_another_id(event: EventOnValkey) -> None:
    await event.finish("john", "1-b", "A1")
    before = event.sold()
    assert (await event.finish("jane", "1-b2", "A1")).skipped == seats("A1")
    assert (await event.finish("jane", "1-o", "A1", state=SeatRowState.CLAIMED)).skipped == seats("A1")
    assert event.sold() == before


async def test_it_never_turns_booked_back_into_claimed(event: EventOnValkey) -> None:
    await event.finish("john", "1-x", "A1")
    await event.finish("john", "1-x", "A1", state=SeatRowState.CLAIMED)
    assert event.sold() == {"A1": "booked:1-x"}


async def test_only_an_orders_own_claim_becomes_its_booking(event: EventOnValkey) -> None:
    await event.finish("john", "1-o", "A1", state=SeatRowState.CLAIMED)
    await event.finish("jane", "1-o2", "A2", state=SeatRowState.CLAIMED)
    finished = await event.finish("john", "1-b", "A1 A2", replaces_claim="1-o")
    assert finished.skipped == seats("A2")
    assert event.sold() == {"A1": "booked:1-b", "A2": "claimed:1-o2"}
    assert (await event.finish("john", "1-b3", "A1", replaces_claim="1-b")).skipped == seats("A1")
    assert event.kinds() == ["claimed", "claimed", "booked"]


async def test_a_claim_that_became_a_booking_claims_nothing_once_that_is_freed(event: EventOnValkey) -> None:
    await event.finish("john", "1-o", "A1", state=SeatRowState.CLAIMED)
    await event.finish("john", "1-b", "A1", replaces_claim="1-o")
    await event.free("1-b", "A1")
    assert (await event.finish("john", "1-o", "A1", state=SeatRowState.CLAIMED)).skipped == seats("A1")
    assert event.sold() == {}


async def test_it_removes_marks_only_when_they_are_that_bookings(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1 A2")
    begun = await event.begun("john", "1-b", hold="1-h")
    await event.finish("john", "1-b2", "A1")
    assert set(event.marks()) == {"A1", "A2"}
    await event.finish("john", "1-b", "A2", held=begun.held)
    assert event.marks() == {}


async def test_a_mark_of_an_id_that_merely_begins_the_same_stays(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    await event.begun("john", "1-b2", hold="1-h")
    await event.finish("john", "1-b", "A1")
    assert set(event.marks()) == {"A1"}


async def test_another_users_hold_is_broken_and_told_and_his_lock_is_not_removed(event: EventOnValkey) -> None:
    await event.acquired("jane", "1-j", "A1 A2")
    lock = event.lock("A1")
    finished = await event.finish("john", "1-b", "A1")
    assert finished.broken == (HeldSeat(SeatId("A1"), HoldId("1-j")),)
    assert event.sold() == {"A1": "booked:1-b"}
    assert event.lock("A1") == lock
    assert event.record("1-j")["seats"] == "A1,A2"
    assert set(event.held()) == {"A2"}
    assert set(event.capped("jane")) == {"A1", "A2"}
    assert await event.held_now("jane") == {"A2": "1-j"}


async def test_a_skipped_seat_that_another_has_keeps_its_lock(event: EventOnValkey) -> None:
    await event.free("1-b", "A1")
    taken = await event.acquired("jane", "1-j", "A1")
    await event.finish("john", "1-b", "A1", held=pairs("A1", "1-h"))
    assert event.lock("A1") == f"jane:1-j:{taken.now_ms}"
    assert event.held() == {"A1": taken.expires_at_ms}


@pytest.mark.parametrize("knows", [True, False], ids=["tables told", "tables looked for"])
async def test_a_hold_that_still_has_seats_stays(event: EventOnValkey, knows: bool) -> None:
    first = await event.acquired("john", "1-h", "A1 A2", tables={"T1": "A3", "T2": "A4"})
    begun = await event.begun("john", "1-b", names="A1 A3")
    assert begun.table_ids == ("T1",)
    await event.finish("john", "1-b", "A1 A3", held=begun.held, table_ids=begun.table_ids if knows else None)
    assert event.record("1-h")["seats"] == "A2,A4"
    assert event.record("1-h")["tables"] == "T2"
    assert (event.table_lock("T1"), event.table_lock("T2") is not None) == (None, True)
    assert event.held() == event.capped("john") == dict.fromkeys(seats("A2 A4"), first.expires_at_ms)
    assert event.runs_out_at(keys.hold(EVENT, "1-h")) == first.expires_at_ms


async def test_seats_that_were_marked_and_not_booked_are_unmarked(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1 A2")
    begun = await event.begun("john", "1-b", hold="1-h")
    await event.finish("john", "1-b", "A1", held=begun.held)
    assert event.marks() == {}
    assert await event.held_now("john") == {"A2": "1-h"}


async def test_users_with_colons_and_percents_have_their_locks_removed(event: EventOnValkey) -> None:
    await event.acquired("a:b%3A", "1-h", "A1")
    begun = await event.begun("a:b%3A", "1-b", hold="1-h")
    finished = await event.finish("a:b%3A", "1-b", "A1", held=begun.held)
    assert finished.broken == ()
    assert event.lock("A1") is None


async def test_five_hundred_seats_are_finished_at_once(event: EventOnValkey) -> None:
    names = " ".join(f"B{number}" for number in range(500))
    await event.finish("john", "1-b", names)
    assert len(event.sold()) == 500


async def test_without_memory_finish_goes_on(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    begun = await event.begun("john", "1-b", hold="1-h")
    event.raw.config_set("maxmemory", 1)
    try:
        await event.finish("john", "1-b", "A1", held=begun.held)
    finally:
        event.raw.config_set("maxmemory", 0)
    assert event.sold() == {"A1": "booked:1-b"}
