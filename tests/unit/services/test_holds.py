"""Holding seats: what people may ask for, what they are told, and what a lost answer leaves behind."""

import asyncio

import msgspec
import pytest

from frontrow.domain.booking import IdempotencyKey
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.event import SaleStatus
from frontrow.domain.hold import (
    HoldGone,
    HoldNotFound,
    HoldReleased,
    KeyReused,
    OrphanSeats,
    SeatLimitReached,
    SeatRefusal,
    SeatsBusy,
    SeatsUnavailable,
    Unavailable,
)
from frontrow.domain.ids import EventId, HoldId, SeatId, event_number_of
from frontrow.domain.selection import EmptySelection, TableOnlyWhole, UnknownSeats
from frontrow.services.event_news import EVENT_FRESH_MS
from frontrow.services.outcomes import (
    EventNotOnSale,
    HoldRequest,
    HoldRules,
    HoldShown,
    NotFound,
    RoleMissing,
)
from tests.support.fake_clock import FakeClock
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.faults import ProcessDied
from tests.support.house import EVENT, OTHER_EVENT, STANDARD_MINOR, VIP_MINOR, House, key, seats, tables, user

ANN, BOB, ADMIN = user("ann"), user("bob"), user("root", "admin")
MINUTE_MS = 60_000


async def shown(house: House, request: HoldRequest, with_key: IdempotencyKey | None = None) -> HoldShown:
    answer = await house.holds.hold(ANN, EVENT, request, with_key)
    assert isinstance(answer, HoldShown), answer
    return answer


async def test_a_hold_names_its_seats_its_end_and_what_it_costs(house: House, clock: FakeClock) -> None:
    hold = await shown(house, HoldRequest(seat_ids=seats("A1 B1"), table_ids=tables("R")))
    assert hold.seat_ids == seats("A1 B1 R1 R2 R3 R4")
    assert hold.table_ids == tables("R")
    assert hold.total_minor == STANDARD_MINOR + 5 * VIP_MINOR
    assert hold.currency == "USD"
    assert hold.expires_at_ms == clock.now_ms() + 10 * MINUTE_MS
    assert not hold.replayed


async def test_a_holds_id_says_which_event_it_belongs_to(house: House) -> None:
    here, there = await house.held(ANN, "A1"), await house.held(ANN, "A1", event_id=OTHER_EVENT)
    assert (event_number_of(here), event_number_of(there)) == (1, 2)


async def test_a_hold_lasts_as_long_as_was_asked_for(house: House, clock: FakeClock) -> None:
    hold = await shown(house, HoldRequest(seat_ids=seats("A1"), duration_ms=120 * MINUTE_MS))
    assert hold.expires_at_ms == clock.now_ms() + 120 * MINUTE_MS


@pytest.mark.parametrize("duration_ms", [0, MINUTE_MS - 1, 120 * MINUTE_MS + 1, -5])
def test_no_hold_can_be_asked_for_less_than_a_minute_or_more_than_two_hours(duration_ms: int) -> None:
    with pytest.raises(ValueError, match=str(duration_ms)):
        HoldRequest(seat_ids=seats("A1"), duration_ms=duration_ms)


async def test_every_seat_that_cannot_be_had_is_named_and_nothing_is_held(house: House) -> None:
    await house.held(BOB, "A2 A4")
    answer = await house.hold(ANN, "A1 A2 A3 A4")
    assert isinstance(answer, SeatsUnavailable)
    assert [refusal.seat_id for refusal in answer.refusals] == list(seats("A2 A4"))
    assert await house.holds.my_holds(ANN) == []


async def test_seats_of_another_event_are_unknown(house: House) -> None:
    answer = await house.hold(ANN, "A1 X9")
    assert answer == UnknownSeats(seat_ids=seats("X9"), table_ids=())


async def test_an_unknown_event_is_not_found(house: House) -> None:
    assert await house.hold(ANN, "A1", event_id=EventId("nowhere")) == NotFound()
    assert await house.holds.extend(ANN, EventId("nowhere"), HoldId("1-x")) == NotFound()
    assert await house.holds.release(ANN, EventId("nowhere"), HoldId("1-x")) == NotFound()
    assert await house.holds.release_any(ADMIN, EventId("nowhere"), HoldId("1-x")) == NotFound()
    assert isinstance(await house.holds.hold_of(ANN, EventId("nowhere"), HoldId("1-x")), HoldNotFound)


