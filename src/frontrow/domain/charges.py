"""Charges: fees and taxes that an order adds to the prices of its seats, and what is kept of them when seats go back.

Everything is in minor units of the event's one currency; shares are in basis points (1 % is 100). Halves round up.
"""

from collections.abc import Collection, Sequence
from enum import StrEnum

import msgspec

from frontrow.domain.booking import SoldSeat
from frontrow.domain.ids import SeatId

BASIS_POINTS = 10_000
CHARGES_MAX = 20


class ChargeKind(StrEnum):
    """What a charge is counted by: a sum per seat or per order, or a share of what stands above it."""

    PER_SEAT = "per_seat"
    PER_ORDER = "per_order"
    SHARE = "share"
    INCLUDED_SHARE = "included_share"
    """A share that prices contain already (a value added tax): shown, and not added."""


class Charge(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A fee or tax of an event.

    `amount_minor` (0 or more) counts for sums, `basis_points` (0 to 10,000) for shares: of the seats and every charge
    before this one. Free seats carry no charge per seat, an order of nothing else no charge at all. `refundable` says
    whether it goes back with its seats; a charge per order goes back with the last of them that is not free.
    """

    name: str
    kind: ChargeKind
    amount_minor: int = 0
    basis_points: int = 0
    refundable: bool = True


class LineKind(StrEnum):
    """What a line of an order is for."""

    SEAT = "seat"
    CHARGE = "charge"
    INCLUDED = "included"


class OrderLine(msgspec.Struct, frozen=True):
    """One line of an order. An `included` line is part of the lines above it, and not of the total."""

    kind: LineKind
    label: str
    amount_minor: int
    seat_id: SeatId | None = None


def order_lines(seats: Sequence[SoldSeat], charges: Sequence[Charge]) -> tuple[OrderLine, ...]:
    """What an order of these seats is made of: a line per seat (its label is its id), then one per charge."""
    lines = [OrderLine(LineKind.SEAT, seat.seat_id, seat.price_minor, seat.seat_id) for seat in seats]
    running = sum(seat.price_minor for seat in seats)
    for charge in charges:
        amount, is_included = _amount(charge, seats, running), charge.kind is ChargeKind.INCLUDED_SHARE
        lines.append(OrderLine(LineKind.INCLUDED if is_included else LineKind.CHARGE, charge.name, amount))
        running += 0 if is_included else amount
    return tuple(lines)


def lines_total(lines: Sequence[OrderLine]) -> int:
    """What the lines come to."""
    return sum(line.amount_minor for line in lines if line.kind is not LineKind.INCLUDED)


def kept_minor(seats: Sequence[SoldSeat], charges: Sequence[Charge], left: Collection[SeatId]) -> int:
    """What stays paid of an order of `seats` when only `left` of them are kept: 0 to the order's total.

    That is the price of the seats left, every charge that is not refundable as it was charged at first, and the others
    as for an order of the seats left: a share (a tax) stays for whatever else stays, a fee that is not refundable too.
    With fewer seats left it is never more.
    """
    seats_left = [seat for seat in seats if seat.seat_id in left]
    paid = sum(seat.price_minor for seat in seats)
    kept = sum(seat.price_minor for seat in seats_left)
    for charge in charges:
        if charge.kind is ChargeKind.INCLUDED_SHARE:
            continue
        charged = _amount(charge, seats, paid)
        kept += _amount(charge, seats_left, kept) if charge.refundable else charged
        paid += charged
    return kept


def _amount(charge: Charge, seats: Sequence[SoldSeat], running_minor: int) -> int:
    match charge.kind:
        case ChargeKind.PER_SEAT:
            return charge.amount_minor * sum(1 for seat in seats if seat.price_minor)
        case ChargeKind.PER_ORDER:
            return charge.amount_minor if any(seat.price_minor for seat in seats) else 0
        case ChargeKind.SHARE:
            return _halves_up(running_minor * charge.basis_points, BASIS_POINTS)
        case ChargeKind.INCLUDED_SHARE:
            return _halves_up(running_minor * charge.basis_points, BASIS_POINTS + charge.basis_points)


def _halves_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
