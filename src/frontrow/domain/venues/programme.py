"""What the demo has on sale: its venues, and an event on each, those of the documents under the documents' ids."""

import msgspec

from frontrow.domain.charges import Charge, ChargeKind
from frontrow.domain.ids import EventId, LayoutId
from frontrow.domain.layout import Layout
from frontrow.domain.venues.arena import arena
from frontrow.domain.venues.cinema import cinema
from frontrow.domain.venues.halls import grand_theater, studio
from frontrow.domain.venues.theatre import theatre


class DemoEvent(msgspec.Struct, frozen=True):
    """An event of the demo: `starts_in_days` after the day it is put on sale, at the drawing's own prices in USD.

    `charges` are what its orders add.
    """

    event_id: EventId
    name: str
    layout_id: LayoutId
    starts_in_days: int
    charges: tuple[Charge, ...] = ()


def demo_layouts() -> tuple[Layout, ...]:
    """Every venue of the demo, the same each time; together about 13,700 seats, made in some 60 ms."""
    return (cinema(), theatre(), arena(), grand_theater(), studio())


_BOOKING_FEE = Charge("Booking fee", ChargeKind.PER_ORDER, amount_minor=250, refundable=False)

DEMO_EVENTS = (
    DemoEvent(EventId("cinema-demo"), "The Long Take", LayoutId("cinema"), 14),
    DemoEvent(EventId("theatre-demo"), "A Winter Cabaret", LayoutId("theatre"), 30, (_BOOKING_FEE,)),
    DemoEvent(EventId("arena-demo"), "Northern Lights Live", LayoutId("arena"), 60),
    DemoEvent(EventId("64f123456789abcd12345678"), "Grand Theater Main Hall", LayoutId("64f123456789abcd12345678"), 45),
    DemoEvent(EventId("42"), "The Last Projectionist", LayoutId("cinema"), 21),
    DemoEvent(EventId("6968c63750fc5afb14f89c46"), "Matinee at the Studio", LayoutId("studio"), 21),
    DemoEvent(EventId("movie123"), "Movie Night", LayoutId("cinema"), 21),
    DemoEvent(EventId("spider123"), "Spider-Man", LayoutId("cinema"), 21),
)
"""In the order they are listed. Sources of the ids: seeds/002, seeds/003, seeds/004, seeds/000 (twice)."""
