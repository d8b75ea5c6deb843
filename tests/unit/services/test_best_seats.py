"""Holding the best seats: what is chosen, what is refused, and what happens when others are faster."""

import asyncio
import random
import threading
from typing import Any

import pytest

from frontrow.domain.hold import AcquireOutcome, HoldGone, KeyReused, SeatLimitReached
from frontrow.domain.ids import CategoryId, EventId, SeatId, SectionId
from frontrow.domain.layout import Layout
from frontrow.domain.picking import Pick, pick, suggest
from frontrow.domain.selection import UnknownSeats
from frontrow.services import picking
from frontrow.services.best_seats import BestAnswer, BestSeats, NoSuchPlace, NothingSuitable
from frontrow.services.live_view import LiveView
from frontrow.services.outcomes import EventNotOnSale, HoldRequest, HoldRules, HoldShown, NotFound
from frontrow.services.picking import (
    SEARCHES_RACED_MAX,
    SUGGESTIONS_WAITING_MAX,
    Attempt,
    BestAvailable,
    SeatPicking,
    StoreNews,
)
from frontrow.services.search_turns import SearchesBusy
from tests.support.fake_clock import FakeClock
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.house import EVENT, House, key, seats, user
from tests.support.seat_plans import plan

ANN, BOB = user("ann"), user("bob")
MINUTE_MS = 60_000


class ViewsOfStore:
    """Views as of now; once `frozen`, as of then."""

    def __init__(self, house: House, store: FakeHoldStore) -> None:
        self._house = house
        self._store = store
        self._kept: LiveView | None = None

    async def view(self, event_id: EventId) -> LiveView:
        if self._kept is not None:
            return self._kept
        sale = await self._house.catalog.sale(event_id)
        if sale is None:
            raise LookupError(event_id)
        return LiveView(self._store.maps[event_id].snapshot(self._house.clock.now_ms()), sale.layout)

    async def freeze(self) -> None:
        self._kept = await self.view(EVENT)


class Office:
    """A house with picking: `best` asks for seats as people do."""

    def __init__(self, house: House, store: FakeHoldStore, seed: int = 7) -> None:
        self.house = house
        self.store = store
        self.views = ViewsOfStore(house, store)
        self.picking = SeatPicking(catalog=house.catalog, live=self.views, dice=random.Random(seed))
        self.best_seats = BestSeats(holds=house.holds, picking=self.picking, catalog=house.catalog, clock=house.clock)

    async def best(self, name: str, count: int, with_key: str | None = None, **wish: object) -> BestAnswer:
        who = user(name)
        return await self.best_seats.hold(
            who,
            EVENT,
            BestAvailable(count, **wish),  # type: ignore[arg-type]
            HoldRequest(),
            None if with_key is None else key(with_key, who, body=f"{count} {wish}"),
        )

    async def held(self, name: str, count: int, with_key: str | None = None) -> HoldShown:
        answer = await self.best(name, count, with_key)
        assert isinstance(answer, HoldShown), answer
        return answer

    async def suggested(self, names: str, *asked: int) -> tuple[tuple[SeatId, ...], ...]:
        found = await self.picking.suggestions(EVENT, seats(names), *asked)
        assert isinstance(found, tuple), found
        return found

    def held_count(self) -> int:
        return len(self.store.maps[EVENT].snapshot(self.house.clock.now_ms()).held)


async def office_of(
    store: FakeHoldStore,
    ledger: FakeLedger,
    clock: FakeClock,
    layout: Layout,
    *,
    orphan_rule: bool = False,
    rules: HoldRules | None = None,
) -> Office:
    house = House(store, ledger, clock, sleep=clock.sleep, rules=rules)
    await house.open(layout, orphan_rule=orphan_rule)
    return Office(house, store)


@pytest.fixture
async def office(store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock) -> Office:
    return await office_of(store, ledger, clock, plan(["xxxxxx", "xxxxxx"]))


async def test_the_best_seats_there_are_are_held_together(office: Office) -> None:
    first, second = await office.held("ann", 3), await office.held("bob", 3)
    assert first.seat_ids == seats("A4 A5 A6")
    assert second.seat_ids == seats("B4 B5 B6")


async def test_the_hold_lasts_and_adds_as_any_other(office: Office, clock: FakeClock) -> None:
    first = await office.held("ann", 2)
    request = HoldRequest(hold_id=first.hold_id, duration_ms=20 * MINUTE_MS)
    answer = await office.best_seats.hold(ANN, EVENT, BestAvailable(2), request)
    assert isinstance(answer, HoldShown)
    assert answer.hold_id == first.hold_id
    assert len(answer.seat_ids) == 4
    assert answer.expires_at_ms == clock.now_ms() + 20 * MINUTE_MS


