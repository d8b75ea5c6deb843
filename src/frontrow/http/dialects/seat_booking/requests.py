"""What dialect 002 is sent, and what its examples speak of. Members that are not known are ignored."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from frontrow.http.dialects.fields import Id, SeatIds
from frontrow.http.fields import BookingsCursor, ContactEmail, LongText, PersonName, PhoneNumber, RequiredText, Text
from frontrow.http.operation import NamesUser

PAGE_MAX = 100
TAG = "Dialect 002: seat booking"

TableIds = Annotated[tuple[Id, ...], Meta(description="whole tables of the event's layout")]
Minutes = Annotated[int, Meta(ge=1, le=120, description="how long the seats are held")]
Reason = Annotated[
    Literal["payment_processing", "admin_hold", "maintenance"],
    Meta(description="`admin_hold` and `maintenance` are for admins"),
]


class SeatBookingHold(NamesUser, frozen=True, rename="camel"):
    """The seats to hold, 1 to 50."""

    event_id: Id
    seat_ids: SeatIds
    hold_duration_minutes: Minutes | None = None
    reason: Reason | None = None


class SeatBookingTableHold(NamesUser, frozen=True, rename="camel"):
    """The table to hold with all its seats."""

    event_id: Id
    table_id: Id
    hold_duration_minutes: Minutes | None = None
    reason: Reason | None = None


class SeatBookingContact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom to tell about the booking."""

    name: PersonName
    email: ContactEmail
    phone: PhoneNumber | None = None


class SeatBookingPayment(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A payment made elsewhere, as you state it."""

    method: RequiredText
    transaction_id: Text | None = None
    gateway: Text | None = None


class ConfirmBooking(NamesUser, frozen=True, rename="camel"):
    """The seats and tables to book, all of them held by you; together 1 to 50 seats."""

    event_id: Id
    contact_info: SeatBookingContact
    seat_ids: SeatIds | None = None
    table_ids: TableIds | None = None
    payment_info: SeatBookingPayment | None = None
    notes: LongText | None = None
    special_requests: LongText | None = None


class SeatBookingRelease(NamesUser, frozen=True, rename="camel"):
    """The seats to give back; all that you hold in the event when none are named."""

    seat_ids: SeatIds | None = None


class BookingsQuery(msgspec.Struct, frozen=True):
    """Which page of bookings; the newest hundred without any."""

    limit: Annotated[int, Meta(ge=1, le=PAGE_MAX, description="how many at most")] = PAGE_MAX
    cursor: BookingsCursor | None = None


EVENT = "64f123456789abcd12345678"
EVENT_PATH = {"eventId": EVENT}
SEATS = ("seat_A1", "seat_A2", "seat_A3")
TABLE_SEATS = tuple(f"seat_table_VIP_001_{number}" for number in range(8))
BOOKING_ID = "4-Qm4c8TzPp0a1x2K9sLw3vA"
