"""How soon watchers of an event see what others do."""

import asyncio
import ssl
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import cast
from urllib.parse import urlsplit

import msgspec

from frontrow.bench.house import HOLDS_PER_USER, SEATS_PER_HOLD, House
from frontrow.client import AsyncClient
from frontrow.os_limits import raise_open_files_limit

_OPENED_AT_ONCE = 50
_WAIT_S_MAX = 10.0
_TAIL_BYTES = 80
"""Longer than a seat's id, so that one that is cut in two is found."""
_SNAPSHOT = b"event: snapshot"


class WatchingFailed(Exception):
    """The watchers could not all be opened; the message says why."""


class Watched(msgspec.Struct, frozen=True):
    """What watchers saw: a delay, in seconds, for each watcher and change, and the receipts that never came."""

    watchers: int
    changes: int
    delays_s: list[float]
    missed: int


async def watched(house: House, *, watchers: int, seconds: float) -> Watched:
    """Single seats are held and given back, one after the other, while so many watch.

    A delay is from the request's sending until a watcher has the change. The seats lie beyond those that `House.hold`
    takes, so they are free.

    Raises:
        WatchingFailed: the server does not serve so many streams to one address.
    """
    raise_open_files_limit()
    audience = _Audience(house)
    await audience.open(watchers)
    try:
        return await _changed(house, audience, seconds)
    finally:
        audience.close()


async def _changed(house: House, audience: "_Audience", seconds: float) -> Watched:
    delays: list[float] = []
    changes = missed = 0
    async with AsyncClient(house.url) as anyone:
        until = time.monotonic() + seconds
        for token, seat_id in _free_seats(house):
            if time.monotonic() > until:
                break
            buyer = anyone.with_token(token)
            audience.await_seat(seat_id)
            sent = time.monotonic()
            hold = await buyer.hold_seats(house.event_id, [seat_id])
            held = await audience.seen(since=sent)
            audience.await_seat(seat_id)
            sent = time.monotonic()
            await buyer.delete_hold(house.event_id, hold.hold_id)
            freed = await audience.seen(since=sent)
            delays += held + freed
            changes += 2
            missed += 2 * audience.size - len(held) - len(freed)
    return Watched(audience.size, changes, delays, missed)


def _free_seats(house: House) -> Iterator[tuple[str, str]]:
    """(token, seat id) for ever, nobody's twice in a row."""
    beyond = HOLDS_PER_USER * SEATS_PER_HOLD
    for number, user in cycle(enumerate(house.users)):
        yield user.token, f"S{number * house.stride + beyond}"


class _Audience:
    """Connections that watch one event, and what they wait for."""

    def __init__(self, house: House) -> None:
        self._address = urlsplit(house.url)
        path = f"{self._address.path.rstrip('/')}{house.path}/changes"
        headers = f"Host: {self._address.netloc}\r\nAccept: text/event-stream\r\n"
        self._request = f"GET {path} HTTP/1.1\r\n{headers}\r\n".encode()
        self._watchers: list[_Watcher] = []
        self.needle = b""
        self.receipts_s: list[float] = []
        self.opened = 0
        self.refusal: bytes | None = None
        self.progress = asyncio.Event()

    @property
    def size(self) -> int:
        """How many watch."""
        return len(self._watchers)

    async def open(self, count: int) -> None:
        """Connect, and wait until everybody has the map."""
        secure = ssl.create_default_context() if self._address.scheme == "https" else None
        port = self._address.port or (443 if secure else 80)
        while self.size < count:
            several = min(_OPENED_AT_ONCE, count - self.size)
            self._watchers += await asyncio.gather(*(self._connected(port, secure) for _ in range(several)))
            if not await self._reached(lambda: self.refusal is not None or self.opened >= self.size):
                raise WatchingFailed(f"{self.size - self.opened} of {self.size} watchers were sent no map")
            if self.refusal is not None:
                raise WatchingFailed(f"a watcher was refused: {self.refusal.decode(errors='replace')}")

    def await_seat(self, seat_id: str) -> None:
        """From now on, everybody waits for a change of this seat."""
        self.receipts_s.clear()
        self.needle = f'"{seat_id}"'.encode()
        for watcher in self._watchers:
            watcher.waits = True

    async def seen(self, *, since: float) -> list[float]:
        """The seconds until each watcher had the change; of those who had it in time."""
        await self._reached(lambda: len(self.receipts_s) == self.size)
        return [receipt - since for receipt in self.receipts_s]

    def close(self) -> None:
        """Everybody leaves."""
        for watcher in self._watchers:
            watcher.leave()

    async def _connected(self, port: int, secure: ssl.SSLContext | None) -> "_Watcher":
        loop = asyncio.get_running_loop()
        try:
            _, watcher = await loop.create_connection(
                lambda: _Watcher(self, self._request), self._address.hostname or "", port, ssl=secure
            )
        except OSError as error:
            raise WatchingFailed(f"a watcher could not connect: {error.strerror or error}") from None
        return watcher

    async def _reached(self, condition: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + _WAIT_S_MAX
        while not condition():
            self.progress.clear()
            try:
                await asyncio.wait_for(self.progress.wait(), deadline - time.monotonic())
            except TimeoutError:
                return condition()
        return True


class _Watcher(asyncio.Protocol):
    """One stream. Nothing is parsed: a change is seen when the seat's id arrives."""

    def __init__(self, audience: _Audience, request: bytes) -> None:
        self.waits = False
        self._audience = audience
        self._request = request
        self._transport: asyncio.Transport | None = None
        self._has_map = False
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        at = time.monotonic()
        audience = self._audience
        data = self._tail + data
        if self.waits and audience.needle in data:
            self.waits = False
            self._tail = b""
            audience.receipts_s.append(at)
            if len(audience.receipts_s) == audience.size:
                audience.progress.set()
            return
        if not self._has_map:
            if data.startswith(b"HTTP/1.1 ") and not data.startswith(b"HTTP/1.1 200"):
                audience.refusal = data.partition(b"\r\n")[0]
                audience.progress.set()
            elif _SNAPSHOT in data:
                self._has_map = True
                audience.opened += 1
                audience.progress.set()
        self._tail = data[-_TAIL_BYTES:]

    def leave(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.abort()
