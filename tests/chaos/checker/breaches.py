"""What a history and the end of it can show to be broken, by the product's promises."""

from enum import StrEnum

import msgspec


class Promise(StrEnum):
    """The promises, as the checker can see them; those about one seat's owner are judged together."""

    ONE_OWNER = "a seat has one owner: booked once, held once, and only its owner changes that (promises 1, 2, 4, 5)"
    ALL_OR_NOTHING = "holds and bookings are all or nothing (promise 3)"
    ONE_EFFECT = "a request may be repeated with one effect (promise 6)"
    MONEY = "money taken is a booking or a refund (promise 7)"
    KEPT = "a booking that was answered is never lost (promise 8)"
    VIEWS = "live views converge (promise 9)"
    AT_REST = "after the faults nothing is left over, and everything free can be sold"


class Breach(msgspec.Struct, frozen=True):
    """One promise broken, in words that name what, whose and where."""

    promise: Promise
    what: str

    def __str__(self) -> str:
        return f"{self.promise.name.lower()}: {self.what}"
