"""What a call of the client can raise, in one small tree.

FrontrowError
├── TransportFailed         no answer came
├── UnexpectedAnswer        an answer came that is none of Frontrow's: a proxy's page, a cut text
└── ApiError                the server refused, and says why: `code`, `detail`, `request_id`, `problem`
    ├── InvalidRequest      400, 422 and other 4xx: the request must be mended; `errors` names its fields
    ├── Unauthorized        401: no token, or one that is not accepted (any more)
    ├── PaymentDeclined     402: nothing was taken; the order may be paid with something else
    ├── Forbidden           403: the token lacks a role
    ├── NotFound            404: absent, or another user's
    │   └── HoldNotFound    the hold was released, ran out, or never was the caller's
    ├── Conflict            409: what is asked does not fit how things stand now
    │   ├── SeatsUnavailable    `seats` names every seat that could not be had, and why
    │   │   └── AlreadyTaken    the same, from `reserve_seats`
    │   ├── SeatLimitReached    the user would hold more than `seats_max` seats
    │   ├── OrphanSeats         the choice would leave the single seats `seat_ids` behind
    │   ├── HoldNotComplete     `seat_ids` have moved to a newer hold of the caller's
    │   ├── EventNotOnSale      not yet, or not any more
    │   ├── CancellationClosed  the event has begun: its seats are not given back any more
    │   ├── OrderStateConflict  the order is not in a state for this; `order_status` says in which
    │   └── RequestInProgress   an earlier request is still running; ask again after `retry_after_s`
    ├── RateLimited         429: too many requests; come again after `retry_after_s`
    └── ServerFailed        5xx: a fault of the server, or of what it stands on
        ├── StoreUnavailable    a store does not answer at present
        ├── PaymentUnavailable  the payment gateway does not answer at present
        └── PaymentNotConfigured    the server has no payment gateway

Every one of them says in `may_have_happened` whether what was asked may have been carried out nevertheless.
"""

import msgspec


class FieldFault(msgspec.Struct, frozen=True):
    """One thing wrong with the request: where (a path in the JSON, a parameter or a header) and what is expected."""

    field: str
    message: str


class SeatRefusal(msgspec.Struct, frozen=True, rename="camel"):
    """A seat that could not be had; `reason` is `held`, `booked`, `blocked` or `not_yours`."""

    seat_id: str
    reason: str


