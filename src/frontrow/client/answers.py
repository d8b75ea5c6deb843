"""What the API answers with, as it says it: camelCase members are snake_case here, times are aware datetimes in UTC.

Members that a newer server adds are left out, and its new words for a state read as `unknown`.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from frontrow.client.layouts import Point


class SaleStatus(StrEnum):
    """Whether seats can be held and booked now."""

    SCHEDULED = "scheduled"
    ON_SALE = "on_sale"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> "SaleStatus":
        return cls.UNKNOWN


class SeatState(StrEnum):
    """What a seat is to everyone who looks."""

    AVAILABLE = "available"
    HELD = "held"
    BOOKED = "booked"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> "SeatState":
        return cls.UNKNOWN


class BookingStatus(StrEnum):
    """Booked until every seat has been cancelled."""

    BOOKED = "booked"
    PARTLY_CANCELLED = "partly_cancelled"
    CANCELLED = "cancelled"
    ABORTED = "aborted"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> "BookingStatus":
        return cls.UNKNOWN


class Money(msgspec.Struct, frozen=True, rename="camel"):
    """An amount in minor units of its currency (ISO 4217): cents for USD, yen for JPY."""

    amount_minor: int
    currency: str


class SeatCounts(msgspec.Struct, frozen=True):
    """How many seats are in each state now."""

    available: int
    held: int
    booked: int
    blocked: int
    total: int


class ChargeKind(StrEnum):
    """What a charge is counted by: a sum per seat or per order, a share of what stands above it, or one of it that
    prices contain already."""

    PER_SEAT = "per_seat"
    PER_ORDER = "per_order"
    SHARE = "share"
    INCLUDED_SHARE = "included_share"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> "ChargeKind":
        return cls.UNKNOWN


class Charge(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A fee or tax that orders of an event add: `amount_minor` for sums, `basis_points` (100 is 1 %) for shares. One
    that is not `refundable` stays paid when seats are cancelled."""

    name: str
    kind: ChargeKind
    amount_minor: int = 0
    basis_points: int = 0
    refundable: bool = True


class Event(msgspec.Struct, frozen=True, rename="camel"):
    """One sellable occurrence. `prices` are minor units of `currency` by category id, `charges` what orders add.

    `layout_name` and `checkout` (how a buyer's page sells: `orders`, `direct` or `none`) come with reads; `counts` is
    missing while the server's hold store cannot be asked.
    """

    event_id: str
    name: str
    layout_id: str
    layout_version: int
    starts_at: datetime
    sale_status: SaleStatus
    currency: str
    prices: dict[str, int]
    sales_start: datetime | None = None
    sales_end: datetime | None = None
    orphan_rule: bool = False
    charges: tuple[Charge, ...] = ()
    layout_name: str | None = None
    checkout: str | None = None
    counts: SeatCounts | None = None


class EventList(msgspec.Struct, frozen=True, rename="camel"):
    """A page of events in the order they were made; `next_cursor` is None on the last one."""

    items: tuple[Event, ...]
    next_cursor: str | None = None


class LatestLayout(msgspec.Struct, frozen=True, rename="camel"):
    """A layout's newest version."""

    layout_id: str
    version: int


class PublishedLayout(msgspec.Struct, frozen=True, rename="camel"):
    """A layout's new version. `warnings` say what an import could not keep, and what looks odd but stops nobody."""

    layout_id: str
    version: int
    warnings: tuple[str, ...] = ()


