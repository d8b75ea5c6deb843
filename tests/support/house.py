"""A small house on sale: every use case composed over the two ports, with faults at each and words for what tests say.

The same house stands on fakes (unit tests) and on real adapters (integration tests).
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from frontrow.adapters.payments.external import ExternalPayments
from frontrow.domain.booking import Booking, BookingWritten, ContactInfo, IdempotencyKey
from frontrow.domain.changes import FeedEntry
from frontrow.domain.event import Event
from frontrow.domain.ids import CategoryId, EventId, HoldId, LayoutId, SeatId, TableId, UserId
from frontrow.domain.layout import Category, Item, Layout, Point, Seat
from frontrow.domain.notice import NoticeChannel
from frontrow.ports import Clock, HoldStore, Ledger, OrderLedger, PaymentGateway
from frontrow.services.active_holds import ActiveHolds
from frontrow.services.activity import Activity
from frontrow.services.background import Background
from frontrow.services.blocks import BlockService
from frontrow.services.booking_ids import BookingIds
from frontrow.services.booking_protocol import BookingProtocol
from frontrow.services.bookings import BookingService
from frontrow.services.callers import Caller
from frontrow.services.catalog import Catalog
from frontrow.services.clock_watch import ClockWatch
from frontrow.services.counts import Counts
from frontrow.services.gateways import Gateways
from frontrow.services.holds import HoldService
from frontrow.services.notices import NoticeBoard
from frontrow.services.order_ids import OrderIds
from frontrow.services.ordering import Ordering, SellingRules
from frontrow.services.orphans import OrphanHolds
from frontrow.services.outcomes import BookAnswer, BookRequest, HoldAnswer, HoldRequest, HoldRules, HoldShown
from frontrow.services.reconcile import Reconciler
from frontrow.services.refused_seats import RefusedSeats
from frontrow.services.relay import Relay
from frontrow.services.seat_calls import SeatCalls
from frontrow.services.seat_holds import SeatHolds
from frontrow.services.warming import Warmer
from tests.support.faults import Faults, faulty
from tests.support.promises import broken_promises
from tests.support.simulated_gateway import SimulatedGateway

EVENT = EventId("spring-gala")
OTHER_EVENT = EventId("autumn-gala")
STANDARD_MINOR = 7_500
VIP_MINOR = 15_000
CONTACT = ContactInfo("John Smith", "john.smith@example.com")
SECRET = b"a secret that only tests know, 32+ bytes"
_DAY_MS = 86_400_000


def seats(names: str) -> tuple[SeatId, ...]:
    """Seat ids from words: "A1 A2"."""
    return tuple(SeatId(name) for name in names.split())


def tables(names: str) -> tuple[TableId, ...]:
    """Table ids from words."""
    return tuple(TableId(name) for name in names.split())


def user(name: str, *roles: str) -> Caller:
    """A caller of that name."""
    return Caller(UserId(name), frozenset(roles))


def key(name: str, who: Caller, body: str = "body", route: str = "POST /bookings") -> IdempotencyKey:
    """An idempotency key of a user; `body` stands for its fingerprint."""
    return IdempotencyKey(who.user_id, route, name, body)


def small_layout(seats_per_row: int = 10) -> Layout:
    """Rows A (standard) and B (VIP), a table R that may be shared and a table W taken only whole, four seats each."""
    rows = [
        Seat(SeatId(f"{row}{number}"), Point(30.0 * number, y), CategoryId(category), row, number)
        for row, category, y in (("A", "standard", 100.0), ("B", "vip", 140.0))
        for number in range(1, seats_per_row + 1)
    ]
    around = [
        Seat(
            SeatId(f"{table}{number}"),
            Point(30.0 * number, 200.0),
            CategoryId("vip"),
            table,
            number,
            table_id=TableId(table),
        )
        for table in ("R", "W")
        for number in range(1, 5)
    ]
    return Layout(
        id=LayoutId("small-house"),
        name="Small house",
        canvas_w=30.0 * (seats_per_row + 2),
        canvas_h=300,
        categories=(
            Category(CategoryId("standard"), "Standard", "#4CAF50", 75),
            Category(CategoryId("vip"), "VIP", "#FFD700", 150),
        ),
        seats=(*rows, *around),
        items=(
            Item("R", "table", Point(60, 220), sc=4),
            Item("W", "table", Point(180, 220), sc=4, book_as="whole"),
        ),
    )


class Ears:
    """Hears everything a LiveViews and a Sweeper would."""

    def __init__(self) -> None:
        self.entries: list[FeedEntry] = []
        self.expiries: list[int] = []

    def note(self, event_id: EventId, entries: Sequence[FeedEntry]) -> None:
        """See LiveViews."""
        self.entries += entries

    def note_expiry(self, event_id: EventId, expires_at_ms: int) -> None:
        """See Sweeper."""
        self.expiries.append(expires_at_ms)


class WholeLedger(Ledger, Protocol):
    """A ledger with its orders."""

    @property
    def orders(self) -> OrderLedger: ...


class House:
    """One process's services over the stores. A second House over the same stores is a second process."""

    def __init__(
        self,
        store: HoldStore,
        ledger: WholeLedger,
        clock: Clock,
        *,
        sleep: Callable[[float], Awaitable[None]],
        rules: HoldRules | None = None,
        anyone_may_book: bool = True,
        gateway: PaymentGateway | None = None,
        has_gateway: bool = True,
    ) -> None:
        self.store_faults, self.ledger_faults = Faults(), Faults()
        self.real_store, self.real_ledger = store, ledger
        self.store = store = faulty(store, self.store_faults)
        self.order_ledger: OrderLedger = faulty(ledger.orders, self.ledger_faults)
        self.ledger = ledger = faulty(ledger, self.ledger_faults)
        self.clock = clock
        self.ears = Ears()
        self.counts = Counts()
        self.background = Background()
        self.activity = Activity(clock)
        self.catalog = Catalog(ledger, clock=clock)
        warmer = Warmer(store=store, ledger=ledger, on_warmed=self.activity.note_warmed, sleep=sleep)
        self.calls = calls = SeatCalls(warmer=warmer, live=self.ears, sweeper=self.ears, activity=self.activity)
        self.notices = NoticeBoard(channels=tuple(NoticeChannel), clock=clock)
        self.relay = relay = Relay(
            store=store,
            ledger=ledger,
            calls=calls,
            clock=clock,
            counts=self.counts,
            sleep=sleep,
        )
        self.reconciler = Reconciler(
            store=store,
            ledger=ledger,
            catalog=self.catalog,
            calls=calls,
            relay=relay,
            activity=self.activity,
            clock=clock,
            counts=self.counts,
            sleep=sleep,
        )
        self.orphans = OrphanHolds(store=store, calls=calls, clock=clock, background=self.background, sleep=sleep)
        self.clock_watch = ClockWatch(store=store, clock=clock, sleep=sleep)
        self.holds = HoldService(
            store=store,
            catalog=self.catalog,
            calls=calls,
            clock=clock,
            rules=rules or HoldRules(),
            clock_watch=self.clock_watch,
            orphans=self.orphans,
            refused=RefusedSeats(clock),
        )
        self.seat_holds = SeatHolds(
            store=store, catalog=self.catalog, calls=calls, clock=clock, rules=rules or HoldRules()
        )
        self.active_holds = ActiveHolds(holds=self.holds, seat_holds=self.seat_holds)
        self.bank = SimulatedGateway(clock)
        self.gateways = Gateways(
            for_buyers=gateway or self.bank if has_gateway else None, external=ExternalPayments(), counts=self.counts
        )
        self.ordering = Ordering.over(
            store=store,
            ledger=ledger,
            orders=self.order_ledger,
            catalog=self.catalog,
            calls=calls,
            relay=relay,
            gateways=self.gateways,
            notices=self.notices,
            clock=clock,
            counts=self.counts,
            order_ids=OrderIds(SECRET),
            booking_ids=BookingIds(SECRET),
            rules=SellingRules(anyone_may_state=False, seats_per_user_max=(rules or HoldRules()).seats_per_user_max),
        )
        self.orders = self.ordering.service
        self.order_keeper = self.ordering.keeper
        self.callbacks = self.ordering.callbacks
        self.bookings = BookingService(
            store=store,
            ledger=ledger,
            catalog=self.catalog,
            calls=calls,
            relay=relay,
            protocol=BookingProtocol(
                store=store,
                ledger=ledger,
                calls=calls,
                relay=relay,
                clock=clock,
                ids=BookingIds(SECRET),
                notices=self.notices,
                counts=self.counts,
            ),
            ordered_seats=self.ordering.ordered_seats,
            notices=self.notices,
            clock=clock,
            anyone_may_book=anyone_may_book,
        )
        self.blocks = BlockService(
            store=store,
            ledger=ledger,
            catalog=self.catalog,
            calls=calls,
            relay=relay,
            clock=clock,
            background=self.background,
            sleep=sleep,
        )

    async def open(self, layout: Layout | None = None, *, orphan_rule: bool = False) -> None:
        """Put EVENT (on sale now) and OTHER_EVENT (the same) on the layout."""
        layout = layout or small_layout()
        version = await self.real_ledger.add_layout(layout, b"{}")
        now_ms = self.clock.now_ms()
        for event_id in (EVENT, OTHER_EVENT):
            event = Event(
                event_id=event_id,
                number=0,
                name=event_id,
                layout_id=layout.id,
                layout_version=version,
                starts_at_ms=now_ms + 30 * _DAY_MS,
                currency="USD",
                prices={it.id: VIP_MINOR if it.id == "vip" else STANDARD_MINOR for it in layout.categories},
                sales_end_ms=now_ms + 20 * _DAY_MS,
                orphan_rule=orphan_rule,
            )
            assert await self.real_ledger.add_event(event) is not None

    async def hold(
        self, who: Caller, names: str, *, event_id: EventId = EVENT, duration_ms: int | None = None
    ) -> HoldAnswer:
        """Ask for the seats as a new hold."""
        return await self.holds.hold(who, event_id, HoldRequest(seat_ids=seats(names), duration_ms=duration_ms))

    async def held(self, who: Caller, names: str, *, event_id: EventId = EVENT) -> HoldId:
        """Hold the seats, which must succeed."""
        answer = await self.hold(who, names, event_id=event_id)
        assert isinstance(answer, HoldShown), answer
        return answer.hold_id

    async def book_hold(self, who: Caller, hold_id: HoldId, with_key: IdempotencyKey | None = None) -> BookAnswer:
        """Confirm a hold."""
        return await self.bookings.book(who, BookRequest(EVENT, CONTACT, hold_id=hold_id), with_key)

    async def book_seats(self, who: Caller, names: str, with_key: IdempotencyKey | None = None) -> BookAnswer:
        """Confirm seats across holds."""
        return await self.bookings.book(who, BookRequest(EVENT, CONTACT, seat_ids=seats(names)), with_key)

    async def sold(self, who: Caller, names: str) -> Booking:
        """Hold and book the seats, which must succeed."""
        answer = await self.book_hold(who, await self.held(who, names))
        assert isinstance(answer, BookingWritten), answer
        return answer.booking

    async def broken_promises(self, *callers: Caller, settled: bool = True, layout: Layout | None = None) -> list[str]:
        """See promises.py."""
        return await broken_promises(
            self.real_store,
            self.real_ledger,
            EVENT,
            seat_ids=[seat.id for seat in (layout or small_layout()).seats],
            user_ids=[caller.user_id for caller in callers],
            settled=settled,
        )
