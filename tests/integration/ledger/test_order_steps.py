"""A step of an order: all of it or nothing, once, whoever writes it and how often."""

import asyncio

import msgspec
import pytest

from frontrow.domain.booking import (
    BookingStatus,
    EndedSeat,
    IdempotencyKey,
    OutboxKind,
    OutboxTask,
    SeatConflict,
    SeatRowState,
)
from frontrow.domain.event import Event
from frontrow.domain.hold import BOOKING_GUARD_MS
from frontrow.domain.ids import OrderId, UserId
from frontrow.domain.order import OrderState
from frontrow.domain.order_decisions import Standing
from frontrow.domain.order_moves import (
    BookingOfOrder,
    KeyUsed,
    MoveTooLate,
    OrderKeyReused,
    OrderMove,
    OrderMoved,
    OrderStands,
    SeatClaim,
)
from frontrow.domain.payment import PaymentState
from tests.integration.ledger.drafts import block, booked, draft, guard, seats
from tests.integration.ledger.order_steps import (
    Books,
    book,
    booking_of,
    claim,
    drop,
    held_of,
    notice,
    pay,
    pay_key,
    payment,
    purchase,
    refund,
    step,
)
from tests.support.fake_clock import START_MS, FakeClock

RACERS = 20


async def test_a_claim_takes_the_seats_and_leaves_the_store_a_task(books: Books, show: Event, clock: FakeClock) -> None:
    placed = await books.placed(show, "B2 A1", holder_id=UserId("till"))
    move = claim(placed, clock, due_at_ms=START_MS + 5)
    outcome = await books.orders.move(move)
    assert isinstance(outcome, OrderMoved)
    assert outcome.order == await books.orders.order(placed.order_id) == move.after
    assert await books.live(show.event_id) == dict.fromkeys(("A1", "B2"), f"claimed {placed.order_id}")
    assert await books.ledger.outbox_of(placed.order_id) == [
        OutboxTask(
            task_id=outcome.task_ids[0],
            event_id=show.event_id,
            kind=OutboxKind.FINISH,
            owner_id=placed.order_id,
            state=SeatRowState.CLAIMED,
            user_id=UserId("till"),  # whose hold it was
            seats=seats("B2 A1"),
            held=held_of(placed),
            created_at_ms=START_MS,
        )
    ]
    rows = await books.ledger.live_seats(show.event_id)
    assert {(row.user_id, row.price_minor) for row in rows} == {("ann", 7_500)}


async def test_a_booking_takes_the_place_of_the_claim(books: Books, show: Event, clock: FakeClock) -> None:
    paid, _ = await books.paid(show, "A1 A2", clock)
    told = notice(show)
    wanted = booking_of(paid, show, notices=(told,))
    outcome = await books.orders.move(book(paid, wanted))
    assert isinstance(outcome, OrderMoved)
    booking = wanted.booking
    assert await books.ledger.booking(booking.booking_id) == booking
    assert booking.order_id == paid.order_id
    assert await books.live(show.event_id) == dict.fromkeys(("A1", "A2"), f"booked {booking.booking_id}")
    claims = {EndedSeat(seat_id, paid.order_id) for seat_id in paid.seat_ids}
    assert await books.ledger.ended_rows(show.event_id, [*claims]) == claims
    (task,) = await books.ledger.outbox_of(booking.booking_id)
    assert (task.task_id,) == outcome.task_ids
    assert (task.kind, task.state, task.claim_id) == (OutboxKind.FINISH, SeatRowState.BOOKED, paid.order_id)
    assert task.held == wanted.held
    assert await books.orders.order_of_booking(booking) == outcome.order
    assert await books.orders.notice(told.notice_id) == told


async def paid_and_booked(books: Books, show: Event, clock: FakeClock) -> tuple[OrderMove, OrderMove]:
    """An order that is being paid: the step that makes it paid, and the one that books it then."""
    claimed = await books.claimed(show, "A1 A2", clock)
    started = payment(claimed)
    paying = await books.moved(pay(claimed, started))
    captured = msgspec.structs.replace(started, state=PaymentState.CAPTURED, captured_minor=started.amount_minor)
    paid = step(paying, OrderState.PAID, payments=(captured,))
    return paid, book(paid.after, booking_of(paid.after, show))


