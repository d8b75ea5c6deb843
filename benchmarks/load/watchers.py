"""Many watchers of one event while its seats change: how soon each sees a change, and what a watcher costs."""

import asyncio
import itertools
import re
import sys
import tempfile
import time
from array import array
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from benchmarks.load.crowd import Crowd
from benchmarks.load.figures import Figure, latency
from benchmarks.load.site import Site, bearer
from benchmarks.load.watching_process import Watched

_EVENT = "arena-demo"
_PATH = f"/api/v1/events/{_EVENT}/changes"
_BUYERS = 40
_HELD_FOR = 40
"""Changes between a seat's hold and its release."""
_WATCHERS_TIMED = 400
"""Of all watchers, spread over the order in which they are served: millions of times would only fill memory."""
_SETTLE_S = 2.0
_SETTLED_AT_ONCE = 1_000
"""Watchers that have all been sent everything within _SETTLE_S of the last change, also where others want the cores."""
_BASELINE_S = 5.0
_DATA = re.compile(rb"event: changes\n(?:.*\n)*?data: (.*)\n")


@dataclass
class _Change:
    sent_ns: int
    answered_ns: int


class _Frame(msgspec.Struct):
    seats: dict[str, list[str]]


class Watching(msgspec.Struct, frozen=True, kw_only=True):
    """What so many watchers saw and cost, in seconds, bytes and shares of a core."""

    watchers: int
    changes_per_s: float
    since_sent_s: list[float]
    """From a request's sending to a watcher's receipt of what it changed."""
    since_answer_s: list[float]
    missing: int
    """Receipts of changes by watchers that never came."""
    cpu_alone: float
    cpu_with_them: float
    bytes_opened: float
    """Of the process, for one watcher: when all were open, and at the end."""
    bytes_after: float
    sent_at_first: float
    sent_per_s: float


async def run(site: Site, count: int, changes_per_s: int, seconds: float) -> list[Figure]:
    """Seats change without watchers, then with them; what differs is what watching costs."""
    seen = await watching(site, count, changes_per_s, seconds)
    each_thousand = 1000 / count
    return [
        Figure("watchers, changes", f"{count:,}, {seen.changes_per_s:.0f} a second for {seconds:g} s"),
        latency("from the request's sending to a watcher", seen.since_sent_s),
        latency("from the request's answer to a watcher", seen.since_answer_s),
        Figure("changes some watcher never saw", str(seen.missing), "0", seen.missing == 0),
        Figure("server's processor time, no watchers", f"{100 * seen.cpu_alone:.1f} % of a core"),
        Figure("server's processor time, with them", f"{100 * seen.cpu_with_them:.1f} % of a core"),
        Figure("for 1,000 watchers", f"{100 * (seen.cpu_with_them - seen.cpu_alone) * each_thousand:.1f} % of a core"),
        Figure("memory for 1,000 watchers", f"{1000 * seen.bytes_after / 2**20:.1f} MiB"),
        Figure("memory of one, when opened", f"{seen.bytes_opened / 1024:.1f} KiB"),
        Figure("snapshot and head, a watcher", f"{seen.sent_at_first:,.0f} bytes"),
        Figure("changes, a watcher and second", f"{seen.sent_per_s:,.0f} bytes"),
    ]


async def watching(
    site: Site, count: int, changes_per_s: int, seconds: float, *, baseline_s: float = _BASELINE_S
) -> Watching:
    """The same as numbers; `baseline_s` is how long the changes go on without watchers."""
    settle_s = _SETTLE_S * max(1.0, count / _SETTLED_AT_ONCE)
    async with site.crowd(connections=16) as client:
        traffic = _Traffic(site, client, await _free_seats(client))
        await traffic.flow(changes_per_s, _SETTLE_S)
        alone = await _cpu_share(site, traffic, changes_per_s, baseline_s)
        bytes_before = site.process_bytes()
        async with _watching(site, count) as result:
            bytes_with = site.process_bytes()
            await traffic.flow(changes_per_s, _SETTLE_S)
            traffic.changes.clear()
            busy = await _cpu_share(site, traffic, changes_per_s, seconds)
            await asyncio.sleep(settle_s)
            bytes_after = site.process_bytes()
        watched = result[0]
    changes_made = sum(map(len, traffic.changes.values()))
    since_sent, since_answer, missing = _delays(watched, traffic.changes, count)
    return Watching(
        watchers=count,
        changes_per_s=changes_made / seconds,
        since_sent_s=since_sent,
        since_answer_s=since_answer,
        missing=missing,
        cpu_alone=alone,
        cpu_with_them=busy,
        bytes_opened=(bytes_with - bytes_before) / count,
        bytes_after=(bytes_after - bytes_before) / count,
        sent_at_first=watched.bytes_until_ready / count,
        sent_per_s=watched.bytes_since / count / (seconds + _SETTLE_S + settle_s),
    )


