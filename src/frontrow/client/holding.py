"""Holds: take seats for a few minutes, look at what is held, prolong it, give it back."""

import secrets
from collections.abc import Sequence

from frontrow.client.answers import Hold, HoldList, ReleasedSeats, SeatHold
from frontrow.client.errors import HoldNotFound
from frontrow.client.exchange import Flow, Request, answered, asked, segment
from frontrow.client.forms import BestAvailable, ExtensionForm, HoldForm, ReleaseForm

_KEY_BYTES = 18


def new_idempotency_key() -> str:
    """A key nobody had before."""
    return secrets.token_urlsafe(_KEY_BYTES)


def hold_seats(
    event_id: str,
    seat_ids: Sequence[str] = (),
    *,
    table_ids: Sequence[str] = (),
    best_available: BestAvailable | None = None,
    duration_minutes: int | None = None,
    hold_id: str | None = None,
    reason: str | None = None,
    idempotency_key: str | None = None,
) -> Flow[Hold]:
    """Hold seats and whole tables, 1 to 50 seats in all: every one of them, or none.

    Args:
        best_available: let the server choose the seats, instead of naming any.
        duration_minutes: 1 to 120 from now; the server's default when None.
        hold_id: your open hold to add the seats to.
        reason: why; `admin_hold` and `maintenance` need the admin role.
        idempotency_key: makes a later call with the same arguments the same hold; the client makes one by itself,
            which its own retries share.

    Raises:
        SeatsUnavailable: naming every seat that could not be had, and why; none where the server was to choose, and
            no such seats are free. Nothing is held.
        SeatLimitReached, OrphanSeats, EventNotOnSale: nothing is held.
        InvalidRequest: unknown seats, the same seat twice, too many, part of a table that is only held whole.
        HoldNotFound: `hold_id` is no open hold of yours, or the key's hold is over.
    """
    form = HoldForm(
        seat_ids=tuple(seat_ids),
        table_ids=tuple(table_ids),
        best_available=best_available,
        duration_minutes=duration_minutes,
        hold_id=hold_id,
        reason=reason,
    )
    return asked(
        Request(
            operation="holdSeats",
            method="POST",
            path=f"/api/v1/events/{segment(event_id)}/holds",
            body=form.encoded(),
            needs_token=True,
            idempotency_key=idempotency_key or new_idempotency_key(),
        ),
        Hold,
    )


def list_holds() -> Flow[tuple[Hold, ...]]:
    """Your open holds in every event, the one that runs out first before the others."""
    request = Request(operation="listHolds", method="GET", path="/api/v1/holds", needs_token=True)
    return (yield from asked(request, HoldList)).items


def get_hold(event_id: str, hold_id: str) -> Flow[Hold]:
    """A hold as it is now.

    Raises:
        HoldNotFound: it was released, ran out, or never was yours.
    """
    return asked(
        Request(operation="getHold", method="GET", path=_path(event_id, hold_id), needs_token=True),
        Hold,
    )


def get_seat_hold(event_id: str, seat_id: str) -> Flow[SeatHold]:
    """Who holds a seat, to that user or an admin.

    Raises:
        HoldNotFound: nobody, or (unless you are an admin) somebody else.
        NotFound: there is no such event.
    """
    path = f"/api/v1/events/{segment(event_id)}/seats/{segment(seat_id)}/hold"
    return asked(Request(operation="getSeatHold", method="GET", path=path, needs_token=True), SeatHold)


def delete_hold(event_id: str, hold_id: str) -> Flow[None]:
    """Give a hold back; an admin may give back anyone's.

    Raises:
        HoldNotFound: it was released before, ran out, or never was yours.
        RequestInProgress: a booking is being written for it.
    """
    request = Request(operation="deleteHold", method="DELETE", path=_path(event_id, hold_id), needs_token=True)
    try:
        yield from answered(request)
    except HoldNotFound as error:
        if not error.may_have_happened:
            raise
        # An earlier try was not answered, and now the hold is gone: that is what was asked for.


def extend_hold(event_id: str, hold_id: str, duration_minutes: int | None = None) -> Flow[Hold]:
    """Let a hold last `duration_minutes` (1 to 120, the server's default when None) from now; never shorter than it
    would have, never past the server's cap.

    Raises:
        HoldNotFound: it was released, ran out, or never was yours.
        EventNotOnSale: the sale is over.
    """
    return asked(
        Request(
            operation="extendHold",
            method="POST",
            path=f"{_path(event_id, hold_id)}/extend",
            body=ExtensionForm(duration_minutes=duration_minutes).encoded(),
            needs_token=True,
        ),
        Hold,
    )


def release_hold_seats(
    event_id: str, hold_id: str, seat_ids: Sequence[str] | None = None, *, after_seconds: int = 0
) -> Flow[ReleasedSeats]:
    """Give back some seats of a hold, or (None) all of them.

    Args:
        after_seconds: 0, or up to 120: only let them run out that soon, so that `extend_hold` may still cancel it.

    Raises:
        HoldNotFound: it was released, ran out, or never was yours.
        SeatsUnavailable: naming the seats that this hold does not hold now. Nothing is given back.
        InvalidRequest: part of a table that is only held whole.
        RequestInProgress: a booking is being written for them.
    """
    form = ReleaseForm(seat_ids=None if seat_ids is None else tuple(seat_ids), after_seconds=after_seconds)
    return asked(
        Request(
            operation="releaseSeats",
            method="POST",
            path=f"{_path(event_id, hold_id)}/release",
            body=form.encoded(),
            needs_token=True,
        ),
        ReleasedSeats,
    )


def _path(event_id: str, hold_id: str) -> str:
    return f"/api/v1/events/{segment(event_id)}/holds/{segment(hold_id)}"
