"""Reading what is stored of seats and holds: what the calls by hold and by seats compare when they write."""

from collections.abc import Sequence
from dataclasses import dataclass

from frontrow.adapters.redis import keys, scripts
from frontrow.adapters.redis.client import StoreClient
from frontrow.adapters.redis.gathering import Reply
from frontrow.adapters.redis.replies import (
    cold_of,
    pairs_of,
    seats_of,
    tables_of,
    texts_of,
    words_of,
)
from frontrow.domain.booking import SeatRowState
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.hold import Cold, HeldSeat, SeatRefusal, Unavailable
from frontrow.domain.ids import EventId, HoldId, SeatId, TableId, UserId

SEATS_PER_READ_MAX = 500
CLOCKS_GRACE_S = 0.2
"""What slower servers are given once one has said its time; it is how old that may be when it is compared."""

_SOLD = frozenset(SeatRowState)
_REFUSED_AS = {
    "": Unavailable.NOT_YOURS,
    "held": Unavailable.HELD,
    SeatRowState.CLAIMED: Unavailable.HELD,
    SeatRowState.BOOKED: Unavailable.BOOKED,
    SeatRowState.BLOCKED: Unavailable.BLOCKED,
}


@dataclass(frozen=True, slots=True)
class Lock:
    """Who holds a seat now: the user as keys name them, the hold, and the table it is held with."""

    user: str
    hold_id: HoldId
    table_id: TableId | None = None


@dataclass(frozen=True, slots=True)
class SeatsRead:
    """Some seats at one moment, in the order asked. More than SEATS_PER_READ_MAX are read in several.

    `locks` has None for a seat that nobody holds; `reasons` say why nobody else can take it: the state of a sold one,
    'held', '' for a free one.
    """

    seat_ids: Sequence[SeatId]
    now_ms: int
    is_warm: bool
    locks: list[Lock | None]
    reasons: list[str]

    def held_by(self, user: str) -> list[tuple[SeatId, Lock]]:
        """The seats that this (encoded) user holds."""
        seen = zip(self.seat_ids, self.locks, strict=True)
        return [(seat_id, lock) for seat_id, lock in seen if lock is not None and lock.user == user]

    def not_held_by(self, user: str) -> tuple[SeatRefusal, ...]:
        """The seats that this user doesn't hold, each with what it is instead; `not_yours` where it is free.

        A seat that was sold under the user's lock (the store had lost it and was loaded anew) counts as sold.
        """
        seen = zip(self.seat_ids, self.locks, self.reasons, strict=True)
        return tuple(
            SeatRefusal(seat_id, _REFUSED_AS[reason])
            for seat_id, lock, reason in seen
            if lock is None or lock.user != user or reason in _SOLD
        )


@dataclass(frozen=True, slots=True)
class HoldRecord:
    """A hold's record as it was read; `user` as keys name them."""

    hold_id: HoldId
    user: str
    seat_ids: tuple[SeatId, ...]
    table_ids: tuple[TableId, ...]
    first_locked_at_ms: int
    expires_at_ms: int


async def read_seats(client: StoreClient, *, event_id: EventId, seat_ids: Sequence[SeatId]) -> SeatsRead:
    """What each of these seats is now."""
    now_ms, is_warm = 0, False
    locks: list[Lock | None] = []
    reasons: list[str] = []
    for first in range(0, max(len(seat_ids), 1), SEATS_PER_READ_MAX):
        chunk = seat_ids[first : first + SEATS_PER_READ_MAX]
        names = [
            keys.event_epoch(event_id),
            keys.sold_seats(event_id),
            keys.held_seats(event_id),
            keys.booking_marks(event_id),
            *(keys.seat_lock(event_id, seat_id) for seat_id in chunk),
        ]
        reply = words_of(await client.script(scripts.READ_SEATS, names, chunk))
        now_ms, is_warm = reply[1], reply[2] == 1
        locks += map(_lock, texts_of(reply[3]))
        reasons += texts_of(reply[4])
    return SeatsRead(seat_ids, now_ms, is_warm, locks, reasons)


async def read_hold(client: StoreClient, *, event_id: EventId, hold_id: HoldId) -> HoldRecord | None:
    """The hold's record, whoever's it is; None without one. It may be past its expiry."""
    fields = ("user", "seats", "tables", "first_locked_at_ms", "expires_at_ms")
    reply = words_of(await client.execute(("HMGET", keys.hold(event_id, hold_id), *fields)))
    if reply[0] is None:
        return None
    user, seats, tables, first_locked_at_ms, expires_at_ms = reply
    return HoldRecord(
        hold_id, user.decode(), seats_of(seats), tables_of(tables), int(first_locked_at_ms), int(expires_at_ms)
    )


async def read_seats_of(client: StoreClient, *, event_id: EventId, user_id: UserId) -> list[HeldSeat]:
    """The seats that the user holds now, soonest to run out first."""
    user = keys.encoded_user(user_id)
    listed = texts_of(await client.execute(("ZRANGE", keys.user_seats(event_id, user), 0, -1)))
    if not listed:
        return []
    seen = await read_seats(client, event_id=event_id, seat_ids=[SeatId(seat) for seat in listed])
    return [HeldSeat(seat_id, lock.hold_id) for seat_id, lock in seen.held_by(user)]


async def read_sold_seats(client: StoreClient, *, event_id: EventId) -> dict[SeatId, tuple[SeatRowState, str]] | Cold:
    """Every seat in the cache of the ledger, with its state and owner."""
    names = [
        keys.event_epoch(event_id),
        keys.held_seats(event_id),
        keys.sold_seats(event_id),
        keys.seat_changes(event_id),
    ]
    reply = words_of(await client.script(scripts.READ_SEAT_MAP, names, []))
    if reply[0] != b"map":
        return cold_of(reply)
    sold = ((seat, sold_as.partition(":")) for seat, sold_as in pairs_of(reply[5]))
    return {SeatId(seat): (SeatRowState(state), owner_id) for seat, (state, _, owner_id) in sold}


async def read_next_expiry_ms(client: StoreClient, *, event_id: EventId) -> int | None:
    """The soonest expiry of a held seat; None where none is held."""
    soonest = pairs_of(await client.execute(("ZRANGE", keys.held_seats(event_id), 0, 0, "WITHSCORES")))
    return int(soonest[0][1]) if soonest else None


async def read_clock_ms(client: StoreClient) -> int:
    """The servers' clock: of several that answer the one that is furthest from the others.

    Raises:
        StoreUnavailable: none answers. Where some do, the events of the others are unavailable, and these go on.
    """
    replies = (await client.execute_on_all(("TIME",), grace_s=CLOCKS_GRACE_S)).values()
    clocks = sorted(map(_clock_ms, (reply for reply in replies if not isinstance(reply, StoreUnavailable))))
    if not clocks:
        raise next(reply for reply in replies if isinstance(reply, StoreUnavailable))
    middle = clocks[len(clocks) // 2]
    return max(clocks, key=lambda clock_ms: abs(clock_ms - middle))


def _clock_ms(reply: Reply) -> int:
    seconds, microseconds = texts_of(reply)
    return int(seconds) * 1_000 + int(microseconds) // 1_000


def _lock(value: str) -> Lock | None:
    """`<user>:<hold>:<locked_at_ms>[:table:<table>]`, or '' for a seat that nobody holds."""
    if not value:
        return None
    user, hold_id, _, *table = value.split(":")
    return Lock(user, HoldId(hold_id), TableId(table[1]) if table else None)
