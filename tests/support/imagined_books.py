"""What an imagined sale leaves in the ledger, and what can be wrong with it."""

from dataclasses import dataclass, field
from enum import Enum

from tests.chaos.checker.breaches import Promise
from tests.chaos.checker.standing import BookingRow, OrderRow, Row

EVENT = "gala"
PRICE = 1_000


class Defect(Enum):
    """What goes wrong once, and the promise it breaks."""

    HELD_TWICE = "a seat that is held is granted to somebody else", Promise.ONE_OWNER
    HELD_THOUGH_SOLD = "a sold seat is granted as a hold", Promise.ONE_OWNER
    REFUSED_THOUGH_FREE = "a free seat is refused", Promise.ONE_OWNER
    LOST_HOLD = "a hold vanishes before it runs out", Promise.ONE_OWNER
    OUTLIVED = "a hold is booked after it ran out", Promise.ONE_OWNER
    HALF_BOOKED = "a booking leaves out a seat", Promise.ALL_OR_NOTHING
    BOOKED_TWICE = "a repeated booking makes a second one", Promise.ONE_EFFECT
    BOOKING_LOST = "a booking that was answered is not there", Promise.KEPT
    SEAT_LOST = "a booking loses a seat that nobody cancelled", Promise.KEPT
    MONEY_KEPT = "an order that was paid has neither booking nor refund", Promise.MONEY
    PAID_TWICE = "a payment is taken twice", Promise.MONEY
    VIEW_DIFFERS = "two watchers at one place see other states", Promise.VIEWS
    VIEW_STALE = "a process's view is not as the ledger is at the end", Promise.VIEWS
    LEFT_SOLD = "a cancelled seat stays sold in the store", Promise.AT_REST

    @property
    def promise(self) -> Promise:
        """The promise that is broken."""
        return self.value[1]


@dataclass
class Sale:
    """A claim or booking."""

    purchase: str
    user: str
    seats: tuple[str, ...]
    booking_id: str | None
    order_id: str | None
    ended: set[str] = field(default_factory=set)


def rows_of(sale: Sale) -> list[Row]:
    """The rows of its seats."""
    state, owner_id = ("booked", sale.booking_id) if sale.booking_id is not None else ("claimed", sale.order_id)
    return [
        Row(
            event=EVENT,
            seat=seat,
            owner_id=str(owner_id),
            state=state,
            user=sale.user,
            price_minor=PRICE,
            created_at_ms=0,
            ended_at_ms=1 if seat in sale.ended else None,
        )
        for seat in sale.seats
    ]


def booking_of(sale: Sale) -> BookingRow:
    """Its booking."""
    return BookingRow(
        booking_id=str(sale.booking_id),
        event=EVENT,
        user=sale.user,
        status="booked",
        hold_id=None,
        order_id=sale.order_id,
        total_minor=PRICE * len(sale.seats),
        purchase=sale.purchase,
    )


def order_of(sale: Sale) -> OrderRow:
    """Its order, closed."""
    return OrderRow(
        order_id=str(sale.order_id),
        event=EVENT,
        user=sale.user,
        state="cancelled" if sale.booking_id is None else "booked",
        has_claim=False,
        hold_id="",
        booking_id=sale.booking_id,
        amount_minor=PRICE * len(sale.seats),
        seats=dict.fromkeys(sale.seats, PRICE),
        attention=None,
        purchase=sale.purchase,
    )
