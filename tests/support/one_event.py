"""One event's SeatMap under a clock that a test moves, with short names for what tests say most."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from frontrow.domain.booking import LedgerSeat, SeatRowState
from frontrow.domain.changes import FeedEntry
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
    OrphanCheck,
    ReleaseOutcome,
    Written,
)
from frontrow.domain.ids import BlockId, BookingId, HoldId, OrderId, SeatId, TableId, UserId
from frontrow.domain.seat_map import SeatMap

Outcome = TypeVar("Outcome")

TTL_MS = 600_000
LIFETIME_MAX_MS = 7_200_000
GUARD_MS = 30_000


def seats(names: str) -> tuple[SeatId, ...]:
    """Seat ids from words: "A1 A2"."""
    return tuple(SeatId(name) for name in names.split())


def pairs(names: str, hold_id: str) -> tuple[HeldSeat, ...]:
    """The seats as pairs with one hold."""
    return tuple(HeldSeat(seat_id, HoldId(hold_id)) for seat_id in seats(names))


def orphan_checks(words: str, wanted: Sequence[SeatId]) -> tuple[OrphanCheck, ...]:
    """Checks from words: "A3>A4 A1" is A3 with A4 beyond it, and A1 at the row's end.

    Beside them are the wanted seats of the numbers before and after, or the first wanted one where there are none.
    """
    checks = []
    for word in words.split():
        seat, _, beyond = word.partition(">")
        around = {f"{seat[0]}{int(seat[1:]) + step}" for step in (-1, 1)}
        beside = tuple(it for it in wanted if it in around) or (wanted[0],)
        checks.append(OrphanCheck(SeatId(seat), beside, SeatId(beyond) if beyond else None))
    return tuple(checks)


class OneEvent:
    """A warm event at 1,000,000 ms. `entries` is everything its feed has had since."""

    def __init__(self, *, warm: bool = True) -> None:
        self.map = SeatMap()
        self.now_ms = 1_000_000
        self.entries: list[FeedEntry] = []
        if warm:
            self.warm()

    def pass_ms(self, ms: int) -> None:
        self.now_ms += ms

    def warm(self, *rows: tuple[str, SeatRowState, str], epoch: str = "epoch-1") -> Written:
        ledger = [LedgerSeat(SeatId(seat), state, owner) for seat, state, owner in rows]
        return self._noted(self.map.warm(now_ms=self.now_ms, seats=ledger, epoch=epoch))

    def acquire(
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
        return self._noted(
            self.map.acquire(
                now_ms=self.now_ms,
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
        )

    def acquired(self, user: str, hold: str, names: str, *, ttl_ms: int = TTL_MS) -> HoldAcquired:
        outcome = self.acquire(user, hold, names, ttl_ms=ttl_ms)
        assert isinstance(outcome, HoldAcquired)
        return outcome

    def extend(self, user: str, hold: str, *, ttl_ms: int = TTL_MS) -> ExtendOutcome:
        return self._noted(
            self.map.extend(
                now_ms=self.now_ms,
                hold_id=HoldId(hold),
                user_id=UserId(user),
                ttl_ms=ttl_ms,
                lifetime_max_ms=LIFETIME_MAX_MS,
            )
        )

    def extend_seats(self, user: str, names: str, *, ttl_ms: int = TTL_MS) -> ExtendSeatsOutcome:
        return self._noted(
            self.map.extend_seats(
                now_ms=self.now_ms,
                seat_ids=seats(names),
                user_id=UserId(user),
                ttl_ms=ttl_ms,
                lifetime_max_ms=LIFETIME_MAX_MS,
            )
        )

    def release(self, user: str, hold: str, names: str | None = None, *, after_ms: int = 0) -> ReleaseOutcome:
        return self._noted(
            self.map.release(
                now_ms=self.now_ms,
                hold_id=HoldId(hold),
                user_id=UserId(user),
                seat_ids=None if names is None else seats(names),
                after_ms=after_ms,
            )
        )

    def release_seats(self, user: str, names: str) -> ReleaseOutcome:
        return self._noted(self.map.release_seats(now_ms=self.now_ms, seat_ids=seats(names), user_id=UserId(user)))

    def begin(self, user: str, booking: str, *, hold: str | None = None, names: str | None = None) -> BeginOutcome:
        return self._noted(
            self.map.begin_booking(
                now_ms=self.now_ms,
                booking_id=BookingId(booking),
                user_id=UserId(user),
                hold_id=None if hold is None else HoldId(hold),
                seat_ids=None if names is None else seats(names),
                guard_ms=GUARD_MS,
            )
        )

    def begun(self, user: str, booking: str, *, hold: str) -> BookingBegun:
        outcome = self.begin(user, booking, hold=hold)
        assert isinstance(outcome, BookingBegun)
        return outcome

    def finish(
        self,
        user: str,
        booking: str,
        names: str,
        *,
        held: tuple[HeldSeat, ...] = (),
        state: SeatRowState = SeatRowState.BOOKED,
        owner: str | None = None,
        replaces_claim: str | None = None,
    ) -> BookingFinished:
        return self._noted(
            self.map.finish_booking(
                now_ms=self.now_ms,
                booking_id=booking,
                state=state,
                owner_id=owner or booking,
                user_id=UserId(user),
                seat_ids=seats(names),
                held=held,
                replaces_claim=None if replaces_claim is None else OrderId(replaces_claim),
            )
        )

    def abort(self, user: str, booking: str, held: tuple[HeldSeat, ...]) -> Written:
        return self._noted(
            self.map.abort_booking(now_ms=self.now_ms, booking_id=BookingId(booking), user_id=UserId(user), held=held)
        )

    def free(self, owner: str, names: str) -> Written:
        return self._noted(self.map.free_seats(now_ms=self.now_ms, owner_id=owner, seat_ids=seats(names)))

    def block(self, block: str, names: str) -> BlockOutcome:
        return self._noted(self.map.set_blocked(now_ms=self.now_ms, block_id=BlockId(block), seat_ids=seats(names)))

    def sweep(self, *, seats_max: int = 500) -> Written:
        return self._noted(self.map.sweep_expired(now_ms=self.now_ms, seats_max=seats_max))

    def held_now(self, user: str) -> dict[str, str]:
        """The user's seats now, each with its hold."""
        return {it.seat_id: it.hold_id for it in self.map.user_seats(now_ms=self.now_ms, user_id=UserId(user))}

    def states(self, names: str) -> str:
        """One character a seat."""
        return "".join(self.map.state_of(seat_id) for seat_id in seats(names))

    def _noted(self, outcome: Outcome) -> Outcome:
        self.entries += getattr(outcome, "entries", ())
        return outcome
