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
from tests.support.forked_commands import run_forked
from tests.support.free_ports import free_port

START_SECONDS_MAX = 90.0
STOP_SECONDS_MAX = 60.0
COMMAND_SECONDS_MAX = 60.0
FRONTROW = (sys.executable, "-m", "frontrow")


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
        self, process: subprocess.Popen[bytes], url: str, output: Path, data_dir: Path, environ: Mapping[str, str]
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
    program: Sequence[str] = FRONTROW,
) -> Iterator[RunningServer]:
    """`frontrow <command> --port <free>` until the block ends, ready to serve; `program` runs it in another way."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.NamedTemporaryFile(prefix="frontrow-server-", suffix=".log") as output:
        environ = environment(data_dir, extra)
        process = subprocess.Popen(
            [*program, *command, "--port", str(port)], stdout=output, stderr=subprocess.STDOUT, env=environ
        )
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
