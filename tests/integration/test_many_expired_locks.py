"""A hundred thousand locks run out in one moment, on a real store: swept in steps that let everybody else in between.

How many milliseconds that takes is measured in benchmarks/load/expiry.py.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import redis

from frontrow.adapters.redis import keys
from frontrow.adapters.redis.change_feed import ValkeyChangeFeed
from frontrow.adapters.redis.client import connect
from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.domain.changes import ChangeKind
from frontrow.domain.event import Event
from frontrow.domain.hold import HoldAcquired, Written
from frontrow.domain.ids import EventId, HoldId, SeatId, UserId
from frontrow.domain.seat_map import SeatMapSnapshot
from frontrow.services.sweeping import SEATS_PER_SWEEP_MAX, SWEEPS_AT_ONCE_MAX, Sweeper
from tests.support.eventually import eventually
from tests.support.fake_clock import SkippingClock
from tests.support.valkey import ValkeyServer

LOCKS = 100_000
LOCKS_PER_CALL = 5_000
EVENT, OTHERS = EventId("stadium"), [EventId(f"club-{number}") for number in range(20)]
RUNS_OUT_IN_MS = 1_000


class OnSale:
    """Nothing for the rotation to look at: every expiry is known."""

    async def events_on_sale(self, now_ms: int) -> list[Event]:
        return []


class CountedStore(ValkeyHoldStore):
    """Notes how many seats each sweep took."""

    def __init__(self, server: ValkeyServer) -> None:
        self.client = connect(server.url, timeout_ms=10_000)
        super().__init__(self.client)
        self.swept: list[int] = []

    async def sweep_expired(self, event_id: EventId, *, seats_max: int = 500) -> Written:
        written = await super().sweep_expired(event_id, seats_max=seats_max)
        self.swept.append(len(written.seat_ids))
        return written


@pytest.fixture
async def store(valkey: ValkeyServer) -> AsyncIterator[CountedStore]:
    opened = CountedStore(valkey)
    yield opened
    await opened.client.close()


@pytest.fixture
def raw(valkey: ValkeyServer) -> Iterator[redis.Redis]:
    opened = redis.Redis(unix_socket_path=str(valkey.socket), decode_responses=True)
    yield opened
    opened.close()


FILL = """
for number = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  redis.call('ZADD', KEYS[1], ARGV[3], 'S' .. number)
  redis.call('SET', ARGV[4] .. number, 'user-' .. number .. ':1-h' .. number .. ':0', 'PXAT', ARGV[3])
end"""


def fill(raw: redis.Redis, event_id: EventId, locks: int) -> int:
    """So many seats of the event locked, all until the same moment, which is returned."""
    seconds, microseconds = raw.time()
    expires_at_ms = int(seconds * 1000 + microseconds // 1000 + RUNS_OUT_IN_MS)
    lock_prefix = keys.seat_lock(event_id, "S")
    for first in range(0, locks, LOCKS_PER_CALL):
        last = min(first + LOCKS_PER_CALL, locks) - 1
        raw.eval(FILL, 1, keys.held_seats(event_id), str(first), str(last), str(expires_at_ms), lock_prefix)
    return expires_at_ms


async def hold(store: CountedStore, event_id: EventId, number: int) -> None:
    """A hold that has nothing to do with what runs out; it must be granted."""
    outcome = await store.acquire(
        event_id,
        hold_id=HoldId(f"1-beside-{number}"),
        user_id=UserId("somebody else"),
        seat_ids=[SeatId(f"T{number}")],
        table_ids=(),
        table_of_seat={},
        ttl_ms=600_000,
        lifetime_max_ms=7_200_000,
        seats_per_user_max=None,
    )
    assert isinstance(outcome, HoldAcquired)


async def in_a_hurry(seconds: float) -> None:
    """The sweeper's pauses, shortened: that others have their turn depends on the steps' bounds, not on them."""
    await asyncio.sleep(seconds / 10)


async def sweep_all(store: CountedStore, due_ms: dict[EventId, int], locks: int) -> int:
    """Let a sweeper take everything off the maps while holds are asked for in turn; how many were granted meanwhile."""
    sweeper = Sweeper(store=store, catalog=OnSale(), clock=SkippingClock(), sleep=in_a_hurry)
    for event_id, at_ms in due_ms.items():
        sweeper.note_expiry(event_id, at_ms)
    beside = 0
    running = asyncio.create_task(sweeper.run())
    try:
        await eventually(lambda: bool(store.swept), "the first sweep", seconds_max=60)
        while sweeper.figures().swept_seats < locks:
            await hold(store, EVENT, beside)
            beside += 1
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    figures = sweeper.figures()
    assert (figures.swept_seats, figures.failures, figures.failing_events) == (locks, 0, 0)
    return beside


async def test_a_hundred_thousand_locks_of_one_event_are_swept_in_bounded_steps_with_holds_granted_in_between(
    store: CountedStore, raw: redis.Redis
) -> None:
    await store.warm(EVENT, [])
    due_ms = {EVENT: fill(raw, EVENT, LOCKS)}
    before = await ValkeyChangeFeed(store.client).read_map(EVENT)
    assert isinstance(before, SeatMapSnapshot)
    beside = await sweep_all(store, due_ms, LOCKS)
    assert max(store.swept) <= SEATS_PER_SWEEP_MAX
    assert sum(store.swept) == LOCKS
    assert beside >= 10

    feed = ValkeyChangeFeed(store.client)
    offset, kinds, told = before.position.offset, [], set[SeatId]()
    while entries := (await feed.read_after({EVENT: offset}, block_ms=1)).get(EVENT):
        assert isinstance(entries, list)
        offset = entries[-1].offset
        for entry in entries:
            kinds.append(entry.change.kind)
            if entry.change.kind is ChangeKind.EXPIRED:
                assert len(entry.change.seats) <= SEATS_PER_SWEEP_MAX
                told |= set(entry.change.seats)
    assert len(told) == LOCKS
    first, last = kinds.index(ChangeKind.EXPIRED), len(kinds) - kinds[::-1].index(ChangeKind.EXPIRED)
    assert kinds[first:last].count(ChangeKind.HELD) >= 10, "holds were granted between the sweeps, not after them"
    after = await feed.read_map(EVENT)
    assert isinstance(after, SeatMapSnapshot)
    assert len(after.held) == beside


async def test_locks_of_many_events_run_out_together_and_a_bounded_number_is_swept_at_once(
    store: CountedStore, raw: redis.Redis
) -> None:
    await store.warm(EVENT, [])
    due_ms = {event_id: fill(raw, event_id, 1_000) for event_id in OTHERS}
    assert len(due_ms) > SWEEPS_AT_ONCE_MAX
    await sweep_all(store, due_ms, 1_000 * len(OTHERS))
    assert max(store.swept) <= SEATS_PER_SWEEP_MAX
    assert all(raw.zcard(keys.held_seats(event_id)) == 0 for event_id in OTHERS)
