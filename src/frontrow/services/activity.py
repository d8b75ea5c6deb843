"""Where store and ledger should be compared next."""

from frontrow.domain.ids import EventId
from frontrow.ports import Clock

CHANGED_AFTER_MS = 3_000
"""How long after a change its event is compared; changes in between share one comparison."""


class Activity:
    """Where something happened since the reconciler last looked. Each event waits once, however much happened."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due_at_ms: dict[EventId, int] = {}

    def note_changed(self, event_id: EventId) -> None:
        """This process changed seats of the event: compare it CHANGED_AFTER_MS from the first such change on."""
        if event_id not in self._due_at_ms:
            self._due_at_ms[event_id] = self._clock.monotonic_ms() + CHANGED_AFTER_MS

    def note_warmed(self, event_id: EventId) -> None:
        """The event was loaded into a new epoch: compare it next."""
        self._due_at_ms[event_id] = self._clock.monotonic_ms()

    def take(self) -> EventId | None:
        """The event that has been due longest, which is then no longer waiting; None when nothing is due."""
        if not self._due_at_ms:
            return None
        event_id, due_at_ms = min(self._due_at_ms.items(), key=lambda item: item[1])
        if due_at_ms > self._clock.monotonic_ms():
            return None
        del self._due_at_ms[event_id]
        return event_id
