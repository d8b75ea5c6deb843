"""A server process under load: its own Valkey beside it, so that both can be looked at from outside."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psutil
import redis

from benchmarks.load.crowd import Crowd
from frontrow.adapters.redis.embedded import EmbeddedValkey
from frontrow.cli.token import sign_token
from frontrow.settings import Settings

START_S_MAX = 60.0
_SECRET = "a secret for this load alone, long enough"
_KIB = 1024


class Site:
    """A running `frontrow serve` with the demo's events, and its Valkey."""

    def __init__(self, url: str, pid: int, redis_url: str) -> None:
        self.url = url
        self.valkey = redis.Redis.from_url(redis_url, decode_responses=True)
        self._pid = pid
        self._settings = Settings(jwt_secret=_SECRET)

    def token(self, user: str, *roles: str) -> str:
        """A token of this server for four hours."""
        return sign_token(self._settings, user=user, roles=list(roles), ttl_minutes=240)

    def crowd(self, *, connections: int = 100) -> Crowd:
        """Many users' requests, over connections they share."""
        return Crowd(self.url, connections=connections)

    def process_cpu_s(self) -> float:
        """The processor time the server process has used so far."""
        times = psutil.Process(self._pid).cpu_times()
        return float(times.user + times.system)

    def process_bytes(self) -> int:
        """The server process's resident memory (Linux)."""
        lines = Path(f"/proc/{self._pid}/status").read_text().splitlines()
        resident = next(line for line in lines if line.startswith("VmRSS:"))
        return int(resident.split()[1]) * _KIB

    def valkey_bytes(self) -> int:
        """What Valkey's data take, without its buffers' slack."""
        return int(self.valkey.info("memory")["used_memory"])


def bearer(token: str) -> dict[str, str]:
    """The header that carries the token."""
    return {"authorization": f"Bearer {token}"}


@contextmanager
def running_site() -> Iterator[Site]:
    """A server with the demo's events on free loopback port, rate limits off, ended with the block."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="frontrow-load-")))
        valkey = stack.enter_context(EmbeddedValkey(folder))
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FRONTROW_")},
            "FRONTROW_DATA_DIR": str(folder / "data"),
            "FRONTROW_REDIS_URL": valkey.url,
            "FRONTROW_JWT_SECRET": _SECRET,
            "FRONTROW_DIRECT_BOOKING": "anyone",
            "FRONTROW_DIALECT_GUESTS": "on",
            "FRONTROW_RATE_LIMIT_ENABLED": "off",
            "FRONTROW_WATCHERS_PER_ADDRESS_MAX": "10000",
            "FRONTROW_LOG_LEVEL": "warning",
        }
        program = [sys.executable, "-m", "frontrow"]
        subprocess.run([*program, "seed"], env=environment, check=True, capture_output=True)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        process = subprocess.Popen([*program, "serve", "--port", str(port)], env=environment)
        stack.callback(process.wait, 30)
        stack.callback(process.terminate)
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, process)
        yield Site(url, process.pid, valkey.url)


def wait_until_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the server says that it is ready; the load ends here where it does not start."""
    deadline = time.monotonic() + START_S_MAX
    while True:
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("the server did not start")
        try:
            if httpx.get(f"{url}/health/ready", timeout=2).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
