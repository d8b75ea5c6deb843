"""Counts of calls by the minute, in this process's memory: a storage of the `limits` library.

The library's own MemoryStorage starts a task that looks at every counter with each call, grows with the number of
callers, and reads the time by itself. Here all windows are one minute of the wall clock, so that two dictionaries do:
this minute's counts and those of the minute before, and forgetting is dropping one of them.

Memory and each call's cost are bounded; nothing here waits. docs/decisions/0009-rate-limits.md compares strategies.
"""

from itertools import islice
from typing import Any

from limits.storage import SlidingWindowCounterSupport, Storage

from frontrow.ports import Clock

WINDOW_S = 60
WINDOW_MS = WINDOW_S * 1000
COUNTERS_MAX = 100_000
"""In each of the two minutes; 200 bytes each, 40 MB in all. Past it the oldest counters of the minute are forgotten,
which lets calls pass and refuses none."""
_FORGOTTEN_SHARE = 16
"""The oldest of so many parts go at once: one by one, each would be looked for past all that went before it."""


class RateWindows(Storage, SlidingWindowCounterSupport):
    """How often each key was counted in this minute and in the one before.

    A clock that is set back, or forward by more than a minute, empties it: more calls pass, none is refused for it.
    Every limit counted here is one per minute (`expiry` is WINDOW_S).
    """

    STORAGE_SCHEME = None
    """Made by the composition root, not from a URI."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Leave subclasses as they are: the library wraps each method anew in each of them, to translate errors."""

    def __init__(self, clock: Clock, *, counters_max: int = COUNTERS_MAX) -> None:
        super().__init__()
        self._clock = clock
        self._counters_max = counters_max
        self._minute = 0
        self._current: dict[str, int] = {}
        self._previous: dict[str, int] = {}

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        """Nothing here fails."""
        return ()

    @property
    def counters(self) -> int:
        """Counters in memory, at most twice `counters_max`."""
        return len(self._current) + len(self._previous)

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count `amount` unless that would pass `limit` in the last minute; whether it was counted.

        The minute before is taken to have been even, and weighs as much of it as lies within the last 60 seconds.
        """
        left_ms = self._turn(expiry)
        count = self._current.get(key, 0)
        if self._previous.get(key, 0) * left_ms // WINDOW_MS + count + amount > limit:
            return False
        self._add(key, count, amount)
        return True

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """The count of the minute before, the seconds it still weighs, this minute's, and the seconds that one will."""
        left_s = self._turn(expiry) / 1000
        return self._previous.get(key, 0), left_s, self._current.get(key, 0), left_s + WINDOW_S

    def clear_sliding_window(self, key: str, expiry: int) -> None:
        """Forget this key."""
        self.clear(key)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` and return this minute's count."""
        self._turn(expiry)
        count = self._current.get(key, 0)
        self._add(key, count, amount)
        return count + amount

    def get(self, key: str) -> int:
        """This minute's count."""
        self._turn(WINDOW_S)
        return self._current.get(key, 0)

    def get_expiry(self, key: str) -> float:
        """When this minute ends, in seconds since 1970, whatever the key."""
        return (self._clock.now_ms() + self._turn(WINDOW_S)) / 1000

    def check(self) -> bool:
        """Memory always answers."""
        return True

    def reset(self) -> int | None:
        """Forget everything; how many counters there were."""
        forgotten = self.counters
        self._current, self._previous = {}, {}
        return forgotten

    def clear(self, key: str) -> None:
        """Forget this key."""
        self._current.pop(key, None)
        self._previous.pop(key, None)

    def _turn(self, expiry: int) -> int:
        """Begin a new minute when it is time, and return the milliseconds until the next one."""
        assert expiry == WINDOW_S, f"windows are {WINDOW_S} s long here, not {expiry}"
        minute, passed_ms = divmod(self._clock.now_ms(), WINDOW_MS)
        if minute != self._minute:
            self._begin(minute)
        return WINDOW_MS - passed_ms

    def _begin(self, minute: int) -> None:
        self._previous = self._current if minute == self._minute + 1 else {}
        self._current = {}
        self._minute = minute

    def _add(self, key: str, count: int, amount: int) -> None:
        current = self._current
        if count == 0 and len(current) >= self._counters_max:
            for oldest in list(islice(current, max(1, self._counters_max // _FORGOTTEN_SHARE))):
                del current[oldest]
        current[key] = count + amount
