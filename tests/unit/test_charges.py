"""Charges: what orders cost with them, and what goes back when seats do."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontrow.domain.booking import SoldSeat
from frontrow.domain.charges import (
    CHARGES_MAX,
    Charge,
    ChargeKind,
    LineKind,
    kept_minor,
    lines_total,
    order_lines,
)
from frontrow.domain.ids import CategoryId, SeatId
from frontrow.domain.order import amount_of

prices = st.one_of(st.just(0), st.integers(1, 12), st.integers(0, 10**12))


def sum_of(name: str, kind: ChargeKind, amount_minor: int, *, refundable: bool = True) -> Charge:
    return Charge(name, kind, amount_minor=amount_minor, refundable=refundable)


def share_of(name: str, basis_points: int, *, refundable: bool = True) -> Charge:
    return Charge(name, ChargeKind.SHARE, basis_points=basis_points, refundable=refundable)


def included(name: str, basis_points: int) -> Charge:
    return Charge(name, ChargeKind.INCLUDED_SHARE, basis_points=basis_points)


def seats_at(*prices_minor: int) -> tuple[SoldSeat, ...]:
    return tuple(SoldSeat(SeatId(f"A{n}"), CategoryId("stalls"), price) for n, price in enumerate(prices_minor))


def ids(text: str) -> tuple[SeatId, ...]:
    return tuple(map(SeatId, text.split()))


some_charges = st.lists(
    st.one_of(
        st.builds(
            Charge,
            st.just("sum"),
            st.sampled_from([ChargeKind.PER_SEAT, ChargeKind.PER_ORDER]),
            amount_minor=st.integers(0, 10**6),
            refundable=st.booleans(),
        ),
        st.builds(
            Charge,
            st.just("share"),
            st.just(ChargeKind.SHARE),
            basis_points=st.integers(0, 10_000),
            refundable=st.booleans(),
        ),
        st.builds(included, st.just("included"), st.integers(0, 10_000)),
    ),
    max_size=CHARGES_MAX,
).map(tuple)
some_seats = st.lists(prices, min_size=1, max_size=8).map(lambda given: seats_at(*given))


@given(some_seats, some_charges)
def test_no_line_is_negative_and_included_lines_are_no_more_than_what_they_are_part_of(
    seats: Sequence[SoldSeat], charges: Sequence[Charge]
) -> None:
    lines = order_lines(seats, charges)
    assert len(lines) == len(seats) + len(charges)
    running = 0
    for line in lines:
        assert line.amount_minor >= 0
        if line.kind is LineKind.INCLUDED:
            assert 2 * line.amount_minor <= running + 1
        else:
            running += line.amount_minor
    assert lines_total(lines) == running >= sum(seat.price_minor for seat in seats)


@given(some_seats, some_charges, st.data())
def test_whatever_order_seats_go_back_in_never_more_is_kept_and_all_but_what_is_forfeited_goes_back(
    seats: tuple[SoldSeat, ...], charges: tuple[Charge, ...], data: st.DataObject
) -> None:
    total = amount_of(seats, charges)
    left = [seat.seat_id for seat in seats]
    assert kept_minor(seats, charges, left) == total
    refunds: list[int] = []
    order = data.draw(st.permutations(left))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(order)), max_size=len(order))) | {len(order)})
    kept = total
    for cut in cuts:
        kept_then = kept_minor(seats, charges, order[cut:])
        assert 0 <= kept_then <= kept
        refunds.append(kept - kept_then)
        kept = kept_then
    assert sum(refunds) == total - kept_minor(seats, charges, ())
    if all(charge.refundable for charge in charges):
        assert sum(refunds) == total


@given(some_seats, some_charges, st.data())
def test_keeping_fewer_seats_never_keeps_more_money(
    seats: tuple[SoldSeat, ...], charges: tuple[Charge, ...], data: st.DataObject
) -> None:
    more = data.draw(st.sets(st.sampled_from([seat.seat_id for seat in seats])))
    fewer = data.draw(st.sets(st.sampled_from(sorted(more)))) if more else set()
    assert kept_minor(seats, charges, fewer) <= kept_minor(seats, charges, more)


@given(some_seats, some_charges)
def test_where_all_is_refundable_what_is_kept_is_an_order_of_the_seats_left(
    seats: tuple[SoldSeat, ...], charges: tuple[Charge, ...]
) -> None:
    giving_back = tuple(
        Charge(charge.name, charge.kind, charge.amount_minor, charge.basis_points) for charge in charges
    )
    left = seats[::2]
    assert kept_minor(seats, giving_back, [seat.seat_id for seat in left]) == amount_of(left, giving_back)


def test_shares_are_of_the_seats_and_of_the_charges_above_them() -> None:
    charges = (
        sum_of("Fee per seat", ChargeKind.PER_SEAT, 100),
        share_of("Service", 1_000),
        sum_of("Postage", ChargeKind.PER_ORDER, 490),
        share_of("Tax", 2_000),
    )
    lines = order_lines(seats_at(4_500, 4_500), charges)
    assert [line.amount_minor for line in lines] == [4_500, 4_500, 200, 920, 490, 2_122]
    assert lines_total(lines) == 12_732


@pytest.mark.parametrize(
    ("price", "basis_points", "share"),
    [(50, 100, 1), (49, 100, 0), (150, 100, 2), (1, 5_000, 1), (1, 4_999, 0), (10**12, 1, 10**8)],
)
def test_half_a_minor_unit_is_rounded_up(price: int, basis_points: int, share: int) -> None:
    assert order_lines(seats_at(price), [share_of("Tax", basis_points)])[-1].amount_minor == share


@pytest.mark.parametrize(("price", "basis_points", "part"), [(11_900, 1_900, 1_900), (107, 700, 7), (3, 10_000, 2)])
def test_an_included_share_is_the_part_that_makes_up_the_whole_and_adds_nothing(
    price: int, basis_points: int, part: int
) -> None:
    lines = order_lines(seats_at(price), [included("VAT", basis_points)])
    assert (lines[-1].kind, lines[-1].amount_minor, lines_total(lines)) == (LineKind.INCLUDED, part, price)


def test_free_seats_carry_no_charges_and_an_order_of_nothing_else_costs_nothing() -> None:
    charges = (
        sum_of("Fee", ChargeKind.PER_SEAT, 150),
        sum_of("Postage", ChargeKind.PER_ORDER, 490),
        share_of("T", 900),
    )
    assert amount_of(seats_at(0, 0), charges) == 0
    assert amount_of(seats_at(0, 1_000), charges) == amount_of(seats_at(1_000), charges)
    assert kept_minor(seats_at(0, 1_000), charges, [SeatId("A0")]) == 0


def test_a_currency_without_decimals_has_whole_charges_only() -> None:
    yen = seats_at(7_800, 7_800, 7_800)
    lines = order_lines(yen, [share_of("Service", 333), included("Consumption tax", 1_000)])
    assert [line.amount_minor for line in lines[-2:]] == [779, 2_198]


def test_a_charge_per_order_goes_back_with_the_last_seat_that_is_not_free() -> None:
    seats, postage = seats_at(1_000, 1_000, 0), (sum_of("Postage", ChargeKind.PER_ORDER, 490),)
    assert [kept_minor(seats, postage, left) for left in map(ids, ("A0 A2", "A1", "A2", ""))] == [1_490, 1_490, 0, 0]


def test_what_is_not_refundable_stays_and_a_tax_that_is_stays_for_it() -> None:
    charges = (sum_of("Booking fee", ChargeKind.PER_SEAT, 200, refundable=False), share_of("Tax", 1_000))
    seats = seats_at(1_000, 1_000)
    assert amount_of(seats, charges) == 2_640
    assert kept_minor(seats, charges, [SeatId("A0")]) == 1_540  # a seat and both fees, and their tax
    assert kept_minor(seats, charges, []) == 440


def test_a_tax_that_is_not_refundable_stays_as_it_was_charged() -> None:
    seats, charges = seats_at(1_000, 1_000), (share_of("Levy", 1_000, refundable=False),)
    assert [kept_minor(seats, charges, left) for left in map(ids, ("A0 A1", "A0", ""))] == [2_200, 1_200, 200]


def test_twenty_charges_of_a_whole_share_each_double_the_amount_each_time() -> None:
    assert amount_of(seats_at(1), tuple(share_of(str(n), 10_000) for n in range(CHARGES_MAX))) == 2**CHARGES_MAX
