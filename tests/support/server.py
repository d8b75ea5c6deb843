"""The real program in a process of its own, as its users start it."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from frontrow.cli.token import sign_token
from frontrow.settings import load
from tests.support.forked_commands import ForkedProcess, run_forked, start_forked
from tests.support.free_ports import free_port

START_SECONDS_MAX = 90.0
STOP_SECONDS_MAX = 60.0
COMMAND_SECONDS_MAX = 60.0
FORKED = ("frontrow",)
"""The program itself, forked: see `running_server`."""


def environment(data_dir: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment with no FRONTROW_* variable but the data folder's and `extra`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FRONTROW_")}
    return {**kept, "FRONTROW_DATA_DIR": str(data_dir), "COLUMNS": "200", **(extra or {})}


def run_frontrow(
    *arguments: str, data_dir: Path, extra: Mapping[str, str] | None = None, stdin: bytes = b""
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, in a process of its own, and return what it printed."""
    done = run_forked(arguments, environment(data_dir, extra), stdin, COMMAND_SECONDS_MAX)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


class RunningServer:
    """A server process: where it listens, and what it wrote so far."""

    def __init__(
        self,
        process: subprocess.Popen[bytes] | ForkedProcess,
        url: str,
        output: Path,
        data_dir: Path,
        environ: Mapping[str, str],
    ) -> None:
        self.process = process
        self.url = url
        self.data_dir = data_dir
        self._output = output
        self._environ = environ

    @property
    def output(self) -> str:
        """Everything it wrote to standard output and standard error so far."""
        return self._output.read_text(encoding="utf-8", errors="replace")

    def token(self, user: str, *roles: str) -> str:
        """A token of this installation, signed as its own command does, without a process for each."""
        return sign_token(load(self._environ), user=user, roles=[*roles], ttl_minutes=720)

    def stop(self, signal_number: int = signal.SIGTERM) -> int:
        """Send the signal and return the exit status."""
        self.process.send_signal(signal_number)
        return self.process.wait(STOP_SECONDS_MAX)


@contextmanager
def running_server(
    data_dir: Path,
    command: Sequence[str] = ("serve",),
    extra: Mapping[str, str] | None = None,
    *,
    forked: Sequence[str] | None = None,
) -> Iterator[RunningServer]:
    """`frontrow <command> --port <free>` until the block ends, ready to serve.

    Args:
        forked: the module that runs it, and arguments before the command, in a fork of a process that has loaded the
            program already: for tests of what it answers. Otherwise an interpreter of its own loads it.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.NamedTemporaryFile(prefix="frontrow-server-", suffix=".log") as output:
        environ = environment(data_dir, extra)
        arguments = (*command, "--port", str(port))
        process: subprocess.Popen[bytes] | ForkedProcess
        if forked is None:
            started_by = (sys.executable, "-m", "frontrow", *arguments)
            process = subprocess.Popen(started_by, stdout=output, stderr=subprocess.STDOUT, env=environ)
        else:
            module, *before = forked
            process = start_forked((*before, *arguments), environ, output.fileno(), module=module)
        server = RunningServer(process, url, Path(output.name), data_dir, environ)
        try:
            _wait_until_ready(server)
            yield server
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
                try:
                    process.wait(STOP_SECONDS_MAX)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _wait_until_ready(server: RunningServer) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    # One client for all tries: making one takes as long as a good part of the start.
    with httpx.Client(timeout=2) as client:
        while True:
            assert server.process.poll() is None, f"the server ended: {server.output}"
            try:
                if client.get(f"{server.url}/health/ready").is_success:
                    return
            except httpx.TransportError:
                pass
            assert time.monotonic() < deadline, f"the server is not ready after {START_SECONDS_MAX} s: {server.output}"
            time.sleep(0.05)
