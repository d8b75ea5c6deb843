"""The ASGI application: every operation, the web folder, the documents, and one envelope around all answers."""

from functools import cache
from pathlib import Path
from typing import Any

import falcon
import falcon.asgi
import structlog
from falcon.asgi import Request, Response

from frontrow.domain.errors import ConfigurationError, LedgerUnavailable, PaymentUnavailable, StoreUnavailable
from frontrow.http import dialects, health, metrics, v1
from frontrow.http.auth import Authenticator
from frontrow.http.cors import Cors
from frontrow.http.endpoint import responder_of
from frontrow.http.envelope import AccessLog, Envelope, put_problem, request_id_of
from frontrow.http.guest_sessions import GuestSessions
from frontrow.http.openapi import openapi_document
from frontrow.http.operation import AnyOperation
from frontrow.http.pay_pages import add_pay_pages
from frontrow.http.problems import PROBLEMS, Code, ErrorStyle, Problem, not_found
from frontrow.http.services import Services
from frontrow.http.static_files import StaticFile, StaticFiles, files_of, static_file
from frontrow.http.token_keys import PublishedKeys, is_read_in_clear, shared_secret

REFERENCE_FOLDER = Path(__file__).parent / "reference"
OPERATIONS: tuple[AnyOperation, ...] = (
    *v1.OPERATIONS,
    *dialects.OPERATIONS,
    *health.OPERATIONS,
    *metrics.OPERATIONS,
)
"""Every operation there is, in the order of the documents."""

_log = structlog.get_logger("frontrow.http")
_STYLES: dict[str, ErrorStyle] = {operation.path: operation.errors for operation in OPERATIONS}
_AWAY: dict[type[Exception], str] = {
    StoreUnavailable: "hold store",
    LedgerUnavailable: "ledger",
    PaymentUnavailable: "payment gateway",
}
_CODE_OF_STATUS = {404: Code.NOT_FOUND, 413: Code.BODY_TOO_LARGE, 415: Code.UNSUPPORTED_MEDIA_TYPE}

App = falcon.asgi.App[Request, Response]


class _Route:
    """What Falcon routes a path to: its responders are set as `on_get`, `on_post` and so on."""


def create_app(services: Services, *, access_log: bool = False) -> App:
    """The ASGI application over these services.

    Args:
        access_log: write one line per request, for about 20 microseconds each.

    Raises:
        ConfigurationError: tokens can be verified neither by a secret nor by published keys, or the secret is none.
    """
    app = App()
    if access_log:
        app.add_middleware(AccessLog())
    app.add_middleware(Envelope(services.request_measures))
    if services.settings.cors_origins:
        app.add_middleware(Cors(services.settings.cors_origins))
    authenticator, settings = _authenticator(services), services.settings
    guests = GuestSessions(settings.guest_session_key, services.clock) if settings.dialect_guests else None
    routes: dict[str, _Route] = {}
    for operation in OPERATIONS:
        route = routes.setdefault(operation.path, _Route())
        responder = responder_of(operation, services, authenticator, guests)
        setattr(route, f"on_{operation.method.lower()}", responder)
        if operation.method == "GET":
            setattr(route, "on_head", responder)  # noqa: B010 (the method above is only known by name)
    for path, route in routes.items():
        app.add_route(path, route)
    files = _files(services)
    add_pay_pages(app, files, settings)
    app.add_sink(StaticFiles(files, {"/openapi.json": _document}), prefix="/")
    app.add_error_handler(Exception, _answer_unexpected)
    app.add_error_handler(StoreUnavailable, _answer_unavailable)
    app.add_error_handler(LedgerUnavailable, _answer_unavailable)
    app.add_error_handler(PaymentUnavailable, _answer_unavailable)
    app.add_error_handler(falcon.HTTPError, _answer_framework)
    return app


def _authenticator(services: Services) -> Authenticator:
    settings = services.settings
    secret = None if settings.jwt_secret is None else shared_secret(settings.jwt_secret)
    keys = None if settings.jwks_url is None else PublishedKeys(settings.jwks_url, services.clock)
    if secret is None and keys is None:
        raise ConfigurationError("no token could ever be verified: set FRONTROW_JWT_SECRET or FRONTROW_JWKS_URL")
    if secret is not None and secret.is_short:
        _log.warning("short_secret", advice="FRONTROW_JWT_SECRET has under 32 bytes: it can be guessed from one token")
    if settings.jwks_url is not None and is_read_in_clear(settings.jwks_url):
        _log.warning("keys_in_clear", advice="FRONTROW_JWKS_URL is no https: whoever is on the way can put keys in")
    return Authenticator(settings, services.clock, secret, keys)


def _files(services: Services) -> dict[str, StaticFile]:
    reference = files_of(REFERENCE_FOLDER, prefix="/docs/")
    return {
        **files_of(services.web_folder),
        **reference,
        "/docs": reference["/docs/"],
    }


@cache
def _document() -> StaticFile:
    # The same for every application of the process. Made when somebody asks: it takes 150 ms, a good part of a start.
    return static_file(openapi_document(OPERATIONS), "application/json")


def _style_of(req: Request) -> ErrorStyle:
    # What matched no operation has no template; what matched has one, even where its method is not supported.
    return _STYLES.get(req.uri_template or "", PROBLEMS)


async def _answer_unavailable(
    req: Request,
    resp: Response,
    error: StoreUnavailable | LedgerUnavailable | PaymentUnavailable,
    _params: dict[str, Any],
) -> None:
    store = next(name for kind, name in _AWAY.items() if isinstance(error, kind))
    is_reading = req.method in ("GET", "HEAD")
    remedy = "ask again" if is_reading else "your request may have been carried out, so repeat it as it was"
    detail = f"the {store} does not answer at present; {remedy}"
    code = Code.PAYMENT_UNAVAILABLE if isinstance(error, PaymentUnavailable) else Code.STORE_UNAVAILABLE
    problem = Problem(code=code, detail=detail, retry_after_s=max(1, error.retry_after_s))
    put_problem(req, resp, problem, _style_of(req))
    _log.warning(str(code), request_id=request_id_of(req), store=store, reason=str(error))


async def _answer_framework(req: Request, resp: Response, error: falcon.HTTPError, _params: dict[str, Any]) -> None:
    if isinstance(error, falcon.HTTPMethodNotAllowed):
        allowed = tuple(str((error.headers or {}).get("Allow", "")).split(", "))  # type: ignore[union-attr]
        detail = f"{req.method} is not supported here; use {', '.join(allowed)}"
        problem = Problem(code=Code.METHOD_NOT_ALLOWED, detail=detail, allowed_methods=allowed)
    elif error.status_code == 404:
        problem = not_found(f"page or operation {req.path[:200]}")
    else:
        code = _CODE_OF_STATUS.get(error.status_code, Code.MALFORMED)
        problem = Problem(code=code, detail=error.description or error.title or "the request is not valid")
    put_problem(req, resp, problem, _style_of(req))


async def _answer_unexpected(req: Request, resp: Response, error: Exception, _params: dict[str, Any]) -> None:
    request_id = request_id_of(req)
    _log.error("unexpected", request_id=request_id, method=req.method, route=req.uri_template, exc_info=error)
    detail = f"this is a fault of the server; it was logged under the request id {request_id}"
    put_problem(req, resp, Problem(code=Code.INTERNAL_ERROR, detail=detail), _style_of(req))