class _Traffic:
    """Buyers who hold single seats and give them back a little later: every request changes one seat."""

    def __init__(self, site: Site, client: Crowd, seat_ids: list[str]) -> None:
        self._client = client
        self._buyers = itertools.cycle([bearer(site.token(f"buyer-{number}")) for number in range(_BUYERS)])
        self._seats = itertools.cycle(seat_ids)
        self._held: deque[tuple[str, str, dict[str, str]]] = deque()
        self.changes: defaultdict[tuple[str, str], deque[_Change]] = defaultdict(deque)
        """By seat and its new state's letter, oldest first."""

    async def flow(self, changes_per_s: int, seconds: float) -> None:
        """So many changes a second, whether or not earlier ones were answered yet."""
        started = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(int(changes_per_s * seconds)):
                await asyncio.sleep(max(0.0, started + number / changes_per_s - time.monotonic()))
                group.create_task(self._release() if len(self._held) > _HELD_FOR else self._hold())

    async def _hold(self) -> None:
        seat_id, buyer = next(self._seats), next(self._buyers)
        change = self._begun(seat_id, "h")
        body = {"seatIds": [seat_id], "durationMinutes": 60}
        answer = await self._client.post(f"/api/v1/events/{_EVENT}/holds", body, headers=buyer)
        change.answered_ns = time.monotonic_ns()
        self._held.append((seat_id, answer.expected().json()["holdId"], buyer))

    async def _release(self) -> None:
        seat_id, hold_id, buyer = self._held.popleft()
        change = self._begun(seat_id, "a")
        answer = await self._client.ask("DELETE", f"/api/v1/events/{_EVENT}/holds/{hold_id}", headers=buyer)
        change.answered_ns = time.monotonic_ns()
        answer.expected()

    def _begun(self, seat_id: str, letter: str) -> _Change:
        change = _Change(time.monotonic_ns(), 0)
        self.changes[seat_id, letter].append(change)
        return change


async def _free_seats(client: Crowd) -> list[str]:
    answer = (await client.get(f"/api/v1/events/{_EVENT}/seats?state=available")).expected()
    return [seat["seatId"] for seat in answer.json()["seats"]]


async def _cpu_share(site: Site, traffic: _Traffic, changes_per_s: int, seconds: float) -> float:
    started, used_s = time.monotonic(), site.process_cpu_s()
    await traffic.flow(changes_per_s, seconds)
    return (site.process_cpu_s() - used_s) / (time.monotonic() - started)


@asynccontextmanager
async def _watching(site: Site, count: int) -> AsyncIterator[list[Watched]]:
    """Watchers for as long as the block runs; afterwards the list has what they saw."""
    seen: list[Watched] = []
    with tempfile.TemporaryDirectory(prefix="frontrow-watch-") as folder:
        file = Path(folder) / "seen"
        command = ["-m", "benchmarks.load.watching_process", str(urlsplit(site.url).port), _PATH, str(count), str(file)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            if await process.stdout.readline() != b"ready\n":
                raise SystemExit("the watchers could not all be opened")
            yield seen
        finally:
            process.stdin.close()
            await process.wait()
        seen.append(msgspec.msgpack.decode(file.read_bytes(), type=Watched))


def _delays(
    watched: Watched, changes: dict[tuple[str, str], deque[_Change]], count: int
) -> tuple[list[float], list[float], int]:
    """Seconds from each change's sending and answer to its receipts by every few watchers, and how many receipts are
    missing among all of them."""
    every = max(1, count // _WATCHERS_TIMED)
    since_sent: list[float] = []
    since_answer: list[float] = []
    expected = sum(map(len, changes.values())) * count
    decoder = msgspec.json.Decoder(_Frame)
    for chunk, receipts in sorted(_times(watched), key=lambda it: it[1][0]):
        for data in _DATA.findall(chunk):
            for letter, seat_ids in decoder.decode(data).seats.items():
                for seat_id in seat_ids:
                    change = _next_change(changes, (seat_id, letter), receipts[-1])
                    if change is not None:
                        expected -= len(receipts)
                        since_sent += [(at - change.sent_ns) / 1e9 for at in receipts[::every]]
                        since_answer += [(at - change.answered_ns) / 1e9 for at in receipts[::every]]
    return since_sent, since_answer, expected


def _next_change(
    changes: dict[tuple[str, str], deque[_Change]], key: tuple[str, str], last_receipt_ns: int
) -> _Change | None:
    """The change a frame tells of; none for what was sent before the count began."""
    waiting = changes.get(key)
    return waiting.popleft() if waiting and waiting[0].sent_ns < last_receipt_ns else None


def _times(watched: Watched) -> list[tuple[bytes, "array[int]"]]:
    found = []
    for chunk, raw in watched.frames:
        times: array[int] = array("q")
        times.frombytes(raw)
        found.append((chunk, times))
    return found