async def test_nothing_is_held_or_extended_when_the_event_is_not_on_sale_but_it_is_released(
    house: House, clock: FakeClock
) -> None:
    clock.advance(20 * 24 * 60 * MINUTE_MS - MINUTE_MS)
    hold_id = await house.held(ANN, "A1")
    clock.advance(2 * MINUTE_MS)
    assert await house.hold(ANN, "A2") == EventNotOnSale(SaleStatus.CLOSED)
    assert await house.hold(ADMIN, "A2") == EventNotOnSale(SaleStatus.CLOSED)
    assert await house.holds.extend(ANN, EVENT, hold_id) == EventNotOnSale(SaleStatus.CLOSED)
    assert isinstance(await house.holds.release(ANN, EVENT, hold_id), HoldReleased)


async def test_a_user_may_hold_so_many_seats_at_once_and_admins_more(
    store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock
) -> None:
    house = House(store, ledger, clock, sleep=clock.sleep, rules=HoldRules(seats_per_user_max=2))
    await house.open()
    await house.held(ANN, "A1 A2")
    answer = await house.hold(ANN, "A3")
    assert isinstance(answer, SeatLimitReached)
    assert (answer.held_count, answer.seats_max) == (2, 2)
    await house.held(ADMIN, "B1 B2 B3")


async def test_only_admins_hold_for_the_house(house: House) -> None:
    request = HoldRequest(seat_ids=seats("A1"), reason="maintenance")
    assert await house.holds.hold(ANN, EVENT, request) == RoleMissing("admin")
    assert isinstance(await house.holds.hold(ADMIN, EVENT, request), HoldShown)
    paying = HoldRequest(seat_ids=seats("A2"), reason="payment_processing")
    assert isinstance(await house.holds.hold(ANN, EVENT, paying), HoldShown)


async def test_own_seats_move_to_the_newer_hold_and_the_older_one_says_so(house: House) -> None:
    older = await house.held(ANN, "A1 A2")
    newer = await house.held(ANN, "A2 A3")
    first = await house.holds.hold_of(ANN, EVENT, older)
    assert isinstance(first, HoldShown)
    assert (first.seat_ids, first.moved_seat_ids, first.total_minor) == (seats("A1"), seats("A2"), STANDARD_MINOR)
    second = await house.holds.hold_of(ANN, EVENT, newer)
    assert isinstance(second, HoldShown)
    assert (second.seat_ids, second.moved_seat_ids) == (seats("A2 A3"), ())


async def test_a_hold_that_lost_a_seat_of_a_table_no_longer_shows_the_table(house: House) -> None:
    table = await shown(house, HoldRequest(table_ids=tables("R")))
    await house.held(ANN, "R1")
    now = await house.holds.hold_of(ANN, EVENT, table.hold_id)
    assert isinstance(now, HoldShown)
    assert (now.table_ids, now.seat_ids) == ((), seats("R2 R3 R4"))


async def test_seats_added_to_a_hold_count_in_its_total_and_run_out_with_it(house: House, clock: FakeClock) -> None:
    first = await shown(house, HoldRequest(seat_ids=seats("A1")))
    clock.advance(MINUTE_MS)
    more = await shown(house, HoldRequest(seat_ids=seats("B1"), hold_id=first.hold_id))
    assert more.hold_id == first.hold_id
    assert more.seat_ids == seats("A1 B1")
    assert more.total_minor == STANDARD_MINOR + VIP_MINOR
    assert more.expires_at_ms == first.expires_at_ms


async def test_adding_with_a_longer_duration_extends_the_whole_hold(house: House, clock: FakeClock) -> None:
    first = await shown(house, HoldRequest(seat_ids=seats("A1")))
    request = HoldRequest(seat_ids=seats("B1"), hold_id=first.hold_id, duration_ms=30 * MINUTE_MS)
    more = await shown(house, request)
    assert more.expires_at_ms == clock.now_ms() + 30 * MINUTE_MS
    assert house.ears.expiries[-1] == more.expires_at_ms
    shorter = HoldRequest(seat_ids=seats("B2"), hold_id=first.hold_id, duration_ms=5 * MINUTE_MS)
    assert (await shown(house, shorter)).expires_at_ms == more.expires_at_ms


async def test_adding_seats_one_has_already_still_extends(house: House, clock: FakeClock) -> None:
    first = await shown(house, HoldRequest(seat_ids=seats("A1")))
    same = await shown(house, HoldRequest(seats("A1"), hold_id=first.hold_id, duration_ms=30 * MINUTE_MS))
    assert same.expires_at_ms == clock.now_ms() + 30 * MINUTE_MS
    assert not same.replayed


