"""A real venue of 8,897 seats: sold across, and then the store is emptied."""

import asyncio

from frontrow.domain.booking import BookingWritten
from frontrow.domain.hold import SeatsUnavailable, Unavailable
from frontrow.domain.layout_faults import LayoutSound
from frontrow.domain.layout_import import import_chart
from tests.integration.services.conftest import Process
from tests.integration.services.test_selling import flush, settle
from tests.support.charts import real_chart
from tests.support.fake_clock import SkippingClock
from tests.support.house import House, user
from tests.support.valkey import ValkeyServer

EVERY = 30
BASKET = 10


async def test_seats_sold_across_the_real_chart_are_still_refused_after_flushall(
    process: Process, valkey: ValkeyServer, clock: SkippingClock
) -> None:
    chart = import_chart(real_chart("sampleChartWithZones"))
    assert isinstance(chart, LayoutSound)
    house = await process()
    await house.open(chart.layout)
    chosen = [seat.id for seat in chart.layout.seats][::EVERY]
    baskets = [" ".join(chosen[first : first + BASKET]) for first in range(0, len(chosen), BASKET)]
    buyers = [user(f"buyer-{number}") for number in range(len(baskets))]
    made = await asyncio.gather(*(buy(house, names, number) for number, names in enumerate(baskets)))
    assert sum(len(booking.booking.seats) for booking in made) == len(chosen) == 297

    flush(valkey)
    for names in baskets:
        refused = await house.hold(user("late"), names)
        assert isinstance(refused, SeatsUnavailable)
        assert {(it.seat_id, it.reason) for it in refused.refusals} == {
            (seat_id, Unavailable.BOOKED) for seat_id in names.split()
        }
    await house.held(user("late"), chart.layout.seats[1].id)
    await settle(house, clock)
    assert await house.broken_promises(*buyers, layout=chart.layout) == []


async def buy(house: House, names: str, number: int) -> BookingWritten:
    buyer = user(f"buyer-{number}")
    booked = await house.book_hold(buyer, await house.held(buyer, names))
    assert isinstance(booked, BookingWritten), booked
    return booked