async def test_two_steps_that_follow_each_other_are_written_together(
    books: Books, show: Event, clock: FakeClock
) -> None:
    paid, booked_then = await paid_and_booked(books, show, clock)
    outcome = await books.orders.move(paid, booked_then)
    assert isinstance(outcome, OrderMoved)
    assert booked_then.booking is not None
    booking = booked_then.booking.draft.booking
    assert await books.orders.standing(paid.before.order_id) == Standing(booked_then.after, paid.payments)
    assert await books.ledger.booking(booking.booking_id) == booking
    assert await books.live(show.event_id) == dict.fromkeys(("A1", "A2"), f"booked {booking.booking_id}")
    assert [task.task_id for task in await books.ledger.outbox_of(booking.booking_id)] == [*outcome.task_ids]
    assert await books.orders.move(paid, booked_then) == OrderMoved(booked_then.after)


async def test_of_two_steps_neither_is_written_where_one_cannot_be(books: Books, show: Event, clock: FakeClock) -> None:
    paid, booked_then = await paid_and_booked(books, show, clock)
    before = await books.orders.standing(paid.before.order_id)
    assert booked_then.booking is not None
    strange = msgspec.structs.replace(paid.before, version=paid.before.version - 1)
    stale = step(strange, OrderState.PAID)
    follows = book(stale.after, booked_then.booking.draft)
    assert before is not None
    assert await books.orders.move(stale, follows) == OrderStands(before.order)
    with pytest.raises(ValueError, match="do not follow each other"):
        await books.orders.move(paid, follows)
    written = (await booked(books.ledger, clock, draft(show, "B2"))).booking
    spent = msgspec.structs.replace(booked_then.booking.draft.booking, booking_id=written.booking_id)
    taken = msgspec.structs.replace(booked_then.booking.draft, booking=spent)
    with pytest.raises(ValueError, match="is written already"):
        await books.orders.move(paid, book(paid.after, taken))
    assert await books.orders.standing(paid.before.order_id) == before
    assert await books.live(show.event_id) == {
        **dict.fromkeys(("A1", "A2"), f"claimed {paid.before.order_id}"),
        "B2": f"booked {spent.booking_id}",
    }


async def test_an_order_stands_with_all_that_is_paid_and_owed(books: Books, show: Event, clock: FakeClock) -> None:
    placed = await books.placed(show, "A1 A2")
    assert await books.orders.standing(placed.order_id) == Standing(placed)
    stands = Standing(placed)
    for move in purchase(placed, show, clock, cancels=seats("A1")):
        await books.moved(move)
        stands = stands.after(move)
        assert await books.orders.standing(placed.order_id) == stands
    assert (len(stands.payments), len(stands.refunds)) == (1, 1)
    assert await books.orders.standing(OrderId("999-nobody's")) is None


async def test_a_booking_without_a_claim_takes_free_seats_under_its_guard(
    books: Books, show: Event, clock: FakeClock
) -> None:
    placed = await books.placed(show, "A1")
    expired = await books.moved(step(placed, OrderState.EXPIRED))
    late = payment(expired, state=PaymentState.CAPTURED)
    paid = await books.moved(step(expired, OrderState.PAID, payments=(late,), payment_id=late.payment_id))
    wanted = booking_of(paid, show)
    assert await books.orders.move(book(paid, wanted, guard_until_ms=guard(clock) - 15_001)) == MoveTooLate()
    await books.moved(book(paid, wanted, guard_until_ms=guard(clock)))
    assert await books.live(show.event_id) == {"A1": f"booked {wanted.booking.booking_id}"}
    (task,) = await books.ledger.outbox_of(wanted.booking.booking_id)
    assert task.claim_id is None


async def test_a_late_booking_of_seats_that_are_taken_is_a_conflict(
    books: Books, show: Event, clock: FakeClock
) -> None:
    placed = await books.placed(show, "A1 A2")
    paid = await books.moved(step(await books.moved(step(placed, OrderState.EXPIRED)), OrderState.PAID))
    other = draft(show, "A2", user="bob")
    await booked(books.ledger, clock, other)
    outcome = await books.orders.move(book(paid, booking_of(paid, show), guard_until_ms=guard(clock)))
    assert isinstance(outcome, SeatConflict)
    assert [(row.seat_id, row.owner_id) for row in outcome.seats] == [("A2", other.booking.booking_id)]
    assert await books.orders.order(placed.order_id) == paid


