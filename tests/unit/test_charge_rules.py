"""What an event's charges must be, each fault at the field that it is in."""

import msgspec
import pytest
from msgspec import UNSET, UnsetType

from frontrow.domain.charges import CHARGES_MAX, Charge, ChargeKind
from frontrow.domain.event import Event
from frontrow.domain.ids import CategoryId, EventId, LayoutId
from frontrow.domain.layout_index import index_layout
from frontrow.domain.pricing import PRICE_MINOR_MAX
from frontrow.services.charge_rules import charge_faults
from frontrow.services.event_rules import EventFaulty, EventPatch, NewEvent, PricesMissing, drafted, patched
from tests.support.house import small_layout

PER_SEAT, PER_ORDER, SHARE, INCLUDED = ChargeKind
FEE = Charge("Fee", PER_SEAT, amount_minor=150)
TAX = Charge("Tax", SHARE, basis_points=1_900)
LAYOUT = index_layout(small_layout(), 1)
NEW = NewEvent(name="Gala", layout_id=LayoutId("hall"), starts_at_ms=2_000_000_000_000, currency="USD")


def made(**members: object) -> Event:
    event = drafted(msgspec.structs.replace(NEW, **members), EventId("gala"), LAYOUT)
    assert isinstance(event, Event), event
    return event


def changed(
    event: Event, currency: str, charges: tuple[Charge, ...] | UnsetType
) -> Event | EventFaulty | PricesMissing:
    prices = {CategoryId(category): 10 for category in event.prices}
    return patched(event, EventPatch(currency=currency, prices=prices, charges=charges), LAYOUT)


@pytest.mark.parametrize(
    ("charge", "field"),
    [
        (Charge(" ", PER_SEAT, amount_minor=1), "name"),
        (Charge("x" * 101, PER_SEAT, amount_minor=1), "name"),
        (Charge("F\aee", PER_SEAT, amount_minor=1), "name"),
        (Charge("Fee", PER_SEAT), "amountMinor"),
        (Charge("Fee", PER_ORDER, amount_minor=-1), "amountMinor"),
        (Charge("Fee", PER_ORDER, amount_minor=PRICE_MINOR_MAX + 1), "amountMinor"),
        (Charge("Fee", PER_SEAT, amount_minor=1, basis_points=1), "basisPoints"),
        (Charge("Tax", SHARE), "basisPoints"),
        (Charge("Tax", SHARE, basis_points=-1), "basisPoints"),
        (Charge("Tax", SHARE, basis_points=10_001), "basisPoints"),
        (Charge("Tax", INCLUDED, amount_minor=1, basis_points=700), "amountMinor"),
        (Charge("Tax", INCLUDED, basis_points=700, refundable=False), "refundable"),
    ],
)
def test_a_charge_that_cannot_be_is_named_by_its_field(charge: Charge, field: str) -> None:
    assert [fault.path for fault in charge_faults((Charge("First", PER_ORDER, 1), charge))] == [f"charges[1].{field}"]


def test_charges_are_told_apart_by_their_names_and_are_twenty_at_most() -> None:
    assert [fault.path for fault in charge_faults((FEE, TAX, Charge("fee ", PER_ORDER, 1)))] == ["charges[2].name"]
    many = tuple(Charge(f"Fee {n}", PER_ORDER, 1) for n in range(CHARGES_MAX + 1))
    assert charge_faults(many[:CHARGES_MAX]) == []
    assert [fault.path for fault in charge_faults(many)] == ["charges"]


def test_an_event_has_its_charges_in_the_order_given() -> None:
    assert made(charges=(FEE, TAX)).charges == (FEE, TAX)


def test_shares_that_double_the_amount_too_often_are_refused_before_anybody_has_to_pay_them() -> None:
    doubling = tuple(Charge(f"Share {n}", SHARE, basis_points=10_000) for n in range(CHARGES_MAX))
    assert made(charges=doubling).charges == doubling
    dear = msgspec.structs.replace(NEW, charges=doubling, prices={CategoryId("vip"): PRICE_MINOR_MAX})
    outcome = drafted(dear, EventId("gala"), LAYOUT)
    assert isinstance(outcome, EventFaulty)
    assert [fault.path for fault in outcome.faults] == ["charges"]


def test_a_change_replaces_the_charges_or_leaves_them() -> None:
    event = made(charges=(FEE, TAX))
    for patch, charges in (
        (EventPatch(charges=(TAX,)), (TAX,)),
        (EventPatch(charges=()), ()),
        (EventPatch(), (FEE, TAX)),
    ):
        after = patched(event, patch, LAYOUT)
        assert isinstance(after, Event)
        assert after.charges == charges


def test_sums_in_one_currency_do_not_become_sums_in_another() -> None:
    refused = changed(made(charges=(FEE, TAX)), "JPY", UNSET)
    assert isinstance(refused, EventFaulty)
    assert [fault.path for fault in refused.faults] == ["charges"]
    assert isinstance(changed(made(charges=(FEE, TAX)), "JPY", (FEE,)), Event)
    assert isinstance(changed(made(charges=(TAX,)), "JPY", UNSET), Event)
