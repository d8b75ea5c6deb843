"""Orders in any order of events: buyers, an operator, a bank, time, and processes that die, as one state machine.

The bank keeps its word in some of the examples. In the others it takes, at times, what it had stopped or had never
heard of; its callbacks come late, twice or never, as always, and what none of them told is found by looking once more.

Two processes sell two events over the same stores. Every rule is something that somebody does or that happens. What is
done can meet a blow at any call of a port (mortal.py); a process that died is built anew from its stores. When an
example is over the faults end, what is under way is carried on until nothing is due, and all books are compared.
"""

import asyncio
import itertools
import random
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, TypeVar
from unittest import mock

import msgspec
import uvloop
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from frontrow.domain import ids
from frontrow.domain.booking import IdempotencyKey, PaymentInfo
from frontrow.domain.charges import Charge, ChargeKind
from frontrow.domain.errors import FrontrowError
from frontrow.domain.event import Event
from frontrow.domain.ids import CategoryId, EventId, HoldId, PaymentId, SeatId
from frontrow.domain.layout import Layout
from frontrow.domain.order import ENDED, Order, OrderState
from frontrow.domain.payment import PaymentState, RefundReason, RefundState
from frontrow.domain.seat_map import SeatMap
from frontrow.services.callers import Caller
from frontrow.services.event_cancelling import LOOK_AGAIN_S, EventCanceller
from frontrow.services.event_giving_back import EventGivingBack
from frontrow.services.money_findings import Finding, ReconcilePoint, Reconciliation
from frontrow.services.order_outcomes import OrderShown, PayRequest, PlaceRequest
from frontrow.services.ordering import PAYMENT_MS
from frontrow.services.outcomes import BookRequest, EventNotOnSale, HoldRequest, HoldShown
from frontrow.services.payment_reconciling import MoneyReconciler
from tests.support.fake_clock import START_MS, FakeClock
from tests.support.fake_event_books import FakeEventBooks
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.faults import ProcessDied
from tests.support.house import CONTACT, EVENT, OTHER_EVENT, House, small_layout, user
from tests.support.money_promises import broken_at_any_time, broken_at_rest
from tests.support.mortal import Blow, Life, mortal_gateway, mortal_ledger, mortal_store
from tests.support.simulated_gateway import Card, Fault, SimulatedGateway

EVENTS = (EVENT, OTHER_EVENT)
PAYABLE = (OrderState.PENDING, OrderState.CLAIMED, OrderState.PAYING)
CLOSED = (OrderState.CANCELLED, OrderState.EXPIRED)
OPEN = tuple(state for state in OrderState if state not in ENDED)
BUYERS = (user("ann"), user("bob"), user("cat"))
ADMIN = user("boss", "admin")
LAST_BUYER = user("whoever comes last")
STANDARD, VIP = CategoryId("standard"), CategoryId("vip")
CHARGES = (
    Charge("Service fee", ChargeKind.PER_SEAT, amount_minor=150, refundable=False),
    Charge("Order fee", ChargeKind.PER_ORDER, amount_minor=99),
    Charge("Tax", ChargeKind.SHARE, basis_points=825),
    Charge("Included tax", ChargeKind.INCLUDED_SHARE, basis_points=700),
)
_DAY_MS = 86_400_000
PAUSES_MS = (1_000, 6_000, 11_000, 31_000, 125_000, 300_000, 901_000, 3_700_000, 90_000_000)
ROUNDS_MAX = 400
ATTEMPTS_KEPT = 6
LATE_MS = 200_000
"""How late requests come that a bank begins although they were cancelled: when nobody waits for them any more."""
CANCELLED_SELDOM = 12
"""Of so many chances to cancel an event one is taken."""
PURCHASES = ("held", "ordered", "ordered", "paid", "paid", "paid")
"""How far a purchase is carried in one go."""
MISHAPS = ("emptied", "behind", "behind", "failover", "failover", "away", "back", "back", "slow refund", "no refund")
DEATHS = (Blow.DIES_BEFORE, Blow.DIES_AFTER)
MIX = 0x9E3779B97F4A7C15
"""An odd number without a pattern: choices that are close together are none after multiplying by it."""

