"""The port to the process's time."""

from typing import Protocol


class Clock(Protocol):
    """The process's time. Holds never use it: they run on the store's clock."""

    def now_ms(self) -> int:
        """Wall clock, milliseconds since 1970 in UTC."""
        ...

    def monotonic_ms(self) -> int:
        """A clock that never steps, milliseconds since an arbitrary start."""
        ...