async def test_only_seats_of_the_category_asked_for_are_held(
    store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock
) -> None:
    office = await office_of(store, ledger, clock, plan(["xxxxxx", "vvxxxx"]))
    answer = await office.best("ann", 2, category_id=CategoryId("vip"))
    assert isinstance(answer, HoldShown)
    assert answer.seat_ids == seats("B1 B2")
    assert await office.best("bob", 1, category_id=CategoryId("vip")) == NothingSuitable(1, was_raced=False)


async def test_where_not_enough_such_seats_are_free_nothing_is_held(office: Office) -> None:
    await office.house.held(BOB, "A1 A2 A3 A4 A5")
    assert await office.best("ann", 8) == NothingSuitable(8, was_raced=False)
    assert office.held_count() == 5


async def test_what_the_layout_does_not_have_is_refused(office: Office) -> None:
    assert await office.best("ann", 1, category_id=CategoryId("gold")) == NoSuchPlace(CategoryId("gold"), None)
    assert await office.best("ann", 1, section_id=SectionId("pit")) == NoSuchPlace(None, SectionId("pit"))


async def test_there_must_be_such_an_event_and_it_must_be_on_sale(office: Office, clock: FakeClock) -> None:
    nowhere = await office.best_seats.hold(ANN, EventId("nowhere"), BestAvailable(1), HoldRequest())
    assert nowhere == NotFound()
    clock.advance(25 * 86_400_000)
    assert isinstance(await office.best("ann", 1), EventNotOnSale)


async def test_a_table_booked_whole_is_held_as_a_table(house: House, store: FakeHoldStore) -> None:
    office = Office(house, store)
    await house.held(BOB, "B1 B2 B3 B4 B5 B6 B7 B8 B9 B10 R1 R2 R3 R4")
    answer = await office.best("ann", 4, category_id=CategoryId("vip"))
    assert isinstance(answer, HoldShown)
    assert answer.table_ids == ("W",)


async def test_the_cap_on_seats_counts_for_picked_seats_too(
    store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock
) -> None:
    rules = HoldRules(seats_per_user_max=3)
    office = await office_of(store, ledger, clock, plan(["xxxxxx"]), rules=rules)
    assert isinstance(await office.best("ann", 4), SeatLimitReached)


async def test_who_lost_a_race_is_given_other_seats(office: Office) -> None:
    await office.house.held(BOB, "B1")
    await office.views.freeze()
    await office.house.held(BOB, "A4 A5 A6")
    answer = await office.held("ann", 3)
    assert not set(answer.seat_ids) & set(seats("A4 A5 A6 B1"))


async def test_who_loses_every_race_is_told_so(store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock) -> None:
    office = await office_of(store, ledger, clock, plan(["x" * 12] * 2))
    await office.house.held(BOB, "B1")
    await office.views.freeze()
    for row in "AB":
        await office.house.held(user(row), " ".join(f"{row}{n}" for n in range(1, 13) if f"{row}{n}" != "B1"))
    assert await office.best("ann", 2) == NothingSuitable(2, was_raced=True)


async def test_where_the_event_says_so_no_single_seat_is_left(
    store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock
) -> None:
    office = await office_of(store, ledger, clock, plan(["xxx", "xxxx"]), orphan_rule=True)
    assert (await office.held("ann", 2)).seat_ids[0].startswith("B")
    assert await office.best("bob", 6) == NothingSuitable(6, was_raced=False)


async def test_a_view_that_is_behind_does_not_strand_a_seat(
    store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock
) -> None:
    office = await office_of(store, ledger, clock, plan(["xxxxxxxx", "xxxx"]), orphan_rule=True)
    await office.house.held(user("carl"), "A7 A8")
    await office.views.freeze()
    await office.house.held(BOB, "A1")  # A3 to A6, the best there are by the view, would strand A2 now
    assert (await office.held("ann", 4)).seat_ids == seats("B1 B2 B3 B4")


async def test_a_retry_with_its_key_answers_with_the_first_hold(office: Office) -> None:
    first = await office.held("ann", 3, "k1")
    again = await office.held("ann", 3, "k1")
    assert (again.hold_id, again.seat_ids, again.replayed) == (first.hold_id, first.seat_ids, True)
    assert office.held_count() == 3


