"""Commands without the time that a new interpreter takes to load the program, which is most of what they take.

A process of its own loads the program once and is forked for each command: the command still has its own process,
environment, streams and exit status, and ends as any program does. Servers are forked from it too where what they
answer is tested; how the program is loaded and how its process ends is tried by those that tests start by an
interpreter of their own (server.py).
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import frontrow.cli

_LOADED = (
    "alembic.command",
    "asyncpg",
    "frontrow.app",
    "frontrow.cli.admin_client",
    "frontrow.cli.office",
    "frontrow.cli.reconciling",
    "frontrow.cli.serving",
    "frontrow.client",
    "frontrow.http.token_keys",
    "frontrow.settings_advice",
    "frontrow.stores",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "typer.rich_utils",
)
"""What most commands load once they run."""
_REQUEST_BYTES_MAX = 1_000_000
_ONE_AT_A_TIME = threading.Lock()


def run_forked(
    arguments: Sequence[str], environ: Mapping[str, str], stdin: bytes, seconds_max: float
) -> subprocess.CompletedProcess[bytes]:
    """Run `frontrow <arguments>` to its end in this environment and return what it printed.

    Raises:
        subprocess.TimeoutExpired: it was still running after so many seconds, and was killed.
    """
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        with _ONE_AT_A_TIME:
            status = _asked(arguments, environ, (given, out, err), seconds_max)
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(["frontrow", *arguments], status, out.read(), err.read())


def _asked(
    arguments: Sequence[str], environ: Mapping[str, str], streams: Sequence[BinaryIO], seconds_max: float
) -> int:
    line = _line()
    line.settimeout(seconds_max)
    _ask(line, arguments, environ, [stream.fileno() for stream in streams])
    pid = int(line.recv(64))
    deadline = time.monotonic() + seconds_max
    try:
        line.settimeout(max(0.001, deadline - time.monotonic()))
        return int(line.recv(64))
    except TimeoutError:
        os.kill(pid, signal.SIGKILL)
        line.settimeout(None)
        line.recv(64)
        raise subprocess.TimeoutExpired(["frontrow", *arguments], seconds_max) from None


def _ask(
    line: socket.socket,
    arguments: Sequence[str],
    environ: Mapping[str, str],
    streams: Sequence[int],
    module: str | None = None,
) -> None:
    request = {"arguments": [*arguments], "environ": dict(environ), "folder": str(Path.cwd()), "module": module}
    socket.send_fds(line, [json.dumps(request).encode()], streams)


class ForkedProcess:
    """A program that was forked and runs, with what tests ask of a `subprocess.Popen`."""

    def __init__(self, arguments: Sequence[str], said: int) -> None:
        self._arguments = arguments
        self._said = os.fdopen(said, "rb", buffering=0)
        self._status: int | None = None
        self.pid = int(self._said.readline())

    def poll(self) -> int | None:
        """Its exit status, or None while it runs."""
        if self._status is None and select.select([self._said], [], [], 0)[0]:
            self._status = int(self._said.readline())
            self._said.close()
        return self._status

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, once it has ended.

        Raises:
            subprocess.TimeoutExpired: it still runs after so many seconds.
        """
        if self._status is None:
            select.select([self._said], [], [], timeout)
        status = self.poll()
        if status is None:
            raise subprocess.TimeoutExpired([*self._arguments], timeout or 0)
        return status

    def send_signal(self, signal_number: int) -> None:
        """Send it the signal; nothing where it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal_number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def start_forked(
    arguments: Sequence[str], environ: Mapping[str, str], output: int, *, module: str = "frontrow"
) -> ForkedProcess:
    """Run `python -m <module> <arguments>` in this environment until it ends; what it says goes to file `output`."""
    said, told = os.pipe()
    with Path(os.devnull).open("rb") as nothing, _ONE_AT_A_TIME:
        line = _line()
        line.settimeout(None)
        streams = [nothing.fileno(), output, output, told]
        _ask(line, arguments, environ, streams, module)
        os.close(told)
        return ForkedProcess(["python", "-m", module, *arguments], said)


_lines: dict[int, socket.socket] = {}
"""The way to the process that is forked, by the process that started it."""


def _line() -> socket.socket:
    if os.getpid() not in _lines:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "tests.support.forked_commands", str(theirs.fileno())]
            process = subprocess.Popen(command, pass_fds=[theirs.fileno()])
        _lines[os.getpid()] = ours

        def end() -> None:
            ours.close()
            process.wait()

        atexit.register(end)
    return _lines[os.getpid()]


def _serve(line: socket.socket) -> str:
    """Fork for each request. Returns in each fork the module it is to run; ends when nobody asks any more."""
    while True:
        received, streams, _, _ = socket.recv_fds(line, _REQUEST_BYTES_MAX, 4)
        if not received:
            sys.exit()
        request = json.loads(received)
        module = request["module"]
        with suppress(ChildProcessError):  # keepers whose programs have ended
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        pid = os.fork()
        if pid == 0:
            line.close()
            if module is not None:
                _keep(streams.pop(), streams)
            _become(request, streams)
            return module or "frontrow"
        for stream in streams:
            os.close(stream)
        if module is None:
            line.send(str(pid).encode())
            line.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())


def _keep(told: int, streams: Sequence[int]) -> None:
    """Fork once more, and say there which process it is and how it ended. Returns in the new fork."""
    pid = os.fork()
    if pid == 0:
        os.close(told)
        return
    for stream in streams:
        os.close(stream)
    os.write(told, b"%d\n" % pid)
    os.write(told, b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    os._exit(0)


def _become(request: Mapping[str, object], streams: Sequence[int]) -> None:
    arguments, environ = request["arguments"], request["environ"]
    assert isinstance(arguments, list) and isinstance(environ, dict)
    for standard, stream in enumerate(streams):
        os.dup2(stream, standard)
        os.close(stream)
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(str(request["folder"]))
    sys.argv[1:] = arguments


if __name__ == "__main__":
    for module in _LOADED:
        importlib.import_module(module)
    gc.freeze()  # or every fork copies all of it, to look at it once more when it ends
    to_run = _serve(socket.socket(fileno=int(sys.argv[1])))
    if to_run == "frontrow":
        frontrow.cli.main()
    else:
        runpy.run_module(to_run, run_name="__main__")
