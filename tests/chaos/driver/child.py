"""A server as a child process that ends with the driver: killed, stopped in mid-step, and brought back."""

import contextlib
import math
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from frontrow.adapters.redis import tied_program
from tests.support.eventually import eventually

STOP_SECONDS_MAX = 30.0


class Child:
    """One program that may be started any number of times. What it writes goes to `log`, run after run."""

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the run under way, or of the last."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self, command: Sequence[str], *, environment: Mapping[str, str]) -> None:
        """Start it; it may not be running. Linux ends it with this process, however that ends."""
        assert not self.is_running, self.name
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", tied_program.__file__, str(os.getpid()), *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=dict(environment),
            )

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if self._process is not None and self.is_running:
            self._process.send_signal(number)

    async def ended(self) -> None:
        """Return once it has ended."""
        await eventually(lambda: not self.is_running, f"{self.name} ends", seconds_max=math.inf)

    def kill(self) -> None:
        """kill -9, also where it is stopped; it is gone afterwards."""
        if self._process is not None:
            self.signal(signal.SIGKILL)
            self._process.wait()

    def stop(self) -> None:
        """Ask it to end, and kill it where it doesn't."""
        if self._process is None:
            return
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()

    def last_words(self, lines: int = 20) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""
