"""Calls as clients make them, each written into the history as it looked from outside."""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import aiohttp
import msgspec

from tests.chaos.history import History, Kind, Operation, Outcome
from tests.support.http_stack import bearer

Json = Mapping[str, Any]
CALL_SECONDS_MAX = 6.0
TRIES_MAX = 5
_UNDECIDED = "request_in_progress"


@dataclass(frozen=True)
class Told:
    """An answer: the status (0 where none came), its JSON, and whether it says that it was given before."""

    status: int
    body: Json
    is_replay: bool = False

    @property
    def is_unknown(self) -> bool:
        """Whether what was asked for may have happened or not."""
        return self.status == 0 or self.status >= 500

    @property
    def is_done(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """The problem's code."""
        return str(self.body.get("code", "")) if self.status >= 400 else ""


@dataclass(frozen=True)
class Wish:
    """What is asked for, whatever becomes of it: what the history has of an operation before it is answered."""

    kind: Kind
    event: str
    seats: tuple[str, ...]
    purchase: str
    hold_id: str | None = None
    booking_id: str | None = None
    order_id: str | None = None
    duration_ms: int = 0
    delay_ms: int = 0


@dataclass
class Client:
    """One user's program. Its calls go to any of the API processes, one at a time."""

    name: str
    urls: Sequence[str]
    session: aiohttp.ClientSession
    history: History
    rng: random.Random
    roles: tuple[str, ...] = ()
    made: int = field(default=0)

    async def ask(self, method: str, path: str, body: object = None, *, key: str | None = None) -> Told:
        """One call that is no operation of the history: a look, or what is done at the bank."""
        return await self._send(method, path, body, key)

    async def operate(
        self, wish: Wish, method: str, path: str, body: object = None, *, key: str | None = None, tries: int = 1
    ) -> Told:
        """One operation, begun again under the same key up to `tries` times while nobody knows what became of it."""
        told = Told(0, {})
        for attempt in range(tries):
            if attempt:
                await asyncio.sleep(self.rng.uniform(0.05, 0.6))
            began_ns = time.monotonic_ns()
            told = await self._send(method, path, body, key)
            if told.status == _NOT_SENT:
                told = Told(0, {})
                continue
            self.history.add(self._operation(wish, told, key, began_ns))
            if not told.is_unknown and told.code != _UNDECIDED:
                break
        return told

    async def _send(self, method: str, path: str, body: object, key: str | None) -> Told:
        headers = {**bearer(self.name, *self.roles), "content-type": "application/json"}
        if key is not None:
            headers["idempotency-key"] = key
        content = msgspec.json.encode(body) if body is not None else None
        url = self.rng.choice(self.urls)
        self.made += 1
        try:
            async with self.session.request(method, f"{url}/api/v1/{path}", data=content, headers=headers) as answer:
                raw = await answer.read()
                is_replay = answer.headers.get("idempotency-replayed") == "true"
                decoded = msgspec.json.decode(raw) if raw else {}
                return Told(answer.status, cast("Json", decoded), is_replay)
        except aiohttp.ClientConnectorError:
            return Told(_NOT_SENT, {})
        except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError):
            return Told(0, {})

    def _operation(self, wish: Wish, told: Told, key: str | None, began_ns: int) -> Operation:
        body = told.body
        refused = {it["seatId"]: it["reason"] for it in body.get("seats", ()) if "reason" in it}
        total = body.get("total")
        expires_at = body.get("payUntil" if wish.kind is Kind.ORDER else "expiresAt")
        booking_id = body.get("bookingId", wish.booking_id)
        return Operation(
            client=self.name,
            user=self.name,
            kind=wish.kind,
            event=wish.event,
            seats=wish.seats,
            purchase=wish.purchase,
            began_ns=began_ns,
            ended_ns=None if told.is_unknown else time.monotonic_ns(),
            outcome=_outcome(wish.kind, told),
            key=key,
            is_replay=told.is_replay,
            hold_id=body.get("holdId", wish.hold_id) if told.is_done else wish.hold_id,
            booking_id=booking_id if told.is_done else wish.booking_id,
            order_id=body.get("orderId", wish.order_id) if told.is_done else wish.order_id,
            expires_at_ms=_ms_of(expires_at) if told.is_done and expires_at is not None else None,
            duration_ms=wish.duration_ms,
            delay_ms=wish.delay_ms,
            amount_minor=total["amountMinor"] if told.is_done and total is not None else None,
            status=told.status if told.status >= 400 else None,
            code=told.code,
            refused=refused if told.status == 409 else {},
        )


_NOT_SENT = -1
"""Nobody listened: nothing has been asked for."""
_ENDS_LATER = {
    Kind.PAY: {"booked"},
    Kind.ORDER: {"claimed", "paying", "paid", "booked"},
    Kind.CANCEL_ORDER: {"cancelled", "expired", "refunding", "refunded"},
}
"""The states of an order in which what was asked for is so; in any other its end is still to come."""


def _outcome(kind: Kind, told: Told) -> Outcome:
    if told.is_unknown:
        return Outcome.UNKNOWN
    if not told.is_done:
        return Outcome.REFUSED
    ends = _ENDS_LATER.get(kind)
    return Outcome.DONE if ends is None or told.body.get("status") in ends else Outcome.ACCEPTED


def _ms_of(time_text: str) -> int:
    return round(datetime.fromisoformat(time_text).timestamp() * 1000)
