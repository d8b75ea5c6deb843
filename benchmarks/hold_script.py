"""The 3-seat hold as both sides of a comparison send it: the same script, the same seats, the same users.

Users take turns, each through its own stretch of seats, so nearly every hold is granted and none reaches the seat
limit; taking seats of one's own older hold is the most work the script ever has with three seats.
"""

import asyncio
import itertools
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass

from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.domain.hold import HoldAcquired, SeatsUnavailable
from frontrow.domain.ids import EventId, HoldId, SeatId, UserId

SEATS_PER_HOLD = 3
TTL_MS = 600_000
LIFETIME_MAX_MS = 7_200_000
SEATS_PER_USER_MAX = 50


@dataclass(frozen=True, slots=True)
class Stretches:
    """How users share an event's seats, S0 and so on: one stretch each, `apart` seats from begin to begin."""

    users: int
    holds_each: int
    apart: int

    def seat_ids(self, user: int, turn: int) -> list[SeatId]:
        """The three seats of this user's turn."""
        first = user * self.apart + turn % self.holds_each * SEATS_PER_HOLD
        return [SeatId(f"S{number}") for number in range(first, first + SEATS_PER_HOLD)]

    def turns(self) -> Iterator[tuple[int, list[SeatId]]]:
        """(user, seats) for ever: every user once, then every user's next turn."""
        for turn in itertools.count():
            for user in range(self.users):
                yield user, self.seat_ids(user, turn)


SEATS = 10_000
USERS = 64
IN_A_LARGE_HOUSE = Stretches(users=USERS, holds_each=16, apart=48)
"""48 seats are below the cap of 50 for a user."""
IN_A_SMALL_HOUSE = Stretches(users=33, holds_each=1, apart=SEATS_PER_HOLD)
"""99 of 100 seats."""


def turns() -> Iterator[tuple[int, list[SeatId]]]:
    """The users' turns in a large house."""
    return IN_A_LARGE_HOUSE.turns()


async def hold(store: ValkeyHoldStore, event_id: EventId, user: int, seats: list[SeatId]) -> None:
    """One hold by the store's own adapter; it must be granted."""
    outcome = await attempted(store, event_id, f"user-{user}", seats)
    assert isinstance(outcome, HoldAcquired), outcome


async def refusal(store: ValkeyHoldStore, event_id: EventId, user: int, seats: list[SeatId]) -> None:
    """One hold by the store's own adapter; it must be refused, because others have the seats."""
    outcome = await attempted(store, event_id, f"user-{user}", seats)
    assert isinstance(outcome, SeatsUnavailable), outcome


async def attempted(store: ValkeyHoldStore, event_id: EventId, user: str, seats: list[SeatId]) -> object:
    """What the script says to this user."""
    return await store.acquire(
        event_id,
        hold_id=HoldId(f"1-{secrets.token_urlsafe(16)}"),
        user_id=UserId(user),
        seat_ids=seats,
        table_ids=(),
        table_of_seat={},
        ttl_ms=TTL_MS,
        lifetime_max_ms=LIFETIME_MAX_MS,
        seats_per_user_max=SEATS_PER_USER_MAX,
    )


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
