"""Bookings: sell held seats for good, look at what was sold, cancel all or some of it. And tokens for guests."""

from collections.abc import Iterator, Sequence

from frontrow.client.answers import Booking, BookingList, Contact, GuestToken, Payment
from frontrow.client.exchange import Flow, Request, answered, asked, query_of, segment
from frontrow.client.forms import BookingForm, CancelForm
from frontrow.client.holding import new_idempotency_key
from frontrow.client.paging import pages
from frontrow.client.reading import PAGE_DEFAULT


def book_seats(
    event_id: str,
    contact: Contact,
    *,
    hold_id: str | None = None,
    seat_ids: Sequence[str] = (),
    table_ids: Sequence[str] = (),
    payment: Payment | None = None,
    notes: str | None = None,
    special_requests: str | None = None,
    user_id: str | None = None,
    idempotency_key: str | None = None,
) -> Flow[Booking]:
    """Book a hold with all its seats (`hold_id`), or seats and tables that you hold; not both.

    The same hold or the same seats again answer with the same booking.

    Args:
        user_id: whose holds they are, for integrators and admins.
        idempotency_key: makes a later call with the same arguments the same booking, for ever; the client makes one
            by itself, which its own retries share.

    Raises:
        HoldNotFound: the hold was released, ran out, or never was yours.
        SeatsUnavailable: naming the seats that you do not hold. Nothing is booked.
        HoldNotComplete: some of the hold's seats have moved to a newer hold of yours.
        Forbidden: only integrators and admins may book without an order here.
        RequestInProgress: this very booking is still being written.
    """
    form = BookingForm(
        event_id=event_id,
        contact_info=contact,
        hold_id=hold_id,
        seat_ids=tuple(seat_ids),
        table_ids=tuple(table_ids),
        payment_info=payment,
        notes=notes,
        special_requests=special_requests,
        user_id=user_id,
    )
    return asked(
        Request(
            operation="bookSeats",
            method="POST",
            path="/api/v1/bookings",
            body=form.encoded(),
            needs_token=True,
            idempotency_key=idempotency_key or new_idempotency_key(),
        ),
        Booking,
    )


def list_bookings(*, limit: int = PAGE_DEFAULT, cursor: str | None = None) -> Flow[BookingList]:
    """A page of your bookings, newest first; `bookings()` walks through all of them.

    Args:
        limit: 1 to 100.
        cursor: `next_cursor` of the page before.
    """
    return asked(
        Request(
            operation="listBookings",
            method="GET",
            path="/api/v1/bookings",
            query=query_of(limit=limit, cursor=cursor),
            needs_token=True,
        ),
        BookingList,
    )


def bookings(*, page_size: int = PAGE_DEFAULT) -> Iterator[Flow[tuple[Booking, ...]]]:
    """All your bookings, newest first, read a page of `page_size` (1 to 100) at a time while you iterate."""
    return pages(lambda cursor: list_bookings(limit=page_size, cursor=cursor))


def list_event_bookings(
    event_id: str, query: str = "", *, limit: int = PAGE_DEFAULT, cursor: str | None = None
) -> Flow[BookingList]:
    """A page of an event's bookings, everybody's, newest first; `event_bookings()` walks through all of them. Needs the
    role `admin`.

    Args:
        query: words that the name or the e-mail address contains, or what the booking's id begins with; all if empty.
        limit: 1 to 100. A page may have fewer, even none, and be followed by another.
        cursor: `next_cursor` of the page before.

    Raises:
        Forbidden: the token lacks the role.
        NotFound: there is no such event.
    """
    return asked(_of_event(event_id, query=query, limit=limit, cursor=cursor), BookingList)


def event_bookings(
    event_id: str, query: str = "", *, page_size: int = PAGE_DEFAULT
) -> Iterator[Flow[tuple[Booking, ...]]]:
    """All of an event's bookings that `list_event_bookings` finds, newest first, read a page of `page_size` (1 to 100)
    at a time while you iterate."""
    return pages(lambda cursor: list_event_bookings(event_id, query, limit=page_size, cursor=cursor))


def export_bookings(event_id: str, query: str = "") -> Flow[bytes]:
    """The same bookings as a CSV file in UTF-8, all of them. Cells that a spreadsheet would take for formulas begin
    with an apostrophe.

    Raises:
        Forbidden: the token lacks the role.
        NotFound: there is no such event.
    """
    return (yield from answered(_of_event(event_id, query=query, format="csv"))).body


def get_booking(booking_id: str) -> Flow[Booking]:
    """One booking of yours; to an admin, anyone's.

    Raises:
        NotFound: there is none, or it is another user's.
    """
    return asked(Request(operation="getBooking", method="GET", path=_path(booking_id), needs_token=True), Booking)


def cancel_booking(booking_id: str, seat_ids: Sequence[str] | None = None) -> Flow[Booking]:
    """Cancel some seats of a booking, or (None) all that are left; they are free again at once.

    Raises:
        NotFound: there is no such booking of yours.
        CancellationClosed: the event has begun; the organiser's tokens may still cancel.
        InvalidRequest: seats it never had, or part of a table that is only sold whole.
    """
    form = CancelForm(seat_ids=None if seat_ids is None else tuple(seat_ids))
    return asked(
        Request(
            operation="cancelBooking",
            method="POST",
            path=f"{_path(booking_id)}/cancel",
            body=form.encoded(),
            needs_token=True,
        ),
        Booking,
    )


def create_guest_token() -> Flow[GuestToken]:
    """A user nobody had before and its token for a day, without signing up. Give it to `with_token`.

    Raises:
        NotFound: this server gives none out.
    """
    return asked(Request(operation="createGuestToken", method="POST", path="/api/v1/guest-tokens"), GuestToken)


def _of_event(event_id: str, **query: str | int | None) -> Request:
    return Request(
        operation="listEventBookings",
        method="GET",
        path=f"/api/v1/events/{segment(event_id)}/bookings",
        query=query_of(**query),
        needs_token=True,
    )


def _path(booking_id: str) -> str:
    return f"/api/v1/bookings/{segment(booking_id)}"