@pytest.mark.parametrize("hold_id", ["2-AAAAAAAAAAAAAAAAAAAAAA", "1-AAAAAAAAAAAAAAAAAAAAAA", "no id"])
async def test_nothing_is_added_to_a_hold_that_is_not_there(house: House, hold_id: str) -> None:
    answer = await house.holds.hold(ANN, EVENT, HoldRequest(seats("A1"), hold_id=HoldId(hold_id)))
    assert isinstance(answer, HoldNotFound)


async def test_nobody_adds_to_a_foreign_hold(house: House) -> None:
    theirs = await house.held(BOB, "A1")
    assert isinstance(await house.holds.hold(ANN, EVENT, HoldRequest(seats("A2"), hold_id=theirs)), HoldNotFound)


async def test_a_hold_that_runs_out_while_it_is_extended_is_not_found(house: House, clock: FakeClock) -> None:
    first = await shown(house, HoldRequest(seats("A1"), duration_ms=MINUTE_MS))
    house.store_faults.after("acquire", lambda: clock.advance(2 * MINUTE_MS))
    request = HoldRequest(seats("A2"), hold_id=first.hold_id, duration_ms=30 * MINUTE_MS)
    assert isinstance(await house.holds.hold(ANN, EVENT, request), HoldNotFound)


async def test_the_same_key_and_body_is_the_same_hold_its_expiry_unchanged(house: House, clock: FakeClock) -> None:
    first = await shown(house, HoldRequest(seats("A1 A2")), key("k", ANN))
    clock.advance(MINUTE_MS)
    again = await shown(house, HoldRequest(seats("A1 A2")), key("k", ANN))
    assert again.replayed
    assert (again.hold_id, again.expires_at_ms, again.seat_ids) == (first.hold_id, first.expires_at_ms, first.seat_ids)


async def test_the_same_key_with_another_body_is_refused(house: House) -> None:
    await shown(house, HoldRequest(seats("A1")), key("k", ANN, "one body"))
    answer = await house.holds.hold(ANN, EVENT, HoldRequest(seats("A2")), key("k", ANN, "another body"))
    assert isinstance(answer, KeyReused)


async def test_a_key_whose_hold_is_gone_says_so(house: House) -> None:
    hold = await shown(house, HoldRequest(seats("A1")), key("k", ANN))
    await house.holds.release(ANN, EVENT, hold.hold_id)
    answer = await house.holds.hold(ANN, EVENT, HoldRequest(seats("A1")), key("k", ANN))
    assert isinstance(answer, HoldGone)
    assert answer.hold_id == hold.hold_id


async def test_keys_belong_to_one_user_and_route(house: House) -> None:
    await shown(house, HoldRequest(seats("A1")), key("k", ANN, "one"))
    await shown(house, HoldRequest(seats("A2")), key("k", ANN, "two", route="another route"))
    other = await house.holds.hold(BOB, EVENT, HoldRequest(seats("A3")), key("k", BOB, "three"))
    assert isinstance(other, HoldShown)


async def test_holds_of_every_event_are_listed_complete_soonest_end_first(house: House, clock: FakeClock) -> None:
    here = await house.held(ANN, "A1 A2")
    clock.advance(MINUTE_MS)
    there = await house.held(ANN, "B1", event_id=OTHER_EVENT)
    await house.held(BOB, "A3")
    assert [(it.event_id, it.hold_id, it.seat_ids) for it in await house.holds.my_holds(ANN)] == [
        (EVENT, here, seats("A1 A2")),
        (OTHER_EVENT, there, seats("B1")),
    ]


async def test_a_foreign_hold_is_as_absent_as_one_that_never_was_but_admins_see_it(house: House) -> None:
    hold_id = await house.held(ANN, "A1")
    assert isinstance(await house.holds.hold_of(BOB, EVENT, hold_id), HoldNotFound)
    assert isinstance(await house.holds.hold_of(ANN, OTHER_EVENT, hold_id), HoldNotFound)
    assert isinstance(await house.holds.hold_of(ADMIN, EVENT, hold_id), HoldShown)
    house.store_faults.calls.clear()
    assert isinstance(await house.holds.hold_of(ANN, EVENT, HoldId("no id, and {not} one key")), HoldNotFound)
    assert house.store_faults.calls == []
    assert isinstance(await house.holds.extend(BOB, EVENT, hold_id), HoldNotFound)
    assert isinstance(await house.holds.release(BOB, EVENT, hold_id), HoldNotFound)
    assert isinstance(await house.holds.hold_of(ANN, EVENT, hold_id), HoldShown)