async def test_a_retry_is_answered_also_when_nothing_is_free_any_more(office: Office, clock: FakeClock) -> None:
    first = await office.held("ann", 3, "k1")
    await office.held("bob", 9)
    again = await office.held("ann", 3, "k1")
    assert (again.hold_id, again.replayed) == (first.hold_id, True)
    assert isinstance(await office.best("ann", 5, "k1"), KeyReused)
    assert await office.best("ann", 3, "k2") == NothingSuitable(3, was_raced=False)
    await office.house.holds.release(ANN, EVENT, first.hold_id)
    await office.house.held(BOB, " ".join(first.seat_ids))
    assert isinstance(await office.best("ann", 3, "k1"), HoldGone)


async def test_people_who_ask_at_once_are_not_given_the_same_seats_to_run_for(
    store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock
) -> None:
    office = await office_of(store, ledger, clock, plan(["x" * 20] * 10))
    answers = await asyncio.gather(*(office.best(f"user {n}", 4) for n in range(60)))
    served = [answer for answer in answers if isinstance(answer, HoldShown)]
    taken = [seat_id for answer in served for seat_id in answer.seat_ids]
    assert len(served) == 50
    assert len(taken) == len(set(taken)) == 200
    assert all(answer == NothingSuitable(4, was_raced=False) for answer in answers if answer not in served)


class SlowStore(FakeHoldStore):
    """Answers after a few turns of the event loop, so that others pick meanwhile."""

    async def acquire(self, *args: Any, **asked: Any) -> AcquireOutcome:
        for _ in range(3):
            await asyncio.sleep(0)
        outcome = await super().acquire(*args, **asked)
        for _ in range(3):
            await asyncio.sleep(0)
        return outcome


async def test_people_who_ask_at_once_through_two_processes_are_all_served(
    ledger: FakeLedger, clock: FakeClock
) -> None:
    store = SlowStore(clock)
    one = await office_of(store, ledger, clock, plan(["x" * 20] * 10))
    other = Office(House(store, ledger, clock, sleep=clock.sleep), store, seed=8)
    answers = await asyncio.gather(*((one, other)[n % 2].best(f"user {n}", 4) for n in range(40)))
    taken = [seat_id for answer in answers if isinstance(answer, HoldShown) for seat_id in answer.seat_ids]
    assert len(taken) == len(set(taken)) == 160


async def test_who_waits_for_seats_that_others_run_for_is_served_when_those_fail(
    store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock
) -> None:
    office = await office_of(store, ledger, clock, plan(["xxxx"]))
    is_under_way, may_fail = asyncio.Event(), asyncio.Event()
    sale = await office.house.catalog.sale(EVENT)
    assert sale is not None

    async def fail_slowly() -> None:
        attempt = await office.picking.attempt(sale, BestAvailable(4), StoreNews(), 0)
        assert isinstance(attempt, Attempt)
        with attempt:
            is_under_way.set()
            await may_fail.wait()

    failing = asyncio.create_task(fail_slowly())
    await is_under_way.wait()
    waiting = asyncio.create_task(office.held("bob", 4))
    await asyncio.sleep(0)
    assert not waiting.done()
    may_fail.set()
    await failing
    assert (await waiting).seat_ids == seats("A1 A2 A3 A4")


