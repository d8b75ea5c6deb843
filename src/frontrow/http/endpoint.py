"""From an operation to a Falcon responder: read and check the request, call the handler, write its answer.

Everything that can be prepared is prepared when the responder is made; a request only runs what its operation needs.
The order of judgement is fixed: how often the address calls, token, role, how often the user calls, media type, size,
JSON, fields, query, whom the request is for, idempotency key.
"""

import re
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import cache
from time import perf_counter

import msgspec
from falcon.asgi import Request, Response
from structlog.contextvars import STRUCTLOG_KEY_PREFIX

from frontrow.domain.booking import IdempotencyKey
from frontrow.domain.ids import UserId
from frontrow.http.auth import Authenticator
from frontrow.http.client_address import peer_of
from frontrow.http.downloads import while_there
from frontrow.http.envelope import put_problem, request_id_of
from frontrow.http.faults import faults_of
from frontrow.http.fingerprints import fingerprint_of
from frontrow.http.guest_sessions import GuestSessions, acting_as
from frontrow.http.operation import (
    JSON_MEDIA_TYPE,
    Access,
    Answer,
    AnyOperation,
    Call,
    NamesUser,
    NoBody,
    NoQuery,
    RawBody,
    RawJson,
    Stream,
)
from frontrow.http.problems import Code, FieldFault, Problem, Refused, invalid
from frontrow.http.services import Services
from frontrow.http.watching.sockets import EXTENSION
from frontrow.services.callers import Caller

IDEMPOTENCY_KEY_CHARS_MAX = 255
_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]{1,255}\Z")
_ENCODER = msgspec.json.Encoder()
_REQUEST_ID: ContextVar[str] = ContextVar(f"{STRUCTLOG_KEY_PREFIX}request_id")
"""In every log line of the request, as structlog's `bind_contextvars` would have it, for a twentieth of its time."""
_NO_BODY = NoBody()
_NO_QUERY = NoQuery()

Responder = Callable[..., Awaitable[None]]


def responder_of(
    operation: AnyOperation, services: Services, authenticator: Authenticator, guests: GuestSessions | None
) -> Responder:
    """The Falcon responder of an operation; path parameters arrive as keyword arguments.

    Without `guests` there are no guest sessions, and what they could call needs a token.
    """
    handler = operation.handler
    errors = operation.errors
    gate = services.rate_limiter.gate(operation.counts_as) if services.rate_limiter is not None else None
    known_caller = _caller_reader(operation, authenticator, guests)
    needs_admin, has_body = operation.access is Access.ADMIN, operation.has_body
    bytes_max = services.settings.body_bytes_max if operation.body_bytes_max is None else operation.body_bytes_max
    read_body = _body_reader(operation)
    read_query = _query_reader(operation)
    read_key = _key_reader(operation, services)
    names_user = operation.names_user
    has_etag, compresses = operation.has_etag, operation.compresses
    reads_more, put_answer = operation.streams or operation.reads_headers, _answer_writer(operation)
    name, seconds = operation.name, services.request_measures.seconds

    async def respond(req: Request, resp: Response, **path: str) -> None:
        began_s = perf_counter()
        _REQUEST_ID.set(request_id_of(req))  # this request's own: the server runs each in a task of its own
        try:
            if gate is not None:
                gate.admit_address(req)
            caller = known_caller(req, resp) if known_caller is not None else None
            if isinstance(caller, _NotVerified):
                caller = await _verified(authenticator, caller)
            if needs_admin:
                _require_admin(caller)
            if gate is not None and caller is not None:
                gate.admit_user(caller)
            body: msgspec.Struct = _NO_BODY
            if has_body:
                content = _content_at_hand(req, bytes_max)
                body = read_body(req, await _content(req, bytes_max) if content is None else content)
            query = read_query(req) if read_query is not None else _NO_QUERY
            if names_user and caller is not None:
                caller = _named(caller, body, query)
            key = read_key(req, caller, path, body) if read_key is not None else None
            tags = req.get_header("If-None-Match") if has_etag else None
            call = Call(path, body, query, caller, key, tags, compresses and _accepts_gzip(req))
            if reads_more:
                call = _with_more(call, req, operation, services)
            answer = await handler(services, call)
            if isinstance(answer, Problem):
                put_problem(req, resp, answer, errors)
                return
            if answer.stream is not None:
                await _begin_stream(req, resp, answer.stream, pushes=operation.streams)
            put_answer(resp, answer)
        except Refused as refused:
            put_problem(req, resp, refused.problem, errors)
        finally:
            seconds.note(name, perf_counter() - began_s)

    return respond


