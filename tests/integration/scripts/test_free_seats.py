"""free_seats: an owner's seats are free for good, and it is remembered that they are."""

import pytest

from frontrow.adapters.redis import hold_store
from frontrow.domain.booking import SeatRowState
from tests.support.event_on_valkey import EventOnValkey
from tests.support.one_event import seats

DAY_MS = 86_400_000


async def test_it_frees_what_is_this_owners_and_leaves_a_tombstone_for_every_seat_named(event: EventOnValkey) -> None:
    await event.finish("john", "1-b", "A1 A2")
    freed = await event.free("1-b", "A1 A3")
    assert freed.seat_ids == seats("A1")
    assert event.sold() == {"A2": "booked:1-b"}
    assert event.freed() == {"1-b/A1": freed.now_ms, "1-b/A3": freed.now_ms}
    entry = event.feed()[-1]
    assert (entry["kind"], entry["seats"], entry["owner"]) == ("freed", "A1", "1-b")


@pytest.mark.parametrize("state", list(SeatRowState))
async def test_it_frees_bookings_claims_and_blocks_alike(event: EventOnValkey, state: SeatRowState) -> None:
    await event.finish("john", "1-b", "A1", state=state)
    await event.free("1-b", "A1")
    assert event.sold() == {}


async def test_anyone_elses_seat_stays_and_nothing_is_appended(event: EventOnValkey) -> None:
    await event.finish("john", "1-b12", "A1")
    entries = event.feed()
    assert (await event.free("1-b1", "A1")).seat_ids == ()
    assert event.sold() == {"A1": "booked:1-b12"}
    assert event.feed() == entries


async def test_it_writes_whether_or_not_the_epoch_is_there(cold: EventOnValkey) -> None:
    await cold.finish("john", "1-b", "A1")
    await cold.free("1-b", "A1")
    assert cold.sold() == {}
    await cold.warm(("A1", SeatRowState.BOOKED, "1-b"))
    assert cold.sold() == {}


async def test_repeating_it_frees_nothing_more(event: EventOnValkey) -> None:
    await event.finish("john", "1-b", "A1")
    await event.free("1-b", "A1")
    again = await event.free("1-b", "A1")
    assert (again.seat_ids, again.entries) == ((), ())


async def test_tombstones_older_than_a_day_are_dropped_two_hundred_at_a_time(event: EventOnValkey) -> None:
    await event.free("1-b", " ".join(f"A{number}" for number in range(300)))
    event.pass_ms(DAY_MS)
    await event.free("1-b", "B1")
    assert len(event.freed()) == 101
    await event.free("1-b", "B1")
    assert set(event.freed()) == {"1-b/B1"}


async def test_a_thousand_seats_are_freed_at_once_and_more_in_further_steps(event: EventOnValkey) -> None:
    await event.warm()
    for letter in "BC":
        await event.block("1-b", " ".join(f"{letter}{number}" for number in range(1_000)))
    names = " ".join(f"{letter}{number}" for letter in "BC" for number in range(1_000))
    freed = await event.free("1-b", f"{names} D1")
    assert [len(entry.change.seats) for entry in freed.entries] == [1_000, 1_000]
    assert freed.seat_ids == seats(names)
    assert len(event.freed()) == 2_001
    assert event.sold() == {}


async def test_more_than_a_step_takes_is_an_assertion(event: EventOnValkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold_store, "SEATS_FREED_PER_STEP_MAX", 1_001)
    with pytest.raises(Exception, match="1 to 1,000 seats"):
        await event.free("1-b", " ".join(f"B{number}" for number in range(1_001)))
    with pytest.raises(Exception, match="1 to 1,000 seats"):
        await event.free("1-b", "")


async def test_without_memory_free_goes_on(event: EventOnValkey) -> None:
    await event.finish("john", "1-b", "A1")
    event.raw.config_set("maxmemory", 1)
    try:
        await event.free("1-b", "A1")
    finally:
        event.raw.config_set("maxmemory", 0)
    assert event.sold() == {}
