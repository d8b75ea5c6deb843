"""An operation of the API, declared once: the router, the OpenAPI document and the access tests all read it.

A handler is an async function of the services and a `Call`; it returns an `Answer` or a `Problem` and never sees
the web framework.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta

from frontrow.domain.booking import IdempotencyKey
from frontrow.domain.ids import UserId
from frontrow.http.problems import PROBLEMS, Code, ErrorStyle, Problem
from frontrow.http.rate_limit import CountsAs
from frontrow.http.services import Services
from frontrow.http.watching.sockets import PushSocket
from frontrow.services.callers import Caller

JSON_MEDIA_TYPE = "application/json"
STREAM_MEDIA_TYPE = "text/event-stream"
NO_STORE = "no-store"
REVALIDATE = "no-cache"
IMMUTABLE = "public, max-age=31536000, immutable"
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Access(StrEnum):
    """Who may call an operation.

    GUEST is a bearer token, or a guest session where this server has them (`frontrow.http.guest_sessions`).
    OPTIONAL is public, but a bearer token or a guest session that comes along is read, and a bad token refused.
    """

    PUBLIC = "public"
    OPTIONAL = "optional"
    GUEST = "guest"
    USER = "user"
    ADMIN = "admin"


class NoBody(msgspec.Struct, frozen=True):
    """The operation takes no body."""


class NoQuery(msgspec.Struct, frozen=True):
    """The operation takes no query parameters."""


class NamesUser(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A body or query that may say whom the request is for: the handler's caller is who `acting_as` says
    (`frontrow.http.guest_sessions`), and anybody else's name is refused before the handler is called."""

    user_id: Annotated[
        str | int | None, Meta(description="the token's user; in a guest session a name of your own choice inside it")
    ] = msgspec.field(name="userId", default=None)


class RawJson(msgspec.Struct, frozen=True):
    """A body that its use case reads by itself, as it was sent. `document` is what OpenAPI shows of it."""

    document: bytes = b""


class RawBody(msgspec.Struct, frozen=True):
    """A body of whatever media type, exactly as it was sent: what a signature is over. Its handler judges it."""

    content: bytes = b""


BodyT = TypeVar("BodyT", bound=msgspec.Struct)
QueryT = TypeVar("QueryT", bound=msgspec.Struct)


class Call(msgspec.Struct, Generic[BodyT, QueryT], frozen=True, gc=False):
    """One request, read and checked. `path` are the decoded path parameters; their form is not yet checked.
    `address` and `last_event_id` are read for operations that stream; `headers` (names in small letters) and `peer`,
    who connected (an address, empty on a UNIX socket), for those that read headers."""

    path: dict[str, str]
    body: BodyT
    query: QueryT
    caller: Caller | None = None
    key: IdempotencyKey | None = None
    if_none_match: str | None = None
    accepts_gzip: bool = False
    address: str = ""
    last_event_id: str | None = None
    headers: Mapping[str, str] = NO_HEADERS
    peer: str = ""

    @property
    def user(self) -> Caller:
        """The caller of an operation that is neither public nor optional."""
        assert self.caller is not None
        return self.caller

    @property
    def user_id(self) -> UserId:
        """The user id of the caller."""
        return self.user.user_id

    def has(self, etag: str) -> bool:
        """Whether the client already has this version: then the answer is `not_modified(etag)`."""
        return has_version(self.if_none_match, etag)


