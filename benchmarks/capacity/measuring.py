"""Measures what things cost: processor time of each part, by many of one thing at a time.

Processor time and not time by the clock: so a machine that others use as well gives nearly the same figures.
"""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Iterator
from statistics import median
from urllib.parse import urlsplit

import msgspec

from benchmarks.capacity.costs import Cost, Costs, Where
from benchmarks.load.crowd import Answer, Crowd
from benchmarks.load.sale_site import SaleSite
from benchmarks.load.sale_stream import Pictures, Stream, opened_stream
from benchmarks.load.site import bearer
from frontrow.os_limits import raise_open_files_limit

ROUNDS = 3
CALLS = 400
"""Of each thing in a round."""
BUYERS = 100
"""The same, of what is done with a hold."""
AT_ONCE = 64
ORDERS_AT_ONCE = 8
"""An order is many steps in the ledger, each of which waits for one of a process's 10 connections."""
SEATS_PER_HOLD = 2
WATCHERS = 800
CHANGES_PER_S = 100
WATCHED_S = 5.0
_IDLE_S = 5.0
_SERVERS = 2
_SETTLE_S = 0.5
_HOUSE, _HOUSE_SEATS = "house", 12_000
_CHANGES = f"/api/v1/events/{_HOUSE}/changes"
_FILE = "/js/page/main.js"
_CONTACT = {"name": "Ann Example", "email": "ann@example.com"}
_CARD = {"number": "4242424242424242"}
_DONE = (200, 201, 304)

Call = Callable[[int], Awaitable[object]]


class _Used(msgspec.Struct, frozen=True):
    at_s: float
    cost: Cost


