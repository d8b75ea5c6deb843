"""The script warm_event as three typed calls, and the load of a whole event that they make together.

Each answers `Written` where the event is warm already, by whoever warmed it, and `TokenLost` where the store was
emptied since the start: what was loaded then is gone, and the load begins again.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from frontrow.adapters.redis import keys, scripts
from frontrow.adapters.redis.arguments import new_tag
from frontrow.adapters.redis.client import Argument, StoreClient
from frontrow.adapters.redis.replies import Words, seats_of, texts_of, words_of
from frontrow.domain.booking import LedgerSeat
from frontrow.domain.changes import Change, ChangeKind, FeedEntry
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.hold import Written
from frontrow.domain.ids import EventId, SeatId

SEATS_PER_LOAD_MAX = 500
LOADS_MAX = 8
"""Times a load begins again because the store was emptied under it."""


@dataclass(frozen=True, slots=True)
class WarmingStarted:
    """Load under this token; it is another process's where that one has started too."""

    token: str


@dataclass(frozen=True, slots=True)
class SeatsLoaded:
    """The seats that were not there yet and that nobody has freed."""

    seat_ids: tuple[SeatId, ...]


@dataclass(frozen=True, slots=True)
class TokenLost:
    """The store was emptied, or the token lay unused for a minute. Nothing was written."""


async def warm_event(client: StoreClient, *, event_id: EventId, seats: Sequence[LedgerSeat]) -> Written:
    """Load the ledger's live rows, any number of them, and start a new epoch; see ports.HoldStore.warm.

    Raises:
        StoreUnavailable: the store was emptied under every one of LOADS_MAX loads.
    """
    for _ in range(LOADS_MAX):
        warmed = await _load_once(client, event_id, seats)
        if not isinstance(warmed, TokenLost):
            return warmed
    raise StoreUnavailable(f"event {event_id} was emptied again and again while it was loaded")


async def start_warming(client: StoreClient, *, event_id: EventId) -> WarmingStarted | Written:
    """Make or join the token of an event's load."""
    reply = await _step(client, event_id, ["start", secrets.token_hex(8), "", ""])
    return WarmingStarted(reply[2].decode()) if reply[0] == b"started" else Written((), reply[1])


async def load_seats(
    client: StoreClient, *, event_id: EventId, token: str, seats: Sequence[LedgerSeat]
) -> SeatsLoaded | TokenLost | Written:
    """Load up to SEATS_PER_LOAD_MAX of the ledger's live rows."""
    arguments: list[Argument] = ["load", token, "", ""]
    for seat in seats:
        arguments += [seat.seat_id, f"{seat.state}:{seat.owner_id}"]
    reply = await _step(client, event_id, arguments)
    match reply[0]:
        case b"loaded":
            return SeatsLoaded(seats_of(reply[2]))
        case b"lost":
            return TokenLost()
    return Written((), reply[1])


async def end_warming(client: StoreClient, *, event_id: EventId, token: str) -> Written | TokenLost:
    """Everything is loaded: start a new epoch."""
    tag = new_tag()
    reply = await _step(client, event_id, ["end", token, secrets.token_hex(8), tag])
    now_ms: int = reply[1]
    match reply[0]:
        case b"warmed":
            epoch, previous, stream_id = texts_of(reply[2:])
            entry = FeedEntry(epoch, previous, f"{stream_id}-{tag}", now_ms, Change(ChangeKind.WARMED, ()))
            return Written((), now_ms, (entry,))
        case b"lost":
            return TokenLost()
    return Written((), now_ms)


async def _load_once(client: StoreClient, event_id: EventId, seats: Sequence[LedgerSeat]) -> Written | TokenLost:
    started = await start_warming(client, event_id=event_id)
    if not isinstance(started, WarmingStarted):
        return started
    loaded: list[SeatId] = []
    for first in range(0, len(seats), SEATS_PER_LOAD_MAX):
        chunk = seats[first : first + SEATS_PER_LOAD_MAX]
        step = await load_seats(client, event_id=event_id, token=started.token, seats=chunk)
        if not isinstance(step, SeatsLoaded):
            return step
        loaded += step.seat_ids
    ended = await end_warming(client, event_id=event_id, token=started.token)
    return ended if isinstance(ended, TokenLost) else Written(tuple(loaded), ended.now_ms, ended.entries)


async def _step(client: StoreClient, event_id: EventId, arguments: Sequence[Argument]) -> Words:
    names = [
        keys.event_epoch(event_id),
        keys.sold_seats(event_id),
        keys.freed_seats(event_id),
        keys.seat_changes(event_id),
        keys.event_warming(event_id),
    ]
    return words_of(await client.script(scripts.WARM_EVENT, names, arguments))
