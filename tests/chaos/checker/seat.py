"""One seat as a machine: what each operation of a history may make of it, and what an answer says of it.

The machine knows no more than the product promises. Expiry needs no step of its own: a hold carries the span of time
within which it ends, and whoever takes the seat must still have been under way when that began.

Two things are forgiven, both only where the history has the fault that excuses them. While a fault that may lose
acknowledged writes lasts, a hold may vanish, and one that was given back may be there again (`HAUNTED`). And a sale
that the store forgot then may be covered by holds until the store is healed (`covered_until_ns`); it stays a sale:
nobody else books, orders or is given that seat.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

FOREVER = 2**63 - 1


class At(StrEnum):
    """How a seat stands."""

    FREE = "free"
    HELD = "held"
    CLAIMED = "claimed"
    BOOKED = "booked"
    LEAVING = "leaving"
    """Given back in the ledger; the store may not know yet, until `hi_ns`."""
    HAUNTED = "haunted"
    """As the store lost some of its last writes: free, or held by a hold that was given back, until `hi_ns`."""


class Seat(NamedTuple):
    """A seat's state. `purchase` and `user` say whose it is; where it is LEAVING, whose it was."""

    at: At
    purchase: str = ""
    user: str = ""
    lo_ns: int = FOREVER
    """HELD: before this the hold surely stands. CLAIMED: before this the claim is surely not dropped."""
    hi_ns: int = FOREVER
    """HELD, LEAVING, HAUNTED: from this on the seat is surely not refused any more."""
    covered_until_ns: int = 0
    """CLAIMED, BOOKED: until when holds may be granted over it, for the store had lost it."""


FREE = Seat(At.FREE)


class Span(NamedTuple):
    """When an operation was under way."""

    began_ns: int
    ended_ns: int


def may_be_taken(seat: Seat, span: Span, user: str) -> bool:
    """Whether `user` may be granted a hold of it at some moment of `span`, the seat then standing as `seat`."""
    match seat.at:
        case At.FREE | At.LEAVING | At.HAUNTED:
            return True
        case At.HELD:
            return seat.user == user or span.ended_ns >= seat.lo_ns
        case At.CLAIMED | At.BOOKED:
            return seat.at is At.CLAIMED and span.ended_ns >= seat.lo_ns


def _is_own_sale(seat: Seat, user: str) -> bool:
    return seat.at in {At.CLAIMED, At.BOOKED} and seat.user == user


def held(seat: Seat, span: Span, *, purchase: str, user: str, lo_ns: int, hi_ns: int) -> Iterator[Seat]:
    """A granted hold.

    Over a sale that the store lost it is no more than a promise broken to its holder; over one of the holder's own,
    which the store has not been told of yet, not even that.
    """
    if seat.at is At.HELD and seat.purchase == purchase and span.began_ns < seat.hi_ns:
        yield seat._replace(lo_ns=max(lo_ns, seat.lo_ns), hi_ns=max(hi_ns, seat.hi_ns))  # the same hold, once more
    elif may_be_taken(seat, span, user):
        yield Seat(At.HELD, purchase, user, lo_ns, hi_ns)
    if seat.covered_until_ns > span.began_ns or _is_own_sale(seat, user):
        yield seat


def extended(seat: Seat, span: Span, *, purchase: str, user: str, lo_ns: int, hi_ns: int) -> Iterator[Seat]:
    """An extension that was granted: of a hold that was there."""
    if seat.at is At.HELD and seat.purchase == purchase:
        if span.began_ns < seat.hi_ns:
            yield seat._replace(lo_ns=max(lo_ns, seat.lo_ns), hi_ns=max(hi_ns, seat.hi_ns))
    elif seat.at is At.HAUNTED:
        yield Seat(At.HELD, purchase, user, lo_ns, hi_ns)
    elif seat.covered_until_ns or _is_own_sale(seat, user) or (seat.at is At.HELD and seat.user == user):
        yield seat  # a seat that moved to another hold of the same user stays with that


