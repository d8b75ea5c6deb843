"""The promises about money, checked after the fact: ledger, store and bank must tell the same story.

Works on the ledger in memory and the simulated gateway, whose books are all open.
"""

from collections.abc import Iterator

from frontrow.domain.booking import SeatRowState
from frontrow.domain.charges import kept_minor
from frontrow.domain.hold import Cold
from frontrow.domain.ids import EventId, OrderId, SeatId
from frontrow.domain.order import CLAIMING, ENDED, Order, OrderState
from frontrow.domain.payment import Payment, PaymentState, RefundReason, RefundState
from tests.support.fake_event_books import FakeEventBooks
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.simulated_gateway import BankPayment, SimulatedGateway

MAY_HAVE_CLAIM = CLAIMING | {OrderState.PAID, OrderState.NEEDS_ATTENTION}
_SOLD = {SeatRowState.CLAIMED, SeatRowState.BOOKED}


def broken_at_any_time(ledger: FakeLedger, bank: SimulatedGateway) -> Iterator[str]:
    """What may never be, whatever is under way."""
    yield from bank.misuse
    rows, placed = ledger.rows, ledger.orders.placed
    for (_, seat_id), claimed in rows.items():
        if claimed.state is SeatRowState.CLAIMED:
            order = placed[OrderId(claimed.owner_id)]
            if not order.has_claim or order.state not in MAY_HAVE_CLAIM or seat_id not in order.seat_ids:
                yield f"{seat_id} is claimed by {order.order_id}, which is {order.state}"
    for order in placed.values():
        owners = {row.owner_id for it in order.seat_ids if (row := rows.get((order.event_id, it))) is not None}
        if order.has_claim and owners != {order.order_id}:
            yield f"{order.order_id} claims {order.seat_ids}, whose rows belong to {owners}"
        if order.state in CLAIMING and not order.has_claim:
            yield f"{order.order_id} is {order.state} and claims nothing"
        if order.state is OrderState.BOOKED and order.booking_id not in ledger.drafts:
            yield f"{order.order_id} is booked without a booking"
    for booking in (draft.booking for draft in ledger.drafts.values()):
        for seat_id in booking.left_seat_ids:
            found = rows.get((booking.event_id, seat_id))
            if found is None or found.owner_id != booking.booking_id:
                yield f"{seat_id} is in booking {booking.booking_id}, and its row is {found}"


async def broken_at_rest(
    ledger: FakeLedger, store: FakeHoldStore, bank: SimulatedGateway, event_ids: tuple[EventId, ...]
) -> list[str]:
    """What may not be when nothing is under way and every hold has run out."""
    found = [*broken_at_any_time(ledger, bank)]
    for order in ledger.orders.placed.values():
        found += _of_order(ledger, bank, order)
    elsewhere = [it for it in ledger.orders.payments.values() if it.gateway != bank.name]
    ids = {it.payment_id for it in elsewhere}
    taken = sum(it.captured_minor for it in bank.payments.values()) + sum(it.captured_minor for it in elsewhere)
    given_back = sum(bank.refunded_minor(it) for it in ledger.orders.placed)
    given_back += sum(it.amount_minor for it in ledger.orders.refunds.values() if it.payment_id in ids)
    booked = sum(_owed_for(ledger, it) for it in ledger.orders.placed.values())
    if taken - given_back != booked:
        found.append(f"{taken} was taken, {given_back} given back, and {booked} is booked")
    for event_id in await FakeEventBooks(ledger).cancelled_events():
        live = [seat_id for (of, seat_id), row in ledger.rows.items() if of == event_id and row.state in _SOLD]
        found += [f"{seat_id} of {event_id}, which is cancelled, is not given back" for seat_id in live]
    known = {it.payment_id for it in ledger.orders.payments.values()}
    found += [f"the bank has payment {it}, which the ledger has not" for it in bank.payments if it not in known]
    found += [f"task {task} is undone" for task in ledger.tasks.values()]
    for event_id in event_ids:
        found += await _of_store(ledger, store, event_id)
    return found


