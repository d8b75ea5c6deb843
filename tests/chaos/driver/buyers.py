"""Buyers: each wants some of the same few seats, and does with them what people do."""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.chaos.driver.bank import CallbackPost
from tests.chaos.driver.calls import TRIES_MAX, Client, Told, Wish
from tests.chaos.history import Kind
from tests.support.http_stack import CONTACT

HOLD_MINUTES = 1
"""The shortest there is."""
SEATS_MAX = 4
OWNED_MAX = 2
"""Bookings a buyer keeps before giving the oldest back, so that there is always something to sell."""
LOOKS_MAX = 8
LOOKS_SHARE = 0.5
"""Of purchases, those that begin with a look at what is free."""
PAYS, DECLINED, ANSWER_LOST, REFUND_FAILS = (
    "4242424242424242",
    "4000000000000002",
    "4000000000000119",
    "4000000000005126",
)
_MS_PER_MINUTE = 60_000


@dataclass(frozen=True)
class Sale:
    """What is sold: an event, its seats in layout order, and its tables with their seats; `whole` ones only as such."""

    event: str
    seats: tuple[str, ...]
    tables: dict[str, tuple[str, ...]]
    whole: frozenset[str]


@dataclass(frozen=True)
class Bought:
    """A booking of the buyer's own."""

    booking_id: str
    seats: tuple[str, ...]
    purchase: str
    event: str


@dataclass
class Purchase:
    """One try at some seats."""

    name: str
    sale: Sale
    seats: tuple[str, ...]
    tables: tuple[str, ...]
    hold_id: str = ""

    def wish(self, kind: Kind, **more: object) -> Wish:
        """An operation about all of its seats."""
        fields = {"hold_id": self.hold_id or None, **more}
        return Wish(kind, self.sale.event, self.seats, self.name, **fields)  # type: ignore[arg-type]


