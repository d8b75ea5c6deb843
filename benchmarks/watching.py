"""5,000 watchers of one event on one process while 100 seats change each second: `benchmarks.load watchers`, larger."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from benchmarks.load.site import Site, running_site
from benchmarks.load.watchers import watching
from benchmarks.scenario import Bound, Bounded

WATCHERS = 5_000
CHANGES_PER_S = 100
SECONDS = 10.0
_KB = 1_000
_PERCENT = 100


@asynccontextmanager
async def of_5000() -> AsyncIterator[Bounded]:
    """A delay is from a hold's or release's sending to a watcher's receipt of it."""
    with running_site() as site:
        yield Bounded(
            name=f"{WATCHERS:,} watchers, {CHANGES_PER_S} changes a second",
            subject_name="one process; watchers and buyers in processes of their own",
            bounds=(
                Bound("sending to receipt, p99", "ms", 500.0),
                Bound("memory of a watcher", "kB", 60.0),
                Bound("changes some watcher never saw", "", 0.0),
                Bound("the process, of a core", "%", 100.0),
            ),
            measure=lambda: _measure(site),
            rounds_max=1,
        )


async def _measure(site: Site) -> Sequence[float]:
    seen = await watching(site, WATCHERS, CHANGES_PER_S, SECONDS, baseline_s=1.0)
    delays = sorted(seen.since_sent_s)
    return (
        1_000 * delays[int(0.99 * (len(delays) - 1))],
        seen.bytes_after / _KB,
        seen.missing,
        _PERCENT * seen.cpu_with_them,
    )
