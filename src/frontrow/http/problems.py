"""Every problem the API answers with: one table of codes, and the RFC 9457 document made of one.

A handler returns a `Problem`; nothing else decides how a refusal looks. `docs/http-api.md` lists the same codes.
Dialects answer the same problems in the envelopes of their own documents: see `ErrorStyle`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

PROBLEM_MEDIA_TYPE = "application/problem+json"


NAMED_CHARS_MAX = 240
"""A problem repeats no more of what it was asked for."""


class Code(StrEnum):
    """The stable name of a problem: what a client should branch on."""

    MALFORMED = "malformed"
    SIGNATURE_INVALID = "signature_invalid"
    TOKEN_MISSING = "token_missing"
    TOKEN_INVALID = "token_invalid"
    PAYMENT_DECLINED = "payment_declined"
    ROLE_MISSING = "role_missing"
    DIRECT_BOOKING_NOT_ALLOWED = "direct_booking_not_allowed"
    STATEMENT_NOT_ALLOWED = "statement_not_allowed"
    NOT_FOUND = "not_found"
    HOLD_NOT_FOUND = "hold_not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    BODY_TOO_SLOW = "body_too_slow"
    SEATS_UNAVAILABLE = "seats_unavailable"
    SEAT_LIMIT_REACHED = "seat_limit_reached"
    EVENT_NOT_ON_SALE = "event_not_on_sale"
    CANCELLATION_CLOSED = "cancellation_closed"
    ORPHAN_SEATS = "orphan_seats"
    HOLD_NOT_COMPLETE = "hold_not_complete"
    REQUEST_IN_PROGRESS = "request_in_progress"
    ORDER_STATE = "order_state"
    LAYOUT_IN_USE = "layout_in_use"
    EVENT_ID_TAKEN = "event_id_taken"
    BODY_TOO_LARGE = "body_too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    VALIDATION_FAILED = "validation_failed"
    UNKNOWN_SEATS = "unknown_seats"
    DUPLICATE_SEATS = "duplicate_seats"
    TOO_MANY_SEATS = "too_many_seats"
    TABLE_ONLY_WHOLE = "table_only_whole"
    PRICE_MISSING = "price_missing"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    RATE_LIMITED = "rate_limited"
    HEAD_TOO_LARGE = "head_too_large"
    INTERNAL_ERROR = "internal_error"
    STORE_UNAVAILABLE = "store_unavailable"
    PAYMENT_UNAVAILABLE = "payment_unavailable"
    PAYMENT_NOT_CONFIGURED = "payment_not_configured"
    STREAM_UNAVAILABLE = "stream_unavailable"


class Kind(msgspec.Struct, frozen=True):
    """What every problem of one code has in common."""

    status: int
    title: str


KINDS: dict[Code, Kind] = {
    Code.MALFORMED: Kind(400, "The request cannot be read"),
    Code.SIGNATURE_INVALID: Kind(400, "The callback's signature is not accepted"),
    Code.TOKEN_MISSING: Kind(401, "A token is needed"),
    Code.TOKEN_INVALID: Kind(401, "The token is not accepted"),
    Code.PAYMENT_DECLINED: Kind(402, "The payment was declined"),
    Code.ROLE_MISSING: Kind(403, "The token lacks a role"),
    Code.DIRECT_BOOKING_NOT_ALLOWED: Kind(403, "Booking without an order is not open to this caller"),
    Code.STATEMENT_NOT_ALLOWED: Kind(403, "Stating a payment made elsewhere is not open to this caller"),
    Code.NOT_FOUND: Kind(404, "Not found"),
    Code.HOLD_NOT_FOUND: Kind(404, "No such hold"),
    Code.METHOD_NOT_ALLOWED: Kind(405, "The method is not supported here"),
    Code.BODY_TOO_SLOW: Kind(408, "The body came too slowly"),
    Code.SEATS_UNAVAILABLE: Kind(409, "Some seats are not available"),
    Code.SEAT_LIMIT_REACHED: Kind(409, "Too many seats held at once"),
    Code.EVENT_NOT_ON_SALE: Kind(409, "The event is not on sale"),
    Code.CANCELLATION_CLOSED: Kind(409, "The event has begun"),
    Code.ORPHAN_SEATS: Kind(409, "The choice would leave a single seat behind"),
    Code.HOLD_NOT_COMPLETE: Kind(409, "Seats of this hold have moved to another hold"),
    Code.REQUEST_IN_PROGRESS: Kind(409, "An earlier request is still running"),
    Code.ORDER_STATE: Kind(409, "The order is not in a state for this"),
    Code.LAYOUT_IN_USE: Kind(409, "The layout version lacks seats that are in use"),
    Code.EVENT_ID_TAKEN: Kind(409, "The event id is taken"),
    Code.BODY_TOO_LARGE: Kind(413, "The body is too large"),
    Code.UNSUPPORTED_MEDIA_TYPE: Kind(415, "The body must be JSON"),
    Code.VALIDATION_FAILED: Kind(422, "The request is not valid"),
    Code.UNKNOWN_SEATS: Kind(422, "Some seats or tables do not exist"),
    Code.DUPLICATE_SEATS: Kind(422, "Some seats are named more than once"),
    Code.TOO_MANY_SEATS: Kind(422, "Too many seats in one request"),
    Code.TABLE_ONLY_WHOLE: Kind(422, "A table is only held as a whole"),
    Code.PRICE_MISSING: Kind(422, "A category has no price"),
    Code.IDEMPOTENCY_KEY_REUSED: Kind(422, "The idempotency key belongs to another request"),
    Code.RATE_LIMITED: Kind(429, "Too many requests"),
    Code.HEAD_TOO_LARGE: Kind(431, "The request line and headers are too large"),
    Code.INTERNAL_ERROR: Kind(500, "Something went wrong on our side"),
    Code.STORE_UNAVAILABLE: Kind(503, "A store does not answer"),
    Code.PAYMENT_UNAVAILABLE: Kind(503, "The payment gateway does not answer"),
    Code.PAYMENT_NOT_CONFIGURED: Kind(503, "No payment gateway is configured"),
    Code.STREAM_UNAVAILABLE: Kind(503, "No further stream can be served now"),
}


class FieldFault(msgspec.Struct, frozen=True):
    """One thing wrong with the request: where (a camelCase path, a parameter or a header) and what is expected."""

    field: str
    message: str


class SeatFault(msgspec.Struct, frozen=True, rename="camel"):
    """A seat that could not be had, and why."""

    seat_id: str
    reason: Annotated[str, Meta(description="`held`, `booked`, `blocked` or `not_yours`")]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One refusal: its code, a sentence for people, and the fields that help a program. `replayed`: an idempotency key
    was answered so before."""

    code: Code
    detail: str
    retry_after_s: int | None = None
    replayed: bool = False
    errors: tuple[FieldFault, ...] = ()
    seats: tuple[SeatFault, ...] = ()
    seat_ids: tuple[str, ...] = ()
    table_ids: tuple[str, ...] = ()
    category_ids: tuple[str, ...] = ()
    count: int | None = None
    held_count: int | None = None
    seats_max: int | None = None
    order_status: str | None = None
    allowed_methods: tuple[str, ...] = ()

    @property
    def status(self) -> int:
        """The HTTP status of the code."""
        return KINDS[self.code].status


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """The body of every answer of 400 and above (RFC 9457)."""

    type: Annotated[str, Meta(description="where the code is explained, relative to this server")]
    title: str
    status: int
    detail: str
    code: Code
    request_id: Annotated[str, Meta(description="also in the X-Request-Id header; name it when asking for help")]
    errors: tuple[FieldFault, ...] = ()
    seats: tuple[SeatFault, ...] = ()
    seat_ids: tuple[str, ...] = ()
    table_ids: tuple[str, ...] = ()
    category_ids: tuple[str, ...] = ()
    count: int | None = None
    held_count: int | None = None
    seats_max: int | None = None
    order_status: Annotated[str, Meta(description="how the order stands now")] | None = None


