"""read_seats: what seats are now, for the calls that compare it when they write."""

import pytest

from frontrow.adapters.redis import keys, scripts
from frontrow.adapters.redis.seat_reads import SEATS_PER_READ_MAX, Lock, SeatsRead, read_seats
from frontrow.domain.booking import SeatRowState
from frontrow.domain.ids import HoldId, TableId
from tests.support.event_on_valkey import EVENT, EventOnValkey
from tests.support.one_event import TTL_MS, seats


async def seen(event: EventOnValkey, names: str) -> SeatsRead:
    return await read_seats(event.client, event_id=EVENT, seat_ids=seats(names))


async def test_it_tells_who_holds_each_seat_and_why_nobody_else_can_take_it(event: EventOnValkey) -> None:
    await event.acquired("a:b", "1-h", "A1", tables={"T1": "A2"})
    await event.finish("jane", "1-b", "A3")
    await event.finish("jane", "1-o", "A4", state=SeatRowState.CLAIMED)
    await event.block("1-x", "A5")
    found = await seen(event, "A6 A5 A4 A3 A2 A1")
    assert found.reasons == ["", "blocked", "claimed", "booked", "held", "held"]
    assert found.locks[:4] == [None] * 4
    assert found.locks[4:] == [Lock("a%3Ab", HoldId("1-h"), TableId("T1")), Lock("a%3Ab", HoldId("1-h"))]
    assert found.is_warm


async def test_a_lock_whose_stored_expiry_has_come_is_not_one(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    event.pass_ms(TTL_MS, keys_stay=True)
    found = await seen(event, "A1")
    assert (found.locks, found.reasons) == ([None], [""])


async def test_a_mark_holds_a_seat_until_its_deadline(event: EventOnValkey) -> None:
    event.raw.hset(keys.booking_marks(EVENT), "A1", f"1-b:{event.now_ms() + 60_000}")
    event.raw.hset(keys.booking_marks(EVENT), "A2", f"1-b:{event.now_ms()}")
    assert (await seen(event, "A1 A2")).reasons == ["held", ""]


async def test_a_cold_event_is_told(cold: EventOnValkey) -> None:
    assert not (await seen(cold, "A1")).is_warm
    assert not (await seen(cold, "")).is_warm


async def test_more_seats_than_one_call_takes_are_read_in_several(event: EventOnValkey) -> None:
    names = [f"S{number}" for number in range(2 * SEATS_PER_READ_MAX + 1)]
    await event.acquired("john", "1-h", names[-1])
    found = await seen(event, " ".join(names))
    assert len(found.locks) == len(found.reasons) == len(names)
    assert found.locks[-1] == Lock("john", HoldId("1-h"))


async def test_what_it_reads_becomes_holders_and_the_users_seats(event: EventOnValkey) -> None:
    await event.acquired("a:b%", "1-h", "A1 A2")
    assert await event.store.holders(EVENT, seats("A1 A3")) == {"A1": ("a:b%", "1-h")}
    assert await event.held_now("a:b%") == {"A1": "1-h", "A2": "1-h"}
    assert await event.held_now("a:b") == {}


async def test_five_hundred_and_one_seats_in_one_call_are_an_assertion(event: EventOnValkey) -> None:
    names = [keys.event_epoch(EVENT), keys.sold_seats(EVENT), keys.held_seats(EVENT), keys.booking_marks(EVENT)]
    wanted = [f"S{number}" for number in range(SEATS_PER_READ_MAX + 1)]
    with pytest.raises(Exception, match="at most 500 seats"):
        await event.run(scripts.READ_SEATS, [*names, *(keys.seat_lock(EVENT, seat) for seat in wanted)], *wanted)
