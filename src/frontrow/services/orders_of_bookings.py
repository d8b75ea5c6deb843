"""Which order a booking was made by: looked for among those its hold can have, never believed from what it says."""

from frontrow.domain.booking import Booking, BookingWritten
from frontrow.domain.order import Order
from frontrow.ports import Ledger
from frontrow.services.order_ids import OrderIds, booking_key


async def order_of_booking(ledger: Ledger, order_ids: OrderIds, booking: Booking) -> Order | None:
    """The order that was paid for this booking; None where it was booked otherwise.

    Raises:
        LedgerUnavailable: nobody knows; ask again.
    """
    if booking.hold_id is None:
        return None
    for order_id in order_ids.of_hold(booking.hold_id, booking.user_id):
        order = await ledger.order(order_id)
        if order is None:
            return None
        match await ledger.replay(booking_key(order)):
            case BookingWritten(booking=made) if made.booking_id == booking.booking_id:
                return order
    return None
