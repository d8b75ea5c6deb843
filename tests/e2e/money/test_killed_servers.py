"""kill -9 at every named point between a hold and its booking or refund, with the real server on its own stores.

One data folder sees one server after the other: each dies with the order of one buyer at another point, and the last
one does not. All of them wait for nobody for long (hasty_server.py). Where a buyer has got no answer, the buyer asks
again with the same key, as clients do; everything else comes to its end unasked. Then ledger, store, bank and API must
agree, seat by seat and coin by coin.
"""

import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import redis

from frontrow.adapters.payments.demo_records import DemoRecord
from frontrow.adapters.redis import keys
from frontrow.domain.ids import EventId
from frontrow.ports.demo_bank import DemoStage
from tests.support.dying_server import POINTS
from tests.support.house import small_layout
from tests.support.http_stack import CONTACT, EVENT, event_body
from tests.support.server import RunningServer, running_server

WAIT_SECONDS_MAX = 120.0
PAYS = {"card": {"number": "4242424242424242"}}
SETTINGS = {"FRONTROW_PAYMENT_GATEWAY": "demo", "FRONTROW_RATE_LIMIT_ENABLED": "false", "FRONTROW_LOG_LEVEL": "warning"}
SEATS = [seat.id for seat in small_layout().seats]
Act = Callable[["Buyer"], object]


@dataclass
class Buyer:
    """One buyer at one server, who wants one seat of their own. Every request has a key, so that it can be repeated."""

    name: str
    seat_id: str
    server: RunningServer
    hold_id: str = ""
    order: Mapping[str, Any] = field(default_factory=dict)

    def post(self, path: str, body: object, *, key: str = "") -> httpx.Response:
        key = f"{self.name}-{path}-{key}"
        headers = {"Authorization": f"Bearer {self.server.token(self.name)}", "Idempotency-Key": key}
        return httpx.post(f"{self.server.url}/api/v1/{path}", json=body, headers=headers, timeout=60)

    def get(self, path: str) -> Mapping[str, Any]:
        headers = {"Authorization": f"Bearer {self.server.token(self.name)}"}
        answer = httpx.get(f"{self.server.url}/api/v1/{path}", headers=headers, timeout=60)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def hold(self) -> None:
        answer = self.post(f"events/{EVENT}/holds", {"seatIds": [self.seat_id], "durationMinutes": 20})
        assert answer.status_code == 201, answer.text
        self.hold_id = answer.json()["holdId"]

    def order_it(self) -> httpx.Response:
        answer = self.post("orders", {"eventId": EVENT, "holdId": self.hold_id, "customer": CONTACT})
        self.order = answer.json()
        return answer

    def pay(self, body: object = PAYS, *, key: str = "") -> httpx.Response:
        return self.post(f"orders/{self.order['orderId']}/payment", body, key=key)

    def give_up(self) -> httpx.Response:
        return self.post(f"orders/{self.order['orderId']}/cancel", {})

    def cancel(self) -> httpx.Response:
        return self.post(f"bookings/{self.seen()['bookingId']}/cancel", {})

    def seen(self) -> Mapping[str, Any]:
        """The order as the API shows it now."""
        return self.get(f"orders/{self.order['orderId']}")


@dataclass(frozen=True)
class Story:
    """What a buyer does before the server dies, at its death, and at the server after it; how the order ends."""

    before: tuple[Act, ...]
    dies_in: Act
    repeats: Act | None
    ends: str


def _ordered(buyer: Buyer) -> None:
    answer = buyer.order_it()
    assert answer.status_code == 201, answer.text


def _paid(buyer: Buyer) -> None:
    _ordered(buyer)
    answer = buyer.pay()
    assert (answer.status_code, answer.json()["status"]) == (200, "booked"), answer.text


def _went_to_the_card_page(buyer: Buyer) -> None:
    _ordered(buyer)
    answer = buyer.pay({"returnUrl": "/"})
    assert (answer.status_code, answer.json()["status"]) == (200, "paying"), answer.text


def _buys_again(buyer: Buyer) -> bool:
    """The whole purchase once more under the same keys; whether it came through."""
    if buyer.order_it().status_code != 201:
        return False
    return _pays_again(buyer)


def _pays_again(buyer: Buyer) -> bool:
    """The same payment, and another one where that was stopped meanwhile, because nobody had begun it."""
    answer = buyer.pay()
    if answer.status_code == 402:
        answer = buyer.pay(key="another")
    return answer.status_code == 200


STORIES = {
    "after the seats are marked": Story((), Buyer.order_it, _buys_again, "booked"),
    "after the claim's commit": Story((), Buyer.order_it, _buys_again, "booked"),
    "after the payment's row": Story((_ordered,), Buyer.pay, _pays_again, "booked"),
    "after the gateway took the money": Story((_ordered,), Buyer.pay, None, "booked"),
    "before the order is paid and booked": Story((_ordered,), Buyer.pay, None, "booked"),
    "after the booking's commit": Story((_ordered,), Buyer.pay, None, "booked"),
    "before the store knows of the booking": Story((_ordered,), Buyer.pay, None, "booked"),
    "while the order is given up": Story((_ordered,), Buyer.give_up, None, "cancelled"),
    "after the gateway stopped the payment": Story((_went_to_the_card_page,), Buyer.give_up, None, "cancelled"),
    "between a refund and its record": Story((_paid,), Buyer.cancel, None, "refunded"),
}


