"""The bodies of requests, as the API takes them: what is at its default is left out, null is only sent where it means
something."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from frontrow.client.answers import Charge, Contact, Payment


class _Form(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    def encoded(self) -> bytes:
        """The form as JSON."""
        return msgspec.json.encode(self)


class BestAvailable(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The best `count` (1 to 50) free seats, together where possible: of a category or a section, or of any.

    `accessible` asks for at least one accessible seat; else those, and companions' seats, are kept back.
    """

    count: int
    category_id: str | None = None
    section: str | None = None
    accessible: bool = False


class HoldForm(_Form, frozen=True):
    """See `hold_seats`."""

    seat_ids: tuple[str, ...] = ()
    table_ids: tuple[str, ...] = ()
    best_available: BestAvailable | None = None
    duration_minutes: int | None = None
    hold_id: str | None = None
    reason: str | None = None


class ExtensionForm(_Form, frozen=True):
    """See `extend_hold`."""

    duration_minutes: int | None = None


class ReleaseForm(_Form, frozen=True):
    """See `release_hold_seats`."""

    seat_ids: tuple[str, ...] | None = None
    after_seconds: int = 0


class BookingForm(_Form, frozen=True):
    """See `book_seats`."""

    event_id: str
    contact_info: Contact
    hold_id: str | None = None
    seat_ids: tuple[str, ...] = ()
    table_ids: tuple[str, ...] = ()
    payment_info: Payment | None = None
    notes: str | None = None
    special_requests: str | None = None
    user_id: str | None = None


class OrderForm(_Form, frozen=True):
    """See `place_order`."""

    event_id: str
    hold_id: str
    customer: Contact
    notes: str | None = None
    special_requests: str | None = None
    user_id: str | None = None


class PaymentForm(_Form, frozen=True):
    """See `pay_order`."""

    return_url: str | None = None
    card: Mapping[str, str] | None = None
    payment_info: Payment | None = None


class FindForm(_Form, frozen=True):
    """See `find_booking`."""

    code: str
    email: str


class CancelForm(_Form, frozen=True):
    """See `cancel_booking`."""

    seat_ids: tuple[str, ...] | None = None


class EventForm(_Form, frozen=True):
    """See `create_event`."""

    name: str
    layout_id: str
    starts_at: datetime
    currency: str
    event_id: str | None = None
    layout_version: int | None = None
    sales_start: datetime | None = None
    sales_end: datetime | None = None
    prices: Mapping[str, int] | None = None
    orphan_rule: bool = False
    charges: tuple[Charge, ...] = ()


class EventPatch(_Form, frozen=True):
    """See `change_event`."""

    name: str | UnsetType = UNSET
    layout_id: str | UnsetType = UNSET
    layout_version: int | UnsetType = UNSET
    starts_at: datetime | UnsetType = UNSET
    sales_start: datetime | UnsetType | None = UNSET
    sales_end: datetime | UnsetType | None = UNSET
    currency: str | UnsetType = UNSET
    prices: Mapping[str, int] | UnsetType = UNSET
    orphan_rule: bool | UnsetType = UNSET
    charges: tuple[Charge, ...] | UnsetType = UNSET


class BlockForm(_Form, frozen=True):
    """See `block_seats` and `unblock_seats`."""

    seat_ids: tuple[str, ...]
    reason: str | None = None


class ReconcileForm(_Form, frozen=True):
    """See `reconcile_event`."""

    cursor: str | None = None
    captured: bool = True


class ErasureForm(_Form, frozen=True):
    """See `erase_person`."""

    user_id: str | None = None
    email: str | None = None