class SeatNow(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A seat where it stands, at its price in the event, as it is now. `hold_expires_at` is there while it is held by
    a hold that will run out by itself."""

    seat_id: str
    position: Point
    category_id: str
    row_label: str
    seat_number: int | str
    price: Money
    state: SeatState
    section_id: str | None = None
    table_id: str | None = None
    accessible: bool = False
    companion: bool = False
    restricted_view: bool = False
    hold_expires_at: datetime | None = None


class SeatList(msgspec.Struct, frozen=True, rename="camel"):
    """Seats in layout order, at one position of the event's changes. `stale`: newer changes may be missing, because
    the server's hold store does not answer at present. `etag` names this version of the answer."""

    seats: tuple[SeatNow, ...]
    epoch: str
    offset: str
    layout_version: int
    stale: bool = False
    etag: str | None = None


class SeatStates(msgspec.Struct, frozen=True, rename="camel"):
    """Every seat in layout order, one character each: `a` available, `h` held, `b` booked, `x` blocked. `etag` names
    this version of the answer."""

    epoch: str
    offset: str
    layout_version: int
    states: str
    stale: bool = False
    etag: str | None = None


class SeatSnapshot(msgspec.Struct, frozen=True, rename="camel"):
    """Every seat's state, as in SeatStates. `id` is where a later stream can go on."""

    epoch: str
    offset: str
    layout_id: str
    layout_version: int
    states: str
    id: str = ""


class SeatChanges(msgspec.Struct, frozen=True):
    """The seats that changed, by the letter of the state they have now. `id` is where a later stream can go on."""

    offset: str
    seats: dict[str, tuple[str, ...]]
    id: str = ""


class Suggestions(msgspec.Struct, frozen=True):
    """Seats to hold instead of those that were wanted, the best suggestion first."""

    suggestions: tuple[tuple[str, ...], ...]


class Hold(msgspec.Struct, frozen=True, rename="camel"):
    """A hold as it is now. `moved_seat_ids` are seats it was made for that a newer hold of the same user has now."""

    hold_id: str
    event_id: str
    seat_ids: tuple[str, ...]
    table_ids: tuple[str, ...]
    expires_at: datetime
    total: Money
    moved_seat_ids: tuple[str, ...] = ()


class HoldList(msgspec.Struct, frozen=True):
    """Holds, the one that runs out first before the others."""

    items: tuple[Hold, ...]


class SeatHold(msgspec.Struct, frozen=True, rename="camel"):
    """Who holds a seat: `user_id`, since `held_at`, in the hold `hold_id`, until `expires_at`."""

    seat_id: str
    event_id: str
    hold_id: str
    user_id: str
    held_at: datetime
    expires_at: datetime


class ReleasedSeats(msgspec.Struct, frozen=True, rename="camel"):
    """The seats given back, and when others can take them."""

    hold_id: str
    event_id: str
    seat_ids: tuple[str, ...]
    expires_at: datetime


class Contact(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Whom to tell about a booking."""

    name: str
    email: str
    phone: str | None = None


class Payment(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A payment made elsewhere, as the buyer or an integrator states it."""

    method: str
    transaction_id: str | None = None
    gateway: str | None = None


class RefundState(StrEnum):
    """How far a refund has come. `failed` needs somebody to look."""

    DUE = "due"
    PROCESSING = "processing"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> "RefundState":
        return cls.UNKNOWN


class RefundReason(StrEnum):
    """Why money goes back."""

    SEATS_CANCELLED = "seats_cancelled"
    EVENT_CANCELLED = "event_cancelled"
    PAID_LATE = "paid_late"
    PAID_TWICE = "paid_twice"
    WRONG_AMOUNT = "wrong_amount"
    GIVEN_UP = "given_up"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> "RefundReason":
        return cls.UNKNOWN


class Refund(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """Money that goes back. `seat_ids` are the seats it is for, where it is for seats."""

    refund_id: str
    amount: Money
    reason: RefundReason
    status: RefundState
    seat_ids: tuple[str, ...]
    created_at: datetime


class Booking(msgspec.Struct, frozen=True, rename="camel"):
    """A booking. `seat_ids` are those sold at first, `cancelled_seat_ids` those given back since. `order_id` is the
    order that paid for it, `refunds` what goes back of that; `ticket_code` is what the door asks for."""

    booking_id: str
    event_id: str
    seat_ids: tuple[str, ...]
    table_ids: tuple[str, ...]
    total: Money
    status: BookingStatus
    contact_info: Contact
    booked_at: datetime
    user_id: str
    hold_id: str | None = None
    payment_info: Payment | None = None
    notes: str | None = None
    special_requests: str | None = None
    cancelled_seat_ids: tuple[str, ...] = ()
    ticket_code: str | None = None
    order_id: str | None = None
    refunds: tuple[Refund, ...] = ()


class BookingList(msgspec.Struct, frozen=True, rename="camel"):
    """A page of bookings, newest first; `next_cursor` is None on the last one."""

    items: tuple[Booking, ...]
    next_cursor: str | None = None


class GuestToken(msgspec.Struct, frozen=True, rename="camel"):
    """A user of one's own and the token that speaks for it; it cannot be renewed."""

    token: str
    user_id: str
    expires_at: datetime


class Block(msgspec.Struct, frozen=True, rename="camel"):
    """Seats withheld from sale together."""

    block_id: str
    event_id: str
    seat_ids: tuple[str, ...]
    reason: str | None = None


class UnblockedSeats(msgspec.Struct, frozen=True, rename="camel"):
    """The seats that are on sale again; others that were named were not withheld."""

    event_id: str
    seat_ids: tuple[str, ...]


class Alive(msgspec.Struct, frozen=True):
    """The process runs."""

    status: str


class StoreHealth(msgspec.Struct, frozen=True, rename="camel"):
    """One store, asked just now: `state` is `up` or `down`, `took_ms` how long its answer took."""

    state: str
    took_ms: float


class SweepHealth(msgspec.Struct, frozen=True, rename="camel"):
    """How that process keeps up with holds that run out, counted since its start: `state` is `up` or `degraded`."""

    state: str
    lag_ms: int
    swept_seats: int
    failures: int
    failing_events: int
    last_pass_at: datetime | None = None
    last_failure_at: datetime | None = None


class Readiness(msgspec.Struct, frozen=True):
    """`status` is `ready`; or `degraded`, while holds that ran out are shown too long; or `not_ready`."""

    status: str
    stores: dict[str, StoreHealth]
    sweep: SweepHealth | None = None

    @property
    def is_ready(self) -> bool:
        """Whether every store answers."""
        return self.status in ("ready", "degraded")
