"""One event in a real store: the calls of ports.HoldStore in short, what is stored of it, and time that a test moves.

Time is moved by setting every stored time back, so that the server's clock finds the event as it would be later.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from frontrow.adapters.redis import keys
from frontrow.adapters.redis.client import Argument, StoreClient, connect
from frontrow.adapters.redis.gathering import Reply
from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.adapters.redis.scripts import Script
from frontrow.domain.booking import LedgerSeat, SeatRowState
from frontrow.domain.hold import (
    AcquireOutcome,
    BeginOutcome,
    BlockOutcome,
    BookingBegun,
    BookingFinished,
    ExtendOutcome,
    ExtendSeatsOutcome,
    HeldSeat,
    HoldAcquired,
    ReleaseOutcome,
    Written,
)
from frontrow.domain.ids import BlockId, BookingId, EventId, HoldId, OrderId, SeatId, TableId, UserId
from tests.support.one_event import GUARD_MS, LIFETIME_MAX_MS, TTL_MS, orphan_checks, seats
from tests.support.valkey import StoreServer

EVENT = EventId("gala")
_KEY_STAYS_MS = 60_000


class EventOnValkey:
    """A warm event once `warm` was called. `raw` is a connection beside the adapter's, to look and to interfere."""

    def __init__(self, server: StoreServer) -> None:
        self.client: StoreClient = connect(server.url)
        self.store = ValkeyHoldStore(self.client)
        self.raw = server.raw()

    async def close(self) -> None:
        await self.client.close()
        self.raw.close()

    # Calls

    async def run(self, script: Script, names: Sequence[str], *arguments: Argument) -> Reply:
        """The script itself."""
        return await self.client.script(script, names, arguments)

    async def warm(self, *rows: tuple[str, SeatRowState, str]) -> Written:
        return await self.store.warm(EVENT, [LedgerSeat(SeatId(seat), state, owner) for seat, state, owner in rows])

    async def acquire(
        self,
        user: str,
        hold: str,
        names: str,
        *,
        ttl_ms: int = TTL_MS,
        tables: Mapping[str, str] | None = None,
        seats_max: int | None = None,
        adds: bool = False,
        key: str | None = None,
        fingerprint: str = "",
        checks: str = "",
    ) -> AcquireOutcome:
        """`tables` maps each whole table to its seats; they are asked for after `names`. `checks`: orphan_checks."""
        of_table = {seat: TableId(table) for table, words in (tables or {}).items() for seat in seats(words)}
        return await self.store.acquire(
            EVENT,
            hold_id=HoldId(hold),
            user_id=UserId(user),
            seat_ids=(*seats(names), *of_table),
            table_ids=[TableId(table) for table in tables or {}],
            table_of_seat=of_table,
            ttl_ms=ttl_ms,
            lifetime_max_ms=LIFETIME_MAX_MS,
            seats_per_user_max=seats_max,
            adds=adds,
            answer_key=key,
            fingerprint=fingerprint,
            orphan_checks=orphan_checks(checks, (*seats(names), *of_table)),
        )

    async def acquired(self, user: str, hold: str, names: str, **asked: Any) -> HoldAcquired:
        outcome = await self.acquire(user, hold, names, **asked)
        assert isinstance(outcome, HoldAcquired), outcome
        return outcome

    async def extend(self, user: str, hold: str, *, ttl_ms: int = TTL_MS) -> ExtendOutcome:
        return await self.store.extend(
            EVENT, hold_id=HoldId(hold), user_id=UserId(user), ttl_ms=ttl_ms, lifetime_max_ms=LIFETIME_MAX_MS
        )

    async def extend_seats(self, user: str, names: str, *, ttl_ms: int = TTL_MS) -> ExtendSeatsOutcome:
        return await self.store.extend_seats(
            EVENT, seat_ids=seats(names), user_id=UserId(user), ttl_ms=ttl_ms, lifetime_max_ms=LIFETIME_MAX_MS
        )

    async def release(self, user: str, hold: str, names: str | None = None, *, after_ms: int = 0) -> ReleaseOutcome:
        return await self.store.release(
            EVENT,
            hold_id=HoldId(hold),
            user_id=UserId(user),
            seat_ids=None if names is None else seats(names),
            after_ms=after_ms,
        )

    async def release_seats(self, user: str, names: str) -> ReleaseOutcome:
        return await self.store.release_seats(EVENT, seat_ids=seats(names), user_id=UserId(user))

    async def begin(
        self, user: str, booking: str, *, hold: str | None = None, names: str | None = None
    ) -> BeginOutcome:
        return await self.store.begin_booking(
            EVENT,
            booking_id=BookingId(booking),
            user_id=UserId(user),
            hold_id=None if hold is None else HoldId(hold),
            seat_ids=None if names is None else seats(names),
            guard_ms=GUARD_MS,
        )

    async def begun(
        self, user: str, booking: str, *, hold: str | None = None, names: str | None = None
    ) -> BookingBegun:
        outcome = await self.begin(user, booking, hold=hold, names=names)
        assert isinstance(outcome, BookingBegun), outcome
        return outcome

    async def finish(
        self,
        user: str,
        booking: str,
        names: str,
        *,
        held: Sequence[HeldSeat] = (),
        table_ids: Sequence[TableId] | None = None,
        state: SeatRowState = SeatRowState.BOOKED,
        owner: str | None = None,
        replaces_claim: str | None = None,
    ) -> BookingFinished:
        return await self.store.finish_booking(
            EVENT,
            booking_id=booking,
            state=state,
            owner_id=owner or booking,
            user_id=UserId(user),
            seat_ids=seats(names),
            held=held,
            table_ids=table_ids,
            replaces_claim=None if replaces_claim is None else OrderId(replaces_claim),
        )

    async def abort(self, user: str, booking: str, held: Sequence[HeldSeat]) -> Written:
        return await self.store.abort_booking(EVENT, booking_id=BookingId(booking), user_id=UserId(user), held=held)

    async def free(self, owner: str, names: str) -> Written:
        return await self.store.free_seats(EVENT, owner_id=owner, seat_ids=seats(names))

    async def block(self, block: str, names: str) -> BlockOutcome:
        return await self.store.set_blocked(EVENT, block_id=BlockId(block), seat_ids=seats(names))

    async def sweep(self, *, seats_max: int = 500) -> Written:
        return await self.store.sweep_expired(EVENT, seats_max=seats_max)

    async def held_now(self, user: str) -> dict[str, str]:
        """The user's seats now, each with its hold."""
        found = await self.store.user_seats([EVENT], UserId(user))
        return {pair.seat_id: pair.hold_id for _, pairs in found for pair in pairs}

    # What is stored

    def now_ms(self) -> int:
        seconds, microseconds = self.raw.time()
        return int(seconds) * 1_000 + int(microseconds) // 1_000

    def lock(self, seat: str) -> str | None:
        return cast("str | None", self.raw.get(keys.seat_lock(EVENT, seat)))

    def table_lock(self, table: str) -> str | None:
        return cast("str | None", self.raw.get(keys.table_lock(EVENT, table)))

    def record(self, hold: str) -> dict[str, str]:
        return cast("dict[str, str]", self.raw.hgetall(keys.hold(EVENT, hold)))

    def held(self) -> dict[str, int]:
        """The index: seat -> expiry."""
        return self._scores(keys.held_seats(EVENT))

    def capped(self, user: str) -> dict[str, int]:
        """What the cap counts for a user: seat -> expiry."""
        return self._scores(keys.user_seats(EVENT, keys.encoded_user(UserId(user))))

    def marks(self) -> dict[str, str]:
        return cast("dict[str, str]", self.raw.hgetall(keys.booking_marks(EVENT)))

    def sold(self) -> dict[str, str]:
        return cast("dict[str, str]", self.raw.hgetall(keys.sold_seats(EVENT)))

    def freed(self) -> dict[str, int]:
        return self._scores(keys.freed_seats(EVENT))

    def feed(self) -> list[dict[str, str]]:
        """The fields of every entry, oldest first."""
        entries: Any = self.raw.xrange(keys.seat_changes(EVENT))
        return [fields for _, fields in entries]

    def kinds(self) -> list[str]:
        """The kinds of all entries after the first warm-up."""
        return [fields["kind"] for fields in self.feed()][1:]

    def runs_out_at(self, name: str) -> int:
        """When the key goes; -1 for never, -2 for a key that isn't there."""
        at_ms: Any = self.raw.pexpiretime(name)
        return int(at_ms)

    def everything(self) -> dict[str, tuple[object, int]]:
        """Every key with its content and when it goes: equal before and after a call that wrote nothing."""
        return {name: (self._content(name), self.runs_out_at(name)) for name in self._names()}

    # Time and other interference

    def pass_ms(self, ms: int, *, keys_stay: bool = False) -> None:
        """Let so much time have passed. With `keys_stay` the server hasn't got round to removing any key."""
        for name in self._names():
            kind = name.partition(":")[0]
            if kind in {"held_seats", "user_seats", "freed_seats"}:
                self.raw.zadd(name, {member: at_ms - ms for member, at_ms in self._scores(name).items()})
            elif kind == "hold":
                for field in ("first_locked_at_ms", "expires_at_ms"):
                    self.raw.hincrby(name, field, -ms)
            elif kind in {"seat_lock", "table_lock"}:
                user, hold, at_ms, *table = str(self.raw.get(name)).split(":")
                self.raw.set(name, ":".join([user, hold, str(int(at_ms) - ms), *table]), keepttl=True)
            elif kind == "booking_marks":
                for seat, mark in self.marks().items():
                    booking, _, deadline_ms = mark.rpartition(":")
                    self.raw.hset(name, seat, f"{booking}:{int(deadline_ms) - ms}")
            runs_out_at_ms = self.runs_out_at(name)
            if runs_out_at_ms > 0:
                stays_until_ms = self.now_ms() + _KEY_STAYS_MS if keys_stay else 0
                self.raw.pexpireat(name, max(runs_out_at_ms - ms, stays_until_ms))

    def lose_epoch(self) -> None:
        self.raw.delete(keys.event_epoch(EVENT))

    def _names(self) -> list[str]:
        names: Any = self.raw.keys("*")
        return sorted(names)

    def _scores(self, name: str) -> dict[str, int]:
        pairs: Any = self.raw.zrange(name, 0, -1, withscores=True)
        return {member: int(score) for member, score in pairs}

    def _content(self, name: str) -> object:
        kind: Any = self.raw.type(name)
        match kind:
            case "string":
                return self.raw.get(name)
            case "hash":
                return self.raw.hgetall(name)
            case "zset":
                return self._scores(name)
        return self.raw.xrange(name)
