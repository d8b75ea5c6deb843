"""The pages where a buyer pays: `/pay/demo/{paymentId}` and `/pay/stripe/{paymentId}`, each with a policy of its own.

A payment's id is all that leads to its page: nobody else's pages may frame it, and no link from it tells where it was.
"""

import falcon.asgi
from falcon.asgi import Request, Response

from frontrow.http.envelope import put_problem
from frontrow.http.problems import invalid
from frontrow.http.return_urls import fault_of_return_url
from frontrow.http.settings import HttpSettings, PayPageName
from frontrow.http.static_files import PAGE_POLICY, PagePolicy, StaticFile, put_file

_STRIPE_SOURCES = "https://js.stripe.com https://*.js.stripe.com"
POLICIES: dict[PayPageName, PagePolicy] = {
    "demo": PagePolicy(
        PAGE_POLICY.content.replace("frame-ancestors 'self'", "frame-ancestors 'none'"), referrer="no-referrer"
    ),
    "stripe": PagePolicy(
        "default-src 'none'; "
        f"script-src 'self' {_STRIPE_SOURCES}; "
        f"frame-src {_STRIPE_SOURCES} https://hooks.stripe.com; "
        "connect-src 'self' https://api.stripe.com; style-src 'self'; img-src 'self' data: https://*.stripe.com; "
        "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        # Stripe looks at the origin that sends, and some banks' second steps open a window.
        referrer="strict-origin",
        opener="same-origin-allow-popups",
    ),
}
"""What each page may load. Source of Stripe's: docs.stripe.com/security/guide (content security policy)."""


class _PayPage:
    """The page for every payment id: what it shows, it asks the API for."""

    def __init__(self, file: StaticFile, policy: PagePolicy, settings: HttpSettings) -> None:
        self._file = file
        self._policy = policy
        self._settings = settings

    async def on_get(self, req: Request, resp: Response, payment_id: str) -> None:
        """The page; 422 where its address would send the buyer to a site that has nothing to do with this one."""
        return_url, host = req.get_param("returnUrl"), req.get_header("host") or ""
        fault = None if return_url is None else fault_of_return_url(return_url, self._settings, {"host": host})
        if fault is not None:
            put_problem(req, resp, invalid(fault))
        else:
            put_file(req, resp, self._file, self._policy)

    on_head = on_get


def add_pay_pages(
    app: falcon.asgi.App[Request, Response], files: dict[str, StaticFile], settings: HttpSettings
) -> None:
    """Serve the page of the configured gateway, where it has one; 404 for the others."""
    for name, policy in POLICIES.items():
        file = files.get(f"/pay/{name}.html")
        if file is not None and name == settings.pay_page:
            app.add_route(f"/pay/{name}/{{payment_id}}", _PayPage(file, policy, settings))