async def test_an_extension_counts_from_now_and_never_passes_the_lifetime(house: House, clock: FakeClock) -> None:
    hold_id, made_at_ms = await house.held(ANN, "A1"), clock.now_ms()
    clock.advance(5 * MINUTE_MS)
    extended = await house.holds.extend(ANN, EVENT, hold_id)
    assert isinstance(extended, HoldShown)
    assert extended.expires_at_ms == clock.now_ms() + 10 * MINUTE_MS
    longest = await house.holds.extend(ANN, EVENT, hold_id, 120 * MINUTE_MS)
    assert isinstance(longest, HoldShown)
    assert longest.expires_at_ms == made_at_ms + 120 * MINUTE_MS
    assert house.ears.expiries[-1] == longest.expires_at_ms


async def test_an_extension_out_of_bounds_is_a_fault_of_the_caller(house: House) -> None:
    with pytest.raises(ValueError, match="121"):
        await house.holds.extend(ANN, EVENT, HoldId("1-x"), 121 * MINUTE_MS + 121)


async def test_a_hold_of_another_event_is_neither_extended_nor_released_here(house: House) -> None:
    there = await house.held(ANN, "A1", event_id=OTHER_EVENT)
    assert isinstance(await house.holds.extend(ANN, EVENT, there), HoldNotFound)
    assert isinstance(await house.holds.release(ANN, EVENT, there), HoldNotFound)


async def test_some_seats_are_released_and_the_rest_stays(house: House) -> None:
    hold_id = await house.held(ANN, "A1 A2 A3")
    released = await house.holds.release(ANN, EVENT, hold_id, seats("A2 A2"))
    assert isinstance(released, HoldReleased)
    assert released.seat_ids == seats("A2")
    rest = await house.holds.hold_of(ANN, EVENT, hold_id)
    assert isinstance(rest, HoldShown)
    assert (rest.seat_ids, rest.moved_seat_ids) == (seats("A1 A3"), ())


async def test_releasing_names_seats_the_hold_does_not_have_and_releases_nothing(house: House) -> None:
    hold_id = await house.held(ANN, "A1")
    answer = await house.holds.release(ANN, EVENT, hold_id, seats("A1 A2 X9"))
    assert isinstance(answer, SeatsUnavailable)
    assert answer.refusals == (
        SeatRefusal(SeatId("A2"), Unavailable.NOT_YOURS),
        SeatRefusal(SeatId("X9"), Unavailable.NOT_YOURS),
    )
    assert await house.holds.release(ANN, EVENT, hold_id, ()) == EmptySelection()
    assert isinstance(await house.holds.hold_of(ANN, EVENT, hold_id), HoldShown)


async def test_a_whole_table_is_released_whole(house: House) -> None:
    hold = await shown(house, HoldRequest(seat_ids=seats("A1"), table_ids=tables("W")))
    answer = await house.holds.release(ANN, EVENT, hold.hold_id, seats("A1 W1"))
    assert answer == TableOnlyWhole(seat_ids=seats("W1"), table_ids=tables("W"))
    assert isinstance(await house.holds.release(ANN, EVENT, hold.hold_id, seats("W1 W2 W3 W4")), HoldReleased)


async def test_a_delayed_release_lets_the_hold_run_out_soon_and_an_extension_cancels_it(
    house: House, clock: FakeClock
) -> None:
    hold_id = await house.held(ANN, "A1")
    later = await house.holds.release(ANN, EVENT, hold_id, after_ms=15_000)
    assert isinstance(later, HoldReleased)
    assert later.expires_at_ms == clock.now_ms() + 15_000 == house.ears.expiries[-1]
    extended = await house.holds.extend(ANN, EVENT, hold_id)
    assert isinstance(extended, HoldShown)
    clock.advance(16_000)
    assert isinstance(await house.holds.hold_of(ANN, EVENT, hold_id), HoldShown)


async def test_admins_release_anyones_hold_and_nobody_else_does(house: House) -> None:
    hold_id = await house.held(ANN, "A1")
    assert await house.holds.release_any(BOB, EVENT, hold_id) == RoleMissing("admin")
    assert isinstance(await house.holds.release_any(ADMIN, EVENT, hold_id), HoldReleased)
    assert isinstance(await house.holds.release_any(ADMIN, EVENT, hold_id), HoldNotFound)


