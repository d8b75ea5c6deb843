"""The Lua scripts against the specification: one state machine drives both and compares every reply and all state.

The store runs on its own clock; each reply says what time its script read, and the specification is given that time.
Lifetimes of a few milliseconds make holds, marks and delays really run out between two steps.
`--hypothesis-seed=N` replays a run.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, NoReturn, TypeVar

import pytest
import redis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from frontrow.adapters.redis import keys
from frontrow.adapters.redis.client import connect
from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.domain.booking import LedgerSeat, SeatRowState
from frontrow.domain.changes import FeedEntry
from frontrow.domain.hold import BookingBegun, BookingFinished, HeldSeat, HoldAcquired, HoldGone, Written
from frontrow.domain.ids import BlockId, BookingId, EventId, HoldId, OrderId, SeatId, TableId, UserId
from frontrow.domain.seat_map import Sale, SeatMap
from frontrow.domain.seat_records import HoldRecord
from tests.support.valkey import ValkeyServer

EXAMPLES = 400
STEPS_PER_EXAMPLE = 80
STEPS_WANTED = 20_000
KEY_GONE_AFTER_MS = 5
"""A server removes keys by a clock it looks at now and then."""

EVENT = EventId("model")
SINGLES = [SeatId(f"A{number}") for number in range(1, 6)]
TABLES = {TableId("T1"): (SeatId("T1-1"), SeatId("T1-2")), TableId("T2"): (SeatId("T2-1"), SeatId("T2-2"))}
SEATS = [*SINGLES, *(seat_id for seat_ids in TABLES.values() for seat_id in seat_ids)]
USERS = [UserId("john1"), UserId("john12"), UserId("a:b%c")]
HOLDS = [HoldId(f"1-hold{number}") for number in range(4)]
BOOKINGS = [BookingId(f"1-booking{number}") for number in range(2)]
ORDER = OrderId("1-order")
LIFETIME_MS = 400
SEATS_MAX = 6

T = TypeVar("T")

users, holds, bookings = st.sampled_from(USERS), st.sampled_from(HOLDS), st.sampled_from(BOOKINGS)
some_seats = st.lists(st.sampled_from(SEATS), min_size=1, max_size=4, unique=True)
some_tables = st.lists(st.sampled_from(list(TABLES)), max_size=1)
ttls_ms = st.sampled_from([3, 60, 100_000, 100_000])


class _Outcomes:
    """How many steps were made over all examples, and which outcomes they met."""

    def __init__(self) -> None:
        self.steps = 0
        self.seen: set[str] = set()
        self.difference = ""
        """The first one found: time does not repeat itself, so what a second run says of it may be something else."""


class ScriptsAndSpecification(RuleBasedStateMachine):
    """Every operation of ports.HoldStore, asked of the scripts and then of the specification at the scripts' time."""

    def __init__(self, server: ValkeyServer, outcomes: _Outcomes) -> None:
        super().__init__()
        self.outcomes = outcomes
        self.runner = asyncio.Runner()
        self.client = connect(server.url)
        self.store = ValkeyHoldStore(self.client)
        self.raw = redis.Redis(unix_socket_path=str(server.socket), decode_responses=True)
        self.raw.flushall()
        self.specification = SeatMap()
        self.begun: dict[BookingId, tuple[UserId, tuple[HeldSeat, ...]]] = {}

    def teardown(self) -> None:
        self.runner.run(self.client.close())
        self.runner.close()
        self.raw.close()

    def ask(self, call: Coroutine[Any, Any, T]) -> T:
        self.outcomes.steps += 1
        outcome = self.runner.run(call)
        self.outcomes.seen.add(type(outcome).__name__)
        return outcome

    def compare(self, scripts: Any, specification: Any) -> None:
        """Both said the same, and appended the same changes; how those are cut into entries is the scripts' own."""
        if type(scripts) is not type(specification):
            self.differ("another outcome", scripts, specification)
        for field in scripts.__struct_fields__:
            said, expected = getattr(scripts, field), getattr(specification, field)
            if field == "entries":
                said, expected = _effects(said), _effects(expected)
            elif field in {"seat_ids", "held", "skipped", "broken", "table_ids", "refusals"}:
                said, expected = sorted(said, key=repr), sorted(expected, key=repr)
            if said != expected:
                self.differ(field, scripts, specification)

    def differ(self, what: str, scripts: object, specification: object) -> NoReturn:
        difference = f"{what}: the scripts said {scripts}, the specification {specification}"
        self.outcomes.difference = self.outcomes.difference or difference
        raise AssertionError(difference)

    @initialize(sold=st.sets(st.sampled_from(SINGLES), max_size=1))
    def start_warm(self, sold: set[SeatId]) -> None:
        self.warm(sold)

    @rule(sold=st.sets(st.sampled_from(SEATS), max_size=2))
    def warm(self, sold: set[SeatId]) -> None:
        rows = [LedgerSeat(seat_id, SeatRowState.BOOKED, BOOKINGS[0]) for seat_id in sorted(sold)]
        scripts = self.ask(self.store.warm(EVENT, rows))
        epoch = self.raw.get(keys.event_epoch(EVENT))
        assert isinstance(epoch, str)
        self.compare(scripts, self.specification.warm(now_ms=scripts.now_ms, seats=rows, epoch=epoch))

    @rule(lost=st.sampled_from(["nothing"] * 10 + ["epoch", "everything"]))
    def data_are_lost(self, lost: str) -> None:
        if lost == "epoch":
            self.raw.delete(keys.event_epoch(EVENT))
            self.specification.lose_epoch()
        if lost == "everything":
            self.raw.flushall()
            self.specification = SeatMap()

    @rule(
        user_id=users,
        hold_id=holds,
        seat_ids=some_seats,
        table_ids=some_tables,
        ttl_ms=ttls_ms,
        capped=st.booleans(),
        adds=st.booleans(),
        key=st.sampled_from([None, None, "key1", "key2"]),
        fingerprint=st.sampled_from(["same", "same", "other"]),
    )
    def hold(  # noqa: PLR0917  # hypothesis passes them by name
        self,
        user_id: UserId,
        hold_id: HoldId,
        seat_ids: list[SeatId],
        table_ids: list[TableId],
        ttl_ms: int,
        capped: bool,
        adds: bool,
        key: str | None,
        fingerprint: str,
    ) -> None:
        self.acquire(user_id, hold_id, seat_ids, table_ids, ttl_ms, capped, adds, key, fingerprint)

    def acquire(  # noqa: PLR0917
        self,
        user_id: UserId,
        hold_id: HoldId,
        seat_ids: list[SeatId],
        table_ids: list[TableId],
        ttl_ms: int,
        capped: bool,
        adds: bool,
        key: str | None,
        fingerprint: str,
    ) -> None:
        table_of_seat = {seat_id: table_id for table_id in table_ids for seat_id in TABLES[table_id]}
        asked: dict[str, Any] = {
            "hold_id": hold_id,
            "user_id": user_id,
            "seat_ids": list(dict.fromkeys([*seat_ids, *table_of_seat])),
            "table_ids": table_ids,
            "table_of_seat": table_of_seat,
            "ttl_ms": ttl_ms,
            "lifetime_max_ms": LIFETIME_MS,
            "seats_per_user_max": SEATS_MAX if capped else None,
            "adds": adds,
            "answer_key": None if key is None else f"{key}-{USERS.index(user_id)}",
            "fingerprint": fingerprint if key is not None else "",
        }
        scripts = self.ask(self.store.acquire(EVENT, **asked))
        specification = self.specification.acquire(now_ms=scripts.now_ms, **asked)
        if isinstance(scripts, HoldGone) and isinstance(specification, HoldAcquired):
            # The answer was read after the script: the hold ran out in between.
            assert scripts.now_ms < specification.expires_at_ms <= self.now_ms()
            return
        self.compare(scripts, specification)

    @rule(user_id=users, hold_id=holds, ttl_ms=ttls_ms)
    def extend(self, user_id: UserId, hold_id: HoldId, ttl_ms: int) -> None:
        asked: dict[str, Any] = {"user_id": user_id, "ttl_ms": ttl_ms, "lifetime_max_ms": LIFETIME_MS}
        scripts = self.ask(self.store.extend(EVENT, hold_id=hold_id, **asked))
        self.compare(scripts, self.specification.extend(now_ms=scripts.now_ms, hold_id=hold_id, **asked))

    @rule(user_id=users, seat_ids=some_seats, ttl_ms=ttls_ms)
    def extend_seats(self, user_id: UserId, seat_ids: list[SeatId], ttl_ms: int) -> None:
        asked: dict[str, Any] = {"user_id": user_id, "ttl_ms": ttl_ms, "lifetime_max_ms": LIFETIME_MS}
        scripts = self.ask(self.store.extend_seats(EVENT, seat_ids=seat_ids, **asked))
        self.compare(scripts, self.specification.extend_seats(now_ms=scripts.now_ms, seat_ids=seat_ids, **asked))

    @rule(user_id=users, hold_id=holds, seat_ids=st.none() | some_seats, after_ms=st.sampled_from([0, 0, 10]))
    def release(self, user_id: UserId, hold_id: HoldId, seat_ids: list[SeatId] | None, after_ms: int) -> None:
        asked: dict[str, Any] = {"hold_id": hold_id, "user_id": user_id, "seat_ids": seat_ids, "after_ms": after_ms}
        scripts = self.ask(self.store.release(EVENT, **asked))
        self.compare(scripts, self.specification.release(now_ms=scripts.now_ms, **asked))

    @rule(user_id=users, seat_ids=some_seats)
    def release_seats(self, user_id: UserId, seat_ids: list[SeatId]) -> None:
        scripts = self.ask(self.store.release_seats(EVENT, user_id=user_id, seat_ids=seat_ids))
        specification = self.specification.release_seats(now_ms=scripts.now_ms, user_id=user_id, seat_ids=seat_ids)
        self.compare(scripts, specification)

    @rule(booking_id=bookings, user_id=users, hold_id=holds, guard_ms=st.sampled_from([5, 40, 100_000]))
    def begin_booking_of_a_hold(self, booking_id: BookingId, user_id: UserId, hold_id: HoldId, guard_ms: int) -> None:
        self.begin_booking(booking_id, user_id, hold_id, None, guard_ms)

    @rule(booking_id=bookings, user_id=users, seat_ids=some_seats, guard_ms=st.sampled_from([5, 40, 100_000]))
    def begin_booking_of_seats(
        self, booking_id: BookingId, user_id: UserId, seat_ids: list[SeatId], guard_ms: int
    ) -> None:
        self.begin_booking(booking_id, user_id, None, seat_ids, guard_ms)

    @rule(user_id=users, kept=holds, newer=holds, seat_ids=some_seats, booking_id=bookings, is_moved=st.booleans())
    def hold_and_book(  # noqa: PLR0917  # hypothesis passes them by name
        self,
        user_id: UserId,
        kept: HoldId,
        newer: HoldId,
        seat_ids: list[SeatId],
        booking_id: BookingId,
        is_moved: bool,
    ) -> None:
        """What people do most, which chance alone seldom does: hold, perhaps move a seat, book, and ask again."""
        self.acquire(user_id, kept, seat_ids, [], 100_000, False, False, None, "")
        if is_moved:
            self.acquire(user_id, newer, seat_ids[:1], [], 100_000, False, False, None, "")
        self.begin_booking(booking_id, user_id, kept, None, 100_000)
        self.begin_booking(booking_id, user_id, None, seat_ids, 100_000)

    def begin_booking(
        self,
        booking_id: BookingId,
        user_id: UserId,
        hold_id: HoldId | None,
        seat_ids: list[SeatId] | None,
        guard_ms: int,
    ) -> None:
        asked: dict[str, Any] = {"booking_id": booking_id, "user_id": user_id, "hold_id": hold_id}
        asked |= {"seat_ids": seat_ids, "guard_ms": guard_ms}
        scripts = self.ask(self.store.begin_booking(EVENT, **asked))
        self.compare(scripts, self.specification.begin_booking(now_ms=scripts.now_ms, **asked))
        if isinstance(scripts, BookingBegun):
            self.begun[booking_id] = (user_id, scripts.held)

    @rule(booking_id=bookings, state=st.sampled_from([SeatRowState.BOOKED, SeatRowState.CLAIMED]), claim=st.booleans())
    def finish_booking(self, booking_id: BookingId, state: SeatRowState, claim: bool) -> None:
        user_id, held = self.begun.get(booking_id, (USERS[0], ()))
        asked: dict[str, Any] = {
            "booking_id": booking_id,
            "state": state,
            "owner_id": ORDER if state is SeatRowState.CLAIMED else booking_id,
            "user_id": user_id,
            "seat_ids": [pair.seat_id for pair in held] or [SINGLES[0]],
            "held": held,
            "replaces_claim": ORDER if claim else None,
        }
        scripts: BookingFinished = self.ask(self.store.finish_booking(EVENT, **asked))
        self.compare(scripts, self.specification.finish_booking(now_ms=scripts.now_ms, **asked))

    @rule(booking_id=bookings)
    def abort_booking(self, booking_id: BookingId) -> None:
        if booking_id not in self.begun:
            return
        user_id, held = self.begun[booking_id]
        asked: dict[str, Any] = {"booking_id": booking_id, "user_id": user_id, "held": held}
        scripts: Written = self.ask(self.store.abort_booking(EVENT, **asked))
        self.compare(scripts, self.specification.abort_booking(now_ms=scripts.now_ms, **asked))

    @rule(owner_id=st.sampled_from([*BOOKINGS, ORDER, "1-block"]), seat_ids=some_seats)
    def free_seats(self, owner_id: str, seat_ids: list[SeatId]) -> None:
        scripts = self.ask(self.store.free_seats(EVENT, owner_id=owner_id, seat_ids=seat_ids))
        specification = self.specification.free_seats(now_ms=scripts.now_ms, owner_id=owner_id, seat_ids=seat_ids)
        self.compare(scripts, specification)

    @rule(seat_ids=some_seats)
    def set_blocked(self, seat_ids: list[SeatId]) -> None:
        asked: dict[str, Any] = {"block_id": BlockId("1-block"), "seat_ids": seat_ids}
        scripts = self.ask(self.store.set_blocked(EVENT, **asked))
        self.compare(scripts, self.specification.set_blocked(now_ms=scripts.now_ms, **asked))

    @rule(seats_max=st.sampled_from([1, 2, 500]))
    def sweep_expired(self, seats_max: int) -> None:
        scripts = self.ask(self.store.sweep_expired(EVENT, seats_max=seats_max))
        self.compare(scripts, self.specification.sweep_expired(now_ms=scripts.now_ms, seats_max=seats_max))

    @rule(ms=st.sampled_from([1, 5, 20]))
    def time_passes(self, ms: int) -> None:
        until_ms = self.now_ms() + ms
        while self.now_ms() < until_ms:
            pass

    def now_ms(self) -> int:
        seconds, microseconds = self.raw.time()
        return int(seconds) * 1_000 + int(microseconds) // 1_000

    @invariant()
    def the_whole_state_is_the_same(self) -> None:
        with self.raw.pipeline(transaction=True) as read:
            read.time()
            read.zrange(keys.held_seats(EVENT), 0, -1, withscores=True)
            read.hgetall(keys.sold_seats(EVENT))
            read.hgetall(keys.booking_marks(EVENT))
            for seat_id in SEATS:
                read.get(keys.seat_lock(EVENT, seat_id))
            for hold_id in HOLDS:
                read.hgetall(keys.hold(EVENT, hold_id))
            for user_id in USERS:
                read.zrange(keys.user_seats(EVENT, keys.encoded_user(user_id)), 0, -1, withscores=True)
            (seconds, microseconds), held, sold, marks, *rest = read.execute()
        now_ms = int(seconds) * 1_000 + int(microseconds) // 1_000
        locks, rest = rest[: len(SEATS)], rest[len(SEATS) :]
        records, user_seats = rest[: len(HOLDS)], rest[len(HOLDS) :]
        spec = self.specification
        is_held = {seat for seat, at in held if at > now_ms}
        self.same("held_seats", {seat: int(at) for seat, at in held}, dict(spec.held))
        self.same("sold_seats", sold, {seat: _sold_as(sale) for seat, sale in spec.sales.items()})
        self.same("booking_marks", _live(marks, now_ms), _live(_marks_of(spec), now_ms))
        self.same(
            "seat_lock",
            {seat: lock for seat, lock in zip(SEATS, locks, strict=True) if seat in is_held},
            {seat: _locked_as(spec, seat) for seat in is_held},
        )
        for hold_id, record in zip(HOLDS, records, strict=True):
            expected = spec._records.get(hold_id)
            if expected is None or expected.kept_until_ms + KEY_GONE_AFTER_MS <= now_ms:
                self.same(hold_id, record, {})
            elif expected.kept_until_ms > now_ms:
                self.same(hold_id, record, _recorded_as(expected))
        for user_id, capped in zip(USERS, user_seats, strict=True):
            self.same(
                "user_seats",
                {seat: int(at) for seat, at in capped if at > now_ms},
                {seat: at for seat, at in spec._user_seats.get(user_id, {}).items() if at > now_ms},
            )

    def same(self, what: str, scripts: object, specification: object) -> None:
        if scripts != specification:
            self.differ(what, scripts, specification)


