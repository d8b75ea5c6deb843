"""The promises that are not one seat's: judged over the whole history and how everything stands at its end."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from tests.chaos.checker.breaches import Breach, Promise
from tests.chaos.checker.standing import BookingRow, Row, Standing
from tests.chaos.history import Kind, Outcome, Story

_SELLING = frozenset({Kind.BOOK, Kind.PAY})
_MADE_BY = {Kind.HOLD: "hold_id", Kind.BOOK: "booking_id", Kind.ORDER: "order_id", Kind.PAY: "booking_id"}


def broken_effects(story: Story, standing: Standing) -> Iterator[Breach]:
    """Whether a repeated request had a second effect, or another answer."""
    made: dict[tuple[str, Kind, str], set[str]] = defaultdict(set)
    for it in story.operations:
        if it.outcome is Outcome.DONE and it.key is not None and it.kind in _MADE_BY:
            made_id: str | None = getattr(it, _MADE_BY[it.kind])
            if made_id is not None:
                made[it.user, it.kind, it.key].add(made_id)
    for (user, kind, key), ids in made.items():
        if len(ids) > 1:
            yield Breach(Promise.ONE_EFFECT, f"{kind} of {user} under the key {key} was answered with {sorted(ids)}")
    purchases = standing.purchases()
    written = Counter(purchases[it.booking_id] for it in _written(standing) if it.booking_id in purchases)
    for purchase, count in written.items():
        if count > 1:
            yield Breach(Promise.ONE_EFFECT, f"purchase {purchase} has {count} bookings")


def broken_wholes(story: Story, standing: Standing) -> Iterator[Breach]:
    """Whether a booking or claim has other seats than were asked for.

    A release that the store forgot may leave a hold with the seats given back: who books it then books them too.
    """
    purchases, returned = standing.purchases(), _returned(story)
    asked: dict[str, set[frozenset[str]]] = defaultdict(set)
    for it in story.operations:
        if it.kind in {Kind.BOOK, Kind.ORDER}:
            asked[it.purchase].add(frozenset(it.seats))
    for owner_id, rows in _rows_by_owner(standing).items():
        purchase, seats = purchases.get(owner_id), frozenset(it.seat for it in rows)
        if purchase is None or purchase not in asked:
            yield Breach(Promise.ONE_EFFECT, f"{owner_id} has {sorted(seats)}, and nobody asked for that")
        elif not any(it <= seats <= it | returned[purchase] for it in asked[purchase]):
            wanted = [sorted(it) for it in asked[purchase]]
            yield Breach(Promise.ALL_OR_NOTHING, f"{owner_id} of {purchase} has {sorted(seats)} instead of {wanted}")


def broken_bookings(story: Story, standing: Standing) -> Iterator[Breach]:
    """Whether a booking that was answered is not in the ledger, or its seats are gone though nobody cancelled them."""
    purchases, returned = standing.purchases(), _returned(story)
    cancelled: dict[str, set[str]] = defaultdict(set)
    for it in story.operations:
        if it.kind is Kind.CANCEL_BOOKING and it.outcome is not Outcome.REFUSED:
            cancelled[it.purchase].update(it.seats)
    bookings = {purchases[it.booking_id]: it for it in _written(standing) if it.booking_id in purchases}
    for it in story.operations:
        is_sold = it.kind in _SELLING and it.outcome is Outcome.DONE and not it.is_replay
        if is_sold and it.purchase not in bookings:
            yield Breach(
                Promise.KEPT, f"{it.purchase} was answered as booked ({it.booking_id}), and is not in the ledger"
            )
    rows = _rows_by_owner(standing)
    for purchase, booking in bookings.items():
        ended = {it.seat for it in rows.get(booking.booking_id, ()) if it.ended_at_ms is not None}
        if lost := ended - cancelled[purchase] - (returned[purchase] if cancelled[purchase] else set()):
            yield Breach(
                Promise.KEPT, f"{booking.booking_id} of {purchase} lost {sorted(lost)}, and nobody cancelled that"
            )


def broken_money(standing: Standing) -> Iterator[Breach]:
    """Whether ledger and gateway tell another story, or more or less was kept than is booked. Charges are none."""
    orders = {it.order_id: it for it in standing.orders}
    payments = {it.payment_id: it for it in standing.payments}
    at_gateway = {it.payment_id: it for it in standing.gateway}
    live = _live_by_booking(standing)
    taken: Counter[str] = Counter()
    for it in standing.gateway:
        payment = payments.get(it.payment_id)
        if payment is None or payment.order_id not in orders:
            yield Breach(Promise.MONEY, f"the gateway has payment {it.payment_id}, which is of no order")
            continue
        if payment.captured_minor != it.captured_minor:
            said = f"the ledger has {payment.captured_minor} taken, the gateway {it.captured_minor}"
            yield Breach(Promise.MONEY, f"payment {it.payment_id} ({payment.state}): {said}")
        told = sorted(r.amount_minor for r in standing.refunds if r.payment_id == it.payment_id and r.state == "done")
        if told != sorted(it.refunded_minor):
            said = f"the gateway gave back {sorted(it.refunded_minor)}, the ledger has {told}"
            yield Breach(Promise.MONEY, f"payment {it.payment_id}: {said}")
        taken[payment.order_id] += it.captured_minor - sum(it.refunded_minor)
    for payment in standing.payments:
        if payment.captured_minor and payment.payment_id not in at_gateway:
            yield Breach(Promise.MONEY, f"payment {payment.payment_id} is taken, and the gateway does not know it")
    for order in standing.orders:
        owed = sum(order.seats[it] for it in live.get(order.booking_id or "", ()) if it in order.seats)
        if taken[order.order_id] != owed:
            said = f"{taken[order.order_id]} was taken and kept, and {owed} is booked"
            yield Breach(Promise.MONEY, f"order {order.order_id} of {order.purchase} ({order.state}): {said}")


def broken_views(story: Story, standing: Standing) -> Iterator[Breach]:
    """Whether two that stood at one place saw something else, or a view is not as the ledger has it at the end."""
    seen: dict[tuple[str, str, str], tuple[str, str]] = {}
    for it in story.sightings:
        first = seen.setdefault((it.event, it.epoch, it.offset), (it.client, it.states))
        if first[1] != it.states:
            seats = _other_seats(story, it.event, first[1], it.states)
            said = f"{it.client} and {first[0]} saw other states at {it.epoch}:{it.offset} of {it.event}: {seats}"
            yield Breach(Promise.VIEWS, said)
    wanted = {event: _states(story, standing, event) for event in story.beginning.seats}
    ends = [(process, event, states) for process, views in standing.views.items() for event, states in views.items()]
    ends += [(it.client, it.event, it.states) for it in story.sightings if it.at_ns >= standing.at_ns]
    for who, event, states in ends:
        if states != wanted[event]:
            seats = _other_seats(story, event, wanted[event], states)
            yield Breach(Promise.VIEWS, f"{who} has {event} otherwise than the ledger: {seats}")


def broken_rest(story: Story, standing: Standing) -> Iterator[Breach]:
    """What may not be when all is quiet and everything was to be sold."""
    for order in standing.orders:
        if order.has_claim or order.state not in {"booked", "cancelled", "expired", "refunded"}:
            said = f"is left {order.state}{', claiming' if order.has_claim else ''}: {order.attention or 'no reason'}"
            yield Breach(Promise.AT_REST, f"order {order.order_id} of {order.purchase} {said}")
    for refund in standing.refunds:
        if refund.state != "done":
            yield Breach(Promise.AT_REST, f"refund {refund.refund_id} is left {refund.state}")
    for owner_id in standing.outbox:
        yield Breach(Promise.AT_REST, f"what the store is to be told of {owner_id} is undone")
    rows = {(it.event, it.seat): it for it in standing.rows if it.ended_at_ms is None}
    for event, seats in story.beginning.seats.items():
        sold, held = standing.sold.get(event, {}), standing.held.get(event, {})
        for seat in seats:
            row = rows.get((event, seat))
            wanted = None if row is None else f"{row.state}:{row.owner_id}"
            if sold.get(seat) != wanted:
                yield Breach(Promise.AT_REST, f"{event}/{seat}: the store has {sold.get(seat)}, the ledger {wanted}")
            if row is None:
                yield Breach(Promise.AT_REST, f"{event}/{seat} is free in the ledger, and could not be sold")
            elif seat in held:
                yield Breach(Promise.ONE_OWNER, f"{event}/{seat} is {wanted}, and held by {held[seat]}")


def broken_rows(standing: Standing) -> Iterator[Breach]:
    """Whether a seat has two live rows, or was anybody's before the row before had ended."""
    live = Counter((it.event, it.seat) for it in standing.rows if it.ended_at_ms is None)
    for (event, seat), count in live.items():
        if count > 1:
            owners = sorted(it.owner_id for it in standing.rows if (it.event, it.seat) == (event, seat))
            yield Breach(Promise.ONE_OWNER, f"{event}/{seat} has {count} live rows: {owners}")


