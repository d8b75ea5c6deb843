"""Every fault the driver knows: what is done to which part, for how long, and that it is well again afterwards."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from tests.chaos.driver.api_process import ApiProcess
from tests.chaos.driver.bank import CallbackPost
from tests.chaos.driver.deployment import Deployment
from tests.chaos.driver.store_pair import NOTICED_S
from tests.chaos.driver.wire import Passage, Wire
from tests.chaos.history import FaultKind


@dataclass(frozen=True)
class Draw:
    """What the seed drew for one fault: which part (any number; it is taken modulo), for how long, and how much of it
    (0 to 1)."""

    which: int
    lasts_s: float
    share: float


Injection = Callable[[Deployment, CallbackPost, Draw], Awaitable[None]]


@dataclass(frozen=True)
class Recipe:
    """One fault. While it lasts, no other is done to the parts it `touches`; "api" and "wire" are one for each process.

    `lasts_s` is the shortest and the longest it is drawn to last.
    """

    kind: FaultKind
    run: Injection
    touches: frozenset[str]
    weight: int
    lasts_s: tuple[float, float] = (0.0, 0.0)
    may_lose_holds: bool = False


def _api(deployment: Deployment, draw: Draw) -> ApiProcess:
    return deployment.apis[draw.which % len(deployment.apis)]


async def _api_killed(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
    _api(deployment, draw).kill()


async def _api_ended(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
    _api(deployment, draw).terminate()
    await asyncio.sleep(0.5)


async def _api_stopped(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
    api = _api(deployment, draw)
    api.freeze()
    try:
        await asyncio.sleep(draw.lasts_s)
    finally:
        api.thaw()


async def api_well(deployment: Deployment, draw: Draw) -> None:
    """Until the API process it was done to is ready. Other faults may be done to it meanwhile: also one that starts may
    be killed."""
    await _api(deployment, draw).wait_until_ready()


async def _store_killed(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
    await deployment.stores.kill(draw.which, draw.lasts_s)


async def _store_lost(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
    await deployment.stores.lose(draw.which, draw.lasts_s)


async def _replica_killed(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
    await deployment.stores.kill_replica(draw.which, draw.lasts_s)


async def _store_stopped(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
    await deployment.stores.freeze(draw.which, draw.lasts_s)


async def _store_emptied(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
    await deployment.stores.empty(draw.which)


async def _scripts_flushed(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
    await deployment.stores.flush_scripts(draw.which)


async def _store_failed_over(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
    await deployment.stores.fail_over(draw.which)


async def _store_split(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
    await deployment.stores.split(_api(deployment, draw).to_store, draw.lasts_s)


async def _store_disk_full(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
    await deployment.stores.fill_disk(draw.which, draw.lasts_s)


async def _store_clock_stepped(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
    await deployment.stores.step_clock(draw.which, (draw.share - 0.5) * 60, draw.lasts_s)


async def _slot_moved(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
    await deployment.stores.move_events(draw.which, deployment.events)


async def _api_clock_stepped(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
    clock = _api(deployment, draw).clock
    clock.step_to((draw.share - 0.5) * 20)
    try:
        await asyncio.sleep(draw.lasts_s)
    finally:
        clock.step_to(0.0)
    await asyncio.sleep(NOTICED_S)


async def _ledger_killed(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
    await deployment.ledger.kill()
    await asyncio.sleep(draw.lasts_s)
    await deployment.ledger.start()
    await deployment.ledger.wait_until_it_answers()


async def _ledger_backend_killed(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
    await deployment.ledger.kill_backend(draw.which)
    await deployment.ledger.wait_until_it_answers()


async def _ledger_connections_ended(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
    await deployment.ledger.end_connections()
    await deployment.ledger.wait_until_it_answers()


async def _ledger_stopped(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
    await deployment.ledger.freeze()
    try:
        await asyncio.sleep(draw.lasts_s)
    finally:
        await deployment.ledger.thaw()
    await deployment.ledger.wait_until_it_answers()


def _wires(deployment: Deployment, draw: Draw) -> Iterable[Wire]:
    """One API process's way to the store, to the ledger, or both."""
    api = _api(deployment, draw)
    ways = [it for it in (api.to_store, api.to_ledger) if it is not None]
    if draw.share < 0.4:
        return ways[:1]
    return ways[1:] if draw.share < 0.8 else ways


