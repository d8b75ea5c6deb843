"""Races for neighbouring seats under the orphan rule: nobody leaves a single seat, and a control that does.

Two holds may each be harmless and strand a seat together: only who judges and takes in one step sees it.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence

import pytest

from frontrow.adapters.redis.client import StoreClient, connect
from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.domain.hold import AcquireOutcome, HoldAcquired, OrphanCheck, OrphanSeats, SeatsUnavailable
from frontrow.domain.ids import EventId, HoldId, SeatId, UserId
from frontrow.domain.orphan_rule import orphan_checks
from tests.support.rows_in_line import rows_in_line, single_seats
from tests.support.valkey import ValkeyServer

USERS = 200
EVENT = EventId("race")
LONG_ROW = [SeatId(f"A{number}") for number in range(1, 31)]
ROWS_OF_FIVE = [[SeatId(f"{row}-{number}") for number in range(1, 6)] for row in range(USERS // 2)]


@pytest.fixture
async def stores(valkey: ValkeyServer) -> AsyncIterator[list[ValkeyHoldStore]]:
    """Two processes' worth of stores on a warm event: callers of different ones never share a pipeline."""
    clients: list[StoreClient] = [connect(valkey.url) for _ in range(2)]
    stores = [ValkeyHoldStore(client) for client in clients]
    await stores[0].warm(EVENT, [])
    yield stores
    for client in clients:
        await client.close()


async def take(
    store: ValkeyHoldStore, user: int, seat_ids: Sequence[SeatId], checks: Sequence[OrphanCheck]
) -> AcquireOutcome:
    return await store.acquire(
        EVENT,
        hold_id=HoldId(f"1-{user}"),
        user_id=UserId(str(user)),
        seat_ids=seat_ids,
        table_ids=(),
        table_of_seat={},
        ttl_ms=600_000,
        lifetime_max_ms=7_200_000,
        seats_per_user_max=50,
        orphan_checks=checks,
    )


async def everybody_takes(
    stores: list[ValkeyHoldStore], rows: list[list[SeatId]], baskets: list[list[SeatId]]
) -> Counter[type[AcquireOutcome]]:
    """Everybody at once, each judged by the store in the step that takes."""
    drawn = rows_in_line(*rows)
    outcomes = await asyncio.gather(
        *(take(stores[user % 2], user, basket, orphan_checks(drawn, basket)) for user, basket in enumerate(baskets))
    )
    return Counter(type(outcome) for outcome in outcomes)


async def everybody_looks_then_takes(
    stores: list[ValkeyHoldStore], rows: list[list[SeatId]], baskets: list[list[SeatId]]
) -> None:
    """The same, but each looks at the seats first and judges by what it saw: here nobody takes while another looks."""
    drawn = rows_in_line(*rows)

    async def is_harmless(user: int, basket: list[SeatId]) -> bool:
        checks = orphan_checks(drawn, basket)
        looked_at = [it for check in checks for it in (check.seat_id, check.beyond) if it is not None]
        taken = {*basket, *await stores[user % 2].holders(EVENT, looked_at)}
        return all(check.seat_id in taken or check.beyond not in {None, *taken} for check in checks)

    harmless = await asyncio.gather(*(is_harmless(user, basket) for user, basket in enumerate(baskets)))
    await asyncio.gather(
        *(take(stores[user % 2], user, basket, ()) for user, basket in enumerate(baskets) if harmless[user])
    )


async def single_in(store: ValkeyHoldStore, rows: list[list[SeatId]]) -> list[SeatId]:
    seat_ids = [seat_id for row in rows for seat_id in row]
    held: set[SeatId] = set()
    for first in range(0, len(seat_ids), 500):
        held |= set(await store.holders(EVENT, seat_ids[first : first + 500]))
    return [seat_id for row in rows for seat_id in single_seats(row, {*row} - held)]


def pairs_from_both_ends() -> list[list[SeatId]]:
    """Two users a row of five: each pair alone is harmless, both together leave the seat between them single."""
    return [basket for row in ROWS_OF_FIVE for basket in (row[:2], row[3:])]


def neighbouring_seats(seed: int) -> list[list[SeatId]]:
    """One to four seats side by side, anywhere in the long row."""
    chance = random.Random(seed)
    places = [(chance.randrange(len(LONG_ROW)), chance.randint(1, 4)) for _ in range(USERS)]
    return [LONG_ROW[first : first + count] for first, count in places]


async def test_of_two_who_would_strand_a_seat_between_them_one_is_refused(stores: list[ValkeyHoldStore]) -> None:
    outcomes = await everybody_takes(stores, ROWS_OF_FIVE, pairs_from_both_ends())
    assert outcomes == {HoldAcquired: USERS // 2, OrphanSeats: USERS // 2}
    assert await single_in(stores[0], ROWS_OF_FIVE) == []


@pytest.mark.parametrize("seed", range(5))
async def test_two_hundred_users_in_one_row_never_leave_a_single_seat(stores: list[ValkeyHoldStore], seed: int) -> None:
    outcomes = await everybody_takes(stores, [LONG_ROW], neighbouring_seats(seed))
    assert HoldAcquired in outcomes
    assert set(outcomes) <= {HoldAcquired, SeatsUnavailable, OrphanSeats}
    assert await single_in(stores[0], [LONG_ROW]) == []


async def test_the_same_pairs_judged_before_they_are_taken_strand_a_seat_in_every_row(
    stores: list[ValkeyHoldStore],
) -> None:
    await everybody_looks_then_takes(stores, ROWS_OF_FIVE, pairs_from_both_ends())
    assert await single_in(stores[0], ROWS_OF_FIVE) == [row[2] for row in ROWS_OF_FIVE]


async def test_a_seat_that_was_single_before_may_be_taken_and_is_nobodys_fault(stores: list[ValkeyHoldStore]) -> None:
    row = LONG_ROW[:5]
    await take(stores[0], 1, [row[0], row[2]], ())
    assert await single_in(stores[0], [row]) == [row[1]]
    checks = orphan_checks(rows_in_line(row), row[3:])
    assert isinstance(await take(stores[1], 2, row[3:], checks), HoldAcquired)
    checks = orphan_checks(rows_in_line(row), [row[1]])
    assert isinstance(await take(stores[1], 3, [row[1]], checks), HoldAcquired)
