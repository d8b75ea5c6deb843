"""What the chaos driver does to a hold store, whatever it is made of."""

from collections.abc import Sequence
from typing import Protocol

from tests.chaos.driver.wire import Wire


class Stores(Protocol):
    """A store under test. Each fault returns once it is over and what it was done to is there again.

    `which` is any number; it is taken modulo the servers there are. What a store `can_not` is named by the faults'
    names in faults.py.
    """

    can_not: frozenset[str]
    also_lossy: frozenset[str]
    """Faults that may lose holds here, and elsewhere do not."""

    @property
    def wires(self) -> Sequence[Wire]:
        """Ways to it that can be interfered with."""
        ...

    async def start(self) -> None:
        """Start all of it."""
        ...

    async def stop(self) -> None:
        """End all of it."""
        ...

    async def way_for(self, api: str) -> tuple[Wire | None, str]:
        """A wire to it, where there can be one, and the URL that an API process is given."""
        ...

    async def heal(self) -> None:
        """Undo whatever may be left of a fault."""
        ...

    async def wait_until_well(self) -> None:
        """Until everything runs and every replica follows."""
        ...

    async def ask(self, event: str, *command: str | int) -> object:
        """One command, past every wire, of the server that has this event's keys."""
        ...

    async def kill(self, which: int, lasts_s: float) -> None:
        """kill -9 of a primary, which comes back on its data."""
        ...

    async def lose(self, which: int, lasts_s: float) -> None:
        """The same, and the data are gone."""
        ...

    async def kill_replica(self, which: int, lasts_s: float) -> None:
        """kill -9 of a replica, which comes back."""
        ...

    async def freeze(self, which: int, lasts_s: float) -> None:
        """SIGSTOP of a primary, and SIGCONT."""
        ...

    async def empty(self, which: int) -> None:
        """FLUSHALL."""
        ...

    async def flush_scripts(self, which: int) -> None:
        """SCRIPT FLUSH."""
        ...

    async def fail_over(self, which: int) -> None:
        """A primary is lost, and its replica takes its place with what it has been told so far."""
        ...

    async def split(self, stays: Wire | None, lasts_s: float) -> None:
        """For so long there are two primaries, and one API process speaks to the one that will lose."""
        ...

    async def fill_disk(self, which: int, lasts_s: float) -> None:
        """No file of a primary can grow."""
        ...

    async def step_clock(self, which: int, offset_s: float, lasts_s: float) -> None:
        """A primary's clock is wrong by so much."""
        ...

    async def move_events(self, which: int, events: Sequence[str]) -> None:
        """The slot of one of the events moves to another primary, key by key."""
        ...
