"""wrk, the HTTP load generator, and what a run of it comes to."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec

CONNECTIONS = 64
PLAIN, HOLDS, PURCHASES = "done", "holds", "purchases"
"""The loads there are: each is described in `lua/<name>.lua`."""
HOW_TO_GET_WRK = (
    "the load generator wrk is not on PATH: install it (Debian and Ubuntu: apt-get install wrk; macOS: brew install "
    "wrk; source: https://github.com/wg/wrk)"
)
SILENT_S = 10
_LUA = Path(__file__).parent / "lua"
_ENDS_WITHIN_S = 60


class NoLoadGenerator(Exception):
    """There is no wrk here; the message says where to get it."""


class LoadFailed(Exception):
    """wrk did not run to its end; the message is its own."""


class LoadRun(msgspec.Struct, frozen=True, kw_only=True):
    """One run. Times are microseconds."""

    requests: int
    duration_us: int
    refused: int
    """Requests answered with a status of 400 or more."""
    lost: int
    """Connections not made, broken off, or silent for SILENT_S."""
    counted: dict[str, int]
    """What the load counts besides: purchases those `booked`, and the `sale_us` from the first request to the last."""
    latency_us: tuple[tuple[float, int], ...]
    """(percent, what so many per cent of the requests did not exceed), growing, 50 and 99 among them."""
    longest_us: int

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.duration_us / 1_000_000

    @property
    def per_s(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds

    def percentile_ms(self, percent: float) -> float:
        """What so many per cent of the requests did not exceed, for a percent of `latency_us`."""
        return dict(self.latency_us)[percent] / 1000


def need_wrk() -> str:
    """The program's path.

    Raises:
        NoLoadGenerator: there is none.
    """
    path = shutil.which("wrk")
    if path is None:
        raise NoLoadGenerator(HOW_TO_GET_WRK)
    return path


def run_wrk(
    url: str,
    load: str = PLAIN,
    *arguments: str,
    seconds: int,
    connections: int = CONNECTIONS,
    options: Sequence[str] = (),
) -> LoadRun:
    """Put a load on a server for so long, by one thread.

    Args:
        url: the server's; of the plain load the whole address that is read again and again.
        load: PLAIN, HOLDS or PURCHASES, with the arguments its script names.
        options: wrk's own besides: `-H` with a header of the plain load.

    Raises:
        NoLoadGenerator, LoadFailed: see there.
    """
    command = [
        need_wrk(),
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        f"--timeout={SILENT_S}s",
        "-s",
        str(_LUA / f"{load}.lua"),
    ]
    done = subprocess.run(
        [*command, *options, url, "--", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + _ENDS_WITHIN_S,
    )
    last = done.stdout.rpartition("\n{")[2]
    try:
        return msgspec.json.decode("{" + last, type=LoadRun)
    except msgspec.DecodeError:
        raise LoadFailed(f"wrk ended with {done.returncode}: {(done.stderr or done.stdout).strip()}") from None
