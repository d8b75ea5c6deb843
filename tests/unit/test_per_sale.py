"""Things made once for each event: made anew where they no longer fit, let go where they take too much room."""

import msgspec
import pytest

from frontrow.domain.event import Event
from frontrow.domain.ids import CategoryId, EventId, LayoutId
from frontrow.domain.layout_index import index_layout
from frontrow.http import per_sale
from frontrow.http.per_sale import PerSale
from frontrow.services.catalog import Sale
from tests.support.house import small_layout

LAYOUT = index_layout(small_layout(), 1)


def sale(event_id: str = "gala", price_minor: int = 100) -> Sale:
    prices = {CategoryId("standard"): price_minor, CategoryId("vip"): price_minor}
    return Sale(Event(EventId(event_id), 1, "Gala", LayoutId("small-house"), 1, 2**41, "USD", prices), LAYOUT)


@pytest.fixture
def made() -> list[Sale]:
    """What was made, in order."""
    return []


@pytest.fixture
def things(made: list[Sale]) -> PerSale[int]:
    """Each thing is its number."""

    def make(of: Sale) -> int:
        made.append(of)
        return len(made)

    return PerSale(make)


def test_a_thing_is_made_once_for_equal_events_on_one_drawing(things: PerSale[int]) -> None:
    assert [things.of(sale()), things.of(sale()), things.of(sale("other")), things.of(sale())] == [1, 1, 2, 1]


def test_a_changed_event_or_drawing_gets_a_new_thing(things: PerSale[int]) -> None:
    assert things.of(sale()) == 1
    assert things.of(sale(price_minor=200)) == 2
    redrawn = msgspec.structs.replace(sale(price_minor=200), layout=index_layout(small_layout(), 2))
    assert things.of(redrawn) == 3
    assert things.of(redrawn) == 3


def test_the_oldest_things_go_where_their_events_have_too_many_seats(
    things: PerSale[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(per_sale, "SEATS_MAX", 2 * len(LAYOUT.seat_ids))
    assert [things.of(sale(name)) for name in ("one", "two", "three")] == [1, 2, 3]
    assert [things.of(sale(name)) for name in ("three", "two", "one")] == [3, 2, 4]


def test_one_event_of_any_size_is_kept(things: PerSale[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(per_sale, "SEATS_MAX", 1)
    assert [things.of(sale()), things.of(sale()), things.of(sale("other")), things.of(sale("other"))] == [1, 1, 2, 2]