class Problem(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The server's own account of a refusal (RFC 9457), as it was sent."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: tuple[FieldFault, ...] = ()
    seats: tuple[SeatRefusal, ...] = ()
    seat_ids: tuple[str, ...] = ()
    table_ids: tuple[str, ...] = ()
    category_ids: tuple[str, ...] = ()
    count: int | None = None
    held_count: int | None = None
    seats_max: int | None = None
    order_status: str | None = None


class FrontrowError(Exception):
    """The root of all that the client raises on purpose.

    `may_have_happened`: what was asked may have been carried out, now or later. It is never true of a read.
    Repeating the call under the same `idempotency_key` settles it, where the call has one: the answer is then that
    of the first.
    """

    def __init__(self, detail: str, *, may_have_happened: bool = False, idempotency_key: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.may_have_happened = may_have_happened
        self.idempotency_key = idempotency_key

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions are otherwise made again from their message alone, which none of these can be.
        return _made_again, (type(self), self.args), vars(self)


def _made_again(kind: "type[FrontrowError]", args: tuple[object, ...]) -> FrontrowError:
    return kind.__new__(kind, *args)


class TransportFailed(FrontrowError):
    """No answer came: no connection, or it broke, or it took too long. `__cause__` is what httpx raised.

    Where `may_have_happened` is false the request surely never left. `request_id` went with the request, so that the
    server's log can be searched for it.
    """

    def __init__(
        self, detail: str, *, request_id: str, may_have_happened: bool, idempotency_key: str | None = None
    ) -> None:
        super().__init__(detail, may_have_happened=may_have_happened, idempotency_key=idempotency_key)
        self.request_id = request_id


class UnexpectedAnswer(FrontrowError):
    """An answer that Frontrow does not give: something between here and the server answered, or cut the answer."""

    def __init__(
        self, detail: str, *, status: int, may_have_happened: bool, idempotency_key: str | None = None
    ) -> None:
        super().__init__(detail, may_have_happened=may_have_happened, idempotency_key=idempotency_key)
        self.status = status


class ApiError(FrontrowError):
    """The server refused. Branch on the class, or on `code`: codes are never renamed.

    `retry_after_s` is how long the server asks to wait, where waiting helps.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        retry_after_s: float | None = None,
        may_have_happened: bool = False,
        idempotency_key: str | None = None,
    ) -> None:
        super().__init__(problem.detail, may_have_happened=may_have_happened, idempotency_key=idempotency_key)
        self.problem = problem
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        return f"{self.detail} ({self.code}, request {self.request_id})"

    @property
    def code(self) -> str:
        """The stable name of what happened."""
        return self.problem.code

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status

    @property
    def request_id(self) -> str:
        """What the server's log calls this request; name it when asking for help."""
        return self.problem.request_id

    @property
    def seat_ids(self) -> tuple[str, ...]:
        """The seats it is about, where it is about seats."""
        return self.problem.seat_ids


class InvalidRequest(ApiError):
    """The request must be mended before it is sent again."""

    @property
    def errors(self) -> tuple[FieldFault, ...]:
        """Every faulty field at once."""
        return self.problem.errors


class Unauthorized(ApiError):
    """There was no token, or it is not accepted (any more)."""


class PaymentDeclined(ApiError):
    """Nothing was taken, and the order may be paid with something else; `detail` says why, for the buyer."""


class Forbidden(ApiError):
    """The token lacks the role for this."""


class NotFound(ApiError):
    """There is no such thing, or it is another user's: the server does not say which."""


class HoldNotFound(NotFound):
    """The hold was released, ran out, or never was the caller's."""


class Conflict(ApiError):
    """What is asked does not fit how things stand now."""


class SeatsUnavailable(Conflict):
    """Some seats could not be had; nothing was changed."""

    @property
    def seats(self) -> tuple[SeatRefusal, ...]:
        """Every seat that could not be had, and why."""
        return self.problem.seats


class AlreadyTaken(SeatsUnavailable):
    """Somebody was faster: `seats` and `seat_ids` name every seat that is taken; none was reserved."""


class SeatLimitReached(Conflict):
    """The user would hold more seats of the event than are allowed at once."""

    @property
    def held_count(self) -> int | None:
        """How many seats the user holds now."""
        return self.problem.held_count

    @property
    def seats_max(self) -> int | None:
        """How many are allowed."""
        return self.problem.seats_max


class OrphanSeats(Conflict):
    """The choice would leave the single seats `seat_ids` behind, which the event does not allow."""


class HoldNotComplete(Conflict):
    """`seat_ids` of the hold have moved to a newer hold of the caller's."""


class EventNotOnSale(Conflict):
    """The event is not on sale yet, or not any more."""


class CancellationClosed(Conflict):
    """The event has begun: its buyers can't give seats back any more."""


class OrderStateConflict(Conflict):
    """The order is not in a state for what is asked."""

    @property
    def order_status(self) -> str | None:
        """How the order stands now; None where the conflict is about no order that there is."""
        return self.problem.order_status


class RequestInProgress(Conflict):
    """An earlier request for the same is still running; its answer can be had a moment later."""


class RateLimited(ApiError):
    """Too many requests; nothing was done. Come again after `retry_after_s`."""


class ServerFailed(ApiError):
    """A fault of the server, or of what it stands on."""


class StoreUnavailable(ServerFailed):
    """A store does not answer at present. The request may have been carried out: repeat it as it was."""


class PaymentUnavailable(ServerFailed):
    """The payment gateway does not answer at present. The payment may have been made: repeat the call as it was."""


class PaymentNotConfigured(ServerFailed):
    """The server has no payment gateway."""


_OF_CODE: dict[str, type[ApiError]] = {
    "hold_not_found": HoldNotFound,
    "seats_unavailable": SeatsUnavailable,
    "seat_limit_reached": SeatLimitReached,
    "orphan_seats": OrphanSeats,
    "hold_not_complete": HoldNotComplete,
    "event_not_on_sale": EventNotOnSale,
    "cancellation_closed": CancellationClosed,
    "order_state": OrderStateConflict,
    "request_in_progress": RequestInProgress,
    "store_unavailable": StoreUnavailable,
    "payment_unavailable": PaymentUnavailable,
    "payment_not_configured": PaymentNotConfigured,
}
_OF_STATUS: dict[int, type[ApiError]] = {
    401: Unauthorized,
    402: PaymentDeclined,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    429: RateLimited,
}


def error_class(code: str, status: int) -> type[ApiError]:
    """The class for a problem; one that a newer server has and this client does not know goes by its status."""
    known = _OF_CODE.get(code) or _OF_STATUS.get(status)
    return known or (ServerFailed if status >= 500 else InvalidRequest)
