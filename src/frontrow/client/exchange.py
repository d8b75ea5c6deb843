"""A call of the API without any I/O: which requests it sends, one after the other, and what it makes of the answers.

A call is a generator of requests that is sent each answer: a `Flow`. `yield from` joins small flows into larger ones,
and its type says what the whole call returns. Sending is somebody else's: see `retrying.py` and the two clients.
"""

from collections.abc import Generator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import quote

import msgspec

from frontrow.client.errors import ApiError, Problem, UnexpectedAnswer, error_class

READS = frozenset({"GET"})
REPEATABLE_METHODS = frozenset({"GET", "DELETE"})
_SHOWN_CHARS_MAX = 200


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request. `operation` is its name in `/openapi.json`.

    `idempotency_key` makes repeating it have one effect. `also` are statuses of 400 and above that are no refusals.
    `known_etag` is the version the caller has already, `headers` are sent besides the client's own.
    """

    operation: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    needs_token: bool = False
    idempotency_key: str | None = None
    known_etag: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    also: tuple[int, ...] = ()

    @property
    def is_repeatable(self) -> bool:
        """Whether sending it twice has the effect of sending it once."""
        return self.method in REPEATABLE_METHODS or self.idempotency_key is not None

    @property
    def changes(self) -> bool:
        """Whether it asks for anything to be changed."""
        return self.method not in READS


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """An answer. `earlier_unknown`: an earlier try of the same request may have been carried out. Header names are in
    small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    earlier_unknown: bool = False

    @property
    def retry_after_s(self) -> float | None:
        """How long a Retry-After header asks to wait: seconds, or a date, which counts from the answer's own Date."""
        asked = self.headers.get("retry-after", "").strip()
        if asked.isascii() and asked.isdigit():
            return float(asked)
        until, answered_at = _http_date(asked), _http_date(self.headers.get("date", ""))
        if until is None or answered_at is None:
            return None
        return max(0.0, (until - answered_at).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


T = TypeVar("T")
Flow = Generator[Request, Response, T]


def segment(name: str) -> str:
    """An id as one segment of a path.

    Raises:
        ValueError: it is empty, or `.` or `..`, which no path can carry: another operation would be asked.
    """
    if name in ("", ".", ".."):
        raise ValueError(f"an id was expected, got {name!r}")
    return quote(name, safe="")


def query_of(**parameters: str | int | None) -> tuple[tuple[str, str], ...]:
    """The query parameters that are given."""
    return tuple((name, str(value)) for name, value in parameters.items() if value is not None)


def asked(request: Request, answer: type[T]) -> Flow[T]:
    """Send it, and read its answer's body."""
    response = yield from answered(request)
    return decoded(request, response, answer)


def answered(request: Request) -> Flow[Response]:
    """Send it, and raise what it is refused with."""
    response = yield request
    if response.status < 300 or response.status in request.also:
        return response
    if response.status == 304 and request.known_etag is not None:
        return response
    raise _refusal(request, response)


def decoded(request: Request, response: Response, answer: type[T]) -> T:
    """The body of a success. Members that this client does not know are left out."""
    try:
        return msgspec.json.decode(response.body, type=answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unexpected(request, response, f"cannot be read: {error}") from None


def problem_of(response: Response) -> Problem | None:
    """The problem an answer is, or None where it is none of Frontrow's."""
    try:
        return msgspec.json.decode(response.body, type=Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _refusal(request: Request, response: Response) -> ApiError | UnexpectedAnswer:
    problem = problem_of(response)
    if problem is None:
        shown = response.body[:_SHOWN_CHARS_MAX].decode(errors="replace")
        return _unexpected(request, response, f"is no problem document: {shown!r}")
    return error_class(problem.code, response.status)(
        problem,
        retry_after_s=response.retry_after_s,
        may_have_happened=_may_have_happened(request, response),
        idempotency_key=request.idempotency_key,
    )


def _unexpected(request: Request, response: Response, what: str) -> UnexpectedAnswer:
    return UnexpectedAnswer(
        f"{request.method} {request.path}: the answer of status {response.status} {what}",
        status=response.status,
        may_have_happened=request.changes and (response.status < 300 or _may_have_happened(request, response)),
        idempotency_key=request.idempotency_key,
    )


def _may_have_happened(request: Request, response: Response) -> bool:
    return request.changes and (response.status >= 500 or response.earlier_unknown)
