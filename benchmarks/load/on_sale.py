"""An on-sale at one hundredth: a crowd that opens the map, watches, tries, is refused, holds, buys or leaves.

Predicted by the capacity plan's own calculation, then measured; it fails where anybody was told something false, a seat
was sold twice, or seats were left while people wanted them.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import msgspec

from benchmarks.load.crowd import Answer, Crowd
from benchmarks.load.sale_books import EVER, Grant, Refusal, SaleBooks
from benchmarks.load.sale_crowd import Manners, Visitor
from benchmarks.load.sale_site import SaleSite
from benchmarks.load.sale_stream import Pictures, Stream, opened_stream
from benchmarks.load.site import bearer
from frontrow.os_limits import raise_open_files_limit

EVENT = "on-sale"
CONNECTIONS = 256
TIMED_ONE_OF = 10
"""Of every so many visitors one notes when it was told what."""
OVER_AFTER_S = 60.0
"""From the last arrival: whoever has not left by then has seats withheld that nobody gets."""
_CARD = {"number": "4242424242424242"}
_CUSTOMER = {"name": "Ann Example", "email": "ann@example.com"}
_DONE = (200, 201)
_LOOK_S = 0.1


class Spent(msgspec.Struct, frozen=True):
    """Processor time, in seconds, of each part."""

    api_s: float
    store_s: float
    ledger_s: float
    crowd_s: float


class Measured(msgspec.Struct, frozen=True):
    """A sale as it went. Times are seconds; `wrong` counts what must not have happened once, by what it is."""

    took_s: float
    sold_out_after_s: float | None
    spent: Spent
    asked: dict[str, int]
    left: dict[str, int]
    hold_s: list[float]
    purchase_s: list[float]
    told_after_s: list[float]
    watchers_at_once: int
    frames: int
    streamed_bytes: int
    loop_late_s: list[float]
    wrong: dict[str, int]


class OnSale:
    """The sale of one house, from the opening to the last visitor's leaving."""

    def __init__(self, site: SaleSite, client: Crowd, seats: int, manners: Manners, *, by_orders: bool) -> None:
        self.books = SaleBooks()
        self._site = site
        self._client = client
        self._manners = manners
        self._by_orders = by_orders
        self._seat_ids = [f"S{number}" for number in range(seats)]
        self._pictures = Pictures(self._seat_ids)
        self._port = urlsplit(site.urls[0]).port or 0
        self._delays_s: list[float] = []
        self._timed: list[Stream] = []
        self._watching = 0
        self._watching_max = 0
        self._late_s: list[float] = []
        self._opened_ns = 0

    async def run(self, let_in_s: list[float]) -> Measured:
        """Let everybody in at their time, and wait until the last has left."""
        before = self._spent()
        started, self._opened_ns = time.monotonic(), time.monotonic_ns()
        until = started + let_in_s[-1] + OVER_AFTER_S
        late = asyncio.create_task(self._note_lateness())
        async with asyncio.TaskGroup() as group:
            for number, at_s in enumerate(let_in_s):
                await asyncio.sleep(max(0.0, started + at_s - time.monotonic()))
                group.create_task(self._visit(Visitor(number, self._manners), until))
        took_s = time.monotonic() - started
        late.cancel()
        after = self._spent()
        books = self.books
        receipts = (stream.receipts or [] for stream in self._timed)
        return Measured(
            took_s=took_s,
            sold_out_after_s=self._sold_out_after_s(),
            spent=Spent(
                api_s=after.api_s - before.api_s,
                store_s=after.store_s - before.store_s,
                ledger_s=after.ledger_s - before.ledger_s,
                crowd_s=after.crowd_s - before.crowd_s,
            ),
            asked=dict(books.asked),
            left=dict(books.left),
            hold_s=books.took_s["hold"],
            purchase_s=books.took_s["purchase"],
            told_after_s=[delay for received in receipts for delay in books.delays_s(received)],
            watchers_at_once=self._watching_max,
            frames=Stream.frames_received,
            streamed_bytes=Stream.bytes_received,
            loop_late_s=self._late_s,
            wrong=await self._wrong(),
        )

    async def _visit(self, visitor: Visitor, until: float) -> None:
        event = await self._ask("event", lambda: self._client.get(f"/api/v1/events/{EVENT}"))
        if event.json().get("saleStatus") != "on_sale":
            self.books.unexpected["event not on sale"] += 1
        path = f"/api/v1/events/{EVENT}/changes"
        stream = await opened_stream(self._pictures, self._port, path, timed=visitor.number % TIMED_ONE_OF == 0)
        self.books.asked["stream"] += 1
        if stream is None:
            self.books.unexpected["stream refused"] += 1
            return
        self._watching += 1
        self._watching_max = max(self._watching_max, self._watching)
        if stream.receipts is not None:
            self._timed.append(stream)
        try:
            self.books.left[await self._stay(visitor, stream, until)] += 1
        finally:
            stream.close()
            self._watching -= 1

    async def _stay(self, visitor: Visitor, stream: Stream, until: float) -> str:
        if visitor.only_looks:
            await asyncio.sleep(visitor.looks_s)
            return "only looked"
        chosen = await self._chosen(visitor, stream, until)
        if isinstance(chosen, str):
            return chosen
        grant, hold_id, headers = chosen
        await asyncio.sleep(visitor.deciding_s())
        if visitor.leaves:
            await self._give_back(grant, hold_id, headers)
            return "held and left"
        return "bought" if await self._bought(grant, hold_id, headers) else "could not buy"

    async def _chosen(self, visitor: Visitor, stream: Stream, until: float) -> tuple[Grant, str, dict[str, str]] | str:
        """The seats that the visitor got, with the hold's id and the headers that are its owner's; or why none."""
        headers: dict[str, str] | None = None
        refusals, since = 0, time.monotonic()
        while time.monotonic() < until:
            await asyncio.sleep(visitor.choosing_s())
            chosen = visitor.chosen(stream.states)
            if chosen is not None:
                if headers is None:
                    token = await self._ask("token", lambda: self._client.post("/api/v1/guest-tokens", {}))
                    headers = bearer(token.json()["token"])
                grant, hold_id = await self._tried(visitor, headers, [self._seat_ids[index] for index in chosen])
                if grant is not None:
                    return grant, hold_id, headers
                refusals += 1
            elif b"h" not in stream.states:
                return "found it sold out"
            if visitor.gives_up(refusals, time.monotonic() - since):
                return "gave up"
        return "was kept waiting"

    async def _tried(self, visitor: Visitor, headers: dict[str, str], seat_ids: list[str]) -> tuple[Grant | None, str]:
        sent_ns = time.monotonic_ns()
        path, body = f"/api/v1/events/{EVENT}/holds", {"seatIds": seat_ids}
        answer = await self._ask("hold", lambda: self._client.post(path, body, headers), (*_DONE, 409))
        answered_ns = time.monotonic_ns()
        if answer.status_code in _DONE:
            grant = Grant(visitor.number, seat_ids, sent_ns, answered_ns)
            self.books.grants.append(grant)
            self.books.asked["granted"] += 1
            return grant, answer.json()["holdId"]
        refused = answer.json()
        if refused.get("code") == "seats_unavailable":
            reasons = {seat["seatId"]: seat["reason"] for seat in refused["seats"]}
            self.books.refusals.append(Refusal(visitor.number, sent_ns, answered_ns, reasons))
        elif refused.get("code") != "request_in_progress":
            self.books.unexpected[f"hold {answer.status_code} {refused.get('code')}"] += 1
        return None, ""

    async def _give_back(self, grant: Grant, hold_id: str, headers: dict[str, str]) -> None:
        grant.given_back_ns = time.monotonic_ns()
        path, body = (
            f"/api/v1/events/{EVENT}/holds/{hold_id}/release",
            {"afterSeconds": self._manners.gives_back_after_s},
        )
        await self._ask("release", lambda: self._client.post(path, body, headers))
        grant.over_ns = time.monotonic_ns() + self._manners.gives_back_after_s * 1_000_000_000

    async def _bought(self, grant: Grant, hold_id: str, headers: dict[str, str]) -> bool:
        started = time.perf_counter()
        chosen = {"eventId": EVENT, "holdId": hold_id}
        if self._by_orders:
            body = {**chosen, "customer": _CUSTOMER}
            placed = await self._ask("order", lambda: self._client.post("/api/v1/orders", body, headers))
            path, paying = f"/api/v1/orders/{placed.json().get('orderId')}/payment", {"returnUrl": "/", "card": _CARD}
            grant.paid_ns = time.monotonic_ns()
            paid = await self._ask("payment", lambda: self._client.post(path, paying, headers))
            is_booked = paid.json().get("status") == "booked"
        else:
            booking = {**chosen, "contactInfo": _CUSTOMER}
            grant.paid_ns = time.monotonic_ns()
            booked = await self._ask("booking", lambda: self._client.post("/api/v1/bookings", booking, headers))
            is_booked = booked.status_code in _DONE
        if not is_booked:
            self.books.unexpected["purchase that was not booked"] += 1
            return False
        grant.booked_ns = time.monotonic_ns()
        self.books.took_s["purchase"].append(time.perf_counter() - started)
        return True

    async def _ask(
        self, name: str, request: Callable[[], Awaitable[Answer]], statuses: tuple[int, ...] = _DONE
    ) -> Answer:
        started = time.perf_counter()
        answer = await request()
        self.books.took_s[name].append(time.perf_counter() - started)
        self.books.asked[name] += 1
        if answer.status_code not in statuses:
            self.books.unexpected[f"{name} {answer.status_code}"] += 1
        return answer

    async def _note_lateness(self) -> None:
        while True:
            expected = time.monotonic() + _LOOK_S
            await asyncio.sleep(_LOOK_S)
            self._late_s.append(time.monotonic() - expected)

    def _spent(self) -> Spent:
        site = self._site
        return Spent(site.server_cpu_s(), site.store_cpu_s(), site.ledger_cpu_s(), time.process_time())

    def _sold_out_after_s(self) -> float | None:
        if len(self.books.booked()) < len(self._seat_ids):
            return None
        last_ns = max(grant.booked_ns for grant in self.books.grants if grant.booked_ns < EVER)
        return (last_ns - self._opened_ns) / 1e9

    async def _wrong(self) -> dict[str, int]:
        """What must not be, by what it is."""
        books, booked = self.books, self.books.booked()
        shown = (await self._client.get(f"/api/v1/events/{EVENT}/seat-states")).json()["states"]
        on_map = {self._seat_ids[index] for index, letter in enumerate(shown) if letter == "b"}
        admin = bearer(self._site.token("boss", "admin"))
        stats = (await self._client.get(f"/api/v1/events/{EVENT}/stats", admin)).expected().json()
        unsold = len(self._seat_ids) - len(booked)
        wanted = books.left["gave up"] + books.left["was kept waiting"] + books.left["found it sold out"]
        return {
            "seats sold twice": sum(count > 1 for count in booked.values()),
            "seats certainly granted to two visitors at once": books.doubles(),
            "seats unsold while wanted": unsold if wanted else 0,
            "visitors told of a sold-out house with seats unsold": books.left["found it sold out"] if unsold else 0,
            "seats by which the map and the answers differ": len(on_map ^ booked.keys()),
            "seats by which the ledger and the answers differ": abs(stats["booked"] - len(booked)),
            "seats refused that nobody else can have had": books.groundless_refusals(),
            "pictures that differ under one id": self._pictures.contradictions,
            "unexpected answers": sum(books.unexpected.values()) + books.left["could not buy"],
        }


async def sale(site: SaleSite, *, seats: int, let_in_s: list[float], manners: Manners, by_orders: bool) -> Measured:
    """Sell a house of so many seats to visitors who are let in at these seconds after the opening; to be bought by
    orders that are paid at the demo's bank, or booked directly."""
    raise_open_files_limit()
    await site.put_on_sale(EVENT, seats)
    async with site.crowd(connections=CONNECTIONS) as client:
        await _look_once(client)
        return await OnSale(site, client, seats, manners, by_orders=by_orders).run(let_in_s)


async def _look_once(client: Crowd) -> None:
    """Every worker has the event in memory, as it has before any opening, once some twenty connections have asked."""
    path = f"/api/v1/events/{EVENT}"
    for _ in range(3):
        await asyncio.gather(*(client.get(path) for _ in range(20)))
