"""Long answers are put together in turns: everything in order, and others get their turn in between."""

import asyncio

import pytest

from frontrow.http.turns import SEATS_PER_TURN, in_turns


@pytest.mark.parametrize("count", [0, 1, SEATS_PER_TURN, SEATS_PER_TURN + 1, 3 * SEATS_PER_TURN - 1])
async def test_everything_comes_once_and_in_order(count: int) -> None:
    assert [seat async for turn in in_turns(range(count)) for seat in turn] == list(range(count))


async def test_others_have_their_turn_between_two_turns_and_a_short_answer_waits_for_nobody() -> None:
    heard: list[str] = []

    async def put_together(name: str, count: int) -> None:
        async for _ in in_turns(range(count)):
            heard.append(name)  # noqa: PERF401 (others append in between)

    await asyncio.gather(put_together("long", 3 * SEATS_PER_TURN), put_together("short", 10))
    assert heard == ["long", "short", "long", "long"]
