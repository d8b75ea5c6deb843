"""What a cancelled event gives back, order by order and booking by booking."""

from dataclasses import dataclass

from frontrow.domain.ids import BookingId, OrderId
from frontrow.services.bookings import BookingService
from frontrow.services.orders import OrderService


@dataclass(frozen=True, slots=True)
class EventGivingBack:
    """Both use cases as the cancelling of events asks for them. Repeating either call changes nothing more."""

    orders: OrderService
    bookings: BookingService

    async def give_up_for_event(self, order_id: OrderId) -> None:
        """See OrderService.give_up_for_event."""
        await self.orders.give_up_for_event(order_id)

    async def cancel_for_event(self, booking_id: BookingId) -> None:
        """See BookingService.cancel_for_event."""
        await self.bookings.cancel_for_event(booking_id)
