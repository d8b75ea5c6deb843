"""What the ledger's tests write: a layout, events, and bookings said in a few words."""

from collections.abc import Sequence

from frontrow.domain.booking import (
    Block,
    Booking,
    BookingDraft,
    BookingStatus,
    BookingWritten,
    ContactInfo,
    IdempotencyKey,
    PaymentInfo,
    SoldSeat,
)
from frontrow.domain.event import Event
from frontrow.domain.hold import BOOKING_GUARD_MS, HeldSeat
from frontrow.domain.ids import (
    BlockId,
    BookingId,
    CategoryId,
    EventId,
    HoldId,
    LayoutId,
    OrderId,
    SeatId,
    UserId,
    new_made_id,
)
from frontrow.domain.layout import Category, Layout, Point, Seat
from frontrow.domain.order import Order
from frontrow.ports import Clock, Ledger

STANDARD = CategoryId("standard")
ROUTE = "POST /api/v1/bookings"
PRICE_MINOR = 4_500


def seats(names: str) -> tuple[SeatId, ...]:
    """Seat ids from words: "A1 A2"."""
    return tuple(SeatId(name) for name in names.split())


def layout(layout_id: str = "hall", name: str = "The hall") -> Layout:
    """A drawing with one seat: the ledger never looks inside."""
    return Layout(
        id=LayoutId(layout_id),
        name=name,
        canvas_w=100,
        canvas_h=100,
        categories=(Category(STANDARD, "Standard", "#336699", 45.0),),
        seats=(Seat(SeatId("A1"), Point(10, 10), STANDARD, "A", 1),),
    )


def event(event_id: str = "gala", *, layout_id: str = "hall") -> Event:
    """An event that has no number yet."""
    return Event(
        event_id=EventId(event_id),
        number=0,
        name="Spring gala",
        layout_id=LayoutId(layout_id),
        layout_version=1,
        starts_at_ms=1_900_000_000_000,
        currency="USD",
        prices={STANDARD: PRICE_MINOR, CategoryId("balcony"): 3_000},
    )


async def event_on_sale(ledger: Ledger, event_id: str = "gala") -> Event:
    """The event in the ledger, on a layout of its own."""
    await ledger.add_layout(layout(f"{event_id}-hall"), b"{}")
    stored = await ledger.add_event(event(event_id, layout_id=f"{event_id}-hall"))
    assert stored is not None
    return stored


def draft(
    of: Event,
    names: str,
    *,
    user: str = "ann",
    key: str | None = None,
    body: str = "body",
    booking_id: str | None = None,
    hold: str | None = None,
    booked_at_ms: int = 1_800_000_000_000,
    price_minor: int = PRICE_MINOR,
) -> BookingDraft:
    """A booking of these seats; `body` stands for the request's fingerprint."""
    user_id = UserId(user)
    hold_id = None if hold is None else HoldId(hold)
    sold = tuple(SoldSeat(seat_id, STANDARD, price_minor) for seat_id in seats(names))
    return BookingDraft(
        booking=Booking(
            booking_id=BookingId(booking_id or new_made_id(of.number)),
            event_id=of.event_id,
            user_id=user_id,
            seats=sold,
            table_ids=(),
            total_minor=price_minor * len(sold),
            currency=of.currency,
            status=BookingStatus.BOOKED,
            contact_info=ContactInfo("Ann Lee", "ann@example.com"),
            booked_at_ms=booked_at_ms,
            hold_id=hold_id,
            payment_info=PaymentInfo("cash"),
        ),
        held=tuple(HeldSeat(seat.seat_id, hold_id or HoldId(f"{of.number}-hold")) for seat in sold),
        fingerprint=body,
        idempotency_key=None if key is None else IdempotencyKey(user_id, ROUTE, key, body),
    )


def block(of: Event, names: str, *, block_id: str | None = None, reason: str | None = None) -> Block:
    """Seats withheld by an admin."""
    return Block(BlockId(block_id or new_made_id(of.number)), of.event_id, seats(names), UserId("admin"), reason=reason)


def order(of: Event, names: str, *, order_id: str | None = None, user: str = "ann", phone: str | None = None) -> Order:
    """An order of these seats."""
    return Order(
        order_id=OrderId(order_id or new_made_id(of.number)),
        event_id=of.event_id,
        hold_id=HoldId(f"{of.number}-hold"),
        user_id=UserId(user),
        seats=tuple(SoldSeat(it, CategoryId("standard"), 7_500) for it in seats(names)),
        customer=ContactInfo("Zoë O'Neil; --", "zoë@example.com", phone),
        amount_minor=9_007_199_254_740_993,
        currency="USD",
        created_at_ms=1_800_000_000_000,
        expires_at_ms=1_800_000_300_000,
    )


def guard(clock: Clock) -> int:
    """A whole guard from now, by the clock's monotonic time."""
    return clock.monotonic_ms() + BOOKING_GUARD_MS


async def booked(ledger: Ledger, clock: Clock, wanted: BookingDraft) -> BookingWritten:
    """Write a booking that must succeed now, for the first time."""
    outcome = await ledger.book(wanted, guard_until_ms=guard(clock))
    assert isinstance(outcome, BookingWritten), outcome
    assert not outcome.replayed
    return outcome


async def live(ledger: Ledger, of: Event, seat_ids: Sequence[SeatId] | None = None) -> dict[str, str]:
    """Each live seat's owner."""
    return {seat.seat_id: seat.owner_id for seat in await ledger.live_seats(of.event_id, seat_ids)}
