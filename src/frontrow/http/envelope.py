"""What every answer carries, whatever made it: a request id, headers that keep browsers honest, and a log line.

One middleware object, because each costs a few microseconds a request.
"""

import itertools
import logging
import re
import secrets
from time import perf_counter_ns

import structlog
from falcon.asgi import Request, Response

from frontrow.http.problems import PROBLEMS, Code, ErrorStyle, Problem
from frontrow.http.request_measures import RequestMeasures

REQUEST_ID_HEADER = "x-request-id"
_OWN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_NS_PER_MS = 1_000_000
_log = structlog.get_logger("frontrow.http")
_prefix = secrets.token_hex(5)
_numbers = itertools.count(1)


def new_request_id() -> str:
    """A request id that no other request of this or another process has."""
    return f"{_prefix}-{next(_numbers):x}"


def request_id_of(req: Request) -> str:
    """The request's id: the caller's own X-Request-Id where it has an acceptable form, else one made here."""
    context = req.context
    try:
        known: str = context.request_id
    except AttributeError:
        sent = req.get_header("X-Request-Id")
        known = context.request_id = sent if sent is not None and _OWN_ID.match(sent) else new_request_id()
    return known


def put_problem(req: Request, resp: Response, problem: Problem, style: ErrorStyle = PROBLEMS) -> None:
    """Make the answer this problem, in the style of the operation. Conflicts are logged, but never whose they are."""
    request_id = request_id_of(req)
    status = resp.status_code = style.status_of(problem)
    resp.data = style.encode(problem, request_id)
    headers = resp._headers
    headers["content-type"] = style.media_type
    headers["cache-control"] = "no-store"
    if problem.retry_after_s is not None:
        resp.set_header("retry-after", str(problem.retry_after_s))
    if problem.replayed:
        resp.set_header("idempotency-replayed", "true")
    if status == 401:
        error = "" if problem.code is Code.TOKEN_MISSING else ', error="invalid_token"'
        resp.set_header("www-authenticate", f'Bearer realm="frontrow"{error}')
    if problem.allowed_methods:
        resp.set_header("allow", ", ".join(problem.allowed_methods))
    if status in (409, 503) and _log.is_enabled_for(logging.INFO):
        _log.info("refused", request_id=request_id, code=str(problem.code), route=req.uri_template)


class Envelope:
    """Falcon middleware: headers on the way out, and the count of answers."""

    def __init__(self, measures: RequestMeasures) -> None:
        self._answers = measures.answers

    async def process_response(self, req: Request, resp: Response, resource: object, req_succeeded: bool) -> None:
        """Add what every answer carries."""
        headers = resp._headers
        headers[REQUEST_ID_HEADER] = request_id_of(req)
        headers["x-content-type-options"] = "nosniff"
        headers.setdefault("referrer-policy", "same-origin")
        self._answers[req.uri_template, req.method, resp.status] += 1


class AccessLog:
    """Falcon middleware that writes one line per request. Only installed when asked for: it costs 20 microseconds."""

    async def process_request(self, req: Request, resp: Response) -> None:
        """Note when the request came."""
        req.context["started_ns"] = perf_counter_ns()

    async def process_response(self, req: Request, resp: Response, resource: object, req_succeeded: bool) -> None:
        """Write the line: the route's template, never the path, which may carry ids that are secrets."""
        started_ns = req.context.get("started_ns")
        took_ms = round((perf_counter_ns() - started_ns) / _NS_PER_MS, 3) if started_ns is not None else None
        _log.info(
            "request",
            request_id=request_id_of(req),
            method=req.method,
            route=req.uri_template or "(file)",
            status=resp.status_code,
            took_ms=took_ms,
        )
