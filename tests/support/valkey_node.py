"""One Valkey or Redis server of several, for tests: a child process that listens on a free loopback TCP port."""

import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.support.free_ports import HOST
from tests.support.valkey import server_binary

START_SECONDS_MAX = 30.0
_POLL_SECONDS = 0.01


class ValkeyNode:
    """A server on `port`. It can be ended and started again on the same data, stopped, and let go on."""

    def __init__(self, folder: Path, port: int, arguments: Sequence[str] = (), *, program: Path | None = None) -> None:
        self.folder = folder
        self.port = port
        self.address = (HOST, port)
        self.url = f"redis://{HOST}:{port}"
        self._program = program or server_binary()
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None
        self.raw = redis.Redis(
            host=HOST, port=port, decode_responses=True, retry=Retry(NoBackoff(), 0), socket_timeout=10
        )
        """A connection beside the adapter's, to look and to interfere; of the user `default`."""

    def command(self, *words: str | int) -> Any:
        """One command as user `default`; the reply as redis-py gives it."""
        return self.raw.execute_command(*words)  # type: ignore[no-untyped-call]

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process is there, stopped or not."""
        return self._process is not None and self._process.poll() is None

    def spawn(self) -> None:
        """Start the process; `wait_until_it_answers` comes after."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(self.command_line(), stdout=log, stderr=log)

    def command_line(self) -> list[str]:
        """What is run."""
        return [
            str(self._program),
            *("--port", str(self.port), "--bind", HOST, "--protected-mode", "no"),
            *("--dir", str(self.folder), "--save", "", "--maxmemory-policy", "noeviction"),
            *self._arguments,
        ]

    def wait_until_it_answers(self) -> None:
        """Wait for the first answer, whatever it says.

        Raises:
            AssertionError: the process has ended, or START_SECONDS_MAX have passed.
        """
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                self.raw.ping()
            except redis.exceptions.ConnectionError:
                assert self.is_running, (self.folder / "server.log").read_text()[-2_000:]
                assert time.monotonic() < deadline, f"no answer on port {self.port}"
                time.sleep(_POLL_SECONDS)
            except redis.exceptions.AuthenticationError:
                return
            else:
                return

    def start(self) -> None:
        """Start the server, on the data it had, and wait until it answers."""
        self.spawn()
        self.wait_until_it_answers()

    def kill(self, signal_number: int = signal.SIGKILL) -> None:
        """Send the server a signal; for the deadly ones wait until it is gone."""
        assert self._process is not None
        self._process.send_signal(signal_number)
        if signal_number in (signal.SIGKILL, signal.SIGTERM):
            self._process.wait()

    def stop(self) -> None:
        """Let it hang: connections stay open, and nothing is answered until `resume`."""
        self.kill(signal.SIGSTOP)

    def resume(self) -> None:
        """End `stop`."""
        self.kill(signal.SIGCONT)

    def end(self) -> None:
        """Whatever state it is in: end the process and remove its files."""
        self.raw.close()
        if self._process is not None and self._process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
