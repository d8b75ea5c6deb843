"""Several processes behind one port: `frontrow serve --workers N`.

This process binds the port, starts what is embedded and then its workers, and serves nothing itself. All workers
accept from the one listener, so what waits to be accepted is lost with none of them, and the one that is free takes
it. A worker that ends is followed by another. SIGTERM and SIGINT end all of them; SIGHUP replaces them, one after
the other, each by a process that serves before its predecessor retires.
"""

import asyncio
import os
import signal
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress

import structlog
import typer

from frontrow.cli.endings import GRACE_S, RETIRING_IDLE_S
from frontrow.cli.listening import listening, url_of
from frontrow.cli.process_setup import set_process_up, warn_of_unknown_settings
from frontrow.cli.worker_process import WorkerProcess, workers_environment
from frontrow.cli.worker_words import METRICS_FOLDER_VARIABLE
from frontrow.data_folder import RunningServer
from frontrow.domain.errors import ConfigurationError
from frontrow.installation import Installation
from frontrow.settings import Settings

START_S_MAX = 120.0
"""A replacement that does not serve by then is given up, and its predecessor stays."""
LEAVE_S_MAX = 30.0
"""What a worker may take to end besides its drain and its grace, before it is killed."""
PAUSE_S_MIN, PAUSE_S_MAX = 0.05, 5.0
HEALTHY_S = 60.0
"""A worker that ran this long before it ended is followed at once; one that did not, after a growing pause."""

_log = structlog.get_logger(__name__)


