"""Processes of ledger_child.py, to be killed."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[3]


@contextmanager
def child(url: str, *options: str) -> Iterator[subprocess.Popen[str]]:
    """The process of ledger_child.py; gone when the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.ledger.ledger_child", url, *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def lines_of(process: subprocess.Popen[str], *, until: int | None = None) -> list[str]:
    """What the child said, up to so many lines or its end."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if len(lines) == until:
            break
    return lines