async def test_a_party_that_sits_together_is_seated_at_once_and_one_that_is_split_beside_everything_else(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    under_way, most = 0, 0

    def watched(*given: Any) -> Pick | None:
        nonlocal under_way, most
        threads.append(threading.current_thread())
        under_way += 1
        most = max(most, under_way)
        found = pick(*given)
        under_way -= 1
        return found

    monkeypatch.setattr(picking, "pick", watched)
    await office.house.held(BOB, "A2 A5 B2")
    assert (await office.held("ann", 2)).seat_ids == seats("B5 B6")
    assert threads == []
    split = await asyncio.gather(office.held("carl", 5), office.best("dora", 5))
    assert len(split[0].seat_ids) == 5
    assert split[1] == NothingSuitable(5, was_raced=False)
    assert threads
    assert threading.main_thread() not in threads
    assert most == 1


@pytest.mark.parametrize("others", [1, SEARCHES_RACED_MAX + 2])
async def test_a_split_partys_seats_are_searched_for_again_while_others_begin_to_try_for_some_of_them(
    office: Office, monkeypatch: pytest.MonkeyPatch, others: int
) -> None:
    sale = await office.house.catalog.sale(EVENT)
    assert sale is not None
    loop = asyncio.get_running_loop()
    tried_for: list[Attempt] = []

    async def try_for_one() -> None:
        attempt = await office.picking.attempt(sale, BestAvailable(1), StoreNews(), 0)
        assert isinstance(attempt, Attempt)
        tried_for.append(attempt)

    def raced(*given: Any) -> Pick | None:
        found = pick(*given)
        if len(tried_for) < others:
            asyncio.run_coroutine_threadsafe(try_for_one(), loop).result()
        return found

    monkeypatch.setattr(picking, "pick", raced)
    attempt = await office.picking.attempt(sale, BestAvailable(7), StoreNews(), 0)
    assert isinstance(attempt, Attempt)
    hidden = {seat_id for other in tried_for for seat_id in other.seat_ids}
    if others == 1:
        assert not hidden.intersection(attempt.seat_ids)
    else:
        assert len(tried_for) == SEARCHES_RACED_MAX + 1
    for ended in (attempt, *tried_for):
        with ended:
            pass
    monkeypatch.undo()
    assert await office.picking.attempt(sale, BestAvailable(12), StoreNews(), 0) is not None


async def test_suggestions_are_near_the_wanted_seats_as_many_as_are_wanted(office: Office) -> None:
    await office.house.held(BOB, "A2 A3")
    found = await office.suggested("A2 A3")
    assert len(found) == 3
    assert found[0] == seats("B1 B2")  # B2 and B3 would leave B1 single
    assert all(len(choice) == 2 and not set(choice) & set(seats("A2 A3")) for choice in found)
    assert len((await office.suggested("A2", 4, 1))[0]) == 4


async def test_near_an_accessible_seat_accessible_seats_are_suggested(
    store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock
) -> None:
    office = await office_of(store, ledger, clock, plan(["wcxx", "xxwc"]))
    await office.house.held(BOB, "A1 A2")
    assert set((await office.suggested("A1 A2"))[0]) == set(seats("B3 B4"))
    assert set((await office.suggested("A3 A4"))[0]) == set(seats("A3 A4"))


async def test_suggestions_are_searched_for_beside_everything_else_one_search_at_a_time(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    under_way, most = 0, 0

    def watched(*given: Any) -> list[Pick]:
        nonlocal under_way, most
        threads.append(threading.current_thread())
        under_way += 1
        most = max(most, under_way)
        found = list(suggest(*given))
        under_way -= 1
        return found

    monkeypatch.setattr(picking, "suggest", watched)
    found = await asyncio.gather(*(office.picking.suggestions(EVENT, seats("A2")) for _ in range(5)))
    assert all(found)
    assert threading.main_thread() not in threads
    assert (len(threads), most) == (5, 1)


async def test_suggestions_need_an_event_and_seats_of_it(office: Office) -> None:
    assert await office.picking.suggestions(EventId("nowhere"), seats("A1")) == NotFound()
    assert await office.picking.suggestions(EVENT, seats("A1 Z9")) == UnknownSeats(seats("Z9"), ())


async def test_the_seats_suggested_in_one_request_are_bounded(office: Office) -> None:
    for count, alternatives in ((1, 11), (21, 5), (50, 3)):
        with pytest.raises(ValueError, match=str(alternatives)):
            await office.picking.suggestions(EVENT, seats("A1"), count, alternatives)
    assert await office.picking.suggestions(EVENT, seats("A1"), 50) == ()  # two of them, by default


async def test_those_for_whom_too_many_wait_already_are_told_at_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_search = threading.Event()

    def waiting(*given: Any) -> list[Pick]:
        may_search.wait(60)
        return list(suggest(*given))

    monkeypatch.setattr(picking, "suggest", waiting)
    asked = [
        asyncio.create_task(office.picking.suggestions(EVENT, seats("A2"))) for _ in range(SUGGESTIONS_WAITING_MAX + 3)
    ]
    refused, pending = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    impatient = await office.picking.suggestions(EVENT, seats("A2"), waiting_max=4)
    may_search.set()
    assert [task.result() for task in refused] == [SearchesBusy()] * 2
    assert impatient == SearchesBusy()
    assert all(isinstance(found, tuple) for found in await asyncio.gather(*pending))
    assert isinstance(await office.picking.suggestions(EVENT, seats("A2"), waiting_max=1), tuple)


async def test_those_to_be_split_for_whom_too_many_wait_already_are_told_at_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_search = threading.Event()

    def waiting(*given: Any) -> Pick | None:
        may_search.wait(60)
        return pick(*given)

    monkeypatch.setattr(picking, "pick", waiting)
    monkeypatch.setattr(picking, "SPLITS_WAITING_MAX", 1)
    asked = [asyncio.create_task(office.best(f"user {n}", 7)) for n in range(3)]
    refused, pending = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    await office.held("small", 2)
    may_search.set()
    assert [task.result() for task in refused] == [SearchesBusy()]
    assert len([answer for answer in await asyncio.gather(*pending) if isinstance(answer, HoldShown)]) == 1
