"""The databases the ledger's contract is tested on: where a test's own empty one is, and how its file is reached."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Backend:
    """An empty database of one kind. `file` is None for a server."""

    name: str
    url: str
    file: Path | None


def sqlite_backend(folder: Path) -> Backend:
    """A file that does not exist yet."""
    file = folder / "ledger.sqlite3"
    return Backend("sqlite", f"sqlite:///{file}", file)


BACKENDS = {"sqlite": sqlite_backend}
"""Every database the contract runs on, by name."""
