"""A worker as its supervisor sees it: a process, what it says, and when it ended."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import structlog

from frontrow.cli.worker_words import BEAT_S, OfSupervisor, OfWorker, line

MISSED_BEATS_MAX = 12
"""A worker that says nothing for so many beats, a minute, hangs."""
EXIT_S_MAX = 10.0
"""From the end of what a worker says to the end of its process."""

_log = structlog.get_logger(__name__)


class WorkerProcess:
    """One process, from its start to its end."""

    def __init__(self, number: int, process: subprocess.Popen[bytes], channel: socket.socket) -> None:
        self.number = number
        self.serves = asyncio.Event()
        self._process = process
        self._channel = channel
        self._started_at_s = time.monotonic()
        self._ended = asyncio.create_task(self._listen(), name=f"worker {number}")

    @classmethod
    def start(cls, number: int, listener: socket.socket, environment: Mapping[str, str]) -> "WorkerProcess":
        """Start a fresh Python that serves on `listener`, with this environment.

        Its number is 1 to the number of workers; one that follows another has the same.
        It has a session of its own: a Ctrl-C in a terminal is for the supervisor, which ends its workers in order.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-m", "frontrow.cli.worker"),
                    *(str(number), str(listener.fileno()), str(theirs.fileno())),
                ],
                env=environment,
                stdin=subprocess.DEVNULL,
                pass_fds=(listener.fileno(), theirs.fileno()),
                start_new_session=True,
            )
        return cls(number, process, ours)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def ran_s(self) -> float:
        """Seconds since its start."""
        return time.monotonic() - self._started_at_s

    def when_ended(self, then: Callable[[], None]) -> None:
        """Call `then` when it has ended."""
        self._ended.add_done_callback(lambda _: then())

    async def ended(self) -> int:
        """Wait for its end. Returns the exit status, a signal's number negated."""
        return await asyncio.shield(self._ended)

    async def served(self) -> bool:
        """Wait until it accepts connections: True; or until it has ended without that: False."""
        serving = asyncio.create_task(self.serves.wait())
        try:
            await asyncio.wait((serving, self._ended), return_when=asyncio.FIRST_COMPLETED)
        finally:
            serving.cancel()
        return self.serves.is_set() and not self._ended.done()

    def retire(self) -> None:
        """Tell it to hand over to the other workers and end."""
        with suppress(OSError):  # gone already
            self._channel.send(line(OfSupervisor.RETIRE))

    def send(self, signal_number: signal.Signals) -> None:
        """Send it a signal; one that has ended gets none."""
        self._process.send_signal(signal_number)

    async def _listen(self) -> int:
        reader, writer = await asyncio.open_connection(sock=self._channel)
        try:
            await self._hear(reader)
        finally:
            writer.close()
        return await asyncio.to_thread(self._reap)

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        """Return when it has closed its end, which a process does when it ends."""
        missed = 0
        while True:
            try:
                # One beat at a time: after a stop of this very process, what has been said meanwhile is read first.
                said = await asyncio.wait_for(reader.readline(), BEAT_S)
            except TimeoutError:
                missed += 1
                if missed >= MISSED_BEATS_MAX:
                    _log.error("worker_hangs", worker=self.number, pid=self.pid, silent_s=missed * BEAT_S)
                    self.send(signal.SIGKILL)
                    return
                continue
            except ConnectionError:
                return
            missed = 0
            if not said:
                return
            if said == line(OfWorker.SERVING):
                self.serves.set()
                _log.info("worker_serving", worker=self.number, pid=self.pid, after_s=round(self.ran_s, 1))

    def _reap(self) -> int:
        try:
            return self._process.wait(EXIT_S_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def workers_environment(overrides: Mapping[str, str]) -> dict[str, str]:
    """This process's environment for its workers, with these variables set."""
    return {**os.environ, **overrides}
