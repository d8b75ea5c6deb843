"""A box office in memory, behind an HTTP transport: enough of the API for somebody who buys, and all of it counted.

Holds never run out here, and nobody asks who holds what: tests say what became of every seat.
"""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import msgspec

from frontrow.client.layouts import Layout
from frontrow.http.problems import KINDS, Code
from tests.unit.client.answers import EVENT_ANSWER, HOLD_ANSWER, problem_body

URL = "http://frontrow.test"
_ROUTES: list[tuple[str, str, str]] = [
    ("POST", r"/api/v1/guest-tokens", "guest"),
    ("GET", r"/api/v1/events/(\w+)", "event"),
    ("GET", r"/api/v1/layouts/.*", "layout"),
    ("GET", r"/api/v1/events/\w+/seat-states", "states"),
    ("GET", r"/api/v1/events/\w+/suggestions", "suggest"),
    ("POST", r"/api/v1/events/\w+/holds", "hold"),
    ("POST", r"/api/v1/events/\w+/holds/([\w-]+)/release", "release"),
    ("DELETE", r"/api/v1/events/\w+/holds/([\w-]+)", "give_back"),
    ("POST", r"/api/v1/bookings", "book"),
    ("POST", r"/api/v1/bookings/([\w-]+)/cancel", "cancel"),
    ("POST", r"/api/v1/orders", "order"),
    ("POST", r"/api/v1/orders/([\w-]+)/payment", "pay"),
    ("POST", r"/api/v1/orders/([\w-]+)/cancel", "give_up"),
]


