"""What this process takes of its machine, and how late its event loop is."""

import asyncio
import os
import resource
import sys
import time
from pathlib import Path

from frontrow.measures import Spread

LOOK_EVERY_S = 0.25
LAGS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_STATM = Path("/proc/self/statm")
_BYTES_PER_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
started_at_s = time.time()


def resident_bytes() -> int:
    """The memory this process has now; where the system only says the most it ever had, that."""
    try:
        pages = int(_STATM.read_bytes().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _BYTES_PER_RSS_UNIT
    return pages * os.sysconf("SC_PAGE_SIZE")


def cpu_seconds() -> float:
    """The processor time this process has taken so far, all its threads together."""
    return time.process_time()


class LoopLag:
    """How much later than asked for the event loop comes back: what every request waits besides its own work."""

    def __init__(self) -> None:
        self.seconds = Spread(LAGS_S)

    async def run(self) -> None:
        """Look every LOOK_EVERY_S, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            due_s = loop.time() + LOOK_EVERY_S
            await asyncio.sleep(LOOK_EVERY_S)
            self.seconds.note(max(0.0, loop.time() - due_s))
