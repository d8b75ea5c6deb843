"""How long `frontrow serve` takes from its start to its first answer, against loading two of its libraries.

Warm: the same data folder as before, and all code compiled, as an installed package's is. Here it comes from a work
tree, so it is compiled into a folder of the benchmark's own.
"""

import asyncio
import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.scenario import Bound, Bounded
from benchmarks.serving import SECRET, free_port

STARTS_A_ROUND = 3
"""Of each, in turn; the fastest counts, for whatever else runs only ever adds to a start."""
_START_S_MAX = 120.0
_LIBRARIES = "import falcon, sqlalchemy"


@asynccontextmanager
async def opened() -> AsyncIterator[Bounded]:
    """A data folder and compiled code; each start is a process of its own."""
    with tempfile.TemporaryDirectory(prefix="frontrow-bench-") as folder:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FRONTROW_")},
            "PYTHONPYCACHEPREFIX": str(Path(folder) / "compiled"),
            "PYTHONDONTWRITEBYTECODE": "",
            "FRONTROW_DATA_DIR": str(Path(folder) / "data"),
            "FRONTROW_JWT_SECRET": SECRET,
            "FRONTROW_LOG_LEVEL": "warning",
        }
        await asyncio.to_thread(_starts, environment)  # which compiles, and makes the ledger
        yield Bounded(
            name="start of frontrow serve",
            subject_name=f'until it answers, and as a multiple of python -c "{_LIBRARIES}"',
            bounds=(Bound("of the libraries alone", "times", 3.0), Bound("to the first answer", "s", 3.0)),
            measure=lambda: asyncio.to_thread(_measure, environment),
        )


def _measure(environment: Mapping[str, str]) -> Sequence[float]:
    taken = [(_load_libraries_s(environment), _serve_s(environment)) for _ in range(STARTS_A_ROUND)]
    libraries_s, serve_s = map(min, zip(*taken, strict=True))
    return serve_s / libraries_s, serve_s


def _starts(environment: Mapping[str, str]) -> None:
    _load_libraries_s(environment)
    _serve_s(environment)


def _load_libraries_s(environment: Mapping[str, str]) -> float:
    began_s = time.perf_counter()
    subprocess.run([sys.executable, "-c", _LIBRARIES], env=environment, check=True)
    return time.perf_counter() - began_s


def _serve_s(environment: Mapping[str, str]) -> float:
    port = free_port()
    began_s = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "frontrow", "serve", "--port", str(port)], env=environment)
    try:
        while not _answers(port):
            assert process.poll() is None, f"the server ended with status {process.returncode}"
            assert time.perf_counter() - began_s < _START_S_MAX, "the server did not start"
            time.sleep(0.005)
        return time.perf_counter() - began_s
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_START_S_MAX)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
