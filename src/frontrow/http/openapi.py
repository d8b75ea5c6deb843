"""The OpenAPI 3.1 document, assembled from the operations: nothing about a route is written down twice."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from apispec import APISpec

from frontrow import __version__
from frontrow.http.guest_sessions import COOKIE_NAME
from frontrow.http.operation import Access, AnyOperation, Variant
from frontrow.http.problems import KINDS, Code, ErrorStyle, Problem

_REF = "#/components/schemas/{name}"
_Json = dict[str, Any]

PATH_PARAMETERS: dict[str, tuple[str, _Json]] = {
    "eventId": ("the event", {"type": "string"}),
    "showId": ("the event", {"type": "string"}),
    "showtimeId": ("the event", {"type": "string"}),
    "layoutId": ("the layout", {"type": "string"}),
    "version": ("the layout's version, 1 or more", {"type": "string"}),
    "seatId": ("a seat of the event's layout", {"type": "string"}),
    "holdId": ("the hold, as the server made it", {"type": "string"}),
    "orderId": ("the order, as the server made it", {"type": "string"}),
    "bookingId": ("the booking, as the server made it", {"type": "string"}),
    "paymentId": ("the payment, as the server made it", {"type": "string"}),
    "noticeId": ("the notice, as the server made it", {"type": "string"}),
    "gateway": ("the payment gateway's name", {"type": "string"}),
}
_DESCRIPTION = """\
Look at a seat map, hold seats for a few minutes, book them. No seat is ever sold twice.