async def test_a_claim_that_is_given_up_frees_its_seats(books: Books, show: Event, clock: FakeClock) -> None:
    claimed = await books.claimed(show, "A1 A2", clock)
    cancelling = await books.moved(step(claimed, OrderState.CANCELLING, closing=OrderState.CANCELLED))
    outcome = await books.orders.move(drop(cancelling))
    assert isinstance(outcome, OrderMoved)
    assert await books.live(show.event_id) == {}
    tasks = {task.kind: task for task in await books.ledger.outbox_of(claimed.order_id)}
    assert (tasks[OutboxKind.FREE].task_id,) == outcome.task_ids
    assert tasks[OutboxKind.FREE].state is SeatRowState.CLAIMED
    assert set(tasks[OutboxKind.FREE].seats) == set(claimed.seat_ids)
    await booked(books.ledger, clock, draft(show, "A1 A2", user="bob"))


@pytest.mark.parametrize("taken_by", ["booking", "claim", "block"])
async def test_a_claim_of_a_seat_that_is_taken_is_a_conflict_and_writes_nothing(
    books: Books, show: Event, clock: FakeClock, taken_by: str
) -> None:
    match taken_by:
        case "booking":
            await booked(books.ledger, clock, draft(show, "A2", user="bob"))
        case "claim":
            await books.claimed(show, "A2", clock)
        case _:
            await books.ledger.add_block(block(show, "A2"))
    before = await books.live(show.event_id)
    placed = await books.placed(show, "A1 A2")
    key = IdempotencyKey(UserId("ann"), "orders", "k", "body")
    outcome = await books.orders.move(claim(placed, clock, key=key, notices=(notice(show),)))
    assert isinstance(outcome, SeatConflict)
    assert [row.seat_id for row in outcome.seats] == ["A2"]
    assert await books.orders.order(placed.order_id) == placed
    assert await books.live(show.event_id) == before
    assert await books.ledger.outbox_of(placed.order_id) == []
    assert await books.orders.key_used(key) is None
    assert await books.orders.notices(state=None, before=None, limit=5) == []


async def test_with_too_little_of_its_guard_left_nothing_is_claimed(
    books: Books, show: Event, clock: FakeClock
) -> None:
    placed = await books.placed(show, "A1")
    until_ms = guard(clock)
    clock.advance(BOOKING_GUARD_MS - 14_999)
    assert await books.orders.move(claim(placed, clock, guard_until_ms=until_ms)) == MoveTooLate()
    assert await books.orders.order(placed.order_id) == placed
    assert await books.live(show.event_id) == {}


async def test_a_step_written_again_is_the_same_step(books: Books, show: Event, clock: FakeClock) -> None:
    """At every step of a whole purchase, and however late the guard would be by then."""
    placed = await books.placed(show, "A1 A2")
    moves = purchase(placed, show, clock, cancels=seats("A1"))
    for move in moves:
        first = await books.orders.move(move)
        assert isinstance(first, OrderMoved)
        tasks = await books.ledger.outbox(older_than_ms=START_MS + 1_000_000, limit=50)
        clock.advance(60_000)
        for _ in range(2):
            assert await books.orders.move(move) == OrderMoved(move.after)
        assert await books.ledger.outbox(older_than_ms=START_MS + 1_000_000, limit=50) == tasks
    assert await books.orders.payments_of(placed.order_id) == [*moves[2].payments]
    assert await books.orders.refunds_of(placed.order_id) == [*moves[-1].refunds]
    assert len(await books.orders.notices(state=None, before=None, limit=50)) == 2


async def test_a_step_from_where_the_order_no_longer_is_writes_nothing_of_it(
    books: Books, show: Event, clock: FakeClock
) -> None:
    claimed = await books.claimed(show, "A1", clock)
    paying = await books.moved(pay(claimed, payment(claimed)))
    stale = pay(claimed, payment(claimed), key=pay_key(), notices=(notice(show),))
    assert await books.orders.move(stale) == OrderStands(paying)
    assert await books.orders.move(step(claimed, OrderState.CANCELLING)) == OrderStands(paying)
    assert len(await books.orders.payments_of(claimed.order_id)) == 1
    assert await books.orders.key_used(pay_key()) is None
    assert await books.orders.notices(state=None, before=None, limit=5) == []