class Refused(Exception):
    """Raised where reading a request fails, and caught in one place: the answer is `problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


_TYPES = {code: f"/docs#{code}" for code in Code}
_encoder = msgspec.json.Encoder()


def encode_problem(problem: Problem, request_id: str) -> bytes:
    """The problem as JSON."""
    kind = KINDS[problem.code]
    return _encoder.encode(
        ProblemDocument(
            type=_TYPES[problem.code],
            title=kind.title,
            status=kind.status,
            detail=problem.detail,
            code=problem.code,
            request_id=request_id,
            errors=problem.errors,
            seats=problem.seats,
            seat_ids=problem.seat_ids,
            table_ids=problem.table_ids,
            category_ids=problem.category_ids,
            count=problem.count,
            held_count=problem.held_count,
            seats_max=problem.seats_max,
            order_status=problem.order_status,
        )
    )


def _own_status(problem: Problem) -> int:
    return problem.status


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorStyle:
    """How the refusals of an operation look: every one of them, also those made before its handler is called.

    `status_of` is the HTTP status of a problem, for documents that answer, say, 400 where the code's own is 422.
    `encode` makes the body of a problem and the request's id; `schema` is what OpenAPI shows of it, with examples made
    by `encode_example` where `encode` tells the time, for the document is the same each time it is made.
    """

    media_type: str
    encode: Callable[[Problem, str], bytes]
    schema: type[msgspec.Struct]
    status_of: Callable[[Problem], int] = _own_status
    encode_example: Callable[[Problem, str], bytes] | None = None


PROBLEMS = ErrorStyle(media_type=PROBLEM_MEDIA_TYPE, encode=encode_problem, schema=ProblemDocument)
"""RFC 9457, as v1 and every path without an operation answer."""


def invalid(*faults: FieldFault) -> Problem:
    """The 422 that names every fault found."""
    what = "1 field is" if len(faults) == 1 else f"{len(faults)} fields are"
    first = faults[0]
    return Problem(
        code=Code.VALIDATION_FAILED, detail=f"{what} not valid; {first.field}: {first.message}", errors=faults
    )


def not_found(what: str) -> Problem:
    """The 404 for an absent thing; `what` names it, such as `event X`, and is cut where a name goes on and on."""
    return Problem(code=Code.NOT_FOUND, detail=f"there is no {what[:NAMED_CHARS_MAX]}")
