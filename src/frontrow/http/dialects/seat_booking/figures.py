"""Dialect 002's statistics. Source: seeds/002 (section 9)."""

from frontrow.domain.ids import EventId
from frontrow.http.dialects.fields import amount
from frontrow.http.dialects.seat_booking.answers import (
    REFUSALS,
    STORE_CODES,
    CategorySales,
    EventSales,
    StatsShown,
)
from frontrow.http.dialects.seat_booking.requests import EVENT, EVENT_PATH, TAG
from frontrow.http.operation import Access, Answer, Call, Example, NoBody, NoQuery, Operation, declared
from frontrow.http.problems import Problem
from frontrow.http.refusals import problem_of
from frontrow.http.services import Services
from frontrow.services.stats import EventStats


async def get_stats(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """The event in figures, revenue by the prices that seats were sold for."""
    event_id = EventId(call.path["eventId"])
    stats = await services.stats.stats(call.user, event_id)
    if not isinstance(stats, EventStats):
        return problem_of(stats, event_id=event_id)
    seats, currency = stats.seats, stats.currency
    return Answer(
        body=StatsShown(
            data=EventSales(
                event_id=event_id,
                total_seats=seats.total,
                booked_seats=seats.booked,
                held_seats=seats.held,
                available_seats=seats.available,
                revenue=amount(seats.revenue_minor, currency),
                category_breakdown={
                    str(category_id): CategorySales(of.total, of.booked, amount(of.revenue_minor, currency))
                    for category_id, of in stats.by_category.items()
                },
            )
        )
    )


OPERATIONS = declared(
    Operation(
        name="getSeatBookingStats",
        method="GET",
        path="/seat-booking/stats/{eventId}",
        summary="The event in figures",
        tag=TAG,
        access=Access.ADMIN,
        handler=get_stats,
        body=NoBody,
        query=NoQuery,
        answer=StatsShown,
        errors=REFUSALS,
        refusals=STORE_CODES,
        example=Example(
            path=EVENT_PATH,
            answer=StatsShown(
                data=EventSales(
                    event_id=EVENT,
                    total_seats=500,
                    booked_seats=127,
                    held_seats=23,
                    available_seats=350,
                    revenue=11_775.0,
                    category_breakdown={
                        "vip": CategorySales(50, 30, 4_500.0),
                        "standard": CategorySales(450, 97, 7_275.0),
                    },
                )
            ),
        ),
    ),
)