def _with_more(
    call: Call[msgspec.Struct, msgspec.Struct], req: Request, operation: AnyOperation, services: Services
) -> Call[msgspec.Struct, msgspec.Struct]:
    if operation.streams:
        address, last_event_id = services.addresses.of(req), req.get_header("Last-Event-ID")
        call = msgspec.structs.replace(call, address=address, last_event_id=last_event_id)
    if operation.reads_headers:
        call = msgspec.structs.replace(call, headers=req.headers, peer=peer_of(req))
    return call


def _answer_writer(operation: AnyOperation) -> Callable[[Response, Answer], None]:
    status, media_type, cache = operation.status, operation.media_type, operation.cache

    def put_answer(resp: Response, answer: Answer) -> None:
        resp.status_code = answer.status or status
        headers, content = resp._headers, answer.body
        if content is not None:
            resp.data = content if isinstance(content, bytes) else _ENCODER.encode(content)
            headers["content-type"] = answer.media_type or media_type
        elif answer.stream is not None:
            headers["content-type"] = answer.media_type or media_type
            headers["x-accel-buffering"] = "no"  # nginx would keep frames back until its buffer is full
        headers["cache-control"] = cache
        if answer.headers:
            headers.update(answer.headers)

    return put_answer


async def _begin_stream(req: Request, resp: Response, stream: Stream, *, pushes: bool) -> None:
    if req.scope["http_version"] == "1.0":  # which knows no chunks: so it is given a whole answer, and no pushes
        resp.data = b"".join([part async for part in while_there(stream(None), req._receive)])
        return
    parts = stream(req.scope.get("extensions", {}).get(EXTENSION))
    resp.stream = parts if pushes else while_there(parts, req._receive)  # pushes hear of it by their socket


class _NotVerified(msgspec.Struct, frozen=True):
    """An Authorization header that was not seen before, or of whose token the time is up."""

    header: str | None


def _caller_reader(
    operation: AnyOperation, authenticator: Authenticator, guests: GuestSessions | None
) -> Callable[[Request, Response], Caller | _NotVerified | None] | None:
    # Nothing is awaited here: nearly every caller is known, and each function awaited is a part of a hold's time.
    if operation.access is Access.PUBLIC:
        return None
    needs_caller = operation.access is not Access.OPTIONAL
    may_begin_session = operation.access is Access.GUEST
    if not (may_begin_session or operation.access is Access.OPTIONAL):
        guests = None

    def known_caller(req: Request, resp: Response) -> Caller | _NotVerified | None:
        header = req.get_header("Authorization")
        if header is None and guests is not None:
            return guests.of_request_or_new(req, resp) if may_begin_session else guests.of_request(req)
        if header is None and not needs_caller:
            return None
        if header is None and may_begin_session:
            off = "send `Authorization: Bearer <token>`; guest sessions are off on this server"
            raise Refused(Problem(code=Code.TOKEN_MISSING, detail=off))
        return authenticator.known(header) or _NotVerified(header)

    return known_caller


async def _verified(authenticator: Authenticator, unknown: _NotVerified) -> Caller:
    verified = await authenticator.verify(unknown.header)
    if isinstance(verified, Problem):
        raise Refused(verified)
    return verified


def _require_admin(caller: Caller | None) -> None:
    if caller is None or not caller.is_admin:
        raise Refused(Problem(code=Code.ROLE_MISSING, detail="this needs a token with the role `admin`"))


def _named(caller: Caller, *said: msgspec.Struct) -> Caller:
    """Who the body or the query says that the request is for."""
    named = [part.user_id for part in said if isinstance(part, NamesUser) and part.user_id is not None]
    acting = acting_as(caller, str(named[0]) if named else None)
    if isinstance(acting, Problem):
        raise Refused(acting)
    return acting


