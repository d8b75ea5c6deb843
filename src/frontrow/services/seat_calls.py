"""Every call that changes an event's seats goes through here: a cold event is loaded first, and this process hears
of what its own calls changed before it answers anyone. What was done or refused is logged and counted here, once."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from frontrow.domain.changes import ChangeKind, FeedEntry
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.hold import Cold
from frontrow.domain.ids import EventId
from frontrow.services.seat_log import REFUSALS, log_changes, log_refusal
from frontrow.services.seat_measures import SeatMeasures

ASKS_MAX = 3
"""How often one call is asked: each further time because the store was emptied and loaded again in between."""

T = TypeVar("T")


class Warms(Protocol):
    """Loads an event's sold seats into the store (services/warming.py)."""

    async def ensure_warm(self, event_id: EventId) -> object: ...


class HearsEntries(Protocol):
    """Takes what a call of this process appended to the feed (services/live.py, services/expired_holds.py)."""

    def note(self, event_id: EventId, entries: Sequence[FeedEntry]) -> object: ...


class HearsExpiries(Protocol):
    """Learns when holds will run out (services/sweeping.py)."""

    def note_expiry(self, event_id: EventId, expires_at_ms: int) -> object: ...


class HearsActivity(Protocol):
    """Learns where store and ledger should be compared (services/activity.py)."""

    def note_changed(self, event_id: EventId) -> object: ...


class HasEntries(Protocol):
    """Any outcome of the store that says what it appended."""

    @property
    def entries(self) -> tuple[FeedEntry, ...]: ...


class SeatCalls:
    """Asks the store about one event's seats, and tells this process what the answer changed."""

    def __init__(
        self,
        *,
        warmer: Warms,
        live: HearsEntries,
        sweeper: HearsExpiries,
        activity: HearsActivity,
        expired: HearsEntries | None = None,
    ) -> None:
        self._warmer = warmer
        self._live = live
        self._expired = expired
        self._sweeper = sweeper
        self._activity = activity
        self.measures = SeatMeasures()

    async def ask(self, event_id: EventId, call: Callable[[], Awaitable[T | Cold]]) -> T:
        """Make the call; where the event is cold, load it and make the call again, ASKS_MAX times in all.

        Raises:
            StoreUnavailable: the store gave no usable answer, or kept being emptied; what `call` says of it holds.
            LedgerUnavailable: the event is cold and the ledger could not be read. Nothing was written.
        """
        for _ in range(ASKS_MAX):
            outcome = await call()
            if not isinstance(outcome, Cold):
                if isinstance(outcome, REFUSALS):
                    log_refusal(event_id, outcome)
                    self.measures.note_conflict(outcome)
                return outcome
            await self._warmer.ensure_warm(event_id)
        raise StoreUnavailable(f"event {event_id} was cold {ASKS_MAX} times although it was loaded in between")

    def heard(self, event_id: EventId, outcome: HasEntries) -> None:
        """Let this process's reads and its sweeper follow what a call appended."""
        if not outcome.entries:
            return
        self._live.note(event_id, outcome.entries)
        if self._expired is not None:
            self._expired.note(event_id, outcome.entries)
        log_changes(event_id, outcome.entries)
        self.measures.note_changes(outcome.entries)
        self._activity.note_changed(event_id)
        for entry in outcome.entries:
            if entry.change.kind in (ChangeKind.HELD, ChangeKind.EXPIRY_CHANGED):
                self._sweeper.note_expiry(event_id, entry.change.expires_at_ms)
