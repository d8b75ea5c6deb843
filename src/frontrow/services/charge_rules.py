"""What makes the charges of an event chargeable: their names, their sums and shares, and what an order comes to."""

from collections.abc import Iterator

from frontrow.domain.booking import SoldSeat
from frontrow.domain.charges import BASIS_POINTS, CHARGES_MAX, Charge, ChargeKind, lines_total, order_lines
from frontrow.domain.document_reading import Fault
from frontrow.domain.event import Event
from frontrow.domain.hold import SEATS_PER_HOLD_MAX
from frontrow.domain.ids import CategoryId, SeatId
from frontrow.domain.pricing import PRICE_MINOR_MAX
from frontrow.domain.texts import control_character

CHARGE_NAME_LENGTH_MAX = 100
ORDER_MINOR_MAX = 2**53 - 1
"""What SEATS_PER_HOLD_MAX of an event's dearest seats may come to at most: JSON readers have such numbers exactly."""

_SHARES = frozenset({ChargeKind.SHARE, ChargeKind.INCLUDED_SHARE})


def charge_faults(charges: tuple[Charge, ...]) -> list[Fault]:
    """What is wrong with these charges by themselves, each fault at its field: `charges[0].name`."""
    faults = [fault for place, charge in enumerate(charges) for fault in _faults(charge, f"charges[{place}]")]
    if len(charges) > CHARGES_MAX:
        faults.append(Fault("charges", f"expected at most {CHARGES_MAX} charges, got {len(charges)}"))
    first_of: dict[str, int] = {}
    for place, charge in enumerate(charges):
        if (first := first_of.setdefault(charge.name.strip().casefold(), place)) != place:
            faults.append(Fault(f"charges[{place}].name", f"expected another name than that of charges[{first}]"))
    return faults


def too_dear(event: Event) -> list[Fault]:
    """Whether shares of shares have made orders of the event too large for anybody's numbers."""
    dearest_minor = max(event.prices.values(), default=0)
    seats = [SoldSeat(SeatId(str(n)), CategoryId(""), dearest_minor) for n in range(SEATS_PER_HOLD_MAX)]
    if (total := lines_total(order_lines(seats, event.charges))) <= ORDER_MINOR_MAX:
        return []
    what = f"{SEATS_PER_HOLD_MAX} of the dearest seats would come to {total} minor units of {event.currency}"
    return [Fault("charges", f"expected orders of at most {ORDER_MINOR_MAX}: {what}")]


def _faults(charge: Charge, place: str) -> Iterator[Fault]:
    if not charge.name.strip() or len(charge.name) > CHARGE_NAME_LENGTH_MAX:
        yield Fault(f"{place}.name", f"expected 1 to {CHARGE_NAME_LENGTH_MAX} characters that are not all blank")
    if (control := control_character(charge.name)) is not None:
        yield Fault(f"{place}.name", f"expected text without control characters, got {control} in it: take it out")
    if charge.kind in _SHARES:
        if not 0 < charge.basis_points <= BASIS_POINTS:
            yield Fault(f"{place}.basisPoints", f"expected 1 to {BASIS_POINTS} (100 is 1 %) for a share")
        if charge.amount_minor:
            yield Fault(f"{place}.amountMinor", "expected none for a share: give basisPoints alone")
    else:
        if not 0 < charge.amount_minor <= PRICE_MINOR_MAX:
            yield Fault(f"{place}.amountMinor", f"expected 1 to {PRICE_MINOR_MAX} minor units for a sum")
        if charge.basis_points:
            yield Fault(f"{place}.basisPoints", "expected none for a sum: give amountMinor alone")
    if charge.kind is ChargeKind.INCLUDED_SHARE and not charge.refundable:
        yield Fault(f"{place}.refundable", "expected true: an included share is part of the prices, and goes with them")
