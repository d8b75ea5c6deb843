"""Commands without the time that a new interpreter takes to load the program, which is most of what they take.

A process of its own loads the program once and is forked for each command: the command still has its own process,
environment, streams and exit status, and ends as any program does. How the program is loaded is tried by the servers
that tests start (server.py), each by an interpreter of its own.
"""

import atexit
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
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
    request = json.dumps({"arguments": [*arguments], "environ": dict(environ), "folder": str(Path.cwd())})
    line.settimeout(seconds_max)
    socket.send_fds(line, [request.encode()], [stream.fileno() for stream in streams])
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


def _serve(line: socket.socket) -> None:
    """Fork for each request. Returns in each fork, which is to run the command; ends when nobody asks any more."""
    while True:
        request, streams, _, _ = socket.recv_fds(line, _REQUEST_BYTES_MAX, 3)
        if not request:
            sys.exit()
        pid = os.fork()
        if pid == 0:
            line.close()
            _become(json.loads(request), streams)
            return
        for stream in streams:
            os.close(stream)
        line.send(str(pid).encode())
        line.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())


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
    _serve(socket.socket(fileno=int(sys.argv[1])))
    frontrow.cli.main()