async def _connections_cut(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
    for wire in _wires(deployment, draw):
        await wire.cut()


def _passing(passage: Passage) -> Injection:
    async def run(deployment: Deployment, _: CallbackPost, draw: Draw) -> None:
        wires = [*_wires(deployment, draw)]
        for wire in wires:
            await wire.set_passage(passage)
        try:
            await asyncio.sleep(draw.lasts_s)
        finally:
            for wire in wires:
                await wire.set_passage(Passage.OPEN)

    return run


async def _callbacks_repeated(_: Deployment, post: CallbackPost, draw: Draw) -> None:
    post.copies_max = 2 + round(draw.share * 6)
    try:
        await asyncio.sleep(draw.lasts_s)
    finally:
        post.copies_max = 1


async def _callbacks_delayed(_: Deployment, post: CallbackPost, draw: Draw) -> None:
    post.delay_s_max = 0.5 + 4 * draw.share
    try:
        await asyncio.sleep(draw.lasts_s)
    finally:
        post.delay_s_max = 0.2


_API, _STORE, _LEDGER, _BANK = frozenset({"api"}), frozenset({"store"}), frozenset({"ledger"}), frozenset({"bank"})
_WIRE = frozenset({"wire"})

RECIPES: Mapping[str, Recipe] = {
    "api killed": Recipe(FaultKind.API_KILLED, _api_killed, _API, 4),
    "api ended by SIGTERM": Recipe(FaultKind.API_KILLED, _api_ended, _API, 2),
    "api stopped": Recipe(FaultKind.API_STOPPED, _api_stopped, _API, 7, (0.3, 6.0)),
    "api clock stepped": Recipe(FaultKind.API_CLOCK_STEPPED, _api_clock_stepped, _API, 3, (1.2, 3.0)),
    "store killed": Recipe(FaultKind.STORE_KILLED, _store_killed, _STORE, 7, (0.0, 1.5)),
    "replica killed": Recipe(FaultKind.STORE_KILLED, _replica_killed, _STORE, 2, (0.0, 1.5)),
    "store stopped": Recipe(FaultKind.STORE_STOPPED, _store_stopped, _STORE, 6, (0.3, 4.0)),
    "store disk full": Recipe(FaultKind.STORE_DISK_FULL, _store_disk_full, _STORE, 5, (0.5, 2.5)),
    "scripts flushed": Recipe(FaultKind.STORE_SCRIPTS_FLUSHED, _scripts_flushed, _STORE, 1),
    "store emptied": Recipe(FaultKind.STORE_EMPTIED, _store_emptied, _STORE, 5, may_lose_holds=True),
    "store lost with its disk": Recipe(
        FaultKind.STORE_EMPTIED, _store_lost, _STORE, 3, (0.0, 1.0), may_lose_holds=True
    ),
    "store failed over": Recipe(FaultKind.STORE_FAILED_OVER, _store_failed_over, _STORE, 6, may_lose_holds=True),
    "store split": Recipe(FaultKind.STORE_SPLIT, _store_split, _STORE | _WIRE, 4, (0.5, 2.5), may_lose_holds=True),
    "store slot moved": Recipe(FaultKind.STORE_SLOT_MOVED, _slot_moved, _STORE, 8),
    "store clock stepped": Recipe(
        FaultKind.STORE_CLOCK_STEPPED, _store_clock_stepped, _STORE, 4, (1.2, 4.0), may_lose_holds=True
    ),
    "ledger killed": Recipe(FaultKind.LEDGER_KILLED, _ledger_killed, _LEDGER, 6, (0.0, 1.0)),
    "ledger backend killed": Recipe(FaultKind.LEDGER_KILLED, _ledger_backend_killed, _LEDGER, 4),
    "ledger connections ended": Recipe(FaultKind.LEDGER_KILLED, _ledger_connections_ended, _LEDGER, 3),
    "ledger stopped": Recipe(FaultKind.LEDGER_STOPPED, _ledger_stopped, _LEDGER, 5, (0.3, 6.0)),
    "connections cut": Recipe(FaultKind.CONNECTIONS_CUT, _connections_cut, _WIRE, 8),
    "connections refused": Recipe(FaultKind.CONNECTIONS_CUT, _passing(Passage.REFUSED), _WIRE, 3, (0.2, 2.0)),
    "connections half-open": Recipe(FaultKind.CONNECTIONS_HALF_OPEN, _passing(Passage.SILENT), _WIRE, 5, (0.3, 4.0)),
    "replies lost": Recipe(FaultKind.CONNECTIONS_HALF_OPEN, _passing(Passage.REPLIES_LOST), _WIRE, 6, (0.1, 2.5)),
    "callbacks repeated": Recipe(FaultKind.CALLBACKS_REPEATED, _callbacks_repeated, _BANK, 4, (1.0, 4.0)),
    "callbacks delayed": Recipe(FaultKind.CALLBACKS_DELAYED, _callbacks_delayed, _BANK, 4, (1.0, 4.0)),
}
"""By name."""