def _body_reader(operation: AnyOperation) -> Callable[[Request, bytes], msgspec.Struct]:
    decode = _decoder(operation)
    absent = operation.body() if operation.body_optional else None
    is_raw = operation.body is RawBody

    def read_body(req: Request, content: bytes) -> msgspec.Struct:
        if is_raw:
            return RawBody(content)
        if absent is not None and not content:
            return absent
        content_type = req.get_header("Content-Type")
        if content_type != JSON_MEDIA_TYPE and not _is_json(content_type):
            raise Refused(
                Problem(
                    code=Code.UNSUPPORTED_MEDIA_TYPE,
                    detail=f"send `Content-Type: application/json`; got {content_type or 'none'}",
                )
            )
        return decode(content)

    return read_body


def _content_at_hand(req: Request, bytes_max: int) -> bytes | None:
    """The whole body where it has come with the head, as nearly every one does: a stream for it costs more than to
    read it."""
    first = req._first_event
    if first is None or first.get("more_body", False):
        return None
    content: bytes = first.get("body", b"")
    return content if len(content) <= bytes_max else None


async def _content(req: Request, bytes_max: int) -> bytes:
    length = req.content_length
    if length is None or length <= bytes_max:
        content = await req.stream.read(bytes_max + 1)
        if len(content) <= bytes_max:
            return content
    raise Refused(Problem(code=Code.BODY_TOO_LARGE, detail=f"at most {bytes_max} bytes may be sent here"))


def _decoder(operation: AnyOperation) -> Callable[[bytes], msgspec.Struct]:
    if operation.body is RawJson:
        return RawJson
    expected = operation.body
    decode = _json_decoder(expected).decode

    def decode_body(content: bytes) -> msgspec.Struct:
        try:
            return decode(content)
        except msgspec.ValidationError as error:
            raise Refused(_body_problem(content, expected, str(error))) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Refused(Problem(code=Code.MALFORMED, detail=f"the body is not JSON: {error}")) from None

    return decode_body


@cache
def _json_decoder(expected: type[msgspec.Struct]) -> msgspec.json.Decoder[msgspec.Struct]:
    # The same for every application of the process, and a good part of what one takes to make.
    return msgspec.json.Decoder(expected)


def _body_problem(content: bytes, expected: type, first: str) -> Problem:
    try:
        value = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Problem(code=Code.MALFORMED, detail=f"the body is not JSON: {error}")
    if not isinstance(value, dict):
        return Problem(code=Code.MALFORMED, detail="the body must be a JSON object")
    return invalid(*(faults_of(value, expected) or (FieldFault("body", first),)))


def _query_reader(operation: AnyOperation) -> Callable[[Request], msgspec.Struct] | None:
    if not operation.has_query:
        return None
    expected = operation.query

    def read_query(req: Request) -> msgspec.Struct:
        try:
            return msgspec.convert(req.params, expected, strict=False)
        except msgspec.ValidationError as error:
            faults = faults_of(req.params, expected, strict=False)
            raise Refused(invalid(*(faults or (FieldFault("query", str(error)),)))) from None

    return read_query


def _key_reader(
    operation: AnyOperation, services: Services
) -> Callable[[Request, Caller | None, dict[str, str], msgspec.Struct], IdempotencyKey | None] | None:
    if not operation.takes_key:
        return None
    route, secret = operation.name, services.settings.fingerprint_key

    def read_key(
        req: Request, caller: Caller | None, path: dict[str, str], body: msgspec.Struct
    ) -> IdempotencyKey | None:
        key = req.get_header("Idempotency-Key")
        if key is None:
            return None
        if _VISIBLE_ASCII.match(key) is None:
            expected = f"must be 1 to {IDEMPOTENCY_KEY_CHARS_MAX} visible ASCII characters, without spaces"
            raise Refused(invalid(FieldFault("Idempotency-Key", expected)))
        user_id = caller.user_id if caller is not None else UserId("")
        return IdempotencyKey(user_id=user_id, route=route, key=key, fingerprint=fingerprint_of(path, body, key=secret))

    return read_key


def _is_json(content_type: str | None) -> bool:
    if content_type is None:
        return False
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    return media_type == JSON_MEDIA_TYPE and all(
        parameter.replace('"', "") in ("", "charset=utf-8", "charset=utf8") for parameter in parameters
    )


def _accepts_gzip(req: Request) -> bool:
    header = req.get_header("Accept-Encoding")
    return header is not None and any(
        coding.strip().lower() == "gzip" for coding in header.replace(";q=1.0", "").replace(";q=1", "").split(",")
    )