def run_workers(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serve HTTP on `host`:`port` by so many processes until SIGINT or SIGTERM.

    Raises:
        ConfigurationError: the ledger is not PostgreSQL, the port or the data folder is taken, or a store cannot be
            started.
        typer.Exit: the first worker could not start, and has said why.
    """
    if not settings.has_postgres:
        raise ConfigurationError(
            "more than one worker needs PostgreSQL (FRONTROW_DATABASE_URL=postgresql://...), and this ledger is "
            "SQLite, which has one writer: run with --workers 1"
        )
    set_process_up(settings)
    warn_of_unknown_settings()
    installation = Installation(settings)
    with ExitStack() as stack:
        stack.enter_context(installation.owned())
        listener = stack.enter_context(listening(host, port))
        redis_url = stack.enter_context(_hold_store(installation))
        metrics = stack.enter_context(tempfile.TemporaryDirectory(prefix="frontrow-metrics-"))
        overrides = {"FRONTROW_REDIS_URL": redis_url, METRICS_FOLDER_VARIABLE: metrics}
        supervisor = Supervisor(
            listener, workers=workers, environment=workers_environment(overrides), drain_s=settings.drain_seconds
        )
        installation.announce(RunningServer(url=url_of(listener), pid=os.getpid()))
        asyncio.run(supervisor.run())


@contextmanager
def _hold_store(installation: Installation) -> Iterator[str]:
    """The URL of the hold store; an embedded one runs as long as the block."""
    installation.secret  # noqa: B018 (raises here, once, and not in every worker)
    if installation.settings.redis_url is not None:
        yield installation.settings.redis_url
        return
    from frontrow.stores import embedded_stores  # all adapters, which only workers need otherwise

    with embedded_stores(installation) as stores:
        yield stores.redis_url


class _Place:
    """Where one worker after the other stands. Who changes that holds the lock."""

    def __init__(self, worker: WorkerProcess) -> None:
        self.worker = worker
        self.changing = asyncio.Lock()


class Supervisor:
    """Keeps so many workers running on a listener."""

    def __init__(self, listener: socket.socket, *, workers: int, environment: Mapping[str, str], drain_s: int) -> None:
        self._listener = listener
        self._workers = workers
        self._environment = environment
        self._drain_s = drain_s
        self._living: set[WorkerProcess] = set()
        self._signals = 0
        self._told_to_stop = asyncio.Event()
        self._told_to_replace = asyncio.Event()

    async def run(self) -> None:
        """Start the workers, the first before the others; keep them; end them all when a signal says so.

        Raises:
            typer.Exit: the first worker ended before it served.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._note_stop)
        loop.add_signal_handler(signal.SIGHUP, self._told_to_replace.set)
        stopping = asyncio.create_task(self._told_to_stop.wait(), name="stop")
        keeping = asyncio.create_task(self._keep_all(), name="keep workers")
        try:
            await asyncio.wait((stopping, keeping), return_when=asyncio.FIRST_COMPLETED)
            if keeping.done():
                keeping.result()
        finally:
            self._told_to_stop.set()
            stopping.cancel()
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            self._listener.close()
            await self._end_all()

    def _note_stop(self) -> None:
        self._signals += 1
        self._told_to_stop.set()
        if self._signals > 1:
            self._send_all(signal.SIGINT)

    async def _keep_all(self) -> None:
        """Start all workers and follow up each that ends, for ever."""
        first = self._start(1)
        if not await first.served():
            raise typer.Exit(max(1, await first.ended()))
        _log.info("serving", url=url_of(self._listener), workers=self._workers)
        places = [_Place(first)]
        places += [_Place(self._start(number)) for number in range(2, self._workers + 1)]
        async with asyncio.TaskGroup() as tasks:
            for place in places:
                tasks.create_task(self._keep(place))
            while True:
                await self._told_to_replace.wait()
                self._told_to_replace.clear()
                await self._replace_all(places)

    async def _keep(self, place: _Place) -> None:
        pause_s = PAUSE_S_MIN
        while True:
            worker = place.worker
            status = await worker.ended()
            if place.worker is not worker:
                continue
            _log.error("worker_ended", worker=worker.number, pid=worker.pid, status=status, ran_s=round(worker.ran_s))
            if worker.ran_s > HEALTHY_S:
                pause_s = PAUSE_S_MIN
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, PAUSE_S_MAX)
            async with place.changing:
                if place.worker is worker:
                    place.worker = self._start(worker.number)

    async def _replace_all(self, places: list[_Place]) -> None:
        _log.info("replacing_workers", workers=len(places))
        for place in places:
            async with place.changing:
                successor = self._start(place.worker.number)
                if not await self._serves(successor):
                    _log.error("replacing_given_up", worker=successor.number, advice="its own lines say why")
                    return
                predecessor, place.worker = place.worker, successor
            predecessor.retire()
            await self._gone((predecessor,), within_s=RETIRING_IDLE_S + GRACE_S + LEAVE_S_MAX)
        _log.info("workers_replaced", workers=len(places))

    async def _serves(self, worker: WorkerProcess) -> bool:
        try:
            async with asyncio.timeout(START_S_MAX):
                return await worker.served()
        except TimeoutError:
            worker.send(signal.SIGKILL)
            return False

    def _start(self, number: int) -> WorkerProcess:
        worker = WorkerProcess.start(number, self._listener, self._environment)
        self._living.add(worker)
        worker.when_ended(lambda: self._living.discard(worker))
        return worker

    async def _end_all(self) -> None:
        _log.info("stopping", workers=len(self._living))
        self._send_all(signal.SIGTERM)
        await self._gone(tuple(self._living), within_s=self._drain_s + GRACE_S + LEAVE_S_MAX)

    def _send_all(self, number: signal.Signals) -> None:
        for worker in tuple(self._living):
            worker.send(number)

    async def _gone(self, workers: tuple[WorkerProcess, ...], *, within_s: float) -> None:
        """Wait for their end; those that take longer are killed."""
        ends = asyncio.gather(*(worker.ended() for worker in workers))
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(ends), within_s)
        for worker in workers:
            if worker in self._living:
                _log.error("worker_killed", worker=worker.number, pid=worker.pid, waited_s=within_s)
                worker.send(signal.SIGKILL)
        await ends
