"""What counting costs, where it happens, and what a reading costs: `python -m benchmarks.metrics_cost`.

Beside the counters of prometheus-client in its mode for several processes, which is what would be used otherwise.
Processor time, the least of several rounds: what else runs on the machine only adds to it.
"""

import os
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

from frontrow.domain.changes import Change, ChangeKind, FeedEntry
from frontrow.domain.ids import SeatId
from frontrow.measures import SECONDS, SIZES, Spread, Spreads
from frontrow.metrics import families
from frontrow.metrics.family import Readings
from frontrow.metrics.text import text_of
from frontrow.metrics.workers import SharedReadings
from frontrow.services.seat_measures import SeatMeasures

ROUNDS, TIMES = 7, 50_000
SERIES = 1_000


def microseconds(work: Callable[[], object], times: int = TIMES) -> float:
    """Processor time of one call."""
    least = float("inf")
    for _ in range(ROUNDS):
        began_s = process_time()
        for _ in range(times):
            work()
        least = min(least, process_time() - began_s)
    return least / times * 1e6


def of_a_hold() -> Callable[[], object]:
    """Everything one granted hold counts, the clock read as often: its request, its script, a pipeline, its change."""
    answers: Counter[tuple[str, str, int]] = Counter()
    http, scripts, pipelines, seats = Spreads(SECONDS), Spreads(SECONDS), Spread(SIZES), SeatMeasures()
    entry = FeedEntry("epoch", "", "1-a", 0, Change(ChangeKind.HELD, (SeatId("A1"), SeatId("A2"), SeatId("A3"))))

    def count() -> None:
        answers["/api/v1/events/{eventId}/holds", "POST", 201] += 1
        began_s = perf_counter()
        http.note("holdSeats", perf_counter() - began_s)
        began_s = perf_counter()
        scripts.note("acquire_hold", perf_counter() - began_s)
        pipelines.note(8)
        seats.note_changes((entry,))

    return count


def a_large_reading() -> Readings:
    """As many operations and scripts as there could be."""
    readings, spread = Readings(), Spread((0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5))
    for number in range(SERIES // 10):
        readings.put_spread(families.HTTP_SECONDS, spread, f"operation-{number}")
    for number in range(SERIES):
        readings.put(families.HTTP_ANSWERS, number, f"operation-{number}", "200")
    return readings


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="frontrow-metrics-cost-") as folder:
        measure(Path(folder))


def measure(folder: Path) -> None:
    """Print them, with files in this folder."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    # Imported here: it reads the variable when it is imported.
    from prometheus_client import Counter as TheirCounter  # noqa: PLC0415
    from prometheus_client import Histogram  # noqa: PLC0415

    plain: Counter[str] = Counter()
    spread, spreads = Spread((0.001, 0.01, 0.1, 1)), Spreads((0.001, 0.01, 0.1, 1))
    theirs = TheirCounter("a_total", "one", ["change"])
    histogram = Histogram("b_seconds", "one", ["script"], buckets=(0.001, 0.01, 0.1, 1))

    def add() -> None:
        plain["held"] += 1

    readings = a_large_reading()
    for what, cost in (
        ("a counter, plain", microseconds(add)),
        ("a value of a spread, plain", microseconds(lambda: spread.note(0.002))),
        ("a value of a spread by name, plain", microseconds(lambda: spreads.note("acquire_hold", 0.002))),
        ("all that a hold counts, plain", microseconds(of_a_hold())),
        ("a counter of prometheus-client, several processes", microseconds(lambda: theirs.labels("held").inc())),
        ("a histogram of it", microseconds(lambda: histogram.labels("acquire_hold").observe(0.002))),
    ):
        print(f"{what:<52} {cost:8.2f} us")
    worker = SharedReadings(folder, families.ALL)
    for what, work in (
        ("a reading of 2,500 values as text", lambda: text_of(readings, families.ALL)),
        ("written for the other workers", lambda: worker.publish(readings)),
    ):
        print(f"{what:<52} {microseconds(work, times=5) / 1000:8.2f} ms")


if __name__ == "__main__":
    main()