class Meter:
    """Two servers of one site: everything is asked of the first, the second only follows."""

    def __init__(self, site: SaleSite, client: Crowd) -> None:
        self._site = site
        self._client = client
        self._idle_per_s = Cost()
        self._seats = iter(range(_HOUSE_SEATS))
        self._held: Iterator[tuple[str, dict[str, str]]] = iter(())
        self._port = urlsplit(site.urls[0]).port or 0

    async def costs(self, where: Where) -> Costs:
        """Everything a plan is computed from; takes a minute or two on two cores."""
        raise_open_files_limit()
        await self._site.put_on_sale(_HOUSE, _HOUSE_SEATS)
        await self._ask("GET", f"/api/v1/events/{_HOUSE}")
        before = self._used()
        await asyncio.sleep(_IDLE_S)
        self._idle_per_s = _spent(before, self._used(), Cost()).times(1 / _IDLE_S)
        file = await self._cost(lambda _: self._ask("GET", _FILE, headers={"if-none-match": "*"}))
        event = await self._cost(lambda _: self._ask("GET", f"/api/v1/events/{_HOUSE}"))
        token = await self._cost(lambda _: self._ask("POST", "/api/v1/guest-tokens", {}))
        stream = await self._cost(self._opened, calls=BUYERS)
        held: list[tuple[str, dict[str, str]]] = []
        hold = await self._cost(lambda number: self._hold(number, held))
        refusal = await self._cost(self._refused)
        self._held = iter(held)
        release = await self._cost(self._released, calls=BUYERS)
        booking = await self._cost(self._booked, calls=BUYERS)
        order = await self._cost(self._ordered, calls=BUYERS // 2, at_once=ORDERS_AT_ONCE)
        return Costs(
            where=where,
            file=file,
            event=event,
            stream=stream,
            token=token,
            hold=hold,
            refusal=refusal,
            release=release,
            booking=booking,
            order=order,
            idle=Cost(
                api_us=self._idle_per_s.api_us,
                store_us=self._idle_per_s.store_us / _SERVERS,
                ledger_us=self._idle_per_s.ledger_us / _SERVERS,
            ).at_least_nothing(),
            **msgspec.structs.asdict(await self._watching()),
        )

    async def _cost(self, call: Call, *, calls: int = CALLS, at_once: int = AT_ONCE) -> Cost:
        """What one call costs, the median of ROUNDS rounds; what the parts do unasked is left out."""
        rounds = []
        for first in range(0, ROUNDS * calls, calls):
            before, numbers = self._used(), iter(range(first, first + calls))
            await asyncio.gather(*(_one_after_the_other(call, numbers) for _ in range(at_once)))
            rounds.append(_spent(before, self._used(), self._idle_per_s).times(1 / calls))
        return Cost(
            api_us=median(one.api_us for one in rounds),
            store_us=median(one.store_us for one in rounds),
            ledger_us=median(one.ledger_us for one in rounds),
        ).at_least_nothing()

    async def _ask(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Answer:
        answer = await self._client.ask(method, path, body, headers)
        if answer.status_code not in _DONE:
            raise SystemExit(f"unexpected answer to {method} {path}: {answer.status_code} {answer.content[:300]!r}")
        return answer

    async def _opened(self, _number: int) -> None:
        stream = await opened_stream(_pictures(), self._port, _CHANGES)
        if stream is None:
            raise SystemExit("a stream was refused")
        stream.close()

    async def _hold(self, number: int, held: list[tuple[str, dict[str, str]]]) -> None:
        headers = bearer(self._site.token(f"buyer-{number}"))
        seats = [f"S{seat}" for seat in itertools.islice(self._seats, SEATS_PER_HOLD)]
        answer = await self._ask("POST", f"/api/v1/events/{_HOUSE}/holds", {"seatIds": seats}, headers)
        held.append((answer.json()["holdId"], headers))

    async def _refused(self, number: int) -> None:
        headers = bearer(self._site.token(f"late-{number}"))
        seats = [f"S{SEATS_PER_HOLD * (number % CALLS) + more}" for more in range(SEATS_PER_HOLD)]
        answer = await self._client.post(f"/api/v1/events/{_HOUSE}/holds", {"seatIds": seats}, headers)
        if answer.status_code != 409:
            raise SystemExit(f"seats that are held were answered {answer.status_code}")

    async def _released(self, _number: int) -> None:
        hold_id, headers = next(self._held)
        await self._ask("POST", f"/api/v1/events/{_HOUSE}/holds/{hold_id}/release", {}, headers)

    async def _booked(self, _number: int) -> None:
        hold_id, headers = next(self._held)
        body = {"eventId": _HOUSE, "holdId": hold_id, "contactInfo": _CONTACT}
        await self._ask("POST", "/api/v1/bookings", body, headers)

    async def _ordered(self, _number: int) -> None:
        hold_id, headers = next(self._held)
        body = {"eventId": _HOUSE, "holdId": hold_id, "customer": _CONTACT}
        order_id = (await self._ask("POST", "/api/v1/orders", body, headers)).json()["orderId"]
        await self._ask("POST", f"/api/v1/orders/{order_id}/payment", {"returnUrl": "/", "card": _CARD}, headers)

    async def _watching(self) -> "_Watching":
        """Changes made through the first server, and followed by the second: as many as there are by the way, then so
        many a second with one watcher, and with WATCHERS."""
        pictures, port = _pictures(), urlsplit(self._site.urls[1]).port or 0
        unfollowed = await self._cost(self._changed)
        streams = [await opened_stream(pictures, port, _CHANGES)]
        before = self._used(server=1)
        followed = await self._cost(self._changed)
        follow = _spent(before, self._used(server=1), self._idle_per_s).times(1 / (ROUNDS * CALLS))
        before = self._used(server=1)
        await self._changing()
        alone = _spent(before, self._used(server=1), self._idle_per_s)
        bytes_before = self._site.server_bytes(server=1)
        streams += [await opened_stream(pictures, port, _CHANGES) for _ in range(WATCHERS - 1)]
        frames, received, before = Stream.frames_received, Stream.bytes_received, self._used(server=1)
        await self._changing()
        pushing = _spent(before, self._used(server=1), self._idle_per_s).plus(alone.times(-1))
        frames, received = Stream.frames_received - frames, Stream.bytes_received - received
        watching = _Watching(
            push=Cost(api_us=pushing.api_us / frames),
            follow=Cost(api_us=follow.api_us, store_us=max(0.0, followed.store_us - unfollowed.store_us)),
            frame_bytes=received / frames,
            watcher_bytes=(self._site.server_bytes(server=1) - bytes_before) / (WATCHERS - 1),
            process_bytes=bytes_before,
        )
        for stream in streams:
            if stream is not None:
                stream.close()
        return watching

    async def _changed(self, number: int) -> None:
        headers = bearer(self._site.token(f"changer-{number}"))
        body = {"seatIds": [f"S{next(self._seats)}"]}
        await self._ask("POST", f"/api/v1/events/{_HOUSE}/holds", body, headers)

    async def _changing(self) -> None:
        """So many changes a second, whether or not earlier ones are answered."""
        started = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(int(CHANGES_PER_S * WATCHED_S)):
                await asyncio.sleep(max(0.0, started + number / CHANGES_PER_S - time.monotonic()))
                group.create_task(self._changed(number))
        await asyncio.sleep(_SETTLE_S)

    def _used(self, server: int = 0) -> _Used:
        cost = Cost(
            api_us=1e6 * self._site.server_cpu_s(server),
            store_us=1e6 * self._site.store_cpu_s(),
            ledger_us=1e6 * self._site.ledger_cpu_s(),
        )
        return _Used(time.monotonic(), cost)


class _Watching(msgspec.Struct, frozen=True, kw_only=True):
    push: Cost
    follow: Cost
    frame_bytes: float
    watcher_bytes: float
    process_bytes: float


def _pictures() -> Pictures:
    return Pictures([f"S{number}" for number in range(_HOUSE_SEATS)])


async def _one_after_the_other(call: Call, numbers: Iterator[int]) -> None:
    for number in numbers:
        await call(number)


def _spent(before: _Used, after: _Used, idle_per_s: Cost) -> Cost:
    idle = idle_per_s.times(after.at_s - before.at_s)
    return after.cost.plus(before.cost.times(-1)).plus(idle.times(-1))