Times are RFC 3339 in UTC; money is in minor units. Every answer carries `X-Request-Id`; every refusal is an
`application/problem+json` document whose `code` says what happened. The dialects' operations answer and refuse in the
envelopes of their own documents instead.
"""
_SECURITY: dict[Access, list[_Json]] = {
    Access.PUBLIC: [],
    Access.OPTIONAL: [{}, {"token": []}, {"guestSession": []}],
    Access.GUEST: [{"token": []}, {"guestSession": []}],
    Access.USER: [{"token": []}],
    Access.ADMIN: [{"token": []}],
}


def openapi_document(operations: Sequence[AnyOperation]) -> bytes:
    """The document as JSON."""
    spec = APISpec(
        title="Frontrow",
        version=__version__,
        openapi_version="3.1.0",
        info={"description": _DESCRIPTION, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        servers=[{"url": "/"}],
        tags=[{"name": tag} for tag in dict.fromkeys(operation.tag for operation in operations)],
    )
    types = _types_of(operations)
    references, schemas = msgspec.json.schema_components(types, ref_template=_REF)
    reference_of = dict(zip(types, references, strict=True))
    for name, schema in schemas.items():
        spec.components.schema(name, _plain(schema))
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    spec.components.security_scheme("guestSession", {"type": "apiKey", "in": "cookie", "name": COOKIE_NAME})
    paths: dict[str, dict[str, _Json]] = {}
    for operation in operations:
        described = _operation(operation, reference_of)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    for path, methods in paths.items():
        spec.path(path=path, operations=methods)
    problems = [{"code": code, "status": kind.status, "title": kind.title} for code, kind in KINDS.items()]
    return msgspec.json.encode({**spec.to_dict(), "x-problems": problems})


def _types_of(operations: Iterable[AnyOperation]) -> list[type]:
    types: dict[type, None] = {}
    for operation in operations:
        types[operation.errors.schema] = None
        types.update((variant.answer, None) for variant in operation.variants)
        if operation.has_body:
            types[operation.body_schema or operation.body] = None
        if operation.answer is not None:
            types[operation.answer] = None
    return list(types)


def _operation(operation: AnyOperation, reference_of: dict[type, _Json]) -> _Json:
    described: _Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [*_path_parameters(operation), *_query_parameters(operation), *_header_parameters(operation)],
        "responses": _responses(operation, reference_of),
        "security": _SECURITY[operation.access],
        "x-access": str(operation.access),
    }
    if operation.has_body:
        schema = reference_of[operation.body_schema or operation.body]
        content = {"schema": schema, "example": plain(operation.example.body)}
        described["requestBody"] = {
            "required": not operation.body_optional,
            "content": {"application/json": content},
        }
    return described


def _path_parameters(operation: AnyOperation) -> list[_Json]:
    names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": PATH_PARAMETERS[name][0],
            "schema": PATH_PARAMETERS[name][1],
            **({"example": operation.example.path[name]} if name in operation.example.path else {}),
        }
        for name in names
    ]


def _query_parameters(operation: AnyOperation) -> list[_Json]:
    if not operation.has_query:
        return []
    _, schemas = msgspec.json.schema_components([operation.query], ref_template=_REF)
    schema = _plain(schemas[operation.query.__name__])
    parameters = []
    for name, field in schema["properties"].items():
        options = [option for option in field.get("anyOf", [field]) if option != {"type": "null"}]
        described = {**field, **(options[0] if len(options) == 1 else {"anyOf": options})}
        described.pop("anyOf" if len(options) == 1 else "", None)
        if described.get("default", 0) is None:
            del described["default"]
        example = operation.example.query.get(name)
        parameters.append(
            {
                "name": name,
                "in": "query",
                "required": name in schema.get("required", []),
                "description": described.pop("description", ""),
                "schema": described,
                **({"example": example} if example is not None else {}),
            }
        )
    return parameters


def _header_parameters(operation: AnyOperation) -> list[_Json]:
    parameters: list[_Json] = []
    if operation.takes_key:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "makes a retry the same request: same key and body, same answer",
                "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{1,255}$"},
                "example": "6f1c8a52-checkout",
            }
        )
    if operation.streams:
        parameters.append(
            {
                "name": "Last-Event-ID",
                "in": "header",
                "description": "the id of the last event received: the stream goes on after it",
                "schema": {"type": "string"},
            }
        )
    if operation.has_etag:
        parameters.append(
            {
                "name": "If-None-Match",
                "in": "header",
                "description": "the ETag of the answer you have; 304 while it still stands",
                "schema": {"type": "string"},
            }
        )
    return parameters


def _responses(operation: AnyOperation, reference_of: dict[type, _Json]) -> _Json:
    success: _Json = {"description": operation.summary, "headers": _headers(operation)}
    if operation.answer is not None:
        content = {"schema": reference_of[operation.answer], "example": plain(operation.example.answer)}
        success["content"] = {operation.media_type: content}
    if operation.answers_text:
        texts = {media_type: {"schema": {"type": "string"}} for media_type in operation.answers_text}
        success["content"] = {**success.get("content", {}), **texts}
    responses: _Json = {str(status): success for status in (operation.status, *operation.also)}
    if operation.has_etag:
        responses["304"] = {"description": "Not changed since that ETag"}
    by_status: dict[int, list[Code]] = {}
    for code in Code:
        if code in operation.codes or code is Code.INTERNAL_ERROR:
            status = operation.errors.status_of(Problem(code=code, detail=""))
            by_status.setdefault(status, []).append(code)
    for variant in operation.variants:
        responses[str(variant.status)] = _variant(variant, operation.media_type, reference_of)
    for status, codes in by_status.items():
        refusal = _refusal(codes, operation.errors, reference_of)
        responses[str(status)] = _either(responses[str(status)], refusal) if str(status) in responses else refusal
    return responses


def _headers(operation: AnyOperation) -> _Json:
    headers: _Json = {"X-Request-Id": {"schema": {"type": "string"}, "description": "names this request"}}
    if operation.has_etag:
        headers["ETag"] = {"schema": {"type": "string"}, "description": "names this version of the answer"}
    if operation.takes_key:
        replayed = {"type": "string", "enum": ["true"]}
        headers["Idempotency-Replayed"] = {"schema": replayed, "description": "an earlier answer, given again"}
    return headers


def _variant(variant: Variant, media_type: str, reference_of: dict[type, _Json]) -> _Json:
    examples = {"answer": {"summary": variant.description, "value": plain(variant.example)}}
    content = {"schema": reference_of[variant.answer], "examples": examples}
    return {"description": variant.description, "content": {media_type: content}}


def _either(answer: _Json, refusal: _Json) -> _Json:
    """A status with which the operation answers something of its own, and refuses as well."""
    content = dict(answer.get("content", {}))
    for media_type, refused in refusal["content"].items():
        own = content.get(media_type)
        if own is None:
            content[media_type] = refused
            continue
        schemas = [own["schema"], *([refused["schema"]] if refused["schema"] != own["schema"] else [])]
        schema = {"anyOf": schemas} if len(schemas) > 1 else schemas[0]
        content[media_type] = {"schema": schema, "examples": {**own.get("examples", {}), **refused["examples"]}}
    return {**answer, "description": f"{answer['description']}; {refusal['description']}", "content": content}


def _refusal(codes: list[Code], errors: ErrorStyle, reference_of: dict[type, _Json]) -> _Json:
    encode = errors.encode_example or errors.encode
    examples = {
        str(code): {
            "summary": KINDS[code].title,
            "value": msgspec.json.decode(encode(Problem(code=code, detail=KINDS[code].title.lower()), "5f0c1b2a9d-1")),
        }
        for code in codes
    }
    return {
        "description": "; ".join(f"`{code}`: {KINDS[code].title}" for code in codes),
        "content": {errors.media_type: {"schema": reference_of[errors.schema], "examples": examples}},
    }


def plain(example: object) -> object:
    """An example as plain JSON values, exactly as the API would send it."""
    return msgspec.json.decode(msgspec.json.encode(example))


def _plain(schema: _Json) -> _Json:
    return msgspec.json.decode(msgspec.json.encode(schema), type=dict[str, Any])