T = TypeVar("T")
Done = Callable[["Process"], Awaitable[object]]

chance = st.integers(0, 2**40 - 1)
"""A choice among whatever there is when the step is made, and what goes wrong with it."""
cards = st.sampled_from([None, Card.SECOND_STEP, Card.SLOW, Card.UNSTOPPABLE, *[Card.PAYS] * 4, *Card])
keys = st.sampled_from([None, None, "k1", "k2"])


@dataclass
class Run:
    """What all examples together did."""

    steps: int = 0
    examples: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    transitions: Counter[tuple[OrderState, OrderState]] = field(default_factory=Counter)
    refunds: Counter[RefundReason] = field(default_factory=Counter)
    deaths: Counter[str] = field(default_factory=Counter)


class Process:
    """One process over the stores: its services, and the life they have in common."""

    def __init__(self, stage: "Stage") -> None:
        self.life = Life()
        self.house: House = stage.build(self.life)
        house, books = self.house, mortal_ledger(FakeEventBooks(stage.ledger), self.life)
        self.canceller = EventCanceller(
            ledger=house.ledger,
            orders=house.order_ledger,
            books=books,
            machine=EventGivingBack(house.orders, house.bookings),
            catalog=house.catalog,
            clock=stage.clock,
            sleep=stage.clock.sleep,
        )
        self.money = MoneyReconciler(
            orders=house.order_ledger,
            books=books,
            steps=house.ordering.steps,
            refunding=house.ordering.refunding,
            gateways=house.gateways,
            seats=house.reconciler,
            catalog=house.catalog,
            clock=stage.clock,
        )
        self.one_round_at_a_time = asyncio.Lock()

    @classmethod
    async def begun(cls, stage: "Stage") -> "Process":
        """A new process. It has drawn its events: that is done in a thread, and nothing here may depend on those."""
        process = cls(stage)
        for event_id in EVENTS:
            await process.house.catalog.sale(event_id)
        return process

    async def background_round(self) -> int:
        """What a process does unasked, once; how much it found to do."""
        house = self.house
        async with self.one_round_at_a_time:
            done = await house.order_keeper.keep_once()
            done += await house.relay.relay_once()
            await house.reconciler.step()
            await self.canceller.step()
        return done

    async def reconciled(self, event_id: EventId) -> list[Finding]:
        """Everything that differs, piece by piece."""
        findings, point = list[Finding](), ReconcilePoint()
        while True:
            piece = await self.money.reconcile(ADMIN, event_id, point)
            assert isinstance(piece, Reconciliation), piece
            findings += piece.findings
            if piece.next_point is None:
                return findings
            point = piece.next_point


class Stage:
    """What outlives every process: the stores, the bank and the time."""

    def __init__(self, *, refuses_cancelled: bool) -> None:
        self.clock = FakeClock()
        self.store = FakeHoldStore(self.clock)
        self.ledger = FakeLedger(self.clock)
        self.bank = SimulatedGateway(self.clock, refuses_cancelled=refuses_cancelled)
        self.layout = _layout()

    def build(self, life: Life) -> House:
        """A process's services; negative controls build them with a defect."""
        return House(
            mortal_store(self.store, life),
            mortal_ledger(self.ledger, life),
            self.clock,
            sleep=self.clock.sleep,
            gateway=mortal_gateway(self.bank, life),
        )

    async def open(self) -> None:
        """Put both events on sale for years: EVENT with charges, half of OTHER_EVENT for nothing."""
        version = await self.ledger.add_layout(self.layout, b"{}")
        prices = {EVENT: {STANDARD: 7_500, VIP: 15_000}, OTHER_EVENT: {STANDARD: 2_500, VIP: 0}}
        for event_id in EVENTS:
            event = Event(
                event_id=event_id,
                number=0,
                name=event_id,
                layout_id=self.layout.id,
                layout_version=version,
                starts_at_ms=START_MS + 10_000 * _DAY_MS,
                currency="USD",
                prices=prices[event_id],
                charges=CHARGES if event_id == EVENT else (),
            )
            assert await self.ledger.add_event(event) is not None

    def free_seats(self, event_id: EventId) -> tuple[SeatId, ...]:
        """Seats without a live row."""
        return tuple(seat.id for seat in self.layout.seats if (event_id, seat.id) not in self.ledger.rows)

    def orders(self, *states: OrderState) -> list[Order]:
        """All orders in these states, or simply all."""
        return [it for it in self.ledger.orders.placed.values() if not states or it.state in states]

    def next_due_ms(self) -> int | None:
        """When something is to be done next, unasked."""
        orders = self.ledger.orders
        times = [it.due_at_ms for it in orders.placed.values()]
        times += [it.due_at_ms for it in orders.refunds.values()]
        times += [task.created_at_ms + 5_001 for task in self.ledger.tasks.values()]
        return min((it for it in (*times, self.bank.next_due_ms) if it is not None), default=None)


