"""The use cases of orders, joined: what each of them needs of the others, over the ports."""

from dataclasses import dataclass

from frontrow.ports import Clock, HoldStore, Ledger, OrderLedger
from frontrow.services.booking_ids import BookingIds
from frontrow.services.catalog import Catalog
from frontrow.services.counts import Counts
from frontrow.services.gateways import Gateways
from frontrow.services.late_payments import LatePayments
from frontrow.services.notices import NoticeBoard
from frontrow.services.order_bookings import OrderBookings
from frontrow.services.order_claims import OrderClaims
from frontrow.services.order_ids import OrderIds
from frontrow.services.order_keeper import OrderKeeper
from frontrow.services.order_payments import OrderPayments
from frontrow.services.order_placing import OrderPlacing
from frontrow.services.order_showing import OrderShowing
from frontrow.services.order_steps import OrderSteps
from frontrow.services.ordered_seats import OrderedSeats
from frontrow.services.orders import OrderService
from frontrow.services.outcomes import HoldRules
from frontrow.services.payment_callbacks import PaymentCallbacks
from frontrow.services.refunding import Refunding
from frontrow.services.relay import Relay
from frontrow.services.resting_gateways import RestingGateway
from frontrow.services.seat_calls import SeatCalls
from frontrow.services.seat_marking import SeatMarking

PAYMENT_MS = 900_000


@dataclass(frozen=True, slots=True)
class SellingRules:
    """What an installation decides about orders: how long a claim may be paid, whether anybody may state a payment made
    elsewhere (else integrators and admins), and how many seats of an event one user's unpaid orders may have."""

    payment_ms: int = PAYMENT_MS
    anyone_may_state: bool = False
    seats_per_user_max: int = HoldRules().seats_per_user_max


@dataclass(frozen=True, slots=True)
class Ordering:
    """One process's orders: what requests ask, what gateways tell, and what the background keeps."""

    service: OrderService
    steps: OrderSteps
    refunding: Refunding
    callbacks: PaymentCallbacks
    keeper: OrderKeeper
    ordered_seats: OrderedSeats
    showing: OrderShowing

    @classmethod
    def over(
        cls,
        *,
        store: HoldStore,
        ledger: Ledger,
        orders: OrderLedger,
        catalog: Catalog,
        calls: SeatCalls,
        relay: Relay,
        gateways: Gateways,
        notices: NoticeBoard,
        clock: Clock,
        counts: Counts,
        order_ids: OrderIds,
        booking_ids: BookingIds,
        rules: SellingRules,
    ) -> "Ordering":
        """Everything over these ports and services."""
        marking = SeatMarking(store=store, calls=calls, relay=relay, counts=counts)
        bookings = OrderBookings(ledger=orders, marking=marking, clock=clock, booking_ids=booking_ids, notices=notices)
        late = LatePayments(store=store, calls=calls, marking=marking, bookings=bookings, clock=clock)

        def carried_on(by: Gateways) -> tuple[OrderSteps, Refunding]:
            refunding = Refunding(ledger=orders, gateways=by, notices=notices, clock=clock, counts=counts)
            steps = OrderSteps(
                ledger=orders,
                store=store,
                catalog=catalog,
                gateways=by,
                marking=marking,
                bookings=bookings,
                late_payments=late,
                refunding=refunding,
                clock=clock,
                counts=counts,
            )
            return steps, refunding

        steps, refunding = carried_on(gateways)
        kept_steps, kept_refunding = carried_on(gateways.each(lambda gateway: RestingGateway(gateway, clock)))
        claims = OrderClaims(
            ledger=orders,
            marking=marking,
            clock=clock,
            payment_ms=rules.payment_ms,
            seats_per_user_max=rules.seats_per_user_max,
        )
        showing = OrderShowing(ledger=ledger, order_ids=order_ids)
        payments = OrderPayments(
            ledger=orders,
            catalog=catalog,
            gateways=gateways,
            steps=steps,
            claims=claims,
            showing=showing,
            clock=clock,
            order_ids=order_ids,
        )
        placing = OrderPlacing(
            store=store,
            ledger=ledger,
            orders=orders,
            catalog=catalog,
            steps=steps,
            claims=claims,
            showing=showing,
            clock=clock,
            order_ids=order_ids,
        )
        service = OrderService(
            orders=orders,
            gateways=gateways,
            steps=steps,
            placing=placing,
            payments=payments,
            showing=showing,
            clock=clock,
            anyone_may_state=rules.anyone_may_state,
        )
        return cls(
            service=service,
            steps=steps,
            refunding=refunding,
            callbacks=PaymentCallbacks(
                ledger=orders, gateways=gateways, steps=steps, refunding=refunding, clock=clock, counts=counts
            ),
            keeper=OrderKeeper(ledger=orders, steps=kept_steps, refunding=kept_refunding, clock=clock, counts=counts),
            ordered_seats=OrderedSeats(
                ledger=ledger, orders=orders, steps=steps, marking=marking, notices=notices, clock=clock
            ),
            showing=showing,
        )