@dataclass
class Buyer:
    """One person who buys until it is over."""

    client: Client
    sales: Sequence[Sale]
    bank: CallbackPost
    is_over: Callable[[], bool]
    pause_s: float = 0.05
    owned: list[Bought] = field(default_factory=list)
    names: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def run(self) -> None:
        """Purchase after purchase."""
        while not self.is_over():
            await self._purchase()
            while len(self.owned) > OWNED_MAX or (self.owned and self.client.rng.random() < 0.4):
                await self._give_back(self.owned.pop(0))
            await asyncio.sleep(self.client.rng.uniform(0, 2 * self.pause_s))

    async def _purchase(self) -> None:
        rng = self.client.rng
        purchase = await self._chosen()
        is_keyed = rng.random() < 0.7
        body = {"seatIds": [it for it in purchase.seats if it not in self._at_tables(purchase)]}
        told = await self.client.operate(
            purchase.wish(Kind.HOLD, duration_ms=HOLD_MINUTES * _MS_PER_MINUTE),
            "POST",
            f"events/{purchase.sale.event}/holds",
            {**body, "tableIds": purchase.tables, "durationMinutes": HOLD_MINUTES},
            key=f"{purchase.name}-hold" if is_keyed else None,
            tries=TRIES_MAX if is_keyed else 1,
        )
        if not told.is_done:
            return
        purchase.hold_id = told.body["holdId"]
        conduct = rng.choices(
            (self._book, self._order, self._release, self._release_some, self._leave, self._come_back, self._abandon),
            (30, 36, 10, 6, 8, 8, 1),
        )[0]
        if rng.random() < 0.15:
            await self._extend(purchase)
        await asyncio.sleep(rng.uniform(0, 0.15))
        await conduct(purchase)

    async def _chosen(self) -> Purchase:
        rng = self.client.rng
        sale = rng.choice(self.sales)
        name = f"{self.client.name}-{next(self.names)}"
        if rng.random() < 0.08:
            table = rng.choice([*sale.tables])
            return Purchase(name, sale, sale.tables[table], (table,))
        single = [it for it in sale.seats if not any(it in sale.tables[table] for table in sale.whole)]
        if rng.random() < LOOKS_SHARE:
            seen = await self.client.ask("GET", f"events/{sale.event}/seat-states")
            states = dict(zip(sale.seats, seen.body.get("states", ""), strict=False))
            single = [it for it in single if states.get(it) == "a"] or single
        first = min(rng.randrange(len(single)), rng.randrange(len(single)))  # the front is wanted most
        return Purchase(name, sale, tuple(single[first : first + rng.randint(1, SEATS_MAX)]), ())

    def _at_tables(self, purchase: Purchase) -> set[str]:
        return {it for table in purchase.tables for it in purchase.sale.tables[table]}

    def _hold_path(self, purchase: Purchase) -> str:
        return f"events/{purchase.sale.event}/holds/{purchase.hold_id}"

    async def _book(self, purchase: Purchase) -> None:
        told = await self.client.operate(
            purchase.wish(Kind.BOOK),
            "POST",
            "bookings",
            {
                "eventId": purchase.sale.event,
                "holdId": purchase.hold_id,
                "contactInfo": CONTACT,
                "notes": purchase.name,
            },
            key=f"{purchase.name}-book" if self.client.rng.random() < 0.8 else None,
            tries=TRIES_MAX,
        )
        if told.is_done:
            self._own(purchase, told.body["bookingId"])

    async def _order(self, purchase: Purchase) -> None:
        told = await self.client.operate(
            purchase.wish(Kind.ORDER),
            "POST",
            "orders",
            {"eventId": purchase.sale.event, "holdId": purchase.hold_id, "customer": CONTACT, "notes": purchase.name},
            key=f"{purchase.name}-order" if self.client.rng.random() < 0.8 else None,
            tries=TRIES_MAX,
        )
        if not told.is_done:
            return
        order_id = told.body["orderId"]
        if self.client.rng.random() < 0.12:
            await self._cancel_order(purchase, order_id)
            return
        if self.client.rng.random() < 0.3:
            told = await self._pay_at_the_bank(purchase, order_id)
        else:
            told = await self._pay_by_card(purchase, order_id)
        if self.client.rng.random() < 0.08:
            await self._cancel_order(purchase, order_id)  # in the middle of it, or when it is booked already
        elif not told.is_done or told.body.get("status") != "booked":
            told = await self._look_until_settled(order_id)
        if told.is_done and told.body.get("status") == "booked":
            self._own(purchase, told.body["bookingId"])

    async def _pay_by_card(self, purchase: Purchase, order_id: str) -> Told:
        rng = self.client.rng
        told = Told(0, {})
        for number in rng.choice(((PAYS,), (PAYS,), (DECLINED, PAYS), (ANSWER_LOST,), (REFUND_FAILS,), (DECLINED,))):
            told = await self.client.operate(
                purchase.wish(Kind.PAY, order_id=order_id),
                "POST",
                f"orders/{order_id}/payment",
                {"card": {"number": number}},
                key=f"{purchase.name}-pay-{number}",
                tries=TRIES_MAX,
            )
            self._tell_of(told)
        return told

    async def _pay_at_the_bank(self, purchase: Purchase, order_id: str) -> Told:
        told = await self.client.operate(
            purchase.wish(Kind.PAY, order_id=order_id),
            "POST",
            f"orders/{order_id}/payment",
            {"returnUrl": "/"},
            key=f"{purchase.name}-pay",
            tries=TRIES_MAX,
        )
        payment = told.body.get("payment") if told.is_done else None
        if payment is None or self.client.rng.random() < 0.1:
            return told  # the page is closed
        page = f"demo-payments/{payment['paymentId']}"
        self._tell_of(told)
        await self.client.ask("POST", f"{page}/card", {"number": self.client.rng.choice((PAYS, "4000000000003220"))})
        self._tell_of(told)
        await self.client.ask("POST", f"{page}/confirmation", {"accepted": True})
        self._tell_of(told)
        return told

    def _tell_of(self, told: Told) -> None:
        payment = told.body.get("payment") if told.is_done else None
        if payment is not None:
            self.bank.tell_of(payment["paymentId"])

    async def _look_until_settled(self, order_id: str) -> Told:
        told = Told(0, {})
        for _ in range(LOOKS_MAX):
            told = await self.client.ask("GET", f"orders/{order_id}")
            if told.is_done and told.body["status"] not in {"claimed", "paying", "paid", "cancelling"}:
                break
            await asyncio.sleep(0.2)
        return told

    async def _cancel_order(self, purchase: Purchase, order_id: str) -> None:
        await self.client.operate(
            purchase.wish(Kind.CANCEL_ORDER, order_id=order_id),
            "POST",
            f"orders/{order_id}/cancel",
            {},
            tries=TRIES_MAX,
        )

    async def _extend(self, purchase: Purchase) -> None:
        await self.client.operate(
            purchase.wish(Kind.EXTEND, duration_ms=HOLD_MINUTES * _MS_PER_MINUTE),
            "POST",
            f"{self._hold_path(purchase)}/extend",
            {"durationMinutes": HOLD_MINUTES},
            tries=2,
        )

    async def _release(self, purchase: Purchase) -> None:
        await self.client.operate(
            purchase.wish(Kind.RELEASE), "DELETE", self._hold_path(purchase), tries=self.client.rng.choice((1, 3))
        )

    async def _release_some(self, purchase: Purchase) -> None:
        if purchase.tables:
            await self._release(purchase)
            return
        some = purchase.seats[: self.client.rng.randint(1, len(purchase.seats))]
        wish = Wish(Kind.RELEASE, purchase.sale.event, some, purchase.name, hold_id=purchase.hold_id)
        told = await self.client.operate(
            wish, "POST", f"{self._hold_path(purchase)}/release", {"seatIds": some}, tries=3
        )
        left = purchase.seats[len(some) :]
        if told.is_done and left:
            purchase.seats = left
            await self._book(purchase)

    async def _leave(self, purchase: Purchase) -> None:
        """Close the page: the seats run out soon."""
        after_s = self.client.rng.randint(1, 3)
        await self.client.operate(
            purchase.wish(Kind.RELEASE, delay_ms=after_s * 1000),
            "POST",
            f"{self._hold_path(purchase)}/release",
            {"afterSeconds": after_s},
        )

    async def _come_back(self, purchase: Purchase) -> None:
        """Load the page again, perhaps too late."""
        await self._leave(purchase)
        await asyncio.sleep(self.client.rng.uniform(0, 2.5))
        await self._extend(purchase)
        await self._book(purchase)

    async def _abandon(self, purchase: Purchase) -> None:
        """Go away without a word."""

    def _own(self, purchase: Purchase, booking_id: str) -> None:
        self.owned.append(Bought(booking_id, purchase.seats, purchase.name, purchase.sale.event))

    async def _give_back(self, bought: Bought) -> None:
        """All of it; or one seat first, and then the rest."""
        parts = [bought.seats]
        if len(bought.seats) > 1 and self.client.rng.random() < 0.3 and not self._is_whole(bought):
            parts = [bought.seats[:1], bought.seats[1:]]
        for seats in parts:
            wish = Wish(Kind.CANCEL_BOOKING, bought.event, seats, bought.purchase, booking_id=bought.booking_id)
            body = {} if len(parts) == 1 else {"seatIds": seats}
            await self.client.operate(wish, "POST", f"bookings/{bought.booking_id}/cancel", body, tries=TRIES_MAX)

    def _is_whole(self, bought: Bought) -> bool:
        whole = {it for sale in self.sales for table in sale.whole for it in sale.tables[table]}
        return bool(whole.intersection(bought.seats))