def _effects(entries: Sequence[FeedEntry]) -> dict[SeatId, tuple[str, int, str | None]]:
    """What entries made of each seat."""
    return {
        seat_id: (entry.change.kind, entry.change.expires_at_ms, entry.change.owner_id)
        for entry in entries
        for seat_id in entry.change.seats
    }


def _sold_as(sale: Sale) -> str:
    return f"{sale.state}:{sale.owner_id}"


def _marks_of(spec: SeatMap) -> dict[str, str]:
    return {seat: f"{mark.booking_id}:{mark.deadline_ms}" for seat, mark in spec._marks.items()}


def _recorded_as(record: HoldRecord) -> dict[str, str]:
    return {
        "user": keys.encoded_user(record.user_id),
        "seats": ",".join(record.seat_ids),
        "tables": ",".join(record.table_ids),
        "first_locked_at_ms": str(record.first_locked_at_ms),
        "expires_at_ms": str(record.expires_at_ms),
    }


def _live(marks: dict[str, str], now_ms: int) -> dict[str, str]:
    return {seat: mark for seat, mark in marks.items() if int(mark.rpartition(":")[2]) > now_ms}


def _locked_as(spec: SeatMap, seat_id: str) -> str:
    lock = spec._locks[SeatId(seat_id)]
    table = f":table:{lock.table_id}" if lock.table_id else ""
    return f"{keys.encoded_user(lock.user_id)}:{lock.hold_id}:{lock.locked_at_ms}{table}"


@pytest.mark.timeout(900)
def test_the_scripts_do_what_the_specification_says(valkey: ValkeyServer) -> None:
    outcomes = _Outcomes()

    class OnThisServer(ScriptsAndSpecification):
        def __init__(self) -> None:
            super().__init__(valkey, outcomes)

    try:
        run_state_machine_as_test(
            OnThisServer,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS_PER_EXAMPLE,
                deadline=None,
                database=None,
                phases=[Phase.generate],  # time does not repeat itself, so nothing can be shrunk
                suppress_health_check=list(HealthCheck),
            ),
        )
    except BaseException:
        print(outcomes.difference)
        raise
    print(f"{outcomes.steps} steps; outcomes met: {', '.join(sorted(outcomes.seen))}")
    assert outcomes.steps >= STEPS_WANTED
    assert outcomes.seen >= {
        *("HoldAcquired", "SeatsUnavailable", "SeatsBusy", "SeatLimitReached", "HoldNotFound", "KeyReused", "HoldGone"),
        *("Cold", "HoldExtended", "HoldReleased", "BookingBegun", "BookingRunning", "HoldNotComplete"),
        *("BookingFinished", "Written"),
    }