@pytest.mark.long
@pytest.mark.timeout(900)
def test_whatever_a_killed_server_had_begun_ends_in_one_booking_or_one_refund(tmp_path: Path) -> None:
    assert STORIES.keys() == POINTS.keys()
    buyers: dict[str, Buyer] = {}
    for (point, story), seat_id in zip(STORIES.items(), SEATS, strict=False):
        name = f"buyer-of-{seat_id}"
        with _server(tmp_path, (point, name)) as server:
            if not buyers:
                _put_on_sale(server)
            buyer = buyers[point] = Buyer(name, seat_id, server)
            buyer.hold()
            for act in story.before:
                act(buyer)
            with pytest.raises(httpx.TransportError):
                story.dies_in(buyer)
            assert server.process.wait(WAIT_SECONDS_MAX) == -signal.SIGKILL, point
    with _server(tmp_path) as server:
        for buyer in buyers.values():
            buyer.server = server
        _wait_for(lambda: [it for it in STORIES if not _has_ended(STORIES[it], buyers[it])])
        _wait_for(lambda: _seats_that_disagree(server, buyers))
        shown = {point: buyer.seen() for point, buyer in buyers.items()}
    _check_the_books(tmp_path, shown)


def _has_ended(story: Story, buyer: Buyer) -> bool:
    if story.repeats is not None and not story.repeats(buyer):
        return False
    return bool(buyer.seen()["status"] == story.ends)


def _seats_that_disagree(server: RunningServer, buyers: Mapping[str, Buyer]) -> list[str]:
    """Seats that the API or the store has otherwise than their orders ended."""
    states = httpx.get(f"{server.url}/api/v1/events/{EVENT}/seat-states", timeout=60).json()["states"]
    letters = dict(zip(SEATS, states, strict=True))
    with redis.Redis(unix_socket_path=str(server.data_dir / "valkey" / "valkey.sock"), decode_responses=True) as store:
        sold: Mapping[str, str] = store.hgetall(keys.sold_seats(EventId(EVENT)))
    wrong = []
    for point, buyer in buyers.items():
        booking_id = buyer.seen().get("bookingId") if STORIES[point].ends == "booked" else None
        wanted = (None, "a") if booking_id is None else (f"booked:{booking_id}", "b")
        if (sold.get(buyer.seat_id), letters[buyer.seat_id]) != wanted:
            wrong.append(f"{point}: {sold.get(buyer.seat_id)}, {letters[buyer.seat_id]} instead of {wanted}")
    return wrong


def _check_the_books(data_dir: Path, shown: Mapping[str, Mapping[str, Any]]) -> None:
    """Every order against the ledger's rows and the bank's own books, once no server has them open."""
    with sqlite3.connect(next(data_dir.glob("*.sqlite3"))) as ledger:
        bank = {
            it: msgspec.json.decode(text, type=DemoRecord)
            for it, text in _rows(ledger, "payment_id, state FROM demo_payments")
        }
        paid_by = list(_rows(ledger, "order_id, payment_id, state, captured_minor FROM payments"))
        refunds = list(_rows(ledger, "order_id, state, amount_minor FROM refunds"))
        live = dict(_rows(ledger, "seat_id, owner_id FROM seat_rows WHERE ended_at_ms IS NULL"))
    for point, order in shown.items():
        payments = [it for it in paid_by if it[0] == order["orderId"]]
        taken = [bank[it[1]].amount_minor for it in payments if it[1] in bank and bank[it[1]].stage is DemoStage.PAID]
        given_back = [it.amount_minor for row in payments if row[1] in bank for it in bank[row[1]].refunds]
        total = order["total"]["amountMinor"]
        wanted = {"booked": ([total], []), "cancelled": ([], []), "refunded": ([total], [total])}
        assert (taken, given_back) == wanted[STORIES[point].ends], point
        assert sum(it[3] for it in payments) == sum(taken), point
        assert [it[1:] for it in refunds if it[0] == order["orderId"]] == [("done", it) for it in given_back], point
        owner_id = order["bookingId"] if STORIES[point].ends == "booked" else None
        assert [live.get(it) for it in order["seatIds"]] == [owner_id], point


def _rows(ledger: sqlite3.Connection, what: str) -> Iterator[tuple[Any, ...]]:
    yield from ledger.execute(f"SELECT {what}")


@contextmanager
def _server(data_dir: Path, doom: tuple[str, str] | None = None) -> Iterator[RunningServer]:
    """The program on this data folder; with `doom` (a point and a user) it dies there."""
    forked = ("tests.support.hasty_server",) if doom is None else ("tests.support.dying_server", *doom)
    with running_server(data_dir, extra=SETTINGS, forked=forked) as server:
        yield server


def _put_on_sale(server: RunningServer) -> None:
    headers = {"Authorization": f"Bearer {server.token('boss', 'admin')}", "Content-Type": "application/json"}
    for path, body in (("layouts", small_layout()), ("events", event_body())):
        answer = httpx.post(
            f"{server.url}/api/v1/{path}", content=msgspec.json.encode(body), headers=headers, timeout=60
        )
        assert answer.status_code == 201, answer.text


def _wait_for(wrong: Callable[[], list[str]]) -> None:
    """Until nothing is wrong any more."""
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while found := wrong():
        assert time.monotonic() < deadline, f"after {WAIT_SECONDS_MAX} s: {found}"
        time.sleep(0.5)