async def test_seats_being_booked_are_busy_and_cannot_be_released(house: House) -> None:
    hold_id = await house.held(ANN, "A1")
    house.ledger_faults.before("book", ProcessDied())
    with pytest.raises(ProcessDied):
        await house.book_hold(ANN, hold_id)
    assert isinstance(await house.holds.release(ANN, EVENT, hold_id), SeatsBusy)


async def test_this_process_hears_of_what_it_granted_and_when_that_runs_out(house: House) -> None:
    hold = await shown(house, HoldRequest(seats("A1")))
    assert [entry.change.seats for entry in house.ears.entries if entry.change.hold_id] == [seats("A1")]
    assert house.ears.expiries == [hold.expires_at_ms]
    assert house.activity.take() == EVENT  # loaded first, so compared at once


# Cold, unavailable and unknown


async def test_a_cold_event_is_loaded_before_the_first_grant(house: House, store: FakeHoldStore) -> None:
    booking = await house.sold(BOB, "A1")
    store.flush_all()
    answer = await house.hold(ANN, "A1 A2")
    assert isinstance(answer, SeatsUnavailable)
    assert answer.refusals == (SeatRefusal(SeatId("A1"), Unavailable.BOOKED),)
    assert store.maps[EVENT].sales[SeatId("A1")].owner_id == booking.booking_id


async def test_a_store_that_keeps_being_emptied_is_unavailable(house: House, store: FakeHoldStore) -> None:
    house.store_faults.after("warm", store.flush_all, times=20)
    with pytest.raises(StoreUnavailable, match="cold 3 times"):
        await house.hold(ANN, "A1")


async def test_a_cold_event_and_no_ledger_is_no_hold(house: House) -> None:
    await house.catalog.sale(EVENT)
    house.ledger_faults.take_down(LedgerUnavailable("no disk"))
    with pytest.raises(LedgerUnavailable):
        await house.hold(ANN, "A1")


async def test_holds_go_on_while_the_ledger_is_down(house: House) -> None:
    await house.held(BOB, "A9")
    house.ledger_faults.take_down(LedgerUnavailable("no disk"))
    await house.held(ANN, "A1")


async def test_an_acquire_whose_answer_is_lost_is_sent_again_under_the_same_hold_id(house: House) -> None:
    house.store_faults.after("acquire", StoreUnavailable("cut"))
    hold = await shown(house, HoldRequest(seats("A1")))
    assert not hold.replayed
    assert [it.hold_id for it in await house.holds.my_holds(ANN)] == [hold.hold_id]


async def test_an_acquire_of_unknown_outcome_without_a_key_is_released_by_its_hold_id(
    house: House, store: FakeHoldStore
) -> None:
    await house.held(BOB, "A9")
    house.store_faults.after("acquire", StoreUnavailable("cut"), times=2)
    with pytest.raises(StoreUnavailable):
        await house.hold(ANN, "A1 A2")
    await house.background.finished()
    assert await store.holders(EVENT, seats("A1 A2")) == {}
    assert [entry.change.seats for entry in house.ears.entries][-1] == seats("A1 A2")


async def test_an_unknown_acquire_is_looked_for_until_the_store_is_back(house: House, store: FakeHoldStore) -> None:
    await house.held(BOB, "A9")
    house.store_faults.after("acquire", StoreUnavailable("cut"), times=2)
    house.store_faults.before("release", StoreUnavailable("still away"), times=5)
    with pytest.raises(StoreUnavailable):
        await house.hold(ANN, "A1")
    await house.background.finished()
    assert await store.holders(EVENT, seats("A1")) == {}


async def test_an_acquire_still_on_its_way_when_it_is_first_looked_for_is_found_the_second_time(
    house: House, store: FakeHoldStore
) -> None:
    await house.held(BOB, "A9")
    late = HoldId("1-late")

    async def arrive() -> None:
        await store.acquire(
            EVENT,
            hold_id=late,
            user_id=ANN.user_id,
            seat_ids=seats("A1"),
            table_ids=(),
            table_of_seat={},
            ttl_ms=MINUTE_MS,
            lifetime_max_ms=MINUTE_MS,
            seats_per_user_max=None,
        )

    house.store_faults.after("release", arrive)
    house.orphans.add(EVENT, late, ANN.user_id)
    await house.background.finished()
    assert await store.holders(EVENT, seats("A1")) == {}
    assert await store.read(EVENT, late) is None
    assert house.store_faults.calls.count("release") == 2


