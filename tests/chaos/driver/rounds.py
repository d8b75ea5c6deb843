"""One round: new events on the running deployment, buyers and watchers, its faults, rest, and everything sold."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import aiohttp
import msgspec

from frontrow.domain.layout import Layout
from tests.chaos.checker.bounds import Bounds
from tests.chaos.checker.judging import Verdict, judge
from tests.chaos.driver.alarms import alarms_in
from tests.chaos.driver.bank import CallbackPost
from tests.chaos.driver.buyers import Buyer, Sale
from tests.chaos.driver.calls import CALL_SECONDS_MAX, Client
from tests.chaos.driver.closing import come_to_rest, sell_everything
from tests.chaos.driver.deployment import Deployment
from tests.chaos.driver.injecting import inject
from tests.chaos.driver.schedule import PlannedRound
from tests.chaos.driver.standing import settled_standing
from tests.chaos.driver.watchers import Watcher
from tests.chaos.history import Beginning, Fault, History, Story
from tests.support.house import small_layout
from tests.support.http_stack import bearer, event_body

EVENTS = 2
WATCHERS = 3
CATCH_UP_SECONDS_MAX = 60.0
BOUNDS = Bounds(guard=5_000, late_request=20_000, leaving=20_000, healing=40_000)
"""Shorter than for the product as it is sold, for it is hasty here."""
Print = Callable[[str], None]


class RoundEnded(msgspec.Struct, frozen=True):
    """What became of a round."""

    verdict: Verdict
    faults: tuple[Fault, ...]
    calls: int
    wrong: tuple[str, ...]
    """What could not be sold, who did not catch up, and what failed by a fault of the program's."""


async def put_layout(deployment: Deployment) -> None:
    """Store the drawing that every round's events are of."""
    async with aiohttp.ClientSession() as session:
        await _as_admin(session, deployment, "layouts", small_layout())


async def run_round(plan: PlannedRound, deployment: Deployment, path: Path, *, buyers: int, say: Print) -> RoundEnded:
    """Run one round, write its history to `path` and how everything stood at its end beside it, and judge it.

    Raises:
        NotAtRest, ExceptionGroup: the deployment did not come back to order.
    """
    rng = random.Random(plan.seed)
    sales = [_sale(f"chaos-{plan.number}-{number}", small_layout()) for number in range(1, EVENTS + 1)]
    urls = [api.url for api in deployment.apis]
    prices = _prices(small_layout())
    beginning = Beginning(
        seed=plan.seed,
        began_ns=time.monotonic_ns(),
        wall_ms=time.time_ns() // 1_000_000,
        seats={sale.event: sale.seats for sale in sales},
        prices={sale.event: prices for sale in sales},
    )
    logged = [api.child.log.stat().st_size for api in deployment.apis]
    wait = aiohttp.ClientTimeout(total=CALL_SECONDS_MAX)
    over = asyncio.Event()
    all_over = asyncio.Event()
    with History(path, beginning) as history:
        async with aiohttp.ClientSession(timeout=wait, connector=aiohttp.TCPConnector(limit=0)) as session:
            deployment.events = [sale.event for sale in sales]
            for sale in sales:
                await _as_admin(session, deployment, "events", event_body(sale.event))
            post = CallbackPost(urls, session, random.Random(rng.getrandbits(32)))
            clients = [
                Client(f"buyer-{number}", urls, session, history, random.Random(rng.getrandbits(32)))
                for number in range(1, buyers + 1)
            ]
            watchers = [
                Watcher(
                    f"watcher-{number}",
                    sale.event,
                    sale.seats,
                    urls=urls,
                    session=session,
                    history=history,
                    rng=random.Random(rng.getrandbits(32)),
                    is_over=all_over.is_set,
                )
                for sale in sales
                for number in range(1, WATCHERS + 1)
            ]
            watching = [asyncio.create_task(watcher.run()) for watcher in watchers]
            try:
                async with asyncio.TaskGroup() as buying:
                    for client in clients:
                        buying.create_task(Buyer(client, sales, post, over.is_set).run())
                    try:
                        await inject(plan.faults, deployment, post, history, say)
                    finally:
                        over.set()
                await post.empty()
                await deployment.heal()
                await come_to_rest(deployment, sales, clients, say)
                seller = Client("seller", urls, session, history, random.Random(rng.getrandbits(32)), ("admin",))
                unsold = await sell_everything(deployment, sales, seller)
                standing = await settled_standing(deployment, sales, seller)
                standing.write(path.with_suffix(".standing"))
                behind = await _caught_up(watchers)
            finally:
                all_over.set()
                for task in watching:
                    task.cancel()
                await asyncio.gather(*watching, return_exceptions=True)
        story = history.story()
    alarms = [
        f"{api.name} logged {said}"
        for api, size in zip(deployment.apis, logged, strict=True)
        for said in alarms_in(api.child.log, from_byte=size, may_lose_holds=not plan.is_gentle)
    ]
    wrong = (*unsold, *behind, *_unexpected(story), *alarms)
    return RoundEnded(judge(story, standing, BOUNDS), story.faults, sum(it.made for it in clients), wrong)


def _unexpected(story: Story) -> list[str]:
    """Answers that say the program is at fault."""
    return [f"{it.kind} of {it.purchase} was answered 500" for it in story.operations if it.status == 500]


async def _caught_up(watchers: Sequence[Watcher]) -> list[str]:
    """Watchers that do not see everything sold in the end."""
    deadline = time.monotonic() + CATCH_UP_SECONDS_MAX
    while behind := [it for it in watchers if set(it.states) != {"b"}]:
        if time.monotonic() > deadline:
            break
        await asyncio.sleep(0.1)
    for watcher in watchers:
        watcher.say()
    return [f"{it.name} of {it.event} sees {it.states} at {it.last_id}" for it in behind]


async def _as_admin(session: aiohttp.ClientSession, deployment: Deployment, path: str, body: object) -> None:
    content = msgspec.json.encode(body)
    headers = {**bearer("boss", "admin"), "content-type": "application/json"}
    async with session.post(f"{deployment.apis[0].url}/api/v1/{path}", data=content, headers=headers) as answer:
        assert answer.status == 201, await answer.text()


def _sale(event: str, layout: Layout) -> Sale:
    tables: dict[str, tuple[str, ...]] = {}
    for seat in layout.seats:
        if seat.table_id is not None:
            tables[seat.table_id] = (*tables.get(seat.table_id, ()), seat.id)
    whole = frozenset(it.id for it in layout.items if it.book_as == "whole")
    return Sale(event, tuple(seat.id for seat in layout.seats), tables, whole)


def _prices(layout: Layout) -> dict[str, int]:
    by_category = {it.id: round((it.price or 0) * 100) for it in layout.categories}
    return {seat.id: by_category[seat.category_id] for seat in layout.seats}
