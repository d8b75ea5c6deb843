"""A worker as its supervisor sees it: what it hears, and what it does with one that says nothing any more."""

import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from frontrow.cli import worker_process
from frontrow.cli.worker_process import WorkerProcess
from frontrow.cli.worker_words import OfSupervisor, OfWorker, line
from tests.support.eventually import eventually


@contextmanager
def sleeping_worker() -> Iterator[tuple[WorkerProcess, socket.socket]]:
    """A process that does nothing, and the worker's end of its channel, where the test speaks for it."""
    ours, theirs = socket.socketpair()
    with theirs, subprocess.Popen(["sleep", "600"]) as process:
        try:
            yield WorkerProcess(1, process, ours), theirs
        finally:
            process.kill()


async def test_a_worker_serves_from_when_it_says_so_and_is_told_to_retire() -> None:
    with sleeping_worker() as (worker, channel):
        channel.send(line(OfWorker.ALIVE))
        channel.send(line(OfWorker.SERVING))
        assert await worker.served()
        worker.retire()
        assert channel.recv(100) == line(OfSupervisor.RETIRE)
        worker.send(signal.SIGTERM)
        channel.close()
        assert await worker.ended() == -signal.SIGTERM
        worker.retire()  # which nobody hears


async def test_a_worker_that_ends_before_it_serves_is_known_not_to() -> None:
    with sleeping_worker() as (worker, channel):
        channel.send(line(OfWorker.ALIVE))
        worker.send(signal.SIGKILL)
        channel.close()
        assert not await worker.served()


async def test_a_worker_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_process, "BEAT_S", 0.01)
    monkeypatch.setattr(worker_process, "MISSED_BEATS_MAX", 2)
    with sleeping_worker() as (worker, _channel):
        assert await worker.ended() == -signal.SIGKILL


async def test_a_process_that_says_no_more_and_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_process, "EXIT_S_MAX", 0.01)
    with sleeping_worker() as (worker, channel):
        channel.close()
        assert await worker.ended() == -signal.SIGKILL


async def test_whoever_asks_is_told_of_its_end() -> None:
    told: list[int] = []
    with sleeping_worker() as (worker, channel):
        worker.when_ended(lambda: told.append(worker.number))
        worker.send(signal.SIGKILL)
        channel.close()
        await eventually(lambda: told == [1], "the end is told")
