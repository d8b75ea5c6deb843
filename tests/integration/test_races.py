"""Races for the same seats on a real store: one winner a seat, never part of a basket, and a control that fails."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest

from frontrow.adapters.redis.client import StoreClient, connect
from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.domain.hold import HoldAcquired, SeatsUnavailable
from frontrow.domain.ids import EventId, HoldId, SeatId, UserId
from tests.support.unguarded_store import UnguardedStore
from tests.support.valkey import ValkeyServer

USERS = 200
EVENT = EventId("race")
ROW = [SeatId(f"A{number}") for number in range(1, 31)]

Take = Callable[[str, Sequence[SeatId]], Awaitable[bool]]
"""Tries to hold seats for a user; whether the user was told that it has them all."""


@pytest.fixture
async def clients(valkey: ValkeyServer) -> AsyncIterator[list[StoreClient]]:
    """Two processes' worth of clients: callers of different ones never share a pipeline."""
    clients = [connect(valkey.url) for _ in range(2)]
    yield clients
    for client in clients:
        await client.close()


def taking(clients: list[StoreClient], taken: dict[str, list[SeatId]]) -> Take:
    """Holds by the scripts. What the store says each user holds is noted in `taken` by the outcome alone."""

    async def take(user: str, seat_ids: Sequence[SeatId]) -> bool:
        store = ValkeyHoldStore(clients[int(user) % len(clients)])
        outcome = await store.acquire(
            EVENT,
            hold_id=HoldId(f"1-{user}"),
            user_id=UserId(user),
            seat_ids=seat_ids,
            table_ids=(),
            table_of_seat={},
            ttl_ms=600_000,
            lifetime_max_ms=7_200_000,
            seats_per_user_max=50,
        )
        assert isinstance(outcome, HoldAcquired | SeatsUnavailable), outcome
        if isinstance(outcome, HoldAcquired):
            taken[user] = list(outcome.seat_ids)
        return isinstance(outcome, HoldAcquired)

    return take


async def race(take: Take, baskets: dict[str, list[SeatId]]) -> dict[str, list[SeatId]]:
    """Everybody at once; the baskets of those who were told that they have them."""
    users = list(baskets)
    told = await asyncio.gather(*(take(user, baskets[user]) for user in users))
    return {user: baskets[user] for user, has_it in zip(users, told, strict=True) if has_it}


def one_seat() -> dict[str, list[SeatId]]:
    return {str(user): [ROW[0]] for user in range(USERS)}


def overlapping_baskets(seed: int) -> dict[str, list[SeatId]]:
    chance = random.Random(seed)
    return {str(user): chance.sample(ROW, chance.randint(2, 6)) for user in range(USERS)}


def sold_twice(winners: dict[str, list[SeatId]]) -> list[SeatId]:
    counts = Counter(seat_id for basket in winners.values() for seat_id in basket)
    return [seat_id for seat_id, count in counts.items() if count > 1]


async def test_of_200_users_who_want_one_seat_exactly_one_has_it(clients: list[StoreClient]) -> None:
    await ValkeyHoldStore(clients[0]).warm(EVENT, [])
    winners = await race(taking(clients, {}), one_seat())
    assert len(winners) == 1
    [winner] = winners
    holders = await ValkeyHoldStore(clients[0]).holders(EVENT, [ROW[0]])
    assert holders == {ROW[0]: (winner, f"1-{winner}")}


@pytest.mark.parametrize("seed", range(5))
async def test_overlapping_baskets_are_held_whole_or_not_at_all(clients: list[StoreClient], seed: int) -> None:
    store = ValkeyHoldStore(clients[0])
    await store.warm(EVENT, [])
    taken: dict[str, list[SeatId]] = {}
    winners = await race(taking(clients, taken), overlapping_baskets(seed))
    assert winners
    assert taken == winners
    assert sold_twice(winners) == []
    holders = await store.holders(EVENT, ROW)
    assert holders == {seat: (user, f"1-{user}") for user, basket in winners.items() for seat in basket}


async def test_the_same_race_for_one_seat_without_a_script_has_many_winners(clients: list[StoreClient]) -> None:
    stores = [UnguardedStore(client) for client in clients]
    winners = await race(lambda user, seats: stores[int(user) % 2].take(EVENT, user, seats), one_seat())
    assert len(winners) > 1


async def test_the_same_race_for_baskets_without_a_script_sells_seats_twice(clients: list[StoreClient]) -> None:
    stores = [UnguardedStore(client) for client in clients]
    winners = await race(lambda user, seats: stores[int(user) % 2].take(EVENT, user, seats), overlapping_baskets(0))
    assert sold_twice(winners)