def released(seat: Seat, *, purchase: str, until_ns: int | None) -> Iterator[Seat]:
    """A release at once (`until_ns` None) or by shortening; what is not this purchase's hold stays as it is."""
    if seat.at is not At.HELD or seat.purchase != purchase:
        yield seat
    elif until_ns is None:
        yield FREE
    else:
        yield seat._replace(lo_ns=min(seat.lo_ns, until_ns))


def sold(seat: Seat, span: Span, *, at: At, purchase: str, user: str, lo_ns: int = FOREVER) -> Iterator[Seat]:
    """A claim or direct booking of a hold that was there, or that is written already."""
    is_hold = seat.at is At.HELD and seat.purchase == purchase and span.began_ns < seat.hi_ns
    if is_hold or seat.at is At.HAUNTED:
        yield Seat(at, purchase, user, lo_ns)
    elif seat.purchase == purchase and seat.at in {At.CLAIMED, At.BOOKED}:
        yield seat


def paid(seat: Seat, span: Span, *, purchase: str, user: str) -> Iterator[Seat]:
    """A claim that became a booking; or that had been dropped, the seat being free again or free to be taken."""
    if seat.purchase == purchase and seat.at in {At.CLAIMED, At.BOOKED}:
        yield seat._replace(at=At.BOOKED, lo_ns=FOREVER)
    elif seat.at in {At.FREE, At.LEAVING, At.HAUNTED} or may_be_taken(seat, span, user):
        yield Seat(At.BOOKED, purchase, user)


def given_back(seat: Seat, *, purchase: str, hi_ns: int) -> Iterator[Seat]:
    """A cancelled booking, or an order that was given up."""
    if seat.purchase == purchase and seat.at in {At.CLAIMED, At.BOOKED}:
        yield Seat(At.LEAVING, purchase, seat.user, hi_ns=hi_ns)
    elif seat.at is not At.BOOKED or seat.purchase != purchase:
        yield seat  # given back before: by another request, or by the window's end


def refused(seat: Seat, span: Span, *, user: str, reason: str | None) -> Iterator[Seat]:
    """A seat that could not be had, for this reason; None for any: a store that lost its last writes, or one of two who
    both take themselves for the primary, may say what the seat was before somebody else took it."""
    match seat.at:
        case At.FREE:
            return
        case At.HELD:
            if reason is None or (reason == "held" and seat.user != user and span.began_ns < seat.hi_ns):
                yield seat
        case At.LEAVING | At.HAUNTED:
            if span.began_ns < seat.hi_ns:
                yield seat
        case At.CLAIMED:
            if reason is None or reason == "held":
                yield seat
        case At.BOOKED:
            yield seat  # `held` until the store is told


def not_there(seat: Seat, span: Span, *, purchase: str) -> Iterator[Seat]:
    """A hold that is said not to be there: it does not surely stand all the while."""
    stands = seat.at is At.HELD and seat.purchase == purchase and span.ended_ns < seat.lo_ns
    if not stands:
        yield seat


def shaken(seat: Seat, *, hold_until_ns: int, healed_ns: int) -> Iterator[Seat]:
    """What a fault that may lose the store's last writes may make of it."""
    match seat.at:
        case At.HELD:
            yield FREE
            yield Seat(At.HAUNTED, hi_ns=hold_until_ns)
        case At.FREE | At.LEAVING:
            yield Seat(At.HAUNTED, hi_ns=hold_until_ns)
        case At.CLAIMED | At.BOOKED:
            yield seat._replace(covered_until_ns=max(seat.covered_until_ns, healed_ns))
        case At.HAUNTED:
            yield seat._replace(hi_ns=max(seat.hi_ns, hold_until_ns))


def found(seat: Seat, span: Span, *, at: At | None, purchase: str) -> Iterator[Seat]:
    """How the ledger has it at the end: `at` CLAIMED or BOOKED by `purchase`, or None where nobody has it."""
    if at is not None:
        is_returned = seat.at is At.HAUNTED  # a hold that came back, and was booked with its other seats
        if is_returned or (seat.at is at and seat.purchase == purchase):
            yield seat
    elif seat.at is not At.BOOKED and not (seat.at is At.CLAIMED and span.ended_ns < seat.lo_ns):
        yield seat