async def test_another_step_between_the_same_two_states_in_the_same_millisecond_is_another_step(
    books: Books, show: Event, clock: FakeClock
) -> None:
    stands, wanted = await books.booked(show, "A1 A2", clock)
    of_first, of_second = (step(stands, OrderState.BOOKED, cancels=seats(name)) for name in ("A1", "A2"))
    assert of_first.after == of_second.after
    moved = await books.moved(of_first)
    assert await books.orders.move(of_second) == OrderStands(moved)
    assert await books.live(show.event_id) == {"A2": f"booked {wanted.booking.booking_id}"}


async def test_of_many_who_start_a_payment_at_once_one_does(books: Books, show: Event, clock: FakeClock) -> None:
    claimed = await books.claimed(show, "A1", clock)
    started = [payment(claimed) for _ in range(RACERS)]
    outcomes = await asyncio.gather(*(books.orders.move(pay(claimed, it)) for it in started))
    won = [it for it, outcome in zip(started, outcomes, strict=True) if isinstance(outcome, OrderMoved)]
    assert len(won) == 1
    assert await books.orders.payments_of(claimed.order_id) == won
    stands = await books.orders.order(claimed.order_id)
    assert [it for it in outcomes if isinstance(it, OrderStands)] == [OrderStands(stands)] * (RACERS - 1)  # type: ignore[arg-type]


async def test_a_payment_and_a_cancelling_race_and_one_of_them_is_told(
    books: Books, show: Event, clock: FakeClock
) -> None:
    paid, _ = await books.paid(show, "A1", clock)
    moves = [book(paid, booking_of(paid, show)), drop(paid, OrderState.REFUNDING)]
    outcomes = await asyncio.gather(*(books.orders.move(it) for it in moves))
    assert sorted(type(it).__name__ for it in outcomes) == ["OrderMoved", "OrderStands"]
    assert len(await books.live(show.event_id)) == (1 if isinstance(outcomes[0], OrderMoved) else 0)


async def test_of_many_orders_of_one_seat_one_claims_it(books: Books, show: Event, clock: FakeClock) -> None:
    placed = [await books.placed(show, f"A1 B{number}") for number in range(RACERS)]
    outcomes = await asyncio.gather(*(books.orders.move(claim(it, clock)) for it in placed))
    assert sorted(type(it).__name__ for it in outcomes) == ["OrderMoved", *["SeatConflict"] * (RACERS - 1)]
    assert len(await books.live(show.event_id)) == 2


async def test_a_key_is_recorded_as_used_for_the_payment_or_else_the_order(
    books: Books, show: Event, clock: FakeClock
) -> None:
    placed = await books.placed(show, "A1")
    of_order = IdempotencyKey(UserId("ann"), "orders", "k", "body")
    claimed = await books.moved(claim(placed, clock, key=of_order))
    started = payment(claimed)
    await books.moved(pay(claimed, started, key=pay_key()))
    assert await books.orders.key_used(of_order) == KeyUsed("body", placed.order_id)
    assert await books.orders.key_used(pay_key(body="whatever")) == KeyUsed("body", started.payment_id)


@pytest.mark.parametrize(("body", "made"), [("other", "other"), ("other", "same"), ("body", "other")])
async def test_a_key_that_was_used_for_something_else_writes_nothing(
    books: Books, show: Event, clock: FakeClock, body: str, made: str
) -> None:
    first = await books.claimed(show, "A1", clock)
    started = payment(first)
    paying = await books.moved(pay(first, started, key=pay_key()))
    declined = msgspec.structs.replace(started, state=PaymentState.DECLINED)
    again = await books.moved(step(paying, OrderState.CLAIMED, payments=(declined,)))
    wanted = started if made == "same" else payment(first)
    assert await books.orders.move(pay(again, wanted, key=pay_key(body=body))) == OrderKeyReused()
    assert await books.orders.order(first.order_id) == again
    assert await books.orders.payments_of(first.order_id) == [declined]


