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
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import structlog

from frontrow.cli.listening import listening, url_of
from frontrow.cli.process_setup import set_process_up, warn_of_settings
from frontrow.cli.supervisor import Supervisor
from frontrow.cli.worker_process import WorkerProcess, workers_environment
from frontrow.cli.worker_words import METRICS_FOLDER_VARIABLE
from frontrow.data_folder import RunningServer
from frontrow.domain.errors import ConfigurationError
from frontrow.installation import Installation
from frontrow.metrics import families
from frontrow.metrics.family import Readings
from frontrow.metrics.workers import SharedReadings
from frontrow.settings import Settings

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
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as long as there is nothing to replace
    set_process_up(settings)
    warn_of_settings(settings)
    installation = Installation(settings)
    with ExitStack() as stack:
        stack.enter_context(installation.owned())
        listener = stack.enter_context(listening(host, port))
        redis_url = stack.enter_context(_hold_store(installation))
        metrics = stack.enter_context(tempfile.TemporaryDirectory(prefix="frontrow-metrics-"))
        overrides = {"FRONTROW_REDIS_URL": redis_url, METRICS_FOLDER_VARIABLE: metrics}
        start = partial(WorkerProcess.start, listener=listener, environment=workers_environment(overrides))
        installation.announce(RunningServer(url=url_of(listener), pid=os.getpid()))
        losses = _Losses(Path(metrics))
        asyncio.run(_supervise(start, listener, losses, workers=workers, drain_s=settings.drain_seconds))


class _Losses:
    """How many workers ended unasked, told beside what the workers themselves count."""

    def __init__(self, folder: Path) -> None:
        self._shared = SharedReadings(folder, families.ALL)
        self._count = 0

    def note(self) -> None:
        """One more."""
        self._count += 1
        readings = Readings()
        readings.put(families.WORKERS_LOST, self._count)
        try:
            self._shared.publish(readings)
        except OSError as error:
            _log.warning("metrics_not_shared", reason=str(error))


async def _supervise(
    start: Callable[[int], WorkerProcess], listener: socket.socket, losses: _Losses, *, workers: int, drain_s: int
) -> None:
    """Run a supervisor that signals command."""
    supervisor = Supervisor(start, workers=workers, drain_s=drain_s)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, supervisor.stop)
    loop.add_signal_handler(signal.SIGHUP, supervisor.replace)
    url = url_of(listener)
    await supervisor.run(
        when_serving=lambda: _log.info("serving", url=url, workers=workers),
        when_lost=losses.note,
        when_stopping=listener.close,  # else whoever still connects would wait here for ever
    )


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