async def test_an_unknown_acquire_is_given_up_when_the_store_stays_away(house: House, clock: FakeClock) -> None:
    await house.held(BOB, "A9")
    house.store_faults.take_down(StoreUnavailable("gone"))
    with pytest.raises(StoreUnavailable):
        await house.hold(ANN, "A1")
    await house.background.finished()
    assert clock.monotonic_ms() >= 30_000
    assert house.store_faults.calls.count("release") <= 62


async def test_an_acquire_with_a_key_of_unknown_outcome_is_the_same_hold_when_repeated(house: House) -> None:
    await house.held(BOB, "A9")
    house.store_faults.after("acquire", StoreUnavailable("cut"), times=2)
    with pytest.raises(StoreUnavailable):
        await house.holds.hold(ANN, EVENT, HoldRequest(seats("A1")), key("k", ANN))
    await house.background.finished()
    again = await shown(house, HoldRequest(seats("A1")), key("k", ANN))
    assert again.replayed
    assert [it.hold_id for it in await house.holds.my_holds(ANN)] == [again.hold_id]


async def test_adding_with_a_lost_answer_never_costs_the_hold(house: House) -> None:
    first = await shown(house, HoldRequest(seats("A1")))
    house.store_faults.after("acquire", StoreUnavailable("cut"), times=2)
    with pytest.raises(StoreUnavailable):
        await house.holds.hold(ANN, EVENT, HoldRequest(seats("A2"), hold_id=first.hold_id))
    await house.background.finished()
    now = await house.holds.hold_of(ANN, EVENT, first.hold_id)
    assert isinstance(now, HoldShown)
    assert SeatId("A1") in now.seat_ids


async def test_a_caller_that_goes_away_leaves_no_hold_behind(house: House, store: FakeHoldStore) -> None:
    await house.held(BOB, "A9")
    gone = asyncio.Event()

    async def never() -> None:
        gone.set()
        await asyncio.Event().wait()

    house.store_faults.after("acquire", never)
    asking = asyncio.create_task(house.hold(ANN, "A1"))
    await gone.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await house.background.finished()
    assert await store.holders(EVENT, seats("A1")) == {}


async def test_my_holds_are_shown_while_the_ledger_hangs(
    house: House, ledger: FakeLedger, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hangs(*_of: object, **_options: object) -> None:
        await asyncio.Event().wait()

    hold_id = await house.held(ANN, "A1")
    assert len(await house.holds.my_holds(ANN)) == 1
    for read in ("events", "event"):
        monkeypatch.setattr(ledger, read, hangs)
    clock.advance(EVENT_FRESH_MS + 1)
    async with asyncio.timeout(30):
        assert [it.hold_id for it in await house.holds.my_holds(ANN)] == [hold_id]


async def test_my_holds_are_shown_after_the_sale_ended_for_as_long_as_they_live(
    house: House, ledger: FakeLedger, clock: FakeClock
) -> None:
    hold = await house.holds.hold(ANN, EVENT, HoldRequest(seats("A1"), duration_ms=3_600_000))
    assert isinstance(hold, HoldShown)
    sale = await house.catalog.sale(EVENT)
    assert sale is not None
    closed = msgspec.structs.replace(sale.event, sales_end_ms=clock.now_ms() + 1_000)
    assert await ledger.update_event(closed, expected=sale.event)
    house.catalog.forget(EVENT)
    clock.advance(60_000)
    assert [it.hold_id for it in await house.holds.my_holds(ANN)] == [hold.hold_id]


@pytest.fixture
async def strict_house(store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock) -> House:
    made = House(store, ledger, clock, sleep=clock.sleep)
    await made.open(orphan_rule=True)
    return made


async def test_where_the_event_says_so_nobody_leaves_a_single_seat_behind(strict_house: House) -> None:
    for who in (ANN, ADMIN):
        answer = await strict_house.hold(who, "A2 A3")
        assert isinstance(answer, OrphanSeats)
        assert answer.seat_ids == seats("A1")
    await strict_house.held(ANN, "A1 A2")
    answer = await strict_house.hold(BOB, "A4")
    assert isinstance(answer, OrphanSeats)
    assert answer.seat_ids == seats("A3")


async def test_elsewhere_single_seats_may_be_left(house: House) -> None:
    await house.held(ANN, "A2 A3")
