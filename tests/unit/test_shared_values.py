"""A drawing whose equal values are one object each."""

from frontrow.domain.document_pieces import decode_in_pieces, encode_in_pieces
from frontrow.domain.layout import Layout
from frontrow.domain.layout_index import index_layout
from frontrow.domain.shared_values import with_shared_values
from frontrow.domain.venues.theatre import theatre
from tests.support import layout_documents as documents


def test_a_layout_with_shared_values_equals_what_it_was_made_of() -> None:
    layout = theatre()
    assert with_shared_values(layout) == layout


def test_equal_values_of_seats_are_kept_once() -> None:
    first, second, *_ = with_shared_values(read_anew(documents.layout())).seats
    assert first.size is second.size
    assert first.rotation is second.rotation
    assert first.row_label is second.row_label


def test_seats_are_named_by_the_texts_of_the_drawing_that_is_most_alike() -> None:
    layout, other = documents.layout(), theatre()
    kept = [index_layout(other, 1), index_layout(layout, 1)]
    again = with_shared_values(read_anew(layout), kept)
    assert again == layout
    assert all(seat.id is known.id for seat, known in zip(again.seats, layout.seats, strict=True))


def test_seats_of_no_drawing_that_is_kept_keep_their_own_names() -> None:
    layout = documents.layout()
    assert with_shared_values(layout, [index_layout(theatre(), 1)]) == layout


def read_anew(layout: Layout) -> Layout:
    """The same layout, every value an object of its own."""
    return decode_in_pieces(encode_in_pieces(layout, "seats"), Layout)