def _returned(story: Story) -> Mapping[str, set[str]]:
    """By purchase, the seats that were released and may have come back, for the store may have lost that."""
    returned: dict[str, set[str]] = defaultdict(set)
    if any(it.may_lose_holds for it in story.faults):
        for it in story.operations:
            if it.kind is Kind.RELEASE:
                returned[it.purchase].update(it.seats)
    return returned


def _written(standing: Standing) -> list[BookingRow]:
    return [it for it in standing.bookings if it.status != "aborted"]


def _rows_by_owner(standing: Standing) -> Mapping[str, list[Row]]:
    """Rows of bookings and orders, ended ones too."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for it in standing.rows:
        if it.state != "blocked":
            rows[it.owner_id].append(it)
    return rows


def _live_by_booking(standing: Standing) -> Mapping[str, list[str]]:
    live: dict[str, list[str]] = defaultdict(list)
    for it in standing.rows:
        if it.ended_at_ms is None and it.state == "booked":
            live[it.owner_id].append(it.seat)
    return live


def _states(story: Story, standing: Standing, event: str) -> str:
    letters = {"booked": "b", "claimed": "h", "blocked": "x"}
    rows = {it.seat: letters[it.state] for it in standing.rows if it.event == event and it.ended_at_ms is None}
    held = standing.held.get(event, {})
    return "".join(rows.get(seat, "h" if seat in held else "a") for seat in story.beginning.seats[event])


def _other_seats(story: Story, event: str, wanted: str, states: str) -> str:
    if len(wanted) != len(states):
        return f"{len(states)} seats instead of {len(wanted)}"
    triples = zip(story.beginning.seats[event], wanted, states, strict=True)
    return ", ".join(f"{seat} {found} instead of {want}" for seat, want, found in triples if want != found)
