"""A supervisor: what it does when workers end, do not start, are to be replaced, and when it is to stop.

Its workers are real processes that do nothing; the test speaks for them, at their end of the channel.
"""

import asyncio
import signal
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import typer

from frontrow.cli import supervisor as module
from frontrow.cli.supervisor import Supervisor
from frontrow.cli.worker_process import WorkerProcess
from frontrow.cli.worker_words import OfSupervisor, OfWorker, line
from tests.support.eventually import eventually


class Watched(WorkerProcess):
    """Notes the signals it is sent, and is as old as the test says."""

    age_s = 0.0
    is_deaf = False

    def __init__(self, number: int, process: subprocess.Popen[bytes], channel: socket.socket) -> None:
        super().__init__(number, process, channel)
        self.sent: list[signal.Signals] = []

    @property
    def ran_s(self) -> float:
        return self.age_s

    def send(self, signal_number: signal.Signals) -> None:
        self.sent.append(signal_number)
        if not self.is_deaf:
            super().send(signal_number)


class Sleeper:
    """A worker that does nothing by itself."""

    def __init__(self, number: int) -> None:
        ours, self.channel = socket.socketpair()
        self.channel.setblocking(False)
        self.process = subprocess.Popen(["sleep", "600"])
        self.worker = Watched(number, self.process, ours)

    def serves(self) -> None:
        self.channel.send(line(OfWorker.SERVING))

    def ends(self) -> None:
        """It is killed, or has gone as it was told to."""
        self.process.kill()
        self.channel.close()

    @property
    def is_to_retire(self) -> bool:
        try:
            return self.channel.recv(100) == line(OfSupervisor.RETIRE)
        except BlockingIOError:
            return False


class Staff:
    """The workers that a supervisor has started, in order."""

    def __init__(self) -> None:
        self.started: list[Sleeper] = []
        self.refusals = self.lost = 0
        self.pauses: list[float] = []
        self.waits_for_ever = False
        self.is_serving = self.is_stopping = False

    def start(self, number: int) -> WorkerProcess:
        if self.refusals:
            self.refusals -= 1
            raise BlockingIOError("no room for another process")
        self.started.append(Sleeper(number))
        return self.started[-1].worker

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if self.waits_for_ever:
            await asyncio.Event().wait()
        await asyncio.sleep(0)

    async def grown_to(self, count: int) -> Sleeper:
        """Wait until so many have been started; the last of them."""
        await eventually(lambda: len(self.started) == count, f"{count} workers started in all")
        return self.started[-1]

    def note_serving(self) -> None:
        self.is_serving = True

    def note_loss(self) -> None:
        self.lost += 1

    def note_stopping(self) -> None:
        self.is_stopping = True


@asynccontextmanager
async def supervised(staff: Staff, *, workers: int) -> AsyncIterator[tuple[Supervisor, asyncio.Task[None]]]:
    """A supervisor, its first worker just started; stopped at the end."""
    supervisor = Supervisor(staff.start, workers=workers, drain_s=0, sleep=staff.sleep)
    running = asyncio.create_task(
        supervisor.run(when_serving=staff.note_serving, when_lost=staff.note_loss, when_stopping=staff.note_stopping)
    )
    try:
        await staff.grown_to(1)
        yield supervisor, running
    finally:
        supervisor.stop()
        for sleeper in staff.started:
            sleeper.ends()
        await asyncio.gather(running, return_exceptions=True)


async def test_the_first_worker_is_waited_for_before_the_others_start() -> None:
    staff = Staff()
    async with supervised(staff, workers=3):
        assert not staff.is_serving
        staff.started[0].serves()
        await staff.grown_to(3)
        assert staff.is_serving
        assert [it.worker.number for it in staff.started] == [1, 2, 3]


async def test_a_first_worker_that_cannot_start_ends_the_supervisor() -> None:
    staff = Staff()
    async with supervised(staff, workers=3) as (_, running):
        staff.started[0].ends()
        with pytest.raises(typer.Exit):
            await running
    assert len(staff.started) == 1
    assert not staff.is_serving
    assert staff.is_stopping


async def test_a_worker_that_ends_is_followed_by_another_as_soon_as_there_is_room() -> None:
    staff = Staff()
    async with supervised(staff, workers=2):
        staff.started[0].serves()
        (await staff.grown_to(2)).serves()
        staff.refusals = 2
        staff.started[0].ends()
        assert (await staff.grown_to(3)).worker.number == 1
        assert staff.refusals == 0
        assert staff.lost == 1


async def test_workers_that_have_no_room_at_the_beginning_are_started_as_soon_as_there_is() -> None:
    staff = Staff()
    async with supervised(staff, workers=3) as (_, running):
        staff.refusals = 3
        staff.started[0].serves()
        await staff.grown_to(3)
        assert {it.worker.number for it in staff.started} == {1, 2, 3}
        assert not running.done()
        assert staff.lost == 0


