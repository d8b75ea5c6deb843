"""A hundred thousand locks run out in one moment: how long others' calls take while they are swept."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator

from benchmarks.load.crowd import Crowd
from benchmarks.load.figures import Figure, latency
from benchmarks.load.site import Site, bearer
from frontrow.adapters.redis import keys
from frontrow.adapters.redis.scripts import SWEEP_EXPIRED

SEATS = 100_000
SEATS_PER_HOLD = 50
ADDED_MS_MAX = 50
_EVENT = "stadium"
_OTHER = "movie123"
_ROW = 500
_AT_ONCE = 16
_IDLE_S = 5.0
_SLOWER_US = 100
_SLOW_KEPT = 10_000
_PAUSE_S = 0.005


async def run(site: Site) -> list[Figure]:
    """Fill a stadium with holds, let all of them run out together, and ask for other things meanwhile."""
    async with site.crowd() as client:
        await _put_on_sale(site, client)
        await _fill(site, client)
        at_ms = await asyncio.to_thread(_run_out_together, site)
        await _until(site, at_ms - 1000 * _IDLE_S)
        asking = _Asking(site, client)
        quiet = await asking.until(lambda: _is_past(site, at_ms))
        site.valkey.config_set("slowlog-log-slower-than", _SLOWER_US)
        site.valkey.config_set("slowlog-max-len", _SLOW_KEPT)
        site.valkey.slowlog_reset()
        started, used_s = time.perf_counter(), _processor_s(site)
        swept = await asking.until(lambda: _is_swept(site))
        seconds, used_s = time.perf_counter() - started, _processor_s(site) - used_s
        scripts = _sweeps(site)
    # A busy machine makes calls long without anybody's doing: what counts is what the sweeping adds.
    added_ms = 1000 * max(max(times) - max(quiet[name]) for name, times in swept.items())
    return [
        Figure("locks that ran out together", f"{SEATS:,} in {seconds:.1f} s, {SEATS / seconds:,.0f}/s"),
        Figure("the store's processor time for it", f"{used_s:.2f} s, {1000 * used_s / len(scripts):.1f} ms a sweep"),
        latency("one sweep in the store", [us / 1_000_000 for us in scripts]),
        *(latency(f"{name}, before", times) for name, times in quiet.items()),
        *(latency(f"{name}, while they are swept", times) for name, times in swept.items()),
        Figure(
            "added to the longest call",
            f"{max(added_ms, 0):.1f} ms",
            f"under {ADDED_MS_MAX} ms",
            added_ms < ADDED_MS_MAX,
        ),
    ]


class _Asking:
    """Calls that have nothing to do with the stadium, one after the other, beside one another."""

    def __init__(self, site: Site, client: Crowd) -> None:
        self._site, self._client = site, client
        self._headers = bearer(site.token("somebody"))

    async def until(self, is_over: Callable[[], bool]) -> dict[str, list[float]]:
        """Each call's times until then."""
        calls: dict[str, Callable[[], Awaitable[object]]] = {
            "PING": lambda: asyncio.to_thread(self._site.valkey.ping),
            "a hold of another event": self._hold,
            "another event's seat states": lambda: self._client.get(f"/api/v1/events/{_OTHER}/seat-states"),
        }
        times: dict[str, list[float]] = {name: [] for name in calls}
        over = asyncio.Event()

        async def ask(name: str) -> None:
            while not over.is_set():
                started = time.perf_counter()
                await calls[name]()
                times[name].append(time.perf_counter() - started)
                await asyncio.sleep(_PAUSE_S)

        async with asyncio.TaskGroup() as group:
            for name in calls:
                group.create_task(ask(name))
            while not await asyncio.to_thread(is_over):  # noqa: ASYNC110 (another process's state is polled)
                await asyncio.sleep(_PAUSE_S)
            over.set()
        return times

    async def _hold(self) -> None:
        body = {"seatIds": ["C1", "C2", "C3"]}
        held = await self._client.post(f"/api/v1/events/{_OTHER}/holds", body, headers=self._headers)
        held.expected()
        path = f"/api/v1/events/{_OTHER}/holds/{held.json()['holdId']}"
        (await self._client.ask("DELETE", path, headers=self._headers)).expected()


