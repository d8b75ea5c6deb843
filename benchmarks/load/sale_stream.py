"""What a crowd sees on its maps: one stream a visitor, and the pictures they show, kept once for all who see the same.

As light as can be: a frame that another visitor was sent before, from the same place, is not parsed again. That is also
a test: the same id must name the same picture for everybody, whichever process sent it.
"""

import asyncio
import re
import time
from typing import cast

import msgspec

_FRAME = re.compile(rb"event: (snapshot|changes)\n(?:retry: .*\n)?id: (.*)\n(?:retry: .*\n)?data: (.*)\n\n")
_HEAD_END = b"\r\n\r\n"


class Step(msgspec.Struct, frozen=True):
    """Where a chunk of a stream leads: to which picture, and which seats it names by their new letter."""

    place: str
    seats: dict[str, list[str]]


class _Changes(msgspec.Struct, frozen=True):
    seats: dict[str, list[str]]


class _Snapshot(msgspec.Struct, frozen=True):
    states: str


class Pictures:
    """Every picture of one event that anybody was shown, by the id that names it."""

    def __init__(self, seat_ids: list[str]) -> None:
        self._index_of = {seat_id: number for number, seat_id in enumerate(seat_ids)}
        self._states: dict[str, bytes] = {"": b""}
        self._steps: dict[tuple[str, bytes], Step] = {}
        self.contradictions = 0
        """Ids by which two visitors were shown different pictures."""

    def states(self, place: str) -> bytes:
        """Every seat's letter in the picture of that id; empty before the first."""
        return self._states[place]

    def known_step(self, place: str, chunk: bytes) -> Step | None:
        """Where a chunk leads from a picture, where somebody went that step before."""
        return self._steps.get((place, chunk))

    def step(self, place: str, chunk: bytes) -> Step:
        """The same, read and drawn where nobody went it before; heartbeats lead nowhere."""
        step = self._steps.get((place, chunk))
        if step is None:
            step = self._steps[place, chunk] = self._read(place, chunk)
        return step

    def _read(self, place: str, chunk: bytes) -> Step:
        named: dict[str, list[str]] = {}
        for kind, raw_id, data in _FRAME.findall(chunk):
            if kind == b"snapshot":
                states = msgspec.json.decode(data, type=_Snapshot).states.encode()
            else:
                drawn = bytearray(self._states[place])
                named = msgspec.json.decode(data, type=_Changes).seats
                for letter, seat_ids in named.items():
                    for seat_id in seat_ids:
                        drawn[self._index_of[seat_id]] = ord(letter)
                states = bytes(drawn)
            place = raw_id.decode()
            self.contradictions += self._states.setdefault(place, states) != states
        return Step(place, named)


class Stream(asyncio.Protocol):
    """One visitor's stream. `place` is the id of the picture shown; `receipts` are kept where times are wanted."""

    bytes_received = 0
    """Of all streams together."""
    frames_received = 0

    def __init__(self, pictures: Pictures, path: str, *, timed: bool) -> None:
        self._pictures = pictures
        self._request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".encode()
        self._rest = b""
        self._has_head = False
        self._transport: asyncio.Transport | None = None
        self.place = ""
        self.receipts: list[tuple[int, Step]] | None = [] if timed else None
        self.first = asyncio.get_running_loop().create_future()
        """Done with the first picture; its result says whether there was one."""

    @property
    def states(self) -> bytes:
        """The picture shown."""
        return self._pictures.states(self.place)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        """The stream has ended."""
        if not self.first.done():
            self.first.set_result(False)

    def data_received(self, data: bytes) -> None:
        """Go the step that was sent; most often somebody else has gone it already."""
        at_ns = time.monotonic_ns()
        Stream.bytes_received += len(data)
        if not self._rest and self._has_head:
            step = self._pictures.known_step(self.place, data)
            if step is not None:
                self._go(step, at_ns)
                return
        self._rest += data
        if not self._has_head:
            head, found, rest = self._rest.partition(_HEAD_END)
            if not found:
                return
            self._has_head, self._rest = True, rest
            if b" 200 " not in head.partition(b"\r\n")[0]:
                self.close()
                return
        while (size := self._chunk_size()) is not None:
            chunk, self._rest = self._rest[:size], self._rest[size:]
            self._go(self._pictures.step(self.place, chunk), at_ns)

    def close(self) -> None:
        """Leave."""
        if self._transport is not None:
            self._transport.abort()

    def _chunk_size(self) -> int | None:
        digits, found, _ = self._rest.partition(b"\r\n")
        if not found:
            return None
        size = len(digits) + 2 + int(digits, 16) + 2
        return size if len(self._rest) >= size else None

    def _go(self, step: Step, at_ns: int) -> None:
        if step.place == self.place:
            return
        Stream.frames_received += 1
        self.place = step.place
        if self.receipts is not None:
            self.receipts.append((at_ns, step))
        if not self.first.done():
            self.first.set_result(True)


async def opened_stream(pictures: Pictures, port: int, path: str, *, timed: bool = False) -> Stream | None:
    """A stream of the server on that loopback port with its first picture; None where it was refused or has ended."""
    loop = asyncio.get_running_loop()
    try:
        _, stream = await loop.create_connection(lambda: Stream(pictures, path, timed=timed), "127.0.0.1", port)
    except OSError:
        return None
    return stream if await stream.first else None
