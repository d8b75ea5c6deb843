"""The 3-seat hold as both sides of a comparison send it: the same script, the same seats, the same users.

Each of USERS users takes turns through its own stretch of seats, so nearly every hold is granted and none reaches the
seat limit; taking seats of one's own older hold is the most work the script ever has with three seats.
"""

import asyncio
import itertools
import secrets
import time
from collections.abc import Iterator

from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.domain.hold import HoldAcquired
from frontrow.domain.ids import EventId, HoldId, SeatId, UserId

SEATS = 10_000
USERS = 64
SEATS_PER_HOLD = 3
HOLDS_PER_USER = 16
"""So that a user's stretch is 48 seats, below the cap of 50."""
TTL_MS = 600_000
LIFETIME_MAX_MS = 7_200_000
SEATS_PER_USER_MAX = 50


def seat_ids(user: int, turn: int) -> list[SeatId]:
    """The three seats of this user's turn."""
    first = user * SEATS_PER_HOLD * HOLDS_PER_USER + turn % HOLDS_PER_USER * SEATS_PER_HOLD
    return [SeatId(f"S{number}") for number in range(first, first + SEATS_PER_HOLD)]


def turns() -> Iterator[tuple[int, list[SeatId]]]:
    """(user, seats) for ever: every user once, then every user's next turn."""
    for turn in itertools.count():
        for user in range(USERS):
            yield user, seat_ids(user, turn)


async def hold(store: ValkeyHoldStore, event_id: EventId, user: int, seats: list[SeatId]) -> None:
    """One hold by the store's own adapter; it must be granted."""
    outcome = await store.acquire(
        event_id,
        hold_id=HoldId(f"1-{secrets.token_urlsafe(16)}"),
        user_id=UserId(f"user-{user}"),
        seat_ids=seats,
        table_ids=(),
        table_of_seat={},
        ttl_ms=TTL_MS,
        lifetime_max_ms=LIFETIME_MAX_MS,
        seats_per_user_max=SEATS_PER_USER_MAX,
    )
    assert isinstance(outcome, HoldAcquired), outcome


async def holds_per_second(store: ValkeyHoldStore, event_id: EventId, count: int) -> float:
    """Of about `count` holds by USERS callers at once, each of which waits for its answer before its next."""
    waiting = turns()
    started = time.perf_counter()

    async def one_caller() -> None:
        for user, seats in itertools.islice(waiting, count // USERS):
            await hold(store, event_id, user, seats)

    async with asyncio.TaskGroup() as group:
        for _ in range(USERS):
            group.create_task(one_caller())
    return count // USERS * USERS / (time.perf_counter() - started)
