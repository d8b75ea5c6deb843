"""Carrying out a schedule: faults overlap where they are done to different parts, and each is written down."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

from tests.chaos.driver.bank import CallbackPost
from tests.chaos.driver.deployment import Deployment
from tests.chaos.driver.faults import api_well
from tests.chaos.driver.schedule import Planned
from tests.chaos.history import Fault, History

Print = Callable[[str], None]


async def inject(
    planned: Sequence[Planned], deployment: Deployment, post: CallbackPost, history: History, say: Print
) -> None:
    """All of them, one after the other or together, until the last is over and everything is well.

    Raises:
        ExceptionGroup: a part did not come back.
    """
    parts: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
    async with asyncio.TaskGroup() as under_way:
        for fault in planned:
            await asyncio.sleep(fault.after_s)
            held = AsyncExitStack()
            for part in sorted(_parts_of(fault)):
                await held.enter_async_context(parts[part])
            under_way.create_task(_inject(fault, deployment, post, history, held))
            say(f"fault {fault}")


async def _inject(
    fault: Planned, deployment: Deployment, post: CallbackPost, history: History, held: AsyncExitStack
) -> None:
    began_ns = time.monotonic_ns()
    async with held:
        await fault.recipe.run(deployment, post, fault.draw)
    if "api" in fault.recipe.touches:
        await api_well(deployment, fault.draw)
    history.add(
        Fault(
            number=fault.number,
            kind=fault.recipe.kind,
            target=_target(fault),
            began_ns=began_ns,
            ended_ns=time.monotonic_ns(),
            may_lose_holds=fault.may_lose_holds,
            detail=fault.name,
        )
    )


def _parts_of(fault: Planned) -> set[str]:
    return {f"{it}-{fault.draw.which % 2}" if it in {"api", "wire"} else it for it in fault.recipe.touches}


def _target(fault: Planned) -> str:
    return ", ".join(sorted(_parts_of(fault)))
