"""Changes: what happened to the seats of one event, in order, as every reader of the feed sees it.

State is a pure function of (epoch, offset): a view of an event changes only by these entries, never by a clock.
"""

from enum import StrEnum

import msgspec

from frontrow.domain.ids import HoldId, SeatId, UserId


class ChangeKind(StrEnum):
    """What happened. Every kind sets the seats' state outright, so applying an entry twice is harmless."""

    HELD = "held"
    """The seats are held by `hold_id` of `user_id` until `expires_at_ms`."""
    EXPIRY_CHANGED = "expiry_changed"
    """Held seats run out at `expires_at_ms` now (extended, or shortened by a delayed release, or marked)."""
    RELEASED = "released"
    """Given back by their holder or an admin: available."""
    EXPIRED = "expired"
    """Their hold ran out: available."""
    CLAIMED = "claimed"
    """Claimed by the order `owner_id`; reads and counts as held."""
    BOOKED = "booked"
    """Booked by the booking `owner_id`."""
    BLOCKED = "blocked"
    """Withheld from sale by the block `owner_id`."""
    FREED = "freed"
    """A booking, claim or block `owner_id` gave them back: available."""
    WARMED = "warmed"
    """First entry of an epoch: the cache was loaded from the ledger. Names no seats; readers read the map anew."""


class Change(msgspec.Struct, frozen=True):
    """One thing that happened to some seats of one event."""

    kind: ChangeKind
    seats: tuple[SeatId, ...]
    expires_at_ms: int = 0
    user_id: UserId | None = None
    hold_id: HoldId | None = None
    owner_id: str | None = None


class FeedEntry(msgspec.Struct, frozen=True):
    """A change at its place in an event's feed.

    `offset` is `<stream id>-<tag>`; `previous` is the offset before it, empty for the first entry of a stream.
    A reader may apply the entry only when its own (epoch, offset) equals (`epoch`, `previous`).
    """

    epoch: str
    previous: str
    offset: str
    at_ms: int
    change: Change


class Position(msgspec.Struct, frozen=True):
    """A place in an event's feed: all a reader needs to go on from, and all that identifies a state."""

    epoch: str
    offset: str