def _of_order(ledger: FakeLedger, bank: SimulatedGateway, order: Order) -> Iterator[str]:
    order_id = order.order_id
    if order.state not in ENDED or order.state is OrderState.NEEDS_ATTENTION:
        yield f"{order_id} is left {order.state}: {order.attention}"
    if order.has_claim:
        yield f"{order_id} is {order.state} and still claims its seats"
    payments = [it for it in ledger.orders.payments.values() if it.order_id == order_id]
    for payment in payments:
        yield from _of_payment(ledger, payment, bank.payments.get(payment.payment_id), bank.name)
    refunds = [it for it in ledger.orders.refunds.values() if it.order_id == order_id]
    yield from (f"{it.refund_id} is left {it.state}" for it in refunds if it.state is not RefundState.DONE)
    taken = sum(it.captured_minor for it in payments)
    given_back = sum(it.amount_minor for it in refunds)
    owed = _owed_for(ledger, order)
    if taken - given_back != owed:
        yield f"{order_id} ({order.state}): {taken} was taken, {given_back} given back, and {owed} is booked"


def _of_payment(ledger: FakeLedger, payment: Payment, at_bank: BankPayment | None, bank_name: str) -> Iterator[str]:
    payment_id = payment.payment_id
    refunds = [it for it in ledger.orders.refunds.values() if it.payment_id == payment_id]
    if not payment.has_ended:
        yield f"{payment_id} is left {payment.state}"
    if payment.gateway == bank_name and at_bank is not None:
        if payment.captured_minor != at_bank.captured_minor:
            yield f"{payment_id}: the ledger has {payment.captured_minor}, the bank {at_bank.captured_minor}"
        done = [it.amount_minor for it in at_bank.refunds if it.state is RefundState.DONE]
        if sorted(done) != sorted(it.amount_minor for it in refunds):
            yield f"{payment_id}: the bank gave back {done}, the ledger has {refunds}"
    elif payment.gateway == bank_name and payment.state is PaymentState.CAPTURED:
        yield f"{payment_id} is captured, and the bank does not know it"
    given_back = sum(it.amount_minor for it in refunds)
    order = ledger.orders.placed[payment.order_id]
    booking = None if order.booking_id is None else ledger.drafts[order.booking_id].booking
    is_part = 0 < given_back < payment.captured_minor
    if is_part and (booking is None or not booking.cancelled_seat_ids):
        yield f"{payment_id}: {given_back} of {payment.captured_minor} went back, and no seat was cancelled"
    if given_back > payment.captured_minor:
        yield f"{payment_id}: {given_back} of {payment.captured_minor} went back"


def _owed_for(ledger: FakeLedger, order: Order) -> int:
    """What stays paid of the order."""
    refunds = [it for it in ledger.orders.refunds.values() if it.order_id == order.order_id]
    if order.booking_id is None or any(it.reason is RefundReason.EVENT_CANCELLED for it in refunds):
        return 0
    return kept_minor(order.seats, order.charges, ledger.drafts[order.booking_id].booking.left_seat_ids)


async def _of_store(ledger: FakeLedger, store: FakeHoldStore, event_id: EventId) -> list[str]:
    rows = {seat_id: row for (of, seat_id), row in ledger.rows.items() if of == event_id}
    sold = await store.sold_seats(event_id)
    if isinstance(sold, Cold):
        return [f"{event_id} is cold"]
    wanted: dict[SeatId, tuple[SeatRowState, str]] = {it: (row.state, row.owner_id) for it, row in rows.items()}
    return [
        f"{seat_id}: the store has {sold.get(seat_id)}, the ledger {wanted.get(seat_id)}"
        for seat_id in {*sold, *wanted}
        if sold.get(seat_id) != wanted.get(seat_id)
    ]