def _layout() -> Layout:
    """The small house without the table that is only taken whole."""
    layout = small_layout(3)
    return msgspec.structs.replace(
        layout,
        seats=tuple(seat for seat in layout.seats if seat.table_id != "W"),
        items=tuple(item for item in layout.items if item.id != "W"),
    )


def some(options: Sequence[T], choice: int) -> T:
    """One of them."""
    return options[choice % len(options)]


class _AtOnce(ThreadPoolExecutor):
    """Does what is given to a thread at once: when a thread is done is different every time."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        return done


class OrderMachine(RuleBasedStateMachine):
    """See the module. The same steps have the same outcome every time: what was found can be found again."""

    def __init__(self, run: Run, stage: type[Stage] = Stage) -> None:
        super().__init__()
        self.run_so_far = run
        self.stage_type = stage
        self.loop = uvloop.new_event_loop()
        self.loop.set_default_executor(_AtOnce(1))
        drawn = random.Random(MIX)
        self.ids_drawn = mock.patch.object(ids, "_fresh_secret", lambda: f"{drawn.randrange(10**22):022}")
        self.ids_drawn.start()
        self.holds: list[tuple[Caller, EventId, HoldId]] = []
        self.attempts: deque[Done] = deque(maxlen=ATTEMPTS_KEPT)
        self.names = itertools.count(1)
        self.waiting: Done | None = None
        self.replica: dict[EventId, SeatMap] | None = None
        run.examples += 1

    @initialize(keeps_its_word=st.sampled_from([True, False, False]))
    def opens(self, keeps_its_word: bool) -> None:
        self.stage = self.stage_type(refuses_cancelled=keeps_its_word)
        self.bank_keeps_its_word = keeps_its_word
        if not keeps_its_word:
            self.stage.bank.delay_ms = LATE_MS
        self.ask(self.stage.open())
        self.processes = [self.ask(Process.begun(self.stage)) for _ in range(2)]

    def teardown(self) -> None:
        try:
            if hasattr(self, "processes"):
                self.come_to_rest()
                orders = self.stage.ledger.orders
                self.run_so_far.transitions += orders.steps
                self.run_so_far.refunds.update(it.reason for it in orders.refunds.values())
        finally:
            self.loop.run_until_complete(asyncio.sleep(0))
            self.loop.close()
            self.ids_drawn.stop()

    def ask(self, call: Awaitable[T]) -> T:
        return self.loop.run_until_complete(_awaited(call))

    @invariant()
    def nothing_is_broken(self) -> None:
        self.run_so_far.steps += 1
        if hasattr(self, "stage"):
            broken = [*broken_at_any_time(self.stage.ledger, self.stage.bank)]
            assert not broken, broken

    # Doing things

    def do(self, choice: int, act: Done, *, again: bool = False) -> None:
        """Let a process do it: mostly now, else together with what comes next."""
        if not again:
            self.attempts.append(act)
        luck = choice * MIX % 2**40 >> 6
        if self.waiting is None and luck % 6 == 0:
            self.waiting = act
            return
        acts = [act] if self.waiting is None else [self.waiting, act]
        self.waiting = None
        # Two at once meet in one process as often as in two.
        chosen = [some(self.processes, luck >> 3 + place) for place in range(len(acts))]
        self.have_bad_luck(chosen[0], luck >> 5)
        self.ask(self.carry_out([act(process) for act, process in zip(acts, chosen, strict=True)]))

    def have_bad_luck(self, process: Process, luck: int) -> None:
        """Often something is lost on the way, or the process dies at one of the next calls."""
        match luck % 8:
            case 0:
                process.life.strike((luck >> 3) % 20, some(DEATHS, luck >> 8))
            case 1:
                process.life.strike((luck >> 3) % 20, some(tuple(Blow), luck >> 8))
            case 2 | 3:
                self.stage.bank.will(some(tuple(Fault), luck >> 3))

    async def carry_out(self, calls: Sequence[Awaitable[object]]) -> None:
        for outcome in await asyncio.gather(*calls, return_exceptions=True):
            if isinstance(outcome, BaseException) and not isinstance(outcome, FrontrowError | ProcessDied):
                raise outcome
            self.run_so_far.outcomes[type(outcome).__name__] += 1
        for place, process in enumerate(self.processes):
            await process.house.background.finished()
            if process.life.is_over:
                self.run_so_far.deaths[process.life.last_call] += 1
                self.processes[place] = await Process.begun(self.stage)

    # What people do

    @rule(choice=chance, card=cards, count=st.integers(1, 3), until=st.sampled_from(PURCHASES))
    def buy(self, choice: int, card: Card | None, count: int, until: str) -> None:
        event_id = some((EVENT, EVENT, EVENT, OTHER_EVENT), choice)
        every = tuple(seat.id for seat in self.stage.layout.seats)
        among = self.stage.free_seats(event_id) if choice >> 20 & 3 else every
        self.buy_among(among or every, choice, card=card, count=count, until=until, event_id=event_id)

    def buy_among(
        self, among: Sequence[SeatId], choice: int, *, card: Card | None, count: int, until: str, event_id: EventId
    ) -> None:
        caller = some(BUYERS, choice >> 2)
        seat_ids = [some(among, choice >> 4 * (1 + it)) for it in range(count)]
        wish = HoldRequest(seat_ids=tuple(dict.fromkeys(seat_ids)))

        async def act(process: Process) -> object:
            house = process.house
            held = await house.holds.hold(caller, event_id, wish)
            if not isinstance(held, HoldShown):
                return held
            self.holds.append((caller, event_id, held.hold_id))
            if until == "held":
                return held
            placed = await house.orders.place(caller, PlaceRequest(hold_id=held.hold_id, customer=CONTACT), None)
            if until == "ordered" or not isinstance(placed, OrderShown):
                return placed
            return await house.orders.pay(caller, placed.order.order_id, PayRequest(card_number=card), None)

        self.do(choice, act)

    @rule(choice=chance, key=keys, claims=st.sampled_from([True, True, False]))
    def order_what_is_held(self, choice: int, key: str | None, claims: bool) -> None:
        if not self.holds:
            return self.buy(choice, None, 2, "ordered")
        caller, _, hold_id = some(self.holds[-8:], choice)
        request = PlaceRequest(hold_id=hold_id, customer=CONTACT, claims=claims)
        used = None if key is None else _key(caller, "orders", f"{key}-{hold_id}", hold_id)

        async def act(process: Process) -> object:
            return await process.house.orders.place(caller, request, used)

        return self.do(choice, act)

    @rule(choice=chance, card=cards, key=keys)
    def pay(self, choice: int, card: Card | None, key: str | None) -> None:
        orders = self.stage.orders(*PAYABLE) or self.stage.orders()
        if not orders:
            return self.buy(choice, card, 1, "paid")
        return self.do(choice, _paying(some(orders, choice), card, key))

    @rule(choice=chance)
    def give_up_or_look(self, choice: int) -> None:
        orders = self.stage.orders(*PAYABLE) or self.stage.orders()
        if not orders:
            return self.buy(choice, None, 1, "ordered")
        return self.do(choice, (_giving_up if choice % 2 else _looking)(some(orders, choice >> 1)))

    @rule(choice=chance, card=cards, other_card=cards)
    def two_tabs_at_once(self, choice: int, card: Card | None, other_card: Card | None) -> None:
        """The same order is paid twice, or paid and given up, or looked at, or carried on by the background."""
        orders = self.stage.orders(*PAYABLE) or self.stage.orders()
        if not orders:
            return self.buy(choice, card, 1, "ordered")
        order = some(orders, choice >> 3)
        self.waiting = _paying(order, card, None if choice & 1 else f"tab{next(self.names)}")
        others = (
            _paying(order, other_card, f"tab{next(self.names)}"),
            _paying(order, card, None),
            _giving_up(order),
            _looking(order),
            Process.background_round,
        )
        return self.do(choice, some(others, choice >> 7))

    @rule(choice=chance)
    def repeat_what_was_asked(self, choice: int) -> None:
        if self.attempts:
            self.do(choice, some(self.attempts, choice), again=True)

    @rule(choice=chance, part=st.booleans())
    def cancel_a_booking(self, choice: int, part: bool) -> None:
        bookings = [draft.booking for draft in self.stage.ledger.drafts.values() if draft.booking.left_seat_ids]
        if not bookings:
            return self.buy(choice, Card.PAYS, 3, "paid")
        booking = some(bookings, choice >> 1)
        caller = ADMIN if choice % 2 else Caller(booking.user_id)
        seat_ids = (some(booking.seat_ids, choice >> 6),) if part else None

        async def act(process: Process) -> object:
            return await process.house.bookings.cancel(caller, booking.booking_id, seat_ids)

        return self.do(choice, act)

    @rule(choice=chance)
    def sell_otherwise(self, choice: int) -> None:
        """A payment made elsewhere is stated, a hold is booked without an order, a seat is blocked or given free."""
        orders, how = self.stage.orders(OrderState.CLAIMED, OrderState.PAYING), choice % 6

        async def act(process: Process) -> object:
            house, seat_id = process.house, some(self.stage.layout.seats, choice >> 3).id
            if how < 3 and orders:
                return await _stating(some(orders, choice >> 3), f"{choice % 7}")(process)
            if how < 5 and self.holds:
                caller, event_id, hold_id = some(self.holds[-8:], choice >> 3)
                return await house.bookings.book(caller, BookRequest(event_id, CONTACT, hold_id=hold_id))
            if how == 0:
                return await house.blocks.block(ADMIN, EVENT, (seat_id,))
            return await house.blocks.unblock(ADMIN, EVENT, (seat_id,))

        self.do(choice, act)

    @rule(choice=chance)
    def an_operator_has_another_look(self, choice: int) -> None:
        orders = self.stage.orders(OrderState.NEEDS_ATTENTION, OrderState.REFUNDING) or self.stage.orders()
        if not orders:
            return
        order_id = some(orders, choice).order_id

        async def act(process: Process) -> object:
            return await process.house.orders.resolve(ADMIN, order_id)

        self.do(choice, act)

    @rule(choice=chance)
    def an_event_is_cancelled(self, choice: int) -> None:
        """Seldom, because nothing of it is sold any more."""
        luck = choice * MIX % 2**40 >> 6
        if luck % CANCELLED_SELDOM:
            return self.the_background_does_a_round(choice)
        event_id = some(EVENTS, luck >> 7)

        async def act(process: Process) -> object:
            return await process.canceller.cancel(ADMIN, event_id)

        return self.do(choice, act)

    # What happens

    @rule(choice=chance, ended=st.sampled_from(["paid otherwise", "given up", "run out"]))
    def the_bank_breaks_its_word(self, choice: int, ended: str) -> None:
        """It takes what it had stopped or never heard of, of an order that ended so; just now, where there is none.
        Somebody else may want the seats before."""
        if self.bank_keeps_its_word:
            return self.give_up_or_look(choice)
        states = (OrderState.BOOKED,) if ended == "paid otherwise" else CLOSED
        if not self.broken_off(*states):
            if not self.stage.orders(OrderState.PAYING):
                self.buy(choice, Card.SECOND_STEP, 2, "paid")
            for order in self.stage.orders(OrderState.PAYING)[-1:]:
                match ended:
                    case "given up":
                        self.do(choice, _giving_up(order))
                    case "run out":
                        self.time_passes(PAYMENT_MS)
                        self.do(choice, Process.background_round)
                    case _:
                        self.do(choice, _stating(order, "till"))
        late = self.broken_off(*states) or self.broken_off()
        if not late:
            return None
        payment_id = some(late, choice)
        order = self.stage.ledger.orders.placed[self.stage.bank.requests[payment_id].order_id]
        if order.state in CLOSED and choice * MIX >> 13 & 1:
            self.buy_among(order.seat_ids, choice, card=Card.PAYS, count=1, until="paid", event_id=order.event_id)
        self.stage.bank.take_after_all(payment_id)
        return None

    def broken_off(self, *states: OrderState) -> list[PaymentId]:
        """The payments that the bank has stopped or never heard of, of orders in these states, or simply all."""
        bank, placed = self.stage.bank, self.stage.ledger.orders.placed
        return [
            payment_id
            for payment_id, request in bank.requests.items()
            if (payment_id not in bank.payments or bank.payments[payment_id].state is PaymentState.CANCELLED)
            and (not states or placed[request.order_id].state in states)
        ]

    @rule(choice=chance, pays=st.sampled_from([True, True, False]))
    def a_buyer_answers_the_bank(self, choice: int, pays: bool) -> None:
        waiting = self.stage.bank.waiting
        if not waiting:
            return self.pay(choice, Card.SECOND_STEP, None)
        self.stage.bank.act(some(waiting, choice), pays=pays)
        return None

    @rule(choice=chance)
    def the_bank_calls_back(self, choice: int) -> None:
        """One of its callbacks arrives, first or last; it may stay to arrive again, and some are lost for good."""
        callbacks = self.stage.bank.callbacks
        if not callbacks:
            return self.the_background_does_a_round(choice)
        sent = some(callbacks, choice >> 3)
        if choice % 4:
            callbacks.remove(sent)
        if choice % 8 == 1:
            return None

        async def act(process: Process) -> object:
            return await process.house.callbacks.told(self.stage.bank.name, sent.headers, sent.body)

        return self.do(choice, act, again=True)

    @rule(pause_ms=st.sampled_from(PAUSES_MS))
    def time_passes(self, pause_ms: int) -> None:
        self.stage.clock.advance(pause_ms)
        self.stage.bank.pass_time()

    @rule(choice=chance)
    def the_background_does_a_round(self, choice: int) -> None:
        self.do(choice, Process.background_round, again=True)

    @rule(choice=chance, mishap=st.sampled_from(MISHAPS))
    def a_mishap(self, choice: int, mishap: str) -> None:
        """The store loses everything, or what it was told since its replica stayed behind, and somebody wants just
        that; the bank goes away, comes back, is slow with a refund, or refuses many."""
        bank, maps = self.stage.bank, self.stage.store.maps
        match mishap:
            case "emptied":
                self.stage.store.flush_all()
            case "behind":
                self.replica = deepcopy(dict(maps))
            case "failover" if self.replica is not None:
                maps.clear()
                maps.update(self.replica)
                self.replica = None
                rows = self.stage.ledger.rows
                lost = [it for of, it in rows if of == EVENT and it not in maps[EVENT].sales]
                if lost:
                    self.buy_among(lost, choice, card=Card.PAYS, count=2, until="paid", event_id=EVENT)
            case "away" | "back":
                bank.is_down = mishap == "away"
            case "slow refund":
                bank.refund_ends.append(RefundState.PROCESSING)
            case "no refund":
                bank.refund_ends.extend([RefundState.FAILED] * 5)

    # Rest

    def come_to_rest(self) -> None:
        """Faults off, then everything that is due, until nothing is."""
        self.waiting = None
        self.stage.bank.heal()
        for process in self.processes:
            process.life.spare()
        self.ask(self.settle())
        for order in self.stage.orders(OrderState.NEEDS_ATTENTION):
            self.ask(self.processes[0].house.orders.resolve(ADMIN, order.order_id))
        self.ask(self.settle())
        # Nobody else would hear of what the bank took when all had looked, and has not told.
        for event_id in EVENTS:
            self.ask(self.processes[0].reconciled(event_id))
        self.ask(self.settle())
        broken = self.ask(broken_at_rest(self.stage.ledger, self.stage.store, self.stage.bank, EVENTS))
        assert not broken, broken
        self.ask(self.sell_the_rest())

    async def settle(self) -> None:
        stage, process = self.stage, self.processes[1]
        for _ in range(ROUNDS_MAX):
            stage.bank.pass_time()
            await process.background_round()
            await process.house.background.finished()
            due_ms = stage.next_due_ms()
            if due_ms is None and await process.canceller.step() == LOOK_AGAIN_S:
                break
            stage.clock.advance(max(1_000, (due_ms or 0) - stage.clock.now_ms()))
        else:
            raise AssertionError(f"work is still due after {ROUNDS_MAX} rounds: {stage.orders(*OPEN)}")
        stage.clock.advance(7_200_001)  # every hold runs out
        for event_id in EVENTS:
            if stage.store.maps[event_id].is_cold:
                await stage.store.warm(event_id, await stage.ledger.live_seats(event_id))
            # What the store alone withholds, because a block was died in, is an operator's to give back.
            await process.house.blocks.unblock(ADMIN, event_id, stage.free_seats(event_id))
            await process.house.reconciler.reconcile(event_id)
            await stage.store.sweep_expired(event_id)
        await process.house.relay.relay_once()

    async def sell_the_rest(self) -> None:
        """What is not sold can be, and what is sold cannot be held."""
        stage, house = self.stage, self.processes[1].house
        for event_id in EVENTS:
            sold = [seat.id for seat in stage.layout.seats if (event_id, seat.id) in stage.ledger.rows]
            for seat_id in sold:
                answer = await house.holds.hold(LAST_BUYER, event_id, HoldRequest(seat_ids=(seat_id,)))
                assert not isinstance(answer, HoldShown), f"{seat_id} is sold and can be held"
            free = stage.free_seats(event_id)
            if not free:
                continue
            event = await stage.ledger.event(event_id)
            if event is None or event.cancelled_at_ms is not None:
                answer = await house.holds.hold(LAST_BUYER, event_id, HoldRequest(seat_ids=free))
                assert isinstance(answer, EventNotOnSale), answer
                continue
            held = await house.holds.hold(LAST_BUYER, event_id, HoldRequest(seat_ids=free))
            assert isinstance(held, HoldShown), held
            placed = await house.orders.place(LAST_BUYER, PlaceRequest(hold_id=held.hold_id, customer=CONTACT), None)
            assert isinstance(placed, OrderShown), placed
            paid = await house.orders.pay(LAST_BUYER, placed.order.order_id, PayRequest(card_number=Card.PAYS), None)
            assert isinstance(paid, OrderShown) and paid.order.state is OrderState.BOOKED, paid


def _paying(order: Order, card: Card | None, key: str | None) -> Done:
    caller = Caller(order.user_id)
    used = None if key is None else _key(caller, "payment", f"{key}-{order.order_id}", f"{card}")

    async def act(process: Process) -> object:
        return await process.house.orders.pay(caller, order.order_id, PayRequest(card_number=card), used)

    return act


def _stating(order: Order, receipt: str) -> Done:
    stated = PayRequest(stated=PaymentInfo("cash", f"receipt-{receipt}"))

    async def act(process: Process) -> object:
        return await process.house.orders.pay(ADMIN, order.order_id, stated, None)

    return act


def _giving_up(order: Order) -> Done:
    async def act(process: Process) -> object:
        return await process.house.orders.cancel(Caller(order.user_id), order.order_id)

    return act


def _looking(order: Order) -> Done:
    async def act(process: Process) -> object:
        return await process.house.orders.order(Caller(order.user_id), order.order_id)

    return act


def _key(caller: Caller, route: str, name: str, body: str) -> IdempotencyKey:
    return IdempotencyKey(caller.user_id, route, name, body)


async def _awaited(call: Awaitable[T]) -> T:
    return await call
