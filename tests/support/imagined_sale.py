"""A sale that only took place in a seeded imagination: the history its buyers would have seen, and how it ended.

The checker of the chaos suite is tried on it: a sale without defects keeps every promise, whatever was never answered,
ran out or was lost with the store; with one `Defect` it breaks a promise once, and the checker has to see it.

Buyers are generators that yield how long they wait; what they ask for takes effect at one moment of the call.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.chaos.checker.standing import GatewayPayment, PaymentRow, Standing
from tests.chaos.history import Beginning, Fault, FaultKind, Kind, Operation, Outcome, Sighting, Story
from tests.support.imagined_books import EVENT, PRICE, Defect, Sale, booking_of, order_of, rows_of

WALL_MS = 1_790_000_000_000
_MS = 1_000_000
_PAY_MS = 900_000
Buyer = Generator[int, None, None]


@dataclass
class _Hold:
    purchase: str
    user: str
    seats: tuple[str, ...]
    expires_ns: int


@dataclass(frozen=True)
class Imagined:
    """A sale that is over. `planted` tells whether its defect found an occasion."""

    story: Story
    standing: Standing
    planted: bool


def imagine(
    seed: int, *, defect: Defect | None = None, lost: float = 0.1, seats: int = 6, buyers: int = 6, tries: int = 12
) -> Imagined:
    """One sale: the same for the same arguments.

    Args:
        lost: share of calls that are never answered; half of these take effect all the same.
    """
    return _Imagination(Random(seed), defect, lost, seats=seats, buyers=buyers, tries=tries).run(seed)


class _Imagination:
    def __init__(
        self, random: Random, defect: Defect | None, lost: float, *, seats: int, buyers: int, tries: int
    ) -> None:
        self._random = random
        self._defect = defect
        self.lost = lost
        self._planted = False
        self.is_heard = True
        """Whether the answer of the call that takes effect now will arrive."""
        self._seats = tuple(f"A{number}" for number in range(1, seats + 1))
        self._buyers = buyers
        self._tries = tries
        self._now_ns = 1_000_000_000
        self._queue: list[tuple[int, int, Buyer]] = []
        self._number = 0
        self._hold_of: dict[str, _Hold] = {}
        self._sale_of: dict[str, Sale] = {}
        self._sales: dict[str, Sale] = {}
        self._doubles: list[Sale] = []
        self._paid: dict[str, list[int]] = defaultdict(list)
        self._lines: list[Operation] = []
        self._faults: list[Fault] = []

    # What drives

    def run(self, seed: int) -> Imagined:
        for number in range(self._buyers):
            self._start(self._buyer(f"buyer-{number}"))
        if self._defect is None:
            self._start(self._mischief())
        self._play()
        self._start(self._closing())
        self._play()
        beginning = Beginning(
            seed=seed,
            began_ns=0,
            wall_ms=WALL_MS,
            seats={EVENT: self._seats},
            prices={EVENT: dict.fromkeys(self._seats, PRICE)},
        )
        standing = self._standing()
        sightings = [
            Sighting(client=it, event=EVENT, at_ns=standing.at_ns, epoch="e", offset="9-9", states=self._seen())
            for it in ("watcher-1", "watcher-2")
        ]
        if self._is_time_for(Defect.VIEW_DIFFERS):
            before = sightings[1]
            sightings[1] = Sighting(
                client=before.client, event=EVENT, at_ns=0, epoch="e", offset="9-9", states="a" + before.states[1:]
            )
        story = Story(beginning, tuple(self._lines), tuple(self._faults), tuple(sightings))
        return Imagined(story, standing, self._planted)

    def _start(self, buyer: Buyer) -> None:
        self._number += 1
        heapq.heappush(self._queue, (self._now_ns, self._number, buyer))

    def _play(self) -> None:
        while self._queue:
            self._now_ns, number, buyer = heapq.heappop(self._queue)
            wait_ns = next(buyer, None)
            if wait_ns is not None:
                heapq.heappush(self._queue, (self._now_ns + wait_ns, number, buyer))

    def _some(self, ms_max: int) -> int:
        return self._random.randint(1, ms_max) * _MS + self._random.randint(0, _MS)

    def _is_time_for(self, defect: Defect) -> bool:
        """Whether to do wrong now: once in a sale, and not where the answer would be lost."""
        if self._defect is not defect or self._planted or not self.is_heard:
            return False
        self._planted = True
        return True

    def _is_answered(self, purchase: str, kind: Kind) -> bool:
        """Whether the buyer was told so: what nobody knows of, nobody misses."""
        return any((it.purchase, it.kind, it.outcome) == (purchase, kind, Outcome.DONE) for it in self._lines)

    # Who acts

    def _buyer(self, name: str) -> Buyer:
        for number in range(self._tries):
            yield self._some(3_000)
            purchase = f"{name}/{number}"
            wanted = tuple(self._random.sample(self._seats, self._random.randint(1, 3)))
            yield from self._purchase(name, purchase, wanted)

    def _purchase(self, name: str, purchase: str, seats: tuple[str, ...]) -> Buyer:
        ask = _Asker(self, name, purchase, seats)
        duration_ms = self._random.choice([1_200, 4_000, 60_000])
        yield from ask.ask(
            Kind.HOLD, lambda: self._take(ask, duration_ms), key=f"{purchase}/hold", duration_ms=duration_ms
        )
        if ask.said is Outcome.UNKNOWN:
            yield from ask.ask(
                Kind.HOLD, lambda: self._take(ask, duration_ms), key=f"{purchase}/hold", duration_ms=duration_ms
            )
        if ask.said is not Outcome.DONE:
            return
        yield self._some(4_000)
        if self._random.random() < 0.3:
            yield from ask.ask(Kind.EXTEND, lambda: self._lengthen(ask, 4_000), duration_ms=4_000)
        yield self._some(1_000)
        what = self._random.random()
        if what < 0.25:
            yield from ask.ask(Kind.RELEASE, lambda: self._release(ask))
        elif what < 0.4:
            return
        elif what < 0.7:
            yield from self._book(ask)
        else:
            yield from self._order(ask)

    def _book(self, ask: "_Asker") -> Buyer:
        yield from ask.ask(Kind.BOOK, lambda: self._sell(ask, is_order=False), key=f"{ask.purchase}/book")
        if ask.said is Outcome.UNKNOWN:
            yield from ask.ask(Kind.BOOK, lambda: self._sell(ask, is_order=False), key=f"{ask.purchase}/book")
        if ask.said is Outcome.DONE and self._random.random() < 0.85:
            yield self._some(1_500)
            yield from ask.ask(Kind.CANCEL_BOOKING, lambda: self._give_back(ask))

    def _order(self, ask: "_Asker") -> Buyer:
        yield from ask.ask(Kind.ORDER, lambda: self._sell(ask, is_order=True), key=f"{ask.purchase}/order")
        if ask.said is Outcome.UNKNOWN:
            yield from ask.ask(Kind.ORDER, lambda: self._sell(ask, is_order=True), key=f"{ask.purchase}/order")
        if ask.said is not Outcome.DONE:
            return
        yield self._some(500)
        if self._random.random() < 0.4:
            yield from ask.ask(Kind.CANCEL_ORDER, lambda: self._give_back(ask))
            return
        yield from ask.ask(Kind.PAY, lambda: self._pay(ask), key=f"{ask.purchase}/pay")
        if ask.said is not Outcome.DONE:
            yield self._some(500)
            self._pay(ask)  # the background carries it on

    def _mischief(self) -> Buyer:
        """The store loses holds, now and then."""
        for number in range(1, 4):
            yield self._some(10_000)
            began_ns = self._now_ns
            yield self._some(200)
            for seat in self._seats:
                if self._random.random() < 0.5:
                    self._hold_of.pop(seat, None)
            yield self._some(200)
            self._faults.append(
                Fault(
                    number=number,
                    kind=FaultKind.STORE_EMPTIED,
                    target="store",
                    began_ns=began_ns,
                    ended_ns=self._now_ns,
                    may_lose_holds=True,
                )
            )

    def _closing(self) -> Buyer:
        """Everything that is free is sold, once every hold has run out and every claim is paid or given up."""
        yield 200_000 * _MS
        claims = {it.purchase: it for it in self._sale_of.values() if it.booking_id is None}
        for sale in claims.values():
            ask = _Asker(self, sale.user, sale.purchase, sale.seats)
            yield from ask.ask(Kind.CANCEL_ORDER, lambda ask=ask: self._give_back(ask), answers=True)  # type: ignore[misc]
        for seat in self._seats:
            if seat not in self._sale_of:
                ask = _Asker(self, "closer", f"closer/{seat}", (seat,))
                yield from ask.ask(Kind.HOLD, lambda ask=ask: self._take(ask, 60_000), answers=True)  # type: ignore[misc]
                yield from ask.ask(
                    Kind.BOOK,
                    lambda ask=ask: self._sell(ask, is_order=False),  # type: ignore[misc]
                    answers=True,
                )

    # What takes effect at one moment

    def _holder(self, seat: str) -> _Hold | None:
        hold = self._hold_of.get(seat)
        return hold if hold is not None and hold.expires_ns > self._now_ns else None

    def _take(self, ask: "_Asker", duration_ms: int) -> Mapping[str, Any]:
        refused: dict[str, str] = {}
        for seat in ask.seats:
            holder, sale = self._holder(seat), self._sale_of.get(seat)
            if sale is not None:
                refused[seat] = "held" if sale.booking_id is None else "booked"
                is_known = len(ask.seats) == 1 and self._is_answered(sale.purchase, Kind.BOOK)
                if is_known and self._is_time_for(Defect.HELD_THOUGH_SOLD):
                    refused.pop(seat)
            elif holder is not None and holder.user != ask.user:
                refused[seat] = "held"
                is_known = len(ask.seats) == 1 and self._is_answered(holder.purchase, Kind.HOLD)
                stays = holder.expires_ns - self._now_ns > 3_000 * _MS
                if is_known and stays and self._is_time_for(Defect.HELD_TWICE):
                    refused.pop(seat)
            elif self._is_quiet() and len(ask.seats) == 1 and self._is_time_for(Defect.REFUSED_THOUGH_FREE):
                refused[seat] = "booked"
        if refused:
            return {"outcome": Outcome.REFUSED, "code": "seats_unavailable", "refused": refused}
        standing = self._holder(ask.seats[0])
        if standing is not None and standing.purchase == ask.purchase:
            return {"outcome": Outcome.DONE, "expires_at_ms": self._wall_ms(standing.expires_ns)}
        hold = _Hold(ask.purchase, ask.user, ask.seats, self._now_ns + duration_ms * _MS)
        self._hold_of.update(dict.fromkeys(ask.seats, hold))
        return {"outcome": Outcome.DONE, "expires_at_ms": self._wall_ms(hold.expires_ns)}

    def _is_quiet(self) -> bool:
        """No unanswered call could excuse anything."""
        return not any(it.outcome is Outcome.UNKNOWN for it in self._lines)

    def _whole(self, ask: "_Asker") -> _Hold | None:
        holders = [self._holder(seat) for seat in ask.seats]
        first = holders[0]
        return (
            first
            if first is not None and all(it is first for it in holders) and first.purchase == ask.purchase
            else None
        )

    def _lengthen(self, ask: "_Asker", duration_ms: int) -> Mapping[str, Any]:
        hold = self._whole(ask)
        if hold is None:
            return {"outcome": Outcome.REFUSED, "code": "hold_not_found"}
        if hold.expires_ns - self._now_ns > 3_000 * _MS and self._is_time_for(Defect.LOST_HOLD):
            for seat in hold.seats:
                del self._hold_of[seat]
            return {"outcome": Outcome.REFUSED, "code": "hold_not_found"}
        hold.expires_ns = max(hold.expires_ns, self._now_ns + duration_ms * _MS)
        return {"outcome": Outcome.DONE, "expires_at_ms": self._wall_ms(hold.expires_ns)}

    def _release(self, ask: "_Asker") -> Mapping[str, Any]:
        hold = self._whole(ask)
        if hold is None:
            return {"outcome": Outcome.REFUSED, "code": "hold_not_found"}
        for seat in hold.seats:
            del self._hold_of[seat]
        return {"outcome": Outcome.DONE}

    def _sell(self, ask: "_Asker", *, is_order: bool) -> Mapping[str, Any]:
        stands = self._sales.get(ask.purchase)
        if stands is not None:
            if not is_order and not stands.ended and self._is_time_for(Defect.BOOKED_TWICE):
                self._doubles.append(Sale(ask.purchase, ask.user, (), f"b2-{ask.purchase}", None))
                return {"outcome": Outcome.DONE, "booking_id": f"b2-{ask.purchase}"}
            return {"outcome": Outcome.DONE, "is_replay": True, **self._ids(stands)}
        hold = self._whole(ask)
        if hold is None and not self._may_sell_wrongly(ask, is_order=is_order):
            return {"outcome": Outcome.REFUSED, "code": "hold_not_found"}
        order_id = f"o-{ask.purchase}" if is_order else None
        sale = Sale(ask.purchase, ask.user, ask.seats, None if is_order else f"b-{ask.purchase}", order_id)
        self._sales[ask.purchase] = sale
        for seat in ask.seats:
            if hold is not None:
                del self._hold_of[seat]
            self._sale_of[seat] = sale
        pay_until_ms = self._wall_ms(self._now_ns) + _PAY_MS if is_order else None
        return {"outcome": Outcome.DONE, "expires_at_ms": pay_until_ms, **self._ids(sale)}

    def _may_sell_wrongly(self, ask: "_Asker", *, is_order: bool) -> bool:
        if is_order:
            return False
        sales = [self._sale_of.get(seat) for seat in ask.seats]
        ended = [self._hold_of.get(seat) for seat in ask.seats]
        ran_out = all(
            it is not None and it.purchase == ask.purchase and self._now_ns - it.expires_ns > 1_200 * _MS
            for it in ended
        )
        return ran_out and not any(sales) and self._is_time_for(Defect.OUTLIVED)

    def _pay(self, ask: "_Asker") -> Mapping[str, Any]:
        sale = self._sales[ask.purchase]
        if sale.booking_id is None:
            self._paid[ask.purchase].append(PRICE * len(sale.seats))
            if self._is_time_for(Defect.PAID_TWICE):
                self._paid[ask.purchase].append(PRICE * len(sale.seats))
            sale.booking_id = f"b-{ask.purchase}"
        return {"outcome": Outcome.DONE, **self._ids(sale)}

    def _give_back(self, ask: "_Asker") -> Mapping[str, Any]:
        sale = self._sales[ask.purchase]
        for seat in sale.seats:
            if self._sale_of.get(seat) is sale:
                del self._sale_of[seat]
        sale.ended.update(sale.seats)
        return {"outcome": Outcome.DONE, **self._ids(sale)}

    @staticmethod
    def _ids(sale: Sale) -> Mapping[str, Any]:
        return {"booking_id": sale.booking_id, "order_id": sale.order_id}

    @staticmethod
    def _wall_ms(at_ns: int) -> int:
        return WALL_MS + at_ns // _MS

    def told(self, line: Operation) -> None:
        """A call has come to its end, or never will."""
        self._lines.append(line)

    def pick(self) -> float:
        """A number from 0 to 1."""
        return self._random.random()

    def pause(self) -> int:
        """Half of a call, in nanoseconds."""
        return self._some(60)

    @property
    def now_ns(self) -> int:
        """The time."""
        return self._now_ns

    # How it ended

    def _seen(self) -> str:
        return "".join("b" if it in self._sale_of else "a" for it in self._seats)

    def _standing(self) -> Standing:
        kept = [it for it in self._sales.values() if not self._is_lost(it)]
        for sale in kept:
            if (
                sale.booking_id is not None
                and not sale.ended
                and len(sale.seats) > 1
                and self._is_time_for(Defect.HALF_BOOKED)
            ):
                sale.seats = sale.seats[1:]
        for sale in kept:
            is_plain = sale.booking_id is not None and not sale.ended and sale.order_id is None
            if is_plain and len(sale.seats) > 1 and self._is_time_for(Defect.SEAT_LOST):
                sale.ended.add(sale.seats[0])
        sold = {it: f"booked:{self._sale_of[it].booking_id}" for it in self._seats if it in self._sale_of}
        if self._is_time_for(Defect.LEFT_SOLD):
            sold[self._seats[0]] = "booked:b-somebody"
        views = {"api-1": {EVENT: self._seen()}, "api-2": {EVENT: self._seen()}}
        if self._is_time_for(Defect.VIEW_STALE):
            views["api-2"] = {EVENT: "a" + self._seen()[1:]}
        return Standing(
            at_ns=self._now_ns,
            rows=tuple(row for sale in kept for row in rows_of(sale)),
            bookings=tuple(booking_of(it) for it in [*kept, *self._doubles] if it.booking_id is not None),
            orders=tuple(order_of(it) for it in kept if it.order_id is not None),
            payments=tuple(
                PaymentRow(payment_id=f"p-{it}", order_id=f"o-{it}", state="captured", captured_minor=paid[0])
                for it, paid in self._paid.items()
            ),
            gateway=tuple(
                GatewayPayment(payment_id=f"p-{it}", captured_minor=sum(paid), refunded_minor=())
                for it, paid in self._paid.items()
            ),
            sold={EVENT: sold},
            views=views,
        )

    def _is_lost(self, sale: Sale) -> bool:
        is_answered = any(
            it.purchase == sale.purchase and it.kind is Kind.BOOK and it.outcome is Outcome.DONE and not it.is_replay
            for it in self._lines
        )
        if is_answered and not sale.ended and sale.order_id is None:
            return self._is_time_for(Defect.BOOKING_LOST)
        is_paid = sale.order_id is not None and sale.booking_id is not None
        if is_paid and self._is_time_for(Defect.MONEY_KEPT):
            sale.booking_id = None
            self._give_back(_Asker(self, sale.user, sale.purchase, sale.seats))
        return False


class _Asker:
    """One buyer's calls in one purchase."""

    def __init__(self, world: _Imagination, user: str, purchase: str, seats: tuple[str, ...]) -> None:
        self._world = world
        self.user = user
        self.purchase = purchase
        self.seats = seats
        self.said: Outcome = Outcome.UNKNOWN

    def ask(self, kind: Kind, act: Callable[[], Mapping[str, Any]], *, answers: bool = False, **told: Any) -> Buyer:
        """A call, half of it before it takes effect and half after."""
        began_ns = self._world.now_ns
        yield self._world.pause()
        fate = 1.0 if answers else self._world.pick()
        self._world.is_heard = fate >= self._world.lost
        answer = act() if fate >= self._world.lost / 2 else {}
        self._world.is_heard = True
        yield self._world.pause()
        if fate < self._world.lost:
            answer, ended_ns = {"outcome": Outcome.UNKNOWN}, None
        else:
            ended_ns = self._world.now_ns
        self.said = answer["outcome"]
        self._world.told(
            Operation(
                client=self.user,
                user=self.user,
                kind=kind,
                event=EVENT,
                seats=self.seats,
                purchase=self.purchase,
                began_ns=began_ns,
                ended_ns=ended_ns,
                **{**told, **answer},
            )
        )
