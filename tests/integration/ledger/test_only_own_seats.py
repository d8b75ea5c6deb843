"""Whoever gives seats back gives back their own rows: one that is somebody else's by now stays."""

import pytest

from frontrow.domain.event import Event
from frontrow.domain.order import OrderState
from tests.integration.ledger.drafts import booked, draft, seats
from tests.integration.ledger.order_steps import Books, step
from tests.support.fake_clock import FakeClock


async def test_a_seat_that_was_given_back_and_sold_again_is_not_given_back_by_its_first_order(
    books: Books, show: Event, clock: FakeClock
) -> None:
    stands, _ = await books.booked(show, "A1 A2", clock)
    stands = await books.moved(step(stands, OrderState.BOOKED, cancels=seats("A1")))
    theirs = await booked(books.ledger, clock, draft(show, "A1", user="bob"))
    with pytest.raises(ValueError):
        await books.orders.move(step(stands, OrderState.REFUNDING, cancels=seats("A1")))
    assert (await books.live(show.event_id))["A1"] == f"booked {theirs.booking.booking_id}"
