"""`python -m benchmarks.load.watching_process PORT PATH COUNT FILE`: watchers of one stream, in a process of their own.

As light as can be, so that the server is what is measured: a watcher stamps what arrives and counts it. All watchers
are sent the same bytes, so equal chunks are kept once, each with the times it arrived at; nothing is parsed here.
Prints `ready` once every watcher has its first frame, and ends with its standard input.
"""

import asyncio
import sys
import time
from array import array
from pathlib import Path
from typing import cast

import msgspec
import uvloop

from frontrow.os_limits import raise_open_files_limit

_FIRST = b"event: snapshot"
_OPENED_AT_ONCE = 50
_OPENED_S_MAX = 60.0


class Watched(msgspec.Struct, frozen=True):
    """What all watchers were sent: each whole frame with the times (time.monotonic_ns) it arrived at as bytes of an
    array('q'), and how many bytes it was in all, before and after the first snapshot."""

    frames: list[tuple[bytes, bytes]]
    bytes_until_ready: int
    bytes_since: int


class _Watcher(asyncio.Protocol):
    frames: dict[bytes, "array[int]"] = {}  # noqa: RUF012 (one for all watchers on purpose)
    received = 0
    ready = 0

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._rest = b""
        self._has_first = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        at = time.monotonic_ns()
        _Watcher.received += len(data)
        if self._rest or not data.endswith((b"\n\n", b"\n\n\r\n")):
            data = self._rest + data
            if not data.endswith((b"\n\n", b"\n\n\r\n")):
                self._rest = data
                return
            self._rest = b""
        if self._has_first:
            times = _Watcher.frames.get(data)
            if times is None:
                times = _Watcher.frames[data] = array("q")
            times.append(at)
        elif _FIRST in data:
            self._has_first = True
            _Watcher.ready += 1


async def _watch(port: int, path: str, count: int) -> Watched:
    loop = asyncio.get_running_loop()
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".encode()
    opened = 0
    transports = []
    while opened < count:
        several = min(_OPENED_AT_ONCE, count - opened)
        made = await asyncio.gather(
            *(loop.create_connection(lambda: _Watcher(request), "127.0.0.1", port) for _ in range(several))
        )
        transports += [transport for transport, _ in made]
        opened += several
        deadline = time.monotonic() + _OPENED_S_MAX
        while _Watcher.ready < opened:
            if time.monotonic() > deadline:
                raise SystemExit(f"{opened - _Watcher.ready} of {opened} watchers were sent no snapshot")
            await asyncio.sleep(0.005)
    before = _Watcher.received
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    frames = [(frame, times.tobytes()) for frame, times in _Watcher.frames.items()]
    for transport in transports:
        transport.abort()
    return Watched(frames, before, _Watcher.received - before)


def main() -> None:
    """Watch until standard input ends."""
    port, path, count, file = sys.argv[1:]
    raise_open_files_limit()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        watched = runner.run(_watch(int(port), path, int(count)))
    Path(file).write_bytes(msgspec.msgpack.encode(watched))


if __name__ == "__main__":
    main()
