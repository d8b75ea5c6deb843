"""The wall clock of one process, which can be stepped while it runs: libfaketime, told by a file.

Monotonic time is left alone, as it is when an administrator sets a machine's clock.
"""

from collections.abc import Mapping
from pathlib import Path

_LIBRARIES = (
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/faketime/libfaketime.so.1",
    "/usr/lib64/faketime/libfaketime.so.1",
)


def faketime_library() -> str | None:
    """Debian's `faketime` or `libfaketime`, where it is installed."""
    return next((path for path in _LIBRARIES if Path(path).exists()), None)


class ClockFile:
    """What the process is to take its clock for: the machine's, and some seconds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.offset_s = 0.0
        self.step_to(0.0)

    @property
    def can_step(self) -> bool:
        """Whether there is a libfaketime here."""
        return faketime_library() is not None

    def step_to(self, offset_s: float) -> None:
        """Set the clock to the machine's plus this; noticed within a second."""
        self.offset_s = offset_s
        self._path.write_text(f"{offset_s:+.3f}\n")

    def environment(self) -> Mapping[str, str]:
        """What a process that is to have this clock is started with."""
        library = faketime_library()
        if library is None:
            return {}
        return {
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": str(self._path),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