async def test_a_booking_made_by_an_order_spends_its_own_key(books: Books, show: Event, clock: FakeClock) -> None:
    paid, _ = await books.paid(show, "A1", clock)
    key = IdempotencyKey(UserId("ann"), "order", paid.order_id, "body")
    wanted = booking_of(paid, show, idempotency_key=key)
    await books.moved(book(paid, wanted))
    assert await books.orders.key_used(key) == KeyUsed("body", wanted.booking.booking_id)


async def test_seats_given_back_end_their_rows_and_the_bookings_status_follows(
    books: Books, show: Event, clock: FakeClock
) -> None:
    stands, wanted = await books.booked(show, "A1 A2 A3", clock)
    booking_id = wanted.booking.booking_id
    owed = refund(payment(stands), "A3 A1")
    outcome = await books.orders.move(step(stands, OrderState.BOOKED, cancels=seats("A3 A1"), refunds=(owed,)))
    assert isinstance(outcome, OrderMoved)
    booking = await books.ledger.booking(booking_id)
    assert booking is not None
    assert booking.status is BookingStatus.PARTLY_CANCELLED
    assert set(booking.cancelled_seat_ids) == {"A1", "A3"}
    assert await books.live(show.event_id) == {"A2": f"booked {booking_id}"}
    (task,) = [it for it in await books.ledger.outbox_of(booking_id) if it.kind is OutboxKind.FREE]
    assert (task.task_id,) == outcome.task_ids
    assert (task.kind, task.state, set(task.seats)) == (OutboxKind.FREE, SeatRowState.BOOKED, {"A1", "A3"})
    last = refund(payment(stands), "A2")
    await books.moved(step(outcome.order, OrderState.REFUNDING, cancels=seats("A2"), refunds=(last,)))
    booking = await books.ledger.booking(booking_id)
    assert booking is not None
    assert booking.status is BookingStatus.CANCELLED
    assert {it.refund_id for it in await books.orders.refunds_of(stands.order_id)} == {owed.refund_id, last.refund_id}


async def test_payments_are_replaced_by_their_ids_and_refunds_that_are_there_stay(
    books: Books, show: Event, clock: FakeClock
) -> None:
    paid, captured = await books.paid(show, "A1", clock)
    second = payment(paid, created_at_ms=START_MS + 5)
    owed = refund(captured)
    both = await books.moved(step(paid, OrderState.PAID, payments=(second,), refunds=(owed,)))
    taken = msgspec.structs.replace(second, state=PaymentState.CAPTURED, captured_minor=5, reason="twice")
    changed = msgspec.structs.replace(owed, amount_minor=1)
    await books.moved(step(both, OrderState.PAID, payments=(taken,), refunds=(changed,)))
    assert await books.orders.payments_of(paid.order_id) == [captured, taken]
    assert await books.orders.refunds_of(paid.order_id) == [owed]
    assert await books.orders.payment(second.payment_id) == taken
    assert await books.orders.refund(owed.refund_id) == owed


async def test_steps_that_are_none_are_refused_as_faults(books: Books, show: Event, clock: FakeClock) -> None:
    paid, _ = await books.paid(show, "A1", clock)
    pending = await books.placed(show, "A2")
    unclaimed = msgspec.structs.replace(paid, has_claim=False)
    looked_at = step(paid, OrderState.PAID)
    two_on = msgspec.structs.replace(looked_at.after, version=paid.version + 2)
    unfounded = [
        msgspec.structs.replace(looked_at, after=two_on),
        msgspec.structs.replace(looked_at, drops_claim=True),
        msgspec.structs.replace(book(paid, booking_of(paid, show)), after=looked_at.after),
        step(paid, OrderState.REFUNDING, has_claim=False),
        step(paid, OrderState.PAID, claim=SeatClaim((), guard(clock))),
        step(pending, OrderState.CANCELLED, drops_claim=True),
        book(unclaimed, booking_of(unclaimed, show)),
        step(paid, OrderState.BOOKED, booking=BookingOfOrder(booking_of(paid, show)), has_claim=False),
    ]
    for move in unfounded:
        with pytest.raises(ValueError):
            await books.orders.move(move)
    assert await books.orders.order(paid.order_id) == paid