def has_version(if_none_match: str | None, etag: str) -> bool:
    """Whether an If-None-Match header names this ETag, compared weakly (RFC 9110, section 13.1.2)."""
    if if_none_match is None:
        return False
    opaque = etag.removeprefix("W/")
    tags = (tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
    return any(tag in (opaque, "*") for tag in tags)


Stream = Callable[[PushSocket | None], AsyncIterator[bytes]]
"""Opens a stream on a connection; the socket is None where the server cannot push (`frontrow.http.watching`)."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A success: a struct to be encoded, bytes ready to send or a stream, and what differs from the operation's own
    defaults."""

    body: msgspec.Struct | bytes | None = None
    stream: Stream | None = None
    status: int | None = None
    media_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


def not_modified(etag: str, *headers: tuple[str, str]) -> Answer:
    """304: what the client has under this ETag still stands."""
    return Answer(status=304, headers=(("etag", etag), *headers))


Handler = Callable[[Services, Call[BodyT, QueryT]], Awaitable[Answer | Problem]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One request and its answer, for the documentation; tests hold both against the declared types."""

    answer: object = None
    body: msgspec.Struct | dict[str, object] | None = None
    query: dict[str, str] = field(default_factory=dict)
    path: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One more status that an operation answers by itself, with a body of its own: what a dialect's document says."""

    status: int
    answer: type[msgspec.Struct]
    description: str
    example: msgspec.Struct


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Generic[BodyT, QueryT]):
    """Everything there is to know about one method on one path.

    `refusals` are the codes the handler itself can answer; `codes` adds those of reading the request.
    `also` are further statuses with the same body, `variants` those with another one.
    `errors` is how refusals look; operations on one path share it.
    `counts_as` is the rate limit it falls under: `hold` for what takes seats.
    `takes_key` allows an Idempotency-Key header. `cache` is the Cache-Control of a success.
    `body_bytes_max` is the most a body may have, where that is not what the settings say.
    `answers_text` are further media types of a success, which the query asks for and no schema describes.
    `reads_headers` gives the handler the request's headers and its peer.
    `compresses` says that its handler asks whether the client takes gzip: then it is looked up in the request.
    `streams` says that it answers a stream of events, each an `answer`, which begins after a Last-Event-ID header's.
    """

    name: str
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    summary: str
    tag: str
    access: Access
    handler: Handler[BodyT, QueryT]
    body: type[BodyT]
    query: type[QueryT]
    example: Example
    answer: type[msgspec.Struct] | None = None
    status: int = 200
    refusals: frozenset[Code] = frozenset()
    takes_key: bool = False
    body_optional: bool = False
    body_schema: type | None = None
    has_etag: bool = False
    compresses: bool = False
    also: tuple[int, ...] = ()
    variants: tuple[Variant, ...] = ()
    errors: ErrorStyle = PROBLEMS
    counts_as: CountsAs = "call"
    media_type: str = JSON_MEDIA_TYPE
    body_bytes_max: int | None = None
    cache: str = NO_STORE
    answers_text: tuple[str, ...] = ()
    reads_headers: bool = False
    streams: bool = False

    @property
    def has_body(self) -> bool:
        """Whether a request body is read."""
        return self.body is not NoBody

    @property
    def has_query(self) -> bool:
        """Whether query parameters are read."""
        return self.query is not NoQuery

    @property
    def names_user(self) -> bool:
        """Whether the body or the query may say whom the request is for."""
        return issubclass(self.body, NamesUser) or issubclass(self.query, NamesUser)

    @property
    def codes(self) -> frozenset[Code]:
        """Every code a caller may get, but for `internal_error`, which any operation may answer."""
        codes = set(self.refusals)
        if self.access is not Access.PUBLIC:
            codes |= {Code.TOKEN_INVALID, Code.STORE_UNAVAILABLE}
            if self.access is not Access.OPTIONAL:
                codes.add(Code.TOKEN_MISSING)
        if self.counts_as != "none":
            codes.add(Code.RATE_LIMITED)
        if self.access is Access.ADMIN or self.names_user:
            codes.add(Code.ROLE_MISSING)
        if self.body is RawBody:
            codes.add(Code.BODY_TOO_LARGE)
        elif self.has_body:
            codes |= {Code.MALFORMED, Code.UNSUPPORTED_MEDIA_TYPE, Code.BODY_TOO_LARGE, Code.VALIDATION_FAILED}
        if self.has_query or self.takes_key:
            codes.add(Code.VALIDATION_FAILED)
        if self.takes_key:
            codes.add(Code.IDEMPOTENCY_KEY_REUSED)
        return frozenset(codes)


AnyOperation = Operation[msgspec.Struct, msgspec.Struct]
"""An operation whatever its body and query: what the router and the documents handle. See `declared`."""


def declared(*operations: object) -> tuple[AnyOperation, ...]:
    """The operations as one tuple of one type: their handlers' argument types differ, which no tuple can say."""
    assert all(isinstance(operation, Operation) for operation in operations)
    return operations  # type: ignore[return-value]
