"""A run's report: what it measured, where, when, of which commit, and how busy the machine was."""

import os
import platform
import subprocess
import time
from pathlib import Path

import msgspec

import frontrow
from benchmarks.scenario import AnyResult


class OtherMachine(Exception):
    """Results of two machines do not belong into one file."""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario's result: of which commit, when, and the machine's load average (of one minute) before and after."""

    scenario: str
    commit: str
    measured_at: str
    load_before: float
    load_after: float
    result: AnyResult


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A run of scenarios on this machine, and results of earlier runs of others."""

    version: str
    commit: str
    machine: str
    cores: int
    python: str
    started_at: str
    results: list[Measured]


def new_report() -> Report:
    """Of this machine and this moment, without results."""
    return Report(
        version=frontrow.__version__,
        commit=commit_of(Path(__file__).parent),
        machine=_machine(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        python=platform.python_version(),
        started_at=now(),
        results=[],
    )


def now() -> str:
    """The time, as ISO 8601 in UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def load_average() -> float:
    """How many processes ran or wanted to, on the average of the last minute."""
    return round(os.getloadavg()[0], 1)


def put_report(report: Report, path: Path) -> None:
    """Write it as JSON that is read by people too, with the results of other scenarios that are in the file already.

    Raises:
        OtherMachine: those are of another machine. Nothing was written.
    """
    if path.exists():
        there = read_report(path)
        if there.machine != report.machine or there.cores != report.cores:
            raise OtherMachine(f"{path} has results of {there.machine}, {there.cores} cores: choose another file")
        anew = {each.scenario for each in report.results}
        kept = [each for each in there.results if each.scenario not in anew]
        report = msgspec.structs.replace(report, results=[*kept, *report.results])
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")


def read_report(path: Path) -> Report:
    """What `put_report` wrote; msgspec.ValidationError where it is something else."""
    return msgspec.json.decode(path.read_bytes(), type=Report)


def commit_of(folder: Path) -> str:
    """The commit checked out there, `-dirty` where files differ from it; `unknown` without git."""
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    return asked.stdout.strip() or "unknown"


def _machine() -> str:
    """System, architecture and, where Linux tells, the processor's name."""
    known = f"{platform.system()} {platform.machine()}"
    cpu = Path("/proc/cpuinfo")
    names = [line for line in cpu.read_text().splitlines() if line.startswith("model name")] if cpu.exists() else []
    return f"{known}, {names[0].partition(':')[2].strip()}" if names else known