class FakeBoxOffice:
    """One event, `gala`, on a layout. `letters` are the seats' states as people see them."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.letters = {seat.id: "a" for seat in layout.seats}
        self.holds: dict[str, list[str]] = {}
        self.bookings: dict[str, list[str]] = {}
        self.orders: dict[str, list[str]] = {}
        """Those that are to be paid."""
        self.asked: Counter[str] = Counter()
        self.refused: list[list[str]] = []
        self.booked_most = 0
        self.before_hold: Callable[[Sequence[str]], None] = lambda seat_ids: None
        """Called with the seats of each hold before it is judged: the moment in which others are faster."""
        self._names = itertools.count(1)

    def client(self) -> httpx.AsyncClient:
        """An HTTP client that reaches this office, whatever address it calls."""
        return httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        for method, pattern, name in _ROUTES:
            match = re.fullmatch(pattern, request.url.path)
            if match and method == request.method:
                self.asked[name] += 1
                body = msgspec.json.decode(request.content) if request.content else {}
                return getattr(self, f"_{name}")(request, body, *match.groups())  # type: ignore[no-any-return]
        raise AssertionError(f"nobody is expected to ask {request.method} {request.url}")

    def _guest(self, *_: object) -> httpx.Response:
        expires = "2099-01-01T00:00:00.000Z"
        return httpx.Response(201, json={"token": "token", "userId": "guest", "expiresAt": expires})

    def _event(self, *_: object) -> httpx.Response:
        return httpx.Response(200, json=EVENT_ANSWER)

    def _layout(self, *_: object) -> httpx.Response:
        return httpx.Response(200, content=msgspec.json.encode(self.layout))

    def _states(self, *_: object) -> httpx.Response:
        states = "".join(self.letters.values())
        return httpx.Response(200, json={"epoch": "e", "offset": "1", "layoutVersion": 1, "states": states})

    def _suggest(self, request: httpx.Request, _body: object) -> httpx.Response:
        count = len(request.url.params["seatIds"].split(","))
        free = [seat_id for seat_id, letter in self.letters.items() if letter == "a"]
        return httpx.Response(200, json={"suggestions": [free[:count]] if len(free) >= count else []})

    def _hold(self, _: httpx.Request, body: dict[str, Any]) -> httpx.Response:
        tables = body.get("tableIds", [])
        seat_ids = [*body.get("seatIds", []), *(seat.id for seat in self.layout.seats if seat.table_id in tables)]
        self.before_hold(seat_ids)
        taken = [seat_id for seat_id in seat_ids if self.letters[seat_id] != "a"]
        if taken:
            self.refused.append(seat_ids)
            seats = [{"seatId": seat_id, "reason": "held"} for seat_id in taken]
            return _problem(Code.SEATS_UNAVAILABLE, seats=seats, seatIds=taken)
        hold_id = body.get("holdId") or f"1-hold{next(self._names)}"
        self.holds.setdefault(hold_id, []).extend(seat_ids)
        self._mark(seat_ids, "h")
        return httpx.Response(201, json={**HOLD_ANSWER, "holdId": hold_id, "seatIds": self.holds[hold_id]})

    def _release(self, _: httpx.Request, body: dict[str, Any], hold_id: str) -> httpx.Response:
        seat_ids = body.get("seatIds") or list(self.holds[hold_id])
        self.holds[hold_id] = [seat_id for seat_id in self.holds[hold_id] if seat_id not in seat_ids]
        self._mark(seat_ids, "a")
        return httpx.Response(200, json={**HOLD_ANSWER, "holdId": hold_id, "seatIds": seat_ids})

    def _give_back(self, _request: object, _body: object, hold_id: str) -> httpx.Response:
        self._mark(self.holds.pop(hold_id), "a")
        return httpx.Response(204)

    def _book(self, _: httpx.Request, body: dict[str, Any]) -> httpx.Response:
        booking_id = f"1-booking{next(self._names)}"
        self.bookings[booking_id] = self.holds.pop(body["holdId"])
        self._mark(self.bookings[booking_id], "b")
        self.booked_most = max(self.booked_most, [*self.letters.values()].count("b"))
        return httpx.Response(201, json=self._booking(booking_id, "booked"))

    def _order(self, _: httpx.Request, body: dict[str, Any]) -> httpx.Response:
        order_id = f"1-order{next(self._names)}"
        self.orders[order_id] = self.holds.pop(body["holdId"])
        return httpx.Response(201, json=self._ordered(order_id, "claimed"))

    def _pay(self, _: httpx.Request, body: dict[str, Any], order_id: str) -> httpx.Response:
        if body["card"]["number"].endswith("0002"):
            return _problem(Code.PAYMENT_DECLINED)
        booking_id = f"1-booking{next(self._names)}"
        answer = self._ordered(order_id, "booked", bookingId=booking_id)
        self.bookings[booking_id] = self.orders.pop(order_id)
        self._mark(self.bookings[booking_id], "b")
        self.booked_most = max(self.booked_most, [*self.letters.values()].count("b"))
        return httpx.Response(200, json=answer)

    def _give_up(self, _request: object, _body: object, order_id: str) -> httpx.Response:
        answer = self._ordered(order_id, "cancelled")
        self._mark(self.orders.pop(order_id), "a")
        return httpx.Response(200, json=answer)

    def _ordered(self, order_id: str, status: str, **members: str) -> dict[str, Any]:
        return {
            "orderId": order_id,
            "eventId": "gala",
            "holdId": "1-hold",
            "userId": "guest",
            "status": status,
            "seatIds": self.orders[order_id],
            "tableIds": [],
            "lines": [],
            "total": HOLD_ANSWER["total"],
            "customer": {"name": "Ada Demo", "email": "ada@demo.invalid"},
            "createdAt": "2099-01-01T00:00:00.000Z",
            "refunds": [],
            "refunded": HOLD_ANSWER["total"],
            **members,
        }

    def _cancel(self, _request: object, _body: object, booking_id: str) -> httpx.Response:
        self._mark(self.bookings[booking_id], "a")
        answer = self._booking(booking_id, "cancelled")
        del self.bookings[booking_id]
        return httpx.Response(200, json=answer)

    def _booking(self, booking_id: str, status: str) -> dict[str, Any]:
        return {
            "bookingId": booking_id,
            "userId": "guest",
            "eventId": "gala",
            "seatIds": self.bookings[booking_id],
            "tableIds": [],
            "total": HOLD_ANSWER["total"],
            "status": status,
            "contactInfo": {"name": "Ada Demo", "email": "ada@example.com"},
            "bookedAt": "2099-01-01T00:00:00.000Z",
        }

    def _mark(self, seat_ids: Sequence[str], letter: str) -> None:
        self.letters.update(dict.fromkeys(seat_ids, letter))


def _problem(code: Code, **members: Any) -> httpx.Response:
    return httpx.Response(KINDS[code].status, json=problem_body(code, **members))