async def test_a_place_that_is_still_empty_is_filled_when_the_workers_are_replaced() -> None:
    staff = Staff()
    staff.waits_for_ever = True
    async with supervised(staff, workers=2) as (supervisor, _):
        staff.refusals = 1
        staff.started[0].serves()
        await eventually(lambda: staff.is_serving, "it serves")
        supervisor.replace()
        (await staff.grown_to(2)).serves()
        await eventually(lambda: staff.started[0].is_to_retire, "the predecessor is told")
        staff.started[0].ends()
        assert (await staff.grown_to(3)).worker.number == 2


async def test_a_worker_that_keeps_ending_is_followed_after_ever_longer_pauses_up_to_a_bound() -> None:
    staff = Staff()
    async with supervised(staff, workers=1):
        staff.started[0].serves()
        await eventually(lambda: staff.is_serving, "it serves")
        for ended in range(9):
            staff.started[ended].ends()
            await staff.grown_to(ended + 2)
        assert staff.pauses == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


async def test_a_worker_that_ran_for_more_than_a_minute_is_followed_at_once_again() -> None:
    staff = Staff()
    async with supervised(staff, workers=1):
        staff.started[0].serves()
        await eventually(lambda: staff.is_serving, "it serves")
        for ended, age_s in enumerate((0.0, module.HEALTHY_S, module.HEALTHY_S + 1, 0.0)):
            staff.started[ended].worker.age_s = age_s
            staff.started[ended].ends()
            await staff.grown_to(ended + 2)
        assert staff.pauses == [0.05, 0.1, 0.05, 0.1]


async def test_each_successor_serves_before_its_predecessor_retires() -> None:
    staff = Staff()
    async with supervised(staff, workers=2) as (supervisor, _):
        staff.started[0].serves()
        (await staff.grown_to(2)).serves()
        supervisor.replace()
        for number, predecessor in enumerate(staff.started[:2], start=1):
            successor = await staff.grown_to(2 + number)
            assert successor.worker.number == number
            assert not predecessor.is_to_retire
            successor.serves()
            await eventually(lambda leaving=predecessor: leaving.is_to_retire, "the predecessor is told")  # type: ignore[misc]
            assert len(staff.started) == 2 + number, "one at a time"
            predecessor.ends()
        assert staff.lost == 0, "who was told to go is no loss"
    assert len(staff.started) == 4


async def test_a_successor_that_ends_is_followed_while_its_predecessor_still_takes_its_leave() -> None:
    staff = Staff()
    async with supervised(staff, workers=1) as (supervisor, _):
        staff.started[0].serves()
        await eventually(lambda: staff.is_serving, "it serves")
        supervisor.replace()
        (await staff.grown_to(2)).serves()
        await eventually(lambda: staff.started[0].is_to_retire, "the predecessor is told")
        staff.started[1].ends()
        assert (await staff.grown_to(3)).worker.number == 1


async def test_a_successor_that_cannot_start_leaves_everything_as_it_was() -> None:
    staff = Staff()
    async with supervised(staff, workers=1) as (supervisor, _):
        staff.started[0].serves()
        await eventually(lambda: staff.is_serving, "it serves")
        supervisor.replace()
        (await staff.grown_to(2)).ends()
        staff.refusals = 1
        supervisor.replace()
        await eventually(lambda: staff.refusals == 0, "another is tried")
        supervisor.replace()
        (await staff.grown_to(3)).serves()
        await eventually(lambda: staff.started[0].is_to_retire, "the one that stayed is told at last")


async def test_a_predecessor_that_does_not_leave_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    for bound in ("RETIRING_IDLE_S", "GRACE_S", "LEAVE_S_MAX"):
        monkeypatch.setattr(module, bound, 0)
    staff = Staff()
    async with supervised(staff, workers=1) as (supervisor, _):
        staff.started[0].serves()
        await eventually(lambda: staff.is_serving, "it serves")
        supervisor.replace()
        (await staff.grown_to(2)).serves()
        await eventually(lambda: staff.started[0].process.poll() == -signal.SIGKILL, "it is killed")


async def test_all_workers_are_told_to_stop_also_one_that_only_starts() -> None:
    staff = Staff()
    async with supervised(staff, workers=2) as (supervisor, running):
        staff.started[0].serves()
        await staff.grown_to(2)
        supervisor.stop()
        for sleeper in staff.started:
            assert await asyncio.to_thread(sleeper.process.wait) == -signal.SIGTERM
            sleeper.channel.close()
        await running
    assert staff.is_stopping


async def test_the_second_stop_does_not_wait_for_the_drain() -> None:
    staff = Staff()
    async with supervised(staff, workers=2) as (supervisor, running):
        staff.started[0].serves()
        await staff.grown_to(2)
        for sleeper in staff.started:
            sleeper.worker.is_deaf = True
        supervisor.stop()
        for sleeper in staff.started:
            await eventually(lambda told=sleeper: told.worker.sent == [signal.SIGTERM], "it is told")  # type: ignore[misc]
        assert not running.done()
        supervisor.stop()
        assert [it.worker.sent for it in staff.started] == [[signal.SIGTERM, signal.SIGINT]] * 2
        for sleeper in staff.started:
            sleeper.ends()
        await running
