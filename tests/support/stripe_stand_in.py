"""A small Stripe on loopback: enough of its HTTP API for the official SDK to run against, and a bank behind it.

It keeps Stripe's rules where they matter for money: a repeated idempotency key is answered as the first time (whatever
has happened since), the same key with other parameters is 400, one that is still running 409, and an intent only
changes as its status allows. What a buyer's browser does there (Stripe.js) tests do by `confirm`.

Source: docs.stripe.com/api (errors, idempotent_requests, payment_intents, refunds), docs.stripe.com/webhooks.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

import stripe
from aiohttp import web

SECRET_KEY = "sk_test_stand_in"
PUBLISHABLE_KEY = "pk_test_stand_in"
WEBHOOK_SECRET = "whsec_stand_in"

Thing = dict[str, Any]
_CANCELLABLE = {"requires_payment_method", "requires_confirmation", "requires_action", "requires_capture"}
_MINIMUM = 50
"""Stripe's least for a charge in most currencies."""


class Refused(Exception):
    """An error that Stripe answers with."""

    def __init__(self, status: int, kind: str, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "message": message} | ({} if code is None else {"code": code})}


class StripeStandIn:
    """The account: its intents and refunds by id. `lost` answers are carried out and never sent, `failing` calls answer
    a 500; both name how many of the next calls. `refund_fate` is how the next refunds end, and nothing is
    carried out while `gate` is shut."""

    def __init__(self) -> None:
        self.url = ""
        self.intents: dict[str, Thing] = {}
        self.refunds: dict[str, Thing] = {}
        self.indexed = True
        self.lost = 0
        self.failing = 0
        self.refund_fate = "succeeded"
        self.calls: list[tuple[str, str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self._keys: dict[str, tuple[object, int, Thing]] = {}
        self._running: set[str] = set()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["StripeStandIn"]:
        """Answer on a free port of loopback."""
        app = web.Application()
        app.router.add_route("*", "/v1/{path:.*}", self._answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        assert site._server is not None
        host, port = site._server.sockets[0].getsockname()[:2]  # type: ignore[attr-defined]
        self.url = f"http://{host}:{port}"
        try:
            yield self
        finally:
            self.gate.set()
            await runner.cleanup()

    @property
    def only_intent(self) -> Thing:
        """The one intent there is."""
        (intent,) = self.intents.values()
        return intent

    def confirm(self, intent_id: str, *, fate: str = "requires_capture") -> None:
        """What the buyer's browser does: `requires_capture`, `requires_action`, `processing` or `declined`."""
        intent = self.intents[intent_id]
        assert intent["status"] in ("requires_payment_method", "requires_action"), intent["status"]
        intent["last_payment_error"] = None
        if fate == "declined":
            intent["status"] = "requires_payment_method"
            intent["last_payment_error"] = {
                "type": "card_error",
                "code": "card_declined",
                "message": "Your card was declined.",
            }
            return
        intent["status"] = fate
        if fate == "requires_capture":
            intent["amount_capturable"] = intent["amount"]

    def expire(self, intent_id: str) -> None:
        """The authorisation runs out, as it does after seven days."""
        self.intents[intent_id] |= {"status": "canceled", "cancellation_reason": "automatic", "amount_capturable": 0}

    def forget_keys(self) -> None:
        """A day has passed."""
        self._keys.clear()

    def webhook(
        self, kind: str, thing: Thing, *, event_id: str = "evt_1", at_s: int | None = None, secret: str = WEBHOOK_SECRET
    ) -> tuple[dict[str, str], bytes]:
        """A webhook's headers and body, signed."""
        body = json.dumps({"id": event_id, "object": "event", "type": kind, "data": {"object": thing}})
        signature = stripe.WebhookSignature.generate_signature_header(body, secret, at_s or int(time.time()))
        return {"stripe-signature": signature}, body.encode()

    async def _answer(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        self.calls.append((request.method, path))
        text = (await request.read()).decode() if request.method == "POST" else request.query_string
        params = dict(parse_qsl(text))
        if request.headers.get("authorization") != f"Bearer {SECRET_KEY}":
            return _refusal(Refused(401, "invalid_request_error", "Invalid API Key provided"))
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        if key is not None and key in self._running:
            return _refusal(
                Refused(409, "idempotency_error", "Another request uses this key", "idempotency_key_in_use")
            )
        asked = (path, sorted(params.items()))
        if key is not None and key in self._keys:
            first, status, body = self._keys[key]
            if first != asked:
                return _refusal(Refused(400, "idempotency_error", "Keys may only be used with the same parameters"))
            return web.json_response(body, status=status, headers={"idempotent-replayed": "true"})
        if key is not None:
            self._running.add(key)
        try:
            await self.gate.wait()
            status, body = self._carried_out(request.method, path, params)
        except Refused as refused:  # before the endpoint's work began: nothing is kept under the key
            return _refusal(refused)
        finally:
            self._running.discard(key or "")
        if key is not None:
            self._keys[key] = (asked, status, json.loads(json.dumps(body)))
        if self.lost > 0:
            self.lost -= 1
            assert request.transport is not None
            request.transport.abort()
        return web.json_response(body, status=status)

    def _carried_out(self, method: str, path: str, params: dict[str, str]) -> tuple[int, Thing]:
        if self.failing > 0:
            self.failing -= 1
            return 500, {"error": {"type": "api_error", "message": "Something went wrong on Stripe's end"}}
        routes: list[tuple[str, str, Callable[..., Thing]]] = [
            ("POST", r"payment_intents", self._create_intent),
            ("GET", r"payment_intents/search", self._search),
            ("GET", r"payment_intents/(\w+)", self._intent),
            ("POST", r"payment_intents/(\w+)/capture", self._capture),
            ("POST", r"payment_intents/(\w+)/cancel", self._cancel),
            ("POST", r"refunds", self._create_refund),
            ("GET", r"refunds", self._list_refunds),
            ("GET", r"refunds/(\w+)", self._refund),
        ]
        for allowed, pattern, handler in routes:
            match = re.fullmatch(pattern, path)
            if match is not None and method == allowed:
                return 200, handler(params, *match.groups())
        raise Refused(404, "invalid_request_error", f"Unrecognized request URL ({method}: /v1/{path})")

    def _create_intent(self, params: dict[str, str]) -> Thing:
        amount = int(params["amount"])
        if amount < _MINIMUM and params["currency"] == "usd":
            raise Refused(400, "invalid_request_error", "Amount must be at least $0.50 usd", "amount_too_small")
        intent_id = f"pi_{len(self.intents) + 1}"
        self.intents[intent_id] = {
            "id": intent_id,
            "object": "payment_intent",
            "status": "requires_payment_method",
            "amount": amount,
            "amount_capturable": 0,
            "amount_received": 0,
            "currency": params["currency"],
            "capture_method": params.get("capture_method", "automatic"),
            "client_secret": f"{intent_id}_secret_x",
            "last_payment_error": None,
            "metadata": _metadata(params),
            "description": params.get("description"),
        }
        return self.intents[intent_id]

    def _intent(self, _params: dict[str, str], intent_id: str) -> Thing:
        if intent_id not in self.intents:
            raise Refused(404, "invalid_request_error", f"No such payment_intent: {intent_id!r}", "resource_missing")
        return self.intents[intent_id]

    def _search(self, params: dict[str, str]) -> Thing:
        match = re.fullmatch(r"metadata\['(\w+)'\]:'([^']+)'", params["query"])
        assert match is not None, params["query"]
        name, value = match.groups()
        found = [intent for intent in self.intents.values() if intent["metadata"].get(name) == value]
        # The index follows the truth: what it holds of a status may be old.
        stale = [intent | {"status": "requires_payment_method"} for intent in found if self.indexed]
        return {"object": "search_result", "data": stale, "has_more": False, "url": "/v1/payment_intents/search"}

    def _capture(self, _params: dict[str, str], intent_id: str) -> Thing:
        intent = self._intent({}, intent_id)
        if intent["status"] != "requires_capture":
            raise _unexpected(intent, "captured")
        intent |= {"status": "succeeded", "amount_received": intent["amount"], "amount_capturable": 0}
        return intent

    def _cancel(self, _params: dict[str, str], intent_id: str) -> Thing:
        intent = self._intent({}, intent_id)
        if intent["status"] not in _CANCELLABLE:
            raise _unexpected(intent, "canceled")
        intent |= {"status": "canceled", "amount_capturable": 0}
        return intent

    def _create_refund(self, params: dict[str, str]) -> Thing:
        intent = self._intent({}, params["payment_intent"])
        amount = int(params["amount"])
        given = sum(
            refund["amount"]
            for refund in self.refunds.values()
            if refund["payment_intent"] == intent["id"] and refund["status"] not in ("failed", "canceled")
        )
        if given == intent["amount_received"]:
            raise Refused(400, "invalid_request_error", "Charge has already been refunded.", "charge_already_refunded")
        if given + amount > intent["amount_received"]:
            raise Refused(400, "invalid_request_error", "Refund amount is greater than unrefunded amount on charge")
        refund_id = f"re_{len(self.refunds) + 1}"
        self.refunds[refund_id] = {
            "id": refund_id,
            "object": "refund",
            "status": self.refund_fate,
            "amount": amount,
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "metadata": _metadata(params),
        } | ({"failure_reason": "expired_or_canceled_card"} if self.refund_fate == "failed" else {})
        return self.refunds[refund_id]

    def _refund(self, _params: dict[str, str], refund_id: str) -> Thing:
        return self.refunds[refund_id]

    def _list_refunds(self, params: dict[str, str]) -> Thing:
        """Newest first, two a page whatever was asked for, so that there are pages."""
        mine = [refund for refund in self.refunds.values() if refund["payment_intent"] == params["payment_intent"]][
            ::-1
        ]
        ids = [refund["id"] for refund in mine]
        begin = ids.index(params["starting_after"]) + 1 if "starting_after" in params else 0
        page = mine[begin : begin + 2]
        return {"object": "list", "data": page, "has_more": begin + 2 < len(mine), "url": "/v1/refunds"}


def _metadata(params: dict[str, str]) -> dict[str, str]:
    return {name[9:-1]: value for name, value in params.items() if name.startswith("metadata[")}


def _unexpected(intent: Thing, done: str) -> Refused:
    message = f"This PaymentIntent could not be {done} because it has a status of {intent['status']}."
    return Refused(400, "invalid_request_error", message, "payment_intent_unexpected_state")


def _refusal(refused: Refused) -> web.Response:
    return web.json_response(refused.body, status=refused.status)
