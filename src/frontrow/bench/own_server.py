"""A Frontrow of one's own for a while: one process on a free port, with stores in a folder that goes with it."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

import msgspec

from frontrow.client import NO_RETRIES, Client, FrontrowError

_START_S_MAX = 60.0
_STOP_S_MAX = 30.0
_LOOK_AGAIN_S = 0.05


class ServerFailed(Exception):
    """The server did not start; the message is what it said last."""


class OwnServer(msgspec.Struct, frozen=True):
    """Where it is, its process, and the secret its tokens are signed with."""

    url: str
    pid: int
    secret: str


@contextmanager
def own_server(settings: Mapping[str, str] | None = None) -> Iterator[OwnServer]:
    """`frontrow serve` with embedded stores, without rate limits, until the block ends.

    This process's own FRONTROW_* variables do not count: what is measured is the same wherever it is.

    Args:
        settings: FRONTROW_* and other variables to set besides.

    Raises:
        ServerFailed: it ended, or was not ready within a minute.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="frontrow-bench-", ignore_cleanup_errors=True))
        output = stack.enter_context(tempfile.TemporaryFile(prefix="frontrow-bench-", suffix=".log"))
        secret = secrets.token_urlsafe(48)
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FRONTROW_")},
            "FRONTROW_DATA_DIR": folder,
            "FRONTROW_JWT_SECRET": secret,
            "FRONTROW_RATE_LIMIT_ENABLED": "off",
            "FRONTROW_LOG_LEVEL": "warning",
            **(settings or {}),
        }
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "frontrow", "serve", "--port", str(port)],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        stack.callback(_end, process)
        server = OwnServer(f"http://127.0.0.1:{port}", process.pid, secret)
        if not _is_ready(server, process):
            output.seek(0)
            said = output.read().decode(errors="replace").strip().rpartition("\n")[2]
            raise ServerFailed(f"the server did not start: {said or 'it said nothing'}")
        yield server


def _is_ready(server: OwnServer, process: "subprocess.Popen[bytes]") -> bool:
    deadline = time.monotonic() + _START_S_MAX
    with Client(server.url, timeout_s=2, retries=NO_RETRIES) as client:
        while process.poll() is None and time.monotonic() < deadline:
            try:
                client.get_readiness()
            except FrontrowError:
                time.sleep(_LOOK_AGAIN_S)
            else:
                return True
    return False


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_STOP_S_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
