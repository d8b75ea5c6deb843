"""Several workers of one server are added up: what counts up never goes back, whoever of them ends, and how."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from frontrow.measures import Spread
from frontrow.metrics import families
from frontrow.metrics.family import Readings, SpreadReading
from frontrow.metrics.workers import SharedReadings

SCRIPT = "acquire_hold"


def readings(*, holds: int, watchers: int = 0, lag_s: float = 0.0, scripts: tuple[float, ...] = ()) -> Readings:
    """What one worker read."""
    made = Readings()
    made.put(families.SEAT_CHANGES, holds, "held")
    made.put(families.WATCHERS, watchers)
    made.put(families.EXPIRY_LAG, lag_s)
    spread = Spread((0.001, 0.01))
    for seconds in scripts:
        spread.note(seconds)
    made.put_spread(families.SCRIPT_SECONDS, spread, SCRIPT)
    return made


def told(worker: SharedReadings, own: Readings) -> dict[str, float]:
    """What somebody is told who asks this worker."""
    worker.publish(own)
    whole = worker.with_others(own)
    return {
        "holds": whole.counters[families.SEAT_CHANGES.name]["held",],
        "watchers": whole.gauges[families.WATCHERS.name][()],
        "lag_s": whole.gauges[families.EXPIRY_LAG.name][()],
        "scripts": sum(whole.spreads[families.SCRIPT_SECONDS.name][SCRIPT,].counts),
    }


class Workers:
    """Workers on one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._started: list[SharedReadings] = []

    def start(self) -> SharedReadings:
        """One more; it lives until it is closed, which is what the system does for one that is killed."""
        worker = SharedReadings(self.folder, families.ALL)
        self._started.append(worker)
        return worker


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    """None yet, on a folder of their own."""
    yield Workers(tmp_path)


def test_whoever_is_asked_tells_the_sum_of_all_and_the_worst_of_what_is_a_delay(workers: Workers) -> None:
    first, second = workers.start(), workers.start()
    ours = readings(holds=10, watchers=3, lag_s=0.5, scripts=(0.0005, 0.005))
    theirs = readings(holds=4, watchers=2, lag_s=2.0, scripts=(0.5,))
    second.publish(theirs)
    expected = {"holds": 14, "watchers": 5, "lag_s": 2.0, "scripts": 3}
    assert told(first, ours) == expected
    assert told(second, theirs) == expected
    spread = first.with_others(ours).spreads[families.SCRIPT_SECONDS.name][SCRIPT,]
    assert spread.counts == (1, 1, 1)
    assert spread.total == pytest.approx(0.5055)


def test_what_a_worker_counted_stays_when_it_has_ended_and_what_it_had_does_not(workers: Workers) -> None:
    first, second = workers.start(), workers.start()
    second.publish(readings(holds=4, watchers=2, lag_s=2.0, scripts=(0.5,)))
    second.close()
    ours = readings(holds=10, watchers=3, lag_s=0.5)
    assert told(first, ours) == {"holds": 14, "watchers": 3, "lag_s": 0.5, "scripts": 1}


def test_one_after_the_other_they_leave_no_more_files_than_there_are_workers(workers: Workers) -> None:
    steady = workers.start()
    for _ in range(20):
        passing = workers.start()
        passing.publish(readings(holds=1))
        passing.close()
    last = workers.start()
    assert len([*workers.folder.iterdir()]) == 4
    assert told(steady, readings(holds=5))["holds"] == 25
    assert told(last, readings(holds=2))["holds"] == 27


def test_a_worker_that_is_killed_is_known_to_have_ended(workers: Workers) -> None:
    script = f"""
import sys, time
from pathlib import Path
from frontrow.metrics import families
from frontrow.metrics.family import Readings
from frontrow.metrics.workers import SharedReadings
own = Readings()
own.put(families.SEAT_CHANGES, 7, "held")
own.put(families.WATCHERS, 100)
SharedReadings(Path({str(workers.folder)!r}), families.ALL).publish(own)
print("published", flush=True)
time.sleep(600)
"""
    first, ours = workers.start(), readings(holds=1, watchers=1)
    killed = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    try:
        assert killed.stdout is not None
        assert killed.stdout.readline() == b"published\n"
        assert told(first, ours)["watchers"] == 101
    finally:
        killed.kill()
        killed.communicate()
    assert (told(first, ours)["watchers"], told(first, ours)["holds"]) == (1, 8)
    second = workers.start()
    assert told(second, readings(holds=0))["holds"] == 8


def test_what_another_version_wrote_is_left_out_where_it_cannot_be_read(workers: Workers) -> None:
    first, other = workers.start(), workers.start()
    other_counts = readings(holds=1)
    other_counts.spreads[families.SCRIPT_SECONDS.name][SCRIPT,] = SpreadReading((1.0,), (5, 5), 7.0)
    other.publish(other_counts)
    ours = readings(holds=1, scripts=(0.5,))
    assert told(first, ours)["holds"] == 2
    assert told(first, ours)["scripts"] == 1
    for path in workers.folder.glob("*.readings"):
        path.write_bytes(b"\xc1 of no version")
    assert told(first, ours)["holds"] == 1
