"""A sale that was rehearsed at one hundredth: what the plan said of it beside what was measured, kept as JSON."""

from pathlib import Path

import msgspec

from benchmarks.capacity.costs import Where

REHEARSAL_FILE = Path(__file__).parents[2] / "docs" / "benchmarks" / "on-sale.json"


class Line(msgspec.Struct, frozen=True):
    """One figure, as people read it; `predicted` is empty where the plan says nothing of it."""

    name: str
    predicted: str
    measured: str


class Rehearsal(msgspec.Struct, frozen=True):
    """One run of that command."""

    command: str
    where: Where
    lines: list[Line]


def read_rehearsal(file: Path = REHEARSAL_FILE) -> Rehearsal | None:
    """The run that was kept; None where none was."""
    return msgspec.json.decode(file.read_bytes(), type=Rehearsal) if file.exists() else None


def write_rehearsal(rehearsal: Rehearsal, file: Path = REHEARSAL_FILE) -> None:
    """Keep it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.format(msgspec.json.encode(rehearsal), indent=1) + b"\n")