async def _put_on_sale(site: Site, client: Crowd) -> None:
    admin = bearer(site.token("boss", "admin"))
    seats = [
        {
            "id": _seat(number),
            "position": {"x": 10 * (number % _ROW) + 5, "y": 10 * (number // _ROW) + 5},
            "categoryId": "all",
            "rowLabel": str(number // _ROW),
            "seatNumber": number % _ROW,
        }
        for number in range(SEATS)
    ]
    canvas = {"canvasW": 10 * _ROW, "canvasH": 10 * SEATS // _ROW}
    categories = [{"id": "all", "name": "All", "color": "#336699", "price": 45}]
    layout = {"id": _EVENT, "name": "Stadium", **canvas, "categories": categories, "seats": seats}
    times = {"startsAt": "2090-01-01T20:00:00Z"}
    event = {"eventId": _EVENT, "name": "Stadium", "layoutId": _EVENT, "currency": "USD", **times}
    (await client.post("/api/v1/layouts", layout, headers=admin)).expected()
    (await client.post("/api/v1/events", event, headers=admin)).expected()
    (await client.get(f"/api/v1/events/{_EVENT}/seat-states")).expected()


async def _fill(site: Site, client: Crowd) -> None:
    waiting = iter(range(0, SEATS, SEATS_PER_HOLD))

    async def hold(firsts: Iterator[int]) -> None:
        for first in firsts:
            body = {"seatIds": [_seat(number) for number in range(first, first + SEATS_PER_HOLD)], "durationMinutes": 2}
            path, headers = f"/api/v1/events/{_EVENT}/holds", bearer(site.token(f"user-{first}"))
            (await client.post(path, body, headers=headers)).expected()

    await asyncio.gather(*(hold(waiting) for _ in range(_AT_ONCE)))


def _run_out_together(site: Site) -> int:
    """Let every hold end with the first of them, whose end the server knows; returns when that is."""
    held = keys.held_seats(_EVENT)
    soonest = site.valkey.zrange(held, 0, 0, withscores=True)
    at_ms = int(soonest[0][1])
    for first in range(0, SEATS, 1_000):
        numbers = range(first, first + 1_000)
        pipe = site.valkey.pipeline(transaction=False)
        pipe.zadd(held, {_seat(number): at_ms for number in numbers}, xx=True)
        for number in numbers:
            pipe.pexpireat(keys.seat_lock(_EVENT, _seat(number)), at_ms)
        pipe.execute()
    return at_ms


async def _until(site: Site, at_ms: float) -> None:
    while not _is_past(site, at_ms):  # noqa: ASYNC110 (the store's clock is polled)
        await asyncio.sleep(_PAUSE_S)


def _is_past(site: Site, at_ms: float) -> bool:
    seconds, microseconds = site.valkey.time()
    return bool(1000 * seconds + microseconds / 1000 >= at_ms)


def _is_swept(site: Site) -> bool:
    return int(site.valkey.zcard(keys.held_seats(_EVENT))) == 0


def _processor_s(site: Site) -> float:
    """What the store's one working thread has used, whatever else the machine does."""
    used = site.valkey.info("cpu")
    return float(used["used_cpu_user_main_thread"]) + float(used["used_cpu_sys_main_thread"])


def _sweeps(site: Site) -> list[int]:
    """Microseconds of each sweep that took over 0.1 ms: they all do."""
    entries = site.valkey.slowlog_get(_SLOW_KEPT)
    return [entry["duration"] for entry in entries if SWEEP_EXPIRED.sha.encode() in entry["command"]]


def _seat(number: int) -> str:
    return f"S{number}"
