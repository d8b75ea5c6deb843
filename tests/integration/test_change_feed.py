"""The change feed on a real server and on a real cluster: what scripts append, as readers get it."""

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from frontrow.adapters.redis import keys
from frontrow.domain.booking import LedgerSeat, SeatRowState
from frontrow.domain.changes import ChangeKind, FeedEntry, Position
from frontrow.domain.hold import Cold, HoldExtended, HoldReleased, Written
from frontrow.domain.ids import BlockId, EventId, SeatId
from frontrow.domain.seat_states import SeatStates
from tests.support.eventually import eventually
from tests.support.house import seats
from tests.support.store_on_valkey import EVENT, USER, StoreOnValkey
from tests.support.valkey import ValkeyServer

OTHER = EventId("ball")


@pytest_asyncio.fixture(params=["valkey", "cluster"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[StoreOnValkey]:
    store = StoreOnValkey.of(request.getfixturevalue(request.param))
    yield store
    await store.client.close()


async def everything_done_once(store: StoreOnValkey) -> list[FeedEntry]:
    """One call of every kind that appends, and what each said it appended."""
    said = [await store.warm(EVENT, LedgerSeat(SeatId("S1"), SeatRowState.BOOKED, "1-sold"))]
    held = await store.acquire("A1 A2")
    said += held.entries
    extended = await store.holds.extend(
        EVENT, hold_id=held.hold_id, user_id=USER, ttl_ms=900_000, lifetime_max_ms=7_200_000
    )
    released = await store.holds.release(EVENT, hold_id=held.hold_id, user_id=USER, seat_ids=seats("A2"))
    finished = await store.holds.finish_booking(
        EVENT,
        booking_id="1-booking",
        state=SeatRowState.BOOKED,
        owner_id="1-booking",
        user_id=USER,
        seat_ids=seats("A1"),
        held=[],
    )
    freed = await store.holds.free_seats(EVENT, owner_id="1-booking", seat_ids=seats("A1"))
    blocked = await store.holds.set_blocked(EVENT, block_id=BlockId("1-block"), seat_ids=seats("A3 A4"))
    assert isinstance(blocked, Written)
    await store.acquire("A5", ttl_ms=1)
    assert isinstance(extended, HoldExtended)
    assert isinstance(released, HoldReleased)
    said += [*extended.entries, *released.entries, *finished.entries, *freed.entries, *blocked.entries]
    return said


async def test_a_reader_gets_every_entry_exactly_as_the_call_that_appended_it_said(store: StoreOnValkey) -> None:
    said = await everything_done_once(store)
    read = await store.after("")
    assert read[: len(said)] == said
    assert [entry.change.kind for entry in read] == [
        ChangeKind.WARMED,
        ChangeKind.HELD,
        ChangeKind.EXPIRY_CHANGED,
        ChangeKind.RELEASED,
        ChangeKind.BOOKED,
        ChangeKind.FREED,
        ChangeKind.BLOCKED,
        ChangeKind.HELD,
    ]
    assert [entry.previous for entry in read] == ["", *(entry.offset for entry in read[:-1])]


async def test_the_map_at_any_position_and_the_entries_after_it_end_as_the_map(store: StoreOnValkey) -> None:
    await everything_done_once(store)
    states = SeatStates.from_snapshot(await store.map())
    held = await store.acquire("B1 B2")
    await store.holds.release(EVENT, hold_id=held.hold_id, user_id=USER)
    await store.acquire("B2 B3")
    for entry in await store.after(states.position.offset):
        assert states.apply(entry)
    last = await store.map()
    assert states.snapshot(last.now_ms) == last


async def test_the_map_names_holds_with_their_expiry_and_sales_with_their_owner(store: StoreOnValkey) -> None:
    await store.warm(
        EVENT,
        LedgerSeat(SeatId("S1"), SeatRowState.BOOKED, "1-booking"),
        LedgerSeat(SeatId("S2"), SeatRowState.CLAIMED, "1-order"),
        LedgerSeat(SeatId("S3"), SeatRowState.BLOCKED, "1-block:odd"),
    )
    held = await store.acquire("A1")
    shown = await store.map()
    assert shown.held == {SeatId("A1"): held.expires_at_ms}
    assert shown.booked == {SeatId("S1"): "1-booking"}
    assert shown.claimed == {SeatId("S2"): "1-order"}
    assert shown.blocked == {SeatId("S3"): "1-block:odd"}
    assert shown.position == Position(held.entries[0].epoch, held.entries[0].offset)


async def test_a_cold_event_has_no_map_and_no_head(store: StoreOnValkey) -> None:
    assert isinstance(await store.feed.read_map(EVENT), Cold)
    assert await store.feed.heads([EVENT]) == {}
    assert await store.feed.read_after({EVENT: ""}, block_ms=0) == {}


async def test_heads_are_where_the_feeds_end(store: StoreOnValkey) -> None:
    await store.warm(EVENT)
    warmed = await store.warm(OTHER)
    held = await store.acquire("A1")
    assert await store.feed.heads([EVENT, OTHER, EventId("cold")]) == {
        EVENT: Position(held.entries[0].epoch, held.entries[0].offset),
        OTHER: Position(warmed.epoch, warmed.offset),
    }


async def test_a_blocked_read_wakes_at_the_first_entry_of_any_feed(store: StoreOnValkey) -> None:
    at = {EVENT: (await store.warm(EVENT)).offset, OTHER: (await store.warm(OTHER)).offset}
    reading = asyncio.create_task(store.feed.read_after(at, block_ms=10_000))
    held = await store.acquire("A1", event_id=OTHER)
    assert await reading == {OTHER: list(held.entries)}


async def test_a_blocked_read_tells_of_feeds_on_any_node_again_and_again(store: StoreOnValkey) -> None:
    events = [EventId(f"evening {number}") for number in range(8)]
    at = {event_id: (await store.warm(event_id)).offset for event_id in events}
    for event_id in [*events, *events]:
        reading = asyncio.create_task(store.feed.read_after(at, block_ms=10_000))
        held = await store.acquire(f"A{len(at[event_id])}-{event_id[-1]}", event_id=event_id)
        assert await reading == {event_id: list(held.entries)}
        at[event_id] = held.entries[0].offset
        await store.holds.release(event_id, hold_id=held.hold_id, user_id=USER)
        at[event_id] = (await store.feed.heads([event_id]))[event_id].offset  # type: ignore[union-attr]


async def test_a_blocked_read_that_was_cancelled_costs_the_next_one_nothing(store: StoreOnValkey) -> None:
    at = {EVENT: (await store.warm(EVENT)).offset, OTHER: (await store.warm(OTHER)).offset}
    for _ in range(3):
        reading = asyncio.create_task(store.feed.read_after(at, block_ms=10_000))
        await store.client.execute(("PING",))
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    held = await store.acquire("A1", event_id=OTHER)
    assert await store.feed.read_after(at, block_ms=10_000) == {OTHER: list(held.entries)}


async def test_a_blocked_read_hears_of_an_emptied_store_and_of_what_comes_after(store: StoreOnValkey) -> None:
    await store.warm(EVENT)
    reading = asyncio.create_task(store.feed.read_after({EVENT: "", OTHER: ""}, block_ms=10_000))
    assert list(await reading) == [EVENT]
    await store.client.execute_on_all(("FLUSHALL",))
    reading = asyncio.create_task(store.feed.read_after({EVENT: "", OTHER: ""}, block_ms=10_000))
    warmed = await store.warm(OTHER)
    assert await reading == {OTHER: [warmed]}


async def test_a_blocked_read_without_entries_ends_in_time_with_nothing(store: StoreOnValkey) -> None:
    warmed = await store.warm()
    assert await store.feed.read_after({EVENT: warmed.offset}, block_ms=1) == {}


async def test_trimmed_entries_are_missing_and_the_next_one_shows_it(store: StoreOnValkey) -> None:
    warmed = await store.warm()
    await store.acquire("A1")
    last = await store.acquire("A2")
    await store.client.execute(("XTRIM", keys.seat_changes(EVENT), "MAXLEN", 1))
    read = await store.after(warmed.offset)
    assert read == list(last.entries)
    assert read[0].previous != warmed.offset


async def test_a_look_at_heads_that_is_given_up_leaves_nothing_under_way(valkey: ValkeyServer) -> None:
    store = StoreOnValkey.of(valkey)
    await store.warm()
    before = asyncio.all_tasks()
    valkey.kill(signal.SIGSTOP)
    try:
        looking = asyncio.create_task(store.feed.heads([EVENT, OTHER]))
        await eventually(lambda: len(asyncio.all_tasks() - before) >= 3, "both feeds are asked for their heads")
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        calls = [task for task in asyncio.all_tasks() - before if "execute" in str(task.get_coro())]
        assert calls == []
    finally:
        valkey.kill(signal.SIGCONT)
        await store.client.close()
