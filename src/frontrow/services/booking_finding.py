"""Finding one's booking again by its code and the e-mail address it was made with, without any token.

Whoever knows both has the ticket in hand. Everything else is answered alike, and takes alike: every booking of the
address is compared, in a time that says nothing of how much of a code was right.
"""

import hmac
from collections.abc import Callable

import msgspec
import structlog

from frontrow.domain.booking import Booking, BookingNotFound
from frontrow.domain.ids import BookingId
from frontrow.ports.order_ledger import OrderLedger

BOOKINGS_PER_EMAIL_MAX = 5_000
"""Of one address no more are looked through: an agency's, which has its own lists."""
BOOKINGS_PER_READ = 500

_log = structlog.get_logger(__name__)


class BookingFound(msgspec.Struct, frozen=True):
    """The booking that has this code and this e-mail address."""

    booking: Booking


class BookingFinding:
    """Finds bookings by code and e-mail address. May raise LedgerUnavailable."""

    def __init__(self, *, orders: OrderLedger, ticket_code: Callable[[BookingId], str]) -> None:
        self._orders = orders
        self._ticket_code = ticket_code

    async def find(self, code: str, email: str) -> BookingFound | BookingNotFound:
        """The booking made for this e-mail address, in whatever case, that has this ticket code or this id.

        A ticket code may be given without its hyphens, in small letters and with spaces around it.
        """
        code = code.strip()
        as_id, as_ticket = code.encode(), _letters(code)
        found: Booking | None = None
        after: BookingId | None = None
        for _ in range(0, BOOKINGS_PER_EMAIL_MAX, BOOKINGS_PER_READ):
            page = await self._orders.bookings_by_email(email, after=after, limit=BOOKINGS_PER_READ)
            for booking in page:
                is_id = hmac.compare_digest(booking.booking_id.encode(), as_id)
                is_ticket = hmac.compare_digest(_letters(self._ticket_code(booking.booking_id)), as_ticket)
                if is_id | is_ticket:
                    found = booking
            if len(page) < BOOKINGS_PER_READ:
                break
            after = page[-1].booking_id
        else:
            _log.warning("bookings_left_out", bookings_max=BOOKINGS_PER_EMAIL_MAX)
        return BookingNotFound() if found is None else BookingFound(found)


def _letters(code: str) -> bytes:
    return code.replace("-", "").replace(" ", "").upper().encode()
