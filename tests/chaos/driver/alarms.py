"""What the servers themselves said was wrong, which nobody outside need have seen."""

import json
from collections.abc import Collection
from pathlib import Path

EXPECTED = frozenset({"refund_failed"})
"""A card of the demo's does this."""
EXPECTED_OF_LOSSES = frozenset({"hold_broken"})
"""The store had lost a hold that it had granted."""


def alarms_in(log: Path, *, from_byte: int, may_lose_holds: bool) -> list[str]:
    """Errors that a server logged since, and tracebacks that it died with; not those its faults are to cause."""
    expected: Collection[str] = EXPECTED | EXPECTED_OF_LOSSES if may_lose_holds else EXPECTED
    with log.open("rb") as lines:
        lines.seek(from_byte)
        return [said for line in lines if (said := _alarm(line.decode(errors="replace"), expected))]


def _alarm(line: str, expected: Collection[str]) -> str | None:
    if line.startswith("Traceback"):
        return line.strip()
    try:
        said = json.loads(line)
    except ValueError:
        return None
    if said.get("level") not in {"error", "critical"} or said.get("event") in expected:
        return None
    exception = str(said.pop("exception", "")).strip()
    return f"{said['event']}: {said} {exception[-300:]}".strip()
