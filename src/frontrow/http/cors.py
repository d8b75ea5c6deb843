"""Cross-origin requests: pages of the origins an operator named may call the API with a bearer token.

No cookies are involved, so credentials are never allowed; a wildcard is as safe as the tokens are.
"""

from falcon.asgi import Request, Response

from frontrow.http.envelope import REQUEST_ID_HEADER

ALLOWED_HEADERS = "authorization, content-type, idempotency-key, if-none-match, last-event-id, x-request-id"
ALLOWED_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
# `date` and `age` are what the seat map's clock learns the server's time from.
EXPOSED_HEADERS = f"age, date, etag, idempotency-replayed, retry-after, {REQUEST_ID_HEADER}"
PREFLIGHT_AGE_S = 7200


class Cors:
    """Falcon middleware that answers preflights and marks answers for the origins allowed."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        self._any = "*" in origins
        self._origins = frozenset(origin.rstrip("/").lower() for origin in origins)

    async def process_request(self, req: Request, resp: Response) -> None:
        """Answer a preflight before routing; without the Allow-Origin header it refuses."""
        if req.method == "OPTIONS" and req.get_header("Access-Control-Request-Method") is not None:
            if self._allows(req.get_header("Origin")):
                resp.set_header("access-control-allow-methods", ALLOWED_METHODS)
                resp.set_header("access-control-allow-headers", ALLOWED_HEADERS)
                resp.set_header("access-control-max-age", str(PREFLIGHT_AGE_S))
            resp.status_code = 204
            resp.complete = True

    async def process_response(self, req: Request, resp: Response, resource: object, req_succeeded: bool) -> None:
        """Say which origin may read the answer."""
        origin = req.get_header("Origin")
        if not self._any:
            resp.append_header("vary", "origin")
        if origin is not None and self._allows(origin):
            resp.set_header("access-control-allow-origin", "*" if self._any else origin)
            resp.set_header("access-control-expose-headers", EXPOSED_HEADERS)

    def _allows(self, origin: str | None) -> bool:
        return origin is not None and (self._any or origin.lower() in self._origins)
