"""Long answers put together in turns: venues have up to 200,000 seats, and other requests must not wait for them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

SEATS_PER_TURN = 5_000
"""Seats put together before other requests have their turn, some milliseconds."""

T = TypeVar("T")


async def in_turns(seats: Sequence[T]) -> AsyncIterator[Sequence[T]]:
    """All of it in order, SEATS_PER_TURN at a time, with a turn for other requests between two of them.

    A live view goes on changing in between: take what is to be shown of it before.
    """
    for first in range(0, len(seats), SEATS_PER_TURN):
        if first:
            await asyncio.sleep(0)
        yield seats[first : first + SEATS_PER_TURN]
