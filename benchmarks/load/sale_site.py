"""A house on sale as a large sale has it, all on this machine: API workers behind one port, Valkey, PostgreSQL that
flushes every commit; each part's processor time can be read from outside."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psutil
import redis
from tests.support.postgres import running_postgres

from benchmarks.load.crowd import Crowd
from benchmarks.load.site import START_S_MAX, bearer, wait_until_ready
from benchmarks.serving import put_on_sale_as
from frontrow.adapters.redis.embedded import EmbeddedValkey
from frontrow.cli.token import sign_token
from frontrow.settings import Settings

STOP_S_MAX = 40.0
WATCHERS_MAX = 30_000
_SECRET = "a secret for this sale alone, long enough"


class SaleSite:
    """Servers on loopback ports, `urls`, that share a Valkey and a PostgreSQL."""

    def __init__(
        self,
        urls: list[str],
        servers: list[psutil.Process],
        postgres: psutil.Process,
        *,
        redis_url: str,
        ledger_url: str,
    ) -> None:
        self.urls = urls
        self.ledger_url = ledger_url
        self._servers = servers
        self._postgres = postgres
        self._valkey: redis.Redis = redis.Redis.from_url(redis_url, decode_responses=True)
        self._settings = Settings(jwt_secret=_SECRET)

    def token(self, user: str, *roles: str) -> str:
        """A token of these servers for four hours."""
        return sign_token(self._settings, user=user, roles=list(roles), ttl_minutes=240)

    def crowd(self, *, connections: int = 64, server: int = 0) -> Crowd:
        """Many users' requests to one of the servers, over connections they share."""
        return Crowd(self.urls[server], connections=connections)

    async def put_on_sale(self, event_id: str, seat_count: int) -> None:
        """An event of so many seats, 100 a row, called S0 and so on."""
        await put_on_sale_as(bearer(self.token("boss", "admin")), self.urls[0], event_id, seat_count)

    def server_cpu_s(self, server: int = 0) -> float:
        """The processor time a server's processes have used so far, its workers' and their supervisor's."""
        return _cpu_s_of_tree(self._servers[server])

    def server_bytes(self, server: int = 0) -> int:
        """The resident memory of a server's first process."""
        return int(self._servers[server].memory_info().rss)

    def store_cpu_s(self) -> float:
        """The processor time of Valkey's main thread, which runs the scripts."""
        used = self._valkey.info("cpu")
        return float(used["used_cpu_user_main_thread"]) + float(used["used_cpu_sys_main_thread"])

    def ledger_cpu_s(self) -> float:
        """The processor time of all PostgreSQL's processes, those that have ended since left out."""
        return _cpu_s_of_tree(self._postgres)

    def close(self) -> None:
        """Let go of the store."""
        self._valkey.close()


@contextmanager
def running_sale_site(
    *, servers: int = 1, workers: int = 1, settings: Mapping[str, str] | None = None
) -> Iterator[SaleSite]:
    """So many servers of so many workers each; ended with the block. Rate limits are off: all come from one address."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="frontrow-sale-")))
        valkey = stack.enter_context(EmbeddedValkey(folder))
        postgres = stack.enter_context(running_postgres(fsync=True))
        ledger_url = postgres.new_database()
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FRONTROW_")},
            "FRONTROW_REDIS_URL": valkey.url,
            "FRONTROW_DATABASE_URL": ledger_url,
            "FRONTROW_JWT_SECRET": _SECRET,
            "FRONTROW_DIRECT_BOOKING": "anyone",
            "FRONTROW_PAYMENT_GATEWAY": "demo",
            "FRONTROW_RATE_LIMIT_ENABLED": "off",
            "FRONTROW_WATCHERS_MAX": str(WATCHERS_MAX),
            "FRONTROW_WATCHERS_PER_ADDRESS_MAX": str(WATCHERS_MAX),
            "FRONTROW_LOG_LEVEL": "warning",
            **(settings or {}),
        }
        program = [sys.executable, "-m", "frontrow"]
        subprocess.run([*program, "migrate"], env=environment, check=True, capture_output=True)
        urls, processes = [], []
        for _ in range(servers):
            with socket.create_server(("127.0.0.1", 0)) as probe:
                port = probe.getsockname()[1]
            command = [*program, "serve", "--port", str(port), *(("--workers", str(workers)) if workers > 1 else ())]
            process = subprocess.Popen(command, env=environment)
            stack.callback(process.wait, STOP_S_MAX)
            stack.callback(process.terminate)
            urls.append(f"http://127.0.0.1:{port}")
            wait_until_ready(urls[-1], process)
            _wait_for_workers(urls[-1], workers)
            processes.append(psutil.Process(process.pid))
        server = psutil.Process(postgres.pid)
        site = SaleSite(urls, processes, server, redis_url=valkey.url, ledger_url=ledger_url)
        stack.callback(site.close)
        yield site


def _wait_for_workers(url: str, workers: int) -> None:
    """Wait until so many serve: none of them is still starting while something is measured."""
    deadline = time.monotonic() + START_S_MAX
    while f"frontrow_workers {workers}" not in (told := httpx.get(f"{url}/metrics", timeout=START_S_MAX).text):
        if time.monotonic() > deadline:
            raise SystemExit(f"not all workers started: {told[:200]}")
        time.sleep(0.1)


def _cpu_s_of_tree(process: psutil.Process) -> float:
    used_s = 0.0
    for one in (process, *process.children(recursive=True)):
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:  # ended since it was listed
            continue
        used_s += times.user + times.system
    return used_s
