"""The chaos suite's checker on a real sale without faults: it reads both stores, and believes what they say."""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import redis.asyncio

from frontrow.settings import PaymentGatewayName
from tests.chaos.checker.breaches import Promise
from tests.chaos.checker.judging import judge
from tests.chaos.checker.reading import standing_of
from tests.chaos.checker.standing import Standing
from tests.chaos.history import Beginning, History, Kind, Operation, Outcome
from tests.support.house import small_layout
from tests.support.http_stack import CONTACT, EVENT, Api, api_of, running_application
from tests.support.valkey import ValkeyServer

SEATS = tuple(str(seat.id) for seat in small_layout().seats)
CARD = {"card": {"number": "4242424242424242"}}


class Told:
    """One purchase, every call of which is written into the history."""

    def __init__(self, api: Api, history: History, name: str, seats: Sequence[str]) -> None:
        self._api = api
        self._history = history
        self._name = name
        self._seats = tuple(seats)

    async def hold(self) -> str:
        tables = ["W"] if "W1" in self._seats else []
        single = [it for it in self._seats if not it.startswith("W")]
        wish = {"seatIds": single, "tableIds": tables}
        return str((await self._does(Kind.HOLD, f"events/{EVENT}/holds", wish))["holdId"])

    async def book(self) -> str:
        body = {"eventId": EVENT, "holdId": await self.hold(), "contactInfo": CONTACT, "notes": self._name}
        return str((await self._does(Kind.BOOK, "bookings", body))["bookingId"])

    async def pay(self) -> str:
        body = {"eventId": EVENT, "holdId": await self.hold(), "customer": CONTACT, "notes": self._name}
        order = await self._does(Kind.ORDER, "orders", body)
        paid = await self._does(Kind.PAY, f"orders/{order['orderId']}/payment", CARD)
        return str(paid["bookingId"])

    async def cancel(self, booking_id: str, *seats: str) -> None:
        await self._does(Kind.CANCEL_BOOKING, f"bookings/{booking_id}/cancel", {"seatIds": seats}, seats)

    async def _does(self, kind: Kind, path: str, body: object, seats: Sequence[str] = ()) -> Mapping[str, Any]:
        began_ns = time.monotonic_ns()
        answer = await self._api.post(f"/api/v1/{path}", body, by=(self._name,))
        assert answer.status in {200, 201}, answer
        expires_at = answer.body.get("expiresAt") if kind is Kind.HOLD else None
        self._history.add(
            Operation(
                client=self._name,
                user=self._name,
                kind=kind,
                event=EVENT,
                seats=tuple(seats) or self._seats,
                purchase=self._name,
                began_ns=began_ns,
                ended_ns=time.monotonic_ns(),
                outcome=Outcome.DONE,
                booking_id=answer.body.get("bookingId"),
                expires_at_ms=None
                if expires_at is None
                else int(datetime.fromisoformat(expires_at).timestamp() * 1000),
            )
        )
        return dict(answer.body)


async def test_a_real_sale_is_believed_and_a_ledger_that_was_tampered_with_is_not(
    folder: Path, valkey: ValkeyServer, tmp_path: Path
) -> None:
    beginning = Beginning(
        seed=0, began_ns=time.monotonic_ns(), wall_ms=time.time_ns() // 1_000_000, seats={EVENT: SEATS}
    )
    demo: dict[str, Any] = {"payment_gateway": PaymentGatewayName.DEMO}
    with History(tmp_path / "history", beginning) as history:
        async with running_application(valkey.url, folder, **demo) as running, api_of(running) as api:
            anna = Told(api, history, "anna", ("A1", "A2", "A3"))
            await anna.cancel(await anna.pay(), "A2")
            bob = Told(api, history, "bob", ("A4", "A5"))
            await bob.cancel(await bob.book(), "A4", "A5")
            await Told(api, history, "closer", [it for it in SEATS if it not in {"A1", "A3"}]).book()
            views = {"api": {EVENT: "".join((await api.states()).values())}}
        story = history.story()
    standing = await _standing(valkey, folder / "ledger.sqlite3", views)
    verdict = judge(story, standing)
    assert verdict.is_kept, list(verdict.lines())
    assert (len(standing.payments), len(standing.gateway), len(standing.refunds)) == (1, 1, 1)

    with sqlite3.connect(folder / "ledger.sqlite3") as ledger:
        ledger.execute("UPDATE seat_rows SET ended_at_ms = 1 WHERE seat_id = 'A1'")
    found = judge(story, await _standing(valkey, folder / "ledger.sqlite3", views))
    wanted = {Promise.ONE_OWNER, Promise.KEPT, Promise.MONEY, Promise.VIEWS, Promise.AT_REST}
    assert {it.promise for it in found.breaches} == wanted


async def _standing(valkey: ValkeyServer, path: Path, views: Mapping[str, Mapping[str, str]]) -> Standing:
    with sqlite3.connect(path) as ledger:
        ledger.row_factory = sqlite3.Row

        async def rows(query: str) -> list[Any]:
            return ledger.execute(query).fetchall()

        async with redis.asyncio.Redis(unix_socket_path=str(valkey.socket)) as store:
            found = await standing_of(
                rows,
                store.execute_command,
                seats={EVENT: SEATS},
                views=views,
                at_ns=time.monotonic_ns(),
                now_ms=time.time_ns() // 1_000_000,
            )
    # Tasks that were carried out at once are struck off in rounds, of which a server that ends leaves out the last.
    return msgspec.structs.replace(found, outbox=())
