"""Watchers: each follows an event's stream as a page does, over cuts and restarts, and says what it sees."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence

import aiohttp
import msgspec

from tests.chaos.history import History, Sighting

_RETRY_S = 0.3
_SIGHTED = 0.15
"""The share of frames after which it says what it sees."""


class _Frame(msgspec.Struct, frozen=True):
    event: str
    id: str
    data: bytes


class _Snapshot(msgspec.Struct, frozen=True):
    states: str


class _Changes(msgspec.Struct, frozen=True):
    seats: dict[str, tuple[str, ...]]


class Watcher:
    """One page with one event's seats. It goes to any API process, and on from where it was."""

    def __init__(
        self,
        name: str,
        event: str,
        seats: Sequence[str],
        *,
        urls: Sequence[str],
        session: aiohttp.ClientSession,
        history: History,
        rng: random.Random,
        is_over: Callable[[], bool],
    ) -> None:
        self.name = name
        self.last_id = ""
        self.frames = 0
        self.event = event
        self._seats = tuple(seats)
        self._states: dict[str, str] = {}
        self._urls = urls
        self._session = session
        self._history = history
        self._rng = rng
        self._is_over = is_over

    @property
    def states(self) -> str:
        """What it sees, a letter a seat; empty before its first frame."""
        return "".join(self._states.get(it, "") for it in self._seats)

    async def run(self) -> None:
        """Watch until it is over, and come back whenever the stream ends."""
        while not self._is_over():
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                await self._watch(self._rng.choice(self._urls))
            await asyncio.sleep(_RETRY_S)

    def say(self) -> None:
        """Write down what it sees."""
        epoch, _, offset = self.last_id.partition(":")
        self._history.add(
            Sighting(
                client=self.name,
                event=self.event,
                at_ns=time.monotonic_ns(),
                epoch=epoch,
                offset=offset,
                states=self.states,
            )
        )

    async def _watch(self, url: str) -> None:
        headers = {"last-event-id": self.last_id} if self.last_id else {}
        leaves_after = self._rng.randint(5, 400)  # pages are closed and opened again without any fault
        wait = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=20)
        async with self._session.get(
            f"{url}/api/v1/events/{self.event}/changes", headers=headers, timeout=wait
        ) as answer:
            answer.raise_for_status()
            async for frame in _frames(answer.content):
                self._take(frame)
                leaves_after -= 1
                if leaves_after <= 0 or self._is_over():
                    return

    def _take(self, frame: _Frame) -> None:
        match frame.event:
            case "snapshot":
                states = msgspec.json.decode(frame.data, type=_Snapshot).states
                self._states = dict(zip(self._seats, states, strict=True))
            case "changes":
                for letter, seats in msgspec.json.decode(frame.data, type=_Changes).seats.items():
                    self._states.update(dict.fromkeys(seats, letter))
            case _:
                return
        self.last_id = frame.id
        self.frames += 1
        if self._rng.random() < _SIGHTED:
            self.say()


async def _frames(lines: aiohttp.StreamReader) -> AsyncIterator[_Frame]:
    """The whole frames of a stream; one that was cut off is none."""
    fields: dict[str, str] = {}
    async for line in lines:
        text = line.decode().rstrip("\n")
        if not text:
            if "data" in fields:
                yield _Frame(fields.get("event", ""), fields.get("id", ""), fields["data"].encode())
            fields = {}
            continue
        name, _, value = text.partition(":")
        fields[name] = value.removeprefix(" ")
