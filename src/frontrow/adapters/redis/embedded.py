"""The embedded Valkey: a real server as a child process, on a private UNIX socket, with its data in the data folder.

Started and stopped synchronously, before the event loop and the workers are. It dies with this process, a lost one
is started again, and what it has answered survives both, but for the last moments where the disk is slow: then the
append-only file is written up to two seconds after the reply. A file that is damaged is put aside: better no holds than
no sale.
"""

import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Self
from urllib.parse import quote

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

from frontrow.adapters.redis import private_folder, tied_program
from frontrow.adapters.redis.private_folder import FolderLock
from frontrow.adapters.redis.server_program import find_server
from frontrow.domain.errors import ConfigurationError

START_SECONDS_MAX = 60.0
"""Loading a large append-only file takes its time: about a second for 100 MB."""
STOP_SECONDS_MAX = 10.0
RESTART_SECONDS_MIN = 0.05
RESTART_SECONDS_MAX = 5.0
HEALTHY_SECONDS = 60.0
"""A server that ran this long before it ended is started again at once; one that did not, after a growing pause."""
LOG_BYTES_MAX = 1 << 20
_LOG_LINES_SHOWN = 3
_DAMAGED = ("Bad file format reading the append only file", "Unexpected end of file reading the append only file")
"""What Valkey ends with where its file makes no sense to it. 9.1 itself leaves one so, when it is killed after a disk
that was full took a part of a write."""
_POLL_SECONDS = 0.01

_log = structlog.get_logger(__name__)


class EmbeddedValkey:
    """A supervised Valkey on the folder `<data folder>/valkey`.

    `start` returns when it answers; from then on a thread waits for it and starts it again whenever it ends. That
    thread also starts it the first time: Linux kills a child when the thread that started it ends, so the starter
    must live as long as the process does.
    """

    def __init__(self, data_folder: Path) -> None:
        self.folder = data_folder.expanduser().absolute() / "valkey"
        self.restarts = 0
        self._socket = private_folder.socket_path(self.folder)
        self._lock: FolderLock | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._spawning = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens: the FRONTROW_REDIS_URL of this process and its workers."""
        return f"unix://{quote(str(self._socket))}"

    @property
    def pid(self) -> int | None:
        """The process id of the running server; None while it is down."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            ConfigurationError: no server program, a folder in use, read-only or full, or a server that ends at
                once; the message says what to do. Nothing is left running then.
        """
        program = find_server()
        private_folder.prepare(self.folder)
        private_folder.prepare(self._socket.parent)
        self._lock = FolderLock(self.folder)
        self._stopping.clear()
        first: queue.SimpleQueue[ConfigurationError | None] = queue.SimpleQueue()
        self._thread = threading.Thread(
            target=self._supervise, args=(program, first), name="embedded-valkey", daemon=True
        )
        self._thread.start()
        try:
            failure = first.get()
        except BaseException:  # Ctrl-C while it loads its data
            self.stop()
            raise
        if failure is not None:
            self.stop()
            raise failure

    def stop(self) -> None:
        """Stop the server cleanly and let go of its folder. Stopping a stopped one does nothing."""
        self._stopping.set()
        with self._spawning:
            process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS_MAX)
            if self._thread.is_alive() and process is not None:
                process.kill()
                self._thread.join()
            self._thread = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None
        private_folder.remove_outside(self._socket, self.folder)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _supervise(self, program: Path, first: "queue.SimpleQueue[ConfigurationError | None]") -> None:
        failure = self._start_once(program)
        first.put(failure)
        if failure is None:
            self._keep_running(program)

    def _keep_running(self, program: Path) -> None:
        failure: ConfigurationError | None = None
        pause_s = RESTART_SECONDS_MIN
        while True:
            # Whatever was started is waited for, also where a stop came while it started: its pipe is closed then.
            if failure is None and self._run_s() > HEALTHY_SECONDS:
                pause_s = RESTART_SECONDS_MIN
            if self._stopping.wait(pause_s):
                return
            pause_s = min(2 * pause_s, RESTART_SECONDS_MAX)
            failure = self._start_once(program)
            if failure is None:
                self.restarts += 1
                _log.warning("valkey_restarted", restarts=self.restarts)
            elif not self._stopping.is_set():
                _log.error("valkey_restart_failed", reason=str(failure), next_try_in_s=pause_s)

    def _run_s(self) -> float:
        """Wait for the server to end; how many seconds it ran."""
        started_at = time.monotonic()
        assert self._process is not None
        with self._process as process:  # waits, and closes the pipe that ties a child to us where the kernel doesn't
            pass
        status = process.returncode
        if not self._stopping.is_set():
            _log.error("valkey_ended", status=status)
        return time.monotonic() - started_at

    def _start_once(self, program: Path) -> ConfigurationError | None:
        """Start the server and wait until it answers, or say why it doesn't. Data it cannot read are put aside."""
        failure = self._try_to_start(program)
        if failure is not None and any(said in str(failure) for said in _DAMAGED) and self._put_aside_data():
            failure = self._try_to_start(program)
        return failure

    def _put_aside_data(self) -> bool:
        """Keep damaged data for whoever wants to look, once, out of the way; whether there were any."""
        data, aside = self.folder / "appendonlydir", self.folder / "appendonlydir.damaged"
        if not data.exists():
            return False
        shutil.rmtree(aside, ignore_errors=True)
        data.replace(aside)
        _log.error("valkey_data_damaged", kept_in=str(aside), lost="every hold; what is sold is in the ledger")
        return True

    def _try_to_start(self, program: Path) -> ConfigurationError | None:
        log_file = self.folder / "valkey.log"
        try:
            if log_file.exists() and log_file.stat().st_size > LOG_BYTES_MAX:
                log_file.replace(log_file.with_suffix(".log.1"))
            with log_file.open("ab") as log:
                log_start = log.tell()
                process = self._spawn(program, log)
        except OSError as error:
            return ConfigurationError(f"the embedded Valkey could not be started: {error}")
        deadline = time.monotonic() + START_SECONDS_MAX
        while process.poll() is None:
            if self._answers():
                return None
            if time.monotonic() > deadline:
                process.kill()
                process.communicate()
                return ConfigurationError(
                    f"the embedded Valkey did not answer within {START_SECONDS_MAX:g} s; see {log_file}"
                )
            self._stopping.wait(_POLL_SECONDS)
        process.communicate()
        with log_file.open("rb") as log:
            log.seek(log_start)
            said = log.read().decode(errors="replace").strip().splitlines()[-_LOG_LINES_SHOWN:]
        return ConfigurationError(
            f"the embedded Valkey ended at once (status {process.returncode}): {' | '.join(said)}; see {log_file}"
        )

    def _spawn(self, program: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
        assert self._lock is not None
        with self._spawning:
            if self._stopping.is_set():
                raise InterruptedError("stopped while starting")
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-I", "-S", tied_program.__file__, str(os.getpid()), str(program)),
                    *("--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "600"),
                    *("--dir", str(self.folder), "--databases", "1", "--daemonize", "no"),
                    *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
                    *("--maxmemory-policy", "noeviction"),
                ],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=(self._lock.fileno(),),
                start_new_session=True,  # Ctrl-C in a terminal is for us, not for the store that we still need
            )
            return self._process

    def _answers(self) -> bool:
        client = redis.Redis(unix_socket_path=str(self._socket), socket_timeout=1.0, retry=Retry(NoBackoff(), 0))
        try:
            return bool(client.ping())
        except redis.exceptions.RedisError:  # not listening yet, or loading its data
            return False
        finally:
            client.close()
