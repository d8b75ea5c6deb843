"""Work beside the requests: kept until it ends, its failures told, stopped with the process; and the counts."""

import asyncio

from structlog.testing import capture_logs

from frontrow.services.background import Background
from frontrow.services.counts import Count, Counts


async def test_work_is_kept_until_it_has_ended() -> None:
    background, done = Background(), asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        done.set()

    background.start(work(), name="work")
    await background.finished()
    assert done.is_set()


async def test_what_work_raises_is_logged_with_its_name() -> None:
    async def work() -> None:
        raise ValueError("a fault")

    background = Background()
    with capture_logs() as logs:
        background.start(work(), name="doomed work")
        await background.finished()
        await asyncio.sleep(0)
    assert [(it["event"], it["work"]) for it in logs] == [("background_work_failed", "doomed work")]


async def test_a_process_that_stops_ends_its_work() -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("ended")

    background = Background()
    background.start(work(), name="endless work")
    await asyncio.sleep(0)
    await background.stop()
    assert ended == ["ended"]


def test_counts_add_up_and_name_what_never_happened() -> None:
    counts = Counts()
    counts.add(Count.HOLD_BROKEN)
    counts.add(Count.HOLD_BROKEN, 2)
    assert counts.of(Count.HOLD_BROKEN) == 3
    assert counts.all() == {count: 3 if count is Count.HOLD_BROKEN else 0 for count in Count}
