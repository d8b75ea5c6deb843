"""What a purchase by order costs: seats held beforehand, then ordered and paid at the demo's bank over HTTP.

Processor time and counts, not a rate: an order is a dozen small writes, each of which waits for the disk, and what a
process can carry of them hangs on what each of them takes of its processor.
"""

import asyncio
import itertools
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import asyncpg

from benchmarks.load.crowd import Answer, Crowd
from benchmarks.load.sale_site import running_sale_site
from benchmarks.load.site import bearer
from benchmarks.scenario import Bound, Bounded
from benchmarks.serving import frontrow_serving, put_on_sale, token

BUYERS_AT_ONCE = 64
ORDERS_PER_ROUND = 512
SEATS_PER_ORDER = 2
_EVENT, _SEATS = "orders", 60_000
_CONTACT = {"name": "Ann Example", "email": "ann@example.com"}
_CARD = {"number": "4242424242424242"}
_UNDONE_S = 0.5
"""After a round, for what is written behind the answers."""
_IDLE_S = 3.0
"""Of nobody asking anything, before each round: what a process does then is no order's."""
_BOUNDS = (Bound("wall time per order", "ms", 25.0), Bound("API processor time per order", "ms", 10.0))
_POSTGRES_BOUNDS = (
    *_BOUNDS,
    Bound("PostgreSQL processor time per order", "ms", 4.0),
    Bound("PostgreSQL transactions per order", "", 12.0),
)

Held = list[tuple[str, dict[str, str]]]


@asynccontextmanager
async def on_sqlite() -> AsyncIterator[Bounded]:
    """One process with embedded stores."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="frontrow-bench-"))
        settings = {
            "FRONTROW_DATA_DIR": str(Path(folder)),
            "FRONTROW_RATE_LIMIT_ENABLED": "false",
            "FRONTROW_PAYMENT_GATEWAY": "demo",
        }
        server = stack.enter_context(frontrow_serving(settings))
        await put_on_sale(server.url, _EVENT, _SEATS)
        async with Crowd(server.url, connections=BUYERS_AT_ONCE) as crowd:
            buyers = Buyers(crowd, token)

            async def measured() -> Sequence[float]:
                held = await buyers.hold()
                await asyncio.sleep(_UNDONE_S)

                async def used() -> list[float]:
                    return [server.cpu_s()]

                wall_s, (api_s,) = await _ordered(buyers, held, used)
                return _per_order_ms(wall_s), _per_order_ms(api_s)

            yield Bounded("orders paid, SQLite", _subject(), _BOUNDS, measured)


@asynccontextmanager
async def on_postgres() -> AsyncIterator[Bounded]:
    """One process beside a Valkey and a PostgreSQL that flushes every commit."""
    with ExitStack() as stack:
        site = stack.enter_context(running_sale_site(settings={"FRONTROW_HOLD_MINUTES": "60"}))
        await site.put_on_sale(_EVENT, _SEATS)
        counting = await asyncpg.connect(site.ledger_url)
        async with site.crowd(connections=BUYERS_AT_ONCE) as crowd:
            buyers = Buyers(crowd, site.token)

            async def measured() -> Sequence[float]:
                held = await buyers.hold()
                await asyncio.sleep(_UNDONE_S)

                async def used() -> list[float]:
                    return [site.server_cpu_s(), site.ledger_cpu_s(), await _transactions(counting)]

                wall_s, (api_s, ledger_s, transactions) = await _ordered(buyers, held, used)
                return *map(_per_order_ms, (wall_s, api_s, ledger_s)), transactions / ORDERS_PER_ROUND

            yield Bounded("orders paid, PostgreSQL", _subject(), _POSTGRES_BOUNDS, measured)
        await counting.close()


class Buyers:
    """Buyers of one event, each with seats that nobody else wants."""

    def __init__(self, crowd: Crowd, token_of: Callable[[str], str]) -> None:
        self._crowd = crowd
        self._token_of = token_of
        self._numbers = itertools.count()

    async def hold(self) -> Held:
        """Hold the seats of a round's orders."""
        held: Held = []

        async def one(number: int) -> None:
            headers = bearer(self._token_of(f"buyer-{number}"))
            seats = [f"S{SEATS_PER_ORDER * number + more}" for more in range(SEATS_PER_ORDER)]
            answer = await self._crowd.post(f"/api/v1/events/{_EVENT}/holds", {"seatIds": seats}, headers)
            held.append((answer.expected().json()["holdId"], headers))

        await _by_many(one(next(self._numbers)) for _ in range(ORDERS_PER_ROUND))
        return held

    async def order(self, held: Held) -> None:
        """Order and pay them."""

        async def one(hold_id: str, headers: dict[str, str]) -> None:
            body = {"eventId": _EVENT, "holdId": hold_id, "customer": _CONTACT}
            placed = (await self._ask("/api/v1/orders", body, headers)).json()
            wish = {"returnUrl": "/", "card": _CARD}
            paid = (await self._ask(f"/api/v1/orders/{placed['orderId']}/payment", wish, headers)).json()
            assert paid["status"] == "booked", paid

        await _by_many(one(hold_id, headers) for hold_id, headers in held)

    async def _ask(self, path: str, body: object, headers: dict[str, str]) -> Answer:
        return (await self._crowd.post(path, body, headers)).expected()


async def _ordered(buyers: Buyers, held: Held, used: Callable[[], Awaitable[list[float]]]) -> tuple[float, list[float]]:
    """Order all of it: the seconds it took, and what was used for it of each thing, idling taken off."""
    idle_from = await used()
    await asyncio.sleep(_IDLE_S)
    before, started_s = await used(), time.perf_counter()
    await buyers.order(held)
    wall_s = time.perf_counter() - started_s
    await asyncio.sleep(_UNDONE_S)
    after, idle_times = await used(), (time.perf_counter() - started_s) / _IDLE_S
    parts = zip(idle_from, before, after, strict=True)
    return wall_s, [done - begun - idle_times * (begun - idling) for idling, begun, done in parts]


async def _by_many(calls: Iterator[Awaitable[None]]) -> None:
    async def one_after_the_other() -> None:
        for call in calls:
            await call

    await asyncio.gather(*(one_after_the_other() for _ in range(BUYERS_AT_ONCE)))


async def _transactions(connection: asyncpg.Connection) -> float:
    """Those that were committed so far, reads among them."""
    return float(await connection.fetchval("SELECT sum(xact_commit) FROM pg_stat_database"))


def _per_order_ms(seconds: float) -> float:
    return 1000 * seconds / ORDERS_PER_ROUND


def _subject() -> str:
    return f"POST orders, then POST payment by card, {BUYERS_AT_ONCE} buyers at once, {SEATS_PER_ORDER} seats each"
