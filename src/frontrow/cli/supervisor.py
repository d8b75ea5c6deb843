"""Keeping workers: each that ends is followed by another, and all are replaced or ended in order when told to."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
import typer

from frontrow.cli.endings import GRACE_S, RETIRING_IDLE_S
from frontrow.cli.worker_process import WorkerProcess

START_S_MAX = 120.0
"""A replacement that does not serve by then is given up, and its predecessor stays."""
LEAVE_S_MAX = 30.0
"""What a worker may take to end besides its drain and its grace, before it is killed."""
PAUSE_S_MIN, PAUSE_S_MAX = 0.05, 5.0
HEALTHY_S = 60.0
"""A worker that ran this long before it ended is followed at once; one that did not, after a growing pause."""

_log = structlog.get_logger(__name__)


class _Place:
    """Where one worker after the other stands; None before the first. Who changes that holds the lock."""

    def __init__(self, number: int, worker: WorkerProcess | None = None) -> None:
        self.number = number
        self.worker = worker
        self.changing = asyncio.Lock()
        self.was_replaced = asyncio.Event()

    def take(self, successor: WorkerProcess) -> WorkerProcess | None:
        """Put another worker there; returns its predecessor."""
        predecessor, self.worker = self.worker, successor
        self.was_replaced.set()
        return predecessor

    async def loses(self, worker: WorkerProcess) -> bool:
        """Wait until the worker has ended: True; or another was put in its place: False."""
        self.was_replaced.clear()
        ended = asyncio.create_task(worker.ended())
        replaced = asyncio.create_task(self.was_replaced.wait())
        try:
            await asyncio.wait((ended, replaced), return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()
            replaced.cancel()
        return self.worker is worker


class Supervisor:
    """Keeps so many workers running.

    Args:
        start: starts a worker by its number; raises OSError where the system has no room for another process.
        drain_s: what workers take to drain when they are told to stop, seconds.
        sleep: waits for so many seconds.
    """

    def __init__(
        self,
        start: Callable[[int], WorkerProcess],
        *,
        workers: int,
        drain_s: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._start_process = start
        self._workers = workers
        self._drain_s = drain_s
        self._sleep = sleep
        self._living: set[WorkerProcess] = set()
        self._stops = 0
        self._told_to_stop = asyncio.Event()
        self._told_to_replace = asyncio.Event()

    def stop(self) -> None:
        """End all workers; the second time without waiting for their drain."""
        self._stops += 1
        self._told_to_stop.set()
        if self._stops > 1:
            self._send_all(signal.SIGINT)

    def replace(self) -> None:
        """Put a fresh process in the place of each worker, one after the other."""
        self._told_to_replace.set()

    async def run(
        self,
        *,
        when_serving: Callable[[], None],
        when_lost: Callable[[], None],
        when_stopping: Callable[[], None],
    ) -> None:
        """Start the workers, the first before the others; keep them until told to stop; end them.

        `when_lost` is called for each worker that ended unasked after the first had served.

        Raises:
            typer.Exit: the first worker ended before it served.
        """
        stopping = asyncio.create_task(self._told_to_stop.wait(), name="stop")
        keeping = asyncio.create_task(self._keep_all(when_serving, when_lost), name="keep workers")
        try:
            await asyncio.wait((stopping, keeping), return_when=asyncio.FIRST_COMPLETED)
            if keeping.done():
                keeping.result()
        finally:
            stopping.cancel()
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            when_stopping()
            await self._end_all()

    async def _keep_all(self, when_serving: Callable[[], None], when_lost: Callable[[], None]) -> None:
        """Start all workers and follow up each that ends, for ever."""
        first = self._start(1)
        if not await first.served():
            raise typer.Exit(max(1, await first.ended()))
        when_serving()
        places = [_Place(1, first), *(_Place(number) for number in range(2, self._workers + 1))]
        for place in places[1:]:
            self._fill(place)
        async with asyncio.TaskGroup() as tasks:
            for place in places:
                tasks.create_task(self._keep(place, when_lost))
            while True:
                await self._told_to_replace.wait()
                self._told_to_replace.clear()
                await self._replace_all(places)

    async def _keep(self, place: _Place, when_lost: Callable[[], None]) -> None:
        pause_s = PAUSE_S_MIN
        while True:
            worker = place.worker
            if worker is not None:
                if not await place.loses(worker):
                    continue
                status, ran_s = await worker.ended(), worker.ran_s
                _log.error("worker_ended", worker=worker.number, pid=worker.pid, status=status, ran_s=round(ran_s))
                when_lost()
                pause_s = PAUSE_S_MIN if ran_s > HEALTHY_S else pause_s
            while place.worker is worker:
                await self._sleep(pause_s)
                pause_s = min(2 * pause_s, PAUSE_S_MAX)
                async with place.changing:
                    if place.worker is worker:
                        self._fill(place)

    def _fill(self, place: _Place) -> None:
        """Put a worker in an empty place, or in that of one that has ended, where the system has room for it."""
        try:
            place.worker = self._start(place.number)
        except OSError as error:
            _log.error("worker_not_started", worker=place.number, reason=str(error))

    async def _replace_all(self, places: list[_Place]) -> None:
        _log.info("replacing_workers", workers=len(places))
        for place in places:
            async with place.changing:
                successor = await self._successor(place.number)
                if successor is None:
                    _log.error("replacing_given_up", worker=place.number, advice="the lines before say why")
                    return
                predecessor = place.take(successor)
            if predecessor is not None:
                predecessor.retire()
                await self._gone((predecessor,), within_s=RETIRING_IDLE_S + GRACE_S + LEAVE_S_MAX)
        _log.info("workers_replaced", workers=len(places))

    async def _successor(self, number: int) -> WorkerProcess | None:
        """Another worker that serves; None where it cannot be had."""
        try:
            worker = self._start(number)
        except OSError as error:
            _log.error("worker_not_started", worker=number, reason=str(error))
            return None
        try:
            async with asyncio.timeout(START_S_MAX):
                return worker if await worker.served() else None
        except TimeoutError:
            worker.send(signal.SIGKILL)
            return None

    def _start(self, number: int) -> WorkerProcess:
        worker = self._start_process(number)
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
